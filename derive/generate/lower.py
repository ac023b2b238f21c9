"""From the expressions of a spec to an array program that names what has a role."""

from __future__ import annotations

from functools import partial

from sympy import Expr, Indexed, Mul, Pow, Sum, exp

from derive.generate.matching import fill, match
from derive.generate.program import CLASS, Assignment, Program, read, rewrite
from derive.generate.roles import name_roles, role_assignments
from derive.generate.spec import KernelSpec, pre_activation
from derive.generate.spec import prediction as prediction_by_name
from derive.generate.stable_forms import NAMING, Form
from derive.language import (
    Entries,
    SquaredNorm,
    alpha_equal,
    index,
    softmax,
    substitute,
)
from derive.language.indices import bound_indices

__all__ = ["lower", "with_names"]

RESULTS: dict[str, tuple[str, ...]] = {
    "predict": ("prediction",),
    "loss": ("losses",),
    "value_and_grad": ("losses", "grad_a"),
    "hessian_diagonal": ("curvature",),
}
"""What each function of a module computes."""


def lower(spec: KernelSpec, function: str) -> Program:
    """Return the program of one function of the module, before any pass.

    Parameters
    ----------
    spec : KernelSpec
        The pair.
    function : str
        A key of `RESULTS`: ``"predict"``, ``"loss"``, ``"value_and_grad"``,
        ``"hessian_diagonal"``.
    """
    formula = with_names(spec.prediction)
    name = formula if formula == pre_activation[CLASS] else read("prediction", True)
    values = {"losses": spec.loss, "grad_a": spec.gradient, "curvature": spec.curvature}
    roles = role_assignments(name)
    first = Assignment("prediction", formula, True)
    computed = tuple(
        Assignment(
            result,
            name_roles(_by_name(with_names(values[result]), formula, name), name),
            result != "losses",
        )
        for result in RESULTS[function]
        if result != "prediction"
    )
    return Program((first, *roles, *computed), RESULTS[function])


def with_names(value: Expr) -> Expr:
    """Fold what is written out into the functions that have a name.

    Examples
    --------
    >>> from sympy import exp
    >>> with_names(1 / (1 + exp(-pre_activation[CLASS])))
    sigmoid(a[i])
    """
    value = rewrite(value, _written_out_norm)
    value = rewrite(value, _softmax_of_definition)
    for form in NAMING:
        previous = None
        while previous != value:
            previous = value
            value = rewrite(value, partial(_folded, form))
    return value


def _folded(form: Form, node: Expr) -> Expr | None:
    found = match(form.pattern, node)
    if found is None:
        return None
    named = fill(form.result, found[0])
    return Mul(named, found[1]) if isinstance(form.pattern, Mul) else named + found[1]


def _written_out_norm(node: Expr) -> Expr | None:
    return node.as_sum() if isinstance(node, SquaredNorm) else None


def _softmax_of_definition(node: Expr) -> Expr | None:
    if not isinstance(node, Mul):
        return None
    for partition in node.args:
        if not (isinstance(partition, Pow) and isinstance(partition.base, Sum)):
            continue
        body, ((bound, size),) = partition.base.function, bound_indices(partition.base)
        if partition.exp != -1 or not isinstance(body, exp):
            continue
        for factor in node.args:
            if not isinstance(factor, exp):
                continue
            for position in sorted({e.indices[0] for e in factor.atoms(Indexed)}, key=str):
                if substitute(body, {bound: position}) == factor:
                    named = softmax(Entries(body.args[0], (bound, size)), position)
                    return named * _softmax_or_same(node / factor / partition)
    return None


def _softmax_or_same(value: Expr) -> Expr:
    return rewrite(value, _softmax_of_definition)


def _by_name(value: Expr, formula: Expr, name: Expr) -> Expr:
    """Read the prediction by its name, where it is written ŷ and where its formula stands."""
    j = index("j")

    def named(node: Expr) -> Expr | None:
        if isinstance(node, Indexed):
            is_prediction = node.base == prediction_by_name
            return substitute(name, {CLASS: node.indices[0]}) if is_prediction else None
        if node.func == formula.func and not isinstance(formula, Indexed):
            for position in sorted({CLASS, j, *_positions(node)}, key=str):
                if alpha_equal(node, substitute(formula, {CLASS: position})):
                    return substitute(name, {CLASS: position})
        return None

    return rewrite(value, named)


def _positions(node: Expr) -> set[Expr]:
    entries = {entry.indices[0] for entry in node.atoms(Indexed)}
    marked = {argument for argument in node.args if argument.is_Symbol and argument.is_integer}
    return entries | marked
