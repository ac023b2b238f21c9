"""Where brackets stand: how strongly each node binds, and what each place asks for.

A child is written bare where it binds at least as strongly as its place asks; otherwise it is put
in brackets. A node that ends in a prefix operator (Σᵢ x, ln x, ∇_W L) is *open*: what follows it
would be read into it, so it stands bare only where nothing follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from derive.notation.tree import (
    Call,
    Dot,
    ElementwisePower,
    ElementwiseQuotient,
    Equation,
    Exponential,
    Hadamard,
    MatrixProduct,
    Nabla,
    Node,
    Number,
    PartialFraction,
    Power,
    Product,
    Quotient,
    Sum,
    SumOver,
    Transpose,
)

__all__ = ["ATOM", "LEVELS", "PREFIX_FUNCTIONS", "Binding", "Place"]

ATOM = 60

LEVELS: dict[type[Node], int] = {
    Equation: 0,
    Sum: 10,
    Quotient: 20,
    Product: 30,
    Hadamard: 32,
    ElementwiseQuotient: 32,
    SumOver: 33,
    Dot: 31,
    MatrixProduct: 36,
    PartialFraction: 40,
    Nabla: 42,
    Power: 50,
    ElementwisePower: 50,
    Exponential: 52,
    Transpose: 54,
}
"""How strongly a node binds; what is not listed is an atom."""

PREFIX_FUNCTIONS = frozenset({"log"})
"""Functions written before a simple argument without brackets: ln ŷᵢ."""

_PREFIX_LEVEL = 44


@dataclass(frozen=True)
class Place:
    """A place for a child: the level it asks for, and what may stand there bare all the same.

    ``open_bare`` is for open nodes, ``bare`` for kinds of node below the level.
    """

    level: int
    open_bare: bool = False
    bare: tuple[type[Node], ...] = ()


TERM = Place(20, open_bare=True)
FACTOR = Place(40)
LAST_FACTOR = Place(32, open_bare=True)
MATRIX = Place(42)
LAST_MATRIX = Place(42, open_bare=True)
ENTRY = Place(42)
OPERAND = Place(50)
NUMERATOR = Place(30)
DENOMINATOR = Place(42, open_bare=True, bare=(SumOver,))
BODY = Place(30, open_bare=True, bare=(Quotient,))
ARGUMENT = Place(52, open_bare=True, bare=(SumOver,))
BASE = Place(58)


@dataclass(frozen=True)
class Binding:
    """How strongly nodes bind in one printer.

    Parameters
    ----------
    levels : mapping
        What this printer writes otherwise than `LEVELS`, such as a fraction with a bar.
    single_signs : frozenset of Fraction
        Fractions that have a sign of their own, such as ½.

    Examples
    --------
    >>> from derive.notation.tree import Name
    >>> x = Name("x")
    >>> Binding().needs_brackets(Sum(()), FACTOR), Binding().needs_brackets(Sum(()), Place(10))
    (True, False)
    >>> Binding().is_open(SumOver("i", "k", x)), Binding().is_prefix(Call("tanh", (x,)))
    (True, False)
    """

    levels: Mapping[type[Node], int] = field(default_factory=dict)
    single_signs: frozenset[Fraction] = frozenset()

    def is_prefix(self, node: Node) -> bool:
        """Say whether a node is a function written without brackets."""
        return (
            isinstance(node, Call)
            and node.function in PREFIX_FUNCTIONS
            and len(node.arguments) == 1
            and not self.needs_brackets(node.arguments[0], ARGUMENT)
        )

    def level_of(self, node: Node) -> int:
        """Return how strongly a node binds."""
        if self.is_prefix(node):
            return _PREFIX_LEVEL
        kind: type[Node] = type(node)
        if isinstance(node, Number):
            whole = node.value.denominator == 1 or node.value in self.single_signs
            return ATOM if whole else self.levels.get(Quotient, LEVELS[Quotient])
        return self.levels.get(kind, LEVELS.get(kind, ATOM))

    def is_open(self, node: Node) -> bool:
        """Say whether a node ends in a prefix operator that would take in what follows."""
        if isinstance(node, Product):
            return self.is_open(node.factors[-1])
        return isinstance(node, (SumOver, Nabla)) or self.is_prefix(node)

    def _ends_in_fraction(self, node: Node) -> bool:
        """Whether a Σ runs over a fraction on the line: a / Σⱼ b / c could be read in two ways."""
        while isinstance(node, (SumOver, Product)):
            node = node.body if isinstance(node, SumOver) else node.factors[-1]
            if self._is_low(node):
                return True
        return False

    def _is_low(self, node: Node) -> bool:
        return isinstance(node, Quotient) and self.level_of(node) < BODY.level

    def needs_brackets(self, node: Node, place: Place) -> bool:
        """Say whether ``node`` stands in brackets at ``place``."""
        if isinstance(node, place.bare):
            return self._ends_in_fraction(node)
        if self.is_open(node) and not place.open_bare:
            return True
        return self.level_of(node) < place.level
