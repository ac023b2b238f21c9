"""What a check says: records, and how they are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from sympy import Expr

from derive.derivation import Derivation
from derive.errors import DeriveError
from derive.steps import Assumption, Step

__all__ = [
    "Counterexample",
    "Kind",
    "Refuted",
    "Report",
    "RouteResult",
    "Show",
    "StepReport",
    "Verdict",
]

Kind = Literal["proved", "held", "conditional", "refuted", "unreadable"]
Show = Callable[[Expr], str]


class Refuted(DeriveError, AssertionError):
    """A derivation that is not proved, with the report that says where."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(f"{report.derivation.output} + {report.derivation.loss}\n{report}")


@dataclass(frozen=True)
class Counterexample:
    """Numbers for which two sides differ, the smallest shape and the simplest numbers found.

    Parameters
    ----------
    sizes : tuple of (str, int)
        The dimensions.
    numbers : tuple of (str, Fraction)
        The number of every entry and symbol on which the sides depend.
    entry : tuple of (str, int)
        The indices of the entry at which the sides differ; empty for scalars.
    left, right : str
        The values of both sides, or their shapes where these differ.
    """

    sizes: tuple[tuple[str, int], ...]
    numbers: tuple[tuple[str, Fraction], ...]
    entry: tuple[tuple[str, int], ...]
    left: str
    right: str

    def __str__(self) -> str:
        place = ", ".join(f"{name} = {number}" for name, number in (*self.sizes, *self.entry))
        numbers = ", ".join(f"{name} = {number}" for name, number in self.numbers)
        at = "; ".join(part for part in (place, numbers) if part)
        return f"{self.left} ≠ {self.right}" + (f" at {at}" if at else "")


@dataclass(frozen=True)
class Verdict:
    """What all routes together say of an equation.

    Parameters
    ----------
    kind : {"proved", "held", "conditional", "refuted", "unreadable"}
        ``proved``: equal for every k, d and n, under the conditions where there are some.
        ``held``: equal at every point that was tried. ``conditional``: equal under conditions that
        nobody stated. ``refuted``: different. ``unreadable``: not checked.
    samples : int
        At how many points both sides were compared.
    conditions : tuple[Assumption, ...]
        The assumptions without which it does not hold.
    counterexample : Counterexample or None
        Where the sides differ; for ``conditional``, without the condition.
    reason : str
        Why nothing could be checked, or what is wrong with the derivation as a whole.

    Examples
    --------
    >>> print(Verdict("held", samples=12))
    held on 12 samples
    """

    kind: Kind
    samples: int = 0
    conditions: tuple[Assumption, ...] = ()
    counterexample: Counterexample | None = None
    reason: str = ""

    @property
    def condition(self) -> Assumption | None:
        """The first condition, or None where it holds without."""
        return self.conditions[0] if self.conditions else None

    @property
    def ok(self) -> bool:
        """Whether it is proved, under what was stated."""
        return self.kind == "proved"

    @property
    def held(self) -> bool:
        """Whether it is neither proved nor refuted: equal at every point that was tried."""
        return self.kind == "held"

    def text(self, show: Show = str) -> str:
        """Return the verdict in words; ``show`` writes the expressions."""
        under = ", ".join(f"{show(c.left)} = {show(c.right)}" for c in self.conditions)
        if self.kind == "conditional":
            return f"conditional on {under}"
        if self.kind == "refuted":
            said = (self.reason, str(self.counterexample or ""))
            return f"refuted: {'; '.join(part for part in said if part)}"
        if self.kind == "unreadable":
            return f"unreadable: {self.reason}"
        count = f" on {self.samples} sample{'s' * (self.samples != 1)}"
        word = "proved" if self.kind == "proved" else f"held{count}"
        return f"{word}, given {under}" if under else word

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True)
class RouteResult:
    """What one route says.

    Parameters
    ----------
    route : str
        Which one: ``"normal form"``, ``"components"``, ``"samples"``, ``"statement"``,
        ``"structure"``, ``"catalogue"`` or ``"definition"``.
    outcome : str
        ``"proved"``, ``"equal"``, ``"held"``, ``"different"``, ``"undecided"`` or ``"not run"``.
    detail : str
        The shapes, the number of samples, or the reason.
    """

    route: str
    outcome: str
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether the route ran and found nothing wrong."""
        return self.outcome in ("proved", "equal", "held")

    def __str__(self) -> str:
        return f"{self.outcome} ({self.detail})" if self.detail else self.outcome


@dataclass(frozen=True)
class StepReport:
    """What each route says of a step, and the verdict."""

    step: Step
    routes: tuple[RouteResult, ...]
    verdict: Verdict

    @property
    def ok(self) -> bool:
        """Whether the step is proved, under the assumption that it states."""
        return self.verdict.ok

    def route(self, name: str) -> RouteResult:
        """Return what one route says; a route that is not there did not run."""
        found = (result for result in self.routes if result.route == name)
        return next(found, RouteResult(name, "not run"))


ROUTES = ("normal form", "components", "samples")


@dataclass(frozen=True)
class Report:
    """What was found about a derivation.

    Parameters
    ----------
    derivation : Derivation
    steps : tuple[StepReport, ...]
        One for each step, in order.
    result_checks : tuple[RouteResult, ...]
        The structure of the whole, and the result against the definition.
    verdict : Verdict
        The weakest of all.
    show : callable
        How expressions are written.
    """

    derivation: Derivation
    steps: tuple[StepReport, ...]
    result_checks: tuple[RouteResult, ...]
    verdict: Verdict
    show: Show = field(default=str, compare=False, repr=False)

    @property
    def ok(self) -> bool:
        """Whether every step is proved and every check of the result ran and found no fault."""
        found = [step.ok for step in self.steps] + [check.ok for check in self.result_checks]
        complete = len(self.steps) == len(self.derivation.steps) > 0 and bool(self.result_checks)
        return complete and self.verdict.ok and all(found)

    @property
    def held(self) -> bool:
        """Whether nothing is refuted and something is not proved: it is not ok, and not wrong."""
        return self.verdict.held

    def raise_if_refuted(self) -> Report:
        """Return the report, or raise `Refuted` where it is not ok.

        Raises
        ------
        Refuted
            If a step or the result is refuted, is not proved, or was not checked.
        """
        if not self.ok:
            raise Refuted(self)
        return self

    def __str__(self) -> str:
        rows = [("step", "rule", "normal form", "k = 1…4", "samples", "verdict")]
        for number, report in enumerate(self.steps, start=1):
            said = [report.route(name) for name in ROUTES]
            words = (said[0].outcome, said[1].outcome, str(said[2]))
            name, verdict = report.step.rule.name, report.verdict.text(self.show)
            rows.append((str(number), name, *words, verdict))
        columns = list(zip(*rows, strict=True))
        widths = [*(max(map(len, column)) for column in columns[:-1]), 0]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            for row in rows
        ]
        lines += [f"result, by {check.route}: {check}" for check in self.result_checks]
        verdict = self.verdict.text(self.show)
        not_proved = ", ".join(
            str(number) for number, report in enumerate(self.steps, 1) if report.verdict.held
        )
        if self.held:
            verdict = f"{verdict}; not refuted, and not proved (step {not_proved})"
        return "\n".join((*lines, f"verdict: {verdict}"))
