r"""Names of two letters side by side, as ``\mathrm{d}X`` and ``\delta\mathbf{o}^t``.

They are one quantity where the text declares them, and are made one name in its trees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.textbook.meaning.canonical import TRANSPOSES, canonical, is_bold, plain_name
from derive.textbook.tree import Fraction, Name, Node, Product, Scripted, mapped

__all__ = ["Compounds", "compound_of", "joined"]

_MARKS = frozenset({"d", "\\partial", "\\delta", "\\Delta", "\\nabla"})
"""Letters that make a name together with the one behind them."""

Compounds = dict[str, set[str]]
"""The declared names, and the superscripts with which they are declared."""


@dataclass(frozen=True)
class _Pair:
    """Two names side by side, with the scripts that stand behind them."""

    name: Name
    whole: Node
    upper: str


def _pair(first: Node, second: Node) -> _Pair | None:
    base = second.base if isinstance(second, Scripted) else second
    if not isinstance(first, Name) or not isinstance(base, Name) or first.accents:
        return None
    if first.letters not in _MARKS:
        return None
    space = " " if first.letters[0] == "\\" else ""
    font = base.font if is_bold(base) else ""
    span = first.span.to(base.span)
    name = Name(f"{first.letters}{space}{plain_name(base)}", font, span=span)
    if not isinstance(second, Scripted):
        return _Pair(name, name, "")
    whole = Scripted(
        name, second.lower, second.upper, second.primes, span=first.span.to(second.span)
    )
    return _Pair(name, whole, "" if second.upper is None else canonical(second.upper))


def compound_of(node: Node, compounds: Compounds) -> Node:
    """Return a declared name of two letters as one name, and keep that it is declared."""
    pair = _pair(*node.items) if isinstance(node, Product) and len(node.items) == 2 else None
    if pair is None:
        return node
    compounds.setdefault(pair.name.letters, set()).add(pair.upper)
    return pair.whole


def joined(node: Node, compounds: Compounds) -> Node:
    """Return a tree in which the declared names of two letters are one name each.

    The letters of a derivative stay apart, and so does d in front of a power: dX⁻¹ is d(X⁻¹).
    """
    if not compounds or (isinstance(node, Fraction) and _is_derivative(node)):
        return node
    node = mapped(node, lambda part: joined(part, compounds))
    if not isinstance(node, Product):
        return node
    items = tuple(_joined_items(node.items, compounds))
    if len(items) == len(node.items):
        return node
    return items[0] if len(items) == 1 else Product(items, span=node.span)


def _joined_items(items: tuple[Node, ...], compounds: Compounds) -> Iterator[Node]:
    at = 0
    while at < len(items):
        pair = _pair(items[at], items[at + 1]) if at + 1 < len(items) else None
        declared = set() if pair is None else compounds.get(pair.name.letters, set())
        if pair is not None and declared and _belongs(pair, declared):
            yield pair.whole
            at += 2
        else:
            yield items[at]
            at += 1


def _belongs(pair: _Pair, declared: set[str]) -> bool:
    """Return whether what stands above belongs to both letters: Δx² is the square of Δx."""
    if pair.upper in declared | {""} | TRANSPOSES:
        return True
    return pair.name.letters.startswith("\\Delta") and pair.upper.isdecimal()


def _is_derivative(node: Fraction) -> bool:
    """Return whether both sides of a fraction begin with a letter that is differentiated by."""
    firsts = [
        side.items[0] if isinstance(side, Product) and side.items else side
        for side in (node.numerator, node.denominator)
    ]
    bases = [first.base if isinstance(first, Scripted) else first for first in firsts]
    return all(isinstance(base, Name) and base.letters in _MARKS for base in bases)
