"""The second route: both sides evaluated with mpmath at points chosen in advance.

The evaluator knows nothing of the normal forms. A derivative is a central difference at a working
precision that leaves more than fifty digits, so that no rule of differentiation is trusted. The
points depend on names and positions alone, so that the same step is always checked at the same
points, and what many steps share is evaluated once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from itertools import product
from typing import Any, TypeAlias

import mpmath
from sympy import (
    Add,
    Basic,
    Expr,
    Indexed,
    Integer,
    KroneckerDelta,
    Mul,
    Pow,
    Rational,
    S,
    Sum,
    Symbol,
    exp,
    log,
)

from derive.errors import UnsupportedExpression
from derive.language import (
    Partial,
    SquaredNorm,
    free_indices,
    named_function,
    relu,
    step,
)
from derive.proof.arithmetic import Arithmetic, Digits, Enclosures, Exact
from derive.proof.meaning import Meaning, Pattern, bound_places, defined_name, unfolded
from derive.proof.points import Draw, Point, Scalar, draw_point, free_dimensions, positions
from derive.proof.undefined import Undefined
from derive.proof.work import spend
from derive.steps import Assumption, Definition

__all__ = [
    "Difference",
    "Evaluator",
    "Near",
    "at_point",
    "compare",
    "derivative_depth",
    "differ",
    "evaluator",
    "satisfying",
]

DIGITS = 50
"""Digits of the values."""
ENCLOSING_DIGITS = (DIGITS, 4 * DIGITS)
"""With how many digits a difference is looked at until enclosures tell."""
LOST_DIGITS = 10
"""Two values agree where all but this many digits are the same. Where they are not, enclosures say
whether that is a difference or what cancels inside the sides."""
COST = 20
"""What the evaluation of a node costs, in the units of `derive.proof.work`."""

Shifts: TypeAlias = tuple[tuple[Scalar, int], ...]
Places: TypeAlias = Mapping[Symbol, int]
Reading: TypeAlias = tuple[tuple[Symbol, ...], frozenset[Pattern], Callable[..., Any]]


@lru_cache(maxsize=50_000)
def _bound_symbols(expr: Basic) -> tuple[Symbol, ...]:
    return tuple(sorted(free_indices(expr), key=lambda symbol: str(symbol.name)))


@lru_cache(maxsize=10_000)
def derivative_depth(expr: Basic) -> int:
    """Return how many derivatives stand inside one another."""
    inner = max((derivative_depth(argument) for argument in expr.args), default=0)
    return inner + isinstance(expr, Partial)


def _touches(scalar: Scalar, entries: frozenset[Pattern], places: Places) -> bool:
    """Say whether an expression with these entries depends on ``scalar`` at ``places``."""
    name, numbers = scalar
    for known, pattern in entries:
        if known == name and len(pattern) == len(numbers):
            for position, number in zip(pattern, numbers, strict=True):
                if position is not None and places.get(position, position) != number:
                    break
            else:
                return True
    return False


class Evaluator:
    """Evaluates scalar expressions at a point.

    Parameters
    ----------
    meaning : Meaning
        The definitions, all of which are unfolded.
    point : Point
    arithmetic : Arithmetic
        The numbers in which it is done.
    """

    where = "the evaluator"

    def __init__(self, meaning: Meaning, point: Point, arithmetic: Arithmetic) -> None:
        self.meaning, self.point, self.arithmetic = meaning, point, arithmetic
        self._memory: dict[Any, Any] = {}
        self._preparations: list[Callable[[Evaluator], None]] = []
        self._others: list[Evaluator] = []
        self._sizes = dict(point.sizes)
        self._readings: dict[Expr, Reading] = {}

    def number(self, value: Fraction | int) -> Any:
        """Return a rational number in the arithmetic of this evaluator."""
        return self.arithmetic.number(Fraction(value))

    def value(self, expr: Expr, places: Places, shifts: Shifts = ()) -> Any:
        """Return the value of an expression.

        Parameters
        ----------
        expr : Expr
        places : mapping
            Numbers for the free indices.
        shifts : tuple
            By how many steps entries are moved away from the value that they have at the point.

        Raises
        ------
        Undefined
            If the expression has no real value at the point.
        UnsupportedExpression
            If a node is not of the language.
        """
        reading = self._readings.get(expr)
        if reading is None:
            reading = self._readings[expr] = self._reading(expr)
        symbols, entries, evaluate = reading
        if shifts:
            shifts = tuple([shift for shift in shifts if _touches(shift[0], entries, places)])
        key = (expr, tuple([places.get(symbol) for symbol in symbols]), shifts)
        found = self._memory.get(key)
        if found is None:
            spend(COST)
            try:
                found = evaluate(expr, places, shifts)
            except Undefined as error:
                found = error
            self._memory[key] = found
        if isinstance(found, Undefined):
            raise found
        return found

    def _reading(self, expr: Expr) -> Reading:
        """Return on which indices and entries an expression depends, and what evaluates it."""
        found = (method for kind, method in _METHODS.items() if isinstance(expr, kind))
        method = next(found, Evaluator._function)
        return _bound_symbols(expr), self.meaning.entries(expr), partial(method, self)

    def _add(self, expr: Add, places: Places, shifts: Shifts) -> Any:
        return self.arithmetic.total([self.value(part, places, shifts) for part in expr.args])

    def _multiply(self, expr: Mul, places: Places, shifts: Shifts) -> Any:
        first, *others = expr.args
        result = self.value(first, places, shifts)
        for part in others:
            result = result * self.value(part, places, shifts)
        return result

    def _rational(self, expr: Rational, places: Places, shifts: Shifts) -> Any:
        return self.number(Fraction(int(expr.p), int(expr.q)))

    def _power(self, expr: Pow, places: Places, shifts: Shifts) -> Any:
        if not isinstance(expr.exp, Integer):
            raise UnsupportedExpression(self.where, expr, "whole powers")
        return self.arithmetic.power(self.value(expr.base, places, shifts), int(expr.exp))

    def _delta(self, expr: KroneckerDelta, places: Places, shifts: Shifts) -> Any:
        left, right = (self._place(index, places) for index in expr.args[:2])
        return self.number(int(left == right))

    def _norm(self, expr: SquaredNorm, places: Places, shifts: Shifts) -> Any:
        return self.value(expr.as_sum(), places, shifts)

    def _place(self, index: Expr, places: Places) -> int:
        if index in places:
            return places[index]
        if isinstance(index, Integer):
            return int(index)
        raise UnsupportedExpression(f"{self.where}, as an index,", index, "symbols")

    def _sum(self, expr: Sum, places: Places, shifts: Shifts) -> Any:
        ranges = []
        for _, start, end in expr.limits:
            size = self._sizes.get(getattr(end, "name", ""))
            if start != 1 or size is None:
                raise UnsupportedExpression(self.where, expr, "sums from 1 to a dimension")
            ranges.append(range(1, size + 1))
        total = self.number(Fraction(0))
        bound = [limit[0] for limit in expr.limits]
        for values in product(*ranges):
            spend(COST)
            inner = {**places, **dict(zip(bound, values, strict=True))}
            total = total + self.value(expr.function, inner, shifts)
        return total

    def _named(self, expr: Expr, places: Places, shifts: Shifts) -> Any:
        name, indices = defined_name(expr), getattr(expr, "indices", ())
        if not indices and expr in places:
            raise UnsupportedExpression(f"{self.where}, as a number,", expr, "indices on entries")
        positions = tuple(self._place(index, places) for index in indices)
        definition = self.meaning.definition(name)
        if definition is not None:
            inner = bound_places(expr, definition, positions)
            value = self.value(definition.right, inner, shifts)
        elif name in self._sizes:
            value = self.number(Fraction(self._sizes[name]))
        else:
            value = self.number(self._drawn(expr, name, positions))
        for scalar, amount in shifts:
            if scalar == (name, positions):
                value = value + self.arithmetic.step(amount)
        return value

    def _drawn(self, expr: Expr, name: str, positions: tuple[int, ...]) -> Fraction:
        number = self.point.value(name, positions)
        if isinstance(expr, Symbol) and expr.is_positive and number <= 0:
            raise Undefined(f"{expr} is positive")
        return number

    def _slope(self, expr: Partial, places: Places, shifts: Shifts) -> Any:
        variable = expr.variable
        if not isinstance(variable, Indexed):
            raise UnsupportedExpression(
                f"{self.where}, in ∂/∂{variable},", variable, "entries of quantities"
            )
        positions = tuple(self._place(index, places) for index in variable.indices)
        scalar = (defined_name(variable), positions)
        before = dict(shifts)

        def shifted(amount: int) -> Any:
            moved = {**before, scalar: before.get(scalar, 0) + amount}
            live = tuple(sorted((one, by) for one, by in moved.items() if by))
            return self.value(expr.expr, places, live)

        return self.arithmetic.slope(shifted)

    def _function(self, expr: Expr, places: Places, shifts: Shifts) -> Any:
        if expr is S.Exp1:
            return self.arithmetic.exponential(self.number(1))
        if isinstance(expr, relu | step) and len(expr.args) == 2:
            return self._at_kink(expr, places, shifts)
        if isinstance(expr, exp | log) and len(expr.args) == 1:
            argument = self.value(expr.args[0], places, shifts)
            if isinstance(expr, exp):
                return self.arithmetic.exponential(argument)
            return self.arithmetic.logarithm(argument)
        row = named_function(type(expr))
        if row is None:
            raise UnsupportedExpression(self.where, expr, "functions with a definition")
        return self.value(unfolded(row, expr, self.where), places, shifts)

    def _at_kink(self, expr: Expr, places: Places, shifts: Shifts) -> Any:
        """Return the ramp or its step; at the kink the ramp counts as the line of slope c.

        That is what the convention r′(0) = c means: a difference across the kink, which would see
        neither side, measures c. So the point itself decides, wherever entries are moved to.
        """
        side = self._side(expr.args[0], places)
        slope = self.number(int(side > 0)) if side else self.value(expr.args[1], places, shifts)
        return slope if isinstance(expr, step) else slope * self.value(expr.args[0], places, shifts)

    def _side(self, argument: Expr, places: Places) -> int:
        """Return the sign of an argument at the point, exactly where that is possible."""
        try:
            return self.arithmetic.sign(self._exact.value(argument, places))
        except Undefined:
            return self.arithmetic.sign(self.value(argument, places))

    @cached_property
    def _exact(self) -> Evaluator:
        return self if isinstance(self.arithmetic, Exact) else self._like(Exact())

    def prepare(self, preparation: Callable[[Evaluator], None]) -> None:
        """Let something be evaluated first, here and in every evaluator that this one asks.

        What is equal to an earlier one has been evaluated.
        """
        if preparation in self._preparations:
            return
        self._preparations.append(preparation)
        preparation(self)
        for other in self._others:
            other.prepare(preparation)

    def _like(self, arithmetic: Arithmetic) -> Evaluator:
        """Return the evaluator at the same point in other numbers."""
        made = Evaluator(self.meaning, self.point, arithmetic)
        self._others.append(made)
        for preparation in self._preparations:
            made.prepare(preparation)
        return made

    def enclosing(self, digits: int, depth: int) -> Evaluator:
        """Return the evaluator at the same point that encloses values."""
        if (digits, depth) not in self._enclosing:
            self._enclosing[digits, depth] = self._like(Enclosures(digits, depth))
        return self._enclosing[digits, depth]

    @cached_property
    def _enclosing(self) -> dict[tuple[int, int], Evaluator]:
        return {}


_METHODS: Mapping[type[Expr], Callable[..., Any]] = {
    Indexed: Evaluator._named,
    Symbol: Evaluator._named,
    Add: Evaluator._add,
    Mul: Evaluator._multiply,
    Rational: Evaluator._rational,
    Pow: Evaluator._power,
    Sum: Evaluator._sum,
    KroneckerDelta: Evaluator._delta,
    SquaredNorm: Evaluator._norm,
    Partial: Evaluator._slope,
}
"""What evaluates each kind of node; the others are functions."""


def satisfying(
    point: Point, assumptions: tuple[Assumption, ...], meaning: Meaning | None = None
) -> Point:
    """Return the point with one entry of each linear equation moved so that it holds.

    Raises
    ------
    Undefined
        If an equation is not linear in any entry, or one contradicts another.
    """
    known = meaning or Meaning()
    sizes = dict(point.sizes)
    equations = []
    for assumption in assumptions:
        residual = assumption.left - assumption.right
        dimensions = free_dimensions(assumption.left, assumption.right)
        ranges = (range(1, sizes.get(str(size), 1) + 1) for size in dimensions.values())
        for values in product(*ranges):
            places = dict(zip(dimensions, values, strict=True))
            equations.append((residual, places))
            point = _solved(point, residual, places, known)
    if len(assumptions) > 1:
        at = Evaluator(known, point, Exact())
        if any(at.value(residual, places) for residual, places in equations):
            raise Undefined("the assumptions contradict one another")
    return point


def _solved(point: Point, residual: Expr, places: Places, meaning: Meaning) -> Point:
    probe = Point(point.sizes, point.draw, {})

    def at(changes: Mapping[Scalar, Fraction]) -> Fraction:
        value: Fraction = Evaluator(meaning, point.moved(changes), Exact()).value(residual, places)
        return value

    Evaluator(meaning, probe, Exact()).value(residual, places)
    # An entry with more indices stands in fewer of the equations: W before h.
    for scalar in sorted(probe.fixed, key=lambda scalar: -len(scalar[1])):
        values = [at({scalar: Fraction(t)}) for t in (0, 1, 2)]
        slope = values[1] - values[0]
        if slope and values[2] - values[1] == slope:
            return point.moved({scalar: -values[0] / slope})
    raise Undefined(f"{residual} is not linear in an entry")


@dataclass(frozen=True)
class Difference:
    """Where two sides differ: the numbers of the indices, and both values."""

    places: tuple[tuple[str, int], ...]
    left: Any
    right: Any


@dataclass(frozen=True)
class Near:
    """A place at a kink: where ``argument``, which jumps at zero, has the value ``offset``."""

    argument: Expr
    offset: Fraction

    @property
    def equation(self) -> Assumption:
        """The equation of the place."""
        value = Rational(self.offset.numerator, self.offset.denominator)
        return Assumption("at a kink", self.argument, value)


@lru_cache(maxsize=512)
def evaluator(
    definitions: tuple[Definition, ...],
    sizes: tuple[tuple[str, int], ...],
    draw: Draw,
    assumptions: tuple[Assumption, ...],
    depth: int,
    near: Near | None = None,
) -> Evaluator:
    """Return the evaluator at one of the points chosen in advance, with what it remembers.

    Parameters
    ----------
    definitions : tuple[Definition, ...]
    sizes : tuple of (str, int)
        The dimensions.
    draw : Draw
        Which point.
    assumptions : tuple[Assumption, ...]
        The equations that hold at the point.
    depth : int
        How many derivatives stand inside one another.
    near : Near or None
        The kink at which the point lies.
    """
    point = draw_point(sizes, draw)
    if near is not None:
        point = satisfying(point, (near.equation,), Meaning(definitions))
    return at_point(definitions, satisfying(point, assumptions), depth)


def at_point(
    definitions: tuple[Definition, ...], point: Point, depth: int, digits: int = DIGITS
) -> Evaluator:
    """Return an evaluator at a point, precise enough for ``depth`` derivatives."""
    return Evaluator(Meaning(definitions), point, Digits(digits, depth))


def differ(left: Any, right: Any, digits: int = DIGITS) -> bool:
    """Say whether two values have other digits, the last of which may be rounded."""
    bound = mpmath.mpf(10) ** (LOST_DIGITS - digits)
    return bool(abs(left - right) > bound * max(abs(left), abs(right)))


def _enclosed_apart(left: Expr, right: Expr, at: Evaluator, places: Places, digits: int) -> bool:
    """Say whether two sides differ beyond doubt, however much cancels inside them.

    Raises
    ------
    Undefined
        If a side has no value, or it cannot be told whether it has one.
    """
    depth = max(derivative_depth(left), derivative_depth(right))
    doubt: Undefined | None = None
    for carried in dict.fromkeys((*ENCLOSING_DIGITS, digits)):
        enclosing = at.enclosing(carried, depth)
        try:
            difference = enclosing.value(left, places) - enclosing.value(right, places)
        except Undefined as error:
            doubt = error
            continue
        doubt = None
        if difference > 0 or difference < 0:
            return True
    if doubt is not None:
        raise doubt
    return False


def compare(
    left: Expr, right: Expr, at: Evaluator, *, sparse: bool = False, digits: int = DIGITS
) -> tuple[int, Difference | None]:
    """Compare the entries of two sides at a point.

    Parameters
    ----------
    left, right : Expr
    at : Evaluator
    sparse : bool
        Only the first and the last of each index.
    digits : int
        How many digits the values of ``at`` have.

    Returns
    -------
    compared : int
        How many entries have a value on both sides.
    difference : Difference or None
        The first entry that differs.
    """
    compared = 0
    for places in positions(left, right, dict(at.point.sizes), sparse=sparse):
        try:
            pair = at.value(left, places), at.value(right, places)
            apart = differ(*pair, digits) and _enclosed_apart(left, right, at, places, digits)
        except Undefined:
            continue
        compared += 1
        if apart:
            where = tuple((str(index), place) for index, place in places.items())
            return compared, Difference(where, *pair)
    return compared, None
