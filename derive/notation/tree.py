"""What a person reads, as a tree: the nodes of mathematical notation.

The nodes hold no layout and no SymPy. Ordering, signs and common factors are settled before a tree
reaches a printer (`derive.notation.arrange`), so that every printer writes the same formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

__all__ = [
    "Bracketed",
    "Call",
    "Delta",
    "Diagonal",
    "Dot",
    "ElementwisePower",
    "ElementwiseQuotient",
    "Equation",
    "Exponential",
    "Hadamard",
    "Identity",
    "MatrixProduct",
    "Nabla",
    "Name",
    "Node",
    "Norm",
    "Number",
    "Ones",
    "PartialFraction",
    "Power",
    "Product",
    "Quotient",
    "Subscript",
    "Sum",
    "SumOver",
    "Term",
    "Transpose",
    "all_ones",
    "children",
    "is_ones",
    "rebuilt",
    "walk",
]


class Node:
    """Any piece of notation."""

    __slots__ = ()


@dataclass(frozen=True)
class Number(Node):
    """A rational number, not negative: signs belong to the terms of a `Sum`."""

    value: Fraction


@dataclass(frozen=True)
class Name(Node):
    """A letter; ``capital`` where it stands for the matrix of all examples, as in Ŷ."""

    letter: str
    capital: bool = False


@dataclass(frozen=True)
class Subscript(Node):
    """An entry yᵢ, Wᵢⱼ, softmax(a)ᵢ, or a row Wᵢ where indices are left over."""

    base: Node
    indices: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """A node with its sign; not itself a node."""

    node: Node
    negative: bool = False


@dataclass(frozen=True)
class Sum(Node):
    """Signed terms, written in this order. A single negative term is the minus sign."""

    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Product(Node):
    """A product of scalars, or of scalars and one array that comes last."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Quotient(Node):
    """A scalar or an array over a scalar."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True)
class Power(Node):
    """A scalar power."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Exponential(Node):
    """e to the power of a scalar."""

    exponent: Node


@dataclass(frozen=True)
class Call(Node):
    """A row of the functions table applied; entry by entry where the first argument is an array.

    ``convention`` is the value chosen at a kink, such as c of ``relu(x, c)``. It belongs to the
    meaning and is stated once for a whole derivation; in a formula it is not written.
    """

    function: str
    arguments: tuple[Node, ...]
    convention: Node | None = None


@dataclass(frozen=True)
class SumOver(Node):
    """Σ of ``body`` over an index from 1 to a dimension."""

    index: str
    dimension: str
    body: Node


@dataclass(frozen=True)
class Delta(Node):
    """Kronecker's δ."""

    left: str
    right: str


@dataclass(frozen=True)
class Dot(Node):
    """The inner product of two vectors of which one is a row: Wᵢ · h."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Transpose(Node):
    """A transposed matrix, or a vector as a row."""

    argument: Node


@dataclass(frozen=True)
class MatrixProduct(Node):
    """A product of matrices and vectors."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Hadamard(Node):
    """The product of arrays entry by entry."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class ElementwiseQuotient(Node):
    """The quotient of arrays entry by entry."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True)
class ElementwisePower(Node):
    """The power of an array entry by entry."""

    base: Node
    exponent: int


@dataclass(frozen=True)
class Norm(Node):
    """The Euclidean norm of a vector; of a matrix the Frobenius norm."""

    argument: Node
    frobenius: bool = False


@dataclass(frozen=True)
class PartialFraction(Node):
    """∂of/∂by; with several names in ``by`` a higher derivative, the first one taken first.

    Of a vector by a vector it is the Jacobian matrix, a row for each entry of ``of``.
    """

    of: Node
    by: tuple[Node, ...]


@dataclass(frozen=True)
class Nabla(Node):
    """The gradient ∇_by of, of the shape of ``by``; of order 2 the Hessian matrix."""

    of: Node
    by: Node
    order: int = 1


@dataclass(frozen=True)
class Diagonal(Node):
    """The matrix with a vector on its diagonal."""

    argument: Node


@dataclass(frozen=True)
class Identity(Node):
    """The identity matrix of a dimension."""

    dimension: str


@dataclass(frozen=True)
class Ones(Node):
    """The vector of ones of a dimension; a matrix of ones is the product 𝟏𝟏ᵀ of two of them."""

    dimension: str


@dataclass(frozen=True)
class Bracketed(Node):
    """An array given by its entries, [body]_{iq}: the reading of what has no matrix form."""

    body: Node
    indices: tuple[str, ...]


@dataclass(frozen=True)
class Equation(Node):
    """left = right."""

    left: Node
    right: Node


# Going over a tree --------------------------------------------------------------------------------


def _parts(value: Any) -> Iterable[Any]:
    return value if isinstance(value, tuple) else (value,)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below ``node``.

    Examples
    --------
    >>> children(Quotient(Name("x"), Name("n")))
    (Name(letter='x', capital=False), Name(letter='n', capital=False))
    """
    found: list[Node] = []
    for field in fields(node):  # type: ignore[arg-type]
        for part in _parts(getattr(node, field.name)):
            part = part.node if isinstance(part, Term) else part
            if isinstance(part, Node):
                found.append(part)
    return tuple(found)


def walk(node: Node) -> Iterable[Node]:
    """Yield ``node`` and everything below it, from the top.

    Examples
    --------
    >>> [type(part).__name__ for part in walk(Transpose(Name("h")))]
    ['Transpose', 'Name']
    """
    yield node
    for child in children(node):
        yield from walk(child)


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return ``node`` with every node directly below it changed.

    Examples
    --------
    >>> rebuilt(Transpose(Name("h")), lambda child: Name("W"))
    Transpose(argument=Name(letter='W', capital=False))
    """

    def changed(part: Any) -> Any:
        if isinstance(part, Term):
            return Term(change(part.node), part.negative)
        return change(part) if isinstance(part, Node) else part

    values: dict[str, Any] = {}
    for field in fields(node):  # type: ignore[arg-type]
        value = getattr(node, field.name)
        together = tuple(changed(part) for part in _parts(value))
        values[field.name] = together if isinstance(value, tuple) else together[0]
    return replace(node, **values)  # type: ignore[type-var]


def all_ones(*dimensions: str) -> Node:
    """Return the vector of ones, or for two dimensions the matrix 𝟏𝟏ᵀ.

    Examples
    --------
    >>> all_ones("k")
    Ones(dimension='k')
    """
    first, *others = (Ones(dimension) for dimension in dimensions)
    return MatrixProduct((first, Transpose(others[0]))) if others else first


def is_ones(node: Node) -> bool:
    """Say whether a node is a vector or a matrix of ones.

    Examples
    --------
    >>> is_ones(all_ones("k", "d")), is_ones(Name("y"))
    (True, False)
    """
    if isinstance(node, MatrixProduct) and len(node.factors) == 2:
        first, last = node.factors
        return is_ones(first) and isinstance(last, Transpose) and is_ones(last.argument)
    return isinstance(node, Ones)
