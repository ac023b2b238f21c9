"""The loops of a program: they mean what it means, whatever class the leader is, in few passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from mpmath import mp
from sympy import Expr, Sum

from derive.generate.evaluate import evaluate
from derive.generate.loops import (
    Loop,
    LoopNest,
    Reduction,
    loops_of,
    origin,
    position_of_largest,
    smallest,
)
from derive.generate.numba_module import loop_program
from derive.generate.passes import program_of
from derive.generate.program import CLASS, Assignment, Program, names_in, read, rewrite
from derive.generate.spec import KernelSpec
from derive.language import Entries, index, k, quantity, substitute, total

from .specs import SPECS
from .test_passes import ALL, CASES, POINTS, agree, run

J = index("j")


def unscaled(value: Expr) -> Expr:
    """Scale by the reference: the forms hold for every scale."""
    return rewrite(value, lambda node: node.args[0] if isinstance(node, origin) else None)


def gathered(reduction: Reduction, arrays: dict[str, Any], leading: int) -> Any:
    if reduction.head is position_of_largest:
        return leading
    if reduction.head is smallest:
        places = range(len(arrays["a"]))
        return min(evaluate(reduction.term, arrays, {"i": place}) for place in places)
    term = substitute(unscaled(reduction.term), {CLASS: J})
    vector = total(term, J, k) if reduction.head is Sum else Entries(term, (J, k))
    value = vector if reduction.head is Sum else reduction.head(vector)
    return evaluate(value, arrays, {"leader": leading})


def carried_out(nest: LoopNest, a: Any, y: Any, leading: int) -> dict[str, Any]:
    """Carry the loops out in mpmath: what is kept in no row is forgotten behind its loop."""
    arrays: dict[str, Any] = {"a": a, "y": y}
    results: dict[str, Any] = {}
    for one in nest.steps:
        here = dict(arrays)
        for assignment in one.assignments if isinstance(one, Loop) else (one,):
            places = range(len(a)) if assignment.per_class else (0,)
            value = unscaled(assignment.value)
            entries = [evaluate(value, here, {"i": i, "leader": leading}) for i in places]
            here[assignment.name] = entries if assignment.per_class else entries[0]
            if assignment.name in nest.results:
                results[assignment.name] = here[assignment.name]
            if assignment.name in nest.rows or not assignment.per_class:
                arrays[assignment.name] = here[assignment.name]
        for reduction in one.reductions if isinstance(one, Loop) else ():
            arrays[reduction.name] = gathered(reduction, here, leading)
            if reduction.name in nest.results:
                results[reduction.name] = arrays[reduction.name]
    return {name: results[name] for name in nest.results}


@pytest.mark.parametrize(("spec", "function"), CASES)
def test_loops_keep_the_results(spec: KernelSpec, function: str) -> None:
    program = program_of(spec, function)
    nest = loops_of(program)
    with mp.workdps(60):
        for a, y in POINTS:
            for leading in range(len(a)):
                expected = run(program, a, y, leading)
                assert agree(expected, carried_out(nest, a, y, leading)), leading


@pytest.mark.parametrize(("spec", "function"), CASES)
def test_nothing_is_computed_in_vain(spec: KernelSpec, function: str) -> None:
    nest = loops_of(loop_program(spec, function))
    for number, one in enumerate(nest.steps):
        later = [name for step in nest.steps[number + 1 :] for name in names_read_by(step)]
        if isinstance(one, Assignment):
            assert one.name in {*later, *nest.results}
            continue
        here = names_read_by(one)
        for assignment in one.assignments:
            is_kept = assignment.name in nest.rows and assignment.name in later
            assert is_kept or assignment.name in {*here, *nest.results}
        assert {reduction.name for reduction in one.reductions} <= {*later, *nest.results, "leader"}


def names_read_by(step: Any) -> set[str]:
    if not isinstance(step, Loop):
        return set(names_in(step.value))
    values = [*(o.value for o in step.assignments), *(o.term for o in step.reductions)]
    return {name for value in values for name in names_in(value)}


@pytest.mark.parametrize(
    ("module", "function", "loops", "rows"),
    [
        ("linear_squared_error", "value_and_grad", 1, ()),
        ("sigmoid_squared_error", "hessian_diagonal", 1, ()),
        ("linear_log_cosh", "value_and_grad", 1, ()),
        ("softmax_cross_entropy", "loss", 2, ("powers",)),
        ("softmax_cross_entropy", "value_and_grad", 3, ("powers",)),
        ("softmax_squared_error", "value_and_grad", 4, ("powers", "prediction")),
        ("softmax_logistic", "value_and_grad", 4, ("powers", "nearby_powers", "prediction")),
    ],
)
def test_there_are_as_many_loops_as_sums_wait_for_each_other(
    module: str, function: str, loops: int, rows: tuple[str, ...]
) -> None:
    (spec,) = [spec for spec in ALL if spec.module_name == module]
    nest = loops_of(loop_program(spec, function))
    assert (len(nest.loops), nest.rows) == (loops, rows)


def test_what_is_quick_is_computed_again_and_the_rest_is_kept() -> None:
    a = read("a", True)
    mean = Assignment("mean", total(quantity("quick", k)[J] * quantity("slow", k)[J], J, k), False)
    program = Program(
        (
            Assignment("quick", 2 * a, True),
            Assignment("slow", 1 / a, True),
            mean,
            Assignment("result", (read("quick", True) + read("slow", True)) * mean.read, True),
        ),
        ("result",),
    )
    nest = loops_of(program)
    assert nest.rows == ("slow",)
    assert [one.name for one in nest.loops[0].assignments] == ["quick", "slow"]
    assert [one.name for one in nest.loops[1].assignments] == ["quick", "result"]


def test_two_sums_of_the_same_are_one() -> None:
    labels = total(quantity("y", k)[J], J, k)
    program = Program((Assignment("losses", 2 * labels / (1 + labels), False),), ("losses",))
    (loop,) = loops_of(program).loops
    assert [one.name for one in loop.reductions] == ["loss_sum"]


@pytest.mark.parametrize("name", ["rivals", "others", "offset", "grad_a"])
def test_a_faulty_loop_is_caught(name: str) -> None:
    program = program_of(SPECS[6], "value_and_grad")
    nest, (a, y) = loops_of(program), POINTS[0]

    def doubled(step: Any) -> Any:
        if isinstance(step, Loop):
            terms = (replace(o, term=2 * o.term) if o.name == name else o for o in step.reductions)
            return Loop(tuple(map(doubled, step.assignments)), tuple(terms))
        return replace(step, value=2 * step.value) if step.name == name else step

    faulty = replace(nest, steps=tuple(map(doubled, nest.steps)))
    assert faulty != nest
    with mp.workdps(60):
        expected = run(program, a, y, 0)
        assert agree(expected, carried_out(nest, a, y, 0))
        assert not agree(expected, carried_out(faulty, a, y, 0))


def test_a_row_that_is_not_kept_is_missed() -> None:
    nest = loops_of(loop_program(SPECS[6], "value_and_grad"))
    a, y = POINTS[0]
    with pytest.raises(KeyError, match="powers"):
        carried_out(replace(nest, rows=()), a, y, 0)
