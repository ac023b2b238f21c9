"""Assumptions: an equation about the labels, used where its left side stands."""

from __future__ import annotations

from sympy import Expr

from derive.language import substitute
from derive.rules.apply import everywhere
from derive.rules.matching import match
from derive.steps import Assumption, Rule

__all__ = ["use_assumption"]


def use_assumption(assumption: Assumption) -> Rule:
    """Return the rule that puts the right side of an assumption for its left side."""

    def at_root(expression: Expr) -> Expr | None:
        values = match(assumption.left, expression)
        return None if values is None else substitute(assumption.right, values)

    def rewrite(expression: Expr) -> Expr | None:
        changed = everywhere(at_root, expression)
        return None if changed == expression else changed

    return Rule(
        assumption.name,
        (assumption.left, assumption.right),
        "an assumption about the labels",
        rewrite,
        shown_as_statement=True,
    )
