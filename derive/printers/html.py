"""Formulas and derivations as MathML for a web page, with nothing to load beside it."""

from __future__ import annotations

import html as markup

from sympy import Expr

from derive.derivation import Derivation
from derive.notation import read
from derive.notation import tree as t
from derive.printers.html_formula import HtmlPrinter, element
from derive.printers.layout import Line, head_of, lines_of

__all__ = ["derivation_html", "html", "html_of"]


def html_of(node: t.Node, *, display: str = "inline") -> str:
    """Return notation as a ``<math>`` element.

    Parameters
    ----------
    node : Node
    display : {"inline", "block"}
        The attribute of the element.

    Raises
    ------
    UnsupportedExpression
        If the printer does not know a node.

    Examples
    --------
    >>> html_of(t.Name("ŷ"))
    '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mi>ŷ</mi></math>'
    """
    namespace = "http://www.w3.org/1998/Math/MathML"
    return element("math", HtmlPrinter().visit(node), xmlns=namespace, display=display)


def html(expr: Expr, *, style: str = "matrix", display: str = "inline") -> str:
    """Return an index expression as MathML.

    Parameters
    ----------
    expr : Expr
    style : {"matrix", "rows", "index"}
        How far to lift it; see `derive.notation.read`.
    display : {"inline", "block"}
        The attribute of the element.

    Raises
    ------
    UnknownOption
        If ``style`` is none of the three.
    UnsupportedExpression
        If ``expr`` holds a node that is not of the language.

    Examples
    --------
    >>> from derive.language import index, k, quantity
    >>> "<msub><mi>a</mi><mi>i</mi></msub>" in html(quantity("a", k)[index("i")])
    True
    """
    return html_of(read(expr, style), display=display)


def derivation_html(derivation: Derivation) -> str:
    """Return a derivation as a ``<section>`` with a table of MathML.

    Examples
    --------
    >>> from sympy import Symbol
    >>> from derive.derivation import Derivation
    >>> from derive.steps import Step
    >>> from derive.language import index, k, quantity
    >>> from derive.steps import Rule
    >>> L = Symbol("L", real=True)
    >>> step = Step(L, quantity("a", k)[index("i")], Rule("definition"))
    >>> derivation_html(Derivation("linear", "sum", L, (), (step,))).splitlines()[0]
    '<section class="derivation">'
    """
    head = head_of(derivation)
    rows = [_html_row(line) for chain in lines_of(derivation) for line in chain]
    conditions = [html_of(equation) for equation in head.equations]
    if head.labels:
        conditions.insert(0, markup.escape(head.labels.text))
    shown = f"<p>{', '.join(conditions)}</p>\n" if conditions else ""
    return (
        '<section class="derivation">\n'
        f"<h3>{markup.escape(head.title)}</h3>\n{shown}"
        "<table>\n" + "\n".join(rows) + "\n</table>\n</section>"
    )


def _html_row(line: Line) -> str:
    left = html_of(line.left) if line.left is not None else ""
    reason = markup.escape(line.reason.words)
    if line.reason.equation is not None:
        reason = html_of(line.reason.equation) + (" (assumption)" if line.reason.assumed else "")
    cells = (left, "=", html_of(line.right, display="block"), reason)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
