"""Check anyone's gradient against differences of the function it should belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Any, TypeAlias

import numpy as np

from numeric.arguments import Arguments, Array, Line, ScalarFunction, read_arguments
from numeric.differences import Difference, line_difference
from numeric.errors import GradientMismatch, NotFinite, ShapeMismatch, UnsupportedType

__all__ = ["Entry", "Fault", "GradientReport", "check_gradient"]

GradientFunction: TypeAlias = Callable[..., Any]

_SMALL = 256  # Up to this many entries each one is checked by itself.
_AFFORDABLE = 2048  # Up to this many, if random directions meet kinks and so say little.
_DIRECTIONS = 16
_PROBE = 2.0**-6  # How far, in max(1, |x|), the gradient is probed for its steepness.
_DEVIATIONS = 6.0  # By Hoeffding's inequality signs exceed this many with probability 3e-8.
_INFORMATIVE = 1e-3


@dataclass(frozen=True)
class Entry:
    """One entry of a gradient, or its product with one direction, against its difference.

    Attributes
    ----------
    argument : int or None
        Which argument the entry belongs to; None for a direction through many entries.
    index : tuple of int or None
        Where in that argument; None for a direction.
    expected : Difference
        The derivative by differences, with its bound.
    got : float
        What the gradient says.
    tolerance : float
        What the rounding of the gradient itself may amount to, beside ``expected.bound``.
    verdict : str
        ``"agrees"``; ``"wrong"``; ``"kink"``, where the slopes on the two sides differ and the
        gradient lies between them (or, along a direction through several kinks, no entry of it
        is wrong); ``"undecided"``, where the difference says too little, its bound being above
        10⁻³ of max(1, its value).
    """

    argument: int | None
    index: tuple[int, ...] | None
    expected: Difference
    got: float
    tolerance: float
    verdict: str

    @property
    def excess(self) -> float:
        """The error in units of what is allowed; above 1 it is wrong."""
        error = abs(self.got - self.expected.value)
        allowed = self.expected.bound + self.tolerance
        if not isfinite(allowed) or error == 0.0:
            return 0.0
        return error / allowed if allowed > 0.0 else inf

    def __str__(self) -> str:
        place = "along a direction" if self.index is None else _place(self.argument, self.index)
        position = ""
        if self.expected.kink:
            inside = self.expected.covers(self.got, self.tolerance)
            position = ", inside" if inside else ", outside"
        return f"{place}: expected {self.expected}, got {self.got:.16g}{position}"


@dataclass(frozen=True)
class Fault:
    """A gradient that cannot be compared at all: a wrong shape, or entries that aren't finite."""

    argument: int
    message: str

    def __str__(self) -> str:
        return f"argument {self.argument}: {self.message}"


def _place(argument: int | None, index: tuple[int, ...]) -> str:
    inside = ", ".join(map(str, index))
    return f"argument {argument}, entry [{inside}]" if index else f"argument {argument}"


@dataclass(frozen=True)
class GradientReport:
    """What :func:`check_gradient` found.

    Attributes
    ----------
    checked : int
        How many entries or directions were compared and decided, kinks included.
    directions : bool
        Whether random directions were compared, instead of each entry.
    arguments : tuple of int
        The arguments by which the function was differentiated.
    worst : Entry or None
        The comparison with the largest error in units of what is allowed, right or wrong.
    failures : tuple of Entry
        Those that are wrong.
    faults : tuple of Fault
        Wrong shapes and entries that aren't finite.
    kinks : tuple of Entry
        Those at a kink, with the gradient between the slopes on the two sides.
    undecided : tuple of Entry
        Those where the differences say too little to decide.
    """

    checked: int
    directions: bool
    arguments: tuple[int, ...]
    worst: Entry | None
    failures: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    kinks: tuple[Entry, ...]
    undecided: tuple[Entry, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong, and nothing that should have been compared was undecided."""
        return not (self.failures or self.faults or self.undecided)

    def _headline(self) -> str:
        unit = "direction" if self.directions else "entry"
        units = "directions" if self.directions else "entries"
        counted = f"{self.checked} {unit if self.checked == 1 else units} checked"
        if self.ok and not self.checked:
            return "nothing to check: the gradient has no entries"
        if self.ok:
            return f"gradient agrees: {counted}"
        if self.failures or self.faults:
            return f"gradient is wrong: {counted}, {len(self.failures)} wrong"
        return f"gradient not established: {counted}, {len(self.undecided)} undecided"

    def __str__(self) -> str:
        lines = [self._headline()]
        lines += [f"  {fault}" for fault in self.faults]
        if self.worst is not None:
            lines.append(f"  worst: {self.worst}")
        for name, entries in (("kink", self.kinks), ("undecided", self.undecided)):
            lines += [f"  {name}: {entry}" for entry in entries[:3]]
            if len(entries) > 3:
                lines.append(f"  and {len(entries) - 3} more of this kind")
        return "\n".join(lines)

    def raise_if_wrong(self) -> None:
        """Raise :class:`~numeric.errors.GradientMismatch` with this report unless it is ok."""
        if not self.ok:
            raise GradientMismatch(str(self))


@dataclass(frozen=True)
class _Comparison:
    """The function in float64, the gradient in the caller's dtypes, and the error allowed to it."""

    function: ScalarFunction
    arguments: Arguments
    gradient: tuple[Array | None, ...]
    tolerance: tuple[Array | None, ...]

    def compare(self, direction: Arguments) -> Entry:
        """Compare the gradient's product with a direction to the difference along it."""
        got, squares = 0.0, 0.0
        for part, gradient, tolerance in zip(direction, self.gradient, self.tolerance, strict=True):
            if gradient is not None and tolerance is not None:
                got += float(np.vdot(part, gradient))
                squares += float(np.sum((part * tolerance) ** 2))
        moved = sum(int(np.count_nonzero(part)) for part in direction)
        allowed = float(np.sqrt(squares)) * (_DEVIATIONS if moved > 1 else 1.0)
        expected = line_difference(Line(self.function, self.arguments, direction))
        return Entry(None, None, expected, got, allowed, _verdict(expected, got, allowed))

    def entry(self, argument: int, index: tuple[int, ...]) -> Entry:
        """One entry, compared along its coordinate direction."""
        direction = tuple(np.zeros(given.shape) for given in self.arguments)
        direction[argument][index] = 1.0
        return replace(self.compare(direction), argument=argument, index=index)

    def places(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Every entry of the gradient, in order."""
        for argument, gradient in enumerate(self.gradient):
            if gradient is not None:
                for index in np.ndindex(gradient.shape):
                    yield argument, index

    def suspect(self, direction: Arguments) -> Entry | None:
        """Find a wrong entry of a direction that fails, by halving the set of its entries.

        Where the parts are right although the whole is not, a part with a kink, if any: relu(x) −
        relu(y) has no kink along (1, 1), and the slope 0, whatever is right for its parts.
        """
        places = [
            (argument, index)
            for argument, index in self.places()
            if direction[argument][index] != 0.0
        ]
        while len(places) > 1:
            middle = len(places) // 2
            halves = places[:middle], places[middle:]
            entries = [self.compare(_restricted(direction, half)) for half in halves]
            side = max((0, 1), key=lambda number: entries[number].excess)
            if entries[side].verdict != "wrong":
                return next((entry for entry in entries if entry.verdict == "kink"), None)
            places = halves[side]
        return self.entry(*places[0])


def _restricted(direction: Arguments, places: list[tuple[int, tuple[int, ...]]]) -> Arguments:
    kept = tuple(np.zeros(part.shape) for part in direction)
    for argument, index in places:
        kept[argument][index] = direction[argument][index]
    return kept


def _verdict(expected: Difference, got: float, tolerance: float) -> str:
    if not expected.informative:
        return "undecided"
    if not expected.covers(got, tolerance):
        return "wrong"
    if expected.kink:
        return "kink"
    scale = max(1.0, abs(expected.value))
    return "agrees" if expected.bound <= _INFORMATIVE * scale else "undecided"


def _gradients_at(gradient: GradientFunction, arguments: Arguments) -> tuple[Array | None, ...]:
    """Return what the gradient returns, one array or None per argument."""
    with np.errstate(all="ignore"):
        result = gradient(*(argument.copy() for argument in arguments))
    parts = result if isinstance(result, tuple) else (result,)
    if len(parts) > len(arguments):
        raise ShapeMismatch(
            "gradient",
            f"{len(parts)} arrays",
            f"at most {len(arguments)}, one per argument",
            "Return None for an argument that is not differentiated by.",
        )
    arrays = tuple(
        None if part is None else _real_array(part, position) for position, part in enumerate(parts)
    )
    if all(array is None for array in arrays):
        raise UnsupportedType(
            "gradient", "None for every argument", "an array for one of them", "Return a gradient."
        )
    for position, array in enumerate(arrays):
        if array is not None and arguments[position].dtype.kind != "f":
            raise UnsupportedType(
                f"argument {position}",
                f"dtype {arguments[position].dtype}",
                "a floating dtype, since the gradient differentiates by it",
                "Convert it with argument.astype(numpy.float64), or return None for it.",
            )
    return arrays + (None,) * (len(arguments) - len(arrays))


def _real_array(part: object, position: int) -> Array:
    try:
        array: Array = np.array(part)
    except ValueError as error:
        raise ShapeMismatch(
            f"gradient {position}", repr(part), "a rectangular array", "Make its rows equally long."
        ) from error
    if array.dtype.kind not in "buif":
        raise UnsupportedType(
            f"gradient {position}",
            f"{part!r} of dtype {array.dtype}",
            "an array of real numbers",
            "Return NumPy arrays of float32 or float64.",
        )
    return array


def _faults(gradient: tuple[Array | None, ...], arguments: Arguments) -> tuple[Fault, ...]:
    found = []
    for position, (array, argument) in enumerate(zip(gradient, arguments, strict=True)):
        if array is None:
            continue
        if array.shape != argument.shape:
            found.append(
                Fault(position, f"gradient of shape {array.shape}, expected {argument.shape}")
            )
        elif not np.all(np.isfinite(array)):
            index = tuple(int(axis[0]) for axis in np.nonzero(~np.isfinite(np.atleast_1d(array))))
            inside = ", ".join(map(str, index[: array.ndim]))
            value = np.atleast_1d(array)[index]
            found.append(Fault(position, f"gradient entry [{inside}] is {value}"))
    return tuple(found)


def _rounding_of(
    gradient: GradientFunction,
    arguments: Arguments,
    values: tuple[Array | None, ...],
    ulps: float,
    generator: np.random.Generator,
) -> tuple[Array | None, ...]:
    """Bound what the rounding of every entry may amount to.

    ``ulps`` machine epsilons of the entry plus of its *steepness*: how much it changes per
    displacement of all the arguments by max(1, |x|). An entry like ŷ − y is rounded in proportion
    to what cancels in it, and that is what moves it. The steepness is probed far away from the
    point, so that a gradient that is wrong at the point alone cannot pay for its own fault.
    """
    steepness = [0.0 if value is None else np.zeros(value.shape) for value in values]
    for _ in range(2):
        probed = _probe(gradient, arguments, generator)
        for position, (value, other) in enumerate(zip(values, probed, strict=True)):
            if value is not None and other is not None and other.shape == value.shape:
                change = np.abs(other.astype(np.float64) - value) / _PROBE
                change = np.where(np.isfinite(change), change, 0.0)
                steepness[position] = np.maximum(steepness[position], change)
    return tuple(
        None
        if value is None
        else ulps * _epsilon(value, argument) * (np.abs(value.astype(np.float64)) + steep)
        for value, argument, steep in zip(values, arguments, steepness, strict=True)
    )


def _probe(
    gradient: GradientFunction, arguments: Arguments, generator: np.random.Generator
) -> tuple[Array | None, ...]:
    displaced = tuple(
        argument
        if argument.dtype.kind != "f"
        else (
            argument
            + _PROBE
            * np.maximum(np.abs(argument), 1.0)
            * generator.choice((-1.0, 1.0), size=argument.shape)
        ).astype(argument.dtype)
        for argument in arguments
    )
    try:
        return _gradients_at(gradient, displaced)
    except (ArithmeticError, ValueError):  # The probe left the domain: it says nothing.
        return (None,) * len(arguments)


def _epsilon(value: Array, argument: Array) -> float:
    dtypes = [array.dtype for array in (value, argument) if array.dtype.kind == "f"]
    return max(float(np.finfo(dtype).eps) for dtype in dtypes)


def _widened(function: ScalarFunction, arguments: Arguments) -> Arguments:
    """Cast the arguments to float64 where the function accepts that, for sharper differences."""
    widened = tuple(
        argument.astype(np.float64) if argument.dtype.kind == "f" else argument
        for argument in arguments
    )
    if all(wide.dtype == given.dtype for wide, given in zip(widened, arguments, strict=True)):
        return arguments
    try:
        with np.errstate(all="ignore"):
            function(*(argument.copy() for argument in widened))
    except (TypeError, ValueError):
        return arguments
    return widened


def _directions(
    comparison: _Comparison, count: int, generator: np.random.Generator
) -> Iterator[Arguments]:
    for _ in range(count):
        yield tuple(
            np.zeros(argument.shape)
            if gradient is None
            else generator.choice((-1.0, 1.0), size=argument.shape)
            for argument, gradient in zip(comparison.arguments, comparison.gradient, strict=True)
        )


def _compare_directions(comparison: _Comparison, directions: Iterator[Arguments]) -> list[Entry]:
    """Compare every direction; a failing one is replaced by the wrong entry it leads to."""
    entries = []
    named = False
    for direction in directions:
        entry = comparison.compare(direction)
        if entry.verdict == "wrong" and not named:
            culprit = comparison.suspect(direction)
            if culprit is not None and culprit.verdict == "wrong":
                named, entry = True, culprit
            elif culprit is not None and culprit.verdict == "kink":
                entry = replace(entry, verdict="kink")
        entries.append(entry)
    return entries


def check_gradient(
    function: ScalarFunction,
    gradient: GradientFunction,
    *,
    at: object,
    seed: int = 0,
    directions: int | None = None,
    ulps: float = 16.0,
) -> GradientReport:
    r"""Check that ``gradient`` is the gradient of ``function`` at one point.

    For each direction v of a set, the sum :math:`\sum_i g_i v_i` over the gradient's entries is
    compared with the derivative along v by :func:`numeric.differences.central_difference`. There is
    no tolerance to guess: what is allowed is the bound of that difference plus the rounding
    of the gradient, ``ulps`` machine epsilons of its dtype.

    Up to 256 entries, every coordinate direction is taken. Beyond, random directions of signs ±1:
    any error e ≠ 0 shows along such a direction with probability at least ½, so it escapes all
    sixteen with at most 2⁻¹⁶, and a single wrong entry never does. A failing direction is halved
    until the wrong entry is named. A direction through kinks says little, since the slopes on its
    two sides grow apart with their number; where one is met and there are at most 2048 entries,
    each of them is checked by itself after all.

    Parameters
    ----------
    function : callable
        ``function(*at)`` returns one real number: the loss, already summed over a batch.
    gradient : callable
        ``gradient(*at)`` returns one array shaped like the first argument, or a tuple with an array
        per argument; None, or a tuple that ends early, leaves arguments out.
    at : array_like or tuple of array_like
        The point. Any shapes, zero-dimensional and empty ones included. Integer arrays are handed
        on, and cannot be differentiated by. float32 arguments are differentiated in float64 where
        the function accepts that; the gradient gets them as they are.
    seed : int
        Of the random directions.
    directions : int, optional
        Take this many random directions, whatever the size.
    ulps : float
        The rounding allowed to the gradient: this many machine epsilons of each entry and of
        its steepness, the change per displacement of the arguments by ``max(1, |x|)``.

    Returns
    -------
    GradientReport
        ``ok``, ``worst``, ``kinks`` and more. At a kink an entry is right if it lies between the
        slopes on the two sides. Wrong shapes, infinities and nan stand in the report as faults.
        Where there are no entries, ``checked`` is 0 and the report says so.

    Raises
    ------
    NotScalar, NotFinite, ShapeMismatch, UnsupportedType
        For a call that makes no sense: a function that returns an array, or is infinite at the
        point, more gradients than arguments, text for numbers.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([0.9, 0.05, 0.05])
    >>> def loss(a):
    ...     return np.log(np.sum(np.exp(a))) - a @ y
    >>> def right(a):
    ...     return np.exp(a) / np.sum(np.exp(a)) - y
    >>> a = np.array([0.5, -1.0, 2.0])
    >>> check_gradient(loss, right, at=a).ok
    True
    >>> report = check_gradient(loss, lambda a: 2.001 * right(a), at=a)
    >>> report.ok, report.worst.index
    (False, (2,))
    >>> print(check_gradient(lambda x: np.sum(np.abs(x)), np.sign, at=np.zeros(1)))
    gradient agrees: 1 entry checked
      worst: argument 0, entry [0]: expected between -1 and 1 (kink), got 0, inside
      kink: argument 0, entry [0]: expected between -1 and 1 (kink), got 0, inside
    """
    if directions is not None and directions < 1:
        raise NotFinite(
            "directions", f"{directions}", "at least 1", "Leave it out for the default."
        )
    arguments = read_arguments(at)
    values = _gradients_at(gradient, arguments)
    differentiated = tuple(place for place, value in enumerate(values) if value is not None)
    faults = _faults(values, arguments)
    if faults:
        return GradientReport(0, False, differentiated, None, (), faults, (), ())
    generator = np.random.default_rng(seed)
    comparison = _Comparison(
        function,
        _widened(function, arguments),
        values,
        _rounding_of(gradient, arguments, values, ulps, generator),
    )
    size = sum(value.size for value in values if value is not None)
    by_direction = size > 0 and (directions is not None or size > _SMALL)
    if by_direction:
        drawn = _directions(comparison, directions or _DIRECTIONS, generator)
        entries = _compare_directions(comparison, drawn)
        met = any(entry.verdict == "kink" for entry in entries)
        by_direction = directions is not None or not met or size > _AFFORDABLE
    if not by_direction:
        entries = [comparison.entry(*place) for place in comparison.places()]
    return _report(entries, by_direction, differentiated)


def _report(
    entries: list[Entry], by_direction: bool, differentiated: tuple[int, ...]
) -> GradientReport:
    def of(verdict: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in entries if entry.verdict == verdict)

    wrong = of("wrong")
    # A named entry tells more than a direction, even one with a larger error.
    candidates = [entry for entry in wrong if entry.index is not None] or wrong or tuple(entries)
    return GradientReport(
        checked=len(entries) - len(of("undecided")),
        directions=by_direction,
        arguments=differentiated,
        worst=max(candidates, key=lambda entry: entry.excess, default=None),
        failures=wrong,
        faults=(),
        kinks=of("kink"),
        undecided=of("undecided"),
    )
