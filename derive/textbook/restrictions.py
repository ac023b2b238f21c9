"""Special cases in which a false line may be true: from this table the least condition is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from derive.textbook.meaning.core import At, Compare, Core, Symbol
from derive.textbook.meaning.dimensions import Dimension, Index

__all__ = ["NONE", "RESTRICTIONS", "Restriction", "Subject"]


@dataclass(frozen=True)
class Restriction:
    """A special case: what it says, and what it does to the points.

    Parameters
    ----------
    words : str
    unsaid : bool
        Whether texts leave it unsaid, as they do of labels, so that the line is called conditional.
        A line that holds for n = 1 only has dropped a sum: it stays refuted, and the special case
        is mentioned.
    """

    words: str = ""
    unsaid: bool = True
    sizes: Mapping[Dimension, int] = field(default_factory=dict)
    domains: Mapping[Symbol, str] = field(default_factory=dict)
    filters: tuple[Core, ...] = ()


NONE = Restriction()


@dataclass(frozen=True)
class Subject:
    """What an equality is about: its free quantities, dimensions and indices.

    `unnamed` are the indices that the formula does not print: those of whole arrays; `moved` are
    the quantities by which it takes derivatives, which are no labels.
    """

    symbols: tuple[Symbol, ...]
    dimensions: tuple[Dimension, ...]
    indices: tuple[Index, ...]
    unnamed: frozenset[Index] = frozenset()
    moved: frozenset[Symbol] = frozenset()


_WITHOUT_ZERO = frozenset({"positive", "negative", "nonzero", "in (0,1)", "in {-1,1}"})
"""Domains of which nothing is one-hot."""
_DISTRIBUTIONS = frozenset({"one-hot", "simplex", "part"})


def _arrays(subject: Subject) -> Iterator[Symbol]:
    for symbol in subject.symbols:
        of_an_example = len(symbol.axes) > symbol.leading  # the labels of all examples sum to n
        if of_an_example and symbol.role == "value" and symbol.domain not in _DISTRIBUTIONS:
            yield symbol


NO_LABELS = frozenset(
    (
        *"WwUVXxABHhbevKQ",
        "\\epsilon",
        "\\varepsilon",
        "\\xi",
        "\\Theta",
        "\\theta",
        "\\beta",
        "\\phi",
        "\\Phi",
        "\\mu",
        "\\Sigma",
        "\\Lambda",
    )
)
"""Weights, inputs and parameters: of them no text leaves unsaid that they are one-hot."""


def _may_be_label(symbol: Symbol) -> bool:
    return symbol.name.split("_")[0].split("^")[0] not in NO_LABELS


def _sums_to_one(subject: Subject) -> Iterator[Restriction]:
    for symbol in _arrays(subject):
        words = f"the entries of {symbol.name} sum to one"
        yield Restriction(words, _may_be_label(symbol), domains={symbol: "rows"})


def _one_hot(subject: Subject) -> Iterator[Restriction]:
    for symbol in _arrays(subject):
        if symbol.domain in _WITHOUT_ZERO:
            continue
        words = f"{symbol.name} is one-hot"
        unsaid = _may_be_label(symbol) and symbol not in subject.moved
        yield Restriction(words, unsaid, domains={symbol: "one-hot"})


def _whole(subject: Subject) -> Iterator[Restriction]:
    for symbol in subject.symbols:
        if symbol.domain == "part":
            name = symbol.name.removeprefix("[\\in ").removesuffix("]")
            words = f"{name} is all that its index runs over"
            yield Restriction(words, True, domains={symbol: "one"})


def _positive(subject: Subject) -> Iterator[Restriction]:
    for symbol in subject.symbols:
        if symbol.role in ("value", "constant") and not symbol.domain:
            yield Restriction(f"{symbol.name} > 0", False, domains={symbol: "positive"})


def _pairs(subject: Subject) -> Iterator[tuple[Index, Index]]:
    """Yield the pairs of indices that can be compared: two of the formula, or two of a matrix."""
    for first in subject.indices:
        for second in subject.indices:
            alike = (first in subject.unnamed) == (second in subject.unnamed)
            if first.number < second.number and alike:
                yield first, second


def _no_tie(subject: Subject) -> Iterator[Restriction]:
    for first, second in _pairs(subject):
        printed = first not in subject.unnamed
        words = f"{first.name} ≠ {second.name}" if printed else "off the diagonal"
        different = Compare("\\neq", At(first), At(second))
        yield Restriction(words, False, filters=(different,))


def _tie(subject: Subject) -> Iterator[Restriction]:
    for first, second in _pairs(subject):
        printed = first not in subject.unnamed
        words = f"{first.name} = {second.name}" if printed else "on the diagonal"
        same = Compare("=", At(first), At(second))
        yield Restriction(words, False, filters=(same,))


def _single(subject: Subject) -> Iterator[Restriction]:
    for dimension in subject.dimensions:
        yield Restriction(f"{dimension.name} = 1", False, sizes={dimension: 1})


def _symmetric(subject: Subject) -> Iterator[Restriction]:
    for symbol in subject.symbols:
        if len(symbol.axes) == 2 and symbol.axes[0] == symbol.axes[1] and symbol.role == "value":
            yield Restriction(f"{symbol.name} is symmetric", False, domains={symbol: "symmetric"})


RESTRICTIONS: tuple[Callable[[Subject], Iterator[Restriction]], ...] = (
    _whole,
    _sums_to_one,
    _one_hot,
    _positive,
    _no_tie,
    _tie,
    _single,
    _symmetric,
)
"""The kinds of special cases, those that texts leave unsaid first."""
