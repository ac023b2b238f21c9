"""Softmax and cross-entropy at soft labels: every entry within four units of its rounded terms."""

from __future__ import annotations

import numpy as np
import pytest

from .backends import kernel_of
from .soft import HAS_MORE_DIGITS, drawn, errors

pytestmark = [
    pytest.mark.usefixtures("backend"),
    pytest.mark.skipif(not HAS_MORE_DIGITS, reason="numpy.longdouble has no more digits here"),
]

NAME = "softmax_cross_entropy"
ENOUGH = 4
"""Units of u (r ŷ_i + y_i); the exponentials of the entry and of the partition take 1.04 each."""
CALLS = {
    2: [(1, 300), (2, 300), (30_000, 2)],
    5: [(1, 300), (3, 300), (100, 20), (5_000, 3)],
    10: [(1, 300), (50, 40), (5_000, 3)],
    16: [(1, 300), (30, 50), (5_000, 3)],
    65: [(7, 50), (2_000, 3)],
    100: [(1, 100), (2_000, 3)],
    1000: [(1, 50), (400, 1)],
}
"""For each number of units: so many examples at once, and how often."""


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("units", CALLS)
def test_no_more_than_four_units_are_lost(units: int, precision: str) -> None:
    kernel, random = kernel_of(NAME), np.random.default_rng(units)
    for examples, times in CALLS[units]:
        for _ in range(times):
            a, y = (array.astype(precision) for array in drawn(random, examples, units))
            _, gradient = kernel.value_and_grad(a, y)
            assert errors(gradient, a, y).max() <= ENOUGH


@pytest.mark.parametrize("units", [2, 3, 10, 65])
@pytest.mark.parametrize("examples", [1, 20, 2000])
def test_nearly_whole_labels_are_soft(examples: int, units: int) -> None:
    """The label sum less the leader's label is small beside both, and must not be lost."""
    kernel, random = kernel_of(NAME), np.random.default_rng(units)
    for share in (1e-1, 1e-6, 1e-12, 2.0**-53):
        a, y = drawn(random, examples, units)
        y = y * share
        y[np.arange(examples), a.argmax(axis=1)] += 1 - share
        _, gradient = kernel.value_and_grad(a, y)
        assert errors(gradient, a, y).max() <= ENOUGH
