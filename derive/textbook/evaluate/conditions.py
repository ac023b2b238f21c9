"""Conditions in force: points are moved until they meet the equations, the rest is a filter."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

from mpmath import mp

from derive.textbook.errors import Unreadable
from derive.textbook.evaluate.dual import primal, tangent
from derive.textbook.evaluate.evaluator import Evaluator, Key, Places
from derive.textbook.meaning.canonical import canonical, letter_of, plain_name
from derive.textbook.meaning.core import (
    MINUS_ONE,
    At,
    Compare,
    Core,
    Entry,
    Symbol,
    Tensor,
    plus,
    symbols_in,
    times,
    walk_core,
)
from derive.textbook.meaning.dimensions import Index
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.symbols import spelling
from derive.textbook.tree import Name, Node, Number, Relation, Scripted

__all__ = ["Conditions", "Unmet"]

MOST_STEPS = 30
PATIENCE = 6
"""So many steps that do not halve what is missing lead nowhere, as where UᵀU = I has no U."""
MOST_UNKNOWNS = 40
_FIXED_DOMAINS = ("one-hot", "in {0,1}", "in {-1,1}", "integer", "part")


_SETS = {
    "\\{0,1\\}": "in {0,1}",
    "\\{1,0\\}": "in {0,1}",
    "\\{-1,1\\}": "in {-1,1}",
    "\\{1,-1\\}": "in {-1,1}",
    "(0,1)": "in (0,1)",
    "[0,1]": "in [0,1]",
}


class Unmet(ArithmeticError):
    """A point could not be moved to where the conditions hold."""


class Conditions:
    """The conditions of a question, read once.

    Parameters
    ----------
    reader : Reader
    nodes : tuple[Node, ...]
        Relations. Those between indices of the statement filter its indices; equations between
        quantities move the points; inequalities filter points.
    """

    def __init__(self, reader: Reader, nodes: tuple[Node, ...]) -> None:
        self.equations: list[tuple[tuple[Index, ...], Core]] = []
        self.filters: list[Core] = []
        self.unread: list[Node] = []
        self._symbols: dict[int, frozenset[Symbol]] = {}
        for node in nodes:
            if isinstance(node, Relation):
                self._take(reader, node)

    def _take(self, reader: Reader, node: Relation) -> None:
        before = dict(reader.free)
        try:
            if _between_indices(reader, node) or _tells_the_class(reader, node):
                self.filters.append(reader.condition(node, Scope()))
                return
            if node.relations == ("\\in",):
                self._member(reader, node)
            else:
                self._equation(reader, node)
        except Unreadable:
            self.unread.append(node)
        finally:
            reader.free = before

    def _member(self, reader: Reader, node: Relation) -> None:
        """Take that a quantity is an element of a set: of two labels, or between two numbers."""
        name = canonical(node.sides[1])
        if name.startswith("\\mathbb"):
            return
        tensor = reader.read(node.sides[0], Scope())
        domain = _SETS.get(name.replace("+", ""))
        if domain is None or not isinstance(tensor.body, Entry):
            raise Unreadable("a set that is not known", node.span)
        if not tensor.body.symbol.domain:
            tensor.body.symbol.domain = domain

    def _equation(self, reader: Reader, node: Relation) -> None:
        free = reader.free
        equation = any(relation in ("=", "\\equiv") for relation in node.relations)
        reader.free = {} if equation else dict(free)
        try:
            sides = [reader.read(side, Scope()) for side in node.sides]
            letters = tuple(reader.free.values())
        finally:
            reader.free = free
        for place, relation in enumerate(node.relations):
            left, right = sides[place], sides[place + 1]
            if relation in ("=", "\\equiv"):
                axes, body = _difference(reader, left, right)
                self.equations.append(((*letters, *axes), body))
            elif (
                relation in ("<", ">", "\\le", "\\ge", "\\neq") and not left.axes and not right.axes
            ):
                self.filters.append(Compare(relation, left.body, right.body))

    def hold(self, evaluator: Evaluator, places: Places) -> bool:
        """Return whether the filters let a point and its indices through."""
        for core in self.filters:
            indices = {part.index for part in walk_core(core) if isinstance(part, At)}
            if indices <= set(places) and not evaluator.value(core, places):
                return False
        return True

    # Moving a point.

    def impose(self, evaluator: Evaluator) -> None:
        """Move the free numbers of a point until the equations hold.

        Raises
        ------
        Unmet
            When that does not succeed.
        """
        if not self.equations:
            return
        missing: list[Any] = []
        for step in range(MOST_STEPS):
            residuals = self._residuals(evaluator)
            missing.append(max((abs(primal(value)) for value in residuals), default=0))
            if missing[-1] < mp.mpf(10) ** -26:
                return
            if step >= PATIENCE and 2 * missing[-1] > missing[-1 - PATIENCE]:
                break
            self._step(evaluator, residuals)
        raise Unmet("the conditions in force could not be met")

    def _residuals(self, evaluator: Evaluator, of: Symbol | None = None) -> list[Any]:
        """Return left minus right of every equation; 0 of those that a symbol does not reach."""
        values = []
        for place, (indices, body) in enumerate(self.equations):
            ranges = [range(1, evaluator.size(index) + 1) for index in indices]
            everywhere = product(*ranges)
            if of is not None and of not in self._reached(place):
                values += [0 for _ in everywhere]
                continue
            for places in everywhere:
                values.append(evaluator.value(body, dict(zip(indices, places, strict=True))))
        return values

    def _reached(self, place: int) -> frozenset[Symbol]:
        if place not in self._symbols:
            self._symbols[place] = symbols_in(self.equations[place][1])
        return self._symbols[place]

    def _unknowns(self, evaluator: Evaluator) -> list[Key]:
        drawn = evaluator.point.drawn
        reached = frozenset().union(*map(self._reached, range(len(self.equations))))
        return [
            key
            for key in drawn
            if key[0].role == "value" and key[0].domain not in _FIXED_DOMAINS and key[0] in reached
        ][:MOST_UNKNOWNS]

    def _step(self, evaluator: Evaluator, residuals: list[Any]) -> None:
        """Take the smallest step that meets the linearised equations."""
        unknowns = self._unknowns(evaluator)
        if not unknowns:
            raise Unmet("nothing is free to meet the conditions")
        columns = [self._column(evaluator, key) for key in unknowns]
        try:
            moves = _smallest_step(columns, residuals)
        except (OverflowError, ValueError):
            raise Unmet("the conditions are out of the range of floats") from None
        for key, move in zip(unknowns, moves, strict=True):
            evaluator.point.fixed[key] = primal(evaluator.point.number(*key)) - move
        evaluator._known.clear()

    def _column(self, evaluator: Evaluator, key: Key) -> list[Any]:
        evaluator._tags += 1
        tag = evaluator._tags
        evaluator._moved.setdefault(key, []).append(tag)
        state = evaluator._state
        evaluator._state = (*state, (key[0], key, tag))
        try:
            return [primal(tangent(value, tag)) for value in self._residuals(evaluator, of=key[0])]
        finally:
            evaluator._moved[key].remove(tag)
            evaluator._state = state


def _smallest_step(columns: list[list[Any]], residuals: list[Any]) -> list[Any]:
    """Return the smallest x with Σ xᵢ columnᵢ = residuals, to some digits.

    The equations are solved in floats, since what a step leaves over the next one takes up: only
    the residuals need all digits. Equations that say the same, as UᵀU = I does twice, share the
    work by what is added to the diagonal.
    """
    scale = max((abs(primal(value)) for value in residuals), default=0)
    if not scale:
        return [mp.zero for _ in columns]
    slopes = [[float(value) for value in column] for column in columns]
    rows = range(len(residuals))
    gram = [[math.fsum(s[i] * s[j] for s in slopes) for j in rows] for i in rows]
    damping = 1e-13 * max((gram[i][i] for i in rows), default=0.0)
    for i in rows:
        gram[i][i] += damping
    weights = _solved(gram, [float(primal(value) / scale) for value in residuals])
    return [scale * math.fsum(s[i] * weights[i] for i in rows) for s in slopes]


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Return the solution of linear equations by elimination, with pivots."""
    size = len(right)
    system = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for place in range(size):
        pivot = max(range(place, size), key=lambda row: abs(system[row][place]))
        if not system[pivot][place] or not math.isfinite(system[pivot][place]):
            raise Unmet("the conditions contradict each other")
        system[place], system[pivot] = system[pivot], system[place]
        for row in range(place + 1, size):
            factor = system[row][place] / system[place][place]
            if factor:
                above = system[place]
                system[row] = [
                    one - factor * two for one, two in zip(system[row], above, strict=True)
                ]
    solution = [0.0] * size
    for place in reversed(range(size)):
        known = math.fsum(system[place][i] * solution[i] for i in range(place + 1, size))
        solution[place] = (system[place][size] - known) / system[place][place]
    return solution


def _between_indices(reader: Reader, node: Relation) -> bool:
    """Return whether a relation is between indices of the statement, and numbers."""
    letters = 0
    for side in node.sides:
        if (isinstance(side, Name) and plain_name(side) in reader.free) or (
            isinstance(side, Name)
            and reader.symbols.find(plain_name(side)) is None
            and len(side.letters) == 1
        ):
            letters += 1
        elif not isinstance(side, Number):
            return False
    return letters > 0


def _tells_the_class(reader: Reader, node: Relation) -> bool:
    """Return whether a condition says which entry of a one-hot vector is one, as y_o = 1.

    It is about the index: no such vector has that for every o.
    """
    left, right = node.sides[0], node.sides[-1]
    spelt = spelling(left) if isinstance(left, Scripted) else None
    if spelt is None or not isinstance(right, Number) or node.relations != ("=",):
        return False
    symbol = reader.symbols.find(spelt.base, bold=spelt.bold)
    letters = [letter_of(item) for item in spelt.lower]
    one_hot = symbol is not None and symbol.domain == "one-hot"
    return one_hot and spelt.upper is None and letters != [] and set(letters) <= set(reader.free)


def _difference(reader: Reader, left: Tensor, right: Tensor) -> tuple[tuple[Index, ...], Core]:
    if left.axes and not right.axes:
        body: Core = right.body
    elif right.axes and not left.axes:
        return _difference(reader, right, left)
    else:
        body = reader.arrays.aligned(right, left.axes)
    return left.axes, plus(left.body, times(MINUS_ONE, body))
