"""The errors that derive raises: each repeats what was given and says what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "BrokenDocument",
    "DeriveError",
    "InWords",
    "InvalidLabel",
    "OptionConflict",
    "RefusedPair",
    "UnknownName",
    "UnknownOption",
    "UnsupportedExpression",
]


class DeriveError(Exception):
    """Base of every error that derive raises on purpose."""


class UnknownName(DeriveError, LookupError):
    """A name that no table holds.

    Parameters
    ----------
    kind : str
        What was looked up, such as ``"output"`` or ``"loss"``.
    name : object
        What the caller gave.
    known : Iterable[str]
        The names the table does hold, in its order.
    also : (str, Iterable[str]), optional
        Another table, for a name that stands in the wrong place.

    Examples
    --------
    >>> print(UnknownName("output", "sofmax", ["linear", "softmax"]))
    unknown output 'sofmax'; did you mean 'softmax'? Known: linear, softmax
    """

    def __init__(
        self,
        kind: str,
        name: object,
        known: Iterable[str],
        *,
        also: tuple[str, Iterable[str]] | None = None,
    ) -> None:
        names = list(known)
        near = difflib.get_close_matches(str(name).lower(), names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        if also is not None and str(name).lower() in also[1]:
            hint = f"it is the name of a {also[0]}, so the two may be swapped. "
        self.kind, self.name, self.known = kind, name, tuple(names)
        self.suggestion = near[0] if near else None
        super().__init__(f"unknown {kind} {name!r}; {hint}Known: {', '.join(names)}")

    def __str__(self) -> str:
        return str(self.args[0])


class InWords(str):
    """What an option takes, where it is told in words: shown without quotation marks."""

    __slots__ = ()
    __repr__ = str.__str__


class UnknownOption(DeriveError, ValueError):
    """An option whose value is not one of those it takes.

    Examples
    --------
    >>> print(UnknownOption("reduction", "average", ["sum", "mean"]))
    reduction='average' is not an option; reduction takes: 'sum', 'mean'
    >>> print(UnknownOption("width", 3, [InWords("a whole number from 20")]))
    width=3 is not an option; width takes: a whole number from 20
    """

    def __init__(self, option: str, value: object, allowed: Iterable[object]) -> None:
        known = list(allowed)
        choices = ", ".join(repr(choice) for choice in known)
        near = difflib.get_close_matches(str(value), [str(choice) for choice in known], n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        self.option, self.value, self.allowed = option, value, tuple(known)
        super().__init__(f"{option}={value!r} is not an option; {hint}{option} takes: {choices}")


class OptionConflict(DeriveError, ValueError):
    """Options that cannot go together: which, and what to leave out."""


class RefusedPair(DeriveError, ValueError):
    """An output unit and a loss that do not belong together, with the reason."""

    def __init__(self, output: str, loss: str, reason: str) -> None:
        self.output, self.loss, self.reason = output, loss, reason
        super().__init__(f"{output} + {loss} is refused: {reason}")


class InvalidLabel(DeriveError, ValueError):
    """A label outside the domain of the loss."""


class UnsupportedExpression(DeriveError, TypeError):
    """An expression with a node that the printer, the prover or the generator does not know."""

    def __init__(self, where: str, node: object, known: str = "") -> None:
        self.where, self.node = where, node
        tail = f"; it takes {known}" if known else ""
        super().__init__(f"{where} does not know {type(node).__name__} in {node}{tail}")


class BrokenDocument(DeriveError, ValueError):
    """A saved derivation that cannot be read: what stands there and what was expected."""
