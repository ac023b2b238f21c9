"""Points: numbers for the dimensions and for every entry of the free quantities."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Literal, TypeAlias

from sympy import Basic, Expr, Indexed, KroneckerDelta, Sum, Symbol

from derive.language import Entries, free_indices, index_dimensions, k, named_function
from derive.language.indices import bound_indices
from derive.language.quantities import LETTERS
from derive.proof.meaning import Meaning, vector_positions

__all__ = [
    "SIMPLE",
    "Draw",
    "Kind",
    "Point",
    "Scalar",
    "dimensions_of",
    "draw_point",
    "free_dimensions",
    "positions",
    "random_point",
    "simple_point",
]

Scalar: TypeAlias = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Point:
    """Numbers for the dimensions and for every entry of the free quantities.

    Parameters
    ----------
    sizes : tuple of (str, int)
        The dimensions.
    draw : callable
        The number of an entry, or of a scalar at the position ``()``.
    fixed : dict
        Numbers that take precedence; what was drawn is kept here as well.
    """

    sizes: tuple[tuple[str, int], ...]
    draw: Callable[[str, tuple[int, ...]], Fraction]
    fixed: dict[Scalar, Fraction] = field(default_factory=dict)

    def value(self, name: str, places: tuple[int, ...]) -> Fraction:
        """Return the number of an entry."""
        key = (name, places)
        if key not in self.fixed:
            self.fixed[key] = self.draw(name, places)
        return self.fixed[key]

    def moved(self, changes: Mapping[Scalar, Fraction]) -> Point:
        """Return the point with other numbers for some entries."""
        return Point(self.sizes, self.draw, {**self.fixed, **changes})


Kind: TypeAlias = Literal["near", "wide", "far", "positive", "simple"]

MAGNITUDES: Mapping[Kind, int] = {"near": 2, "wide": 10, "far": 1000}
"""How far from zero the numbers of a point go; the others are in (0, 1), or simple."""


@dataclass(frozen=True)
class Draw:
    """Which numbers a point has: of what kind, and the seed among those."""

    kind: Kind
    seed: int


def draw_point(sizes: tuple[tuple[str, int], ...], draw: Draw) -> Point:
    """Return the point with the numbers of a draw."""
    if draw.kind == "simple":
        return simple_point(sizes, draw.seed)
    return random_point(sizes, draw.seed, draw.kind)


def random_point(sizes: tuple[tuple[str, int], ...], seed: int, kind: Kind = "near") -> Point:
    """Return a point with rational numbers of a kind: with a magnitude, or in (0, 1)."""
    largest = 97 * MAGNITUDES.get(kind, 0)

    def draw(name: str, places: tuple[int, ...]) -> Fraction:
        source = random.Random(f"{seed}|{name}|{places}")
        return Fraction(source.randint(-largest, largest) if largest else source.randint(1, 96), 97)

    return Point(sizes, draw)


SIMPLE: tuple[Fraction, ...] = tuple(
    Fraction(top, bottom)
    for top, bottom in ((0, 1), (1, 1), (-1, 1), (2, 1), (1, 2), (-1, 2), (-2, 1), (3, 1))
)
"""The numbers of which counterexamples are made, the simplest first."""


def simple_point(sizes: tuple[tuple[str, int], ...], seed: int) -> Point:
    """Return a point with simple numbers: all 0, all 1, or for the seeds from 2 on a mixture.

    Half of a mixture is zero, so that sums of products meet the kink at zero as well.
    """

    def draw(name: str, places: tuple[int, ...]) -> Fraction:
        if seed < 2:
            return SIMPLE[seed]
        source = random.Random(f"simple|{seed}|{name}|{places}")
        return SIMPLE[0] if source.random() < 0.5 else source.choice(SIMPLE)

    return Point(sizes, draw)


@lru_cache(maxsize=10_000)
def _dimensions(node: Basic) -> frozenset[str]:
    if isinstance(node, Indexed):
        return frozenset(str(size) for size in node.base.shape or ())
    if isinstance(node, Symbol):
        # A whole number that is no index is a dimension, also where it is only counted with.
        return frozenset((node.name,)) if node.is_integer and node.is_positive else frozenset()
    if isinstance(node, KroneckerDelta):
        return frozenset()
    if isinstance(node, Sum | Entries):
        own = frozenset(limit[0].name for limit in node.args[1:])
        inside = _dimensions(node.args[0]) - own
        return inside | frozenset(str(limit[-1]) for limit in node.args[1:])
    row = named_function(type(node))
    # The second argument of a function of a vector is a position in it.
    arguments = node.args[:1] if row is not None and row.of_vector else node.args
    return frozenset().union(*(_dimensions(argument) for argument in arguments))


@lru_cache(maxsize=1_000)
def _dimensions_under(meaning: Meaning, *expressions: Expr) -> tuple[str, ...]:
    reached = meaning.reached(*expressions)
    found = frozenset().union(*(_dimensions(expr) for expr in expressions))
    found |= {str(size) for expr in expressions for size in free_dimensions(expr, expr).values()}
    for name in reached:
        definition = meaning.definition(name)
        if definition is not None:
            found |= _dimensions(definition.left) | _dimensions(definition.right)
    return tuple(sorted(found))


def dimensions_of(meaning: Meaning, *expressions: Expr) -> tuple[str, ...]:
    """Return the names of the dimensions that the expressions lead to, in order."""
    return _dimensions_under(meaning, *expressions)


def positions(
    left: Expr, right: Expr, sizes: Mapping[str, int], *, sparse: bool = False
) -> Iterator[dict[Symbol, int]]:
    """Return every way of giving numbers to the free indices of two sides.

    With ``sparse`` an index is only 1 or the last.
    """
    dimensions = free_dimensions(left, right)
    ranges = [range(1, sizes[str(size)] + 1) for size in dimensions.values()]
    if sparse:
        ranges = [range(1, last + 1, max(1, last - 1)) for last in map(len, ranges)]
    for values in product(*ranges):
        yield dict(zip(dimensions, values, strict=True))


@lru_cache(maxsize=10_000)
def _delta_pairs(node: Basic) -> frozenset[tuple[Symbol, Symbol]]:
    """Return the pairs of indices on δ, with its dimension for an index that is bound."""
    if isinstance(node, KroneckerDelta):
        return frozenset(((node.args[0], node.args[1]), (node.args[1], node.args[0])))
    sizes = dict(bound_indices(node))
    arguments = node.args[:1] if sizes else node.args
    pairs = frozenset().union(*(_delta_pairs(argument) for argument in arguments))
    return frozenset((sizes.get(one, one), sizes.get(other, other)) for one, other in pairs)


@lru_cache(maxsize=10_000)
def free_dimensions(left: Expr, right: Expr) -> dict[Symbol, Symbol]:
    """Return the dimensions of the free indices of two sides, in the order of their names.

    An index that stands on δ alone has the dimension of its partners, or k where none has one.
    """
    found = {
        **dict(vector_positions(left) | vector_positions(right)),
        **index_dimensions(left, right),
    }
    pairs = _delta_pairs(left) | _delta_pairs(right)
    # A bound index stands in the pairs as its dimension, which is no index where it occurs as 1/n.
    standing = (free_indices(left) | free_indices(right)) - LETTERS.keys()
    free = {index for pair in pairs for index in pair} & standing
    for _ in free:
        for one, other in sorted(pairs, key=str):
            if other in free and other not in found and (one in found or one not in free):
                found[other] = found.get(one, one)
    for index in free - found.keys():
        found[index] = k
    return dict(sorted(found.items(), key=lambda item: str(item[0])))
