"""A pass: liveness, and which array of memory each array over the classes is written into.

An operation may write over an operand that nothing reads any more, entry by entry, so that a few
arrays serve a whole program. What is placed is the same program; `Plan.places` says where.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sympy import Add, Expr, Indexed, Sum

from derive.generate.operations import (
    DONE,
    Operation,
    chain_of,
    gives_booleans,
    is_array,
)
from derive.generate.primitives import exact_sum, placed
from derive.generate.program import (
    LEADER,
    LOSSES,
    UNITS,
    Assignment,
    Program,
    base_name,
    names_in,
)

__all__ = ["Plan", "by_need", "chain_and_entry", "place"]

ALIASED = "a"
"""The input that a result may be written over: the layer's pre-activations become ∂L/∂a."""


@dataclass(frozen=True)
class Plan:
    """A program with a place for every array of floats over the classes.

    Parameters
    ----------
    program : Program
        Every array is one chain of operations.
    places : dict[str, str]
        The memory of each array: the name of a result, or ``work[n]``.
    over : dict[str, str]
        The array that each array is written over, entry by entry, where it is.
    spares : dict[str, str]
        The memory that nothing else needs while the exact sum of a name is made.
    """

    program: Program
    places: dict[str, str] = field(default_factory=dict)
    over: dict[str, str] = field(default_factory=dict)
    spares: dict[str, str] = field(default_factory=dict)

    @property
    def buffers(self) -> int:
        """How many arrays beside the results the program works in."""
        used = {*self.places.values(), *self.spares.values()}
        return len({place for place in used if place.startswith("work")})

    @property
    def is_elementwise(self) -> bool:
        """Whether entries of one example have nothing to do with each other but in the loss.

        Then a sum over all units of all examples is that of one long example.
        """
        losses = {one.name: one.value for one in self.program.assignments}.get(LOSSES)
        is_plain_sum = losses is None or all(
            isinstance(term.as_coeff_Mul()[1], Sum) for term in Add.make_args(losses)
        )
        of_example = [one for one in self.program.assignments if not one.per_class]
        return (
            is_plain_sum
            and all(one.name == LOSSES for one in of_example)
            and not any(
                one.per_class and (one.value.has(LEADER, Sum) or UNITS in one.value.free_symbols)
                for one in self.program.assignments
            )
            and (losses is None or UNITS not in losses.free_symbols)
        )


def by_need(program: Program) -> Program:
    """Put each assignment right before the first that reads it, the results in their order.

    What is read last is computed last, so that few arrays are alive at a time.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> early, late = Assignment("early", read("a", True) ** 2, True), read("early", True)
    >>> other = Assignment("losses", read("a", True) + 1, True)
    >>> program = Program((early, other, Assignment("grad_a", late, True)), ("losses", "grad_a"))
    >>> by_need(program).names
    ('losses', 'early', 'grad_a')
    """
    known = {one.name: one for one in program.assignments}
    ordered: dict[str, Assignment] = {}

    def visit(name: str) -> None:
        if name not in known or name in ordered:
            return
        for needed in [n for n in known if n in names_in(known[name].value)]:
            visit(needed)
        ordered[name] = known[name]

    for result in program.results:
        visit(result)
    return Program(tuple(ordered.values()), program.results)


def chain_and_entry(value: Expr) -> tuple[tuple[Operation, ...], Expr | None]:
    """Return the operations of an array and, where it has its own entry for the leader, that."""
    if isinstance(value, placed):
        return chain_of(value.args[0]), value.args[1]
    return chain_of(value), None


def place(program: Program) -> Plan:
    """Choose a place for every array of floats over the classes.

    A result is written into its own array, `ALIASED` only once nothing else reads that input.
    """
    placer = _Placer(program)
    for number, assignment in enumerate(program.assignments):
        if assignment.per_class and not gives_booleans(assignment.value):
            placer.settle(number)
        elif assignment.value.has(exact_sum):
            placer.lend(number)
    return Plan(program, placer.places, placer.over, placer.spares)


class _Placer:
    """Carries the places chosen so far and what stands in each of them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.places: dict[str, str] = {}
        self.over: dict[str, str] = {}
        self.spares: dict[str, str] = {}
        self.last = {
            name: number
            for number, one in enumerate(program.assignments)
            for name in names_in(one.value)
        }
        self.last |= {name: len(program.assignments) for name in program.results}
        self.heirs = self._heirs()

    def _heirs(self) -> dict[str, str]:
        """Return the arrays that become a result, entry by entry, and which."""
        found = {name: name for name in self.program.results if name != LOSSES}
        for number in range(len(self.program.assignments) - 1, -1, -1):
            one = self.program.assignments[number]
            if one.name not in found or not one.per_class:
                continue
            for name in self._spare(number):
                if name in self.program and self._may_hold_a_result(self.program.names.index(name)):
                    found[name] = found[one.name]
                    break
        return found

    def _may_hold_a_result(self, number: int) -> bool:
        """Say whether `ALIASED` may be written over by an assignment."""
        is_floats = not gives_booleans(self.program.assignments[number].value)
        return is_floats and (self.last.get(ALIASED, -1) < number or ALIASED in self._spare(number))

    def settle(self, number: int) -> None:
        """Choose where an assignment is written."""
        name = self.program.assignments[number].name
        spare = [one for one in self._spare(number) if one in self.places]
        if name in self.heirs:
            self.places[name] = self.heirs[name]
            spare = [one for one in spare if self.places[one] == self.heirs[name]]
        else:
            spare = [one for one in spare if one not in self.heirs]
            self.places[name] = self.places[spare[0]] if spare else self._empty(number)
        if spare:
            self.over[name] = spare[0]

    def lend(self, number: int) -> None:
        """Choose what an exact sum may work in."""
        self.spares[self.program.assignments[number].name] = self._empty(number)

    def _spare(self, number: int) -> list[str]:
        """Return the arrays that may be written over: read by the first operation, never again.

        An assignment without an operation takes over the array that it names anew.
        """
        value = self.program.assignments[number].value
        operations, entry = chain_and_entry(value)
        source = value if entry is None else value.args[0]
        first = _arrays(operations[0]) if operations else [base_name(source)]
        again = {name for one in operations[1:] for name in _arrays(one)}
        if entry is not None:
            again |= names_in(entry)
        return [one for one in first if self.last.get(one, -1) <= number and one not in again]

    def _empty(self, number: int) -> str:
        occupied = {
            place for name, place in self.places.items() if self.last.get(name, -1) >= number
        }
        count = 0
        while f"work[{count}]" in occupied:
            count += 1
        return f"work[{count}]"


def _arrays(operation: Operation) -> list[str]:
    """Return the names of the arrays that an operation reads, one of them once."""
    found: list[str] = []
    for operand in operation.operands:
        if operand == DONE:
            continue
        for entry in sorted(operand.atoms(Indexed), key=str):
            if base_name(entry) not in found and (is_array(entry) or LEADER in entry.indices):
                found.append(base_name(entry))
    return found
