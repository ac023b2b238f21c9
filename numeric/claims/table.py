"""What is measured of the lecture's claims, a row each, under the names of ``derive.claims``."""

from __future__ import annotations

from numeric.claims.depth import DEPTH_NETWORKS, draw_depth, measure_depth
from numeric.claims.labels import draw_labels, measure_labels
from numeric.claims.output import OUTPUT_NETWORKS, draw_output, measure_output
from numeric.claims.record import Experiment
from numeric.claims.regression import draw_regression, measure_regression
from numeric.claims.sigmoid import draw_bends, measure_bends
from numeric.claims.stuck import STUCK_NETWORKS, draw_stuck, measure_stuck
from numeric.claims.tolerance import TOLERANCE_NETWORKS, draw_tolerance, measure_tolerance
from numeric.claims.xor import XOR_NETWORKS, draw_xor, measure_xor

__all__ = ["EXPERIMENTS"]

EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment("sigmoid-bends", measure_bends, draw_bends),
    Experiment("vanishing-gradient", measure_depth, draw_depth, DEPTH_NETWORKS),
    Experiment("logistic-cures-output", measure_output, draw_output, OUTPUT_NETWORKS),
    Experiment("last-layer-regression", measure_regression, draw_regression),
    Experiment("attainable-labels", measure_labels, draw_labels),
    Experiment("stuck-relus", measure_stuck, draw_stuck, STUCK_NETWORKS),
    Experiment("relus-compute-xor", measure_xor, draw_xor, XOR_NETWORKS),
    Experiment("fault-tolerance", measure_tolerance, draw_tolerance, TOLERANCE_NETWORKS),
)
