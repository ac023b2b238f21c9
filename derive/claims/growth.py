"""A label that can't be met lets the weight grow without end, and says how fast.

Gradient descent with small steps on one weight, with the label 1, is ȧ = −∂L/∂a = 1 − s(a). Along
it a + eᵃ grows by 1 in each unit of time, and so a grows for ever, like ln t.
"""

from __future__ import annotations

from sympy import Expr, Function, S, Symbol, diff, exp, limit, log, oo, simplify

from derive.claims.output import gradient_of
from derive.claims.record import Proof

__all__ = ["prove_growth"]

_time = Symbol("t", positive=True)
_large = Symbol("a", positive=True)


def prove_growth(label: Expr = S.One) -> Proof:
    """Prove that a + eᵃ − t stays what it is along the descent, and that a is ln t in the end.

    Examples
    --------
    >>> prove_growth().ok, prove_growth(S.Zero).ok
    (True, False)
    """
    a = Function("a", real=True)(_time)
    prediction, given = (Symbol(name, real=True) for name in ("ŷ", "y"))
    gradient = gradient_of("sigmoid", "logistic").xreplace({given: label})
    velocity = -gradient.xreplace({prediction: 1 / (1 + exp(-a))})
    rate = simplify(diff(a + exp(a), _time).subs(diff(a, _time), velocity))
    ratio = limit(_large / log(_large + exp(_large)), _large, oo)
    return Proof(
        {
            f"with y = {label}, descent keeps a + eᵃ − t as it is": rate == 1,
            "so that a grows for ever, and a/ln t → 1": rate == 1 and ratio == 1,
        }
    )
