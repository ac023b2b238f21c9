"""The losses."""

from __future__ import annotations

from sympy import Interval, Reals, log

from derive.catalogue.labels import real_labels, simplex_labels, unit_interval_labels
from derive.catalogue.records import Loss, squared_norm, sum_over_units

__all__ = ["LOSSES"]

LOSSES: tuple[Loss, ...] = (
    Loss(
        name="squared-error",
        value=lambda ŷ, y: squared_norm(y, lambda i: ŷ[i] - y[i]),
        needs=Reals,
        labels=real_labels,
        convention="without the factor ½ that many books put in front; a sum over the units",
        source="lecture 17, linear units",
    ),
    Loss(
        name="logistic",
        value=lambda ŷ, y: (
            -sum_over_units(y, lambda i: y[i] * log(ŷ[i]) + (1 - y[i]) * log(1 - ŷ[i]))
        ),
        needs=Interval.open(0, 1),
        labels=unit_interval_labels,
        convention="a sum over the units, where others take their mean",
        source="lecture 17, sigmoid units",
    ),
    Loss(
        name="cross-entropy",
        value=lambda ŷ, y: -sum_over_units(y, lambda i: y[i] * log(ŷ[i])),
        needs=Interval.open(0, 1),
        labels=simplex_labels,
        source="lecture 17, softmax units",
    ),
)
"""Every loss; a new one is a new row."""
