"""Breaking long lines of generated source as the formatter would."""

from __future__ import annotations

import re
import textwrap

__all__ = ["LINE_LENGTH", "block", "broken"]

LINE_LENGTH = 100
_INDENT = "    "
_ASSIGNED = re.compile(r"return |[\w: ]+(?:\.ravel\(\)\[\w+\])? [-+*/]?= ")
"""What stands before the value."""


def broken(line: str, indent: str = "") -> list[str]:
    """Return a line of source, broken where it is too long.

    Examples
    --------
    >>> broken("total = one + two")
    ['total = one + two']
    """
    if len(indent) + len(line) <= LINE_LENGTH:
        return [indent + line]
    assigned = _ASSIGNED.match(line)
    value = line[assigned.end() :] if assigned else ""
    if assigned and len(_operands(value)) > 1:
        inside = _lines(value, indent + _INDENT)
        return [f"{indent}{assigned.group()}(", *inside, f"{indent})"]
    return _bracketed(line, indent)


def _lines(text: str, indent: str) -> list[str]:
    """Return an expression that stands in brackets, cut at its loosest operators."""
    if _fits(text, indent):
        return [indent + text]
    parts = _operands(text)
    if len(parts) > 1:
        return [line for part in parts for line in _lines(part, indent)]
    return _bracketed(text, indent)


def _bracketed(text: str, indent: str) -> list[str]:
    """Cut behind the first bracket of a text and before the last, and in between as needed."""
    opening, closing = text.find("(") + 1, text.rfind(")")
    if not opening:
        return [indent + text]
    content = text[opening:closing]
    arguments = [argument.removeprefix(", ") for argument in _split(content, (", ",))]
    deeper = indent + _INDENT
    if len(arguments) == 1 or _fits(content, deeper):
        inside = _lines(content, deeper)
    else:
        inside = []
        for argument in arguments:
            *most, last = _lines(argument, deeper)
            inside += [*most, f"{last},"]
    return [indent + text[:opening], *inside, indent + text[closing:]]


def _fits(text: str, indent: str) -> bool:
    return len(indent) + len(text) <= LINE_LENGTH


def _operands(text: str) -> list[str]:
    """Cut at the operators that bind least."""
    for marks in ((" + ", " - "), (" * ", " / "), (" ** ",)):
        pieces = _split(text, marks)
        if len(pieces) > 1:
            return [piece.strip() for piece in pieces]
    return [text]


def _split(text: str, marks: tuple[str, ...]) -> list[str]:
    """Cut before every mark that stands outside all brackets."""
    pieces, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if depth == 0 and place > max(start, 2) and text.startswith(marks, place):
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


def hanging(text: str) -> str:
    """Return a formula of a docstring, indented once and its further lines twice."""
    return textwrap.fill(text, LINE_LENGTH, initial_indent=_INDENT, subsequent_indent=2 * _INDENT)
