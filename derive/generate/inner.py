"""Sums of products that need no array for the products: BLAS adds them while it multiplies.

Only where the sums are those of the losses of entries that have nothing to do with each other: then
the entries of all examples are one long vector.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Add, Expr, Indexed, Integer, Mul, Pow, Sum

from derive.generate.primitives import log1p
from derive.generate.program import LEADER, LOSSES, Program
from derive.language import rebuild

__all__ = ["factors_of", "is_of_entries", "split_sums"]


def is_of_entries(program: Program) -> bool:
    """Say whether no number of an example, as a sum or its leader's entry, enters a program."""
    return all(
        one.name == LOSSES or (one.per_class and not one.value.has(Sum, LEADER))
        for one in program.assignments
    )


def factors_of(term: Expr) -> tuple[Expr, Expr] | None:
    """Return the two arrays of which a term is the product; None if it is no such product.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> error = read("error", True)
    >>> factors_of(error**2), factors_of(2 * error)
    ((error[i], error[i]), None)
    """
    parts = Mul.make_args(term)
    if len(parts) == 1 and isinstance(term, Pow) and term.args[1] == Integer(2):
        parts = (term.args[0], term.args[0])
    return parts if len(parts) == 2 and all(isinstance(one, Indexed) for one in parts) else None


def split_sums(program: Program) -> Program:
    """Add logarithms of 1 + x, which are not negative, apart from the products beside them."""
    if not is_of_entries(program):
        return program
    return Program(
        tuple(
            replace(one, value=_split(one.value)) if one.name == LOSSES else one
            for one in program.assignments
        ),
        program.results,
    )


def _split(value: Expr) -> Expr:
    if not isinstance(value, Sum) or not isinstance(value.function, Add):
        return value
    terms = value.function.args
    if not all(isinstance(one, log1p) or factors_of(one) for one in terms):
        return value
    return Add(*(rebuild(value, (one, *value.args[1:])) for one in terms))
