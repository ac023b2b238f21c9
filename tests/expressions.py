"""The expressions that every printer must survive: the lecture's lines and what users bring."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, KroneckerDelta, Mul, Rational, Symbol, cosh, exp, log, sinh, tanh

from derive.language import (
    Entries,
    Partial,
    SquaredNorm,
    d,
    index,
    k,
    n,
    quantity,
    relu,
    sigmoid,
    softmax,
    softplus,
    step,
    total,
)

i, j, p, q, r, m = (index(letter) for letter in "ijpqrm")
L, c = Symbol("L", real=True), Symbol("c", real=True)
a, y, prediction, b = (quantity(letter, k) for letter in ("a", "y", "ŷ", "b"))
h, W = quantity("h", d), quantity("W", k, d)
A, Y, P, H = quantity("a", n, k), quantity("y", n, k), quantity("ŷ", n, k), quantity("h", n, d)
example_loss = quantity("ℓ", n)


@dataclass(frozen=True)
class Line:
    """An expression, its text in the styles that differ, and its LaTeX where it is pinned."""

    name: str
    expr: Expr
    text: str
    latex: str | None = None
    rows: str | None = None


def over_k(body: Expr, position: Symbol = i) -> Expr:
    return total(body, position, k)


exponentials = over_k(exp(a[j]), j)
error = prediction[i] - y[i]
batch_error = P[m, i] - Y[m, i]
row = total(W[i, q] * h[q], q, d)
logistic = 1 / (1 + exp(-a[i]))
inner = over_k(prediction[j] * (prediction[j] - y[j]), j)
slot = (i, k), (q, d)

LECTURE = (
    Line(
        "cross-entropy",
        -over_k(y[i] * log(prediction[i])),
        "−Σᵢ yᵢ ln ŷᵢ",
        r"-\sum_{i=1}^{k} y_i \ln \hat{y}_i",
    ),
    Line(
        "softmax substituted",
        -over_k(y[i] * log(exp(a[i]) / exponentials)),
        "−Σᵢ yᵢ ln(e^{aᵢ} / Σⱼ e^{aⱼ})",
        r"-\sum_{i=1}^{k} y_i \ln \frac{e^{a_i}}{\sum_{j=1}^{k} e^{a_j}}",
    ),
    Line(
        "logarithm of the quotient",
        -over_k(y[i] * (a[i] - log(exponentials))),
        "−Σᵢ yᵢ (aᵢ − ln Σⱼ e^{aⱼ})",
        r"-\sum_{i=1}^{k} y_i \left(a_i - \ln \sum_{j=1}^{k} e^{a_j}\right)",
    ),
    Line(
        "distributed",
        -over_k(y[i] * a[i]) + over_k(y[i]) * log(exponentials),
        "−Σᵢ yᵢ aᵢ + (Σᵢ yᵢ) ln Σⱼ e^{aⱼ}",
    ),
    Line(
        "labels sum to one",
        -over_k(y[i] * a[i]) + log(exponentials),
        "−Σᵢ yᵢ aᵢ + ln Σⱼ e^{aⱼ}",
        r"-\sum_{i=1}^{k} y_i a_i + \ln \sum_{j=1}^{k} e^{a_j}",
    ),
    Line(
        "differentiated",
        -over_k(y[j] * KroneckerDelta(i, j), j)
        + over_k(exp(a[j]) * KroneckerDelta(i, j), j) / exponentials,
        "−Σⱼ yⱼ δᵢⱼ + (Σⱼ δᵢⱼ e^{aⱼ}) / Σⱼ e^{aⱼ}",
    ),
    Line(
        "softmax slope",
        -y[i] + exp(a[i]) / exponentials,
        "−yᵢ + e^{aᵢ} / Σⱼ e^{aⱼ}",
        r"-y_i + \frac{e^{a_i}}{\sum_{j=1}^{k} e^{a_j}}",
    ),
    Line("error", error, "ŷᵢ − yᵢ", r"\hat{y}_i - y_i"),
    Line("slope by a", Partial(L, a[i]), "∂L/∂aᵢ", r"\frac{\partial L}{\partial a_i}"),
    Line("row", row, "Wᵢ · h", r"W_i \cdot h"),
    Line("row and bias", row + b[i], "Wᵢ · h + bᵢ"),
    Line("slope of a", Partial(a[j], W[i, q]), "∂aⱼ/∂W_{iq}"),
    Line(
        "deltas",
        total(KroneckerDelta(i, j) * KroneckerDelta(q, r) * h[r], r, d),
        "Σᵣ δᵢⱼ δ_{qr} hᵣ",
    ),
    Line("delta h", KroneckerDelta(i, j) * h[q], "δᵢⱼ h_q"),
    Line("gradient by a row", Entries(Partial(L, W[i, q]), (q, d)), "∇_{Wᵢ} L", r"\nabla_{W_i} L"),
    Line(
        "chain rule by a row",
        Entries(Partial(L, a[i]) * Partial(a[i], W[i, q]), (q, d)),
        "∂L/∂aᵢ ∇_{Wᵢ} aᵢ",
        r"\frac{\partial L}{\partial a_i} \nabla_{W_i} a_i",
    ),
    Line("row gradient", Entries(error * h[q], (q, d)), "(ŷᵢ − yᵢ) h", r"(\hat{y}_i - y_i) h"),
    Line("gradient by W", Entries(Partial(L, W[i, q]), *slot), "∇_W L", r"\nabla_W L"),
    Line("matched gradient", Entries(error * h[q], *slot), "(ŷ − y) hᵀ", r"(\hat{y} - y) h^{\top}"),
    Line("gradient by h", Entries(Partial(L, h[q]), (q, d)), "∇_h L", r"\nabla_h L"),
    Line("gradient of a by h", Entries(Partial(a[i], h[q]), (q, d)), "∇_h aᵢ", r"\nabla_h a_i"),
    Line(
        "chain rule by h",
        Entries(over_k(Partial(L, a[i]) * Partial(a[i], h[q])), (q, d)),
        "(∂a/∂h)ᵀ ∇_a L",
        rows="Σᵢ ∂L/∂aᵢ ∇_h aᵢ",
    ),
    Line(
        "matched gradient by h",
        Entries(over_k(error * W[i, q]), (q, d)),
        "Wᵀ(ŷ − y)",
        r"W^{\top} (\hat{y} - y)",
        rows="Σᵢ (ŷᵢ − yᵢ) Wᵢ",
    ),
    Line(
        "logistic loss",
        -over_k(y[i] * log(prediction[i]) + (1 - y[i]) * log(1 - prediction[i])),
        "−Σᵢ (yᵢ ln ŷᵢ + (1 − yᵢ) ln(1 − ŷᵢ))",
        r"-\sum_{i=1}^{k} (y_i \ln \hat{y}_i + (1 - y_i) \ln(1 - \hat{y}_i))",
    ),
    Line(
        "sigmoid substituted",
        -over_k(y[i] * log(logistic) + (1 - y[i]) * log(1 - logistic)),
        "−Σᵢ (yᵢ ln(1 / (1 + e^{−aᵢ})) + (1 − yᵢ) ln(1 − 1 / (1 + e^{−aᵢ})))",
        r"-\sum_{i=1}^{k} \left(y_i \ln \frac{1}{1 + e^{-a_i}}"
        r" + (1 - y_i) \ln\left(1 - \frac{1}{1 + e^{-a_i}}\right)\right)",
    ),
    Line(
        "sigmoid in two logarithms",
        over_k(y[i] * log(1 + exp(-a[i])) - (1 - y[i]) * log(exp(-a[i]) / (1 + exp(-a[i])))),
        "Σᵢ (yᵢ ln(1 + e^{−aᵢ}) − (1 − yᵢ) ln(e^{−aᵢ} / (1 + e^{−aᵢ})))",
    ),
    Line(
        "sigmoid split",
        over_k(y[i] * log(1 + exp(-a[i])) - (1 - y[i]) * (-a[i] - log(1 + exp(-a[i])))),
        "Σᵢ (yᵢ ln(1 + e^{−aᵢ}) − (1 − yᵢ) (−aᵢ − ln(1 + e^{−aᵢ})))",
    ),
    Line(
        "sigmoid simplified",
        over_k((1 - y[i]) * a[i] + log(1 + exp(-a[i]))),
        "Σᵢ ((1 − yᵢ) aᵢ + ln(1 + e^{−aᵢ}))",
        r"\sum_{i=1}^{k} ((1 - y_i) a_i + \ln(1 + e^{-a_i}))",
    ),
    Line(
        "sigmoid slope",
        1 - y[i] - exp(-a[i]) / (1 + exp(-a[i])),
        "1 − yᵢ − e^{−aᵢ} / (1 + e^{−aᵢ})",
        r"1 - y_i - \frac{e^{-a_i}}{1 + e^{-a_i}}",
    ),
    Line(
        "sigmoid slope simplified",
        logistic - y[i],
        "1 / (1 + e^{−aᵢ}) − yᵢ",
        r"\frac{1}{1 + e^{-a_i}} - y_i",
    ),
    Line(
        "squared error",
        SquaredNorm(Entries(error, (i, k))),
        "‖ŷ − y‖²",
        r"\lVert \hat{y} - y \rVert^2",
    ),
    Line(
        "squared error of Wh",
        SquaredNorm(Entries(row - y[i], (i, k))),
        "‖Wh − y‖²",
        r"\lVert W h - y \rVert^2",
    ),
    Line(
        "squared error in sums",
        over_k((row - y[i]) ** 2),
        "Σᵢ (Wᵢ · h − yᵢ)²",
        r"\sum_{i=1}^{k} (W_i \cdot h - y_i)^2",
    ),
    Line(
        "linear row gradient",
        Entries(2 * (total(W[i, r] * h[r], r, d) - y[i]) * h[q], (q, d)),
        "2(Wᵢ · h − yᵢ) h",
        r"2 (W_i \cdot h - y_i) h",
    ),
    Line(
        "linear gradient",
        Entries(2 * error * h[q], *slot),
        "2(ŷ − y) hᵀ",
        r"2 (\hat{y} - y) h^{\top}",
    ),
    Line(
        "linear gradient by h",
        Entries(over_k(2 * (total(W[i, r] * h[r], r, d) - y[i]) * W[i, q]), (q, d)),
        "2Wᵀ(Wh − y)",
        r"2 W^{\top} (W h - y)",
        rows="Σᵢ 2(Wᵢ · h − yᵢ) Wᵢ",
    ),
    Line(
        "linear gradient by h named",
        Entries(over_k(2 * error * W[i, q]), (q, d)),
        "2Wᵀ(ŷ − y)",
        r"2 W^{\top} (\hat{y} - y)",
        rows="Σᵢ 2(ŷᵢ − yᵢ) Wᵢ",
    ),
    Line(
        "softmax", softmax(Entries(a[j], (j, k)), i), "softmax(a)ᵢ", r"\operatorname{softmax}(a)_i"
    ),
    Line(
        "softmax of Wh",
        Entries(softmax(Entries(total(W[j, q] * h[q], q, d), (j, k)), i), (i, k)),
        "softmax(Wh)",
        r"\operatorname{softmax}(W h)",
    ),
    Line("sigmoid of Wh", Entries(sigmoid(row), (i, k)), "s(Wh)", "s(W h)"),
)

OTHERS = (
    Line(
        "sigmoid + squared error",
        2 * error * prediction[i] * (1 - prediction[i]),
        "2(ŷᵢ − yᵢ) ŷᵢ (1 − ŷᵢ)",
    ),
    Line(
        "sigmoid + squared error by W",
        Entries(2 * error * prediction[i] * (1 - prediction[i]) * h[q], *slot),
        "2((ŷ − y) ⊙ ŷ ⊙ (𝟏 − ŷ)) hᵀ",
    ),
    Line("ReLU + squared error", 2 * error * step(a[i], 0), "2(ŷᵢ − yᵢ) r′(aᵢ)"),
    Line("ReLU", relu(a[i], c), "r(aᵢ)"),
    Line(
        "softmax + squared error",
        2 * prediction[i] * (prediction[i] - y[i] - inner),
        "2ŷᵢ (ŷᵢ − yᵢ − Σⱼ ŷⱼ (ŷⱼ − yⱼ))",
    ),
    Line(
        "softmax + squared error lifted",
        Entries(2 * prediction[i] * (prediction[i] - y[i] - inner), (i, k)),
        "2ŷ ⊙ (ŷ − y − (ŷᵀ(ŷ − y)) 𝟏)",
    ),
    Line("without the assumption", over_k(y[j], j) * prediction[i] - y[i], "(Σⱼ yⱼ) ŷᵢ − yᵢ"),
    Line(
        "softmax Jacobian",
        Entries(
            KroneckerDelta(i, j) * prediction[i] - prediction[i] * prediction[j], (i, k), (j, k)
        ),
        "diag(ŷ) − ŷŷᵀ",
        r"\operatorname{diag}(\hat{y}) - \hat{y} \hat{y}^{\top}",
    ),
    Line(
        "sigmoid Jacobian",
        Entries(KroneckerDelta(i, j) * prediction[i] * (1 - prediction[i]), (i, k), (j, k)),
        "diag(ŷ ⊙ (𝟏 − ŷ))",
    ),
    Line("identity", Entries(KroneckerDelta(i, j), (i, k), (j, k)), "I"),
    Line("Hessian of the squared error", Entries(2 * KroneckerDelta(i, j), (i, k), (j, k)), "2I"),
    Line("entry of the Jacobian", Partial(prediction[i], a[j]), "∂ŷᵢ/∂aⱼ"),
    Line("Jacobian", Entries(Partial(prediction[i], a[j]), (i, k), (j, k)), "∂ŷ/∂a"),
    Line("second derivative", Partial(Partial(L, a[i]), a[j]), "∂²L/∂aᵢ∂aⱼ"),
    Line("second derivative twice", Partial(Partial(L, a[i]), a[i]), "∂²L/∂aᵢ²"),
    Line("Hessian", Entries(Partial(Partial(L, a[i]), a[j]), (i, k), (j, k)), "∇²_a L"),
    Line("batch loss", total(example_loss[m], m, n), "Σₘ ℓₘ"),
    Line("mean loss", total(example_loss[m], m, n) / n, "(1/n) Σₘ ℓₘ"),
    Line("batch slope", Partial(L, A[m, i]), "∂L/∂aₘᵢ"),
    Line("batch gradient by A", Entries(Partial(L, A[m, i]), (m, n), (i, k)), "∇_A L"),
    Line(
        "batch gradient by W",
        Entries(total(batch_error * H[m, q], m, n), *slot),
        "(Ŷ − Y)ᵀH",
        rows="Σₘ (ŷₘ − yₘ) hₘᵀ",
    ),
    Line(
        "mean gradient by W",
        Entries(total(batch_error * H[m, q], m, n) / n, *slot),
        "(1/n) (Ŷ − Y)ᵀH",
        rows="(1/n) Σₘ (ŷₘ − yₘ) hₘᵀ",
    ),
    Line(
        "batch gradient by H", Entries(over_k(batch_error * W[i, q]), (m, n), (q, d)), "(Ŷ − Y) W"
    ),
    Line(
        "batch gradient by b",
        Entries(total(batch_error, m, n), (i, k)),
        "(Ŷ − Y)ᵀ𝟏",
        rows="Σₘ (ŷₘ − yₘ)",
    ),
    Line("batch layer", Entries(total(W[i, r] * H[m, r], r, d), (m, n), (i, k)), "HWᵀ"),
    Line("batch row", total(W[i, r] * H[m, r], r, d), "Wᵢ · hₘ"),
    Line("batch norm", SquaredNorm(Entries(batch_error, (m, n), (i, k))), "‖Ŷ − Y‖_F²"),
    Line(
        "softmax of rows",
        Entries(softmax(Entries(A[m, j], (j, k)), i), (m, n), (i, k)),
        "softmax(A)",
    ),
    Line("softmax of a row", softmax(Entries(A[m, j], (j, k)), i), "softmax(aₘ)ᵢ"),
    Line("log-cosh loss", over_k(log(cosh(error))), "Σᵢ ln cosh(ŷᵢ − yᵢ)"),
    Line("tanh slope", 1 - tanh(a[i]) ** 2, "1 − tanh(aᵢ)²"),
    Line("hyperbolic quotient", sinh(a[i]) / cosh(a[i]), "sinh(aᵢ) / cosh(aᵢ)"),
    Line("softplus", softplus(-a[i]) * y[i], "yᵢ softplus(−aᵢ)"),
    Line("quadratic form", over_k(a[i] * total(W[i, q] * h[q], q, d)), "Σᵢ aᵢ (Wᵢ · h)"),
    Line("column", Entries(W[i, q], (i, k)), "[W_{iq}]ᵢ"),
    Line("minus one", (y[i] - 1) * a[i], "−(1 − yᵢ) aᵢ"),
    Line("kept apart", Mul(-1, 1 - y[i], evaluate=False), "−(1 − yᵢ)"),
    Line("half", Rational(1, 2) * a[i] ** 2, "½ aᵢ²"),
    Line("two thirds", Rational(2, 3) * a[i], "(2/3) aᵢ"),
    Line("zero", L * 0, "0"),
    Line("constant vector", Entries(2 + a[i], (i, k)), "2·𝟏 + a"),
)

EXPRESSIONS = LECTURE + OTHERS
