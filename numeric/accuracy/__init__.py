"""Measure any function in units of the last place, against a reference in mpmath.

The instrument is :func:`accuracy_report`. The references, :data:`PAIRS`, are one row for each pair
of an output unit and a loss. :func:`hard_inputs` makes the inputs at which floating point is hard.
mpmath is imported when something is measured, not before.

Examples
--------
>>> from numeric.accuracy import accuracy_report, hard_inputs
>>> from numeric.kernels import linear_squared_error as kernel
>>> points = [(given.a, given.y) for given in hard_inputs("linear_squared_error", classes=(2,))]
>>> report = accuracy_report(
...     lambda a, y: kernel.value_and_grad(a, y, reduction="none"), "linear_squared_error", points
... )
>>> report.part("gradient").worst <= 0.5, report.lost, report.warnings
(True, 0, ())
"""

from __future__ import annotations

from numeric.accuracy.inputs import (
    FAMILIES,
    HARD_CLASSES,
    LABEL_KINDS,
    Family,
    HardInput,
    LabelKind,
    hard_inputs,
    hard_labels,
    hard_pre_activations,
)
from numeric.accuracy.references import PAIRS, PairReference, pair_reference
from numeric.accuracy.report import AccuracyReport, PartAccuracy, Place, accuracy_report

__all__ = [
    "FAMILIES",
    "HARD_CLASSES",
    "LABEL_KINDS",
    "PAIRS",
    "AccuracyReport",
    "Family",
    "HardInput",
    "LabelKind",
    "PairReference",
    "PartAccuracy",
    "Place",
    "accuracy_report",
    "hard_inputs",
    "hard_labels",
    "hard_pre_activations",
    "pair_reference",
]
