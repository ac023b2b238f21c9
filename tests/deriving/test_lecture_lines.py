"""Each displayed line of the lecture's page of derivations is a line of ours.

The lines are typed here from the lecture in index notation; they are found up to the order of
terms, which SymPy owns, and the names of bound indices.
"""

from __future__ import annotations

import pytest
from sympy import Expr, Symbol, exp, log

import derive
from derive.language import (
    Entries,
    Partial,
    SquaredNorm,
    canonical,
    d,
    index,
    k,
    quantity,
    total,
)

i, j, q, r = (index(letter) for letter in "ijqr")
a, y, b, p = (quantity(name, k) for name in ("a", "y", "b", "ŷ"))
h, W = quantity("h", d), quantity("W", k, d)
L = Symbol("L", real=True)
Wh = total(W[i, r] * h[r], r, d)
partition = total(exp(a[j]), j, k)
e = exp(-a[i])


def units(entry: Expr) -> Expr:
    return Entries(entry, (i, k))


def hidden(entry: Expr) -> Expr:
    return Entries(entry, (q, d))


def matrix(entry: Expr) -> Expr:
    return Entries(entry, (i, k), (q, d))


by_W, by_h = Partial(L, W[i, q]), Partial(L, h[q])

LINEAR = {
    "L = ‖ŷ − y‖²": (L, SquaredNorm(units(p[i] - y[i]))),
    "L = ‖Wh − y‖²": (L, SquaredNorm(units(Wh - y[i]))),
    "L = Σᵢ (Wᵢ · h − yᵢ)²": (L, total((Wh - y[i]) ** 2, i, k)),
    "∇_{Wᵢ} L = 2(Wᵢ · h − yᵢ) h": (hidden(by_W), hidden(2 * (Wh - y[i]) * h[q])),
    "∇_{Wᵢ} L = 2(ŷᵢ − yᵢ) h": (hidden(by_W), hidden(2 * (p[i] - y[i]) * h[q])),
    "∇_W L = 2(ŷ − y) hᵀ": (matrix(by_W), matrix(2 * (p[i] - y[i]) * h[q])),
    "∇_h L = 2Wᵀ(Wh − y)": (hidden(by_h), hidden(2 * total((Wh - y[i]) * W[i, q], i, k))),
    "∇_h L = 2Wᵀ(ŷ − y)": (hidden(by_h), hidden(2 * total((p[i] - y[i]) * W[i, q], i, k))),
}

CHAIN = {
    "aᵢ = Wᵢ · h": (a[i], Wh),
    "∇_{Wᵢ} aᵢ = h": (hidden(Partial(a[i], W[i, q])), hidden(h[q])),
    "∇_h aᵢ = Wᵢ": (hidden(Partial(a[i], h[q])), hidden(W[i, q])),
    "∇_{Wᵢ} L = ∂L/∂aᵢ ∇_{Wᵢ} aᵢ": (
        hidden(by_W),
        hidden(Partial(L, a[i]) * Partial(a[i], W[i, q])),
    ),
    "∇_{Wᵢ} L = (ŷᵢ − yᵢ) h": (hidden(by_W), hidden((p[i] - y[i]) * h[q])),
    "∇_W L = (ŷ − y) hᵀ": (matrix(by_W), matrix((p[i] - y[i]) * h[q])),
    "∇_h L = Σᵢ ∂L/∂aᵢ ∇_h aᵢ": (
        hidden(by_h),
        hidden(total(Partial(L, a[i]) * Partial(a[i], h[q]), i, k)),
    ),
    "∇_h L = Σᵢ (ŷᵢ − yᵢ) Wᵢ = Wᵀ(ŷ − y)": (
        hidden(by_h),
        hidden(total((p[i] - y[i]) * W[i, q], i, k)),
    ),
}

SIGMOID = {
    "L = −Σᵢ (yᵢ ln ŷᵢ + (1 − yᵢ) ln(1 − ŷᵢ))": (
        L,
        -total(y[i] * log(p[i]) + (1 - y[i]) * log(1 - p[i]), i, k),
    ),
    "L = −Σᵢ (yᵢ ln 1/(1 + e) + (1 − yᵢ) ln(1 − 1/(1 + e)))": (
        L,
        -total(y[i] * log(1 / (1 + e)) + (1 - y[i]) * log(1 - 1 / (1 + e)), i, k),
    ),
    "L = Σᵢ (yᵢ ln(1 + e) − (1 − yᵢ) ln e/(1 + e))": (
        L,
        total(y[i] * log(1 + e) - (1 - y[i]) * log(e / (1 + e)), i, k),
    ),
    "L = Σᵢ (yᵢ ln(1 + e) − (1 − yᵢ)(−aᵢ − ln(1 + e)))": (
        L,
        total(y[i] * log(1 + e) - (1 - y[i]) * (-a[i] - log(1 + e)), i, k),
    ),
    "L = Σᵢ ((1 − yᵢ) aᵢ + ln(1 + e))": (L, total((1 - y[i]) * a[i] + log(1 + e), i, k)),
    "∂L/∂aᵢ = 1 − yᵢ − e/(1 + e)": (Partial(L, a[i]), 1 - y[i] - e / (1 + e)),
    "∂L/∂aᵢ = 1/(1 + e) − yᵢ": (Partial(L, a[i]), 1 / (1 + e) - y[i]),
    "∂L/∂aᵢ = ŷᵢ − yᵢ": (Partial(L, a[i]), p[i] - y[i]),
    **CHAIN,
}

SOFTMAX = {
    "L = −Σᵢ yᵢ ln ŷᵢ": (L, -total(y[i] * log(p[i]), i, k)),
    "L = −Σᵢ yᵢ (aᵢ − ln Σⱼ e^{aⱼ})": (L, -total(y[i] * (a[i] - log(partition)), i, k)),
    "L = −Σᵢ yᵢ aᵢ + ln Σⱼ e^{aⱼ}": (L, -total(y[i] * a[i], i, k) + log(partition)),
    "∂L/∂aᵢ = −yᵢ + e^{aᵢ} / Σⱼ e^{aⱼ}": (Partial(L, a[i]), -y[i] + exp(a[i]) / partition),
    "∂L/∂aᵢ = ŷᵢ − yᵢ": (Partial(L, a[i]), p[i] - y[i]),
    **CHAIN,
}

LECTURE = {
    ("linear", "squared-error"): LINEAR,
    ("sigmoid", "logistic"): SIGMOID,
    ("softmax", "cross-entropy"): SOFTMAX,
}


def lines(output: str, loss: str) -> set[tuple[Expr, Expr]]:
    """Every (left-hand side, line) of the gradients by a, W and h, bound indices by depth."""
    pair = derive.pair(output, loss)
    found = set()
    for wrt in ("a", "W", "h"):
        for chain in pair.gradient(wrt).chains:
            for step in chain:
                found.add((canonical(chain[0].before), canonical(step.after)))
    return found


@pytest.mark.parametrize(
    ("names", "line"),
    [
        pytest.param(names, line, id=f"{names[0]}: {shown}")
        for names, page in LECTURE.items()
        for shown, line in page.items()
    ],
)
def test_the_line_of_the_lecture_is_a_line_of_ours(
    names: tuple[str, str], line: tuple[Expr, Expr]
) -> None:
    left, right = line
    assert (canonical(left), canonical(right)) in lines(*names)


def test_the_assumption_is_used_where_the_lecture_uses_it() -> None:
    steps = derive.pair("softmax", "cross-entropy").gradient("a").steps
    (assumed,) = [step for step in steps if step.assumption is not None]
    assert canonical(assumed.assumption.left) == canonical(total(y[i], i, k))
    assert assumed.assumption.right == 1
    assert canonical(assumed.before) == canonical(
        -total(y[i] * a[i], i, k) + total(y[i], i, k) * log(partition)
    )
    assert canonical(assumed.after) == canonical(-total(y[i] * a[i], i, k) + log(partition))


def test_a_prediction_is_never_differentiated_by() -> None:
    """∇_ŷ L is never needed: ŷ(a) is put in before anything is differentiated."""
    for output, loss in LECTURE:
        for wrt in ("a", "W", "h", "b"):
            for step in derive.pair(output, loss).gradient(wrt).steps:
                for side in (step.before, step.after):
                    for node in side.atoms(Partial):
                        assert node.variable.base.label.name != "ŷ"
