"""The command: which parts are measured."""

from __future__ import annotations

import importlib
import os
import sys

# Matrix products are the same on both sides; in one thread they are not at the mercy of the rest.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PARTS = ("deriving", "processes", "components", "kernels", "compiled", "accuracy")


def main() -> None:
    """Measure the parts that are named, or all of them."""
    chosen = sys.argv[1:] or PARTS
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        sys.exit(f"no part {', '.join(unknown)}; the parts are: {', '.join(PARTS)}")
    for part in chosen:
        importlib.import_module(f"tests.benchmarks.{part}").run()


if __name__ == "__main__":
    main()
