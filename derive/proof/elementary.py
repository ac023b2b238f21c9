"""Exponentials, logarithms and steps of quotients, and the derivation on the field they generate.

e^{x+y} is e^x e^y, so that an exponential is a product of powers of atoms; a logarithm gives up
every factor that is known to be positive; a step is indifferent to positive factors.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from sympy import factorint

from derive.proof.field import ONE, ZERO, Quotient, quotient
from derive.proof.polynomials import (
    UNIT,
    Atom,
    Monomial,
    Number,
    Polynomial,
    factors,
    partial_fractions,
    primitive,
)
from derive.proof.undefined import Undefined

__all__ = [
    "entry_atom",
    "exponential",
    "is_positive",
    "logarithm",
    "partials",
    "solved",
    "step_value",
    "symbol_atom",
]

LARGEST_PRIME = 10_000
"""Up to which prime factors of a number are split off under a logarithm."""


def symbol_atom(name: str, *, positive: bool) -> Atom:
    """Return the atom of a scalar symbol."""
    return Atom("symbol", (name, positive), name, names=frozenset((name,)), positive=positive)


def entry_atom(name: str, places: tuple[str, ...], indices: frozenset[str]) -> Atom:
    """Return the atom of the entry of the quantity ``name`` at ``places``."""
    text = f"{name}[{','.join(places)}]"
    return Atom("entry", (name, places), text, indices=indices, names=frozenset((name,)))


def is_positive(value: Quotient) -> bool:
    """Say whether a quotient is known to be positive."""
    return value.numerator.positive and all(factor.positive for factor, _ in value.denominator)


def _function_atom(kind: str, argument: Quotient, *, positive: bool = False) -> Atom:
    return Atom(
        kind,
        (argument,),
        f"{kind}{argument.text}",
        indices=argument.indices,
        names=argument.names,
        positive=positive,
        height=argument.height,
    )


def _power_of_exponential(monomial: Monomial, coefficient: Number, below: Quotient) -> Quotient:
    """Return e^{coefficient · monomial · below}."""
    if len(monomial) == 1 and below == ONE and coefficient == int(coefficient):
        ((atom, power),) = monomial
        if atom.kind == "log" and power == 1:
            inside: Quotient = atom.parts[0]
            return inside ** int(coefficient)
    argument = Quotient(Polynomial({monomial: 1}), below.denominator)
    atom = _function_atom("exp", argument, positive=True)
    return Quotient(Polynomial({((atom, coefficient),): 1}))


@lru_cache(maxsize=20_000)
def exponential(argument: Quotient) -> Quotient:
    """Return e^argument as a product of powers, one for each term of the argument."""
    result = ONE
    for numerator, below in partial_fractions(argument.numerator, argument.denominator):
        for monomial, coefficient in numerator.terms.items():
            result = result * _power_of_exponential(monomial, coefficient, Quotient(UNIT, below))
    return result


def _logarithm_of_number(value: Fraction) -> Quotient:
    """Return the logarithm as a sum over the prime factors.

    What is left without small factors stays whole, since to factor it may take for ever.
    """
    result = ZERO
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        found = factorint(number, limit=LARGEST_PRIME, use_rho=False, use_pm1=False, use_ecm=False)
        for prime, power in found.items():
            atom = _function_atom("log", quotient(int(prime)))
            result = result + quotient(atom).scaled(sign * int(power))
    return result


def _logarithm_of_monomial(monomial: Monomial) -> tuple[Quotient, Quotient]:
    """Return the logarithm of the positive atoms, and the product of the others."""
    result, rest = ZERO, ONE
    for atom, power in monomial:
        if atom.kind == "exp":
            result = result + atom.parts[0].scaled(power)
        elif atom.positive:
            result = result + quotient(_function_atom("log", quotient(atom))).scaled(power)
        else:
            rest = rest * Quotient(Polynomial({((atom, power),): 1}))
    return result, rest


@lru_cache(maxsize=20_000)
def logarithm(argument: Quotient) -> Quotient:
    """Return ln argument with every factor that is known to be positive split off.

    Raises
    ------
    Undefined
        If the argument is zero.
    """
    if not argument:
        raise Undefined("the logarithm of zero")
    coefficient, monomial, core = primitive(argument.numerator)
    result, rest = _logarithm_of_monomial(monomial)
    result = result + _logarithm_of_number(abs(Fraction(coefficient)))
    if coefficient < 0:
        rest = -rest
    powers = [*factors(core), *((factor, -power) for factor, power in argument.denominator)]
    for factor, power in powers:
        if factor.positive:
            atom = _function_atom("log", Quotient(factor))
            result = result + quotient(atom).scaled(power)
        elif Quotient(factor).scaled(-1).numerator.positive:
            atom = _function_atom("log", Quotient(factor).scaled(-1))
            result = result + quotient(atom).scaled(power)
            rest = rest.scaled((-1) ** (power % 2))
        else:
            rest = rest * Quotient(factor) ** power
    if rest == ONE:
        return result
    return result + quotient(_function_atom("log", rest))


@lru_cache(maxsize=20_000)
def step_value(argument: Quotient, convention: Quotient) -> Quotient:
    """Return the step 1[argument > 0], which is ``convention`` where the argument is zero.

    step(−x, c) = 1 − step(x, 1 − c) decides the sign, and positive factors are left out.
    """
    if not argument:
        return convention
    if is_positive(argument):
        return ONE
    if is_positive(-argument):
        return ZERO
    coefficient, monomial, core = primitive(argument.numerator)
    if coefficient < 0:
        return ONE - step_value(-argument, ONE - convention)
    kept = tuple((atom, power) for atom, power in monomial if not atom.positive)
    below = tuple((factor, power) for factor, power in argument.denominator if not factor.positive)
    inside = Quotient(core.times(kept, 1), below)
    atom = Atom(
        "step",
        (inside, convention),
        f"step({inside.text},{convention.text})",
        indices=inside.indices | convention.indices,
        names=inside.names | convention.names,
        idempotent=convention in (ZERO, ONE),
        height=max(inside.height, convention.height),
    )
    return quotient(atom)


def _by_atom(polynomial: Polynomial, atom: Atom) -> Polynomial:
    terms: dict[Monomial, Number] = {}
    for monomial, coefficient in polynomial.terms.items():
        powers = dict(monomial)
        power = powers.get(atom, 0)
        if not power:
            continue
        lowered = tuple(
            (other, exponent - 1 if other == atom else exponent)
            for other, exponent in monomial
            if other != atom or exponent != 1
        )
        terms[lowered] = coefficient * power
    return Polynomial(terms)


def partials(value: Quotient, wanted: Callable[[Atom], bool]) -> list[tuple[Atom, Quotient]]:
    """Return the derivative of a quotient by each ``wanted`` atom, as if the atoms were free."""
    below = Quotient(UNIT, value.denominator)
    found = []
    for atom in sorted(filter(wanted, value.atoms), key=lambda atom: atom.order):
        slope = Quotient(_by_atom(value.numerator, atom)) * below
        for factor, power in value.denominator:
            if atom in factor.atoms:
                change = Quotient(_by_atom(factor, atom)) * Quotient(factor).inverse()
                slope = slope - value * change.scaled(power)
        found.append((atom, slope))
    return found


def solved(zero: Quotient) -> tuple[Atom, Quotient] | None:
    """Solve ``zero`` = 0 for a sum, or else the last entry, that stands alone in one of its terms.

    Returns None where no sum and no entry can be separated by arithmetic.
    """
    if zero.denominator:
        return None
    sums = sorted((a for a in zero.atoms if a.kind == "sum"), key=lambda atom: atom.order)
    entries = sorted((a for a in zero.atoms if a.kind == "entry"), key=lambda atom: atom.order)
    for atom in (*sums, *reversed(entries)):
        coefficient = zero.numerator.terms.get(((atom, 1),))
        others = {m: c for m, c in zero.numerator.terms.items() if m != ((atom, 1),)}
        rest = Quotient(Polynomial(others))
        if coefficient and atom not in rest.atoms:
            return atom, rest.scaled(-1 / Fraction(coefficient))
    return None
