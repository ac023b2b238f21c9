"""The order of terms and factors, signs and common factors: settled here for every printer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from derive.language import layer_of
from derive.notation.orientation import (
    LABEL,
    is_backward,
    is_heavy,
    is_label,
    is_total,
)
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
    PartialFraction,
    Power,
    Product,
    Quotient,
    Subscript,
    Sum,
    SumOver,
    Term,
    Transpose,
    children,
    is_ones,
    walk,
)

__all__ = [
    "ONE",
    "diagonal_of",
    "hadamard_of",
    "is_scale",
    "matrix_product_of",
    "oriented",
    "power_of",
    "product_of",
    "quotient_of",
    "signed",
    "sum_of",
    "sum_over",
    "transpose_of",
]

ONE = Number(Fraction(1))

LETTER_ORDER = ("λ", LABEL, "ŷ", "W", "a", "h", "b")
"""The lecture's order of letters in a product; other letters follow by the alphabet."""


@lru_cache(maxsize=20_000)
def _size(node: Node) -> int:
    return 1 + sum(_size(child) for child in children(node))


def _contains(node: Node, kinds: tuple[type[Node], ...]) -> bool:
    return any(isinstance(part, kinds) for part in walk(node))


def _letter_key(node: Node) -> tuple[int, str]:
    for part in walk(node):
        if isinstance(part, Name):
            letter, _ = layer_of(part.letter)
            known = letter in LETTER_ORDER
            return LETTER_ORDER.index(letter) if known else len(LETTER_ORDER), letter
    return len(LETTER_ORDER), ""


def _layers(node: Node) -> tuple[int, ...]:
    """Return the layers of the names in a node."""
    numbers = (layer_of(part.letter)[1] for part in walk(node) if isinstance(part, Name))
    return tuple(int(number) for number in numbers if number.isdigit())


# Terms ------------------------------------------------------------------------------------------


def _term_kind(node: Node) -> int:
    parts = node.factors if isinstance(node, Product) else (node,)
    if all(isinstance(part, Number) or is_ones(part) for part in parts):
        return 0
    if is_total(node):
        return 4
    if isinstance(node, (Dot, MatrixProduct)):
        return 1
    return 3 if _contains(node, (Call, Exponential, Quotient)) else 2


def _term_key(term: Term) -> tuple[object, ...]:
    node = term.node
    return (
        is_heavy(node),
        term.negative,
        _term_kind(node),
        _size(node),
        _letter_key(node),
        _layers(node),
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


def _is_weighted(term: Term) -> bool:
    """Whether a term has the weight λ of a regulariser, as 2λ W."""
    factors = term.node.factors if isinstance(term.node, Product) else (term.node,)
    return any(isinstance(one, Name) and one.letter == "λ" for one in factors)


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
    weighted = [_is_weighted(term) for term in flat]
    if common != 1 and any(weighted) and not all(weighted):
        # The gradient of the loss and that of the regulariser are then told apart at a glance, and
        # read the same whatever number the loss has in front.
        return Term(Sum(tuple(sorted(flat, key=lambda one: (_is_weighted(one), _term_key(one))))))
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


def is_scale(node: Node) -> bool:
    """Say whether a factor only scales: a number, or a number over dimensions, as 2/n is.

    Examples
    --------
    >>> is_scale(Quotient(ONE, Name("n"))), is_scale(Name("n"))
    (True, False)
    """
    if isinstance(node, Quotient):
        return isinstance(node.numerator, Number) and _is_size(node.denominator)
    return isinstance(node, Number)


def _is_size(node: Node) -> bool:
    """Whether a node is made of numbers and names alone, as 2n is."""
    if isinstance(node, Product):
        return all(_is_size(factor) for factor in node.factors)
    return isinstance(_base(node), (Name, Number))


def _is_complement(total: Sum, node: Node) -> bool:
    """Whether ``total`` is a number and ``node`` with opposite signs, as 1 − ŷᵢ is."""
    parts = [term.node for term in total.terms]
    if len(parts) != 2 or parts[1] != node:
        return False
    return isinstance(parts[0], Number) or is_ones(parts[0])


def _factor_kind(node: Node) -> int:
    if is_scale(node):
        return 0
    if isinstance(node, Quotient) and isinstance(node.numerator, Number):
        return 1
    if isinstance(node, (PartialFraction, Nabla)):
        return 2
    if isinstance(node, Delta) or is_label(_base(node)):
        return 3
    if isinstance(node, SumOver):
        # Σᵢ yᵢ is a number in front; a longer Σ stands where it needs no brackets, at the end.
        return 4 if isinstance(node.body, Subscript) else 11
    if isinstance(node, Sum):
        return 4 if not _contains(node, (Call, Exponential)) and not _inner_sum(node) else 6
    if isinstance(node, (Subscript, Name, Power, Norm, MatrixProduct)):
        return 5
    return {Dot: 6, Exponential: 7, Quotient: 8, Call: 9}.get(type(node), 10)


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
        _layers(node),
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


def _flip(total: Sum) -> Node:
    return sum_of(Term(term.node, not term.negative) for term in total.terms).node


def oriented(node: Node, *, stated: bool = False) -> Term:
    """Return a factor the way a person writes it, with the sign that this leaves over.

    (y − ŷ) is −(ŷ − y), (ŷ − 1) is −(1 − ŷ) and (−a − b) is −(a + b).

    Parameters
    ----------
    node : Node
    stated : bool
        Whether a minus stands in front already. Then (−a − b) stays: turning both signs would hide
        a step of the derivation.

    Examples
    --------
    >>> backward = Sum((Term(Name("y")), Term(Name("ŷ"), negative=True)))
    >>> [part.node for part in oriented(backward).node.terms]
    [Name(letter='ŷ', capital=False), Name(letter='y', capital=False)]
    """
    if isinstance(node, Transpose):
        inner = oriented(node.argument, stated=stated)
        return Term(transpose_of(inner.node), inner.negative)
    if not isinstance(node, Sum):
        return Term(node)
    if len(node.terms) == 1:
        return node.terms[0]
    all_negative = all(term.negative for term in node.terms)
    if is_backward(node) or (all_negative and not stated):
        return Term(_flip(node), negative=True)
    return Term(node)


@dataclass
class _Flat:
    """A product taken apart: its sign, its number, the sizes below the line, and the rest."""

    negative: bool = False
    value: Fraction = Fraction(1)
    sizes: list[Node] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)

    def take(self, factors: Iterable[Term]) -> None:
        pending = list(factors)[::-1]
        while pending:
            term = pending.pop()
            node = term.node
            self.negative ^= term.negative
            if isinstance(node, Number):
                self.value *= node.value
            elif isinstance(node, Quotient) and is_scale(node):
                pending.append(Term(node.numerator))
                self._divide(node.denominator)
            elif isinstance(node, Product):
                pending += [Term(factor) for factor in node.factors[::-1]]
            elif isinstance(node, Sum) and len(node.terms) == 1:
                pending.append(node.terms[0])
            else:
                self.nodes.append(node)

    def _divide(self, below: Node) -> None:
        for factor in below.factors if isinstance(below, Product) else (below,):
            if isinstance(factor, Number):
                self.value /= factor.value
            else:
                self.sizes.append(factor)

    def turn(self) -> None:
        """Write every sum among the factors the way a person does."""
        stated = self.negative
        turned = [oriented(node, stated=stated) for node in self.nodes]
        self.nodes = [term.node for term in turned]
        self.negative ^= sum(term.negative for term in turned) % 2 == 1

    @property
    def scale(self) -> Node | None:
        """The number over the sizes, such as 2/n; None where it is 1."""
        if not self.sizes:
            return Number(self.value) if self.value != 1 else None
        below = _in_reading_order(self.sizes)
        if self.value.denominator != 1:
            below.insert(0, Number(Fraction(self.value.denominator)))
        denominator = below[0] if len(below) == 1 else Product(tuple(below))
        return Quotient(Number(Fraction(self.value.numerator)), denominator)


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
    flat = _Flat()
    flat.take(factors)
    count = len(flat.nodes)
    if last is not None:
        flat.take([Term(last)])
    if flat.value == 0:
        return Term(Number(Fraction(0)))
    scale = flat.scale
    if len(flat.nodes) > 1 or scale is not None or flat.negative:
        flat.turn()
    together = _in_reading_order(flat.nodes[:count]) + flat.nodes[count:]
    if scale is not None or not together:
        together.insert(0, scale or ONE)
    if len(together) == 1:
        return Term(together[0], flat.negative)
    return Term(Product(tuple(together)), flat.negative)


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
    above, below = oriented(numerator.node, stated=negative), oriented(denominator.node)
    negative ^= above.negative ^ below.negative
    return Term(Quotient(above.node, below.node), negative)


def power_of(base: Node, exponent: Node) -> Term:
    """Return a power; (ŷ − 1)² is (1 − ŷ)², and an odd power hands on the sign of its base.

    Examples
    --------
    >>> backward = Sum((Term(Name("ŷ")), Term(ONE, negative=True)))
    >>> power_of(backward, Number(Fraction(3))).negative
    True
    """
    whole = isinstance(exponent, Number) and exponent.value.denominator == 1
    if not isinstance(exponent, Number) or not whole:
        return Term(Power(base, exponent))
    inner = oriented(base)
    return Term(Power(inner.node, exponent), inner.negative and exponent.value % 2 == 1)


def sum_over(index: str, dimension: str, body: Term) -> Term:
    """Return Σ of ``body``, with its sign in front: Σᵢ (−x) is −Σᵢ x.

    Examples
    --------
    >>> sum_over("i", "k", Term(Name("x"), negative=True)).negative
    True
    """
    # The minus leaves the sum, so that it is no longer stated before the factors that stay.
    factors = body.node.factors if isinstance(body.node, Product) else (body.node,)
    turned = [oriented(factor) for factor in factors]
    negative = (body.negative + sum(term.negative for term in turned)) % 2 == 1
    nodes = tuple(term.node for term in turned)
    return Term(
        SumOver(index, dimension, nodes[0] if len(nodes) == 1 else Product(nodes)), negative
    )


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
    if isinstance(node, Sum) and len(node.terms) == 1:
        return Sum((Term(transpose_of(node.terms[0].node), node.terms[0].negative),))
    return Transpose(node)


def matrix_product_of(factors: Iterable[Node]) -> Node:
    """Return the product of arrays, numbers and signs of the factors in front.

    Examples
    --------
    >>> doubled = Product((Number(Fraction(2)), Name("y")))
    >>> matrix_product_of([doubled, Transpose(Name("h"))]).factors[0]
    Number(value=Fraction(2, 1))
    """
    scalars: list[Term] = []
    flat: list[Node] = []
    for factor in factors:
        front, array = _apart_from_scalars(factor)
        scalars += front
        flat += array.factors if isinstance(array, MatrixProduct) else (array,)
    array = flat[0] if len(flat) == 1 else MatrixProduct(tuple(flat))
    return signed(product_of(scalars, array))


def _apart_from_scalars(factor: Node) -> tuple[list[Term], Node]:
    """Return the scalars and the sign of an array, and the array without them."""
    turned = isinstance(factor, Transpose) and isinstance(factor.argument, Product)
    term = oriented(transpose_of(factor) if turned else factor)
    front, array = [Term(ONE, term.negative)], term.node
    if isinstance(array, Product):
        front += [Term(scalar) for scalar in array.factors[:-1]]
        array = array.factors[-1]
    return front, transpose_of(array) if turned else array


def diagonal_of(node: Node) -> Node:
    """Return the matrix with a vector on its diagonal, numbers and signs of the vector in front.

    Examples
    --------
    >>> diagonal_of(Product((Number(Fraction(2)), Name("y")))).factors[0]
    Number(value=Fraction(2, 1))
    """
    front, vector = _apart_from_scalars(node)
    return signed(product_of(front, Diagonal(vector)))


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
        above = [node for node in above if not is_ones(node)] or above[:1]
    if len(above) == 1 and not below:
        return signed(product_of(scalars, above[0]))
    front, above = _turned_entries(above)
    under, below = _turned_entries(below)
    array = _entrywise(above)
    if below:
        array = ElementwiseQuotient(array, _entrywise(below))
    return signed(product_of([*scalars, *front, *under], array))


def _turned_entries(nodes: list[Node]) -> tuple[list[Term], list[Node]]:
    turned = [oriented(node) for node in nodes]
    return [Term(ONE, term.negative) for term in turned], [term.node for term in turned]


def _entrywise(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Hadamard(tuple(_in_reading_order(nodes)))
