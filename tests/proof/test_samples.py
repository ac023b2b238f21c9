"""The evaluator and its points."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, KroneckerDelta, cosh, exp, gamma, log, sinh, tanh

from derive.errors import UnsupportedExpression
from derive.language import Partial, index, k, n, quantity, relu, sigmoid, softplus, step, total
from derive.proof import Undefined
from derive.proof.points import Point, random_point, simple_point
from derive.proof.samples import at_point, compare, derivative_depth, differ, satisfying
from derive.steps import Assumption, Definition
from tests.proof.conftest import LETTERS, SUM_TO_ONE

i, j, q = LETTERS.i, LETTERS.j, LETTERS.q
a, y, h, W, L, c = LETTERS.a, LETTERS.y, LETTERS.h, LETTERS.W, LETTERS.L, LETTERS.c


def value_at(expr: Expr, number: Fraction) -> mpmath.mpf:
    point = Point((("k", 1),), lambda name, places: number)
    return at_point((), point, derivative_depth(expr)).value(expr, {i: 1, j: 1})


SLOPES = {
    "exp": (exp(a[i]), exp(a[i])),
    "ln": (log(1 + a[i] ** 2), 2 * a[i] / (1 + a[i] ** 2)),
    "sigmoid": (sigmoid(a[i]), sigmoid(a[i]) * sigmoid(-a[i])),
    "softplus": (softplus(a[i]), sigmoid(a[i])),
    "tanh": (tanh(a[i]), 1 - tanh(a[i]) ** 2),
    "cosh": (cosh(a[i]), sinh(a[i])),
    "ramp": (relu(a[i], 0), step(a[i], 0)),
    "square of the ramp": (relu(a[i], 1) ** 2, 2 * relu(a[i], 1)),
}


@pytest.mark.parametrize("name", SLOPES)
@given(st.fractions(-3, 3, max_denominator=100))
@settings(max_examples=20, deadline=None)
def test_difference_quotients_are_derivatives(name: str, number: Fraction) -> None:
    function, slope = SLOPES[name]
    assert not differ(value_at(Partial(function, a[i]), number), value_at(slope, number))


@pytest.mark.parametrize("convention", [Fraction(0), Fraction(1, 2), Fraction(1)])
def test_at_the_kink_the_convention_is_the_slope(convention: Fraction) -> None:
    ramp = relu(a[i], convention)
    for function, slope in (
        (ramp, convention),
        ((ramp - 3) ** 2, -6 * convention),
        (exp(2 * ramp), 2 * convention),
    ):
        found = value_at(Partial(function, a[i]), Fraction(0))
        assert not differ(found, mpmath.mpf(float(slope)))
    assert value_at(ramp, Fraction(0)) == 0
    assert value_at(step(a[i], convention), Fraction(0)) == convention


def test_a_derivative_by_a_defined_quantity_leaves_what_is_beneath_alone() -> None:
    known = (Definition(L, total(a[i] ** 2, i, k)), Definition(a[i], W[i, 1] * h[1]))
    at = at_point(known, random_point((("d", 1), ("k", 2)), 0), 2)
    point = at.point
    size = point.value("W", (2, 1)) * point.value("h", (1,))
    assert not differ(at.value(Partial(L, a[i]), {i: 2}), at.number(2 * size))
    assert not differ(at.value(Partial(Partial(L, a[i]), a[j]), {i: 2, j: 2}), 2)
    assert not differ(at.value(Partial(Partial(L, a[i]), a[j]), {i: 1, j: 2}), 0)
    slope = at.number(2 * size * point.value("h", (1,)))
    assert not differ(at.value(Partial(L, W[i, 1]), {i: 2}), slope)


@given(st.integers(0, 50), st.integers(1, 4), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_points_satisfy_the_assumption(seed: int, classes: int, examples: int) -> None:
    m = index("m")
    labels = quantity("y", n, k)
    each = Assumption("each example", total(labels[m, i], i, k), 1 + 0 * k)
    sizes = (("k", classes), ("n", examples))
    for draw in (random_point, simple_point):
        point = satisfying(draw(sizes, seed), (each,))
        for example in range(1, examples + 1):
            row = [point.value("y", (example, place)) for place in range(1, classes + 1)]
            assert sum(row) == 1


def test_an_assumption_that_no_number_can_meet_is_undefined() -> None:
    square = Assumption("no line", total(y[i] ** 2, i, k), 0 * k + 2)
    with pytest.raises(Undefined, match="not linear"):
        satisfying(random_point((("k", 1),), 0), (square,))
    assert satisfying(random_point((("k", 2),), 0), (SUM_TO_ONE,)).value("y", (1,))


def test_compare_looks_at_every_entry() -> None:
    at = at_point((), random_point((("k", 4),), 0), 0)
    compared, difference = compare(KroneckerDelta(i, j) * a[i], KroneckerDelta(i, j) * a[j], at)
    assert (compared, difference) == (16, None)
    _, difference = compare(a[i] + KroneckerDelta(i, 4), a[i], at)
    assert difference is not None
    assert difference.places == (("i", 4),)


def test_values_that_are_not_there_are_undefined() -> None:
    for nothing in (1 / (a[i] - a[i] ** 2), log(a[i])):
        with pytest.raises(Undefined):
            value_at(nothing, Fraction(0))
    with pytest.raises(UnsupportedExpression, match="gamma"):
        value_at(gamma(a[i]), Fraction(1))


def test_reports_are_the_same_under_every_hash_seed() -> None:
    program = (
        "from tests.proof.conftest import softmax_chains, derivation_of\n"
        "from derive.proof import verify, normal_form\n"
        "from dataclasses import replace\n"
        "derivation = derivation_of(*softmax_chains()[:3])\n"
        "steps = tuple(replace(step, assumption=None) for step in derivation.steps)\n"
        "print(verify(derivation)); print(verify(replace(derivation, steps=steps)))\n"
        "for step in steps[:8]: print(normal_form(step.after))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=os.path.dirname(os.path.dirname(os.path.dirname(__file__))),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(said) == 1
    assert "refuted" in said.pop()
