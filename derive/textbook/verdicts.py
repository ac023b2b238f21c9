"""What the judge says of one equality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from derive.textbook.positions import NOWHERE, Span

__all__ = ["Counterexample", "Judged", "Kind"]

Kind = Literal["proved", "held", "conditional", "refuted", "definition", "unreadable"]


@dataclass(frozen=True)
class Counterexample:
    """Numbers for which the sides differ.

    Parameters
    ----------
    sizes : tuple of (str, int)
        The dimensions.
    indices : tuple of (str, int)
        The indices at which the sides differ.
    numbers : tuple of (str, str)
        A number for every symbol that occurs, by its LaTeX name.
    left, right : str
        The values of the sides.
    """

    sizes: tuple[tuple[str, int], ...]
    indices: tuple[tuple[str, int], ...]
    numbers: tuple[tuple[str, str], ...]
    left: str
    right: str

    def __str__(self) -> str:
        parts = [f"{name} = {value}" for name, value in (*self.sizes, *self.indices, *self.numbers)]
        return f"{self.left} ≠ {self.right}" + (f" at {', '.join(parts)}" if parts else "")


@dataclass(frozen=True)
class Judged:
    """An equality and what is said of it.

    Parameters
    ----------
    kind : str
        ``proved`` for every size; ``held`` at `samples` points; ``conditional`` on `conditions`;
        ``refuted``, with a counterexample or the shapes that do not fit in `reason`;
        ``definition``: it introduces its left (or right) side; ``unreadable``, with `reason`.
    span : Span
        From the start of the left side to the end of the right side, as offsets.
    left, right : str
        The sides as they stand in the text.
    reason : str
        What is to be said in words.
    conditions : tuple[str, ...]
        What has to hold in addition, in words or LaTeX.
    readings : tuple[str, ...]
        How ambiguous notation was read, where it mattered.
    samples : int
        At how many points both sides were compared.
    counterexample : Counterexample, optional
    suggestion : str
        LaTeX of a small change of the right side that makes it true, or empty.
    declaration : str
        The declaration that would settle what is ambiguous, or empty.
    problem : Span
        The offending piece of something unreadable.
    """

    kind: Kind
    span: Span = NOWHERE
    left: str = ""
    right: str = ""
    reason: str = ""
    conditions: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    samples: int = 0
    counterexample: Counterexample | None = None
    suggestion: str = ""
    declaration: str = ""
    problem: Span = NOWHERE
