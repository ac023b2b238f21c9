"""What in a text is mathematics, and that odd texts do not hang it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

import derive
from derive.textbook.documents import LONGEST_DISPLAY, read_document, read_file
from tests.textbook.odd_texts import ODD

FOUND: list[tuple[str, str, list[str]]] = [
    ("dollars", "$$a = b$$ and $c = d$, but $e$", ["a = b", "c = d"]),
    ("brackets", r"\[a = b\] and \(c = d\)", ["a = b", "c = d"]),
    ("a row's space is no display", r"\[a = b \\[2pt] c = d\]", [r"a = b \\[2pt] c = d"]),
    ("a fence", "```math\na = b\n```", ["a = b"]),
    ("a fence of code", "```python\na = b\n```\n$c = d$", ["c = d"]),
    ("a directive", "```{math}\n:label: one\n\na = b\n```", ["a = b"]),
    ("a directive with an argument", "```{math} a = b\n```", ["a = b"]),
    ("colons", ":::{math}\na = b\n:::", ["a = b"]),
    ("a box with words", ":::{note}\n$a = b$\n:::", ["a = b"]),
    ("a role", "so {math}`a = b` and `c = d`", ["a = b"]),
    ("dollars with ticks", "so $`a = b`$", ["a = b"]),
    ("prices", "It costs $5. Then $a = b$ holds.", ["a = b"]),
    ("prices in pairs", "From $5 to $6, as $a = b$.", ["a = b"]),
    ("an escaped dollar", r"5\$ and $a = b$", ["a = b"]),
    ("a note", "<!-- $a = b$ --> $c = d$", ["c = d"]),
    ("a formula alone", "a = b", ["a = b"]),
    ("code alone", "`a = b`", []),
    ("a definition inside", r"$$\newcommand{\v}{x} \v = a$$", [r"\v = a"]),
    ("an environment", r"\begin{align*}a &= b\end{align*}", [r"\begin{align*}a &= b\end{align*}"]),
]
IN_LATEX: list[tuple[str, str, list[str]]] = [
    ("a comment", "% $a = b$\n$c = d$", ["c = d"]),
    ("an escaped percent sign", r"5\% of $a = b$", ["a = b"]),
    ("verbatim", r"\begin{verbatim}$a = b$\end{verbatim} \verb|$c = d$| $e = f$", ["e = f"]),
    ("behind the end", r"$a = b$ \end{document} $c = d$", ["a = b"]),
    (
        "an author's environment",
        r"\def\be{\begin{equation}}\newcommand{\ee}{\end{equation}} \be a = b \ee \beta",
        [r"\be a = b \ee"],
    ),
]


def formulas(text: str, kind: str) -> list[str]:
    pieces = read_document(text, kind=kind).pieces
    assert all(piece.text == " " or piece.start <= len(text) for piece in pieces)
    return [piece.text.strip() for piece in pieces if piece.kind in ("display", "inline", "broken")]


@pytest.mark.parametrize(("text", "found"), [one[1:] for one in FOUND], ids=[o[0] for o in FOUND])
def test_what_is_mathematics_in_markdown(text: str, found: list[str]) -> None:
    assert formulas(text, "markdown") == found


@pytest.mark.parametrize(
    ("text", "found"), [one[1:] for one in IN_LATEX], ids=[one[0] for one in IN_LATEX]
)
def test_what_is_mathematics_in_latex(text: str, found: list[str]) -> None:
    assert formulas(text, "latex") == found


def test_formulas_stand_where_they_are_said_to_stand() -> None:
    for _, text, _ in FOUND:
        for piece in read_document(text, kind="markdown").pieces:
            assert piece.text.strip() in text[piece.start : piece.start + len(piece.text)]


def test_the_kind_of_a_text_is_told_by_what_it_has() -> None:
    assert formulas_of("\\section{One}\n% $a = b$\n$c = d$") == ["c = d"]
    assert formulas_of("# One\n`$a = b$` $c = d$") == ["c = d"]


def formulas_of(text: str) -> list[str]:
    return [piece.text for piece in read_document(text).pieces if piece.kind == "inline"]


def test_a_cell_that_is_left_open_does_not_reach_the_next(tmp_path: Path) -> None:
    sources = ["$$a = b", "so $$x + x = 2x$$"]
    cells = [{"cell_type": "markdown", "source": source} for source in sources]
    path = tmp_path / "notes.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert [piece.kind for piece in read_file(path).pieces] == ["broken", "display"]


def test_commands_of_one_cell_are_known_in_the_next(tmp_path: Path) -> None:
    sources = [r"$$\newcommand{\twice}[1]{2 #1}$$", r"$$x + x = \twice{x}$$"]
    cells = [{"cell_type": "markdown", "source": source} for source in sources]
    path = tmp_path / "notes.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert sorted(read_file(path).macros) == [r"\twice"]


@pytest.mark.parametrize("form", ["$$x = {}$$", "```math\nx = {}\n```", "x = {}"])
def test_a_display_that_is_too_long_is_not_cut(form: str) -> None:
    text = form.replace("{}", "y + " * LONGEST_DISPLAY + "y")
    (one,) = derive.verify_text(text, kind="markdown").found
    assert one.judged.kind == "unreadable"


def test_bytes_that_are_no_utf8_are_read(tmp_path: Path) -> None:
    path = tmp_path / "old.tex"
    path.write_bytes("Gr\u00f6\u00dfe \\[ x + x = 2x \\]".encode("latin-1"))
    assert len(read_file(path).pieces) == 1


MOST_SECONDS = 60
"""Far above what a linear scan takes (under a second), and far below what a quadratic one does."""


@pytest.mark.parametrize("name", ODD)
def test_odd_texts_are_not_read_in_quadratic_time(name: str) -> None:
    start = time.process_time()
    read_document(ODD[name](400_000))
    assert time.process_time() - start < MOST_SECONDS
