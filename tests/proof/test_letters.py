"""Letters and dimensions: one meaning each, and numbers from what they stand for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Integer, KroneckerDelta, Rational, Symbol

import derive
from derive.language import Entries, Partial, d, index, k, n, quantity, relu, step, total
from derive.proof import Mistyped, prove, refute, verify
from derive.proof.letters import check_definitions, check_letters
from derive.steps import Assumption, Definition, Rule, Step
from tests.pairs import LEGAL
from tests.proof.conftest import LETTERS, SUM_TO_ONE

i, j, q = LETTERS.i, LETTERS.j, LETTERS.q
a, y, h, L = LETTERS.a, LETTERS.y, LETTERS.h, LETTERS.L
p = Symbol("p", positive=True)


def test_a_dimension_that_is_only_counted_with_is_a_whole_number_from_one() -> None:
    assert prove(relu(k, 0), k).kind == "proved"
    assert prove(step(k - Rational(1, 2), 0), Integer(1)).held
    assert prove((k - 1) * (k - 2) * (k - 3) * (k - 4), Integer(0)).kind == "refuted"
    found = refute((k - 1) * (k - 2) * (k - 3) * (k - 4), Integer(0))
    assert found is not None
    assert found.sizes == (("k", 5),)
    assert found.numbers == ()


@given(st.sampled_from((k, d, n)), st.integers(1, 3))
@settings(max_examples=9, deadline=None)
def test_no_counterexample_has_a_dimension_below_one(size: Symbol, root: int) -> None:
    found = refute(size - root, Integer(0))
    assert found is not None
    assert dict(found.sizes)[str(size)] >= 1
    assert dict(found.sizes)[str(size)] != root


def test_a_positive_number_is_drawn_positive() -> None:
    assert prove(relu(p, 0), p).kind == "proved"
    found = refute(relu(p, 0), 2 * p)
    assert found is not None
    assert all(number > 0 for _, number in found.numbers)
    real = Symbol("p", real=True)
    assert prove(relu(real, 0), real).kind == "refuted"


MIXED: dict[str, tuple[Expr, Expr, str]] = {
    "two shapes": (y[i], quantity("y", d)[i], r"y is an array \(d\) and an array \(k\)"),
    "an example and a batch": (
        y[i],
        quantity("y", n, k)[index("m"), i],
        r"y is an array \(k\) and an array \(n, k\)",
    ),
    "inside sums": (
        total(y[i], i, k),
        total(quantity("y", d)[i], i, d),
        "y is an array",
    ),
    "a number and an array": (y[i] * Symbol("y", real=True), y[i], "y is a number and an array"),
    "two kinds of number": (p, Symbol("p", real=True), "p is a number and a positive number"),
    "an index over two dimensions": (a[i] * h[i], h[i] * a[i], "index i runs over d and over k"),
    "on both sides": (a[i], h[i], "index i runs over d and over k"),
    "in a sum": (total(h[i], i, k), Integer(0), "index i runs over d and over k"),
    "by a delta": (
        a[i] * total(KroneckerDelta(i, q) * h[q], q, d),
        Integer(0),
        "index i runs over d and over k",
    ),
}


@pytest.mark.parametrize("name", MIXED)
def test_a_letter_with_two_meanings_is_unreadable(name: str) -> None:
    left, right, message = MIXED[name]
    verdict = prove(left, right)
    assert verdict.kind == "unreadable"
    with pytest.raises(Mistyped, match=message):
        check_letters([(left, right)])
    with pytest.raises(Mistyped, match=message):
        refute(left, right)


def test_letters_mean_the_same_in_definitions_and_assumptions() -> None:
    other = quantity("y", d)
    known = (Definition(L, total(other[q], q, d)),)
    assert prove(Partial(L, other[q]), Integer(1), definitions=known).kind == "proved"
    assert prove(total(y[i], i, k) + L, L, definitions=known).kind == "unreadable"
    verdict = prove(total(other[q], q, d), Integer(1), assumptions=(SUM_TO_ONE,))
    assert verdict.kind == "unreadable"


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_every_derivation_uses_each_letter_for_one_thing(output: str, loss: str) -> None:
    for batch in (False, True):
        derivation = derive.pair(output, loss).gradient("W", batch=batch)
        lines = [(step.before, step.after) for step in derivation.steps]
        check_letters(lines, derivation.definitions, derivation.assumptions)


def test_one_derivation_does_not_mix_shapes() -> None:
    derivation = derive.pair("linear", "squared-error").gradient("a")
    batch = derive.pair("linear", "squared-error").gradient("a", batch=True)
    mixed = replace(derivation, steps=(*batch.steps, *derivation.steps))
    report = verify(mixed)
    assert not report.ok
    assert report.verdict.kind == "unreadable"
    assert "array" in report.verdict.reason


DEFINITIONS = {
    "a number": (Definition(Integer(0), a[i]), "0 is defined, which is neither"),
    "a sum": (Definition(a[i] + 1, y[i]), "is defined, which is neither a letter nor an entry"),
    "itself": (Definition(a[i], a[i] + 1), "a is defined by itself"),
    "a diagonal": (Definition(LETTERS.W[i, i], a[i]), "not an entry with different free indices"),
    "one entry": (Definition(a[1], y[1]), "not an entry with different free indices"),
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_what_defines_nothing_is_unreadable(name: str) -> None:
    definition, message = DEFINITIONS[name]
    with pytest.raises(Mistyped, match=message):
        check_definitions((definition,))
    assert prove(a[i], a[i], definitions=(definition,)).kind == "unreadable"
    derivation = derive.pair("sigmoid", "logistic").gradient("a")
    known = (definition, *derivation.definitions[1:])
    assert verify(replace(derivation, definitions=known)).verdict.kind == "unreadable"


def test_numbers_may_be_those_of_python() -> None:
    assert prove(1, 1).kind == "proved"  # type: ignore[arg-type]
    assert prove(1, 2).kind == "refuted"  # type: ignore[arg-type]
    assert prove(Fraction(1, 2), Rational(1, 2)).kind == "proved"  # type: ignore[arg-type]
    assert refute(1, 2) is not None  # type: ignore[arg-type]
    for wrong in ("1", True, None, 0.5):
        assert prove(wrong, 1).kind == "unreadable"  # type: ignore[arg-type]
        with pytest.raises(Mistyped, match="not an expression of SymPy"):
            refute(wrong, 1)  # type: ignore[arg-type]
    one = Assumption("as a number", total(y[i], i, k), 1)  # type: ignore[arg-type]
    assert prove(total(y[i], i, k), Integer(1), assumptions=(one,)).kind == "unreadable"


def test_a_step_of_something_else_is_unreadable() -> None:
    derivation = derive.pair("sigmoid", "logistic").gradient("a")
    step_of_numbers = Step(derivation.result, 1, Rule("by hand"))  # type: ignore[arg-type]
    report = verify(replace(derivation, steps=(*derivation.steps, step_of_numbers)))
    assert report.verdict.kind == "unreadable"
    assert "1 is int" in report.verdict.reason
    array = Entries(a[i], (i, k))
    assert prove(array, array + 1).kind == "unreadable"
