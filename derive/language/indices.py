"""Bound and free indices: substitution without capture, equality up to names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sympy import Basic, Expr, Indexed, Sum, Symbol, Tuple

from derive.language.nodes import Entries
from derive.language.quantities import LETTERS, index

__all__ = [
    "alpha_equal",
    "bound_indices",
    "canonical",
    "free_indices",
    "fresh_index",
    "index_dimensions",
    "rebuild",
    "substitute",
]


def bound_indices(node: Basic) -> tuple[tuple[Symbol, Symbol], ...]:
    """Return the ``(index, dimension)`` pairs that this very node binds."""
    if isinstance(node, Sum):
        return tuple((limit[0], limit[2]) for limit in node.limits)
    if isinstance(node, Entries):
        return node.axes
    return ()


@lru_cache(maxsize=50_000)
def _free(node: Basic) -> frozenset[Symbol]:
    if isinstance(node, Symbol):
        return frozenset((node,))
    if isinstance(node, Indexed):
        return frozenset().union(*(_free(position) for position in node.indices))
    bound = bound_indices(node)
    if bound:
        return _free(node.args[0]) - {position for position, _ in bound}
    return frozenset().union(*(_free(argument) for argument in node.args))


def free_indices(node: Basic) -> frozenset[Symbol]:
    """Return the symbols that stand free in ``node``, dimensions of sums left out.

    Examples
    --------
    >>> from derive.language import index, k, quantity, total
    >>> a, i, j = quantity("a", k), index("i"), index("j")
    >>> free_indices(a[i] * total(a[j], j, k))
    frozenset({i})
    """
    return _free(node)


@lru_cache(maxsize=50_000)
def _dimensions(node: Basic) -> tuple[tuple[Symbol, Symbol], ...]:
    found: dict[Symbol, Symbol] = {}
    if isinstance(node, Indexed):
        for position, size in zip(node.indices, node.base.shape or (), strict=False):
            found.setdefault(position, size)
        return tuple(found.items())
    bound = bound_indices(node)
    for argument in node.args[:1] if bound else node.args:
        found.update(_dimensions(argument))
    for position, _ in bound:
        found.pop(position, None)
    return tuple(found.items())


def index_dimensions(*nodes: Basic) -> dict[Symbol, Symbol]:
    """Return the dimension of every free index that stands on a quantity in ``nodes``.

    Examples
    --------
    >>> from derive.language import index, k, quantity
    >>> index_dimensions(quantity("a", k)[index("i")])
    {i: k}
    """
    found: dict[Symbol, Symbol] = {}
    for node in nodes:
        found.update(_dimensions(node))
    return found


def fresh_index(size: Symbol, taken: Iterable[Any]) -> Symbol:
    """Return the first letter of the dimension ``size`` that is not ``taken``.

    Examples
    --------
    >>> from derive.language import index, k
    >>> fresh_index(k, {index("i")})
    j
    """
    used = {str(symbol) for symbol in taken}
    letters = LETTERS.get(size, ("i", "j", "l"))
    for letter in letters:
        if letter not in used:
            return index(letter)
    number = 1
    while f"{letters[0]}{number}" in used:
        number += 1
    return index(f"{letters[0]}{number}")


def rebuild(node: Basic, arguments: Iterable[Basic]) -> Basic:
    """Return ``node`` with other arguments, or ``node`` itself where they are its own."""
    changed = tuple(arguments)
    if changed == node.args:
        return node
    return node.func(*changed)


def _with_bound(node: Basic, body: Basic, names: Mapping[Symbol, Symbol]) -> Basic:
    limits = [
        Tuple(*(names.get(part, part) if place == 0 else part for place, part in enumerate(limit)))
        for limit in node.args[1:]
    ]
    return rebuild(node, (body, *limits))


def substitute(node: Any, replacements: Mapping[Any, Any]) -> Any:
    """Replace whole subexpressions; a bound index that would capture a free one is renamed.

    Keys are symbols (indices, scalars) or entries such as ``a[i]``; they are replaced where they
    stand free.

    Examples
    --------
    >>> from derive.language import index, k, quantity, total
    >>> a, y, i, j = quantity("a", k), quantity("y", k), index("i"), index("j")
    >>> substitute(y[j] * total(a[i] * y[j], i, k), {j: i})
    y[i]*Sum(a[j]*y[i], (j, 1, k))
    """
    if not replacements:
        return node
    if node in replacements:
        return replacements[node]
    if not node.args or isinstance(node, Symbol):
        return node
    if isinstance(node, Indexed):
        return rebuild(node, (node.args[0], *(substitute(p, replacements) for p in node.indices)))
    bound = bound_indices(node)
    if not bound:
        return rebuild(node, (substitute(argument, replacements) for argument in node.args))
    own = {position for position, _ in bound}
    live = {
        old: new
        for old, new in replacements.items()
        if not (_free(old) & own) and _occurs(old, node.args[0])
    }
    if not live:
        return node
    arriving = frozenset().union(*(_free(new) for new in live.values()))
    names: dict[Symbol, Symbol] = {}
    taken = set(arriving | (_free(node.args[0]) - live.keys()) | own)
    for position, size in bound:
        if position in arriving:
            names[position] = fresh_index(size, taken)
            taken.add(names[position])
    return _with_bound(node, substitute(node.args[0], {**names, **live}), names)


def _occurs(part: Basic, whole: Basic) -> bool:
    if isinstance(part, Symbol):
        return part in _free(whole)
    return bool(whole.has(part))


@lru_cache(maxsize=20_000)
def _canonical(node: Basic, depth: int) -> Basic:
    if not node.args or isinstance(node, Indexed):
        return node
    bound = bound_indices(node)
    if not bound:
        return rebuild(node, (_canonical(argument, depth) for argument in node.args))
    names = {position: index(f"·{depth + place}") for place, (position, _) in enumerate(bound)}
    body = _canonical(substitute(node.args[0], names), depth + len(bound))
    return _with_bound(node, body, names)


def canonical(node: Any) -> Any:
    """Return ``node`` with its bound indices named by depth alone.

    Two expressions are equal up to the names of bound indices when their canonical forms are the
    same object of SymPy.
    """
    return _canonical(node, 0)


def alpha_equal(left: Expr, right: Expr) -> bool:
    """Say whether two expressions differ at most in the names of bound indices.

    Examples
    --------
    >>> from derive.language import index, k, quantity, total
    >>> a, i, j = quantity("a", k), index("i"), index("j")
    >>> alpha_equal(total(a[i], i, k), total(a[j], j, k))
    True
    """
    return bool(left == right or canonical(left) == canonical(right))
