"""A whole derivation checked: every step, how the steps join, and the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import permutations

from sympy import Basic, Expr, Indexed, Integer, Symbol

from derive.derivation import Derivation
from derive.language import (
    Entries,
    Partial,
    alpha_equal,
    fresh_index,
    index_dimensions,
    substitute,
    total,
)
from derive.proof.letters import Mistyped, check_definitions, check_letters
from derive.proof.meaning import Meaning, defined_name
from derive.proof.routes import TOO_DEEP, Decision, decide, sample_all
from derive.proof.statements import check_statement, shown_statement, weaker
from derive.proof.sums import MOST_AXES
from derive.proof.verdict import (
    Kind,
    Report,
    RouteResult,
    Show,
    StepReport,
    Verdict,
)
from derive.proof.work import WorkLimit
from derive.steps import Assumption, Definition, Step

__all__ = ["KNOWN_ASSUMPTIONS", "labels_sum_to_one", "verify", "verify_step"]

LABEL = "y"


@lru_cache(maxsize=1_000)
def _entries_in(node: Basic) -> frozenset[Indexed]:
    if isinstance(node, Indexed):
        return frozenset((node,))
    return frozenset().union(*(_entries_in(argument) for argument in node.args))


def labels_sum_to_one(entry: Indexed) -> Assumption | None:
    """Return Σᵢ yᵢ = 1 for each example, where ``entry`` is an entry of the labels.

    Examples
    --------
    >>> from derive.language import index, k, quantity
    >>> labels_sum_to_one(quantity("y", k)[index("i")]).left
    Sum(y[i], (i, 1, k))
    """
    if str(entry.base.label) != LABEL or not entry.base.shape:
        return None
    places: list[Symbol] = []
    for size in entry.base.shape:
        places.append(fresh_index(size, places))
    body = entry.base[tuple(places)]
    name = "the labels of an example sum to one"
    return Assumption(name, total(body, places[-1], entry.base.shape[-1]), Integer(1))


KNOWN_ASSUMPTIONS: tuple[Callable[[Indexed], Assumption | None], ...] = (labels_sum_to_one,)
"""What is tried for a step that does not hold as it stands: from an entry to an equation."""


def _candidates(step: Step, definitions: tuple[Definition, ...]) -> tuple[Assumption, ...]:
    expressions = [step.before, step.after, *(definition.right for definition in definitions)]
    entries = frozenset().union(*(_entries_in(expr) for expr in expressions))
    found = (known(entry) for entry in sorted(entries, key=str) for known in KNOWN_ASSUMPTIONS)
    return tuple(dict.fromkeys(assumption for assumption in found if assumption is not None))


def verify_step(
    step: Step,
    definitions: Iterable[Definition] = (),
    *,
    in_force: tuple[Assumption, ...] = (),
    allowed: tuple[Assumption, ...] | None = None,
) -> StepReport:
    """Check one step by all routes, and the equation that is shown as its reason.

    Parameters
    ----------
    step : Step
        It may use its own assumption, and those in force.
    definitions : iterable of Definition
        What names stand for, outermost first.
    in_force : tuple[Assumption, ...]
        What earlier steps have assumed: L was simplified under it, so ∂L/∂aᵢ may need it. Used
        only where the step does not hold without.
    allowed : tuple[Assumption, ...] or None
        What may be assumed; None where that is not known.

    Returns
    -------
    StepReport
        *conditional* where the step does not hold as it stands, but does under an assumption of
        `KNOWN_ASSUMPTIONS` that it does not state, or that is not allowed.
    """
    known = tuple(definitions)
    stated = () if step.assumption is None else (step.assumption,)
    stated = tuple(dict.fromkeys((*stated, *in_force)))
    decision = decide(step.before, step.after, known, stated)
    if decision.verdict.kind == "refuted":
        decision = _under_what(step, known, stated, decision)
    verdict = _within(decision.verdict, allowed)
    shown = check_statement(step, known)
    if shown is None:
        return StepReport(step, decision.routes, verdict)
    return StepReport(step, (*decision.routes, shown[0]), weaker(verdict, shown[1]))


def _within(verdict: Verdict, allowed: tuple[Assumption, ...] | None) -> Verdict:
    """Return the verdict as conditional on what was assumed and is not allowed."""
    if allowed is None or verdict.kind not in ("proved", "held"):
        return verdict
    refused = tuple(
        used for used in verdict.conditions if not any(_alike(used, known) for known in allowed)
    )
    return replace(verdict, kind="conditional", conditions=refused) if refused else verdict


def _alike(one: Assumption, other: Assumption) -> bool:
    """Say whether two assumptions are one equation, whatever their indices are called."""
    mine, theirs = (
        sorted(index_dimensions(assumption.left, assumption.right), key=str)
        for assumption in (one, other)
    )
    if len(mine) != len(theirs) or len(mine) > MOST_AXES:
        return False
    for order in permutations(theirs):
        names = dict(zip(mine, order, strict=True))
        if alpha_equal(substitute(one.left, names), other.left) and alpha_equal(
            substitute(one.right, names), other.right
        ):
            return True
    return False


def _under_what(
    step: Step,
    definitions: tuple[Definition, ...],
    stated: tuple[Assumption, ...],
    refuted: Decision,
) -> Decision:
    for assumption in _candidates(step, definitions):
        if assumption in stated:
            continue
        decision = decide(step.before, step.after, definitions, (*stated, assumption))
        if decision.verdict.kind in ("proved", "held"):
            verdict = replace(
                decision.verdict,
                kind="conditional",
                counterexample=refuted.verdict.counterexample,
            )
            return Decision(decision.routes, verdict)
    return refuted


def _is_left_hand_side(expr: Expr, meaning: Meaning) -> bool:
    """Say whether a chain may begin with an expression: a defined name or its derivative."""
    if isinstance(expr, Entries | Partial):
        return _is_left_hand_side(expr.expr, meaning)
    return isinstance(expr, Symbol | Indexed) and (
        meaning.definition(defined_name(expr)) is not None
    )


def _structure_faults(derivation: Derivation, meaning: Meaning, show: Show) -> Iterable[str]:
    number = 1
    for chain in derivation.chains:
        first = chain[0].before
        if not _is_left_hand_side(first, meaning):
            yield (
                f"step {number} begins with {show(first)}, which neither ends the step before it "
                f"nor is a defined name or its derivative"
            )
        number += len(chain)
    begins = derivation.chains[-1][0].before
    if not alpha_equal(begins, derivation.target):
        yield f"the last chain begins with {show(begins)}, not with {show(derivation.target)}"


def _structure(derivation: Derivation, faults: list[str]) -> RouteResult:
    if faults:
        return RouteResult("structure", "different", "; ".join(faults))
    return RouteResult("structure", "proved", f"{len(derivation.chains)} chains join")


def _reports(
    derivation: Derivation, allowed: tuple[Assumption, ...] | None
) -> Iterable[StepReport]:
    in_force: tuple[Assumption, ...] = ()
    for step in derivation.steps:
        yield verify_step(step, derivation.definitions, in_force=in_force, allowed=allowed)
        if step.assumption is not None and step.assumption not in in_force:
            in_force = (*in_force, step.assumption)


def _against(
    catalogue: tuple[Definition, ...] | None, derivation: Derivation
) -> tuple[RouteResult, ...]:
    if catalogue is None:
        return ()
    given = derivation.definitions
    same = len(given) == len(catalogue) and all(
        alpha_equal(ours.left, theirs.left) and alpha_equal(ours.right, theirs.right)
        for ours, theirs in zip(given, catalogue, strict=True)
    )
    if same:
        return (RouteResult("catalogue", "equal", "the definitions are those of the pair"),)
    pair = f"{derivation.output} + {derivation.loss}"
    return (RouteResult("catalogue", "different", f"not the definitions of {pair}"),)


_SEVERITY: tuple[Kind, ...] = ("proved", "held", "conditional", "unreadable", "refuted")


def _overall(reports: tuple[StepReport, ...], checks: tuple[RouteResult, ...]) -> Verdict:
    """Return the weakest verdict; steps that join and are proved prove the result."""
    verdicts = [report.verdict for report in reports]
    worst = max(verdicts, key=lambda verdict: _SEVERITY.index(verdict.kind))
    faults = [check for check in checks if not check.ok]
    said = "; ".join(f"{check.route}: {check}" for check in faults)
    if faults and worst.kind != "refuted":
        wrong = any(check.outcome == "different" for check in faults)
        return Verdict("refuted" if wrong else "unreadable", reason=said)
    counted = [v for v in verdicts if v.kind == "conditional"] or verdicts
    return Verdict(
        worst.kind,
        min(verdict.samples for verdict in verdicts if verdict.kind == worst.kind),
        tuple(dict.fromkeys(c for verdict in counted for c in verdict.conditions)),
        worst.counterexample,
        worst.reason,
    )


def _needed(derivation: Derivation, reports: tuple[StepReport, ...]) -> tuple[Assumption, ...]:
    """Return the assumptions that steps state and that some step needs."""
    used = {condition for report in reports for condition in report.verdict.conditions}
    return tuple(assumption for assumption in derivation.assumptions if assumption in used)


def _misread(derivation: Derivation) -> str:
    """Return why a derivation as a whole means nothing, or an empty text."""
    lines = [(step.before, step.after) for step in derivation.steps]
    shown = [found for step in derivation.steps if (found := shown_statement(step)) is not None]
    target = (derivation.target, derivation.target)
    try:
        check_definitions(derivation.definitions)
        check_letters([target, *lines, *shown], derivation.definitions, derivation.assumptions)
    except (Mistyped, WorkLimit) as error:
        return str(error)
    except RecursionError:
        return TOO_DEEP
    return ""


def verify(
    derivation: Derivation,
    *,
    show: Show = str,
    catalogue: tuple[Definition, ...] | None = None,
    allowed: tuple[Assumption, ...] | None = None,
) -> Report:
    """Check a derivation: every step, how the steps join, and the result.

    Parameters
    ----------
    derivation : Derivation
    show : callable
        How expressions are written in the report.
    catalogue : tuple[Definition, ...] or None
        What the names stand for by the catalogue, so that a derivation of something else does not
        pass under the name of a pair; None for a pair that the catalogue does not have.
    allowed : tuple[Assumption, ...] or None
        What may be assumed about the labels: what else a step needs makes the result conditional.
        None where that is not known.

    Returns
    -------
    Report
        With one `StepReport` a step. The result is compared with the target unfolded from the
        definitions alone, all entries, derivatives taken by differences; no line of the derivation
        takes part in that. The verdict is the weakest of all, and names the assumptions used.
    """
    unreadable = _misread(derivation)
    if unreadable or not derivation.steps:
        reason = unreadable or "there are no steps"
        check = RouteResult("structure", "not run" if unreadable else "different", reason)
        verdict = Verdict("unreadable" if unreadable else "refuted", reason=reason)
        return Report(derivation, (), (check,), verdict, show)
    reports = tuple(_reports(derivation, allowed))
    faults = list(_structure_faults(derivation, Meaning(derivation.definitions), show))
    definition = sample_all(
        derivation.target, derivation.result, derivation.definitions, _needed(derivation, reports)
    )
    checks = (_structure(derivation, faults), *_against(catalogue, derivation), definition)
    return Report(derivation, reports, checks, _overall(reports, checks), show)
