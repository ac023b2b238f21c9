"""Atoms of which a power is something else: (√x)² = x, cos² = 1 − sin².

A monomial keeps such an atom with an exponent below its degree, so that equal expressions are equal
polynomials in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from derive.proof.deltas import Form, map_quotients
from derive.proof.field import Quotient, total_of
from derive.proof.polynomials import Atom, Monomial, Number, Polynomial
from derive.proof.sums import rename
from derive.proof.work import spend

__all__ = ["Algebra", "place_name"]

MOST_ROUNDS = 12
"""A value may have atoms that reduce in turn."""
TERM = 20
"""What it costs to look at a term, in the units of `derive.proof.work`."""


def place_name(number: int) -> str:
    """Return the index that stands at a place of an atom in the value of its power."""
    return f"<{number}>"


class Algebra:
    """The relations that were met, and the reduction by them."""

    def __init__(self) -> None:
        self._relations: dict[str, tuple[int, Quotient]] = {}
        self.active = False

    def add(self, name: str, degree: int, value: Quotient) -> None:
        """Say that the entries called ``name`` have ``value`` as a power.

        The indices of an entry are called by `place_name` in the value.
        """
        self._relations[name] = (degree, value)
        self.active = True

    def reduced(self, value: Form) -> Form:
        """Return a form in which no exponent reaches its degree."""
        return map_quotients(value, self._quotient) if self.active else value

    def _quotient(self, value: Quotient) -> Quotient:
        for _ in range(MOST_ROUNDS):
            found = self._once(value)
            if found == value:
                break
            value = found
        return value

    def _once(self, value: Quotient) -> Quotient:
        polynomials = [value.numerator, *(factor for factor, _ in value.denominator)]
        if not any(list(self._excessive(one)) for one in polynomials):
            return value
        result = self._polynomial(value.numerator)
        for factor, power in value.denominator:
            result = result * self._polynomial(factor) ** -power
        return result

    def _excessive(self, polynomial: Polynomial) -> Iterator[tuple[Atom, Number]]:
        for monomial in polynomial.terms:
            yield from (part for part in monomial if self._split(*part) is not None)

    def _polynomial(self, source: Polynomial) -> Quotient:
        spend(TERM * len(source.terms))
        return total_of([self._term(*item) for item in source.terms.items()])

    def _term(self, monomial: Monomial, coefficient: Number) -> Quotient:
        kept: list[tuple[Atom, Number]] = []
        result = Quotient(Polynomial({(): coefficient}))
        for atom, power in monomial:
            parts = self._split(atom, power)
            if parts is None:
                kept.append((atom, power))
                continue
            whole, value, left = parts
            result = result * value**whole
            if left:
                kept.append((atom, left))
        return result * Quotient(Polynomial({tuple(kept): 1}))

    def _split(self, atom: Atom, power: Number) -> tuple[int, Quotient, Number] | None:
        """Return how often the relation of an atom applies, its value, and what is left."""
        relation = self._relation(atom)
        if relation is None:
            return None
        degree, value = relation
        whole = floor(Fraction(power) / degree)
        return (whole, value, power - whole * degree) if whole else None

    def _relation(self, atom: Atom) -> tuple[int, Quotient] | None:
        if atom.kind == "exp":
            inside = _logarithm_under(atom)
            return None if inside is None else (1, inside)
        if atom.kind != "entry" or atom.parts[0] not in self._relations:
            return None
        name, places = atom.parts
        degree, value = self._relations[name]
        return degree, rename(value, {place_name(at): place for at, place in enumerate(places)})


def _logarithm_under(atom: Atom) -> Quotient | None:
    """Return x where an atom is e^{ln x}, as it stands with a fraction as its exponent."""
    argument: Quotient = atom.parts[0]
    if argument.denominator or len(argument.numerator.terms) != 1:
        return None
    ((monomial, coefficient),) = argument.numerator.terms.items()
    if coefficient != 1 or len(monomial) != 1 or monomial[0][1] != 1:
        return None
    inner = monomial[0][0]
    return inner.parts[0] if inner.kind == "log" else None
