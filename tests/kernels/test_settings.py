"""What the caller has set for NumPy neither changes what a kernel gives nor is changed by it."""

from __future__ import annotations

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import numpy as np
import pytest

from numeric.kernels import MODULES

from .backends import kernel_of

pytestmark = pytest.mark.usefixtures("backend")

Array = np.ndarray[Any, Any]
SIZES = ((4, 3), (32, 10), (90, 70), (300, 1100))
"""One for each way through a module: few numbers, little arrays, one block and several."""


def arguments(name: str, shape: tuple[int, int], precision: str) -> tuple[Array, Array]:
    """Return pre-activations of which some are too large for every exponential."""
    random = np.random.default_rng(shape)
    a = random.normal(size=shape)
    a[0, 0], a[-1, -1] = 1e30, -1e30
    y = np.eye(shape[1])[random.integers(shape[1], size=shape[0])]
    return a.astype(precision), y.astype(precision)


def calls(name: str, shape: tuple[int, int], precision: str) -> list[Any]:
    """Return what every function of a module gives."""
    kernel = kernel_of(name)
    a, y = arguments(name, shape, precision)
    W, h = np.eye(shape[1], dtype=precision), a
    return [
        kernel.predict(a),
        kernel.loss(a, y),
        *kernel.value_and_grad(a, y),
        *kernel.value_and_grad(a, y, reduction="mean"),
        *kernel.value_and_grad(a.tolist(), y.tolist(), reduction="none"),
        kernel.hessian_diagonal(a, y),
        *kernel.layer_value_and_grad(W, h, y),
        *kernel.layer_value_and_grad(W, h, y, np.zeros(shape[1], precision)),
    ]


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("shape", SIZES, ids=str)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_settings_of_the_caller_are_neither_obeyed_nor_changed(
    name: str, shape: tuple[int, int], precision: str
) -> None:
    expected = calls(name, shape, precision)
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        np.setbufsize(4096)
        found = calls(name, shape, precision)
        assert np.geterr() == dict.fromkeys(np.geterr(), "raise")
        assert np.getbufsize() == 4096
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", MODULES)
def test_threads_of_the_caller_do_not_meet(name: str) -> None:
    expected = calls(name, (32, 10), "float64")
    ready = threading.Barrier(4)

    def work(_: int) -> list[list[Any]]:
        ready.wait()
        return [calls(name, (32, 10), "float64") for _ in range(20)]

    with ThreadPoolExecutor(4) as pool:
        for found in (results for many in pool.map(work, range(4)) for results in many):
            for one, other in zip(expected, found, strict=True):
                np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", MODULES)
def test_what_is_given_is_read_among_the_variables_of_the_caller(name: str) -> None:
    kernel, scale = kernel_of(name), ContextVar[float]("scale")

    class Scaled:
        def __init__(self, values: Array) -> None:
            self.values = values

        def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
            return self.values * scale.get()

    scale.set(2.0)
    a, y = np.array([[1.0, -2.0, 0.5]]), np.array([[0.25, 0.5, 0.25]])
    given, twice = (Scaled(a), Scaled(y / 2)), (2 * a, y)
    pairs = [
        (kernel.predict(given[0]), kernel.predict(twice[0])),
        (kernel.loss(*given), kernel.loss(*twice)),
        (kernel.value_and_grad(*given)[1], kernel.value_and_grad(*twice)[1]),
        (kernel.hessian_diagonal(*given), kernel.hessian_diagonal(*twice)),
        (
            kernel.layer_value_and_grad(np.eye(3), *given)[1],
            kernel.layer_value_and_grad(np.eye(3), *twice)[1],
        ),
    ]
    for one, other in pairs:
        np.testing.assert_allclose(one, other, rtol=1e-14)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("shape", SIZES, ids=str)
def test_gradients_lie_row_by_row_whatever_is_given(name: str, shape: tuple[int, int]) -> None:
    kernel = kernel_of(name)
    a, y = arguments(name, shape, "float64")
    expected = kernel.value_and_grad(a, y)[1]
    for one in (a, np.asfortranarray(a)):
        for other in (y, np.asfortranarray(y)):
            gradient = kernel.value_and_grad(one, other)[1]
            assert gradient.flags.c_contiguous
            np.testing.assert_allclose(gradient, expected, rtol=1e-12)


@pytest.mark.parametrize("name", MODULES)
def test_a_mean_of_losses_at_either_end_of_the_format_keeps_its_digits(name: str) -> None:
    kernel = kernel_of(name)
    a, y = np.zeros((4000, 3)), np.tile([1.0, 0.0, 0.0], (4000, 1))
    a[:, 0] = {"linear": 1.0 + 1e-150, "relu": 1.0 + 1e-150}.get(name.split("_")[0], 690.0)
    single = kernel.value_and_grad(a[:1], y[:1], reduction="none")[0][0]
    for count in (40, 4000):
        mean = kernel.value_and_grad(a[:count], y[:count], reduction="mean")[0]
        assert mean == pytest.approx(single, rel=1e-14, abs=0)
