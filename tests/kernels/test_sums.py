"""The loss of a batch: its roundings do not grow with the number of terms, even where all agree."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from numeric.kernels import linear_squared_error as kernel

SIZES = (1, 2, 7, 15, 16, 31, 32, 63, 127, 319, 320, 510, 511, 512, 513, 1023, 5000, 200_000)
ENOUGH = 4
"""Units in the last place."""


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("units", [1, 10])
@pytest.mark.parametrize("size", SIZES)
def test_equal_terms_are_added_within_four_units(size: int, units: int, precision: str) -> None:
    """Where all terms are equal the roundings are, too, and do not cancel."""
    for number in np.random.default_rng(size).uniform(0.5, 1.5, 20).astype(precision):
        a = np.full((-(-size // units), units), number)
        value, _ = kernel.value_and_grad(a, np.zeros_like(a))
        exact = a.size * Fraction(float(number)) ** 2
        unit = Fraction(float(np.spacing(np.dtype(precision).type(float(exact)))))
        assert abs(Fraction(float(value)) - exact) <= ENOUGH * unit


@pytest.mark.parametrize("size", SIZES)
def test_the_sum_is_that_of_the_examples(size: int) -> None:
    random = np.random.default_rng(size)
    a, y = random.standard_normal((size, 3)), random.standard_normal((size, 3))
    each, _ = kernel.value_and_grad(a, y, reduction="none")
    assert kernel.value_and_grad(a, y)[0] == pytest.approx(each.sum(), rel=1e-14)
