"""Common subexpressions: what is computed twice is computed once, under a name."""

from __future__ import annotations

from collections import Counter

from sympy import Expr, Function, Indexed, KroneckerDelta, Sum, Symbol, preorder_traversal

from derive.generate.primitives import placed, scaled_exp
from derive.generate.program import (
    CLASS,
    LEADER,
    Assignment,
    Program,
    base_name,
    names_in,
    rewrite,
)
from derive.language import Entries, canonical, free_indices, rebuild, substitute

__all__ = [
    "in_order",
    "merge_copies",
    "name_leaders",
    "name_placed",
    "renumber",
    "share_common",
]


def merge_copies(program: Program) -> Program:
    """Give one name to assignments that hold the same; a result keeps its own.

    The name of a result wins, so that no result is a mere copy.
    """
    names: dict[str, Expr] = {}
    kept: list[Assignment] = []
    for assignment in program.assignments:
        value = _renamed(assignment.value, names)
        twin = next((one for one in kept if _same(one, assignment, value)), None)
        if twin is None:
            kept.append(Assignment(assignment.name, value, assignment.per_class))
        elif assignment.name in program.results and twin.name not in program.results:
            renamed = Assignment(assignment.name, twin.value, twin.per_class)
            names = {old: renamed.read if new == twin.read else new for old, new in names.items()}
            names[twin.name] = renamed.read
            kept = [
                renamed
                if one is twin
                else Assignment(one.name, _renamed(one.value, names), one.per_class)
                for one in kept
            ]
        elif assignment.name in program.results:
            kept.append(Assignment(assignment.name, twin.read, assignment.per_class))
        else:
            names[assignment.name] = twin.read
    return Program(tuple(kept), program.results)


def in_order(program: Program) -> Program:
    """Put every assignment behind those that it reads; what is ready keeps its place."""
    waiting = list(program.assignments)
    done: list[Assignment] = []
    while waiting:
        missing = {one.name for one in waiting}
        ready = next(one for one in waiting if not names_in(one.value) & missing)
        done.append(ready)
        waiting.remove(ready)
    return Program(tuple(done), program.results)


def renumber(program: Program) -> Program:
    """Number the names that several assignments would like to have from 2 on, without gaps."""
    names: dict[str, Expr] = {}
    kept: list[Assignment] = []
    seen: Counter[str] = Counter()
    for assignment in program.assignments:
        stem, _, number = assignment.name.rpartition("_")
        wanted = stem if number.isdigit() else assignment.name
        seen[wanted] += 1
        free = wanted if seen[wanted] == 1 else f"{wanted}_{seen[wanted]}"
        kept.append(Assignment(free, _renamed(assignment.value, names), assignment.per_class))
        names[assignment.name] = kept[-1].read
    return Program(tuple(kept), program.results)


def name_placed(program: Program) -> Program:
    """Give every array with its own entry for the leader an assignment of its own."""
    kept: list[Assignment] = []
    for assignment in program.assignments:
        stem = f"{assignment.name}_terms"

        def named(node: Expr, stem: str = stem) -> Expr | None:
            if not isinstance(node, placed):
                return None
            number = sum(one.name.startswith(stem) for one in kept)
            name = stem if number == 0 else f"{stem}_{number + 1}"
            kept.append(Assignment(name, _as_assignment(node), per_class=True))
            return _read_as(node, kept[-1])

        root = assignment.value
        inner = (rewrite(argument, named) for argument in root.args)
        is_root = isinstance(root, placed)
        value = rebuild(root, inner) if is_root else rewrite(root, named)
        kept.append(Assignment(assignment.name, value, assignment.per_class))
    return Program(tuple(kept), program.results)


_LEADERS = {"a": "leading_logit", "logits": "leading_logit", "y": "leading_label"}
"""What the leader's entry of an input is called."""


def name_leaders(program: Program) -> Program:
    """Look the leader's entry of an array up once, where it is read several times.

    Its pre-activation is also read to ask whether exponentials need a shift.
    """
    reads: Counter[Expr] = Counter()
    for assignment in program.assignments:
        nodes = list(preorder_traversal(assignment.value))
        reads.update(node for node in nodes if isinstance(node, Indexed) and LEADER in node.indices)
        reads.update(node.args[1] for node in nodes if isinstance(node, scaled_exp))
    names: dict[Expr, Expr] = {}
    kept: list[Assignment] = []
    for assignment in program.assignments:
        for entry in sorted(assignment.value.atoms(Indexed), key=str):
            if reads[entry] > 1 and entry not in names:
                base = base_name(entry)
                new = Assignment(_LEADERS.get(base, f"leading_{base}"), entry, per_class=False)
                names[entry] = new.read
                kept.append(new)
        value = rewrite(assignment.value, names.get)
        kept.append(Assignment(assignment.name, value, assignment.per_class))
    return Program(tuple(kept), program.results)


def _same(known: Assignment, new: Assignment, value: Expr) -> bool:
    is_copy = value == known.read or canonical(value) == canonical(known.value)
    return known.per_class == new.per_class and is_copy


def _renamed(value: Expr, names: dict[str, Expr]) -> Expr:
    def new_name(node: Expr) -> Expr | None:
        if isinstance(node, Indexed):
            found = names.get(str(node.base.label))
            return None if found is None else substitute(found, {CLASS: node.indices[0]})
        return names.get(str(node)) if isinstance(node, Symbol) and not node.is_integer else None

    return rewrite(value, new_name)


def share_common(program: Program) -> Program:
    """Name every function application and sum that occurs more than once.

    The name says what it is: ``exponential``, ``total``, ``quotient`` …
    """
    program = _by_known_names(program)
    while (repeated := _repeated(program)) is not None:
        program = _with_name(program, repeated)
    return program


def _by_known_names(program: Program) -> Program:
    """Read by its name what an assignment above holds already."""
    kept: list[Assignment] = []
    for assignment in program.assignments:
        known = {canonical(one.value): one for one in kept if one.value.args}

        def by_name(node: Expr, known: dict[Expr, Assignment] = known) -> Expr | None:
            found = known.get(canonical(_as_assignment(node))) if node.args else None
            return None if found is None else _read_as(node, found)

        value = rewrite(assignment.value, by_name)
        kept.append(Assignment(assignment.name, value, assignment.per_class))
    return Program(tuple(kept), program.results)


def _read_as(node: Expr, assignment: Assignment) -> Expr:
    positions = _class_positions(node)
    if not assignment.per_class or not positions:
        return assignment.read
    return substitute(assignment.read, {CLASS: positions[0]})


def _class_positions(node: Expr) -> list[Symbol]:
    free = free_indices(node) & {entry.indices[0] for entry in node.atoms(Indexed)}
    return sorted(free - {LEADER}, key=str)


_WORDS = {
    "exp": "exponential",
    "Sum": "total",
    "log": "logarithm",
    "log1p": "logarithm",
    "clear_sign": "side",
    "sign_bit": "side",
    "with_sign": "signed",
    "step": "slope_of_ramp",
}


def _worth_a_name(node: Expr) -> bool:
    if isinstance(node, Indexed | Entries | KroneckerDelta | placed) or not names_in(node):
        return False
    return isinstance(node, Function | Sum)


def _as_assignment(node: Expr) -> Expr:
    positions = _class_positions(node)
    return substitute(node, {positions[0]: CLASS}) if positions else node


def _repeated(program: Program) -> Expr | None:
    counts: Counter[Expr] = Counter()
    for assignment in program.assignments:
        for node in preorder_traversal(assignment.value):
            if node.args and isinstance(node, Function | Sum) and _worth_a_name(node):
                counts[canonical(_as_assignment(node))] += 1
    for assignment in program.assignments:
        for node in preorder_traversal(assignment.value):
            if counts.get(canonical(_as_assignment(node)) if node.args else node, 0) > 1:
                return _as_assignment(node)
    return None


def _with_name(program: Program, value: Expr) -> Program:
    word = _WORDS.get(value.func.__name__, value.func.__name__)
    number, name = 1, word
    while name in program:
        number += 1
        name = f"{word}_{number}"
    per_class = CLASS in free_indices(value)
    new = Assignment(name, value, per_class)
    wanted = canonical(value)

    def by_name(node: Expr) -> Expr | None:
        if not isinstance(node, Function | Sum) or canonical(_as_assignment(node)) != wanted:
            return None
        return _read_as(node, new)

    assignments: list[Assignment] = []
    for one in program.assignments:
        changed = Assignment(one.name, rewrite(one.value, by_name), one.per_class)
        if changed.value != one.value and new not in assignments:
            assignments.append(new)
        assignments.append(changed)
    return Program(tuple(assignments), program.results)
