"""The generated kernels beside NumPy written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from statistics import geometric_mean
from typing import Any

import numpy as np

from numeric.kernels import MODULES
from tests.benchmarks.by_hand import BY_HAND, layer
from tests.benchmarks.timing import Work, calls_per_run, in_turn, show

__all__ = ["run"]

SHAPES = ((1, 8, 3), (32, 64, 10), (256, 512, 1000), (8192, 64, 10))
"""Examples, hidden units, classes."""
PRECISIONS = (np.float64, np.float32)
RUNS = 15


def works(
    name: str, shape: tuple[int, int, int], precision: Any
) -> Iterator[tuple[str, Work, Work]]:
    """Yield a generated function and the one by hand, on the same input, found to agree."""
    n, d, k = shape
    generator = np.random.default_rng(0)
    W = (generator.standard_normal((k, d)) / np.sqrt(d)).astype(precision)
    h = generator.standard_normal((n, d)).astype(precision)
    y = generator.dirichlet(np.ones(k), n).astype(precision)
    a = h @ W.T
    kernel, by_hand = import_module(f"numeric.kernels.{name}"), BY_HAND[name]
    for what, ours, theirs in (
        ("value_and_grad", partial(kernel.value_and_grad, a, y), partial(by_hand, a, y)),
        (
            "layer_value_and_grad",
            partial(kernel.layer_value_and_grad, W, h, y),
            partial(layer, by_hand, W, h, y),
        ),
    ):
        for mine, other in zip(ours(), theirs(), strict=True):
            np.testing.assert_allclose(mine, other, rtol=2e-3, atol=1e-4 * np.abs(other).max())
        yield what, ours, theirs


def run() -> None:
    """Print the times and the ratios; below 1 the generated kernel is the quicker one."""
    rows, ratios = [], []
    for name in MODULES:
        for shape in SHAPES:
            for precision in PRECISIONS:
                for what, ours, theirs in works(name, shape, precision):
                    calls = calls_per_run(theirs)
                    times = in_turn({"generated": ours, "by hand": theirs}, runs=RUNS, calls=calls)
                    generated, by_hand = times.values()
                    ratio, at_best = generated.over(by_hand), generated.over_at_best(by_hand)
                    ratios.append(at_best)
                    label = (name, what, "{} × {} × {}".format(*shape), precision.__name__)
                    rows.append((*label, generated, by_hand, f"{ratio:.2f}", f"{at_best:.2f}"))
    head = (
        "kernel",
        "function",
        "n × d × k",
        "precision",
        "generated",
        "by hand",
        "ratio",
        "at best",
    )
    show("Generated kernels and NumPy by hand", head, rows)
    print(f"  geometric mean of the ratios at best: {geometric_mean(ratios):.2f}")
