"""Derivations written by hand, as the rules would make them, for the checker to check."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import strategies as st
from sympy import Add, Expr, Integer, KroneckerDelta, Rational, Symbol, exp, log

from derive.derivation import Derivation
from derive.language import (
    Entries,
    Partial,
    SquaredNorm,
    d,
    index,
    k,
    quantity,
    relu,
    sigmoid,
    softmax,
    step,
    total,
)
from derive.steps import Assumption, Definition, Rule, Step


@dataclass(frozen=True)
class Letters:
    """The letters of the lecture."""

    i = index("i")
    j = index("j")
    q = index("q")
    r = index("r")
    L = Symbol("L", real=True)
    c = Symbol("c", real=True)
    a = quantity("a", k)
    y = quantity("y", k)
    prediction = quantity("ŷ", k)
    h = quantity("h", d)
    b = quantity("b", k)
    W = quantity("W", k, d)


LETTERS = Letters()
i, j, q, r = LETTERS.i, LETTERS.j, LETTERS.q, LETTERS.r
L, a, y, yh, h, W = LETTERS.L, LETTERS.a, LETTERS.y, LETTERS.prediction, LETTERS.h, LETTERS.W

SUM_TO_ONE = Assumption("the labels of an example sum to one", total(y[i], i, k), Integer(1))
PARTITION = total(exp(a[j]), j, k)

OUTPUTS = {
    "linear": a[i],
    "sigmoid": sigmoid(a[i]),
    "softmax": softmax(Entries(a[j], (j, k)), i),
    "relu": relu(a[i], LETTERS.c),
}
LOSSES = {
    "squared-error": SquaredNorm(Entries(yh[i] - y[i], (i, k))),
    "logistic": -total(y[i] * log(yh[i]) + Add(1, -y[i]) * log(Add(1, -yh[i])), i, k),
    "cross-entropy": -total(y[i] * log(yh[i]), i, k),
}


def definitions_of(output: str, loss: str) -> tuple[Definition, ...]:
    """Return what L, ŷ and a stand for."""
    return (
        Definition(L, LOSSES[loss]),
        Definition(yh[i], OUTPUTS[output]),
        Definition(a[i], total(W[i, q] * h[q], q, d)),
    )


def chain(*lines: Expr | tuple[Expr, Assumption]) -> tuple[Step, ...]:
    """Return the steps from each line to the next; a line may bring its assumption."""
    steps = []
    before = lines[0]
    for line in lines[1:]:
        after, assumption = line if isinstance(line, tuple) else (line, None)
        steps.append(Step(before, after, Rule("by hand"), assumption))
        before = after
    return tuple(steps)


def softmax_chains() -> tuple[tuple[Step, ...], ...]:
    """Return the chains of the lecture for softmax and cross-entropy: L, ∂L/∂a, ∇_W L, ∇_h L."""
    labels = total(y[i], i, k)
    linear = -total(y[i] * a[i], i, k)
    loss = chain(
        L,
        -total(y[i] * log(yh[i]), i, k),
        -total(y[i] * log(exp(a[i]) / PARTITION), i, k),
        -total(y[i] * (a[i] - log(PARTITION)), i, k),
        linear + labels * log(PARTITION),
        (linear + log(PARTITION), SUM_TO_ONE),
    )
    delta = KroneckerDelta(i, j)
    slope = chain(
        Partial(L, a[i]),
        (-total(y[j] * delta, j, k) + total(exp(a[j]) * delta, j, k) / PARTITION, SUM_TO_ONE),
        -y[i] + exp(a[i]) / PARTITION,
        yh[i] - y[i],
    )
    error = yh[i] - y[i]
    weights = chain(
        Entries(Partial(L, W[i, q]), (i, k), (q, d)),
        Entries(Partial(L, a[i]) * Partial(a[i], W[i, q]), (i, k), (q, d)),
        (Entries(error * h[q], (i, k), (q, d)), SUM_TO_ONE),
    )
    hidden = chain(
        Entries(Partial(L, h[q]), (q, d)),
        Entries(total(Partial(L, a[i]) * Partial(a[i], h[q]), i, k), (q, d)),
        (Entries(total(error * W[i, q], i, k), (q, d)), SUM_TO_ONE),
    )
    return loss, slope, weights, hidden


def derivation_of(*chains: tuple[Step, ...]) -> Derivation:
    """Return the derivation for softmax and cross-entropy with the given chains."""
    return Derivation(
        "softmax",
        "cross-entropy",
        chains[-1][0].before,
        definitions_of("softmax", "cross-entropy"),
        tuple(step for part in chains for step in part),
    )


@pytest.fixture
def letters() -> Letters:
    return LETTERS


@pytest.fixture
def weight_gradient() -> Derivation:
    loss, slope, weights, _ = softmax_chains()
    return derivation_of(loss, slope, weights)


@pytest.fixture
def hidden_gradient() -> Derivation:
    loss, slope, _, hidden = softmax_chains()
    return derivation_of(loss, slope, hidden)


I1, I2 = index("i"), index("j")
BOUND = tuple(index(letter) for letter in ("l", "p", "t"))


@st.composite
def leaves(draw: st.DrawFn, places: tuple[Symbol, ...]) -> Expr:
    """Draw an entry, a δ or a small number; shrinks towards a_i."""
    kind = draw(st.sampled_from(("a", "y", "number", "delta")))
    place = draw(st.sampled_from(places))
    if kind == "number":
        return draw(st.sampled_from((Integer(1), Integer(2), Integer(-1), Rational(1, 2))))
    if kind == "delta":
        return KroneckerDelta(place, draw(st.sampled_from(places)))
    return (a if kind == "a" else y)[place]


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3, places: tuple[Symbol, ...] = (I1, I2)) -> Expr:
    """Draw a scalar expression of the language in the free indices i and j; shrinks to a leaf."""
    if depth == 0:
        return draw(leaves(places))
    kind = draw(
        st.sampled_from(("leaf", "add", "multiply", "sum", "exp", "log", "quotient", "ramp"))
    )
    if kind == "leaf":
        return draw(leaves(places))
    if kind == "sum":
        bound = BOUND[depth - 1]
        return total(draw(expressions(depth=depth - 1, places=(bound, *places))), bound, k)
    first = draw(expressions(depth=depth - 1, places=places))
    if kind in ("add", "multiply"):
        second = draw(expressions(depth=depth - 1, places=places))
        return first + second if kind == "add" else first * second
    entry = draw(leaves(places))
    if kind == "ramp":
        return first * draw(st.sampled_from((relu, step)))(entry, draw(st.sampled_from((0, 1))))
    positive = 1 + exp(entry) if draw(st.booleans()) else total(exp(a[BOUND[0]]), BOUND[0], k)
    return first * {"exp": exp(entry), "log": log(positive), "quotient": 1 / positive}[kind]
