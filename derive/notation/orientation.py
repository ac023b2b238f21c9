"""Which way round a difference is written: ŷ − y, 1 − ŷ, and a Σ after what stands alone.

x − y and −(y − x) are the same factor. One of the two is what a person writes, and the sign goes
where signs go: in front of the product, out of the sum, away under an even power.
"""

from __future__ import annotations

from derive.notation.tree import (
    Call,
    Exponential,
    MatrixProduct,
    Name,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Subscript,
    Sum,
    SumOver,
    Transpose,
    is_ones,
    walk,
)

__all__ = ["LABEL", "is_backward", "is_heavy", "is_label", "is_total", "is_unit"]

LABEL = "y"
"""The letter that is subtracted: the error is ŷ − y."""

_OPAQUE = (Quotient, Call, Exponential, Power)


def is_label(node: Node) -> bool:
    """Say whether a node is the label, an entry or a row of it.

    Examples
    --------
    >>> is_label(Subscript(Name("y"), ("i",))), is_label(Name("ŷ"))
    (True, False)
    """
    base = node.base if isinstance(node, Subscript) else node
    return isinstance(base, Name) and base.letter == LABEL


def is_unit(node: Node) -> bool:
    """Say whether a node is 1, or an array of ones.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from derive.notation.tree import Ones
    >>> is_unit(Number(Fraction(1))), is_unit(Ones("k")), is_unit(Number(Fraction(2)))
    (True, True, False)
    """
    return is_ones(node) or (isinstance(node, Number) and node.value == 1)


def is_heavy(node: Node) -> bool:
    """Say whether a Σ stands in a fraction or below a function, as in ln Σⱼ e^{aⱼ}.

    Examples
    --------
    >>> is_heavy(Call("log", (SumOver("j", "k", Name("x")),)))
    True
    """
    return any(
        isinstance(part, _OPAQUE) and any(isinstance(inner, SumOver) for inner in walk(part))
        for part in walk(node)
    )


def is_total(node: Node) -> bool:
    """Say whether a term is a Σ, or the product with ones or of two vectors in its place.

    Examples
    --------
    >>> is_total(SumOver("j", "k", Name("x"))), is_total(Name("x"))
    (True, False)
    """
    factors = node.factors if isinstance(node, Product) else (node,)
    if any(isinstance(factor, SumOver) for factor in factors):
        return True
    if any(isinstance(factor, MatrixProduct) for factor in factors[:-1]):
        return True
    return not is_ones(node) and any(_adds_up(part) for part in walk(node))


def _adds_up(node: Node) -> bool:
    if not isinstance(node, MatrixProduct) or is_ones(node):
        return False
    bare = (part.argument if isinstance(part, Transpose) else part for part in node.factors)
    return any(is_ones(part) for part in bare)


def _has_label(node: Node) -> bool:
    return any(map(is_label, node.factors)) if isinstance(node, Product) else is_label(node)


def is_backward(total: Sum) -> bool:
    """Say whether a difference reads better with both signs turned.

    Examples
    --------
    >>> from derive.notation.tree import Term
    >>> is_backward(Sum((Term(Name("y")), Term(Name("ŷ"), negative=True))))
    True
    """
    if len(total.terms) != 2 or total.terms[0].negative == total.terms[1].negative:
        return False
    added, taken = (term.node for term in sorted(total.terms, key=lambda term: term.negative))
    if is_unit(taken):
        return not isinstance(added, Number)
    if is_label(added):
        return not _has_label(taken) and not is_heavy(taken) and not is_total(taken)
    if not is_total(added) or _has_label(taken):
        return False
    return not is_total(taken) or _size(taken) < _size(added)


def _size(node: Node) -> int:
    return sum(1 for _ in walk(node))
