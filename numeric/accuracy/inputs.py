"""Pre-activations and labels at which floating point is hard, as data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.accuracy.references import PairReference, named, pair_reference
from numeric.arguments import Array
from numeric.errors import ShapeMismatch, UnsupportedType

__all__ = [
    "FAMILIES",
    "HARD_CLASSES",
    "LABEL_KINDS",
    "Family",
    "HardInput",
    "LabelKind",
    "hard_inputs",
    "hard_labels",
    "hard_pre_activations",
]

HARD_CLASSES: tuple[int, ...] = (1, 2, 3, 10, 100, 1000)
"""The numbers of units k at which the kernels are measured."""

_MOST_ENTRIES = 2400  # Of one family, so that 1000 classes cost no more than a few minutes.


@dataclass(frozen=True)
class Family:
    """Pre-activations that are hard for one reason.

    Attributes
    ----------
    name : str
    statement : str
        Which numbers, and why.
    make : callable
        From (k, dtype, generator) to an array (n, k) of that dtype, all of it finite.
    """

    name: str
    statement: str
    make: Callable[[int, np.dtype[Any], np.random.Generator], Array]


def _gap_sizes(dtype: np.dtype[Any]) -> list[float]:
    """Gaps from 0 to the largest number, close together where a rounding or a range ends."""
    information = np.finfo(dtype)
    vanishing = -math.log(float(information.epsneg))  # Here 1 − e^{−gap} rounds to 1.
    smallest_normal = -math.log(float(information.smallest_normal))
    smallest = -math.log(float(information.smallest_subnormal))
    ends = [
        end + step for end in (vanishing, smallest_normal, smallest) for step in (-1, 0, 0.5, 2)
    ]
    powers = [10.0**power for power in range(-18, 6)]
    between = [0.3, 2.5, 5.0, 7.7, 12.5, 30.0, 50.0, 300.0, 600.0]
    huge = [math.sqrt(float(information.max)), float(information.max) / 4]
    return [0.0, float(information.smallest_subnormal), *powers, *between, *ends, *huge]


def _leading(k: int, dtype: np.dtype[Any], lead: Array, places: Array) -> Array:
    rows = np.zeros((len(lead), k), dtype)
    rows[np.arange(len(lead)), places] = lead
    return rows


def _confident(k: int, dtype: np.dtype[Any], generator: np.random.Generator) -> Array:
    gaps = _gap_sizes(dtype)
    ahead, behind = (
        _leading(k, dtype, sign * np.array(gaps), generator.integers(0, k, len(gaps)))
        for sign in (1, -1)
    )
    return np.concatenate([ahead, behind])


def _displaced(k: int, dtype: np.dtype[Any], generator: np.random.Generator) -> Array:
    gaps = [gap for gap in _gap_sizes(dtype) if 0.1 <= gap <= 1e4]
    rows = _leading(k, dtype, np.array(gaps), generator.integers(0, k, len(gaps))).astype(
        np.float64
    )
    rows += generator.normal(size=rows.shape) + 20 * generator.normal(size=(len(gaps), 1))
    return rows.astype(dtype)


def _scattered(k: int, dtype: np.dtype[Any], generator: np.random.Generator) -> Array:
    scales = np.repeat([0.1, 1.0, 5.0, 20.0, 100.0, 300.0], 5)
    return (scales[:, np.newaxis] * generator.normal(size=(len(scales), k))).astype(dtype)


def _ties(k: int, dtype: np.dtype[Any], generator: np.random.Generator) -> Array:
    largest = float(np.finfo(dtype).max)
    levels = np.array([0.0, 1.0, -1.0, 0.1, 37.3, -1000.0, largest, -largest])
    level = np.repeat(levels, 2)[:, np.newaxis]
    below = np.where(generator.random((len(level), k)) < 0.5, 0.0, 18.75)
    below[::2] = 0.0
    return (level - below).astype(dtype)


def _near_ties(k: int, dtype: np.dtype[Any], generator: np.random.Generator) -> Array:
    levels = np.array([1e-3, 0.1, 1.0, 3.3, 100.1, 12345.6, 1e10, 1e30], dtype)[:, np.newaxis]
    steps = generator.integers(-3, 4, (len(levels), k))
    return np.asarray(levels + steps * np.spacing(levels), dtype)


def _signed_zeros(k: int, dtype: np.dtype[Any], generator: np.random.Generator) -> Array:
    signs = generator.integers(0, 2, (6, k))
    signs[:2] = [[0], [1]]
    return np.asarray(np.copysign(np.zeros((6, k)), 0.5 - signs), dtype)


def _subnormal(k: int, dtype: np.dtype[Any], generator: np.random.Generator) -> Array:
    smallest = np.finfo(dtype).smallest_subnormal
    steps = generator.integers(-9, 10, (8, k)) * np.repeat([1, 2**10], 4)[:, np.newaxis]
    return np.asarray(steps.astype(dtype) * smallest)


def _huge(k: int, dtype: np.dtype[Any], generator: np.random.Generator) -> Array:
    information = np.finfo(dtype)
    size = 1e300 if dtype.itemsize == 8 else 1e38
    values = [size, -size, float(information.max), -float(information.max), 0.0, -36.0, 1.0]
    return generator.choice(np.array([*values, float(information.tiny)], dtype), (12, k))


FAMILIES: tuple[Family, ...] = (
    Family("confident", "one unit ahead of, or behind, equal ones by gaps of any size", _confident),
    Family("displaced", "one unit ahead, and no difference of two is a float", _displaced),
    Family("scattered", "normally distributed, of several sizes", _scattered),
    Family("ties", "several largest units, up to the largest number", _ties),
    Family("near ties", "units a few units in the last place apart", _near_ties),
    Family("signed zeros", "0 and −0", _signed_zeros),
    Family("subnormal", "multiples of the smallest number, and below the normal ones", _subnormal),
    Family("huge", "±1e300 (±1e38) and the largest numbers, beside small ones", _huge),
)


def hard_pre_activations(
    k: int, dtype: npt.DTypeLike = np.float64, *, seed: int = 0
) -> dict[str, Array]:
    """Return pre-activations (n, k) that are hard for floating point, by :data:`FAMILIES`.

    They are the same for the same arguments, all of them finite, and n shrinks as k grows.

    Parameters
    ----------
    k : int
        The number of units, at least 1.
    dtype : dtype
        float32 or float64.
    seed : int
        For what is drawn.

    Raises
    ------
    ShapeMismatch, UnsupportedType
        For k < 1, and for another dtype.

    Examples
    --------
    >>> hard_pre_activations(3)["signed zeros"][1].tolist()
    [-0.0, -0.0, -0.0]
    >>> float(hard_pre_activations(2, "float32")["confident"].max()) > 1e37
    True
    """
    resolved = np.dtype(dtype)
    if k < 1:
        raise ShapeMismatch("k", str(k), "at least 1", "Give the number of units.")
    if resolved.type not in (np.float32, np.float64):
        raise UnsupportedType(
            "dtype", str(resolved), "float32 or float64", "Take one of the two that kernels keep."
        )
    made: dict[str, Array] = {}
    for number, family in enumerate(FAMILIES):
        rows = family.make(k, resolved, np.random.default_rng((seed, number, k)))
        kept = min(len(rows), max(2, _MOST_ENTRIES // k))
        made[family.name] = rows[np.linspace(0, len(rows) - 1, kept).round().astype(int)]
    return made


@dataclass(frozen=True)
class LabelKind:
    """Labels that are hard in one way.

    Attributes
    ----------
    name : str
    statement : str
    whole : bool
        Whether all of them are 0 or 1, so that a gradient owes units in the last place.
    make : callable
        From (a, pair, generator) to labels of the shape of ``a``, in float64.
    """

    name: str
    statement: str
    whole: bool
    make: Callable[[Array, PairReference, np.random.Generator], Array]


def _one_hot(places: Array, k: int) -> Array:
    return np.asarray(np.eye(k)[places])


def _smoothed(a: Array, pair: PairReference, generator: np.random.Generator) -> Array:
    k = a.shape[-1]
    hot = _one_hot(a.argmax(axis=-1), k)
    return hot if k == 1 else np.where(hot == 1, 0.9, 0.1 / (k - 1))


def _soft(a: Array, pair: PairReference, generator: np.random.Generator) -> Array:
    return generator.dirichlet(np.full(a.shape[-1], 0.5), len(a))


def _predictions(a: Array, pair: PairReference, generator: np.random.Generator) -> Array:
    return np.array([[float(entry) for entry in row] for row in pair.predict(a.tolist())])


LABEL_KINDS: MappingProxyType[str, LabelKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            LabelKind(
                "right",
                "one-hot at the largest unit",
                True,
                lambda a, pair, generator: _one_hot(a.argmax(axis=-1), a.shape[-1]),
            ),
            LabelKind(
                "wrong",
                "one-hot at the smallest unit",
                True,
                lambda a, pair, generator: _one_hot(a.argmin(axis=-1), a.shape[-1]),
            ),
            LabelKind(
                "any",
                "one-hot at a random unit",
                True,
                lambda a, pair, generator: _one_hot(
                    generator.integers(0, a.shape[-1], len(a)), a.shape[-1]
                ),
            ),
            LabelKind(
                "right signs",
                "1 where a > 0, else 0",
                True,
                lambda a, pair, generator: (a > 0).astype(float),
            ),
            LabelKind(
                "wrong signs",
                "0 where a > 0, else 1",
                True,
                lambda a, pair, generator: (a <= 0).astype(float),
            ),
            LabelKind(
                "any signs",
                "0 or 1 at random",
                True,
                lambda a, pair, generator: generator.integers(0, 2, a.shape).astype(float),
            ),
            LabelKind("smoothed", "0.9 for the largest, the rest shared", False, _smoothed),
            LabelKind(
                "smoothed signs",
                "0.95 where a > 0, else 0.05",
                False,
                lambda a, pair, generator: np.where(a > 0, 0.95, 0.05),
            ),
            LabelKind("soft", "from a Dirichlet distribution", False, _soft),
            LabelKind(
                "interval",
                "uniform in [0, 1]",
                False,
                lambda a, pair, generator: generator.random(a.shape),
            ),
            LabelKind(
                "real",
                "normally distributed",
                False,
                lambda a, pair, generator: 3 * generator.normal(size=a.shape),
            ),
            LabelKind("prediction", "the exact prediction, rounded", False, _predictions),
        )
    }
)
"""The kinds of labels, by name."""


def hard_labels(kind: str, pair: str, a: Array, *, seed: int = 0) -> Array:
    """Return labels of one kind for pre-activations (n, k), in their dtype.

    Raises
    ------
    UnknownName
        For a kind that is not in :data:`LABEL_KINDS`, or not in the pair's domain.

    Examples
    --------
    >>> a = np.array([[2.0, 0.0], [0.0, -1.0]])
    >>> hard_labels("right", "softmax_cross_entropy", a).tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    row = pair_reference(pair)
    chosen: LabelKind = named("label kind", kind, {name: LABEL_KINDS[name] for name in row.labels})
    return chosen.make(a, row, np.random.default_rng((seed, a.shape[-1]))).astype(a.dtype)


@dataclass(frozen=True)
class HardInput:
    """Pre-activations and labels, (n, k), and where they come from.

    Attributes
    ----------
    family : str
        Of the pre-activations, in :data:`FAMILIES`.
    labels : str
        The kind of labels, in :data:`LABEL_KINDS`.
    a, y : ndarray
    """

    family: str
    labels: str
    a: Array
    y: Array


def hard_inputs(
    pair: str,
    dtype: npt.DTypeLike = np.float64,
    *,
    classes: Sequence[int] = HARD_CLASSES,
    seed: int = 0,
) -> Iterator[HardInput]:
    """Yield every family of pre-activations with every kind of label of a pair's domain.

    ``classes`` are the numbers of units; those too small for the loss are left out.

    Examples
    --------
    >>> given = list(hard_inputs("linear_squared_error", classes=(2,)))
    >>> len(given), given[0].family, given[0].labels, given[0].a.shape == given[0].y.shape
    (24, 'confident', 'any', True)
    """
    row = pair_reference(pair)
    for k in (k for k in classes if k >= row.fewest_classes):
        for family, a in hard_pre_activations(k, dtype, seed=seed).items():
            for kind in row.labels:
                yield HardInput(family, kind, a, hard_labels(kind, pair, a, seed=seed))
