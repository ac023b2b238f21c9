"""What is asked of every library: the cells of the comparison, their arrays, and who agrees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FUNCTIONS",
    "LABELS",
    "PRECISIONS",
    "SIZES",
    "Cell",
    "agree",
    "arguments",
    "digest",
]

Array = NDArray[Any]
Labels = Callable[[np.random.Generator, tuple[int, int]], Array]


def one_hot(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Return labels of one class each, which the libraries are not told."""
    n, k = shape
    labels = np.zeros(shape)
    labels[np.arange(n), generator.integers(k, size=n)] = 1
    return labels


SIZES = {
    "tiny": (1, 8, 3),
    "small": (32, 64, 10),
    "medium": (256, 512, 1000),
    "tall": (8192, 64, 10),
    "wide": (64, 256, 50_000),
}
"""Examples n, hidden units d, output units k."""
PRECISIONS = ("float64", "float32")
FUNCTIONS = {"layer": "Why", "element": "ay"}
"""(W, h, y) → (L, ∇_W L, ∇_h L) and (a, y) → (L, ∂L/∂a): the letters of the arguments."""
LABELS: dict[str, Labels] = {
    "linear_squared_error": lambda generator, shape: generator.standard_normal(shape),
    "sigmoid_logistic": lambda generator, shape: generator.integers(2, size=shape).astype(float),
    "softmax_cross_entropy": one_hot,
}
"""The pairs that are compared, and how their labels are drawn."""
TOLERANCE = {"float64": 1e-9, "float32": 1e-3}


@dataclass(frozen=True)
class Cell:
    """One task: a pair, a function of it, a size, a precision, and the threads it may use."""

    pair: str
    function: str
    size: str
    precision: str
    threads: int = 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return n, d and k."""
        return SIZES[self.size]

    @property
    def is_layer(self) -> bool:
        """Return whether the matrix products are part of the task."""
        return self.function == "layer"

    @property
    def gradients(self) -> int:
        """Return of how many of the first arguments a gradient is asked: all but the labels."""
        return len(FUNCTIONS[self.function]) - 1

    def __str__(self) -> str:
        return f"{self.pair}, {self.function}, {self.size}, {self.precision}"


@lru_cache(maxsize=1)
def drawn(pair: str, size: str, precision: str) -> tuple[Array, Array, Array]:
    """Return W, h and y, the same in every process; a = Wh is about normal."""
    n, d, k = SIZES[size]
    generator = np.random.default_rng(0)
    W = generator.standard_normal((k, d)) / np.sqrt(d)
    h = generator.standard_normal((n, d))
    y = LABELS[pair](generator, (n, k))
    return W.astype(precision), h.astype(precision), y.astype(precision)


def arguments(cell: Cell) -> tuple[Array, ...]:
    """Return (W, h, y) for a layer and (a, y) for the element part."""
    W, h, y = drawn(cell.pair, cell.size, cell.precision)
    return (W, h, y) if cell.is_layer else (h @ W.T, y)


def digest(results: Iterable[Any]) -> tuple[float, ...]:
    """Return the loss, and the norm and a weighted sum of each gradient."""
    loss, *gradients = (np.asarray(result, np.float64) for result in results)
    figures = [float(loss)]
    for gradient in gradients:
        left, right = (np.cos(np.arange(length)) for length in gradient.shape)
        figures += [float(np.linalg.norm(gradient)), float(left @ gradient @ right)]
    return tuple(figures)


def agree(mine: Sequence[float], reference: Sequence[float], precision: str) -> bool:
    """Return whether two digests are those of the same results, but for rounding."""
    if len(mine) != len(reference):
        return False
    sizes = [abs(reference[0])]
    for norm in reference[1::2]:
        sizes += [norm, norm]
    return all(
        abs(one - other) <= TOLERANCE[precision] * size
        for one, other, size in zip(mine, reference, sizes, strict=True)
    )
