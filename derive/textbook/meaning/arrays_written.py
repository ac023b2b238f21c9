"""Matrices written out and cases."""

from __future__ import annotations

from fractions import Fraction

from derive.textbook.errors import ShapeMismatch, Unreadable
from derive.textbook.meaning.core import ZERO, At, Choice, Compare, Core, Rational, Tensor
from derive.textbook.meaning.dimensions import Dimension, Index
from derive.textbook.meaning.elided import read_elided, stacked
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.tree import Dots, Group, Node, Product, Relation, Sum, Table, Text, walk

__all__ = ["read_table"]

_CASES = ("cases", "dcases", "rcases")
_MOST_CELLS = 64


def read_table(reader: Reader, node: Table, scope: Scope) -> Tensor:
    """Return a matrix written out, or a choice between cases."""
    if node.environment in _CASES:
        return _cases(reader, node, scope)
    if node.environment == "aligned":
        raise Unreadable("rows inside an expression", node.span)
    if any(isinstance(part, Dots) for part in walk(node)):
        array = read_elided(reader, node, scope)
    else:
        array = _matrix(reader, node, scope)
    if node.environment == "vmatrix":
        return reader.arrays.determinant(array, node.span)
    if node.environment == "Vmatrix":
        raise Unreadable("a matrix between double bars", node.span)
    return array


def _matrix(reader: Reader, node: Table, scope: Scope) -> Tensor:
    height = len(node.rows)
    width = max((len(row) for row in node.rows), default=0)
    if height * width > _MOST_CELLS or not height * width:
        raise Unreadable("a matrix without cells or with very many", node.span)
    cells: list[list[Core]] = []
    for row in node.rows:
        if len(row) != width:
            raise Unreadable("the rows of a matrix have different lengths", node.span)
    if 1 in (height, width) and height * width > 1:
        return _line(reader, [cell for row in node.rows for cell in row], width, node, scope)
    for row in node.rows:
        cells.append([_cell(reader, cell, node, scope) for cell in row])
    rows = reader.dimensions.index("i", Dimension(str(height), height))
    columns = reader.dimensions.index("j", Dimension(str(width), width))
    if width == 1:
        return Tensor((rows,), _selected(rows, [row[0] for row in cells]), "column")
    return Tensor(
        (rows, columns), _selected(rows, [_selected(columns, row) for row in cells]), "matrix"
    )


def _line(
    reader: Reader, cells: list[Node | None], width: int, node: Table, scope: Scope
) -> Tensor:
    """Return cells below or beside each other: numbers, or rows and columns of a matrix."""
    if None in cells:
        raise Unreadable("a matrix with an empty cell", node.span)
    members = [reader.read(cell, scope) for cell in cells if cell is not None]
    count = len(members)
    index = reader.dimensions.index("i", Dimension(str(count), count))
    first = members[0]
    if any(len(member.axes) != len(first.axes) for member in members):
        raise Unreadable("blocks of numbers and arrays", node.span)
    bodies = [reader.arrays.aligned(member, first.axes, node.span) for member in members]
    whole = Tensor(first.axes, _selected(index, bodies), first.orientation)
    return stacked(whole, index, "column" if width == 1 else "row", node)


def _cell(reader: Reader, cell: Node | None, node: Table, scope: Scope) -> Core:
    if cell is None:
        raise Unreadable("a matrix with an empty cell", node.span)
    tensor = reader.read(cell, scope)
    if tensor.axes:
        raise Unreadable("blocks that are arrays", cell.span)
    return tensor.body


def _selected(index: Index, values: list[Core]) -> Core:
    return Choice(
        tuple(
            (Compare("=", At(index), Rational(Fraction(place))), value)
            for place, value in enumerate(values, start=1)
        )
    )


def _cases(reader: Reader, node: Table, scope: Scope) -> Tensor:
    values: list[Tensor] = []
    conditions: list[Core | None] = []
    for row in node.rows:
        cells = [cell for cell in row if cell is not None]
        value, condition = _case(reader, cells, node, scope)
        values.append(value)
        conditions.append(condition)
    if None in conditions[:-1]:
        raise Unreadable("a case without a condition stands before others", node.span)
    widest = max(values, key=lambda value: len(value.axes))
    values = [_at_axes(reader, value, widest, node) for value in values]
    branches = tuple(
        (condition, value.body)
        for condition, value in zip(conditions, values, strict=True)
        if condition is not None
    )
    otherwise = values[-1].body if conditions[-1] is None else None
    return Tensor(widest.axes, Choice(branches, otherwise), widest.orientation)


def _at_axes(reader: Reader, value: Tensor, widest: Tensor, node: Table) -> Tensor:
    """Return a case as an entry of an array, where other cases are arrays; nought fits any."""
    if not value.axes and (not widest.axes or value.body == ZERO):
        return value
    if not reader.arrays.same_shape(value, widest):
        raise ShapeMismatch("the cases have different shapes", node.span)
    return Tensor((), reader.arrays.aligned(value, widest.axes, node.span))


def _case(
    reader: Reader, cells: list[Node], node: Table, scope: Scope
) -> tuple[Tensor, Core | None]:
    if not cells:
        raise Unreadable("an empty case", node.span)
    first = _trimmed(cells[0])
    if len(cells) == 1:
        return _value_and_condition(reader, first, node, scope)
    return reader.read(first, scope), _condition(reader, cells[1], scope)


def _trimmed(node: Node) -> Node:
    """Return a cell without a comma at its end."""
    pair = isinstance(node, Group) and node.opening == "" and len(node.items) == 2
    if pair and isinstance(node, Group) and node.items[1] == Product(()):
        return node.items[0]
    return node


def _value_and_condition(
    reader: Reader, cell: Node, node: Table, scope: Scope
) -> tuple[Tensor, Core | None]:
    if isinstance(cell, Group) and cell.opening == "" and len(cell.items) == 2:
        return reader.read(cell.items[0], scope), _condition(reader, cell.items[1], scope)
    raise Unreadable("a case without a condition", node.span)


_REST = frozenset({"otherwise", "else", "if otherwise", "in all other cases", "elsewhere"})
"""What is written beside the last case."""


def _condition(reader: Reader, cell: Node, scope: Scope) -> Core | None:
    cell = _trimmed(cell)
    words = cell.words if isinstance(cell, Text) else ""
    if words.strip(" .,").lower() in _REST:
        return None
    if isinstance(cell, Relation):
        sides = (_without_text(cell.sides[0]), *cell.sides[1:])
        return reader.condition(Relation(sides, cell.relations, span=cell.span), scope)
    raise Unreadable("a case without a condition", cell.span)


def _without_text(node: Node) -> Node:
    """Return a side without the word before it."""
    if isinstance(node, Product) and node.items and isinstance(node.items[0], Text):
        rest = node.items[1:]
        return rest[0] if len(rest) == 1 else Product(rest, span=node.span)
    if isinstance(node, Sum):
        return Sum(node.signs, (_without_text(node.terms[0]), *node.terms[1:]), span=node.span)
    return node
