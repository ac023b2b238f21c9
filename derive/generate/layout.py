"""Breaking long lines of generated source as the formatter would."""

from __future__ import annotations

import textwrap

__all__ = ["LINE_LENGTH", "block", "broken"]

LINE_LENGTH = 100
_INDENT = "    "


def broken(line: str, indent: str = "") -> list[str]:
    """Return a line of source, broken where it is too long.

    Examples
    --------
    >>> broken("total = one + two")
    ['total = one + two']
    """
    if len(indent) + len(line) <= LINE_LENGTH:
        return [indent + line]
    name, _, value = line.partition(" = ")
    parts = _operands(value)
    if len(parts) > 1:
        inside = [value] if _fits(value, indent + _INDENT) else parts
        return [f"{indent}{name} = (", *(indent + _INDENT + part for part in inside), f"{indent})"]
    opening = line.index("(") + 1
    content = line[opening:-1]
    if _fits(content, indent + _INDENT):
        return [indent + line[:opening], indent + _INDENT + content, f"{indent})"]
    arguments = (argument.removeprefix(", ") for argument in _split(content, (", ",)))
    inside = [piece for argument in arguments for piece in _argument(argument, indent + _INDENT)]
    return [indent + line[:opening], *inside, f"{indent})"]


def _fits(text: str, indent: str) -> bool:
    return len(indent) + len(text) <= LINE_LENGTH


def _argument(text: str, indent: str) -> list[str]:
    if _fits(f"{text},", indent):
        return [f"{indent}{text},"]
    lines = [indent + part for part in _operands(text)]
    return [*lines[:-1], f"{lines[-1]},"]


def _operands(text: str) -> list[str]:
    """Cut at the operators that bind least."""
    for marks in ((" + ", " - "), (" * ", " / ")):
        pieces = _split(text, marks)
        if len(pieces) > 1:
            return [piece.strip() for piece in pieces]
    return [text]


def _split(text: str, marks: tuple[str, ...]) -> list[str]:
    """Cut before every mark that stands outside all brackets."""
    pieces, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if depth == 0 and place > start and text.startswith(marks, place):
            pieces.append(text[start:place])
            start = place
    return [*pieces, text[start:]]


def block(lines: list[str], depth: int = 1) -> str:
    """Return lines of source as an indented block."""
    indent = _INDENT * depth
    return "\n".join(piece for line in lines for piece in broken(line, indent))


def paragraph(text: str, depth: int = 1) -> str:
    """Return prose, wrapped and indented."""
    indent = _INDENT * depth
    return textwrap.fill(text, LINE_LENGTH - 2, initial_indent=indent, subsequent_indent=indent)
