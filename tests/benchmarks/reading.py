"""How long reading takes: odd texts of growing length, and the chains that the tests verify."""

from __future__ import annotations

from functools import partial

from derive.textbook.documents import read_document
from derive.textbook.judge import Judge
from tests.benchmarks.timing import in_turn, seconds, show, timed
from tests.textbook.chains import CHAINS, Chain
from tests.textbook.odd_texts import ODD

__all__ = ["run"]

RUNS = 3
LENGTHS = (50_000, 100_000, 200_000, 400_000)
SLOWEST = 5


def odd_texts() -> None:
    """Print the time of each odd text by its length: the last is 8 where it grows linearly."""
    rows = []
    for name, text in ODD.items():
        work = {str(length): partial(read_document, text(length)) for length in LENGTHS}
        times = list(in_turn(work, runs=RUNS).values())
        grown = times[-1].over_at_best(times[0])
        rows.append((name, *(seconds(min(found.runs)) for found in times), f"{grown:.1f}"))
    head = ("text", *(f"{length} characters" for length in LENGTHS), "last over first")
    show("Odd texts, scanned", head, rows)


def judged(chain: Chain) -> None:
    """Judge a chain as the command does."""
    list(Judge(dict(chain.declare), chain.given, chain.assume).display(chain.latex))


def chains() -> None:
    """Print how long the chains take together, and the slowest of them."""
    times = {chain.name: timed(partial(judged, chain), 1) for chain in CHAINS}
    slowest = sorted(times, key=lambda name: -times[name])[:SLOWEST]
    rows = [("all", seconds(sum(times.values()))), *((one, seconds(times[one])) for one in slowest)]
    show(f"{len(CHAINS)} chains of real books, judged", ("chain", "time"), rows)


def run() -> None:
    """Print the times."""
    odd_texts()
    chains()
