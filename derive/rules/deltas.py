"""Kronecker deltas: a free index is in range by convention, so a sum over a delta is one term."""

from __future__ import annotations

from sympy import Add, Expr, KroneckerDelta, Mul, S, Sum, Symbol

from derive.language import free_indices, index, k, peel, quantity, substitute, total
from derive.rules.apply import everywhere
from derive.steps import Rule

__all__ = ["DELTA_RULES", "contract", "contract_all"]

Parts = list[tuple[Symbol | None, Expr]]


def contract(expression: Expr) -> Expr | None:
    """Σⱼ zⱼ δᵢⱼ = zᵢ: only the term j = i survives."""
    if not isinstance(expression, Sum):
        return None
    for place, (position, _, size) in enumerate(expression.limits):
        parts = _parts(expression.function, position)
        if any(target is not None for target, _ in parts):
            others = expression.limits[:place] + expression.limits[place + 1 :]
            return _sum_over(_survivors(parts, position, size), others)
    return None


def _sum_over(body: Expr, limits: tuple[Expr, ...]) -> Expr:
    for position, _, size in limits:
        body = total(body, position, size)
    return body


def _survivors(parts: Parts, position: Symbol, size: Symbol) -> Expr:
    rest = Add(*(term for target, term in parts if target is None))
    survivors = [
        substitute(term, {position: target}) for target, term in parts if target is not None
    ]
    return Add(*survivors, total(rest, position, size) if rest != 0 else S.Zero)


def _parts(expression: Expr, position: Symbol) -> Parts:
    """Write an expression as Σ δ_{position,target}·term + rest (target None)."""
    if isinstance(expression, KroneckerDelta) and position in expression.args:
        left, right = expression.args
        return [(right if left == position else left, S.One)]
    if not expression.has(KroneckerDelta) or position not in free_indices(expression):
        return [(None, expression)]
    if isinstance(expression, Add):
        return [part for term in expression.args for part in _parts(term, position)]
    if isinstance(expression, Mul):
        return _parts_of_product(expression, position)
    if isinstance(expression, Sum):
        body, inner, size = peel(expression)
        inside = _parts(body, position)
        if any(target == inner for target, _ in inside):
            return [(None, expression)]
        return [(target, total(term, inner, size)) for target, term in inside]
    return [(None, expression)]


def _parts_of_product(expression: Mul, position: Symbol) -> Parts:
    for factor in expression.args:
        inside = _parts(factor, position)
        if any(target is not None for target, _ in inside):
            others = [other for other in expression.args if other is not factor]
            return [(target, Mul(*others, term)) for target, term in inside]
    return [(None, expression)]


def contract_all(expression: Expr) -> Expr | None:
    """Contract every delta that a sum binds, innermost sums last, until none is left."""
    changed = expression
    while True:
        contracted = everywhere(contract, changed)
        if contracted == changed:
            return None if changed == expression else changed
        changed = contracted


def multiply_out_deltas(expression: Expr) -> Expr | None:
    """(δᵢⱼ − xⱼ) yᵢ = δᵢⱼ yᵢ − yᵢ xⱼ: the diagonal stands apart from the rest."""
    if not isinstance(expression, Mul):
        return None
    for factor in expression.args:
        if isinstance(factor, Add) and any(_has_bare_delta(term) for term in factor.args):
            others = [other for other in expression.args if other is not factor]
            return Add(*(Mul(*others, term) for term in factor.args))
    return None


def _has_bare_delta(term: Expr) -> bool:
    return any(
        isinstance(factor, KroneckerDelta)
        or (isinstance(factor, Add) and any(_has_bare_delta(part) for part in factor.args))
        for factor in Mul.make_args(term)
    )


_i, _j = index("i"), index("j")
_z = quantity("z", k)

DELTA_RULES: tuple[Rule, ...] = (
    Rule(
        "contract δ: one term survives",
        (total(_z[_j] * KroneckerDelta(_i, _j), _j, k), _z[_i]),
        "the free index is in range",
        contract_all,
    ),
    Rule(
        "multiply out, the diagonal apart",
        (
            (KroneckerDelta(_i, _j) - _z[_j]) * _z[_i],
            KroneckerDelta(_i, _j) * _z[_i] - _z[_i] * _z[_j],
        ),
        "",
        multiply_out_deltas,
    ),
)
"""Each removes a delta, or a bracket around one."""
