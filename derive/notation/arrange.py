"""The order of terms and factors, signs and common factors: settled here for every printer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import fields
from fractions import Fraction
from functools import lru_cache

from derive.notation.tree import (
    Call,
    Delta,
    Diagonal,
    Dot,
    ElementwiseQuotient,
    Exponential,
    Hadamard,
    Identity,
    MatrixProduct,
    Nabla,
    Name,
    Node,
    Norm,
    Number,
    Ones,
    PartialFraction,
    Power,
    Product,
    Quotient,
    Subscript,
    Sum,
    SumOver,
    Term,
    Transpose,
)

__all__ = [
    "ONE",
    "children",
    "hadamard_of",
    "leads_with_label",
    "matrix_product_of",
    "product_of",
    "quotient_of",
    "signed",
    "sum_of",
    "transpose_of",
    "walk",
]

ONE = Number(Fraction(1))

LETTER_ORDER = ("y", "ŷ", "W", "a", "h", "b")
"""The lecture's order of letters in a product; other letters follow by the alphabet."""


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below ``node``.

    Examples
    --------
    >>> children(Quotient(Name("x"), Name("n")))
    (Name(letter='x', capital=False), Name(letter='n', capital=False))
    """
    found: list[Node] = []
    for field in fields(node):  # type: ignore[arg-type]
        value = getattr(node, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            part = part.node if isinstance(part, Term) else part
            if isinstance(part, Node):
                found.append(part)
    return tuple(found)


def walk(node: Node) -> Iterable[Node]:
    """Yield ``node`` and everything below it, from the top.

    Examples
    --------
    >>> [type(part).__name__ for part in walk(Transpose(Name("h")))]
    ['Transpose', 'Name']
    """
    yield node
    for child in children(node):
        yield from walk(child)


@lru_cache(maxsize=20_000)
def _size(node: Node) -> int:
    return 1 + sum(_size(child) for child in children(node))


def _contains(node: Node, kinds: tuple[type[Node], ...]) -> bool:
    return any(isinstance(part, kinds) for part in walk(node))


def _letter_key(node: Node) -> tuple[int, str]:
    for part in walk(node):
        if isinstance(part, Name):
            known = part.letter in LETTER_ORDER
            rank = LETTER_ORDER.index(part.letter) if known else len(LETTER_ORDER)
            return rank, part.letter
    return len(LETTER_ORDER), ""


# Terms ------------------------------------------------------------------------------------------

_OPAQUE = (Quotient, Call, Exponential, Power)


def _heavy(node: Node) -> bool:
    """Whether a Σ stands in a fraction or below a function, as in ln Σⱼ e^{aⱼ}: such terms end."""
    return any(isinstance(part, _OPAQUE) and _contains(part, (SumOver,)) for part in walk(node))


def _term_kind(node: Node) -> int:
    parts = node.factors if isinstance(node, Product) else (node,)
    if all(isinstance(part, (Number, Ones)) for part in parts):
        return 0
    if isinstance(node, (Dot, MatrixProduct)):
        return 1
    if isinstance(node, SumOver):
        return 4
    return 3 if _contains(node, (Call, Exponential, Quotient)) else 2


def _term_key(term: Term) -> tuple[object, ...]:
    node = term.node
    return (
        _heavy(node),
        term.negative,
        _term_kind(node),
        _size(node),
        _letter_key(node),
        repr(node),
    )


def _coefficient(node: Node) -> tuple[Fraction, Node]:
    if isinstance(node, Number):
        return node.value, ONE
    if isinstance(node, Product) and isinstance(node.factors[0], Number):
        rest = node.factors[1:]
        return node.factors[0].value, rest[0] if len(rest) == 1 else Product(rest)
    return Fraction(1), node


def _common_coefficient(terms: Sequence[Term]) -> Fraction:
    values = [_coefficient(term.node)[0] for term in terms]
    numerator = math.gcd(*(value.numerator for value in values))
    denominator = math.lcm(*(value.denominator for value in values))
    return Fraction(numerator, denominator)


def _flat_terms(terms: Iterable[Term]) -> list[Term]:
    flat: list[Term] = []
    for term in terms:
        if isinstance(term.node, Sum):
            inner = term.node.terms
            flat += [Term(part.node, part.negative != term.negative) for part in inner]
        elif term.node != Number(Fraction(0)):
            flat.append(term)
    return flat


def _without_coefficient(term: Term, common: Fraction) -> Term:
    value, rest = _coefficient(term.node)
    if value == common:
        return Term(rest, term.negative)
    # The factors keep their order: the last of them may be an array.
    front = Number(value / common)
    if rest == ONE:
        return Term(front, term.negative)
    factors = rest.factors if isinstance(rest, Product) else (rest,)
    return Term(Product((front, *factors)), term.negative)


def sum_of(terms: Iterable[Term]) -> Term:
    """Return the sum of ``terms`` in reading order, a common number drawn out in front.

    Positive terms come first, so that −y + ŷ reads ŷ − y; a term with a Σ in a fraction or under a
    logarithm comes last whatever its sign, so that −yᵢ + e^{aᵢ}/Σⱼ e^{aⱼ} keeps its order.

    Examples
    --------
    >>> x, y = Name("x"), Name("y")
    >>> sum_of([Term(y, negative=True), Term(x)]).node.terms[0].node
    Name(letter='x', capital=False)
    """
    flat = _flat_terms(terms)
    if not flat:
        return Term(Number(Fraction(0)))
    if len(flat) == 1:
        return flat[0]
    common = _common_coefficient(flat)
    if common != 1:
        flat = _flat_terms(_without_coefficient(term, common) for term in flat)
    total = _sorted_sum(flat)
    if common == 1:
        return Term(total)
    return Term(Product((Number(common), total)))


def _sorted_sum(terms: Sequence[Term]) -> Node:
    """Return the terms in order; Aᵀ − Bᵀ becomes (A − B)ᵀ."""
    if all(isinstance(term.node, Transpose) for term in terms):
        return Transpose(_sorted_sum([Term(transpose_of(t.node), t.negative) for t in terms]))
    return Sum(tuple(sorted(terms, key=_term_key)))


def signed(term: Term) -> Node:
    """Return the node of a term, a minus sign included.

    Examples
    --------
    >>> signed(Term(Name("x"), negative=True))
    Sum(terms=(Term(node=Name(letter='x', capital=False), negative=True),))
    """
    if not term.negative:
        return term.node
    if isinstance(term.node, Sum):
        return Sum((term,)) if len(term.node.terms) > 1 else signed(_flat_terms([term])[0])
    return Sum((term,))


# Factors ----------------------------------------------------------------------------------------


def _is_complement(total: Sum, node: Node) -> bool:
    """Whether ``total`` is a number and ``node`` with opposite signs, as 1 − ŷᵢ is."""
    parts = [term.node for term in total.terms]
    return len(parts) == 2 and isinstance(parts[0], (Number, Ones)) and parts[1] == node


def _is_label(node: Node) -> bool:
    return isinstance(node, (Name, Subscript)) and _letter_key(node)[1] == LETTER_ORDER[0]


def _factor_kind(node: Node) -> int:
    if isinstance(node, Quotient) and isinstance(node.numerator, Number):
        return 1
    if isinstance(node, (PartialFraction, Nabla)):
        return 2
    if isinstance(node, Delta) or _is_label(_base(node)):
        return 3
    if isinstance(node, (Sum, SumOver)):
        return 4 if not _contains(node, (Call, Exponential)) and not _inner_sum(node) else 6
    if isinstance(node, (Subscript, Name, Power, Norm, MatrixProduct)):
        return 5
    return {Number: 0, Dot: 6, Exponential: 7, Quotient: 8, Call: 9}.get(type(node), 10)


def _inner_sum(node: Node) -> bool:
    return isinstance(node, Sum) and _contains(node, (SumOver,))


def _base(node: Node) -> Node:
    return node.base if isinstance(node, Power) else node


def _chain_key(node: Node) -> str:
    """∂L before ∂a: what is differentiated last stands first in a chain rule."""
    of = node.of if isinstance(node, (PartialFraction, Nabla)) else None
    return "0" if isinstance(of, Name) else "1"


def _factor_key(node: Node) -> tuple[object, ...]:
    return (
        _factor_kind(node),
        _chain_key(node),
        isinstance(node, Nabla),
        _letter_key(node) if not isinstance(node, Sum) else (0, ""),
        _size(node),
        repr(node),
    )


def _in_reading_order(factors: Sequence[Node]) -> list[Node]:
    """Sort factors; x stands right before (1 − x), and before the one sum in which it occurs."""
    ordered = sorted(factors, key=_factor_key)
    followers = [node for node in ordered if isinstance(node, Sum)]
    leaders = [node for node in ordered if isinstance(node, (Subscript, Name, Power, Call))]
    for leader in leaders:
        near = next((sum_ for sum_ in followers if _is_complement(sum_, _base(leader))), None)
        if near is None and len(followers) == 1:
            inside = (term.node for term in followers[0].terms)
            near = followers[0] if _base(leader) in inside else None
        if near is None:
            continue
        followers.remove(near)
        ordered.remove(near)
        ordered.insert(ordered.index(leader) + 1, near)
    return ordered


def _flip(total: Sum) -> Sum:
    node = sum_of(Term(term.node, not term.negative) for term in total.terms).node
    return node if isinstance(node, Sum) else Sum((Term(node),))


def leads_with_label(node: Node) -> bool:
    """Say whether a difference begins with the letter that the lecture subtracts, as y − ŷ does.

    Examples
    --------
    >>> y, prediction = Name("y"), Name("ŷ")
    >>> leads_with_label(Sum((Term(y), Term(prediction, negative=True))))
    True
    """
    if not isinstance(node, Sum) or len(node.terms) != 2:
        return False
    first, second = node.terms
    return second.negative and _letter_key(first.node) < _letter_key(second.node)


def _is_name_minus_one(total: Sum) -> bool:
    if len(total.terms) != 2:
        return False
    first, second = total.terms
    return second.negative and second.node == ONE and not first.negative


def _flat_factors(factors: Iterable[Term]) -> tuple[bool, Fraction, list[Node]]:
    negative, value = False, Fraction(1)
    flat: list[Node] = []
    pending = list(factors)[::-1]
    while pending:
        term = pending.pop()
        node = term.node
        negative ^= term.negative
        if isinstance(node, Number):
            value *= node.value
        elif isinstance(node, Product):
            pending += [Term(factor) for factor in node.factors[::-1]]
        elif isinstance(node, Sum) and len(node.terms) == 1:
            pending.append(node.terms[0])
        else:
            flat.append(node)
    return negative, value, flat


def _turned(flat: list[Node], negative: bool) -> tuple[bool, list[Node]]:
    """Turn the signs of sums: (y − 1)x is −(1 − y)x and −(y − ŷ)x is (ŷ − y)x."""
    stated = negative
    turned: list[Node] = []
    for node in flat:
        if isinstance(node, Sum):
            all_negative = all(term.negative for term in node.terms)
            # Below a stated minus an all-negative sum stays: turning both would hide a step.
            error = negative and leads_with_label(node)
            if error or _is_name_minus_one(node) or (all_negative and not stated):
                node, negative = _flip(node), not negative
        turned.append(node)
    return negative, turned


def product_of(factors: Iterable[Term], last: Node | None = None) -> Term:
    """Return the product of scalar ``factors`` in reading order, and of an array that comes last.

    Numbers stand in front and are multiplied together; signs are drawn out.

    Examples
    --------
    >>> y = Name("y")
    >>> y_minus_one = sum_of([Term(y), Term(ONE, negative=True)])
    >>> product_of([y_minus_one, Term(Name("x"))]).negative
    True
    """
    negative, value, flat = _flat_factors(factors)
    if value == 0:
        return Term(Number(Fraction(0)))
    array: list[Node] = []
    if last is not None:
        sign, number, array = _flat_factors([Term(last)])
        negative, value = negative ^ sign, value * number
    count = len(flat)
    if count + len(array) > 1 or value != 1 or negative:
        negative, turned = _turned([*flat, *array], negative)
        flat, array = turned[:count], turned[count:]
    together = _in_reading_order(flat) + array
    if value != 1 or not together:
        together.insert(0, Number(value))
    if len(together) == 1:
        return Term(together[0], negative)
    return Term(Product(tuple(together)), negative)


def quotient_of(numerator: Term, denominator: Term) -> Term:
    """Return a quotient with its sign in front; over 1 it is the numerator.

    Examples
    --------
    >>> quotient_of(Term(Name("x"), negative=True), Term(Name("n"))).negative
    True
    """
    negative = numerator.negative != denominator.negative
    if denominator.node == ONE:
        return Term(numerator.node, negative)
    return Term(Quotient(numerator.node, denominator.node), negative)


# Arrays -----------------------------------------------------------------------------------------


def transpose_of(node: Node) -> Node:
    """Return the transpose, carried inward through products: (A B)ᵀ = Bᵀ Aᵀ.

    Examples
    --------
    >>> transpose_of(MatrixProduct((Name("W"), Transpose(Name("h")))))
    ... # doctest: +NORMALIZE_WHITESPACE
    MatrixProduct(factors=(Name(letter='h', capital=False),
                           Transpose(argument=Name(letter='W', capital=False))))
    """
    if isinstance(node, Transpose):
        return node.argument
    if isinstance(node, (Identity, Diagonal)) or (isinstance(node, Nabla) and node.order == 2):
        return node
    if isinstance(node, MatrixProduct):
        return MatrixProduct(tuple(transpose_of(factor) for factor in reversed(node.factors)))
    if isinstance(node, Product):
        return Product((*node.factors[:-1], transpose_of(node.factors[-1])))
    if isinstance(node, Quotient):
        return Quotient(transpose_of(node.numerator), node.denominator)
    return Transpose(node)


def matrix_product_of(factors: Iterable[Node]) -> Node:
    """Return the product of arrays, numbers and signs of the factors in front.

    Examples
    --------
    >>> doubled = Product((Number(Fraction(2)), Name("y")))
    >>> matrix_product_of([doubled, Transpose(Name("h"))]).factors[0]
    Number(value=Fraction(2, 1))
    """
    negative = False
    scalars: list[Node] = []
    flat: list[Node] = []
    for factor in factors:
        inner = factor
        if isinstance(inner, Sum) and len(inner.terms) == 1:
            negative ^= inner.terms[0].negative
            inner = inner.terms[0].node
        turned = isinstance(inner, Transpose) and isinstance(inner.argument, Product)
        body = inner.argument if turned and isinstance(inner, Transpose) else inner
        if isinstance(body, Product):
            scalars += body.factors[:-1]
            body = body.factors[-1]
            inner = transpose_of(body) if turned else body
        flat += inner.factors if isinstance(inner, MatrixProduct) else (inner,)
    array = flat[0] if len(flat) == 1 else MatrixProduct(tuple(flat))
    return signed(product_of([Term(scalar) for scalar in scalars] + [Term(ONE, negative)], array))


def hadamard_of(factors: Iterable[Node]) -> Node:
    """Return the product of arrays of one shape entry by entry, in reading order.

    Examples
    --------
    >>> y = Name("y")
    >>> hadamard_of([y]) == y
    True
    """
    scalars: list[Term] = []
    above: list[Node] = []
    below: list[Node] = []
    for factor in factors:
        if isinstance(factor, Sum) and len(factor.terms) == 1:
            scalars.append(Term(ONE, factor.terms[0].negative))
            factor = factor.terms[0].node
        if isinstance(factor, Product):
            scalars += [Term(scalar) for scalar in factor.factors[:-1]]
            factor = factor.factors[-1]
        if isinstance(factor, ElementwiseQuotient):
            below.append(factor.denominator)
            factor = factor.numerator
        above += factor.factors if isinstance(factor, Hadamard) else (factor,)
    if len(above) > 1:
        above = [node for node in above if not isinstance(node, Ones)] or above[:1]
    sign, above = _turned_entries(above)
    array = _entrywise(above)
    if below:
        array = ElementwiseQuotient(array, _entrywise(below))
    return signed(product_of([*scalars, Term(ONE, sign)], array))


def _turned_entries(above: list[Node]) -> tuple[bool, list[Node]]:
    if len(above) == 1:
        return False, above
    return _turned(above, negative=False)


def _entrywise(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Hadamard(tuple(_in_reading_order(nodes)))
