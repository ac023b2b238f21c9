"""Rules whose statement is the step itself: definition, chain rule, all entries at once."""

from __future__ import annotations

from sympy import Expr

from derive.language import substitute
from derive.rules.apply import everywhere
from derive.rules.matching import match
from derive.steps import Rule

__all__ = [
    "ALL_ENTRIES",
    "CHAIN_RULE",
    "DEFINITION",
    "DIFFERENTIATE",
    "ONE_SURVIVES",
    "RESULTS_ABOVE",
    "STRUCTURE_RULES",
    "replace_by",
]

DEFINITION = Rule("definition")
DIFFERENTIATE = Rule("differentiate")
CHAIN_RULE = Rule("chain rule", condition="every way in which the variable reaches the loss")
ONE_SURVIVES = Rule("the case where δ is 1")
RESULTS_ABOVE = Rule("put in the results above")
ALL_ENTRIES = Rule("all entries at once")

STRUCTURE_RULES: tuple[Rule, ...] = (
    DEFINITION,
    DIFFERENTIATE,
    CHAIN_RULE,
    ONE_SURVIVES,
    RESULTS_ABOVE,
    ALL_ENTRIES,
)
"""They are made by the plan of a derivation, and each use is checked as a step."""


def replace_by(name: str, pattern: Expr, value: Expr, statement: tuple[Expr, Expr]) -> Rule:
    """Return the rule that puts ``value`` for every instance of ``pattern``."""

    def at_root(expression: Expr) -> Expr | None:
        values = match(pattern, expression)
        return None if values is None else substitute(value, values)

    def rewrite(expression: Expr) -> Expr | None:
        changed = everywhere(at_root, expression)
        return None if changed == expression else changed

    return Rule(name, statement, "", rewrite, shown_as_statement=True)
