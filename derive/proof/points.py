"""Points: numbers for the dimensions and for every entry of the free quantities."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import TypeAlias

from sympy import Basic, Expr, Indexed, KroneckerDelta, Sum, Symbol

from derive.language import Entries, free_indices, index_dimensions, k
from derive.language.indices import bound_indices
from derive.language.quantities import LETTERS
from derive.proof.meaning import Meaning

__all__ = [
    "SIMPLE",
    "Point",
    "Scalar",
    "dimensions_of",
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


def random_point(sizes: tuple[tuple[str, int], ...], seed: int, *, positive: bool = False) -> Point:
    """Return a point with rational numbers in [−2, 2], or in (0, 1) where ``positive``."""

    def draw(name: str, places: tuple[int, ...]) -> Fraction:
        source = random.Random(f"{seed}|{name}|{places}")
        return Fraction(source.randint(1, 96) if positive else source.randint(-194, 194), 97)

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
    found: set[str] = set()
    if isinstance(node, Indexed):
        return frozenset(str(size) for size in node.base.shape or ())
    if isinstance(node, Sum | Entries):
        found |= {str(limit[-1]) for limit in node.args[1:]}
        return frozenset(found) | _dimensions(node.args[0])
    return frozenset().union(*(_dimensions(argument) for argument in node.args))


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


def positions(left: Expr, right: Expr, sizes: Mapping[str, int]) -> Iterator[dict[Symbol, int]]:
    """Return every way of giving numbers to the free indices of two sides."""
    dimensions = free_dimensions(left, right)
    free = list(dimensions)
    for values in product(*(range(1, sizes[str(dimensions[index])] + 1) for index in free)):
        yield dict(zip(free, values, strict=True))


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
    found = index_dimensions(left, right)
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
