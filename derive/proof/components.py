"""The first route, written out: every entry for small shapes, decided exactly.

For k = 1 … 4 every entry is an explicit expression in independent numbers, an element of the
differential field of rational functions over exponentials and logarithms. There the difference of
two sides is zero or it is not; where it is not, an enclosure of its value at a point confirms it,
and where it is a constant any point does.

A pre-activation a = Wh + b stays a name as long as possible: what depends on W through a alone is
differentiated through a, and only a difference that is left then is written out in W, h and b.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, Literal

from sympy import Expr, Function, Indexed, Sum, Symbol

from derive.errors import UnsupportedExpression
from derive.language import Entries, Partial, index_dimensions
from derive.proof.apart import Apart, apart
from derive.proof.elementary import (
    entry_atom,
    exponential,
    logarithm,
    partials,
    solved,
    step_value,
    symbol_atom,
)
from derive.proof.field import Quotient, quotient
from derive.proof.meaning import Meaning, Place, Reader, defined_name
from derive.proof.nonzero import is_nonzero
from derive.proof.points import Draw, dimensions_of, positions
from derive.proof.polynomials import Atom
from derive.proof.samples import compare, derivative_depth, evaluator
from derive.proof.sums import transform
from derive.proof.undefined import Undefined
from derive.proof.work import WorkLimit, at_most, budget
from derive.steps import Assumption, Definition

__all__ = ["ShapeOutcome", "compare_components", "shapes_for"]

Outcome = Literal["equal", "different", "undecided", "undefined"]

SHAPES: tuple[Mapping[str, int], ...] = (
    {"k": 1, "d": 2, "n": 1},
    {"k": 2, "d": 2, "n": 2},
    {"k": 3, "d": 1, "n": 1},
    {"k": 4, "d": 1, "n": 1},
)
"""The shapes that are written out: every k up to 4, and small d and n."""


CONFIRMING = tuple(Draw(kind, seed) for kind in ("near", "positive") for seed in range(2))
"""The points at which two sides with different normal forms are compared by value."""
WORK = 2_000_000
"""For one shape, in the units of `derive.proof.work`."""
MOST_TERMS = 5_000
"""Of a sum that is written out, and entries of an array."""


@dataclass(frozen=True)
class ShapeOutcome:
    """What was decided for one shape; ``too_long`` where it was given up."""

    sizes: tuple[tuple[str, int], ...]
    outcome: Outcome
    reason: str = ""
    too_long: bool = False


class ComponentReader(Reader[Apart]):
    """Reads expressions entry by entry: indices are numbers, sums are written out."""

    where = "the exact check of components"

    def __init__(self, meaning: Meaning, sizes: Mapping[str, int]) -> None:
        super().__init__(meaning)
        self.sizes = sizes
        self.through = _through(meaning)
        self._slopes: dict[tuple[Atom, str, tuple[Place, ...]], Apart] = {}

    def named(self, expr: Expr, places: dict[Symbol, Place], kept: frozenset[str]) -> Apart:
        """Return an entry, a symbol, or what the definition of its name says."""
        if isinstance(expr, Indexed) and defined_name(expr) in self.through:
            return self.entry(
                defined_name(expr), tuple(self.place(i, places) for i in expr.indices)
            )
        return super().named(expr, places, kept)

    def number(self, value: Any) -> Apart:
        """Return a rational number."""
        exact = Fraction(int(value.p), int(value.q))
        return apart(quotient(exact.numerator if exact.denominator == 1 else exact))

    def symbol(self, symbol: Symbol) -> Apart:
        """Return a dimension as its number, or another scalar as an independent one."""
        if symbol.name in self.sizes:
            return apart(quotient(self.sizes[symbol.name]))
        return apart(quotient(symbol_atom(symbol.name, positive=bool(symbol.is_positive))))

    def entry(self, name: str, places: tuple[Place, ...]) -> Apart:
        """Return an entry of a free quantity as an independent number."""
        return apart(quotient(entry_atom(name, tuple(map(str, places)), frozenset())))

    def delta(self, left: Place, right: Place) -> Apart:
        """Return δ of two numbers."""
        return apart() if left == right else Apart()

    def total(self, node: Sum, places: Mapping[Symbol, Place], kept: frozenset[str]) -> Apart:
        """Return a sum, written out."""
        sizes = [self.sizes.get(str(size)) for _, _, size in node.limits]
        if any(size is None for size in sizes) or any(limit[1] != 1 for limit in node.limits):
            raise UnsupportedExpression(self.where, node, "sums from 1 to a dimension")
        ranges = [range(1, size + 1) for size in sizes if size is not None]
        at_most(MOST_TERMS, prod(map(len, ranges)), "terms of a sum")
        bound = [limit[0] for limit in node.limits]
        terms = [
            self.read(node.function, {**places, **dict(zip(bound, values, strict=True))}, kept)
            for values in product(*ranges)
        ]
        return self.add(terms)

    def add(self, values: list[Apart]) -> Apart:
        """Return the sum."""
        return Apart(part for value in values for part in value.quotients)

    def multiply(self, values: list[Apart]) -> Apart:
        """Return the product."""
        result = apart()
        for value in values:
            result = result * value
        return result

    def power(self, value: Apart, exponent: int) -> Apart:
        """Return a whole power."""
        if exponent in (1, 2, 3) and len(value.groups) > 1:
            return self.multiply([value] * exponent)
        return apart(value.joined() ** exponent)

    def exponential(self, value: Apart) -> Apart:
        """Return e^value."""
        return apart(exponential(value.joined()))

    def logarithm(self, value: Apart) -> Apart:
        """Return ln value."""
        return apart(logarithm(value.joined()))

    def step(self, value: Apart, convention: Apart) -> Apart:
        """Return the step."""
        return apart(step_value(value.joined(), convention.joined()))

    def differentiate(self, value: Apart, name: str, places: tuple[Place, ...]) -> Apart:
        """Return the derivative by one number."""
        terms = [
            apart(factor) * self._slope(atom, name, places)
            for part in value.quotients
            for atom, factor in partials(part, lambda atom: self._depends(atom, name))
            if self._slope(atom, name, places)
        ]
        return self.add(terms)

    def _slope(self, atom: Atom, name: str, places: tuple[Place, ...]) -> Apart:
        key = (atom, name, places)
        if key not in self._slopes:
            self._slopes[key] = self._slope_of(atom, name, places)
        return self._slopes[key]

    def _slope_of(self, atom: Atom, name: str, places: tuple[Place, ...]) -> Apart:
        if atom.kind == "entry":
            return self._slope_of_entry(atom, name, places)
        if atom.kind == "exp":
            return apart(quotient(atom)) * self.differentiate(apart(atom.parts[0]), name, places)
        if atom.kind == "log":
            inside: Quotient = atom.parts[0]
            return apart(inside.inverse()) * self.differentiate(apart(inside), name, places)
        return Apart()

    def _slope_of_entry(self, atom: Atom, name: str, places: tuple[Place, ...]) -> Apart:
        if atom.parts == (name, tuple(map(str, places))):
            return apart()
        if atom.parts[0] in self.through and name in self.meaning.beneath(atom.parts[0]):
            return self.differentiate(self._definition_of(atom, frozenset()), name, places)
        return Apart()

    def _definition_of(self, atom: Atom, kept: frozenset[str]) -> Apart:
        definition = self.meaning.definition(atom.parts[0])
        assert definition is not None
        formal = getattr(definition.left, "indices", ())
        numbers = map(int, atom.parts[1]) if formal else ()
        return self.read(definition.right, dict(zip(formal, numbers, strict=True)), kept)

    def _depends(self, atom: Atom, name: str) -> bool:
        return name in atom.names or any(
            name in self.meaning.beneath(other) for other in atom.names & self.through
        )

    def unfold(self, value: Apart, names: frozenset[str], kept: frozenset[str]) -> Apart:
        """Replace entries by their definitions, except those that are differentiated through."""
        return self.written_out(value, names - self.through, kept)

    def written_out(self, value: Apart, names: frozenset[str], kept: frozenset[str]) -> Apart:
        """Replace entries by their definitions."""

        def leaf(atom: Atom) -> Quotient | None:
            if atom.kind not in ("entry", "symbol") or atom.parts[0] not in names:
                return None
            return self._definition_of(atom, kept).joined()

        return value.mapped(
            lambda part: transform(part, lambda atom: bool(atom.names & names), leaf, frozenset())
        )

    def solutions(self, assumptions: tuple[Assumption, ...]) -> dict[Atom, Quotient]:
        """Return one number of each equation in terms of the others."""
        found: dict[Atom, Quotient] = {}
        for assumption in assumptions:
            residual = assumption.left - assumption.right
            free = index_dimensions(residual)
            ranges = [range(1, self.sizes[str(size)] + 1) for size in free.values()]
            for values in product(*ranges):
                value = self.read(residual, dict(zip(free, values, strict=True))).joined()
                equation = solved(_replaced(value, found))
                if equation is not None:
                    atom, right = equation
                    found = {old: _replaced(v, {atom: right}) for old, v in found.items()}
                    found[atom] = right
        return found


@lru_cache(maxsize=256)
def _through(meaning: Meaning) -> frozenset[str]:
    """Return the defined quantities that stand for sums of products of free ones, as a = Wh + b."""
    defined = {defined_name(definition.left) for definition in meaning.definitions}
    return frozenset(
        defined_name(definition.left)
        for definition in meaning.definitions
        if isinstance(definition.left, Indexed)
        and not meaning.beneath(defined_name(definition.left)) & defined
        and not definition.right.has(Function, Partial, Entries)
    )


def _replaced(value: Quotient, solutions: Mapping[Atom, Quotient]) -> Quotient:
    names = frozenset().union(*(atom.names for atom in solutions))
    return transform(value, lambda atom: bool(atom.names & names), solutions.get, frozenset())


@lru_cache(maxsize=256)
def _reader(
    definitions: tuple[Definition, ...], sizes: tuple[tuple[str, int], ...]
) -> ComponentReader:
    return ComponentReader(Meaning(definitions), dict(sizes))


def shapes_for(dimensions: tuple[str, ...]) -> tuple[tuple[tuple[str, int], ...], ...]:
    """Return the shapes to write out, restricted to the dimensions that occur.

    Examples
    --------
    >>> shapes_for(("k",))
    ((('k', 1),), (('k', 2),), (('k', 3),), (('k', 4),))
    """
    shapes = (tuple((name, shape.get(name, 2)) for name in dimensions) for shape in SHAPES)
    return tuple(dict.fromkeys(shapes))


def compare_components(
    left: Expr,
    right: Expr,
    *,
    definitions: tuple[Definition, ...] = (),
    assumptions: tuple[Assumption, ...] = (),
) -> tuple[ShapeOutcome, ...]:
    """Decide the equality of two scalar expressions, all entries, for each of the small shapes.

    Examples
    --------
    >>> from derive.language import index, k, quantity, total
    >>> y, i = quantity("y", k), index("i")
    >>> outcomes = compare_components(total(y[i], i, k), y[i])
    >>> [outcome.outcome for outcome in outcomes]
    ['equal', 'different', 'different', 'different']
    """
    meaning = Meaning(definitions)
    outcomes = []
    for sizes in shapes_for(dimensions_of(meaning, left, right)):
        try:
            with budget(WORK, "writing out the components"):
                outcomes.append(_outcome(left, right, meaning, assumptions, sizes))
        except WorkLimit as error:
            outcomes.append(ShapeOutcome(sizes, "undecided", str(error), too_long=True))
            break
    return tuple(outcomes)


def _outcome(
    left: Expr,
    right: Expr,
    meaning: Meaning,
    assumptions: tuple[Assumption, ...],
    sizes: tuple[tuple[str, int], ...],
) -> ShapeOutcome:
    reader = _reader(meaning.definitions, sizes)
    reason, different = "", Apart()
    for kept in dict.fromkeys((meaning.kept(left, right), frozenset[str]())):
        try:
            different = _first_difference(left, right, reader, assumptions, kept)
            if not different:
                return ShapeOutcome(sizes, "equal")
        except (Undefined, UnsupportedExpression) as error:
            reason = str(error)
    return _confirmed(left, right, meaning, assumptions, sizes, different, reason)


def _confirmed(
    left: Expr,
    right: Expr,
    meaning: Meaning,
    assumptions: tuple[Assumption, ...],
    sizes: tuple[tuple[str, int], ...],
    different: Apart,
    reason: str,
) -> ShapeOutcome:
    """Find a point at which both sides have a value and differ, or their exact difference does."""
    compared = 0
    depth = max(derivative_depth(left), derivative_depth(right))
    for draw in CONFIRMING:
        try:
            at = evaluator(meaning.definitions, sizes, draw, assumptions, depth)
            count, difference = compare(left, right, at)
        except Undefined as error:
            reason = reason or str(error)
            continue
        except UnsupportedExpression as error:
            return ShapeOutcome(sizes, "undecided", reason or str(error))
        compared += count
        if difference is not None:
            return ShapeOutcome(sizes, "different")
        if count and is_nonzero(different.quotients, at.point):
            return ShapeOutcome(sizes, "different", f"by {different.joined()}")
    if not compared:
        return ShapeOutcome(sizes, "undefined", reason)
    return ShapeOutcome(sizes, "undecided", reason or "the normal forms differ, the values do not")


def _first_difference(
    left: Expr,
    right: Expr,
    reader: ComponentReader,
    assumptions: tuple[Assumption, ...],
    kept: frozenset[str],
) -> Apart:
    """Return the first difference of entries that is not zero, or zero."""
    solutions = reader.solutions(assumptions)
    for places in positions(left, right, reader.sizes):
        difference = reader.read(left, places, kept) - reader.read(right, places, kept)
        names = reader.through - kept
        if names and difference:
            difference = reader.written_out(difference, names, kept)
        if solutions and difference:
            difference = difference.mapped(lambda part: _replaced(part, solutions))
        if difference:
            return difference
    return Apart()
