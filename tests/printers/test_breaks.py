"""Long lines: where they are broken, in text and in LaTeX."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from sympy import Expr, Symbol, exp, log, tanh

from derive.derivation import Derivation
from derive.language import Entries, index, k, n, quantity, total
from derive.notation import read
from derive.notation import tree as t
from derive.printers.latex_formula import lines_of
from derive.printers.text import derivation_text
from derive.steps import Rule, Step

i, j = index("i"), index("j")
a, y, p = (quantity(letter, k) for letter in ("a", "y", "ŷ"))
L = Symbol("L", real=True)

long_sum = tanh(a[i] + y[i]) + log(1 + exp(-a[i])) + log(1 + exp(a[i])) + tanh(a[i] - p[i])
WIDE: dict[str, Expr] = {
    "a number times a sum": -long_sum * 7,
    "a mean": -long_sum / n,
    "a light factor": p[i] * long_sum,
    "a sum of sums": total(long_sum * p[i], i, k) / n,
    "a fraction": long_sum / (1 + exp(-a[i]) + exp(a[i]) + exp(2 * a[i])) ** 3,
    "a function": tanh(long_sum),
    "an exponential": exp(long_sum * a[i] + long_sum * y[i]),
    "a power": long_sum**5,
    "an array": Entries(p[i] * long_sum / (1 + exp(a[i])) ** 2, (i, k)),
    "a diagonal": Entries(
        total((p[i] - y[i]) * long_sum * quantity("Q", k, k)[i, j], i, k) ** 3, (j, k)
    ),
}


def rows(expr: Expr, width: int = 60) -> list[str]:
    derivation = Derivation("output", "loss", L, (), (Step(L, expr, Rule("x")),))
    printed = derivation_text(derivation, width=width).splitlines()[1:]
    return [re.sub(r" {3,}x$", "", row) for row in printed]


def test_text_is_broken_outside_of_brackets_first() -> None:
    entry = log(1 + exp(-a[i])) * (p[i] - y[i])
    assert rows(entry + tanh(a[i]) * (y[i] + a[i] + exp(-a[i])) * (1 - p[i]) + exp(a[i])) == [
        "  L = e^{aᵢ} + (ŷᵢ − yᵢ) ln(1 + e^{−aᵢ})",
        "        + (1 − ŷᵢ) (yᵢ + aᵢ + e^{−aᵢ}) tanh(aᵢ)",
    ]


def test_what_is_deeper_in_brackets_stands_further_to_the_right() -> None:
    assert rows(-long_sum / n) == [
        "  L = −(1/n) (tanh(yᵢ + aᵢ) + ln(1 + e^{aᵢ})",
        "          + tanh(aᵢ − ŷᵢ) + ln(1 + e^{−aᵢ}))",
    ]


def is_lonely(source: str) -> bool:
    """Whether a line of LaTeX is nothing but a number or a number over a dimension."""
    return bool(re.fullmatch(r"[-+]? ?(\d+|\\frac\{\d+\}\{n\})", source))


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize("limit", [130.0, 170.0, 250.0])
def test_every_line_of_latex_fits_and_none_is_a_lonely_number(name: str, limit: float) -> None:
    boxes = lines_of(read(WIDE[name]), limit)
    assert len(boxes) > 1
    assert max(box.width for box in boxes) <= limit
    assert not any(is_lonely(box.source) for box in boxes)


ON_THE_LINE = {"a fraction", "an exponential"}
"""What is written otherwise where it is too wide."""


@pytest.mark.parametrize("name", [name for name in WIDE if name not in ON_THE_LINE])
def test_breaking_latex_keeps_every_letter(name: str) -> None:
    def letters(source: str) -> list[str]:
        return sorted(re.findall(r"\\hat|\\tanh|\\ln|[ya]_|\d", source))

    node = read(WIDE[name])
    (whole,) = lines_of(node, 1e6)
    broken = " ".join(box.source for box in lines_of(node, 170.0))
    assert letters(broken) == letters(whole.source)


def test_a_number_stays_with_what_it_multiplies() -> None:
    two, name = t.Number(Fraction(2)), t.Name("x")
    node = t.Product((two, t.Sum((t.Term(name), t.Term(t.Name("z"))))))
    assert lines_of(node, 25.0)[0].source.startswith("2 ")
