"""What the reader of derivations raises: always with the place and the reason."""

from __future__ import annotations

from derive.errors import DeriveError
from derive.textbook.positions import NOWHERE, Span

__all__ = ["Ambiguous", "BadDeclaration", "Circular", "NotJudged", "ShapeMismatch", "Unreadable"]


class Unreadable(DeriveError, ValueError):
    """A piece of LaTeX that has no reading here.

    Parameters
    ----------
    reason : str
        Why, in words for the author.
    span : Span
        Where.

    Examples
    --------
    >>> print(Unreadable("integrals are not read"))
    integrals are not read
    """

    def __init__(self, reason: str, span: Span = NOWHERE) -> None:
        self.reason, self.span = reason, span
        super().__init__(reason)


class Ambiguous(Unreadable):
    """A piece that has several readings, with the declaration that would settle it."""

    def __init__(self, reason: str, declaration: str, span: Span = NOWHERE) -> None:
        self.declaration = declaration
        super().__init__(f"{reason}; a declaration settles it: {declaration}", span)


class ShapeMismatch(Unreadable):
    """A product, sum or equation whose shapes do not fit: a mistake of the text, not of the reader.

    Parameters
    ----------
    reason : str
        The shapes, named.
    """


class Circular(Unreadable):
    """An equation that would define a quantity by itself: it is no definition."""


class NotJudged(DeriveError):
    """An equality that was read but could not be decided, with the reason."""


class BadDeclaration(DeriveError, ValueError):
    """A declaration of a symbol that says no kind known here."""
