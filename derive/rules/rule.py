"""What a rule is: a named equation, its side condition and the function that applies it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sympy import Expr

__all__ = ["Rewrite", "Rule"]

Rewrite = Callable[[Expr], Expr | None]
"""From an expression to the expression that the rule makes of it, or None where it says nothing."""


@dataclass(frozen=True)
class Rule:
    """One rule: what it is called, what it states and how it is applied.

    Parameters
    ----------
    name : str
        What the reason column shows, such as ``"logarithm of a quotient"``.
    statement : tuple of two expressions, or None
        The equation, rendered wherever it is shown and checked at random points by the tests.
        None for the rules whose statement is the step itself (differentiate, definition).
    condition : str
        The side condition in words, empty where there is none.
    rewrite : callable or None
        Applies the rule at the root of an expression. None for a rule read back from JSON, which
        can be shown and checked but not applied.
    shown_as_statement : bool
        Whether the reason column shows the equation instead of the name, as in "ŷ = softmax(a)".
    """

    name: str
    statement: tuple[Expr, Expr] | None = None
    condition: str = ""
    rewrite: Rewrite | None = field(default=None, compare=False, repr=False)
    shown_as_statement: bool = False
