"""Processes that hold one library each, and work only when it is their turn."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from tests.benchmarks.cells import Cell, arguments, digest
from tests.benchmarks.libraries import LIBRARIES, Library, Work
from tests.benchmarks.timing import calls_per_run, timed

__all__ = ["Prepared", "Turn", "Worker", "confined"]

SPAWN = get_context("spawn")
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "OPENBLAS_THREAD_TIMEOUT": "24"}
"""Threads that wait for work do it asleep, those of OpenBLAS after 2²⁴ cycles."""
LARGE = 32_000_000
"""Bytes, just below the largest size that glibc takes for usual."""
LONG = 0.05
"""The seconds of a call to which caches make no difference."""
SETTLING = 0.03
"""The seconds after which threads that have nothing to do no longer use a processor."""


@contextmanager
def confined(threads: int) -> Iterator[None]:
    """Let the processes that are started here use so many threads, and processors.

    XLA has no option that keeps it to one thread; it counts the processors that it may use.
    """
    before = dict(os.environ)
    os.environ.update(dict.fromkeys(THREADS, str(threads)) | WAITING)
    processors = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if processors:
        os.sched_setaffinity(0, sorted(processors)[-threads:])
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        if processors:
            os.sched_setaffinity(0, processors)


@dataclass(frozen=True)
class Prepared:
    """What became of a cell: the figures of its results, or why there are none."""

    figures: tuple[float, ...] = ()
    offered: bool = True
    failure: str = ""

    @property
    def ready(self) -> bool:
        """Return whether the cell can be timed."""
        return self.offered and not self.failure


@dataclass(frozen=True)
class Turn:
    """The seconds of one call, and the use of the processors.

    ``busy`` is how many were in use in this turn, ``idle`` the seconds they were since the last.
    """

    seconds: float
    busy: float
    idle: float


class Worker:
    """A process that holds a library, as the one that measures sees it."""

    def __init__(self, library: Library) -> None:
        self.name = library.name
        self._connection, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=serve, args=(theirs, library.name), daemon=True)
        self._process.start()
        theirs.close()

    def prepare(self, cell: Cell) -> Prepared:
        """Have a cell prepared, called for the first time and calibrated."""
        try:
            prepared: Prepared = self._ask(cell)
        except (EOFError, OSError):
            return Prepared(failure="its process ended")
        return prepared

    def turn(self) -> Turn:
        """Have the cell measured, while every other worker waits."""
        turn: Turn = self._ask(None)
        return turn

    def stop(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.join()

    def _ask(self, request: Cell | None) -> Any:
        self._connection.send(request)
        return self._connection.recv()


def settle_allocator() -> None:
    """Let glibc keep freed memory from the start, as it does once a large array was freed.

    It learns from the arrays that it sees when to give memory back. Otherwise the time of a cell
    depends on the cells before it.
    """
    np.empty(LARGE, np.uint8)


def clocks() -> tuple[float, float]:
    """Return the time, and that of the processors in all threads."""
    return time.perf_counter(), time.process_time()


def between(before: tuple[float, float], after: tuple[float, float]) -> tuple[float, float]:
    """Return the time that passed, and that of the processors."""
    elapsed, used = (late - early for early, late in zip(before, after, strict=True))
    return elapsed, used


class Bench:
    """What the process of a worker holds: the library and the cell that is measured."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.work: Work = tuple
        self.threads = self.calls = 1
        self.last = 0.0
        self.ended = clocks()
        settle_allocator()

    def prepare(self, cell: Cell) -> Prepared:
        """Prepare a cell in place of the one before."""
        self.work, self.threads = tuple, cell.threads
        gc.collect()
        try:
            work = self.library.prepare(cell, arguments(cell))
            if work is None:
                return Prepared(offered=False)
            self.work = work
            results = self.work()
            figures = digest(results) if self.library.checked else ()
            del results
            self.calls, self.last = calls_per_run(self.work), 0.0
        except Exception as error:
            return Prepared(failure=f"{type(error).__name__}: {error}")
        self.ended = clocks()
        return Prepared(figures)

    def turn(self) -> Turn:
        """Measure one run, after a call that brings the caches back if that matters."""
        started = clocks()
        _, idle = between(self.ended, started)
        if self.last < LONG:
            self.work()
        self.last = timed(self.work, self.calls)
        elapsed, used = between(started, clocks())
        if self.threads > 1:
            time.sleep(SETTLING)
        self.ended = clocks()
        return Turn(self.last, used / elapsed, idle)


def serve(connection: Connection, name: str) -> None:
    """Answer until the one that measures is gone."""
    bench = Bench(LIBRARIES[name])
    while True:
        try:
            request = connection.recv()
            connection.send(bench.turn() if request is None else bench.prepare(request))
        except (EOFError, OSError):
            return
