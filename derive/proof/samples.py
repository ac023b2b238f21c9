"""The second route: both sides evaluated with mpmath at points chosen in advance.

The evaluator knows nothing of the normal forms. A derivative is a central difference at a working
precision that leaves more than fifty digits, so that no rule of differentiation is trusted. The
points depend on names and positions alone, so that the same step is always checked at the same
points, and what many steps share is evaluated once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any, Literal, TypeAlias

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
    index_dimensions,
    named_function,
    relu,
    step,
)
from derive.proof.meaning import Meaning, defined_name
from derive.proof.points import Point, Scalar, positions, random_point, simple_point
from derive.proof.undefined import Undefined
from derive.steps import Assumption, Definition

__all__ = [
    "Difference",
    "Evaluator",
    "at_point",
    "compare",
    "derivative_depth",
    "differ",
    "evaluator",
    "has_kinks",
    "satisfying",
]

DIGITS = 50
"""Digits of the values where nothing is differentiated."""
STEP_DIGITS = 25
"""A difference quotient takes steps of 10^−25: its error is of the order of 10^−50, and it loses
25 digits, which the working precision adds for each derivative."""
BOUND = mpmath.mpf(10) ** -35
"""Two sides agree when they differ by less than this part of the larger, or of 1; 15 digits are
left for what cancels inside the sides."""

ROUNDED_DIGITS = 8
"""How many of the last digits rounding may have changed."""

KINK = 1e-15
"""An argument of the ramp below this is zero: the points have small denominators."""

Shifts: TypeAlias = tuple[tuple[Scalar, int], ...]


@lru_cache(maxsize=50_000)
def _bound_symbols(expr: Basic) -> tuple[Symbol, ...]:
    return tuple(sorted(free_indices(expr), key=lambda symbol: str(symbol.name)))


@lru_cache(maxsize=10_000)
def derivative_depth(expr: Basic) -> int:
    """Return how many derivatives stand inside one another."""
    inner = max((derivative_depth(argument) for argument in expr.args), default=0)
    return inner + isinstance(expr, Partial)


@lru_cache(maxsize=8)
def _context(digits: int) -> Any:
    context = mpmath.MPContext()
    context.dps = digits
    return context


def has_kinks(meaning: Meaning, *expressions: Expr) -> bool:
    """Say whether the ramp or its step occurs in the expressions or in what they lead to."""
    reached = meaning.reached(*expressions)
    definitions = [meaning.definition(name) for name in reached]
    bodies = [definition.right for definition in definitions if definition is not None]
    return any(expr.has(relu, step) for expr in (*expressions, *bodies))


class Evaluator:
    """Evaluates scalar expressions at a point.

    Parameters
    ----------
    meaning : Meaning
        The definitions, all of which are unfolded.
    point : Point
    digits : int or None
        The working precision in decimal digits; None for exact rational arithmetic, which has no
        exponentials and no derivatives.
    """

    where = "the evaluator"

    def __init__(self, meaning: Meaning, point: Point, digits: int | None) -> None:
        self.meaning, self.point = meaning, point
        self.context = None if digits is None else _context(digits)
        self.small: Any = self.number(Fraction(1, 10**STEP_DIGITS))
        self._memory: dict[Any, Any] = {}
        self._sizes = dict(point.sizes)
        self._reached: dict[Expr, frozenset[str]] = {}

    def number(self, value: Fraction) -> Any:
        """Return a rational number in the arithmetic of this evaluator."""
        if self.context is None:
            return value
        return self.context.mpf(value.numerator) / value.denominator

    def value(self, expr: Expr, places: Mapping[Symbol, int], shifts: Shifts = ()) -> Any:
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
        if shifts:
            reached = self._reach(expr)
            shifts = tuple(shift for shift in shifts if shift[0][0] in reached)
        live = tuple(places.get(symbol) for symbol in _bound_symbols(expr))
        key = (expr, live, shifts)
        if key not in self._memory:
            self._memory[key] = self._value(expr, places, shifts)
        return self._memory[key]

    def _reach(self, expr: Expr) -> frozenset[str]:
        if expr not in self._reached:
            self._reached[expr] = self.meaning.reached(expr)
        return self._reached[expr]

    def _value(self, expr: Expr, places: Mapping[Symbol, int], shifts: Shifts) -> Any:
        if isinstance(expr, Add):
            return self._added([self.value(part, places, shifts) for part in expr.args])
        if isinstance(expr, Mul):
            result = self.number(Fraction(1))
            for part in expr.args:
                result = result * self.value(part, places, shifts)
            return result
        if isinstance(expr, Rational):
            return self.number(Fraction(int(expr.p), int(expr.q)))
        if isinstance(expr, Pow) and isinstance(expr.exp, Integer):
            return self._power(self.value(expr.base, places, shifts), int(expr.exp))
        if isinstance(expr, Symbol | Indexed):
            return self._named(expr, places, shifts)
        if isinstance(expr, Sum):
            return self._sum(expr, places, shifts)
        if isinstance(expr, KroneckerDelta):
            left, right = (self._place(index, places) for index in expr.args[:2])
            return self.number(Fraction(int(left == right)))
        if isinstance(expr, SquaredNorm):
            return self.value(expr.as_sum(), places, shifts)
        if isinstance(expr, Partial):
            return self._slope(expr, places, shifts)
        return self._function(expr, places, shifts)

    def _place(self, index: Expr, places: Mapping[Symbol, int]) -> int:
        if index in places:
            return places[index]
        if isinstance(index, Integer):
            return int(index)
        raise UnsupportedExpression(f"{self.where}, as an index,", index, "symbols")

    def _added(self, parts: list[Any]) -> Any:
        """Return a sum, and zero where nothing but rounding is left: 1 − ŷ for one class."""
        total = sum(parts)
        if self.context is not None:
            rounding = self.context.mpf(10) ** (ROUNDED_DIGITS - self.context.dps)
            if abs(total) < rounding * max(map(abs, parts)):
                return self.number(Fraction(0))
        return total

    def _power(self, base: Any, exponent: int) -> Any:
        if exponent < 0 and not base:
            raise Undefined("division by zero")
        return base**exponent

    def _sum(self, expr: Sum, places: Mapping[Symbol, int], shifts: Shifts) -> Any:
        ranges = []
        for _, start, end in expr.limits:
            size = self._sizes.get(getattr(end, "name", ""))
            if start != 1 or size is None:
                raise UnsupportedExpression(self.where, expr, "sums from 1 to a dimension")
            ranges.append(range(1, size + 1))
        total = self.number(Fraction(0))
        bound = [limit[0] for limit in expr.limits]
        for values in product(*ranges):
            inner = {**places, **dict(zip(bound, values, strict=True))}
            total = total + self.value(expr.function, inner, shifts)
        return total

    def _named(self, expr: Expr, places: Mapping[Symbol, int], shifts: Shifts) -> Any:
        name, indices = defined_name(expr), getattr(expr, "indices", ())
        if not indices and expr in places:
            raise UnsupportedExpression(f"{self.where}, as a number,", expr, "indices on entries")
        positions = tuple(self._place(index, places) for index in indices)
        definition = self.meaning.definition(name)
        if definition is not None:
            formal = definition.left.indices if positions else ()
            value = self.value(definition.right, dict(zip(formal, positions, strict=True)), shifts)
        elif name in self._sizes:
            value = self.number(Fraction(self._sizes[name]))
        else:
            value = self.number(self.point.value(name, positions))
        for scalar, amount in shifts:
            if scalar == (name, positions):
                value = value + amount * self.small
        return value

    def _slope(self, expr: Partial, places: Mapping[Symbol, int], shifts: Shifts) -> Any:
        if self.context is None:
            raise UnsupportedExpression(f"{self.where}, in exact arithmetic,", expr)
        variable = expr.variable
        positions = tuple(self._place(index, places) for index in variable.indices)
        scalar = (defined_name(variable), positions)
        before = dict(shifts)
        ends = []
        for amount in (1, -1):
            moved = {**before, scalar: before.get(scalar, 0) + amount}
            ends.append(self.value(expr.expr, places, tuple(sorted(moved.items()))))
        return (ends[0] - ends[1]) / (2 * self.small)

    def _function(self, expr: Expr, places: Mapping[Symbol, int], shifts: Shifts) -> Any:
        row = named_function(type(expr))
        if expr is S.Exp1 and self.context is not None:
            return self.context.exp(1)
        if isinstance(expr, relu | step):
            return self._at_kink(expr, places, shifts)
        if isinstance(expr, exp | log) and self.context is not None and len(expr.args) == 1:
            argument = self.value(expr.args[0], places, shifts)
            if isinstance(expr, exp):
                return self.context.exp(argument)
            if argument <= 0:
                raise Undefined(f"ln {self.context.nstr(argument, 6)}")
            return self.context.log(argument)
        if row is not None and row.definition is not None:
            return self.value(row.definition(*expr.args), places, shifts)
        raise UnsupportedExpression(self.where, expr, "functions with a definition")

    def _at_kink(self, expr: Expr, places: Mapping[Symbol, int], shifts: Shifts) -> Any:
        """Return the ramp or its step; at the kink the ramp counts as the line of slope c.

        That is what the convention r′(0) = c means: a difference across the kink, which would see
        neither side, measures c.
        """
        argument = self.value(expr.args[0], places, shifts)
        slope = self.number(Fraction(int(argument > 0)))
        if abs(argument) < KINK:
            slope = self.value(expr.args[1], places, shifts)
        return slope if isinstance(expr, step) else slope * argument


def satisfying(point: Point, assumptions: tuple[Assumption, ...]) -> Point:
    """Return the point with one entry of each linear equation moved so that it holds.

    Raises
    ------
    Undefined
        If an equation is not linear in any entry.
    """
    for assumption in assumptions:
        residual = assumption.left - assumption.right
        dimensions = index_dimensions(residual)
        sizes = dict(point.sizes)
        free = list(dimensions)
        for values in product(*(range(1, sizes[str(dimensions[i])] + 1) for i in free)):
            point = _solved(point, residual, dict(zip(free, values, strict=True)))
    return point


def _solved(point: Point, residual: Expr, places: Mapping[Symbol, int]) -> Point:
    probe = Point(point.sizes, point.draw, {})

    def at(changes: Mapping[Scalar, Fraction]) -> Fraction:
        moved = point.moved(changes)
        value: Fraction = Evaluator(Meaning(), moved, None).value(residual, places)
        return value

    Evaluator(Meaning(), probe, None).value(residual, places)
    for scalar in reversed(list(probe.fixed)):
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


PointKind: TypeAlias = Literal["real", "positive", "simple"]


@lru_cache(maxsize=256)
def evaluator(
    definitions: tuple[Definition, ...],
    sizes: tuple[tuple[str, int], ...],
    seed: int,
    kind: PointKind,
    assumptions: tuple[Assumption, ...],
    depth: int,
) -> Evaluator:
    """Return the evaluator at one of the points chosen in advance, with what it remembers.

    Parameters
    ----------
    definitions : tuple[Definition, ...]
    sizes : tuple of (str, int)
        The dimensions.
    seed : int
        Which point.
    kind : {"real", "positive", "simple"}
        Numbers in [−2, 2], numbers in (0, 1), or whole and half numbers that meet the kinks.
    assumptions : tuple[Assumption, ...]
        The equations that hold at the point.
    depth : int
        How many derivatives stand inside one another.
    """
    if kind == "simple":
        point = simple_point(sizes, seed)
    else:
        point = random_point(sizes, seed, positive=kind == "positive")
    return at_point(definitions, satisfying(point, assumptions), depth)


def at_point(definitions: tuple[Definition, ...], point: Point, depth: int) -> Evaluator:
    """Return an evaluator at a point, precise enough for ``depth`` derivatives."""
    return Evaluator(Meaning(definitions), point, DIGITS + (STEP_DIGITS + 5) * depth)


def differ(left: Any, right: Any) -> bool:
    """Say whether two values are further apart than the bound."""
    return bool(abs(left - right) > BOUND * max(1, abs(left), abs(right)))


def compare(left: Expr, right: Expr, at: Evaluator) -> tuple[int, Difference | None]:
    """Compare all entries of two sides at a point.

    Returns
    -------
    compared : int
        How many entries have a value on both sides.
    difference : Difference or None
        The first entry that differs.
    """
    compared = 0
    for places in positions(left, right, dict(at.point.sizes)):
        try:
            pair = at.value(left, places), at.value(right, places)
        except Undefined:
            continue
        compared += 1
        if differ(*pair):
            where = tuple((str(index), place) for index, place in places.items())
            return compared, Difference(where, *pair)
    return compared, None
