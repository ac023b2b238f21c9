r"""From the tree back to LaTeX: reading what is printed gives the tree again.

Examples
--------
>>> from derive.textbook.parser import parse
>>> to_latex(parse(r"{x^2}_i \, \hat{\mathbf y}"))
'{x^{2}}_{i} \\hat{\\mathbf{y}}'
"""

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

__all__ = ["to_latex"]

_DELIMITERS = {
    "(": ("(", ")"),
    "[": ("[", "]"),
    "\\{": ("\\{", "\\}"),
    "|": ("\\lvert ", "\\rvert "),
    "\\|": ("\\lVert ", "\\rVert "),
    "\\langle": ("\\langle ", "\\rangle "),
    "\\lfloor": ("\\lfloor ", "\\rfloor "),
    "\\lceil": ("\\lceil ", "\\rceil "),
    "{": ("{", "}"),
    "": ("", ""),
}


def _name(node: Name) -> str:
    text = node.letters
    if node.font == "\\mathrm":
        text = f"\\mathrm{{{text}}}"
    elif node.font:
        text = f"{node.font}{{{text}}}"
    for accent in node.accents:
        text = f"{accent}{{{text}}}"
    return text


def _is_simple(node: Node) -> bool:
    return isinstance(node, Name | Number | Text | Dots | Big) or (
        isinstance(node, Group) and node.opening not in ("", "{")
    )


def _base(node: Node) -> str:
    """Return a base for a script: what would bind otherwise is put in braces."""
    text = to_latex(node)
    if isinstance(node, Number) and len(node.text) > 1:
        return f"{{{text}}}"
    if isinstance(node, Group) and node.opening == "{":
        return text
    return text if _is_simple(node) else f"{{{text}}}"


def _scripted(node: Scripted) -> str:
    text = _base(node.base)
    if isinstance(node.base, Big):
        text = text.rstrip()
    if node.lower is not None:
        text += f"_{{{to_latex(node.lower)}}}"
    text += "'" * node.primes if node.upper is None else ""
    if node.upper is not None:
        text += f"^{{{to_latex(node.upper)}}}" + "'" * node.primes
    return text


def _list(items: tuple[Node, ...], separators: tuple[str, ...]) -> str:
    text = ""
    for place, item in enumerate(items):
        text += to_latex(item)
        if place < len(separators):
            text += " \\mid " if separators[place] == "\\mid" else f"{separators[place]} "
    return text


def _group(node: Group) -> str:
    left, right = _DELIMITERS[node.opening]
    return left + _list(node.items, node.separators) + right


def _factor(node: Node) -> str:
    """Return a factor of a product; a sum or product in it is one in braces."""
    text = to_latex(node)
    return f"{{{text}}}" if isinstance(node, Sum | Product | Relation) else text


def _product(node: Product) -> str:
    return " ".join(_factor(item) for item in node.items) or "{}"


def _term(node: Node) -> str:
    text = to_latex(node)
    return f"{{{text}}}" if isinstance(node, Relation) else text


def _sum(node: Sum) -> str:
    text = ""
    for place, (sign, term) in enumerate(zip(node.signs, node.terms, strict=True)):
        inner = _term(term)
        text += f" {sign} {inner}" if place else f"{sign}{inner}"
    return text


def _relation(node: Relation) -> str:
    text = to_latex(node.sides[0])
    for relation, side in zip(node.relations, node.sides[1:], strict=True):
        text += f" {relation} {to_latex(side)}"
    return text.strip()


def _table(node: Table) -> str:
    rows = (" & ".join("" if cell is None else to_latex(cell) for cell in row) for row in node.rows)
    columns = f"{{{'l' * max((len(row) for row in node.rows), default=1)}}}"
    return (
        f"\\begin{{{node.environment}}}{columns if node.environment == 'array' else ''}"
        + " "
        + " \\\\ ".join(rows)
        + f" \\end{{{node.environment}}}"
    )


def _root(node: Root) -> str:
    degree = "" if node.degree is None else f"[{to_latex(node.degree)}]"
    return f"\\sqrt{degree}{{{to_latex(node.radicand)}}}"


def _operator(node: Operator) -> str:
    return "|" if node.symbol == "|" else node.symbol


_WORDS = {
    "\\argmax": "\\operatorname{argmax}",
    "\\argmin": "\\operatorname{argmin}",
    "\\tr": "\\operatorname{tr}",
    "\\diag": "\\operatorname{diag}",
    "\\vec": "\\operatorname{vec}",
    "\\rank": "\\operatorname{rank}",
    "\\sqrt": "\\operatorname{sqrt}",
    **{
        f"\\{word}": f"\\operatorname{{{word}}}"
        for word in (
            "sech",
            "csch",
            "erf",
            "erfc",
            "arsinh",
            "arcosh",
            "artanh",
            "arcsinh",
            "arccosh",
            "arctanh",
            "sgn",
            "sign",
        )
    },
}
"""Functions that LaTeX has no command for, or one that takes an argument, as the root."""
_WRITERS: dict[type[Node], Callable[..., str]] = {
    Name: _name,
    Number: lambda node: node.text,
    Text: lambda node: f"\\text{{{node.words}}}",
    Big: lambda node: _WORDS.get(node.symbol, node.symbol),
    Operator: _operator,
    Dots: lambda node: "\\dots",
    Scripted: _scripted,
    Group: _group,
    Fraction: lambda node: f"\\frac{{{to_latex(node.numerator)}}}{{{to_latex(node.denominator)}}}",
    Root: _root,
    Factorial: lambda node: f"{_base(node.body)}!",
    Accented: lambda node: f"{node.accent}{{{to_latex(node.body)}}}",
    Product: _product,
    Sum: _sum,
    Relation: _relation,
    Table: _table,
}


def to_latex(node: Node) -> str:
    """Return the LaTeX of a tree."""
    return _WRITERS[type(node)](node)
