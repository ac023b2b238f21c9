"""The labelled chains of real books, and what the judge says of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from derive.textbook.judge import Judge
from derive.textbook.verdicts import Judged

__all__ = ["CHAINS", "Chain", "label", "verdicts"]


@dataclass(frozen=True)
class Chain:
    """A record of ``chains.jsonl``, whose fields are told in the documentation of the set."""

    name: str
    latex: str
    declare: tuple[tuple[str, str], ...]
    given: tuple[str, ...]
    assume: tuple[str, ...]
    planted: bool
    difficulty: int
    labels: tuple[str, ...]


def label(equality: dict[str, str]) -> str:
    """Return the label of an equality; a condition is told by the first word of its reason."""
    if equality["verdict"] != "needs":
        return equality["verdict"]
    return equality["why"].split(":")[0]


def _read() -> tuple[Chain, ...]:
    text = Path(__file__).with_name("chains.jsonl").read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    return tuple(
        Chain(
            record["id"],
            record["latex"],
            tuple(record["declare"].items()),
            tuple(record["given"]),
            tuple(record["assume"]),
            record["origin"] == "mutant",
            record["difficulty"],
            tuple(label(equality) for equality in record["equalities"]),
        )
        for record in records
    )


CHAINS = _read()


@cache
def verdicts(chain: Chain) -> tuple[Judged, ...]:
    """Return what the judge says of a chain."""
    judge = Judge(dict(chain.declare), chain.given, chain.assume)
    return tuple(judge.display(chain.latex))
