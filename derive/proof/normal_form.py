"""The first route: both sides in one normal form, with the dimensions symbolic.

Every expression becomes Σ_P δ_P q_P, a form of `derive.proof.deltas`. Two sides are equal where
their difference is zero. A difference that is not zero proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import permutations
from typing import Any

from sympy import Expr, Indexed, KroneckerDelta, Sum, Symbol

from derive.errors import UnsupportedExpression
from derive.language import free_indices, fresh_index, substitute
from derive.language.indices import bound_indices
from derive.proof.deltas import (
    Form,
    delta,
    derivative,
    form,
    function_of,
    map_quotients,
    total_over,
)
from derive.proof.elementary import (
    entry_atom,
    exponential,
    logarithm,
    solved,
    step_value,
    symbol_atom,
)
from derive.proof.field import ONE, Quotient, quotient
from derive.proof.meaning import Meaning, Place, Reader, entry_of_array, vector_positions
from derive.proof.polynomials import UNIT, Atom, Polynomial
from derive.proof.sums import (
    MOST_AXES,
    fresh_names,
    opened,
    rename,
    replace_sums,
    summed,
    transform,
)
from derive.proof.undefined import Undefined
from derive.proof.work import at_most
from derive.steps import Assumption, Definition

__all__ = [
    "difference",
    "differences",
    "entries_of_both",
    "equal",
    "normal_form",
    "settled",
    "use",
]


class SymbolicReader(Reader[Form]):
    """Reads expressions as forms: indices are names, dimensions are symbols."""

    where = "the normal form"

    def number(self, value: Any) -> Form:
        """Return a rational number."""
        exact = Fraction(int(value.p), int(value.q))
        return form(quotient(exact.numerator if exact.denominator == 1 else exact))

    def symbol(self, symbol: Symbol) -> Form:
        """Return a scalar symbol or a dimension."""
        return form(quotient(symbol_atom(symbol.name, positive=bool(symbol.is_positive))))

    def entry(self, name: str, places: tuple[Place, ...]) -> Form:
        """Return an entry of a free quantity."""
        words = tuple(str(place) for place in places)
        indices = frozenset(place for place in places if isinstance(place, str))
        return form(quotient(entry_atom(name, words, indices)))

    def delta(self, left: Place, right: Place) -> Form:
        """Return δ of two indices."""
        if isinstance(left, str) and isinstance(right, str):
            return delta(left, right)
        raise UnsupportedExpression(self.where, Symbol(f"δ({left},{right})"), "δ of two symbols")

    def total(self, node: Sum, places: Mapping[Symbol, Place], kept: frozenset[str]) -> Form:
        """Return a sum over a symbolic dimension."""
        taken = {place for place in places.values() if isinstance(place, str)}
        names = fresh_names(len(node.limits), taken)
        inner: dict[Symbol, Place] = dict(places)
        for (index, start, size), name in zip(node.limits, names, strict=True):
            if start != 1 or not isinstance(size, Symbol):
                raise UnsupportedExpression(self.where, node, "sums from 1 to a dimension")
            inner[index] = name
        value = self.read(node.function, inner, kept)
        for (_, _, size), name in zip(node.limits, names, strict=True):
            value = total_over(value, name, size.name)
        return value

    def add(self, values: list[Form]) -> Form:
        """Return the sum of forms."""
        return Form(part for value in values for part in value.parts.items())

    def multiply(self, values: list[Form]) -> Form:
        """Return the product of forms."""
        result = form(ONE)
        for value in values:
            result = result * value
        return result

    def power(self, value: Form, exponent: int) -> Form:
        """Return a whole power."""
        return value**exponent

    def exponential(self, value: Form) -> Form:
        """Return e^value."""
        return function_of(value, exponential)

    def logarithm(self, value: Form) -> Form:
        """Return ln value."""
        return function_of(value, logarithm)

    def step(self, value: Form, convention: Form) -> Form:
        """Return the step of a form."""
        at_zero = convention.plain
        if at_zero is None:
            raise UnsupportedExpression(self.where, convention, "conventions without δ")
        return function_of(value, lambda argument: step_value(argument, at_zero))

    def differentiate(self, value: Form, name: str, places: tuple[Place, ...]) -> Form:
        """Return the derivative by an entry."""
        return derivative(value, name, tuple(str(place) for place in places))

    def unfold(self, value: Form, names: frozenset[str], kept: frozenset[str]) -> Form:
        """Replace entries by their definitions, also inside sums and functions."""

        def leaf(atom: Atom) -> Quotient | None:
            if atom.kind not in ("entry", "symbol") or atom.parts[0] not in names:
                return None
            definition = self.meaning.definition(atom.parts[0])
            assert definition is not None
            formal = getattr(definition.left, "indices", ())
            places = dict(zip(formal, atom.parts[1], strict=True)) if formal else {}
            meant = self.read(definition.right, places, kept).plain
            if meant is None:
                raise UnsupportedExpression(self.where, definition.right, "a definition without δ")
            return meant

        def unfolded(part: Quotient) -> Quotient:
            return transform(part, lambda atom: bool(atom.names & names), leaf, frozenset())

        return map_quotients(value, unfolded) if names else value


@lru_cache(maxsize=64)
def _reader(definitions: tuple[Definition, ...]) -> SymbolicReader:
    return SymbolicReader(Meaning(definitions))


def normal_form(
    expr: Expr, *, definitions: Iterable[Definition] = (), kept: frozenset[str] = frozenset()
) -> Form:
    """Return the normal form of a scalar expression.

    Parameters
    ----------
    expr : Expr
    definitions : iterable of Definition
        What names stand for.
    kept : frozenset of str
        Defined names that are read as free quantities.

    Raises
    ------
    UnsupportedExpression
        If a node is not of the language.
    Undefined
        If the expression has no value.

    Examples
    --------
    >>> from derive.language import index, k, quantity, total
    >>> from sympy import exp
    >>> a, i, j = quantity("a", k), index("i"), index("j")
    >>> normal_form(total(1 / (1 + exp(a[j])) + 1 / (1 + exp(-a[j])), j, k))
    (1*k)
    """
    places: dict[Symbol, Place] = {symbol: symbol.name for symbol in indices_of(expr)}
    return _reader(tuple(definitions)).read(expr, places, kept)


@lru_cache(maxsize=10_000)
def indices_of(expr: Any) -> frozenset[Symbol]:
    """Return the symbols that stand free as an index of an entry, of a vector or of a δ."""
    if isinstance(expr, Indexed):
        return frozenset(place for place in expr.indices if isinstance(place, Symbol))
    if isinstance(expr, KroneckerDelta):
        return frozenset(place for place in expr.args[:2] if isinstance(place, Symbol))
    bound = bound_indices(expr)
    arguments = expr.args[:1] if bound else expr.args
    found = frozenset().union(*(indices_of(argument) for argument in arguments))
    found |= {position for position, _ in vector_positions(expr)}
    return found - {position for position, _ in bound}


def _matched(atom: Atom, pattern: Atom, value: Quotient) -> Quotient | None:
    """Return what the equation ``pattern`` = ``value`` says of an atom, for any free indices."""
    if atom.kind != pattern.kind or len(atom.indices) != len(pattern.indices):
        return None
    formal = sorted(pattern.indices)
    at_most(MOST_AXES, len(formal), "free indices of an assumption")
    for order in permutations(sorted(atom.indices)):
        names = dict(zip(formal, order, strict=True))
        if rename(quotient(pattern), names) == quotient(atom):
            return rename(value, names)
    return None


def assume(value: Form, assumption: Assumption) -> Form:
    """Use an assumption as a rewriting of the sum, or the entry, that it can be solved for."""
    left = normal_form(assumption.left) - normal_form(assumption.right)
    return use(value, left)


def use(value: Form, zero: Form) -> Form:
    """Use that a form is nought, as a rewriting of the sum, or the entry, it can be solved for."""
    plain = zero.plain
    equation = None if plain is None else solved(plain)
    if equation is None:
        return value
    pattern, right = equation

    def rewritten(part: Quotient) -> Quotient:
        return replace_sums(part, pattern.names, lambda atom: _matched(atom, pattern, right))

    return map_quotients(value, rewritten)


def _merged_sums(value: Quotient) -> Quotient:
    """Write the terms linear in a sum over one index as one sum, which cancels what can cancel."""
    by_size: dict[str, Quotient] = {}
    rest = quotient(0)
    below = Quotient(UNIT, value.denominator)
    for monomial, coefficient in value.numerator.terms.items():
        sums = [(a, e) for a, e in monomial if a.kind == "sum" and e == 1]
        if len(sums) != 1 or len(sums[0][0].parts[0]) != 1:
            rest = rest + Quotient(Polynomial({monomial: coefficient}))
            continue
        ((atom, _),) = sums
        ((name, size),) = opened(atom, value.indices)[0]
        others = tuple(factor for factor in monomial if factor[0] != atom)
        body = opened(atom, value.indices)[1] * Quotient(Polynomial({others: coefficient}))
        common = rename(body, {name: "~"})
        by_size[size] = by_size.get(size, quotient(0)) + common
    for size, body in by_size.items():
        rest = rest + summed(body, "~", size)
    return rest * below


def difference(
    left: Expr,
    right: Expr,
    *,
    definitions: Iterable[Definition] = (),
    assumptions: Iterable[Assumption] = (),
    kept: frozenset[str] = frozenset(),
) -> Form:
    """Return the normal form of left − right, two scalar expressions, under the assumptions."""
    known = tuple(definitions)
    value = normal_form(left, definitions=known, kept=kept) - normal_form(
        right, definitions=known, kept=kept
    )
    for assumption in assumptions:
        value = assume(value, assumption)
    return settled(value)


def settled(value: Form, zeros: Iterable[Form] = ()) -> Form:
    """Return a form with equations used, each given as a form that is nought, and sums merged."""
    for zero in zeros:
        value = use(value, zero)
    return map_quotients(value, _merged_sums) if value else value


def equal(
    left: Expr,
    right: Expr,
    *,
    definitions: Iterable[Definition] = (),
    assumptions: Iterable[Assumption] = (),
) -> bool:
    """Say whether two sides are proved equal for every k, d and n, wherever both have a value.

    False means that the normal form does not decide it, never that they differ.

    Raises
    ------
    UnsupportedExpression
        If a node is not of the language.

    Examples
    --------
    >>> from derive.language import index, k, quantity, softmax, total, Entries
    >>> a, i, j = quantity("a", k), index("i"), index("j")
    >>> equal(total(a[i] * softmax(Entries(a[j], (j, k)), j), j, k), a[i])
    True
    """
    pair = entries_of_both(left, right)
    if pair is None:
        return False
    found = differences(*pair, definitions=definitions, assumptions=assumptions)
    return any(not form for form in found)


def differences(
    left: Expr,
    right: Expr,
    *,
    definitions: Iterable[Definition] = (),
    assumptions: Iterable[Assumption] = (),
) -> Iterator[Form]:
    """Yield the normal form of left − right, two scalar expressions.

    First with the defined names free beneath which nothing is mentioned, then with all unfolded.
    Where they have no value there is no form.
    """
    meaning = Meaning(tuple(definitions))
    for folded in dict.fromkeys((meaning.kept(left, right), frozenset[str]())):
        try:
            yield difference(
                left,
                right,
                definitions=meaning.definitions,
                assumptions=assumptions,
                kept=folded,
            )
        except Undefined:
            continue


def entries_of_both(left: Expr, right: Expr) -> tuple[Expr, Expr] | None:
    """Return the entries of two arrays of one shape with the same indices, or None."""
    (axes, first), (others, second) = entry_of_array(left), entry_of_array(right)
    if [size for _, size in axes] != [size for _, size in others]:
        return None
    taken = set(free_indices(left) | free_indices(right))
    names = []
    for position, size in axes:
        names.append(fresh_index(size, taken) if position in taken else position)
        taken.add(names[-1])
    return (
        substitute(first, {old: new for (old, _), new in zip(axes, names, strict=True)}),
        substitute(second, {old: new for (old, _), new in zip(others, names, strict=True)}),
    )
