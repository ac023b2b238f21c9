"""The page with verdicts: what stands where, and that nothing of the text becomes markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given

from derive.textbook.documents import read_document
from derive.textbook.mathml import to_mathml
from derive.textbook.page import page
from derive.textbook.parser import parse
from derive.textbook.tree import Node
from derive.textbook.verify import verify_document
from tests.textbook.strategies import trees


def rows(text: str) -> list[str]:
    document = read_document(text)
    whole = page([(document, verify_document(document))])
    return whole.split('<div class="row ')[1:]


def words(markup: str) -> str:
    return re.sub(r"<[^>]*>", "", markup)


LETTERS = [
    (r"x", "x"),
    (r"\mathbf{x}", "𝐱"),
    (r"\boldsymbol{\theta}", "𝜽"),
    (r"\mathcal{L}", "ℒ"),
    (r"\mathcal{N}", "𝒩"),
    (r"\mathbb{R}", "ℝ"),
    (r"\mathfrak{C}", "ℭ"),
    (r"\mathtt{x}", "𝚡"),
    (r"\bm{W}", "𝑾"),
    (r"\mathbf{1}", "𝟏"),
]


@pytest.mark.parametrize(("latex", "letter"), LETTERS)
def test_a_letter_of_a_font_is_a_character(latex: str, letter: str) -> None:
    assert words(to_mathml(parse(latex))) == letter


def test_one_upright_letter_is_not_slanted() -> None:
    assert to_mathml(parse(r"\mathrm{d}")) == '<mi mathvariant="normal">d</mi>'


SPACED = [
    (r"\log x", "log&#x2061; x"),
    (r"\log(x)", "log&#x2061;(x)"),
    (r"y \log x", "y&#x2062; log&#x2061; x"),
    (r"x y", "x&#x2062;y"),
    (r"x \cdot y", "x·y"),
]


@pytest.mark.parametrize(("latex", "written"), SPACED)
def test_functions_stand_apart_from_their_neighbours(latex: str, written: str) -> None:
    assert words(re.sub(r"<mspace[^>]*>", " ", to_mathml(parse(latex)))) == written


def test_brackets_grow_only_around_what_is_tall() -> None:
    assert 'stretchy="false"' in to_mathml(parse("(x + 1)"))
    assert 'stretchy="false"' not in to_mathml(parse(r"(\frac{x}{2} + 1)"))


ELEMENTS = {
    *("math", "mfrac", "mi", "mn", "mo", "mover", "mroot", "mrow", "mspace", "msqrt", "msub"),
    *("msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover"),
}
"""What MathML of a formula is made of."""


@given(trees())
def test_every_tree_is_well_formed(tree: Node) -> None:
    whole = ElementTree.fromstring(f"<math>{to_mathml(tree)}</math>")
    assert {element.tag for element in whole.iter()} <= ELEMENTS


def test_a_refuted_line_has_its_mark_its_numbers_and_what_would_be_true() -> None:
    (row,) = rows("$$(x + 1)^2 = x^2 + x + 1$$")
    assert row.startswith("refuted")
    assert 'class="sign"' in row
    assert "0 ≠ 1 at x = -1" in words(row)
    mended = row.split("true with the right side")[1]
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in mended


def test_a_long_side_may_break_between_its_terms() -> None:
    (row,) = rows("$$x + x + x = 3x$$")
    assert row.count("<math ") == 5


def test_a_condition_is_words_or_a_formula() -> None:
    text = r"""
Let $p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$ and $L = -\sum_i y_i \log p_i$. We assume that
$\sum_i y_i = 1$. Then $$\frac{\partial L}{\partial z_i} = p_i - y_i$$"""
    assert "true if <math" in rows(text)[-1]
    assert "true if the entries of y" in rows(text.replace(r"$\sum_i y_i = 1$", "all is well"))[-1]


HOSTILE = "<script>alert(1)</script>\"'&amp;"


@pytest.mark.parametrize(
    "text",
    [
        f"$$x = {HOSTILE}$$",
        f"$$\\text{{{HOSTILE}}} = x$$",
        f"<!-- declare: {HOSTILE}: vektor(n) -->\n$$x = x$$",
        f"<!-- given: {HOSTILE} = 3 -->\n$$x = x$$",
        f"$$\\newcommand{{\\x}}{{{HOSTILE}}} \\x = 2$$",
        f"$$\\operatorname{{{HOSTILE}}}(x) = 2$$",
        f"$$ {HOSTILE}",
    ],
)
def test_nothing_of_the_text_becomes_markup(text: str) -> None:
    document = read_document(text, name=HOSTILE)
    whole = page([(document, verify_document(document))])
    assert "<script" not in whole
    assert "</script" not in whole


def test_a_command_with_arguments_is_shown_whole() -> None:
    document = read_document(
        "$$\\newcommand{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}}$$\n"
        "<!-- declare: x: scalar -->\n"
        "$$\\pd{x^2}{x} = 2x$$\n"
    )
    verification = verify_document(document)
    assert [found.judged.left for found in verification.found] == ["\\pd{x^2}{x}"]
    (row,) = page([(document, verification)]).split('<div class="row ')[1:]
    assert "<mfrac>" in row
