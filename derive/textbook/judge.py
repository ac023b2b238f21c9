"""Says of every equality of a text whether it holds."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

from derive.textbook.chains import Chain, Side
from derive.textbook.displays import Statement, apart, check_balance, statements, with_rows_apart
from derive.textbook.errors import Ambiguous, Circular, NotJudged, ShapeMismatch, Unreadable
from derive.textbook.explaining import Explaining
from derive.textbook.inverses import without_inverse
from derive.textbook.lexer import Terminal
from derive.textbook.meaning.calls import NothingKnown, is_next_entry
from derive.textbook.meaning.canonical import plain_name
from derive.textbook.meaning.core import symbols_in
from derive.textbook.meaning.definable import can_define
from derive.textbook.meaning.definitions import define
from derive.textbook.meaning.differentials import (
    MARK,
    Differential,
    between_differentials,
    differential_equation,
    may_be_new,
)
from derive.textbook.meaning.left_sides import is_next_step
from derive.textbook.meaning.letters import index_letters
from derive.textbook.meaning.patterns import is_transpose
from derive.textbook.meaning.scope import CHOICES, Readings
from derive.textbook.meaning.sums import note_limits
from derive.textbook.meaning.symbols import spelling
from derive.textbook.meaning.updates import (
    is_defined,
    is_own_sum,
    is_recursion,
    is_update,
    step_letter,
    steps_mixed,
)
from derive.textbook.positions import NOWHERE, Span
from derive.textbook.sides import (
    base_name,
    declarations_of,
    doubtful,
    is_declared,
    is_extremum,
    is_partial,
    open_function,
    unreadable,
    variable_below,
    verdict_on,
    whole_examples,
)
from derive.textbook.tokens import tokenize
from derive.textbook.tree import (
    Group,
    Name,
    Node,
    Relation,
    Scripted,
    Table,
    is_constant,
    walk,
)
from derive.textbook.verdicts import Judged

__all__ = ["Judge"]

ORDERING = frozenset({"<", ">", "\\le", "\\ge", "\\ll", "\\gg", "\\approx", "\\neq", "\\propto"})
"""Relations behind which an equality says nothing new of its left side."""
INTRODUCES = "introduces a function"
UPDATE = "gives the left side a new value"
RECURSION = "says what the left side is by the step before"
OWN = "an update of its left side, or an equation that is false; an update is written with :="
INVERSE = "the function of the one side is not the argument on the other"
PARTED = "lines of the source that may be formulas of their own; end each with \\\\"
MOST_TRIALS = 100
"""How many displays are read in two ways: for each all that is in force is copied."""
GRADIENT = "this is not the gradient of the loss; it may be a name of its own"
LONGEST_DISPLAY = 20_000


class Judge(Explaining):
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
            terminals = with_rows_apart(terminals)
            check_balance(terminals)
            found = statements(terminals)
        except Unreadable as error:
            whole = Span(offset, offset + len(text))
            return [unreadable(error, whole, "", "")]
        before = self._last if continued else None
        separate = self._separate(terminals, text, offset)
        if separate is not None:
            self.trials += 1
            if self.trials > MOST_TRIALS:
                whole = Span(offset, offset + len(text))
                return [unreadable(Unreadable(PARTED, whole), whole, "", "")]
            found = self._better((found, separate), text, offset, before)
        return self._statements(found, text, offset, before)

    def _separate(
        self, terminals: list[Terminal], text: str, offset: int
    ) -> list[Statement] | None:
        """Return the statements that lines of the source may part; None where they do not."""
        parted = apart(terminals, text, offset)
        with contextlib.suppress(Unreadable):
            return statements(parted) if len(parted) > len(terminals) else None
        return None

    def _better(
        self, ways: Sequence[list[Statement]], text: str, offset: int, before: Side | None
    ) -> list[Statement]:
        """Return the way to part a display that leaves least refuted or unreadable."""

        def bad(way: list[Statement]) -> int:
            tried = deepcopy(self)._statements(way, text, offset, before)
            return sum(one.kind in ("refuted", "unreadable") for one in tried)

        return min(ways, key=bad)

    def _statements(
        self, found: list[Statement], text: str, offset: int, before: Side | None
    ) -> list[Judged]:
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
        self, statement: Statement, text: str, offset: int, continues: Side | None = None
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
        chain = Chain(sides, conditions, unread=unread, relations=relations)
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

    def _take_identities(self, statement: Statement, sides: Sequence[Side]) -> None:
        """Take what ≡ says that something is; it is no equality that is judged."""
        for place, relation in enumerate(statement.relations):
            left, right = sides[place].node, sides[place + 1].node
            if relation.value != "\\equiv" or left is None or right is None:
                continue
            with contextlib.suppress(Unreadable, NotJudged):
                if can_define(self.reader, left, right):
                    define(self.reader, left, right)

    def _side(self, part: Sequence[Terminal], text: str, offset: int) -> Side:
        if not part:
            return Side(None, NOWHERE, "", Unreadable("nothing stands here"))
        span = part[0].span.to(part[-1].span)
        source = " ".join(text[span.start - offset : span.end - offset].split())
        try:
            return Side(self._tree(part), span, source)
        except Unreadable as error:
            return Side(None, span, source, error)

    def _equality(self, chain: Chain, left: int, right: int) -> Judged:
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

    def _read_equality(self, chain: Chain, left: int, right: int) -> Judged:
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
        self, chain: Chain, left: int, right: int, base: Judged, error: ShapeMismatch
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
        examples = whole_examples(self.reader, one, other)
        if examples:
            reason = f"{examples} without its index is one example or all of them; {error.reason}"
            return replace(base, reason=reason, problem=error.span)
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
        chain: Chain,
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
        self, chain: Chain, left: Node, right: Node, base: Judged, relation: str
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
        self, chain: Chain, left: Node, right: Node, base: Judged, relation: str
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

    def _differential(self, chain: Chain, left: Node, right: Node) -> Differential | None:
        """Return an equation between differentials, on its own or in a chain of them."""
        equation = differential_equation(self.reader, left, right)
        first = chain.sides[0].node
        if equation is None and first is not None and first is not left:
            return between_differentials(self.reader, first, left, right)
        return equation

    def _of_inverse(self, chain: Chain, sides: tuple[Node, Node], base: Judged) -> Judged:
        """Judge what an inverse is; that its function takes no value twice is not proved."""
        judged = self._compared(chain, *sides, base)
        if judged.kind == "refuted":
            return replace(judged, reason=INVERSE, suggestion="")
        return replace(judged, kind="held") if judged.kind == "proved" else judged

    def _of_differentials(self, chain: Chain, equation: Differential, base: Judged) -> Judged:
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

    def _compared(self, chain: Chain, left: Node, right: Node, base: Judged) -> Judged:
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

    def _is_conditioned(self, node: Node) -> bool:
        """Return whether a condition in force is about a name, so that it is no new one."""
        name = base_name(node)
        spelt = spelling(node)
        if spelt is not None and is_next_step(self.reader, spelt):
            return False
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

    def _is_solution(self, chain: Chain, left: Node, right: Node) -> bool:
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
