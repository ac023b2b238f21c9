"""The kernels as one would write them by hand, straightforwardly and without overflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BY_HAND", "layer"]

Array = NDArray[Any]
ValueAndGradient = Callable[[Array, Array], tuple[Any, Array]]


def sigmoid(a: Array) -> Array:
    decay = np.exp(-np.abs(a))
    prediction: Array = np.where(a >= 0, 1, decay) / (1 + decay)
    return prediction


def softplus(a: Array) -> Array:
    return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))


def softmax(a: Array) -> tuple[Array, Array]:
    """Return softmax(a) and its logarithm."""
    shifted = a - a.max(axis=-1, keepdims=True)
    exponentials = np.exp(shifted)
    partition = exponentials.sum(axis=-1, keepdims=True)
    return exponentials / partition, shifted - np.log(partition)


def linear_squared_error(a: Array, y: Array) -> tuple[Any, Array]:
    error = a - y
    return (error**2).sum(), 2 * error


def relu_squared_error(a: Array, y: Array) -> tuple[Any, Array]:
    error = np.maximum(a, 0) - y
    return (error**2).sum(), 2 * error * (a >= 0)


def sigmoid_squared_error(a: Array, y: Array) -> tuple[Any, Array]:
    prediction = sigmoid(a)
    error = prediction - y
    return (error**2).sum(), 2 * error * prediction * sigmoid(-a)


def sigmoid_logistic(a: Array, y: Array) -> tuple[Any, Array]:
    return (softplus(a) - y * a).sum(), sigmoid(a) - y


def sigmoid_cross_entropy(a: Array, y: Array) -> tuple[Any, Array]:
    return (y * softplus(-a)).sum(), -y * sigmoid(-a)


def softmax_squared_error(a: Array, y: Array) -> tuple[Any, Array]:
    prediction, _ = softmax(a)
    error = prediction - y
    inner = (error * prediction).sum(axis=-1, keepdims=True)
    return (error**2).sum(), 2 * prediction * (error - inner)


def softmax_cross_entropy(a: Array, y: Array) -> tuple[Any, Array]:
    prediction, logarithm = softmax(a)
    return -(y * logarithm).sum(), y.sum(axis=-1, keepdims=True) * prediction - y


def softmax_logistic(a: Array, y: Array) -> tuple[Any, Array]:
    prediction, logarithm = softmax(a)
    odds = (prediction - y) / (1 - prediction)
    loss = -(y * logarithm + (1 - y) * np.log1p(-prediction)).sum()
    return loss, odds - prediction * odds.sum(axis=-1, keepdims=True)


BY_HAND: dict[str, ValueAndGradient] = {
    function.__name__: function
    for function in (
        linear_squared_error,
        relu_squared_error,
        sigmoid_squared_error,
        sigmoid_logistic,
        sigmoid_cross_entropy,
        softmax_squared_error,
        softmax_cross_entropy,
        softmax_logistic,
    )
}


def layer(
    value_and_gradient: ValueAndGradient, W: Array, h: Array, y: Array
) -> tuple[Any, Array, Array]:
    """Return the loss, ∇_W L and ∇_h L of a layer."""
    loss, gradient = value_and_gradient(h @ W.T, y)
    return loss, gradient.T @ h, gradient @ W
