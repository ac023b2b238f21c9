"""Matching a pattern with an index expression, inside sums and products of any length.

The wildcards are `X` (the argument of a function), `U` (what multiplies X), `C` (a number before a
term) and `R` (the other terms). A pattern that has no `R` may match some of the terms of a sum or
some of the factors of a product; the others are handed back.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, Expr, Mul, S, Symbol

from derive.language import substitute

__all__ = ["C", "Found", "R", "U", "X", "fill", "match"]

X = Symbol("x", real=True)
U = Symbol("u", real=True)
C = Symbol("c", real=True)
R = Symbol("r", real=True)

Found = dict[Symbol, Expr]
"""What each wildcard stands for."""


def fill(form: Expr, found: Found) -> Expr:
    """Put what was found in place of the wildcards.

    Examples
    --------
    >>> fill(X + 1, {X: Symbol("z")})
    z + 1
    """
    return substitute(form, found)


def match(pattern: Expr, value: Expr) -> tuple[Found, Expr] | None:
    """Return what the wildcards stand for and what is left over (0 of a sum, 1 of a product).

    Examples
    --------
    >>> from sympy import exp
    >>> y, z = Symbol("y"), Symbol("z")
    >>> match(exp(X) + R, 3 + exp(z) - y)
    ({x: z, r: 3 - y}, 0)
    >>> match(exp(X), exp(z))
    ({x: z}, 0)
    """
    if isinstance(pattern, Add):
        return _match_sum(pattern, value)
    if isinstance(pattern, Mul) and C not in pattern.args:
        return _match_product(pattern, value)
    found = _exactly(pattern, value, {})
    return None if found is None else (found, S.Zero)


def _exactly(pattern: Expr, value: Expr, found: Found) -> Found | None:
    if pattern == X:
        return {**found, X: value} if found.get(X, value) == value else None
    if not pattern.has(X):
        return found if pattern.xreplace(found) == value else None
    if isinstance(pattern, Mul) and C in pattern.args:
        number, core = value.as_coeff_Mul()
        return _exactly(pattern / C, core, {**found, C: number})
    if isinstance(pattern, Mul) and X in pattern.args:
        return _exactly(X, value / (pattern / X), found) if _divides(pattern / X, value) else None
    if pattern.func != value.func or len(pattern.args) != len(value.args):
        return None
    if isinstance(pattern, Add | Mul):
        taken = _take(pattern.args, value.args, found)
        return None if taken is None else taken[0]
    for inner, outer in zip(pattern.args, value.args, strict=True):
        answer = _exactly(inner, outer, found)
        if answer is None:
            return None
        found = answer
    return found


def _divides(number: Expr, value: Expr) -> bool:
    return bool(value.as_coeff_Mul()[0] == number)


def _take(
    wanted: Sequence[Expr], offered: Sequence[Expr], found: Found
) -> tuple[Found, list[Expr]] | None:
    if not wanted:
        return found, list(offered)
    for number, part in enumerate(offered):
        answer = _exactly(wanted[0], part, found)
        if answer is not None:
            rest = _take(wanted[1:], [*offered[:number], *offered[number + 1 :]], answer)
            if rest is not None:
                return rest
    return None


def _match_sum(pattern: Add, value: Expr) -> tuple[Found, Expr] | None:
    keys = [term for term in pattern.args if not term.has(R, U)]
    keys.sort(key=lambda term: not term.has(X))
    taken = _take(keys, Add.make_args(value), {})
    if taken is None:
        return None
    found, terms = taken
    if pattern.has(U):
        multiples = [term for term in terms if found[X] in Mul.make_args(term)]
        found[U] = Add(*(term / found[X] for term in multiples))
        terms = [term for term in terms if term not in multiples]
    if pattern.has(R):
        return {**found, R: Add(*terms)}, S.Zero
    return found, Add(*terms)


def _match_product(pattern: Mul, value: Expr) -> tuple[Found, Expr] | None:
    taken = _take(pattern.args, Mul.make_args(value), {})
    return None if taken is None else (taken[0], Mul(*taken[1]))
