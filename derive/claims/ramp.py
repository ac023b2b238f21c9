"""XOR: two ReLUs compute it exactly, and no layer of weights without hidden units does."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Integer, Matrix, Max, S, Symbol, linsolve

from derive.catalogue.hidden import find_hidden_unit
from derive.claims.record import Proof
from derive.language import relu

__all__ = ["CORNERS", "XOR", "prove_xor"]

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
XOR = (0, 1, 1, 0)
Rows = Sequence[Sequence[int]]


def _ramp(value: Expr) -> Expr:
    unit = find_hidden_unit("relu").activation(value)
    shown: Expr = unit.replace(relu, lambda x, _: Max(x, 0))
    return shown


def _computed(W1: Rows, b1: Sequence[int], W2: Sequence[int], x: Sequence[int]) -> Expr:
    a = Matrix(W1) * Matrix(x) + Matrix(b1)
    return (Matrix([W2]) * a.applyfunc(_ramp))[0]


def _without_hidden_units(truth: Sequence[int]) -> bool:
    """Whether ŷ = w·x + b can meet the table: four linear equations in three unknowns."""
    w1, w2, b = unknowns = [Symbol(name) for name in ("w1", "w2", "b")]
    equations = [w1 * x + w2 * z + b - y for (x, z), y in zip(CORNERS, truth, strict=True)]
    return linsolve(equations, unknowns) is not S.EmptySet


def prove_xor(
    W1: Rows = ((1, 1), (1, 1)),
    b1: Sequence[int] = (0, -1),
    W2: Sequence[int] = (1, -2),
    truth: Sequence[int] = XOR,
) -> Proof:
    """Prove that ŷ = W₂ r(W₁x + b₁) is the table, and that no ŷ = w·x + b is.

    Examples
    --------
    >>> prove_xor().ok, prove_xor(W2=(1, -1)).ok, prove_xor(truth=(0, 1, 1, 1)).ok
    (True, False, False)
    """
    values = [_computed(W1, b1, W2, corner) for corner in CORNERS]
    weights = "r(x₁ + x₂) − 2 r(x₁ + x₂ − 1)" if (W2, b1) == ((1, -2), (0, -1)) else "the network"
    return Proof(
        {
            f"{weights} is XOR at all four corners": values == list(truth),
            "no ŷ = w·x + b without hidden units is": not _without_hidden_units(truth),
        },
        {f"ŷ at ({x}, {z})": Integer(value) for (x, z), value in zip(CORNERS, values, strict=True)},
    )
