"""Hyperbolic functions."""

from __future__ import annotations

from sympy import Expr, Mul, Pow, Symbol, cosh, sinh, tanh

from derive.steps import Rule

__all__ = ["HYPERBOLIC_RULES"]


def sinh_over_cosh(expression: Expr) -> Expr | None:
    """sinh x / cosh x = tanh x, to any whole power."""
    if not isinstance(expression, Mul):
        return None
    powers = [factor.as_base_exp() for factor in expression.args]
    for place, (base, power) in enumerate(powers):
        if not (isinstance(base, sinh) and power.is_Integer and power.is_positive):
            continue
        below = Pow(cosh(base.args[0]), -power)
        if below in expression.args:
            others = [f for other, f in enumerate(expression.args) if other != place and f != below]
            return Mul(*others, tanh(base.args[0]) ** power)
    return None


_x = Symbol("x", positive=True)

HYPERBOLIC_RULES: tuple[Rule, ...] = (
    Rule(
        "the hyperbolic tangent is sinh over cosh",
        (sinh(_x) / cosh(_x), tanh(_x)),
        "",
        sinh_over_cosh,
    ),
)
"""Each leaves fewer factors than it found."""
