"""Sums over an index."""

from __future__ import annotations

from sympy import Add, Expr, Indexed, Mul, S, Sum, expand_mul, log

from derive.language import (
    LABEL,
    Entries,
    SquaredNorm,
    free_indices,
    index,
    k,
    peel,
    quantity,
    total,
)
from derive.steps import Rule

__all__ = ["SUM_RULES", "leave_the_sum", "negated"]


def write_norm_as_sum(expression: Expr) -> Expr | None:
    """‖v‖² = Σᵢ vᵢ²."""
    return expression.as_sum() if isinstance(expression, SquaredNorm) else None


def negated(expression: Expr) -> Expr:
    """Return −expression with the sign taken into each term, no product multiplied out."""
    return Add(*(Mul(S.NegativeOne, *Mul.make_args(term)) for term in Add.make_args(expression)))


def _is_negative(term: Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def move_sign_into_sum(expression: Expr) -> Expr | None:
    """−Σᵢ (x − y) = Σᵢ (y − x), where that leaves fewer minus signs."""
    if not isinstance(expression, Mul) or expression.as_coeff_Mul()[0] != -1:
        return None
    sums = [factor for factor in expression.args if isinstance(factor, Sum)]
    if len(sums) != 1:
        return None
    body = sums[0].function
    if not any(_is_negative(term) for term in Add.make_args(body)):
        return None
    rest = [factor for factor in expression.args if factor not in (S.NegativeOne, sums[0])]
    return Mul(*rest, Sum(negated(body), *sums[0].limits))


def _is_label(factor: Expr) -> bool:
    return isinstance(factor, Indexed) and str(factor.base.label) == LABEL


def collect_logarithms(expression: Expr) -> Expr | None:
    """X ln z + y ln z = (x + y) ln z: multiply out and gather what multiplies each logarithm."""
    if not isinstance(expression, Sum) or not isinstance(expression.function, Add):
        return None
    if not expression.function.has(log):
        return None
    terms = Add.make_args(expand_mul(expression.function))
    gathered: dict[Expr, list[Expr]] = {}
    for term in terms:
        coefficient: list[Expr] = []
        feature: list[Expr] = []
        for factor in Mul.make_args(term):
            plain = factor.is_number or _is_label(factor)
            (coefficient if plain else feature).append(factor)
        gathered.setdefault(Mul(*feature), []).append(Mul(*coefficient))
    body = Add(*(Mul(Add(*parts), feature) for feature, parts in gathered.items()))
    if body.count_ops() >= expression.function.count_ops():
        return None
    return Sum(body, *expression.limits)


def factor_leaves_the_sum(expression: Expr) -> Expr | None:
    """Σᵢ c yᵢ = c Σᵢ yᵢ, where nothing has to be multiplied out for it."""
    if not isinstance(expression, Sum):
        return None
    body, position, size = peel(expression)
    outside, inside = _split(body, position)
    return None if outside == 1 else Mul(outside, total(inside, position, size))


def leave_the_sum(expression: Expr) -> Expr | None:
    """Σᵢ (x + yᵢ) z = kxz + z Σᵢ yᵢ: what does not depend on i leaves the sum."""
    if not isinstance(expression, Sum):
        return None
    body, position, size = peel(expression)
    inner = leave_the_sum(body)
    if inner is not None:
        return total(inner, position, size)
    if position not in free_indices(body):
        return Mul(size, body)
    factored = factor_leaves_the_sum(expression)
    if factored is not None:
        return factored
    if not any(_term_leaves(term, position) for term in Add.make_args(expand_mul(body))):
        return None
    staying: list[Expr] = []
    leaving: list[Expr] = []
    for term in Add.make_args(_multiply_out(body, position)):
        outside, inside = _split(term, position)
        if outside.is_number:
            staying.append(term)
        elif inside == 1:
            leaving.append(Mul(size, outside))
        else:
            leaving.append(Mul(outside, total(inside, position, size)))
    if not leaving:
        return None
    return Add(*leaving, *(_kept(staying, position, size)))


def _kept(terms: list[Expr], position: Expr, size: Expr) -> list[Expr]:
    if not terms:
        return []
    if all(_is_negative(term) for term in terms):
        return [-total(negated(Add(*terms)), position, size)]
    return [total(Add(*terms), position, size)]


def _multiply_out(body: Expr, position: Expr) -> Expr:
    """Multiply out only those products in which a factor has a term that leaves."""
    terms: list[Expr] = []
    for term in Add.make_args(body):
        opened = Add.make_args(expand_mul(term))
        worth = any(_term_leaves(part, position) for part in opened)
        terms.extend(opened if worth else [term])
    return Add(*terms)


def _split(term: Expr, position: Expr) -> tuple[Expr, Expr]:
    outside, inside = [], []
    for factor in Mul.make_args(term):
        if position not in free_indices(factor):
            outside.append(factor)
        elif isinstance(factor, Add):
            content, primitive = factor.primitive()
            outside.append(content)
            inside.append(primitive)
        else:
            inside.append(factor)
    return Mul(*outside), Mul(*inside)


def _term_leaves(term: Expr, position: Expr) -> bool:
    outside, _ = _split(term, position)
    return not outside.is_number


_i = index("i")
_a, _y, _u = quantity("a", k), quantity("y", k), quantity("u", k)
_j = index("j")
_c = _u[_j]

SUM_RULES: tuple[Rule, ...] = (
    Rule(
        "the squared norm is a sum of squares",
        (SquaredNorm(Entries(_u[_i], (_i, k))), total(_u[_i] ** 2, _i, k)),
        "",
        write_norm_as_sum,
    ),
    Rule(
        "the sign moves into the sum",
        (-total(_a[_i] - _y[_i], _i, k), total(_y[_i] - _a[_i], _i, k)),
        "",
        move_sign_into_sum,
    ),
    Rule(
        "multiply out and collect",
        (
            total(_y[_i] * log(1 + _a[_i] ** 2) + (1 - _y[_i]) * log(1 + _a[_i] ** 2), _i, k),
            total(log(1 + _a[_i] ** 2), _i, k),
        ),
        "",
        collect_logarithms,
    ),
    Rule(
        "constants leave the sum",
        (total(_y[_i] * _c, _i, k), _c * total(_y[_i], _i, k)),
        "",
        leave_the_sum,
    ),
    Rule(
        "a constant factor leaves the sum",
        (total(_y[_i] * _c, _i, k), _c * total(_y[_i], _i, k)),
        "",
        factor_leaves_the_sum,
    ),
)
"""Rules for sums, in the order in which a loss is simplified."""
