"""From meanings to the normal forms of the prover."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from derive.proof.deltas import Form, form, function_of
from derive.proof.elementary import entry_atom, exponential, logarithm, symbol_atom
from derive.proof.field import ONE, Quotient, quotient
from derive.proof.work import spend
from derive.textbook.meaning.core import (
    MINUS_ONE,
    At,
    Choice,
    Constant,
    Core,
    Determinant,
    Entry,
    Fold,
    Function,
    MatrixPower,
    Plus,
    Power,
    Rational,
    Size,
    Symbol,
    Times,
    Unknown,
    walk_core,
)
from derive.textbook.meaning.dimensions import Dimension, Dimensions, Index
from derive.textbook.proof.cases import choice
from derive.textbook.proof.domains import PARAMETERS
from derive.textbook.proof.folds import fold
from derive.textbook.proof.functions import Functions, Name, index_name, opaque_entry
from derive.textbook.proof.slopes import Beyond, Differentiator

__all__ = ["Lowering"]

LARGEST_POWER = 40
_HALF = Fraction(1, 2)


class Lowering:
    """Writes meanings without derivatives as normal forms.

    Parameters
    ----------
    dimensions : Dimensions
    differentiator : Differentiator
        Writes definitions out.
    unfold : bool
        Whether defined quantities are written out, or free.
    written : bool
        Whether sums with a known number of terms are written out.
    free : frozenset of Index, or None
        The indices that no sum binds; where None, as in a condition that holds for all, no index
        is computed.
    distinct : frozenset of frozenset of str
        Pairs of indices that are different.
    """

    def __init__(
        self,
        dimensions: Dimensions,
        differentiator: Differentiator,
        *,
        unfold: bool,
        written: bool = False,
        free: frozenset[Index] | None = frozenset(),
        distinct: frozenset[frozenset[str]] = frozenset(),
    ) -> None:
        self.dimensions = dimensions
        self.differentiator = differentiator
        self.unfold = unfold
        self.written = written
        self.free: frozenset[Index] | None = free
        self.functions = Functions(lambda index: self.size_name(index.dimension))
        self.distinct = distinct
        self._names: dict[Symbol, str] = {}

    def lowered(self, core: Core) -> Form:
        """Return the normal form of an expression.

        Raises
        ------
        Beyond
            When the prover has no place for something in it.
        """
        spend(1)
        writer = _WRITERS.get(type(core))
        if writer is None:
            raise Beyond(type(core).__name__)
        return self.functions.algebra.reduced(writer(self, core))

    def plain(self, core: Core) -> Quotient:
        """Return the normal form where no deltas may be in it."""
        found = self.lowered(core).plain
        if found is None:
            raise Beyond("a delta inside a function")
        return found

    def size_name(self, dimension: Dimension) -> str:
        """Return what a dimension is called; one that is a number as well."""
        return f"dimension {self.dimensions.find(dimension).name}"

    def size(self, dimension: Dimension) -> Form:
        """Return a dimension as a number."""
        found = self.dimensions.find(dimension)
        if found.size is not None:
            return form(quotient(found.size))
        return form(quotient(symbol_atom(self.size_name(found), positive=True)))

    def entry(self, entry: Entry) -> Form:
        """Return an entry of a quantity, written out where that is asked for."""
        symbol = entry.symbol
        if symbol.definition is not None and self.unfold:
            return self.lowered(self.differentiator.unfolded(entry))
        words, indices = self.places(entry.places)
        atom = quotient(entry_atom(self._name(symbol), words, indices))
        if symbol.definition is not None:
            return form(atom)
        if symbol.domain == "symmetric" and len(words) >= 2:
            return form((atom + self._turned(symbol, words, indices)).scaled(_HALF))
        parameter = PARAMETERS.get(symbol.domain)
        return form(atom if parameter is None else parameter(atom))

    def _turned(self, symbol: Symbol, words: tuple[str, ...], indices: frozenset[str]) -> Quotient:
        turned = (*words[:-2], words[-1], words[-2])
        return quotient(entry_atom(self._name(symbol), turned, indices))

    def _name(self, symbol: Symbol) -> str:
        if symbol not in self._names:
            self._names[symbol] = f"{symbol.name}#{len(self._names)}"
        return self._names[symbol]

    def places(self, places: tuple[Core, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
        """Return what the places of an entry are called, and which of them are indices.

        One that is fixed, the first or the last, is no index: nothing said of it holds for others.
        """
        words: list[str] = []
        indices: set[str] = set()
        for place in places:
            if isinstance(place, Rational):
                words.append(f"={place.value}")
            elif isinstance(place, Size):
                size = self.dimensions.find(place.dimension).size
                words.append(f"={size or self.size_name(place.dimension)}")
            else:
                words.append(self.index_word(place))
                indices.add(words[-1])
        return tuple(words), frozenset(indices)

    def index_word(self, place: Core) -> str:
        """Return what an index is called; one that is computed from free indices is one more.

        The name of one that is computed from a bound index would not follow its sum.
        """
        if isinstance(place, At):
            return index_name(place.index)
        used = {part.index for part in walk_core(place) if isinstance(part, At)}
        if self.free is None or not used <= self.free:
            raise Beyond("an index that is computed")
        return f"({self.plain(place).text})"


def _index(lowering: Lowering, core: At) -> Form:
    del lowering
    name = index_name(core.index)
    return form(quotient(entry_atom("the index", (name,), frozenset((name,)))))


def _size(lowering: Lowering, core: Size) -> Form:
    return lowering.size(core.dimension)


def _constant(lowering: Lowering, core: Constant) -> Form:
    del lowering
    if core.name == "e":
        return form(exponential(ONE))
    return form(quotient(symbol_atom("pi", positive=True)))


def _plus(lowering: Lowering, core: Plus) -> Form:
    total = Form()
    for term in core.terms:
        total = total + lowering.lowered(term)
    return total


def _times(lowering: Lowering, core: Times) -> Form:
    total = form(ONE)
    for factor in core.factors:
        total = total * lowering.lowered(factor)
    return total


def _power(lowering: Lowering, core: Power) -> Form:
    exponent = core.exponent
    if isinstance(exponent, Rational) and exponent.value.denominator == 1:
        if abs(exponent.value) > LARGEST_POWER:
            raise Beyond("a large power")
        return lowering.lowered(core.base) ** int(exponent.value)
    above = lowering.lowered(exponent)
    plain = above.plain
    if plain is None:
        base = lowering.plain(core.base)
        return function_of(above, lambda value: lowering.functions.power(base, value))
    return function_of(
        lowering.lowered(core.base), lambda value: lowering.functions.power(value, plain)
    )


def _logarithm(lowering: Lowering, argument: Core) -> Form:
    if isinstance(argument, Fold) and argument.kind == "product":
        inner = Fold(
            "sum", argument.index, Function("log", argument.body), argument.lower, argument.upper,
            argument.condition,
        )  # fmt: skip
        return lowering.lowered(inner)
    return function_of(lowering.lowered(argument), logarithm)


def _function(lowering: Lowering, core: Function) -> Form:
    if core.name == "log":
        return _logarithm(lowering, core.argument)
    argument = lowering.lowered(core.argument)
    return function_of(argument, lambda value: lowering.functions.value(core.name, value))


def _unknown(lowering: Lowering, core: Unknown) -> Form:
    parts = [(indices, lowering.lowered(body)) for indices, body in core.arguments]
    return form(opaque_entry(*lowering.functions.named(f"{core.name} {core.order}", parts)))


def _inverse(lowering: Lowering, core: MatrixPower) -> Form:
    """Return an entry of an inverse, that of a transpose as the transpose of the inverse."""
    if core.exponent != MINUS_ONE:
        raise Beyond("a power of a matrix")
    body = lowering.lowered(core.body)
    row, column = core.row, core.column
    straight = lowering.functions.named("inverse", [((row, column), body)])
    turned = lowering.functions.named("inverse", [((column, row), body)])
    here = _inverse_entry(lowering, straight, core.places)
    if straight == turned:
        there = _inverse_entry(lowering, straight, core.places[::-1])
        return form((here + there).scaled(_HALF))
    if turned[0] < straight[0]:
        return form(_inverse_entry(lowering, turned, core.places[::-1]))
    return form(here)


def _determinant(lowering: Lowering, core: Determinant) -> Form:
    """Return a determinant as a function of the matrix or of its transpose, which has the same."""
    body = lowering.lowered(core.body)
    row, column = core.row, core.column
    names = [
        lowering.functions.named("determinant", [(axes, body)])
        for axes in ((row, column), (column, row))
    ]
    return form(opaque_entry(*min(names)))


def _inverse_entry(lowering: Lowering, named: Name, places: tuple[Core, ...]) -> Quotient:
    name, order = named
    words, indices = lowering.places(places)
    return quotient(entry_atom(name, (*order, *words), indices.union(order)))


_WRITERS: dict[type[Core], Callable[..., Form]] = {
    Rational: lambda lowering, core: form(quotient(_simple(core.value))),
    Constant: _constant,
    At: _index,
    Size: _size,
    Entry: Lowering.entry,
    Plus: _plus,
    Times: _times,
    Power: _power,
    Function: _function,
    Unknown: _unknown,
    Fold: fold,
    Choice: choice,
    MatrixPower: _inverse,
    Determinant: _determinant,
}


def _simple(value: Fraction) -> Fraction | int:
    return value.numerator if value.denominator == 1 else value
