"""The catalogue: output units and losses as rows of two tables."""

from derive.catalogue.labels import LabelDomain, real_labels, simplex_labels, unit_interval_labels
from derive.catalogue.records import (
    AT_KINK,
    Loss,
    Output,
    Vector,
    squared_norm,
    sum_over_units,
)
from derive.catalogue.tables import (
    find_loss,
    find_output,
    losses,
    outputs,
    refusal,
    register_loss,
    register_output,
)

__all__ = [
    "AT_KINK",
    "LabelDomain",
    "Loss",
    "Output",
    "Vector",
    "find_loss",
    "find_output",
    "losses",
    "outputs",
    "real_labels",
    "refusal",
    "register_loss",
    "register_output",
    "simplex_labels",
    "squared_norm",
    "sum_over_units",
    "unit_interval_labels",
]
