"""The search for numbers that refute an equation: the smallest shape, then the simplest numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath
from sympy import Expr

from derive.proof.meaning import Meaning
from derive.proof.points import SIMPLE, Point, Scalar, dimensions_of, random_point, simple_point
from derive.proof.samples import Difference, at_point, compare, derivative_depth, satisfying
from derive.proof.undefined import Undefined
from derive.proof.verdict import Counterexample
from derive.steps import Assumption, Definition

__all__ = ["find_counterexample"]

LARGEST = 3
"""Every shape with dimensions up to this is tried; a fault that shows shows here."""
SEEDS = 6
ROUNDS = 4
"""How often all numbers are gone through to make them simpler."""


@dataclass(frozen=True)
class _Question:
    left: Expr
    right: Expr
    definitions: tuple[Definition, ...]
    assumptions: tuple[Assumption, ...]

    def at(self, point: Point) -> tuple[Point, Difference] | None:
        """Return the point made to satisfy the assumptions, where both sides differ there."""
        depth = max(derivative_depth(self.left), derivative_depth(self.right))
        try:
            true = satisfying(point, self.assumptions)
            _, difference = compare(self.left, self.right, at_point(self.definitions, true, depth))
        except Undefined:
            return None
        return None if difference is None else (true, difference)


def _points(sizes: tuple[tuple[str, int], ...]) -> Iterator[Point]:
    for seed in range(SEEDS):
        yield simple_point(sizes, seed)
    for seed in range(2):
        yield random_point(sizes, seed)
        yield random_point(sizes, seed, positive=True)


def _shapes(names: tuple[str, ...]) -> list[tuple[tuple[str, int], ...]]:
    shapes = product(range(1, LARGEST + 1), repeat=len(names))
    ordered = sorted(shapes, key=lambda shape: (sum(shape), shape))
    return [tuple(zip(names, shape, strict=True)) for shape in ordered]


def _simpler(number: Fraction) -> tuple[Fraction, ...]:
    return SIMPLE[: SIMPLE.index(number)] if number in SIMPLE else SIMPLE


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


def find_counterexample(
    left: Expr,
    right: Expr,
    definitions: tuple[Definition, ...] = (),
    assumptions: tuple[Assumption, ...] = (),
) -> Counterexample | None:
    """Return numbers for which two scalar expressions differ, or None where none were found.

    Examples
    --------
    >>> from derive.language import index, k, quantity, total
    >>> y, i = quantity("y", k), index("i")
    >>> print(find_counterexample(total(y[i], i, k), 2 * total(y[i], i, k)))
    1.0 ≠ 2.0 at k = 1; y[1] = 1
    """
    question = _Question(left, right, definitions, assumptions)
    for sizes in _shapes(dimensions_of(Meaning(definitions), left, right)):
        for point in _points(sizes):
            found = question.at(point)
            if found is None:
                continue
            true, difference = _shrunk(question, *found)
            numbers = tuple((_name(scalar), true.fixed[scalar]) for scalar in sorted(true.fixed))
            return Counterexample(
                sizes,
                numbers,
                difference.places,
                _number(difference.left),
                _number(difference.right),
            )
    return None
