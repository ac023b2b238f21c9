"""The field of rational functions over atoms.

A quotient keeps its denominator as powers of irreducible polynomials and is cancelled by exact
division, so that equal elements of the field are equal values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TypeAlias

from derive.proof.polynomials import (
    UNIT,
    Atom,
    Monomial,
    Number,
    Polynomial,
    exact_quotient,
    factors,
    monomial_power,
    primitive,
)
from derive.proof.undefined import Undefined
from derive.proof.work import spend

__all__ = ["ONE", "ZERO", "Denominator", "Quotient", "quotient", "total_of", "vanishes"]

Denominator: TypeAlias = tuple[tuple[Polynomial, int], ...]


def _cancelled(numerator: Polynomial, powers: Mapping[Polynomial, int]) -> Quotient:
    left: list[tuple[Polynomial, int]] = []
    for factor, power in powers.items():
        remaining = power
        while remaining and numerator:
            ratio = exact_quotient(numerator, factor)
            if ratio is None:
                break
            numerator, remaining = ratio, remaining - 1
        if remaining:
            left.append((factor, remaining))
    if not numerator:
        return ZERO
    return Quotient(numerator, tuple(sorted(left, key=lambda part: part[0].text)))


def _expanded(powers: Mapping[Polynomial, int]) -> Polynomial:
    product = UNIT
    for factor, power in powers.items():
        product = product * factor**power
    return product


def _over_common(values: Iterable[Quotient]) -> tuple[Polynomial, dict[Polynomial, int]]:
    """Bring a sum of quotients on the common denominator, without cancelling."""
    parts = list(values)
    spend(len(parts))
    common: dict[Polynomial, int] = {}
    for value in parts:
        for factor, power in value.denominator:
            common[factor] = max(common.get(factor, 0), power)
    terms: dict[Monomial, Number] = {}
    for value in parts:
        own = dict(value.denominator)
        missing = {f: power - own.get(f, 0) for f, power in common.items()}
        numerator = value.numerator * _expanded(missing)
        for monomial, coefficient in numerator.terms.items():
            terms[monomial] = terms.get(monomial, 0) + coefficient
    return Polynomial({m: c for m, c in terms.items() if c}), common


def vanishes(values: Iterable[Quotient]) -> bool:
    """Say whether a sum of quotients is zero, without cancelling anything."""
    return not _over_common(values)[0]


def total_of(values: Iterable[Quotient]) -> Quotient:
    """Return the sum of many quotients."""
    return _cancelled(*_over_common(values))


class Quotient:
    """An element of the field: a polynomial over powers of irreducible polynomials, cancelled."""

    __slots__ = ("_hash", "denominator", "numerator")

    def __init__(self, numerator: Polynomial, denominator: Denominator = ()) -> None:
        self.numerator, self.denominator = numerator, denominator
        self._hash: int | None = None

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash((self.numerator, self.denominator))
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quotient):
            return NotImplemented
        return self.numerator == other.numerator and self.denominator == other.denominator

    def __bool__(self) -> bool:
        return bool(self.numerator)

    def __add__(self, other: Quotient) -> Quotient:
        if not self.denominator and not other.denominator:
            return Quotient(self.numerator + other.numerator)
        return total_of((self, other))

    def __neg__(self) -> Quotient:
        return self.scaled(-1)

    def __sub__(self, other: Quotient) -> Quotient:
        return self + -other

    def __mul__(self, other: Quotient) -> Quotient:
        numerator = self.numerator * other.numerator
        if not self.denominator and not other.denominator:
            return Quotient(numerator)
        powers = dict(self.denominator)
        for factor, power in other.denominator:
            powers[factor] = powers.get(factor, 0) + power
        return _cancelled(numerator, powers)

    def scaled(self, coefficient: Number) -> Quotient:
        """Return the product with a number that is not zero."""
        return Quotient(self.numerator.times((), coefficient), self.denominator)

    def inverse(self) -> Quotient:
        """Return one over this quotient.

        Raises
        ------
        Undefined
            If this is zero.
        """
        if not self:
            raise Undefined("division by zero")
        coefficient, monomial, core = primitive(self.numerator)
        top = _expanded(dict(self.denominator)).times(
            monomial_power(monomial, -1), Fraction(1) / coefficient
        )
        return Quotient(top, factors(core))

    def __pow__(self, exponent: int) -> Quotient:
        base = self if exponent >= 0 else self.inverse()
        if exponent in (0, 1, -1):
            return base if exponent else ONE
        times = abs(exponent)
        below = tuple((factor, power * times) for factor, power in base.denominator)
        if any(atom.idempotent for atom in base.atoms):
            return _cancelled(base.numerator**times, dict(below))
        return Quotient(base.numerator**times, below)

    @property
    def atoms(self) -> frozenset[Atom]:
        """The atoms that occur."""
        return self.numerator.atoms.union(*(factor.atoms for factor, _ in self.denominator))

    @property
    def indices(self) -> frozenset[str]:
        """The indices that stand free in the atoms."""
        return frozenset().union(*(atom.indices for atom in self.atoms))

    @property
    def names(self) -> frozenset[str]:
        """The quantities that occur, also inside atoms."""
        return frozenset().union(*(atom.names for atom in self.atoms))

    @property
    def height(self) -> int:
        """How deep sums are nested inside the atoms."""
        return max((atom.height for atom in self.atoms), default=0)

    @property
    def constant(self) -> Number | None:
        """The number that this is, or None where it is no number."""
        if not self.numerator:
            return 0
        if self.denominator or self.numerator.terms.keys() != {()}:
            return None
        return self.numerator.terms[()]

    @property
    def text(self) -> str:
        """How the quotient is written."""
        bottom = "".join(f"/({factor.text})^{power}" for factor, power in self.denominator)
        return f"({self.numerator.text}){bottom}"

    def __repr__(self) -> str:
        return self.text


ZERO = Quotient(Polynomial({}))
ONE = Quotient(UNIT)


def quotient(value: Number | Atom) -> Quotient:
    """Return a number or an atom as an element of the field.

    Examples
    --------
    >>> x = quotient(Atom("symbol", ("x",), "x"))
    >>> (x * x - quotient(1)) * (x - quotient(1)).inverse()
    (1 + 1*x)
    """
    if isinstance(value, Atom):
        return Quotient(Polynomial({((value, 1),): 1}))
    return Quotient(Polynomial({(): value} if value else {}))
