"""Patterns of notation that need no meaning: what a superscript may be, where an application is."""

from __future__ import annotations

from dataclasses import replace

from derive.textbook.meaning.canonical import TRANSPOSES, canonical
from derive.textbook.meaning.core import Symbol
from derive.textbook.names import LABELS
from derive.textbook.tree import Big, Group, Name, Node, Number, Operator, Product, Scripted, Text

__all__ = [
    "call_of",
    "digits_apart",
    "has_sign",
    "is_entry_of_power",
    "is_label",
    "is_positive_part",
    "is_slice",
    "is_transpose",
    "is_word",
    "is_word_below",
    "only_labels_left",
    "untangled",
    "without_slices",
]

_DELIMITERS = ("(", "[", "\\{")


def untangled(node: Node) -> Node:
    """Return A^{[1]T} as two superscripts: a label and something more."""
    if (
        not isinstance(node, Scripted)
        or not isinstance(node.upper, Product)
        or not node.upper.items
    ):
        return node
    first, *rest = node.upper.items
    if len(rest) == 1 and is_transpose(first) and isinstance(rest[0], Group):
        first, rest = rest[0], [first]
    if not isinstance(first, Group | Operator) or not rest:
        return node
    upper = rest[0] if len(rest) == 1 else Product(tuple(rest), span=node.upper.span)
    return Scripted(replace(node, upper=first, primes=0), None, upper, node.primes, span=node.span)


def digits_apart(places: tuple[Node, ...], count: int) -> tuple[Node, ...]:
    """Return the subscript 12 of a matrix as the two indices 1 and 2."""
    if len(places) == 1 and isinstance(places[0], Number) and len(places[0].text) == count > 1:
        return tuple(Number(digit, span=places[0].span) for digit in places[0].text)
    return places


def is_word(node: Node | None) -> bool:
    """Return whether a superscript is a word and so a label, as in w^new."""
    return isinstance(node, Name) and len(node.letters) > 1 and node.letters[0] != "\\"


def is_label(node: Node | None) -> bool:
    """Return whether a superscript is a word that makes another name, as in w^new and y^LS."""
    if isinstance(node, Operator | Name) and canonical(node) in ("*", "\\ast", "\\star"):
        return True
    return isinstance(node, Name) and (
        node.letters in LABELS or (len(node.letters) > 1 and node.letters.isupper())
    )


def has_sign(places: tuple[Node, ...]) -> bool:
    """Return whether a star or a sign is among subscripts: a label, as in x_*."""
    return any(isinstance(item, Operator) for item in places)


def is_word_below(node: Node) -> bool:
    """Return whether a subscript is a word, and so no index, as in w_new and x_max."""
    if isinstance(node, Name):
        word = len(node.letters) > 1 and node.letters[0] not in "\\•"
        return word or node.letters in _EXTREMES
    return isinstance(node, Text) or (isinstance(node, Big) and node.symbol in _EXTREMES)


_EXTREMES = ("\\max", "\\min", "\\sup", "\\inf")


def only_labels_left(symbol: Symbol, rest: tuple[Node, ...]) -> bool:
    """Return whether subscripts are no indices of a symbol but make another name, as in w_new."""
    if has_sign(rest):
        return True
    if len(rest) <= len(symbol.axes):
        return any(is_word_below(item) for item in rest)
    return all(isinstance(item, Number) or is_word_below(item) for item in rest[len(symbol.axes) :])


def is_transpose(node: Node) -> bool:
    """Return whether a superscript is one of the spellings of a transpose."""
    return isinstance(node, Name | Operator) and canonical(node) in TRANSPOSES


def call_of(items: tuple[Node, ...], at: int) -> tuple[Node, Group, Scripted | None] | None:
    """Return the name, the arguments and what scripts stand behind them, where there is a call."""
    if at + 1 >= len(items) or not isinstance(items[at], Name | Scripted):
        return None
    if isinstance(items[at], Scripted) and isinstance(items[at].base, Group | Big | Operator):  # type: ignore[attr-defined]
        return None
    follows = items[at + 1]
    if isinstance(follows, Group) and follows.opening in _DELIMITERS:
        return items[at], follows, None
    if (
        isinstance(follows, Scripted)
        and isinstance(follows.base, Group)
        and follows.base.opening in _DELIMITERS
    ):
        return items[at], follows.base, follows
    return None


def is_slice(node: Node) -> bool:
    """Return whether a subscript stands for all entries, as the colon in W_{:,j}."""
    return isinstance(node, Name) and node.letters == ":"


def without_slices(places: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return subscripts without the colons at their end, which say nothing."""
    while places and is_slice(places[-1]):
        places = places[:-1]
    return places


def is_positive_part(node: Node) -> bool:
    """Return whether parentheses have a plus below them: (u)_+ is u where that is positive."""
    return (
        isinstance(node, Scripted)
        and isinstance(node.base, Group)
        and node.base.opening in ("(", "[", "{")
        and isinstance(node.lower, Operator)
        and node.lower.symbol == "+"
        and not node.primes
    )


def is_entry_of_power(node: Node) -> bool:
    r"""Return whether indices stand on a transpose, an inverse or a power: ``(A^T)_{ij}``."""
    if not isinstance(node, Scripted) or node.lower is None or not isinstance(node.base, Group):
        return False
    inner = node.base.items[0] if len(node.base.items) == 1 else None
    if not isinstance(inner, Scripted) or inner.upper is None or inner.lower is not None:
        return False
    is_number = isinstance(inner.upper, Number) or canonical(inner.upper) == "-1"
    return is_number or is_transpose(inner.upper)
