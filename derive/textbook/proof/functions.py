"""Elementary functions and those of which only the name is known, of numbers in normal form."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from math import floor
from typing import TypeAlias

from derive.proof.deltas import Form, form
from derive.proof.elementary import entry_atom, exponential, is_positive, logarithm, step_value
from derive.proof.field import ONE, ZERO, Quotient, quotient
from derive.proof.polynomials import Polynomial, primitive
from derive.proof.sums import rename
from derive.textbook.meaning.dimensions import Index
from derive.textbook.proof.algebra import Algebra, place_name
from derive.textbook.proof.domains import sigmoid
from derive.textbook.proof.slopes import Beyond

__all__ = ["FUNCTIONS", "Functions", "Name", "at_kink", "index_name", "opaque_entry"]

MOST_FREE = 3
"""Free indices of an argument of which nothing is known; all their orders are looked at."""
_HALF = Fraction(1, 2)
Name: TypeAlias = tuple[str, tuple[str, ...]]
"""A function with its arguments, and the indices that stand free in them."""
Parts: TypeAlias = list[tuple[tuple[Index, ...], Form]]
"""Arguments: the indices of an array, and its entry."""


def index_name(index: Index) -> str:
    """Return what an index is called in a normal form."""
    return f"i{index.number}"


class Functions:
    """Functions of quotients, and the relations between their values.

    Parameters
    ----------
    size_name : callable
        What the range of an index is called.
    """

    def __init__(self, size_name: Callable[[Index], str]) -> None:
        self.algebra = Algebra()
        self._size_name = size_name
        self._roots: set[str] = set()

    def value(self, name: str, argument: Quotient) -> Quotient:
        """Return an elementary function of a number."""
        known = FUNCTIONS.get(name)
        return self.opaque(name, argument) if known is None else known(self, argument)

    def named(self, name: str, parts: Parts) -> Name:
        """Return a function with its arguments as a name, and the free indices in an order.

        Two names are the same exactly when their arguments are, up to the free indices.
        """
        free = sorted({i for own, value in parts for i in _indices(value) - _own(own)})
        if len(free) > MOST_FREE:
            raise Beyond("an argument with many free indices")
        found: list[tuple[str, tuple[str, ...]]] = []
        for order in permutations(free):
            names = {old: place_name(place) for place, old in enumerate(order)}
            text = "; ".join(
                f"{self._ranges(own)}{_moved(value, {**names, **_bound_names(own)})}"
                for own, value in parts
            )
            found.append((f"{name}({text})", order))
        return min(found)

    def _ranges(self, own: tuple[Index, ...]) -> str:
        return "".join(f"{self._size_name(index)}: " for index in own)

    def opaque(self, name: str, value: Quotient) -> Quotient:
        """Return a function of one number of which only the name is known."""
        return opaque_entry(*self.named(name, [((), form(value))]))

    def power(self, base: Quotient, exponent: Quotient) -> Quotient:
        """Return a power with any exponent.

        That of a positive base is an exponential. Of another base little is sure: it is a product
        of one opaque power for each term of the exponent, and x^{p/q} to the q-th is x^p.
        """
        if not base:
            raise Beyond("a power of nought")
        self.algebra.active = True
        if is_positive(base):
            return exponential(exponent * logarithm(base))
        if exponent.denominator:
            return opaque_entry(*self._power_name(base, exponent))
        result = ONE
        for monomial, coefficient in exponent.numerator.terms.items():
            number = Fraction(coefficient)
            if monomial:
                unit = Quotient(Polynomial({monomial: Fraction(1, number.denominator)}))
                result = result * opaque_entry(*self._power_name(base, unit)) ** number.numerator
            else:
                result = result * self._root(base, number)
        return result

    def _power_name(self, base: Quotient, exponent: Quotient) -> Name:
        return self.named("power", [((), form(base)), ((), form(exponent))])

    def _root(self, base: Quotient, exponent: Fraction) -> Quotient:
        whole = floor(exponent)
        left = exponent - whole
        if not left:
            return base**whole
        name, order = self._power_name(base, quotient(Fraction(1, left.denominator)))
        self.algebra.add(name, left.denominator, _with_places(base, order))
        self._roots.add(name)
        return base**whole * opaque_entry(name, order) ** left.numerator

    def absolute(self, value: Quotient) -> Quotient:
        """Return the absolute value, by a step unless it is a positive multiple of roots.

        A root that has a value is not negative: x^{1/3} is that of x ≥ 0 alone.
        """
        if self._is_root(value):
            return value
        return value * (step_value(value, at_kink(value)).scaled(2) - ONE)

    def _is_root(self, value: Quotient) -> bool:
        if value.denominator or len(value.numerator.terms) != 1:
            return False
        ((monomial, coefficient),) = value.numerator.terms.items()
        return coefficient > 0 and all(
            atom.positive or atom.parts[0] in self._roots for atom, _ in monomial
        )

    def odd(self, name: str, value: Quotient) -> Quotient:
        """Return an odd function of a number, so that f(−x) is −f(x)."""
        if not value:
            return ZERO
        turned = primitive(value.numerator)[0] < 0
        return -self.opaque(name, -value) if turned else self.opaque(name, value)

    def circular(self, name: str, value: Quotient) -> Quotient:
        """Return the sine or the cosine, with cos² = 1 − sin² for later."""
        if not value:
            return ONE if name == "cos" else ZERO
        turned = primitive(value.numerator)[0] < 0
        inside = -value if turned else value
        sine, order = self.named("sin", [((), form(inside))])
        if name == "sin":
            return -opaque_entry(sine, order) if turned else opaque_entry(sine, order)
        cosine, order = self.named("cos", [((), form(inside))])
        self.algebra.add(cosine, 2, ONE - _with_places(opaque_entry(sine, order) ** 2, order))
        return opaque_entry(cosine, order)


def opaque_entry(name: str, order: tuple[str, ...]) -> Quotient:
    """Return a function that is called `name` at the indices that stand free in it."""
    return quotient(entry_atom(name, order, frozenset(order)))


def _with_places(value: Quotient, order: tuple[str, ...]) -> Quotient:
    return rename(value, {index: place_name(place) for place, index in enumerate(order)})


def _indices(value: Form) -> frozenset[str]:
    named = (part.indices for part in value.parts.values())
    grouped = (frozenset(group) for partition in value.parts for group in partition)
    return frozenset().union(*named, *grouped)


def _moved(value: Form, names: dict[str, str]) -> Form:
    """Return a form with other names for its indices."""
    parts = []
    for partition, part in value.parts.items():
        groups = (sorted(names.get(name, name) for name in group) for group in partition)
        parts.append((tuple(sorted(map(tuple, groups))), rename(part, names)))
    return Form(parts)


def _own(indices: tuple[Index, ...]) -> frozenset[str]:
    return frozenset(index_name(index) for index in indices)


def _bound_names(indices: tuple[Index, ...]) -> dict[str, str]:
    return {index_name(index): f"[{place}]" for place, index in enumerate(indices)}


def _half_angle(value: Quotient, sign: int) -> Quotient:
    up, down = exponential(value), exponential(-value)
    return (up + down.scaled(sign)).scaled(Fraction(1, 2))


FUNCTIONS: dict[str, Callable[[Functions, Quotient], Quotient]] = {
    "exp": lambda functions, x: exponential(x),
    "log": lambda functions, x: logarithm(x),
    "sqrt": lambda functions, x: functions.power(x, quotient(_HALF)),
    "sigmoid": lambda functions, x: sigmoid(x),
    "softplus": lambda functions, x: logarithm(ONE + exponential(x)),
    "tanh": lambda functions, x: ONE - sigmoid(x.scaled(-2)).scaled(2),
    "sinh": lambda functions, x: _half_angle(x, -1),
    "cosh": lambda functions, x: _half_angle(x, 1),
    "step": lambda functions, x: step_value(x, ONE),
    "relu": lambda functions, x: x * step_value(x, at_kink(x)),
    "abs": lambda functions, x: functions.absolute(x),
    "sign": lambda functions, x: step_value(x, quotient(_HALF)).scaled(2) - ONE,
    "erf": lambda functions, x: functions.odd("erf", x),
    "arctan": lambda functions, x: functions.odd("arctan", x),
    "arcsin": lambda functions, x: functions.odd("arcsin", x),
    "sin": lambda functions, x: functions.circular("sin", x),
    "cos": lambda functions, x: functions.circular("cos", x),
    "tan": lambda functions, x: (
        functions.circular("sin", x) * functions.circular("cos", x).inverse()
    ),
}
"""Functions that the prover knows through exponentials, logarithms, steps and sines."""


def at_kink(value: Quotient) -> Quotient:
    """Return the value of a step at its jump where any would do, so that all steps are alike."""
    return ONE if not value or primitive(value.numerator)[0] > 0 else ZERO
