"""Matching: whether an expression is an instance of a pattern with free indices."""

from __future__ import annotations

from sympy import Expr

from derive.language import alpha_equal, free_indices, substitute

__all__ = ["match"]

Values = dict[Expr, Expr]


def match(pattern: Expr, expression: Expr) -> Values | None:
    """Return the values of the pattern's free indices that make it the expression, or None.

    Names of bound indices do not matter.

    Examples
    --------
    >>> from derive.language import index, k, quantity, total
    >>> y, i, m = quantity("y", k), index("i"), index("m")
    >>> match(y[i], y[m])
    {i: m}
    >>> match(y[i], y[m] ** 2) is None
    True
    """
    if pattern.func != expression.func:
        return None
    variables = sorted(free_indices(pattern), key=str)
    candidates = sorted(free_indices(expression), key=str)
    for values in _assignments(variables, candidates):
        if alpha_equal(substitute(pattern, values), expression):
            return values
    return None


def _assignments(variables: list[Expr], candidates: list[Expr]) -> list[Values]:
    assignments: list[Values] = [{}]
    for variable in variables:
        assignments = [
            {**chosen, variable: value} for chosen in assignments for value in candidates
        ]
    return assignments
