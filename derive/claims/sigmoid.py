"""The sigmoid: how steep it is, where it bends most, and where it is curved most."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sympy import (
    Expr,
    Integer,
    Poly,
    Pow,
    Rational,
    Symbol,
    cancel,
    diff,
    exp,
    radsimp,
    real_roots,
    sqrt,
    together,
)

from derive.claims.record import Proof
from derive.language import named_function, sigmoid

__all__ = ["curvature_points", "largest_at", "prove_bends", "slope_in_value"]

S_ = Symbol("s", real=True)
"""The value s(λ): it takes every value in (0, 1), once."""
_x = Symbol("x", real=True)
QUARTER = Rational(1, 4)
BENDS = ((3 - sqrt(3)) / 6, (3 + sqrt(3)) / 6)
"""Where |s″| is said to be largest; the lecture's 0.21 and 0.79."""


@cache
def slope_in_value() -> Expr:
    """Return s′ as a polynomial in s, from the row of the table of functions.

    Examples
    --------
    >>> slope_in_value()
    s*(1 - s)
    """
    row = named_function(sigmoid)
    assert row is not None
    slope: Expr = row.slope(_x).xreplace({sigmoid(_x): S_})
    return slope


def _slope_is_that_of_the_definition() -> bool:
    """Differentiate 1/(1 + e⁻ˣ) and compare, as rational functions of e⁻ˣ."""
    row = named_function(sigmoid)
    assert row is not None
    assert row.definition is not None
    s, decay = row.definition(_x), Symbol("decay", positive=True)
    difference = diff(s, _x) - slope_in_value().xreplace({S_: s})
    return bool(cancel(difference.subs(exp(-_x), decay)) == 0)


def largest_at(objective: Expr) -> tuple[Expr, ...]:
    """Return where a rational function of s is largest on [0, 1], every such s exactly.

    The function is smooth on the closed interval, and so its maximum is at an end or at a root of
    the numerator of its derivative. Two candidates are equal when their values agree to 60 digits:
    they belong to one of finitely many algebraic numbers, and are told apart far earlier.

    Examples
    --------
    >>> largest_at(S_ * (1 - S_))
    (1/2,)
    """
    numerator = cancel(diff(objective, S_)).as_numer_denom()[0]
    inside = [root for root in real_roots(Poly(numerator, S_), multiple=True) if 0 <= root <= 1]
    candidates = dict.fromkeys([Integer(0), *inside, Integer(1)])
    values = {at: objective.xreplace({S_: at}).evalf(80) for at in candidates}
    top = max(values.values())
    return tuple(at for at, value in values.items() if top - value < Rational(1, 10**60))


def _bend_squared() -> Expr:
    slope = slope_in_value()
    return (diff(slope, S_) * slope) ** 2


def _curvature_squared() -> Expr:
    return _bend_squared() / (1 + slope_in_value() ** 2) ** 3


@cache
def curvature_points() -> tuple[Expr, ...]:
    """Return the s where the curvature κ = |s″| / (1 + s′²)^{3/2} of the graph is largest.

    Examples
    --------
    >>> [round(float(at), 4) for at in curvature_points()]
    [0.2036, 0.7964]
    """
    return largest_at(_curvature_squared())


def radical(number: Expr) -> str:
    """Write a number over one denominator, with the sign of the root.

    Examples
    --------
    >>> radical(sqrt(3) / 6 + Rational(1, 2))
    '(3 + √3)/6'
    """
    above, below = together(number).as_numer_denom()
    constant, root = above.as_coeff_Add()
    if below == 1 or constant == 0 or not isinstance(abs(root), Pow):
        return str(number)
    sign = "−" if root.could_extract_minus_sign() else "+"
    return f"({constant} {sign} √{abs(root).base})/{below}"


def prove_bends(
    bends: Sequence[Expr] = BENDS,
    steepest: Expr = QUARTER,
    decimals: int = 2,
    curved: Sequence[float] = (0.2036, 0.7964),
) -> Proof:
    """Prove where |s″| is largest and that s′ ≤ 1/4, and solve for the points of curvature.

    Parameters
    ----------
    bends : sequence of Expr
        The values s(λ) at which |s″| is claimed to be largest, in ascending order.
    steepest : Expr
        The claimed maximum of s′.
    decimals : int
        How many decimals of 0.21 and 0.79 the lecture gives.
    curved : sequence of float
        Where the curvature of the graph is claimed to be largest, to four decimals.

    Examples
    --------
    >>> prove_bends().ok, prove_bends(steepest=Rational(1, 5)).ok
    (True, False)
    """
    slope, found = slope_in_value(), largest_at(_bend_squared())
    (flattest,) = largest_at(slope)
    rounded = [round(float(at), decimals) for at in found]
    same = len(found) == len(bends) and all(
        cancel(at - claimed) == 0 for at, claimed in zip(found, bends, strict=True)
    )
    climbs = diff(_curvature_squared(), S_)
    apart = not any(radsimp(climbs.xreplace({S_: bend})) == 0 for bend in found)
    low, high = curvature_points()
    return Proof(
        {
            "s′ = s(1 − s)": cancel(slope - S_ * (1 - S_)) == 0
            and _slope_is_that_of_the_definition(),
            f"the largest s′ is {steepest}": slope.xreplace({S_: flattest}) == steepest,
            f"|s″| is largest exactly at s = {' and '.join(radical(bend) for bend in bends)}": same,
            "which the lecture rounds to 0.21 and 0.79": rounded == [0.21, 0.79],
            "and not where the graph is curved most, s = "
            f"{' and '.join(str(at) for at in curved)} to four decimals": apart
            and [round(float(at), 4) for at in (low, high)] == list(curved),
        },
        {
            "largest slope": slope.xreplace({S_: flattest}),
            "bend, low": found[0],
            "bend, high": found[-1],
            "curvature, low": low,
            "curvature, high": high,
        },
    )
