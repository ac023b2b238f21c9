"""Evaluating index expressions at numbers: for the examples in docstrings and for the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath
from sympy import (
    Add,
    Expr,
    Indexed,
    KroneckerDelta,
    Mul,
    Number,
    Pow,
    Sum,
    Symbol,
    cosh,
    exp,
    log,
    sinh,
    tanh,
)

from derive.errors import UnsupportedExpression
from derive.generate import primitives
from derive.generate.program import UNITS
from derive.language import Entries, SquaredNorm, relu, sigmoid, softmax, softplus, step

__all__ = ["evaluate"]


def _step(x: Any, kink: Any) -> Any:
    return kink if x == 0 else mpmath.mpf(x > 0)


_FUNCTIONS: dict[type, Callable[..., Any]] = {
    exp: mpmath.exp,
    log: mpmath.log,
    tanh: mpmath.tanh,
    cosh: mpmath.cosh,
    sinh: mpmath.sinh,
    sigmoid: lambda x: 1 / (1 + mpmath.exp(-x)),
    softplus: lambda x: mpmath.log(1 + mpmath.exp(x)),
    relu: lambda x, kink: max(x, mpmath.mpf(0)),
    step: _step,
    KroneckerDelta: lambda left, right: mpmath.mpf(left == right),
    primitives.log1p: lambda x: mpmath.log(1 + x),
    primitives.weighted_gap: lambda weight, x, reference: weight * (x - reference),
    primitives.scaled_difference: lambda factor, x, taken: factor * x - taken,
    primitives.quotient_lost: lambda above, left, right, quotient: (
        above / (left + right) - quotient
    ),
    primitives.scaled_exp: lambda x, reference: mpmath.exp(x - reference / 3 - 1),
    primitives.magnitude: abs,
    primitives.positive_part: lambda x: max(x, mpmath.mpf(0)),
    primitives.clear_sign: lambda x: mpmath.mpf(x >= 0),
    primitives.sign_bit: lambda x: mpmath.mpf(x < 0),
    primitives.with_sign: lambda value, x: value if x >= 0 else -value,
    primitives.finite: lambda x: x,
    primitives.in_doubles: lambda x: x,
}


def evaluate(value: Expr, arrays: Mapping[str, Any], indices: Mapping[str, int]) -> Any:
    """Return the number that an expression is, in the working precision of mpmath.

    Parameters
    ----------
    value : Expr
        An index expression over vectors of one length, and scalars.
    arrays : mapping
        The numbers: a sequence for every vector, a number for every scalar.
    indices : mapping
        The value of every free index, counted from 0; ``leader`` among them where it is read.

    Raises
    ------
    UnsupportedExpression
        For a node that has no meaning here.

    Examples
    --------
    >>> from derive.generate.program import CLASS, read
    >>> print(evaluate(2 * read("a", True), {"a": [1, 4]}, {"i": 1}))
    8.0
    """
    if isinstance(value, Number):
        return mpmath.mpf(value.p) / value.q if value.is_Rational else mpmath.mpf(str(value))
    if isinstance(value, Indexed):
        (position,) = value.indices
        return mpmath.mpf(arrays[str(value.base.label)][indices[str(position)]])
    if value == UNITS:
        return mpmath.mpf(len(arrays["a"]))
    if isinstance(value, Symbol):
        return indices[value.name] if value.is_integer else mpmath.mpf(arrays[value.name])
    if isinstance(value, Add | Mul):
        parts = [evaluate(part, arrays, indices) for part in value.args]
        return mpmath.fsum(parts) if isinstance(value, Add) else mpmath.fprod(parts)
    if isinstance(value, Pow):
        return evaluate(value.base, arrays, indices) ** int(value.exp)
    if isinstance(value, Sum):
        return mpmath.fsum(_entries(value.function, value.limits[0][0], arrays, indices))
    return _function(value, arrays, indices)


def _function(value: Expr, arrays: Mapping[str, Any], indices: Mapping[str, int]) -> Any:
    if isinstance(value, SquaredNorm):
        return evaluate(value.as_sum(), arrays, indices)
    if isinstance(value, softmax):
        powers = [mpmath.exp(entry) for entry in _vector(value.args[0], arrays, indices)]
        return powers[evaluate(value.args[1], arrays, indices)] / mpmath.fsum(powers)
    if isinstance(value, primitives.largest_rival):
        entries = _vector(value.args[0], arrays, indices)
        return max(entry for place, entry in enumerate(entries) if place != indices["leader"])
    if isinstance(value, primitives.largest):
        return max(_vector(value.args[0], arrays, indices))
    if isinstance(value, primitives.SUMS):
        return mpmath.fsum(_vector(value.args[0], arrays, indices))
    if isinstance(value, primitives.sum_but_largest):
        return mpmath.fsum(sorted(_vector(value.args[0], arrays, indices))[:-1])
    if isinstance(value, primitives.placed):
        rival, leader, position = value.args
        at_leader = evaluate(position, arrays, indices) == indices["leader"]
        return evaluate(leader if at_leader else rival, arrays, indices)
    function = _FUNCTIONS.get(value.func)
    if function is None:
        raise UnsupportedExpression("evaluation", value)
    return function(*(evaluate(argument, arrays, indices) for argument in value.args))


def _vector(array: Entries, arrays: Mapping[str, Any], indices: Mapping[str, int]) -> Sequence[Any]:
    ((bound, _),) = array.axes
    return _entries(array.expr, bound, arrays, indices)


def _entries(
    body: Expr, bound: Symbol, arrays: Mapping[str, Any], indices: Mapping[str, int]
) -> list[Any]:
    classes = len(arrays["a"])
    return [evaluate(body, arrays, {**indices, bound.name: place}) for place in range(classes)]
