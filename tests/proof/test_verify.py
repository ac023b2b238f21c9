"""The checker, checked: whole derivations with faults planted in every place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Expr, KroneckerDelta, Rational, exp, gamma, log

from derive.derivation import Derivation
from derive.language import Entries, Partial, d, index, k, n, quantity, total
from derive.proof import Refuted, Report, verify, verify_step
from derive.steps import Definition, Rule, Step
from tests.proof.conftest import (
    LETTERS,
    LOSSES,
    SUM_TO_ONE,
    chain,
    definitions_of,
    derivation_of,
    softmax_chains,
)

i, j, q = LETTERS.i, LETTERS.j, LETTERS.q
L, a, y, yh, h, W = (
    LETTERS.L, LETTERS.a, LETTERS.y, LETTERS.prediction, LETTERS.h, LETTERS.W,
)  # fmt: skip


def with_step(derivation: Derivation, place: int, step: Step) -> Derivation:
    steps = (*derivation.steps[:place], step, *derivation.steps[place + 1 :])
    return replace(derivation, steps=steps)


def with_after(derivation: Derivation, place: int, after: Expr) -> Derivation:
    """Change a line, so that the step to it and the step from it still join."""
    changed = with_step(derivation, place, replace(derivation.steps[place], after=after))
    if place + 1 == len(derivation.steps):
        return changed
    following = derivation.steps[place + 1]
    if following.before != derivation.steps[place].after:
        return changed
    return with_step(changed, place + 1, replace(following, before=after))


def test_the_gradients_of_the_lecture_are_proved(
    weight_gradient: Derivation, hidden_gradient: Derivation
) -> None:
    for derivation in (weight_gradient, hidden_gradient):
        report = verify(derivation).raise_if_refuted()
        assert report.ok
        assert all(step.verdict.kind == "proved" for step in report.steps)
        assert report.verdict.kind == "proved"
        assert report.verdict.conditions == (SUM_TO_ONE,)
        assert str(report.verdict) == "proved, given Sum(y[i], (i, 1, k)) = 1"


def test_the_report_says_what_each_route_gave(weight_gradient: Derivation) -> None:
    report = verify(weight_gradient, show=lambda expr: f"‹{expr.func.__name__}›")
    lines = str(report).splitlines()
    assert lines[0].split() == [
        "step", "rule", "normal", "form", "k", "=", "1…4", "samples", "verdict",
    ]  # fmt: skip
    assert len(lines) == 1 + len(weight_gradient.steps) + len(report.result_checks) + 1
    assert lines[-1] == "verdict: proved, given ‹Sum› = ‹One›"
    for step in report.steps:
        assert [route.route for route in step.routes] == ["normal form", "components", "samples"]
        assert [route.outcome for route in step.routes] == ["proved", "equal", "held"]


@pytest.mark.parametrize("place", range(10))
def test_a_factor_in_any_line_is_refuted(weight_gradient: Derivation, place: int) -> None:
    after = weight_gradient.steps[place].after
    factor = Rational(2001, 2000)
    wrong = (
        Entries(after.expr * factor, *after.axes) if isinstance(after, Entries) else after * factor
    )
    report = verify(with_after(weight_gradient, place, wrong))
    assert not report.ok
    assert report.verdict.kind == "refuted"
    assert report.steps[place].verdict.kind == "refuted"
    assert report.steps[place].verdict.counterexample is not None
    with pytest.raises(Refuted, match="≠"):
        report.raise_if_refuted()


def test_a_dropped_assumption_is_conditional(weight_gradient: Derivation) -> None:
    place = next(p for p, step in enumerate(weight_gradient.steps) if step.assumption)
    bare = replace(weight_gradient.steps[place], assumption=None)
    report = verify(with_step(weight_gradient, place, bare))
    verdict = report.steps[place].verdict
    assert verdict.kind == "conditional"
    assert verdict.conditions == (SUM_TO_ONE,)
    assert verdict.counterexample is not None
    assert str(verdict) == "conditional on Sum(y[i], (i, 1, k)) = 1"
    assert not report.ok
    assert report.verdict.kind == "conditional"


def test_without_any_assumption_the_result_is_refuted(weight_gradient: Derivation) -> None:
    steps = tuple(replace(step, assumption=None) for step in weight_gradient.steps)
    report = verify(replace(weight_gradient, steps=steps))
    assert not report.ok
    assert not next(c for c in report.result_checks if c.route == "definition").ok


def test_an_empty_derivation_is_not_ok(weight_gradient: Derivation) -> None:
    report = verify(replace(weight_gradient, steps=()))
    assert not report.ok
    assert report.verdict.kind == "refuted"
    assert "no steps" in str(report)


def test_a_broken_chain_is_found(weight_gradient: Derivation) -> None:
    report = verify(replace(weight_gradient, steps=weight_gradient.steps[1:]))
    assert not report.ok
    assert "step 1 begins with" in report.verdict.reason


def test_a_true_chain_about_nothing_is_found(weight_gradient: Derivation) -> None:
    """Every step holds, but the last chain says nothing about the target."""
    truism = chain(Partial(L, a[i]), Partial(L, a[i]) + 0 * a[i])
    truism = (Step(truism[0].before, truism[0].before, Rule("nothing")),)
    report = verify(replace(weight_gradient, steps=weight_gradient.steps + truism))
    assert not report.ok
    assert "the last chain begins with" in report.verdict.reason


def test_a_wrong_target_is_found(weight_gradient: Derivation) -> None:
    target = Entries(Partial(L, a[i]) * h[q], (i, k), (q, d))
    report = verify(replace(weight_gradient, target=target))
    assert not report.ok
    assert "the last chain begins with" in report.verdict.reason


@pytest.mark.parametrize(
    "definitions",
    [
        definitions_of("sigmoid", "cross-entropy"),
        definitions_of("softmax", "logistic"),
        (Definition(L, 2 * LOSSES["cross-entropy"]), *definitions_of("softmax", "logistic")[1:]),
        definitions_of("softmax", "cross-entropy")[:1],
    ],
    ids=("another output", "another loss", "twice the loss", "no output"),
)
def test_tampered_definitions_are_found(
    weight_gradient: Derivation, definitions: tuple[Definition, ...]
) -> None:
    assert not verify(replace(weight_gradient, definitions=definitions)).ok


def test_circular_and_double_definitions_are_found(weight_gradient: Derivation) -> None:
    known = weight_gradient.definitions
    circular = (*known[:2], Definition(a[i], total(yh[j], j, k)))
    assert (
        "defined by itself" in verify(replace(weight_gradient, definitions=circular)).verdict.reason
    )
    assert (
        "defined 2 times"
        in verify(replace(weight_gradient, definitions=(*known, known[0]))).verdict.reason
    )
    diagonal = (*known[:2], Definition(W[i, i], a[i]))
    assert (
        "different free indices"
        in verify(replace(weight_gradient, definitions=diagonal)).verdict.reason
    )


def test_an_unknown_function_is_unreadable_and_not_ok(weight_gradient: Derivation) -> None:
    report = verify(with_after(weight_gradient, 9, Entries(gamma(a[i]) * h[q], (i, k), (q, d))))
    assert not report.ok
    assert report.steps[9].verdict.kind == "unreadable"
    assert "gamma" in report.steps[9].verdict.reason


def test_a_report_without_checks_is_not_ok(weight_gradient: Derivation) -> None:
    report = verify(weight_gradient)
    assert not replace(report, steps=report.steps[1:]).ok
    assert not replace(report, result_checks=()).ok
    assert not Report(weight_gradient, (), (), report.verdict).ok


def test_a_step_may_use_its_own_assumption_and_no_other() -> None:
    loss, slope, _, _ = softmax_chains()
    step = slope[0]
    assert step.assumption == SUM_TO_ONE
    known = definitions_of("softmax", "cross-entropy")
    assert verify_step(step, known).ok
    assert verify_step(replace(step, assumption=None), known).verdict.kind == "conditional"
    needless = replace(loss[0], assumption=SUM_TO_ONE)
    assert verify_step(needless, known).verdict.condition is None


def test_an_assumption_does_not_rescue_what_is_wrong() -> None:
    known = definitions_of("softmax", "cross-entropy")
    wrong = Step(Partial(L, a[i]), y[i] - yh[i], Rule("a sign"), SUM_TO_ONE)
    assert verify_step(wrong, known).verdict.kind == "refuted"
    other = Step(Partial(yh[i], a[j]), KroneckerDelta(i, j) * yh[i], Rule("half of it"))
    assert verify_step(other, known).verdict.kind == "refuted"


def test_shared_steps_are_checked_once(weight_gradient: Derivation) -> None:
    from derive.proof.routes import _decided

    verify(weight_gradient)
    before = _decided.cache_info()
    verify(weight_gradient)
    after = _decided.cache_info()
    assert after.misses == before.misses
    assert after.hits > before.hits


def test_a_single_chain_is_a_derivation() -> None:
    loss, _, _, _ = softmax_chains()
    assert verify(derivation_of(loss)).ok


def test_the_labels_of_each_example_are_a_known_assumption() -> None:
    m, n_labels = index("m"), quantity("y", n, k)
    scores = quantity("a", n, k)
    bare = Step(
        total(n_labels[m, i] * log(total(exp(scores[m, j]), j, k)), i, k),
        log(total(exp(scores[m, j]), j, k)),
        Rule("the labels sum to one"),
    )
    report = verify_step(bare)
    assert report.verdict.kind == "conditional"
    assert str(report.verdict.condition.left) == "Sum(y[m, i], (i, 1, k))"
