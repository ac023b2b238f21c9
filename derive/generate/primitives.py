"""Primitives of the array program that index notation has no name for, each with what it means.

`cases` gives the plain expressions that a primitive stands for, one for each side of a kink: a
stable form is proved by proving it in every case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

from sympy import Expr, Function, Indexed, KroneckerDelta, S, Sum, Symbol, exp, log

from derive.generate.program import LEADER, rewrite
from derive.language import Entries, total

__all__ = [
    "OF_VECTORS",
    "SUMS",
    "Primitive",
    "cases",
    "clear_sign",
    "exact_sum",
    "finite",
    "in_doubles",
    "largest",
    "largest_rival",
    "log1p",
    "magnitude",
    "placed",
    "plain_sum",
    "positive_part",
    "primitive_table",
    "quotient_lost",
    "scaled_difference",
    "scaled_exp",
    "sign_bit",
    "sound_sum",
    "sum_as",
    "sum_but_largest",
    "weighted_gap",
    "with_sign",
]


class _Primitive(Function):  # type: ignore[misc]
    """A real function that SymPy neither evaluates nor rewrites."""

    is_real = True

    @classmethod
    def eval(cls, *arguments: Any) -> None:
        """Leave the application as it stands."""


class log1p(_Primitive):  # noqa: N801
    """ln(1 + x), exact for small x."""


class magnitude(_Primitive):  # noqa: N801
    """|x|."""


class positive_part(_Primitive):  # noqa: N801
    """max(x, 0)."""


class clear_sign(_Primitive):  # noqa: N801
    """1 where the sign bit of x is clear, else 0; −0.0 counts as negative."""


class sign_bit(_Primitive):  # noqa: N801
    """1 where the sign bit of x is set, else 0: 1 − clear_sign(x)."""


class with_sign(_Primitive):  # noqa: N801
    """``with_sign(v, x)``: v where the sign bit of x is clear, else −v, for v ≥ 0."""


class finite(_Primitive):  # noqa: N801
    """x itself; a gap too wide for the format is the widest that it holds."""


class scaled_exp(_Primitive):  # noqa: N801
    """``scaled_exp(x, reference)``: e^{x − c}, for a c that is one for the example."""


class scaled_difference(_Primitive):  # noqa: N801
    """``scaled_difference(s, x, y)``: s x − y, for a number s that has more digits than x and y."""


class in_doubles(_Primitive):  # noqa: N801
    """x itself, with no more digits than a double has."""


class quotient_lost(_Primitive):  # noqa: N801
    """``quotient_lost(x, u, v, q)``: what roundings took from q = x / (u + v); 0 without them."""


class weighted_gap(_Primitive):  # noqa: N801
    """``weighted_gap(w, x, reference)``: w (x − reference), also where the gap is too wide."""


class placed(_Primitive):  # noqa: N801
    """``placed(f_i, v, i)``: f_i for every class but the leader, and v for the leader."""


class largest_rival(_Primitive):  # noqa: N801
    """``largest_rival(Entries(x_j, (j, k)))``: the largest entry but the leader's."""


class largest(_Primitive):  # noqa: N801
    """``largest(Entries(x_j, (j, k)))``: the largest entry."""


class sum_but_largest(_Primitive):  # noqa: N801
    """``sum_but_largest(Entries(x_j, (j, k)))``: Σ x_j without its largest term."""


class exact_sum(_Primitive):  # noqa: N801
    """``exact_sum(Entries(x_j, (j, k)))``: Σ x_j, with more digits than its terms."""


class sound_sum(_Primitive):  # noqa: N801
    """``sound_sum(Entries(x_j, (j, k)))``: Σ x_j of doubles, rounded as rarely as can be."""


class plain_sum(_Primitive):  # noqa: N801
    """``plain_sum(Entries(x_j, (j, k)))``: Σ x_j of doubles, rounded as it comes."""


SUMS = (exact_sum, sound_sum, plain_sum)
"""Σ x_j by how it is rounded."""

OF_VECTORS = (largest, largest_rival, sum_but_largest, *SUMS)
"""What makes one number of an example out of a vector."""


@dataclass(frozen=True)
class Primitive:
    """A row: the function and what it stands for in each case.

    Parameters
    ----------
    head : type
        The function.
    meanings : callable
        From the arguments to the plain expressions, one a case.
    sign_of : int or None
        The argument whose sign decides between two cases: clear first, set second.
    """

    head: type[Function]
    meanings: Callable[..., tuple[Expr, ...]]
    sign_of: int | None = None


_ANY = S.Half / 3
"""Stands for a primitive whose value does not matter: the forms hold for every shift."""


def _largest(vector: Expr) -> Expr:
    """Return the largest entry: of exponentials scaled by the largest rival, the rival's own."""
    references = {node.args[1] for node in vector.atoms(scaled_exp)}
    if len(references) == 1 and isinstance(reference := references.pop(), largest_rival):
        return scaled_exp(reference, reference)
    return _ANY


def _sum(vector: Entries) -> Expr:
    ((bound, size),) = vector.axes
    return total(vector.expr, bound, size)


_SHIFT = Symbol("shift", real=True)
"""Any number: what is made of scaled exponentials has to hold for all of them."""

_TABLE = (
    Primitive(log1p, lambda x: (log(1 + x),)),
    Primitive(finite, lambda x: (x,)),
    Primitive(weighted_gap, lambda weight, x, reference: (weight * (x - reference),)),
    Primitive(scaled_difference, lambda factor, x, taken: (factor * x - taken,)),
    Primitive(quotient_lost, lambda above, left, right, quotient: (S.Zero,)),
    Primitive(in_doubles, lambda x: (x,)),
    Primitive(exact_sum, lambda vector: (_sum(vector),)),
    Primitive(sound_sum, lambda vector: (_sum(vector),)),
    Primitive(plain_sum, lambda vector: (_sum(vector),)),
    Primitive(scaled_exp, lambda x, reference: (exp(x - _SHIFT * reference),)),
    Primitive(
        placed,
        lambda rival, leader, position: (
            KroneckerDelta(position, LEADER) * leader
            + (1 - KroneckerDelta(position, LEADER)) * rival,
        ),
    ),
    Primitive(largest_rival, lambda vector: (_ANY,)),
    Primitive(largest, lambda vector: (_largest(vector),)),
    Primitive(sum_but_largest, lambda vector: (_sum(vector) - _largest(vector),)),
    Primitive(magnitude, lambda x: (x, -x), sign_of=0),
    Primitive(positive_part, lambda x: (x, S.Zero), sign_of=0),
    Primitive(clear_sign, lambda x: (S.One, S.Zero), sign_of=0),
    Primitive(sign_bit, lambda x: (S.Zero, S.One), sign_of=0),
    Primitive(with_sign, lambda value, x: (value, -value), sign_of=1),
)


def sum_as(head: type[Function], node: Expr) -> Expr | None:
    """Return a sum of the entries of an array with another head; None for anything else.

    Examples
    --------
    >>> from derive.language import index, k, quantity
    >>> j = index("j")
    >>> sum_as(plain_sum, total(quantity("a", k)[j], j, k))
    plain_sum(Entries(a[j], (j, k)))
    """
    if not isinstance(node, Sum) or not isinstance(node.function, Indexed):
        return None
    ((bound, _, size),) = node.limits
    return head(Entries(node.function, (bound, size)))


def primitive_table() -> tuple[Primitive, ...]:
    """Return every row."""
    return _TABLE


def cases(value: Expr) -> tuple[Expr, ...]:
    """Return the plain expressions that ``value`` stands for, one for each choice of signs.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> cases(magnitude(read("a", True)) + 1)
    (a[i] + 1, 1 - a[i])
    """
    rows = {row.head: row for row in _TABLE}
    signed = sorted(
        {
            node.args[rows[node.func].sign_of]
            for node in value.atoms(_Primitive)
            if rows[node.func].sign_of is not None
        },
        key=str,
    )
    return tuple(
        _plain(value, dict(zip(signed, choice, strict=True)))
        for choice in product((0, 1), repeat=len(signed))
    )


def _plain(value: Expr, signs: dict[Expr, int]) -> Expr:
    rows = {row.head: row for row in _TABLE}

    def unfold(node: Expr) -> Expr | None:
        row = rows.get(node.func)
        if row is None:
            return None
        number = 0 if row.sign_of is None else signs[node.args[row.sign_of]]
        return _plain(row.meanings(*node.args)[number], signs)

    return rewrite(value, unfold)
