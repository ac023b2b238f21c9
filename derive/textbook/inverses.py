"""Equations that say what the inverse of a function is: f⁻¹(x) = r holds where f(r) = x does.

That is so where f takes no value twice, as far as its values show.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as Exact
from itertools import pairwise
from typing import Any

from mpmath import mp

from derive.textbook.errors import NotJudged, Unreadable
from derive.textbook.evaluate.dual import Singular, Undefined, primal
from derive.textbook.evaluate.evaluator import Evaluator, Work
from derive.textbook.evaluate.points import Point
from derive.textbook.meaning.canonical import canonical, plain_name
from derive.textbook.meaning.core import Core, Entry, Let, Rational, Symbol, Tensor, symbols_in
from derive.textbook.meaning.patterns import call_of
from derive.textbook.meaning.reader import Head, Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.tree import Group, Name, Node, Product, Scripted

__all__ = ["is_law_of_inverse", "without_inverse"]

ARGUMENTS = tuple(
    sorted(
        {Exact(place, 4) for place in range(-40, 41)}
        | {Exact(place, 32) for place in range(-32, 33)}
    )
)
"""Where the values of a function are looked at."""
FEWEST = 20
"""At how many of these it has to have a value."""


def without_inverse(reader: Reader, left: Node, right: Node) -> tuple[Node, Node] | None:
    """Return f(r) and x for f⁻¹(x) = r, or None where no side is an inverse.

    Raises
    ------
    Unreadable
        Where f may take a value twice, or is no function of a number alone.
    """
    found = _inverse(reader, left)
    if found is None:
        left, right = right, left
        found = _inverse(reader, left)
    if found is None:
        return None
    name, argument, head = found
    if not _is_monotone(reader, head, left):
        raise Unreadable("the inverse of a function that may take a value twice", left.span)
    group = Group("(", (right,), span=right.span)
    return Product((name, group), span=right.span), argument


def is_law_of_inverse(left: Node, right: Node) -> bool:
    """Return whether an equation only says what f⁻¹ means: f(f⁻¹(x)) = x, or f⁻¹(f(x)) = x."""
    calls = []
    for _ in range(2):
        call = (
            call_of(left.items, 0) if isinstance(left, Product) and len(left.items) == 2 else None
        )
        if call is None or call[2] is not None or len(call[1].items) != 1:
            return False
        calls.append(call[0])
        left = call[1].items[0]
    inverses = {canonical(one) for one in calls} - {_without_minus_one(one) for one in calls}
    return (
        len(inverses) == 1
        and len({_without_minus_one(one) for one in calls}) == 1
        and canonical(left) == canonical(right)
    )


def _without_minus_one(name: Node) -> str:
    """Return the name of f for f⁻¹, and any other name as it is."""
    if isinstance(name, Scripted) and name.upper is not None and canonical(name.upper) == "-1":
        return canonical(replace(name, upper=None) if name.lower or name.primes else name.base)
    return canonical(name)


def _inverse(reader: Reader, node: Node) -> tuple[Name, Node, Head] | None:
    """Return the function, the argument and the definition of the function of f⁻¹(x)."""
    call = call_of(node.items, 0) if isinstance(node, Product) and len(node.items) == 2 else None
    if call is None or call[2] is not None or len(call[1].items) != 1:
        return None
    name = call[0]
    if not isinstance(name, Scripted) or not isinstance(name.base, Name) or name.upper is None:
        return None
    if canonical(name.upper) != "-1" or name.lower is not None or name.primes:
        return None
    heads = reader.heads.get(plain_name(name.base), [])
    if len(heads) != 1 or reader.heads.get(canonical(name)):
        return None
    (head,) = heads
    simple = not (head.letters or head.component or head.primes) and len(head.arguments) == 1
    if not simple or not isinstance(head.arguments[0], Name):
        return None
    return name.base, call[1].items[0], head


def _is_monotone(reader: Reader, head: Head, node: Node) -> bool:
    """Return whether the values of a function rise all the way, or fall all the way."""
    (argument,) = head.arguments
    assert isinstance(argument, Name)
    variable = Symbol(plain_name(argument))
    inner = Scope(tensors={variable.name: Tensor((), Entry(variable))})
    core = reader.scalar(head.body, inner)
    if symbols_in(core) != {variable}:
        raise Unreadable("the inverse of a function that depends on more", node.span)
    values = [
        value for at in ARGUMENTS if (value := _value(reader, core, variable, at)) is not None
    ]
    rises = {later > before for before, later in pairwise(values)}
    equal = any(later == before for before, later in pairwise(values))
    return len(values) >= FEWEST and len(rises) == 1 and not equal


def _value(reader: Reader, core: Core, variable: Symbol, at: Exact) -> Any:
    """Return the value of a function at a number, or None where it has none."""
    evaluator = Evaluator(Point({}, 1, "near"), reader.dimensions, Work(10_000))
    try:
        with mp.workdps(30):
            return primal(evaluator.value(Let(variable, (), Rational(at), core), {}))
    except (Undefined, Singular, NotJudged):
        return None
