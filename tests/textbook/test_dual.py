"""Dual numbers against mpmath's own differentiation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from derive.textbook.evaluate.dual import _VALUES, Dual, Undefined, apply, power, tangent

DIGITS = 30
POINTS = st.integers(-40, 40).map(lambda number: mp.mpf(number) / 16 + mp.mpf(1) / 37)


@pytest.mark.parametrize("name", [name for name in _VALUES if name != "flat"])
@given(point=POINTS)
def test_first_derivative(name: str, point: mp.mpf) -> None:
    with mp.workdps(DIGITS):
        try:
            slope = tangent(apply(name, Dual(1, point, mp.mpf(1))), 1)
        except Undefined:
            return
        wanted = mp.diff(lambda x: apply(name, x), point)
        assert abs(slope - wanted) <= mp.mpf(10) ** -10 * (1 + abs(wanted))


@given(point=POINTS)
def test_second_derivative_of_nested_functions(point: mp.mpf) -> None:
    def function(x: object) -> object:
        return apply("exp", apply("sin", x)) * apply("tanh", x)

    with mp.workdps(DIGITS):
        inner = Dual(2, Dual(1, point, mp.mpf(1)), mp.mpf(1))
        second = tangent(tangent(function(inner), 2), 1)
        wanted = mp.diff(function, point, 2)
        assert abs(second - wanted) <= mp.mpf(10) ** -8 * (1 + abs(wanted))


@given(point=POINTS, exponent=st.integers(-5, 5))
def test_whole_powers(point: mp.mpf, exponent: int) -> None:
    with mp.workdps(DIGITS):
        slope = tangent(power(Dual(1, point, mp.mpf(1)), exponent), 1)
        wanted = exponent * point ** (exponent - 1)
        assert abs(slope - wanted) <= mp.mpf(10) ** -25 * (1 + abs(wanted))


def test_variables_do_not_mix() -> None:
    """The derivative by x of x · d/dy (x + y) is 1, and not 2."""
    x = Dual(1, mp.mpf(3), mp.mpf(1))
    inner = tangent(x + Dual(2, mp.mpf(4), mp.mpf(1)), 2)
    assert tangent(x * inner, 1) == 1
