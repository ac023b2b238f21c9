"""Derivatives carried out on meanings: what is left has no derivative in it.

Everything but the variable follows its definition, as the judge demands. The derivative of an entry
by an entry of the same quantity is a product of Kronecker deltas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any

from derive.proof.work import spend
from derive.textbook.meaning.core import (
    MINUS_ONE,
    ONE,
    ZERO,
    At,
    Choice,
    Compare,
    Constant,
    Core,
    Determinant,
    Entry,
    Fold,
    Function,
    Let,
    MatrixPower,
    Plus,
    Power,
    Rational,
    Size,
    Slope,
    Symbol,
    Times,
    Unknown,
    plus,
    rename,
    symbols_in,
    times,
)
from derive.textbook.meaning.dimensions import Dimensions, Index

__all__ = ["Beyond", "Differentiator", "delta"]

DEEPEST = 60
"""Of definitions in each other."""
LARGEST_MATRIX_POWER = 4


class Beyond(Exception):
    """A construct that is not differentiated or lowered here: the equality stays unproved."""


def delta(left: Core, right: Core) -> Core:
    """Return the Kronecker delta of two index expressions."""
    return ONE if left == right else Choice(((Compare("=", left, right), ONE),), ZERO)


def _constant(core: Core) -> Fraction | None:
    """Return the rational number that an expression is as it stands, as −2 is −1 · 2."""
    match core:
        case Rational(value=value):
            return value
        case Times(factors=parts) | Plus(terms=parts):
            numbers = [_constant(part) for part in parts]
            if None in numbers:
                return None
            known = [number for number in numbers if number is not None]
            return Fraction(sum(known) if isinstance(core, Plus) else prod(known))
    return None


def _number(value: int) -> Core:
    return Rational(Fraction(value))


def _one_minus_square(x: Core) -> Core:
    return plus(ONE, times(MINUS_ONE, Power(x, _number(2))))


_SLOPES: dict[str, Callable[[Core], Core]] = {
    "exp": lambda x: Function("exp", x),
    "log": lambda x: Power(x, MINUS_ONE),
    "sqrt": lambda x: times(Rational(Fraction(1, 2)), Power(Function("sqrt", x), MINUS_ONE)),
    "sin": lambda x: Function("cos", x),
    "cos": lambda x: times(MINUS_ONE, Function("sin", x)),
    "sinh": lambda x: Function("cosh", x),
    "cosh": lambda x: Function("sinh", x),
    "tanh": lambda x: plus(ONE, times(MINUS_ONE, Power(Function("tanh", x), _number(2)))),
    "arctan": lambda x: Power(plus(ONE, Power(x, _number(2))), MINUS_ONE),
    "sigmoid": lambda x: times(
        Function("sigmoid", x), plus(ONE, times(MINUS_ONE, Function("sigmoid", x)))
    ),
    "softplus": lambda x: Function("sigmoid", x),
    "relu": lambda x: Function("step", x),
    "abs": lambda x: Function("sign", x),
    "sign": lambda x: ZERO,
    "step": lambda x: ZERO,
    "tan": lambda x: plus(ONE, Power(Function("tan", x), _number(2))),
    "arcsin": lambda x: Power(_one_minus_square(x), Rational(Fraction(-1, 2))),
    "erf": lambda x: times(
        _number(2),
        Power(Function("sqrt", Constant("pi")), MINUS_ONE),
        Function("exp", times(MINUS_ONE, Power(x, _number(2)))),
    ),
    "arccos": lambda x: times(MINUS_ONE, Power(_one_minus_square(x), Rational(Fraction(-1, 2)))),
}
"""The derivative of every function that has one here."""


_NEVER_NEGATIVE = frozenset({"abs", "exp", "sqrt", "sigmoid", "softplus", "relu", "cosh"})


def _never_negative(core: Core) -> bool:
    """Return whether the absolute value of an expression is the expression, as that of a norm."""
    if isinstance(core, Power):
        return core.exponent == Rational(Fraction(1, 2))
    return isinstance(core, Function) and core.name in _NEVER_NEGATIVE


class Differentiator:
    """Carries derivatives out.

    Parameters
    ----------
    dimensions : Dimensions
        Where new indices come from.
    """

    def __init__(self, dimensions: Dimensions) -> None:
        self.dimensions = dimensions
        self._below: dict[Symbol, frozenset[Symbol]] = {}

    # Indices of their own, so that nothing is captured.

    def fresh(self, core: Core) -> Core:
        """Return an expression whose bound indices are new."""
        match core:
            case Fold(index=index):
                own = self._own(index)
                moved = _parts(core, lambda part: rename(self.fresh(part), {index: At(own)}))
                assert isinstance(moved, Fold)
                return replace(moved, index=own)
            case MatrixPower(row=row, column=column) | Determinant(row=row, column=column):
                rows, columns = self._own(row), self._own(column)
                names: dict[Index, Core] = {row: At(rows), column: At(columns)}
                body = rename(self.fresh(core.body), names)
                return replace(core, row=rows, column=columns, body=body)
            case Unknown(arguments=arguments):
                return replace(core, arguments=tuple(self._argument(one) for one in arguments))
            case Let():
                raise Beyond("a local value")
            case _:
                return _parts(core, self.fresh)

    def _own(self, index: Index) -> Index:
        return self.dimensions.index(index.name, index.dimension)

    def _argument(self, argument: tuple[tuple[Index, ...], Core]) -> tuple[tuple[Index, ...], Core]:
        indices, body = argument
        own = tuple(self._own(index) for index in indices)
        moved = {old: At(new) for old, new in zip(indices, own, strict=True)}
        return own, rename(self.fresh(body), moved)

    def unfolded(self, entry: Entry) -> Core:
        """Return what an entry of a defined quantity stands for.

        An entry before the first one is not what the definition says: h₀ is given.
        """
        definition = entry.symbol.definition
        assert definition is not None
        if any(isinstance(place, Rational) and place.value < 1 for place in entry.places):
            raise Beyond("an entry before the first one")
        body = self.fresh(self.plain(definition.body))
        return rename(body, dict(zip(definition.indices, entry.places, strict=True)))

    # Derivatives.

    def plain(self, core: Core) -> Core:
        """Return an expression without derivatives and local values."""
        match core:
            case Slope(body=body, symbol=symbol, places=places):
                return self.slope(self.plain(body), symbol, places, 0)
            case Let(symbol=symbol, indices=indices, value=value, body=body):
                return self._replaced(self.plain(body), symbol, indices, self.plain(value))
            case MatrixPower():
                return self._chain(_parts(core, self.plain))
            case Function(name="abs", argument=argument) if _never_negative(argument):
                return self.plain(argument)
            case _:
                return _parts(core, self.plain)

    def reaches(self, symbol: Symbol, variable: Symbol) -> bool:
        """Return whether the definition of a symbol mentions another, at whatever depth."""
        if symbol.definition is None:
            return False
        if symbol not in self._below:
            self._below[symbol] = symbols_in(symbol.definition.body)
        return variable in self._below[symbol]

    def _chain(self, core: Core) -> Core:
        """Return a whole power of a matrix as a product of the matrix, or of its inverse."""
        assert isinstance(core, MatrixPower)
        exponent = _constant(core.exponent)
        if exponent is None or exponent.denominator != 1:
            raise Beyond("a power of a matrix")
        count = int(exponent)
        if abs(count) > LARGEST_MATRIX_POWER:
            raise Beyond("a large power of a matrix")
        first, last = core.places
        if not count:
            return delta(first, last)
        inner = [self._own(core.row) for _ in range(abs(count) - 1)]
        stops = [first, *(At(index) for index in inner), last]
        steps = pairwise(stops)
        product = times(*(self._matrix_step(core, left, right, count) for left, right in steps))
        for index in inner:
            product = Fold("sum", index, product)
        return product

    def _matrix_step(self, core: MatrixPower, left: Core, right: Core, count: int) -> Core:
        if count < 0:
            own = self.fresh(replace(core, exponent=MINUS_ONE))
            return replace(own, places=(left, right))  # type: ignore[call-arg]
        return rename(self.fresh(core.body), {core.row: left, core.column: right})

    def _replaced(
        self, core: Core, symbol: Symbol, indices: tuple[Index, ...], value: Core
    ) -> Core:
        def change(part: Core) -> Core:
            if isinstance(part, Entry) and part.symbol is symbol:
                places = dict(zip(indices, part.places, strict=True))
                return rename(self.fresh(value), places)
            if isinstance(part, Entry) and self.reaches(part.symbol, symbol):
                return change(self.unfolded(part))
            return _parts(part, change)

        return change(core)

    def slope(self, core: Core, symbol: Symbol, places: tuple[Core, ...], depth: int) -> Core:
        """Return the derivative by an entry."""
        spend(1)
        if depth > DEEPEST:
            raise Beyond("definitions in each other")

        def of(part: Core) -> Core:
            return self.slope(part, symbol, places, depth)

        match core:
            case Rational() | Constant() | At() | Size() | Compare():
                return ZERO
            case Entry():
                return self._of_entry(core, symbol, places, depth)
            case Plus(terms=terms):
                return _sum([of(term) for term in terms])
            case Times(factors=factors):
                return _product_rule(factors, of)
            case Power(base=base, exponent=exponent):
                return _of_power(core, base, exponent, of)
            case Function(name=name, argument=argument):
                return _of_function(name, argument, of)
            case Fold():
                return _of_fold(core, of)
            case MatrixPower() | Unknown() | Determinant():
                return self._of_array(core, of)
            case Choice():
                return _of_choice(core, of)
            case _:
                raise Beyond(type(core).__name__)

    def _of_entry(self, entry: Entry, symbol: Symbol, places: tuple[Core, ...], depth: int) -> Core:
        if entry.symbol is symbol:
            if self.reaches(symbol, symbol):
                raise Beyond("a quantity that is defined by itself")
            return times(*(delta(a, b) for a, b in zip(entry.places, places, strict=True)))
        if not self.reaches(entry.symbol, symbol):
            return ZERO
        return self.slope(self.unfolded(entry), symbol, places, depth + 1)

    def _of_array(
        self, core: MatrixPower | Unknown | Determinant, of: Callable[[Core], Core]
    ) -> Core:
        if isinstance(core, Determinant):
            return self._of_determinant(core, of)
        if isinstance(core, Unknown):
            return self._of_unknown(core, of)
        return self._of_inverse(core, of)

    def _of_inverse(self, core: MatrixPower, of: Callable[[Core], Core]) -> Core:
        """Return d(A⁻¹) = −A⁻¹ dA A⁻¹, an entry of it."""
        if core.exponent != MINUS_ONE:
            raise Beyond("the derivative of a power of a matrix")
        slope = of(core.body)
        if slope == ZERO:
            return ZERO
        row, column = self._own(core.row), self._own(core.column)
        first, last = core.places
        before = self._matrix_step(core, first, At(row), -1)
        after = self._matrix_step(core, At(column), last, -1)
        middle = rename(self.fresh(slope), {core.row: At(row), core.column: At(column)})
        inner = Fold("sum", column, times(MINUS_ONE, before, middle, after))
        return Fold("sum", row, inner)

    def _of_determinant(self, core: Determinant, of: Callable[[Core], Core]) -> Core:
        """Return d det A = det A · tr(A⁻¹ dA)."""
        slope = of(core.body)
        if slope == ZERO:
            return ZERO
        row, column = self._own(core.row), self._own(core.column)
        inner = rename(self.fresh(slope), {core.row: At(row), core.column: At(column)})
        places = (At(column), At(row))
        inverse = MatrixPower(core.row, core.column, core.body, MINUS_ONE, places)
        product = times(self.fresh(inverse), inner)
        return times(core, Fold("sum", row, Fold("sum", column, product)))

    def _of_unknown(self, core: Unknown, of: Callable[[Core], Core]) -> Core:
        """Return the chain rule for a function of which only the name is known."""
        if len(core.arguments) == 1 and not core.arguments[0][0]:
            slope = of(core.arguments[0][1])
            return ZERO if slope == ZERO else times(replace(core, order=core.order + 1), slope)
        terms = []
        for number, argument in enumerate(core.arguments):
            indices, body = self._argument(argument)
            slope = of(body)
            if slope == ZERO:
                continue
            places = tuple(((), At(index)) for index in indices)
            partial = Unknown(f"{core.name}∂{number}", core.order, (*core.arguments, *places))
            term: Core = times(partial, slope)
            for index in reversed(indices):
                term = Fold("sum", index, term)
            terms.append(term)
        return _sum(terms)


def _parts(core: Core, change: Callable[[Core], Core]) -> Core:
    """Return an expression with a change made to each of its parts."""
    spend(1)
    changes: dict[str, Any] = {}
    for place in fields(core):
        old = getattr(core, place.name)
        new = _changed(old, change)
        if new is not old:
            changes[place.name] = new
    return replace(core, **changes) if changes else core


def _changed(part: Any, change: Callable[[Core], Core]) -> Any:
    if isinstance(part, Core):
        return change(part)
    if isinstance(part, tuple):
        return tuple(_changed(item, change) for item in part)
    return part


def _sum(terms: list[Core]) -> Core:
    kept = [term for term in terms if term != ZERO]
    return plus(*kept) if kept else ZERO


def _product_rule(factors: tuple[Core, ...], of: Callable[[Core], Core]) -> Core:
    terms: list[Core] = []
    for place, factor in enumerate(factors):
        slope = of(factor)
        if slope != ZERO:
            terms.append(times(*factors[:place], slope, *factors[place + 1 :]))
    return _sum(terms)


def _of_power(core: Power, base: Core, exponent: Core, of: Callable[[Core], Core]) -> Core:
    inner, outer = of(base), of(exponent)
    terms: list[Core] = []
    if inner != ZERO:
        lowered = Power(base, plus(exponent, MINUS_ONE))
        if isinstance(exponent, Rational):
            lowered = Power(base, Rational(exponent.value - 1))
        terms.append(times(exponent, lowered, inner))
    if outer != ZERO:
        terms.append(times(core, Function("log", base), outer))
    return _sum(terms)


def _of_function(name: str, argument: Core, of: Callable[[Core], Core]) -> Core:
    if name == "log" and isinstance(argument, Function) and argument.name == "abs":
        argument = argument.argument  # of log|u| it is u'/u
    inner = of(argument)
    if inner == ZERO:
        return ZERO
    if name not in _SLOPES:
        raise Beyond(f"the derivative of {name}")
    return times(_SLOPES[name](argument), inner)


def _of_choice(core: Choice, of: Callable[[Core], Core]) -> Core:
    changed = tuple((condition, of(value)) for condition, value in core.branches)
    return Choice(changed, None if core.otherwise is None else of(core.otherwise))


def _of_fold(core: Fold, of: Callable[[Core], Core]) -> Core:
    slope = of(core.body)
    if slope == ZERO:
        return ZERO
    if core.kind == "sum":
        return replace(core, body=slope)
    if core.kind == "product":
        ratio = replace(core, kind="sum", body=times(slope, Power(core.body, MINUS_ONE)))
        return times(core, ratio)
    raise Beyond(f"the derivative of a {core.kind}")
