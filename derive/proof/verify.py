"""A whole derivation checked: every step, how the steps join, and the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from sympy import Basic, Expr, Indexed, Integer, Symbol

from derive.derivation import Derivation
from derive.language import Entries, Partial, alpha_equal, fresh_index, total
from derive.proof.meaning import Meaning, defined_name
from derive.proof.routes import Decision, decide, sample_all
from derive.proof.verdict import (
    Kind,
    Report,
    RouteResult,
    Show,
    StepReport,
    Verdict,
)
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
) -> StepReport:
    """Check one step by all routes.

    Parameters
    ----------
    step : Step
        It may use its own assumption, and those in force.
    definitions : iterable of Definition
        What names stand for, outermost first.
    in_force : tuple[Assumption, ...]
        What earlier steps have assumed: L was simplified under it, so ∂L/∂aᵢ may need it. Tried
        only where the step does not hold without.

    Returns
    -------
    StepReport
        *conditional* where the step does not hold as it stands, but does under an assumption of
        `KNOWN_ASSUMPTIONS` that it does not state.
    """
    known = tuple(definitions)
    stated = () if step.assumption is None else (step.assumption,)
    decision = decide(step.before, step.after, known, stated)
    inherited = tuple(assumption for assumption in in_force if assumption not in stated)
    if decision.verdict.kind == "refuted" and inherited:
        stated = (*stated, *inherited)
        decision = decide(step.before, step.after, known, stated)
    if decision.verdict.kind == "refuted":
        decision = _under_what(step, known, stated, decision)
    return StepReport(step, decision.routes, decision.verdict)


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
        if decision.verdict.ok:
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


def _definition_faults(meaning: Meaning) -> Iterable[str]:
    names = [defined_name(definition.left) for definition in meaning.definitions]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"{name} is defined {names.count(name)} times"
        if name in meaning.beneath(name):
            yield f"{name} is defined by itself"
    for definition in meaning.definitions:
        indices = getattr(definition.left, "indices", ())
        if len(set(indices)) != len(indices) or not all(isinstance(i, Symbol) for i in indices):
            yield f"{definition.left} is not an entry with different free indices"


def _structure_faults(derivation: Derivation, meaning: Meaning, show: Show) -> Iterable[str]:
    if not derivation.steps:
        yield "there are no steps"
        return
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


def _reports(derivation: Derivation) -> Iterable[StepReport]:
    in_force: tuple[Assumption, ...] = ()
    for step in derivation.steps:
        yield verify_step(step, derivation.definitions, in_force=in_force)
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


def _overall(
    reports: tuple[StepReport, ...], result: Verdict, checks: tuple[RouteResult, ...]
) -> Verdict:
    faults = [f"{check.route}: {check}" for check in checks if not check.ok]
    verdicts = [*(report.verdict for report in reports), result]
    refuted = [verdict for verdict in verdicts[:-1] if verdict.kind == "refuted"]
    if refuted:
        return refuted[0]
    if faults:
        return Verdict("refuted", counterexample=result.counterexample, reason="; ".join(faults))
    # Steps that join and are proved prove the result, also where its own normal form is too hard.
    counted = verdicts[:-1] if result.ok else verdicts
    worst = max(counted, key=lambda verdict: _SEVERITY.index(verdict.kind))
    conditions = (c for verdict in verdicts[:-1] for c in verdict.conditions)
    return Verdict(
        worst.kind,
        min(verdict.samples for verdict in verdicts),
        tuple(dict.fromkeys(conditions)),
        worst.counterexample,
        worst.reason,
    )


def verify(
    derivation: Derivation,
    *,
    show: Show = str,
    catalogue: tuple[Definition, ...] | None = None,
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

    Returns
    -------
    Report
        With one `StepReport` a step. The result is compared with the target unfolded from the
        definitions alone, all entries, derivatives taken by differences; no line of the derivation
        takes part in that. The verdict is the weakest of all, and names the assumptions used.
    """
    meaning = Meaning(derivation.definitions)
    faults = list(_definition_faults(meaning))
    if faults or not derivation.steps:
        faults = faults or list(_structure_faults(derivation, meaning, show))
        check = _structure(derivation, faults)
        verdict = Verdict("refuted", reason=check.detail)
        return Report(derivation, (), (check,), verdict, show)
    reports = tuple(_reports(derivation))
    structure = _structure(derivation, list(_structure_faults(derivation, meaning, show)))
    definition = sample_all(
        derivation.target, derivation.result, derivation.definitions, derivation.assumptions
    )
    result = decide(
        derivation.target, derivation.result, derivation.definitions, derivation.assumptions
    ).verdict
    checks = (structure, *_against(catalogue, derivation), definition)
    return Report(derivation, reports, checks, _overall(reports, result, checks), show)
