"""The search for numbers that refute an equation: the smallest shape, then the simplest numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath
from sympy import Expr

from derive.proof.kinks import kinks
from derive.proof.meaning import Meaning
from derive.proof.points import SIMPLE, Draw, Point, Scalar, dimensions_of, draw_point
from derive.proof.samples import (
    DIGITS,
    Difference,
    Near,
    at_point,
    compare,
    derivative_depth,
    satisfying,
)
from derive.proof.undefined import Undefined
from derive.proof.verdict import Counterexample
from derive.proof.work import WorkLimit, budget
from derive.steps import Assumption, Definition

__all__ = ["MANY_DIGITS", "find_counterexample"]

LARGEST = 3
"""Every shape with dimensions up to this is tried; a fault that shows shows here."""
LONGEST = 7
"""And every shape with one dimension up to this, and the others 1."""
DRAWS = (
    *(Draw("simple", seed) for seed in range(6)),
    *(Draw(kind, seed) for seed in range(2) for kind in ("near", "positive")),
)
FAR_DRAWS = tuple(Draw(kind, seed) for kind in ("wide", "far") for seed in range(2))
ROUND = (5, 10, 100, 1000)
"""What a large number is replaced by, where the sides still differ."""
MANY_DIGITS = 400
"""For differences that fifty digits do not show."""
ROUNDS = 4
"""How often all numbers are gone through to make them simpler."""
WORK = 4_000_000

Sizes = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Question:
    left: Expr
    right: Expr
    definitions: tuple[Definition, ...]
    assumptions: tuple[Assumption, ...]
    digits: int = DIGITS

    @property
    def meaning(self) -> Meaning:
        return Meaning(self.definitions)

    def at(self, point: Point) -> tuple[Point, Difference] | None:
        """Return the point made to satisfy the assumptions, where both sides differ there."""
        depth = max(derivative_depth(self.left), derivative_depth(self.right))
        try:
            true = satisfying(point, self.assumptions)
            at = at_point(self.definitions, true, depth, self.digits)
            _, difference = compare(self.left, self.right, at, digits=self.digits)
        except Undefined:
            return None
        return None if difference is None else (true, difference)

    def points(self, sizes: Sizes) -> Iterator[Point]:
        """Return the points that are tried for one shape."""
        for draw in DRAWS:
            yield draw_point(sizes, draw)
        for near in kinks(self.meaning, self.left, self.right):
            yield from self._near(sizes, near)
        for draw in FAR_DRAWS:
            yield draw_point(sizes, draw)

    def _near(self, sizes: Sizes, near: Near) -> Iterator[Point]:
        for draw in (Draw("simple", 1), Draw("near", 0)):
            try:
                yield satisfying(draw_point(sizes, draw), (near.equation,), self.meaning)
            except Undefined:
                continue


def _shapes(names: tuple[str, ...], also: tuple[Sizes, ...]) -> list[Sizes]:
    small = product(range(1, LARGEST + 1), repeat=len(names))
    ordered = [tuple(zip(names, shape, strict=True)) for shape in sorted(small, key=_by_sum)]
    long = [
        tuple((name, size if name == longest else 1) for name in names)
        for size in range(LARGEST + 1, LONGEST + 1)
        for longest in names
    ]
    return list(dict.fromkeys((*ordered, *long, *(sizes for sizes in also if sizes))))


def _by_sum(shape: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    return sum(shape), shape


def _simpler(number: Fraction) -> tuple[Fraction, ...]:
    if number in SIMPLE:
        return SIMPLE[: SIMPLE.index(number)]
    sign = 1 if number > 0 else -1
    rounded = (Fraction(sign * size) for size in ROUND if size < abs(number))
    whole = [Fraction(int(number)), Fraction(int(number) + sign)]
    return (*SIMPLE, *rounded, *(whole if number != int(number) else ()))


def _shrunk(question: _Question, point: Point, difference: Difference) -> tuple[Point, Difference]:
    for _ in range(ROUNDS):
        before = dict(point.fixed)
        for scalar in sorted(before):
            for number in _simpler(point.fixed[scalar]):
                found = question.at(point.moved({scalar: number}))
                if found is not None and found[0].fixed[scalar] == number:
                    point, difference = found
                    break
        if point.fixed == before:
            break
    return point, difference


def _name(scalar: Scalar) -> str:
    name, places = scalar
    return f"{name}[{', '.join(map(str, places))}]" if places else name


def _number(value: Any) -> str:
    return str(mpmath.nstr(mpmath.mpf(value), 8)) if value else "0"


def _numbers(left: Any, right: Any) -> tuple[str, str]:
    """Write two values so that they can be told apart: 0.5 and 0.5 + 1.4e-87."""
    written = _number(left), _number(right)
    if written[0] != written[1]:
        return written
    sign = "+" if right > left else "-"
    return written[0], f"{written[0]} {sign} {_number(abs(right - left))}"


def find_counterexample(
    left: Expr,
    right: Expr,
    definitions: tuple[Definition, ...] = (),
    assumptions: tuple[Assumption, ...] = (),
    *,
    also: tuple[Sizes, ...] = (),
    at_last: Point | None = None,
    digits: int = DIGITS,
) -> Counterexample | None:
    """Return numbers for which two scalar expressions differ, or None where none were found.

    Parameters
    ----------
    left, right : Expr
    definitions : tuple[Definition, ...]
        What names stand for, outermost first.
    assumptions : tuple[Assumption, ...]
        Equations that hold at every point that is tried.
    also : tuple of shapes
        Shapes to try beyond the small ones.
    at_last : Point or None
        Where they are known to differ, for the case that nothing simpler is found.
    digits : int
        How many digits are compared.

    Examples
    --------
    >>> from derive.language import index, k, quantity, total
    >>> y, i = quantity("y", k), index("i")
    >>> print(find_counterexample(total(y[i], i, k), 2 * total(y[i], i, k)))
    1.0 ≠ 2.0 at k = 1; y[1] = 1
    """
    question = _Question(left, right, definitions, assumptions, digits)
    for points in (_points(question, also), _restricted(question, at_last)):
        try:
            with budget(WORK, "the search for a counterexample"):
                found = _found(question, points)
        except WorkLimit:
            continue
        if found is not None:
            return found
    return None


def _points(question: _Question, also: tuple[Sizes, ...]) -> Iterator[Point]:
    names = dimensions_of(question.meaning, question.left, question.right)
    for sizes in _shapes(names, also):
        yield from question.points(sizes)


def _restricted(question: _Question, point: Point | None) -> Iterator[Point]:
    """Return a point with only those numbers on which the sides depend."""
    if point is None:
        return
    reached = question.meaning.reached(question.left, question.right)
    numbers = {scalar: number for scalar, number in point.fixed.items() if scalar[0] in reached}
    yield Point(point.sizes, point.draw, numbers)


def _found(question: _Question, points: Iterator[Point]) -> Counterexample | None:
    for point in points:
        found = question.at(point)
        if found is None:
            continue
        true, difference = _shrunk(question, *found)
        numbers = tuple((_name(scalar), true.fixed[scalar]) for scalar in sorted(true.fixed))
        values = _numbers(difference.left, difference.right)
        return Counterexample(true.sizes, numbers, difference.places, *values)
    return None
