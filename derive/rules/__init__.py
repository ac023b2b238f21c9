"""The rules: frozen records in ordered tables by kind, and the engine that applies them."""

from derive.rules.tables import RULE_TABLES, find_rule
from derive.steps import Rewrite, Rule

__all__ = ["RULE_TABLES", "Rewrite", "Rule", "find_rule"]
