"""The reasons of a step: the equation that is shown, and what is assumed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sympy import Expr, Integer

import derive
from derive.derivation import Derivation
from derive.language import Entries, index, k, n, quantity, sigmoid, total
from derive.proof import verify, verify_step
from derive.steps import Assumption, Rule, Step
from tests.pairs import LEGAL
from tests.proof.conftest import LETTERS, SUM_TO_ONE, definitions_of

i, j = LETTERS.i, LETTERS.j
a, y, yh = LETTERS.a, LETTERS.y, LETTERS.prediction
SOFTMAX = derive.pair("softmax", "cross-entropy").gradient("a")
LABELS = total(y[j], j, k)


def shown_places(derivation: Derivation) -> list[int]:
    return [place for place, step in enumerate(derivation.steps) if step.rule.shown_as_statement]


def with_statement(derivation: Derivation, place: int, left: Expr, right: Expr) -> Derivation:
    steps = list(derivation.steps)
    rule = replace(steps[place].rule, statement=(left, right))
    steps[place] = replace(steps[place], rule=rule)
    return replace(derivation, steps=tuple(steps))


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_every_equation_that_is_shown_is_proved(output: str, loss: str) -> None:
    counted = 0
    for batch in (False, True):
        report = derive.pair(output, loss).gradient("W", batch=batch).verify()
        assert report.ok
        for step in report.steps:
            shown = step.route("statement")
            assert shown.ok == step.step.rule.shown_as_statement
            counted += shown.ok
    assert counted >= 2


PREDICTION = Entries(yh[i], (i, k))
FALSE_REASONS = {
    "another output": (PREDICTION, Entries(sigmoid(a[i]), (i, k))),
    "nothing": (PREDICTION, PREDICTION),
    "nothing, with another index": (PREDICTION, Entries(yh[j], (j, k))),
    "an assumption that the step does not state": (total(y[i], i, k), Integer(1)),
    "a scalar for an array": (PREDICTION, yh[i]),
}


@pytest.mark.parametrize("name", FALSE_REASONS)
def test_a_false_reason_beside_a_true_step_is_found(name: str) -> None:
    place = shown_places(SOFTMAX)[0]
    assert SOFTMAX.steps[place].assumption is None
    report = verify(with_statement(SOFTMAX, place, *FALSE_REASONS[name]))
    assert not report.ok
    assert report.verdict.kind == "refuted"
    assert not report.steps[place].route("statement").ok
    assert report.steps[place].route("normal form").ok
    assert "the reason that is shown" in report.verdict.reason


def test_a_reason_that_is_not_shown_is_a_name_only() -> None:
    place = shown_places(SOFTMAX)[0]
    wrong = with_statement(SOFTMAX, place, PREDICTION, Entries(sigmoid(a[i]), (i, k)))
    steps = list(wrong.steps)
    steps[place] = replace(steps[place], rule=replace(steps[place].rule, shown_as_statement=False))
    assert verify(replace(wrong, steps=tuple(steps))).ok


def test_the_equation_of_the_assumption_is_the_reason_of_its_step_alone() -> None:
    place = shown_places(SOFTMAX)[-1]
    assert SOFTMAX.steps[place].assumption is not None
    renamed = with_statement(SOFTMAX, place, LABELS, Integer(1))
    assert verify(renamed).ok
    for left, right in ((LABELS, Integer(2)), (LABELS**2, Integer(1)), (y[i], Integer(1))):
        report = verify(with_statement(SOFTMAX, place, left, right))
        assert not report.ok
        assert not report.steps[place].route("statement").ok


def test_a_reason_that_cannot_be_read_makes_the_step_unreadable() -> None:
    place = shown_places(SOFTMAX)[0]
    report = verify(with_statement(SOFTMAX, place, PREDICTION, PREDICTION + 1))
    assert report.steps[place].verdict.kind == "unreadable"
    assert not report.ok


def test_a_false_reason_in_saved_json_is_found() -> None:
    text = SOFTMAX.to_json()
    changes: tuple[Callable[[dict[str, Any]], Any], ...] = (
        lambda rule: rule["statement"].__setitem__(1, rule["statement"][0]),
        lambda rule: rule["statement"].__setitem__(0, ["Entries", ["Integer", 1], [["i", "k"]]]),
    )
    for place in shown_places(SOFTMAX):
        for change in changes:
            document = json.loads(text)
            change(document["steps"][place]["rule"])
            assert not Derivation.from_json(json.dumps(document)).verify().ok


VANISHING = Assumption("the labels vanish", y[i], Integer(0))


def test_an_assumption_of_ones_own_is_conditional_where_it_is_not_allowed() -> None:
    known = definitions_of("softmax", "cross-entropy")
    step = Step(total(y[i], i, k), Integer(0), Rule("by hand"), VANISHING)
    assert verify_step(step, known).ok
    for allowed in ((), (SUM_TO_ONE,)):
        verdict = verify_step(step, known, allowed=allowed).verdict
        assert (verdict.kind, verdict.conditions, verdict.ok) == (
            "conditional",
            (VANISHING,),
            False,
        )
    assert verify_step(step, known, allowed=(VANISHING,)).ok


def test_a_derivation_with_an_assumption_of_its_own_is_not_ok() -> None:
    sigmoids = derive.pair("sigmoid", "logistic").gradient("a")
    last = sigmoids.steps[-1]
    wrong = Step(last.after, Entries(yh[i], (i, k)), Rule("the labels vanish"), VANISHING)
    derivation = replace(sigmoids, steps=(*sigmoids.steps, wrong))
    report = verify(derivation, allowed=())
    assert not report.ok
    assert report.verdict.kind == "conditional"
    assert report.verdict.conditions == (VANISHING,)
    assert str(report.verdict) == "conditional on y[i] = 0"
    assert verify(derivation).verdict.kind == "proved"
    assert verify(derivation).verdict.conditions == (VANISHING,)


def test_assumptions_that_contradict_one_another_prove_nothing() -> None:
    last = SOFTMAX.steps[-1]
    wrong = Step(last.after, Entries(yh[i], (i, k)), Rule("the labels vanish"), VANISHING)
    report = verify(replace(SOFTMAX, steps=(*SOFTMAX.steps, wrong)))
    assert not report.ok
    assert "contradict" in report.verdict.reason


def test_what_is_allowed_may_have_other_indices() -> None:
    assert verify(SOFTMAX, allowed=(SUM_TO_ONE,)).ok
    assert verify(SOFTMAX, allowed=(replace(SUM_TO_ONE, left=LABELS, name="renamed"),)).ok
    assert verify(SOFTMAX, allowed=()).verdict.kind == "conditional"
    assert not verify(SOFTMAX, allowed=(replace(SUM_TO_ONE, right=Integer(2)),)).ok
    batch = derive.pair("softmax", "cross-entropy").gradient("a", batch=True)
    labels, u = quantity("y", n, k), index("u")
    each = Assumption("of each example", total(labels[u, j], j, k), Integer(1))
    assert verify(batch, allowed=(each,)).ok
    swapped = Assumption("of each unit", total(labels[u, j], u, n), Integer(1))
    assert verify(batch, allowed=(swapped,)).verdict.kind == "conditional"


def test_what_is_stated_and_not_needed_changes_nothing() -> None:
    first = replace(SOFTMAX.steps[0], assumption=VANISHING)
    derivation = replace(SOFTMAX, steps=(first, *SOFTMAX.steps[1:]))
    report = verify(derivation, allowed=SOFTMAX.assumptions)
    assert report.ok
    assert report.verdict.conditions == SOFTMAX.assumptions


def test_an_assumption_that_no_number_meets_proves_nothing() -> None:
    false = Assumption("nonsense", Integer(0), Integer(1))
    step = Step(y[i], 2 * y[i], Rule("by hand"), false)
    assert not verify_step(step).ok
