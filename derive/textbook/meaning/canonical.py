"""How a piece of notation is called: one text for all fonts and spellings of the same thing."""

from __future__ import annotations

from collections.abc import Callable

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

__all__ = [
    "TRANSPOSES",
    "canonical",
    "is_bold",
    "letter_of",
    "letters_of",
    "plain_name",
    "script_items",
]

_KEPT_FONTS = frozenset({"\\mathcal", "\\mathscr", "\\mathfrak", "\\mathbb", "\\cal"})
"""Fonts that make a letter another letter; the others only say that it is a vector or a word."""
_ACCENTS = {"\\widehat": "\\hat", "\\overline": "\\bar", "\\widetilde": "\\tilde"}
_CLOSING = {
    "(": ")",
    "[": "]",
    "\\{": "\\}",
    "{": "}",
    "\\langle": "\\rangle",
    "\\lfloor": "\\rfloor",
    "\\lceil": "\\rceil",
}
_ARROWS = frozenset({"\\vec", "\\overrightarrow"})
_LETTERS = {"\\varsigma": "\\varsigma", "\\varphi": "\\varphi"}
TRANSPOSES = frozenset({"\\top", "T", "\\intercal", "t", "'", "\\dagger", "\\prime"})


def plain_name(name: Name) -> str:
    r"""Return what a name is called, without bold and arrows.

    Examples
    --------
    >>> plain_name(Name("y", "\\mathbf", ("\\hat",)))
    '\\hat{y}'
    """
    text = _LETTERS.get(name.letters, name.letters)
    if name.font in _KEPT_FONTS:
        text = f"\\mathcal{{{text}}}" if name.font == "\\cal" else f"{name.font}{{{text}}}"
    for accent in name.accents:
        if accent not in _ARROWS:
            text = f"{_ACCENTS.get(accent, accent)}{{{text}}}"
    return text


def is_bold(name: Name) -> bool:
    """Return whether a name is marked as a vector or a matrix."""
    return name.font in (
        "\\mathbf",
        "\\boldsymbol",
        "\\bm",
        "\\bf",
        "\\symbf",
        "\\pmb",
        "\\bold",
        "\\boldmath",
    ) or bool(_ARROWS & set(name.accents))


def letters_of(node: Node) -> str:
    """Return the letters of a name, or nothing."""
    return node.letters if isinstance(node, Name) else ""


def letter_of(node: Node) -> str | None:
    """Return the letter of an index, perhaps with primes, or None for anything else."""
    if isinstance(node, Name):
        return plain_name(node)
    if isinstance(node, Scripted) and node.primes and node.lower is None and node.upper is None:
        return (
            None if not isinstance(node.base, Name) else plain_name(node.base) + "'" * node.primes
        )
    return None


def script_items(lower: Node | None) -> tuple[Node, ...]:
    """Return the items of a subscript: ``ij`` and ``i,j`` are two, ``t-1`` is one."""
    match lower:
        case None:
            return ()
        case Group(opening="", items=items):
            return tuple(part for item in items for part in script_items(item))
        case Product(items=items) if not any(isinstance(item, Operator | Big) for item in items):
            return items
        case _:
            return (lower,)


def _script(node: Node) -> str:
    items = script_items(node)
    return ",".join(canonical(item) for item in items) if len(items) > 1 else canonical(node)


def _scripted(node: Scripted) -> str:
    text = canonical(node.base)
    if node.lower is not None:
        text += f"_{{{_script(node.lower)}}}"
    if node.upper is not None:
        text += f"^{{{canonical(node.upper)}}}"
    return text + "'" * node.primes


def _group(node: Group) -> str:
    inner = "".join(
        canonical(item) + (node.separators[place] if place < len(node.separators) else "")
        for place, item in enumerate(node.items)
    )
    return f"{node.opening}{inner}{_CLOSING.get(node.opening, node.opening)}"


def _relation(node: Relation) -> str:
    rest = zip(node.relations, node.sides[1:], strict=True)
    return canonical(node.sides[0]) + "".join(sign + canonical(side) for sign, side in rest)


def _table(node: Table) -> str:
    rows = ("&".join("" if cell is None else canonical(cell) for cell in row) for row in node.rows)
    return node.environment + "\\\\".join(rows)


def _root(node: Root) -> str:
    degree = "" if node.degree is None else canonical(node.degree)
    return f"\\sqrt[{degree}]{{{canonical(node.radicand)}}}"


def _fraction(node: Fraction) -> str:
    return f"\\frac{{{canonical(node.numerator)}}}{{{canonical(node.denominator)}}}"


_WRITERS: dict[type[Node], Callable[..., str]] = {
    Name: plain_name,
    Number: lambda node: node.text,
    Text: lambda node: node.words,
    Big: lambda node: node.symbol,
    Operator: lambda node: node.symbol,
    Dots: lambda node: "\\dots",
    Scripted: _scripted,
    Group: _group,
    Fraction: lambda node: (
        f"\\frac{{{canonical(node.numerator)}}}{{{canonical(node.denominator)}}}"
    ),
    Root: _root,
    Factorial: lambda node: f"{canonical(node.body)}!",
    Accented: lambda node: f"{node.accent}{{{canonical(node.body)}}}",
    Product: lambda node: " ".join(canonical(item) for item in node.items),
    Sum: lambda node: "".join(
        sign + canonical(term) for sign, term in zip(node.signs, node.terms, strict=True)
    ),
    Relation: _relation,
    Table: _table,
}


def canonical(node: Node) -> str:
    r"""Return one text for all spellings of the same notation.

    Examples
    --------
    >>> from derive.textbook.parser import parse
    >>> canonical(parse(r"\mathbf{z}_{oi}")) == canonical(parse("z_{o,i}"))
    True
    """
    return _WRITERS[type(node)](node)
