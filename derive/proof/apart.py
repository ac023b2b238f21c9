"""Sums of quotients whose denominators are kept apart.

Σᵢ 1/(1 + e^{a_i}) written out for k = 4 is four short fractions, and one very long fraction on the
common denominator. The sum is brought together only where a zero has to be recognised or a function
has to be applied, and there first among the denominators that have something in common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from derive.proof.field import ONE, Denominator, Quotient, total_of, vanishes
from derive.proof.polynomials import Monomial, Number, Polynomial

__all__ = ["Apart", "apart"]


class Apart:
    """A sum of quotients, at most one for each denominator."""

    __slots__ = ("groups",)

    def __init__(self, values: Iterable[Quotient] = ()) -> None:
        groups: dict[Denominator, list[Quotient]] = {}
        for value in values:
            groups.setdefault(value.denominator, []).append(Quotient(value.numerator))
        self.groups: dict[Denominator, Polynomial] = {}
        for denominator, numerators in groups.items():
            total = total_of(numerators).numerator
            if total:
                self.groups[denominator] = total

    @property
    def quotients(self) -> list[Quotient]:
        """The quotients of which this is the sum."""
        return [Quotient(numerator, below) for below, numerator in self.groups.items()]

    def __add__(self, other: Apart) -> Apart:
        return Apart((*self.quotients, *other.quotients))

    def __neg__(self) -> Apart:
        return Apart(-value for value in self.quotients)

    def __sub__(self, other: Apart) -> Apart:
        return self + -other

    def __mul__(self, other: Apart) -> Apart:
        return Apart(left * right for left in self.quotients for right in other.quotients)

    def mapped(self, function: Callable[[Quotient], Quotient]) -> Apart:
        """Apply a linear function to every quotient."""
        return Apart(function(value) for value in self.quotients)

    def _clusters(self) -> list[list[Quotient]]:
        """Return the quotients, those together whose denominators have atoms in common."""
        clusters: list[list[Quotient]] = []
        for value in self.quotients:
            atoms = _atoms_below(value)
            near = [c for c in clusters if any(_atoms_below(other) & atoms for other in c)]
            merged = [value, *(other for cluster in near for other in cluster)]
            clusters = [c for c in clusters if c not in near] + [merged]
        return clusters

    def joined(self) -> Quotient:
        """Return the sum as one quotient."""
        return total_of([total_of(cluster) for cluster in self._clusters()])

    def __bool__(self) -> bool:
        return any(_remains(part) for part in self._coefficients())

    def _coefficients(self) -> list[Apart]:
        """Return the coefficients of the powers of those atoms that no denominator has.

        All of them are zero where the sum is, and each has fewer denominators.
        """
        below = frozenset().union(*(_atoms_below(value) for value in self.quotients))
        parts: dict[Monomial, dict[Denominator, dict[Monomial, Number]]] = {}
        for denominator, numerator in self.groups.items():
            for monomial, coefficient in numerator.terms.items():
                free = tuple(factor for factor in monomial if factor[0] not in below)
                tied = tuple(factor for factor in monomial if factor[0] in below)
                parts.setdefault(free, {}).setdefault(denominator, {})[tied] = coefficient
        return [
            Apart(Quotient(Polynomial(terms), denominator) for denominator, terms in part.items())
            for part in parts.values()
        ]


def _remains(value: Apart) -> bool:
    """Say whether a sum is not zero, cluster by cluster of its denominators."""
    left = [total_of(part) for part in value._clusters() if not vanishes(part)]
    return bool(left) and not vanishes(left)


def _atoms_below(value: Quotient) -> frozenset[object]:
    return frozenset().union(*(factor.atoms for factor, _ in value.denominator))


def apart(value: Quotient = ONE) -> Apart:
    """Return a single quotient as a sum of one.

    Examples
    --------
    >>> (apart() + apart()).joined()
    (2)
    """
    return Apart((value,))
