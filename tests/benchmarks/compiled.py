"""The kernels in loops beside NumPy by hand, loops by hand and PyTensor."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from numeric.kernels import MODULES
from tests.benchmarks.by_hand import BY_HAND, layer
from tests.benchmarks.kernels import PRECISIONS, RUNS, SHAPES
from tests.benchmarks.timing import Work, calls_per_run, in_turn, show

__all__ = ["run"]

Pair = tuple[Callable[..., Any], Callable[..., Any]]
"""What gives loss and gradient of (a, y), and those of a layer of (W, h, y)."""


def loops_by_hand() -> Pair:
    """Return softmax with cross-entropy as one writes it for Numba, nothing checked."""
    from numba import njit

    @njit
    def value_and_gradient(a: Any, y: Any) -> Any:
        loss, gradient = 0.0, np.empty_like(a)
        for i in range(a.shape[0]):
            top = a[i, 0]
            for j in range(1, a.shape[1]):
                top = max(top, a[i, j])
            partition, labels, inner = 0.0, 0.0, 0.0
            for j in range(a.shape[1]):
                power = math.exp(a[i, j] - top)
                gradient[i, j] = power
                partition += power
                labels += y[i, j]
                inner += (a[i, j] - top) * y[i, j]
            loss += labels * math.log(partition) - inner
            for j in range(a.shape[1]):
                gradient[i, j] = labels * gradient[i, j] / partition - y[i, j]
        return loss, gradient

    return value_and_gradient, partial(layer, value_and_gradient)


def pytensor_forms(precision: str) -> Pair:
    """Return softmax with cross-entropy as PyTensor compiles it."""
    import pytensor
    from pytensor import tensor

    a, y, W, h = (tensor.matrix(name, dtype=precision) for name in "ayWh")

    def compiled(inputs: list[Any], logits: Any, by: list[Any]) -> Callable[..., Any]:
        loss = -(y * tensor.special.log_softmax(logits, axis=-1)).sum()
        function: Any = pytensor.function(inputs, [loss, *tensor.grad(loss, by)])
        function.trust_input = True
        return function  # type: ignore[no-any-return]

    return compiled([a, y], a, [a]), compiled([W, h, y], h @ W.T, [W, h])


def forms(name: str, precision: str) -> dict[str, Pair]:
    """Return the alternatives for a pair, by name."""
    kernel = importlib.import_module(f"numeric.compiled.{name}")
    found: dict[str, Pair] = {
        "generated": (kernel.value_and_grad, kernel.layer_value_and_grad),
        "NumPy by hand": (BY_HAND[name], partial(layer, BY_HAND[name])),
    }
    if name == "softmax_cross_entropy":
        found["loops by hand"] = loops_by_hand()
        if find_spec("pytensor"):
            found["PyTensor"] = pytensor_forms(precision)
    return found


def measured(name: str, precision: str, shape: tuple[int, int, int]) -> list[tuple[str, ...]]:
    """Return a row for the elements and one for the layer: times, and ratios to NumPy by hand."""
    n, d, k = shape
    generator = np.random.default_rng(0)
    W = (generator.standard_normal((k, d)) / np.sqrt(d)).astype(precision)
    h = generator.standard_normal((n, d)).astype(precision)
    y = generator.dirichlet(np.ones(k), n).astype(precision)
    rows = []
    for number, arguments in enumerate(((h @ W.T, y), (W, h, y))):
        works: dict[str, Work] = {
            who: partial(pair[number], *arguments) for who, pair in forms(name, precision).items()
        }
        expected = works["NumPy by hand"]()
        for work in works.values():
            for mine, other in zip(work(), expected, strict=True):  # type: ignore[call-overload]
                np.testing.assert_allclose(mine, other, rtol=2e-3, atol=1e-4 * np.abs(other).max())
        times = in_turn(works, runs=RUNS, calls=calls_per_run(works["NumPy by hand"]))
        ratios = (f"{times[w].over(times['NumPy by hand']):.2f}" if w in times else "" for w in WHO)
        what = "layer_value_and_grad" if number else "value_and_grad"
        rows.append((name, what, "{} × {} × {}".format(*shape), precision, *ratios))
    return rows


WHO = ("generated", "loops by hand", "PyTensor")


def run() -> None:
    """Print the ratios to NumPy by hand; below 1 is quicker."""
    if not find_spec("numba"):
        print("\nleft out: the kernels in loops (not installed: numba)")
        return
    rows = [
        row
        for name in MODULES
        for shape in SHAPES
        for precision in PRECISIONS
        for row in measured(name, np.dtype(precision).name, shape)
    ]
    head = ("kernel", "function", "n × d × k", "precision", *WHO)
    show("Kernels in loops: ratios to NumPy by hand", head, rows)
