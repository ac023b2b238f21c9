"""Rows that a user might bring, uglier than those of the catalogue."""

from __future__ import annotations

from sympy import Interval, Rational, Reals, cosh, exp, log, tanh

from derive.catalogue import Loss, Output, real_labels, sum_over_units
from derive.pairs import Pair

__all__ = ["EXTERNAL"]

_rational = Output(
    "rational",
    lambda a, i: a[i] / (1 + a[i] ** 2),
    Interval(-Rational(1, 2), Rational(1, 2)),
)
_wavelet = Output("wavelet", lambda a, i: a[i] * exp(-(a[i] ** 2)) * tanh(a[i]), Interval(0, 1))
_squared_error = Loss(
    "squares", lambda ŷ, y: sum_over_units(y, lambda i: (ŷ[i] - y[i]) ** 2), Reals, real_labels
)
_log_cosh = Loss(
    "log-cosh",
    lambda ŷ, y: sum_over_units(y, lambda i: log(cosh(ŷ[i] - y[i]))),
    Reals,
    real_labels,
)

EXTERNAL = {
    "rational": Pair(_rational, _squared_error),
    "wavelet": Pair(_wavelet, _log_cosh),
}
"""Pairs that are in no table."""
