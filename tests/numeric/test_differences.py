"""Differences keep within their bounds, find kinks and only kinks, and refuse the impossible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.differences import central_difference, complex_step
from numeric.errors import NotAnalytic, NotFinite, NotScalar, ShapeMismatch, UnsupportedType


@dataclass(frozen=True)
class Function:
    """A function in NumPy, its derivative in mpmath, and where it may be asked.

    ``useful`` bounds the bound, relative to max(|f'|, |f|/max(1, |x|)): an honest bound is
    worth nothing when it is infinite. It is looser where rounding inside the function is
    amplified. Bounds below 10⁻³⁰⁰ only say how values underflow, and all are useful.
    """

    name: str
    value: Callable[[Any], Any]
    derivative: Callable[[Any], Any]
    positive: bool = False
    limit: float = 1e3
    useful: float = 1e-8
    complex_too: bool = True


FUNCTIONS = (
    Function("sin", np.sin, mp.cos),
    Function("exp", np.exp, mp.exp, limit=300),
    Function("log", np.log, lambda x: 1 / x, positive=True),
    Function("sqrt", np.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), positive=True),
    Function("cube", lambda x: x**3, lambda x: 3 * x**2),
    Function("reciprocal", lambda x: 1 / x, lambda x: -1 / x**2),
    Function("tanh", np.tanh, lambda x: mp.sech(x) ** 2, limit=300),
    Function("arctan", np.arctan, lambda x: 1 / (1 + x**2)),
    Function(
        "softplus", lambda x: np.logaddexp(0, x), lambda x: 1 / (1 + mp.exp(-x)), complex_too=False
    ),
    Function("gaussian", lambda x: np.exp(-x * x), lambda x: -2 * x * mp.exp(-x * x)),
    Function(
        "fast sine",
        lambda x: np.sin(1000 * x),
        lambda x: 1000 * mp.cos(1000 * x),
        useful=1e-4,  # condition number up to 10⁶
    ),
    Function(
        "whole periods",
        lambda x: np.sin(2 * np.pi * x),
        lambda x: 2 * mp.mpf(np.pi) * mp.cos(2 * mp.mpf(np.pi) * x),
    ),
    Function(
        "steep softplus",
        lambda x: np.logaddexp(0, 100 * x),
        lambda x: 100 / (1 + mp.exp(-100 * x)),
        complex_too=False,
    ),
    Function("cancelling", lambda x: (x + 1e6) - 1e6, lambda x: mp.mpf(1), useful=1e-6),
    Function("constant", lambda x: 3.0 + 0 * x, lambda x: mp.mpf(0)),
)


def points(function: Function) -> st.SearchStrategy[float]:
    """Evenly spread over the powers of ten from 10⁻³ to 10³."""
    sizes = st.floats(-3, 3).map(lambda power: min(10.0**power, function.limit))
    if function.positive:
        return sizes
    return st.tuples(sizes, st.sampled_from([1, -1])).map(lambda pair: pair[0] * pair[1])


def exact(function: Function, x: float) -> Any:
    with mp.workdps(40):
        return function.derivative(mp.mpf(x))


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
@given(data=st.data())
def test_the_error_is_within_the_bound_and_the_bound_is_useful(
    function: Function, data: st.DataObject
) -> None:
    x = data.draw(points(function))
    difference = central_difference(function.value, x)
    derivative = exact(function, x)
    assert not difference.kink
    assert abs(mp.mpf(difference.value) - derivative) <= difference.bound
    scale = max(abs(float(derivative)), abs(float(function.value(x))) / max(1.0, abs(x)))
    assert difference.bound <= function.useful * scale + 1e-300


@pytest.mark.parametrize(
    "function", [f for f in FUNCTIONS if f.complex_too], ids=lambda function: function.name
)
@given(data=st.data())
def test_the_complex_step_is_within_its_bound(function: Function, data: st.DataObject) -> None:
    x = data.draw(points(function))
    step = complex_step(function.value, x)
    derivative = exact(function, x)
    assert abs(mp.mpf(step.value) - derivative) <= step.bound
    assert step.method == "complex step"


@given(st.floats(-1e3, 1e3), st.integers(-300, 300), st.floats(-3, 3), st.sampled_from([1.0, -2.5]))
def test_scaling_the_function_scales_value_and_bound(
    x: float, power: int, frequency: float, direction: float
) -> None:
    def function(t: Any) -> Any:
        return np.sin(frequency * t) + 1.5

    plain = central_difference(function, x, direction)
    scaled = central_difference(lambda t: 2.0**power * function(t), x, direction)
    assert scaled.value == plain.value * 2.0**power
    assert scaled.bound <= plain.bound * 2.0**power + 1e-290


BENDS = (abs, lambda x: np.maximum(x, 0), lambda x: np.maximum(-x, 3 * x))


@pytest.mark.parametrize("bend", BENDS)
def test_a_kink_at_zero_is_found(bend: Any) -> None:
    difference = central_difference(bend, 0.0)
    assert difference.kink
    right, left = float(bend(1.0)), -float(bend(-1.0))
    assert (difference.left, difference.right) == pytest.approx((left, right))
    assert all(difference.covers(slope) for slope in (left, right))


@pytest.mark.parametrize("bend", BENDS)
@given(st.floats(-100, -8.5), st.sampled_from([1, -1]))
def test_a_kink_beside_the_point_does_not_hide_the_slope_there(
    bend: Any, power: float, sign: int
) -> None:
    difference = central_difference(bend, sign * 10.0**power)
    assert not difference.kink
    assert difference.covers(float(sign * bend(float(sign))))
    assert difference.bound < 1e-12


@given(st.floats(-10, -8), st.sampled_from([1, -1]))
def test_a_kink_beside_a_point_that_is_not_zero_does_not_hide_it(power: float, sign: int) -> None:
    x = 1 + sign * 10.0**power
    difference = central_difference(lambda x: abs(x - 1) + x, x)
    assert not difference.kink
    assert difference.covers(1.0 + sign)
    assert difference.bound < 1e-2


def test_a_kink_nearer_than_the_noise_is_reported_as_one() -> None:
    difference = central_difference(lambda x: 1 + np.maximum(x, 0), 1e-18)
    assert difference.kink
    assert difference.covers(1.0)


ROUNDED: tuple[Callable[[Any], Any], ...] = (
    lambda x: np.round(np.sum(x**2), 3),
    lambda x: np.round(np.sum(x**2), 1),
    lambda x: np.floor(np.sum(x**2) * 1000) / 1000,
    lambda x: float(np.sum(x.astype("f2") ** 2)),
    lambda x: float(np.float16(np.sum(x**2))),
)


@pytest.mark.parametrize("function", ROUNDED)
@given(st.lists(st.floats(-2, 2), min_size=2, max_size=3))
def test_plateaus_are_noise(function: Any, values: list[float]) -> None:
    x = np.array(values)
    direction = np.eye(x.size)[0]
    assert central_difference(function, x, direction).covers(2 * x[0])


@pytest.mark.parametrize("x", [-1e-3, -0.1, -3.0])
def test_flat_parts_are_not_taken_for_rounding(x: float) -> None:
    assert central_difference(lambda x: np.maximum(x, 0), x).bound < 1e-290
    assert central_difference(lambda x: np.maximum(x, 0) + 3.0, x).bound < 1e-10


def test_a_kink_in_company_is_found() -> None:
    difference = central_difference(lambda x: np.exp(x) + 1e-6 * abs(x), 0.0)
    assert difference.kink
    assert difference.right - difference.left == pytest.approx(2e-6, rel=1e-4)


@given(st.floats(1e-6, 1e3), st.sampled_from([1, -1]))
def test_beside_a_kink_there_is_none(size: float, sign: int) -> None:
    difference = central_difference(lambda x: np.maximum(x, 0), sign * size)
    assert not difference.kink
    assert difference.covers(float(sign > 0))


@given(st.floats(-1, 1), st.floats(0, 5))
def test_strong_curvature_is_no_kink(x: float, power: float) -> None:
    sharpness = 10.0**power
    difference = central_difference(lambda t: np.logaddexp(0, sharpness * t) / sharpness, x)
    assert not difference.kink
    assert difference.covers(float(1 / (1 + mp.exp(-sharpness * mp.mpf(x)))))


def test_a_function_only_finite_at_the_point_says_nothing() -> None:
    difference = central_difference(lambda x: np.nan if x else 0.0, 0.0)
    assert not difference.informative
    assert difference.bound == np.inf


def test_a_function_in_float32_has_a_bound_to_match() -> None:
    difference = central_difference(lambda x: np.float32(np.exp(np.float32(x))), 1.2)
    assert difference.covers(float(np.exp(1.2)))
    assert difference.bound > 1e-7


def test_directions_through_several_arguments() -> None:
    W, h = np.arange(6.0).reshape(2, 3), np.array([1.0, -2.0, 0.5])
    direction = (np.full((2, 3), 0.5), np.array([0.0, 1.0, 0.0]))
    difference = central_difference(lambda W, h: np.sum((W @ h) ** 2), (W, h), direction)
    expected = 2 * (W @ h) @ (direction[0] @ h + W @ direction[1])
    assert difference.covers(float(expected))


@pytest.mark.parametrize(
    "function",
    [np.abs, lambda x: x.real**2 + 0j, lambda x: np.conj(x) * x, lambda x: abs(x) * (1 + 0j)],
)
def test_the_complex_step_refuses_what_is_not_analytic(function: Any) -> None:
    def real_on_the_line(x: Any) -> Any:
        return function(x) if np.iscomplexobj(x) else abs(float(x)) * 1.0

    with pytest.raises(NotAnalytic, match="central_difference"):
        complex_step(real_on_the_line, -1.5)


def test_the_complex_step_refuses_a_function_of_real_arrays_only() -> None:
    with pytest.raises(NotAnalytic):
        complex_step(lambda x: np.logaddexp(0, x), 0.5)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((lambda x: x, np.ones(2), np.ones(2)), NotScalar),
        ((lambda x: "text", 1.0), NotScalar),
        ((lambda x: 1j * x, 1.0), UnsupportedType),
        ((np.log, 0.0), NotFinite),
        ((np.sum, np.ones(2)), ShapeMismatch),
        ((np.sum, np.ones(2), np.ones(3)), ShapeMismatch),
        ((np.sum, np.ones(2, complex), np.ones(2)), UnsupportedType),
        ((np.sum, np.ones(2, int), np.ones(2)), UnsupportedType),
        ((np.sum, ()), ShapeMismatch),
        ((np.sum, [[1.0], [1.0, 2.0]]), ShapeMismatch),
    ],
)
def test_wrong_calls_raise_typed_errors(arguments: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="expected"):
        central_difference(*arguments)


def test_the_point_is_left_alone() -> None:
    x = np.array([1.0, 2.0])

    def vandal(x: Any) -> Any:
        x *= 2
        return np.sum(x)

    central_difference(vandal, x, np.ones(2))
    assert x.tolist() == [1.0, 2.0]


def test_coarse_steps_that_agree_do_not_outvote_finer_ones() -> None:
    difference = central_difference(lambda x: x * np.exp(-((x / 0.017386226840895677) ** 2)), 0.0)
    assert difference.covers(1.0)
    assert difference.bound < 1e-12


def test_rounding_of_a_fast_function_is_no_kink() -> None:
    def fast(x: Any) -> Any:
        return np.float32(np.sin(np.float32(x / 6.853436490587834e-06)))

    assert not central_difference(fast, -1.7671189536616683).kink
