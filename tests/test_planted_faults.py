"""Faults planted in saved derivations, in rules and in steps: each must be found.

A derivation is saved as JSON, a fault is put in, and what is read back is verified. No rule is run
again, so a fault can only be found by the routes of the proof.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sympy import Add, Expr, Indexed, KroneckerDelta, Mul, Rational, Sum, log

import derive
from derive.derivation import Derivation
from derive.deriving.writer import Writer
from derive.language import Entries, rebuild
from derive.rules import RULE_TABLES, Rule
from derive.steps import Assumption, Step
from tests.pairs import LEGAL

Fault = Callable[[Expr], Expr | None]


def inside(fault: Fault) -> Fault:
    """Apply a fault to the entry of an array, or to a scalar as it is."""

    def planted(expression: Expr) -> Expr | None:
        if isinstance(expression, Entries):
            changed = fault(expression.expr)
            return None if changed is None else Entries(changed, *expression.axes)
        return fault(expression)

    return planted


def first_place(matches: Callable[[Expr], bool], change: Callable[[Expr], Expr]) -> Fault:
    """Change the first node that matches, in SymPy's own order."""

    def planted(expression: Expr) -> Expr | None:
        if matches(expression):
            return change(expression)
        for place, part in enumerate(expression.args):
            changed = planted(part)
            if changed is not None:
                parts = (*expression.args[:place], changed, *expression.args[place + 1 :])
                return rebuild(expression, parts)
        return None

    return planted


def is_letter(name: str) -> Callable[[Expr], bool]:
    return lambda node: isinstance(node, Indexed) and str(node.base.label) == name


FAULTS: dict[str, Fault] = {
    "a factor of 2.001": inside(lambda expression: Rational(2001, 1000) * expression),
    "the sign": inside(lambda expression: -expression),
    "one more": inside(lambda expression: expression + 1),
    "a label dropped": inside(first_place(is_letter("y"), lambda node: Rational(0))),
    "a term dropped": inside(
        first_place(lambda node: isinstance(node, Add), lambda node: Add(*node.args[1:]))
    ),
    "a delta dropped": inside(
        first_place(lambda node: isinstance(node, KroneckerDelta), lambda node: Rational(1))
    ),
    "a sum dropped": inside(first_place(lambda node: isinstance(node, Sum), lambda node: 2 * node)),
    "a logarithm dropped": inside(
        first_place(lambda node: isinstance(node, log), lambda node: node.args[0])
    ),
}


def tampered(derivation: Derivation, place: int, after: Expr) -> Derivation:
    """Change one line, where it ends a step and where it begins the next."""
    steps = list(derivation.steps)
    old = steps[place].after
    steps[place] = replace(steps[place], after=after)
    if place + 1 < len(steps) and steps[place + 1].before == old:
        steps[place + 1] = replace(steps[place + 1], before=after)
    return replace(derivation, steps=tuple(steps))


def saved(derivation: Derivation) -> Derivation:
    return Derivation.from_json(derivation.to_json())


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_a_saved_derivation_is_verified_again_without_its_rules(output: str, loss: str) -> None:
    for wrt in ("a", "W", "h", "b"):
        derivation = derive.pair(output, loss).gradient(wrt)
        read = saved(derivation)
        assert read == derivation
        assert all(step.rule.rewrite is None for step in read.steps)
        assert read.verify().ok


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_a_wrong_line_in_saved_json_is_refuted(output: str, loss: str, fault: str) -> None:
    derivation = derive.pair(output, loss).gradient("W")
    tried = 0
    for place in range(list(FAULTS).index(fault) % 2, len(derivation.steps), 2):
        after = FAULTS[fault](derivation.steps[place].after)
        if after is None or after == derivation.steps[place].after:
            continue
        tried += 1
        report = saved(tampered(derivation, place, after)).verify()
        assert not report.ok, (fault, place, after)
        assert report.verdict.kind == "refuted"
    if fault in ("a factor of 2.001", "the sign", "one more"):
        assert tried > len(derivation.steps) // 3


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_a_missing_step_breaks_the_chain(output: str, loss: str) -> None:
    derivation = derive.pair(output, loss).gradient("h")
    for place in range(len(derivation.steps) - 1):
        step, after = derivation.steps[place : place + 2]
        if step.after != after.before:
            continue
        steps = derivation.steps[:place] + derivation.steps[place + 1 :]
        if place and derivation.steps[place - 1].after == step.before:
            assert not saved(replace(derivation, steps=steps)).verify().ok
    assert not replace(derivation, steps=()).verify().ok
    with pytest.raises(derive.BrokenDocument, match="steps"):
        saved(replace(derivation, steps=()))
    without_the_last_chain = tuple(step for chain in derivation.chains[:-1] for step in chain)
    assert not saved(replace(derivation, steps=without_the_last_chain)).verify().ok


def test_a_changed_target_or_definition_is_found() -> None:
    derivation = derive.pair("sigmoid", "logistic").gradient("a")
    other = derive.pair("sigmoid", "logistic").gradient("b").target
    assert not saved(replace(derivation, target=other)).verify().ok
    doubled = replace(derivation.definitions[0], right=2 * derivation.definitions[0].right)
    definitions = (doubled, *derivation.definitions[1:])
    assert not saved(replace(derivation, definitions=definitions)).verify().ok


def test_a_derivation_of_another_loss_does_not_pass_under_this_name() -> None:
    squared = derive.pair("sigmoid", "squared-error").gradient("a")
    relabelled = replace(squared, loss="logistic")
    report = saved(relabelled).verify()
    assert not report.ok
    assert "catalogue" in str(report)


@pytest.mark.parametrize("wrt", ["a", "W", "h"])
def test_an_assumption_that_is_not_stated_is_named(wrt: str) -> None:
    derivation = derive.pair("softmax", "cross-entropy").gradient(wrt)
    steps = tuple(replace(step, assumption=None) for step in derivation.steps)
    report = saved(replace(derivation, steps=steps)).verify()
    assert not report.ok
    assert report.verdict.kind in ("conditional", "refuted")
    assert "Σᵢ yᵢ = 1" in str(report)


def test_numbers_in_the_json_text_are_part_of_what_is_checked() -> None:
    text = derive.pair("linear", "squared-error").gradient("a").to_json()
    document = json.loads(text)
    changed = 0
    for step in document["steps"]:
        body = json.dumps(step["after"])
        if '["Integer", 2]' in body:
            wrong = json.loads(body.replace('["Integer", 2]', '["Integer", 3]', 1))
            copy = json.loads(text)
            copy["steps"][document["steps"].index(step)]["after"] = wrong
            assert not Derivation.from_json(json.dumps(copy)).verify().ok
            changed += 1
    assert changed >= 3


MUTABLE = [
    rule
    for table in ("logarithms", "fractions", "sums", "deltas", "hyperbolic functions")
    for rule in RULE_TABLES[table]
]


@pytest.mark.parametrize("rule", MUTABLE, ids=lambda rule: rule.name)
@pytest.mark.parametrize("factor", [Rational(2001, 1000), Rational(-1)])
def test_a_wrong_rule_makes_steps_that_are_refuted(rule: Rule, factor: Rational) -> None:
    assert rule.rewrite is not None
    left = rule.statement[0]

    def wrong(expression: Expr) -> Expr | None:
        made = rule.rewrite(expression) if expression == left else None
        return None if made is None else Mul(factor, made)

    writer = Writer([Step(left, left, rule)])
    writer.apply(replace(rule, rewrite=wrong))
    from derive.proof import verify_step

    report = verify_step(writer.steps[-1])
    assert report.verdict.kind == "refuted"
    assert verify_step(replace(writer.steps[-1], after=writer.line / factor)).verdict.ok


def test_a_reason_that_is_false_or_says_nothing_is_found() -> None:
    derivation = derive.pair("softmax", "cross-entropy").gradient("a")
    step = derivation.steps[1]
    left, _ = step.rule.statement
    other = derive.pair("sigmoid", "logistic").gradient("a").steps[1].rule.statement[1]
    for statement in ((left, other), (left, left)):
        wrong = replace(step, rule=replace(step.rule, statement=statement))
        steps = (derivation.steps[0], wrong, *derivation.steps[2:])
        assert not saved(replace(derivation, steps=steps)).verify().ok


def test_an_assumption_of_ones_own_is_not_accepted() -> None:
    derivation = derive.pair("linear", "squared-error").gradient("a")
    entry = next(node for node in derivation.result.atoms(Indexed) if str(node.base.label) == "y")
    vanish = Assumption("labels vanish", entry, Rational(0))
    last = derivation.steps[-1]
    after = Entries(last.after.expr.xreplace({entry: Rational(0)}), *last.after.axes)
    step = Step(last.after, after, Rule("an assumption"), vanish)
    report = saved(replace(derivation, steps=(*derivation.steps, step))).verify()
    assert not report.ok


def test_a_heading_that_names_no_pair_is_not_verified() -> None:
    derivation = derive.pair("softmax", "cross-entropy").gradient("a")
    for output, loss in (("linear", "cross-entropy"), ("nothing", "cross-entropy")):
        assert not saved(replace(derivation, output=output, loss=loss)).verify().ok
    options = tuple(
        (name, "zzz" if name == "at_kink" else value) for name, value in derivation.options
    )
    assert not saved(replace(derivation, options=options)).verify().ok
