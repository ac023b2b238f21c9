"""The pairs of the catalogue and two from outside, as the generator takes them."""

from __future__ import annotations

from sympy import Expr, Integer, cosh, exp, log, tanh

from derive.generate.spec import KernelSpec, labels, pre_activation, prediction
from derive.language import Entries, index, k, relu, sigmoid, softmax, step, total

i, j = index("i"), index("j")
a, y, p = pre_activation, labels, prediction
TWO = Integer(2)

REAL = "any real numbers"
UNIT = "0 ≤ yᵢ ≤ 1 for each unit"
SIMPLEX = "yᵢ ≥ 0; a distribution sums to one, and other sums are taken as they are"

SOFTMAX = softmax(Entries(a[j], (j, k)), i)
SIGMOID = sigmoid(a[i])
KINK = Integer(1)
LAYER = ("∇_W L = (∂L/∂a) hᵀ", "∇_h L = Wᵀ (∂L/∂a)")


def _squared_norm(value: Expr) -> Expr:
    return total((value - y[i]) ** 2, i, k)


def _quotient(at: Expr) -> Expr:
    return (p[at] - y[at]) / (1 - p[at])


def _slope_of_quotient(at: Expr) -> Expr:
    return (1 - y[at]) / (1 - p[at]) ** 2


def _error(at: Expr) -> Expr:
    return p[at] - y[at]


LOG_PARTITION = log(total(exp(a[j]), j, k))
WRITTEN_SOFTMAX = exp(a[i]) / total(exp(a[j]), j, k)

SPECS: tuple[KernelSpec, ...] = (
    KernelSpec(
        "linear",
        "squared-error",
        a[i],
        _squared_norm(a[i]),
        2 * (p[i] - y[i]),
        TWO,
        REAL,
        ("ŷ = a", "L = ‖ŷ − y‖², without ½", "∂L/∂a = 2(ŷ − y)", *LAYER),
        ("0.5", "1.5", "-1.0"),
    ),
    KernelSpec(
        "relu",
        "squared-error",
        relu(a[i], KINK),
        _squared_norm(relu(a[i], KINK)),
        2 * (p[i] - y[i]) * step(a[i], KINK),
        2 * step(a[i], KINK),
        REAL,
        ("ŷ = r(a) = max(0, a)", "L = ‖ŷ − y‖², without ½", "∂L/∂aᵢ = 2(ŷᵢ − yᵢ) r′(aᵢ)", *LAYER),
        ("0.5", "-1.5", "-1.0"),
        ("At the kink r′(0) = 1, as in the lecture.",),
    ),
    KernelSpec(
        "sigmoid",
        "squared-error",
        SIGMOID,
        _squared_norm(1 / (1 + exp(-a[i]))),
        2 * (p[i] - y[i]) * p[i] * (1 - p[i]),
        2 * p[i] * (1 - p[i]) * (p[i] * (1 - p[i]) + (p[i] - y[i]) * (1 - 2 * p[i])),
        UNIT,
        ("ŷ = s(a)", "L = ‖ŷ − y‖², without ½", "∂L/∂aᵢ = 2(ŷᵢ − yᵢ) ŷᵢ(1 − ŷᵢ)", *LAYER),
        ("1.0", "0.0", "0.95"),
    ),
    KernelSpec(
        "sigmoid",
        "logistic",
        SIGMOID,
        total((1 - y[i]) * a[i] + log(1 + exp(-a[i])), i, k),
        p[i] - y[i],
        p[i] * (1 - p[i]),
        UNIT,
        ("ŷ = s(a)", "L = −Σᵢ (yᵢ ln ŷᵢ + (1 − yᵢ) ln(1 − ŷᵢ))", "∂L/∂a = ŷ − y", *LAYER),
        ("1.0", "0.0", "0.95"),
    ),
    KernelSpec(
        "sigmoid",
        "cross-entropy",
        SIGMOID,
        total(y[i] * log(1 + exp(-a[i])), i, k),
        -y[i] * (1 - p[i]),
        y[i] * p[i] * (1 - p[i]),
        UNIT,
        ("ŷ = s(a)", "L = −Σᵢ yᵢ ln ŷᵢ", "∂L/∂aᵢ = −yᵢ(1 − ŷᵢ)", *LAYER),
        ("1.0", "0.25", "0.95"),
    ),
    KernelSpec(
        "softmax",
        "squared-error",
        SOFTMAX,
        total((WRITTEN_SOFTMAX - y[i]) ** 2, i, k),
        2 * p[i] * (p[i] - y[i] - total(p[j] * (p[j] - y[j]), j, k)),
        2
        * p[i]
        * (
            (1 - p[i]) * (_error(i) - total(p[j] * _error(j), j, k))
            + p[i] * (1 - p[i])
            - p[i] * (p[i] + _error(i) - total(p[j] * (p[j] + _error(j)), j, k))
        ),
        SIMPLEX,
        (
            "ŷ = softmax(a)",
            "L = ‖ŷ − y‖², without ½",
            "∂L/∂aᵢ = 2ŷᵢ(ŷᵢ − yᵢ − Σⱼ ŷⱼ(ŷⱼ − yⱼ))",
            *LAYER,
        ),
        ("1.0", "0.0", "0.0"),
    ),
    KernelSpec(
        "softmax",
        "cross-entropy",
        SOFTMAX,
        -total(y[i] * a[i], i, k) + total(y[i], i, k) * LOG_PARTITION,
        total(y[j], j, k) * p[i] - y[i],
        total(y[j], j, k) * p[i] * (1 - p[i]),
        SIMPLEX,
        (
            "ŷ = softmax(a)",
            "L = −Σᵢ yᵢ ln ŷᵢ",
            "∂L/∂a = (Σⱼ yⱼ) ŷ − y, which is ŷ − y where Σⱼ yⱼ = 1",
            *LAYER,
        ),
        ("1.0", "0.0", "0.0"),
    ),
    KernelSpec(
        "softmax",
        "logistic",
        SOFTMAX,
        -total(y[i] * (a[i] - LOG_PARTITION) + (1 - y[i]) * log(1 - WRITTEN_SOFTMAX), i, k),
        _quotient(i) - p[i] * total(_quotient(j), j, k),
        p[i]
        * (
            _slope_of_quotient(i) * (1 - 2 * p[i])
            - (1 - p[i]) * total(_quotient(j), j, k)
            + p[i] * total(_slope_of_quotient(j) * p[j], j, k)
        ),
        UNIT,
        (
            "ŷ = softmax(a)",
            "L = −Σᵢ (yᵢ ln ŷᵢ + (1 − yᵢ) ln(1 − ŷᵢ))",
            "∂L/∂aᵢ = qᵢ − ŷᵢ Σⱼ qⱼ with qᵢ = (ŷᵢ − yᵢ)/(1 − ŷᵢ)",
            *LAYER,
        ),
        ("1.0", "0.0", "0.0"),
        ("With a single class 1 − ŷ is 0 and the loss has no value: k = 1 is refused.",),
        2,
    ),
)
"""The pairs of the catalogue, in its order."""

OUTSIDE: tuple[KernelSpec, ...] = (
    KernelSpec(
        "tanh",
        "squared-error",
        tanh(a[i]),
        _squared_norm(tanh(a[i])),
        2 * (p[i] - y[i]) * (1 - p[i] ** 2),
        2 * (1 - p[i] ** 2) * (1 - p[i] ** 2 - 2 * p[i] * (p[i] - y[i])),
        REAL,
        ("ŷ = tanh(a)", "L = ‖ŷ − y‖², without ½", "∂L/∂aᵢ = 2(ŷᵢ − yᵢ)(1 − ŷᵢ²)", *LAYER),
        ("1.0", "0.0", "0.5"),
    ),
    KernelSpec(
        "linear",
        "log-cosh",
        a[i],
        total(log(cosh(a[i] - y[i])), i, k),
        tanh(p[i] - y[i]),
        1 - tanh(p[i] - y[i]) ** 2,
        REAL,
        ("ŷ = a", "L = Σᵢ ln cosh(ŷᵢ − yᵢ)", "∂L/∂aᵢ = tanh(ŷᵢ − yᵢ)", *LAYER),
        ("0.5", "1.5", "-1.0"),
    ),
)
"""Rows that a user adds."""
