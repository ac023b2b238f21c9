"""The author's formulas as MathML, which a browser shows without anything to load."""

from __future__ import annotations

import html as markup
import unicodedata
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
    walk,
)

__all__ = ["operator", "to_mathml"]

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
_ALPHABETS = {
    "\\mathbf": ("BOLD",),
    "\\bf": ("BOLD",),
    "\\boldsymbol": ("BOLD ITALIC", "BOLD"),
    "\\bm": ("BOLD ITALIC", "BOLD"),
    "\\mathcal": ("SCRIPT",),
    "\\mathscr": ("SCRIPT",),
    "\\cal": ("SCRIPT",),
    "\\mathbb": ("DOUBLE-STRUCK",),
    "\\mathfrak": ("FRAKTUR",),
    "\\mathsf": ("SANS-SERIF",),
    "\\mathtt": ("MONOSPACE",),
}
"""The alphabets of Unicode's mathematical letters for a font, the first that has the letter."""
_OLDER = {"SCRIPT": "SCRIPT", "DOUBLE-STRUCK": "DOUBLE-STRUCK", "FRAKTUR": "BLACK-LETTER"}
"""Alphabets of which Unicode had some letters before it had all: ℒ, ℝ, ℭ."""
_UPRIGHT = frozenset(
    {"\\mathrm", "\\rm", "\\text", "\\textrm", "\\operatorname", "\\mathit", "\\textit"}
)


def _styled(letter: str, font: str) -> str:
    """Return a letter of a font as a character of its own, or as it is where there is none."""
    name = unicodedata.name(letter, "").removeprefix("LATIN ").removeprefix("GREEK ")
    name = name.replace(" LETTER ", " ")
    for alphabet in _ALPHABETS.get(font, ()):
        for whole in (f"MATHEMATICAL {alphabet} {name}", f"{_OLDER.get(alphabet)} {name}"):
            try:
                return unicodedata.lookup(whole)
            except KeyError:
                continue
    return letter


_TIMES, _APPLY = "<mo>&#x2062;</mo>", "<mo>&#x2061;</mo>"
_THIN_SPACE = '<mspace width="0.1667em"></mspace>'


def _row(*parts: str) -> str:
    return parts[0] if len(parts) == 1 else element("mrow", *parts)


def operator(sign: str, **attributes: str) -> str:
    """Return a sign as an operator; what a command stands for is looked up."""
    return element("mo", markup.escape(_SIGNS.get(sign, sign)), **attributes)


def _name(node: Name) -> str:
    text = _SIGNS.get(node.letters, node.letters.lstrip("\\"))
    styled = _styled(text, node.font) if len(text) == 1 else text
    upright = node.font in _UPRIGHT and len(text) == 1
    result = element("mi", markup.escape(styled), **({"mathvariant": "normal"} if upright else {}))
    for accent in node.accents:
        result = element("mover", result, operator(_ACCENTS.get(accent, "^")), accent="true")
    return result


def _big(node: Big) -> str:
    sign = _BIG.get(node.symbol)
    if sign is not None:
        return element("mo", sign, largeop="true", movablelimits="false")
    return element("mi", markup.escape(node.symbol.lstrip("\\")), mathvariant="normal")


def _scripted(node: Scripted) -> str:
    base = to_mathml(node.base)
    lower = None if node.lower is None else to_mathml(node.lower)
    uppers = [operator("′" * node.primes)] if node.primes else []
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
            parts.append(operator(separators[place], separator="true"))
    return _row(*parts)


def _group(node: Group) -> str:
    inner = _list(node.items, node.separators)
    if node.opening not in _FENCES:
        return inner
    marks = {"fence": "true"} if _is_tall(node) else {"fence": "true", "stretchy": "false"}
    left, right = (operator(sign, **marks) for sign in _FENCES[node.opening])
    return element("mrow", left, inner, right)


def _is_tall(node: Group) -> bool:
    """Return whether brackets have to grow around what they hold."""
    return any(
        isinstance(part, Fraction | Table | Root | Accented)
        or (isinstance(part, Big) and part.symbol in _BIG)
        for part in walk(node)
    )


def _sum(node: Sum) -> str:
    parts: list[str] = []
    for place, (sign, term) in enumerate(zip(node.signs, node.terms, strict=True)):
        if sign:
            parts.append(operator(sign, form="infix" if place else "prefix"))
        parts.append(to_mathml(term))
    return _row(*parts)


def _relation(node: Relation) -> str:
    parts = [to_mathml(node.sides[0])]
    for relation, side in zip(node.relations, node.sides[1:], strict=True):
        parts.extend((operator(relation), to_mathml(side)))
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
    fences = (operator(left, fence="true"), table, operator(right, fence="true"))
    return element(
        "mrow", *(part for part, shown in zip(fences, (left, "x", right), strict=True) if shown)
    )


def _is_function(node: Node) -> bool:
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Big) and base.symbol not in _BIG


def _is_bracketed(node: Node) -> bool:
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Group) and base.opening in _FENCES


def _between(before: Node, after: Node) -> str:
    """Return what stands between two factors: nothing to be seen, or a little space."""
    if isinstance(before, Operator) or isinstance(after, Operator):
        return ""
    if _is_function(before):
        return _APPLY + ("" if _is_bracketed(after) else _THIN_SPACE)
    return _TIMES + (_THIN_SPACE if _is_function(after) else "")


def _product(node: Product) -> str:
    parts: list[str] = []
    for place, item in enumerate(node.items):
        if place:
            parts.append(_between(node.items[place - 1], item))
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
    Operator: lambda node: operator(node.symbol),
    Dots: lambda node: operator("…"),
    Scripted: _scripted,
    Group: _group,
    Fraction: lambda node: element("mfrac", to_mathml(node.numerator), to_mathml(node.denominator)),
    Root: _root,
    Factorial: lambda node: _row(to_mathml(node.body), operator("!")),
    Accented: lambda node: element(
        "mover", to_mathml(node.body), operator(_ACCENTS.get(node.accent, "^")), accent="true"
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
