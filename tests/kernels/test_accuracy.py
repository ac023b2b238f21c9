"""Every kernel against the loss by its definition and mpmath's derivative of it, at hard inputs."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from numeric.kernels import MODULES

from .backends import kernel_of
from .inputs import PRE_ACTIVATIONS, hard_points
from .references import Reference

pytestmark = pytest.mark.usefixtures("backend")
UNIT = 2.0**-53
SMALLEST = 5e-324
LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class Tolerance:
    """Units of rounding allowed, of what, and why; none of them depends on k.

    Parameters
    ----------
    gradient, loss, curvature : float
        Multiples of the unit roundoff of the scale.
    reason : str
        Why not less.
    """

    gradient: float
    loss: float
    curvature: float
    reason: str


TOLERANCES: dict[str, Tolerance] = {
    "linear_squared_error": Tolerance(2, 8, 0, "one difference; squares summed"),
    "relu_squared_error": Tolerance(2, 8, 0, "one difference; squares summed"),
    "sigmoid_logistic": Tolerance(6, 8, 8, "exp, one sum, one quotient, one difference"),
    "sigmoid_cross_entropy": Tolerance(8, 8, 8, "exp, one sum, one quotient, a product"),
    "sigmoid_squared_error": Tolerance(10, 12, 16, "the sigmoid's four roundings and a product"),
    "softmax_cross_entropy": Tolerance(10, 8, 10, "a rounded shift, exp, a sum, a quotient"),
    "softmax_squared_error": Tolerance(16, 12, 24, "softmax, and a mean of products"),
    "softmax_logistic": Tolerance(16, 12, 32, "softmax twice, quotients by complements"),
}


def spread(a: np.ndarray) -> float:
    """Return the widest gap whose exponential is not lost: each unit of it costs one roundoff."""
    return min(float(np.max(a) - np.min(a)), 745.0)


def as_float(exact: Any) -> float:
    return math.copysign(math.inf, exact) if abs(exact) > LARGEST else float(exact)


def assert_close(got: float, exact: Any, units: float, scale: float) -> None:
    expected = as_float(exact)
    if math.isinf(expected):
        assert got == expected
        return
    allowed = units * UNIT * max(abs(expected), scale) + 4 * SMALLEST
    assert abs(got - expected) <= allowed, (got, expected, abs(got - expected) / allowed)


def natural_scale(y: np.ndarray, i: int) -> float:
    """Return what a rounding of ŷ − y is measured by: nothing for 0/1 labels, else about one."""
    return 0.0 if y[i] in (0.0, 1.0) and np.all((y == 0) | (y == 1)) else 1.0 + abs(y[i])


def test_every_kernel_has_a_tolerance() -> None:
    assert set(TOLERANCES) == set(MODULES)
    assert all(tolerance.reason for tolerance in TOLERANCES.values())


@pytest.mark.parametrize("name", MODULES)
def test_loss_and_gradient_at_hard_inputs(name: str) -> None:
    kernel, reference, tolerance = kernel_of(name), Reference.of(name), TOLERANCES[name]
    for a, y in hard_points(name):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            loss, gradient = kernel.value_and_grad(a, y)
        wide = 2 + spread(a) if name.startswith("softmax") else 1
        assert_close(loss, reference.loss(a, y, 1100), tolerance.loss * wide, 0.0)
        for i, exact in enumerate(reference.gradient(a, y)):
            scale = natural_scale(y, i)
            assert_close(gradient[i], exact, tolerance.gradient * wide, scale)


@pytest.mark.parametrize("name", MODULES)
def test_curvature_and_prediction(name: str) -> None:
    kernel, reference, tolerance = kernel_of(name), Reference.of(name), TOLERANCES[name]
    for a, y in hard_points(name):
        if np.max(np.abs(a)) > 50:
            continue
        wide = 2 + spread(a) if name.startswith("softmax") else 1
        for got, exact in zip(kernel.predict(a), reference.predict(a), strict=True):
            assert_close(got, exact, 8 * wide, 0.0)
        curvature = kernel.hessian_diagonal(a, y)
        for got, exact in zip(curvature, reference.curvature(a, y), strict=True):
            assert_close(got, exact, tolerance.curvature * wide, 1.0)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_finite_where_the_loss_is(name: str, dtype: type) -> None:
    """A gap wider than the format holds, many classes, and no warning anywhere."""
    kernel = kernel_of(name)
    huge = float(np.finfo(dtype).max)
    for k in (2, 3, 1000):
        for values in (
            (huge, -huge),
            (-huge, -huge),
            (huge, huge),
            (5e-324, -5e-324),
            (88.0, -104.0),
        ):
            a = np.resize(np.array(values, dtype=dtype), (2, k))
            y = np.zeros((2, k), dtype=dtype)
            y[:, 0] = 1
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                value, gradient = kernel.value_and_grad(a, y)
                prediction = kernel.predict(a)
                curvature = kernel.hessian_diagonal(a, y)
            assert not np.isnan(value)
            assert not np.isnan(gradient).any()
            assert not np.isnan(curvature).any()
            assert not np.isnan(prediction).any()
            if not name.startswith(("linear", "relu")):
                assert np.isfinite(gradient).all()
                assert np.isfinite(prediction).all()


@pytest.mark.parametrize("name", ["softmax_cross_entropy", "sigmoid_logistic", "softmax_logistic"])
def test_no_gradient_is_lost_where_the_unit_is_confident_and_right(name: str) -> None:
    kernel = kernel_of(name)
    for gap in (20.0, 37.0, 40.0, 100.0, 700.0):
        a, y = np.array([gap, 0.0]), np.array([1.0, 0.0])
        gradient = kernel.value_and_grad(a, y)[1]
        expected = -math.exp(-gap) * (2 if name == "softmax_logistic" else 1)
        assert gradient[0] == pytest.approx(expected, rel=1e-8)


SATURATED: tuple[tuple[float, ...], ...] = (
    (0.0, -40.0),
    (0.0, -40.0, -80.0),
    (-45.0, 30.0, 29.5, -12.0),
    (25.0, -14.0, -14.0, -60.0),
    (0.0, 0.0, -38.0),
    (600.0, 0.0, -35.0),
)
PARTLY = (0.3, 0.6, 1.0, 0.0)


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("softmax")])
@pytest.mark.parametrize("a", SATURATED, ids=str)
def test_curvature_keeps_its_digits_where_softmax_is_saturated(
    name: str, a: tuple[float, ...]
) -> None:
    """Each entry relative to itself, however small: what cancels has cancelled in the formula."""
    kernel, reference = kernel_of(name), Reference.of(name)
    for first in range(len(a)):
        y = np.roll(PARTLY, first)[: len(a)]
        exact = reference.curvature(a, y)
        for got, value in zip(kernel.hessian_diagonal(np.array(a), y), exact, strict=True):
            assert got == pytest.approx(float(value), rel=1e-12, abs=SMALLEST)


@pytest.mark.parametrize("name", ["linear_squared_error", "relu_squared_error"])
def test_a_mean_is_finite_where_the_sum_is_not(name: str) -> None:
    kernel, a = kernel_of(name), np.full((4, 1), 1e308)
    gradient = kernel.value_and_grad(a, np.zeros((4, 1)), reduction="mean")[1]
    assert np.array_equal(gradient, np.full((4, 1), 5e307))
    a = np.full((4, 1), 1.2e154)  # its square fits four times less than it would have to
    value, _ = kernel.value_and_grad(a, np.zeros((4, 1)), reduction="mean")
    assert value == pytest.approx(1.44e308)
    assert kernel.loss(a, np.zeros((4, 1)), reduction="mean") == value
    assert kernel.loss(a, np.zeros((4, 1))) == np.inf


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("strange", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_stays_in_its_example(name: str, strange: float) -> None:
    kernel, a, y = kernel_of(name), np.zeros((2, 3)), np.full((2, 3), 0.25)
    expected = kernel.value_and_grad(a, y, reduction="none")
    a[0, 1] = strange
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = kernel.value_and_grad(a, y, reduction="none")
        curvature = kernel.hessian_diagonal(a, y)
    assert all(np.array_equal(one[1], other[1]) for one, other in zip(got, expected, strict=True))
    assert np.isfinite(curvature[1]).all()
    if np.isnan(strange):
        assert np.isnan(got[0][0])


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_huge_example_changes_no_other(name: str, dtype: type) -> None:
    kernel, random, largest = kernel_of(name), np.random.default_rng(5), np.finfo(dtype).max
    a, y = random.normal(size=(6, 4)).astype(dtype), np.full((6, 4), 0.25, dtype)
    beside = a.copy()
    beside[2] = largest, -largest, 0, 1
    others = [0, 1, 3, 4, 5]
    for one, other in zip(
        (*kernel.value_and_grad(a, y, reduction="none"), kernel.hessian_diagonal(a, y)),
        (*kernel.value_and_grad(beside, y, reduction="none"), kernel.hessian_diagonal(beside, y)),
        strict=True,
    ):
        assert np.array_equal(one[others], other[others])


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize(("examples", "units"), [(1, 2), (40, 12), (300, 70)])
def test_a_layer_whose_products_overflow_gives_no_warning(
    name: str, examples: int, units: int
) -> None:
    W, h, y = np.eye(units), np.ones((examples, units)), np.full((examples, units), 0.5)
    W[0, 0] = h[0, 0] = 1e300
    for b in (None, np.full(units, -1e308)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            value, grad_W, grad_h, *_ = kernel_of(name).layer_value_and_grad(W, h, y, b)
        assert not np.isfinite(value) or np.isfinite(grad_W).any()
        assert grad_W.shape == W.shape
        assert grad_h.shape == h.shape


def test_hard_inputs_hold_extremes() -> None:
    values = {abs(x) for row in PRE_ACTIVATIONS for x in row}
    assert {0.0, 5e-324, 1000.0, 1e300} <= values
