"""Conditions in force: points are moved until they meet the equations, the rest is a filter."""

from __future__ import annotations

from itertools import product
from typing import Any

from mpmath import mp

from derive.textbook.errors import Unreadable
from derive.textbook.evaluate.dual import primal, tangent
from derive.textbook.evaluate.evaluator import Evaluator, Key, Places
from derive.textbook.meaning.canonical import canonical, plain_name
from derive.textbook.meaning.core import (
    MINUS_ONE,
    At,
    Compare,
    Core,
    Entry,
    Tensor,
    plus,
    times,
    walk_core,
)
from derive.textbook.meaning.dimensions import Index
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.tree import Name, Node, Number, Relation

__all__ = ["Conditions", "Unmet"]

MOST_STEPS = 30
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
        for node in nodes:
            if isinstance(node, Relation):
                self._take(reader, node)

    def _take(self, reader: Reader, node: Relation) -> None:
        before = dict(reader.free)
        try:
            if all(isinstance(side, Node) for side in node.sides) and _between_indices(
                reader, node
            ):
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
        for _ in range(MOST_STEPS):
            residuals = self._residuals(evaluator)
            if all(abs(primal(value)) < mp.mpf(10) ** -26 for value in residuals):
                return
            self._step(evaluator, residuals)
        raise Unmet("the conditions in force could not be met")

    def _residuals(self, evaluator: Evaluator) -> list[Any]:
        values = []
        for indices, body in self.equations:
            ranges = [range(1, evaluator.size(index) + 1) for index in indices]
            for places in product(*ranges):
                values.append(evaluator.value(body, dict(zip(indices, places, strict=True))))
        return values

    def _unknowns(self, evaluator: Evaluator) -> list[Key]:
        drawn = evaluator.point.drawn
        return [
            key for key in drawn if key[0].role == "value" and key[0].domain not in _FIXED_DOMAINS
        ][:MOST_UNKNOWNS]

    def _step(self, evaluator: Evaluator, residuals: list[Any]) -> None:
        """Take the smallest step that meets the linearised equations."""
        unknowns = self._unknowns(evaluator)
        if not unknowns:
            raise Unmet("nothing is free to meet the conditions")
        columns = [self._column(evaluator, key) for key in unknowns]
        rows = len(residuals)
        gram = mp.matrix(rows, rows)
        for i in range(rows):
            for j in range(rows):
                gram[i, j] = mp.fsum(column[i] * column[j] for column in columns)
            gram[i, i] += mp.mpf(10) ** -28
        try:
            weights = mp.lu_solve(gram, mp.matrix([primal(value) for value in residuals]))
        except ZeroDivisionError:
            raise Unmet("the conditions contradict each other") from None
        for key, column in zip(unknowns, columns, strict=True):
            move = mp.fsum(column[i] * weights[i] for i in range(rows))
            evaluator.point.fixed[key] = primal(evaluator.point.number(*key)) - move
        evaluator._known.clear()

    def _column(self, evaluator: Evaluator, key: Key) -> list[Any]:
        evaluator._tags += 1
        tag = evaluator._tags
        evaluator._moved.setdefault(key, []).append(tag)
        state = evaluator._state
        evaluator._state = (*state, (key[0], key, tag))
        try:
            return [primal(tangent(value, tag)) for value in self._residuals(evaluator)]
        finally:
            evaluator._moved[key].remove(tag)
            evaluator._state = state


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


def _difference(reader: Reader, left: Tensor, right: Tensor) -> tuple[tuple[Index, ...], Core]:
    if left.axes and not right.axes:
        body: Core = right.body
    elif right.axes and not left.axes:
        return _difference(reader, right, left)
    else:
        body = reader.arrays.aligned(right, left.axes)
    return left.axes, plus(left.body, times(MINUS_ONE, body))
