"""Quantities that are not free, written with free ones: a positive number is an exponential.

Each row maps the real numbers, or two of them, onto the whole domain, so that what is proved for
every free number is proved for every number of the domain.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.proof.elementary import exponential, step_value
from derive.proof.field import ONE, Quotient

__all__ = ["PARAMETERS", "SUMMING", "sigmoid"]


def sigmoid(value: Quotient) -> Quotient:
    """Return 1 / (1 + e^{−value})."""
    return (ONE + exponential(-value)).inverse()


def _between(value: Quotient) -> Quotient:
    return sigmoid(value).scaled(2) - ONE


def _label(value: Quotient) -> Quotient:
    return step_value(value, ONE)


def _sign(value: Quotient) -> Quotient:
    return _label(value).scaled(2) - ONE


PARAMETERS: dict[str, Callable[[Quotient], Quotient]] = {
    "positive": exponential,
    "simplex": exponential,
    "negative": lambda value: -exponential(value),
    "in (0,1)": sigmoid,
    "in (-1,1)": _between,
    "in {0,1}": _label,
    "in {-1,1}": _sign,
    "one-hot": _label,
    "part": _label,
}
"""How an entry of a domain is written with a free number; of other domains nothing is used."""
SUMMING = frozenset({"one-hot", "simplex"})
"""Whose rows sum to one."""
