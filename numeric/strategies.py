"""Hypothesis strategies for the inputs of output layers: shapes, pre-activations, labels, layouts.

Everything drawn is finite. Every strategy says what it shrinks towards, since a counterexample is
only as readable as the smallest input that still shows it.

Label domains stand in a table, :data:`DOMAINS`. One's own domain is a :class:`LabelDomain` record,
which :func:`labels` takes in place of a name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from numeric.errors import InvalidLabels, UnknownName

__all__ = [
    "DOMAINS",
    "MAGNITUDES",
    "LabelDomain",
    "Layer",
    "Magnitude",
    "Shape",
    "binary_labels",
    "domain_named",
    "invalid_labels",
    "labels",
    "layers",
    "layouts",
    "nonnegative_labels",
    "one_hot_labels",
    "pre_activations",
    "real_labels",
    "shapes",
    "simplex_labels",
    "smoothed_binary_labels",
    "smoothed_labels",
    "unit_interval_labels",
]

Array: TypeAlias = npt.NDArray[Any]
ArrayStrategy: TypeAlias = st.SearchStrategy[Array]
ArrayShape: TypeAlias = tuple[int, ...]


class Shape(NamedTuple):
    """The sizes of an output layer: leading batch axes, k output units, d hidden units."""

    batch: tuple[int, ...]
    k: int
    d: int

    @property
    def output(self) -> ArrayShape:
        """The shape of pre-activations, predictions and labels: (..., k)."""
        return (*self.batch, self.k)

    @property
    def hidden(self) -> ArrayShape:
        """The shape of hidden unit values: (..., d)."""
        return (*self.batch, self.d)

    @property
    def weights(self) -> ArrayShape:
        """The shape of W: (k, d)."""
        return (self.k, self.d)


class Layer(NamedTuple):
    """The inputs of an output layer: W (k, d), h (..., d), labels y (..., k)."""

    W: Array
    h: Array
    y: Array


@st.composite
def shapes(
    draw: st.DrawFn,
    *,
    min_classes: int = 1,
    max_classes: int = 6,
    max_units: int = 5,
    max_examples: int = 4,
    max_batch_axes: int = 2,
) -> Shape:
    """Shapes of an output layer, with k = 1, d = 1, and empty batches among them.

    Shrinks towards no batch axis, then towards one example, k = ``min_classes`` and d = 1. An
    empty batch is no simpler than one example.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(shapes(), lambda shape: shape.k >= 3)
    Shape(batch=(), k=3, d=1)
    """
    sizes = st.sampled_from((*range(1, max_examples + 1), 0))
    axes = draw(st.integers(0, max_batch_axes))
    batch = tuple(draw(sizes) for _ in range(axes))
    return Shape(
        batch, draw(st.integers(min_classes, max_classes)), draw(st.integers(1, max_units))
    )


@dataclass(frozen=True)
class Magnitude:
    """A kind of pre-activations.

    Attributes
    ----------
    name : str
    statement : str
        Which numbers.
    elements : callable
        From the dtype to the strategy of single numbers, all of them exact in it.
    tied : bool
        Whether equal entries within an example are the point.
    """

    name: str
    statement: str
    elements: Callable[[np.dtype[Any]], st.SearchStrategy[float]]
    tied: bool = False


def _eighths(limit: int) -> st.SearchStrategy[float]:
    return st.integers(-8 * limit, 8 * limit).map(lambda eighths: eighths / 8)


def _largest(dtype: np.dtype[Any]) -> float:
    return 1e300 if dtype.itemsize == 8 else 1e30


def _signed(dtype: np.dtype[Any], sizes: Sequence[float]) -> st.SearchStrategy[float]:
    rounded = [float(dtype.type(size)) for size in sizes]
    return st.sampled_from([0.0, *rounded, *(-size for size in rounded)])


def _subnormals(dtype: np.dtype[Any]) -> st.SearchStrategy[float]:
    information = np.finfo(dtype)
    smallest, normal = float(information.smallest_subnormal), float(information.smallest_normal)
    return _signed(dtype, (smallest, 3 * smallest, normal / 2, normal))


MAGNITUDES: tuple[Magnitude, ...] = (
    Magnitude("moderate", "multiples of 1/8 in [−8, 8]", lambda dtype: _eighths(8)),
    Magnitude("ties", "few different values", lambda dtype: _eighths(2), tied=True),
    Magnitude("signed zeros", "0 and −0", lambda dtype: st.sampled_from([0.0, -0.0])),
    Magnitude("large", "0 and ±1000", lambda dtype: _signed(dtype, (1000.0, 88.75, 709.75))),
    Magnitude("huge", "0, ±1e300 (±1e30)", lambda dtype: _signed(dtype, (1.0, _largest(dtype)))),
    Magnitude("subnormal", "0 and the smallest numbers there are", _subnormals),
)


def _magnitude_named(name: str) -> Magnitude:
    table = {magnitude.name: magnitude for magnitude in MAGNITUDES}
    if name not in table:
        raise _unknown("kind of pre-activations", name, table)
    return table[name]


def _unknown(what: str, name: object, table: Any) -> UnknownName:
    close = get_close_matches(str(name), list(table), n=1, cutoff=0.4)
    remedy = f"Did you mean {close[0]!r}?" if close else "Choose one of them."
    return UnknownName(what, repr(name), "one of " + ", ".join(map(repr, table)), remedy)


@st.composite
def pre_activations(
    draw: st.DrawFn,
    shape: ArrayShape,
    dtype: npt.DTypeLike = np.float64,
    *,
    kinds: Sequence[str] | None = None,
) -> Array:
    """Pre-activations a of any finite size: see :data:`MAGNITUDES` for the kinds.

    Shrinks towards zeros, and where the kinds of ``kinds`` serve equally, towards the first.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(pre_activations((2,), kinds=("moderate",)), lambda a: a.sum() > 1)
    array([0.   , 1.125])
    """
    resolved = np.dtype(dtype)
    names = tuple(magnitude.name for magnitude in MAGNITUDES) if kinds is None else tuple(kinds)
    magnitude = _magnitude_named(draw(st.sampled_from(names)))
    elements = magnitude.elements(resolved)
    if magnitude.tied:
        elements = st.sampled_from([draw(elements), draw(elements)])
    return draw(_filled(shape, elements, resolved))


@st.composite
def _filled(
    draw: st.DrawFn, shape: ArrayShape, elements: st.SearchStrategy[float], dtype: npt.DTypeLike
) -> Array:
    """Draw every entry of an array by itself, so that each shrinks by itself."""
    size = int(np.prod(shape))
    values = draw(st.lists(elements, min_size=size, max_size=size))
    return np.array(values, dtype=dtype).reshape(shape)


@st.composite
def _stacked(
    draw: st.DrawFn, shape: ArrayShape, vector: st.SearchStrategy[Array], dtype: npt.DTypeLike
) -> Array:
    """Label vectors of length k, one per example."""
    count = int(np.prod(shape[:-1]))
    rows = draw(st.lists(vector, min_size=count, max_size=count))
    return np.array(rows, dtype=dtype).reshape(shape)


def one_hot_labels(shape: ArrayShape, dtype: npt.DTypeLike = np.float64) -> ArrayStrategy:
    """One label of each example is 1, the others are 0. Shrinks towards the first class."""
    identity = np.eye(shape[-1])
    return _stacked(shape, st.integers(0, shape[-1] - 1).map(lambda hot: identity[hot]), dtype)


def binary_labels(shape: ArrayShape, dtype: npt.DTypeLike = np.float64) -> ArrayStrategy:
    """Each label is 0 or 1, by itself. Shrinks towards 0."""
    return _filled(shape, st.sampled_from([0.0, 1.0]), dtype)


def smoothed_labels(shape: ArrayShape, dtype: npt.DTypeLike = np.float64) -> ArrayStrategy:
    """One-hot labels drawn in from the corners, like 0.9, 0.05, 0.05; each example sums to 1.

    What the hot label gives away, one of 0.1, 0.05, 0.3, is shared equally by the others. Shrinks
    towards the first class and 0.1. For k = 1 there is nothing to give away.
    """
    k = shape[-1]

    def smoothed(given: tuple[int, float]) -> Array:
        hot, away = given
        away = away if k > 1 else 0.0
        vector = np.full(k, away / max(k - 1, 1))
        vector[hot] = 1.0 - away
        return vector

    drawn = st.tuples(st.integers(0, k - 1), st.sampled_from([0.1, 0.05, 0.3]))
    return _stacked(shape, drawn.map(smoothed), dtype)


def smoothed_binary_labels(shape: ArrayShape, dtype: npt.DTypeLike = np.float64) -> ArrayStrategy:
    """Each label is 0.05 or 0.95, by itself. Shrinks towards 0.05."""
    return _filled(shape, st.sampled_from([0.05, 0.95]), dtype)


def simplex_labels(shape: ArrayShape, dtype: npt.DTypeLike = np.float64) -> ArrayStrategy:
    """Soft labels: y ≥ 0, and each example sums to 1 within k ulps.

    Integer weights from 0 to 16, divided by their sum. Shrinks towards the last class alone.
    """
    k = shape[-1]
    weights = st.lists(st.integers(0, 16), min_size=k, max_size=k)
    positive = weights.map(lambda drawn: drawn if any(drawn) else [*drawn[:-1], 1])
    return _stacked(shape, positive.map(lambda drawn: np.array(drawn) / sum(drawn)), dtype)


def unit_interval_labels(shape: ArrayShape, dtype: npt.DTypeLike = np.float64) -> ArrayStrategy:
    """Labels in [0, 1], both ends included: multiples of 1/16. Shrinks towards 0."""
    return _filled(shape, st.integers(0, 16).map(lambda part: part / 16), dtype)


def real_labels(shape: ArrayShape, dtype: npt.DTypeLike = np.float64) -> ArrayStrategy:
    """Labels in ℝ: multiples of 1/8 in [−8, 8]. Shrinks towards 0."""
    return _filled(shape, _eighths(8), dtype)


def nonnegative_labels(shape: ArrayShape, dtype: npt.DTypeLike = np.float64) -> ArrayStrategy:
    """Labels ≥ 0: multiples of 1/8 up to 8, as for counts and rates. Shrinks towards 0."""
    return _filled(shape, st.integers(0, 64).map(lambda part: part / 8), dtype)


@st.composite
def _outside_unit_interval(draw: st.DrawFn, shape: ArrayShape, dtype: npt.DTypeLike) -> Array:
    values = draw(unit_interval_labels(shape, dtype))
    place = draw(st.integers(0, values.size - 1))
    values.flat[place] = draw(st.sampled_from([2.0, -1.0, 1.125, -0.125]))
    return values


@st.composite
def _outside_simplex(draw: st.DrawFn, shape: ArrayShape, dtype: npt.DTypeLike) -> Array:
    """Either a sum other than 1, or (for k ≥ 2) a negative label in an example that sums to 1."""
    values = draw(simplex_labels(shape, dtype)).reshape(-1, shape[-1])
    row = values[draw(st.integers(0, len(values) - 1))]
    if shape[-1] == 1 or draw(st.booleans()):
        row *= draw(st.sampled_from([2.0, 0.5, 0.0, 1.125]))
    else:
        place = draw(st.integers(0, shape[-1] - 1))
        row[:] = 0.0
        row[place], row[place - 1] = -0.5, 1.5
    return values.reshape(shape)


LabelMaker: TypeAlias = Callable[[ArrayShape, npt.DTypeLike], ArrayStrategy]


def _sums_to_one(y: Array) -> bool:
    ulp = float(np.finfo(y.dtype).eps)
    sums = y.sum(axis=-1, dtype=np.float64)
    return bool(np.all(y >= 0) and np.all(np.abs(sums - 1) <= 4 * y.shape[-1] * ulp))


@dataclass(frozen=True)
class LabelDomain:
    """A set that label vectors belong to.

    Attributes
    ----------
    name : str
    statement : str
        The set, as a formula.
    makers : tuple of callable
        Each takes (shape, dtype) and gives a strategy; together they visit the corners and the
        inside of the domain. The simplest comes first, since shrinking ends there.
    contains : callable
        Whether all the label vectors of an array (..., k) belong to it.
    invalid : callable or None
        A maker of labels outside the domain; None where every finite vector belongs to it.

    Examples
    --------
    >>> from hypothesis import find
    >>> spins = LabelDomain(
    ...     "spins", "{−1, 1}ᵏ", (lambda shape, dtype: binary_labels(shape, dtype).map(
    ...         lambda y: 2 * y - 1),), lambda y: bool((abs(y) == 1).all()))
    >>> find(labels(spins, (2,)), lambda y: True)
    array([-1., -1.])
    """

    name: str
    statement: str
    makers: tuple[LabelMaker, ...]
    contains: Callable[[Array], bool]
    invalid: LabelMaker | None = None


DOMAINS: MappingProxyType[str, LabelDomain] = MappingProxyType(
    {
        domain.name: domain
        for domain in (
            LabelDomain("real", "ℝᵏ", (real_labels,), lambda y: bool(np.all(np.isfinite(y)))),
            LabelDomain(
                "unit interval",
                "[0, 1]ᵏ",
                (binary_labels, smoothed_binary_labels, unit_interval_labels),
                lambda y: bool(np.all((y >= 0) & (y <= 1))),
                _outside_unit_interval,
            ),
            LabelDomain(
                "simplex",
                "y ≥ 0, Σᵢ yᵢ = 1",
                (one_hot_labels, smoothed_labels, simplex_labels),
                _sums_to_one,
                _outside_simplex,
            ),
        )
    }
)


def domain_named(domain: str | LabelDomain) -> LabelDomain:
    """Return the record of a domain; a record stands for itself.

    Raises
    ------
    UnknownName
        With the nearest name.

    Examples
    --------
    >>> domain_named("simplex").statement
    'y ≥ 0, Σᵢ yᵢ = 1'
    """
    if isinstance(domain, LabelDomain):
        return domain
    if domain not in DOMAINS:
        raise _unknown("domain", domain, DOMAINS)
    return DOMAINS[domain]


def labels(
    domain: str | LabelDomain, shape: ArrayShape, dtype: npt.DTypeLike = np.float64
) -> ArrayStrategy:
    """Labels of every kind that a domain has.

    Shrinks towards the domain's first kind: zeros for ``"real"`` and ``"unit interval"``, the first
    class for ``"simplex"``.

    Raises
    ------
    UnknownName
        For a domain that is neither in :data:`DOMAINS` nor a :class:`LabelDomain`.
    """
    return st.one_of([maker(shape, dtype) for maker in domain_named(domain).makers])


def invalid_labels(
    domain: str | LabelDomain, shape: ArrayShape, dtype: npt.DTypeLike = np.float64
) -> ArrayStrategy:
    """Finite labels that lie outside a domain, by far more than rounding.

    Shrinks towards a valid array with one example spoiled.

    Raises
    ------
    InvalidLabels
        Where there are none: for ``"real"``, and for a shape without entries.
    """
    record = domain_named(domain)
    if record.invalid is None or 0 in shape:
        reason = "an array without entries" if 0 in shape else f"the domain {record.name!r}"
        raise InvalidLabels(
            "invalid_labels",
            reason,
            "a domain that some finite labels lie outside of, and at least one label",
            "Every finite array of this shape is valid.",
        )
    return record.invalid(shape, dtype)


@st.composite
def layers(
    draw: st.DrawFn,
    domain: str | LabelDomain = "simplex",
    dtype: npt.DTypeLike = np.float64,
    *,
    shape: Shape | None = None,
) -> Layer:
    """W (k, d), h (..., d) and y (..., k) that belong together, of moderate size.

    Shrinks towards a single example with k = d = 1, W = 0, h = 0 and the simplest label.
    """
    chosen = draw(shapes()) if shape is None else shape
    return Layer(
        draw(_filled(chosen.weights, _eighths(2), dtype)),
        draw(_filled(chosen.hidden, _eighths(2), dtype)),
        draw(labels(domain, chosen.output, dtype)),
    )


def _strided(array: Array) -> Array:
    spread = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    spread[..., ::2] = array
    return spread[..., ::2]


def _read_only(array: Array) -> Array:
    copied = array.copy()
    copied.flags.writeable = False
    return copied


_LAYOUTS: tuple[Callable[[Array], Array], ...] = (
    lambda array: array.copy(order="C"),
    lambda array: array.copy(order="F"),
    _strided,
    lambda array: array[..., ::-1].copy()[..., ::-1],
    lambda array: array[::-1].copy()[::-1],
    _read_only,
)


def layouts(array: Array) -> ArrayStrategy:
    """Lay out the same values, shape and dtype in another memory layout.

    C order, Fortran order, strided, with negative strides along the last or the first axis, and
    read-only. Shrinks towards C order; an array without axes is copied or read-only.
    """
    suitable = _LAYOUTS if array.ndim else (_LAYOUTS[0], _read_only)
    return st.sampled_from(suitable).map(lambda layout: layout(array))
