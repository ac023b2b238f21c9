"""Dimensions: declared, fixed by a number, or still unknown and made equal by use."""

from __future__ import annotations

from dataclasses import dataclass, field

from derive.textbook.errors import ShapeMismatch
from derive.textbook.positions import NOWHERE, Span

__all__ = ["Dimension", "Dimensions", "Index"]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension: `size` where it is a number, `known` where it has a name."""

    name: str
    size: int | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Index:
    """An index that runs over a dimension, told from all others by its number."""

    number: int
    name: str = field(compare=False)
    dimension: Dimension = field(compare=False)


class Dimensions:
    """Which dimensions are the same.

    Examples
    --------
    >>> dimensions = Dimensions()
    >>> unknown, k = dimensions.fresh(), Dimension("k")
    >>> dimensions.unify(unknown, k)
    >>> dimensions.find(unknown).name
    'k'
    """

    def __init__(self) -> None:
        self._parents: dict[Dimension, Dimension] = {}
        self._count = 0
        self._indices = 0

    def fresh(self) -> Dimension:
        """Return a dimension of which nothing is known."""
        self._count += 1
        return Dimension(f"?{self._count}", known=False)

    def index(self, name: str, dimension: Dimension | None = None) -> Index:
        """Return a new index."""
        self._indices += 1
        return Index(self._indices, name, self.fresh() if dimension is None else dimension)

    def find(self, dimension: Dimension) -> Dimension:
        """Return what a dimension is by now."""
        while dimension in self._parents:
            dimension = self._parents[dimension]
        return dimension

    def same(self, left: Dimension, right: Dimension) -> bool:
        """Return whether two dimensions may be the same: equal, or one of them unknown."""
        left, right = self.find(left), self.find(right)
        return left == right or not left.known or not right.known

    def unify(self, left: Dimension, right: Dimension, span: Span = NOWHERE) -> None:
        """Make two dimensions the same.

        Raises
        ------
        ShapeMismatch
            When both are known and different.
        """
        left, right = self.find(left), self.find(right)
        if left == right:
            return
        if not left.known:
            self._parents[left] = right
        elif not right.known:
            self._parents[right] = left
        else:
            raise ShapeMismatch(f"the dimensions {left.name} and {right.name} do not fit", span)

    def mark(self) -> dict[Dimension, Dimension]:
        """Return a state to which `reset` goes back."""
        return dict(self._parents)

    def reset(self, state: dict[Dimension, Dimension]) -> None:
        """Go back to a state."""
        self._parents = dict(state)
