"""Atoms, and polynomials over them with exact division and factors.

An atom is what arithmetic does not look into: an entry a_i, an exponential, a logarithm, a sum over
a symbolic dimension. Monomials may have negative powers, and exponentials rational ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import comb, gcd, lcm
from typing import Any, TypeAlias

from sympy import ZZ
from sympy.polys.rings import PolyElement, ring

from derive.proof.work import at_most, bounded_power, spend

__all__ = [
    "UNIT",
    "Atom",
    "Monomial",
    "Number",
    "Polynomial",
    "divide",
    "exact_quotient",
    "factors",
    "monomial_power",
    "partial_fractions",
    "primitive",
]

Number: TypeAlias = int | Fraction

MOST_TERMS = 300
"""Of a power that is multiplied out."""
MOST_DEGREES = 200
"""Of a polynomial that is factored: its degree times the number of its atoms."""
MOST_FACTORED = 400
"""Terms of a polynomial that is factored."""
FACTORING = 20
"""What it costs to factor, for each term, atom and degree, in the units of `derive.proof.work`."""


class Atom:
    """What arithmetic does not look into.

    Parameters
    ----------
    kind : str
        ``"entry"``, ``"symbol"``, ``"exp"``, ``"log"``, ``"step"`` or ``"sum"``.
    parts : tuple
        What the atom is made of; atoms of one kind with equal parts are the same atom.
    text : str
        How it is written, which also orders the atoms.
    positive : bool
        Known to be positive wherever it is defined.
    idempotent : bool
        Equal to its own square.
    """

    __slots__ = (
        "_hash", "height", "idempotent", "indices", "kind", "names", "order", "parts", "positive",
        "text",
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        parts: tuple[Any, ...],
        text: str,
        *,
        indices: frozenset[str] = frozenset(),
        names: frozenset[str] = frozenset(),
        positive: bool = False,
        idempotent: bool = False,
        height: int = 0,
    ) -> None:
        self.kind, self.parts, self.text = kind, parts, text
        self.indices, self.names, self.height = indices, names, height
        self.positive, self.idempotent = positive, idempotent
        self.order = (text, kind)
        self._hash = hash((kind, parts))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Atom) or self._hash != other._hash:
            return False
        return self.kind == other.kind and self.parts == other.parts

    def __repr__(self) -> str:
        return self.text


Monomial: TypeAlias = tuple[tuple[Atom, Number], ...]


def _power(atom: Atom, exponent: Number) -> Number:
    if atom.idempotent and exponent > 1:
        return 1
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        return exponent.numerator
    return exponent


@lru_cache(maxsize=100_000)
def _monomial_product(left: Monomial, right: Monomial) -> Monomial:
    powers = dict(left)
    for atom, exponent in right:
        powers[atom] = _power(atom, powers.get(atom, 0) + exponent)
    return tuple(
        sorted(((a, e) for a, e in powers.items() if e), key=lambda factor: factor[0].order)
    )


def monomial_power(monomial: Monomial, exponent: Number) -> Monomial:
    """Return a power of a monomial."""
    return tuple((atom, _power(atom, power * exponent)) for atom, power in monomial)


def _monomial_text(monomial: Monomial) -> str:
    return "*".join(atom.text if power == 1 else f"{atom.text}^{power}" for atom, power in monomial)


class Polynomial:
    """A sum of monomials with rational coefficients; negative powers are allowed."""

    __slots__ = ("_atoms", "_hash", "_text", "terms")

    def __init__(self, terms: dict[Monomial, Number]) -> None:
        self.terms = terms
        self._hash: int | None = None
        self._text: str | None = None
        self._atoms: frozenset[Atom] | None = None

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            total = terms.get(monomial, 0) + coefficient
            if total:
                terms[monomial] = total
            else:
                del terms[monomial]
        return Polynomial(terms)

    def __mul__(self, other: Polynomial) -> Polynomial:
        if self.terms == _UNIT_TERMS:
            return other
        if other.terms == _UNIT_TERMS:
            return self
        spend(len(self.terms) * len(other.terms))
        terms: dict[Monomial, Number] = {}
        for left, first in self.terms.items():
            for right, second in other.terms.items():
                monomial = _monomial_product(left, right)
                total = terms.get(monomial, 0) + first * second
                if total:
                    terms[monomial] = total
                else:
                    del terms[monomial]
        return Polynomial(terms)

    def __pow__(self, exponent: int) -> Polynomial:
        if len(self.terms) == 1 and exponent > 1:
            ((monomial, coefficient),) = self.terms.items()
            raised = bounded_power(coefficient, exponent)
            return Polynomial({monomial_power(monomial, exponent): raised})
        if exponent > 2:
            count = comb(exponent + len(self.terms) - 1, exponent) if self.terms else 0
            at_most(MOST_TERMS, count, "terms of a power")
        result = UNIT
        for _ in range(exponent if self.terms else min(exponent, 1)):
            result = result * self
        return result

    def times(self, monomial: Monomial, coefficient: Number) -> Polynomial:
        """Return the product with one term, whose coefficient is not zero."""
        if not monomial and coefficient == 1:
            return self
        return self * Polynomial({monomial: coefficient})

    @property
    def atoms(self) -> frozenset[Atom]:
        """The atoms that occur."""
        if self._atoms is None:
            self._atoms = frozenset(atom for monomial in self.terms for atom, _ in monomial)
        return self._atoms

    @property
    def indices(self) -> frozenset[str]:
        """The indices that stand free in the atoms."""
        return frozenset().union(*(atom.indices for atom in self.atoms))

    @property
    def positive(self) -> bool:
        """Whether the polynomial is known to be positive: a sum of squares and positive atoms."""
        certain = False
        for monomial, coefficient in self.terms.items():
            if coefficient < 0 or any(not a.positive and power % 2 for a, power in monomial):
                return False
            certain = certain or all(atom.positive for atom, _ in monomial)
        return certain

    @property
    def text(self) -> str:
        """How the polynomial is written, with its terms in a fixed order."""
        if self._text is None:
            written = sorted(
                f"{coefficient}*{_monomial_text(monomial)}" if monomial else f"{coefficient}"
                for monomial, coefficient in self.terms.items()
            )
            self._text = " + ".join(written) or "0"
        return self._text

    def __repr__(self) -> str:
        return self.text


_UNIT_TERMS: dict[Monomial, Number] = {(): 1}
UNIT = Polynomial(_UNIT_TERMS)


def _order(monomial: Monomial) -> tuple[Any, ...]:
    return tuple((atom.order, power) for atom, power in monomial)


@lru_cache(maxsize=20_000)
def primitive(polynomial: Polynomial) -> tuple[Number, Monomial, Polynomial]:
    """Return coefficient, monomial and the rest, which has whole coprime coefficients.

    The rest has no negative powers, no atom that divides it, and a positive first coefficient.
    """
    lowest: dict[Atom, Number] = {}
    for place, monomial in enumerate(polynomial.terms):
        powers = dict(monomial)
        if place == 0:
            lowest = powers
            continue
        for atom in lowest.keys() | powers.keys():
            lowest[atom] = min(lowest.get(atom, 0), powers.get(atom, 0))
    common = tuple(
        sorted(((a, e) for a, e in lowest.items() if e), key=lambda factor: factor[0].order)
    )
    bottom = lcm(*(Fraction(c).denominator for c in polynomial.terms.values()))
    top = gcd(*(int(c * bottom) for c in polynomial.terms.values()))
    content = Fraction(top, bottom)
    inverse = monomial_power(common, -1)
    terms: dict[Monomial, Number] = {
        _monomial_product(m, inverse): int(c / content) for m, c in polynomial.terms.items()
    }
    if terms[max(terms, key=_order)] < 0:
        content, terms = -content, {m: -c for m, c in terms.items()}
    scale = content.numerator if content.denominator == 1 else content
    return scale, common, Polynomial(terms)


def _plainly_irreducible(polynomial: Polynomial) -> bool:
    """Whether some atom stands in a single term, to the first power: x·m + r with r free of x.

    A primitive polynomial of this kind has no factors, since the content of m and r is a monomial.
    """
    seen: dict[Atom, list[Number]] = {}
    for monomial in polynomial.terms:
        for atom, power in monomial:
            seen.setdefault(atom, []).append(power)
    return any(powers == [1] for powers in seen.values())


def _dense(
    polynomials: Iterable[Polynomial], atoms: list[Atom], scale: Mapping[Atom, int]
) -> list[dict[tuple[int, ...], Number]]:
    return [
        {
            tuple(int(powers.get(atom, 0) * scale[atom]) for atom in atoms): coefficient
            for powers, coefficient in ((dict(m), c) for m, c in polynomial.terms.items())
        }
        for polynomial in polynomials
    ]


def _sparse(
    dense: Mapping[tuple[int, ...], Number], atoms: list[Atom], scale: Mapping[Atom, int]
) -> Polynomial:
    terms: dict[Monomial, Number] = {}
    for exponents, coefficient in dense.items():
        powers = [
            (atom, power if scale[atom] == 1 else _power(atom, Fraction(power, scale[atom])))
            for atom, power in zip(atoms, exponents, strict=True)
            if power
        ]
        terms[tuple(sorted(powers, key=lambda factor: factor[0].order))] = coefficient
    return Polynomial(terms)


def _scales(*polynomials: Polynomial) -> dict[Atom, int]:
    """Return for each atom the least number that makes all its powers whole."""
    scale: dict[Atom, int] = {}
    for polynomial in polynomials:
        for monomial in polynomial.terms:
            for atom, power in monomial:
                bottom = 1 if isinstance(power, int) else power.denominator
                scale[atom] = lcm(scale.get(atom, 1), bottom)
    return scale


@lru_cache(maxsize=32)
def _ring(size: int) -> Any:
    return ring([f"x{place}" for place in range(size)], ZZ)[0]


@lru_cache(maxsize=20_000)
def factors(polynomial: Polynomial) -> tuple[tuple[Polynomial, int], ...]:
    """Return the irreducible factors of a primitive polynomial with their multiplicities."""
    if polynomial.terms == _UNIT_TERMS:
        return ()
    if _plainly_irreducible(polynomial):
        return ((polynomial, 1),)
    scale = _scales(polynomial)
    atoms = sorted(scale, key=lambda atom: atom.order)
    (dense,) = _dense([polynomial], atoms, scale)
    degree = max(map(sum, dense))
    at_most(MOST_DEGREES, degree * len(atoms), "degrees of a polynomial to be factored")
    at_most(MOST_FACTORED, len(dense), "terms of a polynomial to be factored")
    spend(FACTORING * degree * len(atoms) * len(dense))
    element: PolyElement = _ring(len(atoms)).from_dict(dense)
    found = [
        (primitive(_sparse({m: int(c) for m, c in part.items()}, atoms, scale))[2], multiplicity)
        for part, multiplicity in element.factor_list()[1]
    ]
    return tuple(sorted(found, key=lambda factor: factor[0].text))


def divide(
    dividend: Polynomial,
    divisor: Polynomial,
    first: frozenset[Atom] = frozenset(),
    *,
    whole: bool = False,
) -> tuple[Polynomial, Polynomial]:
    """Return quotient and remainder; no term of the remainder is divisible by the leading term.

    The terms are ordered lexicographically, with the atoms ``first`` before the others. With
    ``whole`` the division stops at the first sign of a remainder.
    """
    scale = _scales(dividend, divisor)
    atoms = sorted(scale, key=lambda atom: (atom not in first, atom.order))
    left, right = _dense([dividend, divisor], atoms, scale)
    lead = max(right)
    ratio, remainder = {}, {}
    while left:
        spend(len(left) + len(right))
        top = max(left)
        coefficient = left[top]
        shift = tuple(high - low for high, low in zip(top, lead, strict=True))
        if any(rest < 0 < low for rest, low in zip(shift, lead, strict=True)):
            remainder[top] = left.pop(top)
            if whole:
                break
            continue
        factor = Fraction(coefficient) / right[lead]
        ratio[shift] = factor.numerator if factor.denominator == 1 else factor
        for exponents, other in right.items():
            place = tuple(high + low for high, low in zip(exponents, shift, strict=True))
            rest = left.get(place, 0) - factor * other
            if rest:
                left[place] = rest
            else:
                left.pop(place, None)
    return _sparse(ratio, atoms, scale), _sparse(remainder, atoms, scale)


def partial_fractions(
    numerator: Polynomial,
    denominator: tuple[tuple[Polynomial, int], ...],
    first: frozenset[Atom] = frozenset(),
) -> list[tuple[Polynomial, tuple[tuple[Polynomial, int], ...]]]:
    """Split a fraction into fractions whose numerators no leading term below them divides.

    Each denominator is divided out as often as it goes: N/D² is R₀/D² + R₁/D + Q. The numerators
    do not depend on how the fraction came about where the leading terms have no atom in common.
    """
    pieces: list[tuple[Polynomial, tuple[tuple[Polynomial, int], ...]]] = [(numerator, ())]
    largest_first = sorted(
        denominator, key=lambda part: min((atom not in first, atom.order) for atom in part[0].atoms)
    )
    for factor, power in largest_first:
        split = []
        for dividend, below in pieces:
            rest = dividend
            for remaining in range(power, 0, -1):
                rest, remainder = divide(rest, factor, first)
                split.append((remainder, (*below, (factor, remaining))))
            split.append((rest, below))
        pieces = [piece for piece in split if piece[0]]
    return [(top, tuple(sorted(below, key=lambda part: part[0].text))) for top, below in pieces]


@lru_cache(maxsize=20_000)
def exact_quotient(dividend: Polynomial, divisor: Polynomial) -> Polynomial | None:
    """Return the quotient by an irreducible polynomial, or None where it does not divide."""
    if not divisor.atoms <= dividend.atoms or len(dividend.terms) < 2:
        return None
    coefficient, monomial, core = primitive(dividend)
    if not divisor.atoms <= core.atoms:
        return None
    ratio, remainder = divide(core, divisor, whole=True)
    return None if remainder else ratio.times(monomial, coefficient)
