"""The memory that the kernels take beyond their results, in arrays of the size of a."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.kernels import MODULES
from tests.benchmarks.by_hand import BY_HAND, layer
from tests.benchmarks.cells import PRECISIONS, SIZES
from tests.benchmarks.timing import show

__all__ = ["run"]

MEASURED = ("medium", "tall", "wide")
Array = NDArray[Any]
Work = Callable[[], tuple[Any, ...]]


@dataclass(frozen=True)
class Held:
    """The bytes that a call holds at its peak, and those of the arrays that it returns."""

    peak: int
    results: int

    @property
    def beyond(self) -> int:
        """Return what is held beside the results, or would be if they were there at the peak."""
        return self.peak - self.results


def held(work: Work) -> Held:
    """Return the memory of a call; NumPy tells tracemalloc of its arrays."""
    work()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        results = work()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return Held(peak - before, sum(result.nbytes for result in results if np.ndim(result)))


def works(name: str, size: str, precision: str) -> Iterator[tuple[str, int, Work, Work]]:
    """Yield a function, the bytes of a, and the generated function and the one by hand."""
    n, d, k = SIZES[size]
    generator = np.random.default_rng(0)
    W = (generator.standard_normal((k, d)) / np.sqrt(d)).astype(precision)
    h = generator.standard_normal((n, d)).astype(precision)
    y = generator.dirichlet(np.ones(k), n).astype(precision)
    a = h @ W.T
    kernel, by_hand = import_module(f"numeric.kernels.{name}"), BY_HAND[name]
    yield "element", a.nbytes, partial(kernel.value_and_grad, a, y), partial(by_hand, a, y)
    generated = partial(kernel.layer_value_and_grad, W, h, y)
    yield "layer", a.nbytes, generated, partial(layer, by_hand, W, h, y)


def run() -> None:
    """Print the memory of all kernels beside NumPy by hand."""
    rows = []
    for name, size, precision in product(MODULES, MEASURED, PRECISIONS):
        for function, unit, *both in works(name, size, precision):
            generated, by_hand = map(held, both)
            figures = (generated.results, generated.beyond, by_hand.beyond)
            rows.append((name, function, size, precision, *(f"{x / unit:.2f}" for x in figures)))
    head = ("kernel", "function", "size", "precision", "results", "generated", "by hand")
    show("Memory at the peak beyond the results, over that of a (n × k)", head, rows)
