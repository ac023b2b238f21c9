"""Equations that say what a quantity is next: updates w := w − ηg, and recursions a_{t+1} = f(a_t).

They claim nothing of the quantity as it was, so there is nothing in them to refute.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from derive.textbook.meaning.canonical import canonical, letters_of
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.symbols import Spelling, spelling
from derive.textbook.tree import Group, Name, Node, Number, Scripted, Sum, walk

__all__ = [
    "is_defined",
    "is_own_sum",
    "is_recursion",
    "is_update",
    "step_letter",
    "steps_mixed",
]


def is_update(relation: str, left: Node, right: Node) -> bool:
    """Return whether a line gives a name a new value from its old one, with an assignment sign."""
    spelt = spelling(left) if isinstance(left, Name | Scripted) else None
    return relation == ":=" and spelt is not None and _occurs(spelt, right)


def is_own_sum(left: Node, right: Node) -> bool:
    """Return whether a line reads w = w − …, which is an update in a program and no equation."""
    plain = isinstance(left, Name | Scripted) and spelling(left) is not None
    return plain and isinstance(right, Sum) and len(right.terms) > 1 and right.terms[0] == left


def is_recursion(reader: Reader, left: Node, right: Node) -> bool:
    """Return whether a line says what a quantity is at one step by what it is at another."""
    spelt = spelling(left) if isinstance(left, Name | Scripted) else None
    if spelt is None or is_defined(reader, left):
        return False
    for place, step in _steps(spelt):
        letter, shift = step
        others = [
            other
            for part in walk(right)
            if isinstance(part, Scripted)
            and (own := spelling(part)) is not None
            and own.base == spelt.base
            for where, other in _steps(own)
            if where == place
        ]
        if any(name == letter and at < shift for name, at in others):
            return True
    return False


def is_defined(reader: Reader, left: Node) -> bool:
    """Return whether the text has said otherwise what a left side is."""
    spelt = spelling(left)
    symbol = None if spelt is None else reader.symbols.find(spelt.base, bold=spelt.bold)
    return symbol is not None and symbol.definition is not None


def steps_mixed(nodes: Collection[Node], names: Collection[str]) -> Iterator[str]:
    """Yield the names of which sides of an equality speak at more than one step."""
    for name in names:
        scripts = {
            (canonical(own.upper) if own.upper is not None else "", *map(canonical, own.lower))
            for node in nodes
            for part in walk(node)
            if isinstance(part, Name | Scripted)
            and (own := spelling(part)) is not None
            and own.base == name
            and (own.lower or own.upper is not None)
        }
        if len(scripts) > 1:
            yield name


def step_letter(left: Node) -> str:
    """Return the letter that counts the steps above a recursion's left side, as t in w^(t+1)."""
    spelt = spelling(left)
    above = None if spelt is None else _step(_inner(spelt.upper))
    return "" if above is None else above[0]


def _occurs(spelt: Spelling, right: Node) -> bool:
    return any(
        own is not None and own.base == spelt.base
        for part in walk(right)
        if isinstance(part, Name | Scripted)
        for own in (spelling(part),)
    )


def _inner(upper: Node | None) -> Node | None:
    """Return what stands in the delimiters of a superscript; without them it is a power."""
    grouped = isinstance(upper, Group) and upper.opening in ("(", "[") and len(upper.items) == 1
    return upper.items[0] if grouped and isinstance(upper, Group) else None


def _steps(spelt: Spelling) -> Iterator[tuple[int, tuple[str, int]]]:
    """Yield the scripts that may count steps: which one, its letter and what is added to it."""
    for place, item in enumerate((_inner(spelt.upper), *spelt.lower)):
        step = _step(item)
        if step is not None:
            yield place, step


def _step(item: Node | None) -> tuple[str, int] | None:
    match item:
        case Name():
            return canonical(item), 0
        case Sum(signs=("", "+" | "-" as sign), terms=(Name() as name, Number(text=text))) if (
            text.isdecimal() and len(text) < 5
        ):
            return letters_of(name), int(sign + text)
        case _:
            return None
