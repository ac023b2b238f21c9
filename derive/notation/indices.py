"""Index letters in notation: a bound one is never also free, or bound around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from derive.language import dimension, fresh_index
from derive.language.quantities import LETTERS
from derive.notation.tree import Bracketed, Delta, Node, Subscript, SumOver, children, rebuilt, walk

__all__ = ["apart", "bound_in", "free_in"]


def bound_in(node: Node) -> tuple[str, ...]:
    """Return the indices that this very node binds.

    Examples
    --------
    >>> from derive.notation.tree import Name
    >>> bound_in(SumOver("i", "k", Name("x")))
    ('i',)
    """
    if isinstance(node, SumOver):
        return (node.index,)
    return node.indices if isinstance(node, Bracketed) else ()


def _own(node: Node) -> tuple[str, ...]:
    if isinstance(node, Delta):
        return node.left, node.right
    return node.indices if isinstance(node, Subscript) else ()


def free_in(node: Node) -> frozenset[str]:
    """Return the indices that stand free in a node.

    Examples
    --------
    >>> from derive.notation.tree import Name
    >>> entry = Subscript(Name("ŷ"), ("i",))
    >>> sorted(free_in(entry)), sorted(free_in(SumOver("i", "k", entry)))
    (['i'], [])
    """
    below = frozenset[str]().union(*(free_in(child) for child in children(node)))
    return (below | set(_own(node))) - set(bound_in(node))


def _letters(node: Node) -> set[str]:
    return {letter for part in walk(node) for letter in (*_own(part), *bound_in(part))}


def _dimension_of(letter: str) -> str:
    """Return the dimension over which a letter runs by custom; i1 runs as i does."""
    for size, letters in LETTERS.items():
        if letter[0] in letters:
            return str(size)
    return ""


def _fresh(node: Node, position: str, taken: set[str]) -> str:
    size = node.dimension if isinstance(node, SumOver) else _dimension_of(position)
    return str(fresh_index(dimension(size or "k"), taken | _letters(node)))


def apart(node: Node, taken: Iterable[str] = ()) -> Node:
    """Return a node with its bound indices renamed where a person could mistake them.

    Parameters
    ----------
    node : Node
    taken : iterable of str
        Indices that stand free beside the node, such as those of a left-hand side.

    Examples
    --------
    >>> from derive.notation.tree import Name
    >>> total = SumOver("i", "k", Subscript(Name("y"), ("i",)))
    >>> apart(total, {"i"}).index, apart(total).index
    ('j', 'i')
    """
    return _renamed(node, {}, set(taken) | free_in(node))


def _renamed(node: Node, names: Mapping[str, str], taken: set[str]) -> Node:
    inner, around = dict(names), set(taken)
    for position in bound_in(node):
        inner[position] = _fresh(node, position, around) if position in around else position
        around.add(inner[position])
    made = rebuilt(node, lambda child: _renamed(child, inner, around))
    if isinstance(made, SumOver):
        return SumOver(inner[made.index], made.dimension, made.body)
    if isinstance(made, (Subscript, Bracketed)):
        return replace(made, indices=tuple(inner.get(letter, letter) for letter in made.indices))
    if isinstance(made, Delta):
        return Delta(*sorted(names.get(letter, letter) for letter in (made.left, made.right)))
    return made
