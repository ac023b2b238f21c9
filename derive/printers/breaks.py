"""Where a product may be broken: not behind the light factors in front, as in −(1/n) ŷᵢ (…)."""

from __future__ import annotations

from derive.notation.arrange import is_scale
from derive.notation.tree import Delta, Name, Node, Ones, Power, Subscript, Transpose

__all__ = ["light_in_front"]


def _is_light(node: Node) -> bool:
    if isinstance(node, (Power, Subscript)):
        return _is_light(node.base)
    if isinstance(node, Transpose):
        return _is_light(node.argument)
    return is_scale(node) or isinstance(node, (Name, Delta, Ones))


def light_in_front(factors: tuple[Node, ...]) -> int:
    """Return how many factors in front stay on the line of the factor that follows them.

    They are the numbers and letters before the first factor of some weight; a product of nothing
    but letters breaks anywhere behind its numbers.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from derive.notation.tree import Number, Sum
    >>> two, entry, total = Number(Fraction(2)), Subscript(Name("ŷ"), ("i",)), Sum(())
    >>> light_in_front((two, entry, total)), light_in_front((total, two)), light_in_front((entry,))
    (2, 0, 0)
    """
    light = 0
    while light < len(factors) and _is_light(factors[light]):
        light += 1
    if light < len(factors):
        return light
    return sum(is_scale(factor) for factor in factors[:1])
