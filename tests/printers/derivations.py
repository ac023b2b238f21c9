"""Derivations written by hand, with the lines of the lecture, for the printers to show."""

from __future__ import annotations

from sympy import Expr, Integer, KroneckerDelta, exp, log

from derive.derivation import Derivation
from derive.language import Entries, Partial, SquaredNorm, softmax, step, total
from derive.language import d as hidden
from derive.language import k as units
from derive.language import n as examples
from derive.steps import Assumption, Definition, Rule, Step
from tests.expressions import (
    A,
    H,
    L,
    P,
    W,
    Y,
    a,
    batch_error,
    error,
    exponentials,
    h,
    i,
    j,
    logistic,
    m,
    over_k,
    prediction,
    q,
    r,
    row,
    slot,
    y,
)

SUM_TO_ONE = Assumption("the labels of an example sum to one", over_k(y[i]), Integer(1))
SOFTMAX = Rule(
    "name",
    (
        Entries(prediction[i], (i, units)),
        Entries(softmax(Entries(a[j], (j, units)), i), (i, units)),
    ),
    shown_as_statement=True,
)


def chain(left: Expr, *lines: tuple[Expr, str | Rule]) -> tuple[Step, ...]:
    steps, before = [], left
    for after, rule in lines:
        steps.append(Step(before, after, Rule(rule) if isinstance(rule, str) else rule))
        before = after
    return tuple(steps)


def softmax_cross_entropy() -> Derivation:
    log_sum = log(exponentials)
    distributed = -over_k(y[i] * a[i]) + over_k(y[i]) * log_sum
    normed = -over_k(y[i] * a[i]) + log_sum
    steps = chain(
        L,
        (-over_k(y[i] * log(prediction[i])), "definition"),
        (-over_k(y[i] * log(exp(a[i]) / exponentials)), SOFTMAX),
        (-over_k(y[i] * (a[i] - log_sum)), "logarithm of a quotient"),
        (distributed, "what does not depend on i leaves the sum"),
    )
    steps += (Step(distributed, normed, Rule("labels sum to one"), SUM_TO_ONE),)
    slope = (
        -over_k(y[j] * KroneckerDelta(i, j), j)
        + over_k(exp(a[j]) * KroneckerDelta(i, j), j) / exponentials
    )
    steps += chain(
        Partial(L, a[i]),
        (slope, "differentiate"),
        (-y[i] + exp(a[i]) / exponentials, "contract δ"),
        (error, "name the prediction"),
    )
    steps += layer_steps()
    definitions = (
        Definition(L, -over_k(y[i] * log(prediction[i]))),
        Definition(prediction[i], softmax(Entries(a[j], (j, units)), i)),
        Definition(a[i], row),
    )
    target = Entries(Partial(L, h[q]), (q, hidden))
    options = (("with_respect_to", "h"), ("batch", False))
    return Derivation("softmax", "cross-entropy", target, definitions, steps, options)


def layer_steps() -> tuple[Step, ...]:
    over_q = ((q, hidden),)
    return (
        *chain(a[i], (row, "definition")),
        *chain(
            Partial(a[j], W[i, q]),
            (total(KroneckerDelta(i, j) * KroneckerDelta(q, r) * h[r], r, hidden), "differentiate"),
            (KroneckerDelta(i, j) * h[q], "contract δ"),
        ),
        *chain(
            Entries(Partial(L, W[i, q]), *over_q),
            (
                Entries(Partial(L, a[i]) * Partial(a[i], W[i, q]), *over_q),
                "chain rule; only aᵢ depends on Wᵢ",
            ),
            (Entries(error * h[q], *over_q), "put in the derivatives"),
        ),
        *chain(
            Entries(Partial(L, W[i, q]), *slot),
            (Entries(error * h[q], *slot), "all rows together"),
        ),
        *chain(
            Entries(Partial(L, h[q]), *over_q),
            (Entries(over_k(Partial(L, a[i]) * Partial(a[i], h[q])), *over_q), "chain rule"),
            (Entries(over_k(error * W[i, q]), *over_q), "put in the derivatives"),
        ),
    )


def sigmoid_logistic() -> Derivation:
    below = log(1 + exp(-a[i]))
    loss = -over_k(y[i] * log(prediction[i]) + (1 - y[i]) * log(1 - prediction[i]))
    steps = chain(
        L,
        (loss, "definition"),
        (-over_k(y[i] * log(logistic) + (1 - y[i]) * log(1 - logistic)), "ŷ = s(a)"),
        (
            over_k(y[i] * below - (1 - y[i]) * log(exp(-a[i]) / (1 + exp(-a[i])))),
            "logarithm of a quotient; one minus the logistic function",
        ),
        (over_k(y[i] * below - (1 - y[i]) * (-a[i] - below)), "logarithm of a quotient"),
        (over_k((1 - y[i]) * a[i] + below), "collect"),
    ) + chain(
        Partial(L, a[i]),
        (1 - y[i] - exp(-a[i]) / (1 + exp(-a[i])), "differentiate"),
        (logistic - y[i], "common denominator"),
        (error, "name the prediction"),
    )
    return Derivation("sigmoid", "logistic", Partial(L, a[i]), (Definition(L, loss),), steps)


def linear_squared_error() -> Derivation:
    norm = SquaredNorm(Entries(error, (i, units)))
    written = SquaredNorm(Entries(row - y[i], (i, units)))
    inner = total(W[i, r] * h[r], r, hidden)
    steps = (
        chain(
            L,
            (norm, "definition"),
            (written, "ŷ = Wh"),
            (over_k((row - y[i]) ** 2), "squared norm"),
        )
        + chain(
            Entries(Partial(L, W[i, q]), (q, hidden)),
            (Entries(2 * (inner - y[i]) * h[q], (q, hidden)), "differentiate"),
            (Entries(2 * error * h[q], (q, hidden)), "name the prediction"),
        )
        + chain(
            Entries(Partial(L, h[q]), (q, hidden)),
            (Entries(over_k(2 * (inner - y[i]) * W[i, q]), (q, hidden)), "differentiate"),
            (Entries(over_k(2 * error * W[i, q]), (q, hidden)), "name the prediction"),
        )
    )
    target = Entries(Partial(L, h[q]), (q, hidden))
    return Derivation("linear", "squared-error", target, (Definition(L, norm),), steps)


def relu_squared_error() -> Derivation:
    loss = over_k(error**2)
    steps = chain(L, (loss, "definition")) + chain(
        Partial(L, a[i]), (2 * error * step(a[i], 1), "differentiate")
    )
    return Derivation("relu", "squared-error", Partial(L, a[i]), (Definition(L, loss),), steps)


def batch() -> Derivation:
    loss = total(over_k(-Y[m, i] * log(P[m, i])), m, examples)
    by_weights = Entries(total(batch_error * H[m, q], m, examples), *slot)
    by_hidden = Entries(over_k(batch_error * W[i, q]), (m, examples), (q, hidden))
    steps = (
        *chain(L, (loss, "definition")),
        *chain(Partial(L, A[m, i]), (batch_error, "as for one example")),
        *chain(Entries(Partial(L, W[i, q]), *slot), (by_weights, "chain rule through A = HWᵀ")),
        *chain(Entries(Partial(L, H[m, q]), (m, examples), (q, hidden)), (by_hidden, "chain rule")),
    )
    target = Entries(Partial(L, W[i, q]), *slot)
    return Derivation(
        "softmax", "cross-entropy", target, (Definition(L, loss),), steps, (("batch", True),)
    )


DERIVATIONS = {
    "softmax": softmax_cross_entropy(),
    "sigmoid": sigmoid_logistic(),
    "linear": linear_squared_error(),
    "relu": relu_squared_error(),
    "batch": batch(),
}
