"""Fractions: common denominators and common factors."""

from __future__ import annotations

from itertools import combinations

from sympy import Add, Expr, Integer, Mul, Number, Pow, S, Symbol, expand_mul, gcd

from derive.steps import Rule

__all__ = ["FRACTION_RULES", "combine_fractions", "factor_common", "numerator_and_denominator"]

_MOST_TERMS = 6
"""Sums longer than this are not searched for terms that combine: the search is over subsets."""


def numerator_and_denominator(expression: Expr) -> tuple[Expr, Expr]:
    """Split a product at its negative powers; e^{−x} counts as a numerator.

    Examples
    --------
    >>> from sympy import Symbol, exp
    >>> x = Symbol("x", real=True)
    >>> numerator_and_denominator(exp(-x) / (1 + exp(-x)))
    (exp(-x), 1 + exp(-x))
    """
    above, below = [], []
    for factor in Mul.make_args(expression):
        if isinstance(factor, Pow) and factor.exp.is_number and factor.exp.is_negative:
            below.append(factor.base ** (-factor.exp))
        elif factor.is_Rational and factor.q != 1:
            above.append(Integer(factor.p))
            below.append(Integer(factor.q))
        else:
            above.append(factor)
    return Mul(*above), Mul(*below)


def _over_one_denominator(terms: tuple[Expr, ...]) -> tuple[Expr, Expr, int]:
    """Return numerator, denominator, and how many terms the numerator had before any cancelled."""
    parts = [numerator_and_denominator(term) for term in terms]
    powers: dict[Expr, Expr] = {}
    for _, below in parts:
        for factor in Mul.make_args(below):
            base, exponent = factor.as_base_exp() if isinstance(factor, Pow) else (factor, S.One)
            if base != 1:
                powers[base] = max(powers.get(base, S.Zero), exponent)
    denominator = Mul(*(base**exponent for base, exponent in powers.items()))
    opened = [expand_mul(Mul(above, denominator / below)) for above, below in parts]
    return Add(*opened), denominator, sum(len(Add.make_args(term)) for term in opened)


def together(expression: Expr) -> Expr | None:
    """a/b + c = (a + bc)/b, for a sum with a fraction in it."""
    if not isinstance(expression, Add):
        return None
    numerator, denominator, _ = _over_one_denominator(expression.args)
    return None if denominator == 1 else numerator / denominator


def _size(expression: Expr) -> int:
    return int(expression.count_ops()) + len(Add.make_args(expression))


def combine_fractions(expression: Expr) -> Expr | None:
    """1 − x/(x + y) = y/(x + y): put terms over one denominator where something cancels."""
    if not isinstance(expression, Add) or len(expression.args) > _MOST_TERMS:
        return None
    fractional = [t for t in expression.args if _has_denominator(t)]
    if not fractional:
        return None
    best, smallest = None, _size(expression)
    for count in range(2, len(expression.args) + 1):
        for chosen in combinations(expression.args, count):
            if not any(term in chosen for term in fractional):
                continue
            numerator, denominator, opened = _over_one_denominator(chosen)
            if len(Add.make_args(numerator)) >= opened:
                continue
            candidate = Add(
                *(term for term in expression.args if term not in chosen), numerator / denominator
            )
            if _size(candidate) < smallest:
                best, smallest = candidate, _size(candidate)
    return best


def _has_denominator(term: Expr) -> bool:
    below = numerator_and_denominator(term)[1]
    return not below.is_number


def _power_table(term: Expr) -> tuple[Expr, dict[Expr, Expr]]:
    coefficient, rest = term.as_coeff_Mul()
    table: dict[Expr, Expr] = {}
    for factor in Mul.make_args(rest):
        if isinstance(factor, Add):
            content, primitive = factor.primitive()
            coefficient *= content
            factor = primitive
        base, exponent = (
            factor.as_base_exp()
            if isinstance(factor, Pow) and factor.exp.is_Integer and factor.exp.is_positive
            else (factor, S.One)
        )
        table[base] = table.get(base, S.Zero) + exponent
    return coefficient, table


def factor_common(expression: Expr) -> Expr | None:
    """Ab + ac = a(b + c), for the factors, and the number, that every term has."""
    if not isinstance(expression, Add):
        return None
    tables = [_power_table(term) for term in expression.args]
    shared = {base: min(table.get(base, S.Zero) for _, table in tables) for base in tables[0][1]}
    shared = {base: exponent for base, exponent in shared.items() if exponent != 0 and base != 1}
    if not shared:
        return None
    number = gcd([abs(coefficient) for coefficient, _ in tables])
    inside = Add(
        *(
            Mul(
                coefficient / number,
                *(base ** (power - shared.get(base, S.Zero)) for base, power in table.items()),
            )
            for coefficient, table in tables
        )
    )
    content, inside = inside.primitive() if isinstance(inside, Add) else (S.One, inside)
    outside = Mul(*(base**power for base, power in shared.items()))
    if isinstance(inside, Add) and isinstance(outside, Number):
        return None
    return Mul(number * content, outside, inside)


_x, _y, _z = (Symbol(letter, positive=True) for letter in "xyz")

FRACTION_RULES: tuple[Rule, ...] = (
    Rule(
        "common denominator",
        (1 - _x / (_x + _y), _y / (_x + _y)),
        "the denominator is not 0",
        combine_fractions,
    ),
    Rule("common factor", (_x * _y + _x * _z, _x * (_y + _z)), "", factor_common),
)
"""Rules for fractions and factors; each leaves fewer operations than it found."""
