r"""Norms: ``\|x\|``, ``\|x\|_2^2``, ``\|W\|_F^2``, ``\|x\|_1`` and those that the text defines."""

from __future__ import annotations

from dataclasses import replace

from derive.textbook.errors import Ambiguous, Unreadable
from derive.textbook.meaning.calls import apply_head
from derive.textbook.meaning.canonical import TRANSPOSES, canonical, plain_name
from derive.textbook.meaning.core import MINUS_ONE, Entry, Fold, Power, Rational, Tensor
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.tree import Group, Name, Node, Number, Scripted, walk

__all__ = ["norm", "norm_name"]


_SPACES = {"\\ell_{1}": "1", "\\ell_{2}": "2", "\\ell_{\\infty}": "\\infty"}
"""Norms that are named by their space."""


def norm_name(node: Scripted) -> str:
    """Return what a norm is called, whatever stands inside."""
    lower = "" if node.lower is None else canonical(node.lower)
    upper = "" if node.upper is None else canonical(node.upper)
    return f"\\|.\\|_{{{lower}}}^{{{upper}}}"


def _inside(node: Scripted) -> Node:
    group = node.base
    if not isinstance(group, Group) or len(group.items) != 1:
        raise Unreadable("a norm of a list", node.span)
    return group.items[0]


def _of_sizes(
    reader: Reader, node: Scripted, tensor: Tensor, kind: str, scope: Scope
) -> Tensor | None:
    r"""Return ``\|x\|_1``, ``\|x\|_\infty``, ``\|x\|_p`` of a vector, or that of a form x^T A x."""
    if len(tensor.axes) != 1 or node.lower is None or kind in ("2", "F"):
        return None
    arrays = reader.arrays
    absolute = arrays.applied("abs", tensor)
    if kind == "1":
        return reader.raised(arrays.total(absolute), node.upper, 0, node, scope)
    if kind == "\\infty":
        (axis,) = tensor.axes
        return reader.raised(
            Tensor((), Fold("max", axis, absolute.body)), node.upper, 0, node, scope
        )
    order = _order(reader, node.lower, scope)
    if order is None:
        return None
    if order.orientation == "matrix":
        column = replace(tensor, orientation="column")
        row = replace(arrays.fresh(tensor), orientation="row")
        total = arrays.multiplied(arrays.multiplied(row, order), column)
        if node.upper is not None and canonical(node.upper) == "2":
            return total
        return reader.raised(arrays.applied("sqrt", total), node.upper, 0, node, scope)
    total = arrays.total(arrays.mapped(absolute, lambda body: Power(body, order.body)))
    if node.upper is not None and canonical(node.upper) == kind:
        return total
    root = Power(total.body, Power(order.body, MINUS_ONE))
    return reader.raised(Tensor((), root), node.upper, 0, node, scope)


def _order(reader: Reader, lower: Node, scope: Scope) -> Tensor | None:
    """Return what stands below a norm: a number, or the matrix of a form; a name is declared."""
    for part in walk(lower):
        if isinstance(part, Name) and plain_name(part) not in TRANSPOSES:
            symbol = reader.symbols.find(plain_name(part))
            if symbol is None or symbol.role not in ("value", "constant"):
                return None
    order = reader.read(lower, scope)
    if isinstance(order.body, Rational) and order.body.value <= 0:
        return None
    return order if order.orientation in ("scalar", "matrix") else None


def norm(reader: Reader, node: Scripted, scope: Scope) -> Tensor:
    """Return a norm or a power of it."""
    inner = _inside(node)
    for head in reader.heads.get(norm_name(node), ()):
        applied = apply_head(reader, head, (inner,), (), scope, node)
        if applied is not None:
            return applied
    tensor = reader.read(inner, scope)
    body = tensor.body
    if isinstance(body, Entry) and not body.symbol.known and not body.symbol.axes:
        name = body.symbol.name
        raise Ambiguous(f"{name} has a norm and no shape", f"{name}: vector(n)", node.span)
    kind = "" if node.lower is None else canonical(node.lower)
    kind = _SPACES.get(kind, kind)
    arrays = reader.arrays
    sizes = _of_sizes(reader, node, tensor, kind, scope)
    if sizes is not None:
        return sizes
    if kind == "2" and len(tensor.axes) == 2:
        raise Ambiguous(
            "the norm with index 2 of a matrix is its largest singular value or the Frobenius norm",
            r"given: \|M\|_2^2 = \sum_{i,j} M_{ij}^2",
            node.span,
        )
    if kind not in ("", "2", "F", "Fro", "fro"):
        raise Unreadable(f"the norm with index {kind}", node.span)
    squares = arrays.total(arrays.elementwise(tensor, arrays.fresh(tensor), node.span))
    if isinstance(node.upper, Number) and node.upper.text == "2":
        return squares
    return reader.raised(arrays.applied("sqrt", squares), node.upper, 0, node, scope)
