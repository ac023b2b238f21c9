"""No line hangs, takes the machine, or ends in anything but a verdict."""

from __future__ import annotations

import pytest

import derive
from derive.textbook.errors import Unreadable
from derive.textbook.judge import MOST_TRIALS, Judge
from derive.textbook.macros import expand, read_definitions
from derive.textbook.tokens import tokenize

VERDICTS = ("proved", "held", "refuted", "unreadable", "definition", "conditional")
ATTACKS = {
    "nested powers": r"9^{9^{9^{9}}} = 1",
    "a huge bound": r"\sum_{i=1}^{1000000000} i = 2",
    "a huge exponent": r"x^{1000000} = x^{1000001}",
    "deep parentheses": "(" * 500 + "x" + ")" * 500 + " = 1",
    "very deep parentheses": "(" * 20_000 + "x" + ")" * 20_000 + " = 1",
    "deep fractions": r"\frac{" * 50 + "x" + "}{y}" * 50 + " = 1",
    "a long chain": "a = " * 1_000 + "a",
    "many sums": r"\sum_i " * 500 + "x_i = 1",
    "a long product": "x" * 100_000 + " = 1",
    "sums in sums": r"\sum_{i=1}^{n}\sum_{j=1}^{n}\sum_{k=1}^{n}\sum_{l=1}^{n} x_{ijkl} = 1",
    "derivatives of derivatives": r"\frac{\partial}{\partial x}" * 9 + r" e^{x^2} = 1",
    "recursion": r"f(x) = f(f(x)) \\ f(2) = 3",
    "mutual recursion": r"f(x) = g(x) \\ g(x) = f(x) \\ f(1) = 2",
    "a circle": r"a = b \\ b = a \\ a = 1",
    "a long number": "1" * 10_000 + " = 1",
    "rows": r"\\ " * 10_000 + "a = b",
    "columns": "&" * 30_000 + "a = b",
    "unbalanced": r"\left(\left[\left\{ x = 1",
    "bars": "|" * 2_001 + " = 1",
    "primes": "x" + "'" * 500 + " = 1",
    "code": r"\text{__import__('os').system('id')} = x",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_ends_in_verdicts(name: str) -> None:
    for one in Judge().display(ATTACKS[name]):
        assert one.kind in VERDICTS


def test_a_command_that_stands_for_itself_is_refused() -> None:
    macros, rest = read_definitions(tokenize(r"\def\a{\a\a} \a = 1"))
    with pytest.raises(Unreadable, match="stands for itself"):
        expand(rest, macros)


def test_a_command_that_grows_is_refused() -> None:
    levels = "".join(rf"\def\{chr(98 + n)}{{\{chr(97 + n)}\{chr(97 + n)}}}" for n in range(20))
    macros, rest = read_definitions(tokenize(r"\def\a{xxxxxxxxxx}" + levels + r"\u = 1"))
    with pytest.raises(Unreadable, match="too much"):
        expand(rest, macros)


def test_lines_that_may_be_formulas_of_their_own_are_tried_so_often_only() -> None:
    """Each trial copies what is in force; beyond the most, nothing is taken from such a display."""
    display = "$$ a_{%d} = x + 1\nb_{%d} = a_{%d} + 1 $$\n\n"
    text = "".join(display % (n, n, n) for n in range(1, MOST_TRIALS + 3))
    found = derive.verify_text(text, declare=["x: scalar"]).found
    assert [one.judged.kind for one in found] == ["definition"] * 2 * MOST_TRIALS + [
        "unreadable"
    ] * 2
