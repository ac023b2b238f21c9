"""What is in force where a display stands."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

from derive.textbook.chains import Side
from derive.textbook.compounds import joined
from derive.textbook.displays import statements
from derive.textbook.errors import NotJudged, Unreadable
from derive.textbook.inverses import is_law_of_inverse
from derive.textbook.lexer import Terminal, Vocabulary, lex
from derive.textbook.macros import Macros, expand
from derive.textbook.meaning.canonical import letters_of, plain_name
from derive.textbook.meaning.definable import can_define
from derive.textbook.meaning.definitions import define, forget
from derive.textbook.meaning.dimensions import Dimensions
from derive.textbook.meaning.dispatch import new_reader
from derive.textbook.meaning.notations import (
    Notation,
    entries_below,
    explained,
    increments,
    written_out,
)
from derive.textbook.meaning.phrases import note_letters
from derive.textbook.meaning.sums import note_limits
from derive.textbook.meaning.superscripts import note_order
from derive.textbook.meaning.symbols import declared
from derive.textbook.meaning.updates import is_update
from derive.textbook.names import LOGARITHMS
from derive.textbook.parser import parse_terminals
from derive.textbook.sides import (
    base_name,
    is_declared,
    is_event_of,
    is_known_notation,
    is_own_call,
)
from derive.textbook.tokens import Raw, tokenize
from derive.textbook.tree import (
    Name,
    Node,
    Product,
    Relation,
    is_constant,
    walk,
)
from derive.textbook.words import words_defined

__all__ = ["Context"]


class Context:
    """What is in force where a display stands: symbols, definitions, conditions and notation.

    Its parameters are those of `Judge`.
    """

    def __init__(
        self,
        declarations: Mapping[str, str] | None = None,
        given: Sequence[str] = (),
        assume: Sequence[str] = (),
        macros: Macros | None = None,
    ) -> None:
        self.macros = macros or {}
        self.declared = bool(declarations)
        self.words = words_defined([tokenize(text) for text in given], scripted=True)
        self.symbols = declared(Dimensions(), declarations or {}, self.macros)
        self.reader = new_reader(self.symbols)
        note_letters(self.reader)
        self.conditions: list[Node] = []
        self.troubles: dict[str, str] = {}
        self.bound: set[str] = set()
        self._last: Side | None = None
        self.under: list[str] = []
        self.just_used: set[str] = set()
        self.section = 0
        self.trials = 0
        self.recursions: dict[str, tuple[int, tuple[Node, Node]]] = {}
        self.assumed: list[Node] = []
        self.sections: dict[str, int] = {}
        self.met: dict[str, str] = {}
        self.found: list[tuple[Node, str]] = []
        self.notations: list[Notation] = []
        self._note_letters(given)
        self._give_all([text for text in given if not self._explains(text)])
        self.unread = self._unread()
        for text in assume:
            self._assume(text)

    def _terminals(self, raw: Sequence[Raw]) -> list[Terminal]:
        tokens = expand(raw, self.macros)
        self.words |= {word for word in words_defined([tokens]) if not self._is_product(word)}
        return lex(tokens, self._vocabulary())

    def _parsed(self, part: Sequence[Terminal]) -> Node:
        """Return the tree of a formula, in which declared names of two letters are one."""
        return joined(parse_terminals(part), self.symbols.compounds)

    def _tree(self, part: Sequence[Terminal]) -> Node:
        """Return the tree of an expression, with what the text has explained written out."""
        tree = entries_below(self.symbols, self._parsed(part))
        tree = increments(self.reader, tree)
        return written_out(self.notations, tree)

    def _note_letters(self, texts: Sequence[str]) -> None:
        """Note of which letters that are constants elsewhere a given equation is about."""
        for text in texts:
            sides = self._sides_of(text)
            if sides is None or not isinstance(sides[0], Name):
                continue
            if any(isinstance(part, Name) for part in walk(sides[1])):
                self.reader.later.add(plain_name(sides[0]))

    def _explains(self, text: str) -> bool:
        """Return whether a given equation only says what some notation means, and take it."""
        with contextlib.suppress(Unreadable):
            found = statements(self._terminals(tokenize(text)))
            if len(found) == 1 and found[0].equalities == [(0, 1)]:
                left, right = (self._parsed(part) for part in found[0].parts)
                notation = explained(self.reader, left, right)
                if notation is not None:
                    self.notations.append(notation)
                    return True
        return False

    def _is_product(self, word: str) -> bool:
        """Return whether a run of letters is quantities side by side, as in WX = XW and logP."""
        if word[:-1] in LOGARITHMS:
            return self.symbols.find(word[-1]) is not None
        known = [self.symbols.find(letter) for letter in word]
        return len(word) == 2 and all(
            symbol is not None and symbol.known and symbol.role in ("value", "constant")
            for symbol in known
        )

    def _vocabulary(self) -> Vocabulary:
        heads = frozenset(name for name in self.reader.heads if name.isalnum() and len(name) > 1)
        return self.symbols.vocabulary(self.words | heads)

    def _give_all(self, texts: Sequence[str]) -> None:
        """Take definitions, in whatever order they build on each other."""
        waiting = list(texts)
        guessing = False
        while waiting:
            later = [text for text in waiting if not self._gives(text, guessing=guessing)]
            if len(later) == len(waiting):
                if guessing:
                    break
                guessing = True
            waiting = later

    def _gives(self, text: str, *, guessing: bool) -> bool:
        """Take one definition, unless it says nothing yet."""
        state = self.reader.state()
        before = dict(self.reader.guessed)
        try:
            self._give(text, guessing=guessing)
        except (Unreadable, NotJudged) as error:
            self.reader.restore(state)
            self.troubles[text] = str(error)
            return False
        new = [
            name
            for name, kind in self.reader.guessed.items()
            if name not in before and kind != "dim"
        ]
        if new and not guessing:
            self.reader.restore(state)
            return False
        self.troubles.pop(text, None)
        return True

    def _give_what_waits(self) -> None:
        """Take the given definitions that rest on one that the text has made only now."""
        waiting = list(self.troubles)
        if waiting and [text for text in waiting if self._gives(text, guessing=False)]:
            self.unread = self._unread()

    def _unread(self) -> dict[str, str]:
        """Return the declared quantities of which a given definition cannot be read, and why."""
        found: dict[str, str] = {}
        for text, reason in self.troubles.items():
            with contextlib.suppress(Unreadable):
                for statement in statements(self._terminals(tokenize(text))):
                    name = base_name(self._tree(statement.parts[0]))
                    symbol = self.symbols.find(name)
                    if symbol is not None and symbol.definition is None:
                        found[name] = f"what is given of {name} cannot be read: {reason}"
        return found

    def _give(self, text: str, *, guessing: bool = False) -> None:
        found = statements(self._terminals(tokenize(text)))
        if not any(statement.relations for statement in found):
            raise Unreadable("this states nothing; write an equation, as z = W x")
        for statement in found:
            for left, right in statement.equalities:
                sides = [self._tree(statement.parts[place]) for place in (left, right)]
                for side in sides:
                    note_limits(self.reader, side)
                if note_order(self.symbols, *sides) or is_law_of_inverse(*sides):
                    continue
                if guessing and is_event_of(*sides) and is_declared(self.reader, sides[0]):
                    sides.reverse()  # where nothing says what P is, ŷ_k = P(y = k) does
                if can_define(self.reader, sides[0], sides[1], given=True):
                    define(self.reader, sides[0], sides[1], given=True)
                elif not is_known_notation(sides[0]) and not is_own_call(*sides):
                    self.conditions.append(Relation((sides[0], sides[1]), ("=",)))
                    if not isinstance(sides[0], Product):
                        self.bound |= {letters_of(part) for side in sides for part in walk(side)}

    def _assume(self, text: str) -> None:
        if "instein" in text:
            self.reader.einstein = True
            return
        try:
            found = self._conditions(text)
            if not found:
                raise Unreadable("this states nothing; write a condition, as \\sum_i y_i = 1")
        except Unreadable as error:
            self.troubles[text] = str(error)
            return
        self.assumed.extend(found)
        self.conditions.extend(found)

    def _conditions(self, text: str) -> list[Relation]:
        found = statements(self._terminals(tokenize(text)))
        return [
            Relation(
                tuple(self._tree(part) for part in statement.parts),
                tuple(relation.value for relation in statement.relations),
            )
            for statement in found
        ]

    def begin_section(self) -> None:
        """Begin a part of a text, in which names that earlier parts defined may be used anew."""
        self.section += 1

    def suppose(self, text: str) -> None:
        """Note a condition that the prose states: false lines are tried under it."""
        with contextlib.suppress(Unreadable):
            for node in self._conditions(text):
                self.found.append((node, " ".join(text.split())))

    def defines(self, text: str) -> bool:
        """Return whether the first equality of a text says what something is.

        A number for what is declared is a case, as in *if y = 1*, and does not hold from there on.
        """
        sides = self._sides_of(text)
        if sides is None or self.is_case(text):
            return False
        own = is_declared(self.reader, sides[0]) and is_update(":=", *sides)
        return not own and can_define(self.reader, *sides)

    def is_case(self, text: str) -> bool:
        """Return whether a text gives a number to what is declared and nothing defines."""
        sides = self._sides_of(text)
        if sides is None or not is_constant(sides[1]):
            return False
        return is_declared(self.reader, sides[0]) and can_define(self.reader, *sides)

    def take_anew(self, text: str) -> None:
        """Drop what the text has defined so far of the name to which it gives another meaning."""
        sides = self._sides_of(text)
        if sides is not None and base_name(sides[0]) in self.sections:
            forget(self.reader, sides[0])

    def _sides_of(self, text: str) -> tuple[Node, Node] | None:
        try:
            found = statements(self._terminals(tokenize(text)))
            left, right = (self._tree(part) for part in found[0].parts[:2])
        except (Unreadable, IndexError, ValueError):
            return None
        return left, right

    def knows(self, text: str) -> bool:
        """Return whether a text has a letter for what is a quantity here, and no index."""
        symbols = [self.symbols.find(letter) for letter in text]
        return any(symbol is not None and symbol.role == "value" for symbol in symbols)
