"""Every table of rules, by kind."""

from __future__ import annotations

from derive.rules.deltas import DELTA_RULES
from derive.rules.differentiation import DIFFERENTIATION_RULES
from derive.rules.fractions import FRACTION_RULES
from derive.rules.hyperbolic import HYPERBOLIC_RULES
from derive.rules.logarithms import LOGARITHM_RULES
from derive.rules.ramps import RAMP_RULES
from derive.rules.structure import STRUCTURE_RULES
from derive.rules.sums import SUM_RULES
from derive.steps import Rule

__all__ = ["RULE_TABLES", "find_rule"]

RULE_TABLES: dict[str, tuple[Rule, ...]] = {
    "logarithms": LOGARITHM_RULES,
    "fractions": FRACTION_RULES,
    "hyperbolic functions": HYPERBOLIC_RULES,
    "ramps": RAMP_RULES,
    "sums": SUM_RULES,
    "differentiation": DIFFERENTIATION_RULES,
    "deltas": DELTA_RULES,
    "structure": STRUCTURE_RULES,
}
"""The rules in the order in which they are tried, table by table.

Rules about one output unit or one assumption (naming the prediction, Σᵢ yᵢ = 1) are made from its
row: `derive.rules.naming.name_prediction`, `derive.rules.assumptions.use_assumption`.
"""


def find_rule(table: str, name: str) -> Rule:
    """Return the rule ``name`` of ``table``.

    Examples
    --------
    >>> find_rule("logarithms", "logarithm of a quotient").condition
    'x > 0 and y > 0'
    """
    return next(rule for rule in RULE_TABLES[table] if rule.name == name)
