"""Passes for programs whose arrays are doubles.

Two finish a program for what the doubles are to be rounded to. What stays a double has no digit to
spare, and its sums are sound. What is rounded to float32 afterwards has half its digits to spare:
its sums are plain, and a quotient of an array is a product with a reciprocal. A third is for so few
numbers that mixing booleans with doubles would be the cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sympy import Expr, Function, Mul, S

from derive.generate.operations import is_array
from derive.generate.primitives import (
    clear_sign,
    in_doubles,
    log1p,
    plain_sum,
    sign_bit,
    sound_sum,
    sum_as,
    with_sign,
)
from derive.generate.program import DERIVATIVES, Assignment, Program, names_in, rewrite

__all__ = ["SIGNS", "keep_doubles", "signs_as_numbers", "spare_digits"]

SIGNS: dict[type[Function], Callable[[Expr], Expr]] = {
    clear_sign: lambda x: S.Half + with_sign(S.Half, x),
    sign_bit: lambda x: S.Half - with_sign(S.Half, x),
}
"""Each side of a sign, 1 or 0, by a number with the sign."""


def keep_doubles(program: Program) -> Program:
    """Add numbers of an example soundly, which may give a sum more digits.

    Examples
    --------
    >>> from derive.generate.program import CLASS, read
    >>> from derive.language import index, k, substitute, total
    >>> a, j = read("a", True), index("j")
    >>> others = Assignment("others", total(substitute(a, {CLASS: j}), j, k), False)
    >>> keep_doubles(Program((others,), ("others",)))["others"].value
    sound_sum(Entries(a[j], (j, k)))
    """
    return _rewritten(_summed_as(sound_sum, program), _shortened)


def _shortened(node: Expr) -> Expr | None:
    """Take a logarithm of no more digits than it has itself: of more it is dear."""
    return log1p(in_doubles(*node.args)) if isinstance(node, log1p) else None


def spare_digits(program: Program) -> Program:
    """Add plainly, and multiply an array by the reciprocal of what it is divided by.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> quotient = Assignment("grad_a", read("a", True) / read("partition", False), True)
    >>> for one in spare_digits(Program((quotient,), ("grad_a",))).assignments:
    ...     print(one.name, one.value)
    scale 1/partition
    grad_a scale*a[i]
    """
    finished: list[Assignment] = []
    scales: dict[Expr, Assignment] = {}

    def change(node: Expr) -> Expr | None:
        divisors = _divisors(node)
        if divisors == 1:
            return None
        if divisors not in scales:
            number = f"_{len(scales) + 1}" if scales else ""
            scales[divisors] = Assignment(f"scale{number}", 1 / divisors, per_class=False)
            finished.append(scales[divisors])
        return node * divisors * scales[divisors].read

    for one in _summed_as(plain_sum, program).assignments:
        value = rewrite(one.value, change) if one.name in DERIVATIVES else one.value
        finished.append(replace(one, value=value))
    return Program(tuple(finished), program.results)


def signs_as_numbers(program: Program) -> Program:
    """Write what is true or false of a sign as a number with that sign, and a half.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> side = Assignment("side", sign_bit(read("a", True)), True)
    >>> signs_as_numbers(Program((side,), ("side",)))["side"].value
    1/2 - with_sign(1/2, a[i])
    """

    def change(node: Expr) -> Expr | None:
        row = SIGNS.get(node.func)
        return None if row is None else row(rewrite(node.args[0], change))

    return Program(
        tuple(replace(one, value=rewrite(one.value, change)) for one in program.assignments),
        program.results,
    )


def _summed_as(head: type[Function], program: Program) -> Program:
    """Write sums over the units of an array, where they are numbers of an example, with a head."""
    return _rewritten(program, partial(sum_as, head))


def _rewritten(program: Program, change: Callable[[Expr], Expr | None]) -> Program:
    """Rewrite what is no array."""
    return Program(
        tuple(
            one if one.per_class else replace(one, value=rewrite(one.value, change))
            for one in program.assignments
        ),
        program.results,
    )


def _divisors(node: Expr) -> Expr:
    """Return the product of the numbers of an example by which an array is divided."""
    if not isinstance(node, Mul) or not is_array(node):
        return S.One
    parts = (part for part in node.args if not is_array(part) and names_in(part))
    return Mul(*(part.as_numer_denom()[1] for part in parts))
