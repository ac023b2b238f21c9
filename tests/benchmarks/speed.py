"""The kernels beside other libraries: the same task for all, a process for each, in turn."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import product
from statistics import median

from tests.benchmarks.cells import FUNCTIONS, LABELS, PRECISIONS, SIZES, Cell, agree
from tests.benchmarks.figures import show_figures
from tests.benchmarks.libraries import LIBRARIES
from tests.benchmarks.peers import missing
from tests.benchmarks.timing import Times, seconds, show
from tests.benchmarks.workers import Prepared, Turn, Worker, confined

__all__ = ["run"]

RUNS = 15
FEWEST = 7
PATIENCE = 12.0
"""The seconds after which a cell has no more runs than the fewest."""
RETRIES = 2
TOLERATED, UNSEEN = 0.1, 2e-3
"""The part of a processor, and the seconds of it between two turns, that are not remarked upon."""


@dataclass
class Findings:
    """The times of every cell by library, and what is to be remarked upon."""

    times: dict[Cell, dict[str, Times]] = field(default_factory=dict)
    remarks: dict[str, list[str]] = field(default_factory=dict)

    def remark(self, text: str, cell: Cell) -> None:
        self.remarks.setdefault(text, []).append(str(cell))


def options(arguments: Sequence[str]) -> Namespace:
    """Return what is to be measured."""
    parser = ArgumentParser(prog="python -m tests.benchmarks speed", description=__doc__)
    for name, choices in (
        ("pairs", tuple(LABELS)),
        ("functions", tuple(FUNCTIONS)),
        ("sizes", tuple(SIZES)),
        ("precisions", PRECISIONS),
        ("libraries", tuple(LIBRARIES)),
    ):
        parser.add_argument(
            f"--{name}",
            nargs="+",
            choices=choices,
            default=choices,
            metavar="NAME",
            help=f"of {', '.join(choices)}",
        )
    parser.add_argument("--threads", nargs="+", type=int, default=[1], metavar="N")
    parser.add_argument("--runs", type=int, default=RUNS, metavar="N", help="of each cell, at most")
    parser.add_argument(
        "--over", choices=tuple(LIBRARIES), default="by-hand", metavar="NAME", help="the unit"
    )
    return parser.parse_args(arguments)


def chosen(given: Namespace) -> list[str]:
    """Return the libraries to be measured; the unit and NumPy by hand are always among them."""
    wanted = {*given.libraries, given.over, "by-hand"}
    return [name for name in LIBRARIES if name in wanted]


def start(stack: ExitStack, names: Iterable[str]) -> list[Worker]:
    """Start a process for each library that is installed, and name the others."""
    workers = []
    for name in names:
        library = LIBRARIES[name]
        if absent := missing(library.packages):
            print(f"  left out: {name} (not installed: {', '.join(absent)})")
            continue
        workers.append(Worker(library))
        stack.callback(workers[-1].stop)
    return workers


def ready(workers: Sequence[Worker], cell: Cell, findings: Findings) -> list[Worker]:
    """Prepare a cell everywhere, and return the workers that can be timed."""
    prepared = {worker.name: worker.prepare(cell) for worker in workers}
    reference = prepared["by-hand"]
    for name, found in prepared.items():
        if found.failure:
            findings.remark(f"{name} failed: {found.failure.splitlines()[0]}", cell)
        elif disagrees(name, found, reference, cell):
            findings.remark(f"{name} disagrees with NumPy by hand", cell)
    return [worker for worker in workers if prepared[worker.name].ready]


def disagrees(name: str, found: Prepared, reference: Prepared, cell: Cell) -> bool:
    """Return whether a library has other results than NumPy by hand."""
    if not (LIBRARIES[name].checked and found.ready):
        return False
    return not agree(found.figures, reference.figures, cell.precision)


def measure(workers: Sequence[Worker], cell: Cell, runs: int, findings: Findings) -> None:
    """Let the libraries take turns, A B C … A B C …, at one cell."""
    workers = ready(workers, cell, findings)
    turns: dict[str, list[Turn]] = {worker.name: [] for worker in workers}
    started = time.perf_counter()
    for done in range(runs):
        if done >= FEWEST and time.perf_counter() - started > PATIENCE:
            break
        for worker in workers:
            turns[worker.name].append(undisturbed(worker))
    for name, of_one in turns.items():
        watch(name, of_one, cell, findings)
    findings.times[cell] = {
        name: Times(tuple(turn.seconds for turn in of_one)) for name, of_one in turns.items()
    }


def undisturbed(worker: Worker) -> Turn:
    """Return a turn in which other programs left a processor to the library, if there is one."""
    turn = worker.turn()
    for _ in range(RETRIES):
        if turn.busy >= 1 - TOLERATED:
            break
        turn = worker.turn()
    return turn


def watch(name: str, turns: Sequence[Turn], cell: Cell, findings: Findings) -> None:
    """Remark upon a library that did not keep to its turn, and a machine that has other work."""
    if median(turn.busy for turn in turns) > cell.threads + TOLERATED:
        findings.remark(f"{name} used more than {cell.threads} processors", cell)
    if median(turn.idle for turn in turns) > UNSEEN:
        findings.remark(f"{name} used a processor while it waited", cell)
    if name == "by-hand" and median(turn.busy for turn in turns) < 1 - TOLERATED:
        findings.remark("the processors were shared with other work", cell)


def show_ratios(title: str, cells: Mapping[Cell, Mapping[str, Times]], unit: str) -> None:
    """Print the table of a function of a pair: ratios to the unit, and the time of the unit."""
    names = [name for name in LIBRARIES if any(name in times for times in cells.values())]
    rows = []
    for cell, times in cells.items():
        reference = times[unit]
        ratios = [f"{times[name].over(reference):.2f}" if name in times else "–" for name in names]
        n_d_k = "{} × {} × {}".format(*cell.shape)
        rows.append((cell.size, n_d_k, cell.precision, seconds(reference.median), *ratios))
    show(title, ("size", "n × d × k", "precision", unit, *names), rows)


def show_remarks(names: Iterable[str], findings: Findings) -> None:
    """Print in what the libraries differ, and what went otherwise than it should."""
    print()
    for name in names:
        if note := LIBRARIES[name].note:
            print(f"  {name}: {note}")
    for text, cells in findings.remarks.items():
        where = "; ".join(cells[:3]) + (f"; … {len(cells)} cells" if len(cells) > 3 else "")
        print(f"  remark: {text} ({where})")


def announce(cell: Cell) -> None:
    """Say on a terminal which cell is measured."""
    if sys.stderr.isatty():
        print(f"  … {cell}".ljust(79), end="\r", file=sys.stderr, flush=True)


def compare(given: Namespace, threads: int) -> None:
    """Measure with a number of threads, and print a table for each function of each pair."""
    findings = Findings()
    print(f"\nSpeed with {threads} thread{'s' * (threads > 1)}; ratios to {given.over}, medians")
    print(f"  load of the machine before: {os.getloadavg()[0]:.1f}")
    with confined(threads), ExitStack() as stack:
        workers = start(stack, chosen(given))
        for pair in given.pairs:
            # The arrays of a size are drawn once for both functions.
            for size, precision, function in product(
                given.sizes, given.precisions, given.functions
            ):
                cell = Cell(pair, function, size, precision, threads)
                announce(cell)
                measure(workers, cell, given.runs, findings)
            for function in given.functions:
                cells = {
                    cell: times
                    for cell, times in findings.times.items()
                    if (cell.pair, cell.function) == (pair, function)
                }
                show_ratios(f"{pair}, {function}", cells, given.over)
    show_remarks([worker.name for worker in workers], findings)
    show_figures(findings.times)


def run(arguments: Sequence[str] = ()) -> None:
    """Print the tables for each number of threads."""
    given = options(arguments)
    for threads in given.threads:
        compare(given, threads)
