"""A reading means what the expression means, whatever the contraction pattern."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Function, Indexed, Integer, KroneckerDelta, Rational, Symbol, exp, tanh

from derive.errors import UnknownOption, UnsupportedExpression
from derive.language import Entries, d, index, k, n, quantity, total
from derive.notation import STYLES, read
from derive.notation import tree as t
from derive.notation.tree import walk
from tests.expressions import EXPRESSIONS, Line
from tests.notation.meaning import World, flat, meaning, value_of

SHAPES = {
    "a": (k,),
    "y": (k,),
    "ŷ": (k,),
    "b": (k,),
    "h": (d,),
    "W": (k, d),
    "M": (k, d),
    "Q": (k, k),
    "X": (n, d),
    "Z": (n, k),
    "ℓ": (n,),
}
SIZES = {"k": 2, "d": 3, "n": 4}
LETTERS = {k: ("i", "j", "l"), d: ("q", "r"), n: ("m", "u")}
SCALARS = {"L": Fraction(7, 3), "c": Fraction(1, 2)}
LABELS = {"i": 1, "j": 0, "l": 1, "q": 2, "r": 1, "m": 3, "u": 0, "p": 1}


def numbers(shape: tuple[Symbol, ...], seed: int) -> Any:
    """Distinct, sign-changing fractions, so that no transposed or swapped reading agrees."""
    if not shape:
        return Fraction((seed * 37) % 61 - 30, 7 + seed % 5)
    size = SIZES[str(shape[0])]
    return [numbers(shape[1:], seed * 5 + place * 3 + 1) for place in range(size)]


def world_for(shapes: dict[str, tuple[Symbol, ...]]) -> World:
    arrays = {
        name: numbers(shape, number + 2) for number, (name, shape) in enumerate(shapes.items())
    }
    return World(SIZES, arrays, SCALARS, LABELS)


def shapes_in(expr: Expr) -> dict[str, tuple[Symbol, ...]]:
    found = {str(entry.base.label): tuple(entry.base.shape) for entry in expr.atoms(Indexed)}
    return dict(sorted(found.items()))


@st.composite
def factors(draw: st.DrawFn, positions: tuple[Symbol, ...], depth: int = 1) -> Expr:
    """An expression over some of the open positions."""
    choices = [entry for name, shape in SHAPES.items() for entry in places(name, shape, positions)]
    kinds = ("entry", "entry", "entry", "sum", "function", "reciprocal", "delta", "number")
    kind = draw(st.sampled_from(kinds))
    if kind == "number" or not choices:
        return Integer(draw(st.integers(1, 3)))
    if kind == "delta" and len(same := pairs(positions)) > 0:
        return KroneckerDelta(*draw(st.sampled_from(same)))
    if kind == "sum" and depth:
        terms = [draw(factors(positions, depth - 1)) for _ in range(2)]
        return terms[0] - terms[1]
    if kind == "reciprocal" and depth:
        # No sum or product of the numbers below has this denominator, so that nothing is over 0.
        return (draw(factors(positions, depth - 1)) - Rational(1, 1009)) ** -draw(st.integers(1, 3))
    if kind == "function" and depth:
        head = draw(st.sampled_from((tanh, exp, lambda value: value**2)))
        return head(draw(factors(positions, depth - 1)))
    return draw(st.sampled_from(choices))


def places(name: str, shape: tuple[Symbol, ...], positions: tuple[Symbol, ...]) -> list[Expr]:
    found: list[tuple[Symbol, ...]] = [()]
    for size in shape:
        of_size = [p for p in positions if str(p) in LETTERS[size]]
        found = [(*start, position) for start in found for position in of_size]
    return [quantity(name, *shape)[indices] for indices in found]


def pairs(positions: tuple[Symbol, ...]) -> list[tuple[Symbol, Symbol]]:
    return [
        (one, two)
        for size in LETTERS
        for one in positions
        for two in positions
        if str(one) < str(two) and {str(one), str(two)} <= set(LETTERS[size])
    ]


SIZE_OF = {index(letter): size for size, letters in LETTERS.items() for letter in letters}


@st.composite
def arrays(draw: st.DrawFn) -> Entries:
    """`Entries` of products summed over some indices, with labels left free now and then."""
    positions = draw(
        st.lists(st.sampled_from(sorted(SIZE_OF, key=str)), min_size=1, max_size=4, unique=True)
    )
    cut = draw(st.integers(1, min(2, len(positions))))
    axes, others = positions[:cut], positions[cut:]
    body = draw(factors(tuple(positions)))
    for _ in range(draw(st.integers(1, 3))):
        body = body * draw(factors(tuple(positions)))
    for position in others:
        if draw(st.integers(0, 3)):
            body = total(body, position, SIZE_OF[position])
    if draw(st.booleans()):
        body = body + draw(factors(tuple(axes)))
    return Entries(body, *((position, SIZE_OF[position]) for position in axes))


WORLD = world_for(SHAPES)


@given(arrays())
@settings(max_examples=300, deadline=None)
def test_every_reading_means_the_expression(expr: Entries) -> None:
    expected = value_of(expr, WORLD)
    for style in STYLES:
        node = read(expr, style)
        if node == t.Number(Fraction(0)):
            assert not any(flat(expected)), "0 stands for an array of zeros, and for nothing else"
        else:
            assert meaning(node, WORLD) == expected, style


@pytest.mark.parametrize("line", EXPRESSIONS, ids=lambda line: line.name)
def test_listed_expressions_mean_what_they_read(line: Line) -> None:
    world = world_for(shapes_in(line.expr))
    for style in STYLES:
        assert flat(meaning(read(line.expr, style), world)) == flat(value_of(line.expr, world))


@pytest.mark.parametrize("line", EXPRESSIONS, ids=lambda line: line.name)
def test_no_reading_has_a_double_minus(line: Line) -> None:
    for style in STYLES:
        for node in walk(read(line.expr, style)):
            if isinstance(node, t.Sum):
                terms = [term.node for term in node.terms]
                assert not any(isinstance(term, t.Sum) and term.terms[0].negative for term in terms)
            if isinstance(node, t.Number):
                assert node.value >= 0


def test_an_axis_that_nothing_depends_on_is_filled_with_ones() -> None:
    i, q = index("i"), index("q")
    expr = Entries(quantity("a", k)[i], (i, k), (q, d))
    assert read(expr) == t.MatrixProduct((t.Name("a"), t.Transpose(t.Ones("d"))))


def test_a_bound_index_with_the_name_of_an_axis_is_another_index() -> None:
    i, j = index("i"), index("j")
    weights, a = quantity("Q", k, k), quantity("a", k)
    inner = total(weights[j, i] * a[i], i, k)
    expr = Entries(total(weights[i, j] * inner, j, k), (i, k))
    assert read(expr) == t.MatrixProduct((t.Name("Q"), t.Name("Q"), t.Name("a")))
    assert meaning(read(expr), WORLD) == value_of(expr, WORLD)


def test_three_matrices_in_one_index_fall_back_to_indices() -> None:
    i, j, q = index("i"), index("j"), index("q")
    Q, W, M = quantity("Q", k, k), quantity("W", k, d), quantity("M", k, d)
    expr = Entries(
        total(Q[i, j] * W[j, q] * M[j, index("r")], j, k), (i, k), (q, d), (index("r"), d)
    )
    node = read(expr)
    assert isinstance(node, t.Bracketed)
    assert meaning(node, WORLD) == value_of(expr, WORLD)


def test_an_unknown_style_is_refused_with_the_styles_there_are() -> None:
    with pytest.raises(UnknownOption, match=r"style='rwos' is not an option.*'matrix', 'rows'"):
        read(quantity("a", k)[index("i")], "rwos")


class unlisted(Function):  # type: ignore[misc]  # noqa: N801
    """A function that no table holds."""


@pytest.mark.parametrize("style", STYLES)
def test_a_function_outside_the_table_is_refused_by_name(style: str) -> None:
    i = index("i")
    entry = unlisted(quantity("a", k)[i])
    for expr in (entry, Entries(entry, (i, k)), total(entry, i, k)):
        with pytest.raises(UnsupportedExpression, match="unlisted"):
            read(expr, style)
