"""Notations of many books, one by one, and what has no reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.textbook.judge import Judge
from derive.textbook.tokens import tokenize
from tests.textbook.chains import CHAINS, Chain, verdicts
from tests.textbook.readings import READINGS, Reading


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.display[:40])
def test_notation(reading: Reading) -> None:
    judge = Judge(reading.declare, reading.given, reading.assume)
    assert not judge.troubles
    assert " ".join(one.kind for one in judge.display(reading.display)) == reading.verdicts


@pytest.mark.parametrize(
    "display",
    [
        r"\int x \, dx = \frac{1}{2}",
        r"\binom{n}{2} = \frac{n(n-1)}{2}",
        r"x = y \oplus z",
        r"f(2) = 4",
        r"\nabla L = 0",
        r"D f(x) = 1",
        r"1 + 3 + \dots + n = \frac{n(n+1)}{2}",
        r"x = \frac{1}{2",
        r"x^{(2} = 1",
        r"y = \foo{x}",
        r"\lim_{x \to 0} x = 0",
        r"x_{a_} = 1",
        r"\sum_1^\infty x_j = 1",
        r"a \stackrel{x}{y} b = 1",
    ],
)
def test_what_has_no_reading_is_unreadable(display: str) -> None:
    judged = Judge({"x": "scalar", "y": "scalar"}).display(display)
    assert judged
    assert all(one.kind == "unreadable" and one.reason for one in judged)


PLAIN = [chain for chain in CHAINS if chain.difficulty < 3 and "split" not in chain.latex]


@given(st.sampled_from(PLAIN), st.data())
def test_an_unknown_command_is_never_skipped(chain: Chain, data: st.DataObject) -> None:
    """Put somewhere, it makes what stands there unreadable, or it stands in no equality."""
    tokens = [token for token in tokenize(chain.latex) if token.text not in ("{", "}")]
    at = data.draw(st.sampled_from(tokens)).span.start
    changed = chain.latex[:at] + r"\unknowncommand " + chain.latex[at:]
    judged = Judge(dict(chain.declare), chain.given, chain.assume).display(changed)
    before = verdicts(chain)
    spoilt = [one for one in judged if one.kind == "unreadable"]
    inside = any(one.span.start < at < one.span.end for one in before)
    assert spoilt or not inside


def test_nothing_is_guessed_silently() -> None:
    judge = Judge()
    (one,) = judge.display(r"(A + B)^2 = A^2 + 2AB + B^2")
    assert one.kind == "conditional"
    assert one.declaration == "A: scalar; B: scalar"


def test_an_undeclared_name_is_asked_for() -> None:
    (one,) = Judge({"x": "scalar"}).display(r"x + c = 2x")
    assert one.kind == "unreadable"
    assert one.declaration == "c: scalar"


def test_the_place_of_what_is_unreadable() -> None:
    display = r"x = y + \foo z"
    (one,) = Judge({"x": "scalar"}).display(display)
    assert display[one.problem.start : one.problem.end] == r"\foo"
