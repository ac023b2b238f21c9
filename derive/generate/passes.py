"""The passes in the order in which they are applied."""

from __future__ import annotations

from derive.generate.buffers import Plan, by_need, place
from derive.generate.common import (
    in_order,
    merge_copies,
    name_leaders,
    name_placed,
    renumber,
    share_common,
)
from derive.generate.digits import keep_digits
from derive.generate.doubles import signs_as_numbers
from derive.generate.inner import split_sums
from derive.generate.leader import (
    divide_once,
    forget_unread_leaders,
    fuse_prediction,
    set_leader_apart,
    weigh_gaps,
)
from derive.generate.logits import in_logits, logits_of, with_logits
from derive.generate.lower import lower
from derive.generate.one_hot import for_one_hot
from derive.generate.program import COUNT, DERIVATIVES, Assignment, Pass, Program
from derive.generate.separate import separate
from derive.generate.spec import KernelSpec
from derive.generate.stabilize import (
    drop_unused,
    finish,
    inline_prediction,
    use_stable_forms,
)

__all__ = [
    "ARRAY_PASSES",
    "PASSES",
    "divide_by_count",
    "little_plan_of",
    "one_hot_plan_of",
    "plan_of",
    "program_of",
]

PASSES: tuple[Pass, ...] = (
    drop_unused,
    inline_prediction,
    use_stable_forms,
    set_leader_apart,
    fuse_prediction,
    drop_unused,
    in_order,
    finish,
    merge_copies,
    share_common,
    drop_unused,
    name_placed,
    forget_unread_leaders,
    drop_unused,
    renumber,
)
"""Each keeps what the results mean."""


def divide_by_count(program: Program) -> Program:
    """Divide a derivative by the count of a mean before it is multiplied by a number, if it is.

    The count is 1 for a sum. Other derivatives are divided when they are finished.
    """
    return Program(
        tuple(
            Assignment(one.name, one.value / COUNT, one.per_class)
            if one.name in DERIVATIVES and _is_scaled(one)
            else one
            for one in program.assignments
        ),
        program.results,
    )


def _is_scaled(assignment: Assignment) -> bool:
    value = assignment.value
    return bool(value.is_number or abs(value.as_coeff_Mul()[0]) != 1)


_TO_ARRAYS: tuple[Pass, ...] = (
    divide_by_count,
    divide_once,
    weigh_gaps,
    name_leaders,
    split_sums,
    separate,
)

ARRAY_PASSES: tuple[Pass, ...] = (*_TO_ARRAYS, keep_digits, by_need)
"""What makes a program one of single operations on whole arrays, few of them at a time."""


def plan_of(spec: KernelSpec, function: str) -> Plan:
    """Return the program of one function as operations on arrays, each with its place."""
    return _planned(program_of(spec, function), ARRAY_PASSES)


def little_plan_of(spec: KernelSpec, function: str) -> Plan:
    """Return the plan for so few doubles that the operations are the cost, and not the numbers."""
    program = signs_as_numbers(program_of(spec, function))
    return _planned(program, ARRAY_PASSES)


def one_hot_plan_of(spec: KernelSpec, function: str, finished: Pass) -> Plan | None:
    """Return the plan for a label of 1 for the leader and of 0 for its rivals, if there is one.

    The labelled class is the leader then, exponentials are not scaled, and the arrays are doubles:
    ``finished`` is a pass for what they are to be rounded to, one of `derive.generate.doubles`.
    """
    program = for_one_hot(program_of(spec, function))
    return None if program is None else _planned(program, (*_TO_ARRAYS, finished, by_need))


def _planned(program: Program, passes: tuple[Pass, ...]) -> Plan:
    for one in passes:
        program = one(program)
    return place(program)


def program_of(spec: KernelSpec, function: str) -> Program:
    """Return the program of one function of the module, every pass applied."""
    logits = logits_of(spec)
    program = lower(spec if logits is None else in_logits(spec, logits), function)
    for one in PASSES:
        program = one(program)
    return program if logits is None else with_logits(program, logits)
