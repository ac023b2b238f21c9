"""How each kind of tree is read: the table, and the reader that works by it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as Exact

from derive.textbook.errors import Unreadable
from derive.textbook.meaning.arrays_written import read_table
from derive.textbook.meaning.constants import CONSTANTS
from derive.textbook.meaning.core import MINUS_ONE, Function, Power, Rational, Tensor
from derive.textbook.meaning.derivatives import derivative_of
from derive.textbook.meaning.differentials import partial_by_subscript, slope_by_only_variable
from derive.textbook.meaning.groups import read_group
from derive.textbook.meaning.norms import norm
from derive.textbook.meaning.products import read_product
from derive.textbook.meaning.reader import Reader, Tables
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.sums import read_sum
from derive.textbook.meaning.symbols import Symbols
from derive.textbook.tree import (
    Accented,
    Big,
    Dots,
    Factorial,
    Fraction,
    Group,
    Name,
    Node,
    Number,
    Operator,
    Product,
    Relation,
    Root,
    Scripted,
    Sum,
    Table,
    Text,
)

__all__ = ["NODES", "new_reader"]


def _number(reader: Reader, node: Number, scope: Scope) -> Tensor:
    del reader, scope
    if len(node.text) > 40:
        raise Unreadable("a number of more than forty digits", node.span)
    return Tensor(
        (), Rational(Exact(node.text if node.text[0] != "." else "0" + node.text)), literal=True
    )


def _fraction(reader: Reader, node: Fraction, scope: Scope) -> Tensor:
    derivative = derivative_of(reader, node, scope)
    if derivative is not None:
        return derivative
    numerator = reader.read(node.numerator, scope)
    return reader.arrays.divided(numerator, reader.read(node.denominator, scope), node.span)


def _root(reader: Reader, node: Root, scope: Scope) -> Tensor:
    radicand = reader.read(node.radicand, scope)
    if node.degree is None:
        return reader.arrays.applied("sqrt", radicand)
    degree = reader.scalar(node.degree, scope)
    return reader.arrays.powered(radicand, Tensor((), Power(degree, MINUS_ONE)), node.span)


def _refused(reader: Reader, node: Node, scope: Scope) -> Tensor:
    del reader, scope
    reason = {
        Dots: "an ellipsis inside an expression",
        Text: "prose inside an expression",
        Relation: "a relation inside an expression",
        Accented: "an accent over more than a name",
        Operator: "an operator without operands",
        Big: "an operator without what it applies to",
    }[type(node)]
    raise Unreadable(reason, node.span)


def _factorial(reader: Reader, node: Factorial, scope: Scope) -> Tensor:
    return Tensor((), Function("factorial", reader.scalar(node.body, scope)))


NODES: dict[type[Node], Callable[..., Tensor]] = {
    Number: _number,
    Name: Reader.reference,
    Scripted: Reader.reference,
    Fraction: _fraction,
    Root: _root,
    Group: read_group,
    Factorial: _factorial,
    Product: read_product,
    Sum: read_sum,
    Table: read_table,
    Dots: _refused,
    Text: _refused,
    Relation: _refused,
    Accented: _refused,
    Operator: _refused,
    Big: _refused,
}


def new_reader(symbols: Symbols) -> Reader:
    """Return a reader of texts about some symbols."""
    return Reader(
        symbols, Tables(NODES, CONSTANTS, norm, slope_by_only_variable, partial_by_subscript)
    )
