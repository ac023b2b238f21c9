"""The program of an example with one label, of 1, which is known: labels say which entries matter.

A form of `derive.generate.leader` holds for any class as the leader. With the labelled class in its
place the labels are 0 for every rival and 1 for the leader, so that they leave the program. What is
left is used only where nothing is taken away in it: then it is exact whichever class is labelled,
though the labelled one need not be the largest.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Add, Expr, Indexed, Mul, S, Sum, exp

from derive.generate.common import merge_copies
from derive.generate.operations import is_negative
from derive.generate.primitives import finite, placed, scaled_exp
from derive.generate.program import (
    CLASS,
    LEADER,
    LOGITS,
    Assignment,
    Program,
    base_name,
    inline,
    names_in,
    rewrite,
)
from derive.generate.stabilize import drop_unused
from derive.language import rebuild, substitute

__all__ = ["for_one_hot"]

_LABELS = "y"


def for_one_hot(program: Program) -> Program | None:
    """Return a program that means the same where the leader alone has a label, and that is 1.

    None where labels or differences would be left, and for logits that are not a itself.
    Exponentials are not scaled.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> label = substitute(read("y", True), {CLASS: LEADER})
    >>> entry = placed(2 * read("a", True) - read("y", True), 3 - label, CLASS)
    >>> for_one_hot(Program((Assignment("grad_a", entry, True),), ("grad_a",)))["grad_a"].value
    placed(2*a[i], 2, i)
    """
    has_leader = any(one.value.has(LEADER, placed) for one in program.assignments)
    if not has_leader or LOGITS in program:
        return None
    known: list[Assignment] = []
    for one in program.assignments:
        value = inline(one.value, [other for other in known if other.value.is_number])
        known.append(replace(one, value=_without_labels(value, known)))
    changed = merge_copies(drop_unused(Program(tuple(known), program.results)))
    values = [one.value for one in changed.assignments]
    has_labels = any(_LABELS in names_in(value) for value in values)
    return None if has_labels or any(_takes_away(value) for value in values) else changed


def _without_labels(value: Expr, known: list[Assignment]) -> Expr:
    """Put in what a one-hot label makes of an expression, and of what is read of the leader."""
    arrays = {one.name: one.value for one in known if one.per_class}

    def change(node: Expr) -> Expr | None:
        if isinstance(node, placed):
            rival, leader, position = node.args
            rival = _without_labels(_of_rival(rival), known)
            return rebuild(node, (rival, _without_labels(leader, known), position))
        if isinstance(node, Sum):
            return _of_sum(node, known)
        if isinstance(node, Indexed) and LEADER in node.indices:
            return _of_leader(node, arrays)
        if isinstance(node, scaled_exp):
            return exp(node.args[0])
        return node.args[0] if isinstance(node, finite) and node.args[0].is_number else None

    return rewrite(value, change)


def _of_rival(value: Expr) -> Expr:
    """Return a rival's entry: its label is 0."""
    return rewrite(
        value, lambda node: S.Zero if isinstance(node, Indexed) and _is_label(node) else None
    )


def _of_sum(value: Sum, known: list[Assignment]) -> Expr | None:
    """Return the leader's term of a sum that is weighted by the labels: no other one is left."""
    bound = value.limits[0][0]
    factors = Mul.make_args(value.function)
    if not any(isinstance(one, Indexed) and _is_label(one) for one in factors):
        return None
    return _without_labels(substitute(value.function, {bound: LEADER}), known)


def _of_leader(entry: Indexed, arrays: dict[str, Expr]) -> Expr | None:
    """Return the leader's entry where it is a number, as its label and a gap to itself are."""
    if _is_label(entry):
        return S.One
    if (value := arrays.get(base_name(entry))) is None:
        return None
    at_leader = substitute(value, {CLASS: LEADER})
    at_leader = at_leader.args[0] if isinstance(at_leader, finite) else at_leader
    return at_leader if at_leader.is_number else None


def _is_label(entry: Indexed) -> bool:
    return base_name(entry) == _LABELS


def _takes_away(value: Expr) -> bool:
    """Say whether terms of both signs meet in a sum."""
    return any(len({is_negative(term) for term in node.args}) > 1 for node in value.atoms(Add))
