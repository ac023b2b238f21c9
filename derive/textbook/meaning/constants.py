"""Names that mean something wherever nothing declares them: e, π, δ, the unit matrix, ones."""

from __future__ import annotations

from collections.abc import Callable

from derive.textbook.errors import Ambiguous, Unreadable
from derive.textbook.meaning.canonical import canonical
from derive.textbook.meaning.core import ONE, ZERO, At, Choice, Compare, Constant, Tensor
from derive.textbook.meaning.dimensions import Dimension
from derive.textbook.meaning.patterns import is_transpose
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.symbols import Spelling
from derive.textbook.tree import Group, Name, Node, Number, Relation, Scripted

__all__ = ["CONSTANTS", "ONES"]

ONES = "1"
"""The name of the index of a vector of ones."""


def _are_indices(reader: Reader, spelt: Spelling, scope: Scope) -> bool:
    """Return whether all subscripts are letters that nothing but an index can be."""
    return all(
        isinstance(item, Name)
        and len(item.letters) == 1
        and (
            scope.index(item.letters) is not None
            or (symbol := reader.symbols.find(item.letters)) is None
            or symbol.role == "index"
        )
        for item in spelt.lower
    )


def _basis(reader: Reader, spelt: Spelling, node: Node, scope: Scope) -> Tensor | None:
    """Return the unit vector along one axis, which is written bold."""
    if not spelt.bold or len(spelt.lower) != 1:
        return None
    item = spelt.lower[0]
    if not _are_indices(reader, spelt, scope) and not isinstance(item, Number):
        return None
    place = reader.place(item, scope)
    axis = reader.dimensions.index(
        "i", place.index.dimension if isinstance(place, At) else reader.dimensions.fresh()
    )
    body = Choice(((Compare("=", At(axis), place), ONE),), ZERO)
    return reader.raised(Tensor((axis,), body, "column"), spelt.upper, spelt.primes, node, scope)


def _euler(reader: Reader, spelt: Spelling, node: Node, scope: Scope) -> Tensor | None:
    if spelt.lower:
        return _basis(reader, spelt, node, scope)
    if spelt.bold:
        raise Ambiguous("nothing says what e is", "e: vector(n)", node.span)
    if spelt.upper is None:
        _check_undefined(reader, spelt, node)
        return reader.raised(Tensor((), Constant("e")), None, spelt.primes, node, scope)
    power = reader.arrays.applied("exp", reader.read(spelt.upper, scope))
    return reader.raised(power, None, spelt.primes, node, scope)


def _check_undefined(reader: Reader, spelt: Spelling, node: Node) -> None:
    """Refuse e as a number where a given equation, not read yet, says what e is."""
    if spelt.base in reader.later:
        raise Unreadable(f"{spelt.base} is defined later", node.span)


def _pi(reader: Reader, spelt: Spelling, node: Node, scope: Scope) -> Tensor | None:
    if spelt.lower:
        return None
    _check_undefined(reader, spelt, node)
    return reader.raised(Tensor((), Constant("pi")), spelt.upper, spelt.primes, node, scope)


def _delta(reader: Reader, spelt: Spelling, node: Node, scope: Scope) -> Tensor | None:
    """Return the Kronecker delta."""
    if len(spelt.lower) != 2 or spelt.upper is not None:
        return None
    return Tensor((), Choice(((same(reader, spelt, node, scope), ONE),), ZERO))


def same(reader: Reader, spelt: Spelling, node: Node, scope: Scope) -> Compare:
    """Return that two subscripts are equal."""
    left, right = (reader.place(item, scope) for item in spelt.lower)
    if isinstance(left, At) and isinstance(right, At):
        reader.dimensions.unify(left.index.dimension, right.index.dimension, node.span)
    return Compare("=", left, right)


def _nought(reader: Reader, spelt: Spelling, node: Node, scope: Scope) -> Tensor | None:
    del node, scope
    power = spelt.upper is not None and not is_transpose(spelt.upper)
    return None if spelt.lower or power else reader.arrays.number(0)


def _identity(reader: Reader, spelt: Spelling, node: Node, scope: Scope) -> Tensor | None:
    """Return the unit matrix, of the size that stands under it."""
    if len(spelt.lower) == 2 and spelt.upper is None and _are_indices(reader, spelt, scope):
        return Tensor((), Choice(((same(reader, spelt, node, scope), ONE),), ZERO))
    if len(spelt.lower) > 1:
        return None
    size = reader.dimensions.fresh()
    if spelt.lower:
        name = canonical(spelt.lower[0])
        symbol = reader.symbols.find(name)
        declared = symbol is not None and symbol.role == "dimension"
        if not (name.isdecimal() or declared or name in reader.dimension_names):
            raise Unreadable(f"{name} is no size of a unit matrix", node.span)
        size = reader.symbols.dimension(name)
    axes = (reader.dimensions.index("i", size), reader.dimensions.index("j", size))
    body = Choice(((Compare("=", At(axes[0]), At(axes[1])), ONE),), ZERO)
    return reader.raised(Tensor(axes, body, "matrix"), spelt.upper, spelt.primes, node, scope)


def _ones(reader: Reader, spelt: Spelling, node: Node, scope: Scope) -> Tensor:
    """Return an indicator with its condition below it, or a vector of ones."""
    lower = node.lower if isinstance(node, Scripted) else None
    if isinstance(lower, Group) and len(lower.items) == 1:
        lower = lower.items[0]
    if isinstance(lower, Relation):
        return Tensor((), Choice(((reader.condition(lower, scope), ONE),), ZERO))
    if len(spelt.lower) == 2 and spelt.upper is None:
        return Tensor((), Choice(((same(reader, spelt, node, scope), ONE),), ZERO))
    if spelt.upper is None or isinstance(spelt.upper, Name):
        axis = reader.dimensions.index(ONES, _size_below(reader, spelt))
        return reader.raised(Tensor((axis,), ONE, "column"), spelt.upper, 0, node, scope)
    raise Unreadable("an indicator without a condition", node.span)


def _size_below(reader: Reader, spelt: Spelling) -> Dimension | None:
    """Return the declared size that stands below a vector of ones, if one does."""
    name = canonical(spelt.lower[0]) if len(spelt.lower) == 1 else ""
    symbol = reader.symbols.find(name)
    is_size = symbol is not None and symbol.role == "dimension"
    return reader.symbols.dimension(name) if is_size or name.isdecimal() else None


def _no_quantity(reader: Reader, spelt: Spelling, node: Node, scope: Scope) -> Tensor:
    del reader, scope
    raise Unreadable(f"{spelt.base} has no reading here", node.span)


CONSTANTS: dict[str, Callable[[Reader, Spelling, Node, Scope], Tensor | None]] = {
    "e": _euler,
    "\\pi": _pi,
    "\\delta": _delta,
    "\\mathbb{1}": _ones,
    "1": _ones,
    "0": _nought,
    "I": _identity,
    "\\partial": _no_quantity,
    "\\nabla": _no_quantity,
    "\\infty": _no_quantity,
    "\\top": _no_quantity,
}
"""Names that mean something wherever nothing declares them."""
