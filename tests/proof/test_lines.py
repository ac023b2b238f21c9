"""The lines of the lecture and of the catalogue: each is proved, and each planted fault refuted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from sympy import Add, Expr, Integer, KroneckerDelta, Rational, cosh, exp, log, tanh

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
    step,
    total,
)
from derive.proof import equal, prove, refute
from derive.steps import Assumption, Definition
from tests.proof.conftest import LETTERS, LOSSES, OUTPUTS, SUM_TO_ONE, definitions_of

i, j, q, r, m = (index(letter) for letter in "ijqrm")
L, a, y, yh, h, b, W = (
    LETTERS.L, LETTERS.a, LETTERS.y, LETTERS.prediction, LETTERS.h, LETTERS.b, LETTERS.W,
)  # fmt: skip
error = yh[i] - y[i]
slope_of_sigmoid = yh[i] * Add(1, -yh[i])
LOG_COSH = total(log(cosh(error)), i, k)


def odds(place: Expr) -> Expr:
    return (yh[place] - y[place]) / Add(1, -yh[place])


GRADIENTS: dict[tuple[str, str], Expr] = {
    ("linear", "squared-error"): 2 * error,
    ("relu", "squared-error"): 2 * error * step(a[i], LETTERS.c),
    ("sigmoid", "squared-error"): 2 * error * slope_of_sigmoid,
    ("softmax", "squared-error"): 2 * yh[i] * (error - total(yh[j] * (yh[j] - y[j]), j, k)),
    ("sigmoid", "logistic"): error,
    ("softmax", "logistic"): odds(i) - yh[i] * total(odds(j), j, k),
    ("sigmoid", "cross-entropy"): -y[i] * Add(1, -yh[i]),
    ("softmax", "cross-entropy"): total(y[j], j, k) * yh[i] - y[i],
    ("tanh", "squared-error"): 2 * error * Add(1, -(yh[i] ** 2)),
    ("linear", "log-cosh"): tanh(error),
}


def meaning_of(output: str, loss: str) -> tuple[Definition, ...]:
    outputs = {**OUTPUTS, "tanh": tanh(a[i])}
    losses = {**LOSSES, "log-cosh": LOG_COSH}
    return (
        Definition(L, losses[loss]),
        Definition(yh[i], outputs[output]),
        Definition(a[i], total(W[i, q] * h[q], q, d) + b[i]),
    )


@dataclass(frozen=True)
class Gradient:
    """The left-hand side of a gradient, and its right-hand side from ∂L/∂a_i."""

    left: Expr
    right: Callable[[Expr], Expr]


WITH_RESPECT_TO = {
    "a": Gradient(Entries(Partial(L, a[i]), (i, k)), lambda g: Entries(g, (i, k))),
    "W": Gradient(
        Entries(Partial(L, W[i, q]), (i, k), (q, d)),
        lambda g: Entries(g * h[q], (i, k), (q, d)),
    ),
    "b": Gradient(Entries(Partial(L, b[i]), (i, k)), lambda g: Entries(g, (i, k))),
    "h": Gradient(
        Entries(Partial(L, h[q]), (q, d)),
        lambda g: Entries(total(g * W[i, q], i, k), (q, d)),
    ),
}


@pytest.mark.parametrize("variable", WITH_RESPECT_TO)
@pytest.mark.parametrize("pair", GRADIENTS, ids=" + ".join)
def test_every_gradient_is_proved(pair: tuple[str, str], variable: str) -> None:
    gradient = WITH_RESPECT_TO[variable]
    verdict = prove(gradient.left, gradient.right(GRADIENTS[pair]), definitions=meaning_of(*pair))
    assert verdict.kind == "proved"
    assert verdict.condition is None


SECOND = {
    ("softmax", "cross-entropy"): total(y[j], j, k)
    * (KroneckerDelta(i, r) * yh[i] - yh[i] * yh[r]),
    ("sigmoid", "logistic"): KroneckerDelta(i, r) * slope_of_sigmoid,
    ("linear", "squared-error"): 2 * KroneckerDelta(i, r),
}


@pytest.mark.parametrize("pair", SECOND, ids=" + ".join)
def test_every_hessian_is_proved(pair: tuple[str, str]) -> None:
    hessian = Entries(Partial(Partial(L, a[i]), a[r]), (i, k), (r, k))
    claim = Entries(SECOND[pair], (i, k), (r, k))
    assert prove(hessian, claim, definitions=meaning_of(*pair)).kind == "proved"


JACOBIANS = {
    "softmax": KroneckerDelta(i, j) * yh[i] - yh[i] * yh[j],
    "sigmoid": KroneckerDelta(i, j) * slope_of_sigmoid,
    "linear": KroneckerDelta(i, j),
}


@pytest.mark.parametrize("output", JACOBIANS)
def test_every_jacobian_is_proved(output: str) -> None:
    known = meaning_of(output, "squared-error")
    assert prove(Partial(yh[i], a[j]), JACOBIANS[output], definitions=known).kind == "proved"


SIGMOID_LINES = (
    L,
    -total(y[i] * log(1 / (1 + exp(-a[i]))) + Add(1, -y[i]) * log(1 - 1 / (1 + exp(-a[i]))), i, k),
    total(y[i] * log(1 + exp(-a[i])) - Add(1, -y[i]) * (-a[i] - log(1 + exp(-a[i]))), i, k),
    total(Add(1, -y[i]) * a[i] + log(1 + exp(-a[i])), i, k),
)
SIGMOID_SLOPES = (
    Partial(L, a[i]),
    1 - y[i] - exp(-a[i]) / (1 + exp(-a[i])),
    1 / (1 + exp(-a[i])) - y[i],
    error,
)
LINEAR_LINES = (
    L,
    SquaredNorm(Entries(total(W[i, q] * h[q], q, d) - y[i], (i, k))),
    total((total(W[i, q] * h[q], q, d) - y[i]) ** 2, i, k),
)


@pytest.mark.parametrize(
    ("pair", "lines"),
    [
        (("sigmoid", "logistic"), SIGMOID_LINES),
        (("sigmoid", "logistic"), SIGMOID_SLOPES),
        (("linear", "squared-error"), LINEAR_LINES),
    ],
)
def test_every_line_of_the_lecture_is_proved(
    pair: tuple[str, str], lines: tuple[Expr, ...]
) -> None:
    for before, after in pairwise(lines):
        assert prove(before, after, definitions=definitions_of(*pair)).kind == "proved"


A, Y, YH, H = quantity("a", n, k), quantity("y", n, k), quantity("ŷ", n, k), quantity("h", n, d)
EACH = Assumption("the labels of an example sum to one", total(Y[m, i], i, k), Integer(1))
BATCH_ERROR = YH[m, i] - Y[m, i]


def batch(scale: Expr) -> tuple[Definition, ...]:
    return (
        Definition(L, -scale * total(total(Y[m, i] * log(YH[m, i]), i, k), m, n)),
        Definition(YH[m, i], softmax(Entries(A[m, j], (j, k)), i)),
        Definition(A[m, i], total(W[i, q] * H[m, q], q, d) + b[i]),
    )


BATCH_GRADIENTS = {
    "a": (A[m, i], ((m, n), (i, k)), BATCH_ERROR),
    "W": (W[i, q], ((i, k), (q, d)), total(BATCH_ERROR * H[m, q], m, n)),
    "b": (b[i], ((i, k),), total(BATCH_ERROR, m, n)),
    "h": (H[m, q], ((m, n), (q, d)), total(BATCH_ERROR * W[i, q], i, k)),
}


@pytest.mark.parametrize("variable", BATCH_GRADIENTS)
@pytest.mark.parametrize("scale", [Integer(1), 1 / n], ids=("sum", "mean"))
def test_every_batch_gradient_is_proved_under_its_assumption(variable: str, scale: Expr) -> None:
    by, axes, claim = BATCH_GRADIENTS[variable]
    verdict = prove(
        Entries(Partial(L, by), *axes),
        Entries(scale * claim, *axes),
        definitions=batch(scale),
        assumptions=(EACH,),
    )
    assert (verdict.kind, verdict.conditions) == ("proved", (EACH,))


SOFTMAX = definitions_of("softmax", "cross-entropy")
LINEAR = definitions_of("linear", "squared-error")
DELTA = KroneckerDelta(i, j)
FAULTS: dict[str, tuple[Expr, Expr, tuple[Definition, ...], tuple[Assumption, ...]]] = {
    "a factor of 2.001": (Partial(L, a[i]), Rational(2001, 1000) * error, LINEAR, ()),
    "a sign": (Partial(L, a[i]), -error, SOFTMAX, (SUM_TO_ONE,)),
    "a dropped term": (Partial(L, a[i]), 2 * yh[i], LINEAR, ()),
    "a swapped index": (Partial(yh[i], a[j]), DELTA * yh[i] - yh[i] ** 2, SOFTMAX, ()),
    "a missing delta": (Partial(yh[i], a[j]), yh[i] - yh[i] * yh[j], SOFTMAX, ()),
    "a dropped assumption": (Partial(L, a[i]), error, SOFTMAX, ()),
    "a transposed matrix": (
        Entries(Partial(L, W[i, q]), (i, k), (q, d)),
        Entries(2 * error * h[q], (q, d), (i, k)),
        LINEAR,
        (),
    ),
    "a wrong dimension": (
        Entries(Partial(L, h[q]), (q, d)),
        Entries(total(2 * error * W[i, q], q, d), (i, k)),
        LINEAR,
        (),
    ),
    "a sum over the wrong index": (
        Partial(L, h[q]),
        total(2 * error * W[i, q], q, d) + 0 * h[q],
        LINEAR,
        (),
    ),
    "the wrong convention at the kink": (
        Partial(L, a[i]),
        2 * error * step(a[i], 1),
        definitions_of("relu", "squared-error"),
        (),
    ),
    "a half left out": (
        SquaredNorm(Entries(error, (i, k))),
        SquaredNorm(Entries(error, (i, k))) / 2,
        (),
        (),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_planted_fault_is_refuted(fault: str) -> None:
    left, right, definitions, assumptions = FAULTS[fault]
    verdict = prove(left, right, definitions=definitions, assumptions=assumptions)
    assert verdict.kind == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.left != verdict.counterexample.right
    again = refute(left, right, definitions=definitions, assumptions=assumptions)
    assert again == verdict.counterexample


SMALLEST = {
    "a factor of 2.001": {"d": 1, "k": 1},
    "a swapped index": {"d": 1, "k": 2},
    "a dropped assumption": {"d": 1, "k": 1},
}


@pytest.mark.parametrize("fault", SMALLEST)
def test_counterexamples_have_the_smallest_shape_and_simple_numbers(fault: str) -> None:
    left, right, definitions, assumptions = FAULTS[fault]
    found = refute(left, right, definitions=definitions, assumptions=assumptions)
    assert found is not None
    assert dict(found.sizes) == SMALLEST[fault]
    assert all(number.denominator <= 2 and abs(number) <= 3 for _, number in found.numbers)
    assert sum(number != 0 for _, number in found.numbers) <= 2


def vanishing_up_to(largest: int) -> Expr:
    product = Integer(1)
    for size in range(1, largest + 1):
        product = product * (k - size)
    return product


def test_an_exact_identity_that_holds_only_for_small_k_is_not_proved() -> None:
    verdict = prove(vanishing_up_to(4) * total(y[i], i, k), Integer(0))
    assert verdict.kind == "refuted"
    assert verdict.counterexample is not None
    assert dict(verdict.counterexample.sizes) == {"k": 5}
    hidden = prove(vanishing_up_to(9) * total(y[i], i, k), Integer(0))
    assert (hidden.kind, hidden.ok, hidden.held, hidden.samples) == ("held", False, True, 12)


def test_wrong_only_at_the_kink_is_refuted() -> None:
    assert prove(relu(a[i], 0), a[i] * step(a[i], 1)).held
    verdict = prove(step(a[i], 0), step(a[i], 1))
    assert verdict.kind == "refuted"
    assert verdict.counterexample is not None
    assert dict(verdict.counterexample.numbers) == {"a[1]": 0}


def test_sigmoid_is_not_its_own_derivative() -> None:
    assert refute(sigmoid(a[i]), sigmoid(-a[i])) is not None
    assert refute(sigmoid(a[i]), 1 - sigmoid(-a[i])) is None


@pytest.mark.parametrize("convention", [Integer(0), Rational(1, 2), Integer(1)])
def test_a_step_is_its_own_square_where_the_convention_is(convention: Expr) -> None:
    slope = step(a[i], convention)
    verdict = prove(slope**2, slope)
    assert verdict.kind == ("proved" if convention**2 == convention else "refuted")
    assert equal(slope**2, slope) == verdict.ok
