"""How a piece of notation is called: one text for all fonts and spellings of the same thing."""

from __future__ import annotations

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

__all__ = ["TRANSPOSES", "canonical", "letters_of", "plain_name", "script_items"]

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


def canonical(node: Node) -> str:
    r"""Return one text for all spellings of the same notation.

    Examples
    --------
    >>> from derive.textbook.parser import parse
    >>> canonical(parse(r"\mathbf{z}_{oi}")) == canonical(parse("z_{o,i}"))
    True
    """
    match node:
        case Name():
            return plain_name(node)
        case Number(text=text) | Text(words=text) | Big(symbol=text) | Operator(symbol=text):
            return text
        case Dots():
            return "\\dots"
        case Scripted(base=base, lower=lower, upper=upper, primes=primes):
            text = canonical(base)
            if lower is not None:
                text += f"_{{{_script(lower)}}}"
            if upper is not None:
                text += f"^{{{canonical(upper)}}}"
            return text + "'" * primes
        case Group(opening=opening, items=items, separators=separators):
            inner = "".join(
                canonical(item) + (separators[place] if place < len(separators) else "")
                for place, item in enumerate(items)
            )
            return f"{opening}{inner}{_CLOSING.get(opening, opening)}"
        case Fraction(numerator=upper, denominator=lower):
            return f"\\frac{{{canonical(upper)}}}{{{canonical(lower)}}}"
        case Root(radicand=radicand, degree=degree):
            return f"\\sqrt[{'' if degree is None else canonical(degree)}]{{{canonical(radicand)}}}"
        case Factorial(body=body):
            return f"{canonical(body)}!"
        case Accented(accent=accent, body=body):
            return f"{accent}{{{canonical(body)}}}"
        case Product(items=items):
            return " ".join(canonical(item) for item in items)
        case Sum(signs=signs, terms=terms):
            return "".join(sign + canonical(term) for sign, term in zip(signs, terms, strict=True))
        case Relation(sides=sides, relations=relations):
            return canonical(sides[0]) + "".join(
                relation + canonical(side)
                for relation, side in zip(relations, sides[1:], strict=True)
            )
        case Table(environment=environment, rows=rows):
            cells = (
                ("&".join("" if cell is None else canonical(cell) for cell in row)) for row in rows
            )
            return environment + "\\\\".join(cells)
        case _:
            raise TypeError(type(node).__name__)
