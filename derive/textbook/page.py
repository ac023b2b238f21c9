"""A document's equations with the verdicts beside them, as one page that loads nothing.

Every display is a block. Its equations stand below each other; what is wrong is marked as with a
red pen, with the numbers that show it and the small change that mends it in the margin.
"""

from __future__ import annotations

import html as markup
from collections.abc import Iterator, Sequence
from itertools import groupby

from derive.printers.html_formula import element
from derive.textbook.documents import Document
from derive.textbook.errors import Unreadable
from derive.textbook.lexer import lex
from derive.textbook.macros import Macros, expand
from derive.textbook.mathml import operator, to_mathml
from derive.textbook.parser import parse_terminals
from derive.textbook.report import summary
from derive.textbook.tokens import tokenize
from derive.textbook.tree import Node, Sum
from derive.textbook.verdicts import Counterexample, Judged
from derive.textbook.verify import Found, Verification

__all__ = ["page"]

_STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fffdf8; --red: #c8102e; --rule: #ddd; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e6e1; --paper: #1b1b1d; --red: #ff6b6b; --rule: #444; }
}
body { font: 16px/1.5 Georgia, 'Times New Roman', serif; color: var(--ink);
  background: var(--paper); max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 2rem 0 .3rem; }
section { border-top: 1px solid var(--rule); padding: .7rem 0; }
.row { display: grid; grid-template-columns: 5rem minmax(0, 3fr) minmax(14rem, 2fr); gap: 1rem;
  align-items: start; padding: .35rem .2rem; }
.where { color: gray; font-size: .8rem; padding-top: .3rem; }
.formula { overflow-x: auto; padding: .1rem 0 .3rem; }
.formula math { margin: .1rem 0; }
.note { font-size: .9rem; }
.verdict { font-weight: bold; font-size: .85rem; letter-spacing: .02em; }
.proved .verdict, .held .verdict { color: #2e7d32; }
.definition .verdict { color: #00838f; }
.conditional .verdict { color: #b26a00; }
.unreadable .verdict { color: #7b1fa2; }
.refuted .verdict, .refuted .note { color: var(--red); }
.refuted .formula { border-left: 3px solid var(--red); padding-left: .6rem; }
.refuted .sign { color: var(--red); border: 1.5px solid var(--red); border-radius: 50%;
  padding: .3em .1em; }
.note { overflow-wrap: anywhere; }
code { overflow-wrap: anywhere; font-size: .85rem; }
math { font-size: 1.12rem; }
.note math { font-size: 1rem; }
@media (max-width: 48rem) { .row { grid-template-columns: 1fr; gap: .1rem; } }
"""
_NAMESPACE = "http://www.w3.org/1998/Math/MathML"


def _math(*parts: str, style: str = "", large: bool = True) -> str:
    marks = (' displaystyle="true"' if large else "") + (f' class="{style}"' if style else "")
    return f'<math xmlns="{_NAMESPACE}"{marks}>{element("mrow", *parts)}</math>'


def _side(text: str, macros: Macros) -> Node | None:
    try:
        return parse_terminals(lex(expand(tokenize(text), macros)))
    except Unreadable:
        return None


def _pieces(node: Node) -> list[str]:
    """Return a side term by term: between terms a line may break."""
    if not isinstance(node, Sum):
        return [_math(to_mathml(node))]
    lead, *signs = node.signs
    first, *terms = node.terms
    head = _math(to_mathml(Sum((lead,), (first,))))
    rest = zip(signs, terms, strict=True)
    return [
        head,
        *(_math(operator(sign, form="infix", lspace="0"), to_mathml(term)) for sign, term in rest),
    ]


def _shown(text: str, macros: Macros, *, large: bool = False) -> str:
    """Return a formula as MathML, or its source where it cannot be read."""
    side = _side(text, macros)
    return _code(text) if side is None else _math(to_mathml(side), large=large)


def _code(text: str) -> str:
    return f"<code>{markup.escape(text)}</code>"


def _formula(judged: Judged, macros: Macros) -> str:
    """Return an equation; where the line is too short for it, it breaks between terms."""
    left, right = _side(judged.left, macros), _side(judged.right, macros)
    if left is None or right is None:
        return _code(f"{judged.left} = {judged.right}" if judged.left or judged.right else "—")
    sign = _math(operator("="), style="sign")
    return " ".join([*_pieces(left), sign, *_pieces(right)])


def _numbers(found: Counterexample, macros: Macros) -> str:
    """Return for which numbers the sides differ, the names as formulas."""
    numbers = [
        f"{_shown(name, macros)} = {markup.escape(str(value))}"
        for name, value in (*found.sizes, *found.indices, *found.numbers)
    ]
    at = f" at {', '.join(numbers)}" if numbers else ""
    return f"{markup.escape(found.left)} ≠ {markup.escape(found.right)}{at}"


def _condition(text: str, macros: Macros) -> str:
    """Return a condition: some are words, and some are formulas."""
    side = _side(text, macros) if set(text) & set("\\_^=") else None
    return markup.escape(text) if side is None else _math(to_mathml(side), large=False)


def _notes(judged: Judged, macros: Macros) -> Iterator[str]:
    """Yield what stands in the margin beside an equation."""
    if judged.suggestion:
        shown = _shown(judged.suggestion, macros, large=True)
        yield f"true with the right side<div>{shown}</div>"
    if judged.kind == "conditional":
        yield from (f"true if {_condition(one, macros)}" for one in judged.conditions)
    if judged.kind in ("refuted", "unreadable") and judged.reason:
        yield markup.escape(judged.reason)
    if judged.kind == "refuted" and judged.counterexample is not None:
        yield _numbers(judged.counterexample, macros)
    if judged.declaration:
        yield f"declare {_code(judged.declaration)}"


def _row(found: Found, macros: Macros) -> str:
    judged = found.judged
    notes = "".join(f"<div>{note}</div>" for note in _notes(judged, macros))
    return (
        f'<div class="row {judged.kind}"><div class="where">{markup.escape(found.where)}</div>'
        f'<div class="formula">{_formula(judged, macros)}</div>'
        f'<div class="note"><span class="verdict">{judged.kind}</span>{notes}</div></div>'
    )


def _body(document: Document, verification: Verification) -> Iterator[str]:
    yield f"<h1>{markup.escape(document.name or 'A derivation')}</h1>"
    yield f"<p>{markup.escape(summary(verification))}</p>"
    for _, group in groupby(verification.found, key=lambda one: one.display):
        yield "<section>" + "".join(_row(found, document.macros) for found in group) + "</section>"
    for what, reason in verification.troubles:
        yield f"<p>not taken: <code>{markup.escape(what)}</code> — {markup.escape(reason)}</p>"
    if verification.read_as:
        read = ", ".join(f"{name} as a {kind}" for name, kind in verification.read_as)
        yield f"<p>read without a declaration: {markup.escape(read)}</p>"


def page(verified: Sequence[tuple[Document, Verification]]) -> str:
    """Return documents with their verdicts as one HTML page, complete in itself."""
    title = ", ".join(document.name for document, _ in verified if document.name) or "A derivation"
    parts = [part for document, one in verified for part in _body(document, one)]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{markup.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )
