"""What a derivation is made of: rules, assumptions, definitions and steps, all of them records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sympy import Expr

__all__ = ["Assumption", "Definition", "Rewrite", "Rule", "Step"]

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


@dataclass(frozen=True)
class Assumption:
    """An equation about the labels that a step may use, such as Σᵢ yᵢ = 1.

    Parameters
    ----------
    name : str
        In words, such as ``"the labels of an example sum to one"``.
    left, right : Expr
        The equation. Free indices stand for every value.
    """

    name: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Definition:
    """What a name stands for; ``left`` is a symbol or an entry with free indices: ŷᵢ = s(aᵢ)."""

    left: Expr
    right: Expr


@dataclass(frozen=True)
class Step:
    """``before`` = ``after`` by ``rule``, under ``assumption`` where there is one."""

    before: Expr
    after: Expr
    rule: Rule
    assumption: Assumption | None = None
