"""What other libraries offer for the pairs: each form as its users write it.

A form takes (a, y), NumPy arrays (n, k), and returns the n losses and the gradients (n, k). A
library is imported when its forms are made; one that isn't installed is left out, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.by_hand import BY_HAND

__all__ = ["PEERS", "Form", "Peer", "installed", "missing"]

Array = NDArray[Any]
ValueAndGradient = Callable[[Array, Array], tuple[Array, Array]]


@dataclass(frozen=True)
class Form:
    """A function for a pair, and where it can be asked.

    ``one_hot`` says that it takes the number of a class in place of labels; ``classes`` is the
    smallest number of them; ``kink`` is a pre-activation at which its slope is another convention.
    """

    function: ValueAndGradient
    one_hot: bool = False
    classes: int = 1
    kink: float | None = None


@dataclass(frozen=True)
class Peer:
    """A library: its name, what must be installed, and its forms by the name of the pair."""

    name: str
    packages: tuple[str, ...]
    forms: Callable[[], dict[str, Form]]


def installed(peer: Peer) -> bool:
    """Return whether all of a peer's packages can be imported."""
    return not missing(peer.packages)


def missing(packages: Sequence[str]) -> list[str]:
    """Return the packages that aren't installed."""
    return [package for package in packages if find_spec(package) is None]


KINKS = {"relu_squared_error": 0.0}
"""Frameworks have r′(0) = 0, where the lecture and the kernels have 1."""


# NumPy by hand ------------------------------------------------------------------------------------


def example_by_example(function: Callable[..., Any], a: Array, y: Array) -> tuple[Array, Array]:
    """Return the loss of each row by itself: the functions by hand add them up."""
    rows = [function(ai, yi) for ai, yi in zip(a, y, strict=True)]
    losses, gradients = zip(*rows, strict=True)
    return np.array(losses, a.dtype), np.array(gradients, a.dtype)


def by_hand() -> dict[str, Form]:
    return {name: Form(partial(example_by_example, value)) for name, value in BY_HAND.items()}


# SciPy --------------------------------------------------------------------------------------------


def scipy_forms() -> dict[str, Form]:
    from scipy.special import expit, log_expit, log_softmax, softmax, xlog1py, xlogy

    def sigmoid_logistic(a: Array, y: Array) -> tuple[Array, Array]:
        losses = -(y * log_expit(a) + (1 - y) * log_expit(-a)).sum(axis=-1)
        return losses, expit(a) - y

    def sigmoid_cross_entropy(a: Array, y: Array) -> tuple[Array, Array]:
        return -(y * log_expit(a)).sum(axis=-1), -y * expit(-a)

    def sigmoid_squared_error(a: Array, y: Array) -> tuple[Array, Array]:
        error = expit(a) - y
        return (error**2).sum(axis=-1), 2 * error * expit(a) * expit(-a)

    def softmax_cross_entropy(a: Array, y: Array) -> tuple[Array, Array]:
        gradient = y.sum(axis=-1, keepdims=True) * softmax(a, axis=-1) - y
        return -(y * log_softmax(a, axis=-1)).sum(axis=-1), gradient

    def softmax_squared_error(a: Array, y: Array) -> tuple[Array, Array]:
        prediction = softmax(a, axis=-1)
        error = prediction - y
        mean = (error * prediction).sum(axis=-1, keepdims=True)
        return (error**2).sum(axis=-1), 2 * prediction * (error - mean)

    def softmax_logistic(a: Array, y: Array) -> tuple[Array, Array]:
        prediction = softmax(a, axis=-1)
        losses = -(xlogy(y, prediction) + xlog1py(1 - y, -prediction)).sum(axis=-1)
        odds = (prediction - y) / (1 - prediction)
        return losses, odds - prediction * odds.sum(axis=-1, keepdims=True)

    functions = (
        sigmoid_logistic,
        sigmoid_cross_entropy,
        sigmoid_squared_error,
        softmax_cross_entropy,
        softmax_squared_error,
        softmax_logistic,
    )
    return {function.__name__: Form(function) for function in functions}


# JAX ----------------------------------------------------------------------------------------------


def jax_forms() -> dict[str, Form]:
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    numpy, nn = jax.numpy, jax.nn

    def squared(unit: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
        return lambda a, y: optax.losses.squared_error(unit(a), y).sum()

    def logistic(a: Any, y: Any) -> Any:
        p = nn.softmax(a)
        return -(y * numpy.log(p) + (1 - y) * numpy.log1p(-p)).sum()

    losses = {
        "linear_squared_error": squared(lambda a: a),
        "relu_squared_error": squared(nn.relu),
        "sigmoid_squared_error": squared(nn.sigmoid),
        "softmax_squared_error": squared(nn.softmax),
        "sigmoid_logistic": lambda a, y: optax.losses.sigmoid_binary_cross_entropy(a, y).sum(),
        "sigmoid_cross_entropy": lambda a, y: -(y * nn.log_sigmoid(a)).sum(),
        "softmax_cross_entropy": optax.losses.softmax_cross_entropy,
        "softmax_logistic": logistic,
    }

    def form(name: str) -> Form:
        compiled = jax.jit(jax.vmap(jax.value_and_grad(losses[name])))
        return Form(lambda a, y: tuple(map(np.asarray, compiled(a, y))), kink=KINKS.get(name))

    return {name: form(name) for name in losses}


# PyTorch ------------------------------------------------------------------------------------------


def torch_forms() -> dict[str, Form]:
    import torch
    from torch.nn import functional

    def squared(unit: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
        return lambda a, y: functional.mse_loss(unit(a), y, reduction="none").sum(-1)

    def sigmoid_logistic(a: Any, y: Any) -> Any:
        return functional.binary_cross_entropy_with_logits(a, y, reduction="none").sum(-1)

    def softmax_logistic(a: Any, y: Any) -> Any:
        return functional.binary_cross_entropy(a.softmax(-1), y, reduction="none").sum(-1)

    losses = {
        "linear_squared_error": squared(lambda a: a),
        "relu_squared_error": squared(functional.relu),
        "sigmoid_squared_error": squared(torch.sigmoid),
        "softmax_squared_error": squared(lambda a: a.softmax(-1)),
        "sigmoid_logistic": sigmoid_logistic,
        "sigmoid_cross_entropy": lambda a, y: -(y * functional.logsigmoid(a)).sum(-1),
        "softmax_cross_entropy": lambda a, y: functional.cross_entropy(a, y, reduction="none"),
        "softmax_logistic": softmax_logistic,
    }

    def form(name: str) -> Form:
        def value_and_gradient(a: Array, y: Array) -> tuple[Array, Array]:
            leaf = torch.tensor(a, requires_grad=True)
            values = losses[name](leaf, torch.tensor(y))
            values.sum().backward()
            return values.detach().numpy(), leaf.grad.numpy()

        return Form(value_and_gradient, kink=KINKS.get(name))

    return {name: form(name) for name in losses}


# scikit-learn -------------------------------------------------------------------------------------


def sklearn_forms() -> dict[str, Form]:
    """Make the forms of its linear models; its squared error has a factor ½."""
    from sklearn._loss.loss import HalfBinomialLoss, HalfMultinomialLoss, HalfSquaredError

    def by_unit(loss: Any, factor: int) -> ValueAndGradient:
        def value_and_gradient(a: Array, y: Array) -> tuple[Array, Array]:
            losses, gradients = loss.loss_gradient(y.ravel(), a.ravel())
            return factor * losses.reshape(a.shape).sum(axis=-1), factor * gradients.reshape(
                a.shape
            )

        return value_and_gradient

    def by_class(a: Array, y: Array) -> tuple[Array, Array]:
        loss = HalfMultinomialLoss(n_classes=a.shape[-1])
        classes = y.argmax(axis=-1).astype(a.dtype)
        losses, gradients = loss.loss_gradient(classes, np.ascontiguousarray(a))
        return losses, gradients

    return {
        "linear_squared_error": Form(by_unit(HalfSquaredError(), 2)),
        "sigmoid_logistic": Form(by_unit(HalfBinomialLoss(), 1)),
        "softmax_cross_entropy": Form(by_class, one_hot=True, classes=2),
    }


PEERS: tuple[Peer, ...] = (
    Peer("NumPy by hand", ("numpy",), by_hand),
    Peer("SciPy", ("scipy",), scipy_forms),
    Peer("JAX, optax", ("jax", "optax"), jax_forms),
    Peer("PyTorch", ("torch",), torch_forms),
    Peer("scikit-learn", ("sklearn",), sklearn_forms),
)
