"""Sums and products over an index, and largest and smallest of a few numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.proof.deltas import Form, function_of, total_over
from derive.proof.elementary import exponential, is_positive, logarithm
from derive.proof.field import Quotient
from derive.textbook.meaning.core import (
    MINUS_ONE,
    ONE,
    ZERO,
    Choice,
    Compare,
    Core,
    Fold,
    Rational,
    Size,
    plus,
    rename,
    times,
)
from derive.textbook.meaning.dimensions import Index
from derive.textbook.proof.cases import condition
from derive.textbook.proof.functions import index_name
from derive.textbook.proof.slopes import Beyond

if TYPE_CHECKING:
    from derive.textbook.proof.lowering import Lowering

__all__ = ["fold"]

MOST_WRITTEN = 8
"""Terms of a sum that is written out."""
MOST_EXTREMES = 4
"""Terms of a maximum that is written out; each doubles the cases."""


def _bounds(lowering: Lowering, core: Fold) -> tuple[int, int] | None:
    """Return the bounds of a fold where both are numbers."""
    size = lowering.dimensions.find(core.index.dimension).size
    lower, upper = core.lower or ONE, core.upper
    if upper is None and size is not None:
        upper = Rational(Fraction(size))
    if not isinstance(lower, Rational) or not isinstance(upper, Rational):
        return None
    if lower.value.denominator != 1 or upper.value.denominator != 1:
        return None
    return int(lower.value), int(upper.value)


def _missing(lowering: Lowering, core: Fold) -> list[Core]:
    """Return the one place that a sum leaves out at an end of its dimension, if it does.

    Of a dimension of size one no two ends can be left out.
    """
    last = Size(core.index.dimension)
    lower = 1 if core.lower is None else lowering.plain(core.lower).constant
    above = plus(core.upper or last, times(MINUS_ONE, last))
    match lower, lowering.plain(above).constant:
        case 1, 0:
            return []
        case 2, 0:
            return [ONE]
        case 1, -1:
            return [last]
    raise Beyond("a sum between bounds")


def _body(lowering: Lowering, core: Fold) -> Form:
    """Return what a fold adds up, a product as the logarithm of its factors."""
    body = lowering.lowered(core.body)
    if core.kind == "product":
        if not all(is_positive(case) for case in _cases(body)):
            raise Beyond("a product of factors that may be negative")
        body = function_of(body, logarithm)
    if core.condition is not None:
        body = body * condition(lowering, core.condition)
    return body


def _cases(value: Form) -> list[Quotient]:
    """Return every quotient that a form may be, in each case of equal and different indices."""
    found: list[Quotient] = []

    def seen(case: Quotient) -> Quotient:
        found.append(case)
        return case

    function_of(value, seen)
    return found


def fold(lowering: Lowering, core: Fold) -> Form:
    """Return a sum or product over a whole dimension, or one with a known number of terms."""
    if lowering.written:
        bounds = _bounds(lowering, core)
        if bounds is not None:
            return lowering.lowered(_written_out(core, *bounds))
    if core.kind not in ("sum", "product"):
        raise Beyond(f"a {core.kind}")
    missing = _missing(lowering, core)
    name, size = index_name(core.index), lowering.size_name(core.index.dimension)
    total = total_over(_body(lowering, core), name, size)
    for place in missing:
        inner = replace(core, body=rename(core.body, {core.index: place}))
        if core.condition is not None:
            raise Beyond("a sum between bounds under a condition")
        total = total - _body(lowering, inner)
    return total if core.kind == "sum" else function_of(total, exponential)


def _written_out(core: Fold, first: int, last: int) -> Core:
    most = MOST_WRITTEN if core.kind in ("sum", "product") else MOST_EXTREMES
    if last - first >= most:
        raise Beyond("a sum of many terms")
    neutral = ONE if core.kind == "product" else ZERO
    terms: list[Core] = []
    for place in range(first, last + 1):
        at: dict[Index, Core] = {core.index: Rational(Fraction(place))}
        term = rename(core.body, at)
        if core.condition is not None:
            term = Choice(((rename(core.condition, at), term),), neutral)
        terms.append(term)
    if core.kind == "sum":
        return plus(*terms) if terms else ZERO
    if core.kind == "product":
        return times(*terms) if terms else ONE
    return _extreme(core, terms)


def _extreme(core: Fold, terms: list[Core]) -> Core:
    """Return the largest or smallest of some numbers, by cases."""
    if core.condition is not None or not terms:
        raise Beyond("a maximum under a condition")
    best = terms[0]
    relation = "\\ge" if core.kind == "max" else "\\le"
    for term in terms[1:]:
        best = Choice(((Compare(relation, best, term), best),), term)
    return best
