"""Three routes that check a step and a result, independent of the rules that made them."""

from derive.proof.letters import Mistyped
from derive.proof.normal_form import equal, normal_form
from derive.proof.routes import decide, prove, refute
from derive.proof.undefined import Undefined
from derive.proof.verdict import (
    Counterexample,
    Refuted,
    Report,
    RouteResult,
    StepReport,
    Verdict,
)
from derive.proof.verify import verify, verify_step
from derive.proof.work import WorkLimit

__all__ = [
    "Counterexample",
    "Mistyped",
    "Refuted",
    "Report",
    "RouteResult",
    "StepReport",
    "Undefined",
    "Verdict",
    "WorkLimit",
    "decide",
    "equal",
    "normal_form",
    "prove",
    "refute",
    "verify",
    "verify_step",
]
