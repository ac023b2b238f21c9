"""The labelled chains of real books: what is true is never refuted, what is wrong never passes."""

from __future__ import annotations

import pytest

from tests.textbook.chains import CHAINS, Chain, verdicts

TRUE = {"holds", "definition", "assume"}
PASSES = {"proved", "held", "definition"}
READABLE = {1: 1.0, 2: 0.95, 3: 0.7}
"""What share of the equalities has to be read, by difficulty."""


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)
def test_each_equality_is_judged_as_it_is_labelled(chain: Chain) -> None:
    judged = verdicts(chain)
    assert len(judged) == len(chain.labels)
    for label, one in zip(chain.labels, judged, strict=True):
        if label in TRUE:
            assert one.kind != "refuted", one
        if label in ("wrong", "only if"):
            assert one.kind not in PASSES, one


@pytest.mark.parametrize("chain", [c for c in CHAINS if c.planted], ids=lambda chain: chain.name)
def test_each_planted_mistake_is_refuted(chain: Chain) -> None:
    assert verdicts(chain)[chain.labels.index("wrong")].kind == "refuted"


@pytest.mark.parametrize("difficulty", READABLE)
def test_enough_is_readable(difficulty: int) -> None:
    judged = [one for c in CHAINS if c.difficulty == difficulty for one in verdicts(c)]
    read = sum(one.kind != "unreadable" for one in judged)
    assert read >= READABLE[difficulty] * len(judged)


def test_refuted_lines_say_why() -> None:
    refuted = [one for chain in CHAINS for one in verdicts(chain) if one.kind == "refuted"]
    assert refuted
    assert all(one.counterexample is not None or one.reason for one in refuted)
