"""The references: the loss of every pair by its definition in mpmath, and its gradient.

A unit is a row that predicts and pulls ∂L/∂ŷ back to ∂L/∂a; a loss is a row with its value and its
slope ∂L/∂ŷ; the chain rule makes any pair of them. 1 − ŷ is carried along, since no precision
would do for the difference at gaps of 1e300.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType
from typing import Any, TypeAlias

from numeric.errors import UnknownName

__all__ = ["PAIRS", "PairReference", "named", "pair_reference"]

Vector: TypeAlias = Sequence[Any]

_GUARD_BITS = 1344  # An error of 2⁻¹²⁸⁰ is far below 2⁻¹⁰⁷⁴, the smallest positive float64.
_LOGARITHM_BITS = 320  # Terms of one sign keep their relative error, and need no more.


def named(what: str, name: object, table: Any) -> Any:
    """Return the row of a table with this name, or raise :class:`~numeric.errors.UnknownName`."""
    if name not in table:
        close = get_close_matches(str(name), list(table), n=1, cutoff=0.4)
        remedy = f"Did you mean {close[0]!r}?" if close else "Choose one of them."
        raise UnknownName(what, repr(name), "one of " + ", ".join(map(repr, table)), remedy)
    return table[name]


@lru_cache(maxsize=4096)
def _exponential(x: Any, precision: int) -> Any:
    """Return eˣ; an exponential of 1e300 takes milliseconds, and the same ones come again."""
    from mpmath import mp

    return mp.exp(x)


def _exp(mp: Any, x: Any) -> Any:
    return _exponential(x, mp.prec)


def _sums_of_the_others(mp: Any, terms: Vector) -> list[Any]:
    """Return Σ_{j≠i} tⱼ for every i: sums from both ends, nothing subtracted."""
    before = [mp.mpf(0), *accumulate(terms)][:-1]
    behind = [mp.mpf(0), *accumulate(reversed(terms))][:-1][::-1]
    return [left + right for left, right in zip(before, behind, strict=True)]


@dataclass(frozen=True)
class _Unit:
    """An output unit by its definition.

    Attributes
    ----------
    predict : callable
        From a to ŷ and 1 − ŷ, the latter without a subtraction where ŷ may be close to 1.
    pull : callable
        From ŷ, 1 − ŷ, a and ∂L/∂ŷ to ∂L/∂a: Σᵢ ∂L/∂ŷᵢ ∂ŷᵢ/∂aⱼ.
    """

    predict: Callable[[Any, Vector], tuple[Vector, Vector]]
    pull: Callable[[Any, Vector, Vector, Vector, Vector], Vector]


def _linear(mp: Any, a: Vector) -> tuple[Vector, Vector]:
    return a, [1 - x for x in a]


def _pull_linear(mp: Any, p: Vector, q: Vector, a: Vector, slope: Vector) -> Vector:
    return slope


def _relu(mp: Any, a: Vector) -> tuple[Vector, Vector]:
    return _linear(mp, [max(x, mp.mpf(0)) for x in a])


def _pull_relu(mp: Any, p: Vector, q: Vector, a: Vector, slope: Vector) -> Vector:
    """At the kink r′(0) = 1, as in the lecture."""
    return [s if x >= 0 else mp.mpf(0) for x, s in zip(a, slope, strict=True)]


def _sigmoid(mp: Any, a: Vector) -> tuple[Vector, Vector]:
    powers = [_exp(mp, x) for x in a]
    return [x / (1 + x) for x in powers], [1 / (1 + x) for x in powers]


def _pull_sigmoid(mp: Any, p: Vector, q: Vector, a: Vector, slope: Vector) -> Vector:
    return [s * pi * qi for pi, qi, s in zip(p, q, slope, strict=True)]


def _softmax(mp: Any, a: Vector) -> tuple[Vector, Vector]:
    powers = [_exp(mp, x) for x in a]
    partition = mp.fsum(powers)
    others = _sums_of_the_others(mp, powers)
    return [x / partition for x in powers], [x / partition for x in others]


def _pull_softmax(mp: Any, p: Vector, q: Vector, a: Vector, slope: Vector) -> Vector:
    """ŷⱼ (1 − ŷⱼ) ∂L/∂ŷⱼ − ŷⱼ Σ_{i≠j} ŷᵢ ∂L/∂ŷᵢ."""
    rest = _sums_of_the_others(mp, [pi * s for pi, s in zip(p, slope, strict=True)])
    terms = zip(p, q, slope, rest, strict=True)
    return [pi * (qi * s) - pi * other for pi, qi, s, other in terms]


_UNITS = MappingProxyType(
    {
        "linear": _Unit(_linear, _pull_linear),
        "relu": _Unit(_relu, _pull_relu),
        "sigmoid": _Unit(_sigmoid, _pull_sigmoid),
        "softmax": _Unit(_softmax, _pull_softmax),
    }
)


@lru_cache(maxsize=1024)
def _predicted(unit: str, a: tuple[Any, ...], precision: int) -> tuple[Vector, Vector]:
    """Return ŷ and 1 − ŷ, which one example needs with label after label."""
    from mpmath import mp

    return _UNITS[unit].predict(mp, a)


@dataclass(frozen=True)
class _Loss:
    """A loss by its definition, and ∂L/∂ŷ, as functions of ŷ, 1 − ŷ and the labels."""

    value: Callable[[Any, Vector, Vector, Vector], Any]
    slope: Callable[[Any, Vector, Vector, Vector], Vector]


def _logarithm(mp: Any, p: Any, q: Any) -> Any:
    """Return ln p, where p + q = 1."""
    return mp.log(p) if p < q else mp.log1p(-q)


def _ratio(mp: Any, weight: Any, value: Any) -> Any:
    """Return a quotient in which 0 / 0 is 0."""
    if not weight:
        return mp.mpf(0)
    return weight / value if value else mp.inf


def _squared_error(mp: Any, p: Vector, q: Vector, y: Vector) -> Any:
    return mp.fsum((pi - yi) ** 2 for pi, yi in zip(p, y, strict=True))


def _slope_of_squared_error(mp: Any, p: Vector, q: Vector, y: Vector) -> Vector:
    return [2 * (pi - yi) for pi, yi in zip(p, y, strict=True)]


def _cross_entropy(mp: Any, p: Vector, q: Vector, y: Vector) -> Any:
    """Return −Σᵢ yᵢ ln ŷᵢ, in which 0 · ln 0 is 0."""
    triples = zip(p, q, y, strict=True)
    with mp.workprec(_LOGARITHM_BITS):
        return -mp.fsum(yi * _logarithm(mp, pi, qi) for pi, qi, yi in triples if yi)


def _slope_of_cross_entropy(mp: Any, p: Vector, q: Vector, y: Vector) -> Vector:
    return [-_ratio(mp, yi, pi) for pi, yi in zip(p, y, strict=True)]


def _logistic(mp: Any, p: Vector, q: Vector, y: Vector) -> Any:
    against = [1 - yi for yi in y]
    return _cross_entropy(mp, p, q, y) + _cross_entropy(mp, q, p, against)


def _slope_of_logistic(mp: Any, p: Vector, q: Vector, y: Vector) -> Vector:
    triples = zip(p, q, y, strict=True)
    return [_ratio(mp, 1 - yi, qi) - _ratio(mp, yi, pi) for pi, qi, yi in triples]


_LOSSES = MappingProxyType(
    {
        "squared_error": _Loss(_squared_error, _slope_of_squared_error),
        "cross_entropy": _Loss(_cross_entropy, _slope_of_cross_entropy),
        "logistic": _Loss(_logistic, _slope_of_logistic),
    }
)

Terms: TypeAlias = Callable[[Any, Vector, Vector, Vector], Vector]


def _prediction_and_label(mp: Any, p: Vector, q: Vector, y: Vector) -> Vector:
    return [pi + yi for pi, yi in zip(p, y, strict=True)]


def _share_and_label(mp: Any, p: Vector, q: Vector, y: Vector) -> Vector:
    total = mp.fsum(y)
    return [total * pi + yi for pi, yi in zip(p, y, strict=True)]


def _sigmoid_squared_terms(mp: Any, p: Vector, q: Vector, y: Vector) -> Vector:
    return [2 * (pi + abs(yi)) * pi * qi for pi, qi, yi in zip(p, q, y, strict=True)]


def _softmax_squared_terms(mp: Any, p: Vector, q: Vector, y: Vector) -> Vector:
    errors = [pi + abs(yi) for pi, yi in zip(p, y, strict=True)]
    mean = mp.fdot(p, errors)
    return [2 * pi * (error + mean) for pi, error in zip(p, errors, strict=True)]


def _softmax_logistic_terms(mp: Any, p: Vector, q: Vector, y: Vector) -> Vector:
    total = mp.fsum(y)
    triples = zip(p, q, y, strict=True)
    odds = [pi * _ratio(mp, 1 - yi, qi) for pi, qi, yi in triples]
    rest = _sums_of_the_others(mp, odds)
    return [
        yi + pi * total + (1 - yi) * pi + pi * other
        for pi, yi, other in zip(p, y, rest, strict=True)
    ]


@dataclass(frozen=True)
class PairReference:
    """An output unit with a loss: its true loss and gradient, and what floating point may owe them.

    A call takes pre-activations a and labels y, (..., k) as nested sequences of numbers, and
    returns (L, ∂L/∂a) of each example in ``mpf``, the loss from its definition and the gradient by
    the chain rule. The working precision is chosen from the range of the input, so that the
    absolute error stays far below the smallest positive float64.

    Attributes
    ----------
    name : str
        As of the kernel's module.
    labels : tuple of str
        The kinds of labels of its domain, in :data:`LABEL_KINDS`.
    statement : str
        The size of the gradient's terms, in words of the equation; "" where nothing cancels.
    terms : callable or None
        The size of the gradient's terms.
    squares : bool
        Whether the loss is a sum of squares of differences, whose terms count as well.
    beyond : str
        Where the kernel is more than 4 units off, by how much and why; "" where it nowhere is.
    fewest_classes : int
        The smallest k that the loss is defined for.

    Examples
    --------
    >>> loss, gradient = pair_reference("softmax_cross_entropy")([40.0, 0.0], [1.0, 0.0])
    >>> float(loss), [float(entry) for entry in gradient]
    (4.248354255291589e-18, [-4.248354255291589e-18, 4.248354255291589e-18])
    """

    name: str
    labels: tuple[str, ...]
    statement: str = ""
    terms: Terms | None = None
    squares: bool = False
    fewest_classes: int = 1
    beyond: str = ""

    @property
    def unit(self) -> str:
        """The name of the output unit."""
        return self.name.partition("_")[0]

    @property
    def loss(self) -> str:
        """The name of the loss."""
        return self.name.partition("_")[2]

    def __call__(self, a: Vector, y: Vector) -> tuple[Any, Any]:
        if _is_batch(a):
            pairs = [self(ai, yi) for ai, yi in zip(a, y, strict=True)]
            return [loss for loss, _ in pairs], [gradient for _, gradient in pairs]
        unit, loss = _UNITS[self.unit], _LOSSES[self.loss]
        with _precision_for(a, y) as mp:
            a, y = [mp.mpf(x) for x in a], [mp.mpf(x) for x in y]
            p, q = _predicted(self.unit, tuple(a), mp.prec)
            slope = loss.slope(mp, p, q, y)
            return loss.value(mp, p, q, y), list(unit.pull(mp, p, q, a, slope))

    def predict(self, a: Vector) -> Any:
        """Return ŷ of each example."""
        if _is_batch(a):
            return [self.predict(row) for row in a]
        with _precision_for(a, ()) as mp:
            return list(_predicted(self.unit, tuple(mp.mpf(x) for x in a), mp.prec)[0])

    def sizes(self, roundoff: Any, a: Vector, y: Vector) -> tuple[Any, Any]:
        """Return the sizes of the terms of the loss and of the gradient, None for no allowance.

        For a sum of squares with e = ŷ + |y|, the size of the loss is
        Σᵢ (2 |ŷᵢ − yᵢ| eᵢ + u eᵢ²), and L itself where that is larger.
        """
        if _is_batch(a):
            pairs = [self.sizes(roundoff, ai, yi) for ai, yi in zip(a, y, strict=True)]
            return _joined([loss for loss, _ in pairs]), _joined([terms for _, terms in pairs])
        with _precision_for(a, y) as mp:
            y = [mp.mpf(x) for x in y]
            p, q = _predicted(self.unit, tuple(mp.mpf(x) for x in a), mp.prec)
            gradient = None if self.terms is None else self.terms(mp, p, q, y)
            return self._size_of_loss(mp, roundoff, p, y), gradient

    def _size_of_loss(self, mp: Any, roundoff: Any, p: Vector, y: Vector) -> Any:
        if not self.squares:
            return None
        pairs = [(abs(pi - yi), abs(pi) + abs(yi)) for pi, yi in zip(p, y, strict=True)]
        loss = mp.fsum(error**2 for error, _ in pairs)
        return max(loss, mp.fsum(2 * error * e + roundoff * e**2 for error, e in pairs))


def _joined(values: list[Any]) -> Any:
    return None if values and values[0] is None else values


def _is_batch(a: Vector) -> bool:
    return len(a) > 0 and hasattr(a[0], "__len__")


@contextmanager
def _precision_for(a: Vector, y: Vector) -> Iterator[Any]:
    """Give mpmath a precision at which absolute errors are below every positive float."""
    from mpmath import mp

    top = max((int(mp.mag(x)) for x in (*a, *y) if x), default=0)
    with mp.workprec(_GUARD_BITS + 64 * (max(top, 0) // 32)):
        yield mp


_SIMPLEX = ("right", "wrong", "any", "smoothed", "soft", "prediction")
_INTERVAL = ("right signs", "wrong signs", "any signs", "smoothed signs", "interval", "prediction")

PAIRS: MappingProxyType[str, PairReference] = MappingProxyType(
    {
        pair.name: pair
        for pair in (
            PairReference("linear_squared_error", ("any", "real", "prediction")),
            PairReference("relu_squared_error", ("any", "real", "prediction")),
            PairReference(
                "sigmoid_cross_entropy",
                _SIMPLEX,
                beyond="the loss for soft labels: 10 ulp where products with subnormal labels are "
                "added, and inf where the sum is within an ulp of the largest number",
            ),
            PairReference("sigmoid_logistic", _INTERVAL, "ŷᵢ + yᵢ", _prediction_and_label),
            PairReference(
                "sigmoid_squared_error",
                (*_INTERVAL, "real"),
                "2 (ŷᵢ + |yᵢ|) ŷᵢ (1 − ŷᵢ)",
                _sigmoid_squared_terms,
                squares=True,
                beyond="the gradient: 4.4 ulp, 6.5 in float32, for ŷ − y, ŷ and 1 − ŷ with two "
                "roundings each are multiplied",
            ),
            PairReference(
                "softmax_cross_entropy",
                _SIMPLEX,
                "r ŷᵢ + yᵢ",
                _share_and_label,
                beyond="for soft labels alone: 11 ulp in a loss that is below the normal numbers",
            ),
            PairReference(
                "softmax_logistic",
                _SIMPLEX,
                "r ŷᵢ + yᵢ + ŷᵢ (1 − yᵢ + Σ_{j≠i} (1 − yⱼ) ŷⱼ / (1 − ŷⱼ))",
                _softmax_logistic_terms,
                fewest_classes=2,
                beyond="the gradient where 0/1 labels are confidently wrong, for its terms cancel; "
                "the loss where two pre-activations are further apart than the format is wide",
            ),
            PairReference(
                "softmax_squared_error",
                (*_SIMPLEX, "real"),
                "2 ŷᵢ (ŷᵢ + |yᵢ| + Σⱼ ŷⱼ (ŷⱼ + |yⱼ|))",
                _softmax_squared_terms,
                squares=True,
                beyond="the gradient where 0/1 labels are confidently wrong, for ŷ − y is nearly "
                "its mean there; 4.2 ulp in the loss, 5.7 in float32",
            ),
        )
    }
)
"""The pairs of the catalogue, by the names of their kernels; r = Σⱼ yⱼ."""


def pair_reference(name: str) -> PairReference:
    """Return the row of :data:`PAIRS` with this name.

    Raises
    ------
    UnknownName
        If there is none.
    """
    pair: PairReference = named("pair", name, PAIRS)
    return pair
