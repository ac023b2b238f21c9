"""The author's formulas as MathML, which a browser shows without anything to load."""

from __future__ import annotations

import html as markup
from collections.abc import Callable

from derive.printers.html_formula import element
from derive.textbook.names import UNICODE
from derive.textbook.tree import (
    Accented,
    Big,
    Dots,
    Factorial,
    Fraction,
    Group,
    Name,
    Node,
    Number,
    Operator,
    Product,
    Relation,
    Root,
    Scripted,
    Sum,
    Table,
    Text,
)

__all__ = ["to_mathml"]

_SIGNS = {
    **{command: sign for sign, command in UNICODE.items()},
    "\\cdot": "·",
    "\\times": "×",
    "\\odot": "⊙",
    "\\circ": "∘",
    "\\otimes": "⊗",
    "\\oplus": "⊕",
    "\\star": "⋆",
    "*": "∗",
    "-": "−",
    "\\pm": "±",
    "\\mp": "∓",
    "\\varepsilon": "ε",
    "\\varphi": "φ",
    "\\vartheta": "ϑ",
    "\\varsigma": "ς",
    "\\top": "⊤",
    "\\intercal": "⊺",
    "\\prime": "′",
    "\\dagger": "†",
    "\\infty": "∞",
    "\\hbar": "ħ",
    "\\neq": "≠",
    "\\le": "≤",
    "\\ge": "≥",
    "\\ll": "≪",
    "\\gg": "≫",
    "\\in": "∈",
    "\\notin": "∉",
    "\\ni": "∋",
    "\\subset": "⊂",
    "\\subseteq": "⊆",
    "\\equiv": "≡",
    "\\approx": "≈",
    "\\sim": "∼",
    "\\propto": "∝",
    "\\to": "→",
    "\\mapsto": "↦",
    "\\leftarrow": "←",
    "\\doteq": "≐",
    "\\perp": "⟂",
    "\\implies": "⇒",
    "\\iff": "⇔",
    "\\impliedby": "⇐",
    "\\mid": "∣",
    "\\mathbb{1}": "𝟙",
    "'": "′",
}
"""Commands that are one sign."""
_BIG = {
    "\\sum": "∑",
    "\\prod": "∏",
    "\\int": "∫",
    "\\oint": "∮",
    "\\coprod": "∐",
    "\\bigcup": "⋃",
    "\\bigcap": "⋂",
    "\\bigoplus": "⨁",
}
_FENCES = {
    "(": ("(", ")"),
    "[": ("[", "]"),
    "\\{": ("{", "}"),
    "|": ("|", "|"),
    "\\|": ("‖", "‖"),
    "\\langle": ("⟨", "⟩"),
    "\\lfloor": ("⌊", "⌋"),
    "\\lceil": ("⌈", "⌉"),
}
_TABLES = {
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "cases": ("{", ""),
    "dcases": ("{", ""),
    "rcases": ("", "}"),
    "psmallmatrix": ("(", ")"),
    "bsmallmatrix": ("[", "]"),
}
_ACCENTS = {
    "\\hat": "^",
    "\\widehat": "^",
    "\\bar": "¯",
    "\\overline": "¯",
    "\\tilde": "~",
    "\\widetilde": "~",
    "\\vec": "→",
    "\\overrightarrow": "→",
    "\\dot": "˙",
    "\\ddot": "¨",
    "\\check": "ˇ",
    "\\breve": "˘",
    "\\acute": "´",
    "\\grave": "`",
    "\\mathring": "˚",
    "\\underline": "_",
}
_VARIANTS = {
    "\\mathbf": "bold",
    "\\boldsymbol": "bold",
    "\\bm": "bold",
    "\\bf": "bold",
    "\\mathcal": "script",
    "\\mathscr": "script",
    "\\cal": "script",
    "\\mathbb": "double-struck",
    "\\mathfrak": "fraktur",
    "\\mathsf": "sans-serif",
    "\\mathtt": "monospace",
}
_STYLES = {"bold": "font-weight:bold"}


_THIN_SPACE = '<mspace width="0.1667em"></mspace>'


def _row(*parts: str) -> str:
    return parts[0] if len(parts) == 1 else element("mrow", *parts)


def _operator(sign: str, **attributes: str) -> str:
    return element("mo", markup.escape(_SIGNS.get(sign, sign)), **attributes)


def _name(node: Name) -> str:
    text = _SIGNS.get(node.letters, node.letters.lstrip("\\"))
    variant = _VARIANTS.get(node.font, "")
    attributes = {"mathvariant": variant} if variant else {}
    if variant in _STYLES:
        attributes["style"] = _STYLES[variant]
    result = element("mi", markup.escape(text), **attributes)
    for accent in node.accents:
        result = element("mover", result, _operator(_ACCENTS.get(accent, "^")), accent="true")
    return result


def _big(node: Big) -> str:
    sign = _BIG.get(node.symbol)
    if sign is not None:
        return element("mo", sign, largeop="true", movablelimits="false")
    return element("mi", markup.escape(node.symbol.lstrip("\\")), mathvariant="normal")


def _scripted(node: Scripted) -> str:
    base = to_mathml(node.base)
    lower = None if node.lower is None else to_mathml(node.lower)
    uppers = [_operator("′" * node.primes)] if node.primes else []
    uppers += [] if node.upper is None else [to_mathml(node.upper)]
    limits = isinstance(node.base, Big) and node.base.symbol not in ("\\log", "\\ln", "\\exp")
    upper = _row(*uppers) if uppers else None
    if lower is not None and upper is not None:
        return element("munderover" if limits else "msubsup", base, lower, upper)
    if lower is not None:
        return element("munder" if limits else "msub", base, lower)
    return element("msup", base, upper or "")


def _list(items: tuple[Node, ...], separators: tuple[str, ...]) -> str:
    parts = []
    for place, item in enumerate(items):
        parts.append(to_mathml(item))
        if place < len(separators):
            parts.append(_operator(separators[place], separator="true"))
    return _row(*parts)


def _group(node: Group) -> str:
    inner = _list(node.items, node.separators)
    if node.opening not in _FENCES:
        return inner
    left, right = _FENCES[node.opening]
    return element("mrow", _operator(left, fence="true"), inner, _operator(right, fence="true"))


def _sum(node: Sum) -> str:
    parts: list[str] = []
    for place, (sign, term) in enumerate(zip(node.signs, node.terms, strict=True)):
        if sign:
            parts.append(_operator(sign, form="infix" if place else "prefix"))
        parts.append(to_mathml(term))
    return _row(*parts)


def _relation(node: Relation) -> str:
    parts = [to_mathml(node.sides[0])]
    for relation, side in zip(node.relations, node.sides[1:], strict=True):
        parts.extend((_operator(relation), to_mathml(side)))
    return _row(*parts)


def _table(node: Table) -> str:
    rows = [
        element("mtr", *(element("mtd", "" if cell is None else to_mathml(cell)) for cell in row))
        for row in node.rows
    ]
    left, right = _TABLES.get(node.environment, ("", ""))
    table = (
        element("mtable", *rows, columnalign="left")
        if "cases" in node.environment
        else element("mtable", *rows)
    )
    fences = (_operator(left, fence="true"), table, _operator(right, fence="true"))
    return element(
        "mrow", *(part for part, shown in zip(fences, (left, "x", right), strict=True) if shown)
    )


def _is_function(node: Node) -> bool:
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Big) and base.symbol not in _BIG


def _product(node: Product) -> str:
    parts: list[str] = []
    for place, item in enumerate(node.items):
        if (
            place
            and not isinstance(item, Operator)
            and not isinstance(node.items[place - 1], Operator)
        ):
            parts.append(element("mo", "&#x2062;"))
        parts.append(to_mathml(item))
    return _row(*parts) if parts else element("mrow")


def _root(node: Root) -> str:
    if node.degree is None:
        return element("msqrt", to_mathml(node.radicand))
    return element("mroot", to_mathml(node.radicand), to_mathml(node.degree))


_WRITERS: dict[type[Node], Callable[..., str]] = {
    Name: _name,
    Number: lambda node: element("mn", markup.escape(node.text)),
    Text: lambda node: element("mtext", markup.escape(f" {node.words} ")),
    Big: _big,
    Operator: lambda node: _operator(node.symbol),
    Dots: lambda node: _operator("…"),
    Scripted: _scripted,
    Group: _group,
    Fraction: lambda node: element("mfrac", to_mathml(node.numerator), to_mathml(node.denominator)),
    Root: _root,
    Factorial: lambda node: _row(to_mathml(node.body), _operator("!")),
    Accented: lambda node: element(
        "mover", to_mathml(node.body), _operator(_ACCENTS.get(node.accent, "^")), accent="true"
    ),
    Product: _product,
    Sum: _sum,
    Relation: _relation,
    Table: _table,
}


def to_mathml(node: Node) -> str:
    """Return a tree as presentation MathML, without the ``<math>`` around it.

    Examples
    --------
    >>> from derive.textbook.parser import parse
    >>> to_mathml(parse("x_1"))
    '<msub><mi>x</mi><mn>1</mn></msub>'
    """
    return _WRITERS[type(node)](node)
