"""Check anyone's gradient against differences of the function it should belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import hypot, inf, isfinite, sqrt
from typing import Any, TypeAlias

import numpy as np

from numeric.arguments import (
    Arguments,
    Array,
    Line,
    ScalarFunction,
    call,
    read_arguments,
    read_callable,
    read_whole_number,
)
from numeric.differences import Difference, line_difference
from numeric.errors import (
    FunctionRaised,
    GradientMismatch,
    NotFinite,
    NumericError,
    ShapeMismatch,
    UnsupportedType,
)

__all__ = ["Entry", "Fault", "GradientReport", "check_gradient"]

GradientFunction: TypeAlias = Callable[..., Any]
Place: TypeAlias = tuple[int, tuple[int, ...]]

_SMALL = 256  # Up to this many entries each one is checked by itself.
_AFFORDABLE = 3072  # So many comparisons may be spent on finding where kinks are.
_DIRECTIONS = 16
_FEW = 8  # Entries among which kinks are not sought by halving, but one by one.
_GROUP = 4  # Neighbouring kinks that are also compared together,
_JOINTLY = 6  # along so many directions,
_GROUPS = 64  # in so many groups at most.
_NEARBY = 2.0**-20  # How far from a kink the slopes beside it are taken, in reaches.
_SLACK = 0.01  # Of the jumps: what curvature may change within that distance.
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
        gradient lies between them; ``"undecided"``, where the difference says too little: its
        bound is above 10⁻³ of max(1, its value), or the gradient lies outside the slopes at a kink,
        but by no more than they are uncertain, or a direction through many entries leads
        through a kink.
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
            covered = self.expected.covers(self.got, self.tolerance)
            inside = _between_slopes(self.expected, self.got, self.tolerance)
            position = ", inside" if inside else ", at the edge" if covered else ", outside"
        return f"{place}: expected {self.expected}, got {self.got:.16g}{position}"


@dataclass(frozen=True)
class Fault:
    """What leaves nothing to compare: a wrong shape, entries that aren't finite, an exception.

    Attributes
    ----------
    argument : int or None
        Which argument it is about; None where the function or the gradient raised something.
    message : str
    """

    argument: int | None
    message: str

    def __str__(self) -> str:
        return (
            self.message if self.argument is None else f"argument {self.argument}: {self.message}"
        )


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
        Whether random directions were compared; each entry at a kink on their way is compared
        by itself, and counts as well.
    arguments : tuple of int
        The arguments by which the function was differentiated.
    worst : Entry or None
        The comparison with the largest error in units of what is allowed, right or wrong.
    failures : tuple of Entry
        Those that are wrong.
    faults : tuple of Fault
        Wrong shapes, entries that aren't finite, exceptions.
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
        unit = "comparison" if self.directions else "entry"
        units = "comparisons along directions" if self.directions else "entries"
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
        got, spread = 0.0, 0.0
        with np.errstate(all="ignore"):
            for part, gradient, tolerance in zip(
                direction, self.gradient, self.tolerance, strict=True
            ):
                if gradient is not None and tolerance is not None:
                    got += float(np.sum(part * gradient.astype(np.float64)))
                    spread = hypot(spread, _norm(part * tolerance))
        moved = sum(int(np.count_nonzero(part)) for part in direction)
        allowed = spread * (_DEVIATIONS if moved > 1 else 1.0)
        expected = line_difference(Line(self.function, self.arguments, direction))
        return Entry(None, None, expected, got, allowed, _verdict(expected, got, allowed))

    def entry(self, argument: int, index: tuple[int, ...]) -> Entry:
        """One entry, compared along its coordinate direction."""
        direction = tuple(np.zeros(given.shape) for given in self.arguments)
        direction[argument][index] = 1.0
        return replace(self.compare(direction), argument=argument, index=index)

    def places(self) -> Iterator[Place]:
        """Every entry of the gradient, in order."""
        for argument, gradient in enumerate(self.gradient):
            if gradient is not None:
                for index in np.ndindex(gradient.shape):
                    yield argument, index

    def direction(self, places: Sequence[Place], rates: Sequence[float] | Array) -> Arguments:
        """Return the direction that moves ``places`` at ``rates``, and nothing else."""
        parts = tuple(np.zeros(given.shape) for given in self.arguments)
        for (argument, index), rate in zip(places, rates, strict=True):
            parts[argument][index] = rate
        return parts


def _norm(values: Array) -> float:
    """Return the Euclidean norm, without overflow on the way."""
    highest = float(np.max(np.abs(values), initial=0.0))
    if highest == 0.0 or not isfinite(highest):
        return highest
    return highest * float(np.sqrt(np.sum((values / highest) ** 2)))


def _between_slopes(expected: Difference, got: float, tolerance: float) -> bool:
    low, high = sorted((expected.left, expected.right))
    # The slopes themselves are known to some roundings only.
    slack = tolerance + 1e-9 * (high - low)
    return low - slack <= got <= high + slack


def _verdict(expected: Difference, got: float, tolerance: float) -> str:
    if not expected.informative:
        return "undecided"
    if not expected.covers(got, tolerance):
        return "wrong"
    if expected.kink:
        return "kink" if _between_slopes(expected, got, tolerance) else "undecided"
    scale = max(1.0, abs(expected.value))
    return "agrees" if expected.bound <= _INFORMATIVE * scale else "undecided"


def _gradients_at(gradient: GradientFunction, arguments: Arguments) -> tuple[Array | None, ...]:
    """Return what the gradient returns, one array or None per argument."""
    result = call("gradient", gradient, arguments)
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
    function: ScalarFunction,
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
        point, probed = _probe(gradient, arguments, generator)
        if not _fits(function, point, probed, generator):
            continue
        for position, (value, other) in enumerate(zip(values, probed, strict=True)):
            if value is not None and other is not None and other.shape == value.shape:
                with np.errstate(all="ignore"):
                    change = np.abs(other.astype(np.float64) - value) / _PROBE
                change = np.where(np.isfinite(change), change, 0.0)
                steepness[position] = np.maximum(steepness[position], change)
    with np.errstate(all="ignore"):
        return tuple(
            None
            if value is None
            else ulps * _epsilon(value, argument) * (np.abs(value.astype(np.float64)) + steep)
            for value, argument, steep in zip(values, arguments, steepness, strict=True)
        )


def _fits(
    function: ScalarFunction,
    point: Arguments,
    gradient: tuple[Array | None, ...],
    generator: np.random.Generator,
) -> bool:
    """Tell whether a gradient is about that of the function, along one random direction."""
    if any(
        part is not None and (part.shape != given.shape or not np.all(np.isfinite(part)))
        for part, given in zip(gradient, point, strict=True)
    ):
        return False
    direction = tuple(
        np.zeros(given.shape)
        if part is None
        else generator.uniform(-1.0, 1.0, size=given.shape) * np.maximum(np.abs(given), 1.0)
        for part, given in zip(gradient, point, strict=True)
    )
    line = Line(function, _widened(function, point), direction)
    step = sqrt(line.epsilon)
    slope = (line.outside(step) - line.outside(-step)) / (2.0 * step)
    noise = 16.0 * line.epsilon * max(abs(line.outside(step)), abs(line.outside(-step))) / step
    with np.errstate(all="ignore"):
        products = [
            part * along.astype(np.float64)
            for part, along in zip(gradient, direction, strict=True)
            if part is not None
        ]
        got = sum(float(np.sum(product)) for product in products)
    return abs(got - slope) <= 0.5 * abs(slope) + noise


def _probe(
    gradient: GradientFunction, arguments: Arguments, generator: np.random.Generator
) -> tuple[Arguments, tuple[Array | None, ...]]:
    """Displace every entry, and ask for the gradient there."""
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
        return displaced, _gradients_at(gradient, displaced)
    except NumericError:  # The probe left the domain: it says nothing.
        return displaced, (None,) * len(arguments)


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
        call("function", function, widened)
    except FunctionRaised:
        return arguments
    return widened


@dataclass
class _Survey:
    """The entries still compared along random directions, and those compared by themselves."""

    comparison: _Comparison
    generator: np.random.Generator
    support: list[Place]
    found: list[Entry] = field(default_factory=list)
    spent: int = 0

    def along(self, count: int) -> list[Entry]:
        """Compare ``count`` random directions, and every entry at a kink by itself."""
        decided: list[Entry] = []
        while len(decided) < count and self.support:
            signs = self.generator.choice((-1.0, 1.0), size=len(self.support))
            entry = self.compare(self.support, signs)
            if entry.expected.kink or entry.verdict == "wrong":
                entry, separated = self.separated(entry, signs)
                if separated:
                    continue
            decided.append(entry)
            if entry.verdict == "wrong":
                break
        return decided + self.found

    def separated(self, entry: Entry, signs: Array) -> tuple[Entry, bool]:
        """Take what makes a direction rough out of the support; tell whether anything was.

        A wrong entry that is met is returned in place of the direction.
        """
        before = len(self.support)
        culprit = self.separate(self.support, signs)
        if culprit is not None:
            return culprit, False
        gone = {(kink.argument, kink.index) for kink in self.found}
        self.support = [place for place in self.support if place not in gone]
        if len(self.support) < before:
            return entry, True
        # Every part of it is smooth: there is a kink, but not at any entry by itself.
        return (replace(entry, verdict="undecided") if entry.expected.kink else entry), False

    def separate(self, places: list[Place], signs: Array) -> Entry | None:
        """Halve a direction until its kinks are single entries; return a wrong one, if met."""
        waiting = [(places, signs)]
        while waiting:
            part, rates = waiting.pop()
            if len(part) <= _FEW:
                culprit = self.one_by_one(part)
                if culprit is not None:
                    return culprit
                continue
            middle = len(part) // 2
            halves = [(part[:middle], rates[:middle]), (part[middle:], rates[middle:])]
            entries = [self.compare(*half) for half in halves]
            rough = [
                (entry.excess, number)
                for number, entry in enumerate(entries)
                if entry.expected.kink or entry.verdict == "wrong"
            ]
            if self.spent > _AFFORDABLE:
                rest = [*waiting, *(halves[number] for _, number in rough)]
                self.give_up(rest)
                return None
            # The likelier half is taken first, hence put on top.
            waiting += [halves[number] for _, number in sorted(rough)]
        return None

    def one_by_one(self, places: list[Place]) -> Entry | None:
        """Compare single entries; keep those that don't simply agree."""
        for place in places:
            self.spent += 1
            entry = self.comparison.entry(*place)
            if entry.verdict == "wrong":
                return entry
            if entry.verdict != "agrees":
                self.found.append(entry)
        return None

    def give_up(self, rest: list[tuple[list[Place], Array]]) -> None:
        """Leave what there was no time for undecided."""
        for part, rates in rest:
            self.found.append(replace(self.compare(part, rates), verdict="undecided"))
            gone = set(part)
            self.support = [place for place in self.support if place not in gone]

    def compare(self, places: list[Place], rates: Array) -> Entry:
        self.spent += 1
        return self.comparison.compare(self.comparison.direction(places, rates))


def _jointly_wrong(
    comparison: _Comparison, kinks: Sequence[Entry], generator: np.random.Generator
) -> list[Entry]:
    """Compare neighbouring kinks together: find where no entry is wrong, but their sum is.

    max(x, y) has the slopes 0 and 1 by x and by y where they are equal, yet (1, 1) is no
    subgradient of it: along (1, 1) the slope is 1. Along a direction the gradient must lie between
    the slopes on the two sides, or between those at points nearby: where kinks of different signs
    meet, as in relu(x) − relu(y), a limit of gradients (Clarke's) is all that can be asked.
    """
    places = [(kink.argument, kink.index) for kink in kinks]
    jumps = [abs(kink.expected.right - kink.expected.left) for kink in kinks]
    step = _GROUP // 2
    wrong = []
    for start in range(0, max(len(places) - 1, 0), step)[:_GROUPS]:
        group = [(a or 0, i or ()) for a, i in places[start : start + _GROUP]]
        slack = _SLACK * sum(jumps[start : start + _GROUP])
        for number in range(_JOINTLY):
            rates = np.ones(len(group))
            if number:
                rates = generator.choice((-1.0, 0.0, 1.0), size=len(group))
            entry = comparison.compare(comparison.direction(group, rates))
            if entry.verdict == "wrong" and not _limit_of_slopes(
                comparison, group, rates, entry, slack, generator
            ):
                wrong.append(entry)
                break
    return wrong


def _limit_of_slopes(
    comparison: _Comparison,
    group: list[Place],
    rates: Array,
    entry: Entry,
    slack: float,
    generator: np.random.Generator,
) -> bool:
    """Tell whether the gradient lies between the slopes at points all around."""
    direction = comparison.direction(group, rates)
    slopes = []
    for signs in [*product((-1.0, 1.0), repeat=len(group))] * 4:
        aside = np.array(signs) * generator.uniform(0.5, 1.0, size=len(group))
        line = Line(comparison.function, comparison.arguments, comparison.direction(group, aside))
        distance = _NEARBY * line.scales()[0]
        beside = Line(comparison.function, line.moved(distance).arguments, direction)
        step = distance / 64.0
        slopes.append((beside.outside(step) - beside.outside(-step)) / (2.0 * step))
    known = [slope for slope in slopes if isfinite(slope)]
    give = slack + entry.tolerance
    return bool(known) and min(known) - give <= entry.got <= max(known) + give


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
    two sides grow apart with their number; so it is halved until each entry at a kink is checked
    by itself, and the random directions go through the smooth ones only. Where there are too many
    kinks for that, the report says that the rest is undecided, and is not ok.

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
        slopes on the two sides, and if so do its sums with a few entries at kinks nearby. Wrong
        shapes, infinities and nan, and whatever the function or the gradient raises at the point
        (``sys.exit`` included), stand in the report as faults.
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
    read_callable("function", function)
    read_callable("gradient", gradient)
    count = None if directions is None else read_whole_number("directions", directions, least=1)
    generator = np.random.default_rng(read_whole_number("seed", seed, least=0))
    allowed = _read_ulps(ulps)
    arguments = read_arguments(at)
    try:
        values = _gradients_at(gradient, arguments)
        differentiated = tuple(place for place, value in enumerate(values) if value is not None)
        faults = _faults(values, arguments)
        if faults:
            return GradientReport(0, False, differentiated, None, (), faults, (), ())
        wide = _widened(function, arguments)
        tolerance = _rounding_of(function, gradient, arguments, values, allowed, generator)
        return _compared(_Comparison(function, wide, values, tolerance), count, generator)
    except FunctionRaised as error:
        fault = Fault(None, f"{error.what} {error.summary}")
        return GradientReport(0, False, (), None, (), (fault,), (), ())


def _read_ulps(given: object) -> float:
    expected, remedy = "a positive, finite number", "Leave it out for the default."
    if isinstance(given, bool) or not isinstance(given, int | float | np.integer | np.floating):
        raise UnsupportedType("ulps", repr(given), expected, remedy)
    if not (isfinite(given) and given > 0):
        raise NotFinite("ulps", repr(given), expected, remedy)
    return float(given)


def _compared(
    comparison: _Comparison, count: int | None, generator: np.random.Generator
) -> GradientReport:
    values = [value for value in comparison.gradient if value is not None]
    size = sum(value.size for value in values)
    by_direction = size > 0 and (count is not None or size > _SMALL)
    places = list(comparison.places())
    if by_direction:
        entries = _Survey(comparison, generator, places).along(count or _DIRECTIONS)
    else:
        entries = [comparison.entry(*place) for place in places]
    kinks = [entry for entry in entries if entry.verdict == "kink"]
    if not any(entry.verdict == "wrong" for entry in entries):
        entries += _jointly_wrong(comparison, kinks, generator)
    differentiated = tuple(
        place for place, value in enumerate(comparison.gradient) if value is not None
    )
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
