"""Formulas and derivations in LaTeX: an environment to paste, or a whole document."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from sympy import Expr

from derive.derivation import Derivation
from derive.notation import read
from derive.notation import tree as t
from derive.printers.latex_formula import Box, LatexPrinter, letter
from derive.printers.latex_formula import lines_of as formula_lines
from derive.printers.layout import Head, Line, Reason, head_of, lines_of

__all__ = ["derivation_latex", "derivations_latex", "latex", "latex_of"]

_TEXT_WIDTH = 360.0
_PAGE_WIDTH = 470.0
_REASON_WIDTH = 112.0
_WIDER_REASONS = (124.0, 150.0)
"""What the column of the reasons may have, too, where it makes fewer rows."""
_EQUALS, _SEPARATION, _CHARACTER = 15.0, 24.0, 5.1

_DOCUMENT = r"""\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}
\usepackage[textwidth=%dpt]{geometry}
\pagestyle{empty}
\setlength{\parindent}{0pt}
\begin{document}
%s
\end{document}
"""


def latex_of(node: t.Node) -> str:
    r"""Return notation as LaTeX for mathematics in display.

    Raises
    ------
    UnsupportedExpression
        If the printer does not know a node.

    Examples
    --------
    >>> print(latex_of(t.Nabla(t.Name("L"), t.Name("W"))))
    \nabla_W L
    """
    return LatexPrinter().visit(node).source


def latex(expr: Expr, *, style: str = "matrix") -> str:
    r"""Return an index expression in LaTeX, without dollar signs.

    Parameters
    ----------
    expr : Expr
    style : {"matrix", "rows", "index"}
        How far to lift it; see `derive.notation.read`.

    Raises
    ------
    UnknownOption
        If ``style`` is none of the three.
    UnsupportedExpression
        If ``expr`` holds a node that is not of the language, or a letter without a LaTeX name.

    Examples
    --------
    >>> from sympy import log
    >>> from derive.language import index, k, quantity, total
    >>> y, prediction, i = quantity("y", k), quantity("ŷ", k), index("i")
    >>> print(latex(-total(y[i] * log(prediction[i]), i, k)))
    -\sum_{i=1}^{k} y_i \ln \hat{y}_i
    """
    return latex_of(read(expr, style))


def derivation_latex(
    derivation: Derivation, *, standalone: bool = False, page_breaks: bool = False
) -> str:
    r"""Return a derivation as an ``align*`` environment, or as a whole document.

    Lines are broken where they would not fit a page of 360 pt (470 pt in a document). The
    environment needs amsmath and amssymb.

    Parameters
    ----------
    derivation : Derivation
    standalone : bool
        Whether to return a document that pdflatex compiles.
    page_breaks : bool
        Whether pages may break between the lines; in a document they always may. Without it the
        environment stands alone, as MathJax wants it.

    Examples
    --------
    >>> from sympy import Symbol
    >>> from derive.derivation import Derivation
    >>> from derive.steps import Step
    >>> from derive.language import index, k, quantity
    >>> from derive.steps import Rule
    >>> i, L = index("i"), Symbol("L", real=True)
    >>> step = Step(L, quantity("a", k)[i], Rule("definition"))
    >>> derivation = Derivation("linear", "sum", L, (), (step,))
    >>> print(derivation_latex(derivation))
    \begin{align*}
    L &= a_i && \text{definition}
    \end{align*}
    """
    page = _PAGE_WIDTH if standalone else _TEXT_WIDTH
    environment = _latex_environment(derivation, page)
    if page_breaks or standalone:
        environment = f"{{\\allowdisplaybreaks\n{environment}\n}}"
    if not standalone:
        return environment
    body = _latex_head(head_of(derivation)) + "\n" + environment
    return _DOCUMENT % (page, body)


def derivations_latex(derivations: Sequence[Derivation], *, standalone: bool = False) -> str:
    """Return several derivations, each below its heading, or a whole document of them.

    Parameters
    ----------
    derivations : sequence of Derivation
    standalone : bool
        Whether to return a document that pdflatex compiles.
    """
    page = _PAGE_WIDTH if standalone else _TEXT_WIDTH
    body = "\n\n".join(
        f"{_latex_head(head_of(one))}\n{{\\allowdisplaybreaks\n{_latex_environment(one, page)}\n}}"
        for one in derivations
    )
    return _DOCUMENT % (page, body) if standalone else body


def _latex_environment(derivation: Derivation, page: float) -> str:
    chains = lines_of(derivation)
    every = [line for chain in chains for line in chain]
    printer = LatexPrinter()
    lefts = [printer.visit(line.left).width for line in every if line.left is not None]
    room = page - max(lefts) - _EQUALS - _SEPARATION
    natural = max(printer.visit(line.right).width for line in every)
    rooms = dict.fromkeys((max(_REASON_WIDTH, room - natural), *_WIDER_REASONS))
    columns = min((_Columns.laid_out(every, room, one) for one in rooms), key=_Columns.cost)
    blocks = [
        " \\\\\n".join(row for line in chain for row in _latex_rows(line, columns))
        for chain in chains
    ]
    return "\\begin{align*}\n" + " \\\\[5pt]\n".join(blocks) + "\n\\end{align*}"


@dataclass(frozen=True)
class _Columns:
    """The rows of every formula and of every reason, in two columns that share the page."""

    formulas: dict[Line, list[Box]]
    reasons: dict[Line, list[str]]

    @staticmethod
    def laid_out(lines: Sequence[Line], room: float, reason_room: float) -> _Columns:
        reasons = {line: _latex_reason(line.reason, reason_room) for line in lines}
        formula_room = room - max(size for _, size in reasons.values())
        formulas = {line: formula_lines(line.right, formula_room) for line in lines}
        return _Columns(formulas, {line: rows for line, (rows, _) in reasons.items()})

    def cost(self) -> int:
        """Return how many rows there are; a break in a formula counts for three more."""
        rows = sum(max(len(self.formulas[one]), len(self.reasons[one])) for one in self.formulas)
        return rows + 3 * sum(len(parts) - 1 for parts in self.formulas.values())


def _latex_rows(line: Line, columns: _Columns) -> list[str]:
    left = latex_of(line.left) + " " if line.left is not None else ""
    rows = []
    parts = zip_longest(columns.formulas[line], columns.reasons[line])
    for place, (box, why) in enumerate(parts):
        start = "&" if box is None else rf"&\quad {box.source}"
        if box is not None and place == 0:
            start = f"{left}&= {box.source}"
        rows.append(f"{start} && {why}" if why else start)
    return rows


def _latex_reason(reason: Reason, room: float) -> tuple[list[str], float]:
    """Return the rows of a reason and its width."""
    if reason.equation is not None:
        box = LatexPrinter(inline=True).visit(reason.equation)
        mark, size = r"\text{(assumption)}", _CHARACTER * len("(assumption)")
        if not reason.assumed:
            return [rf"\textstyle {box.source}"], box.width
        if box.width + size + _EQUALS <= room:
            return [rf"\textstyle {box.source} \quad {mark}"], box.width + size + _EQUALS
        return [rf"\textstyle {box.source}", mark], max(box.width, size)
    words = textwrap.wrap(reason.words, int(room / _CHARACTER))
    rows = [rf"\text{{{_escaped(part)}}}" for part in words]
    return rows, _CHARACTER * max((len(part) for part in words), default=0)


_ESCAPES = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "−": "$-$",
    "·": r"$\cdot$",
    "⊙": r"$\odot$",
    "∂": r"$\partial$",
    "∇": r"$\nabla$",
    "′": "$'$",
    "∈": r"$\in$",
    "ℝ": r"$\mathbb{R}$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "×": r"$\times$",
    "→": r"$\to$",
    "–": "--",
    "—": "---",
    "’": "'",
    "…": r"\dots{}",
}


def _escaped(words: str) -> str:
    """Return words for LaTeX text; letters and indices of mathematics go into mathematics."""
    parts: list[str] = []
    for mark, signs in groupby(words, key=_script_mark):
        if not mark:
            parts += [_escaped_sign(sign) for sign in signs]
            continue
        script = unicodedata.normalize("NFKD", "".join(signs))
        base = parts.pop().strip("$") if parts else ""
        parts.append(f"${base}{mark}{{{script}}}$")
    return "".join(parts)


def _script_mark(sign: str) -> str:
    form = unicodedata.decomposition(sign).partition(" ")[0]
    return {"<sub>": "_", "<super>": "^"}.get(form, "")


def _escaped_sign(sign: str) -> str:
    if sign in _ESCAPES or sign.isascii():
        return _ESCAPES.get(sign, sign)
    return f"${letter(sign)}$"


def _latex_head(head: Head) -> str:
    conditions = [head.labels.latex] if head.labels else []
    conditions += [latex_of(equation) for equation in head.equations]
    shown = ", ".join(f"${condition}$" for condition in conditions)
    return rf"\textbf{{{_escaped(head.title)}}}" + (rf"\hfill {shown}" if shown else "")
