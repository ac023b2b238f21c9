"""Cold processes: the command line and the import of the kernels."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from tests.benchmarks.timing import in_turn, show

__all__ = ["run"]

RUNS = 7
PROGRAMS = {
    "an empty program": "",
    "import numpy": "import numpy",
    "import numeric": "import numeric",
    "import a kernel": "from numeric.kernels import softmax_cross_entropy",
    "import derive": "import derive",
    "derive table": "import sys; sys.argv = ['derive', 'table']; import derive.cli as c; c.main()",
}
WITHOUT_SYMPY = ("import numeric", "import a kernel")


def start(program: str) -> str:
    """Run a program in a process of its own and return what it prints."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run() -> None:
    """Print the times, and which programs leave SymPy out."""
    works = {name: partial(start, program) for name, program in PROGRAMS.items()}
    times = in_turn(works, runs=RUNS)
    empty = times["an empty program"].median
    rows = [
        (name, taken, f"{1e3 * (taken.median - empty):.0f} ms", _has_sympy(name))
        for name, taken in times.items()
    ]
    show("Cold processes", ("program", "time", "beyond an empty one", "SymPy is loaded"), rows)


def _has_sympy(name: str) -> str:
    if name not in WITHOUT_SYMPY:
        return ""
    return start(f"{PROGRAMS[name]}\nimport sys\nprint('sympy' in sys.modules)").strip()
