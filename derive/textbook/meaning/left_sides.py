"""The left side of an equation as a name: the symbol that it is of, its arguments and indices."""

from __future__ import annotations

from dataclasses import replace

from derive.textbook.meaning.calls import occurs
from derive.textbook.meaning.canonical import canonical, plain_name
from derive.textbook.meaning.core import (
    Symbol,
)
from derive.textbook.meaning.patterns import (
    call_of,
    has_sign,
    is_label,
    is_word_below,
)
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.symbols import Spelling, spelling
from derive.textbook.tree import (
    Big,
    Group,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Scripted,
    Sum,
)

__all__ = [
    "MARKS",
    "base_of_power",
    "defines_entries",
    "depends",
    "entry_of_call",
    "formal_letters",
    "is_formal",
    "is_function_of_event",
    "is_next_step",
    "symbol_of",
    "told_by_range",
    "without_logarithm",
]


MARKS = ("*", "+", "-", "\\ast", "\\star")
"""Superscripts that make another name."""


def symbol_of(reader: Reader, spelt: Spelling) -> tuple[Symbol | None, int, bool]:
    """Return the known symbol of a name, how many subscripts are labels, and if the upper is."""
    family = reader.symbols.find(spelt.family()) if "•" in spelt.family() else None
    if family is not None:
        return family, 0, False
    labelled = is_label(spelt.upper)
    for upper in (True,) if labelled else dict.fromkeys((spelt.upper is not None, False)):
        for count in range(len(spelt.lower), -1, -1):
            key = spelt.key(count, upper=upper) + "'" * spelt.primes
            symbol = reader.symbols.find(key, bold=spelt.bold)
            if symbol is not None and (
                _is_other(reader, symbol, spelt) or has_sign(spelt.lower[count:])
            ):
                continue
            if symbol is not None and reader.symbols.is_other_family(symbol, spelt.lower[count:]):
                continue
            rest = spelt.lower[count:]
            indexed = symbol is not None and len(rest) <= len(symbol.axes)
            if indexed and not any(map(is_word_below, rest)):
                return symbol, count, upper
    return None, len(spelt.lower), spelt.upper is not None


def _is_other(reader: Reader, symbol: Symbol, spelt: Spelling) -> bool:
    """Return whether a name is of another quantity: L beside the family L⁽ᵗ⁾, x* beside x.

    Of σ² an equation can say what it is; σ is its root then.
    """
    if spelt.upper is not None and (
        isinstance(spelt.upper, Number) or canonical(spelt.upper) in MARKS
    ):
        return f"^{{{canonical(spelt.upper)}}}" not in symbol.name
    if is_next_step(reader, spelt) and not symbol.leading and "^" not in symbol.name:
        return True
    return symbol.name in reader.symbols.above and not spelt.lower and spelt.upper is None


def is_next_step(reader: Reader, spelt: Spelling) -> bool:
    """Return whether (t+1) stands above a name where other names are declared with (t)."""
    above = spelt.upper
    inner = above.items if isinstance(above, Group) and above.opening == "(" else ()
    match inner:
        case (Sum(terms=(Name() as step, Number())),):
            label = f"^{{({canonical(step)})}}"
            return any(name.endswith(label) for name in reader.symbols.named)
        case _:
            return False


def base_of_power(reader: Reader, spelt: Spelling) -> Symbol | None:
    """Return the known symbol of a name without what stands above it."""
    return symbol_of(reader, replace(spelt, upper=None))[0]


def entry_of_call(node: Node) -> Node:
    """Return ``(f(x))_i`` as ``f(x)_i``."""
    match node:
        case Scripted(base=Group(opening="(", items=(Product(items=items),)), upper=None):
            call = call_of(items, 0) if len(items) == 2 and not node.primes else None
            if call is not None and call[2] is None and node.lower is not None:
                return Product((call[0], replace(node, base=call[1])), span=node.span)
    return node


def told_by_range(reader: Reader, symbol: Symbol, spelt: Spelling) -> bool:
    """Return whether an index tells two quantities apart, as δ_k of the outputs and δ_j."""
    if len(spelt.lower) != 1 or spelt.upper is not None or len(symbol.axes) != 1:
        return False
    index = reader.symbols.find(canonical(spelt.lower[0]))
    if index is None or index.role != "index" or index.range is None:
        return False
    return not reader.dimensions.same(index.range, symbol.axes[0])


def is_function_of_event(reader: Reader, name: Node, group: Group) -> bool:
    """Return whether p(y = 1 | x) is the value of a function p(y | x) that is defined."""
    spelt = spelling(name)
    assert spelt is not None
    return any(
        any(
            isinstance(item, Relation) and canonical(item.sides[0]) == canonical(formal)
            for formal, item in zip(head.arguments, group.items, strict=True)
        )
        for head in reader.heads.get(spelt.key(len(spelt.lower), upper=True), ())
        if len(head.arguments) == len(group.items)
    )


def without_logarithm(node: Node, right: Node) -> tuple[Node, Node]:
    r"""Return ``\log p(x) = y`` as p(x) = exp(y): a text that says so says what p is."""
    match node:
        case Product(items=(Big(symbol="\\log" | "\\ln"), name, Group() as group)):
            named: Node = Product((name, group), span=name.span.to(group.span))
        case Product(items=(Big(symbol="\\log" | "\\ln"), Name() | Scripted() as named)):
            pass
        case _:
            return node, right
    body = Group("(", (right,), span=right.span)
    return named, Product((Big("\\exp"), body), span=right.span)


def depends(symbol: Symbol | None, group: Group, right: Node) -> bool:
    """Return whether parentheses say on what a declared quantity depends, as in L(w) = …"""
    if symbol is None or symbol.role != "value" or symbol.definition is not None:
        return False
    return bool(group.items) and all(
        is_formal(item) and occurs(item, right) for item in group.items
    )


def is_formal(node: Node) -> bool:
    """Return whether an argument is a name that a definition can bind."""
    return isinstance(node, Name | Scripted) and spelling(node) is not None


def formal_letters(group: Group) -> tuple[str, ...] | None:
    """Return the arguments in parentheses, or None where one is no name."""
    if all(isinstance(item, Name) for item in group.items):
        return tuple(plain_name(item) for item in group.items if isinstance(item, Name))
    return None


def defines_entries(reader: Reader, name: Node, group: Group) -> bool:
    """Return whether an application is an entry of what is declared, as P(x) of a vector P."""
    spelt = spelling(name)
    assert spelt is not None
    symbol, _, _ = symbol_of(reader, replace(spelt, primes=0) if spelt.primes else spelt)
    letters = formal_letters(group)
    if symbol is None or letters is None or not symbol.axes:
        return False
    if spelt.primes and len(letters) != len(symbol.axes):
        return False
    return all(
        (found := reader.symbols.find(letter)) is not None and found.role == "index"
        for letter in letters
    )
