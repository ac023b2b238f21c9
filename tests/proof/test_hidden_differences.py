"""Differences that hide: tiny, far away, at a kink, or only for many units."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Expr, Integer, Pow, Rational, exp, log

import derive
from derive.derivation import Derivation
from derive.language import Entries, Partial, index, k, quantity, relu, step, total
from derive.proof import normal_form, prove, verify
from derive.proof.components import compare_components
from derive.proof.kinks import OFFSETS, kinks
from derive.proof.meaning import Meaning
from derive.proof.nonzero import is_nonzero
from derive.proof.points import Draw, Point, draw_point, positions
from derive.proof.samples import at_point, compare, derivative_depth, evaluator
from derive.proof.sampling import PLANS
from derive.steps import Definition, Rule, Step
from tests.proof.conftest import I2, LETTERS, definitions_of, expressions

i, j, q = LETTERS.i, LETTERS.j, LETTERS.q
a, y, h, W, L = LETTERS.a, LETTERS.y, LETTERS.h, LETTERS.W, LETTERS.L


def with_a_last_step(extra: Expr) -> Derivation:
    derivation = derive.pair("sigmoid", "logistic").gradient("a")
    last = derivation.steps[-1].after
    wrong = Entries(last.expr + extra, (i, k))
    return replace(derivation, steps=(*derivation.steps, Step(last, wrong, Rule("by hand"))))


HIDDEN = {
    "a ramp far away": relu(a[i] - 5, 1),
    "a step far away": step(a[i] - 7, 0) * a[i],
    "a ramp of a sum": relu(total(a[j], j, k) - 40, 1),
    "a tiny number": Rational(1, 10**40),
    "a tiny exponential": exp(Integer(-200)),
    "a tiny multiple": Rational(1, 10**60) * a[i],
    "a tiny function": exp(-(a[i] ** 2) - 500),
    "a logarithm near one": log(1 + exp(-a[i] - 200)),
    "only for five units": (k - 1) * (k - 2) * (k - 3) * (k - 4) * a[i],
    "only for seven units": (k - 1) * (k - 2) * (k - 3) * (k - 4) * (k - 5) * (k - 6) * y[i],
    "only at a kink": step(a[i] - 5, 1) - step(a[i] - 5, 0),
    "only between two kinks": step(a[i] - 3, 1) - step(a[i] - Rational(3001, 1000), 1),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_difference_is_refuted_with_its_numbers(name: str) -> None:
    report = verify(with_a_last_step(HIDDEN[name]))
    assert not report.ok
    assert report.verdict.kind == "refuted"
    found = report.steps[-1].verdict.counterexample
    assert found is not None
    assert found.left != found.right


CONSTANTS = {
    "an exponential": (exp(Integer(-300)), Integer(0)),
    "exponentials": (exp(Integer(1)) + exp(Integer(2)), exp(Integer(3))),
    "a number": (a[i] + Rational(1, 10**90), a[i]),
    "logarithms": (log(Integer(2)) * log(Integer(3)), log(Integer(5))),
    "what almost cancels": (exp(Rational(1, 10**50)), 1 + Rational(1, 10**50)),
}


@pytest.mark.parametrize("name", CONSTANTS)
def test_a_constant_difference_is_decided_exactly(name: str) -> None:
    left, right = CONSTANTS[name]
    outcomes = {found.outcome for found in compare_components(left, right)}
    assert outcomes == {"different"}
    assert prove(left, right).kind == "refuted"
    assert prove(left, left).kind == "proved"


def test_equal_constants_are_never_different() -> None:
    for left, right in (
        (log(Integer(6)), log(Integer(2)) + log(Integer(3))),
        (exp(Integer(2)) * exp(Integer(-2)), Integer(1)),
        (exp(log(Integer(7))), Integer(7)),
    ):
        assert prove(left, right).kind == "proved"


def test_held_is_neither_ok_nor_refuted_and_says_so() -> None:
    extra = relu(a[i], 1) - relu(a[i], 0)
    derivation = with_a_last_step(extra)
    report = verify(derivation)
    held = report.steps[-1].verdict
    assert (report.ok, report.held, held.held, held.ok) == (False, True, True, False)
    assert str(report.verdict) == f"held on {held.samples} samples"
    number = len(derivation.steps)
    assert str(report).endswith(f"; not refuted, and not proved (step {number})")
    assert verify(derive.pair("linear", "squared-error").gradient("a")).held is False


def test_points_go_far_and_have_many_units() -> None:
    reach = {
        plan.kind: max(
            abs(draw_point((("k", 7),), Draw(plan.kind, 0)).value("a", (place,)))
            for place in range(1, 8)
        )
        for plan in PLANS
    }
    assert reach["near"] <= 2 < reach["wide"] <= 10 < 100 < reach["far"] <= 1000
    assert {6, 7} <= {plan.largest for plan in PLANS}
    assert PLANS[1].largest == 6


def test_points_lie_on_below_and_above_every_kink() -> None:
    ramp = relu(a[i] - 5, 1) + total(step(3 * a[j] + y[j] / 2, 0), j, k)
    meaning = Meaning((Definition(a[i], total(W[i, q] * h[q], q, LETTERS.h.shape[0])),))
    sizes = (("d", 2), ("k", 2))
    seen = set()
    for near in kinks(meaning, ramp):
        at = evaluator(meaning.definitions, sizes, Draw("near", 0), (), 0, near)
        for places in positions(near.argument, near.argument, dict(sizes)):
            found = at.value(near.argument, places)
            assert abs(found - at.number(near.offset)) < 1e-40
        seen.add((near.argument, near.offset))
    assert len(seen) == 2 * len(OFFSETS)
    assert {offset for _, offset in seen} == set(OFFSETS)


def test_a_convention_at_a_shifted_kink_is_seen() -> None:
    known = (Definition(L, total(relu(a[i] - 5, LETTERS.c) ** 2, i, k)),)
    slope = 2 * relu(a[i] - 5, LETTERS.c) * step(a[i] - 5, LETTERS.c)
    assert prove(Partial(L, a[i]), slope, definitions=known).kind == "proved"
    plain = (Definition(L, total(relu(a[i] - 5, 1), i, k)),)
    assert prove(Partial(L, a[i]), step(a[i] - 5, 1), definitions=plain).kind == "proved"
    wrong = prove(Partial(L, a[i]), step(a[i] - 5, 0), definitions=plain)
    assert wrong.kind == "refuted"
    assert wrong.counterexample is not None
    assert dict(wrong.counterexample.numbers)["a[1]"] == 5


def test_a_kink_is_where_the_argument_vanishes_and_nowhere_near() -> None:
    tiny = Rational(1, 10**30)
    point = Point((("k", 1),), lambda name, places: Fraction(1, 2))
    at = at_point((), point, 0)
    assert at.value(step(tiny * a[i], Integer(7)), {i: 1}) == 1
    assert at.value(step(-tiny * a[i], Integer(7)), {i: 1}) == 0
    assert at.value(step(a[i] - Rational(1, 2), Integer(7)), {i: 1}) == 7


@given(expressions(depth=3), st.integers(0, 3), st.sampled_from(("near", "wide", "far")))
@settings(max_examples=60, deadline=None)
def test_an_expression_never_differs_from_itself_rewritten(
    expr: Expr, seed: int, kind: str
) -> None:
    """Whatever cancels far from zero, only true differences are called so."""
    other = exp(a[i]) + total(exp(a[j]), j, k)
    for left, right in (
        (expr, (expr * other + other) / other - 1),
        (Partial(expr, a[I2]), Partial((expr * other + other) / other, a[I2])),
    ):
        depth = max(derivative_depth(left), derivative_depth(right))
        at = evaluator((), (("k", 3),), Draw(kind, seed), (), depth)  # type: ignore[arg-type]
        assert compare(left, right, at)[1] is None


@given(expressions(depth=2), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_enclosures_hold_the_value(expr: Expr, seed: int) -> None:
    for side in (expr, Partial(expr, a[I2])):
        at = evaluator((), (("k", 2),), Draw("near", seed), (), derivative_depth(side))
        narrow = at.enclosing(50, derivative_depth(side))
        for places in positions(side, side, {"k": 2}):
            value = at.value(side, places)
            gap = narrow.value(side, places) - narrow.arithmetic.context.mpf(str(value))
            assert abs(gap).a <= 1e-38 * max(1, abs(value))


@st.composite
def constants(draw: st.DrawFn, depth: int = 2) -> Expr:
    """Draw a number made of fractions, exponentials and logarithms; shrinks to a fraction."""
    number = draw(st.fractions(-3, 3, max_denominator=9))
    plain = Rational(number.numerator, number.denominator)
    if depth == 0:
        return plain
    inner = draw(constants(depth=depth - 1))
    made = {"number": plain, "exp": exp(inner), "log": log(1 + inner**2), "sum": plain + inner}
    return plain * made[draw(st.sampled_from(tuple(made)))]


@given(constants(), constants())
@settings(max_examples=80, deadline=None)
def test_constants_differ_exactly_where_their_values_do(left: Expr, right: Expr) -> None:
    # SymPy writes e^{ln(2)/2} as √2, which is not of the language.
    assume(all(power.exp.is_Integer for power in (left + right).atoms(Pow)))
    nowhere = Point((), lambda name, places: Fraction(0))
    at = at_point((), nowhere, 0)
    difference = normal_form(left - right).plain
    assert difference is not None
    apart = abs(at.value(left, {}) - at.value(right, {})) > 1e-30
    assert is_nonzero([difference], nowhere) == apart
    same = normal_form(left * exp(right) * exp(-right) - left).plain
    assert same is not None
    assert not is_nonzero([same], nowhere)


def test_differences_do_not_depend_on_the_unit_of_measure() -> None:
    """What is compared is relative to what is there, not to one."""
    scale = Rational(1, 10**80)
    small = quantity("a", k)[index("i")] * scale
    assert prove(small * exp(a[i]), small * (exp(a[i]) + Rational(1, 10**9))).kind == "refuted"
    assert prove(small * (1 + a[i]), small + small * a[i]).kind == "proved"


def test_a_step_that_needs_the_pre_activation_is_proved_through_it() -> None:
    """∂L/∂W is differentiated through a, and written out where a does not suffice."""
    known = definitions_of("softmax", "cross-entropy")
    local = Partial(L, W[i, q])
    assert prove(local, Partial(L, a[i]) * h[q], definitions=known).kind == "proved"
    assert prove(local, Partial(L, a[j]) * h[q], definitions=known).kind == "refuted"
    twice = Partial(local, W[j, q])
    through = Partial(Partial(L, a[i]), a[j]) * h[q] ** 2
    assert prove(twice, through, definitions=known).kind == "proved"
    assert prove(twice, through * h[q], definitions=known).kind == "refuted"
    r = LETTERS.r
    written = total(W[i, r] * h[r], r, LETTERS.h.shape[0])
    assert prove(a[i] * h[q], written * h[q], definitions=known).kind == "proved"
