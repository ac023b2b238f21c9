"""Reading what is printed gives the tree again; documents of any kind end in verdicts."""

from __future__ import annotations

import os
from typing import get_args

import pytest
from hypothesis import given, settings

import derive
from derive.errors import DeriveError
from derive.textbook.errors import Unreadable
from derive.textbook.judge import Judge
from derive.textbook.latex import to_latex
from derive.textbook.mathml import to_mathml
from derive.textbook.parser import parse
from derive.textbook.tree import Node
from derive.textbook.verdicts import Kind
from tests.textbook.chains import CHAINS
from tests.textbook.strategies import displays, documents, trees

DOCUMENTS = int(os.environ.get("FUZZ_DOCUMENTS", "400"))
"""How many random documents are read; ``FUZZ_DOCUMENTS=20000`` is the large set."""


@given(trees())
@settings(max_examples=400)
def test_reading_what_is_printed_gives_the_tree(tree: Node) -> None:
    assert parse(to_latex(tree)) == tree


@given(trees())
def test_every_tree_has_mathml(tree: Node) -> None:
    text = to_mathml(tree)
    assert text.count("<") == text.count(">")


@given(displays)
@settings(max_examples=400)
def test_what_reads_once_reads_again(text: str) -> None:
    try:
        tree = parse(text)
    except Unreadable:
        return
    assert parse(to_latex(tree)) == tree


@given(documents)
@settings(max_examples=DOCUMENTS)
def test_any_document_ends_in_verdicts(text: str) -> None:
    verification = derive.verify_text(text)
    assert str(verification) is not None
    assert all(0 <= one.judged.span.start <= len(text) for one in verification.found)


@given(documents, documents)
@settings(max_examples=100)
def test_any_definition_and_condition_is_taken_or_refused(one: str, other: str) -> None:
    try:
        judge = Judge({"x": "vector(n)", "W": "matrix(k,n)"}, [one], [other])
    except DeriveError:
        return
    assert {one.kind for one in judge.display("y = W x")} <= set(get_args(Kind))


@pytest.mark.parametrize("chain", CHAINS[::6], ids=lambda chain: chain.name)
def test_cut_anywhere_a_chain_ends_in_verdicts(chain: object) -> None:
    latex = chain.latex  # type: ignore[attr-defined]
    for end in range(0, len(latex), 7):
        judge = Judge(dict(chain.declare), chain.given, chain.assume)  # type: ignore[attr-defined]
        assert all(one.kind for one in judge.display(latex[:end]))
