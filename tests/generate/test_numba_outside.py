"""Pairs from outside, in loops: the tests of `test_outside` on the modules that Numba compiles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import derive

from .test_outside import (
    Kernels,
    generated,
    test_a_temperature_is_that_softmax_of_scaled_pre_activations,
    test_batches_and_reductions,
    test_derivatives_agree_with_differences,
    test_focal_gradient_at_an_input_that_was_lost,
    test_saturated_units_have_finite_derivatives,
)

__all__ = [
    "test_a_temperature_is_that_softmax_of_scaled_pre_activations",
    "test_batches_and_reductions",
    "test_derivatives_agree_with_differences",
    "test_focal_gradient_at_an_input_that_was_lost",
    "test_saturated_units_have_finite_derivatives",
]


@pytest.fixture(scope="module")
def kernels() -> Iterator[Kernels]:
    pytest.importorskip("numba", reason="numba is not installed")
    yield from generated(derive.numba_source)
