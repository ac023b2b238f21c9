r"""What the prose says beside a formula: conditions such as *for $i \neq j$*."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from derive.textbook.documents import Piece

__all__ = ["conditions_beside", "is_case", "is_range", "is_tie"]

_CASE = re.compile(
    r"(?i)\b(?:for|if|when|whenever|case|cases|provided|unless|assuming|suppose|otherwise|else)\b"
    r"(?:\s+(?:all|any|every|each|that|the case|where|of|instead|also|if|we have|only))*[\s,(:]*$"
)
"""Words directly before a formula that make it a condition on what stands beside it."""
_FORMULA = re.compile(r"\$[^$]*\$")
_SENTENCE_ENDS = re.compile(r"[.;!?](?:\s|$)")
_AND = re.compile(r"(?i)[\s,]*(?:and|or)?[\s,]*(?:also|similarly)?[\s,]*")
_OPENS = re.compile(
    r"(?:\$+|\\\(|\\\[|\\begin\s*\{[a-z*]+\}|`+(?:math)?|&|\\nonumber|\\label\{[^}]*\}|\s)+$"
)
_CLOSES = re.compile(r"^(?:\$+|\\\)|\\\]|\\end\s*\{[a-z*]+\}|`+)")
LONGEST_GAP = 120
"""In characters, from a condition to the formula that it is on."""
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_LETTER = r"(?:\\[A-Za-z]+|[A-Za-z])(?:_\{?[A-Za-z0-9]+\}?)?"
_CASE_OF_NUMBER = re.compile(rf"\s*{_LETTER}\s*=\s*{_NUMBER}\s*[.,;]?\s*")
_TIE = re.compile(r"\s*[i-np-t]'?\s*=\s*[i-np-t]'?\s*[.,;]?\s*")
_RANGE = re.compile(r"\s*[A-Za-z]\s*=\s*\d\s*,[^=]*(?:\\[lcd]?dots|\.\.\.|…)[^=]*$")
_ELLIPSIS = re.compile(r"\\[lcd]?dots|\.\.\.|…")


def is_tie(text: str) -> bool:
    """Return whether a formula says that two letters of the kind that counts are equal.

    Examples
    --------
    >>> is_tie("i = j"), is_tie("x = y"), is_tie("i = 1")
    (True, False, False)
    """
    return _TIE.fullmatch(text) is not None


def is_range(text: str) -> bool:
    """Return whether a formula says over which numbers a letter runs, as i = 1, …, n."""
    return _RANGE.match(text) is not None


def is_case(piece: Piece) -> bool:
    """Return whether a formula in prose is a case, as in *if y = 1*; a range of numbers is none."""
    if piece.kind not in ("inline", "condition") or _ELLIPSIS.search(piece.text):
        return False
    if _CASE.search(piece.before.rstrip("$`(\\ ")) is None:
        return False
    return (
        piece.kind == "condition"
        or is_tie(piece.text)
        or _CASE_OF_NUMBER.fullmatch(piece.text) is not None
    )


def conditions_beside(text: str, pieces: Sequence[Piece]) -> dict[int, list[str]]:
    r"""Return by the number of a piece the conditions that the prose puts right beside it.

    A condition behind a display, in the same sentence, is on that display; any other is on what
    follows it before the sentence ends, and on what is joined to that by *and*.

    Examples
    --------
    >>> from derive.textbook.documents import read_document
    >>> document = read_document(r"For $i \neq j$ we have $$A_{ij} = 0$$", kind="markdown")
    >>> conditions_beside(document.source.text, document.pieces)
    {1: ['i \\neq j']}
    """
    found: dict[int, list[str]] = {}
    for number, piece in enumerate(pieces):
        if is_case(piece):
            for other in _on_which(text, pieces, number):
                found.setdefault(other, []).append(piece.text.strip().rstrip(".,;:"))
    return found


def _on_which(text: str, pieces: Sequence[Piece], number: int) -> Iterator[int]:
    before = _before(text, pieces, number)
    heads = number + 1 < len(pieces) and _gap(text, pieces[number], pieces[number + 1])[:1] == ":"
    if before is not None and not heads:
        yield before
        return
    for here, follows in pairwise(range(number, len(pieces))):
        gap = _gap(text, pieces[here], pieces[follows])
        first = here == number
        if len(gap) > LONGEST_GAP or _SENTENCE_ENDS.search(_FORMULA.sub("", gap)):
            return
        if pieces[follows].kind not in ("display", "inline"):
            return
        if is_case(pieces[follows]):
            if first and _AND.fullmatch(gap.lstrip()) is not None:
                continue
            return
        if not first and not is_case(pieces[here]) and not _joined(gap):
            return
        yield follows


def _joined(gap: str) -> bool:
    return bool(gap.strip()) and _AND.fullmatch(gap) is not None


def _before(text: str, pieces: Sequence[Piece], number: int) -> int | None:
    """Return the display right before a condition, in the same sentence."""
    if not number or pieces[number - 1].kind != "display":
        return None
    display = pieces[number - 1]
    if display.text.rstrip("$\\}] \n").endswith("."):
        return None
    gap = _gap(text, display, pieces[number])
    case = _CASE.search(gap.rstrip("$`(\\ "))
    words = gap[: case.start()] if case is not None else gap
    small = case is not None and case.group().lstrip()[:1].islower()
    return number - 1 if small and not words.strip(" \n,") else None


def _gap(text: str, piece: Piece, follows: Piece) -> str:
    """Return the words between two pieces, without the delimiters of their formulas."""
    gap = text[piece.start + len(piece.text) : follows.start]
    return _OPENS.sub("", _CLOSES.sub("", gap.lstrip("`")))
