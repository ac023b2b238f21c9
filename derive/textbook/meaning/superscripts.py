"""Superscripts without delimiters that are an index: the example in y_j^k, the layer in z^{l}."""

from __future__ import annotations

from dataclasses import replace

from derive.textbook.meaning.canonical import letter_of
from derive.textbook.meaning.symbols import Symbols, spelling
from derive.textbook.tree import Group, Name, Node, Scripted, Sum, walk

__all__ = ["index_above"]


def index_above(symbols: Symbols, node: Node) -> Node:
    """Return a name whose superscript is a declared index with that in parentheses, as an index.

    A power of a number stays what it is.
    """
    if not isinstance(node, Scripted) or not isinstance(node.upper, Name | Scripted | Sum):
        return node
    letters = [letter_of(part) for part in walk(node.upper) if isinstance(part, Name)]
    if not letters or not all(letter and _is_index(symbols, letter) for letter in letters):
        return node
    spelt = spelling(replace(node, upper=None))
    if spelt is None or spelt.base == "e":
        return node
    for count in range(len(spelt.lower), -1, -1):
        symbol = symbols.find(spelt.key(count, upper=False), bold=spelt.bold)
        if symbol is not None and len(symbol.axes) <= len(spelt.lower) - count:
            return node
        if symbol is not None:
            break
    return replace(node, upper=Group("(", (node.upper,), span=node.upper.span))


def _is_index(symbols: Symbols, letter: str) -> bool:
    symbol = symbols.find(letter)
    return symbol is not None and symbol.role == "index"
