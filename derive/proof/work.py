"""How much work a check may take: what would take more is given up with a typed error.

A saved derivation may hold expressions that are short to write and endless to expand. Every engine
counts what it does, in units of about a microsecond, and a single operation that would be too large
by itself is refused before it begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction

from derive.errors import DeriveError

__all__ = ["MOST_BITS", "WorkLimit", "at_most", "bounded_power", "budget", "spend"]

MOST_BITS = 20_000
"""Of a number in exact arithmetic."""
MILLION = 10**6


class WorkLimit(DeriveError, ArithmeticError):
    """A check that would take too long."""


class _Meter:
    __slots__ = ("left", "what")

    def __init__(self, left: int, what: str) -> None:
        self.left, self.what = left, what


_METER: ContextVar[_Meter | None] = ContextVar("meter", default=None)


@contextmanager
def budget(units: int, what: str) -> Iterator[None]:
    """Allow ``units`` of work inside, which is called ``what`` where it is not enough."""
    token = _METER.set(_Meter(units, what))
    try:
        yield
    finally:
        _METER.reset(token)


def spend(units: int) -> None:
    """Count work; outside of a `budget` there is no end to it.

    Raises
    ------
    WorkLimit
        If the budget is used up.

    Examples
    --------
    >>> with budget(10, "this example"):
    ...     spend(11)
    Traceback (most recent call last):
        ...
    derive.proof.work.WorkLimit: this example takes too long; write the step in smaller parts
    """
    meter = _METER.get()
    if meter is None:
        return
    meter.left -= units
    if meter.left < 0:
        raise WorkLimit(f"{meter.what} takes too long; write the step in smaller parts")


def at_most(limit: int, count: int, what: str) -> None:
    """Refuse an operation on ``count`` parts where only ``limit`` are allowed.

    Raises
    ------
    WorkLimit
        If there are more.
    """
    if count > limit:
        given = count if count < MILLION else "more than a million"
        raise WorkLimit(f"{given} {what}; {limit} at most")


def bounded_power(number: int | Fraction, exponent: int) -> int | Fraction:
    """Return a whole power of an exact number that is not too long to write.

    Raises
    ------
    WorkLimit
        If it is.
    """
    bits = max(abs(number.numerator), number.denominator).bit_length()
    if bits > 1:
        at_most(MOST_BITS, bits * abs(exponent), "binary digits of a number")
    return Fraction(number) ** exponent if exponent < 0 else number**exponent
