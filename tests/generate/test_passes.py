"""The law of every pass: what the results mean stays as it is, whatever class the leader is."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from mpmath import mp
from sympy import Add, Integer, Tuple

from derive.generate import common, leader, stabilize
from derive.generate.evaluate import evaluate
from derive.generate.lower import RESULTS, lower
from derive.generate.passes import PASSES, plan_of, program_of
from derive.generate.primitives import cases
from derive.generate.program import (
    CLASS,
    COUNT,
    LEADER,
    Assignment,
    Program,
    meaning,
    names_in,
    read,
)
from derive.generate.spec import KernelSpec
from derive.language import free_indices, substitute
from derive.proof import prove

from .specs import OUTSIDE, SPECS

ALL = (*SPECS, *OUTSIDE)
POINTS = (
    ((0.5, -1.25, 2.0), (0.3, 0.25, 0.9)),
    ((-0.75, -0.5, -3.0), (1.0, 0.0, 0.0)),
    ((1.5, 0.25), (0.0, 1.0)),
)
CASES = [
    pytest.param(spec, function, id=f"{spec.module_name}-{function}")
    for spec in ALL
    for function in RESULTS
]


def run(program: Program, a: Any, y: Any, leading: int) -> dict[str, Any]:
    """Carry a program out in mpmath, with any class as the leader."""
    arrays: dict[str, Any] = {"a": a, "y": y}
    for one in common.in_order(program).assignments:
        places = range(len(a)) if one.per_class else (0,)
        entries = [evaluate(one.value, arrays, {"i": i, "leader": leading}) for i in places]
        arrays[one.name] = entries if one.per_class else entries[0]
    return {name: arrays[name] for name in program.results}


def entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def agree(left: dict[str, Any], right: dict[str, Any]) -> bool:
    return left.keys() == right.keys() and all(
        abs(x - z) <= mpmath.mpf(10) ** -40 * (1 + abs(x))
        for name in left
        for x, z in zip(entries(left[name]), entries(right[name]), strict=True)
    )


@pytest.mark.parametrize(("spec", "function"), CASES)
def test_every_pass_keeps_the_results(spec: KernelSpec, function: str) -> None:
    program = lower(spec, function)
    with mp.workdps(60):
        for a, y in POINTS:
            expected = run(program, a, y, 0)
            current = program
            for one in PASSES:
                current = one(current)
                for leading in range(len(a)):
                    assert agree(expected, run(current, a, y, leading)), (one, leading)


@pytest.mark.parametrize(("spec", "function"), CASES)
def test_a_finished_program_is_proved_to_be_what_was_derived(
    spec: KernelSpec, function: str
) -> None:
    """By the project's own checker: for every k, any class as the leader, and every shift."""
    derived, finished = lower(spec, function), plan_of(spec, function).program
    for name in finished.results:
        found = meaning(finished, name).xreplace({COUNT: Integer(1)})
        for left, right in cases(Tuple(meaning(derived, name), found)):
            assert str(prove(left, right)) == "proved"


def test_a_finished_program_with_a_fault_is_refuted() -> None:
    (spec,) = [spec for spec in SPECS if spec.module_name == "softmax_cross_entropy"]
    program = plan_of(spec, "value_and_grad").program
    faulty = Program(
        tuple(
            Assignment(one.name, one.value + 1, one.per_class) if one.name == "offset" else one
            for one in program.assignments
        ),
        program.results,
    )
    derived = meaning(lower(spec, "value_and_grad"), "grad_a")
    ((left, right),) = cases(Tuple(derived, meaning(faulty, "grad_a")))
    assert str(prove(left, right)).startswith("refuted")


@pytest.mark.parametrize(("spec", "function"), CASES)
def test_a_finished_program_is_well_formed(spec: KernelSpec, function: str) -> None:
    program = program_of(spec, function)
    known = {"a", "y"}
    for one in program.assignments:
        assert names_in(one.value) <= known, "a name is read before it is assigned"
        assert one.name not in known, "a name is assigned twice"
        assert one.per_class or CLASS not in free_indices(one.value)
        known.add(one.name)
    assert set(program.results) <= known
    read_names = {name for one in program.assignments for name in names_in(one.value)}
    assert set(program.names) <= read_names | set(program.results), "an assignment is not used"


@pytest.mark.parametrize(("spec", "function"), CASES)
def test_the_passes_are_finished(spec: KernelSpec, function: str) -> None:
    """Applied to a finished program, the passes that tidy up change nothing."""
    program = program_of(spec, function)
    for one in (stabilize.drop_unused, stabilize.finish, common.merge_copies, common.in_order):
        assert one(program) == program
    assert common.renumber(program) == program
    assert common.name_placed(program) == program


def test_a_faulty_pass_is_caught() -> None:
    program = program_of(SPECS[6], "value_and_grad")
    changed = tuple(
        Assignment(one.name, 2 * one.value, one.per_class) if one.name == "offset" else one
        for one in program.assignments
    )
    a, y = POINTS[0]
    faulty = Program(changed, program.results)
    assert faulty != program
    assert not agree(run(program, a, y, 0), run(faulty, a, y, 0))


def test_meaning_puts_everything_back() -> None:
    a = read("a", True)
    program = Program(
        (Assignment("double", 2 * a, True), Assignment("square", read("double", True) ** 2, True)),
        ("square",),
    )
    assert meaning(program, "square") == 4 * a**2


def test_copies_share_a_name_and_results_keep_theirs() -> None:
    a = read("a", True)
    program = Program(
        (
            Assignment("first", a**2, True),
            Assignment("second", a**2, True),
            Assignment("result", read("second", True), True),
        ),
        ("result",),
    )
    merged = common.merge_copies(program)
    assert merged.names == ("result",)
    assert merged["result"].value == a**2


def test_no_softmax_no_leader() -> None:
    program = lower(SPECS[0], "value_and_grad")
    assert leader.set_leader_apart(program) is program


@pytest.mark.parametrize(
    ("module", "function", "names"),
    [
        ("softmax_cross_entropy", "value_and_grad", {"shifted", "partition", "label_sum", "doubt"}),
        ("sigmoid_logistic", "value_and_grad", {"decay", "minority", "offset"}),
        ("softmax_logistic", "value_and_grad", {"share", "log_complement", "error"}),
        ("linear_log_cosh", "loss", {"error", "size"}),
    ],
)
def test_names_say_what_they_hold(module: str, function: str, names: set[str]) -> None:
    (spec,) = [spec for spec in ALL if spec.module_name == module]
    assert names <= set(program_of(spec, function).names)


def test_what_labels_alone_give_at_the_leader_has_a_name() -> None:
    """It is exact for 0/1 labels, so nothing may be added to a part of it before the rest."""
    for module in ("softmax_cross_entropy", "softmax_squared_error", "softmax_logistic"):
        (spec,) = [spec for spec in SPECS if spec.module_name == module]
        program = program_of(spec, "value_and_grad")
        total = read("label_sum", False) if module == "softmax_cross_entropy" else 1
        leaders_label = substitute(read("y", True), {CLASS: LEADER})
        assert program["offset"].value == total - leaders_label
        others = [one.value for one in program.assignments if one.name != "offset"]
        sums = {part for value in others for part in value.atoms(Add)}
        assert not any(leaders_label in part.args or -leaders_label in part.args for part in sums)


def test_the_leader_s_gradient_is_written_in_both_its_certainty_and_its_doubt() -> None:
    """Σ y − y_l is 0 for a label of the leader, and −y_l is 0 for one of another class."""
    (spec,) = [spec for spec in SPECS if spec.module_name == "softmax_cross_entropy"]
    value = program_of(spec, "value_and_grad")["grad_a"].value.args[1]
    leaders_label = substitute(read("y", True), {CLASS: LEADER})
    leading, doubt, offset = (read(name, False) for name in ("leading", "doubt", "offset"))
    assert value == leading * offset - doubt * leaders_label


def test_terms_with_a_share_are_gathered() -> None:
    """On the diagonal of the Hessian only −(1 − y_l) · share · other shares is left of them."""
    (spec,) = [spec for spec in SPECS if spec.module_name == "softmax_logistic"]
    value = program_of(spec, "hessian_diagonal")["curvature"].value.args[0]
    share, others = read("share", True), read("other_shares", True)
    assert [term for term in Add.make_args(value) if term.has(share)] == [
        -read("offset", False) * share * others
    ]
