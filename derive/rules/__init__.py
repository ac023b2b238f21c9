"""The rules: frozen records in ordered tables by kind, and the engine that applies them."""

from derive.rules.rule import Rewrite, Rule
from derive.rules.tables import RULE_TABLES, find_rule

__all__ = ["RULE_TABLES", "Rewrite", "Rule", "find_rule"]
