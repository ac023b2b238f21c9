"""Cases and conditions as numbers: equal indices as a delta, an order as a step."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from derive.proof.deltas import Form, delta, form, function_of
from derive.proof.elementary import step_value
from derive.proof.field import ONE, ZERO, Quotient
from derive.textbook.meaning.core import At, Choice, Compare, Core, Entry, Rational, plus, times
from derive.textbook.meaning.declarations import LABEL_VALUES
from derive.textbook.meaning.dimensions import Dimension
from derive.textbook.proof.functions import at_kink
from derive.textbook.proof.slopes import Beyond

if TYPE_CHECKING:
    from derive.textbook.proof.lowering import Lowering

__all__ = ["choice", "condition"]

_ORDERS: dict[str, tuple[bool, Quotient]] = {
    ">": (False, ZERO),
    "\\ge": (False, ONE),
    "<": (True, ZERO),
    "\\le": (True, ONE),
}
"""Each order as a step of a difference, perhaps turned, with its value where both are equal."""
_LABELS = {**LABEL_VALUES, "part": (0, 1)}


def _axis(lowering: Lowering, core: Core) -> Dimension | None:
    """Return over what an index of the text runs, or None for any other number."""
    if isinstance(core, At):
        return lowering.dimensions.find(core.index.dimension)
    if isinstance(core, Entry) and core.symbol.role == "index" and core.symbol.range:
        return lowering.dimensions.find(core.symbol.range)
    return None


def condition(lowering: Lowering, core: Core) -> Form:
    """Return a condition as a number, 1 where it holds and 0 where not."""
    if not isinstance(core, Compare):
        raise Beyond("a condition")
    if core.relation == "and":
        return condition(lowering, core.left) * condition(lowering, core.right)
    decided = _decided(core)
    if decided is not None:
        return form(ONE) if decided else Form()
    if core.relation in _ORDERS:
        return _order(lowering, core)
    holds = _equal(lowering, core)
    return holds if core.relation == "=" else form(ONE) - holds


def _equal(lowering: Lowering, core: Compare) -> Form:
    axes = _axis(lowering, core.left), _axis(lowering, core.right)
    if None not in axes:
        if axes[0] != axes[1]:
            raise Beyond("indices that run over different dimensions")
        names = lowering.index_word(core.left), lowering.index_word(core.right)
        return Form() if frozenset(names) in lowering.distinct else delta(*names)
    return _label(lowering, core)


def _label(lowering: Lowering, core: Compare) -> Form:
    """Return whether a label is one of its two values."""
    left, right = core.left, core.right
    free = isinstance(left, Entry) and left.symbol.definition is None
    labels = _LABELS.get(left.symbol.domain) if isinstance(left, Entry) and free else None
    if labels is None or not isinstance(right, Rational) or right.value not in labels:
        raise Beyond("a condition between numbers")
    (other,) = (label for label in labels if label != right.value)
    scale = 1 / (right.value - other)
    return lowering.lowered(times(Rational(scale), plus(left, Rational(Fraction(-other)))))


def _order(lowering: Lowering, core: Compare) -> Form:
    turned, convention = _ORDERS[core.relation]
    left, right = (core.right, core.left) if turned else (core.left, core.right)
    inside = lowering.lowered(left) - lowering.lowered(right)
    return function_of(inside, lambda value: step_value(value, convention))


def _decided(core: Core) -> bool | None:
    """Return whether a condition between two numbers holds, or None for any other."""
    if not isinstance(core, Compare) or core.relation not in ("=", "\\neq"):
        return None
    if not isinstance(core.left, Rational) or not isinstance(core.right, Rational):
        return None
    return (core.left == core.right) == (core.relation == "=")


def choice(lowering: Lowering, core: Choice) -> Form:
    """Return cases: where none applies there is no value, so the last may stand for it."""
    (first, value), *others = core.branches
    decided = _decided(first)
    rest = Choice(tuple(others), core.otherwise) if others else core.otherwise
    if decided or (rest is None and decided is None):
        return lowering.lowered(value)
    if rest is None:
        raise Beyond("no case applies")
    other = lowering.lowered(rest)
    if decided is False:
        return other
    change = lowering.lowered(value) - other
    return other + _holds(lowering, first, change) * change


def _holds(lowering: Lowering, core: Core, change: Form) -> Form:
    """Return a condition as a number; where a change is nought at the tie, any value will do."""
    holds = condition(lowering, core)
    if not isinstance(core, Compare) or core.relation not in _ORDERS:
        return holds
    turned, _ = _ORDERS[core.relation]
    inside = (lowering.lowered(core.left) - lowering.lowered(core.right)).plain
    plain = change.plain
    if inside is None or not inside or plain is None or not _divides(inside, plain):
        return holds
    inside = -inside if turned else inside
    return form(step_value(inside, at_kink(inside)))


def _divides(inside: Quotient, value: Quotient) -> bool:
    ratio = value * inside.inverse()
    powers = (power for monomial in ratio.numerator.terms for _, power in monomial)
    return not ratio.denominator and all(power > 0 for power in powers)
