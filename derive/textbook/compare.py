"""Compares the two sides of an equality at points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from mpmath import mp

from derive.textbook.errors import NotJudged
from derive.textbook.evaluate.conditions import Conditions, Unmet
from derive.textbook.evaluate.dual import Singular, Undefined, primal
from derive.textbook.evaluate.evaluator import Evaluator, Work
from derive.textbook.evaluate.points import Point
from derive.textbook.meaning.core import (
    At,
    Core,
    Entry,
    Plus,
    Rational,
    Size,
    Slope,
    Times,
    moved_in,
    symbols_in,
    walk_core,
)
from derive.textbook.meaning.dimensions import Dimension, Index
from derive.textbook.meaning.reader import Reader
from derive.textbook.restrictions import NONE, RESTRICTIONS, Restriction, Subject
from derive.textbook.tree import Node
from derive.textbook.verdicts import Counterexample

__all__ = ["Comparison", "Question", "compare", "least_condition"]

DIGITS = 30
TOLERANCE = 1e-16
"""Of the larger side. The sides carry thirty digits, of which cancellation may take ten."""
SAMPLES = 5
WORK = 400_000
"""Nodes that are evaluated for one equality."""
MOST_RESTRICTIONS = 30
MOST_PLACES = 60
"""At how many values of the free indices one point is compared."""


@dataclass(frozen=True)
class Question:
    """Whether two sides are equal at every value of their indices, under conditions."""

    axes: tuple[Index, ...]
    left: Core
    right: Core
    reader: Reader
    free: tuple[Index, ...] = ()
    conditions: tuple[Node, ...] = ()
    restriction: Restriction = NONE

    def in_force(self) -> Conditions:
        """Return the conditions, read with the free indices of the equality."""
        kept = self.reader.free
        self.reader.free = {index.name: index for index in self.free}
        try:
            return Conditions(self.reader, self.conditions)
        finally:
            self.reader.free = kept


@dataclass
class Comparison:
    """What was found.

    `singular` says that there were points with a quotient by zero, and `typical` that the sides
    were compared at sizes that are not all equal, and none of them one.
    """

    samples: int = 0
    counterexample: Counterexample | None = None
    proved: bool = False
    one_sided: bool = False
    singular: bool = False
    typical: bool = False
    vanishing: bool = True
    names: frozenset[str] = frozenset()

    @property
    def holds(self) -> bool:
        """Whether both sides were equal wherever they were compared."""
        return self.counterexample is None and self.samples > 0


def _indices(core: Core) -> set[Index]:
    return {part.index for part in walk_core(core) if isinstance(part, At)}


def _dimensions(question: Question) -> list[Dimension]:
    """Return the dimensions whose size is free, by name."""
    reader = question.reader
    found: set[Dimension] = set()
    seen: set[object] = set()
    pending = [question.left, question.right]
    while pending:
        for part in walk_core(pending.pop()):
            if isinstance(part, Size):
                found.add(reader.dimensions.find(part.dimension))
            if isinstance(part, At):
                found.add(reader.dimensions.find(part.index.dimension))
            for index in _own_indices(part):
                found.add(reader.dimensions.find(index.dimension))
            if isinstance(part, Entry | Slope) and part.symbol not in seen:
                seen.add(part.symbol)
                found.update(reader.dimensions.find(axis) for axis in part.symbol.axes)
                if part.symbol.definition is not None:
                    pending.append(part.symbol.definition.body)
    found.update(reader.dimensions.find(axis.dimension) for axis in question.axes)
    return sorted((item for item in found if item.size is None), key=lambda item: item.name)


def _own_indices(part: Core) -> Iterator[Index]:
    index = getattr(part, "index", None)
    if isinstance(index, Index):
        yield index


_SHAPES: tuple[tuple[int, ...], ...] = ((2, 3), (3, 2), (2, 2), (3, 4, 2), (1, 2), (1, 1))
_STYLES = ("near", "near", "positive", "unit", "near", "positive")


def _points(question: Question) -> Iterator[Point]:
    dimensions = _dimensions(question)
    for seed in range(3 * len(_SHAPES)):
        shape = _SHAPES[seed % len(_SHAPES)]
        sizes = {item: shape[place % len(shape)] for place, item in enumerate(dimensions)}
        yield _point(question, sizes, seed + 1, _STYLES[seed % len(_STYLES)])


def _point(question: Question, sizes: dict[Dimension, int], seed: int, style: str) -> Point:
    restriction = question.restriction
    return Point({**sizes, **restriction.sizes}, seed, style, domains=restriction.domains)


def _free_indices(question: Question) -> list[Index]:
    used = _indices(question.left) | _indices(question.right)
    free = [index for index in question.free if index in used]
    return [*question.axes, *(index for index in free if index not in question.axes)]


def _places(question: Question, evaluator: Evaluator) -> Iterator[dict[Index, int]]:
    indices = _free_indices(question)
    ranges = [range(1, evaluator.size(index) + 1) for index in indices]
    for count, values in enumerate(product(*ranges)):
        if count >= MOST_PLACES:
            return
        yield dict(zip(indices, values, strict=True))


def _differ(left: Any, right: Any) -> bool:
    left, right = primal(left), primal(right)
    return bool(abs(left - right) > TOLERANCE * max(1, abs(left), abs(right)))


def compare(
    question: Question, samples: int = SAMPLES, *, shrink: bool = True, work: int = WORK
) -> Comparison:
    """Compare the sides at points until enough were seen or one tells them apart.

    Raises
    ------
    NotJudged
        When it takes too much work.
    """
    with mp.workdps(DIGITS):
        conditions = question.in_force()
        names = {
            symbol.name for side in (question.left, question.right) for symbol in symbols_in(side)
        }
        comparison = Comparison(names=frozenset(names))
        budget = Work(work)
        for point in _points(question):
            if comparison.samples >= samples:
                break
            found = _at_point(question, point, conditions, comparison, budget)
            if found is not None:
                comparison.counterexample = (
                    _smallest(question, conditions, found) if shrink else found
                )
                break
        if comparison.singular and not comparison.typical:
            comparison.one_sided = True
        return comparison


def least_condition(question: Question) -> Restriction | None:
    """Return the first special case of the table in which the sides are equal, or None."""
    free = [
        symbol
        for symbol in {s for side in (question.left, question.right) for s in symbols_in(side)}
        if symbol.definition is None
    ]
    subject = Subject(
        tuple(sorted(free, key=lambda symbol: symbol.name)),
        tuple(_dimensions(question)),
        tuple(_free_indices(question)),
        frozenset(question.axes),
        frozenset(moved_in(question.left) | moved_in(question.right)),
    )
    tried = 0
    for kind in RESTRICTIONS:
        for restriction in kind(subject):
            tried += 1
            if tried > MOST_RESTRICTIONS:
                return None
            special = replace(question, restriction=restriction)
            try:
                comparison = compare(special, samples=3, shrink=False, work=WORK // 8)
            except NotJudged:
                continue
            if comparison.holds and comparison.samples >= 2 and not comparison.one_sided:
                return restriction
    return None


def _at_point(
    question: Question,
    point: Point,
    conditions: Conditions,
    comparison: Comparison | None,
    work: Work,
) -> Counterexample | None:
    evaluator = Evaluator(point, question.reader.dimensions, work)
    try:
        conditions.impose(evaluator)
        if not all(evaluator.whole(place, {}) >= 1 for place in _last_places(question)):
            return None
    except (Unmet, Undefined):
        return None
    compared = False
    for places in _places(question, evaluator):
        if not _is_asked(question, evaluator, conditions, places):
            continue
        try:
            left = _value(evaluator, question.left, places)
            right = _value(evaluator, question.right, places)
        except Singular:
            if comparison is not None:
                comparison.singular = True
            continue
        if left is None or right is None:
            if comparison is not None and (left is None) != (right is None):
                comparison.one_sided = True
            continue
        compared = True
        if comparison is not None and (_differ(left, 0) or _differ(right, 0)):
            comparison.vanishing = False
        if _differ(left, right):
            return _counterexample(question, point, places, left, right)
    if compared and comparison is not None:
        comparison.samples += 1
        comparison.typical |= _is_typical(point)
    return None


def _last_places(question: Question) -> Iterator[Core]:
    """Yield where entries stand that are counted from the last one, as a^{L-1}: they exist."""
    for side in (question.left, question.right):
        for part in walk_core(side):
            for place in part.places if isinstance(part, Entry | Slope) else ():
                inner = list(walk_core(place))
                if isinstance(place, Plus) and all(
                    isinstance(one, Plus | Times | Size | Rational) for one in inner
                ):
                    yield place


def _is_asked(
    question: Question, evaluator: Evaluator, conditions: Conditions, places: dict[Index, int]
) -> bool:
    """Return whether the conditions and filters let some values of the indices through."""
    try:
        return conditions.hold(evaluator, places) and all(
            evaluator.value(core, places) for core in question.restriction.filters
        )
    except Undefined:
        return False


def _is_typical(point: Point) -> bool:
    sizes = list(point.sizes.values())
    return 1 not in sizes and (len(sizes) < 2 or len(set(sizes)) > 1)


def _value(evaluator: Evaluator, core: Core, places: dict[Index, int]) -> Any:
    """Return the value of a side, or None where it has none; a singular point goes on upwards."""
    try:
        return evaluator.value(core, places)
    except Singular:
        raise
    except Undefined:
        return None


def _smallest(question: Question, conditions: Conditions, found: Counterexample) -> Counterexample:
    """Return a counterexample of the smallest sizes and the simplest numbers."""
    dimensions = _dimensions(question)
    for size in (1, 2, 3):
        for seed in range(8):
            style = ("simple", "simple positive")[seed % 2]
            point = _point(question, dict.fromkeys(dimensions, size), seed, style)
            try:
                smaller = _at_point(question, point, conditions, None, Work(WORK // 8))
            except NotJudged:
                return found
            if smaller is not None:
                return smaller
        if not dimensions:
            break
    return found


def _number(value: Any) -> str:
    value = primal(value)
    for denominator in (1, 2, 3, 4, 6, 8, 16):
        scaled = value * denominator
        if abs(scaled - mp.nint(scaled)) < mp.mpf(10) ** -20 and abs(scaled) < 10**9:
            whole = int(mp.nint(scaled))
            return str(whole) if denominator == 1 else f"{whole}/{denominator}"
    return str(mp.nstr(value, 8))


def _counterexample(
    question: Question, point: Point, places: dict[Index, int], left: Any, right: Any
) -> Counterexample:
    dimensions = _dimensions(question)
    numbers = []
    for (symbol, entry), value in point.drawn.items():
        name = symbol.name + (f"_{{{','.join(map(str, entry))}}}" if entry else "")
        numbers.append((name, _number(value)))
    return Counterexample(
        tuple((item.name, point.size(item)) for item in dimensions if item.known),
        tuple((index.name, place) for index, place in places.items() if index in question.free),
        tuple(sorted(numbers)),
        _number(left),
        _number(right),
    )
