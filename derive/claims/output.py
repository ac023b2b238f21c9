"""The output unit: what its loss makes of the gradient, and which labels it can meet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sympy import Expr, Indexed, Integer, Poly, Symbol, exp, expand, limit, oo

from derive.attainability import attainable
from derive.catalogue.tables import find_output
from derive.claims.depth import in_value, slope_of
from derive.claims.record import Proof
from derive.claims.sigmoid import S_
from derive.language import d, index, k, n, quantity, total
from derive.pairs import pair
from derive.proof import equal

__all__ = ["gradient_of", "limits", "prove_labels", "prove_normal_equations", "prove_output"]

_prediction, _label = Symbol("ŷ", real=True), Symbol("y", real=True)
_a = Symbol("a", real=True)


@cache
def gradient_of(output: str, loss: str) -> Expr:
    """Return ∂L/∂aᵢ as it is derived, in ŷ and y of the one unit i.

    Examples
    --------
    >>> gradient_of("sigmoid", "logistic")
    -y + ŷ
    """
    derived: Expr = pair(output, loss).gradient("a").result.expr
    letters = {"ŷ": _prediction, "y": _label}
    return derived.xreplace({one: letters[str(one.base)] for one in derived.atoms(Indexed)})


def limits(gradient: Expr) -> tuple[Expr, Expr]:
    """Return the limits of a gradient as a → −∞ and a → ∞, with ŷ = s(a).

    Examples
    --------
    >>> limits(gradient_of("sigmoid", "squared-error"))
    (0, 0)
    """
    in_a = gradient.xreplace({_prediction: 1 / (1 + exp(-_a))})
    return limit(in_a, _a, -oo), limit(in_a, _a, oo)


def _is_linear_in_the_error(gradient: Expr) -> bool:
    """Whether it is c(ŷ − y) with a number c."""
    error = Symbol("error", real=True)
    shifted = expand(gradient.xreplace({_prediction: _label + error}))
    if not shifted.is_polynomial(error, _label):
        return False
    return set(Poly(shifted, error, _label).monoms()) == {(1, 0)}


def prove_output(
    cure: str = "logistic", ill: str = "squared-error", unit: str = "sigmoid"
) -> Proof:
    """Prove that one loss takes the slope of the sigmoid out of ∂L/∂a, and the other keeps it.

    Parameters
    ----------
    cure, ill : str
        The loss that takes it out, and the one that keeps it.
    unit : str
        The hidden unit that has it under either.

    Examples
    --------
    >>> prove_output().ok, prove_output(cure="squared-error").ok
    (True, False)
    """
    cured, kept = gradient_of("sigmoid", cure), gradient_of("sigmoid", ill)
    slope = _prediction * (1 - _prediction)
    hidden = in_value(slope_of(unit, "sigmoid", cure)).xreplace({S_: _prediction})
    return Proof(
        {
            f"with {cure}, ∂L/∂a is linear in ŷ − y": _is_linear_in_the_error(cured),
            "its limits are −y and 1 − y": limits(cured) == (-_label, 1 - _label),
            f"with {ill}, ∂L/∂a keeps the factor ŷ(1 − ŷ)": _is_linear_in_the_error(
                (kept / slope).cancel()
            ),
            "its limits are 0 and 0, wrong as the prediction may be": limits(kept) == (0, 0),
            f"a hidden {unit} has the factor h(1 − h), also under {cure}": hidden == slope,
        },
        {
            f"{cure}, y = 1, a → −∞": limits(cured)[0].xreplace({_label: Integer(1)}),
            f"{ill}, y = 1, a → −∞": limits(kept)[0],
        },
    )


def prove_labels(
    met: Sequence[Any] = ("0.05", "0.95"), missed: Sequence[Any] = ("0", "1")
) -> Proof:
    """Prove which labels a sigmoid can meet exactly, and with which pre-activation.

    Examples
    --------
    >>> prove_labels().ok, prove_labels(met=("0.05", "1")).ok
    (True, False)
    """
    unit = find_output("sigmoid")
    reached = attainable(unit, [float(label) for label in met])
    others = [attainable(unit, [float(label)]) for label in missed]
    exact = reached.exact or ()
    return Proof(
        {
            f"the labels {' and '.join(met)} are met exactly, at a finite a": bool(reached),
            f"{' and '.join(missed)} never are": not any(others),
        },
        {f"a for {label}": value for label, value in zip(met, exact, strict=False)},
    )


def _is_errors_by_values(name: tuple[str, str], factor: int) -> bool:
    """Whether ∇_W L of a pair is ``factor`` times (Ŷ − Y)ᵀH, for every k, d and n."""
    derived = pair(*name).gradient("W", batch=True).result
    i, r = (axis for axis, _ in derived.axes)
    m = index("m")
    H, Y, ŷ = (
        quantity(letter, *shape)
        for letter, shape in {"h": (n, d), "y": (n, k), "ŷ": (n, k)}.items()
    )
    return equal(derived.expr, factor * total((ŷ[m, i] - Y[m, i]) * H[m, r], m, n))


def prove_normal_equations(
    factor: int = 2,
    others: Sequence[tuple[str, str]] = (("sigmoid", "logistic"), ("softmax", "cross-entropy")),
) -> Proof:
    """Prove that ∇_W of linear units is zero exactly where the normal equations hold.

    The derived entry is factor · Σₘ (ŷₘᵢ − yₘᵢ) hₘᵣ, and it is zero exactly where the sum is:
    Ŷᵀ H = Yᵀ H.

    Parameters
    ----------
    factor : int
        The claimed factor of linear units.
    others : sequence of (str, str)
        The pairs that are claimed to have the same sum, with the factor 1.

    Examples
    --------
    >>> prove_normal_equations().ok, prove_normal_equations(1).ok
    (True, False)
    """
    same = " and ".join(" + ".join(name) for name in others)
    return Proof(
        {
            f"∇_W L of linear units is {factor} times (Ŷ − Y)ᵀH, 0 at the normal equations "
            "Ŷᵀ H = Yᵀ H": _is_errors_by_values(("linear", "squared-error"), factor),
            f"{same} have the same (Ŷ − Y)ᵀH": all(
                _is_errors_by_values(name, 1) for name in others
            ),
        }
    )
