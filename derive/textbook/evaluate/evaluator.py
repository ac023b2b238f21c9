"""The value of an expression at a point, derivatives by dual numbers against the definitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mpmath import mp

from derive.textbook.errors import NotJudged
from derive.textbook.evaluate.dual import Dual, Singular, Undefined, apply, power, primal, tangent
from derive.textbook.evaluate.points import Point, _noise
from derive.textbook.meaning.core import (
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
    symbols_in,
    walk_core,
)
from derive.textbook.meaning.dimensions import Dimensions, Index

__all__ = ["Evaluator", "Work"]

Places = dict[Index, int]
Key = tuple[Symbol, tuple[int, ...]]


class Work:
    """How much may still be done: every node that is evaluated counts.

    Raises `NotJudged` when it is used up.
    """

    def __init__(self, limit: int) -> None:
        self.left = limit

    def spend(self) -> None:
        """Count one node."""
        self.left -= 1
        if self.left < 0:
            raise NotJudged("it takes more work than is allowed for one line")


@dataclass
class Evaluator:
    """Evaluates expressions at one point.

    Parameters
    ----------
    point : Point
    dimensions : Dimensions
    work : Work
    """

    point: Point
    dimensions: Dimensions
    work: Work
    _moved: dict[Key, list[int]] = field(default_factory=dict)
    _lets: dict[Symbol, list[tuple[tuple[Index, ...], Core, Places, int]]] = field(
        default_factory=dict
    )
    _known: dict[Any, Any] = field(default_factory=dict)
    _state: tuple[tuple[Symbol, Any, int], ...] = ()
    _below: dict[int, tuple[Core, frozenset[Symbol]]] = field(default_factory=dict)
    _tags: int = 0
    _pending: set[Any] = field(default_factory=set)

    def value(self, core: Core, places: Places) -> Any:
        """Return the value of an expression, its indices given.

        Raises
        ------
        Undefined
            Where it has none.
        NotJudged
            When it takes too much work.
        """
        self.work.spend()
        return _VALUES[type(core)](self, core, places)

    def whole(self, core: Core, places: Places) -> int:
        """Return the value of an index expression."""
        if isinstance(core, At):
            if core.index not in places:
                raise NotJudged(f"nothing binds the index {core.index.name}")
            return places[core.index]
        value = primal(self.value(core, places))
        if value != int(value):
            raise Undefined("an index that is no whole number")
        return int(value)

    def size(self, index: Index) -> int:
        """Return how far an index runs."""
        return self.point.size(self.dimensions.find(index.dimension))

    # Entries.

    def entry(self, symbol: Symbol, places: tuple[int, ...]) -> Any:
        """Return the value of an entry: as a variable that moves, as given, defined or drawn."""
        key = (symbol, places)
        base = self._base(symbol, places)
        for tag in self._moved.get(key, ()):
            base = Dual(tag, base, mp.mpf(1))
        return base

    def _base(self, symbol: Symbol, places: tuple[int, ...]) -> Any:
        lets = self._lets.get(symbol)
        if lets:
            indices, core, outer, depth = lets[-1]
            self._lets[symbol] = lets[:-1]
            try:
                return self.value(core, {**outer, **dict(zip(indices, places, strict=True))})
            finally:
                self._lets[symbol] = lets
            del depth
        definition = symbol.definition
        if (
            definition is None
            or (symbol, places) in self.point.fixed
            or not self._inside(symbol, places)
        ):
            return self.point.number(symbol, places)
        key = (symbol, places, self._state_of(definition.body))
        if key in self._known:
            return self._known[key]
        if key in self._pending:
            raise NotJudged(f"{symbol.name} is defined by itself")
        self._pending.add(key)
        try:
            value = self.value(definition.body, dict(zip(definition.indices, places, strict=True)))
        finally:
            self._pending.discard(key)
        self._known[key] = value
        return value

    def _inside(self, symbol: Symbol, places: tuple[int, ...]) -> bool:
        """Return whether an entry exists; one before the first is given, as h_0 is."""
        return (
            all(
                1 <= place <= self.point.size(self.dimensions.find(axis))
                for place, axis in zip(places, symbol.axes, strict=False)
            )
            or not symbol.axes
        )

    def _state_of(self, core: Core) -> tuple[tuple[Symbol, Any, int], ...]:
        """Return what moves or is bound of what an expression stands on."""
        if not self._state:
            return ()
        known = self._below.get(id(core))
        if known is None:
            known = self._below[id(core)] = (core, symbols_in(core))
        return tuple(part for part in self._state if part[0] in known[1])

    # Derivatives.

    def slope(self, core: Slope, places: Places) -> Any:
        """Return a derivative by an entry of a symbol."""
        key = (core.symbol, tuple(self.whole(place, places) for place in core.places))
        bound = tuple(sorted((index.number, place) for index, place in places.items()))
        memo = (id(core), key, bound, self._state_of(core.body))
        if memo in self._known:
            return self._known[memo]
        self._tags += 1
        tag = self._tags
        state = self._state
        self._moved.setdefault(key, []).append(tag)
        self._state = (*state, (core.symbol, key, tag))
        try:
            result = tangent(self.value(core.body, places), tag)
        finally:
            self._moved[key].remove(tag)
            self._state = state
        self._known[memo] = result
        return result

    def let(self, core: Let, places: Places) -> Any:
        """Return the value of an expression in which a symbol has a value of its own."""
        stack = self._lets.get(core.symbol, [])
        state = self._state
        self._tags += 1
        self._lets[core.symbol] = [*stack, (core.indices, core.value, dict(places), len(stack))]
        self._state = (*state, (core.symbol, "let", self._tags))
        try:
            return self.value(core.body, places)
        finally:
            self._lets[core.symbol] = stack
            self._state = state

    # Matrices.

    def matrix_power(self, core: MatrixPower, places: Places) -> Any:
        """Return an entry of the power of a matrix."""
        exponent = self.whole(core.exponent, places)
        used = {part.index for part in walk_core(core.body) if isinstance(part, At)}
        bound = {index: place for index, place in places.items() if index in used}
        around = tuple(sorted((index.number, place) for index, place in bound.items()))
        memo = (id(core.body), exponent, around, self._state_of(core.body))
        if memo not in self._known:
            self._known[memo] = self._whole_power(core, bound, exponent)
        row, column = (self.whole(place, places) for place in core.places)
        return self._known[memo][row - 1][column - 1]

    def _whole_power(self, core: MatrixPower, bound: Places, exponent: int) -> list[list[Any]]:
        size = range(1, self.size(core.row) + 1)
        if abs(exponent) > 64:
            raise NotJudged("a power of a matrix beyond 64")
        matrix = [
            [self.value(core.body, {**bound, core.row: i, core.column: j}) for j in size]
            for i in size
        ]
        if exponent < 0:
            matrix = _inverse(matrix)
        result = [[mp.mpf(i == j) for j in size] for i in size]
        for _ in range(abs(exponent)):
            result = _matrix_product(result, matrix)
        return result


def _matrix_product(left: list[list[Any]], right: list[list[Any]]) -> list[list[Any]]:
    size = range(len(left))
    return [[_total([left[i][m] * right[m][j] for m in size]) for j in size] for i in size]


def _total(values: list[Any]) -> Any:
    total = mp.mpf(0)
    for value in values:
        total = value + total
    return total


def _inverse(matrix: list[list[Any]]) -> list[list[Any]]:
    """Return the inverse by elimination, which goes through with dual numbers."""
    size = len(matrix)
    rows = [list(row) + [mp.mpf(i == j) for j in range(size)] for i, row in enumerate(matrix)]
    largest = max((abs(primal(item)) for row in matrix for item in row), default=mp.mpf(0))
    nought = largest * mp.sqrt(mp.eps)  # what elimination leaves of a singular matrix is less
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(primal(rows[row][column])))
        if abs(primal(rows[pivot][column])) <= nought:
            raise Singular("the inverse of a singular matrix")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = power(rows[column][column], -1)
        rows[column] = [scale * item for item in rows[column]]
        for row in range(size):
            if row != column:
                factor = rows[row][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[size:] for row in rows]


def _determinant(evaluator: Evaluator, core: Determinant, places: Places) -> Any:
    """Return a determinant by its first column, which goes through with dual numbers."""
    size = evaluator.size(core.row)
    if size > LARGEST_DETERMINANT:
        raise NotJudged(f"a determinant of more than {LARGEST_DETERMINANT} rows")
    span = range(1, size + 1)
    rows = [
        [evaluator.value(core.body, {**places, core.row: i, core.column: j}) for j in span]
        for i in span
    ]
    return _expanded(rows)


def _expanded(rows: list[list[Any]]) -> Any:
    if not rows:
        return mp.mpf(1)
    terms = []
    for place, row in enumerate(rows):
        minor = [other[1:] for at, other in enumerate(rows) if at != place]
        terms.append(row[0] * _expanded(minor) * mp.mpf((-1) ** place))
    return _total(terms)


def _plus(evaluator: Evaluator, core: Plus, places: Places) -> Any:
    return _total([evaluator.value(term, places) for term in core.terms])


def _times(evaluator: Evaluator, core: Times, places: Places) -> Any:
    total = mp.mpf(1)
    for factor in core.factors:
        total = evaluator.value(factor, places) * total
    return total


def _power(evaluator: Evaluator, core: Power, places: Places) -> Any:
    return power(evaluator.value(core.base, places), evaluator.value(core.exponent, places))


def _larger(left: Any, right: Any) -> Any:
    return left if primal(left) >= primal(right) else right


def _smaller(left: Any, right: Any) -> Any:
    return left if primal(left) <= primal(right) else right


_FOLDS: dict[str, tuple[Callable[[Any, Any], Any], Any]] = {
    "sum": (lambda a, b: a + b, 0),
    "product": (lambda a, b: a * b, 1),
    "max": (_larger, None),
    "min": (_smaller, None),
}
MOST_TERMS = 4_000
LARGEST_DETERMINANT = 5


def _fold(evaluator: Evaluator, core: Fold, places: Places) -> Any:
    start = 1 if core.lower is None else evaluator.whole(core.lower, places)
    end = evaluator.size(core.index) if core.upper is None else evaluator.whole(core.upper, places)
    if end - start > MOST_TERMS:
        raise NotJudged(f"a sum of more than {MOST_TERMS} terms")
    function, first = _FOLDS[core.kind]
    total = None if first is None else mp.mpf(first)
    for place in range(start, end + 1):
        inner = {**places, core.index: place}
        if core.condition is not None and not evaluator.value(core.condition, inner):
            continue
        value = evaluator.value(core.body, inner)
        total = value if total is None else function(value, total)
    if total is None:
        raise Undefined("a maximum of nothing")
    return total


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "\\neq": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "\\le": lambda a, b: a <= b,
    "\\ge": lambda a, b: a >= b,
}


def _compare(evaluator: Evaluator, core: Compare, places: Places) -> bool:
    left, right = evaluator.value(core.left, places), evaluator.value(core.right, places)
    if core.relation == "and":
        return bool(left) and bool(right)
    return _COMPARISONS[core.relation](primal(left), primal(right))


def _choice(evaluator: Evaluator, core: Choice, places: Places) -> Any:
    for condition, value in core.branches:
        if evaluator.value(condition, places):
            return evaluator.value(value, places)
    if core.otherwise is None:
        raise Undefined("no case applies")
    return evaluator.value(core.otherwise, places)


def _unknown(evaluator: Evaluator, core: Unknown, places: Places) -> Any:
    """Return a function of which only the name is known: a smooth one, drawn from the name."""
    values: list[tuple[tuple[int, ...], Any]] = []
    for at, (indices, body) in enumerate(core.arguments):
        for entry in _entries(evaluator, indices):
            inner = {**places, **dict(zip(indices, entry, strict=True))}
            values.append(((at, *entry), evaluator.value(body, inner)))
    if core.order:
        return _derived(evaluator, core, values[0][1])
    return _smooth(evaluator, core.name, values)


def _derived(evaluator: Evaluator, core: Unknown, argument: Any) -> Any:
    for _ in range(core.order):
        evaluator._tags += 1
    tags = range(evaluator._tags - core.order + 1, evaluator._tags + 1)
    moved = argument
    for tag in tags:
        moved = Dual(tag, moved, mp.mpf(1))
    value = _smooth(evaluator, core.name, [((0,), moved)])
    for tag in reversed(tags):
        value = tangent(value, tag)
    return value


def _smooth(evaluator: Evaluator, name: str, values: list[tuple[tuple[int, ...], Any]]) -> Any:
    inner = mp.mpf(0)
    outer = mp.mpf(0)
    for place, value in values:
        noise = _noise(evaluator.point.seed, "function", name, place)
        weight = mp.mpf(noise % 13 + 3) / 8
        phase = mp.mpf(noise // 16 % 16) / 4
        inner = inner + value * weight
        outer = outer + apply("sin", value * weight + phase)
    return outer + apply("cos", inner) + inner * inner * mp.mpf("0.1875")


def _entries(evaluator: Evaluator, indices: tuple[Index, ...]) -> list[tuple[int, ...]]:
    entries: list[tuple[int, ...]] = [()]
    for index in indices:
        entries = [
            (*entry, place) for entry in entries for place in range(1, evaluator.size(index) + 1)
        ]
    return entries


_VALUES: dict[type[Core], Callable[[Evaluator, Any, Places], Any]] = {
    Rational: lambda e, core, p: mp.mpf(core.value.numerator) / core.value.denominator,
    Constant: lambda e, core, p: +mp.pi if core.name == "pi" else +mp.e,
    At: lambda e, core, p: mp.mpf(e.whole(core, p)),
    Size: lambda e, core, p: mp.mpf(e.point.size(e.dimensions.find(core.dimension))),
    Entry: lambda e, core, p: e.entry(
        core.symbol, tuple(e.whole(place, p) for place in core.places)
    ),
    Plus: _plus,
    Times: _times,
    Power: _power,
    Function: lambda e, core, p: apply(core.name, e.value(core.argument, p)),
    Unknown: _unknown,
    Fold: _fold,
    Compare: _compare,
    Choice: _choice,
    Slope: lambda e, core, p: e.slope(core, p),
    Let: lambda e, core, p: e.let(core, p),
    MatrixPower: lambda e, core, p: e.matrix_power(core, p),
    Determinant: _determinant,
}
