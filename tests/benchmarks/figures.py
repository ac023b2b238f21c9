"""The figures that are quoted of a comparison of speeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from statistics import median, quantiles

from tests.benchmarks.cells import FUNCTIONS, Cell
from tests.benchmarks.libraries import FRAMEWORKS
from tests.benchmarks.timing import Times, show

__all__ = ["show_figures"]

Measured = Mapping[Cell, Mapping[str, Times]]

FLOOR = {"medium": 1.10, "wide": 1.10, "tall": 1.25}
"""How far above the floor a layer may be in float64."""
WORST = 1.25
"""How far above the best framework a kernel may be."""
RIVALS = {"every framework": FRAMEWORKS, "NumPy by hand": ("by-hand",)}
ASKED = {
    "every framework": f"asked 24 of 30; ✗ is above {WORST} × the best",
    "NumPy by hand": "asked all",
}
COMPILED = ("generated-numba", "numba", "pytensor", "generated")


@dataclass(frozen=True)
class Race:
    """The generated kernel and the quickest of some others, in a cell."""

    cell: Cell
    best: str
    ratios: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Return the median of the ratios, run by run."""
        return median(self.ratios)

    @property
    def ahead(self) -> bool:
        """Return whether the generated kernel is the quicker one."""
        return self.ratio < 1

    def __str__(self) -> str:
        cell = f"{self.cell.pair}, {self.cell.size}, {self.cell.precision}"
        low, _, high = quantiles(self.ratios, n=4) if len(self.ratios) > 1 else self.ratios * 3
        return f"{cell}: {self.ratio:.2f} × {self.best} ({low:.2f} … {high:.2f})"


def races(times: Measured, others: tuple[str, ...]) -> Iterator[Race]:
    """Yield a race for each cell that the generated kernel and one of the others have."""
    for cell, measured in times.items():
        runners = [name for name in others if name in measured]
        if "generated" in measured and runners:
            best = min(runners, key=lambda name: measured[name].median)
            yield Race(cell, best, tuple(measured["generated"].ratios(measured[best])))


def show_floor(times: Measured) -> None:
    """Print the layers over the floor."""
    layers = {
        (cell.pair, cell.size): measured["generated"].over(measured["floor"])
        for cell, measured in times.items()
        if (cell.function, cell.precision) == ("layer", "float64")
        and {"generated", "floor"} <= measured.keys()
    }
    rows = []
    for pair in dict.fromkeys(pair for pair, _ in layers):
        ratios = [
            f"{ratio:.2f}{' ✗' * (ratio > limit)}" if (ratio := layers.get((pair, size))) else "–"
            for size, limit in FLOOR.items()
        ]
        rows.append((pair, *ratios))
    head = ("pair", *(f"{size} (≤ {limit:.2f})" for size, limit in FLOOR.items()))
    show("Layers in float64, over the floor", head, rows)


def show_races(times: Measured) -> None:
    """Print in how many cells the generated kernel is ahead, and where it isn't."""
    for function, (what, others) in product(FUNCTIONS, RIVALS.items()):
        run = [race for race in races(times, others) if race.cell.function == function]
        if not run:
            continue
        ahead = sum(race.ahead for race in run)
        worst = max(run, key=lambda race: race.ratio)
        print(f"\nThe {function}: ahead of {what} in {ahead} of {len(run)} cells, {ASKED[what]};")
        print(f"  worst {worst}; in brackets the quartiles of the runs")
        for race in run:
            if not race.ahead:
                print(f"  {'✗' if race.ratio > WORST else ' '} {race}")


def show_compiled(times: Measured) -> None:
    """Print the compiled kernels at the smallest size, over NumPy by hand."""
    rows = []
    for cell, measured in times.items():
        if cell.size == "tiny":
            ratios = [
                f"{measured[name].over(measured['by-hand']):.2f}" if name in measured else "–"
                for name in COMPILED
            ]
            rows.append((cell.pair, cell.function, cell.precision, *ratios))
    if rows:
        head = ("pair", "function", "precision", *COMPILED)
        show("Compiled kernels at tiny, over NumPy by hand", head, rows)


FIGURES: tuple[Callable[[Measured], None], ...] = (show_floor, show_races, show_compiled)


def show_figures(times: Measured) -> None:
    """Print all figures."""
    for figure in FIGURES:
        figure(times)
