r"""Calls that are a quantity as a whole: ``p(y = 1 \mid x)``, and those that are declared as one.

A call with an equation among its arguments is no function of a formal argument: it is a name, in
which letters may be indices, as j in ``p(y^{(i)} = j \mid x^{(i)})``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.textbook.errors import Unreadable
from derive.textbook.meaning.canonical import canonical, plain_name
from derive.textbook.meaning.core import MINUS_ONE, ONE, Symbol, Tensor, plus, times
from derive.textbook.meaning.declarations import LABEL_VALUES
from derive.textbook.meaning.letters import index_letters
from derive.textbook.meaning.matching import Match
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.symbols import Phrase, spelling
from derive.textbook.tree import Group, Name, Node, Number, Product, Relation, Sum

__all__ = ["call_letters", "declared_phrase", "is_event", "note_letters", "read_phrase"]


_FITTING = (Name, Number, Sum)


def note_letters(reader: Reader) -> None:
    """Take the letters of declared calls as indices: n in φ(x_n), which is declared per (N)."""
    calls = reader.symbols.calls
    for at, phrase in enumerate(calls):
        letters = tuple(call_letters(reader, phrase.pattern))
        if phrase.symbol.leading and phrase.symbol.leading == len(letters):
            calls[at] = replace(phrase, letters=letters)


def is_event(group: Group) -> bool:
    """Return whether arguments say what takes which value."""
    return any(isinstance(item, Relation) and item.relations == ("=",) for item in group.items)


def call_letters(reader: Reader, call: Node) -> list[str]:
    """Return the letters of a call that may be indices, in order."""
    found = dict.fromkeys(index_letters(reader.symbols, call))
    arguments = call.items[-1] if isinstance(call, Product) else call
    for item in arguments.items if isinstance(arguments, Group) else ():
        value = item.sides[-1] if isinstance(item, Relation) else None
        if isinstance(value, Name) and len(value.letters) == 1:
            letter = plain_name(value)
            symbol = reader.symbols.find(letter)
            if symbol is None or symbol.role == "index":
                found[letter] = None
    return list(found)


def _matched(phrases: Sequence[Phrase], call: Node) -> tuple[Phrase, tuple[Node, ...]] | None:
    for phrase in sorted(phrases, key=lambda phrase: len(phrase.letters)):
        match = Match(phrase.letters, _FITTING)
        if match.matches(phrase.pattern, call) and len(match.found) == len(phrase.letters):
            return phrase, tuple(match.found[letter] for letter in phrase.letters)
    return None


def read_phrase(reader: Reader, name: Node, group: Group, scope: Scope) -> Tensor | None:
    """Return what a call stands for that is a quantity as a whole, or None where it is none."""
    call = Product((name, group), span=name.span.to(group.span))
    found = _matched(reader.symbols.calls, call)
    if found is None:
        return _complement(reader, name, group, scope)
    phrase, places = found
    if any(isinstance(place, Number) and place.text == "0" for place in places):
        raise Unreadable("an entry 0; entries are counted from 1 here", call.span)
    return reader.symbol_at(phrase.symbol, places, scope, call, bold=False)


def declared_phrase(reader: Reader, name: Node, group: Group) -> tuple[Symbol, list[str]] | None:
    """Return the declared quantity that a call is as a whole, with the indices that stand in it."""
    found = _matched(reader.symbols.calls, Product((name, group)))
    if found is None or not all(isinstance(place, Name) for place in found[1]):
        return None
    return found[0].symbol, [plain_name(place) for place in found[1] if isinstance(place, Name)]


def _complement(reader: Reader, name: Node, group: Group, scope: Scope) -> Tensor | None:
    """Return 1 − p(y = 1 | x) for p(y = 0 | x), where a label has two values."""
    if not is_event(group) or not isinstance(group.items[0], Relation):
        return None
    event = group.items[0]
    symbol = _label(reader, event.sides[0])
    values = [str(one) for one in LABEL_VALUES.get("" if symbol is None else symbol.domain, ())]
    value = canonical(event.sides[-1])
    if value not in values:
        return None
    (other,) = (one for one in values if one != value)
    turned = Relation((event.sides[0], _number(other)), ("=",), span=event.span)
    items = (turned, *group.items[1:])
    call = Product((name, Group(group.opening, items, group.separators)), span=group.span)
    found = _matched(reader.symbols.calls, call)
    if found is None:
        return None
    tensor = reader.symbol_at(found[0].symbol, found[1], scope, call, bold=False)
    return Tensor(tensor.axes, plus(ONE, times(MINUS_ONE, tensor.body)), tensor.orientation)


def _number(text: str) -> Node:
    return Sum(("-",), (Number(text[1:]),)) if text.startswith("-") else Number(text)


def _label(reader: Reader, node: Node) -> Symbol | None:
    spelt = spelling(node)
    return None if spelt is None else reader.symbols.find(spelt.base, bold=spelt.bold)
