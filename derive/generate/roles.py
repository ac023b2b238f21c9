"""Names by role: what ŷ − y, 1 − ŷ, ŷ(1 − ŷ) and Σy are called, wherever they occur."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sympy import Add, Expr, Indexed, Mul, Sum, Symbol

from derive.generate.program import CLASS, Assignment, read, rewrite
from derive.language import canonical, index, k, quantity, substitute, total

__all__ = ["ROLES", "Role", "name_roles"]


@dataclass(frozen=True)
class Role:
    """``name`` is what ``value`` is called; both are written with the names of the program."""

    name: str
    value: Expr
    per_class: bool = True


_J = index("j")
_PREDICTION, _LABEL = read("prediction", True), read("y", True)

ROLES: tuple[Role, ...] = (
    Role("slope", _PREDICTION * (1 - _PREDICTION)),
    Role("error", _PREDICTION - _LABEL),
    Role("complement", 1 - _PREDICTION),
    Role("label_sum", total(quantity("y", k)[_J], _J, k), per_class=False),
)
"""The larger expression stands before the smaller that it contains."""


def name_roles(value: Expr, prediction: Expr) -> Expr:
    """Replace what has a role by its name.

    Parameters
    ----------
    value : Expr
        An expression in which the prediction is read by ``prediction``.
    prediction : Expr
        How the prediction is read: by its name, or as a itself for a linear output.

    Examples
    --------
    >>> name_roles(2 * _PREDICTION - 2 * _LABEL, _PREDICTION)
    2*error[i]
    """
    for role in ROLES:
        value = rewrite(value, partial(_named, role, prediction))
    return value


def role_assignments(prediction: Expr) -> tuple[Assignment, ...]:
    """Return the assignments of the roles, the smaller first, for a way to read the prediction."""
    complement = {1 - _PREDICTION: read("complement", True)}
    values = {role.name: role.value for role in ROLES}
    values["slope"] = values["slope"].xreplace(complement)
    return tuple(
        Assignment(role.name, values[role.name].xreplace({_PREDICTION: prediction}), role.per_class)
        for role in reversed(ROLES)
    )


def _named(role: Role, prediction: Expr, node: Expr) -> Expr | None:
    if isinstance(role.value, Sum):
        return read(role.name, False) if canonical(node) == canonical(role.value) else None
    if not isinstance(node, role.value.func):
        return None
    for position in _positions(node):
        pattern = substitute(role.value.xreplace({_PREDICTION: prediction}), {CLASS: position})
        name = substitute(read(role.name, True), {CLASS: position})
        answer = _inside_sum(node, pattern, name) if node.is_Add else _inside(node, pattern, name)
        if answer is not None:
            return name_roles(answer, prediction)
    return None


def _positions(node: Expr) -> list[Symbol]:
    found = {entry.indices[0] for entry in node.atoms(Indexed)}
    return sorted(found, key=str)


def _inside_sum(node: Add, pattern: Add, name: Expr) -> Expr | None:
    for number in dict.fromkeys(term.as_coeff_Mul()[0] for term in node.args):
        scaled = {number * term for term in pattern.args}
        if scaled <= set(node.args):
            return Add(number * name, *(term for term in node.args if term not in scaled))
    return None


def _inside(node: Mul, pattern: Mul, name: Expr) -> Expr | None:
    if set(pattern.args) <= set(node.args):
        return Mul(name, *(factor for factor in node.args if factor not in pattern.args))
    return None
