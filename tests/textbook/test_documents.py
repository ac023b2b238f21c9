"""Files of each kind, and what in them is mathematics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import derive
from derive.textbook.documents import BadDocument, read_document, read_file
from derive.textbook.errors import BadDeclaration
from derive.textbook.usual_names import usual_names
from tests.pairs import LEGAL

LATEX = r"""
\documentclass{article}
\newcommand{\vx}{\mathbf{x}}
\def\d#1#2{\frac{\partial #1}{\partial #2}}
% declare: \mathbf{x}: vector(d)
% given: f = \sum_i x_i^2
\begin{document}
% \[ 1 = 2 \]
\section{A gradient}
\begin{verbatim}
\[ 1 = 3 \]
\end{verbatim}
Costs are 5\$ and $6$.
\begin{align}
  \d{f}{\vx} &= 2 \vx \\
             &= \vx + \vx \label{eq:two}
\end{align}
\end{document}
"""

MARKDOWN = r"""
# A gradient
<!-- declare: \mathbf{x}: vector(d) -->
<!-- given: f = \sum_i x_i^2 -->

```python
x = "$1 = 2$"
```

`$1 = 3$` is code, $5 and $6 are money, and $\nabla_{\mathbf{x}} f = 2\mathbf{x}$.

```math
\nabla_{\mathbf{x}} f = \mathbf{x} + \mathbf{x}
```
"""


def kinds(text: str, **options: object) -> list[str]:
    found = derive.verify_text(text, **options).found  # type: ignore[arg-type]
    return [one.judged.kind for one in found]


def test_latex() -> None:
    assert kinds(LATEX) == ["proved", "proved"]


def test_markdown() -> None:
    assert kinds(MARKDOWN) == ["proved", "proved"]


def test_places_are_those_of_the_file() -> None:
    verification = derive.verify_text(LATEX)
    line = LATEX.splitlines().index(r"  \d{f}{\vx} &= 2 \vx \\") + 1
    assert [one.where for one in verification.found] == [f"{line}:3", f"{line}:17"]


def test_a_notebook(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "source": "x = '$1 = 2$'"},
        {"cell_type": "markdown", "source": ["Some words.\n", "$$(x + 1)^2 = x^2 + 2x + 1$$"]},
        {"cell_type": "markdown", "source": "$$x + x = 3x$$"},
    ]
    path = tmp_path / "notes.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    document = read_file(path)
    assert [document.where(piece.start) for piece in document.pieces] == [
        "cell 2, 2:3",
        "cell 3, 1:3",
    ]


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": [{}]}', '{"cells": 3}'])
def test_a_broken_notebook_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadDocument, match="no notebook"):
        read_file(path)


def test_a_chain_goes_on_in_the_next_display() -> None:
    text = "$$(x+1)^2 = x^2 + 2x + 1$$\n\nand so\n\n$$= x(x + 2) + 1$$\n\n$$= x(x + 2)$$"
    assert kinds(text) == ["proved", "proved", "refuted"]


def test_what_a_later_formula_defines_is_known_in_the_end() -> None:
    text = r"$$p = \sigma(z)$$ where $\sigma(t) = \frac{1}{1 + e^{-t}}$, and $$\sigma(0) = 1/2$$"
    assert kinds(text) == ["definition", "definition", "proved"]


def test_prose_makes_a_condition() -> None:
    text = r"""
Let $p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$ and $L = -\sum_i y_i \log p_i$. We assume that
$\sum_i y_i = 1$. Then
$$\frac{\partial L}{\partial z_i} = p_i - y_i$$
"""
    verification = derive.verify_text(text)
    last = verification.found[-1].judged
    assert last.kind == "conditional"
    assert last.conditions == (r"\sum_i y_i = 1",)


def test_a_heading_lets_names_be_used_anew() -> None:
    text = "# One\n\n$$y = x + 1$$\n\n# Two\n\n$$y = x + 2$$"
    assert kinds(text) == ["definition", "definition"]
    assert kinds(text.replace("# Two", "And")) == ["definition", "refuted"]


def test_an_unclosed_display_is_told() -> None:
    (one,) = derive.verify_text("text \n\n $$ a = b").found
    assert one.judged.kind == "unreadable"
    assert "not closed" in one.judged.reason


def test_front_matter() -> None:
    front = "---\ntitle: Notes\ndeclare:\n  - A: matrix(n,m)\n  - 'x: vector(m)'\n---\n"
    text = front + "$$(Ax)^T = x^TA^T$$"
    assert kinds(text) == ["proved"]


def test_a_bad_declaration_in_a_file_is_told_and_one_of_a_call_is_raised() -> None:
    verification = derive.verify_text("<!-- declare: x: vektor(n) -->\n$$1 + 1 = 2$$")
    assert not verification.ok
    assert "vektor" in verification.troubles[0][1]
    with pytest.raises(BadDeclaration):
        derive.verify_text("$$1 + 1 = 2$$", declare=["x: vektor(n)"])


def test_large_documents_take_linear_time() -> None:
    text = "Some words and $5, `code` and % signs.\n\n" * 20_000 + "$$ x + x = 2x $$"
    document = read_document(text, kind="markdown")
    assert len(document.pieces) == 1


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_the_usual_names_of_every_pair_can_be_taken(output: str, loss: str) -> None:
    text = r"\frac{\partial L}{\partial z_i} = 0"
    verification = derive.verify_text(text, pair=(output, loss))
    assert verification.troubles == ()
    assert usual_names(output, loss, text).declare["z"] == "vector(k)"


def test_a_pair_knows_its_gradient() -> None:
    text = r"$$\frac{\partial L}{\partial o_i} = \hat{y}_i - y_i$$"
    (one,) = derive.verify_text(text, pair=("sigmoid", "logistic")).found
    assert one.judged.kind == "proved"
