r"""Norms: ``\|x\|``, ``\|x\|_2^2``, ``\|W\|_F^2``, ``\|x\|_1`` and those that the text defines."""

from __future__ import annotations

from derive.textbook.errors import Ambiguous, Unreadable
from derive.textbook.meaning.calls import apply_head
from derive.textbook.meaning.canonical import canonical
from derive.textbook.meaning.core import Tensor
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.tree import Group, Node, Number, Scripted

__all__ = ["norm", "norm_name"]


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


def norm(reader: Reader, node: Scripted, scope: Scope) -> Tensor:
    """Return a norm or a power of it."""
    inner = _inside(node)
    for head in reader.heads.get(norm_name(node), ()):
        applied = apply_head(reader, head, (inner,), (), scope, node)
        if applied is not None:
            return applied
    tensor = reader.read(inner, scope)
    kind = "" if node.lower is None else canonical(node.lower)
    arrays = reader.arrays
    if kind == "1" and len(tensor.axes) == 1:
        return reader.raised(
            arrays.total(arrays.applied("abs", tensor)), node.upper, 0, node, scope
        )
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
