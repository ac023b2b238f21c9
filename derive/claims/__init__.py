"""The lecture's claims as checked statements: the exact part, by proof.

What is measured stands in ``numeric.claims`` under the same names; ``derive claims`` joins the two.
"""

from __future__ import annotations

from derive.claims.record import Claim, Proof
from derive.claims.table import CLAIMS, find_claim
from derive.claims.verdict import Verdict, overview, verdicts_json

__all__ = ["CLAIMS", "Claim", "Proof", "Verdict", "find_claim", "overview", "verdicts_json"]
