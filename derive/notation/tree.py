"""What a person reads, as a tree: the nodes of mathematical notation.

The nodes hold no layout and no SymPy. Ordering, signs and common factors are settled before a tree
reaches a printer (`derive.notation.arrange`), so that every printer writes the same formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

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
    """The vector of ones of a dimension, or the matrix of ones where ``columns`` is given."""

    dimension: str
    columns: str | None = None


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
