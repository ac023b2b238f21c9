"""What notation and index expressions mean, worked out entry by entry on plain lists.

Two evaluators that share nothing but the numbers: one of index expressions, by the definitions of
Σ, δ and `Entries`; one of notation, by the definitions of matrix products and their kin.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

from sympy import Add, Expr, Indexed, KroneckerDelta, Mul, Pow, Rational, S, Symbol
from sympy import Sum as SymbolicSum

from derive.language import Entries, Partial, SquaredNorm, softmax
from derive.notation import tree as t

Value = Any
"""A Fraction or a float, a list of them, or a list of lists."""


def logistic(value: Value) -> Value:
    return 1 / (1 + value * value)


FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    "sigmoid": logistic,
    "tanh": lambda value: value / (2 + value * value),
    "cosh": lambda value: 3 + value * value,
    "sinh": lambda value: value * (5 + value * value),
    "exp": lambda value: 1 / (3 + value * value) + (value > 0),
    "log": lambda value: 2 * value - value**3,
    "softplus": lambda value: value + 7,
    "relu": lambda value: max(value, Fraction(0)),
    "step": lambda value: Fraction(value > 0),
}
"""Exact rational stand-ins: a reading says where a function is applied, not what it computes.

cosh is even, sinh and tanh are odd, as SymPy takes them to be.
"""


def stand_in_softmax(vector: list[Value]) -> list[Value]:
    below = sum((1 + value * value for value in vector), Fraction(0))
    return [(1 + value * value) / below for value in vector]


@dataclass
class World:
    """Numbers for the sizes, the quantities, the scalars and the derivatives."""

    sizes: Mapping[str, int]
    arrays: Mapping[str, Value]
    scalars: Mapping[str, Value] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)

    def at(self, **labels: int) -> World:
        return World(self.sizes, self.arrays, self.scalars, {**self.labels, **labels})

    def entry(self, letter: str, places: tuple[int, ...]) -> Value:
        value = self.arrays[letter]
        for place in places:
            value = value[place]
        return value


def derivative(of: tuple[Any, ...], by: tuple[Any, ...]) -> Fraction:
    """A number for ∂of/∂by, the same for the same entries and symmetric in second derivatives."""
    text = repr((of, sorted(by)))
    return Fraction(sum(place * ord(sign) for place, sign in enumerate(text, 3)) % 101 - 50, 7)


# Index expressions ------------------------------------------------------------------------------


def value_of(expr: Expr, world: World) -> Value:
    if isinstance(expr, Rational):
        return Fraction(int(expr.p), int(expr.q))
    if expr is S.Exp1:
        return FUNCTIONS["exp"](Fraction(1))
    if isinstance(expr, Symbol):
        return Fraction({**world.scalars, **world.sizes}[str(expr)])
    if isinstance(expr, Indexed):
        return world.entry(str(expr.base.label), places_of(expr, world))
    if isinstance(expr, Add):
        return sum((value_of(part, world) for part in expr.args), Fraction(0))
    if isinstance(expr, Mul):
        return math.prod((value_of(part, world) for part in expr.args), start=Fraction(1))
    if isinstance(expr, Pow):
        return value_of(expr.base, world) ** int(expr.exp)
    if isinstance(expr, KroneckerDelta):
        left, right = (world.labels[str(part)] for part in expr.args)
        return Fraction(left == right)
    return value_of_node(expr, world)


def places_of(entry: Indexed, world: World) -> tuple[int, ...]:
    return tuple(world.labels[str(place)] for place in entry.indices)


def value_of_node(expr: Expr, world: World) -> Value:
    if isinstance(expr, SymbolicSum):
        names = [(str(limit[0]), world.sizes[str(limit[2])]) for limit in expr.limits]
        ranges = product(*(range(size) for _, size in names))
        worlds = (
            world.at(**{name: place for (name, _), place in zip(names, places, strict=True)})
            for places in ranges
        )
        return sum((value_of(expr.function, inner) for inner in worlds), Fraction(0))
    if isinstance(expr, Entries):
        return entries(expr.expr, expr.axes, world)
    if isinstance(expr, SquaredNorm):
        return sum((part * part for part in flat(value_of(expr.vector, world))), Fraction(0))
    if isinstance(expr, Partial):
        return value_of_partial(expr, world)
    if isinstance(expr, softmax):
        return stand_in_softmax(value_of(expr.args[0], world))[world.labels[str(expr.args[1])]]
    return FUNCTIONS[type(expr).__name__](value_of(expr.args[0], world))


def value_of_partial(expr: Partial, world: World) -> Value:
    by: list[Any] = []
    of: Expr = expr
    while isinstance(of, Partial):
        by.append((str(of.variable.base.label), places_of(of.variable, world)))
        of = of.expr
    if isinstance(of, Indexed):
        return derivative((str(of.base.label), places_of(of, world)), tuple(by))
    return derivative((str(of), ()), tuple(by))


def entries(body: Expr, axes: tuple[Any, ...], world: World) -> Value:
    if not axes:
        return value_of(body, world)
    (position, size), *rest = axes
    return [
        entries(body, tuple(rest), world.at(**{str(position): place}))
        for place in range(world.sizes[str(size)])
    ]


def flat(value: Value) -> list[Value]:
    return [part for row in value for part in flat(row)] if isinstance(value, list) else [value]


# Notation ---------------------------------------------------------------------------------------


def is_array(value: Value) -> bool:
    return isinstance(value, list)


def entrywise(function: Callable[..., Value], *values: Value) -> Value:
    if any(is_array(value) for value in values):
        assert all(is_array(value) for value in values), "arrays and scalars do not mix"
        return [entrywise(function, *parts) for parts in zip(*values, strict=True)]
    return function(*values)


def scaled(left: Value, right: Value) -> Value:
    assert not is_array(left), "the array of a product comes last"
    return entrywise(lambda value: left * value, right)


class Row(list[Any]):
    """A vector written as a row, such as hᵀ."""


def transposed(value: Value) -> Value:
    if isinstance(value, Row):
        return list(value)
    if value and is_array(value[0]):
        return [list(column) for column in zip(*value, strict=True)]
    return Row(value)


def multiplied(left: Value, right: Value) -> Value:
    """A product of two matrices, columns and rows, by the rules of shapes."""
    if isinstance(left, Row):
        if is_array(right[0]):
            return Row(sum_products(left, column) for column in zip(*right, strict=True))
        assert not isinstance(right, Row)
        return sum_products(left, right)
    if is_array(left) and is_array(left[0]):
        if is_array(right[0]):
            columns = list(zip(*right, strict=True))
            return [[sum_products(row, column) for column in columns] for row in left]
        assert not isinstance(right, Row)
        return [sum_products(row, right) for row in left]
    assert isinstance(right, Row), "a column is multiplied by a row"
    return [[above * below for below in right] for above in left]


def sum_products(left: Any, right: Any) -> Value:
    return sum((one * other for one, other in zip(left, right, strict=True)), Fraction(0))


def meaning(node: t.Node, world: World) -> Value:
    return MEANINGS[type(node)](node, world)


def meaning_of_name(node: t.Name, world: World) -> Value:
    for table in (world.arrays, world.scalars, world.sizes):
        if node.letter in table:
            return table[node.letter]
    raise KeyError(node.letter)


def meaning_of_sum(node: t.Sum, world: World) -> Value:
    parts = [meaning(term.node, world) for term in node.terms]
    signed = [
        entrywise(lambda value: -value, part) if term.negative else part
        for part, term in zip(parts, node.terms, strict=True)
    ]
    return entrywise(lambda *values: sum(values, Fraction(0)), *signed)


def meaning_of_product(node: t.Product, world: World) -> Value:
    *front, last = (meaning(factor, world) for factor in node.factors)
    for factor in reversed(front):
        last = scaled(factor, last)
    return last


def meaning_of_subscript(node: t.Subscript, world: World) -> Value:
    value = meaning(node.base, world)
    for position in node.indices:
        value = value[world.labels[position]]
    return value


def meaning_of_call(node: t.Call, world: World) -> Value:
    value = meaning(node.arguments[0], world)
    if node.function == "softmax":
        rows = is_array(value[0])
        return [stand_in_softmax(row) for row in value] if rows else stand_in_softmax(value)
    return entrywise(FUNCTIONS[node.function], value)


def meaning_of_sum_over(node: t.SumOver, world: World) -> Value:
    size = world.sizes[node.dimension]
    parts = [meaning(node.body, world.at(**{node.index: place})) for place in range(size)]
    return entrywise(lambda *values: sum(values, Fraction(0)), *parts)


def meaning_of_matrix_product(node: t.MatrixProduct, world: World) -> Value:
    first, *rest = (meaning(factor, world) for factor in node.factors)
    for factor in rest:
        first = multiplied(first, factor)
    return first


def meaning_of_diagonal(node: t.Diagonal, world: World) -> Value:
    vector = meaning(node.argument, world)
    return [
        [value if row == column else Fraction(0) for column in range(len(vector))]
        for row, value in enumerate(vector)
    ]


def spots(node: t.Node, world: World) -> Value:
    """The entries that a name stands for, as an array of (letter, places)."""
    base, labels = (node.base, node.indices) if isinstance(node, t.Subscript) else (node, ())
    assert isinstance(base, t.Name)
    start = tuple(world.labels[label] for label in labels)
    value: Any = dict(world.arrays).get(base.letter)
    for place in start:
        value = value[place]

    def build(part: Value, places: tuple[int, ...]) -> Value:
        if is_array(part):
            return [build(inner, (*places, number)) for number, inner in enumerate(part)]
        return base.letter, places

    return build(value, start) if value is not None else (base.letter, ())


def over_spots(function: Callable[[Any], Value], where: Value) -> Value:
    if is_array(where):
        return [over_spots(function, part) for part in where]
    return function(where)


def meaning_of_partial(node: t.PartialFraction, world: World) -> Value:
    by = [spots(name, world) for name in node.by]
    if len(by) > 1:
        return derivative(spots(node.of, world), tuple(reversed(by)))
    return over_spots(
        lambda of: over_spots(lambda spot: derivative(of, (spot,)), by[0]), spots(node.of, world)
    )


def meaning_of_nabla(node: t.Nabla, world: World) -> Value:
    of, by = spots(node.of, world), spots(node.by, world)
    if node.order == 1:
        return over_spots(lambda spot: derivative(of, (spot,)), by)
    return over_spots(lambda one: over_spots(lambda two: derivative(of, (one, two)), by), by)


def meaning_of_bracketed(node: t.Bracketed, world: World, sizes: Mapping[str, str]) -> Value:
    def build(names: tuple[str, ...], inner: World) -> Value:
        if not names:
            return meaning(node.body, inner)
        size = inner.sizes[sizes[names[0]]]
        return [build(names[1:], inner.at(**{names[0]: place})) for place in range(size)]

    return build(node.indices, world)


LETTER_SIZES = {
    **dict.fromkeys("ijlp", "k"),
    **dict.fromkeys("qrst", "d"),
    **dict.fromkeys("muvw", "n"),
}

MEANINGS: dict[type[t.Node], Callable[[Any, World], Value]] = {
    t.Number: lambda node, world: node.value,
    t.Name: meaning_of_name,
    t.Subscript: meaning_of_subscript,
    t.Sum: meaning_of_sum,
    t.Product: meaning_of_product,
    t.Quotient: lambda node, world: scaled(
        1 / Fraction(meaning(node.denominator, world)), meaning(node.numerator, world)
    ),
    t.Power: lambda node, world: meaning(node.base, world) ** int(meaning(node.exponent, world)),
    t.Exponential: lambda node, world: FUNCTIONS["exp"](meaning(node.exponent, world)),
    t.Call: meaning_of_call,
    t.SumOver: meaning_of_sum_over,
    t.Delta: lambda node, world: Fraction(world.labels[node.left] == world.labels[node.right]),
    t.Dot: lambda node, world: sum_products(meaning(node.left, world), meaning(node.right, world)),
    t.Transpose: lambda node, world: transposed(meaning(node.argument, world)),
    t.MatrixProduct: meaning_of_matrix_product,
    t.Hadamard: lambda node, world: entrywise(
        lambda *values: math.prod(values), *(meaning(part, world) for part in node.factors)
    ),
    t.ElementwiseQuotient: lambda node, world: entrywise(
        lambda above, below: above / below,
        meaning(node.numerator, world),
        meaning(node.denominator, world),
    ),
    t.ElementwisePower: lambda node, world: entrywise(
        lambda value: value**node.exponent, meaning(node.base, world)
    ),
    t.Norm: lambda node, world: Root(
        sum((part * part for part in flat(meaning(node.argument, world))), Fraction(0))
    ),
    t.PartialFraction: meaning_of_partial,
    t.Nabla: meaning_of_nabla,
    t.Diagonal: meaning_of_diagonal,
    t.Identity: lambda node, world: meaning_of_identity(world.sizes[node.dimension]),
    t.Ones: lambda node, world: meaning_of_ones(node, world),
    t.Bracketed: lambda node, world: meaning_of_bracketed(node, world, LETTER_SIZES),
}


@dataclass(frozen=True)
class Root:
    """A square root kept exact until it is squared."""

    square: Fraction

    def __pow__(self, exponent: int) -> Fraction:
        assert exponent == 2
        return self.square


def meaning_of_ones(node: t.Ones, world: World) -> Value:
    return [Fraction(1)] * world.sizes[node.dimension]


def meaning_of_identity(size: int) -> Value:
    return [[Fraction(row == column) for column in range(size)] for row in range(size)]
