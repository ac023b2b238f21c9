r"""Notation that a given equation explains: ``D_j S_i = \frac{\partial S_i}{\partial a_j}``.

Such an equation says nothing of a quantity. What is written like its left side, with other indices
or names, is read as its right side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derive.textbook.meaning.canonical import plain_name
from derive.textbook.meaning.core import Symbol
from derive.textbook.meaning.derivatives import is_derivative
from derive.textbook.meaning.letters import index_letters
from derive.textbook.meaning.matching import Match
from derive.textbook.meaning.patterns import call_of, is_transpose
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.symbols import Symbols, spelling
from derive.textbook.tree import (
    Fraction,
    Group,
    Name,
    Node,
    Number,
    Product,
    Scripted,
    Sum,
    mapped,
    walk,
)

__all__ = ["Notation", "entries_below", "explained", "increments", "written_out"]


DELTA = "\\Delta"


@dataclass(frozen=True)
class Notation:
    """What stands side by side, the letters in it that may be others, and what it means."""

    pattern: tuple[Node, ...]
    letters: frozenset[str]
    body: Node


def explained(reader: Reader, left: Node, right: Node) -> Notation | None:
    """Return the notation that a given equation explains, or None where it defines a quantity."""
    if not isinstance(left, Product) or not any(is_derivative(part) for part in walk(right)):
        return None
    head = left.items[0]
    spelt = spelling(head) if isinstance(head, Scripted) else None
    if _is_gradient_of_one(reader, left, right):
        return Notation(left.items, frozenset(), right)
    if spelt is None or not spelt.lower or spelt.base in ("\\partial", "\\nabla"):
        return None
    if reader.symbols.find(spelt.base) is not None:
        return None
    if call_of(left.items, 0) is not None:
        letters = _formal_names(reader, left)
        below = {plain_name(item) for item in spelt.lower if isinstance(item, Name)}
        if not below or not below <= letters:
            return None
    elif len(left.items) > 1 and isinstance(left.items[1], Name | Scripted):
        letters = frozenset(index_letters(reader.symbols, left))
    else:
        return None
    used = {plain_name(part) for part in walk(right) if isinstance(part, Name)}
    return Notation(left.items, letters, right) if letters and letters <= used else None


def _is_gradient_of_one(reader: Reader, left: Product, right: Node) -> bool:
    r"""Return whether ``\nabla_a C`` is said to be the gradient by one a of many, as by a^L."""
    head = left.items[0]
    if not isinstance(head, Scripted) or not isinstance(head.base, Name) or len(left.items) != 2:
        return False
    if head.base.letters != "\\nabla" or head.upper is not None or head.primes:
        return False
    variable = None if head.lower is None else spelling(head.lower)
    if variable is None or not isinstance(right, Fraction) or not is_derivative(right):
        return False
    symbol = reader.symbols.find(variable.base, bold=variable.bold)
    by = right.denominator.items[-1] if isinstance(right.denominator, Product) else None
    of = right.numerator.items[-1] if isinstance(right.numerator, Product) else None
    one = None if by is None else spelling(by)
    if symbol is None or symbol.leading != 1 or one is None or one.upper is None or variable.lower:
        return False
    return one.base == variable.base and of == left.items[1]


def _formal_names(reader: Reader, call: Product) -> frozenset[str]:
    """Return the names in a call that are nothing yet: they stand for any."""
    head = call.items[0]
    assert isinstance(head, Scripted)
    names = {
        plain_name(part)
        for place, item in enumerate(call.items)
        for part in walk(item)
        if isinstance(part, Name) and not (place == 0 and part is head.base)
    }
    return frozenset(name for name in names if reader.symbols.find(name) is None)


_FITTING = (Name, Number, Sum, Scripted)


def _filled(node: Node, found: Mapping[str, Node]) -> Node:
    """Return the meaning of a notation with what was found in place of its letters."""
    if isinstance(node, Name):
        return found.get(plain_name(node), node)
    return mapped(node, lambda part: _filled(part, found))


def written_out(notations: Sequence[Notation], node: Node) -> Node:
    """Return a tree with every notation that was explained as what it means."""
    if not notations:
        return node
    node = mapped(node, lambda part: written_out(notations, part))
    if not isinstance(node, Product):
        return node
    items: list[Node] = []
    at = 0
    while at < len(node.items):
        found = _at(notations, node.items, at)
        items.append(node.items[at] if found is None else found[0])
        at += 1 if found is None else found[1]
    return items[0] if len(items) == 1 else replace(node, items=tuple(items))


def _at(notations: Sequence[Notation], items: tuple[Node, ...], at: int) -> tuple[Node, int] | None:
    for notation in notations:
        count = len(notation.pattern)
        match = Match(notation.letters, _FITTING)
        if match.matches(notation.pattern, items[at : at + count]):
            body = replace(_filled(notation.body, match.found), span=items[at].span)
            behind = at + count < len(items) and isinstance(items[at + count], Group)
            return (Group("(", (body,), span=body.span) if behind else body), count
    return None


def increments(reader: Reader, node: Node) -> Node:
    r"""Return a tree with ``\\Delta w`` as a name of its own, where w is a free quantity.

    Of what the text has defined, an increment is a claim, and that of a function its Laplacian.
    """
    node = mapped(node, lambda part: increments(reader, part))
    if not isinstance(node, Product) or reader.symbols.find(DELTA) is not None:
        return node
    items: list[Node] = []
    for item in node.items:
        before = items[-1] if items else None
        named = isinstance(before, Name) and before.letters == DELTA and not before.accents
        if named and _is_free(reader, item):
            items[-1] = _with_delta(item)
        else:
            items.append(item)
    return items[0] if len(items) == 1 else replace(node, items=tuple(items))


def _is_free(reader: Reader, node: Node) -> bool:
    """Return whether a name is a declared quantity that nothing defines."""
    spelt = spelling(node) if isinstance(node, Name | Scripted) else None
    if spelt is None or isinstance(getattr(node, "base", None), Group):
        return False
    for count in range(len(spelt.lower), -1, -1):
        symbol = reader.symbols.find(spelt.key(count, upper=False), bold=spelt.bold)
        if symbol is not None:
            return symbol.role == "value" and symbol.known and symbol.definition is None
    return False


def _with_delta(node: Node) -> Node:
    if isinstance(node, Scripted):
        return replace(node, base=_with_delta(node.base))
    assert isinstance(node, Name)
    return replace(node, accents=(*node.accents, DELTA))


def entries_below(symbols: Symbols, node: Node) -> Node:
    """Return a tree with the indices above an array below it: y^i_n of a vector y_n."""
    node = mapped(node, lambda part: entries_below(symbols, part))
    if not isinstance(node, Scripted) or node.lower is None or node.upper is None:
        return node
    spelt = spelling(replace(node, upper=None))
    places = node.upper.items if isinstance(node.upper, Product) else (node.upper,)
    if spelt is None or not isinstance(node.base, Name) or node.primes:
        return node
    symbol = symbols.find(spelt.key(len(spelt.lower), upper=False), bold=spelt.bold)
    if not _has_places(symbol, len(places)) or not all(_may_run(symbols, one) for one in places):
        return node
    below = Group("", (*spelt.lower, *places), (",",) * (len(spelt.lower) + len(places) - 1))
    return replace(node, lower=below, upper=None)


def _has_places(symbol: Symbol | None, count: int) -> bool:
    """Return whether a quantity is an array with so many indices, none of an example."""
    if symbol is None or symbol.role != "value" or symbol.leading:
        return False
    return len(symbol.axes) == count


def _may_run(symbols: Symbols, node: Node) -> bool:
    """Return whether a superscript is a letter that is nothing but an index."""
    if not isinstance(node, Name) or len(node.letters) != 1 or is_transpose(node):
        return False
    symbol = symbols.find(plain_name(node))
    return node.letters.islower() and (symbol is None or symbol.role == "index")
