"""Says of every equality of a text whether it holds."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derive.textbook.compare import WORK, Comparison, Question, compare, least_condition
from derive.textbook.compounds import joined
from derive.textbook.displays import Statement, check_balance, statements
from derive.textbook.errors import Ambiguous, Circular, NotJudged, ShapeMismatch, Unreadable
from derive.textbook.inverses import without_inverse
from derive.textbook.latex import to_latex
from derive.textbook.lexer import Terminal, Vocabulary, lex
from derive.textbook.macros import Macros, expand
from derive.textbook.meaning.calls import NothingKnown, bare_functions, is_next_entry
from derive.textbook.meaning.canonical import TRANSPOSES, canonical, letters_of, plain_name
from derive.textbook.meaning.core import Tensor, moved_in, symbols_in
from derive.textbook.meaning.definitions import by_columns, can_define, define, forget
from derive.textbook.meaning.differentials import (
    MARK,
    Differential,
    between_differentials,
    differential_equation,
    may_be_new,
)
from derive.textbook.meaning.dimensions import Dimensions
from derive.textbook.meaning.dispatch import new_reader
from derive.textbook.meaning.letters import index_letters
from derive.textbook.meaning.notations import (
    Notation,
    entries_below,
    explained,
    increments,
    written_out,
)
from derive.textbook.meaning.patterns import is_transpose
from derive.textbook.meaning.phrases import note_letters
from derive.textbook.meaning.scope import CHOICES, Readings, Scope
from derive.textbook.meaning.sums import note_limits
from derive.textbook.meaning.superscripts import note_order
from derive.textbook.meaning.symbols import declared, spelling
from derive.textbook.meaning.updates import (
    is_defined,
    is_own_sum,
    is_recursion,
    is_update,
    step_letter,
    steps_mixed,
)
from derive.textbook.parser import parse_terminals
from derive.textbook.positions import NOWHERE, Span
from derive.textbook.proof import prove
from derive.textbook.repairs import variants
from derive.textbook.sides import (
    base_name,
    counts_unknown,
    declarations_of,
    doubtful,
    is_declared,
    is_extremum,
    is_known_notation,
    is_own_call,
    is_partial,
    is_probability,
    is_stationary,
    is_zero,
    open_function,
    unreadable,
    variable_below,
    verdict_on,
    without_letters,
)
from derive.textbook.tokens import Raw, tokenize
from derive.textbook.tree import (
    Group,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Scripted,
    Table,
    is_constant,
    walk,
)
from derive.textbook.verdicts import Judged
from derive.textbook.words import words_defined

__all__ = ["Judge"]

STATIONARY = "the derivative is nought there, which the text demands"
ORDERING = frozenset({"<", ">", "\\le", "\\ge", "\\ll", "\\gg", "\\approx", "\\neq", "\\propto"})
"""Relations behind which an equality says nothing new of its left side."""
INTRODUCES = "introduces a function"
CONSTRAINT = "the text demands it of what it has just used"
DEGENERATE = "the sizes are equal or one, for which alone every inverse exists"
UPDATE = "gives the left side a new value"
RECURSION = "says what the left side is by the step before"
OWN = "an update of its left side, or an equation that is false; an update is written with :="
INVERSE = "the function of the one side is not the argument on the other"
GRADIENT = "this is not the gradient of the loss; it may be a name of its own"
LONGEST_DISPLAY = 20_000
MOST_READINGS = 6
"""How many other readings of ambiguous notation are tried."""


@dataclass(frozen=True)
class _Side:
    """One expression of a chain: its tree, its place, or why it cannot be read."""

    node: Node | None
    span: Span
    text: str
    error: Unreadable | None = None


@dataclass
class _Chain:
    """A statement in hand."""

    sides: list[_Side]
    conditions: list[Node]
    outside: frozenset[str] = frozenset()
    unread: str = ""
    relations: tuple[str, ...] = ()

    @property
    def nodes(self) -> list[Node]:
        """The sides that can be read."""
        return [side.node for side in self.sides if side.node is not None]


class Judge:
    r"""Reads displays one after the other; what one defines is in force in the next.

    Parameters
    ----------
    declarations : Mapping[str, str]
        Kinds by LaTeX symbol, such as ``{r"\mathbf{x}": "vector(d)"}``.
    given : Sequence[str]
        Definitions in force, LaTeX equations.
    assume : Sequence[str]
        Conditions in force.
    macros : Macros
        The author's own commands.

    Examples
    --------
    >>> judge = Judge({"x": "scalar"}, [r"\sigma(x) = \frac{1}{1 + e^{-x}}"])
    >>> [judged.kind for judged in judge.display(r"\sigma'(x) = \sigma(x)(1 + \sigma(x))")]
    ['refuted']
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
        self._last: _Side | None = None
        self.under: list[str] = []
        self.just_used: set[str] = set()
        self.section = 0
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

    # What is in force.

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
        """Return whether a run of letters is quantities side by side, as in WX = XW."""
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
            self._give(text)
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

    def _give(self, text: str) -> None:
        found = statements(self._terminals(tokenize(text)))
        if not any(statement.relations for statement in found):
            raise Unreadable("this states nothing; write an equation, as z = W x")
        for statement in found:
            for left, right in statement.equalities:
                sides = [self._tree(statement.parts[place]) for place in (left, right)]
                for side in sides:
                    note_limits(self.reader, side)
                if note_order(self.symbols, *sides):
                    continue
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

    # Displays.

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

    def display(
        self, text: str, offset: int = 0, *, continued: bool = False, under: Sequence[str] = ()
    ) -> list[Judged]:
        """Judge every equality of a display, in reading order.

        A display that begins with an equals sign goes on with the chain of the one before, where
        it is `continued`; `under` are the conditions that the prose beside it states.
        """
        self.under, self.just_used = list(under), set()
        try:
            terminals = self._terminals(tokenize(text, offset, paragraphs=True))
            if len(terminals) > LONGEST_DISPLAY:
                raise Unreadable(
                    f"the display has more than {LONGEST_DISPLAY} signs", terminals[0].span
                )
            check_balance(terminals)
            found = statements(terminals)
        except Unreadable as error:
            whole = Span(offset, offset + len(text))
            return [unreadable(error, whole, "", "")]
        before = self._last if continued else None
        judged = [
            self._statement(statement, text, offset, None if place else before)
            for place, statement in enumerate(found)
        ]
        for place, statement in enumerate(found):
            if any(one.kind == "unreadable" for one in judged[place]):
                again = self._statement(statement, text, offset, None if place else before)
                judged[place] = [
                    new if old.kind == "unreadable" else old
                    for old, new in zip(judged[place], again, strict=True)
                ]
        return [one for statement in judged for one in statement]

    def _statement(
        self, statement: Statement, text: str, offset: int, continues: _Side | None = None
    ) -> list[Judged]:
        sides = [self._side(part, text, offset) for part in statement.parts]
        equalities = statement.equalities
        if not statement.parts[0] and continues is not None and statement.continues:
            sides[0] = continues
            equalities = [(0, 1), *equalities]
        conditions: list[Node] = []
        unread = ""
        for part in statement.conditions:
            try:
                node = self._tree(part)
            except Unreadable as error:
                unread = error.reason
                continue
            if isinstance(node, Relation):
                conditions.append(node)
        relations = tuple(terminal.value for terminal in statement.relations)
        for stated in self.under:
            try:
                conditions.extend(self._conditions(stated))
            except Unreadable as error:
                unread = error.reason
        chain = _Chain(sides, conditions, unread=unread, relations=relations)
        self.reader.free = {}
        for side in sides:
            if side.node is not None:
                note_limits(self.reader, side.node)
        self.reader.below = variable_below(chain.nodes)
        self._take_identities(statement, sides)
        if sides[0].node is not None:
            chain.outside = frozenset(index_letters(self.symbols, sides[0].node))
        result = []
        before: int | None = None
        for left, right in equalities:
            start = left if before is None else before
            judged = self._equality(chain, start, right)
            introduces = judged.kind == "definition" and judged.reason.startswith(INTRODUCES)
            before = start if introduces else None
            result.append(judged)
        if sides and sides[-1].text:
            self._last = sides[-1]
        return result

    def _take_identities(self, statement: Statement, sides: Sequence[_Side]) -> None:
        """Take what ≡ says that something is; it is no equality that is judged."""
        for place, relation in enumerate(statement.relations):
            left, right = sides[place].node, sides[place + 1].node
            if relation.value != "\\equiv" or left is None or right is None:
                continue
            with contextlib.suppress(Unreadable, NotJudged):
                if can_define(self.reader, left, right):
                    define(self.reader, left, right)

    def _side(self, part: Sequence[Terminal], text: str, offset: int) -> _Side:
        if not part:
            return _Side(None, NOWHERE, "", Unreadable("nothing stands here"))
        span = part[0].span.to(part[-1].span)
        source = " ".join(text[span.start - offset : span.end - offset].split())
        try:
            return _Side(self._tree(part), span, source)
        except Unreadable as error:
            return _Side(None, span, source, error)

    def _equality(self, chain: _Chain, left: int, right: int) -> Judged:
        """Judge one equality; what rests on a given definition that is not read is unreadable."""
        judged = self._read_equality(chain, left, right)
        if judged.kind != "refuted" or not (self.unread or self.recursions):
            return judged
        nodes = [chain.sides[place].node for place in (left, right)]
        for name in steps_mixed([node for node in nodes if node is not None], self.recursions):
            reason = f"{name} is known by a recursion only"
            return replace(judged, kind="unreadable", counterexample=None, reason=reason)
        for part in (part for node in nodes if node is not None for part in walk(node)):
            spelt = spelling(part) if isinstance(part, Name | Scripted) else None
            if spelt is not None and spelt.base in self.unread:
                return Judged(
                    "unreadable",
                    judged.span,
                    judged.left,
                    judged.right,
                    self.unread[spelt.base],
                    problem=part.span,
                )
        return judged

    def _read_equality(self, chain: _Chain, left: int, right: int) -> Judged:
        one, other = chain.sides[left], chain.sides[right]
        base = Judged("unreadable", one.span.to(other.span), one.text, other.text)
        for side in (one, other):
            if side.error is not None or side.node is None:
                return unreadable(side.error, base.span, one.text, other.text)
        assert one.node is not None
        assert other.node is not None
        try:
            relation = chain.relations[right - 1]
            behind = bool(set(chain.relations[:left]) & ORDERING)
            return self._judged(chain, one.node, other.node, base, relation, behind=behind)
        except NothingKnown as error:
            return replace(base, kind="definition", reason=f"{INTRODUCES}: {error.reason}")
        except ShapeMismatch as error:
            return self._mismatched(chain, left, right, base, error)
        except Ambiguous as error:
            if self._forgets(one.node):
                return self._equality(chain, left, right)
            return replace(
                base, reason=error.reason, declaration=error.declaration, problem=error.span
            )
        except Unreadable as error:
            return replace(base, reason=error.reason, problem=error.span)
        except NotJudged as error:
            return replace(base, reason=str(error))
        except RecursionError:
            return replace(base, reason="the definitions lead too deep")

    def _mismatched(
        self, chain: _Chain, left: int, right: int, base: Judged, error: ShapeMismatch
    ) -> Judged:
        """Return the verdict on sides of which the shapes do not fit."""
        one, other = chain.sides[left].node, chain.sides[right].node
        assert one is not None
        assert other is not None
        if self.reader.einstein:
            return replace(base, reason=error.reason, problem=error.span)
        if "tensor" in self.reader.readings.met:
            reason = f"⊗ is an outer product or one entry by entry; {error.reason}"
            return replace(base, reason=reason, problem=error.span)
        if self._forgets(one):
            return self._read_equality(chain, left, right)
        asked = self._guessed_in(one, other)
        if asked:
            reason = f"nothing says what {', '.join(asked)} is"
            return replace(
                base, reason=reason, declaration=declarations_of(asked), problem=error.span
            )
        function = open_function(self.reader, one, other)
        if function:
            reason = f"{function} of an array is one number or one for each entry"
            declaration = f"{function}: function"
            return replace(base, reason=reason, declaration=declaration, problem=error.span)
        suggestion = self._mended(chain, one, other)
        return replace(
            base, kind="refuted", reason=error.reason, problem=error.span, suggestion=suggestion
        )

    def _judged(
        self,
        chain: _Chain,
        left: Node,
        right: Node,
        base: Judged,
        relation: str = "=",
        *,
        behind: bool = False,
    ) -> Judged:
        judged = self._of_other_kind(chain, left, right, base, relation)
        if judged is not None:
            return judged
        try:
            known = self._is_conditioned(left) or base_name(left) in self.unread
            known = known or self._is_solution(chain, left, right)
            partial = any(map(is_partial, chain.conditions))
            known = known or (partial and is_update(":=", left, right))
            left, right = self._untransposed(left, right)
            if behind and can_define(self.reader, left, right) and not known:
                raise Unreadable("what stands behind a relation defines nothing", left.span)
            if can_define(self.reader, left, right) and not known:
                if not is_extremum(right) and not partial:
                    self._define(left, right)
                    self.just_used |= {plain_name(p) for p in walk(right) if isinstance(p, Name)}
                    self.sections[base_name(left)] = self.section
                    self._give_what_waits()
                return replace(base, kind="definition", reason="introduces the left side")
            if (
                not behind
                and can_define(self.reader, right, left)
                and not is_declared(self.reader, right)
            ):
                self._define(right, left)
                return replace(base, kind="definition", reason="introduces the right side")
        except Circular:
            pass
        name = may_be_new(self.reader, left, right)
        try:
            judged = self._compared(chain, left, right, base)
        except ShapeMismatch:
            if name:
                raise Unreadable(name, left.span) from None
            raise
        if judged.kind == "refuted" and is_own_sum(left, right):
            name = OWN
        if name and judged.kind == "refuted":
            raise Unreadable(name, left.span)
        return judged

    def _define(self, left: Node, right: Node) -> None:
        """Take a definition; one that cannot be read leaves no guesses behind."""
        state = self.reader.state()
        try:
            define(self.reader, left, right)
        except Unreadable:
            self.met = dict(self.reader.guessed)
            self.reader.restore(state)
            raise

    def _of_other_kind(
        self, chain: _Chain, left: Node, right: Node, base: Judged, relation: str
    ) -> Judged | None:
        """Judge what is no equation between two values as they stand, or return None."""
        next_value = self._next_value(chain, left, right, base, relation)
        if next_value is not None:
            return next_value
        turned = without_inverse(self.reader, left, right)
        if turned is not None:
            return self._of_inverse(chain, turned, base)
        equation = self._differential(chain, left, right)
        return None if equation is None else self._of_differentials(chain, equation, base)

    def _next_value(
        self, chain: _Chain, left: Node, right: Node, base: Judged, relation: str
    ) -> Judged | None:
        """Judge a line that says what a quantity is next, or return None."""
        if is_next_entry(self.reader, left):
            raise Unreadable("a step ahead in parentheses; nothing says what it is", left.span)
        recursion = is_recursion(self.reader, left, right)
        if not recursion and not is_update(relation, left, right):
            return None
        if not recursion:
            self._question(chain, left, right)
            if is_defined(self.reader, left):
                name = base_name(left)
                self.unread.setdefault(name, f"{name} has been given new values")
            return replace(base, kind="definition", reason=UPDATE)
        self.reader.steps |= {step_letter(left)} - {""}
        try:
            self._question(chain, left, right)
        except ShapeMismatch as error:
            raise Unreadable(f"a recursion of which the shapes are open: {error.reason}") from None
        section, before = self.recursions.setdefault(base_name(left), (self.section, (left, right)))
        if section != self.section:
            self.recursions[base_name(left)] = (self.section, (left, right))
        elif before != (left, right):
            judged = self._compared(chain, before[1], right, base) if before[0] == left else base
            if judged.kind not in ("proved", "held"):
                raise Unreadable(
                    f"another recursion for {base_name(left)} stands before", left.span
                )
            return judged
        return replace(base, kind="definition", reason=RECURSION)

    def _differential(self, chain: _Chain, left: Node, right: Node) -> Differential | None:
        """Return an equation between differentials, on its own or in a chain of them."""
        equation = differential_equation(self.reader, left, right)
        first = chain.sides[0].node
        if equation is None and first is not None and first is not left:
            return between_differentials(self.reader, first, left, right)
        return equation

    def _of_inverse(self, chain: _Chain, sides: tuple[Node, Node], base: Judged) -> Judged:
        """Judge what an inverse is; that its function takes no value twice is not proved."""
        judged = self._compared(chain, *sides, base)
        if judged.kind == "refuted":
            return replace(judged, reason=INVERSE, suggestion="")
        return replace(judged, kind="held") if judged.kind == "proved" else judged

    def _of_differentials(self, chain: _Chain, equation: Differential, base: Judged) -> Judged:
        """Judge an equation between differentials; what the text lets stand still is told."""
        reader = self.reader
        name = may_be_new(reader, equation.left, equation.right)
        reader.moved, reader.loss = equation.moved, equation.loss
        try:
            judged = self._compared(chain, equation.left, equation.right, base)
        finally:
            reader.moved, reader.loss = {}, None
        if judged.kind == "refuted" and (equation.loss is not None or name):
            raise Unreadable(name or GRADIENT, equation.left.span)
        if judged.kind in ("proved", "held") and equation.fixed:
            words = f"{', '.join(equation.fixed)} held fixed"
            return replace(judged, kind="conditional", conditions=(words,))
        return replace(judged, suggestion=judged.suggestion.replace(MARK.letters, "d"))

    def _compared(self, chain: _Chain, left: Node, right: Node, base: Judged) -> Judged:
        """Compare the sides, under the usual reading of what is ambiguous and then under others."""
        self.reader.readings = Readings()
        first, error = self._attempt(chain, left, right)
        met = tuple(self.reader.readings.met)
        if first is not None and first.holds:
            return self._held(chain, left, right, replace(base, samples=first.samples), first)
        other = self._other_reading(chain, left, right, met)
        if other is not None:
            words = (CHOICES[other],)
            return replace(base, kind="conditional", conditions=words, readings=words)
        if first is None:
            assert error is not None
            raise error
        guessed = self._guesses(first)
        asked = guessed if self.declared else doubtful(guessed)
        if asked:
            raise Ambiguous(f"nothing says what {', '.join(asked)} is", declarations_of(asked))
        if first.counterexample is None:
            return verdict_on(base, first)
        self._check_moved(chain, left, right)
        if self._forgets(left):
            return self._judged(chain, left, right, base)
        return self._explained(chain, left, right, verdict_on(base, first))

    def _check_moved(self, chain: _Chain, left: Node, right: Node) -> None:
        """Refuse a derivative by what a given equation binds: nothing says what moves with it."""
        if not self.bound:
            return
        question = self._question(chain, left, right)
        for symbol in moved_in(question.left) | moved_in(question.right):
            if symbol.name in self.bound:
                reason = f"a derivative by {symbol.name}, which a given equation binds"
                raise Unreadable(reason, left.span.to(right.span))

    def _held(
        self, chain: _Chain, left: Node, right: Node, base: Judged, first: Comparison
    ) -> Judged:
        """Return the verdict on sides that are equal: whether anything was taken for granted."""
        capitals = doubtful(self._guesses(first))
        conditions = tuple(f"{name} is a number" for name in capitals)
        if not conditions and first.one_sided:
            words = self._domain(chain, left, right)
            if not words and first.singular and not first.typical:
                words = DEGENERATE
            conditions = (words,) if words else ()
        if not conditions and "loose" in self.reader.readings.met:
            conditions = (CHOICES["loose"],)
        if not conditions:
            first.proved = prove(self._question(chain, left, right))
            return verdict_on(base, first)
        declaration = declarations_of(capitals)
        return replace(base, kind="conditional", conditions=conditions, declaration=declaration)

    def _other_reading(
        self, chain: _Chain, left: Node, right: Node, met: tuple[str, ...]
    ) -> str | None:
        """Return the first other reading of ambiguous notation under which the sides are equal."""
        try:
            for name in [name for name in met if name != "loose"][:MOST_READINGS]:
                self.reader.readings = Readings({name: True})
                second, _ = self._attempt(chain, left, right)
                if second is not None and second.holds:
                    return name
            return None
        finally:
            self.reader.readings = Readings()

    def _is_conditioned(self, node: Node) -> bool:
        """Return whether a condition in force is about a name, so that it is no new one."""
        name = base_name(node)
        return any(
            isinstance(part, Name) and plain_name(part) == name
            for condition in self.assumed
            for part in walk(condition)
        )

    def _untransposed(self, left: Node, right: Node) -> tuple[Node, Node]:
        """Return Xᵀ = (x₁, …, xₙ) as what it says X is, where nothing else does."""
        is_transposed = isinstance(left, Scripted) and left.lower is None and not left.primes
        if not is_transposed or not isinstance(left, Scripted) or not isinstance(left.base, Name):
            return left, right
        list_of_vectors = isinstance(right, Group | Table)
        if left.upper is None or not is_transpose(left.upper) or not list_of_vectors:
            return left, right
        if not can_define(self.reader, left.base, right):
            return left, right
        return left.base, Scripted(right, None, left.upper, span=right.span)

    def _is_solution(self, chain: _Chain, left: Node, right: Node) -> bool:
        """Return whether a line says where a condition holds that the text has defined by it.

        If p = 1/2, then a = 0: it is judged, for p is a function of a.
        """
        own = self.symbols.find(base_name(left))
        if own is None or not is_constant(right):
            return False
        names = [part for node in chain.conditions for part in walk(node) if isinstance(part, Name)]
        symbols = [self.symbols.find(plain_name(name)) for name in names]
        return any(
            symbol is not None
            and symbol.definition is not None
            and own in symbols_in(symbol.definition.body)
            for symbol in symbols
        )

    def _forgets(self, left: Node) -> bool:
        """Drop the definition of a name that an earlier section gave it; it is used anew."""
        name = base_name(left)
        if self.sections.get(name, self.section) == self.section:
            return False
        del self.sections[name]
        forget(self.reader, left)
        return True

    def _explained(self, chain: _Chain, left: Node, right: Node, base: Judged) -> Judged:
        """Say of a false line under which condition it holds, and which small change mends it."""
        question = self._question(chain, left, right)
        if is_probability(question.left) or is_probability(question.right):
            raise Unreadable("nothing is known of a probability of several quantities")
        if counts_unknown(self.reader, question.left) or counts_unknown(
            self.reader, question.right
        ):
            raise Unreadable("nothing says how many ones the vector has")
        if chain.unread or question.in_force().unread:
            raise Unreadable("it stands under a condition that cannot be read")
        if is_stationary(chain.nodes, left, right):
            self.found.append((Relation((left, right), ("=",)), STATIONARY))
            return replace(base, kind="conditional", conditions=(STATIONARY,), counterexample=None)
        if self._constrains(left, right):
            stated = f"{base.left} = {base.right}"
            self.found.append((Relation((left, right), ("=",)), stated))
            return replace(base, kind="conditional", conditions=(CONSTRAINT,), counterexample=None)
        for node, words in sorted(self.found, key=lambda one: _reach(question, one[0])):
            extended = replace(question, conditions=(*question.conditions, node))
            comparison = compare(extended, shrink=False)
            if comparison.holds and comparison.samples > 1:
                return replace(base, kind="conditional", conditions=(words,), counterexample=None)
        condition = least_condition(question)
        if condition is not None and condition.unsaid:
            return replace(base, kind="conditional", conditions=(condition.words,))
        suggestion = self._mended(chain, left, right)
        told = condition is not None and not suggestion
        reason = (
            f"true only if {condition.words}" if told and condition is not None else base.reason
        )
        return replace(base, reason=reason, suggestion=suggestion)

    def _constrains(self, left: Node, right: Node) -> bool:
        """Return whether a line goes on with a definition of its display: A = UΛUᵀ, UᵀU = I."""
        constant = isinstance(right, Number) or (isinstance(right, Name) and right.letters == "I")
        names = {spelling(part) for part in walk(left) if isinstance(part, Name)}
        bases = {spelt.base for spelt in names if spelt is not None} - TRANSPOSES
        free = all(
            (symbol := self.symbols.find(base)) is not None and symbol.definition is None
            for base in bases
        )
        return constant and free and bool(bases) and bases <= self.just_used

    def _mended(self, chain: _Chain, left: Node, right: Node) -> str:
        """Return the LaTeX of the first small change of the right side that makes a line true."""
        reader = self.reader
        letters = tuple(reader.free)
        outer = set(index_letters(reader.symbols, left))
        missing = tuple(
            letter for letter in index_letters(reader.symbols, right) if letter not in outer
        )
        kept = reader.readings
        for _, changed in variants(right, letters, missing):
            state = reader.state()
            reader.readings = Readings()
            try:
                question = self._question(chain, left, changed)
                stated = tuple(node for node, _ in self.found)
                question = replace(question, conditions=(*question.conditions, *stated))
                comparison = compare(question, samples=3, shrink=False, work=WORK // 10)
                if (
                    comparison.holds
                    and comparison.samples > 1
                    and not reader.readings.met.get("loose")
                ):
                    return to_latex(changed)
            except (Unreadable, NotJudged):
                pass
            finally:
                reader.restore(state)
                reader.readings = kept
        return ""

    def _domain(self, chain: _Chain, left: Node, right: Node) -> str:
        """Return what has to be positive for both sides to have a value at the same points."""
        condition = least_condition(self._question(chain, left, right))
        return "" if condition is None else condition.words

    def _guessed_in(self, *nodes: Node) -> dict[str, str]:
        """Return the guesses on which the shapes of an equality rest."""
        names = {
            canonical(part)
            for node in nodes
            for part in walk(node)
            if isinstance(part, Name | Scripted)
        }
        known = {**self.met, **self.reader.guessed}
        guessed = {name: kind for name, kind in known.items() if name in names}
        return guessed if self.declared else doubtful(guessed)

    def _guesses(self, comparison: Comparison) -> dict[str, str]:
        """Return what was guessed of the symbols of an equality."""
        return {
            name: kind
            for name, kind in self.reader.guessed.items()
            if kind != "dim" and name in comparison.names
        }

    def _attempt(
        self, chain: _Chain, left: Node, right: Node
    ) -> tuple[Comparison | None, Unreadable | None]:
        state = self.reader.state()
        try:
            question = self._question(chain, left, right)
            literal = is_zero(left) or is_zero(right)
            return (compare(question) if literal else self._compare(question)), None
        except Unreadable as error:
            self.met = dict(self.reader.guessed)
            self.reader.restore(state)
            return None, error

    def _compare(self, question: Question) -> Comparison:
        """Compare the sides; that both vanish under a condition shows nothing of a line."""
        found = compare(question)
        if not found.holds or not found.vanishing or not question.conditions:
            return found
        free = compare(replace(question, conditions=()))
        return free if free.counterexample is not None else found

    def _question(self, chain: _Chain, left: Node, right: Node) -> Question:
        reader = self.reader
        reader.outside = chain.outside
        reader.bare = bare_functions(reader, left, right)
        scope = Scope()
        tensors = (reader.read(left, scope), reader.read(right, scope))
        for node, tensor in zip((left, right), tensors, strict=True):
            if is_zero(node):
                other = tensors[1] if tensor is tensors[0] else tensors[0]
                zero = Tensor(other.axes, tensor.body, other.orientation)
                tensors = (zero, other) if tensor is tensors[0] else (other, zero)
                break
        one, other = tensors
        if not reader.arrays.same_shape(one, other):
            one, other = by_columns(left, one), by_columns(right, other)
        if not reader.arrays.same_shape(one, other):
            raise ShapeMismatch(
                f"{reader.arrays.describe(one)} is not {reader.arrays.describe(other)}",
                left.span.to(right.span),
            )
        body = reader.arrays.aligned(other, one.axes)
        conditions = [*without_letters(self.conditions, chain.conditions), *chain.conditions]
        free = tuple(reader.free.values())
        return Question(one.axes, one.body, body, reader, free, tuple(conditions))


def _reach(question: Question, condition: Node) -> int:
    """Return on how many quantities a condition is: Σᵢ yᵢ = 1 asks for less than ŷ = y does."""
    equations = replace(question, conditions=(condition,)).in_force().equations
    return sum(len(symbols_in(body)) for _, body in equations)
