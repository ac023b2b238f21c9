"""From meanings to the normal forms of the prover."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations

from derive.proof.deltas import Form, delta, form, function_of, total_over
from derive.proof.elementary import (
    entry_atom,
    exponential,
    is_positive,
    logarithm,
    step_value,
    symbol_atom,
)
from derive.proof.field import ONE, Quotient, quotient
from derive.proof.sums import rename
from derive.textbook.meaning.core import ONE as ONE_CORE
from derive.textbook.meaning.core import (
    At,
    Choice,
    Compare,
    Constant,
    Core,
    Entry,
    Fold,
    Function,
    Plus,
    Power,
    Rational,
    Size,
    Symbol,
    Times,
    Unknown,
)
from derive.textbook.meaning.dimensions import Dimension, Dimensions, Index
from derive.textbook.proof.slopes import Beyond, Differentiator

__all__ = ["Lowering", "index_name"]

MOST_FREE = 3
"""Free indices of an argument of which nothing is known; all their orders are looked at."""
_POSITIVE = frozenset({"positive", "simplex"})
_FRACTIONS = frozenset({"in (0,1)"})


def index_name(index: Index) -> str:
    """Return what an index is called in a normal form."""
    return f"i{index.number}"


class Lowering:
    """Writes meanings without derivatives as normal forms.

    Parameters
    ----------
    dimensions : Dimensions
    differentiator : Differentiator
        Writes definitions out.
    unfold : bool
        Whether defined quantities are written out, or free.
    distinct : frozenset of frozenset of str
        Pairs of indices that are different.
    """

    def __init__(
        self,
        dimensions: Dimensions,
        differentiator: Differentiator,
        *,
        unfold: bool,
        distinct: frozenset[frozenset[str]] = frozenset(),
    ) -> None:
        self.dimensions = dimensions
        self.differentiator = differentiator
        self.unfold = unfold
        self.distinct = distinct
        self._names: dict[Symbol, str] = {}

    def lowered(self, core: Core) -> Form:
        """Return the normal form of an expression.

        Raises
        ------
        Beyond
            When the prover has no place for something in it.
        """
        writer = _WRITERS.get(type(core))
        if writer is None:
            raise Beyond(type(core).__name__)
        return writer(self, core)

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
        words, indices = self._places(entry)
        atom = quotient(entry_atom(self._name(symbol), words, indices))
        if symbol.domain in _POSITIVE:
            return form(exponential(atom))
        if symbol.domain in _FRACTIONS:
            return form((ONE + exponential(-atom)).inverse())
        return form(atom)

    def _name(self, symbol: Symbol) -> str:
        if symbol not in self._names:
            self._names[symbol] = f"{symbol.name}#{len(self._names)}"
        return self._names[symbol]

    def _places(self, entry: Entry) -> tuple[tuple[str, ...], frozenset[str]]:
        words: list[str] = []
        indices: set[str] = set()
        for place in entry.places:
            if isinstance(place, At):
                words.append(index_name(place.index))
                indices.add(words[-1])
            elif isinstance(place, Rational):
                words.append(f"={place.value}")
            else:
                raise Beyond("an index that is computed")
        return tuple(words), frozenset(indices)

    def condition(self, core: Core) -> Form:
        """Return a condition between indices as a delta, 1 where it holds."""
        if not isinstance(core, Compare):
            raise Beyond("a condition")
        if core.relation == "and":
            return self.condition(core.left) * self.condition(core.right)
        left, right = core.left, core.right
        if not isinstance(left, At) or not isinstance(right, At):
            raise Beyond("a condition between numbers")
        names = index_name(left.index), index_name(right.index)
        same = Form() if frozenset(names) in self.distinct else delta(*names)
        if core.relation == "=":
            return same
        if core.relation == "\\neq":
            return form(ONE) - same
        raise Beyond("an order of indices")

    def unknown(self, name: str, parts: list[tuple[tuple[Index, ...], Quotient]]) -> Form:
        """Return a function of which only its name is used, as an entry of a table of its own.

        Two are the same exactly when their arguments are, up to the names of the free indices.
        """
        free = sorted({i for own, value in parts for i in value.indices - _own(own)})
        if len(free) > MOST_FREE:
            raise Beyond("an argument with many free indices")
        best: tuple[str, tuple[str, ...]] | None = None
        for order in permutations(free):
            names = {old: f"<{place}>" for place, old in enumerate(order)}
            text = "; ".join(
                rename(value, {**names, **_bound_names(own)}).text for own, value in parts
            )
            if best is None or (text, order) < best:
                best = (text, order)
        assert best is not None
        text, order = best
        return form(quotient(entry_atom(f"{name}({text})", order, frozenset(order))))


def _own(indices: tuple[Index, ...]) -> frozenset[str]:
    return frozenset(index_name(index) for index in indices)


def _bound_names(indices: tuple[Index, ...]) -> dict[str, str]:
    return {index_name(index): f"[{place}]" for place, index in enumerate(indices)}


def _at(lowering: Lowering, core: At) -> Form:
    del lowering
    name = index_name(core.index)
    return form(quotient(entry_atom("the index", (name,), frozenset((name,)))))


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
    base = lowering.plain(core.base)
    if not is_positive(base):
        raise Beyond("a power whose base may be negative")
    return function_of(
        lowering.lowered(exponent), lambda value: exponential(value * logarithm(base))
    )


LARGEST_POWER = 40


def _logarithm(lowering: Lowering, argument: Core) -> Form:
    if isinstance(argument, Fold) and argument.kind == "product":
        inner = Fold(
            "sum", argument.index, Function("log", argument.body), argument.lower, argument.upper,
            argument.condition,
        )  # fmt: skip
        return lowering.lowered(inner)
    return function_of(lowering.lowered(argument), logarithm)


def _half_angle(value: Quotient, sign: int) -> Quotient:
    up, down = exponential(value), exponential(-value)
    return (up + down.scaled(sign)).scaled(Fraction(1, 2))


_FUNCTIONS: dict[str, Callable[[Quotient], Quotient]] = {
    "exp": exponential,
    "sigmoid": lambda x: (ONE + exponential(-x)).inverse(),
    "softplus": lambda x: logarithm(ONE + exponential(x)),
    "tanh": lambda x: ONE - (ONE + exponential(x.scaled(2))).inverse().scaled(2),
    "sinh": lambda x: _half_angle(x, -1),
    "cosh": lambda x: _half_angle(x, 1),
    "step": lambda x: step_value(x, ONE),
    "relu": lambda x: x * step_value(x, ONE),
}
"""Functions that the prover knows through exponentials, logarithms and steps."""


def _function(lowering: Lowering, core: Function) -> Form:
    if core.name == "log":
        return _logarithm(lowering, core.argument)
    known = _FUNCTIONS.get(core.name)
    argument = lowering.lowered(core.argument)
    if known is not None:
        return function_of(argument, known)
    return function_of(argument, lambda value: _alone(lowering, core.name, value))


def _alone(lowering: Lowering, name: str, value: Quotient) -> Quotient:
    found = lowering.unknown(name, [((), value)]).plain
    assert found is not None
    return found


def _unknown(lowering: Lowering, core: Unknown) -> Form:
    parts = [(indices, lowering.plain(body)) for indices, body in core.arguments]
    return lowering.unknown(f"{core.name}{chr(39) * core.order}", parts)


def _is_whole(lowering: Lowering, core: Fold) -> bool:
    """Return whether an index runs over its whole dimension."""
    if core.lower is None and core.upper is None:
        return True
    size = lowering.dimensions.find(core.index.dimension).size
    return core.lower in (None, ONE_CORE) and core.upper == Rational(Fraction(size or 0))


def _fold(lowering: Lowering, core: Fold) -> Form:
    if not _is_whole(lowering, core):
        raise Beyond("a sum between bounds")
    name, size = index_name(core.index), lowering.size_name(core.index.dimension)
    if core.kind == "sum":
        body = lowering.lowered(core.body)
        if core.condition is not None:
            body = body * lowering.condition(core.condition)
        return total_over(body, name, size)
    if core.kind == "product" and core.condition is None:
        body = lowering.lowered(core.body)
        plain = body.plain
        if plain is None or not is_positive(plain):
            raise Beyond("a product of factors that may be negative")
        return function_of(total_over(form(logarithm(plain)), name, size), exponential)
    raise Beyond(f"a {core.kind}")


def _decided(core: Core) -> bool | None:
    """Return whether a condition between two numbers holds, or None for any other."""
    if not isinstance(core, Compare) or core.relation not in ("=", "\\neq"):
        return None
    if not isinstance(core.left, Rational) or not isinstance(core.right, Rational):
        return None
    return (core.left == core.right) == (core.relation == "=")


def _choice(lowering: Lowering, core: Choice) -> Form:
    decisions = [_decided(condition) for condition, _ in core.branches]
    if decisions and decisions[0] is not None:
        if decisions[0]:
            return lowering.lowered(core.branches[0][1])
        if len(core.branches) > 1:
            return lowering.lowered(Choice(core.branches[1:], core.otherwise))
        if core.otherwise is None:
            raise Beyond("no case applies")
        return lowering.lowered(core.otherwise)
    if len(core.branches) != 1 or core.otherwise is None:
        return _two_cases(lowering, core)
    ((condition, value),) = core.branches
    holds = lowering.condition(condition)
    other = lowering.lowered(core.otherwise)
    return other + holds * (lowering.lowered(value) - other)


def _two_cases(lowering: Lowering, core: Choice) -> Form:
    """Return cases that say what holds for equal and for different indices."""
    if len(core.branches) != 2 or core.otherwise is not None:
        raise Beyond("cases")
    (first, one), (second, other) = core.branches
    if not isinstance(first, Compare) or not isinstance(second, Compare):
        raise Beyond("cases")
    if (first.left, first.right) != (second.left, second.right):
        raise Beyond("cases")
    if {first.relation, second.relation} != {"=", "\\neq"}:
        raise Beyond("cases")
    holds = lowering.condition(first)
    return holds * lowering.lowered(one) + (form(ONE) - holds) * lowering.lowered(other)


_WRITERS: dict[type[Core], Callable[..., Form]] = {
    Rational: lambda lowering, core: form(quotient(_simple(core.value))),
    Constant: _constant,
    At: _at,
    Size: lambda lowering, core: lowering.size(core.dimension),
    Entry: Lowering.entry,
    Plus: _plus,
    Times: _times,
    Power: _power,
    Function: _function,
    Unknown: _unknown,
    Fold: _fold,
    Choice: _choice,
}


def _simple(value: Fraction) -> Fraction | int:
    return value.numerator if value.denominator == 1 else value
