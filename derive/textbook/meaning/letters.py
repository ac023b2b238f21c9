"""Which letters stand as indices in a piece of notation."""

from __future__ import annotations

from derive.textbook.meaning.canonical import letter_of, plain_name, script_items
from derive.textbook.meaning.symbols import Symbols, spelling
from derive.textbook.tree import Big, Group, Name, Node, Relation, Scripted, walk

__all__ = ["LOSSES", "NUMBERS", "index_letters", "limit_letters"]

LOSSES = ("L", "\\mathcal{L}", "\\ell", "J", "E", "C", "l")
"""What books call a loss: a number."""
NUMBERS = (
    *LOSSES,
    "loss",
    "Loss",
    "cost",
    "Cost",
    "error",
    "Error",
    "\\mathcal{E}",
    "\\mathcal{J}",
)
"""Words and letters for a loss that are seldom short for it elsewhere."""


def index_letters(symbols: Symbols, node: Node) -> list[str]:
    """Return the letters that stand as indices in a tree and that nothing binds there."""
    found: dict[str, None] = {}
    bound: set[str] = set()
    for part in walk(node):
        if not isinstance(part, Scripted):
            continue
        if isinstance(part.base, Big):
            bound |= set(limit_letters(part.lower))
            continue
        spelt = spelling(part)
        if spelt is None:
            continue
        for item in _index_items(symbols, part):
            for letter in _letters_in(symbols, item):
                symbol = symbols.find(letter)
                if symbol is None or (symbol.role == "index" and not symbol.leading):
                    found[letter] = None
    return [letter for letter in found if letter not in bound]


def _letters_in(symbols: Symbols, item: Node) -> list[str]:
    """Return the letters of one subscript."""
    whole = letter_of(item)
    if whole == ":":
        return []
    if whole is not None:
        return [whole] if len(whole.rstrip("'")) == 1 else []
    labelled = symbols.index_by_label(item)
    if labelled is not None:
        return [labelled]
    return [
        plain_name(name) for name in walk(item) if isinstance(name, Name) and len(name.letters) == 1
    ]


def _index_items(symbols: Symbols, node: Scripted) -> tuple[Node, ...]:
    spelt = spelling(node)
    if spelt is None:
        return ()
    for count in range(len(spelt.lower), -1, -1):
        for upper in (True, False):
            symbol = symbols.find(spelt.key(count, upper=upper), bold=spelt.bold)
            if symbol is not None:
                rest = spelt.lower[count:]
                label = spelt.upper if not upper and isinstance(spelt.upper, Group) else None
                return (*rest, *(label.items if label is not None else ()))
    return spelt.lower


def limit_letters(lower: Node | None) -> list[str]:
    """Return the letters that run under the sign of a sum."""
    letters = []
    for item in script_items(lower):
        first = item.sides[0] if isinstance(item, Relation) else item
        for part in script_items(first):
            letter = letter_of(part)
            if letter is not None:
                letters.append(letter)
    return letters
