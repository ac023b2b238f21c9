"""Soft labels: every entry of a gradient is within four units of its rounded terms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from .backends import kernel_of
from .soft import HAS_MORE_DIGITS, drawn, errors

pytestmark = [
    pytest.mark.usefixtures("backend"),
    pytest.mark.skipif(not HAS_MORE_DIGITS, reason="numpy.longdouble has no more digits here"),
]

Array = Any
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


SIGMOIDS: dict[str, Callable[[Array, Array], tuple[Array, Array]]] = {
    "sigmoid_logistic": lambda y, parts: (parts[0] * (1 - y) - y * parts[1], parts[0] + y),
    "sigmoid_cross_entropy": lambda y, parts: (-y * parts[1], y * parts[1]),
}
"""The gradient by y, ŷ and 1 − ŷ, and what its units are units of."""


@pytest.mark.parametrize("name", SIGMOIDS)
@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("kind", ["0 and 1", "over thirty decades"])
@pytest.mark.parametrize("shape", [(20, 3), (100, 7), (400, 500)], ids=str)
def test_a_sigmoid_loses_no_more_in_any_format(
    name: str, precision: str, kind: str, shape: tuple[int, int]
) -> None:
    random, kernel = np.random.default_rng(shape), kernel_of(name)
    for scale in (0.5, 2.0, 8.0, 30.0):
        a = (scale * random.standard_normal(shape)).astype(precision)
        decades = random.uniform(0, 30, shape)
        y = (decades < 15 if kind == "0 and 1" else 10**-decades).astype(precision)
        small = np.exp(-np.abs(a.astype(np.longdouble)))
        sides = 1 / (1 + small), small / (1 + small)
        parts = np.where(a >= 0, sides, sides[::-1])
        expected, size = SIGMOIDS[name](y.astype(np.longdouble), parts)
        if kind == "0 and 1":
            unit = np.spacing(np.abs(expected).astype(precision))
        else:
            unit = np.finfo(precision).eps / 2 * size
        off = np.abs(kernel.value_and_grad(a, y)[1] - expected)
        is_normal = np.abs(expected) >= np.finfo(precision).tiny
        assert (off <= ENOUGH * unit)[is_normal].all()
