"""What a row of the catalogue holds, and the few words in which a row is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sympy import Expr, Indexed, IndexedBase, Set, Symbol

from derive.catalogue.labels import LabelDomain
from derive.errors import DeriveError
from derive.language import Entries, SquaredNorm, fresh_index, total

__all__ = ["AT_KINK", "Loss", "Output", "Vector", "squared_norm", "sum_over_units"]

AT_KINK = Symbol("c", real=True)
"""Stands in a row for the slope at a kink; the pair puts the chosen convention in its place."""


@dataclass(frozen=True)
class Vector:
    """A quantity of one example: ``a[i]`` is its entry i, whether or not there is a batch.

    Parameters
    ----------
    base : IndexedBase
        The quantity, of shape (k,) or, for a batch, (n, k).
    example : tuple[Symbol, ...]
        The index of the example; empty where there is only one.

    Examples
    --------
    >>> from derive.language import index, k, n, quantity
    >>> Vector(quantity("a", n, k), (index("m"),))[index("i")]
    a[m, i]
    """

    base: IndexedBase
    example: tuple[Symbol, ...] = ()

    def __getitem__(self, position: Expr) -> Indexed:
        return self.base[(*self.example, position)]

    def __iter__(self) -> Iterator[Indexed]:
        raise DeriveError(
            f"{self.base.label} has as many entries as there are units; write a[i] for an entry "
            "and a.entries(i) for the whole vector"
        )

    def _sympy_(self) -> Entries:
        """Let a function of a vector take the vector itself: softmax(a, i)."""
        return self.entries()

    @property
    def size(self) -> Symbol:
        """The dimension over which the vector runs."""
        return self.base.shape[-1]

    def index(self, *taken: Expr) -> Symbol:
        """Return an index over the vector that is none of ``taken``."""
        return fresh_index(self.size, {*self.example, *taken})

    def entries(self, *taken: Expr) -> Entries:
        """Return the whole vector."""
        bound = self.index(*taken)
        return Entries(self[bound], (bound, self.size))


def sum_over_units(vector: Vector, term: Callable[[Symbol], Expr]) -> Expr:
    """Return Σᵢ term(i) over the units of ``vector``.

    Examples
    --------
    >>> from derive.language import k, quantity
    >>> y = Vector(quantity("y", k))
    >>> sum_over_units(y, lambda i: y[i])
    Sum(y[i], (i, 1, k))
    """
    bound = vector.index()
    return total(term(bound), bound, vector.size)


def squared_norm(vector: Vector, entry: Callable[[Symbol], Expr]) -> Expr:
    """Return ‖v‖² for the vector whose entries are ``entry(i)``."""
    bound = vector.index()
    return SquaredNorm(Entries(entry(bound), (bound, vector.size)))


@dataclass(frozen=True, eq=False)
class Output:
    """An output unit: a row of the catalogue.

    Parameters
    ----------
    name : str
        The name, in lower case with hyphens.
    prediction : callable
        From the pre-activation a (a `Vector`) and an index i to ŷᵢ.
    range : Set
        The smallest interval that holds every ŷᵢ, for k ≥ 2.
    inverse : callable or None
        From a label vector and an index i to the aᵢ with ŷ(a) = y, where it is known.
    kink : str
        The subdifferential where the unit has no derivative; empty where it has one everywhere.
    source : str
        Where the unit is defined.

    Examples
    --------
    >>> from sympy import Interval, tanh
    >>> Output("tanh", lambda a, i: tanh(a[i]), Interval.open(-1, 1)).name
    'tanh'
    """

    name: str
    prediction: Callable[[Vector, Expr], Expr]
    range: Set
    inverse: Callable[[Vector, Expr], Expr] | None = None
    kink: str = ""
    source: str = ""


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss: a row of the catalogue.

    Parameters
    ----------
    name : str
        The name, in lower case with hyphens.
    value : callable
        From the prediction ŷ and the label y (two `Vector`) to L(ŷ, y), summed over the units.
    needs : Set
        The ŷᵢ for which the loss is defined.
    labels : LabelDomain
        The label vectors that it takes.
    convention : str
        What others may do otherwise: a factor ½, a mean.
    source : str
        Where the loss is defined.
    """

    name: str
    value: Callable[[Vector, Vector], Expr]
    needs: Set
    labels: LabelDomain
    convention: str = ""
    source: str = ""
