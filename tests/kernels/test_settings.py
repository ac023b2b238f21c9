"""What the caller has set for NumPy neither changes what a kernel gives nor is changed by it."""

from __future__ import annotations

import importlib
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from numeric.kernels import MODULES

from .inputs import domain_of

Array = np.ndarray[Any, Any]
SIZES = ((1, 3), (4, 3), (32, 10), (300, 1100))
"""One for each way through a module: few numbers, little arrays, one block and several."""


def arguments(name: str, shape: tuple[int, int], precision: str) -> tuple[Array, Array]:
    """Return pre-activations of which some are too large for every exponential."""
    random = np.random.default_rng(shape)
    a = random.normal(size=shape)
    a[0, 0], a[-1, -1] = 1e30, -1e30
    y = np.eye(shape[1])[random.integers(shape[1], size=shape[0])]
    assert domain_of(name)
    return a.astype(precision), y.astype(precision)


def calls(name: str, shape: tuple[int, int], precision: str) -> list[Any]:
    """Return what every function of a module gives."""
    kernel = importlib.import_module(f"numeric.kernels.{name}")
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
