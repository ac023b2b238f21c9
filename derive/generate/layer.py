"""The layer a = Wh + b: its index expressions for n examples, and their matrix products."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Indexed, Mul, Sum, Symbol

from derive.errors import UnsupportedExpression
from derive.language import Entries, d, index, k, n, quantity, total

__all__ = ["LAYER", "LayerResult", "matrix_source"]

_i, _q, _m = index("i"), index("q"), index("m")
_W, _h, _b, _G = quantity("W", k, d), quantity("h", n, d), quantity("b", k), quantity("g", n, k)


@dataclass(frozen=True)
class LayerResult:
    """``name`` is the array ``entries``; g stands for ∂L/∂a of every example."""

    name: str
    entries: Entries


LAYER: tuple[LayerResult, ...] = (
    LayerResult("a", Entries(total(_W[_i, _q] * _h[_m, _q], _q, d), (_m, n), (_i, k))),
    LayerResult("grad_W", Entries(total(_G[_m, _i] * _h[_m, _q], _m, n), (_i, k), (_q, d))),
    LayerResult("grad_h", Entries(total(_G[_m, _i] * _W[_i, _q], _i, k), (_m, n), (_q, d))),
    LayerResult("grad_b", Entries(total(_G[_m, _i], _m, n), (_i, k))),
)
"""What a layer computes: its pre-activations and the chain rule through them."""


def matrix_source(array: Entries, names: dict[str, str], product: str = "{0}.dot({1})") -> str:
    """Return the matrix product or axis sum that an array of contracted products is.

    Parameters
    ----------
    array : Entries
        A sum over one index, of two matrices or of one.
    names : dict[str, str]
        What a quantity is called in the source, where not by its own name.
    product : str
        How a product of two matrices is written.

    Raises
    ------
    UnsupportedExpression
        If the array is no such sum.

    Examples
    --------
    >>> [matrix_source(row.entries, {"g": "grad_a"}) for row in LAYER]
    ['h.dot(W.T)', 'grad_a.T.dot(h)', 'grad_a.dot(W)', 'grad_a.sum(axis=0)']
    """
    contraction = array.expr
    if not isinstance(contraction, Sum) or len(contraction.limits) != 1:
        raise UnsupportedExpression("the matrix printer", contraction, "a sum over one index")
    bound = contraction.limits[0][0]
    factors = Mul.make_args(contraction.function)
    kept = [position for position, _ in array.axes]
    if len(factors) == 1 and len(kept) == 1:
        (matrix,) = factors
        return f"{_name(matrix, names)}.sum(axis={matrix.indices.index(bound)})"
    if len(factors) != 2 or len(kept) != 2:
        raise UnsupportedExpression("the matrix printer", contraction, "one matrix or two")
    left = next(factor for factor in factors if kept[0] in factor.indices)
    right = next(factor for factor in factors if kept[1] in factor.indices)
    first = _oriented(left, (kept[0], bound), names)
    return product.format(first, _oriented(right, (bound, kept[1]), names))


def _oriented(matrix: Indexed, axes: tuple[Symbol, Symbol], names: dict[str, str]) -> str:
    if set(matrix.indices) != set(axes):
        raise UnsupportedExpression("the matrix printer", matrix, f"a matrix over {axes}")
    return _name(matrix, names) + ("" if matrix.indices == axes else ".T")


def _name(matrix: Expr, names: dict[str, str]) -> str:
    own = str(matrix.base.label)
    return names.get(own, own)
