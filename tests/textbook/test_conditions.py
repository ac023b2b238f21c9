"""Points meet the conditions in force, and those that no point meets are given up soon."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.textbook.evaluate.conditions import _smallest_step
from derive.textbook.judge import Judge

SQUARE = {"n": "dim", "U": "matrix(n,n)", "V": "matrix(n,n)", "x": "vector(n)"}
TALL = {"n": "dim", "p": "dim", "U": "matrix(n,p)", "x": "vector(p)", "z": "vector(n)"}

LABEL = {"n": "dim", "y": "vector(n) one-hot", "p": "vector(n) simplex", "o": "index(n)"}


@pytest.mark.parametrize(
    ("declare", "assume", "line", "kinds"),
    [
        (SQUARE, "U^T U = I", r"\|U x\|^2 = \|x\|^2", ("proved", "held")),
        (SQUARE, "U^T U = I", r"U U^T x = x", ("proved", "held")),
        (SQUARE, "U^T U = I", r"U x = x", ("refuted",)),
        # Only where n is at least p there is such a U, and n may be greater than p.
        (TALL, "U^T U = I", r"U^T U x = x", ("proved", "held")),
        (TALL, "U^T U = I", r"U U^T z = z", ("conditional", "refuted")),
        # A label with one class says of an index which one it is; no label has all of them.
        (LABEL, "y_o = 1", r"-\sum_k y_k \log p_k = -\log p_o", ("proved", "held")),
        (LABEL, "y_o = 1", r"\sum_{k \neq o} y_k p_k + y_o p_o = 1", ("refuted",)),
        (LABEL, "y_o = 0", r"y_o \log p_o = 0", ("proved", "held")),
    ],
)
def test_what_holds_under_a_condition(
    declare: dict[str, str], assume: str, line: str, kinds: tuple[str, ...]
) -> None:
    (judged,) = Judge(declare, (), (assume,)).display(line)
    assert judged.kind in kinds


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        (r"\nabla f(w) = X^T S X w - b = 0", ["held", "held"]),
        (r"\nabla f(w) = X^T S X w + b", ["refuted"]),
        (r"\nabla f(w) = 2 X^T S X w - 2 b - c", ["refuted"]),
    ],
)
def test_a_gradient_that_is_nought_stands_under_the_other_conditions(
    line: str, kinds: list[str]
) -> None:
    """That both sides are nought shows nothing, but S is symmetric wherever they are not."""
    declare = {
        "n": "dim",
        "d": "dim",
        "X": "matrix(n,d)",
        "S": "matrix(n,n)",
        "b": "vector(d)",
        "c": "vector(d)",
        "w": "vector(d)",
    }
    given = (r"f(w) = \frac{1}{2} w^T X^T S X w - b^T w",)
    assume = ("S^T = S", "X^T S X w - b = 0")
    judged = Judge(declare, given, assume).display(line)
    assert [one.kind for one in judged] == kinds


entries = st.floats(-10, 10).map(lambda value: round(value, 3))


@given(st.lists(st.lists(entries, min_size=2, max_size=2), min_size=3, max_size=5))
def test_a_step_meets_linear_equations_and_is_their_smallest(columns: list[list[float]]) -> None:
    """The residuals are met by a step of ones; the smallest has no part that leaves them as is."""
    residuals = [math.fsum(column[i] for column in columns) for i in range(2)]
    step = [float(value) for value in _smallest_step(columns, residuals)]
    for i in range(2):
        reached = math.fsum(move * column[i] for move, column in zip(step, columns, strict=True))
        assert reached == pytest.approx(residuals[i], abs=1e-5)
    assert math.fsum(move * move for move in step) <= len(columns) * (1 + 1e-5)
