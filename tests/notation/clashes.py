"""Finds bound indices that are also free, or bound around, in notation as it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from derive.notation import tree as t

__all__ = ["clashes"]


def _parts(node: Any) -> Iterator[Any]:
    values = [getattr(node, name) for name in node.__dataclass_fields__]
    for value in values:
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, t.Term):
                yield part.node
            elif isinstance(part, t.Node):
                yield part


def _bound(node: t.Node) -> tuple[str, ...]:
    if isinstance(node, t.SumOver):
        return (node.index,)
    return node.indices if isinstance(node, t.Bracketed) else ()


def _free(node: t.Node, around: frozenset[str]) -> Iterator[str]:
    if isinstance(node, t.Delta):
        yield from {node.left, node.right} - around
    if isinstance(node, t.Subscript):
        yield from set(node.indices) - around
    for part in _parts(node):
        yield from _free(part, around.union(_bound(node)))


def clashes(node: t.Node, taken: Iterable[str] = ()) -> Iterator[str]:
    """Yield each bound index that is free in ``node`` or among ``taken``, or bound around."""
    yield from _bound_again(node, frozenset(_free(node, frozenset())).union(taken))


def _bound_again(node: t.Node, around: frozenset[str]) -> Iterator[str]:
    bound = _bound(node)
    yield from (letter for letter in bound if letter in around)
    for part in _parts(node):
        yield from _bound_again(part, around.union(bound))
