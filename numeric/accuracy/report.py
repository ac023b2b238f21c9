"""The instrument: the errors of any function, in units of the last place of its results."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from statistics import median
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from numeric.accuracy.references import PairReference, named, pair_reference
from numeric.arguments import Arguments, Array, read_arguments
from numeric.errors import NotFinite, ShapeMismatch, UnsupportedType

__all__ = ["AccuracyReport", "PartAccuracy", "Place", "accuracy_report"]

Reference: TypeAlias = Callable[..., Any]
Conditioning: TypeAlias = Callable[..., Any]

_DISCERNIBLE = 4.0  # A 0 is lost where the true value is more than this many units of conditioning.


@dataclass(frozen=True)
class _Format:
    """A floating-point format: its name and its bounds, as numbers of mpmath.

    Attributes
    ----------
    roundoff : mpf
        u, half of the distance from 1 to the next number.
    smallest, normal : mpf
        The smallest positive number and the smallest normal one.
    overflow, limit : mpf
        The least size that rounds to infinity, and the first power of two that is too large.
    """

    name: str
    lowest_exponent: int
    fraction_bits: int
    roundoff: Any
    smallest: Any
    normal: Any
    overflow: Any
    limit: Any

    def ulp(self, mp: Any, exact: Any) -> Any:
        """Return the distance of neighbouring numbers, as if exponents had no upper limit."""
        if mp.isinf(exact):
            return self.limit
        exponent = int(mp.frexp(exact)[1]) - 1 if exact else self.lowest_exponent
        return mp.ldexp(1, max(exponent, self.lowest_exponent) - self.fraction_bits)

    def error(self, mp: Any, got: float, exact: Any, unit: Any) -> float:
        """Return |got − exact| / unit."""
        if math.isfinite(got):
            return float(abs(mp.mpf(got) - exact) / unit)
        if math.isnan(got) or abs(exact) < self.overflow or (exact > 0) != (got > 0):
            return math.inf
        return float(max(self.limit - abs(exact), 0) / unit)

    def is_lost(self, got: float, exact: Any, unit: Any | None) -> bool:
        """Whether a normal number became 0, inf or nan; ``unit`` is None without conditioning."""
        if not self.normal <= abs(exact) < self.overflow:
            return False
        if got == 0.0:
            return unit is None or bool(abs(exact) > _DISCERNIBLE * unit)
        return not math.isfinite(got)


@cache
def _format_of(dtype: np.dtype[Any]) -> _Format:
    from mpmath import mp

    if dtype.type not in (np.float16, np.float32, np.float64):
        raise UnsupportedType(
            "function",
            f"a result of dtype {dtype}",
            "float64, float32 or float16",
            "Return floats: their units in the last place are what is counted.",
        )
    information = np.finfo(dtype)
    bits, lowest = int(information.nmant), int(information.minexp)
    largest, limit = mp.mpf(float(information.max)), mp.ldexp(1, int(information.maxexp))
    return _Format(
        name=dtype.name,
        lowest_exponent=lowest,
        fraction_bits=bits,
        roundoff=mp.ldexp(1, -bits - 1),
        smallest=mp.ldexp(1, lowest - bits),
        normal=mp.ldexp(1, lowest),
        overflow=mp.ldexp(mp.fadd(largest, limit, exact=True), -1),
        limit=limit,
    )


@dataclass(frozen=True)
class Place:
    """One entry of a result beside its true value.

    Attributes
    ----------
    input : int
        Which of the inputs, counted from 0.
    index : tuple of int
        Where in the result; () for a number.
    got : float
        The result.
    exact : str
        The true value, to 20 digits.
    """

    input: int
    index: tuple[int, ...]
    got: float
    exact: str

    def __str__(self) -> str:
        entry = f", entry [{', '.join(map(str, self.index))}]" if self.index else ""
        return f"input {self.input}{entry}: got {self.got!r}, exactly {self.exact}"


@dataclass(frozen=True)
class PartAccuracy:
    """How accurate one part of a function's results is, over all inputs.

    Attributes
    ----------
    name : str
        Which part, as ``"gradient"``.
    dtype : str
        The dtype of the results; several are separated by commas.
    unit : str
        What errors are counted in: ``"ulp"``, or ``"u·scale"`` where conditioning is allowed for.
    entries : int
        How many numbers were compared.
    worst, median : float
        The errors; inf where a result is nan, or infinite and should not be.
    where : Place
        The entry with the worst error, the first one if there are several.
    lost : int
        How many results are 0, inf or nan where the true value is a normal number. With
        conditioning, 0 counts only where the true value is more than 4 units.
    first_lost : Place or None
    """

    name: str
    dtype: str
    unit: str
    entries: int
    worst: float
    median: float
    where: Place
    lost: int
    first_lost: Place | None


@dataclass(frozen=True)
class AccuracyReport:
    """What :func:`accuracy_report` measured.

    Attributes
    ----------
    parts : tuple of PartAccuracy
        One for each part of the results, in order.
    inputs : int
        How many inputs the function was called with.
    warnings : tuple of (str, int)
        The floating-point warnings it raised, and how often each.
    """

    parts: tuple[PartAccuracy, ...]
    inputs: int
    warnings: tuple[tuple[str, int], ...]

    @property
    def lost(self) -> int:
        """How many results were lost, of all parts."""
        return sum(part.lost for part in self.parts)

    def part(self, name: str) -> PartAccuracy:
        """Return a part by its name.

        Raises
        ------
        UnknownName
            If there is no such part.
        """
        found: PartAccuracy = named("part", name, {part.name: part for part in self.parts})
        return found

    def __str__(self) -> str:
        head = ("part", "dtype", "unit", "entries", "worst", "median", "lost")
        rows = [
            (
                part.name,
                part.dtype,
                part.unit,
                str(part.entries),
                f"{part.worst:.3g}",
                f"{part.median:.3g}",
                str(part.lost),
            )
            for part in self.parts
        ]
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (head, *rows)
        ]
        for part in self.parts:
            lines.append(f"worst {part.name}: {part.where}")
            if part.first_lost is not None:
                lines.append(f"first lost {part.name}: {part.first_lost}")
        lines += [f"warning ({times} ×): {message}" for message, times in self.warnings]
        return "\n".join(lines)


@dataclass
class _Tally:
    """The errors of one part while they are being collected."""

    name: str
    dtypes: set[str] = field(default_factory=set)
    unit: str = "ulp"
    errors: list[float] = field(default_factory=list)
    worst: float = -1.0
    where: tuple[int, tuple[int, ...], float, Any] | None = None
    lost: int = 0
    first_lost: Place | None = None

    def add(self, error: float, lost: bool, place: tuple[int, tuple[int, ...], float, Any]) -> None:
        self.errors.append(error)
        if error > self.worst:
            self.worst, self.where = error, place
        if lost:
            self.lost += 1
            self.first_lost = self.first_lost or _place(place)

    def result(self) -> PartAccuracy:
        if self.where is None:
            raise ShapeMismatch(
                "inputs",
                f"nothing to compare for {self.name}",
                "at least one entry",
                "Give inputs that are not empty: what measures nothing shows nothing.",
            )
        return PartAccuracy(
            self.name,
            ", ".join(sorted(self.dtypes)),
            self.unit,
            len(self.errors),
            self.worst,
            median(self.errors),
            _place(self.where),
            self.lost,
            self.first_lost,
        )


def _place(place: tuple[int, tuple[int, ...], float, Any]) -> Place:
    from mpmath import mp

    number, index, got, exact = place
    return Place(number, index, got, _digits(mp, exact))


def _digits(mp: Any, exact: Any) -> str:
    """Return 20 digits, or the power of ten where the exponent itself has too many."""
    if not mp.isfinite(exact) or not exact or abs(mp.mag(exact)) < 10**6:
        return str(mp.nstr(exact, 20))
    return f"{'-' if exact < 0 else ''}10^({mp.nstr(mp.log10(abs(exact)), 6)})"


def accuracy_report(
    function: Callable[..., Any],
    reference: Reference | PairReference | str,
    inputs: Iterable[Any],
    *,
    conditioning: bool | Conditioning = False,
    names: Sequence[str] | None = None,
    digits: int = 60,
) -> AccuracyReport:
    """Measure the errors of a function in units of the last place of its own results.

    The error of a result r, where t is the true value, is |r − t| / ulp(t); ulp(t) is the distance
    of neighbouring numbers of the result's dtype at t, never less than the smallest subnormal.
    Above the largest number exponents are continued, and inf stands for the first power of two
    that is too large.

    Parameters
    ----------
    function : callable
        Takes the arrays of an input and returns a number, an array, or a tuple of these: its
        *parts*. float64, float32 and float16 are measured, each in its own units.
    reference : callable, PairReference or str
        The same function of mpmath numbers: an array is handed over as nested tuples of ``mpf``,
        which can be hashed, so that ``functools.cache(reference)`` serves several reports. Or the
        name of a pair in :data:`PAIRS`, for functions of (a, y) with the parts loss and gradient,
        each example by itself, as in ``value_and_grad(a, y, reduction="none")``.
    inputs : iterable
        Arrays, or tuples of arrays for a function of several arguments.
    conditioning : bool or callable
        Where a result is a difference of nearly equal terms, the rounding of the terms is all
        that can be asked for. A callable takes u, the unit roundoff of the result's dtype, and
        the numbers that ``reference`` takes, and returns the size of the terms in the shape of
        the result: the error is then |r − t| / (u · size). ``None`` for a part counts it in ulps.
        ``True`` takes the sizes of the pair: for the gradient of softmax with cross-entropy,
        r ŷᵢ + yᵢ with r = Σⱼ yⱼ.
    names : sequence of str, optional
        The names of the parts.
    digits : int
        The decimal digits that a callable reference works with. Whatever cancels within it is its
        own affair: give enough of them. A pair chooses its own from the range of its input.

    Returns
    -------
    AccuracyReport

    Raises
    ------
    ShapeMismatch
        Where the function and the reference return different shapes, or nothing is compared.
    UnsupportedType
        For a result that has no units in the last place.
    NotFinite
        For a reference that is not a number.
    UnknownName
        For a pair that is not in the table.

    Examples
    --------
    >>> import mpmath, numpy
    >>> report = accuracy_report(lambda x: numpy.exp(x) - 1, mpmath.expm1, [1e-20, 1e-9, 1.0])
    >>> report.lost, report.part("result").worst > 1e6
    (1, True)
    >>> print(accuracy_report(lambda x: x + 2 * numpy.spacing(x), lambda x: x, [1.0, 3.0]))
    part    dtype    unit  entries  worst  median  lost
    result  float64  ulp   2        2      2       0
    worst result: input 0: got 1.0000000000000004, exactly 1.0
    """
    source = _Source.of(reference, conditioning, digits)
    tallies: list[_Tally] = []
    caught: Counter[str] = Counter()
    calls = 0
    for calls, given in enumerate(inputs, start=1):
        arguments = read_arguments(given)
        results = _parts_of(_observed(function, arguments, caught))
        if not tallies:
            tallies = [_Tally(name) for name in _names_of(results, names, source)]
        _compare(results, source, arguments, tallies, calls - 1)
    if not tallies:
        raise ShapeMismatch("inputs", "none", "at least one input", "Give some.")
    parts = tuple(tally.result() for tally in tallies)
    return AccuracyReport(parts, calls, tuple(sorted(caught.items())))


@dataclass(frozen=True)
class _Source:
    """Where true values and the sizes of their terms come from."""

    reference: Reference
    conditioning: Conditioning | None
    digits: int
    names: tuple[str, ...] | None

    @classmethod
    def of(
        cls,
        reference: Reference | PairReference | str,
        conditioning: bool | Conditioning,
        digits: int,
    ) -> _Source:
        pair = pair_reference(reference) if isinstance(reference, str) else reference
        own = pair.sizes if isinstance(pair, PairReference) else None
        if conditioning is True and own is None:
            raise UnsupportedType(
                "conditioning",
                "True",
                "a callable, as the reference is one",
                "Give the sizes of the terms, or name a pair as the reference.",
            )
        sizes = conditioning if callable(conditioning) else own if conditioning else None
        return cls(pair, sizes, digits, ("loss", "gradient") if own is not None else None)


def _observed(function: Callable[..., Any], arguments: Arguments, caught: Counter[str]) -> Any:
    """Call a function under NumPy's ordinary settings and count its floating-point warnings."""
    copies = [argument.copy() for argument in arguments]
    with (
        np.errstate(divide="warn", over="warn", invalid="warn", under="ignore"),
        warnings.catch_warnings(record=True) as record,
    ):
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", RuntimeWarning)
        result = function(*copies)
    caught.update(str(warning.message) for warning in record)
    return result


def _parts_of(result: Any) -> list[Array]:
    parts = result if isinstance(result, tuple) else (result,)
    return [np.asarray(part) for part in parts]


def _names_of(
    results: Sequence[Array], names: Sequence[str] | None, source: _Source
) -> Sequence[str]:
    count = len(results)
    default = ("result",) if count == 1 else tuple(f"part {number}" for number in range(count))
    chosen = tuple(names) if names is not None else source.names or default
    if len(chosen) != count:
        raise ShapeMismatch(
            "function",
            f"{count} parts",
            f"{len(chosen)}: {', '.join(chosen)}",
            "Return a tuple with one array for each part.",
        )
    return chosen


def _compare(
    results: Sequence[Array],
    source: _Source,
    arguments: Arguments,
    tallies: Sequence[_Tally],
    number: int,
) -> None:
    """Add the errors at one input to the tallies."""
    from mpmath import mp

    formats = [_format_of(result.dtype) for result in results]
    with mp.workdps(source.digits):
        numbers = [_numbers(mp, argument) for argument in arguments]
        exact = _matching(source.reference(*numbers), results, "reference")
        sizes: list[Any] = [None] * len(results)
        if source.conditioning is not None:
            roundoff = formats[-1].roundoff
            sizes = _matching(source.conditioning(roundoff, *numbers), results, "conditioning")
        for part, (result, tally) in enumerate(zip(results, tallies, strict=True)):
            tally.dtypes.add(formats[part].name)
            tally.unit = "ulp" if sizes[part] is None else "u·scale"
            _compare_part(result, formats[part], exact[part], sizes[part], tally, number)


def _numbers(mp: Any, array: Any) -> Any:
    """Return an array as an ``mpf``, or as nested tuples of them."""
    if array.ndim == 0:
        return mp.mpf(float(array))
    return tuple(_numbers(mp, row) for row in array)


def _matching(values: Any, results: Sequence[Array], what: str) -> list[Any]:
    """Return the true values part by part, each as an object array of the shape of the result."""
    parts = [values] if len(results) == 1 and not _is_single(values) else list(values)
    if len(parts) != len(results):
        raise ShapeMismatch(
            what, f"{len(parts)} parts", f"{len(results)}, as the function returns", "Return both."
        )
    return [
        None if part is None else _shaped(part, result.shape, what)
        for part, result in zip(parts, results, strict=True)
    ]


def _is_single(values: Any) -> bool:
    """Whether a lone part came wrapped in a tuple of its own."""
    return isinstance(values, tuple) and len(values) == 1 and isinstance(values[0], list | tuple)


def _shaped(values: Any, shape: tuple[int, ...], what: str) -> npt.NDArray[np.object_]:
    array = np.empty(shape, dtype=object)
    given = np.asarray(values, dtype=object)
    if given.shape != shape:
        raise ShapeMismatch(
            what, f"shape {given.shape}", f"shape {shape}, as the function returns", "Match them."
        )
    array[...] = given
    return array


def _compare_part(
    result: Array,
    form: _Format,
    exact: npt.NDArray[np.object_],
    sizes: npt.NDArray[np.object_] | None,
    tally: _Tally,
    number: int,
) -> None:
    from mpmath import mp

    for index in np.ndindex(result.shape):
        got, true = float(result[index]), mp.mpf(exact[index])
        if mp.isnan(true):
            raise NotFinite(
                "reference",
                f"nan at input {number}, entry {list(index)}",
                "a number",
                "Leave out inputs at which the function has no value.",
            )
        allowed = None if sizes is None else max(form.roundoff * sizes[index], form.smallest)
        error = form.error(mp, got, true, form.ulp(mp, true) if allowed is None else allowed)
        tally.add(error, form.is_lost(got, true, allowed), (number, index, got, true))
