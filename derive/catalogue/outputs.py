"""The output units."""

from __future__ import annotations

from sympy import Interval, Max, Reals, log, oo

from derive.catalogue.records import AT_KINK, Output
from derive.language import relu, sigmoid, softmax

__all__ = ["OUTPUTS"]

OUTPUTS: tuple[Output, ...] = (
    Output(
        name="linear",
        prediction=lambda a, i: a[i],
        range=Reals,
        inverse=lambda y, i: y[i],
        source="lecture 17, output units (1)",
    ),
    Output(
        name="sigmoid",
        prediction=lambda a, i: sigmoid(a[i]),
        range=Interval.open(0, 1),
        inverse=lambda y, i: log(y[i] / (1 - y[i])),
        source="lecture 17, output units (2)",
    ),
    Output(
        name="softmax",
        prediction=lambda a, i: softmax(a.entries(i), i),
        range=Interval.open(0, 1),
        inverse=lambda y, i: log(y[i]),
        source="lecture 17, output units (3)",
    ),
    Output(
        name="relu",
        prediction=lambda a, i: relu(a[i], AT_KINK),
        range=Interval(0, oo),
        inverse=lambda y, i: Max(y[i], 0),
        kink="r′(0) may be any value of [0, 1]; the lecture takes 1, most frameworks take 0",
        source="lecture 17, the ramp function",
    ),
)
"""Every output unit; a new one is a new row."""
