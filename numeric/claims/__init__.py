"""The lecture's claims as checked statements: what is measured, with the generated kernels.

What is proved stands in ``derive.claims`` under the same names; ``derive claims`` joins the two.
"""

from __future__ import annotations

from numeric.claims.figures import save_figure
from numeric.claims.loading import load_generated
from numeric.claims.record import Experiment, Measurement, NetworkWanted
from numeric.claims.table import EXPERIMENTS

__all__ = [
    "EXPERIMENTS",
    "Experiment",
    "Measurement",
    "NetworkWanted",
    "load_generated",
    "save_figure",
]
