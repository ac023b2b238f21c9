"""The command: which parts are measured, and with which options."""

from __future__ import annotations

import importlib
import itertools
import os
import sys

# Matrix products are the same on both sides; in one thread they are not at the mercy of the rest.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PARTS = (
    "deriving",
    "reading",
    "processes",
    "components",
    "kernels",
    "networks",
    "speed",
    "memory",
    "accuracy",
)
WITH_OPTIONS = ("speed",)


def main() -> None:
    """Measure the parts that are named, or all of them: ``[PART ...] [OPTION ...]``."""
    given = sys.argv[1:]
    named = list(itertools.takewhile(lambda word: not word.startswith("-"), given))
    options = given[len(named) :]
    unknown = [part for part in named if part not in PARTS]
    if unknown:
        sys.exit(f"no part {', '.join(unknown)}; the parts are: {', '.join(PARTS)}")
    if options and (len(named) != 1 or named[0] not in WITH_OPTIONS):
        sys.exit(
            f"options follow the name of one part that has them, of: {', '.join(WITH_OPTIONS)}"
        )
    for part in named or PARTS:
        measure = importlib.import_module(f"tests.benchmarks.{part}").run
        measure(options) if part in WITH_OPTIONS else measure()


if __name__ == "__main__":
    main()
