"""Whether an element of the field is not zero, beyond doubt.

A normal form that is not zero may still be zero as a function, where its atoms depend on one
another unseen. An enclosure of its value at one point that leaves out zero decides that it is not.
A constant has the same value at every point.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from derive.proof.arithmetic import Enclosures
from derive.proof.field import Quotient
from derive.proof.points import Point
from derive.proof.polynomials import Atom, Number, Polynomial
from derive.proof.undefined import Undefined

__all__ = ["is_nonzero"]

DIGITS = (50, 200, 1000)
"""With how many digits the value is enclosed until zero is left out."""


class _Value:
    """Encloses the values of elements of the field at a point, atom by atom."""

    def __init__(self, point: Point, digits: int) -> None:
        self.point, self.arithmetic = point, Enclosures(digits, 0)
        self.sizes = dict(point.sizes)
        self._memory: dict[Atom, Any] = {}

    def number(self, value: Number) -> Any:
        return self.arithmetic.number(Fraction(value))

    def quotient(self, value: Quotient) -> Any:
        result = self.polynomial(value.numerator)
        for factor, power in value.denominator:
            result = result * self.arithmetic.power(self.polynomial(factor), -power)
        return result

    def polynomial(self, value: Polynomial) -> Any:
        total = self.number(0)
        for monomial, coefficient in value.terms.items():
            product = self.number(coefficient)
            for atom, power in monomial:
                product = product * self.power(atom, power)
            total = total + product
        return total

    def power(self, atom: Atom, exponent: Number) -> Any:
        if atom.kind == "exp":
            return self.arithmetic.exponential(self.quotient(atom.parts[0]) * self.number(exponent))
        return self.arithmetic.power(self.atom(atom), int(exponent))

    def atom(self, atom: Atom) -> Any:
        if atom not in self._memory:
            self._memory[atom] = self._atom(atom)
        return self._memory[atom]

    def _atom(self, atom: Atom) -> Any:
        if atom.kind == "entry":
            name, places = atom.parts
            return self.number(self.point.value(name, tuple(map(int, places))))
        if atom.kind == "symbol":
            name, positive = atom.parts
            if name in self.sizes:
                return self.number(self.sizes[name])
            number = self.point.value(name, ())
            return self.number(abs(number) if positive else number)
        if atom.kind == "log":
            return self.arithmetic.logarithm(self.quotient(atom.parts[0]))
        if atom.kind == "step":
            side = self.arithmetic.sign(self.quotient(atom.parts[0]))
            return self.number(int(side > 0)) if side else self.quotient(atom.parts[1])
        raise Undefined(f"{atom} for symbolic dimensions")


def is_nonzero(parts: Iterable[Quotient], point: Point) -> bool:
    """Say whether the sum of ``parts`` is known not to be zero at a point.

    False means that it is not known.

    Examples
    --------
    >>> from derive.proof.elementary import exponential
    >>> from derive.proof.field import ONE, quotient
    >>> nowhere = Point((), lambda name, places: Fraction(0))
    >>> is_nonzero([exponential(quotient(-200))], nowhere)
    True
    >>> is_nonzero([ONE, -ONE], nowhere)
    False
    """
    elements = list(parts)
    for digits in DIGITS:
        value = _Value(point, digits)
        try:
            total = sum((value.quotient(part) for part in elements), value.number(0))
        except Undefined:
            continue
        if total > 0 or total < 0:
            return True
    return False
