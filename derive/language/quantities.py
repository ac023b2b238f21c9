"""Dimensions, indices and the quantities they index."""

from __future__ import annotations

import re
from functools import cache

from sympy import Expr, IndexedBase, Symbol

__all__ = [
    "LABEL",
    "LETTERS",
    "d",
    "dimension",
    "index",
    "k",
    "layer_of",
    "n",
    "of_layer",
    "quantity",
]


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

_RAISED = dict(zip("0123456789l-", "⁰¹²³⁴⁵⁶⁷⁸⁹ˡ⁻", strict=True))
_FIGURES = str.maketrans({raised: figure for figure, raised in _RAISED.items()})
_OF_LAYER = re.compile("(?P<letter>.+)⁽(?P<layer>[⁰¹²³⁴⁵⁶⁷⁸⁹]+|ˡ|ˡ⁻¹)⁾")


def of_layer(letter: str, layer: int | Expr) -> str:
    """Return what a quantity of a layer of a network is called; any layer is the symbol l.

    Examples
    --------
    >>> of_layer("W", 12)
    'W⁽¹²⁾'
    >>> of_layer("W", Symbol("l") - 1)
    'W⁽ˡ⁻¹⁾'
    """
    figures = str(layer).replace(" ", "")
    return f"{letter}⁽{''.join(_RAISED[figure] for figure in figures)}⁾"


def layer_of(name: str) -> tuple[str, str]:
    """Return the letter of a name and the figures of its layer, which are empty where it has none.

    Of any layer they are ``l`` or ``l-1``.

    Examples
    --------
    >>> layer_of("W⁽¹²⁾"), layer_of("ŷ")
    (('W', '12'), ('ŷ', ''))
    """
    found = _OF_LAYER.fullmatch(name)
    return (found["letter"], found["layer"].translate(_FIGURES)) if found else (name, "")
