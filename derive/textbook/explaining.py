"""How two sides compare, and why they differ."""

from __future__ import annotations

from dataclasses import replace

from derive.textbook.chains import Chain
from derive.textbook.compare import WORK, Comparison, Question, compare, least_condition
from derive.textbook.context import Context
from derive.textbook.errors import NotJudged, ShapeMismatch, Unreadable
from derive.textbook.latex import to_latex
from derive.textbook.meaning.calls import bare_functions
from derive.textbook.meaning.canonical import TRANSPOSES, canonical
from derive.textbook.meaning.core import Tensor, moved_in, symbols_in
from derive.textbook.meaning.definitions import by_columns, forget
from derive.textbook.meaning.letters import index_letters
from derive.textbook.meaning.scope import CHOICES, Readings, Scope
from derive.textbook.meaning.symbols import spelling
from derive.textbook.proof import prove
from derive.textbook.repairs import variants
from derive.textbook.sides import (
    base_name,
    counts_unknown,
    declarations_of,
    doubtful,
    is_probability,
    is_stationary,
    is_zero,
    verdict_on,
    without_letters,
)
from derive.textbook.tree import (
    Name,
    Node,
    Number,
    Relation,
    Scripted,
    walk,
)
from derive.textbook.verdicts import Judged

__all__ = ["Explaining"]

STATIONARY = "the derivative is nought there, which the text demands"
CONSTRAINT = "the text demands it of what it has just used"
DEGENERATE = "the sizes are equal or one, for which alone every inverse exists"
MOST_READINGS = 6
"""How many other readings of ambiguous notation are tried."""


class Explaining(Context):
    """Compares the sides of an equality, and says of a false one why, and what would mend it."""

    def _check_moved(self, chain: Chain, left: Node, right: Node) -> None:
        """Refuse a derivative by what a given equation binds: nothing says what moves with it."""
        if not self.bound:
            return
        question = self._question(chain, left, right)
        for symbol in moved_in(question.left) | moved_in(question.right):
            if symbol.name in self.bound:
                reason = f"a derivative by {symbol.name}, which a given equation binds"
                raise Unreadable(reason, left.span.to(right.span))

    def _held(
        self, chain: Chain, left: Node, right: Node, base: Judged, first: Comparison
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
        self, chain: Chain, left: Node, right: Node, met: tuple[str, ...]
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

    def _forgets(self, left: Node) -> bool:
        """Drop the definition of a name that an earlier section gave it; it is used anew."""
        name = base_name(left)
        if self.sections.get(name, self.section) == self.section:
            return False
        del self.sections[name]
        forget(self.reader, left)
        return True

    def _explained(self, chain: Chain, left: Node, right: Node, base: Judged) -> Judged:
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

    def _mended(self, chain: Chain, left: Node, right: Node) -> str:
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

    def _domain(self, chain: Chain, left: Node, right: Node) -> str:
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
        self, chain: Chain, left: Node, right: Node
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
        """Compare the sides; that both vanish under a condition shows nothing of a line.

        What is demanded to be nought is dropped first: the rest is in force wherever it is not.
        """
        found = compare(question)
        if not found.holds or not found.vanishing or not question.conditions:
            return found
        rest = tuple(node for node in question.conditions if not _demands_zero(node))
        for kept in dict.fromkeys((rest, ())):
            free = compare(replace(question, conditions=kept))
            if free.holds and not free.vanishing:
                return found
        return free if free.counterexample is not None else found

    def _question(self, chain: Chain, left: Node, right: Node) -> Question:
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


def _demands_zero(condition: Node) -> bool:
    """Return whether a condition sets something to nought, as a stationary point does."""
    return isinstance(condition, Relation) and is_zero(condition.sides[-1])


def _reach(question: Question, condition: Node) -> int:
    """Return on how many quantities a condition is: Σᵢ yᵢ = 1 asks for less than ŷ = y does."""
    equations = replace(question, conditions=(condition,)).in_force().equations
    return sum(len(symbols_in(body)) for _, body in equations)
