"""TeX's own tokens: control sequences and characters, with their places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derive.textbook.errors import Unreadable
from derive.textbook.positions import Span

__all__ = ["Raw", "argument_at", "matching_brace", "plain", "tokenize"]

_PATTERN = re.compile(
    r"(?P<comment>(?<!\\)%[^\n]*\n?)"
    r"|(?P<space>\s+)"
    r"|(?P<row>\\\\\*?(?:\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|in|baselineskip)?\s*\])?)"
    r"|(?P<command>\\(?:[A-Za-z]+\*?|.))"
    r"|(?P<dots>\.{3})"
    r"|(?P<character>.)",
    re.DOTALL,
)
_STARRED = frozenset(
    {
        "\\operatorname*",
        "\\tag*",
        "\\hspace*",
        "\\vspace*",
        "\\newcommand*",
        "\\renewcommand*",
        "\\DeclareMathOperator*",
        "\\providecommand*",
    }
)
ROW = "\\\\"


@dataclass(frozen=True, slots=True)
class Raw:
    """A token of TeX; `spaced` says whether white space stands before it."""

    text: str
    span: Span
    spaced: bool = False


def _pieces(kind: str, text: str, start: int) -> list[tuple[str, int]]:
    if kind == "row":
        return [(ROW, start)]
    if kind == "command" and text.endswith("*") and text not in _STARRED:
        return [(text[:-1], start), ("*", start + len(text) - 1)]
    return [(text, start)]


def tokenize(text: str, offset: int = 0, *, paragraphs: bool = False) -> list[Raw]:
    r"""Cut a text into TeX's tokens; comments vanish.

    An empty line is no token, or with `paragraphs` a wide space: it parts two formulas.

    Examples
    --------
    >>> [token.text for token in tokenize(r"\hat y_1 % the prediction")]
    ['\\hat', 'y', '_', '1']
    """
    tokens: list[Raw] = []
    spaced = False
    depth = 0
    for match in _PATTERN.finditer(text):
        kind = str(match.lastgroup)
        if kind in ("space", "comment"):
            if paragraphs and match.group().count("\n") > 1 and tokens and not depth:
                place = match.start() + offset
                tokens.append(Raw("\\quad", Span(place, place), spaced=True))
            spaced = True
            continue
        depth += (match.group() == "{") - (match.group() == "}")
        for piece, start in _pieces(kind, match.group(), match.start() + offset):
            tokens.append(Raw(piece, Span(start, start + len(piece)), spaced))
            spaced = False
    return tokens


def matching_brace(tokens: Sequence[Raw], start: int) -> int:
    """Return the place of the brace that closes the one at `start`.

    Raises
    ------
    Unreadable
        When there is none.
    """
    depth = 0
    for place in range(start, len(tokens)):
        if tokens[place].text == "{":
            depth += 1
        elif tokens[place].text == "}":
            depth -= 1
            if depth == 0:
                return place
    raise Unreadable("a brace is not closed", tokens[start].span)


def argument_at(tokens: Sequence[Raw], start: int) -> tuple[Sequence[Raw], int]:
    """Return the argument that begins at a place, without its braces, and the place after it.

    Raises
    ------
    Unreadable
        When the text ends there.
    """
    if start >= len(tokens):
        raise Unreadable(
            "an argument is missing at the end", tokens[-1].span if tokens else Span(0, 0)
        )
    if tokens[start].text == "{":
        end = matching_brace(tokens, start)
        return tokens[start + 1 : end], end + 1
    return tokens[start : start + 1], start + 1


def plain(tokens: Sequence[Raw]) -> str:
    """Return tokens as text, with the spaces they had."""
    return "".join((" " if token.spaced else "") + token.text for token in tokens)
