r"""What the prose says beside a formula: conditions such as *for $i \neq j$*."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from derive.textbook.documents import Piece

__all__ = ["conditions_beside", "is_case", "is_range", "is_set_anew", "is_tie"]

_CASE = re.compile(
    r"(?i)\b(?:for|if|when|whenever|case|cases|provided|unless|assuming|suppose|otherwise|else|"
    r"with|set|setting|at|take|taking)\b"
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
_NUMBER = r"[-+]?(?:\d+(?:\.\d+)?(?:\s*/\s*\d+)?|\\[dt]?frac\s*(?:\d\s*\d|\{\d+\}\s*\{\d+\}))"
_LETTER = r"(?:\\[A-Za-z]+|[A-Za-z])(?:_\{?[A-Za-z0-9]+\}?)?"
_CASE_OF_NUMBER = re.compile(rf"\s*{_LETTER}\s*=\s*{_NUMBER}\s*[.,;]?\s*")
_SAME = re.compile(rf"\s*{_LETTER}\s*=\s*{_LETTER}\s*[.,;]?\s*")
_IF = re.compile(r"(?i)\b(?:if|when|whenever|case|provided|unless)\b(?:\s+that)?[\s,(:]*$")
_TIE = re.compile(r"\s*[i-np-t]'?\s*=\s*[i-np-t]'?\s*[.,;]?\s*")
_RANGE = re.compile(r"\s*[A-Za-z]\s*=\s*\d\s*,[^=]*$")
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
    words = _words(piece)
    if piece.kind == "inline" and _SAME.fullmatch(piece.text) and _IF.search(words):
        return True
    return _may_be_case(piece) and _CASE.search(words) is not None


def _words(piece: Piece) -> str:
    return piece.before.rstrip("$`(\\ ")


def _may_be_case(piece: Piece) -> bool:
    if piece.kind not in ("inline", "condition") or _ELLIPSIS.search(piece.text):
        return False
    number = _CASE_OF_NUMBER.fullmatch(piece.text) is not None
    return piece.kind == "condition" or is_tie(piece.text) or number


def is_set_anew(piece: Piece) -> bool:
    """Return whether the prose takes a name for something else: *let f(x) = …*, *consider …*."""
    if piece.kind != "inline":
        return False
    words = _words(piece)
    for_function = _FOR.search(words) is not None and _CALL.match(piece.text) is not None
    return for_function or _ANEW.search(words) is not None


_ANEW = re.compile(r"(?i)\b(?:let|consider|define|take)\b(?:\s+(?:now|us|instead))*[\s,(:]*$")
_FOR = re.compile(r"(?i)\bfor[\s,(:]*$")
_CALL = re.compile(r"\s*\\?[A-Za-z]+(?:_\{?\\?[A-Za-z0-9]+\}?)?\s*\(")


def _cases(text: str, pieces: Sequence[Piece]) -> set[int]:
    """Return the numbers of the pieces that are cases; what *and* joins to a case is one too."""
    found: set[int] = set()
    for number, piece in enumerate(pieces):
        joined = (
            number - 1 in found
            and _may_be_case(piece)
            and _AND.fullmatch(_gap(text, pieces[number - 1], piece)) is not None
        )
        if joined or is_case(piece):
            found.add(number)
    return found


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
    cases = _cases(text, pieces)
    for number in sorted(cases):
        for other in _on_which(text, pieces, number, cases):
            found.setdefault(other, []).append(pieces[number].text.strip().rstrip(".,;:"))
    return found


def _on_which(text: str, pieces: Sequence[Piece], number: int, cases: set[int]) -> Iterator[int]:
    before = None if number - 1 in cases else _before(text, pieces, number)
    heads = number + 1 < len(pieces) and _gap(text, pieces[number], pieces[number + 1])[:1] == ":"
    if before is not None and not heads:
        yield before
        return
    for here, follows in pairwise(range(number, len(pieces))):
        gap = _gap(text, pieces[here], pieces[follows])
        if len(gap) > LONGEST_GAP or _SENTENCE_ENDS.search(_FORMULA.sub("", gap)):
            return
        if follows in cases:
            if here in cases and _AND.fullmatch(gap) is not None:
                continue
            return
        if pieces[follows].kind not in ("display", "inline"):
            return
        if here not in cases and not _joined(gap):
            return
        yield follows


def _joined(gap: str) -> bool:
    return bool(gap.strip()) and _AND.fullmatch(gap) is not None


def _before(text: str, pieces: Sequence[Piece], number: int) -> int | None:
    """Return the formula right before a condition, in the same sentence."""
    if not number or pieces[number - 1].kind not in ("display", "inline"):
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
