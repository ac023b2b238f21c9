r"""From the terminals of a display to its statements: chains of expressions with relations between.

What ends a statement: a row that begins anew, ``\quad`` or a comma before another statement, prose.
What does not: a row that goes on with a relation or an operator. Equations in limits, arguments and
conditions are no statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from derive.textbook.errors import Unreadable
from derive.textbook.lexer import Terminal
from derive.textbook.positions import Span

__all__ = [
    "EQUALITIES",
    "Part",
    "Statement",
    "apart",
    "check_balance",
    "statements",
    "with_rows_apart",
]

EQUALITIES = frozenset({"=", ":="})
_SEPARATING = frozenset({"\\implies", "\\iff", "\\impliedby"})
_DOWN = frozenset({"OPEN", "LBRACE", "BAR_OPEN", "NORM_OPEN", "BEGIN"})
_UP = frozenset({"CLOSE", "RBRACE", "BAR_CLOSE", "NORM_CLOSE", "END"})
_CONDITIONAL = (
    "if", "when", "whenever", "for", "provided", "assuming", "given", "since", "because", "as",
    "unless", "under", "case", "with probability",
)  # fmt: skip
_REASONS = ("since ", "because ", "by ", "using ", "as ", "due ")
"""What a reason for a line begins with."""
_LEADING = ("all", "if", "every", "each", "any", "that", "case", "when", "where", "for")
_OPERATORS = frozenset({"PLUS", "MINUS", "MULOP"})
_LAYOUT = frozenset({"AMP", "QUAD"})
_NOTES = frozenset({"\\star", "\\ast", "*", "\\dagger"})
"""Signs that mark a row at its end."""
_ENDS = frozenset({"PERIOD", "COMMA", "SEMICOLON"})

_ASIDE = ("where", "with")
"""How words begin that say what a letter of the line is, whatever stands before them."""
_FACTOR_ENDS = frozenset({"NAME", "CLOSE", "RBRACE"})
_FACTOR_BEGINS = frozenset({"NAME", "OPEN", "FONT", "ACCENT", "LBRACE"})
_LONGEST_LETTER = 9
"""As long as ``\\varsigma``: a longer name before a colon is a heading."""

Part = tuple[Terminal, ...]


@dataclass
class Statement:
    """A chain: `parts` with `relations` between them, and the conditions under which it stands."""

    parts: list[Part] = field(default_factory=list)
    relations: list[Terminal] = field(default_factory=list)
    conditions: list[Part] = field(default_factory=list)

    @property
    def continues(self) -> bool:
        """Whether the chain begins with an equals sign."""
        return bool(self.relations) and self.relations[0].value in EQUALITIES and not self.parts[0]

    @property
    def equalities(self) -> list[tuple[int, int]]:
        """The places of the sides of every equality that counts."""
        pairs = []
        for place, relation in enumerate(self.relations):
            if relation.value in EQUALITIES and self.parts[place] and self.parts[place + 1]:
                pairs.append((place, place + 1))
        return pairs


def _words_of(text: str) -> str:
    return text.strip().strip(",.;:()").lower()


def _is_conditional(text: str) -> bool:
    """Return whether a formula that is a condition follows some prose."""
    words = _words_of(text)
    if words in _CONDITIONAL:
        return True
    last = words.rsplit(" ", 1)[-1]
    return words.startswith(_CONDITIONAL) and last in _LEADING


def span_of(part: Part) -> Span:
    """Return where a part stands."""
    return part[0].span.to(part[-1].span)


def _closing(terminals: Sequence[Terminal], start: int) -> int:
    depth = 0
    for place in range(start, len(terminals)):
        depth += (terminals[place].type in _DOWN) - (terminals[place].type in _UP)
        if depth <= 0:
            return place
    return len(terminals) - 1


def check_balance(terminals: Sequence[Terminal]) -> None:
    """Refuse a display of which the delimiters do not close each other.

    Raises
    ------
    Unreadable
        At the first that is not closed, or closes nothing.
    """
    opened: list[Terminal] = []
    for terminal in terminals:
        if terminal.type in _DOWN:
            opened.append(terminal)
        elif terminal.type in _UP:
            if not opened:
                raise Unreadable(f"{terminal.value} closes nothing", terminal.span)
            opened.pop()
    if opened:
        raise Unreadable(f"{opened[-1].value} is not closed", opened[-1].span)


def with_rows_apart(terminals: Sequence[Terminal]) -> list[Terminal]:
    """Return a display that is not balanced with what is wrong in a row taken out of that row.

    A side in which a delimiter has no other one becomes one terminal for which the grammar has no
    place; where it is not closed, that is the rest of the row. Bars are told apart by what is open
    around them, so that a display with bars stays whole.
    """
    try:
        check_balance(terminals)
    except Unreadable:
        pass
    else:
        return list(terminals)
    rows = _rows(terminals)
    if len(rows) < 2 or any(_is_bar(terminal) for terminal in terminals):
        return list(terminals)
    result: list[Terminal] = []
    for row in rows:
        result.extend(_balanced(row))
    return result


def _is_bar(terminal: Terminal) -> bool:
    barred = terminal.type == "MIDBAR" and terminal.value != "\\mid"
    return barred or terminal.type.startswith(("BAR", "NORM", "EVALBAR"))


def _rows(terminals: Sequence[Terminal]) -> list[list[Terminal]]:
    """Return the rows of a display, each with what ends it; rows of tables end none."""
    rows: list[list[Terminal]] = [[]]
    tables = 0
    for terminal in terminals:
        if terminal.type in ("BEGIN", "END") and not _is_rows(terminal):
            tables += 1 if terminal.type == "BEGIN" else -1
        ends = _is_rows(terminal) or (terminal.type == "ROW" and tables == 0)
        if ends and terminal.type == "END":
            rows.append([terminal])
        else:
            rows[-1].append(terminal)
        if ends:
            rows.append([])
    return [row for row in rows if row]


def _balanced(row: Sequence[Terminal]) -> list[Terminal]:
    """Return a row with one unknown terminal in place of every side that is not balanced."""
    result: list[Terminal] = []
    opened: list[Terminal] = []
    side: list[Terminal] = []
    trouble = ""
    for terminal in row:
        if _is_rows(terminal) or (not opened and terminal.type in ("REL", "ROW")):
            result += [*_side(side, trouble), terminal]
            side, trouble = [], ""
            continue
        side.append(terminal)
        if terminal.type in _DOWN:
            opened.append(terminal)
        elif terminal.type in _UP and opened:
            opened.pop()
        elif terminal.type in _UP:
            trouble = f"{terminal.value} closes nothing"
    if opened:
        trouble = f"{opened[-1].value} is not closed"
    ends = side[-1:] if side and side[-1].type == "ROW" else []
    return [*result, *_side(side[: len(side) - len(ends)], trouble), *ends]


def _side(side: list[Terminal], trouble: str) -> list[Terminal]:
    return [Terminal("UNKNOWN", trouble, span_of(tuple(side)))] if trouble and side else side


def apart(terminals: Sequence[Terminal], text: str, offset: int) -> list[Terminal]:
    r"""Return the terminals with a row's end at each line of the source that may begin a formula.

    LaTeX takes the end of a line for a space. Where both lines have a relation, and neither ends or
    begins with what goes on, two formulas may stand below each other without a ``\\``.
    """
    found: list[Terminal] = []
    depth, related = 0, False
    for place, terminal in enumerate(terminals):
        before = found[-1] if found else None
        if before is not None and depth == 0 and related and not _goes_on(before, terminal):
            between = text[before.span.end - offset : terminal.span.start - offset]
            if "\n" in between and _has_relation(terminals, place, text, offset):
                found.append(Terminal("ROW", "\\\\", terminal.span))
                related = False
        depth += _nested(terminal)
        related = (related and terminal.type != "ROW") or (depth == 0 and terminal.type == "REL")
        found.append(terminal)
    return found


def _goes_on(before: Terminal, after: Terminal) -> bool:
    kinds = {"REL", "ROW", "TEXT", "BEGIN", "END", *_LAYOUT, *_OPERATORS}
    return before.type in kinds or after.type in kinds | _ENDS | _UP


def _has_relation(terminals: Sequence[Terminal], start: int, text: str, offset: int) -> bool:
    """Return whether a relation stands in a line of the source, outside of delimiters."""
    depth = 0
    for place in range(start, len(terminals)):
        terminal = terminals[place]
        if place > start:
            gap = text[terminals[place - 1].span.end - offset : terminal.span.start - offset]
            if "\n" in gap and depth == 0:
                return False
        if depth == 0 and terminal.type == "REL":
            return True
        depth += _nested(terminal)
    return False


def _nested(terminal: Terminal) -> int:
    """Return by how much a terminal goes deeper; rows of a display are no depth."""
    return 0 if _is_rows(terminal) else (terminal.type in _DOWN) - (terminal.type in _UP)


def _is_rows(terminal: Terminal) -> bool:
    return terminal.type in ("BEGIN", "END") and terminal.value == "aligned"


def _bared(terminals: Sequence[Terminal]) -> list[Terminal]:
    r"""Return the terminals without braces around whole formulas: ``{\displaystyle a = b}``."""
    result: list[Terminal] = []
    place = 0
    while place < len(terminals):
        first = terminals[place]
        end = _closing(terminals, place) if first.type in _DOWN and not _is_rows(first) else place
        before = result[-1].type if result else "ROW"
        after = terminals[end + 1].type if end + 1 < len(terminals) else "ROW"
        alone = first.type == "LBRACE" and before in _AROUND and after in _AROUND
        formula = _formula_in(terminals[place : end + 1]) if alone else ()
        result.extend(formula or terminals[place : end + 1])
        place = end + 1
    return result


_AROUND = frozenset({"ROW", "BEGIN", "END", *_LAYOUT, *_ENDS})
"""What stands before and behind braces around whole formulas."""
_MOST_BRACES = 3
"""How many braces may stand around a formula."""


def _formula_in(terminals: Sequence[Terminal]) -> Sequence[Terminal]:
    """Return what stands in braces, where it is a formula with a relation; else nothing."""
    for _ in range(_MOST_BRACES):
        if terminals[0].type != "LBRACE" or _closing(terminals, 0) != len(terminals) - 1:
            break
        terminals = terminals[1:-1]
        if _has_relation_outside(terminals):
            return terminals
        if not terminals:
            break
    return ()


def _has_relation_outside(terminals: Sequence[Terminal]) -> bool:
    """Return whether a relation stands among terminals, outside of delimiters."""
    depth = 0
    for terminal in terminals:
        if depth == 0 and terminal.type == "REL":
            return True
        depth += _nested(terminal)
    return False


def _flattened(terminals: Sequence[Terminal]) -> list[Terminal]:
    """Return the terminals without the environments that only hold rows."""
    result: list[Terminal] = []
    depth = 0
    for terminal in terminals:
        if depth == 0 and _is_rows(terminal):
            result.append(Terminal("ROW", "\\\\", terminal.span))
            continue
        depth += (terminal.type in _DOWN) - (terminal.type in _UP)
        result.append(terminal)
    return result


@dataclass
class _Splitter:
    """Walks a display; `at` is the place of the terminal in hand."""

    terminals: list[Terminal]
    at: int = 0
    found: list[Statement] = field(default_factory=list)
    current: Statement = field(default_factory=Statement)
    words: list[Terminal] = field(default_factory=list)
    condition: list[Terminal] | None = None
    pending: list[Part] = field(default_factory=list)
    main: Part = ()
    """Where the chain stands that a remark with an equation of its own has interrupted."""

    def run(self) -> list[Statement]:
        while self.at < len(self.terminals):
            terminal = self.terminals[self.at]
            if self.condition is not None and not self._ends_condition(terminal):
                end = _closing(self.terminals, self.at) if terminal.type in _DOWN else self.at
                self.condition.extend(self.terminals[self.at : end + 1])
                self.at = end + 1
                continue
            handler = _HANDLERS.get(terminal.type)
            if handler is not None:
                handler(self, terminal)
            elif (reason := self._end_of_reason()) is not None:
                unread = Terminal("UNKNOWN", "a reason in words", terminal.span)
                self.current.conditions.append((unread,))
                self.at = reason
            elif terminal.type in _DOWN:
                end = _closing(self.terminals, self.at)
                self.words.extend(self.terminals[self.at : end + 1])
                self.at = end
            else:
                self.words.append(terminal)
            self.at += 1
        self.finish()
        return self.found

    # What the terminals ahead are.

    def _ahead(self, at: int, stop: frozenset[str]) -> list[Terminal]:
        """Return the terminals from a place to the next of some types, at this depth."""
        result = []
        depth = 0
        for terminal in self.terminals[at:]:
            if depth == 0 and terminal.type in stop:
                break
            depth += (terminal.type in _DOWN) - (terminal.type in _UP)
            if depth == 0:
                result.append(terminal)
        return result

    def _relation_ahead(self, stop: frozenset[str]) -> str | None:
        for terminal in self._ahead(self.at + 1, stop):
            if terminal.type == "REL":
                return terminal.value
        return None

    def _next(self) -> Terminal | None:
        for terminal in self.terminals[self.at + 1 :]:
            if terminal.type not in _LAYOUT:
                return terminal
        return None

    # What ends what.

    def end_part(self) -> None:
        """Put the words in hand into the chain."""
        if self.words or self.current.relations or not self.current.parts:
            if len(self.current.parts) == len(self.current.relations):
                self.current.parts.append(tuple(self.words))
            elif self.words:
                self.current.parts[-1] = (*self.current.parts[-1], *self.words)
        self.words = []

    def finish(self) -> None:
        """End the statement in hand."""
        self._end_condition()
        self.end_part()
        statement = self.current
        if statement.relations and len(statement.parts) == len(statement.relations):
            statement.parts.append(())
        if any(statement.parts) and statement.relations:
            statement.conditions.extend(self.pending)
            self.pending = []
            self.found.append(_without_ellipses(statement))
        self.current = Statement()

    def _end_condition(self) -> None:
        if self.condition:
            condition = tuple(self.condition)
            if self.current.relations or self.words:
                self.current.conditions.append(condition)
            else:
                self.pending.append(condition)
        self.condition = None

    def _ends_condition(self, terminal: Terminal) -> bool:
        if terminal.type in ("AMP", "ROW", "TEXT", "PERIOD", "COLON", "FORALL"):
            return True
        return terminal.type == "QUAD" and bool(self.condition)

    def text(self, terminal: Terminal) -> None:
        follows = self._next()
        words = _words_of(terminal.value)
        if words.startswith(_CONDITIONAL):
            if not _is_conditional(terminal.value):
                return  # a condition said in words
            if not (self.current.relations or self.words):
                self.finish()
            else:
                self.end_part()
            self.condition = []
        elif follows is not None and follows.type == "REL" and follows.value not in _SEPARATING:
            self._end_condition()
            self.end_part()
        elif (end := self._end_of_comment()) is not None:
            self._end_condition()
            self.end_part()
            self.at = end - 1
        else:
            interrupted = self._is_remark(words)
            self.finish()
            self.main = self.found[-1].parts[-1] if interrupted and self.found else ()

    def _is_remark(self, words: str) -> bool:
        """Return whether words stand beside a chain: in a column of their own, or after "where"."""
        if not (self.words and self.current.relations) or not self.at:
            return False
        if self.terminals[self.at - 1].type not in _LAYOUT and not words.startswith(_ASIDE):
            return False
        for terminal in reversed(self.terminals[: self.at]):
            if terminal.type in ("ROW", "REL"):
                return terminal.type == "REL"
        return False

    def _end_of_comment(self) -> int | None:
        """Return where a row ends of which the rest is a remark, where its chain goes on below."""
        before = self.terminals[self.at - 1].type if self.at else ""
        if before not in _LAYOUT or not (self.words and self.current.relations):
            return None
        row = self._ahead(self.at + 1, frozenset({"ROW"}))
        if any(terminal.type == "REL" for terminal in row):
            return None
        depth = 0
        for place in range(self.at + 1, len(self.terminals)):
            terminal = self.terminals[place]
            if depth == 0 and terminal.type == "ROW":
                below = [t for t in self.terminals[place + 1 :] if t.type not in (*_LAYOUT, "ROW")]
                goes_on = bool(below) and below[0].type == "REL"
                return place if goes_on and below[0].value not in _SEPARATING else None
            depth += (terminal.type in _DOWN) - (terminal.type in _UP)
        return None

    def _end_of_reason(self) -> int | None:
        r"""Return where a reason in parentheses ends: ``\quad (\text{since } A \text{ is …})``."""
        opening, *behind = self.terminals[self.at : self.at + 2]
        if opening.type != "OPEN" or not behind or behind[0].type != "TEXT" or not self.at:
            return None
        words = _words_of(behind[0].value)
        if not f"{words} ".startswith(_REASONS) or self.terminals[self.at - 1].type not in _LAYOUT:
            return None
        end = _closing(self.terminals, self.at)
        after = self.terminals[end + 1].type if end + 1 < len(self.terminals) else "ROW"
        complete = bool(self.words) and bool(self.current.relations)
        return end if complete and after in ("ROW", *_ENDS) else None

    def forall(self, _terminal: Terminal) -> None:
        self._end_condition()
        if self.words or self.current.relations:
            self.end_part()
        self.condition = []

    def relation(self, terminal: Terminal) -> None:
        if terminal.value in _SEPARATING:
            self.finish()
            return
        self.end_part()
        self.current.relations.append(terminal)

    def ampersand(self, _terminal: Terminal) -> None:
        self._end_condition()
        follows = self._next()
        complete = bool(self.words) and bool(self.current.relations)
        if (
            complete
            and follows is not None
            and follows.type not in ("REL", "ROW", "TEXT", *_OPERATORS, *_ENDS)
        ) and (
            self._relation_ahead(frozenset({"ROW", "AMP"})) is not None
            or self.terminals[self.at + 1].type in ("AMP", "QUAD")
            or (
                self.terminals[self.at + 2 : self.at + 3]
                and self.terminals[self.at + 2].type == "REL"
            )
        ):
            self.finish()

    def quad(self, _terminal: Terminal) -> None:
        self.at += self._note()
        follows = self._next()
        behind_condition = bool(self.condition)
        complete = (bool(self.words) or behind_condition) and bool(self.current.relations)
        if (
            complete
            and follows is not None
            and follows.type not in ("REL", *_OPERATORS, *_ENDS, "ROW", "TEXT")
        ):
            if behind_condition:
                self._end_condition()
            self._begin_anew(frozenset({"ROW", "TEXT", "COMMA", "SEMICOLON", "PERIOD", "QUAD"}))

    def _note(self) -> int:
        r"""Return how many signs at the end of a row are for the reader: ``\qquad \star``, (3)."""
        rest = self.terminals[self.at + 1 :]
        count = 0
        while count < len(rest) and rest[count].type == "MULOP" and rest[count].value in _NOTES:
            count += 1
        if [one.type for one in rest[:3]] == ["OPEN", "NUMBER", "CLOSE"]:
            count = 3
        behind = [one for one in rest[count:] if one.type not in _LAYOUT]
        if not behind or not count:
            return count
        ends = [place for place, one in enumerate(behind) if one.type == "ROW"][:2]
        row = behind[1 : ends[1]] if len(ends) > 1 else behind[1:]
        return count if behind[0].type == "ROW" and (not row or _has_relation_outside(row)) else 0

    def _begin_anew(self, stop: frozenset[str]) -> None:
        """End the statement where another follows; a bare side condition belongs to this one."""
        relation = self._relation_ahead(stop)
        if relation in EQUALITIES and not self._is_range() and not self._is_tie():
            self.finish()
        elif relation is not None:
            self.end_part()
            self.condition = []

    def _is_range(self) -> bool:
        r"""Return whether ``i = 1, \dots, n`` follows, which is a condition."""
        ahead = [t for t in self.terminals[self.at + 1 : self.at + 8] if t.type not in _LAYOUT]
        types = [terminal.type for terminal in ahead]
        return types[:3] == ["NAME", "REL", "NUMBER"] and types[3:5] in (
            ["COMMA", "DOTS"],
            ["DOTS", "COMMA"],
            ["COMMA", "NUMBER"],
        )

    def _is_tie(self) -> bool:
        """Return whether ``i = j`` follows, two indices of this statement, which is a condition."""
        ahead = [t for t in self.terminals[self.at + 1 :] if t.type not in _LAYOUT][:4]
        if [terminal.type for terminal in ahead[:3]] != ["NAME", "REL", "NAME"]:
            return False
        if len(ahead) > 3 and ahead[3].type not in ("ROW", "PERIOD", "COMMA", "SEMICOLON", "TEXT"):
            return False
        words = [t for part in self.current.parts for t in part] + self.words
        below = {b.value for a, b in pairwise(words) if a.type in ("UNDER", "LBRACE", "NAME")}
        return ahead[0].value in below and ahead[2].value in below

    def comma(self, _terminal: Terminal) -> None:
        stop = frozenset({"ROW", "TEXT", "SEMICOLON", "PERIOD", "COMMA"})
        if self._relation_ahead(stop) is not None:
            follows = self._next()
            if follows is not None and follows.type == "REL":
                self.end_part()
            elif self.current.relations:
                self._begin_anew(stop)
            else:
                self.words.append(self.terminals[self.at])
        elif (self._ahead(self.at + 1, stop | _LAYOUT) and not self.current.relations) or [
            t for t in self._ahead(self.at + 1, stop) if t.type not in _LAYOUT
        ]:
            self.words.append(self.terminals[self.at])

    def period(self, terminal: Terminal) -> None:
        follows = self.terminals[self.at + 1] if self.at + 1 < len(self.terminals) else None
        opens = follows is not None and follows.type == "OPEN" and bool(self.words)
        if (opens or self._is_glued(terminal, follows)) and self.condition is None:
            self.words.append(Terminal("MULOP", "\\cdot", terminal.span))
        elif follows is None or follows.type in ("ROW", "AMP", "QUAD", "TEXT"):
            self._end_condition()
        else:
            self.finish()

    def _is_glued(self, terminal: Terminal, follows: Terminal | None) -> bool:
        """Return whether a full stop stands between two factors without a space: a product."""
        before = self.words[-1] if self.words else None
        if before is None or follows is None:
            return False
        return (
            before.type in (*_FACTOR_ENDS, "NUMBER")
            and (follows.type in _FACTOR_BEGINS or follows.type == "FRAC")
            and before.span.end == terminal.span.start
            and terminal.span.end == follows.span.start
        )

    def colon(self, terminal: Terminal) -> None:
        if self.condition is not None:
            self._end_condition()
        elif self._is_operator():
            self.words.append(Terminal("MULOP", ":", terminal.span))
        elif not self.current.relations:
            self.words = []
            self.current = Statement()
        else:
            self.finish()

    def _is_operator(self) -> bool:
        """Return whether a colon stands between two factors, as in A:B; a label has its own."""
        follows = self.terminals[self.at + 1] if self.at + 1 < len(self.terminals) else None
        before = self.words[-1] if self.words else None
        if before is None or follows is None or len(before.value) > _LONGEST_LETTER:
            return False
        begins = follows.type in _FACTOR_BEGINS or (
            follows.type == "BIG" and self.current.relations
        )
        if before.type not in _FACTOR_ENDS or not begins:
            return False
        span = self.terminals[self.at].span
        return (before.span.end == span.start) == (span.end == follows.span.start)

    def row(self, _terminal: Terminal) -> None:
        self._end_condition()
        if not (self.words or self.current.relations):
            return
        row = self._ahead(self.at + 1, frozenset({"ROW"}))
        following = [terminal for terminal in row if terminal.type not in _LAYOUT]
        if not following:
            return
        first = following[0]
        if first.type == "TEXT" and _is_conditional(first.value) and self.current.relations:
            ends = [
                place
                for place, terminal in enumerate(row)
                if terminal.type in ("COLON", "AMP") and place
            ]
            if ends and any(terminal.type == "REL" for terminal in row[ends[0] :]):
                self.finish()
            return
        shifted = bool(row) and row[0].type == "AMP"
        goes_on = (
            first.type in ("REL", "PLUS", "MULOP", "TEXT")
            or (not self.words and len(self.current.parts) == len(self.current.relations) > 0)
            or (bool(self.words) and self.words[-1].type in (*_OPERATORS, "BIG"))
        )
        if goes_on and first.type == "REL" and first.value in _SEPARATING:
            goes_on = False
        main, self.main = self.main, ()
        if goes_on and first.type == "REL" and row[0].type == "AMP" and main:
            self.finish()
            self.current.parts.append(main)
            return
        if goes_on:
            return
        related = any(terminal.type == "REL" for terminal in following)
        if first.type == "MINUS" and (shifted or not related):
            return
        if related or not self.current.relations:
            if self.current.relations or related:
                self.finish()
        elif not shifted and first.type != "MINUS":
            self.finish()


def _without_ellipses(statement: Statement) -> Statement:
    """Return a statement without parts that are an ellipsis only: ``= … =`` is one equality."""
    parts, relations = list(statement.parts), list(statement.relations)
    place = 1
    while place < len(parts) - 1:
        if parts[place] and all(terminal.type == "DOTS" for terminal in parts[place]):
            del parts[place], relations[place]
        else:
            place += 1
    return Statement(parts, relations, statement.conditions)


_HANDLERS = {
    "TEXT": _Splitter.text,
    "FORALL": _Splitter.forall,
    "REL": _Splitter.relation,
    "AMP": _Splitter.ampersand,
    "QUAD": _Splitter.quad,
    "COMMA": _Splitter.comma,
    "SEMICOLON": _Splitter.comma,
    "PERIOD": _Splitter.period,
    "COLON": _Splitter.colon,
    "ROW": _Splitter.row,
}


def _unwrapped(terminals: Sequence[Terminal]) -> Sequence[Terminal]:
    """Return a formula that stands in parentheses as a whole, as in prose, without them."""
    if len(terminals) < 3 or terminals[0].type != "OPEN" or terminals[0].value != "(":
        return terminals
    if _closing(terminals, 0) != len(terminals) - 1:
        return terminals
    return terminals[1:-1]


def statements(terminals: Sequence[Terminal]) -> list[Statement]:
    r"""Return the statements of a display, in reading order.

    Examples
    --------
    >>> from derive.textbook.lexer import lex
    >>> from derive.textbook.tokens import tokenize
    >>> display = r"\begin{aligned} a &= b \\ &= c, \quad i = 1, \dots, n \\ d &= e \end{aligned}"
    >>> [len(statement.parts) for statement in statements(lex(tokenize(display)))]
    [3, 2]
    """
    return _Splitter(_flattened(_unwrapped(_bared(terminals)))).run()
