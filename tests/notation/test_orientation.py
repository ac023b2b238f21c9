"""Signs: which way round a difference is written, and where its minus goes."""

from __future__ import annotations

import pytest
from sympy import Expr, KroneckerDelta, Rational, cosh, exp, log, sinh, tanh

from derive.language import Entries, d, index, k, n, quantity, total
from derive.printers import text

i, j, q, m = (index(letter) for letter in "ijqm")
a, y, p = (quantity(letter, k) for letter in ("a", "y", "ŷ"))
A, Y, P = (quantity(letter, n, k) for letter in ("a", "y", "ŷ"))
h, W = quantity("h", d), quantity("W", k, d)

quotient = (y[i] - p[i]) / (1 - p[i])
other = (y[j] - p[j]) / (1 - p[j])
backward = -quotient + total(other, j, k) * p[i]
in_a_batch = (Y[m, i] - P[m, i]) / (1 - P[m, i])
of_units = total((Y[m, j] - P[m, j]) / (1 - P[m, j]), j, k) * P[m, i]


def units(entry: Expr) -> Expr:
    return Entries(entry, (i, k))


SCALARS = {
    "a quotient and a Σ of quotients": (
        backward,
        "(ŷᵢ − yᵢ) / (1 − ŷᵢ) − ŷᵢ Σⱼ (ŷⱼ − yⱼ) / (1 − ŷⱼ)",
    ),
    "the same below a minus": (
        -(quotient - total(other, j, k) * p[i]) / n,
        "(1/n) ((ŷᵢ − yᵢ) / (1 − ŷᵢ) − ŷᵢ Σⱼ (ŷⱼ − yⱼ) / (1 − ŷⱼ))",
    ),
    "a minus leaves the Σ": (
        total(-(1 - y[j]) * p[j] / (1 - p[j]) ** 2, j, k),
        "−Σⱼ (1 − yⱼ) ŷⱼ / (1 − ŷⱼ)²",
    ),
    "two minus signs": (-total(-y[i] * log(p[i]), i, k), "Σᵢ yᵢ ln ŷᵢ"),
    "a Σ of nothing but minus": (total(-y[i] - a[i], i, k), "−Σᵢ (yᵢ + aᵢ)"),
    "a Σ of errors": (total(y[i] - p[i], i, k), "−Σᵢ (ŷᵢ − yᵢ)"),
    "an odd function": (-tanh(y[i] - p[i]), "tanh(ŷᵢ − yᵢ)"),
    "another odd function": (a[i] * sinh(y[i] - p[i]), "−aᵢ sinh(ŷᵢ − yᵢ)"),
    "an even function": (log(cosh(y[i] - p[i])), "ln cosh(ŷᵢ − yᵢ)"),
    "an even power": (1 - (-tanh(y[i] - p[i])) ** 2, "1 − tanh(ŷᵢ − yᵢ)²"),
    "an even power of a difference": (1 / (p[i] - 1) ** 2, "1 / (1 − ŷᵢ)²"),
    "an odd power of a difference": (1 / (p[i] - 1) ** 3, "−1 / (1 − ŷᵢ)³"),
    "a Σ after what stands alone": (
        a[i] * (total(p[j], j, k) - exp(a[i])),
        "−aᵢ (e^{aᵢ} − Σⱼ ŷⱼ)",
    ),
    "a label after a Σ": (a[i] * (total(y[j], j, k) * p[i] - y[i]), "aᵢ ((Σⱼ yⱼ) ŷᵢ − yᵢ)"),
    "an all-negative factor below a minus stays": (
        y[i] - (1 - y[i]) * (-a[i] - log(p[i])),
        "yᵢ − (1 − yᵢ) (−aᵢ − ln ŷᵢ)",
    ),
    "a number over a dimension": (2 * (p[i] - y[i]) / n, "(2/n) (ŷᵢ − yᵢ)"),
    "three over twice a dimension": (Rational(3, 2) * a[i] / n, "(3/(2n)) aᵢ"),
    "a long Σ comes last": (total(p[j] * y[j], j, k) * p[i], "ŷᵢ Σⱼ yⱼ ŷⱼ"),
}

ARRAYS = {
    "the matrix form keeps order and signs": (
        units(backward),
        "(ŷ − y) ⊘ (𝟏 − ŷ) − (𝟏ᵀ((ŷ − y) ⊘ (𝟏 − ŷ))) ŷ",
    ),
    "the same below a minus": (
        units(-(quotient - total(other, j, k) * p[i]) / n),
        "(1/n) ((ŷ − y) ⊘ (𝟏 − ŷ) − (𝟏ᵀ((ŷ − y) ⊘ (𝟏 − ŷ))) ŷ)",
    ),
    "the same for the rows of a batch": (
        Entries(-in_a_batch + of_units, (m, n), (i, k)),
        "(Ŷ − Y) ⊘ (𝟏𝟏ᵀ − Ŷ) − diag(((Ŷ − Y) ⊘ (𝟏𝟏ᵀ − Ŷ)) 𝟏) Ŷ",
    ),
    "an error below a transpose": (
        Entries(total((Y[m, i] - P[m, i]) * A[m, j], m, n), (i, k), (j, k)),
        "−(Ŷ − Y)ᵀA",
    ),
    "an error times a matrix": (
        Entries(total((y[i] - p[i]) * W[i, q], i, k), (q, d)),
        "−Wᵀ(ŷ − y)",
    ),
    "an even power": (units(1 / (p[i] - 1) ** 2), "𝟏 ⊘ ((𝟏 − ŷ) ⊙ (𝟏 − ŷ))"),
    "an odd power": (units((p[i] - 1) ** 3), "−(𝟏 − ŷ)^{⊙3}"),
    "a number in front of the diagonal": (
        Entries(2 * KroneckerDelta(i, j) * (p[i] - y[i]) * p[i], (i, k), (j, k)),
        "2 diag(ŷ ⊙ (ŷ − y))",
    ),
    "a matrix of ones": (
        Entries(2 * KroneckerDelta(i, j) - 2 / k, (i, k), (j, k)),
        "2I − (2/k) 𝟏𝟏ᵀ",
    ),
    "a row of sums": (
        Entries(P[m, i] - Y[m, i] - total(P[m, j] * A[m, j], j, k), (m, n), (i, k)),
        "Ŷ − Y − (Ŷ ⊙ A) 𝟏𝟏ᵀ",
    ),
}


@pytest.mark.parametrize("name", SCALARS)
def test_signs_of_a_scalar(name: str) -> None:
    expr, written = SCALARS[name]
    assert text(expr) == written


@pytest.mark.parametrize("name", ARRAYS)
def test_signs_of_an_array(name: str) -> None:
    expr, written = ARRAYS[name]
    assert text(expr) == written


def test_ones_are_a_word_in_ascii() -> None:
    expr, _ = ARRAYS["a matrix of ones"]
    assert text(expr, ascii=True) == "2 I - (2/k) ones ones^T"
    assert text(units(2 + a[i]), ascii=True) == "2 ones + a"
