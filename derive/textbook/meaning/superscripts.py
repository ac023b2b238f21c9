"""Superscripts without delimiters that are an index: the example in y_j^k, the layer in z^{l}."""

from __future__ import annotations

from dataclasses import replace

from derive.textbook.meaning.canonical import (
    TRANSPOSES,
    is_bold,
    letter_of,
    plain_name,
    script_items,
)
from derive.textbook.meaning.symbols import Spelling, Symbols, spelling
from derive.textbook.tree import Group, Name, Node, Scripted, Sum, walk

__all__ = ["example_above", "index_above", "natural_order", "note_order"]


def index_above(symbols: Symbols, node: Node) -> Node:
    """Return a name whose superscript is a declared index with that in parentheses, as an index.

    So is the number of the last layer above what is declared for each layer, as L is in a^L. A
    power of a number stays what it is.
    """
    if not isinstance(node, Scripted) or not isinstance(node.upper, Name | Scripted | Sum):
        return node
    letters = [letter_of(part) for part in walk(node.upper) if isinstance(part, Name)]
    spelt = spelling(replace(node, upper=None))
    if spelt is None or spelt.base == "e" or not letters:
        return node
    last = _last(symbols, spelt)
    if not all(letter and (letter == last or _is_index(symbols, letter)) for letter in letters):
        return node
    for count in range(len(spelt.lower), -1, -1):
        symbol = symbols.find(spelt.key(count, upper=False), bold=spelt.bold)
        if symbol is not None and len(symbol.axes) <= len(spelt.lower) - count:
            return node
        if symbol is not None:
            break
    return replace(node, upper=Group("(", (node.upper,), span=node.upper.span))


def _last(symbols: Symbols, spelt: Spelling) -> str | None:
    """Return the name of how many there are of what is declared for each of some, as layers."""
    symbol = symbols.find(spelt.base, bold=spelt.bold)
    if symbol is None or symbol.leading != 1:
        return None
    name = symbol.axes[0].name
    return None if name in TRANSPOSES else name


def natural_order(symbols: Symbols, node: Node) -> Node:
    """Return z_{mi} as (z)_{im}, where the text has said that this is (z_i)_m.

    So is z_{iL} an entry of z_L, where only that is declared.
    """
    if not isinstance(node, Scripted) or not isinstance(node.base, Name):
        return node
    symbol = symbols.find(plain_name(node.base), bold=is_bold(node.base))
    if symbol is None:
        return _label_first(symbols, node)
    items = script_items(node.lower)
    if not symbol.order or len(items) != len(symbol.order):
        return node
    places = tuple(items[place] for place in symbol.order)
    base = Group("(", (node.base,), span=node.base.span)
    return replace(node, base=base, lower=Group("", places, (",",) * (len(places) - 1)))


def _label_first(symbols: Symbols, node: Scripted) -> Scripted:
    """Return z_{iL} as z_{Li}, where z_L is declared as an array and neither z nor z_i is."""
    spelt = spelling(node)
    if spelt is None or len(spelt.lower) < 2:
        return node
    *places, label = spelt.lower
    if not isinstance(label, Name) or _is_index(symbols, plain_name(label)):
        return node
    own = replace(spelt, lower=(label, *places))
    taken = (spelt.key(count, upper=False) for count in range(len(spelt.lower) + 1))
    if any(symbols.find(name, bold=spelt.bold) is not None for name in taken):
        return node
    symbol = symbols.find(own.key(1, upper=False), bold=spelt.bold)
    if symbol is None or len(symbol.axes) != len(places):
        return node
    return replace(node, lower=Group("", (label, *places), (",",) * len(places)))


def note_order(symbols: Symbols, left: Node, right: Node) -> bool:
    """Take z_{mi} = (z_i)_m as what says in which order the indices of z stand."""
    if not isinstance(left, Scripted) or not isinstance(left.base, Name):
        return False
    own, other = spelling(left), spelling(right)
    if own is None or other is None or own.base != other.base or isinstance(right, Name):
        return False
    if own.upper is not None or other.upper is not None or own.primes or other.primes:
        return False
    inner = (
        right.base.items if isinstance(right, Scripted) and isinstance(right.base, Group) else ()
    )
    grouped = len(inner) == 1 and isinstance(inner[0], Scripted)
    symbol = symbols.find(own.base, bold=own.bold)
    written, meant = [letter_of(one) for one in own.lower], [letter_of(one) for one in other.lower]
    if symbol is None or not grouped or written == meant or None in written:
        return False
    if len(set(written)) != len(symbol.axes) or sorted(map(str, written)) != sorted(
        map(str, meant)
    ):
        return False
    symbol.order = tuple(written.index(letter) for letter in meant)
    return True


def example_above(symbols: Symbols, node: Node, right: Node) -> Node:
    """Return a new name with the letter of an example above it as one with an index: y^t of x^t.

    The right side shows what the letter is, where it stands above what is declared by examples.
    """
    if not isinstance(node, Scripted) or not isinstance(node.upper, Name):
        return node
    letter = letter_of(node.upper)
    if letter is None or not letter.isalpha() or not letter.islower():
        return node
    if symbols.find(letter) is not None or not _stands_above(symbols, right, letter):
        return node
    spelt = spelling(replace(node, upper=None))
    if spelt is None or symbols.find(spelt.base, bold=spelt.bold) is not None:
        return node
    return replace(node, upper=Group("(", (node.upper,), span=node.upper.span))


def _stands_above(symbols: Symbols, tree: Node, letter: str) -> bool:
    for part in walk(tree):
        spelt = spelling(part) if isinstance(part, Scripted) else None
        if spelt is None or not isinstance(spelt.upper, Name) or letter_of(spelt.upper) != letter:
            continue
        symbol = symbols.find(spelt.base, bold=spelt.bold)
        if symbol is not None and symbol.leading == 1 and len(spelt.lower) < len(symbol.axes):
            return True
    return False


def _is_index(symbols: Symbols, letter: str) -> bool:
    symbol = symbols.find(letter)
    return symbol is not None and symbol.role == "index"
