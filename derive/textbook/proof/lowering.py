"""From meanings to the normal forms of the prover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from math import floor
from typing import TypeAlias

from derive.proof.deltas import Form, delta, form, function_of, total_over
from derive.proof.elementary import (
    entry_atom,
    exponential,
    is_positive,
    logarithm,
    step_value,
    symbol_atom,
)
from derive.proof.field import ONE, ZERO, Quotient, quotient
from derive.proof.polynomials import Polynomial, primitive
from derive.proof.sums import rename
from derive.proof.work import spend
from derive.textbook.meaning.core import MINUS_ONE as MINUS_ONE_CORE
from derive.textbook.meaning.core import ONE as ONE_CORE
from derive.textbook.meaning.core import ZERO as ZERO_CORE
from derive.textbook.meaning.core import (
    At,
    Choice,
    Compare,
    Constant,
    Core,
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
    plus,
    times,
    walk_core,
)
from derive.textbook.meaning.core import rename as rename_core
from derive.textbook.meaning.dimensions import Dimension, Dimensions, Index
from derive.textbook.proof.algebra import Algebra, place_name
from derive.textbook.proof.domains import PARAMETERS, sigmoid
from derive.textbook.proof.slopes import Beyond, Differentiator

__all__ = ["Lowering", "index_name"]

MOST_FREE = 3
"""Free indices of an argument of which nothing is known; all their orders are looked at."""
MOST_WRITTEN = 8
"""Terms of a sum that is written out."""
MOST_EXTREMES = 4
"""Terms of a maximum that is written out; each doubles the cases."""
LARGEST_POWER = 40
_HALF = Fraction(1, 2)
Parts: TypeAlias = list[tuple[tuple[Index, ...], Form]]


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
    written : bool
        Whether sums with a known number of terms are written out.
    free : frozenset of Index
        The indices that no sum binds.
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
        free: frozenset[Index] = frozenset(),
        distinct: frozenset[frozenset[str]] = frozenset(),
    ) -> None:
        self.dimensions = dimensions
        self.differentiator = differentiator
        self.unfold = unfold
        self.written = written
        self.free = free
        self.algebra = Algebra()
        self._even_roots: set[str] = set()
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
        return self.algebra.reduced(writer(self, core))

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
        if not used <= self.free:
            raise Beyond("an index that is computed")
        return f"({self.plain(place).text})"

    def _axis(self, core: Core) -> Dimension | None:
        """Return over what an index of the text runs, or None for any other number."""
        if isinstance(core, At):
            return self.dimensions.find(core.index.dimension)
        if isinstance(core, Entry) and core.symbol.role == "index" and core.symbol.range:
            return self.dimensions.find(core.symbol.range)
        return None

    def condition(self, core: Core) -> Form:
        """Return a condition as a number, 1 where it holds and 0 where not."""
        if not isinstance(core, Compare):
            raise Beyond("a condition")
        if core.relation == "and":
            return self.condition(core.left) * self.condition(core.right)
        decided = _decided(core)
        if decided is not None:
            return form(ONE) if decided else Form()
        if core.relation in _ORDERS:
            return self._order(core)
        holds = self._equal(core)
        return holds if core.relation == "=" else form(ONE) - holds

    def _equal(self, core: Compare) -> Form:
        axes = self._axis(core.left), self._axis(core.right)
        if None not in axes:
            if axes[0] != axes[1]:
                raise Beyond("indices that run over different dimensions")
            names = self.index_word(core.left), self.index_word(core.right)
            return Form() if frozenset(names) in self.distinct else delta(*names)
        return self._label(core)

    def _label(self, core: Compare) -> Form:
        """Return whether a label is one of its two values."""
        left, right = core.left, core.right
        labels = _LABELS.get(left.symbol.domain) if isinstance(left, Entry) else None
        if labels is None or not isinstance(right, Rational) or right.value not in labels:
            raise Beyond("a condition between numbers")
        (other,) = (label for label in labels if label != right.value)
        scale = 1 / (right.value - other)
        return self.lowered(times(Rational(scale), plus(left, Rational(-other))))

    def _order(self, core: Compare) -> Form:
        turned, convention = _ORDERS[core.relation]
        left, right = (core.right, core.left) if turned else (core.left, core.right)
        inside = self.lowered(left) - self.lowered(right)
        return function_of(inside, lambda value: step_value(value, convention))

    def named(self, name: str, parts: Parts) -> tuple[str, tuple[str, ...]]:
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
        return "".join(f"{self.size_name(index.dimension)}: " for index in own)

    def opaque(self, name: str, value: Quotient) -> Quotient:
        """Return a function of one number of which only the name is known."""
        return _entry(*self.named(name, [((), form(value))]))

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
            return _entry(*self._power_name(base, exponent))
        result = ONE
        for monomial, coefficient in exponent.numerator.terms.items():
            number = Fraction(coefficient)
            if monomial:
                unit = Quotient(Polynomial({monomial: Fraction(1, number.denominator)}))
                result = result * _entry(*self._power_name(base, unit)) ** number.numerator
            else:
                result = result * self._root(base, number)
        return result

    def _power_name(self, base: Quotient, exponent: Quotient) -> tuple[str, tuple[str, ...]]:
        return self.named("power", [((), form(base)), ((), form(exponent))])

    def _root(self, base: Quotient, exponent: Fraction) -> Quotient:
        whole = floor(exponent)
        left = exponent - whole
        if not left:
            return base**whole
        name, order = self._power_name(base, quotient(Fraction(1, left.denominator)))
        self.algebra.add(name, left.denominator, _with_places(base, order))
        if left.denominator % 2 == 0:
            self._even_roots.add(name)
        return base**whole * _entry(name, order) ** left.numerator

    def absolute(self, value: Quotient) -> Quotient:
        """Return the absolute value, by a step unless it is a positive multiple of a root."""
        return (
            value
            if self._is_root(value)
            else value * (step_value(value, _at_kink(value)).scaled(2) - ONE)
        )

    def _is_root(self, value: Quotient) -> bool:
        if value.denominator or len(value.numerator.terms) != 1:
            return False
        ((monomial, coefficient),) = value.numerator.terms.items()
        return coefficient > 0 and all(
            atom.positive or atom.parts[0] in self._even_roots for atom, _ in monomial
        )

    def circular(self, name: str, value: Quotient) -> Quotient:
        """Return the sine or the cosine, with cos² = 1 − sin² for later."""
        if not value:
            return ONE if name == "cos" else ZERO
        turned = primitive(value.numerator)[0] < 0
        inside = -value if turned else value
        sine, order = self.named("sin", [((), form(inside))])
        if name == "sin":
            return -_entry(sine, order) if turned else _entry(sine, order)
        cosine, order = self.named("cos", [((), form(inside))])
        self.algebra.add(cosine, 2, ONE - _with_places(_entry(sine, order) ** 2, order))
        return _entry(cosine, order)


_ORDERS: dict[str, tuple[bool, Quotient]] = {
    ">": (False, ZERO),
    "\\ge": (False, ONE),
    "<": (True, ZERO),
    "\\le": (True, ONE),
}
"""Each order as a step of a difference, perhaps turned, with its value where both are equal."""
_LABELS: dict[str, tuple[Fraction, Fraction]] = {
    "in {0,1}": (Fraction(0), Fraction(1)),
    "in {-1,1}": (Fraction(-1), Fraction(1)),
}


def _entry(name: str, order: tuple[str, ...]) -> Quotient:
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
        return function_of(above, lambda value: lowering.power(base, value))
    return function_of(lowering.lowered(core.base), lambda value: lowering.power(value, plain))


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


_FUNCTIONS: dict[str, Callable[[Lowering, Quotient], Quotient]] = {
    "exp": lambda lowering, x: exponential(x),
    "log": lambda lowering, x: logarithm(x),
    "sqrt": lambda lowering, x: lowering.power(x, quotient(_HALF)),
    "sigmoid": lambda lowering, x: sigmoid(x),
    "softplus": lambda lowering, x: logarithm(ONE + exponential(x)),
    "tanh": lambda lowering, x: ONE - sigmoid(x.scaled(-2)).scaled(2),
    "sinh": lambda lowering, x: _half_angle(x, -1),
    "cosh": lambda lowering, x: _half_angle(x, 1),
    "step": lambda lowering, x: step_value(x, ONE),
    "relu": lambda lowering, x: x * step_value(x, ONE),
    "abs": lambda lowering, x: lowering.absolute(x),
    "sign": lambda lowering, x: step_value(x, quotient(_HALF)).scaled(2) - ONE,
    "sin": lambda lowering, x: lowering.circular("sin", x),
    "cos": lambda lowering, x: lowering.circular("cos", x),
    "tan": lambda lowering, x: lowering.circular("sin", x) * lowering.circular("cos", x).inverse(),
}
"""Functions that the prover knows through exponentials, logarithms, steps and sines."""


def _at_kink(value: Quotient) -> Quotient:
    """Return the value of a step at its jump where any would do, so that all steps are alike."""
    return ONE if not value or primitive(value.numerator)[0] > 0 else ZERO


def _function(lowering: Lowering, core: Function) -> Form:
    if core.name == "log":
        return _logarithm(lowering, core.argument)
    argument = lowering.lowered(core.argument)
    known = _FUNCTIONS.get(core.name)
    if known is None:
        return function_of(argument, lambda value: lowering.opaque(core.name, value))
    return function_of(argument, lambda value: known(lowering, value))


def _unknown(lowering: Lowering, core: Unknown) -> Form:
    parts = [(indices, lowering.lowered(body)) for indices, body in core.arguments]
    return form(_entry(*lowering.named(f"function {core.name}{chr(39) * core.order}", parts)))


def _bounds(lowering: Lowering, core: Fold) -> tuple[int, int] | None:
    """Return the bounds of a fold where both are numbers."""
    size = lowering.dimensions.find(core.index.dimension).size
    lower, upper = core.lower or ONE_CORE, core.upper
    if upper is None and size is not None:
        upper = Rational(Fraction(size))
    if not isinstance(lower, Rational) or not isinstance(upper, Rational):
        return None
    if lower.value.denominator != 1 or upper.value.denominator != 1:
        return None
    return int(lower.value), int(upper.value)


def _missing(lowering: Lowering, core: Fold) -> list[Core]:
    """Return the one place that a sum leaves out at an end of its dimension, if it does.

    Of a dimension of size one no two ends can be left out.
    """
    last = Size(core.index.dimension)
    lower = 1 if core.lower is None else lowering.plain(core.lower).constant
    above = plus(core.upper or last, times(MINUS_ONE_CORE, last))
    match lower, lowering.plain(above).constant:
        case 1, 0:
            return []
        case 2, 0:
            return [ONE_CORE]
        case 1, -1:
            return [last]
    raise Beyond("a sum between bounds")


def _body(lowering: Lowering, core: Fold) -> Form:
    """Return what a fold adds up, a product as the logarithm of its factors."""
    body = lowering.lowered(core.body)
    if core.kind == "product":
        if not all(is_positive(_case) for _case in _cases(body)):
            raise Beyond("a product of factors that may be negative")
        body = function_of(body, logarithm)
    if core.condition is not None:
        body = body * lowering.condition(core.condition)
    return body


def _cases(value: Form) -> list[Quotient]:
    """Return every quotient that a form may be, in each case of equal and different indices."""
    found: list[Quotient] = []

    def seen(case: Quotient) -> Quotient:
        found.append(case)
        return case

    function_of(value, seen)
    return found


def _fold(lowering: Lowering, core: Fold) -> Form:
    if lowering.written:
        bounds = _bounds(lowering, core)
        if bounds is not None:
            return lowering.lowered(_written_out(core, *bounds))
    if core.kind not in ("sum", "product"):
        raise Beyond(f"a {core.kind}")
    missing = _missing(lowering, core)
    name, size = index_name(core.index), lowering.size_name(core.index.dimension)
    total = total_over(_body(lowering, core), name, size)
    for place in missing:
        inner = replace(core, body=rename_core(core.body, {core.index: place}))
        if core.condition is not None:
            raise Beyond("a sum between bounds under a condition")
        total = total - _body(lowering, inner)
    return total if core.kind == "sum" else function_of(total, exponential)


def _written_out(core: Fold, first: int, last: int) -> Core:
    most = MOST_WRITTEN if core.kind in ("sum", "product") else MOST_EXTREMES
    if last - first >= most:
        raise Beyond("a sum of many terms")
    neutral = ONE_CORE if core.kind == "product" else ZERO_CORE
    terms: list[Core] = []
    for place in range(first, last + 1):
        at: dict[Index, Core] = {core.index: Rational(Fraction(place))}
        term = rename_core(core.body, at)
        if core.condition is not None:
            term = Choice(((rename_core(core.condition, at), term),), neutral)
        terms.append(term)
    if core.kind == "sum":
        return plus(*terms) if terms else ZERO_CORE
    if core.kind == "product":
        return times(*terms) if terms else ONE_CORE
    return _extreme(core, terms)


def _extreme(core: Fold, terms: list[Core]) -> Core:
    """Return the largest or smallest of some numbers, by cases."""
    if core.condition is not None or not terms:
        raise Beyond("a maximum under a condition")
    best = terms[0]
    relation = "\\ge" if core.kind == "max" else "\\le"
    for term in terms[1:]:
        best = Choice(((Compare(relation, best, term), best),), term)
    return best


def _decided(core: Core) -> bool | None:
    """Return whether a condition between two numbers holds, or None for any other."""
    if not isinstance(core, Compare) or core.relation not in ("=", "\\neq"):
        return None
    if not isinstance(core.left, Rational) or not isinstance(core.right, Rational):
        return None
    return (core.left == core.right) == (core.relation == "=")


def _choice(lowering: Lowering, core: Choice) -> Form:
    """Return cases: where none applies there is no value, so the last may stand for it."""
    (condition, value), *others = core.branches
    decided = _decided(condition)
    rest = Choice(tuple(others), core.otherwise) if others else core.otherwise
    if decided or (rest is None and decided is None):
        return lowering.lowered(value)
    if rest is None:
        raise Beyond("no case applies")
    other = lowering.lowered(rest)
    if decided is False:
        return other
    change = lowering.lowered(value) - other
    return other + _holds(lowering, condition, change) * change


def _holds(lowering: Lowering, condition: Core, change: Form) -> Form:
    """Return a condition as a number; where a change is nought at the tie, any value will do."""
    holds = lowering.condition(condition)
    if not isinstance(condition, Compare) or condition.relation not in _ORDERS:
        return holds
    turned, _ = _ORDERS[condition.relation]
    inside = (lowering.lowered(condition.left) - lowering.lowered(condition.right)).plain
    plain = change.plain
    if inside is None or not inside or plain is None or not _divides(inside, plain):
        return holds
    inside = -inside if turned else inside
    return form(step_value(inside, _at_kink(inside)))


def _divides(inside: Quotient, value: Quotient) -> bool:
    ratio = value * inside.inverse()
    powers = (power for monomial in ratio.numerator.terms for _, power in monomial)
    return not ratio.denominator and all(power > 0 for power in powers)


def _inverse(lowering: Lowering, core: MatrixPower) -> Form:
    """Return an entry of an inverse, that of a transpose as the transpose of the inverse."""
    if core.exponent != MINUS_ONE_CORE:
        raise Beyond("a power of a matrix")
    body = lowering.lowered(core.body)
    row, column = core.row, core.column
    straight = lowering.named("inverse", [((row, column), body)])
    turned = lowering.named("inverse", [((column, row), body)])
    here = _inverse_entry(lowering, straight, core.places)
    if straight == turned:
        there = _inverse_entry(lowering, straight, core.places[::-1])
        return form((here + there).scaled(_HALF))
    if turned[0] < straight[0]:
        return form(_inverse_entry(lowering, turned, core.places[::-1]))
    return form(here)


def _inverse_entry(
    lowering: Lowering, named: tuple[str, tuple[str, ...]], places: tuple[Core, ...]
) -> Quotient:
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
    Fold: _fold,
    Choice: _choice,
    MatrixPower: _inverse,
}


def _simple(value: Fraction) -> Fraction | int:
    return value.numerator if value.denominator == 1 else value
