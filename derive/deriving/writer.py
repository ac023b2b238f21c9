"""Writing a derivation down: one rule, one step."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr

from derive.rules.apply import until_still
from derive.steps import Assumption, Rule, Step

__all__ = ["Writer"]


class Writer:
    """A list of steps that grows by applying rules to its last line.

    A writer is used while one derivation is made and thrown away; the steps are the value.
    """

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self.steps: list[Step] = list(steps)

    @property
    def line(self) -> Expr:
        """The last line."""
        return self.steps[-1].after

    def begin(self, left: Expr, right: Expr, rule: Rule) -> None:
        """Begin a new chain, left = right."""
        self.steps.append(Step(left, right, rule))

    def go_on(self, after: Expr, rule: Rule, assumption: Assumption | None = None) -> None:
        """Add a line that a plan has worked out; a line that changes nothing is left out."""
        if after != self.line:
            self.steps.append(Step(self.line, after, rule, assumption))

    def apply(self, rule: Rule, assumption: Assumption | None = None) -> bool:
        """Apply a rule wherever it says something; return whether it did."""
        assert rule.rewrite is not None, f"{rule.name} cannot be applied, only stated"
        after = until_still(rule.rewrite, self.line)
        if after == self.line:
            return False
        self.go_on(after, rule, assumption)
        return True

    def simplify(self, rules: Iterable[tuple[Rule, Assumption | None]], rounds: int = 6) -> None:
        """Try the rules in their order, again and again, until none says anything more."""
        ordered = tuple(rules)
        for _ in range(rounds):
            if not any(self.apply(rule, assumption) for rule, assumption in ordered):
                return
