"""The equation that is shown as the reason of a step: it is a claim like the step itself."""

from __future__ import annotations

from sympy import Expr

from derive.language import alpha_equal
from derive.proof.routes import decide
from derive.proof.verdict import RouteResult, Verdict
from derive.steps import Assumption, Definition, Step

__all__ = ["check_statement", "shown_statement", "weaker"]


def shown_statement(step: Step) -> tuple[Expr, Expr] | None:
    """Return the equation that is shown as the reason, or None where the rule's name is."""
    return step.rule.statement if step.rule.shown_as_statement else None


def _is_equation_of(assumption: Assumption | None, statement: tuple[Expr, Expr]) -> bool:
    if assumption is None:
        return False
    left, right = statement
    return alpha_equal(left, assumption.left) and alpha_equal(right, assumption.right)


def check_statement(
    step: Step, definitions: tuple[Definition, ...]
) -> tuple[RouteResult, Verdict] | None:
    """Check the equation that stands beside a step, or return None where there is none.

    It has to follow from the definitions, or to be the equation of the assumption that the step
    states, and it has to say something.

    Examples
    --------
    >>> from derive.language import index, k, quantity
    >>> from derive.steps import Rule
    >>> a = quantity("a", k)[index("i")]
    >>> shown = Rule("nothing", (a, a), shown_as_statement=True)
    >>> print(check_statement(Step(a, a, shown), ())[1])
    refuted: the reason that is shown says nothing, its sides are the same
    """
    statement = shown_statement(step)
    if statement is None:
        return None
    if alpha_equal(*statement):
        verdict = Verdict(
            "refuted", reason="the reason that is shown says nothing, its sides are the same"
        )
        return RouteResult("statement", "different", "trivial"), verdict
    if _is_equation_of(step.assumption, statement):
        return RouteResult("statement", "held", "the assumption"), Verdict("proved")
    verdict = decide(*statement, definitions).verdict
    if verdict.ok:
        return RouteResult("statement", "proved"), verdict
    outcome = {"refuted": "different", "held": "undecided"}.get(verdict.kind, "not run")
    said = "; ".join(part for part in ("the reason that is shown", verdict.reason) if part)
    return RouteResult("statement", outcome, verdict.text()), Verdict(
        verdict.kind, verdict.samples, (), verdict.counterexample, said
    )


def weaker(step: Verdict, statement: Verdict) -> Verdict:
    """Return the verdict of a step together with that of the reason shown beside it."""
    return step if statement.ok or not step.ok else statement
