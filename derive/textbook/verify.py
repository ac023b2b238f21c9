"""Judges a whole document: every equality with its place and its verdict."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from derive.textbook.documents import Document, Piece, read_document
from derive.textbook.errors import BadDeclaration
from derive.textbook.judge import Judge
from derive.textbook.meaning.declarations import read_kind
from derive.textbook.positions import Span
from derive.textbook.prose import conditions_beside, is_case, is_range, is_set_anew, is_tie
from derive.textbook.usual_names import usual_names
from derive.textbook.verdicts import Judged, Kind

__all__ = ["Found", "Verification", "judge_text", "split_declaration", "verify_document"]

KINDS: tuple[Kind, ...] = ("proved", "held", "conditional", "definition", "refuted", "unreadable")
_ASSUMING = re.compile(
    r"(?i)\b(assum\w*|suppos\w*|provided|such that|so that|so|if|when|since|because|constraint\w*|"
    r"requir\w*|condition\w*|satisf\w*|case|labels)\b[^.;:]{0,60}$"
)
"""Words before a formula in a line by which it is a condition, and no claim."""
_EXAMPLE = re.compile(
    r"(?i)\b(like|e\.g\.,?|such as|say|for example|for instance|choose|or|try)\W*$"
)
"""Words before a formula in a line by which it is an example, which defines nothing."""
_BARE = re.compile(r"(?:(?!\\(?:d?frac|sum|prod|partial|nabla|log|ln|exp)\b)[\\\w^{}*.,\s])+")
"""A side of which a condition may consist: names and numbers without operators."""
PROSE = "the prose states it, perhaps as a condition"


@dataclass(frozen=True)
class Found:
    """An equality of a document.

    Parameters
    ----------
    where : str
        Line and column; in a notebook after the number of the cell.
    line : int
        The line in the text that was read.
    judged : Judged
    display : int
        The number of the display or formula in which it stands.
    """

    where: str
    line: int
    judged: Judged
    display: int = 0


@dataclass(frozen=True)
class Verification:
    """What is said of a document.

    Parameters
    ----------
    name : str
    found : tuple[Found, ...]
        The equalities in reading order.
    troubles : tuple[tuple[str, str], ...]
        Declarations and definitions that could not be taken, with the reason.
    read_as : tuple[tuple[str, str], ...]
        Quantities that nothing declares, and as what they were read.
    """

    name: str
    found: tuple[Found, ...]
    troubles: tuple[tuple[str, str], ...] = ()
    read_as: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is refuted or unreadable, and every declaration was taken."""
        bad = any(one.judged.kind in ("refuted", "unreadable") for one in self.found)
        return not bad and not self.troubles

    @property
    def counts(self) -> dict[str, int]:
        """How many equalities have each verdict."""
        counted = Counter(one.judged.kind for one in self.found)
        return {kind: counted[kind] for kind in KINDS if counted[kind]}

    def to_json(self) -> str:
        """Return everything as JSON."""
        return json.dumps(_record(self), ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        from derive.textbook.report import plain

        return plain(self)


def _record(verification: Verification) -> dict[str, Any]:
    return {
        "name": verification.name,
        "ok": verification.ok,
        "counts": verification.counts,
        "equalities": [
            {
                "where": one.where,
                "line": one.line,
                "verdict": one.judged.kind,
                "left": one.judged.left,
                "right": one.judged.right,
                "reason": one.judged.reason,
                "conditions": list(one.judged.conditions),
                "samples": one.judged.samples,
                "counterexample": _numbers(one.judged),
                "suggestion": one.judged.suggestion,
                "declaration": one.judged.declaration,
            }
            for one in verification.found
        ],
        "troubles": [{"what": what, "reason": reason} for what, reason in verification.troubles],
        "read_as": dict(verification.read_as),
    }


def _numbers(judged: Judged) -> dict[str, Any] | None:
    found = judged.counterexample
    if found is None:
        return None
    return {
        "sizes": dict(found.sizes),
        "indices": dict(found.indices),
        "numbers": dict(found.numbers),
        "left": found.left,
        "right": found.right,
    }


def split_declaration(text: str) -> tuple[str, str]:
    r"""Return the symbol and the kind of ``SYMBOL: KIND``.

    Raises
    ------
    BadDeclaration
        When there is no colon, or nothing on one of its sides.

    Examples
    --------
    >>> split_declaration(r"\mathbf{x}: vector(d)")
    ('\\mathbf{x}', 'vector(d)')
    """
    symbol, colon, kind = text.rpartition(":")
    if not colon or not symbol.strip() or not kind.strip():
        raise BadDeclaration(f"{text!r} is no declaration; write it as SYMBOL: KIND")
    return symbol.strip(), kind.strip()


Progress = Callable[[int, int], None]


def verify_document(
    document: Document,
    *,
    pair: tuple[str, str] | None = None,
    declare: Iterable[str] = (),
    given: Sequence[str] = (),
    assume: Sequence[str] = (),
    progress: Progress | None = None,
) -> Verification:
    """Judge a document that was read; `progress` is told how many of how many pieces are done."""
    declarations: dict[str, str] = {}
    defined: list[str] = []
    if pair is not None:
        usual = usual_names(*pair, document.source.text)
        declarations.update(usual.declare)
        defined.extend(usual.given)
    troubles: list[tuple[str, str]] = []
    pieces = document.pieces
    declarations.update(split_declaration(text) for text in declare)
    for piece in pieces:
        if piece.kind == "declare":
            try:
                symbol, kind = split_declaration(piece.text)
                read_kind(kind)
            except BadDeclaration as error:
                troubles.append((piece.text, str(error)))
            else:
                declarations[symbol] = kind
    defined.extend([*given, *(piece.text for piece in pieces if piece.kind == "given")])
    conditions = [*assume, *(piece.text for piece in pieces if piece.kind == "assume")]
    judge = Judge(declarations, defined, conditions, document.macros)
    troubles.extend(judge.troubles.items())
    found = _judged(document, judge, progress)
    guessed = {name: kind for name, kind in judge.reader.guessed.items() if kind != "dim"}
    return Verification(document.name, tuple(found), tuple(troubles), tuple(guessed.items()))


def _judged(document: Document, judge: Judge, progress: Progress | None) -> list[Found]:
    displays = [
        piece for piece in document.pieces if piece.kind not in ("declare", "given", "assume")
    ]
    beside = conditions_beside(document.source.text, displays)
    results: list[tuple[Piece, list[Judged]]] = []
    under: list[list[str]] = []
    for number, piece in enumerate(displays):
        if progress is not None:
            progress(number, len(displays))
        if piece.kind == "heading":
            judge.begin_section()
        elif piece.kind != "condition":
            under.append(beside.get(number, []))
            results.append((piece, _of_piece(judge, piece, under[-1])))
    results = [
        (piece, _again(judge, piece, judged, conditions))
        for (piece, judged), conditions in zip(results, under, strict=True)
    ]
    return [
        Found(
            document.where(one.span.start), document.source.place(one.span.start).line, one, number
        )
        for number, (_, judged) in enumerate(results, start=1)
        for one in judged
    ]


_DELIMITED = re.compile(r"(?<!\\)(?:\\\[|\$\$)")
"""Where a display begins that is no environment; a row may end with ``\\\\[2pt]``."""
_EDGES = re.compile(r"\\(?:begin|end)\s*\{[a-zA-Z*]+\}")


def judge_text(judge: Judge, text: str) -> list[Judged]:
    """Judge one display, or several with prose between them as they stand in a book."""
    if not _is_several(text):
        return judge.display(text)
    document = read_document(text, kind="latex")
    return [one.judged for one in _judged(document, judge, None)]


def _is_several(text: str) -> bool:
    """Return whether a text has displays of its own, or prose with formulas around them."""
    if _DELIMITED.search(text):
        return True
    edges = list(_EDGES.finditer(text))
    return bool(edges) and "$" in text[: edges[0].start()] + text[edges[-1].end() :]


def _again(judge: Judge, piece: Piece, before: list[Judged], under: Sequence[str]) -> list[Judged]:
    """Look a second time at what could not be read: later definitions may have told what it is."""
    if piece.kind == "broken" or all(one.kind != "unreadable" for one in before):
        return before
    now = _of_piece(judge, piece, under)
    if len(now) != len(before):
        return before
    return [
        new if old.kind == "unreadable" and new.kind in ("proved", "held", "definition") else old
        for old, new in zip(before, now, strict=True)
    ]


def _of_piece(judge: Judge, piece: Piece, under: Sequence[str] = ()) -> list[Judged]:
    """Judge a piece, under conditions that the prose puts beside it."""
    if piece.kind == "broken":
        span = Span(piece.start, piece.start + 1)
        return [Judged("unreadable", span, reason=piece.text, problem=span)]
    if piece.kind == "inline" and not under and _is_supposed(judge, piece):
        judge.suppose(piece.text)
        return []
    if piece.kind == "inline" and _is_of_indices(judge, piece.text):
        return []
    if is_set_anew(piece):
        judge.take_anew(piece.text)
    shown = piece.kind == "display"
    judged = judge.display(piece.text, piece.start, continued=shown, under=under)
    if piece.kind != "inline" or under:
        return judged
    softened = [_softened(one) for one in judged]
    if any(one.conditions == (PROSE,) for one in softened):
        judge.suppose(piece.text)
    return softened


def _is_of_indices(judge: Judge, text: str) -> bool:
    """Return whether a formula in prose only says of indices where they are."""
    return is_range(text) or (is_tie(text) and not judge.knows(text))


def _is_supposed(judge: Judge, piece: Piece) -> bool:
    """Return whether the prose gives a formula as a condition or an example."""
    before = piece.before.rstrip("$`(\\ ")
    if _EXAMPLE.search(before) or is_case(piece) or judge.is_case(piece.text):
        return True
    return _ASSUMING.search(before) is not None and not judge.defines(piece.text)


def _may_condition(judged: Judged) -> bool:
    """Return whether an equality demands something: it says what a quantity is, or a sum of them.

    One of two expressions is a claim, and so is one that a small change makes true.
    """
    sides = (judged.left, judged.right)
    return not judged.suggestion and any(_BARE.fullmatch(side.strip()) for side in sides)


def _softened(judged: Judged) -> Judged:
    """Return what is said of a formula in prose: a false one may be a condition, and no claim."""
    if judged.kind == "refuted" and judged.counterexample is not None and _may_condition(judged):
        return replace(judged, kind="conditional", conditions=(PROSE,), suggestion="")
    return judged
