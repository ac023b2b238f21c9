"""Labels of one class: the program without labels means what the whole one means for them."""

from __future__ import annotations

import pytest
from mpmath import mp
from sympy import Integer, S

from derive.generate.doubles import keep_doubles, spare_digits
from derive.generate.inner import factors_of, is_of_entries, split_sums
from derive.generate.lower import RESULTS, lower
from derive.generate.one_hot import for_one_hot
from derive.generate.passes import one_hot_plan_of, program_of
from derive.generate.primitives import log1p, placed
from derive.generate.program import (
    CLASS,
    LEADER,
    LOSSES,
    Assignment,
    Pass,
    Program,
    names_in,
    read,
)
from derive.generate.spec import KernelSpec
from derive.language import index, k, quantity, substitute, total

from .specs import OUTSIDE, SPECS
from .test_buffers import Memory, run_with_count
from .test_passes import POINTS, agree, run

FINISHED = (keep_doubles, spare_digits)
CASES = [
    pytest.param(spec, function, finished, id=f"{spec.module_name}-{function}-{finished.__name__}")
    for spec in (*SPECS, *OUTSIDE)
    for function in RESULTS
    for finished in FINISHED
]
(CROSS_ENTROPY,) = (spec for spec in SPECS if spec.module_name == "softmax_cross_entropy")


def label_of(leading: int, size: int) -> tuple[float, ...]:
    return tuple(float(unit == leading) for unit in range(size))


@pytest.mark.parametrize(("spec", "function", "finished"), CASES)
def test_it_means_what_the_whole_program_means_for_its_labels(
    spec: KernelSpec, function: str, finished: Pass
) -> None:
    program = for_one_hot(program_of(spec, function))
    plan = one_hot_plan_of(spec, function, finished)
    assert (program is None) == (plan is None)
    if program is None or plan is None:
        return
    with mp.workdps(60):
        for a, _ in POINTS:
            for leading in range(len(a)):
                y = label_of(leading, len(a))
                expected = run(lower(spec, function), a, y, 0)
                assert agree(expected, run(program, a, y, leading))
                assert agree(expected, run_with_count(plan.program, a, y, leading))
                assert agree(expected, Memory(plan, a, y, leading).run())


def test_of_the_lecture_s_pairs_cross_entropy_has_one() -> None:
    found = {
        spec.module_name for spec in SPECS if one_hot_plan_of(spec, "value_and_grad", keep_doubles)
    }
    assert found == {"softmax_cross_entropy"}


@pytest.mark.parametrize("finished", FINISHED)
def test_no_label_and_no_difference_is_left(finished: Pass) -> None:
    plan = one_hot_plan_of(CROSS_ENTROPY, "value_and_grad", finished)
    assert plan is not None
    assert all("y" not in names_in(one.value) for one in plan.program.assignments)
    assert plan.buffers == 0


def test_a_faulty_one_is_caught() -> None:
    program = for_one_hot(program_of(CROSS_ENTROPY, "value_and_grad"))
    assert program is not None
    faulty = Program(
        tuple(
            Assignment(one.name, 2 * one.value, one.per_class) if one.name == "doubt" else one
            for one in program.assignments
        ),
        program.results,
    )
    a, y = POINTS[0][0], label_of(1, 3)
    with mp.workdps(60):
        expected = run(lower(CROSS_ENTROPY, "value_and_grad"), a, y, 0)
        assert agree(expected, run(program, a, y, 1))
        assert not agree(expected, run(faulty, a, y, 1))


def test_what_is_rounded_afterwards_is_multiplied_by_a_reciprocal() -> None:
    plans = [one_hot_plan_of(CROSS_ENTROPY, "value_and_grad", finished) for finished in FINISHED]
    divided, multiplied = (plan.program["grad_a"].value.args[0] for plan in plans if plan)
    assert divided == read("rivals", True) / read("partition", False)
    assert multiplied == read("rivals", True) * read("scale", False)
    assert plans[1] is not None
    assert plans[1].program["scale"].value == 1 / read("partition", False)


A, Y = read("a", True), read("y", True)


@pytest.mark.parametrize(
    "value",
    [
        placed(A - 1, S.One, CLASS),
        placed(A, 1 - substitute(A, {CLASS: LEADER}), CLASS),
        placed(A, total(quantity("y", k)[index("j")] ** 2, index("j"), k), CLASS),
        A * Y,
    ],
    ids=str,
)
def test_where_something_is_taken_away_or_a_label_is_left_there_is_none(value: object) -> None:
    assert for_one_hot(Program((Assignment("grad_a", value, True),), ("grad_a",))) is None


@pytest.mark.parametrize(
    ("term", "factors"),
    [(A * Y, (A, Y)), (A**2, (A, A)), (2 * A * Y, None), (A, None), (A**3, None)],
    ids=str,
)
def test_only_products_of_two_arrays_need_no_array(term: object, factors: object) -> None:
    assert factors_of(term) == factors


def test_logarithms_are_added_apart_from_products() -> None:
    j = index("j")
    a, y = quantity("a", k)[j], quantity("y", k)[j]
    both = total(log1p(a) + a * y, j, k)
    program = Program((Assignment(LOSSES, both, False),), (LOSSES,))
    assert is_of_entries(program)
    expected = total(log1p(a), j, k) + total(a * y, j, k)
    assert split_sums(program)[LOSSES].value == expected
    kept = Program((Assignment(LOSSES, total(a + a * y, j, k), False),), (LOSSES,))
    assert split_sums(kept) == kept
    of_example = Assignment("mean", total(a, j, k) / Integer(3), False)
    assert not is_of_entries(Program((of_example, *program.assignments), (LOSSES,)))
