"""The element part as loops over numbers, as one would write them by hand for Numba."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["compiled"]

Array = NDArray[Any]


def linear_squared_error(a: Array, y: Array) -> tuple[float, Array]:
    n, k = a.shape
    gradient = np.empty_like(a)
    loss = 0.0
    for i in range(n):
        for j in range(k):
            error = a[i, j] - y[i, j]
            loss += error * error
            gradient[i, j] = 2 * error
    return loss, gradient


def sigmoid_logistic(a: Array, y: Array) -> tuple[float, Array]:
    n, k = a.shape
    gradient = np.empty_like(a)
    loss = 0.0
    for i in range(n):
        for j in range(k):
            decay = math.exp(-abs(a[i, j]))
            loss += max(a[i, j], 0) - y[i, j] * a[i, j] + math.log1p(decay)
            prediction = 1 / (1 + decay) if a[i, j] >= 0 else decay / (1 + decay)
            gradient[i, j] = prediction - y[i, j]
    return loss, gradient


def softmax_cross_entropy(a: Array, y: Array) -> tuple[float, Array]:
    n, k = a.shape
    gradient = np.empty_like(a)
    loss = 0.0
    for i in range(n):
        largest = a[i].max()
        partition = 0.0
        label_sum = 0.0
        for j in range(k):
            gradient[i, j] = math.exp(a[i, j] - largest)
            partition += gradient[i, j]
            label_sum += y[i, j]
            loss -= y[i, j] * (a[i, j] - largest)
        loss += label_sum * math.log(partition)
        for j in range(k):
            gradient[i, j] = label_sum / partition * gradient[i, j] - y[i, j]
    return loss, gradient


LOOPS = {
    function.__name__: function
    for function in (linear_squared_error, sigmoid_logistic, softmax_cross_entropy)
}


@cache
def compiled(pair: str) -> dict[str, Callable[..., Any]]:
    """Return the element part of a pair and its layer, compiled by Numba."""
    from numba import njit

    element = njit(LOOPS[pair])

    @njit
    def layer(W: Array, h: Array, y: Array) -> tuple[float, Array, Array]:
        loss, gradient = element(h @ W.T, y)
        return loss, gradient.T @ h, gradient @ W

    return {"element": element, "layer": layer}
