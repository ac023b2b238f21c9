"""Numbers with a derivative: forward differentiation by one variable at a time.

Every derivative that is being taken has a tag of its own, the inner ones larger, so that
derivatives of derivatives do not mix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mpmath import mp

__all__ = ["Dual", "Singular", "Undefined", "apply", "power", "primal", "tangent"]


class Undefined(ArithmeticError):
    """An expression has no value at a point: a quotient by zero, a logarithm of −1."""


class Singular(Undefined):
    """A quotient by zero or the inverse of a singular matrix.

    At numbers drawn at random that is so for degenerate sizes only, as a variance of one number or
    XᵀX with fewer rows than columns. Who writes an inverse takes for granted that there is one.
    """


@dataclass(frozen=True, slots=True)
class Dual:
    """A number `value` and its derivative `slope` by the variable of `tag`; both may be duals."""

    tag: int
    value: Any
    slope: Any

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Dual):
            if other.tag > self.tag:
                return Dual(other.tag, self + other.value, other.slope)
            if other.tag == self.tag:
                return Dual(self.tag, self.value + other.value, self.slope + other.slope)
        return Dual(self.tag, self.value + other, self.slope)

    __radd__ = __add__

    def __neg__(self) -> Any:
        return Dual(self.tag, -self.value, -self.slope)

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return (-self) + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Dual):
            if other.tag > self.tag:
                return Dual(other.tag, self * other.value, self * other.slope)
            if other.tag == self.tag:
                return Dual(
                    self.tag,
                    self.value * other.value,
                    self.slope * other.value + self.value * other.slope,
                )
        return Dual(self.tag, self.value * other, self.slope * other)

    __rmul__ = __mul__


def primal(number: Any) -> Any:
    """Return a number without its derivatives."""
    while isinstance(number, Dual):
        number = number.value
    return number


def tangent(number: Any, tag: int) -> Any:
    """Return the derivative by the variable of a tag."""
    if isinstance(number, Dual):
        if number.tag == tag:
            return number.slope
        if number.tag > tag:
            return Dual(number.tag, tangent(number.value, tag), tangent(number.slope, tag))
    return mp.mpf(0)


def _reciprocal(number: Any) -> Any:
    if isinstance(number, Dual):
        inverse = _reciprocal(number.value)
        return Dual(number.tag, inverse, -(inverse * inverse * number.slope))
    if number == 0:
        raise Singular("a quotient by zero")
    return 1 / number


def _exp(number: Any) -> Any:
    if abs(number) > 1000:
        raise Undefined("an exponential beyond 1000")
    return mp.exp(number)


def _log(number: Any) -> Any:
    if number <= 0:
        raise Undefined("a logarithm of a number that is not positive")
    return mp.log(number)


def _sqrt(number: Any) -> Any:
    if number < 0:
        raise Undefined("a root of a negative number")
    return mp.sqrt(number)


def _bounded(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(number: Any) -> Any:
        if abs(number) > 1:
            raise Undefined("an inverse sine beyond one")
        return function(number)

    return checked


def _sigmoid(number: Any) -> Any:
    return 1 / (1 + _exp(-number))


def _factorial(number: Any) -> Any:
    if number < 0 or number > 500:
        raise Undefined("a factorial of a negative or very large number")
    return mp.gamma(number + 1)


def _small(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(number: Any) -> Any:
        if abs(number) > 1000:
            raise Undefined("an argument beyond 1000")
        return function(number)

    return checked


_VALUES: dict[str, Callable[[Any], Any]] = {
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "sinh": _small(mp.sinh),
    "cosh": _small(mp.cosh),
    "tanh": mp.tanh,
    "arcsin": _bounded(mp.asin),
    "arccos": _bounded(mp.acos),
    "arctan": mp.atan,
    "erf": mp.erf,
    "factorial": _factorial,
    "abs": abs,
    "sign": mp.sign,
    "sigmoid": _sigmoid,
    "softplus": lambda x: mp.log1p(_exp(x)) if x < 500 else x,
    "relu": lambda x: x if x > 0 else mp.mpf(0),
    "step": lambda x: mp.mpf(x >= 0),
    "flat": lambda x: mp.mpf(0),
}
_SLOPES: dict[str, Callable[[Any], Any]] = {
    "exp": lambda x: apply("exp", x),
    "log": _reciprocal,
    "sqrt": lambda x: _reciprocal(2 * apply("sqrt", x)),
    "sin": lambda x: apply("cos", x),
    "cos": lambda x: -apply("sin", x),
    "tan": lambda x: 1 + apply("tan", x) * apply("tan", x),
    "sinh": lambda x: apply("cosh", x),
    "cosh": lambda x: apply("sinh", x),
    "tanh": lambda x: 1 - apply("tanh", x) * apply("tanh", x),
    "arcsin": lambda x: _reciprocal(apply("sqrt", 1 - x * x)),
    "arccos": lambda x: -_reciprocal(apply("sqrt", 1 - x * x)),
    "arctan": lambda x: _reciprocal(1 + x * x),
    "erf": lambda x: 2 / mp.sqrt(mp.pi) * apply("exp", -(x * x)),
    "factorial": lambda x: apply("factorial", x) * mp.digamma(x + 1),
    "abs": lambda x: apply("sign", x),
    "sign": lambda x: apply("flat", x),
    "sigmoid": lambda x: apply("sigmoid", x) * (1 - apply("sigmoid", x)),
    "softplus": lambda x: apply("sigmoid", x),
    "relu": lambda x: apply("step", x),
    "step": lambda x: apply("flat", x),
    "flat": lambda x: apply("flat", x),
}


def apply(name: str, number: Any) -> Any:
    """Return an elementary function of a number.

    Raises
    ------
    Undefined
        Outside its domain.

    Examples
    --------
    >>> from mpmath import mpf
    >>> tangent(apply("exp", Dual(1, mpf(0), mpf(1))), 1)
    mpf('1.0')
    """
    if isinstance(number, Dual):
        return Dual(
            number.tag, apply(name, number.value), _SLOPES[name](number.value) * number.slope
        )
    return _VALUES[name](number)


def power(base: Any, exponent: Any) -> Any:
    """Return a power; a base that is not positive needs a whole exponent.

    Raises
    ------
    Undefined
        When there is no real value, or when it is out of all proportion.
    """
    if not isinstance(exponent, Dual) and exponent == int(exponent):
        return _whole_power(base, int(exponent))
    return apply("exp", exponent * apply("log", base))


LARGEST_EXPONENT = 2_000


def _whole_power(base: Any, exponent: int) -> Any:
    if abs(exponent) > LARGEST_EXPONENT:
        raise Undefined(f"an exponent beyond {LARGEST_EXPONENT}")
    if exponent < 0:
        return _reciprocal(_whole_power(base, -exponent))
    if not isinstance(base, Dual):
        return base**exponent
    if exponent == 0:
        return mp.mpf(1)
    below = _whole_power(base.value, exponent - 1)
    return Dual(base.tag, below * base.value, exponent * below * base.slope)
