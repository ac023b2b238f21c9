"""Whole pages as they are printed: the lecture's word for word, all of them by laws.

After a change that is meant, ``python -m tests.printers.test_pages`` writes the pages anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sympy import Symbol

import derive
from derive.derivation import Derivation
from derive.language import Partial, index, k, quantity, total
from derive.notation import tree as t
from derive.notation.indices import free_in
from derive.pairs import Pair
from derive.printers.layout import Line, head_of, lines_of
from derive.printers.text_formula import columns_of
from derive.steps import Rule, Step
from tests.notation.clashes import clashes
from tests.pairs import LEGAL
from tests.printers.external import EXTERNAL

PAGES = Path(__file__).parent / "pages"
MATCHED = (("linear", "squared-error"), ("sigmoid", "logistic"), ("softmax", "cross-entropy"))

VIEWS: dict[str, Callable[[Pair], Derivation]] = {
    "layer": lambda pair: pair.layer(),
    "without assumption": lambda pair: pair.layer(assume=False),
    "bias": lambda pair: pair.gradient("b"),
    "batch": lambda pair: pair.layer(batch=True),
    "mean": lambda pair: pair.layer(batch=True, reduction="mean"),
    "bias of a mean": lambda pair: pair.gradient("b", batch=True, reduction="mean"),
    "hessian": lambda pair: pair.hessian(),
    "jacobian": lambda pair: pair.jacobian(),
}
PAIRS = {
    **{f"{output} + {loss}": derive.pair(output, loss) for output, loss in LEGAL},
    **EXTERNAL,
}
every_page = pytest.mark.parametrize(
    ("name", "view"), [(name, view) for name in PAIRS for view in VIEWS]
)


def page(name: str, view: str) -> Derivation:
    return VIEWS[view](PAIRS[name])


def lines(derivation: Derivation) -> Iterator[tuple[t.Node, Line]]:
    """Each line with the left-hand side of its chain."""
    for chain in lines_of(derivation):
        start = chain[0].left
        assert start is not None
        for line in chain:
            yield start, line


# The lecture --------------------------------------------------------------------------------------


def path_of(output: str, loss: str) -> Path:
    return PAGES / f"{output}_{loss}.txt"


@pytest.mark.parametrize(("output", "loss"), MATCHED)
def test_the_page_of_a_matched_pair_is_printed_as_it_was(output: str, loss: str) -> None:
    printed = derive.pair(output, loss).layer().text() + "\n"
    assert printed == path_of(output, loss).read_text(encoding="utf-8")


# Laws ---------------------------------------------------------------------------------------------


@every_page
def test_no_line_has_a_bound_index_that_could_be_mistaken(name: str, view: str) -> None:
    for left, line in lines(page(name, view)):
        assert not list(clashes(line.right, free_in(left))), (left, line.right)
        if line.reason.equation is not None:
            assert not list(clashes(line.reason.equation))


def test_an_index_of_the_left_hand_side_is_not_bound_on_the_right() -> None:
    i, L, y = index("i"), Symbol("L", real=True), quantity("y", k)
    left, right = Partial(L, quantity("a", k)[i]), total(y[i], i, k)
    rule = Rule("by a statement", (y[i], right), shown_as_statement=True)
    derivation = Derivation("output", "loss", left, (), (Step(left, right, rule),))
    assert derivation.text().splitlines()[-1] == "  ∂L/∂aᵢ = Σⱼ yⱼ   yᵢ = Σⱼ yⱼ"


@every_page
def test_no_line_reads_as_the_one_above(name: str, view: str) -> None:
    for chain in lines_of(page(name, view)):
        for above, line in pairwise(chain):
            assert above.right != line.right


@every_page
def test_no_sum_sign_stands_before_a_minus(name: str, view: str) -> None:
    printed = page(name, view).text(width=200)
    assert not re.search(r"Σ[ᵢⱼₗₘᵤᵣₛ] (−|\(−[^+−()]*\))", printed)
    assert "−−" not in printed
    assert not re.search(r"\d\(1/", printed)


LONELY = re.compile(r"(^|[ (])−?(\d+|\(\d+/n\))\n *[^ +−/⊙⊘]")


@every_page
@pytest.mark.parametrize("width", [60, 80])
def test_a_page_fits_and_no_number_ends_a_row(name: str, view: str, width: int) -> None:
    derivation = page(name, view)
    rows = derivation.text(width=width).splitlines()
    edge = next(row for row in rows[1:] if row.endswith("definition")).index("definition")
    assert max(map(columns_of, rows)) <= width
    for row, following in pairwise(rows):
        if " = " not in following[:edge]:
            assert not LONELY.search(f"{row[:edge].rstrip()}\n{following[:edge]}"), row


def test_the_search_for_lonely_numbers_finds_them() -> None:
    for row in ("L = (1/n)\n  (x", "L = −(1/n)\n   x", "+ 2\n (x", "= Σᵢ (−(2/n)\n x"):
        assert LONELY.search(row), row
    for row in ("L = (1/n) x\n (y", "= Σᵢ yᵢ²\n x", "+ (1\n  − y)", "= 1 / 2\n  + y"):
        assert not LONELY.search(row), row


# Rows and matrices --------------------------------------------------------------------------------


def printed_chain(derivation: Derivation, left: str) -> list[str]:
    """The right-hand sides below a left-hand side, without their reasons."""
    found: list[str] = []
    for row in derivation.text(width=160).splitlines()[1:]:
        start, _, right = row.partition(" = ")
        if start.strip():
            found = found if found and start.strip() != left else []
            current = start.strip()
        if current == left:
            found.append(right.split("   ")[0])
    return found


@pytest.mark.parametrize(
    ("output", "loss", "options", "left", "expected"),
    [
        ("linear", "squared-error", {}, "∇_h L", ["2Wᵀ(Wh − y)", "2Wᵀ(ŷ − y)"]),
        ("sigmoid", "logistic", {}, "∇_h L", ["Σᵢ ∂L/∂aᵢ ∇_h aᵢ", "Σᵢ (ŷᵢ − yᵢ) Wᵢ", "Wᵀ(ŷ − y)"]),
        ("linear", "squared-error", {"batch": True}, "∇_H L", ["2(Ŷ − Y) W"]),
        ("softmax", "cross-entropy", {"batch": True}, "∇_W L", ["(Ŷ − Y)ᵀH"]),
        (
            "softmax",
            "cross-entropy",
            {"assume": False},
            "∇_h L",
            ["Σᵢ ∂L/∂aᵢ ∇_h aᵢ", "Σᵢ ((Σⱼ yⱼ) ŷᵢ − yᵢ) Wᵢ", "Wᵀ((𝟏ᵀy) ŷ − y)"],
        ),
    ],
)
def test_a_chain_goes_from_rows_to_a_matrix_and_not_back(
    output: str, loss: str, options: dict[str, Any], left: str, expected: list[str]
) -> None:
    derivation = derive.pair(output, loss).layer(**options)
    assert printed_chain(derivation, left) == expected


# Heads --------------------------------------------------------------------------------------------


def head(derivation: Derivation, *, ascii: bool = False) -> str:  # noqa: A002
    return " ".join(derivation.text(ascii=ascii).splitlines()[0].split())


@pytest.mark.parametrize(
    ("output", "loss", "view", "expected"),
    [
        ("linear", "squared-error", "layer", "linear + squared-error y ∈ ℝᵏ"),
        ("linear", "squared-error", "batch", "linear + squared-error Y ∈ ℝⁿˣᵏ"),
        ("sigmoid", "logistic", "layer", "sigmoid + logistic yᵢ ∈ [0, 1]"),
        ("sigmoid", "logistic", "mean", "sigmoid + logistic yₘᵢ ∈ [0, 1]"),
        ("softmax", "cross-entropy", "layer", "softmax + cross-entropy y ∈ ℝᵏ, Σᵢ yᵢ = 1"),
        ("softmax", "cross-entropy", "batch", "softmax + cross-entropy Y ∈ ℝⁿˣᵏ, Σᵢ yₘᵢ = 1"),
        ("softmax", "cross-entropy", "without assumption", "softmax + cross-entropy y ∈ ℝᵏ"),
        ("sigmoid", "cross-entropy", "layer", "sigmoid + cross-entropy y ≥ 0, Σᵢ yᵢ = 1"),
        ("sigmoid", "cross-entropy", "batch", "sigmoid + cross-entropy Y ≥ 0, Σᵢ yₘᵢ = 1"),
        ("softmax", "cross-entropy", "jacobian", "softmax"),
        ("relu", "squared-error", "jacobian", "relu r′(0) = 1"),
        ("relu", "squared-error", "layer", "relu + squared-error y ∈ ℝᵏ, r′(0) = 1"),
    ],
)
def test_the_head_shows_the_labels_of_the_loss(
    output: str, loss: str, view: str, expected: str
) -> None:
    assert head(VIEWS[view](derive.pair(output, loss))) == expected


def test_a_loss_in_no_table_has_real_labels() -> None:
    assert head(EXTERNAL["wavelet"].layer()) == "wavelet + log-cosh y ∈ ℝᵏ"
    assert head(EXTERNAL["wavelet"].layer(batch=True)) == "wavelet + log-cosh Y ∈ ℝⁿˣᵏ"


def test_the_head_in_ascii_and_in_latex() -> None:
    pair = derive.pair("sigmoid", "cross-entropy")
    assert head(pair.layer(), ascii=True) == "sigmoid + cross-entropy y >= 0, Sum_i y_i = 1"
    assert head(pair.layer(batch=True), ascii=True).endswith("Y >= 0, Sum_i y_{mi} = 1")
    linear = derive.pair("linear", "squared-error").layer(batch=True)
    assert head(linear, ascii=True).endswith("Y in R^{nxk}")
    for derivation, expected in (
        (pair.layer(batch=True), r"Y \ge 0,\ \sum_{i=1}^{k} y_{mi} = 1"),
        (derive.pair("sigmoid", "logistic").layer(batch=True), r"y_{mi} \in [0, 1]"),
        (linear, r"Y \in \mathbb{R}^{n \times k}"),
        (derive.pair("sigmoid", "logistic").layer(), r"y_i \in [0, 1]"),
    ):
        labels = head_of(derivation).labels
        assert labels is not None
        assert labels.latex == expected
        assert f"${expected}$" in derivation.latex(standalone=True)


def test_the_web_page_has_the_same_head() -> None:
    assert "<p>yᵢ ∈ [0, 1]</p>" in derive.pair("sigmoid", "logistic").layer().html()
    assert "<h3>softmax</h3>\n<table>" in derive.pair("softmax", "logistic").jacobian().html()


if __name__ == "__main__":
    for matched in MATCHED:
        printed_page = derive.pair(*matched).layer().text() + "\n"
        path_of(*matched).write_text(printed_page, encoding="utf-8")
