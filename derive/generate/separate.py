"""A pass: what has to be computed into an array of its own gets a name of its own.

After it every array over the classes is one chain of operations, and every sum over the classes is
the sum of a named array, or of the products of two.
"""

from __future__ import annotations

from sympy import Expr, Indexed, Sum

from derive.errors import UnsupportedExpression
from derive.generate.inner import factors_of, is_of_entries
from derive.generate.operations import gives_booleans, is_array, sides_of, unnamed_mask_of, word_for
from derive.generate.primitives import placed
from derive.generate.program import (
    CLASS,
    LOSSES,
    Assignment,
    Program,
    names_in,
    read,
    rewrite,
)
from derive.language import rebuild, substitute

__all__ = ["separate"]


def separate(program: Program) -> Program:
    """Name the sides of every chain, and the terms of every sum.

    Examples
    --------
    >>> a, y = read("a", True), read("y", True)
    >>> both = Program((Assignment("result", a * y + a**2, True),), ("result",))
    >>> [(one.name, one.value) for one in separate(both).assignments]
    [('product', a[i]*y[i]), ('result', a[i]**2 + product[i])]
    """
    separator = _Separator({*program.names, "a", "y"}, keeps_products=is_of_entries(program))
    for assignment in program.assignments:
        separator.add(assignment)
    return Program(tuple(separator.assignments), program.results)


class _Separator:
    """Carries the assignments, each behind those that it needs."""

    def __init__(self, taken: set[str], *, keeps_products: bool) -> None:
        self.taken = taken
        self.keeps_products = keeps_products
        self.assignments: list[Assignment] = []

    def add(self, assignment: Assignment) -> None:
        """Add an assignment behind those that its value has to be made of."""
        value = self._with_named_sums(assignment.value, self._stem(assignment))
        if isinstance(value, placed):
            value = rebuild(value, (self._as_chain(value.args[0]), *value.args[1:]))
        elif assignment.per_class:
            value = self._as_chain(value)
        self.assignments.append(Assignment(assignment.name, value, assignment.per_class))

    def _as_chain(self, value: Expr) -> Expr:
        while (masked := unnamed_mask_of(value)) is not None:
            value = rewrite(value, {masked: self._name(word_for(masked), masked)}.get)
        while sides := sides_of(value):
            side = sides[0]
            named = self._name(word_for(side), side)
            changed = rewrite(value, {side: named, -side: -named, 1 / side: 1 / named}.get)
            if changed == value:
                raise UnsupportedExpression("the NumPy printer", side)
            value = changed
        return value

    def _with_named_sums(self, value: Expr, stem: str) -> Expr:
        def named(node: Expr) -> Expr | None:
            if not isinstance(node, Sum) or not is_array(node.function):
                return None
            if isinstance(node.function, Indexed) or self._is_kept(node.function):
                return None
            (bound, low, high) = node.limits[0]
            terms = self._name(stem, substitute(node.function, {bound: CLASS}))
            return Sum(substitute(terms, {CLASS: bound}), (bound, low, high))

        return rewrite(value, named)

    def _is_kept(self, term: Expr) -> bool:
        """Say whether a term is the product of two arrays of floats, which is added as it is."""
        masks = {one.name for one in self.assignments if gives_booleans(one.value)}
        return self.keeps_products and bool(factors_of(term)) and not names_in(term) & masks

    def _name(self, stem: str, value: Expr) -> Expr:
        number, name = 1, stem
        while name in self.taken:
            number += 1
            name = f"{stem}_{number}"
        self.taken.add(name)
        self.add(Assignment(name, value, per_class=True))
        return read(name, True)

    @staticmethod
    def _stem(assignment: Assignment) -> str:
        return "loss_terms" if assignment.name == LOSSES else f"{assignment.name}_terms"
