"""The tree of a formula as it is printed: notation, before any meaning.

A `Product` keeps its factors and operators as they stand; whether two letters side by side are a
product, an application or an index is a question of meaning, answered in `derive.textbook.meaning`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

from derive.textbook.positions import NOWHERE, Span

__all__ = [
    "Accented",
    "Big",
    "Dots",
    "Factorial",
    "Fraction",
    "Group",
    "Name",
    "Node",
    "Number",
    "Operator",
    "Product",
    "Relation",
    "Root",
    "Scripted",
    "Sum",
    "Table",
    "Text",
    "children",
    "is_constant",
    "mapped",
    "walk",
]


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a formula; two pieces are equal when they read the same, wherever they stand."""

    span: Span = field(default=NOWHERE, compare=False, kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A decimal number, as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    r"""A letter, a Greek letter or a word, with its font and its accents from the inside out.

    `letters` is ``x``, ``\alpha`` or ``softmax``; `font` is empty or ``\mathbf`` and the like.
    """

    letters: str
    font: str = ""
    accents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Prose inside a formula."""

    words: str


@dataclass(frozen=True, slots=True)
class Dots(Node):
    """An ellipsis."""


@dataclass(frozen=True, slots=True)
class Operator(Node):
    r"""What stands between the factors of a product: ``\cdot``, ``\odot``, ``/`` …; or a sign."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Scripted(Node):
    """A base with a subscript, a superscript or primes."""

    base: Node
    lower: Node | None = None
    upper: Node | None = None
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Factorial(Node):
    """The factorial of what stands before the exclamation mark."""

    body: Node


@dataclass(frozen=True, slots=True)
class Group(Node):
    r"""Something between delimiters: ``(``, ``[``, ``\{``, ``{``, ``|``, ``\|`` or ``\langle``.

    `separators` stand between the `items`: commas, semicolons, bars.
    """

    opening: str
    items: tuple[Node, ...]
    separators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fraction(Node):
    """A numerator over a denominator."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True, slots=True)
class Root(Node):
    """A root, square where no degree is given."""

    radicand: Node
    degree: Node | None = None


@dataclass(frozen=True, slots=True)
class Accented(Node):
    """An accent over more than a name, such as the bar over a product."""

    accent: str
    body: Node


@dataclass(frozen=True, slots=True)
class Big(Node):
    r"""A prefix that takes what follows: ``\sum``, ``\prod``, ``\max``, ``\log``, …, without it."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors, operators and prefixes side by side."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Terms with their signs."""

    signs: tuple[str, ...]
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """Expressions with relations between them, as in a limit or a condition."""

    sides: tuple[Node, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table(Node):
    """A matrix or cases, cell by cell; an empty cell is None."""

    environment: str
    rows: tuple[tuple[Node | None, ...], ...]


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything in it, from the left to the right.

    Examples
    --------
    >>> [type(part).__name__ for part in walk(Fraction(Number("1"), Name("k")))]
    ['Fraction', 'Number', 'Name']
    """
    pending = [node]
    while pending:
        part = pending.pop()
        yield part
        pending.extend(reversed(list(children(part))))


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes that a node is made of, from the left to the right."""
    pending: list[object] = [getattr(node, place.name) for place in reversed(fields(node))]
    while pending:
        part = pending.pop()
        if isinstance(part, Node):
            yield part
        elif isinstance(part, tuple):
            pending.extend(reversed(part))


def is_constant(node: Node) -> bool:
    """Return whether a formula is a number written with digits, as 1/2."""
    return all(
        isinstance(part, Number | Fraction | Operator | Product | Sum) for part in walk(node)
    )


def mapped(node: Node, function: Callable[[Node], Node]) -> Node:
    """Return a node with something else in place of each node that it is made of.

    Examples
    --------
    >>> mapped(Fraction(Number("1"), Name("k")), lambda part: Name("n")).denominator
    Name(letters='n', font='', accents=())
    """

    def changed(part: Any) -> Any:
        if isinstance(part, Node):
            return function(part)
        return tuple(map(changed, part)) if isinstance(part, tuple) else part

    changes = {place.name: changed(getattr(node, place.name)) for place in fields(node)}
    return replace(node, **changes)
