"""Timing of alternatives in turn, and tables of the figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["Times", "calls_per_run", "in_turn", "seconds", "show"]

Work = Callable[[], object]
SHORTEST_RUN = 2e-3
"""A run shorter than this, in seconds, is made of several calls."""
TRIALS = 3
"""The calls of which the quickest says how many make a run."""


@dataclass(frozen=True)
class Times:
    """The seconds that one call took, run by run."""

    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        """The figure to quote."""
        return median(self.runs)

    def ratios(self, other: Times) -> list[float]:
        """Return the ratios to another, run by run."""
        return [mine / theirs for mine, theirs in zip(self.runs, other.runs, strict=True)]

    def over(self, other: Times) -> float:
        """Return the median of the ratios to another, run by run."""
        return median(self.ratios(other))

    def over_at_best(self, other: Times) -> float:
        """Return the ratio of the quickest runs, which other work on the machine moves least."""
        return min(self.runs) / min(other.runs)

    def __str__(self) -> str:
        return f"{seconds(self.median)} ({seconds(min(self.runs))} … {seconds(max(self.runs))})"


def seconds(value: float) -> str:
    """Return a time with three digits and its unit.

    Examples
    --------
    >>> seconds(0.01234), seconds(2.5), seconds(4.2e-6)
    ('12.3 ms', '2.5 s', '4.2 µs')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def timed(work: Work, calls: int) -> float:
    """Return the seconds that one of ``calls`` calls takes."""
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls


def calls_per_run(work: Work) -> int:
    """Return how many calls make a run long enough to be timed."""
    quickest = min(timed(work, 1) for _ in range(TRIALS))
    return max(1, round(SHORTEST_RUN / max(quickest, 1e-9)))


def in_turn(
    alternatives: Mapping[str, Work],
    *,
    runs: int,
    calls: int = 1,
    before: Work = lambda: None,
) -> dict[str, Times]:
    """Time alternatives in turn, A B A B …, so that a machine that drifts treats all alike.

    Parameters
    ----------
    alternatives : mapping
        What is timed, by name; each is called once before.
    runs, calls : int
        How many runs of each, and how many calls a run has.
    before : callable
        Is called before each run and not timed.
    """
    for work in alternatives.values():
        work()
    measured: dict[str, list[float]] = {name: [] for name in alternatives}
    for _ in range(runs):
        for name, work in alternatives.items():
            before()
            measured[name].append(timed(work, calls))
    return {name: Times(tuple(values)) for name, values in measured.items()}


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    print(f"\n{title}")
    for row in cells:
        line = "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(f"  {line}".rstrip())
