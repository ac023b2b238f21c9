"""Losses by their definition, in mpmath, and their derivatives by differences at high precision.

Nothing of the generator is used. The only algebra is 1 − softmax_i = Σ_{j≠i} e^{a_j}/Σⱼ e^{a_j} and
1 − s(x) = s(−x): without it no precision would do at gaps of 1e300.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
from mpmath import mp

Vector = Sequence[Any]


def digits_for(a: Vector) -> tuple[int, int]:
    """Return the working digits and those of the step, which is the error of a difference.

    Pre-activations up to 50 leave gradients of 1e-44 at least; beyond, they go down to the
    smallest subnormal while the loss goes up to 1e300.
    """
    return (250, 100) if max(abs(x) for x in a) <= 50 else (1100, 380)


@cache
def _exp(x: Any, precision: int) -> Any:
    return mpmath.exp(x)


def _power(x: Any) -> Any:
    return _exp(x, mp.prec)


@dataclass(frozen=True)
class Unit:
    """Predictions and their complements 1 − ŷ, each without a subtraction."""

    predict: Callable[[Vector], list[Any]]
    complement: Callable[[Vector], list[Any]]


def _softmax(a: Vector) -> list[Any]:
    powers = [_power(x) for x in a]
    return [power / mpmath.fsum(powers) for power in powers]


def _softmax_complement(a: Vector) -> list[Any]:
    powers = [_power(x) for x in a]
    whole = mpmath.fsum(powers)
    return [mpmath.fsum(powers[:i] + powers[i + 1 :]) / whole for i in range(len(a))]


def _one_minus(predict: Callable[[Vector], list[Any]]) -> Callable[[Vector], list[Any]]:
    return lambda a: [1 - p for p in predict(a)]


def _elementwise(function: Callable[[Any], Any]) -> Callable[[Vector], list[Any]]:
    return lambda a: [function(x) for x in a]


_linear = _elementwise(lambda x: x)
_relu = _elementwise(lambda x: max(x, mpmath.mpf(0)))
_tanh = _elementwise(mpmath.tanh)

UNITS: dict[str, Unit] = {
    "linear": Unit(_linear, _one_minus(_linear)),
    "relu": Unit(_relu, _one_minus(_relu)),
    "tanh": Unit(_tanh, _one_minus(_tanh)),
    "sigmoid": Unit(
        _elementwise(lambda x: 1 / (1 + _power(-x))),
        _elementwise(lambda x: 1 / (1 + _power(x))),
    ),
    "softmax": Unit(_softmax, _softmax_complement),
}


def _squared_error(p: Vector, q: Vector, y: Vector) -> Any:
    return mpmath.fsum((pi - yi) ** 2 for pi, yi in zip(p, y, strict=True))


def _cross_entropy(p: Vector, q: Vector, y: Vector) -> Any:
    return -mpmath.fsum(yi * mpmath.log(pi) for pi, yi in zip(p, y, strict=True))


def _logistic(p: Vector, q: Vector, y: Vector) -> Any:
    triples = zip(p, q, y, strict=True)
    return -mpmath.fsum(yi * mpmath.log(pi) + (1 - yi) * mpmath.log(qi) for pi, qi, yi in triples)


def _log_cosh(p: Vector, q: Vector, y: Vector) -> Any:
    return mpmath.fsum(mpmath.log(mpmath.cosh(pi - yi)) for pi, yi in zip(p, y, strict=True))


LOSSES: dict[str, Callable[[Vector, Vector, Vector], Any]] = {
    "squared_error": _squared_error,
    "cross_entropy": _cross_entropy,
    "logistic": _logistic,
    "log_cosh": _log_cosh,
}


@dataclass(frozen=True)
class Reference:
    """The loss of a pair of names, as in ``Reference.of("softmax_cross_entropy")``."""

    unit: Unit
    loss_of: Callable[[Vector, Vector, Vector], Any]

    @classmethod
    def of(cls, module: str) -> Reference:
        unit, _, loss = module.partition("_")
        return cls(UNITS[unit], LOSSES[loss])

    def predict(self, a: Vector) -> list[Any]:
        with mp.workdps(60):
            return self.unit.predict([mpmath.mpf(x) for x in a])

    def loss(self, a: Vector, y: Vector, digits: int = 60) -> Any:
        with mp.workdps(digits):
            p = self.unit.predict([mpmath.mpf(x) for x in a])
            q = self.unit.complement([mpmath.mpf(x) for x in a])
            return self.loss_of(p, q, [mpmath.mpf(x) for x in y])

    def gradient(self, a: Vector, y: Vector) -> list[Any]:
        """Forward differences: at the kink of the ramp they give r′(0) = 1, as the lecture does."""
        digits, step_digits = digits_for(a)
        with mp.workdps(digits):
            a, step = [mpmath.mpf(x) for x in a], mpmath.mpf(10) ** -step_digits
            here = self.loss(a, y, digits)
            moved = ([*a[:i], a[i] + step, *a[i + 1 :]] for i in range(len(a)))
            return [(self.loss(there, y, digits) - here) / step for there in moved]

    def curvature(self, a: Vector, y: Vector) -> list[Any]:
        """Second differences, forward for the sake of the kink."""
        digits, step_digits = digits_for(a)
        with mp.workdps(2 * digits):
            a, step = [mpmath.mpf(x) for x in a], mpmath.mpf(10) ** -step_digits
            here = self.loss(a, y, 2 * digits)
            result = []
            for i in range(len(a)):
                once = self.loss([*a[:i], a[i] + step, *a[i + 1 :]], y, 2 * digits)
                twice = self.loss([*a[:i], a[i] + 2 * step, *a[i + 1 :]], y, 2 * digits)
                result.append((twice - 2 * once + here) / step**2)
            return result
