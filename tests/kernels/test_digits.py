"""What keeps more digits than the arrays have: each helper against fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.kernels import softmax_cross_entropy as kernel

from .soft import HAS_MORE_DIGITS

needs_digits = pytest.mark.skipif(
    not HAS_MORE_DIGITS, reason="numpy.longdouble has no more digits here"
)
positive = st.floats(1e-100, 1e100)
UNIT = Fraction(1, 2**53)


def exact(values: Any) -> list[Fraction]:
    return [Fraction(float(value)) for value in np.ravel(values)]


@given(positive, positive, positive)
def test_what_a_quotient_lost_is_known_to_half_of_its_digits(
    above: float, left: float, right: float
) -> None:
    quotient = above / (left + right)
    lost = kernel._quotient_lost(above, left, right, quotient)
    true = Fraction(above) / (Fraction(left) + Fraction(right))
    assert abs(true - Fraction(quotient) - Fraction(lost)) <= 8 * UNIT**2 * true


def test_what_does_not_fit_is_not_put_back() -> None:
    assert kernel._quotient_lost(1e308, 1.0, 1.0, 5e307) == 0.0
    assert kernel._quotient_lost(1.0, 1e308, 1e308, 0.0) == 0.0


@needs_digits
@pytest.mark.parametrize("shape", [(30, 3), (600, 3), (40, 65), (5, 1000), (1000,)], ids=str)
@pytest.mark.parametrize(
    "kind", ["alike", "one large", "of both signs", "far apart", "tiny", "one row large"]
)
def test_exact_sums_are_within_a_seventh_of_a_unit(shape: tuple[int, ...], kind: str) -> None:
    random = np.random.default_rng(5)
    values = random.random(shape)
    if kind == "one large":
        values[..., 0] += 2.0**20
    elif kind == "of both signs":
        values[..., 1] *= -1
    elif kind == "far apart":
        values = np.exp(20 * random.standard_normal((*shape[:-1], 1))) * values
    elif kind == "one row large":
        values = np.full(shape, 2.0**-15 / shape[-1] * (1 + 0.1 / 7))
        values.ravel()[0] = 1
    elif kind == "tiny":
        values *= 1e-300
    got = kernel._exact_total(values)
    rows = values.reshape(-1, shape[-1])
    for total, row in zip(np.ravel(got), rows, strict=True):
        true, size = sum(exact(row)), sum(map(abs, exact(row)))
        head = Fraction(float(total))
        tail = Fraction(float(total - np.longdouble(float(total))))
        assert abs(head + tail - true) <= UNIT / 7 * size


@needs_digits
@pytest.mark.parametrize("wild", [np.inf, np.nan, 1e300])
def test_exact_sums_leave_what_is_wild_in_its_example(wild: float) -> None:
    values = np.random.default_rng(1).random((600, 3))
    expected = values[1:].sum(axis=1)
    values[0, 0] = wild
    total = kernel._exact_total(values)[:, 0].astype(np.float64)
    np.testing.assert_allclose(total[1:], expected, rtol=1e-15)
    assert not np.isfinite(total[0]) or total[0] == wild


@needs_digits
@pytest.mark.parametrize("shape", [(30, 3), (600, 3), (40, 65), (1000,)], ids=str)
def test_a_scaled_difference_is_rounded_no_more_than_it_says(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(2)
    values, taken = random.random(shape), random.random(shape) * random.choice([1e-9, 1.0], shape)
    factor = np.longdouble(1) / random.random((*shape[:-1], 1))
    if len(shape) == 1:
        factor = factor[0]
    expected = values * factor - taken  # with more digits
    product = np.abs(values * factor)
    got = kernel._scaled_difference(factor, values.copy(), taken, np.empty(shape))
    is_small = values.size <= kernel._LITTLE
    allowed = (0 if is_small else product + np.abs(taken)) + np.abs(expected)
    assert (np.abs(got - expected) <= float(UNIT) * 1.01 * allowed).all()


@needs_digits
@pytest.mark.parametrize(("units", "size"), [(1000, 0.52), (5000, 0.4), (20_000, 0.3)])
def test_a_gradient_does_not_depend_on_larger_examples_beside_it(units: int, size: float) -> None:
    a, y = np.full((2, units), np.log(size)), np.full((2, units), 0.1 / units)
    a[0, :2] = 25 * np.log(2) + 1e-9
    y[:, 5] += 0.9
    beside, alone = kernel.value_and_grad(a, y)[1][1], kernel.value_and_grad(a[1], y[1])[1]
    assert (np.abs(beside - alone) <= 2 * float(UNIT) * (1 / units + y[1])).all()


def test_labels_far_too_large_give_no_nan() -> None:
    a, y = np.full((200, 4), -299.0), np.full((200, 4), 1e200)
    y[:, 0] = 3e200
    gradient = kernel.value_and_grad(a, y)[1]
    assert not np.isnan(gradient).any()
