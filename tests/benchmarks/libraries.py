"""The libraries whose speed is compared: each form as its users write it, on arrays of its own.

A library prepares a cell: it takes the arguments over as its arrays, compiles what it compiles,
and returns what is timed, a callable that returns the loss and the gradients, finished. A library
is imported when it prepares its first cell, in a process of its own. It returns None where it has
no form for a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks import loops
from tests.benchmarks.by_hand import BY_HAND, layer
from tests.benchmarks.cells import FUNCTIONS, Cell

__all__ = ["FRAMEWORKS", "LIBRARIES", "Library", "Work"]

Array = NDArray[Any]
Arguments = tuple[Array, ...]
Work = Callable[[], Sequence[Any]]
Loss = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Library:
    """A column of the tables: what must be installed, and how a cell is prepared.

    ``checked`` is False for the one that does not compute what the others do; ``note`` says in
    what its task differs.
    """

    name: str
    packages: tuple[str, ...]
    prepare: Callable[[Cell, Arguments], Work | None]
    checked: bool = True
    note: str = ""


def of_layer(loss: Loss) -> Callable[[Any, Any, Any], Any]:
    """Return a loss of (W, h, y) for one of (a, y)."""
    return lambda W, h, y: loss(h @ W.T, y)


def asked(cell: Cell, losses: Mapping[str, Loss]) -> Callable[..., Any]:
    """Return the loss of a cell as a function of its arguments."""
    return of_layer(losses[cell.pair]) if cell.is_layer else losses[cell.pair]


# NumPy --------------------------------------------------------------------------------------------


def floor(cell: Cell, given: Arguments) -> Work:
    """Prepare the matrix products and one pass of exp, without which there is no gradient."""

    def products(W: Array, h: Array, _: Array) -> tuple[Array, Array]:
        a = h @ W.T
        np.exp(a, out=a)
        return a.T @ h, a @ W

    def one_pass(a: Array, _: Array) -> tuple[Array]:
        return (np.exp(a),)

    return partial(products if cell.is_layer else one_pass, *given)


def by_hand(cell: Cell, given: Arguments) -> Work:
    element = BY_HAND[cell.pair]
    return partial(partial(layer, element) if cell.is_layer else element, *given)


def generated(package: str, cell: Cell, given: Arguments) -> Work:
    kernel = import_module(f"{package}.{cell.pair}")
    return partial(kernel.layer_value_and_grad if cell.is_layer else kernel.value_and_grad, *given)


def numba_loops(cell: Cell, given: Arguments) -> Work:
    return partial(loops.compiled(cell.pair)[cell.function], *given)


# SciPy and scikit-learn ---------------------------------------------------------------------------


def scipy_form(cell: Cell, given: Arguments) -> Work | None:
    from scipy.special import expit, log_expit, log_softmax, softmax

    def sigmoid_logistic(a: Array, y: Array) -> tuple[Any, Array]:
        return -(log_expit(-a) + y * a).sum(), expit(a) - y

    def softmax_cross_entropy(a: Array, y: Array) -> tuple[Any, Array]:
        gradient = y.sum(axis=-1, keepdims=True) * softmax(a, axis=-1) - y
        return -(y * log_softmax(a, axis=-1)).sum(), gradient

    functions = {
        "sigmoid_logistic": sigmoid_logistic,
        "softmax_cross_entropy": softmax_cross_entropy,
    }
    if cell.is_layer or cell.pair not in functions:
        return None
    return partial(functions[cell.pair], *given)


def sklearn_form(cell: Cell, given: Arguments) -> Work | None:
    """Prepare a loss of its linear models; its squared error has a factor ½."""
    from sklearn._loss.loss import HalfBinomialLoss, HalfMultinomialLoss, HalfSquaredError

    if cell.is_layer:
        return None
    a, y = given
    if cell.pair == "softmax_cross_entropy":
        loss = HalfMultinomialLoss(n_classes=a.shape[-1])
        labels, scores = y.argmax(axis=-1).astype(a.dtype), a
    else:
        loss = HalfSquaredError() if cell.pair == "linear_squared_error" else HalfBinomialLoss()
        labels, scores = y.ravel(), a.ravel()
    doubled = cell.pair == "linear_squared_error"

    def work() -> tuple[Any, Array]:
        losses, gradient = loss.loss_gradient(labels, scores, n_threads=cell.threads)
        total = losses.sum()
        if doubled:
            total *= 2
            gradient *= 2
        return total, gradient.reshape(a.shape)

    return work


# Automatic differentiation ------------------------------------------------------------------------


def autograd_form(cell: Cell, given: Arguments) -> Work:
    import autograd.numpy as numpy
    from autograd import value_and_grad
    from autograd.scipy.special import logsumexp

    losses: dict[str, Loss] = {
        "linear_squared_error": lambda a, y: ((a - y) ** 2).sum(),
        "sigmoid_logistic": lambda a, y: (numpy.logaddexp(0, a) - y * a).sum(),
        "softmax_cross_entropy": lambda a, y: (
            -(y * (a - logsumexp(a, axis=-1, keepdims=True))).sum()
        ),
    }
    function = value_and_grad(asked(cell, losses), tuple(range(cell.gradients)))

    def work() -> tuple[Any, ...]:
        value, gradients = function(*given)
        return value, *gradients

    return work


@cache
def jax_losses() -> dict[str, dict[str, Loss]]:
    """Return the losses by its own functions, and written out where that is another program."""
    import jax

    jax.config.update("jax_enable_x64", True)
    numpy, nn = jax.numpy, jax.nn
    return {
        "own": {
            "linear_squared_error": lambda a, y: ((a - y) ** 2).sum(),
            "sigmoid_logistic": lambda a, y: (nn.softplus(a) - y * a).sum(),
            "softmax_cross_entropy": lambda a, y: -(y * nn.log_softmax(a)).sum(),
        },
        "written out": {
            "sigmoid_logistic": lambda a, y: (
                numpy.maximum(a, 0) - y * a + numpy.log1p(numpy.exp(-abs(a)))
            ).sum(),
        },
    }


def jax_form(kind: str, cell: Cell, given: Arguments) -> Work | None:
    import jax

    losses = jax_losses()[kind]
    if cell.pair not in losses:
        return None
    loss = asked(cell, losses)
    function = jax.jit(jax.value_and_grad(loss, argnums=tuple(range(cell.gradients))))
    arrays = [jax.device_put(array) for array in given]

    def work() -> tuple[Any, ...]:
        value, gradients = jax.block_until_ready(function(*arrays))
        return value, *gradients

    return work


def torch_losses() -> dict[str, dict[str, Loss]]:
    """Return the losses written out, and those that are one function of PyTorch."""
    from torch.nn import functional

    return {
        "eager": {
            "linear_squared_error": lambda a, y: ((a - y) ** 2).sum(),
            "sigmoid_logistic": lambda a, y: -(functional.logsigmoid(-a) + y * a).sum(),
            "softmax_cross_entropy": lambda a, y: -(y * a.log_softmax(-1)).sum(),
        },
        "fused": {
            "linear_squared_error": partial(functional.mse_loss, reduction="sum"),
            "sigmoid_logistic": partial(
                functional.binary_cross_entropy_with_logits, reduction="sum"
            ),
            "softmax_cross_entropy": partial(functional.cross_entropy, reduction="sum"),
        },
    }


def torch_form(kind: str, cell: Cell, given: Arguments) -> Work:
    import torch

    torch.set_num_threads(cell.threads)
    loss = asked(cell, torch_losses()[kind])
    tensors = [torch.from_numpy(array) for array in given]
    leaves = [tensor.requires_grad_() for tensor in tensors[: cell.gradients]]

    def work() -> tuple[Any, ...]:
        value = loss(*tensors)
        gradients = torch.autograd.grad(value, leaves)
        return value.detach(), *gradients

    return work


# Compiled expressions -----------------------------------------------------------------------------


EDGES = {"W": "kd", "h": "nd", "a": "nk", "y": "nk"}
"""The axes of an array, by its letter."""


@cache
def tensorgrad_program(pair: str, function: str) -> Any:
    """Return a loss and its gradients, compiled for all sizes."""
    import sympy
    import tensorgrad
    import tensorgrad.functions as functions
    from tensorgrad.compiler import compile_to_callable

    variables = {
        letter: tensorgrad.Variable(letter, *map(sympy.Symbol, EDGES[letter]))
        for letter in FUNCTIONS[function]
    }
    *leaves, y = variables.values()
    a = leaves[0] if function == "element" else leaves[0] @ leaves[1]
    losses = {
        "linear_squared_error": lambda: (a - y) ** 2,
        "sigmoid_logistic": lambda: functions.log(1 + functions.exp(a)) - y * a,
        "softmax_cross_entropy": lambda: functions.cross_entropy(a, y, dim="k"),
    }
    loss = functions.sum(losses[pair]())
    return compile_to_callable(loss, *(loss.grad(leaf) for leaf in leaves))


def tensorgrad_form(cell: Cell, given: Arguments) -> Work:
    """Prepare the program that it generates, without its own call, which wants named tensors.

    PyTorch has none since 2.13. What is left out is checks, so this is in its favour.
    """
    import torch

    torch.set_num_threads(cell.threads)
    program = tensorgrad_program(cell.pair, cell.function)
    lengths = dict(zip("ndk", cell.shape, strict=True))
    sizes = {symbol: lengths[symbol.name] for symbol in program.symbols}
    compiled = program.codegen.specialize(sizes, dtype=getattr(torch, cell.precision))
    letters = FUNCTIONS[cell.function]
    tensors = dict(zip(letters, map(torch.from_numpy, given), strict=True))
    inputs = [tensors[variable.name] for variable in program.vars]
    wanted = ["", *(EDGES[letter] for letter in letters[: cell.gradients])]
    orders = [
        tuple(map(edges.index, axes))
        for (_, edges), axes in zip(program.outputs, wanted, strict=True)
    ]

    def work() -> tuple[Any, ...]:
        with torch.no_grad():
            results = compiled(*inputs)
        return tuple(result.permute(order) for result, order in zip(results, orders, strict=True))

    return work


@cache
def pytensor_function(pair: str, function: str, precision: str) -> Callable[..., Any]:
    """Return the loss and its gradients, compiled in the default mode."""
    import pytensor
    import pytensor.tensor as tensor

    losses: dict[str, Loss] = {
        "linear_squared_error": lambda a, y: ((a - y) ** 2).sum(),
        "sigmoid_logistic": lambda a, y: (tensor.softplus(a) - y * a).sum(),
        "softmax_cross_entropy": lambda a, y: -(y * tensor.special.log_softmax(a, axis=-1)).sum(),
    }
    inputs = [tensor.matrix(letter, dtype=precision) for letter in FUNCTIONS[function]]
    loss = losses[pair] if function == "element" else of_layer(losses[pair])
    value = loss(*inputs)
    return pytensor.function(inputs, [value, *pytensor.grad(value, inputs[:-1])])


def pytensor_form(cell: Cell, given: Arguments) -> Work:
    return partial(pytensor_function(cell.pair, cell.function, cell.precision), *given)


LIBRARIES: dict[str, Library] = {
    library.name: library
    for library in (
        Library(
            "floor",
            ("numpy",),
            floor,
            checked=False,
            note="the three matrix products and one pass of exp alone; of the element part, exp",
        ),
        Library("by-hand", ("numpy",), by_hand),
        Library("generated", ("numpy",), partial(generated, "numeric.kernels")),
        Library(
            "generated-numba", ("numba", "numeric.compiled"), partial(generated, "numeric.compiled")
        ),
        Library("numba", ("numba", "scipy"), numba_loops),
        Library("jax", ("jax",), partial(jax_form, "own")),
        Library(
            "jax-written",
            ("jax",),
            partial(jax_form, "written out"),
            note="softplus written out, which XLA makes another program of than of jax.nn's",
        ),
        Library("torch-eager", ("torch",), partial(torch_form, "eager")),
        Library("torch-fused", ("torch",), partial(torch_form, "fused")),
        Library("autograd", ("autograd", "scipy"), autograd_form),
        Library(
            "tensorgrad",
            ("tensorgrad", "torch"),
            tensorgrad_form,
            note="the PyTorch program that it generates, called without its own checks",
        ),
        Library("pytensor", ("pytensor",), pytensor_form, note="in its default mode"),
        Library("scipy", ("scipy",), scipy_form, note="the element part, with scipy.special"),
        Library(
            "sklearn",
            ("sklearn",),
            sklearn_form,
            note="the element part; of softmax it is given the numbers of the classes",
        ),
    )
}
"""The columns, in their order."""
FRAMEWORKS = ("jax", "jax-written", "torch-eager", "torch-fused", "autograd", "tensorgrad")
"""Those that the generated kernels are to be ahead of."""
