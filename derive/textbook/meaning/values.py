"""What stands at a value: before a bar that evaluates, and in a derivative of f(a) by x."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.textbook.errors import Unreadable
from derive.textbook.meaning.canonical import canonical, letters_of
from derive.textbook.meaning.core import Entry, Let, Tensor, symbols_in
from derive.textbook.meaning.patterns import call_of
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.symbols import spelling
from derive.textbook.tree import Group, Name, Node, Product, Relation, Scripted, is_constant

__all__ = ["at_value", "value_in_derivative", "values_below"]


def at_value(reader: Reader, total: Tensor, sides: tuple[Node, ...], scope: Scope) -> Tensor:
    """Return a tensor where a quantity, the first side, has the value of the second."""
    span = sides[0].span.to(sides[-1].span)
    variable, value = (reader.read(side, scope) for side in sides)
    if not isinstance(variable.body, Entry) or len(variable.axes) != len(value.axes):
        raise Unreadable("a bar evaluates a quantity by its name", span)
    body = reader.arrays.aligned(value, variable.axes, span)
    if len(variable.axes) != len(variable.body.places):
        raise Unreadable("a bar evaluates a whole quantity", span)
    return Tensor(
        total.axes, Let(variable.body.symbol, variable.axes, body, total.body), total.orientation
    )


def values_below(reader: Reader, total: Tensor, node: Scripted) -> Iterator[tuple[Node, Node]]:
    r"""Yield the quantities and values under a bar: ``x = a``, or names like x̂ and x₀ alone."""
    lower = node.lower
    items = lower.items if isinstance(lower, Group) and not lower.opening else (lower,)
    for item in items:
        if isinstance(item, Relation) and item.relations == ("=",):
            yield item.sides[0], item.sides[1]
            continue
        variables = [] if item is None else _stripped(item)
        known = [
            one
            for one in variables
            if (symbol := reader.symbols.find(canonical(one))) is not None
            and symbol.definition is None
            and symbol in symbols_in(total.body)
        ]
        if item is None or len(known) != 1:
            raise Unreadable("a bar that evaluates needs an equation under it", node.span)
        yield known[0], item


def _stripped(node: Node) -> list[Node]:
    """Return what a name like x̂₀ may be a value of: x₀ by its accent, x by its script."""
    base = node.base if isinstance(node, Scripted) else node
    if not isinstance(base, Name):
        return []
    bare = replace(base, accents=())
    if isinstance(node, Scripted):
        return [bare, replace(node, base=bare)] if base.accents else [bare]
    return [bare] if base.accents else []


def value_in_derivative(
    reader: Reader, body: Node, variable: Node, scope: Scope
) -> tuple[Node, Node, Node] | None:
    r"""Return f(λ), λ and λ̂ for the derivative of f(λ̂) by λ, which is one at λ̂.

    The text has defined f by its values f(λ), and λ̂ is a number or a λ of its own, as λ₀ and λ*
    are: one that stands on λ is differentiated as it is.
    """
    call = call_of(body.items, 0) if isinstance(body, Product) and len(body.items) == 2 else None
    whole = variable.base if isinstance(variable, Scripted) else variable
    if call is None or not isinstance(whole, Name):
        return None
    name, group, scripts = call
    spelt = spelling(name)
    heads = () if spelt is None else reader.heads.get(spelt.key(len(spelt.lower), upper=True), ())
    for head in heads:
        formal = tuple(canonical(argument) for argument in head.arguments)
        if scripts is not None or len(formal) != len(group.items):
            continue
        for named in (variable, whole):
            if formal.count(canonical(named)) != 1:
                continue
            place = formal.index(canonical(named))
            value = group.items[place]
            if not _is_value_of(value, named, scope) or _stands_on(reader, body, named, scope):
                return None
            items = (*group.items[:place], named, *group.items[place + 1 :])
            return Product((name, replace(group, items=items)), span=body.span), named, value
    return None


def _is_value_of(value: Node, variable: Node, scope: Scope) -> bool:
    """Return whether an argument is a number, or a name like the variable that stands for one."""
    if canonical(value) == canonical(variable) or scope.tensor(canonical(variable)) is not None:
        return False
    alike = isinstance(value, Name | Scripted) and _letters(value) == _letters(variable)
    return alike or is_constant(value)


def _stands_on(reader: Reader, body: Node, variable: Node, scope: Scope) -> bool:
    """Return whether an application stands on a variable, so that it has a derivative as it is."""
    named = reader.read(variable, scope).body
    return not isinstance(named, Entry) or named.symbol in symbols_in(reader.read(body, scope).body)


def _letters(node: Node) -> str:
    """Return the letters of a name, without its scripts and accents."""
    while isinstance(node, Scripted):
        node = node.base
    return node.letters if isinstance(node, Name) else letters_of(node)
