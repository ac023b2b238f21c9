"""Letters: each stands for one thing, and each index runs over one dimension."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

from sympy import Basic, Indexed, Integer, KroneckerDelta, Pow, Rational, Symbol

from derive.errors import DeriveError
from derive.language.indices import bound_indices
from derive.proof.meaning import Meaning, defined_name, vector_positions
from derive.proof.work import MOST_BITS, at_most
from derive.steps import Assumption, Definition

__all__ = ["Mistyped", "check_definitions", "check_letters"]

MOST_NODES = 20_000
"""Of one expression."""


class Mistyped(DeriveError, TypeError):
    """A letter or an index with two meanings, or a definition that defines nothing."""


Use: TypeAlias = tuple[str, str]
"""A name and what it stands for; or an index and the dimension over which it runs."""


@lru_cache(maxsize=10_000)
def _letters(node: Basic) -> frozenset[Use]:
    """Return what each letter stands for: a number, or a quantity with its dimensions."""
    if isinstance(node, Indexed):
        shape = ", ".join(map(str, node.base.shape or ()))
        return frozenset(((defined_name(node), f"an array ({shape})"),))
    if isinstance(node, Symbol):
        if node.is_integer:
            return frozenset()
        return frozenset(((node.name, "a positive number" if node.is_positive else "a number"),))
    parts = node.args[:1] if bound_indices(node) else node.args
    return frozenset().union(*(_letters(part) for part in parts))


@lru_cache(maxsize=10_000)
def _indices(node: Basic) -> tuple[frozenset[Use], frozenset[Use]]:
    """Return the dimension of each free index, and the pairs of free indices on one δ."""
    if isinstance(node, Indexed):
        shape = node.base.shape or ()
        return frozenset(zip(map(str, node.indices), map(str, shape), strict=False)), frozenset()
    if isinstance(node, KroneckerDelta):
        left, right = map(str, node.args[:2])
        return frozenset(), frozenset(((left, right), (right, left)))
    bound = {str(index): str(size) for index, size in bound_indices(node)}
    inside = [_indices(part) for part in (node.args[:1] if bound else node.args)]
    at = {(str(position), str(size)) for position, size in vector_positions(node)}
    sizes = frozenset(at).union(*(found for found, _ in inside))
    pairs = frozenset().union(*(found for _, found in inside))
    # An index on one δ with a bound one runs over the same dimension.
    tied = {(one, bound[other]) for one, other in pairs if other in bound}
    _check_indices([*sizes, *bound.items(), *tied])
    free = frozenset(use for use in {*sizes, *tied} if use[0] not in bound)
    return free, frozenset(pair for pair in pairs if not set(pair) & bound.keys())


def _ambiguous(uses: Iterable[Use], joined: str) -> tuple[str, str] | None:
    """Return the first name with two meanings, and both."""
    found: dict[str, set[str]] = {}
    for name, meaning in uses:
        found.setdefault(name, set()).add(meaning)
    twice = sorted(name for name, meanings in found.items() if len(meanings) > 1)
    return (twice[0], joined.join(sorted(found[twice[0]]))) if twice else None


def _check_indices(uses: Iterable[Use]) -> None:
    ambiguous = _ambiguous((use for use in uses if not use[0].isdigit()), " and over ")
    if ambiguous is not None:
        name, dimensions = ambiguous
        raise Mistyped(f"the index {name} runs over {dimensions}; use an index for each")


def _check_sides(sides: tuple[Basic, Basic]) -> None:
    inside = [_indices(side) for side in sides]
    uses = [use for found, _ in inside for use in found]
    sizes = dict(uses)
    tied = [(one, sizes[other]) for _, found in inside for one, other in found if other in sizes]
    _check_indices([*uses, *tied])


@lru_cache(maxsize=10_000)
def _check_length(expr: Basic) -> None:
    pending, count = [expr], 0
    while pending:
        count += 1
        at_most(MOST_NODES, count, "nodes of an expression")
        node = pending.pop()
        at_most(MOST_BITS, _bits(node), "binary digits of a number")
        pending.extend(node.args)


@lru_cache(maxsize=10_000)
def _bits(node: Basic) -> int:
    """Return about how many binary digits the power of a number has, 0 for what is none."""
    if isinstance(node, Rational):
        return max(abs(int(node.p)), int(node.q)).bit_length()
    if isinstance(node, Pow) and isinstance(node.exp, Integer):
        return _bits(node.base) * abs(int(node.exp))
    return 0


def check_letters(
    equations: Iterable[tuple[Basic, Basic]],
    definitions: tuple[Definition, ...] = (),
    assumptions: tuple[Assumption, ...] = (),
) -> None:
    """Refuse equations in which a letter or an index has two meanings.

    Letters mean the same in all of the equations; free indices only in both sides of one.

    Raises
    ------
    Mistyped
        With the letter and both of its meanings.
    WorkLimit
        If an expression is too long.

    Examples
    --------
    >>> from derive.language import d, index, k, quantity
    >>> i = index("i")
    >>> check_letters([(quantity("y", k)[i], quantity("y", d)[i])])
    Traceback (most recent call last):
        ...
    derive.proof.letters.Mistyped: y is an array (d) and an array (k); use a letter for each
    """
    pairs = [
        *equations,
        *((definition.left, definition.right) for definition in definitions),
        *((assumption.left, assumption.right) for assumption in assumptions),
    ]
    for expr in (expr for pair in pairs for expr in pair):
        if not isinstance(expr, Basic):
            raise Mistyped(f"{expr!r} is {type(expr).__name__}, not an expression of SymPy")
        _check_length(expr)
    letters = frozenset().union(*(_letters(expr) for pair in pairs for expr in pair))
    ambiguous = _ambiguous(letters, " and ")
    if ambiguous is not None:
        name, meanings = ambiguous
        raise Mistyped(f"{name} is {meanings}; use a letter for each")
    for pair in pairs:
        _check_sides(pair)


@lru_cache(maxsize=1_000)
def check_definitions(definitions: tuple[Definition, ...]) -> None:
    """Refuse definitions that define nothing, one name twice, or a name by itself.

    Raises
    ------
    Mistyped
        With the name.
    """
    for definition in definitions:
        if not isinstance(definition.left, Symbol | Indexed):
            raise Mistyped(f"{definition.left} is defined, which is neither a letter nor an entry")
    meaning = Meaning(definitions)
    names = [defined_name(definition.left) for definition in definitions]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            raise Mistyped(f"{name} is defined {names.count(name)} times")
        if name in meaning.beneath(name):
            raise Mistyped(f"{name} is defined by itself")
    for definition in definitions:
        indices = getattr(definition.left, "indices", ())
        if len(set(indices)) != len(indices) or not all(isinstance(i, Symbol) for i in indices):
            raise Mistyped(f"{definition.left} is not an entry with different free indices")
