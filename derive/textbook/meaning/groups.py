"""What stands between delimiters: parentheses, bars, angles, brackets that collect entries."""

from __future__ import annotations

from dataclasses import replace

from derive.textbook.errors import ShapeMismatch, Unreadable
from derive.textbook.meaning.canonical import canonical
from derive.textbook.meaning.core import At, Entry, Fold, Symbol, Tensor
from derive.textbook.meaning.elided import read_list
from derive.textbook.meaning.letters import index_letters
from derive.textbook.meaning.norms import norm
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.tree import Dots, Group, Relation, Scripted, Table

__all__ = ["read_group"]


def read_group(reader: Reader, node: Group, scope: Scope) -> Tensor:
    """Return what stands between delimiters."""
    phrase = reader.symbols.phrases.get(canonical(node))
    if phrase is not None:
        return reader.symbol_at(phrase, (), scope, node, bold=False)
    if node.opening == "|":
        return _bars(reader, node, scope)
    if node.opening == "\\|":
        return norm(reader, Scripted(node, span=node.span), scope)
    if node.opening == "[" and len(node.items) == 1 and isinstance(node.items[0], Relation):
        return reader.indicator(node.items[0], scope)
    if node.opening == "\\langle" and len(node.items) == 2:
        return _inner_product(reader, node, scope)
    if node.opening == "[" and len(node.items) == 1:
        return _collected(reader, node, scope)
    if node.opening in ("(", "[") and len(node.items) > 1 and set(node.separators) == {","}:
        return _listed(reader, node, scope)
    if node.opening in ("(", "[", "\\{", "{"):
        return _only(reader, node, scope)
    raise Unreadable(f"the delimiter {node.opening} has no reading here", node.span)


def _bars(reader: Reader, node: Group, scope: Scope) -> Tensor:
    """Return an absolute value; of a vector it is the norm."""
    part = reader.parts.get(canonical(node.items[0])) if len(node.items) == 1 else None
    if part is not None:
        return _count(reader, part)
    inner = _only(reader, node, scope)
    if inner.orientation == "matrix":
        try:
            return reader.arrays.determinant(inner, node.span)
        except ShapeMismatch as error:
            raise Unreadable(error.reason, node.span) from None
    if inner.axes:
        arrays = reader.arrays
        return arrays.applied("sqrt", arrays.total(arrays.elementwise(inner, arrays.fresh(inner))))
    return reader.arrays.applied("abs", inner)


def _count(reader: Reader, part: Symbol) -> Tensor:
    """Return how many indices are in a set."""
    index = reader.dimensions.index("i", part.axes[0])
    return Tensor((), Fold("sum", index, Entry(part, (At(index),))))


def _inner_product(reader: Reader, node: Group, scope: Scope) -> Tensor:
    left, right = (reader.read(item, scope) for item in node.items)
    arrays = reader.arrays
    return arrays.total(
        arrays.elementwise(replace(left, orientation=right.orientation), right, node.span)
    )


def _collected(reader: Reader, node: Group, scope: Scope) -> Tensor:
    """Return what stands in brackets: an array, where it is an entry with indices of its own."""
    letters = [
        letter
        for letter in index_letters(reader.symbols, node.items[0])
        if scope.index(letter) is None
        and letter not in reader.outside
        and letter not in reader.free
    ]
    tensor = _only(reader, node, scope)
    own = [reader.free[letter] for letter in letters if letter in reader.free]
    if tensor.axes or not own or len(own) > 2 or reader.einstein:
        return tensor
    for letter in letters:
        reader.free.pop(letter, None)
    return Tensor(tuple(own), tensor.body, "free" if len(own) == 1 else "matrix")


def _listed(reader: Reader, node: Group, scope: Scope) -> Tensor:
    """Return numbers in parentheses, separated by commas: a row or a column."""
    if isinstance(node.items[-2], Dots):
        tensor = read_list(reader, node.items, scope, node)
        return replace(tensor, orientation="free" if len(tensor.axes) == 1 else "array")
    cells = tuple((item,) for item in node.items)
    tensor = reader.read(Table("matrix", cells, span=node.span), scope)
    return replace(tensor, orientation="free") if len(tensor.axes) == 1 else tensor


def _only(reader: Reader, node: Group, scope: Scope) -> Tensor:
    if len(node.items) != 1:
        raise Unreadable("a list stands where one expression belongs", node.span)
    return reader.read(node.items[0], scope)
