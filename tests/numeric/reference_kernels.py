"""Output layers written by hand, to test the checkers against: plain NumPy, stable, summed."""

from __future__ import annotations

from typing import Any

import numpy as np


class Layered:
    """Adds the layer a = Wh to a kernel given by its pre-activations."""

    @classmethod
    def layer_value_and_grad(cls, W: Any, h: Any, y: Any) -> Any:
        value, gradient = cls.value_and_grad(h @ W.T, y)  # type: ignore[attr-defined]
        flat = gradient.reshape(-1, gradient.shape[-1]), h.reshape(-1, h.shape[-1])
        return value, flat[0].T @ flat[1], gradient @ W


class SoftmaxCrossEntropy(Layered):
    """ŷ = softmax(a), L = −Σ y ln ŷ."""

    @staticmethod
    def predict(a: Any) -> Any:
        exponentials = np.exp(a - a.max(axis=-1, keepdims=True))
        return exponentials / exponentials.sum(axis=-1, keepdims=True)

    @staticmethod
    def loss(a: Any, y: Any) -> Any:
        highest = a.max(axis=-1, keepdims=True)
        partition = np.log(np.exp(a - highest).sum(axis=-1, keepdims=True))
        return np.sum(y * (partition - (a - highest)))

    @classmethod
    def value_and_grad(cls, a: Any, y: Any) -> Any:
        return cls.loss(a, y), cls.predict(a) * y.sum(axis=-1, keepdims=True) - y


class SigmoidLogistic(Layered):
    """ŷ = s(a), L = −Σ (y ln ŷ + (1 − y) ln(1 − ŷ))."""

    @staticmethod
    def predict(a: Any) -> Any:
        return np.exp(-np.logaddexp(0, -a))

    @staticmethod
    def loss(a: Any, y: Any) -> Any:
        return np.sum(y * np.logaddexp(0, -a) + (1 - y) * np.logaddexp(0, a))

    @classmethod
    def value_and_grad(cls, a: Any, y: Any) -> Any:
        return cls.loss(a, y), cls.predict(a) - y


class LinearSquared(Layered):
    """ŷ = a, L = ‖ŷ − y‖²."""

    @staticmethod
    def predict(a: Any) -> Any:
        return a

    @staticmethod
    def loss(a: Any, y: Any) -> Any:
        return np.sum((a - y) ** 2)

    @classmethod
    def value_and_grad(cls, a: Any, y: Any) -> Any:
        return cls.loss(a, y), 2 * (a - y)


KERNELS: dict[str, tuple[Any, str]] = {
    "softmax": (SoftmaxCrossEntropy, "simplex"),
    "sigmoid": (SigmoidLogistic, "unit interval"),
    "linear": (LinearSquared, "real"),
}
