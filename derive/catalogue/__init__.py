"""The catalogue: output units and losses as rows of two tables."""

from derive.catalogue.hidden import (
    SLOPE,
    HiddenUnit,
    find_hidden_unit,
    hidden_units,
    register_hidden_unit,
)
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
    "SLOPE",
    "HiddenUnit",
    "LabelDomain",
    "Loss",
    "Output",
    "Vector",
    "find_hidden_unit",
    "find_loss",
    "find_output",
    "hidden_units",
    "losses",
    "outputs",
    "real_labels",
    "refusal",
    "register_hidden_unit",
    "register_loss",
    "register_output",
    "simplex_labels",
    "squared_norm",
    "sum_over_units",
    "unit_interval_labels",
]
