"""Whether an equality holds for every size: the normal form of left − right is nought."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

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
)
from derive.textbook.meaning.dimensions import Index
from derive.textbook.proof.domains import SUMMING
from derive.textbook.proof.functions import index_name
from derive.textbook.proof.lowering import Lowering
from derive.textbook.proof.slopes import Beyond, Differentiator

__all__ = ["prove"]

WORK = 80_000
"""For one equality, in the units of `derive.proof.work`: a line of a book takes up to 40 000."""
MOST_ENTRIES = 8
"""Along an axis of an array that is written out."""
MOST_QUESTIONS = 64
"""Entries of all that is written out."""


@dataclass(frozen=True)
class _InForce:
    """The conditions of a question, as the prover takes them."""

    equations: tuple[Core, ...]
    distinct: frozenset[frozenset[str]]


def prove(question: Question) -> bool:
    """Return whether the sides are equal for every size, wherever both have a value.

    False says that it was not shown, never that they differ.
    """
    try:
        with budget(WORK, "the proof of a line"):
            return any(
                _attempt(question, written=written, unfold=unfold)
                for written, unfold in product((False, True), repeat=2)
            )
    except WorkLimit:
        return False


def _attempt(question: Question, *, written: bool, unfold: bool) -> bool:
    """Return whether the difference of the sides is nought, written in one of the ways."""
    try:
        entries = _entries(question) if written else [question]
        return not any(_difference(one, written=written, unfold=unfold) for one in entries)
    except WorkLimit:
        raise
    except (Beyond, DeriveError, Undefined, RecursionError, ZeroDivisionError):
        return False


def _free(question: Question) -> set[Index]:
    """Return the indices that no sum binds."""
    return {*question.axes, *question.free}


def _entries(question: Question) -> list[Question]:
    """Return one question for each value of the free indices whose number is known."""
    questions = [question]
    for index in sorted(_free(question), key=lambda index: index.number):
        size = question.reader.dimensions.find(index.dimension).size
        if size is None or size > MOST_ENTRIES:
            continue
        if len(questions) * size > MOST_QUESTIONS:
            raise Beyond("an array of many entries")
        questions = [
            replace(
                one,
                left=rename(one.left, {index: Rational(Fraction(place))}),
                right=rename(one.right, {index: Rational(Fraction(place))}),
            )
            for one in questions
            for place in range(1, size + 1)
        ]
    return questions


def _difference(question: Question, *, written: bool, unfold: bool) -> Form:
    dimensions = question.reader.dimensions
    differentiator = Differentiator(dimensions)
    in_force = _conditions(question)
    lowering = Lowering(
        dimensions,
        differentiator,
        unfold=unfold,
        written=written,
        free=frozenset(_free(question)),
        distinct=in_force.distinct,
    )
    sides = [differentiator.plain(side) for side in (question.left, question.right)]
    value = lowering.lowered(sides[0]) - lowering.lowered(sides[1])
    zeros = list(_zeros(lowering, in_force.equations))
    for symbol in sorted(_summing(sides), key=lambda symbol: symbol.name):
        zeros.append(_sum_to_one(lowering, symbol))
    return _apart(settled(lowering.functions.algebra.reduced(value), zeros), in_force.distinct)


def _zeros(lowering: Lowering, equations: tuple[Core, ...]) -> Iterator[Form]:
    """Yield what the equations in force say is nought; what is not understood is not used.

    Their indices stand for every value, so that none of them is one that is computed.
    """
    lowering.free = None
    for equation in equations:
        try:
            yield lowering.lowered(lowering.differentiator.plain(equation))
        except Beyond:
            continue


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
    return {symbol for symbol in found if symbol.domain in SUMMING and symbol.definition is None}


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
