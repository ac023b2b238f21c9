r"""Derivatives along a direction by differences, each with a bound on its own error.

For φ(t) = f(x + t v) two quantities are taken from the same three values at every step h:

.. math::
   D(h) = \frac{φ(h) - φ(-h)}{2h} = φ'(0) + c_2 h^2 + c_4 h^4 + \dots, \qquad
   G(h) = \frac{φ(h) - 2φ(0) + φ(-h)}{h} = J + b_1 h + b_3 h^3 + \dots

D tends to the derivative, G to the jump J between the slopes on the two sides, which is zero unless
there is a kink. The steps shrink by a constant ratio r, and Richardson's extrapolation removes the
powers of h one after the other: T[i][j] = (r^e T[i][j-1] − T[i-1][j-1]) / (r^e − 1), where e is the
exponent removed by column j.

The bound of an entry of that tableau is the sum of two parts.

- *Truncation*: twice the largest of the distances to the two entries it was made from and to the
  one above it. Those distances are the errors of the poorer entries, so they overstate its own.
  Steps at which the jump still looks like one, though finer ones show none, don't count.
- *Rounding*: every value of φ is uncertain by its noise η, so D(h) by η/h and G(h) by 4η/h; the
  recurrence adds these up with the absolute values of its weights. η is the sum of what every
  evaluation has, four ulps of φ and half an ulp of the displaced entries times the slope, and of
  what this function has on top, measured by :func:`noise_level`.

The entry with the smallest bound is taken, after each bound was widened by whatever disagreement
with finer steps the bounds themselves don't explain: steps that leap over a period, a pole or a
kink can agree with each other, but not with the finer ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import inf, isfinite, nan, sqrt

import numpy as np

from numeric.arguments import Array, Line, ScalarFunction, read_arguments, read_direction
from numeric.errors import FunctionRaised, NotAnalytic, NotFinite

__all__ = ["Difference", "central_difference", "complex_step", "line_difference", "noise_level"]

_START = 0.309  # The coarsest step, in reaches; no simple fraction, so that no period divides it.
_RATIO = 1.87  # Of one step to the next; were it 2, steps could all be multiples of one period.
_FINEST = 2.0**-24  # In coarsest steps; finer ones are for points close to a singularity.
_CLOSEST = 2.0**-64
_ROWS = 36  # Finer steps that could contradict a row are tried long before this many.
_COLUMNS = 8
_SAFETY = 8.0  # Standard deviations of the measured noise that count as its bound.
_SIGNIFICANT = 8.0  # A jump is a kink when it is this many times its own bound.
_OFFSETS = (-3.91, -2.83, -1.72, -0.97, 1.13, 2.09, 2.87, 4.05)  # Besides 0.
_HEIGHTS = (1e-30, 3e-40, 7e-25)  # Of the complex step, in reaches.
_SPACING = 3e-9  # Between the samples, in reaches.
_WIDEST_SPACING = 2.0**-10
_BISECTIONS = 40
_CONTINUOUS = 2.0**-30  # Less than this part of a change may be left after so many bisections.
_VAGUE = 1e-6  # Of a jump: what is uncertain by less need not be said.
_SIDES = (-1.0, 1.0)
_NEARER = 8  # By so many powers of 2 below the finest step a kink beside the point is looked for.


def _removal_of_cubics(points: Sequence[float]) -> Array:
    """Project values at ``points`` onto what no cubic can fit."""
    basis, _ = np.linalg.qr(np.vander(points, 4))
    complement: Array = np.eye(len(points)) - basis @ basis.T
    return complement


_RESIDUALS = _removal_of_cubics((*_OFFSETS, 0.0))
_DEGREES_OF_FREEDOM = len(_OFFSETS) + 1 - 4


@dataclass(frozen=True)
class Difference:
    """A derivative along a direction, and how far it can be trusted.

    Attributes
    ----------
    value : float
        The derivative; at a kink, the middle between the slopes on the two sides. ``nan`` where no
        step stayed within the domain of the function.
    bound : float
        ``abs(value - derivative) <= bound``; ``inf`` where nothing can be said. At a kink it
        reaches from the middle to both slopes.
    method : str
        ``"central"`` or ``"complex step"``.
    kink : bool
        Whether the slopes on the two sides differ: at the point itself, or so close to it that the
        finest step leaps over it.
    left, right : float
        The slopes on the two sides; equal to ``value`` where there is no kink.
    evaluations : int
        How often the function was called.

    Examples
    --------
    >>> bend = central_difference(abs, at=0.0)
    >>> bend.kink, bend.left, bend.right
    (True, -1.0, 1.0)
    """

    value: float
    bound: float
    method: str
    kink: bool
    left: float
    right: float
    evaluations: int

    @property
    def uncertainty(self) -> float:
        """How far each slope can be trusted: the bound itself where there is no kink."""
        return self.bound - abs(self.right - self.left) / 2.0

    @property
    def informative(self) -> bool:
        """Whether there is a value with a finite bound."""
        return isfinite(self.value) and isfinite(self.bound)

    def covers(self, derivative: float, tolerance: float = 0.0) -> bool:
        """Whether ``derivative`` lies within the bound, give or take ``tolerance``."""
        return abs(derivative - self.value) <= self.bound + tolerance

    def __str__(self) -> str:
        if self.kink:
            vague = self.uncertainty > _VAGUE * abs(self.right - self.left)
            give = f", each ± {self.uncertainty:.1e}" if vague else ""
            return f"between {self.left:.10g} and {self.right:.10g}{give} (kink)"
        return f"{self.value:.16g} ± {self.bound:.1e}"


@dataclass(frozen=True)
class _Estimate:
    value: float
    rounding: float
    truncation: float

    @property
    def bound(self) -> float:
        return self.rounding + self.truncation


@dataclass
class _Tableau:
    """Richardson's tableau for a quantity whose error has the powers ``exponents`` of the step."""

    exponents: Sequence[int]
    rows: list[list[_Estimate]] = field(default_factory=list)

    def add(self, value: float, rounding: float) -> None:
        """Append the row of the next finer step."""
        before = self.rows[-1] if self.rows else []
        truncation = abs(value - before[0].value) if before else inf
        row = [_Estimate(value, rounding, truncation)]
        for column, (coarse, exponent) in enumerate(zip(before, self.exponents, strict=False), 1):
            fine, factor = row[-1], _RATIO**exponent
            extrapolated = fine.value + (fine.value - coarse.value) / (factor - 1.0)
            neighbours = (fine, coarse, *before[column : column + 1])
            row.append(
                _Estimate(
                    extrapolated,
                    (factor * fine.rounding + coarse.rounding) / (factor - 1.0),
                    2.0 * max(abs(extrapolated - other.value) for other in neighbours),
                )
            )
        self.rows.append(row)
        del self.rows[:-_ROWS]

    def smallest_bound(self) -> float:
        """Return the smallest bound in the tableau, not widened by any disagreement."""
        return min((entry.bound for row in self.rows for entry in row), default=inf)

    def best(self, first: int = 0) -> tuple[_Estimate, int]:
        """Return the entry with the smallest widened bound, and the number of its row.

        Only entries made of the rows from ``first`` on count.
        """
        finest: list[_Estimate] = []
        chosen, chosen_row = _Estimate(nan, 0.0, inf), len(self.rows)
        for number in reversed(range(first, len(self.rows))):
            for entry in self.rows[number][: number - first + 1]:
                if entry.bound >= chosen.bound:
                    continue
                widened = _widened(entry, finest)
                if widened.bound < chosen.bound:
                    chosen, chosen_row = widened, number
            finest.append(self.sharpest(number))
        return chosen, chosen_row

    def sharpest(self, number: int) -> _Estimate:
        """Return the entry of a row with the smallest bound."""
        return min(self.rows[number], key=lambda entry: entry.bound)


def _widened(entry: _Estimate, finer: Sequence[_Estimate]) -> _Estimate:
    """Widen the bound of an entry until it meets the interval of every finer one."""
    gap = max((abs(entry.value - other.value) - other.bound for other in finer), default=0.0)
    return _Estimate(entry.value, entry.rounding, max(entry.truncation, gap - entry.rounding))


def noise_level(line: Line, centre: float, reach: float) -> tuple[float, bool]:
    """Measure the standard deviation of the noise in the values of a function near a point.

    Nine close values are freed of the cubic that fits them best; what is left of a smooth function
    is its noise. The values stand at uneven distances, since roundings at even ones may all be
    alike. Values that are all equal say nothing: their rounding may be coarser than their
    distances, which then grow. At grown distances a bend nearby could pass for noise, so no more
    is believed than four roundings to float32.

    Parameters
    ----------
    line : Line
        φ, evaluated at eight points or, where they are all equal, at more.
    centre : float
        φ(0).
    reach : float
        The scale of t.

    Returns
    -------
    level : float
        0.0 where no values near the point differ, or where the function isn't finite there.
    plateau : bool
        Whether the closest values were all equal.
    """
    spacing = max(_SPACING, 32.0 * line.epsilon) * reach
    believed, plateau = inf, False
    while spacing < _WIDEST_SPACING * reach:
        sampled = [line.outside(offset * spacing) for offset in _OFFSETS]
        values = np.array([*sampled, centre])
        if not np.all(np.isfinite(values)):
            return 0.0, plateau
        if np.any(values != centre):
            largest = float(np.max(np.abs(values)))
            residuals = _RESIDUALS @ (values / largest)
            level = sqrt(float(residuals @ residuals) / _DEGREES_OF_FREEDOM)
            return largest * min(level, believed), plateau
        spacing *= 16.0
        believed, plateau = 4.0 * float(np.finfo(np.float32).eps), True
    return 0.0, plateau


def _noise(line: Line, centre: float, reach: float, first: float) -> float:
    """Measure the noise of φ; on a plateau that it leaves with a leap, also by those leaps.

    A function rounded to a few digits consists of plateaus, and what looks like the slope 0 is
    its rounding. How coarse that is may grow with φ, so the coarsest steps are looked at too.
    """
    level, plateau = noise_level(line, centre, reach)
    highest = max(_leap(line, centre, side * first) for side in _SIDES) if plateau else 0.0
    if highest == 0.0:
        return level
    for side in _SIDES:
        moved, value = line.moved(side * first), line.outside(side * first)
        if isfinite(value):
            leaps = (_leap(moved, value, way * first) for way in _SIDES)
            highest = max(highest, noise_level(moved, value, reach)[0], *leaps)
    return max(level, highest / 2.0)


def _leap(line: Line, centre: float, far: float) -> float:
    """Bisect towards ``far`` for the edge of the plateau of φ(0); return by how much φ leaps there.

    0.0 where φ is the same at ``far``, or leaves the plateau without a leap, as relu does.
    """
    value = line.outside(far)
    change = abs(value - centre)
    inner, outer = 0.0, far
    if not change > 0.0:  # Nan is no change, either.
        return 0.0
    for _ in range(_BISECTIONS):
        middle = (inner + outer) / 2.0
        tried = line.outside(middle)
        if tried == centre:
            inner = middle
        else:
            outer, value = middle, tried
    leap = abs(value - centre)
    # What is continuous changes in proportion to the width of the last interval, or nearly so.
    return leap if leap > change * _CONTINUOUS else 0.0


@dataclass(frozen=True)
class _Row:
    """D(h), G(h) and how far each value of φ can be trusted."""

    slope: float
    jump: float
    noise: float


@dataclass
class _Search:
    """Shorten the step until the derivative and the jump are known as well as they can be."""

    line: Line
    centre: float
    reach: float
    magnitude: float
    noise: float
    precision: float
    evaluations: int = 2 + len(_OFFSETS)
    finest: float = inf
    slopes: _Tableau = field(default_factory=lambda: _Tableau(range(2, 2 * _COLUMNS + 2, 2)))
    jumps: _Tableau = field(default_factory=lambda: _Tableau(range(1, 2 * _COLUMNS + 1, 2)))

    def steps(self, first: float) -> Iterator[float]:
        """Yield the steps, coarse to fine; below the usual finest only as long as that may help."""
        # A displacement of a few ulps is lost in the rounding of the displaced entries.
        usual = max(first * _FINEST, 16.0 * self.line.epsilon * self.reach)
        close = max(self.magnitude * _FINEST, usual * _CLOSEST) if self.magnitude else usual
        step = first
        while step >= usual or (step >= close and not self.settled() and not self.kinked()):
            yield step
            step /= _RATIO

    def run(self, first: float) -> None:
        """Add rows from the step ``first`` on, until no finer one would help."""
        for step in self.steps(first):
            self.add(step)
            if self.settled():
                break

    def row(self, step: float) -> _Row | None:
        """Evaluate at ±step; None where that leaves the domain."""
        ahead, behind = self.line.outside(step), self.line.outside(-step)
        centre, highest = self.centre, max(abs(ahead), abs(behind), abs(self.centre))
        slope = ahead / (2 * step) - behind / (2 * step)
        jump = (ahead - centre) / step - (centre - behind) / step
        if not (isfinite(slope) and isfinite(jump)):
            return None
        noise = (
            4.0 * self.precision * highest
            + 0.5 * self.line.epsilon * (self.magnitude + step) * abs(slope)
            + _SAFETY * self.noise
            + float(np.finfo(np.float64).tiny)
        )
        return _Row(slope, jump, noise)

    def add(self, step: float) -> None:
        """Add the row of a step; one that leaves the domain discards the coarser ones."""
        row = self.row(step)
        self.evaluations += 2
        self.finest = step
        if row is None:
            self.slopes.rows.clear()
            self.jumps.rows.clear()
            return
        self.slopes.add(row.slope, row.noise / step)
        self.jumps.add(row.jump, 4.0 * row.noise / step)

    def settled(self) -> bool:
        """No finer step can improve the derivative, and nothing points to a kink."""
        rows = self.slopes.rows
        if len(rows) < 4 or self.slopes.smallest_bound() > rows[-1][0].rounding:
            return False
        slope, row = self.slopes.best(self.first_smooth())
        if row == len(rows) - 1 or slope.bound > rows[-1][0].rounding:
            return False
        jump, _ = self.jumps.best()
        return abs(jump.value) <= jump.bound

    def first_smooth(self) -> int:
        """Return the first row from which on the jump looks like none.

        Coarser steps see a bend as a kink. By symmetry their slopes may agree with each other all
        the same, as those of ln(1 + eˣ) do near 0.
        """
        count = len(self.jumps.rows)
        for number in reversed(range(count)):
            jump = self.jumps.sharpest(number)
            if abs(jump.value) > jump.bound:
                return min(number + 1, count - 2)
        return 0

    def kinked(self) -> bool:
        """Tell whether the slopes on the two sides have settled, at different values."""
        jump, _ = self.jumps.best()
        return abs(jump.value) > _SIGNIFICANT * jump.bound


def _remainder(tableau: _Tableau) -> float:
    """Bound what is still to come of a sequence that did not settle, as a geometric series."""
    if len(tableau.rows) < 3:
        return inf
    earlier, later = (
        abs(after[0].value - before[0].value) for before, after in pairwise(tableau.rows[-3:])
    )
    return inf if later >= earlier else 2.0 * later * later / (earlier - later) + later


def line_difference(line: Line, *, step: float | None = None) -> Difference:
    """Differentiate a prepared :class:`~numeric.arguments.Line` at t = 0.

    See :func:`central_difference`.
    """
    centre = line(0.0)
    if not isfinite(centre):
        raise NotFinite(
            "function", f"{centre} at the point", "a finite value", "Choose a point in its domain."
        )
    if not any(np.any(part) for part in line.direction):
        return Difference(0.0, 0.0, "central", False, 0.0, 0.0, 1)
    reach, magnitude = line.scales()
    nearest = min(reach, 1e6 * magnitude) if magnitude else reach
    first = _START * reach if step is None else step
    noise, precision = _noise(line, centre, nearest, first), line.precision()
    search = _Search(line, centre, reach, magnitude, noise, precision)
    search.run(first)
    found = _conclusion(search)
    return _beside_the_kink(search, found) if found.kink else found


def _beside_the_kink(search: _Search, seen: Difference) -> Difference:
    """Look whether a kink lies beside the point instead of at it, and differentiate between.

    The jump is sought at ever shorter steps, as long as it stands out from the noise. Where it has
    gone, the kink is further away than the step, and everything is done again within that.
    """
    line, half, calls = search.line, (seen.right - seen.left) / 2.0, seen.evaluations
    for step in _nearer(search.finest, search.magnitude):
        # What was measured as noise may have been the kink, so it is measured anew.
        within = _Search(line, search.centre, step, search.magnitude, 0.0, search.precision)
        row = within.row(step)
        calls += 2
        if row is None or row.noise / step > abs(half) / 8.0:
            break
        if abs(row.jump) < abs(half):
            within.noise = _noise(line, search.centre, step, search.finest)
            within.run(step)
            inside = _conclusion(within)
            calls += inside.evaluations
            if not inside.kink and inside.bound < abs(half) / 4.0:
                return replace(inside, evaluations=calls)
            break
    return replace(seen, evaluations=calls)


def _nearer(finest: float, magnitude: float) -> list[float]:
    """List ever shorter steps, and one that suits a kink as far away as the entries are from 0."""
    powers = [2.0 ** (-_NEARER * 2**doubling) for doubling in range(7)]
    steps = [finest * power for power in powers] + [_START * magnitude]
    smallest = float(np.finfo(np.float64).tiny)
    return sorted((step for step in steps if smallest < step < finest), reverse=True)


def _conclusion(search: _Search) -> Difference:
    calls = search.evaluations
    slope, _ = search.slopes.best()
    jump, _ = search.jumps.best()
    if not isfinite(slope.bound):
        return Difference(nan, inf, "central", False, nan, nan, calls)
    half = jump.value / 2.0
    if search.kinked():
        # Beside a kink that is nearer than the finest step, errors grow like 1/h as h shrinks, so
        # that rows differ by less than they are wrong, by the factor r/(r − 1); two, to be safe.
        slack = 2.0 * _RATIO / (_RATIO - 1.0) * (slope.bound + jump.bound / 2.0)
        bound = abs(half) + slack
        left, right = slope.value - half, slope.value + half
        return Difference(slope.value, bound, "central", True, left, right, calls)
    slope, _ = search.slopes.best(search.first_smooth())
    bound = slope.bound
    if slope.truncation > search.slopes.rows[-1][0].rounding:
        bound = max(bound, _remainder(search.slopes) + search.slopes.rows[-1][0].rounding)
    if abs(jump.value) > jump.bound:  # Too small a jump to be called one, too large for none.
        bound += abs(half) + jump.bound / 2.0
    return Difference(slope.value, bound, "central", False, slope.value, slope.value, calls)


def central_difference(
    function: ScalarFunction,
    at: object,
    direction: object = None,
    *,
    step: float | None = None,
) -> Difference:
    """Differentiate ``function`` at ``at`` along ``direction``, with a bound on the error.

    Richardson's extrapolation of central differences; method and bound are justified at the head of
    this module.

    Parameters
    ----------
    function : callable
        ``function(*at)`` returns one real number. It is called about twenty times, with fresh
        arrays of the dtypes of ``at`` (displaced entries of a float32 array are rounded to
        float32, and the bound knows it; give float64 where the function accepts it).
    at : array_like or tuple of array_like
        The point, of any shapes.
    direction : array_like or tuple of array_like, optional
        v, shaped like ``at``; it is not normalised. May be left out where ``at`` is one number.
    step : float, optional
        The coarsest step t; the default moves no entry by more than 0.309 max(1, its magnitude).

    Returns
    -------
    Difference
        At a kink, the two slopes; see :class:`Difference`.

    Raises
    ------
    NotFinite
        Where the function is infinite or nan at the point itself, or the step isn't positive.
    NotScalar, ShapeMismatch, UnsupportedType
        For calls that make no sense; each says what would.

    Notes
    -----
    The bound assumes that the function is analytic on a neighbourhood of the point larger than
    2e-8 of max(1, its magnitude), and evaluated with an error that varies from point to
    point. A function whose bend is narrower than that is reported as having a kink.

    Examples
    --------
    >>> import numpy as np
    >>> slope = central_difference(np.exp, at=1.0)
    >>> abs(slope.value - np.e) <= slope.bound < 1e-11
    True
    >>> slope = central_difference(lambda W, h: np.sum(W @ h), (np.ones((2, 3)), np.arange(3.0)),
    ...                            (np.zeros((2, 3)), np.array([1.0, 0.0, 0.0])))
    >>> round(slope.value, 12)
    2.0
    """
    if step is not None and not (isfinite(step) and step > 0.0):
        raise NotFinite("step", f"{step!r}", "a positive number", "Leave it out for the default.")
    arguments = read_arguments(at)
    return line_difference(
        Line(function, arguments, read_direction(direction, arguments)), step=step
    )


def complex_step(function: ScalarFunction, at: object, direction: object = None) -> Difference:
    """Differentiate an analytic function, φ'(0) ≈ Im φ(ih) / h, without cancellation.

    The step is so small that the truncation, of order h², is nothing; what is left is rounding. Its
    bound is four times the spread of the quotient over three steps h and over points some ulps
    away (which shows how the function's own arithmetic rounds, and how much the rounding of the
    point matters), plus eight ulps of the value.

    Parameters
    ----------
    function : callable
        ``function(*at)``, made of analytic operations only, so that it accepts complex arrays.
    at, direction
        As in :func:`central_difference`; float64 throughout.

    Returns
    -------
    Difference
        With ``method == "complex step"``.

    Raises
    ------
    NotAnalytic
        Where the function rejects complex arrays, drops the imaginary part, or disagrees with
        :func:`central_difference` by more than both bounds, as with abs, max, conj or ``.real``;
        and at a kink.

    Examples
    --------
    >>> import numpy as np
    >>> bool(abs(complex_step(np.sin, at=0.5).value - np.cos(0.5)) < 1e-15)
    True
    >>> complex_step(np.abs, at=0.5)
    Traceback (most recent call last):
        ...
    numeric.errors.NotAnalytic: function: got a real value at a complex point; expected a complex \
value. Use central_difference, which needs no complex arithmetic.
    """
    arguments = tuple(
        argument.astype(np.float64) if argument.dtype.kind == "f" else argument
        for argument in read_arguments(at)
    )
    line = Line(function, arguments, read_direction(direction, arguments))
    reference = line_difference(line)
    reach, magnitude = line.scales()
    nudge = 4.0 * line.epsilon * max(magnitude, reach * 2.0**-20)
    quotients = [
        _quotient(line, nudge * ulps, reach * height)
        for ulps in (0.0, -1.0, 1.0, 2.0)
        for height in _HEIGHTS
    ]
    value = quotients[0]
    spread = max(quotients) - min(quotients)
    # An imaginary part below the smallest normal number has lost its digits.
    smallest = float(np.finfo(np.float64).tiny) / (reach * min(_HEIGHTS))
    bound = 4.0 * spread + 8.0 * line.epsilon * abs(value) + smallest
    if reference.kink or not reference.covers(value, bound):
        raise NotAnalytic(
            "function",
            f"a complex step of {value:.10g} where central differences say {reference}",
            "a function with a complex derivative, free of abs, max, conj and .real",
            "Use central_difference, which needs no complex arithmetic.",
        )
    calls = reference.evaluations + len(quotients)
    return Difference(value, bound, "complex step", False, value, value, calls)


def _quotient(line: Line, offset: float, height: float) -> float:
    remedy = "Use central_difference, which needs no complex arithmetic."
    try:
        value = line.raw(complex(offset, height))
    except FunctionRaised as error:
        raise NotAnalytic(
            "function", f"{error.__cause__}", "a function of complex arrays", remedy
        ) from error
    if not isinstance(value, np.complexfloating):
        raise NotAnalytic("function", "a real value at a complex point", "a complex value", remedy)
    return float(value.imag) / height
