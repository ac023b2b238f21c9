"""The passes towards arrays: one chain of operations each, and places that nothing else needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from mpmath import mp
from sympy import Expr, Rational, Symbol

from derive.generate.buffers import ALIASED, Plan, by_need, chain_and_entry, place
from derive.generate.doubles import signs_as_numbers
from derive.generate.evaluate import evaluate
from derive.generate.lower import RESULTS, lower
from derive.generate.operations import (
    DONE,
    UFUNCS,
    chain_of,
    gives_booleans,
    is_array,
    sides_of,
)
from derive.generate.passes import ARRAY_PASSES, little_plan_of, plan_of, program_of
from derive.generate.program import COUNT, LOSSES, Assignment, Program, read
from derive.generate.separate import separate
from derive.generate.spec import KernelSpec

from .specs import OUTSIDE, SPECS
from .test_passes import POINTS, agree, run

ALL = (*SPECS, *OUTSIDE)
CASES = [
    pytest.param(spec, function, id=f"{spec.module_name}-{function}")
    for spec in ALL
    for function in RESULTS
]
OPERATIONS: dict[str, Any] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "negative": lambda x: -x,
    "square": lambda x: x * x,
    "power": lambda x, y: x ** int(y),
}
FUNCTIONS = {row.function: row for row in UFUNCS}


def operation_value(function: str, operands: list[Any]) -> Any:
    if function in OPERATIONS:
        return OPERATIONS[function](*operands)
    names = [Symbol(f"operand_{number}", real=True) for number in range(len(operands))]
    row = FUNCTIONS[function]
    given = names[:1] if row.function == "maximum" else names
    more = (1,) if row.function == "maximum" else ()
    arrays = {name.name: value for name, value in zip(names, operands, strict=True)}
    return evaluate(row.head(*given, *more), arrays, {})


class Memory:
    """Arrays by their places: a name reads what stands in its place now."""

    def __init__(self, plan: Plan, a: Any, y: Any, leading: int) -> None:
        self.plan, self.leading, self.size = plan, leading, len(a)
        self.arrays: dict[str, Any] = {"y": list(y), "count": 1}
        self.places = {ALIASED: list(a)}
        result = next((r for r in plan.program.results if r != LOSSES), None)
        self.aliased = result if result == "grad_a" else None

    def slot(self, name: str) -> str:
        place = self.plan.places[name]
        return ALIASED if place == self.aliased else place

    def names(self) -> dict[str, Any]:
        held = {
            name: self.places[self.slot(name)]
            for name in self.plan.places
            if self.slot(name) in self.places
        }
        return {"a": self.places[ALIASED], **held, **self.arrays}

    def value(self, expr: Expr, i: int = 0) -> Any:
        return evaluate(expr, self.names(), {"i": i, "leader": self.leading})

    def carry_out(self, one: Assignment) -> None:
        if not one.per_class:
            self.arrays[one.name] = self.value(one.value)
            return
        classes = range(self.size)
        if one.name not in self.plan.places:
            self.arrays[one.name] = [self.value(one.value, i) for i in classes]
            return
        operations, entry = chain_and_entry(one.value)
        slot = self.slot(one.name)
        if not operations:
            source = one.value if entry is None else one.value.args[0]
            self.places[slot] = [self.value(source, i) for i in classes]
        for operation in operations:
            done = list(self.places.get(slot, ()))
            self.places[slot] = [
                operation_value(
                    operation.function,
                    [done[i] if o == DONE else self.value(o, i) for o in operation.operands],
                )
                for i in classes
            ]
        if entry is not None:
            self.places[slot][self.leading] = self.value(entry)

    def run(self) -> dict[str, Any]:
        for one in self.plan.program.assignments:
            self.carry_out(one)
        held = self.names()
        return {name: held[name] for name in self.plan.program.results}


@pytest.mark.parametrize("planned", [plan_of, little_plan_of])
@pytest.mark.parametrize(("spec", "function"), CASES)
def test_a_plan_gives_what_its_program_gives_even_written_over_a(
    spec: KernelSpec, function: str, planned: Callable[[KernelSpec, str], Plan]
) -> None:
    plan = planned(spec, function)
    with mp.workdps(60):
        for a, y in POINTS:
            expected = run(lower(spec, function), a, y, 0)
            for leading in range(len(a)):
                assert agree(expected, Memory(plan, a, y, leading).run())


@pytest.mark.parametrize(("spec", "function"), CASES)
def test_every_array_pass_keeps_the_results(spec: KernelSpec, function: str) -> None:
    program = program_of(spec, function)
    with mp.workdps(60):
        for a, y in POINTS:
            expected = run(program, a, y, 0)
            current = program
            for one in (signs_as_numbers, *ARRAY_PASSES):
                current = one(current)
                for leading in range(len(a)):
                    got = run_with_count(current, a, y, leading)
                    assert agree(expected, got), (one, leading)


def run_with_count(program: Program, a: Any, y: Any, leading: int) -> dict[str, Any]:
    changed = (
        Assignment(one.name, one.value.xreplace({COUNT: 1}), one.per_class)
        for one in program.assignments
    )
    return run(Program(tuple(changed), program.results), a, y, leading)


@pytest.mark.parametrize(("spec", "function"), CASES)
def test_every_array_is_one_chain_and_no_array_of_floats_is_without_a_place(
    spec: KernelSpec, function: str
) -> None:
    plan = plan_of(spec, function)
    for one in plan.program.assignments:
        chain = one.value.args[0] if chain_and_entry(one.value)[1] is not None else one.value
        if one.per_class:
            assert sides_of(chain) == ()
            assert (one.name in plan.places) != gives_booleans(one.value)
    for name in plan.program.results:
        assert name == LOSSES or plan.places[name] == name


@pytest.mark.parametrize(("spec", "function"), CASES)
def test_the_array_passes_are_finished(spec: KernelSpec, function: str) -> None:
    program = plan_of(spec, function).program
    assert separate(program) == program
    assert by_need(program) == program


def test_few_arrays_serve_the_lecture_s_pairs() -> None:
    buffers = {
        spec.module_name: plan_of(spec, "value_and_grad").buffers
        for spec in SPECS
        if spec.module_name in ("linear_squared_error", "sigmoid_logistic", "softmax_cross_entropy")
    }
    assert buffers == {
        "linear_squared_error": 0,
        "sigmoid_logistic": 3,
        "softmax_cross_entropy": 2,
    }


def test_a_place_that_is_still_needed_is_found_out() -> None:
    """Plant a fault: put one array where another stands that is read later."""
    (spec,) = [spec for spec in SPECS if spec.module_name == "sigmoid_logistic"]
    plan = plan_of(spec, "value_and_grad")
    faulty = Plan(plan.program, {**plan.places, "decay": plan.places["offset"]}, plan.over)
    a, y = POINTS[0]
    with mp.workdps(60):
        expected = run(lower(spec, "value_and_grad"), a, y, 0)
        assert agree(expected, Memory(plan, a, y, 0).run())
        assert not agree(expected, Memory(faulty, a, y, 0).run())


def test_an_operand_that_a_later_operation_reads_is_not_written_over() -> None:
    a, y = read("a", True), read("y", True)
    square = Assignment("square", a**2, True)
    again = Assignment("grad_a", read("square", True) * y + read("square", True), True)
    plan = place(separate(Program((square, again), ("grad_a",))))
    with mp.workdps(30):
        got = Memory(plan, (mpmath.mpf(3),), (mpmath.mpf(2),), 0).run()
    assert got["grad_a"] == [27]


def test_every_ufunc_row_is_a_different_function() -> None:
    assert len({row.head for row in UFUNCS}) == len(UFUNCS)


@pytest.mark.parametrize("row", UFUNCS, ids=lambda row: row.head.__name__)
def test_a_chain_begins_with_the_function_of_its_row(row: Any) -> None:
    a, reference = read("a", True), read("reference", False)
    arguments = {
        "with_sign": (a, a),
        "relu": (a, 1),
        "step": (a, Rational(1, 2)),
        "scaled_exp": (a, reference),
        "weighted_gap": (a, a, reference),
    }
    value = row.head(*arguments.get(row.head.__name__, (a,)))
    assert [one.function for one in chain_of(value)] == [row.function]
    assert is_array(value)
