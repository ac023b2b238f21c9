"""The last layer is a regression: what its gradient is zero at, and that this is the minimum.

    vᵀMv = Σᵢ (Σⱼ Mᵢⱼ) vᵢ² + Σ_{i<j} (−Mᵢⱼ)(vᵢ − vⱼ)² for every symmetric M

So M = ∇²_a L has no negative eigenvalue where no sum of a row and no −Mᵢⱼ is negative. a = Wh is
linear in W, and L is then convex in W: descent can end at the regression's solution only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from sympy import Add, Expr, Indexed, Integer, Matrix, Symbol, factor, log, symbols

from derive.claims.record import Proof
from derive.language import d, index, k, n, quantity, substitute, total
from derive.pairs import pair
from derive.proof import equal
from derive.steps import Definition

__all__ = ["curvature", "prove_regressions"]

REGRESSIONS = (("linear", "squared-error"), ("sigmoid", "logistic"), ("softmax", "cross-entropy"))
SIZES = (1, 2, 3, 4)
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


def _has_no_negative_weight(matrix: Matrix) -> bool:
    places = range(matrix.rows)
    weights = [factor(Add(*matrix.row(i))) for i in places]
    weights += [-matrix[i, j] for i in places for j in places if i < j]
    return all(weight.is_nonnegative is True for weight in weights)


def _is_convex(output: str, loss: str) -> bool:
    return all(_has_no_negative_weight(curvature(output, loss, size)) for size in SIZES)


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
        f"{output} + {loss} is convex in W, for 1 to {SIZES[-1]} units": _is_convex(output, loss)
        for output, loss in rows
    }
    says = f"∇_W L of linear units is {multiple}(W HᵀH − YᵀH), 0 where the normal equations hold"
    return Proof({says: _is_normal_equations(multiple)} | convex)
