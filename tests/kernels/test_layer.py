"""A layer that is computed by blocks of examples or of units is the layer of the whole."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from numeric.kernels import MODULES, linear_squared_error
from tests.kernels.inputs import domain_of

Array = np.ndarray[Any, Any]
SHAPES = ((600, 7, 3), (513, 1, 2), (512, 5, 2), (2000, 3, 40), (3, 6, 900), (1, 4, 600))
"""n, d and k; with the sizes of blocks below, some by examples, some by units, some with a rest."""
BY_ROWS, BY_UNITS = SHAPES[:4], SHAPES[4:]
TOLERANCES = {"float64": 1e-13, "float32": 2e-5}
"""Sums of a few hundred terms, added in another order."""


@pytest.fixture(params=MODULES)
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a kernel whose blocks are small."""
    module = importlib.import_module(f"numeric.kernels.{request.param}")
    monkeypatch.setattr(module, "SMALL_BYTES", 2**10)
    monkeypatch.setattr(module, "ROWS_BYTES", 2**12)
    if hasattr(module, "UNITS_BYTES"):
        monkeypatch.setattr(module, "UNITS_BYTES", 2**12)
    return module


def drawn(module: Any, shape: tuple[int, int, int], precision: str) -> tuple[Array, ...]:
    examples, width, units = shape
    random = np.random.default_rng(shape)
    W, h, b = (random.normal(size=size) for size in ((units, width), (examples, width), units))
    y = random.uniform(0.1, 0.9, size=(examples, units))
    if domain_of(module.__name__.rpartition(".")[2]) == "simplex":
        y /= y.sum(axis=1, keepdims=True)
    return tuple(array.astype(precision) for array in (W / np.sqrt(width), h, y, b))


@pytest.mark.parametrize("precision", TOLERANCES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_blocks_change_nothing(
    kernel: Any,
    shape: tuple[int, int, int],
    precision: str,
    reduction: str,
) -> None:
    W, h, y, b = drawn(kernel, shape, precision)
    in_blocks = kernel.layer_value_and_grad(W, h, y, b, reduction=reduction)
    without_biases = kernel.layer_value_and_grad(W, h, y, reduction=reduction)
    pre_activations = h @ W.T + b
    value, gradient = kernel.value_and_grad(pre_activations, y, reduction=reduction)
    expected = value, gradient.T @ h, gradient @ W, gradient.sum(axis=0)
    for mine, theirs in zip(in_blocks, expected, strict=True):
        scale = np.abs(theirs).max()
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=TOLERANCES[precision] * scale)
        assert mine.dtype == precision
    zero = kernel.layer_value_and_grad(W, h, y, np.zeros_like(b), reduction=reduction)
    for mine, theirs in zip(without_biases, zero[:3], strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_way_is_the_one_meant(
    kernel: Any, shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    W, h, y, _ = drawn(kernel, shape, "float64")
    taken: list[str] = []
    for name in ("_layer_by_rows", "_layer_by_units"):
        original = getattr(kernel, name, None)
        if original is not None:

            def noted(*given: Any, name: str = name, original: Any = original) -> Any:
                taken.append(name)
                return original(*given)

            monkeypatch.setattr(kernel, name, noted)
    kernel.layer_value_and_grad(W, h, y)
    has_units = hasattr(kernel, "_layer_by_units")
    by_units = ["_layer_by_units"] if has_units else []
    assert taken == (["_layer_by_rows"] if shape in BY_ROWS else by_units)
    assert has_units != kernel.__name__.rpartition(".")[2].startswith("softmax")


@pytest.mark.parametrize("shape", [(600, 1, 1), (2, 1, 600)], ids=str)
def test_a_mean_fits_where_the_sum_does_not(
    shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    examples, width, units = shape
    for constant in ("SMALL_BYTES", "ROWS_BYTES", "UNITS_BYTES"):
        monkeypatch.setattr(linear_squared_error, constant, 2**10)
    W, h = np.full((units, width), 1.0), np.full((examples, width), 1.0)
    largest = np.sqrt(np.finfo(float).max / units / 2)
    y = np.full((examples, units), largest)
    assert linear_squared_error.layer_value_and_grad(W, h, 2 * y)[0] == np.inf
    value, *_ = linear_squared_error.layer_value_and_grad(W, h, y, reduction="mean")
    assert value == pytest.approx(units * largest**2)


def test_no_examples_of_units_that_fill_a_block_have_no_loss(kernel: Any) -> None:
    W, h, y = np.ones((3, 1000)), np.empty((0, 1000)), np.empty((0, 3))
    value, grad_W, grad_h = kernel.layer_value_and_grad(W, h, y)
    assert value == 0.0
    assert np.array_equal(grad_W, np.zeros(W.shape))
    assert grad_h.shape == h.shape
