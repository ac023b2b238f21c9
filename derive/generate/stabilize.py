"""Passes that put stable forms in place and finish a program: each keeps what it computes."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, Expr, Indexed, Mul, Symbol

from derive.generate.matching import fill, match
from derive.generate.primitives import clear_sign, sign_bit
from derive.generate.program import (
    CLASS,
    Assignment,
    Program,
    base_name,
    inline,
    names_in,
    read,
    rewrite,
)
from derive.generate.stable_forms import FINISHING, SIGNS, STABLE, Form
from derive.language import free_indices, softmax, substitute

__all__ = ["drop_unused", "finish", "inline_prediction", "use_stable_forms"]


def drop_unused(program: Program) -> Program:
    """Leave out the assignments that no result needs."""
    needed = set(program.results)
    kept: list[Assignment] = []
    for assignment in reversed(program.assignments):
        if assignment.name in needed:
            kept.append(assignment)
            needed |= names_in(assignment.value)
    return Program(tuple(reversed(kept)), program.results)


def inline_prediction(program: Program) -> Program:
    """Put an elementwise prediction back into the sums and roles where a stable form awaits it.

    A softmax stays a name: `derive.generate.leader` knows how to read it.
    """
    if "prediction" not in program or program["prediction"].value.has(softmax):
        return program
    prediction = (program["prediction"],)
    complement = tuple(one for one in program.assignments if one.name == "complement")

    def inside_sums(node: Expr) -> Expr | None:
        return inline(node, prediction) if isinstance(node, Add) else None

    def unfolded(assignment: Assignment) -> Expr:
        if assignment.name == "slope":
            return inline(inline(assignment.value, complement), prediction)
        return rewrite(assignment.value, inside_sums)

    return Program(
        tuple(Assignment(one.name, unfolded(one), one.per_class) for one in program.assignments),
        program.results,
    )


def use_stable_forms(program: Program) -> Program:
    """Replace every match of the table, naming the parts as its rows say."""
    return _with_forms(program, STABLE)


def finish(program: Program) -> Program:
    """Use the single functions of NumPy for what is left."""
    return _with_forms(program, FINISHING)


def _with_forms(program: Program, table: Sequence[Form]) -> Program:
    engine = _Engine(table)
    for assignment in program.assignments:
        value = rewrite(assignment.value, engine.replace)
        engine.add(Assignment(assignment.name, value, assignment.per_class))
    return Program(tuple(engine.assignments), program.results)


class _Engine:
    """Carries the assignments that the rows bind, in the order in which they are needed."""

    def __init__(self, table: Sequence[Form]) -> None:
        self.table = table
        self.assignments: list[Assignment] = []

    def add(self, assignment: Assignment) -> None:
        self.assignments.append(assignment)

    def replace(self, node: Expr) -> Expr | None:
        """Return the stable form of a node, its parts bound, or None where no row matches."""
        for form in self.table:
            matched = match(form.pattern, node)
            if matched is None:
                continue
            found, left_over = matched
            found = {wildcard: rewrite(value, self.replace) for wildcard, value in found.items()}
            names = dict(found)
            for name, value in form.bindings:
                names[Symbol(name, real=True)] = self._bind(name, fill(value, names))
            result = fill(form.result, names)
            rest = rewrite(left_over, self.replace)
            return Mul(result, rest) if isinstance(form.pattern, Mul) else Add(result, rest)
        return None

    def _bind(self, name: str, value: Expr) -> Expr:
        value = _with_sign_bits(value)
        if isinstance(value.as_coeff_Mul()[1], clear_sign | sign_bit):
            return value
        positions = sorted(free_indices(value) & _class_indices(value), key=str)
        if not positions:
            return self._assign(name, value, per_class=False)
        (position,) = positions
        assigned = self._assign(name, substitute(value, {position: CLASS}), per_class=True)
        return substitute(assigned, {CLASS: position})

    def _assign(self, name: str, value: Expr, *, per_class: bool) -> Expr:
        for known in self.assignments:
            if known.value == value:
                return known.read
        taken = {known.name for known in self.assignments}
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        self.add(Assignment(free, value, per_class))
        return read(free, per_class)


def _with_sign_bits(value: Expr) -> Expr:
    for form in SIGNS:
        matched = match(form.pattern, value)
        if matched is not None and matched[1] == 0:
            return fill(form.result, matched[0])
    return value


def _class_indices(value: Expr) -> frozenset[Symbol]:
    return frozenset(entry.indices[0] for entry in value.atoms(Indexed) if base_name(entry))
