"""From the expressions of a spec to an array program that names what has a role."""

from __future__ import annotations

from functools import partial

from sympy import Add, Expr, Indexed, Mul, Pow, Sum, exp, log

from derive.generate.matching import fill, match
from derive.generate.program import (
    CLASS,
    Assignment,
    Program,
    inline,
    read,
    rewrite,
)
from derive.generate.roles import name_roles, role_assignments
from derive.generate.spec import KernelSpec, pre_activation
from derive.generate.spec import prediction as prediction_by_name
from derive.generate.stable_forms import NAMING, Form
from derive.language import (
    Entries,
    SquaredNorm,
    alpha_equal,
    index,
    rebuild,
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
            name_roles(_by_name(_stable_logarithms(values[result], formula), formula, name), name),
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


def _stable_logarithms(value: Expr, formula: Expr) -> Expr:
    """Put the formula of ŷ back under every logarithm: it may be one of those with a name.

    A softmax stays a name: `derive.generate.leader` knows its logarithm.
    """
    definition = (Assignment(str(prediction_by_name.label), formula, True),)

    def under_logarithm(node: Expr) -> Expr | None:
        return inline(node, definition) if isinstance(node, log) else None

    value = with_names(_cancelled(value))
    return value if formula.has(softmax) else with_names(rewrite(value, under_logarithm))


def _cancelled(value: Expr) -> Expr:
    """Multiply a factor into the sum beside it where a term of that sum is divided by it.

    ŷ/ŷ has a value where ŷ has become 0, but not if it is divided first.
    """
    if isinstance(value, Sum | Entries):
        return rebuild(value, (_cancelled(value.args[0]), *value.args[1:]))
    if not value.args or isinstance(value, Indexed):
        return value
    value = rebuild(value, map(_cancelled, value.args))
    if not isinstance(value, Mul):
        return value
    for factor in value.args:
        base, power = factor.as_base_exp()
        if not (power.is_Integer and power.is_positive) or base.is_number:
            continue
        for part in value.args:
            terms = Add.make_args(part)
            if len(terms) > 1 and any(1 / base in _reciprocals(term) for term in terms):
                merged = Add(*(term * base for term in terms))
                return _cancelled(value / part / base * merged)
    return value


def _reciprocals(term: Expr) -> set[Expr]:
    powers = (part.as_base_exp() for part in Mul.make_args(term))
    return {1 / base for base, power in powers if power.is_negative}


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
