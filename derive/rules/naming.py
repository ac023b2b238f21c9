"""Naming: where the prediction can be recognised, it is written ŷ.

Three ways, all made from the definition of the output unit: the named form, such as s(aᵢ), is
replaced as it stands; from the written-out form, such as ŷ = 1/(1 + e^{−a}), the exponential is
solved for, e^{a} = ŷ/(1 − ŷ), put in, and what cancels is cancelled; and where ŷ is a multiple of a
and a number, a is solved for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sympy import (
    Add,
    Dummy,
    Expr,
    Indexed,
    Mul,
    Poly,
    S,
    Sum,
    cancel,
    exp,
    expand_mul,
    factor,
    fraction,
    together,
)

from derive.language import (
    Entries,
    canonical,
    rebuild,
    substitute,
)
from derive.rules.apply import everywhere
from derive.rules.matching import match
from derive.steps import Rewrite, Rule

__all__ = ["PredictionNames", "name_prediction"]


@dataclass(frozen=True)
class PredictionNames:
    """How a prediction is recognised.

    Parameters
    ----------
    name : Indexed
        The entry ŷᵢ (for a batch ŷ_{mi}), with free indices.
    short, long : Expr
        What it stands for, by name (s(aᵢ)) and written out (1/(1 + e^{−aᵢ})).
    argument : Indexed
        The entry aᵢ of the pre-activation, whose exponential is solved for.
    """

    name: Indexed
    short: Expr
    long: Expr
    argument: Expr


def name_prediction(names: PredictionNames) -> Rule:
    """Return the rule that writes ŷ for the prediction of one output unit."""
    axis = names.name.indices[-1]
    size = names.name.base.shape[-1]
    statement = (
        Entries(names.name, (axis, size)),
        Entries(names.short, (axis, size)),
    )
    return Rule("name the prediction", statement, "", _renamer(names))


def _renamer(names: PredictionNames) -> Rewrite:
    ways = (_named_form(names), _written_out_form(names), _affine_form(names))

    def rewrite(expression: Expr) -> Expr | None:
        changed = expression
        for way in ways:
            changed = way(changed)
        return None if changed == expression else changed

    return rewrite


def _named_form(names: PredictionNames) -> Callable[[Expr], Expr]:
    def visit(expression: Expr) -> Expr:
        values = match(names.short, expression)
        if values is not None:
            return substitute(names.name, values)
        if not expression.args or isinstance(expression, Indexed):
            return expression
        return rebuild(expression, (visit(part) for part in expression.args))

    return visit


Solved = tuple[Expr, Expr | None, int]
"""What e^{m·aᵢ} is in terms of ŷᵢ, the partition sum that stands in it, and m."""


def _affine_form(names: PredictionNames) -> Callable[[Expr], Expr]:
    """For ŷ = ca + d, a unit with a scale: put in a = (ŷ − d)/c."""
    slope = names.short.coeff(names.argument, 1) if isinstance(names.argument, Indexed) else S.Zero
    rest = expand_mul(names.short - slope * names.argument)
    affine = slope.is_number and rest.is_number and slope != 0
    if not affine or names.short == names.argument:
        return lambda expression: expression
    solved = (names.name - rest) / slope

    def at_root(expression: Expr) -> Expr | None:
        values = match(names.argument, expression)
        return None if values is None else substitute(solved, values)

    def visit(expression: Expr) -> Expr:
        changed = everywhere(at_root, expression)
        return expression if changed == expression else expand_mul(changed)

    return visit


@lru_cache(maxsize=128)
def _exponential_in_terms_of_prediction(names: PredictionNames) -> Solved | None:
    """Solve ŷᵢ = f(e^{aᵢ}) for e^{aᵢ}; a sum over all units stays as it stands."""
    base, prediction = Dummy("e", positive=True), Dummy("p", positive=True)
    sums = [node for node in names.long.atoms(Sum) if node.has(exp)]
    holders = {node: Dummy("S", positive=True) for node in sums}
    opened = _open(names.long.xreplace(holders), names.argument, base)
    rational = opened.is_rational_function(base)
    if opened.has(exp) or not opened.has(base) or not rational or len(sums) > 1:
        return None
    above = Poly(fraction(together(opened - prediction))[0], base)
    degree = above.degree()
    if any(power not in (0, degree) for (power,) in above.monoms()):
        return None
    solved = cancel(-above.nth(0) / above.LC()).xreplace({prediction: names.name})
    total = sums[0] if sums else None
    return solved.xreplace({holder: node for node, holder in holders.items()}), total, degree


def _open(expression: Expr, argument: Expr, base: Expr) -> Expr:
    """Write ``base`` to a whole power for every e^{m·argument}."""
    powers = {
        node: base ** (node.args[0] / argument)
        for node in expression.atoms(exp)
        if (node.args[0] / argument).is_Integer
    }
    return expression.xreplace(powers)


def _written_out_form(names: PredictionNames) -> Callable[[Expr], Expr]:
    solved = _exponential_in_terms_of_prediction(names)

    def visit(expression: Expr) -> Expr:
        if solved is None or not expression.has(exp):
            return expression
        if isinstance(expression, Mul):
            return _rename_product(expression, names, solved, visit)
        if not expression.args or isinstance(expression, Indexed | exp):
            return _rename_whole(expression, names, solved) or expression
        if isinstance(expression, Add | Sum):
            return rebuild(expression, (visit(part) for part in expression.args))
        return _rename_whole(expression, names, solved) or expression

    return visit


def _rename_product(
    product: Mul,
    names: PredictionNames,
    solved: Solved,
    visit: Callable[[Expr], Expr],
) -> Expr:
    exponential = [part for part in product.args if part.has(exp) and not _summed(part, solved)]
    plain = [part for part in product.args if part not in exponential]
    whole = _rename_whole(Mul(*exponential), names, solved) if exponential else None
    if whole is not None:
        return Mul(*(visit(part) for part in plain), whole)
    return rebuild(product, (visit(part) for part in product.args))


def _summed(part: Expr, solved: Solved) -> bool:
    """Whether a factor is a sum of its own, not the partition sum of the prediction."""
    total = solved[1]
    return isinstance(part, Sum) and (total is None or match(total, part) is None)


def _rename_whole(expression: Expr, names: PredictionNames, solved: Solved) -> Expr | None:
    """Put ŷ in for every exponential and cancel; None where an exponential is left over."""
    value, total, degree = solved
    holders: dict[Expr, Expr] = {}
    if total is not None:
        for node in sorted(expression.atoms(Sum), key=str):
            if match(total, node) is not None:
                holders.setdefault(canonical(node), Dummy("S", positive=True))
        expression = expression.xreplace(
            {
                node: holders[canonical(node)]
                for node in expression.atoms(Sum)
                if canonical(node) in holders
            }
        )
    replacements = {}
    for node in expression.atoms(exp):
        found = _exponential(node, names)
        if found is None:
            return None
        values, power = found
        term = substitute(value, values)
        if total is not None:
            wanted = canonical(substitute(total, values))
            if wanted not in holders:
                return None
            term = term.xreplace(dict.fromkeys(term.atoms(Sum), holders[wanted]))
        if power % degree:
            return None
        replacements[node] = term ** (power // degree)
    renamed = _oriented(factor(cancel(together(expression.xreplace(replacements)))))
    if any(renamed.has(holder) for holder in holders.values()) or renamed.has(exp):
        return None
    return renamed


def _oriented(expression: Expr) -> Expr:
    """Write −(ŷ − 1) as 1 − ŷ: a factor with a number in it begins with a positive one."""
    factors: list[Expr] = []
    for part in Mul.make_args(expression):
        if isinstance(part, Add) and part.as_coeff_Add()[0].is_negative:
            factors.extend((S.NegativeOne, Add(*(-term for term in part.args))))
        else:
            factors.append(part)
    return Mul(*factors)


def _exponential(node: Expr, names: PredictionNames) -> tuple[dict[Expr, Expr], int] | None:
    """Read e^{m·a_j} as the position j and the whole power m."""
    coefficient, entry = node.args[0].as_coeff_Mul()
    if not coefficient.is_Integer or not isinstance(entry, Indexed):
        return None
    if not isinstance(names.argument, Indexed) or entry.base != names.argument.base:
        return None
    return dict(zip(names.argument.indices, entry.indices, strict=True)), int(coefficient)
