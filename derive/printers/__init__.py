"""Printers: text, LaTeX, HTML and JSON views of expressions and derivations."""

from derive.printers.html import derivation_html, html, html_of
from derive.printers.json import from_json, to_json
from derive.printers.latex import derivation_latex, latex, latex_of
from derive.printers.text import derivation_text, text, text_of

__all__ = [
    "derivation_html",
    "derivation_latex",
    "derivation_text",
    "from_json",
    "html",
    "html_of",
    "latex",
    "latex_of",
    "text",
    "text_of",
    "to_json",
]
