"""Two passes: a derivative that is a multiple less an array keeps the digits of the factor.

In r/Z · e^{a_i} − y_i the factor is one number of an example, made of sums. Its own roundings would
be as large as those of all entries; with more digits they cost little, for it is one number. Arrays
have a format with more digits, and loops have what the roundings took away in a second number.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Add, Expr, Indexed, Mul, S, fraction

from derive.generate.operations import is_array, is_negative
from derive.generate.primitives import (
    exact_sum,
    in_doubles,
    log1p,
    placed,
    quotient_lost,
    scaled_difference,
    sum_as,
)
from derive.generate.program import (
    DERIVATIVES,
    LOSSES,
    Assignment,
    Program,
    names_in,
    read,
    rewrite,
)

__all__ = ["keep_digits", "keep_remainders"]

_LABELS = "y"


def keep_digits(program: Program) -> Program:
    """Compute such a derivative in one; add what its factor is made of exactly, and labels.

    One label may be as large as all of them, so that their sum would be rounded for each other one.

    Examples
    --------
    >>> from derive.generate.program import CLASS, read
    >>> from derive.language import index, k, substitute, total
    >>> a, j = read("a", True), index("j")
    >>> partition = Assignment("partition", total(substitute(a, {CLASS: j}), j, k), False)
    >>> gradient = Assignment("grad_a", a / partition.read - read("y", True), True)
    >>> for one in keep_digits(Program((partition, gradient), ("grad_a",))).assignments:
    ...     print(one.name, one.value)
    partition exact_sum(Entries(a[j], (j, k)))
    grad_a scaled_difference(1/partition, a[i], y[i])
    """
    joined = _with_differences(program)
    heads = [node for one in joined for node in one.value.atoms(scaled_difference)]
    wanted = frozenset().union(*(names_in(node.args[0]) for node in heads))
    kept: list[Assignment] = []
    for one in reversed(joined):
        is_wanted = not one.per_class and (one.name in wanted or names_in(one.value) == {_LABELS})
        wanted |= names_in(one.value) if is_wanted else frozenset()
        kept.append(replace(one, value=rewrite(one.value, _exact)) if is_wanted else one)
    exact = {one.read for one in kept if one.value.has(exact_sum)}
    short = [replace(one, value=_shortened(one, exact)) for one in reversed(kept)]
    return Program(tuple(short), program.results)


def _shortened(assignment: Assignment, exact: set[Expr]) -> Expr:
    """Read sums with no more digits than a loss and a logarithm need: all of these are dear."""

    def shorten(node: Expr) -> Expr | None:
        if node in exact and assignment.name == LOSSES:
            return in_doubles(node)
        if isinstance(node, log1p) and not is_array(node) and names_in(node):
            return log1p(in_doubles(node.args[0]))
        return None

    return rewrite(assignment.value, shorten)


def keep_remainders(program: Program) -> Program:
    """Put back what roundings take from a factor that is a quotient by a sum of two numbers.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> top, others = read("top", False), read("others", False)
    >>> partition = Assignment("partition", top + others, False)
    >>> value = read("powers", True) / partition.read - read("y", True)
    >>> gradient = Assignment("grad_a", value, True)
    >>> for one in keep_remainders(Program((partition, gradient), ("grad_a",))).assignments:
    ...     print(one.name, one.value)
    partition others + top
    scale 1/partition
    scale_lost quotient_lost(1, others, top, scale)
    grad_a scaled_difference(scale, powers[i], -scale_lost*powers[i] + y[i])
    """
    keeper = _Remainders(program)
    for one in _with_differences(program):
        keeper.add(one)
    return Program(tuple(keeper.assignments), program.results)


class _Remainders:
    """Carries the assignments, and before a derivative what roundings took from its quotients."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.assignments: list[Assignment] = []

    def add(self, one: Assignment) -> None:
        """Add an assignment, behind the remainders that it reads."""
        value = one.value
        if one.name in DERIVATIVES and value.has(scaled_difference):
            value = rewrite(value, self._put_back)
        self.assignments.append(replace(one, value=value))

    def _put_back(self, node: Expr) -> Expr | None:
        if isinstance(node, scaled_difference):
            factor, array, taken = node.args
            scale = self._named("scale", factor)
            return scaled_difference(scale, array, taken - array * self._lost(scale))
        if isinstance(node, placed):
            rival, leader, position = node.args
            return placed(rewrite(rival, self._put_back), self._of_leader(leader), position)
        return None

    def _of_leader(self, value: Expr) -> Expr:
        """Put back what the quotients lost in the leader's entry, where it is p u − q v."""
        terms = sorted(Add.make_args(value), key=is_negative)
        signs = [is_negative(term) for term in terms]
        if signs != [False, True]:
            return value
        added, taken = (self._quotient_and_rest(term) for term in (terms[0], -terms[1]))
        if added is None or taken is None:
            return value
        (first, first_rest), (second, second_rest) = added, taken
        lost = first_rest * self._lost(first) - second_rest * self._lost(second)
        rest = self._named("leading_taken", second * second_rest - lost)
        return scaled_difference(first, first_rest, rest)

    def _quotient_and_rest(self, term: Expr) -> tuple[Expr, Expr] | None:
        quotients = [one for one in Mul.make_args(term) if self._parts(one) is not None]
        return (quotients[0], term / quotients[0]) if len(quotients) == 1 else None

    def _named(self, name: str, value: Expr) -> Expr:
        self.assignments.append(Assignment(name, value, per_class=False))
        return read(name, False)

    def _lost(self, quotient: Expr) -> Expr:
        """Return the name of what a quotient lost, 0 where it is no quotient by a sum."""
        parts = self._parts(quotient)
        name = f"{quotient}_lost"
        return S.Zero if parts is None else self._named(name, quotient_lost(*parts, quotient))

    def _parts(self, quotient: Expr) -> tuple[Expr, Expr, Expr] | None:
        """Return x, u and v of a name for the quotient x / (u + v)."""
        known = {one.name: one.value for one in (*self.program.assignments, *self.assignments)}
        above, below = fraction(known.get(str(quotient), quotient))
        total = known.get(str(below))
        if not isinstance(total, Add) or len(total.args) != 2:
            return None
        return above, *total.args


def _with_differences(program: Program) -> list[Assignment]:
    return [
        replace(one, value=rewrite(one.value, _joined)) if one.name in DERIVATIVES else one
        for one in program.assignments
    ]


def _joined(node: Expr) -> Expr | None:
    """Return the difference of a multiple of an array and another array as one operation."""
    if not isinstance(node, Add) or len(node.args) != 2:
        return None
    multiple, negative = sorted(node.args, key=is_negative)
    factors = Mul.make_args(multiple)
    factor = Mul(*(part for part in factors if not is_array(part)))
    arrays = [part for part in factors if is_array(part)]
    if not names_in(factor) or not all(isinstance(one, Indexed) for one in (*arrays, -negative)):
        return None
    return scaled_difference(factor, arrays[0], -negative) if len(arrays) == 1 else None


def _exact(node: Expr) -> Expr | None:
    return sum_as(exact_sum, node)
