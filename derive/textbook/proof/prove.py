"""Whether an equality holds for every size: the normal form of left − right is nought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from derive.errors import DeriveError
from derive.proof.deltas import Form, form, total_over
from derive.proof.field import ONE
from derive.proof.normal_form import settled
from derive.proof.undefined import Undefined
from derive.proof.work import WorkLimit, budget
from derive.textbook.compare import Question
from derive.textbook.meaning.core import (
    At,
    Compare,
    Core,
    Entry,
    Rational,
    Symbol,
    rename,
    symbols_in,
    walk_core,
)
from derive.textbook.meaning.dimensions import Index
from derive.textbook.proof.lowering import Lowering, index_name
from derive.textbook.proof.slopes import Beyond, Differentiator

__all__ = ["prove"]

WORK = 150_000
"""For one normal form, in the units of `derive.proof.work`."""
MOST_ENTRIES = 8
"""Along an axis of an array that is written out."""
_SUMMING = frozenset({"one-hot", "simplex"})


@dataclass(frozen=True)
class _InForce:
    """The conditions of a question, as the prover takes them."""

    equations: tuple[Core, ...]
    distinct: frozenset[frozenset[str]]


def prove(question: Question) -> bool:
    """Return whether the sides are equal for every size, wherever both have a value.

    False says that it was not shown, never that they differ.
    """
    for unfold in (False, True):
        try:
            with budget(WORK, "the proof of a line"):
                entries = _entries(question)
                if not any(_difference(entry, unfold=unfold) for entry in entries):
                    return True
        except (Beyond, DeriveError, WorkLimit, Undefined, RecursionError, ZeroDivisionError):
            continue
    return False


def _entries(question: Question) -> list[Question]:
    """Return one question for each entry along the axes of arrays that are written out."""
    questions = [question]
    for axis in question.axes:
        size = question.reader.dimensions.find(axis.dimension).size
        if size is None or size > MOST_ENTRIES or not _is_chosen(question, axis):
            continue
        questions = [
            replace(
                one,
                left=rename(one.left, {axis: Rational(Fraction(place))}),
                right=rename(one.right, {axis: Rational(Fraction(place))}),
            )
            for one in questions
            for place in range(1, size + 1)
        ]
    return questions


def _is_chosen(question: Question, axis: Index) -> bool:
    """Return whether cases tell the entries along an axis apart by their number."""
    return any(
        isinstance(part, Compare) and part.left == At(axis) and isinstance(part.right, Rational)
        for side in (question.left, question.right)
        for part in walk_core(side)
    )


def _difference(question: Question, *, unfold: bool) -> Form:
    dimensions = question.reader.dimensions
    differentiator = Differentiator(dimensions)
    in_force = _conditions(question)
    lowering = Lowering(dimensions, differentiator, unfold=unfold, distinct=in_force.distinct)
    sides = [differentiator.plain(side) for side in (question.left, question.right)]
    value = lowering.lowered(sides[0]) - lowering.lowered(sides[1])
    zeros = [lowering.lowered(differentiator.plain(core)) for core in in_force.equations]
    for symbol in sorted(_summing(sides), key=lambda symbol: symbol.name):
        zeros.append(_sum_to_one(lowering, symbol))
    return _apart(settled(value, zeros), in_force.distinct)


def _conditions(question: Question) -> _InForce:
    read = question.in_force()
    distinct = {
        frozenset((index_name(core.left.index), index_name(core.right.index)))
        for core in (*read.filters, *question.restriction.filters)
        if isinstance(core, Compare) and core.relation == "\\neq"
        if isinstance(core.left, At) and isinstance(core.right, At)
    }
    equations = tuple(body for _, body in read.equations)
    return _InForce(equations, frozenset(distinct))


def _summing(sides: list[Core]) -> set[Symbol]:
    """Return the quantities whose declaration says that they sum to one."""
    found = {symbol for side in sides for symbol in symbols_in(side)}
    return {symbol for symbol in found if symbol.domain in _SUMMING and symbol.definition is None}


def _sum_to_one(lowering: Lowering, symbol: Symbol) -> Form:
    """Return the sum of a row less one; the whole array of a distribution is one row."""
    dimensions = lowering.dimensions
    indices = tuple(dimensions.index(symbol.name, axis) for axis in symbol.axes)
    leading = symbol.leading
    if symbol.domain == "one-hot" and not leading:
        leading = max(0, len(indices) - 1)
    value = lowering.lowered(Entry(symbol, tuple(At(index) for index in indices)))
    for index in reversed(indices[leading:]):
        value = total_over(value, index_name(index), lowering.size_name(index.dimension))
    return value - form(ONE)


def _apart(value: Form, distinct: frozenset[frozenset[str]]) -> Form:
    """Drop what is there for equal indices only, where they are known to be different."""
    return Form(
        (partition, part)
        for partition, part in value.parts.items()
        if not any(pair <= set(group) for pair in distinct for group in partition)
    )
