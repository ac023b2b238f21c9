"""Where the ramp and its step have their kinks, so that points can be placed there."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from sympy import Basic, Expr

from derive.language import canonical, relu, step
from derive.language.indices import bound_indices
from derive.proof.meaning import Meaning
from derive.proof.samples import Near

__all__ = ["OFFSETS", "kinks"]

OFFSETS = (Fraction(0), Fraction(-1, 1024), Fraction(1, 1024))
"""On the kink, just below and just above it."""
MOST = 6
"""At how many different arguments points are placed."""


@lru_cache(maxsize=10_000)
def _arguments(node: Basic) -> tuple[Expr, ...]:
    """Return what stands in a ramp or a step, the indices of sums free."""
    own = node.args[:1] if isinstance(node, relu | step) else ()
    parts = node.args[:1] if bound_indices(node) else node.args
    return tuple(dict.fromkeys((*own, *(found for part in parts for found in _arguments(part)))))


def kinks(meaning: Meaning, *expressions: Expr) -> Iterator[Near]:
    """Return the places at the kinks of expressions and of what they lead to.

    Examples
    --------
    >>> from derive.language import index, k, quantity
    >>> a, i = quantity("a", k), index("i")
    >>> [str(near.offset) for near in kinks(Meaning(), relu(a[i] - 5, 1))]
    ['0', '-1/1024', '1/1024']
    """
    definitions = (meaning.definition(name) for name in sorted(meaning.reached(*expressions)))
    bodies = (definition.right for definition in definitions if definition is not None)
    found = (
        canonical(argument) for expr in (*expressions, *bodies) for argument in _arguments(expr)
    )
    for argument in list(dict.fromkeys(found))[:MOST]:
        for offset in OFFSETS:
            yield Near(argument, offset)
