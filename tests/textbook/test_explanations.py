"""What is said of false lines: the least condition, the smallest numbers, the change that mends."""

from __future__ import annotations

import pytest

from derive.textbook.judge import Judge
from derive.textbook.repairs import RULES

SOFTMAX = r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}"
LOSS = r"L = -\sum_i y_i \log p_i"
VECTORS = {"z": "vector(k)", "y": "vector(k)"}


@pytest.mark.parametrize(
    ("declare", "given", "display", "condition"),
    [
        (VECTORS, (SOFTMAX, LOSS), r"\frac{\partial L}{\partial z_i} = p_i - y_i", "sum to one"),
        (VECTORS, (), r"\sum_i y_i^2 = 1", "one-hot"),
        ({"x": "scalar"}, (), r"\log x^2 = 2 \log x", "x > 0"),
    ],
)
def test_what_texts_leave_unsaid_is_a_condition(
    declare: dict[str, str], given: tuple[str, ...], display: str, condition: str
) -> None:
    (one,) = Judge(declare, given).display(display)
    assert one.kind == "conditional"
    assert condition in one.conditions[0]


@pytest.mark.parametrize(
    ("declare", "given", "display", "special"),
    [
        ({"x": "scalar"}, (), r"\sqrt{x^2} = x", "x > 0"),
        ({"x": "vector(n)"}, (), r"x_i x_i = \sum_i x_i^2", "n = 1"),
        (VECTORS, (SOFTMAX,), r"\frac{\partial p_i}{\partial z_j} = p_i \cdot p_j (-1)^3", "i ≠ j"),
        (
            {"A": "matrix(n,n)", r"\mathbf{x}": "vector(n)"},
            (),
            r"\nabla_{\mathbf{x}} \mathbf{x}^\top A \mathbf{x} = A \mathbf{x} + A \mathbf{x}",
            "A is symmetric",
        ),
    ],
)
def test_a_special_case_is_named_and_the_line_stays_refuted(
    declare: dict[str, str], given: tuple[str, ...], display: str, special: str
) -> None:
    judged = Judge(declare, given).display(display)[-1]
    assert judged.kind == "refuted"
    assert special in judged.reason or judged.suggestion


MENDED = {
    "a sign": ({"x": "scalar"}, r"(x-1)^2 = x^2 + 2x + 1"),
    "a factor 2 in a term": ({"x": "scalar"}, r"(x+1)^2 = x^2 + x + 1"),
    "a transpose": ({"A": "matrix(n,m)", "x": "vector(n)"}, r"(x^\top A)^\top = A x"),
    "an index": ({"x": "vector(n)", "A": "matrix(n,n)"}, r"A_{ij} x_i = A_{ij} x_j"),
    "the order of two factors": ({"A": "matrix(n,m)", "B": "matrix(m,p)"}, r"A B = B A"),
    "a factor too many": ({"x": "scalar", "c": "scalar"}, r"x c = x c c"),
    "a power": ({"x": "scalar"}, r"x + x = 2 x^2"),
    "the argument of a function": ({"x": "scalar"}, r"\frac{1}{e^{x}} = e^{x}"),
    "a square": ({"x": "scalar", "c": "scalar"}, r"(x + c)(x + c) = (x + c)"),
    "a fraction upside down": ({"x": "scalar positive"}, r"x^{-1} = \frac{x}{1}"),
}


def test_each_kind_of_change_has_an_example() -> None:
    assert set(MENDED) == {rule.name for rule in RULES}


@pytest.mark.parametrize("name", MENDED)
def test_a_small_change_mends_a_line(name: str) -> None:
    declare, display = MENDED[name]
    (one,) = Judge(declare).display(display)
    assert one.kind == "refuted"
    assert one.suggestion
    left = display.split("=")[0]
    (mended,) = Judge(declare).display(f"{left} = {one.suggestion}")
    assert mended.kind in ("held", "proved")


def test_the_counterexample_is_small() -> None:
    (one,) = Judge({"x": "vector(n)"}).display(r"\sum_i x_i^2 = (\sum_i x_i)^2")
    assert one.counterexample is not None
    assert one.counterexample.sizes == (("n", 2),)


def test_a_stationary_point_is_a_condition_and_in_force_afterwards() -> None:
    declare = {"w": "vector(d)", "X": "matrix(n,d)", "y": "vector(n)"}
    judge = Judge(declare, [r"E = \|y - X w\|^2"])
    judged = judge.display(r"\nabla_w E = 2 X^\top (X w - y) = 0 \implies X^\top X w = X^\top y")
    assert [one.kind for one in judged] == ["proved", "conditional", "conditional"]


def test_two_slips_that_cancel_are_both_shown() -> None:
    judge = Judge({"x": "scalar"})
    kinds = [one.kind for one in judge.display(r"2x = x + 2 = x + x")]
    assert kinds == ["refuted", "refuted"]


def test_an_error_does_not_spread() -> None:
    judge = Judge({"x": "scalar"})
    kinds = [one.kind for one in judge.display(r"(x+1)^2 = x^2 + x + 1 = (x^2 + 1) + x")]
    assert kinds == ["refuted", "proved"]
