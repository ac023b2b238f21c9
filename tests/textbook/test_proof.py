"""What is called proved: never a false line, and nearly every true one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from derive.textbook.compare import Question
from derive.textbook.errors import Unreadable
from derive.textbook.evaluate.dual import Undefined
from derive.textbook.evaluate.evaluator import Evaluator, Work
from derive.textbook.evaluate.points import Point
from derive.textbook.judge import Judge
from derive.textbook.meaning.core import (
    ONE,
    At,
    Core,
    Entry,
    Fold,
    Function,
    Plus,
    Power,
    Rational,
    Slope,
    Symbol,
    Times,
)
from derive.textbook.meaning.dimensions import Dimension, Dimensions
from derive.textbook.proof import prove
from derive.textbook.proof.slopes import Differentiator
from derive.textbook.repairs import variants
from tests.textbook.chains import CHAINS, Chain, verdicts

PROVED = 0.95
"""What share of the true equalities of plain and careful chains is proved."""


def questions(chain: Chain) -> list[tuple[str, Question]]:
    """Return what the judge compares in a chain, with the label of each equality."""
    judge = Judge(dict(chain.declare), chain.given, chain.assume)
    found: list[tuple[str, Question]] = []
    original = judge._question

    def question(*arguments: object) -> Question:
        made = original(*arguments)  # type: ignore[arg-type]
        found.append(("", made))
        return made

    judge._question = question  # type: ignore[method-assign,assignment]
    judge.display(chain.latex)
    return found


@pytest.mark.parametrize(
    "chain",
    [c for c in CHAINS if "wrong" in c.labels],
    ids=lambda chain: chain.name,
)
def test_no_false_equality_is_proved(chain: Chain) -> None:
    """Among the questions are those of false lines and of the changes that were tried on them."""
    from derive.textbook.compare import compare

    for _, question in questions(chain)[:40]:
        if compare(question, shrink=False, samples=3).counterexample is not None:
            assert not prove(question)


def test_nearly_every_true_equality_is_proved() -> None:
    judged = [one for c in CHAINS if c.difficulty < 3 for one in verdicts(c)]
    proved = sum(one.kind == "proved" for one in judged)
    held = sum(one.kind == "held" for one in judged)
    assert proved >= PROVED * (proved + held)


TRUE = (
    (r"\sum_{i=1}^n (x_i + c)^2 = \sum_i x_i^2 + 2c \sum_i x_i + n c^2", {"x": "vector(n)"}),
    (r"x^\top A y = y^\top A^\top x", {"x": "vector(n)", "y": "vector(m)", "A": "matrix(n,m)"}),
    (r"\tanh(2z) = \frac{2\tanh z}{1 + \tanh^2 z}", {"z": "scalar"}),
    (r"\mathrm{tr}(A B) = \mathrm{tr}(B A)", {"A": "matrix(n,m)", "B": "matrix(m,n)"}),
)


@pytest.mark.parametrize(("display", "declare"), TRUE)
def test_true_lines(display: str, declare: dict[str, str]) -> None:
    (one,) = Judge({"c": "scalar", "n": "dim", **declare}).display(display)
    assert one.kind == "proved"


@pytest.mark.parametrize(("display", "declare"), TRUE)
def test_no_small_change_of_a_true_line_is_proved_that_is_false(
    display: str, declare: dict[str, str]
) -> None:
    from derive.textbook.compare import compare
    from derive.textbook.displays import statements
    from derive.textbook.judge import _Chain
    from derive.textbook.parser import parse_terminals

    judge = Judge({"c": "scalar", "n": "dim", **declare})
    from derive.textbook.tokens import tokenize

    (statement,) = statements(judge._terminals(tokenize(display)))
    left, right = (parse_terminals(part) for part in statement.parts)
    for _, changed in variants(right, ("i",), ("i",)):
        judge.reader.free = {}
        try:
            question = judge._question(_Chain([], []), left, changed)
        except Unreadable:
            continue
        if compare(question, shrink=False, samples=3).counterexample is not None:
            assert not prove(question)


# Derivatives on meanings against dual numbers.

DIMENSIONS = Dimensions()
SIZE = Dimension("k")
X = Symbol("x", (SIZE,))
SUMMED = DIMENSIONS.index("j", SIZE)
PLACE = DIMENSIONS.index("i", SIZE)

LEAVES = st.sampled_from(
    [ONE, Rational(Fraction(2)), Entry(X, (At(PLACE),)), Entry(X, (At(SUMMED),))]
)


def _trees(inner: st.SearchStrategy[Core]) -> st.SearchStrategy[Core]:
    return st.one_of(
        st.tuples(inner, inner).map(lambda pair: Plus(pair)),
        st.tuples(inner, inner).map(lambda pair: Times(pair)),
        inner.map(lambda core: Power(core, Rational(Fraction(2)))),
        st.tuples(st.sampled_from(["exp", "sin", "tanh", "sigmoid", "softplus"]), inner).map(
            lambda pair: Function(*pair)
        ),
    )


@given(st.recursive(LEAVES, _trees, max_leaves=6), st.integers(1, 50))
def test_slopes_agree_with_dual_numbers(body: Core, seed: int) -> None:
    summed = Fold("sum", SUMMED, body)
    carried = Differentiator(DIMENSIONS).slope(summed, X, (At(PLACE),), 0)
    with mp.workdps(30):
        evaluator = Evaluator(Point({SIZE: 3}, seed), DIMENSIONS, Work(200_000))
        try:
            wanted = evaluator.value(Slope(summed, X, (At(PLACE),)), {PLACE: 2})
            found = evaluator.value(carried, {PLACE: 2})
        except Undefined:
            return
        assert abs(wanted - found) <= mp.mpf(10) ** -20 * (1 + abs(wanted))
