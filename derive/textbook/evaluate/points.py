"""Points at which expressions are compared: sizes, and a number for every entry that is asked for.

The numbers are drawn when they are asked for, from a hash of the seed and the entry's name, so they
are the same on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mpmath import mp

from derive.textbook.meaning.core import Symbol
from derive.textbook.meaning.dimensions import Dimension

__all__ = ["STYLES", "Point"]


def _noise(*parts: object) -> int:
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _near(noise: int) -> Fraction:
    return Fraction(noise % 63 - 31, 16) or Fraction(5, 16)


def _positive(noise: int) -> Fraction:
    return Fraction(noise % 31 + 1, 16)


def _simple(noise: int) -> Fraction:
    return (Fraction(1), Fraction(2), Fraction(-1), Fraction(3), Fraction(0), Fraction(1, 2))[
        noise % 6
    ]


def _simple_positive(noise: int) -> Fraction:
    return (Fraction(1), Fraction(2), Fraction(3), Fraction(1, 2))[noise % 4]


def _unit(noise: int) -> Fraction:
    return Fraction(noise % 15 + 1, 16)


def _simple_unit(noise: int) -> Fraction:
    return (Fraction(1, 2), Fraction(1, 4), Fraction(3, 4))[noise % 3]


STYLES: dict[str, dict[str, Callable[[int], Fraction]]] = {
    "near": {"": _near, "positive": _positive, "in (0,1)": _unit},
    "positive": {"": _positive, "positive": _positive, "in (0,1)": _unit},
    "unit": {"": _unit, "positive": _unit, "in (0,1)": _unit},
    "simple": {"": _simple, "positive": _simple_positive, "in (0,1)": _simple_unit},
    "simple positive": {
        "": _simple_positive,
        "positive": _simple_positive,
        "in (0,1)": _simple_unit,
    },
}
"""How numbers are drawn: a style, and in it the domain."""
_DOMAINS: dict[str, Callable[[Callable[[str], Fraction], int], Fraction]] = {
    "negative": lambda draw, noise: -draw("positive"),
    "nonnegative": lambda draw, noise: draw("positive") - Fraction(1, 16) * (noise % 2),
    "in [0,1]": lambda draw, noise: draw("in (0,1)") if noise % 4 else Fraction(noise // 4 % 2),
    "in {0,1}": lambda draw, noise: Fraction(noise % 2),
    "in {-1,1}": lambda draw, noise: Fraction(noise % 2 * 2 - 1),
    "part": lambda draw, noise: Fraction(noise % 2),
    "one": lambda draw, noise: Fraction(1),
    "in (-1,1)": lambda draw, noise: draw("in (0,1)") * (noise % 2 * 2 - 1),
    "integer": lambda draw, noise: Fraction(noise % 7 + 1),
    "nonzero": lambda draw, noise: draw("positive") * (noise % 2 * 2 - 1),
}


@dataclass
class Point:
    """Sizes and numbers.

    Parameters
    ----------
    sizes : dict of Dimension to int
        Of the dimensions whose size is not fixed.
    seed : int
    style : str
        One of `STYLES`.
    fixed : dict
        Numbers of entries that are not drawn, as they come from conditions.
    drawn : dict
        The numbers that were asked for, in order.
    domains : dict of Symbol to str
        Domains that stand in place of the declared ones.
    """

    sizes: Mapping[Dimension, int]
    seed: int
    style: str = "near"
    fixed: dict[tuple[Symbol, tuple[int, ...]], Any] = field(default_factory=dict)
    drawn: dict[tuple[Symbol, tuple[int, ...]], Any] = field(default_factory=dict)
    domains: Mapping[Symbol, str] = field(default_factory=dict)

    def size(self, dimension: Dimension) -> int:
        """Return the size of a dimension."""
        if dimension.size is not None:
            return dimension.size
        inner = dimension.name.removesuffix("+1")
        if inner != dimension.name:
            return self.size(Dimension(inner)) + 1
        return self.sizes.get(dimension, 2)

    def number(self, symbol: Symbol, places: tuple[int, ...]) -> Any:
        """Return the number of an entry."""
        key = (symbol, places)
        if key in self.fixed:
            self.drawn[key] = self.fixed[key]
            return self.fixed[key]
        if key not in self.drawn:
            value = self._drawn(symbol, places)
            self.drawn[key] = mp.mpf(value.numerator) / value.denominator
        return self.drawn[key]

    def _draw(self, domain: str, noise: int) -> Fraction:
        return STYLES[self.style][domain](noise)

    def _drawn(self, symbol: Symbol, places: tuple[int, ...]) -> Fraction:
        noise = _noise(self.seed, symbol.name, places)
        given = self.domains.get(symbol, symbol.domain)
        if symbol.role == "index":
            return Fraction(noise % self.size(symbol.range or Dimension("?")) + 1)
        if given in ("one-hot", "simplex", "rows") and places:
            return self._of_row(symbol, places, given)
        if given == "part" and places == (1,):
            return Fraction(1)  # a set that sums run over is not empty
        if given == "symmetric" and len(places) >= 2:
            *leading, row, column = places
            noise = _noise(self.seed, symbol.name, (*leading, min(row, column), max(row, column)))
        domain = given if given in ("positive", "in (0,1)") else ""
        special = _DOMAINS.get(given)
        if special is not None:
            return special(lambda inner: self._draw(inner, noise // 8), noise)
        return self._draw(domain, noise)

    def _of_row(self, symbol: Symbol, places: tuple[int, ...], domain: str) -> Fraction:
        """Return an entry of a row that sums to one; a distribution is one row as a whole."""
        leading = places[: symbol.leading] if symbol.leading else places[: max(0, len(places) - 1)]
        if domain == "simplex" and not symbol.leading:
            leading = ()
        inner = places[len(leading) :]
        sizes = [self.size(axis) for axis in symbol.axes[len(leading) :]]
        count = 1
        rank = 0
        for place, size in zip(inner, sizes, strict=True):
            rank = rank * size + place - 1
            count *= size
        if domain == "one-hot":
            return Fraction(_noise(self.seed, symbol.name, leading) % count == rank)
        weights = [_noise(self.seed, symbol.name, leading, at) % 8 + 1 for at in range(count)]
        return Fraction(weights[rank], sum(weights)) if rank < count else Fraction(0)
