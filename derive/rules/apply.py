"""The engine: where in an expression a rule is applied."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Indexed, Symbol

from derive.language import rebuild
from derive.steps import Rewrite

__all__ = ["everywhere", "until_still"]


def everywhere(rewrite: Rewrite, expression: Any) -> Any:
    """Apply a rule once at each outermost place where it says something."""
    changed = rewrite(expression)
    if changed is not None:
        return changed
    if not expression.args or isinstance(expression, Indexed | Symbol):
        return expression
    return rebuild(expression, (everywhere(rewrite, part) for part in expression.args))


def until_still(rewrite: Rewrite, expression: Expr, limit: int = 40) -> Expr:
    """Apply a rule everywhere until it changes nothing more.

    Every rule in the tables makes its expression smaller in the sense that its docstring names, so
    the limit is never met; it guards against a new row that goes round in circles.
    """
    for _ in range(limit):
        changed = everywhere(rewrite, expression)
        if changed == expression:
            return expression
        expression = changed
    raise RecursionError(f"a rule does not come to rest on {expression}")
