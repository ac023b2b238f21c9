"""The numbers in which expressions are evaluated: exact, with many digits, or enclosed.

Digits are quick and can be misled by what cancels; enclosures cannot be, so that only they say that
two values differ. Rational numbers are exact, and decide on which side of a kink a point lies.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
from mpmath.ctx_iv import MPIntervalContext

from derive.proof.undefined import Undefined
from derive.proof.work import bounded_power

__all__ = ["Arithmetic", "Digits", "Enclosures", "Exact"]

ROUNDED_DIGITS = 8
"""How many of the last digits rounding may have changed."""
LARGEST_EXPONENT = 2**64
"""e to a higher power than this is taken for no value: its own exponential could not be written."""


class Arithmetic(ABC):
    """Numbers that can be added, multiplied and compared with zero."""

    steps: tuple[int, ...] = ()
    """At how many small steps `slope` asks for the function."""

    @abstractmethod
    def number(self, value: Fraction) -> Any:
        """Return a rational number."""

    @abstractmethod
    def exponential(self, value: Any) -> Any:
        """Return e^value."""

    @abstractmethod
    def logarithm(self, value: Any) -> Any:
        """Return ln value."""

    @abstractmethod
    def sign(self, value: Any) -> int:
        """Return −1, 0 or 1."""

    @abstractmethod
    def slope(self, shifted: Callable[[int], Any]) -> Any:
        """Return the slope at 0 of a function that is given at whole numbers of small steps."""

    @abstractmethod
    def step(self, amount: int) -> Any:
        """Return a whole number of small steps."""

    def total(self, parts: list[Any]) -> Any:
        """Return a sum."""
        return sum(parts)

    def power(self, base: Any, exponent: int) -> Any:
        """Return a whole power."""
        if exponent < 0 and not self.sign(base):
            raise Undefined("division by zero")
        return base**exponent


class Exact(Arithmetic):
    """Rational numbers, which have no exponentials and no slopes."""

    def number(self, value: Fraction) -> Fraction:
        """Return the number itself."""
        return value

    def exponential(self, value: Fraction) -> Fraction:
        """Return e⁰, the only rational one."""
        if value:
            raise Undefined(f"e^{value} is not rational")
        return Fraction(1)

    def logarithm(self, value: Fraction) -> Fraction:
        """Return ln 1, the only rational one."""
        if value != 1:
            raise Undefined(f"ln {value} is not rational")
        return Fraction(0)

    def sign(self, value: Fraction) -> int:
        """Return −1, 0 or 1."""
        return (value > 0) - (value < 0)

    def slope(self, shifted: Callable[[int], Any]) -> Any:
        """Refuse: a difference quotient is not exact."""
        raise Undefined("a slope is not exact")

    def step(self, amount: int) -> Any:
        """Refuse: there is no smallest rational number."""
        raise Undefined("a slope is not exact")

    def power(self, base: Fraction, exponent: int) -> Fraction:
        """Return a whole power."""
        if exponent < 0 and not base:
            raise Undefined("division by zero")
        return Fraction(bounded_power(base, exponent))


@lru_cache(maxsize=16)
def _floating(digits: int) -> Any:
    context = mpmath.MPContext()
    context.dps = digits
    return context


@lru_cache(maxsize=16)
def _enclosing(digits: int) -> Any:
    context = MPIntervalContext()
    context.dps = digits
    return context


def working_digits(digits: int, depth: int) -> int:
    """Return the digits to carry for ``digits`` of them in the result.

    A difference quotient takes steps of half as many digits, so that its error is of the order of
    the last digit; it loses those digits, which are added for each derivative inside another.
    """
    return digits + (digits // 2 + 5) * depth


class Digits(Arithmetic):
    """Floating-point numbers of mpmath.

    Parameters
    ----------
    digits : int
        How many decimal digits values have.
    depth : int
        How many derivatives stand inside one another.
    """

    steps = (-1, 1)

    def __init__(self, digits: int, depth: int) -> None:
        self.context = _floating(working_digits(digits, depth))
        self.small = self.context.mpf(10) ** (-(digits // 2))
        self.rounding = self.context.mpf(10) ** (ROUNDED_DIGITS - self.context.dps)

    def number(self, value: Fraction) -> Any:
        """Return a rational number, rounded."""
        return self.context.mpf(value.numerator) / value.denominator

    def exponential(self, value: Any) -> Any:
        """Return e^value."""
        if abs(value) > LARGEST_EXPONENT:
            raise Undefined("e to a power too large to write")
        return self.context.exp(value)

    def logarithm(self, value: Any) -> Any:
        """Return ln value."""
        if value <= 0:
            raise Undefined(f"ln {self.context.nstr(value, 6)}")
        return self.context.log(value)

    def sign(self, value: Any) -> int:
        """Return −1, 0 or 1."""
        return int(value > 0) - int(value < 0)

    def slope(self, shifted: Callable[[int], Any]) -> Any:
        """Return a central difference quotient."""
        return (shifted(1) - shifted(-1)) / (2 * self.small)

    def step(self, amount: int) -> Any:
        """Return a whole number of small steps."""
        return amount * self.small

    def total(self, parts: list[Any]) -> Any:
        """Return a sum, and zero where nothing but rounding is left: 1 − ŷ for one class."""
        value = sum(parts)
        if abs(value) < self.rounding * max(map(abs, parts)):
            return self.context.zero
        return value


class Enclosures(Arithmetic):
    """Intervals of mpmath, which hold the value.

    The error of a difference quotient is estimated by a second one with twice the step; the rest is
    rigorous.

    Parameters
    ----------
    digits, depth : int
        As for `Digits`.
    """

    steps = (-2, -1, 1, 2)

    def __init__(self, digits: int, depth: int) -> None:
        self.context = _enclosing(working_digits(digits, depth))
        self.small = self.context.mpf(10) ** (-(digits // 2))

    def number(self, value: Fraction) -> Any:
        """Return a rational number, enclosed."""
        return self.context.mpf(value.numerator) / value.denominator

    def exponential(self, value: Any) -> Any:
        """Return e^value."""
        if not (value < LARGEST_EXPONENT and value > -LARGEST_EXPONENT):
            raise Undefined("e to a power too large to write")
        return self.context.exp(value)

    def logarithm(self, value: Any) -> Any:
        """Return ln value."""
        if not value > 0:
            raise Undefined(f"ln {value}")
        return self.context.log(value)

    def sign(self, value: Any) -> int:
        """Return −1, 0 or 1, where the enclosure leaves no doubt."""
        if value > 0:
            return 1
        if value < 0:
            return -1
        if value == 0:
            return 0
        raise Undefined(f"the sign of {value}")

    def slope(self, shifted: Callable[[int], Any]) -> Any:
        """Return a central difference quotient with its error, as a second one shows it."""
        near = (shifted(1) - shifted(-1)) / (2 * self.small)
        wide = (shifted(2) - shifted(-2)) / (4 * self.small)
        return near + (near - wide) * self.context.mpf([-1, 1])

    def step(self, amount: int) -> Any:
        """Return a whole number of small steps."""
        return amount * self.small
