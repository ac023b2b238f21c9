"""Where a piece of a document stands."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

__all__ = ["NOWHERE", "Place", "Source", "Span"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, as offsets: `start` is the first character, `end` the one after."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Return the stretch from the start of this one to the end of the other."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both counted from one.

    Examples
    --------
    >>> print(Place(3, 14))
    3:14
    """

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class Source:
    r"""A text with its lines.

    Examples
    --------
    >>> source = Source("a = b\nc = d")
    >>> print(source.place(8), source.piece(Span(6, 11)))
    2:3 c = d
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def place(self, offset: int) -> Place:
        """Return the line and the column of an offset."""
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)

    def piece(self, span: Span) -> str:
        """Return what stands in a stretch, its white space made single spaces."""
        return " ".join(self.text[span.start : span.end].split())
