"""The parts of a generated Numba module that are the same for every pair, as text to be filled in.

They hold no formula: those are printed from the derived expressions. ``$name`` is filled in. What
the NumPy modules say word for word is taken from their templates.
"""

from __future__ import annotations

from derive.generate import helper_templates, templates

__all__ = [
    "ARGUMENTS",
    "COMPILED",
    "HEADER",
    "HELPERS",
    "PUBLIC",
]


def _docstring(template: str) -> str:
    """Return the docstring that a template of a module begins with."""
    return template[: template.index('"""', 3) + len('"""\n')]


def _functions(template: str, *names: str) -> str:
    """Return some of the functions of a template."""
    parts = template.split("\n\n\n")
    chosen = [part.strip("\n") for part in parts if part.strip("\n").startswith(_starts(names))]
    return "".join(f"\n\n\n{part}" for part in chosen) + "\n"


def _starts(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"def {name}(" for name in names)


def _heading_and_body(template: str) -> tuple[str, str]:
    """Cut the first function of a template behind its docstring: all that its user sees."""
    start = template.index("def ")
    end = template.index('"""\n', template.index('"""', start) + 3) + len('"""\n')
    return f"\n\n{template[start:end]}", template[end:]


def _heading(template: str) -> str:
    return _heading_and_body(template)[0]


def _quiet_heading(template: str) -> str:
    return _heading(template).replace("def ", '@np.errstate(all="ignore")\ndef ', 1)


def _compiled(name: str) -> str:
    """Return a helper of the NumPy modules to be compiled."""
    return helper_templates.HELPERS[name].replace("def ", "@_compiled\ndef ", 1)


def _checks_of_layer() -> str:
    """Return the lines of the layer's template that check its arguments."""
    body = templates.LAYER_VALUE_AND_GRAD.partition("def _checked_layer(")[2]
    start = body.index("-> tuple[Any, ...]:\n") + len("-> tuple[Any, ...]:\n")
    return body[start : body.index("    shape = h.shape\n")]


HEADER = (
    _docstring(templates.HEADER).replace("; do not edit.", ", for Numba; do not edit.")
    + '''
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["hessian_diagonal", "layer_value_and_grad", "loss", "predict", "value_and_grad"]

Array = NDArray[Any]
Function = TypeVar("Function", bound=Callable[..., Any])

_DOUBLE = np.dtype(np.float64)
_SINGLE = np.dtype(np.float32)
_FORMATS = (_DOUBLE, _SINGLE)
THREAD_BYTES = 2**18
"""An array has a further thread for each so much: with less a thread costs more than it saves."""
_FEW_PRODUCTS = 1024
"""Up to so many products are added up in loops; a matrix library is quicker from there on."""


def _compiled(function: Function) -> Function:
    """Compile a function when it is first called, and keep what was compiled for the next time."""
    options: dict[str, Any] = {"error_model": "numpy", "nogil": True}
    compiled: Function
    try:
        compiled = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # there is no folder to keep it in
        compiled = numba.njit(**options)(function)
    return compiled
'''
    + templates.QUIET
)

ARGUMENTS = (
    templates.ARGUMENTS.rstrip("\n")
    + _functions(templates.REDUCTION, "_check_reduction", "_count")
    + '''

def _rows(array: Array) -> Array:
    """Return the examples as the rows of a matrix that compiled code can read."""
    rows = array.reshape(math.prod(array.shape[:-1]), array.shape[-1])
    is_ready = rows.flags.carray and rows.dtype.isnative
    return rows if is_ready else rows.astype(rows.dtype.newbyteorder("="), order="C")
'''
)

HELPERS = {
    "_add": '''

@_compiled
def _add(total: float, lost: float, term: float) -> tuple[float, float]:
    """Add a term, and what the addition loses to what was lost before: a sum in two numbers."""
    larger = total + term
    added = larger - total
    return larger, lost + ((total - (larger - added)) + (term - added))
''',
    "_together": '''

@_compiled
def _together(total: float, lost: float) -> float:
    """Return a sum with what its additions lost; there is no telling of an infinite one."""
    return total + lost if abs(total) < math.inf else total
''',
    "_clear_sign": '''

@_compiled
def _clear_sign(x: float) -> float:
    """Return 1 where the sign bit of x is clear, else 0."""
    return 0.5 + math.copysign(0.5, x)
''',
    "_sign_bit": '''

@_compiled
def _sign_bit(x: float) -> float:
    """Return 1 where the sign bit of x is set, else 0."""
    return 0.5 - math.copysign(0.5, x)
''',
    "_finite": '''

_LOWEST = -np.finfo(np.float64).max


@_compiled
def _finite(gap: float) -> float:
    """Keep a gap that is too wide for the format at the widest that it holds."""
    return _LOWEST if gap == -math.inf else gap
''',
    "_weighted_gap": '''

@_compiled
def _weighted_gap(weight: float, x: float, reference: float) -> float:
    """Return weight · (x − reference), by halves where the gap is too wide for the format."""
    gap = x - reference
    if abs(gap) == math.inf:
        return 2.0 * (weight * (0.5 * x - 0.5 * reference))
    return weight * gap
''',
    "_divided": '''

@_compiled
def _divided(total: float, count: float, losses: Array) -> float:
    """Return total / count, which may fit where the total of the losses does not."""
    if abs(total) < math.inf:
        return total / count
    mean = 0.0
    for loss in losses:
        mean += loss / count
    return mean
''',
    "_origin": '''

_ROOM = 300.0
"""Exponentials of so much can be added up and divided by each other; the small ones gain by it."""


@_compiled
def _origin(reference: float, lowest: float) -> float:
    """Return c for e^(x − c): 0 where exponentials fit as they are, else what leaves most room.

    They do where the reference is from 0 to the room: what is too small for the format then has a
    quotient that is, too.
    """
    is_near = reference <= _ROOM and (reference >= 0.0 or lowest >= -_ROOM)
    return 0.0 if is_near else reference - _ROOM
''',
    "_scaled_exp": '''

@_compiled
def _scaled_exp(x: float, origin: float) -> float:
    """Return e^(x − origin), with what the subtraction loses made good."""
    if origin == 0.0:
        return math.exp(x)
${compensated}
    return power + power * rounding if 0.0 < power < math.inf else power
''',
    "_quotient_lost": _compiled("_quotient_lost"),
    "_ramp": '''

@_compiled
def _ramp(x: float) -> float:
    """Return x, or 0 where it is negative."""
    return 0.0 if x < 0.0 else x
''',
    "_slope_of_ramp": _compiled("_slope_of_ramp"),
}
"""The private functions that the lines of loops call; a module has those that it needs."""

COMPILED = {
    "predict": '''

@_compiled
def _predict(a: Array) -> Array:
    """Return the predictions of all examples."""
    examples, units = a.shape
    predictions = np.empty_like(a)
${body}
    return predictions
''',
    "loss": '''

@_compiled
def _loss(a: Array, y: Array, count: float, losses: Array) -> Any:
    """Fill in the loss of every example; return their sum, divided by the count."""
    examples, units = a.shape
    value, value_lost = 0.0, 0.0
${body}
        losses[example] = loss
        value, value_lost = _add(value, value_lost, loss)
    return a.dtype.type(_divided(_together(value, value_lost), count, losses))
''',
    "value_and_grad": '''

@_compiled
def _fill_in(a: Array, y: Array, count: float, losses: Array, gradients: Array) -> Any:
    """Fill in the loss and the gradient of every example; return the sum of the losses.

    The sum and the gradients are divided by the count.
    """
    examples, units = a.shape
    value, value_lost = 0.0, 0.0
${body}
        losses[example] = loss
        value, value_lost = _add(value, value_lost, loss)
    return a.dtype.type(_divided(_together(value, value_lost), count, losses))


@_compiled
def _fill_in_one(a: Any, y: Any, gradients: Array) -> Any:
    """Fill in the gradients, and return the sum of the losses; None for wrong shapes."""
    if y.shape != a.shape or a.shape[1] < ${fewest_classes}:
        return None
    return _fill_in(a, y, 1.0, np.empty(len(a), a.dtype), gradients)
''',
    "hessian_diagonal": '''

@_compiled
def _hessian_diagonal(a: Array, y: Array, count: float) -> Array:
    """Return the second derivatives of all examples, divided by the count."""
    examples, units = a.shape
    curvatures = np.empty_like(a)
${body}
    return curvatures
''',
    "layer_value_and_grad": '''

@_compiled
def _products(W: Array, h: Array) -> Array:
    """Return the pre-activations of a layer without biases, the products added up in loops."""
    (examples, width), units = h.shape, len(W)
    a = np.empty((examples, units), W.dtype)
${layer_a}
    return a


@_compiled
def _through_layer(W: Any, h: Any, grad_a: Array, grad_W: Array, grad_h: Array) -> None:
    """Fill in the gradients by W and h, the products added up in loops."""
    (examples, width), units = h.shape, len(W)
${layer_grad_W}
${layer_grad_h}


@_compiled
def _small_layer(W: Any, h: Any, y: Any, count: float, grad_W: Array, grad_h: Array) -> Any:
    """Fill in the gradients by W and h of few products and no biases, and return the loss."""
    a = _products(W, h)
    losses, grad_a = np.empty(len(a), a.dtype), np.empty_like(a)
    value = _fill_in(a, y, count, losses, grad_a)
    _through_layer(W, h, grad_a, grad_W, grad_h)
    return value


@_compiled
def _fill_in_layer(W: Any, h: Any, y: Any, grad_W: Array, grad_h: Array) -> Any:
    """Fill in the gradients of a small layer, and return the loss; None for wrong shapes."""
    if len(W) < ${fewest_classes} or W.shape[1] != h.shape[1] or y.shape != (len(h), len(W)):
        return None
    return _small_layer(W, h, y, 1.0, grad_W, grad_h)


@_compiled
def _small_layer_with_biases(
    W: Array, h: Array, y: Array, b: Array, count: float
) -> tuple[Any, ...]:
    """Return what `_layer_value_and_grad` does for few products."""
    (examples, units), a = y.shape, _products(W, h)
    for example in range(examples):
        for unit in range(units):
            a[example, unit] += b[unit]
    losses, grad_a = np.empty(len(a), a.dtype), np.empty_like(a)
    value = _fill_in(a, y, count, losses, grad_a)
    grad_W, grad_h, grad_b = np.empty_like(W), np.empty_like(h), np.empty_like(b)
    _through_layer(W, h, grad_a, grad_W, grad_h)
${layer_grad_b}
    return value, grad_W, grad_h, grad_b
''',
}
"""The functions that Numba compiles; ``body`` is a loop over the examples."""

PUBLIC = {
    "predict": _heading(templates.PREDICT)
    + """    a = _pre_activations(a)
    return _predict(_rows(a)).reshape(a.shape)
""",
    "loss": _quiet_heading(templates.LOSS)
    + """    a, y = _labelled(a, y)
    _check_reduction(reduction, "sum", "mean", "none")
    rows = _rows(a)
    losses = np.empty(len(rows), rows.dtype)
    value = _loss(rows, _rows(y), float(_count(a, reduction)), losses)
    return losses.reshape(a.shape[:-1])[()] if reduction == "none" else a.dtype.type(value)
""",
    "value_and_grad": _heading(templates.VALUE_AND_GRAD)
    + """    is_plain = out is None and reduction == "sum" and threads == 1
    if is_plain and type(a) is type(y) is np.ndarray:
        results = _of_matrices(a, y)
        if results is not None:
            return results
    return _checked_value_and_grad(a, y, reduction, out, threads)


def _of_matrices(a: Array, y: Array) -> tuple[Any, Array] | None:
    \"\"\"Return the results; None for wrong shapes, or what compiled code cannot read.

    It reads matrices that are of one native format, in order and aligned.
    \"\"\"
    dtype = a.dtype
    if not (
        (dtype is _DOUBLE or dtype is _SINGLE)
        and y.dtype is dtype
        and a.ndim == y.ndim == 2
        and a.flags.carray
        and y.flags.carray
    ):
        return None
    grad_a = np.empty(a.shape, dtype)
    value = _fill_in_one(a, y, grad_a)
    return None if value is None else (dtype.type(value), grad_a)


@np.errstate(all="ignore")
def _checked_value_and_grad(
    a: ArrayLike, y: ArrayLike, reduction: str, out: Array | None, threads: int
) -> tuple[Any, Array]:
    given = a, y
    a, y = _labelled(a, y)
    if threads != 1:
        threads = _useful_threads(threads, a)
    _check_reduction(reduction, "sum", "mean", "none")
    _check_out(out, a, y, *given)
    rows = _rows(a)
    losses, gradients = np.empty(len(rows), rows.dtype), np.empty_like(rows)
    count = float(_count(a, reduction))
    value = _by_threads(threads, rows, _rows(y), count, losses, gradients)
    grad_a = gradients.reshape(a.shape)
    if out is not None:
        out[...] = grad_a
        grad_a = out
    if reduction == "none":
        return losses.reshape(a.shape[:-1])[()], grad_a
    return value, grad_a


def _by_threads(
    threads: int, a: Array, y: Array, count: float, losses: Array, gradients: Array
) -> Any:
    \"\"\"Do what `_fill_in` does, the examples shared between threads.\"\"\"
    if threads == 1:
        return a.dtype.type(_fill_in(a, y, count, losses, gradients))
    share = max(-(-len(a) // threads), 1)
    places = [slice(first, first + share) for first in range(0, len(a), share)]
    with ThreadPoolExecutor(threads) as pool:
        parts = [
            pool.submit(_fill_in, a[here], y[here], count, losses[here], gradients[here])
            for here in places
        ]
        return a.dtype.type(sum(part.result() for part in parts))
""",
    "hessian_diagonal": _quiet_heading(templates.HESSIAN_DIAGONAL)
    + """    a, y = _labelled(a, y)
    _check_reduction(reduction, "sum", "mean", "none")
    curvatures = _hessian_diagonal(_rows(a), _rows(y), float(_count(a, reduction)))
    return curvatures.reshape(a.shape)
""",
    "layer_value_and_grad": _heading(templates.LAYER_VALUE_AND_GRAD)
    + """    is_plain = b is None and reduction == "sum" and threads == 1
    if is_plain and type(W) is type(h) is type(y) is np.ndarray:
        results = _of_layer(W, h, y)
        if results is not None:
            return results
    return _checked_layer(W, h, y, b, reduction, threads)


def _of_layer(W: Array, h: Array, y: Array) -> tuple[Any, ...] | None:
    \"\"\"Return the results; None for wrong shapes, or what compiled code cannot read.\"\"\"
    dtype = W.dtype
    if not (
        (dtype is _DOUBLE or dtype is _SINGLE)
        and h.dtype is dtype
        and y.dtype is dtype
        and W.ndim == h.ndim == y.ndim == 2
        and W.flags.carray
        and h.flags.carray
        and y.flags.carray
    ):
        return None
    if len(h) * W.size > _FEW_PRODUCTS:
        is_layer = h.shape[1] == W.shape[1] and y.shape == (len(h), len(W))
        if not is_layer or len(W) < ${fewest_classes}:
            return None
        results: tuple[Any, ...]
        results = _QUIET.copy().run(_layer_value_and_grad, W, h, y, None, 1.0, 1)
        return results
    grad_W, grad_h = np.empty(W.shape, dtype), np.empty(h.shape, dtype)
    value = _fill_in_layer(W, h, y, grad_W, grad_h)
    return None if value is None else (dtype.type(value), grad_W, grad_h)


@np.errstate(all="ignore")
def _checked_layer(
    W: ArrayLike, h: ArrayLike, y: ArrayLike, b: ArrayLike | None, reduction: str, threads: int
) -> tuple[Any, ...]:
"""
    + _checks_of_layer()
    + """    shape, count = h.shape, float(_count(y, reduction))
    biases = None if b is None else _rows(b[np.newaxis])[0]
    matrices = (_rows(W), _rows(h), _rows(y))
    if threads != 1:
        threads = _useful_threads(threads, y)
    value, grad_W, grad_h, *rest = _layer_value_and_grad(*matrices, biases, count, threads)
    return W.dtype.type(value), grad_W, grad_h.reshape(shape), *rest


def _layer_value_and_grad(
    W: Any, h: Any, y: Any, b: Array | None, count: float, threads: int
) -> tuple[Any, ...]:
    \"\"\"Return the loss and the gradients of a layer, divided by the count.\"\"\"
    if y.size * h.shape[1] <= _FEW_PRODUCTS:
        if b is None:
            grad_W, grad_h = np.empty_like(W), np.empty_like(h)
            return _small_layer(W, h, y, count, grad_W, grad_h), grad_W, grad_h
        return _small_layer_with_biases(W, h, y, b, count)
    a = ${product_a}
    if b is not None:
        a += b
    losses, grad_a = np.empty(len(a), a.dtype), np.empty_like(a)
    value = _by_threads(threads, a, y, count, losses, grad_a)
    grad_W, grad_h = ${product_grad_W}, ${product_grad_h}
    if b is None:
        return value, grad_W, grad_h
    return value, grad_W, grad_h, ${product_grad_b}
""",
}
"""The functions of the module, which check what they are given."""
