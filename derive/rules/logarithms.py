"""Logarithms, natural throughout."""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, Pow, Symbol, log

from derive.rules.fractions import numerator_and_denominator, together
from derive.steps import Rule

__all__ = ["LOGARITHM_RULES"]


def one_fraction(expression: Expr) -> Expr | None:
    """ln(1 − x/(x + y)) = ln(y/(x + y)): one fraction under the logarithm."""
    if not isinstance(expression, log):
        return None
    joined = together(expression.args[0])
    return None if joined is None else log(joined)


def logarithm_of_a_reciprocal(expression: Expr) -> Expr | None:
    """ln(1/x) = −ln x."""
    if not isinstance(expression, log):
        return None
    above, below = numerator_and_denominator(expression.args[0])
    return -log(below) if above == 1 and below != 1 else None


def logarithm_of_a_quotient(expression: Expr) -> Expr | None:
    """ln(x/y) = ln x − ln y, and ln eˣ = x."""
    if not isinstance(expression, log):
        return None
    above, below = numerator_and_denominator(expression.args[0])
    return log(above) - log(below) if below != 1 and above != 1 else None


def logarithm_of_a_product(expression: Expr) -> Expr | None:
    """ln(xy) = ln x + ln y."""
    if not isinstance(expression, log) or not isinstance(expression.args[0], Mul):
        return None
    return Add(*(log(factor) for factor in expression.args[0].args))


def logarithm_of_a_power(expression: Expr) -> Expr | None:
    """ln xᵐ = m ln x, for a whole number m."""
    if not isinstance(expression, log) or not isinstance(expression.args[0], Pow):
        return None
    base, exponent = expression.args[0].as_base_exp()
    return exponent * log(base) if exponent.is_Integer else None


_x, _y = Symbol("x", positive=True), Symbol("y", positive=True)
_POSITIVE = "x > 0 and y > 0"

LOGARITHM_RULES: tuple[Rule, ...] = (
    Rule(
        "one fraction under the logarithm",
        (log(1 - _x / (_x + _y)), log(_y / (_x + _y))),
        _POSITIVE,
        one_fraction,
    ),
    Rule(
        "logarithm of a reciprocal",
        (log(1 / (1 + _x)), -log(1 + _x)),
        "x > 0",
        logarithm_of_a_reciprocal,
    ),
    Rule(
        "logarithm of a quotient",
        (log(_x / (_x + _y)), log(_x) - log(_x + _y)),
        _POSITIVE,
        logarithm_of_a_quotient,
    ),
    Rule(
        "logarithm of a power",
        (log((_x + _y) ** Integer(3)), 3 * log(_x + _y)),
        _POSITIVE,
        logarithm_of_a_power,
    ),
    Rule(
        "logarithm of a product",
        (log(_x * (1 + _y)), log(_x) + log(1 + _y)),
        _POSITIVE,
        logarithm_of_a_product,
    ),
)
"""Rules for logarithms; each leaves fewer factors under a logarithm than it found."""
