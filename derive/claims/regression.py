"""The last layer is a regression: what its gradient is zero at, and that this is the minimum.

vᵀ(∇²_a L)v is a sum of squares, for every k, and none of its weights is negative:

    linear + squared error    Σᵢ 2 vᵢ²
    sigmoid + logistic        Σᵢ ŷᵢ(1 − ŷᵢ) vᵢ²
    softmax + cross-entropy   ½ Σᵢ Σⱼ ŷᵢŷⱼ (vᵢ − vⱼ)²

a = Wh is linear in W, and so L is convex in W: descent can end at the regression's solution only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sympy import Add, Expr, Indexed, Integer, Matrix, Symbol, exp, factor, log, symbols

from derive.claims.record import Proof
from derive.language import d, index, k, n, quantity, substitute, total
from derive.pairs import pair
from derive.proof import equal
from derive.steps import Definition

__all__ = ["curvature", "prove_regressions"]

REGRESSIONS = (("linear", "squared-error"), ("sigmoid", "logistic"), ("softmax", "cross-entropy"))
# Every ŷ that a unit can predict, by t = eᵃ > 0, of which SymPy sees that products are positive.
PREDICTIONS: dict[str, Callable[[tuple[Symbol, ...], int], Expr]] = {
    "linear": lambda t, i: log(t[i]),
    "sigmoid": lambda t, i: t[i] / (1 + t[i]),
    "softmax": lambda t, i: t[i] / Add(*t),
}


@cache
def curvature(output: str, loss: str, size: int) -> Matrix:
    """Return ∇²_a L of ``size`` units as it is derived, with ŷ written in t = eᵃ.

    Examples
    --------
    >>> curvature("sigmoid", "logistic", 1)
    Matrix([[t1/(t1 + 1)**2]])
    """
    derived = pair(output, loss).hessian().result
    row, column = (axis for axis, _ in derived.axes)
    t = symbols(f"t1:{size + 1}", positive=True)

    def letter(one: Indexed) -> Expr:
        place = int(one.indices[0]) - 1
        if str(one.base) == "ŷ":
            return PREDICTIONS[output](t, place)
        return Symbol(f"{one.base}{place + 1}", real=True)

    def entry(i: int, j: int) -> Expr:
        placed = substitute(derived.expr, {row: Integer(i + 1), column: Integer(j + 1)})
        return factor(placed.xreplace({one: letter(one) for one in placed.atoms(Indexed)}))

    return Matrix(size, size, entry)


@dataclass(frozen=True)
class _Squares:
    """A quadratic form in v as Σᵢ Σⱼ wᵢⱼ (vᵢ − vⱼ)², or Σᵢ wᵢ vᵢ² where it is not coupled.

    Attributes
    ----------
    shown : str
        The sum, for a reader.
    weight : callable
        ``weight(ŷᵢ, ŷⱼ)`` is the weight w of a square.
    is_coupled : bool
        Whether the squares are those of differences.
    """

    shown: str
    weight: Callable[[Expr, Expr], Expr]
    is_coupled: bool = False


SQUARES: dict[str, _Squares] = {
    "linear": _Squares("Σᵢ 2 vᵢ²", lambda p, q: Integer(2)),
    "sigmoid": _Squares("Σᵢ ŷᵢ(1 − ŷᵢ) vᵢ²", lambda p, q: p * (1 - p)),
    "softmax": _Squares("½ Σᵢ Σⱼ ŷᵢŷⱼ (vᵢ − vⱼ)²", lambda p, q: p * q / 2, is_coupled=True),
}


def _is_sum_of_squares(output: str, loss: str) -> bool:
    """Whether vᵀ(∇²_a L)v, as it is derived, is the sum of the table, for every k."""
    derived = pair(output, loss).hessian().result
    row, column = (axis for axis, _ in derived.axes)
    i, j, s = index("i"), index("j"), index("s")
    a, v, ŷ = (quantity(name, k) for name in ("a", "v", "ŷ"))
    squares = SQUARES[output]
    quadratic = total(total(v[row] * derived.expr * v[column], column, k), row, k)
    square = (v[i] - v[j]) ** 2 if squares.is_coupled else v[i] ** 2
    expected = total(squares.weight(ŷ[i], ŷ[j]) * square, i, k)
    if squares.is_coupled:
        expected = total(expected, j, k)
    # That the predictions sum to one is in what a softmax is; the others need no definition.
    softmax = Definition(ŷ[i], exp(a[i]) / total(exp(a[s]), s, k))
    return equal(quadratic, expected, definitions=(softmax,) if squares.is_coupled else ())


def _has_no_negative_weight(output: str) -> bool:
    """Whether the weights of the table's sum are ≥ 0, for every ŷ that the unit can predict."""
    t = symbols("t1:4", positive=True)  # the i-th, the j-th and the sum of all others
    predictions = [PREDICTIONS[output](t, place) for place in (0, 1)]
    return factor(SQUARES[output].weight(*predictions)).is_nonnegative is True


def _is_convex(output: str, loss: str) -> bool:
    return _is_sum_of_squares(output, loss) and _has_no_negative_weight(output)


def _is_normal_equations(multiple: int) -> bool:
    """Whether ∇_W L of linear units is ``multiple`` times W HᵀH − YᵀH, for every k, d and n."""
    derived = pair("linear", "squared-error").gradient("W", batch=True).result
    i, r = (axis for axis, _ in derived.axes)
    m, s = index("m"), index("s")
    sizes = {"W": (k, d), "h": (n, d), "y": (n, k), "ŷ": (n, k)}
    W, H, Y, ŷ = (quantity(name, *shape) for name, shape in sizes.items())
    predicted = Definition(ŷ[m, i], total(W[i, s] * H[m, s], s, d))
    products = total(W[i, s] * total(H[m, s] * H[m, r], m, n), s, d)
    expected = multiple * (products - total(Y[m, i] * H[m, r], m, n))
    return equal(derived.expr, expected, definitions=(predicted,))


def prove_regressions(multiple: int = 2, rows: tuple[tuple[str, str], ...] = REGRESSIONS) -> Proof:
    """Prove that linear units end in the normal equations, and that each loss is convex in W.

    Examples
    --------
    >>> prove_regressions().ok, prove_regressions(multiple=1).ok
    (True, False)
    >>> prove_regressions(rows=(("sigmoid", "squared-error"),)).ok
    False
    """
    convex = {
        f"{output} + {loss} is convex in W, for every k: "
        f"vᵀ(∇²_a L)v = {SQUARES[output].shown} ≥ 0": _is_convex(output, loss)
        for output, loss in rows
    }
    says = f"∇_W L of linear units is {multiple}(W HᵀH − YᵀH), 0 where the normal equations hold"
    return Proof({says: _is_normal_equations(multiple)} | convex)
