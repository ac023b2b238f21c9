"""The ramp and its slope."""

from __future__ import annotations

from sympy import Expr, Pow, S, Symbol

from derive.language import step
from derive.steps import Rule

__all__ = ["RAMP_RULES"]


def power_of_a_slope(expression: Expr) -> Expr | None:
    """r′(x)ⁿ = r′(x): the slope is 0 or 1, at the kink too where the convention is."""
    if not isinstance(expression, Pow) or not isinstance(expression.base, step):
        return None
    whole = expression.exp.is_Integer and expression.exp.is_positive
    return expression.base if whole and expression.base.args[1] in (S.Zero, S.One) else None


_x = Symbol("x", positive=True)

RAMP_RULES: tuple[Rule, ...] = (
    Rule(
        "a power of 0 or 1 is itself",
        (step(_x, S.One) ** 2, step(_x, S.One)),
        "r′(0) is 0 or 1",
        power_of_a_slope,
    ),
)
"""Each leaves a smaller power."""
