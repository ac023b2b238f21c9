r"""Functions of one letter that only the names of their arguments tell apart: P(x), P(y | x), H(X).

``P(x) = \sum_y P(x, y)`` says nothing of P(y), although it reads like a definition of a function.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.textbook.meaning.canonical import canonical, plain_name
from derive.textbook.meaning.core import Symbol
from derive.textbook.meaning.letters import limit_letters
from derive.textbook.meaning.patterns import call_of
from derive.textbook.meaning.reader import Head, Reader
from derive.textbook.tree import Big, Group, Name, Node, Product, Scripted, walk

__all__ = ["GIVEN", "closest", "is_further_law", "is_missing_law", "may_be_of", "takes"]

GIVEN = "\\mid"
"""What stands between arguments where the ones behind it are given."""


def takes(reader: Reader, head: Head, group: Group) -> bool:
    """Return whether a definition may be of a call with these arguments, by their names."""
    if not _tells_by_name(reader, head):
        return True
    if _bars(head.separators) != _bars(group.separators):
        return False
    return all(
        canonical(formal).rstrip("'") == canonical(actual).rstrip("'")
        for formal, actual in zip(head.arguments, group.items, strict=False)
    )


def may_be_of(reader: Reader, head: Head, group: Group) -> bool:
    """Return whether a definition takes a call, or nothing but a name speaks against it.

    Where the arguments run in the body, or are indices, another name makes another function. Where
    they do not stand there, f(y) may as well be f(x).
    """
    if takes(reader, head, group):
        return True
    if _bars(head.separators) != _bars(group.separators) or _is_of_array(reader, head):
        return False
    running = _running(head)
    names = [plain_name(formal) for formal in head.arguments if isinstance(formal, Name)]
    return not all(name in running for name in names)


def closest(heads: Sequence[Head], group: Group) -> list[Head]:
    """Return the definitions with a bar where a call has it, or all where none has."""
    fitting = [
        head
        for head in heads
        if len(head.arguments) == len(group.items)
        and _bars(head.separators) == _bars(group.separators)
    ]
    return fitting or list(heads)


def is_further_law(reader: Reader, name: Node, group: Group, right: Node) -> bool:
    """Return whether an equation defines P(x) or P(y | x) by a declared array P(x, y)."""
    symbol = _array_of(reader, name)
    if symbol is None or not _are_index_names(reader, group) or not _is_short(symbol, group):
        return False
    return any(
        len(other.items) != len(group.items) or _bars(other.separators) != _bars(group.separators)
        for other in _calls(symbol, right)
    )


def is_missing_law(reader: Reader, name: Node, group: Group) -> bool:
    """Return whether a call is a marginal or a conditional of an array that has others defined.

    So is an entry with its indices in another order than in those.
    """
    symbol = _array_of(reader, name)
    heads = [] if symbol is None else reader.heads.get(symbol.name, [])
    if symbol is None or not heads:
        return False
    return _is_short(symbol, group) or any(
        _is_turned(group, other) for head in heads for other in _calls(symbol, head.body)
    )


def _is_turned(group: Group, other: Group) -> bool:
    """Return whether the same names stand in another order, as in P(y, x): the same, or not."""
    names = [canonical(item) for item in group.items]
    others = [canonical(item) for item in other.items]
    return names != others and sorted(names) == sorted(others) and not any(_bars(other.separators))


def _calls(symbol: Symbol, tree: Node) -> Iterator[Group]:
    """Yield the arguments with which a name stands in a tree."""
    for part in walk(tree):
        if isinstance(part, Product):
            for at in range(len(part.items)):
                call = call_of(part.items, at)
                if call is not None and canonical(call[0]) == symbol.name:
                    yield call[1]


def _array_of(reader: Reader, name: Node) -> Symbol | None:
    """Return the declared array of two axes or more that a name without scripts is."""
    symbol = reader.symbols.find(plain_name(name)) if isinstance(name, Name) else None
    return symbol if symbol is not None and len(symbol.axes) > 1 else None


def _is_short(symbol: Symbol, group: Group) -> bool:
    """Return whether arguments are too few for an entry, or some of them are given."""
    return len(group.items) < len(symbol.axes) or GIVEN in group.separators


def _are_index_names(reader: Reader, group: Group) -> bool:
    """Return whether all arguments are declared indices."""
    found = [
        reader.symbols.find(plain_name(item)) if isinstance(item, Name) else None
        for item in group.items
    ]
    return bool(found) and all(symbol is not None and symbol.role == "index" for symbol in found)


def _tells_by_name(reader: Reader, head: Head) -> bool:
    """Return whether the arguments of a definition are the names of what it is about.

    That is so where they run in its body, or do not stand there, or are the indices of an array.
    """
    names = [plain_name(formal) for formal in head.arguments if isinstance(formal, Name)]
    if not names or len(names) != len(head.arguments) or head.letters or head.component:
        return False
    if _is_of_array(reader, head):
        return True
    running = _running(head)
    standing = {plain_name(part) for part in walk(head.body) if isinstance(part, Name)}
    return all(name in running or name not in standing for name in names)


def _is_of_array(reader: Reader, head: Head) -> bool:
    symbol = reader.symbols.find(head.name)
    return symbol is not None and len(symbol.axes) > 1


def _running(head: Head) -> set[str]:
    """Return the letters that run under the signs of a body."""
    return {
        letter
        for part in walk(head.body)
        if isinstance(part, Scripted) and isinstance(part.base, Big)
        for letter in limit_letters(part.lower)
    }


def _bars(separators: Sequence[str]) -> tuple[bool, ...]:
    return tuple(separator == GIVEN for separator in separators)
