"""Dimensions, indices and the quantities they index."""

from __future__ import annotations

from functools import cache

from sympy import IndexedBase, Symbol

__all__ = ["LABEL", "LETTERS", "d", "dimension", "index", "k", "n", "quantity"]


@cache
def dimension(name: str) -> Symbol:
    """Return the symbolic dimension ``name``: a positive whole number.

    Examples
    --------
    >>> dimension("k")
    k
    """
    return Symbol(name, integer=True, positive=True)


@cache
def index(name: str) -> Symbol:
    """Return the index ``name``, which runs from 1; a free index is in range by convention.

    Examples
    --------
    >>> index("i")
    i
    """
    return Symbol(name, integer=True, positive=True)


@cache
def quantity(name: str, *shape: Symbol) -> IndexedBase:
    """Return the real quantity ``name`` over the dimensions ``shape``.

    Examples
    --------
    >>> quantity("W", k, d)[index("i"), index("r")]
    W[i, r]
    """
    return IndexedBase(Symbol(name, real=True), shape=shape)


k = dimension("k")
"""The number of output units (classes)."""
d = dimension("d")
"""The number of units in the last hidden layer."""
n = dimension("n")
"""The number of training examples."""

LABEL = "y"
"""The letter of the labels, about which a loss may assume something."""

LETTERS: dict[Symbol, tuple[str, ...]] = {
    k: ("i", "j", "l", "p"),
    d: ("r", "s", "t", "q"),
    n: ("m", "u", "v", "w"),
}
"""The letters that run over each dimension, in the order in which they are taken."""
