r"""Vectors and matrices written out with an ellipsis: ``x_1, \\dots, x_n``.

The general entry is what the first and the last have in common, with an index where the one says 1
and the other the size. The other cells that are printed have to agree with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

from derive.textbook.errors import Unreadable
from derive.textbook.meaning.canonical import canonical, script_items
from derive.textbook.meaning.core import At, Orientation, Tensor
from derive.textbook.meaning.dimensions import Dimension, Index
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.tree import Dots, Name, Node, Number, Product, Scripted, Table

__all__ = ["common", "read_elided", "read_list", "stacked"]


@dataclass
class _Difference:
    """Where two cells differ: the letter that stands there, and what the last one says."""

    letter: str
    last: Node | None = field(default=None)


def common(first: Node, last: Node, difference: _Difference) -> Node:
    """Return what two formulas have in common, with a letter where they say 1 and the size.

    Raises
    ------
    Unreadable
        When they differ in anything else.
    """
    if first == last:
        return first
    if isinstance(first, Number) and first.text == "1" and isinstance(last, Name | Number):
        if difference.last is None:
            difference.last = last
        if canonical(difference.last) == canonical(last):
            return Name(difference.letter, span=first.span)
    if type(first) is not type(last):
        raise Unreadable("the first and the last entry have nothing in common", last.span)
    changes: dict[str, object] = {}
    for place in fields(first):
        one, other = getattr(first, place.name), getattr(last, place.name)
        if place.name == "span" or one == other:
            continue
        if isinstance(one, Node) and isinstance(other, Node):
            changes[place.name] = common(one, other, difference)
        elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
            changes[place.name] = tuple(
                common(a, b, difference) if isinstance(a, Node) and isinstance(b, Node) else a
                for a, b in zip(one, other, strict=True)
            )
        else:
            raise Unreadable("the first and the last entry have nothing in common", last.span)
    return replace(first, **changes)  # type: ignore[arg-type]


def _apart(node: Node | None) -> Node | None:
    """Return a cell whose subscripts like 11 are two indices."""
    if isinstance(node, Scripted) and len(script_items(node.lower)) == 1:
        item = script_items(node.lower)[0]
        if isinstance(item, Number) and len(item.text) == 2:
            return replace(node, lower=Product(tuple(Number(digit) for digit in item.text)))
    return node


def _is_dots(node: Node | None) -> bool:
    return isinstance(node, Dots)


def _index(reader: Reader, difference: _Difference, node: Node, *, constant: bool = False) -> Index:
    """Return what the entries run over; of a constant vector nothing says how long it is."""
    last = difference.last
    if last is None and constant:
        return reader.dimensions.index(difference.letter)
    if last is None:
        raise Unreadable("nothing says how far the ellipsis runs", node.span)
    name = canonical(last)
    symbol = reader.symbols.find(name)
    if name.isdecimal() or (symbol is not None and symbol.role == "dimension"):
        dimension = reader.symbols.dimension(name)
    elif symbol is None:
        reader.dimension_names.add(name)
        reader.guessed[name] = "dim"
        dimension = Dimension(name)
    else:
        raise Unreadable(f"{name} is no dimension", last.span)
    return reader.dimensions.index(difference.letter, dimension)


def _check(general: Node, letters: tuple[str, ...], place: tuple[int, ...], cell: Node) -> None:
    """Refuse a cell that is printed and is not what the general entry says."""
    wanted = canonical(general)
    for letter, at in zip(letters, place, strict=True):
        wanted = wanted.replace(letter, str(at))
    if wanted != canonical(cell):
        raise Unreadable("an entry beside the ellipsis does not continue the pattern", cell.span)


def read_elided(reader: Reader, node: Table, scope: Scope) -> Tensor:
    """Return a vector or matrix of which the ellipsis leaves entries out."""
    rows = [[_apart(cell) for cell in row] for row in node.rows]
    if len(rows) == 1 or all(len(row) == 1 for row in rows):
        cells = rows[0] if len(rows) == 1 else [row[0] for row in rows]
        return _vector(reader, cells, "row" if len(rows) == 1 else "column", node, scope)
    return _matrix(reader, rows, node, scope)


def read_list(reader: Reader, items: tuple[Node, ...], scope: Scope, node: Node) -> Tensor:
    r"""Return a list like ``o_1, \\ldots, o_N`` as one array; its members may be arrays."""
    difference = _Difference("•i")
    general = common(items[0], items[-1], difference)
    index = _index(reader, difference, node)
    tensor = reader.read(general, scope.inside(indices={difference.letter: At(index)}))
    axes = (index, *tensor.axes)
    return Tensor(axes, tensor.body, "column" if len(axes) == 1 else "array")


def _vector(
    reader: Reader, cells: list[Node | None], lies: Orientation, node: Table, scope: Scope
) -> Tensor:
    first, last = cells[0], cells[-1]
    if first is None or last is None or _is_dots(first) or _is_dots(last):
        raise Unreadable("an ellipsis at the end of a vector", node.span)
    difference = _Difference("\u2022i")
    general = common(first, last, difference)
    index = _index(reader, difference, node, constant=isinstance(general, Number))
    for at, cell in enumerate(cells[:-1], start=1):
        if _is_dots(cell):
            break
        if cell is not None:
            _check(general, (difference.letter,), (at,), cell)
    inner = scope.inside(indices={difference.letter: At(index)})
    return stacked(reader.read(general, inner), index, lies, node)


def stacked(member: Tensor, index: Index, lies: Orientation, node: Node) -> Tensor:
    """Return members below or beside each other: numbers, rows below rows, or columns.

    Raises
    ------
    Unreadable
        For columns below each other and rows side by side, which are longer vectors.
    """
    if not member.axes:
        return Tensor((index,), member.body, lies)
    within = {"column": "row", "row": "column"}.get(lies)
    if len(member.axes) != 1 or member.orientation not in (within, "free"):
        raise Unreadable("blocks of arrays that are no rows and no columns", node.span)
    axes = (index, *member.axes) if lies == "column" else (*member.axes, index)
    return Tensor(axes, member.body, "matrix")


def _matrix(reader: Reader, rows: list[list[Node | None]], node: Table, scope: Scope) -> Tensor:
    corners = [rows[0][0], rows[0][-1], rows[-1][0], rows[-1][-1]]
    if any(corner is None or _is_dots(corner) for corner in corners):
        raise Unreadable("a matrix with an ellipsis in a corner", node.span)
    across, again, down = _Difference("\u2022j"), _Difference("\u2022j"), _Difference("\u2022i")
    upper = common(corners[0], corners[1], across)  # type: ignore[arg-type]
    lower = common(corners[2], corners[3], again)  # type: ignore[arg-type]
    general = common(upper, lower, down)
    row, column = _index(reader, down, node), _index(reader, across, node)
    for at, cells in enumerate(rows[:-1], start=1):
        if all(cell is None or _is_dots(cell) for cell in cells):
            break
        for beside, cell in enumerate(cells[:-1], start=1):
            if _is_dots(cell):
                break
            if cell is not None:
                _check(general, (down.letter, across.letter), (at, beside), cell)
    inner = scope.inside(indices={down.letter: At(row), across.letter: At(column)})
    return Tensor((row, column), reader.scalar(general, inner), "matrix")
