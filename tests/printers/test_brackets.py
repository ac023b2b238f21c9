"""Brackets: two trees that are written alike mean the same, in every printer.

All trees of a small depth are written out and grouped by what is printed: in each group there is
one value. (x + y)z and x + yz, ln(x)y and ln(xy), (ab)ᵀ and abᵀ can then not be confused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import product

import pytest

from derive.notation import tree as t
from derive.printers import html_of, latex_of, text_of
from tests.notation.meaning import Value, World, meaning

SIZES = {"k": 2, "d": 2}
WORLD = World(
    SIZES,
    {
        "x": [Fraction(3, 5), Fraction(-7, 4)],
        "u": [Fraction(2, 9), Fraction(13, 3)],
        "M": [[Fraction(5), Fraction(-3, 8)], [Fraction(1, 7), Fraction(19)]],
        "B": [[Fraction(1, 3), Fraction(4)], [Fraction(-6, 5), Fraction(17, 2)]],
    },
    {"c": Fraction(23, 11)},
    {"i": 0},
)

PRINTERS: dict[str, Callable[[t.Node], str]] = {
    "text": text_of,
    "ascii": lambda node: text_of(node, ascii=True),
    "latex": latex_of,
    "html": html_of,
}


def summed(left: t.Node, right: t.Node, negative: bool) -> t.Node:
    return t.Sum((t.Term(left), t.Term(right, negative)))


def scalars(below: list[t.Node]) -> Iterator[t.Node]:
    for node in below:
        yield t.Sum((t.Term(node, negative=True),))
        yield t.Power(node, t.Number(Fraction(2)))
        yield t.Exponential(node)
        yield t.Call("log", (node,))
        yield t.Call("tanh", (node,))
        yield t.SumOver("i", "k", node)
    for left, right in product(below, repeat=2):
        yield summed(left, right, negative=False)
        yield summed(left, right, negative=True)
        yield t.Product((left, right))
        yield t.Quotient(left, right)


def matrices(below: list[t.Node]) -> Iterator[t.Node]:
    for node in below:
        yield t.Transpose(node)
        yield t.Sum((t.Term(node, negative=True),))
        yield t.Product((t.Name("c"), node))
        yield t.Call("log", (node,))
        yield t.ElementwisePower(node, 3)
    for left, right in product(below, repeat=2):
        yield summed(left, right, negative=True)
        yield t.MatrixProduct((left, right))
        yield t.Hadamard((left, right))
        yield t.ElementwiseQuotient(left, right)


ENTRY: list[t.Node] = [t.Subscript(t.Name("x"), ("i",)), t.Name("c"), t.Number(Fraction(2))]
ARRAYS: list[t.Node] = [t.Name("M"), t.Name("B")]


def first_layer(
    atoms: list[t.Node], grow: Callable[[list[t.Node]], Iterable[t.Node]]
) -> list[t.Node]:
    return [*atoms, *grow(atoms)]


def value(node: t.Node) -> Value | None:
    try:
        return repr(meaning(node, WORLD))
    except ZeroDivisionError:
        return None


def two_layers() -> Iterator[t.Node]:
    yield from scalars(first_layer(ENTRY[:2], scalars))
    yield from scalars(first_layer(ENTRY[2:], scalars))
    yield from matrices(first_layer(ARRAYS, matrices))


TREES = [(node, worth) for node in two_layers() if (worth := value(node)) is not None]


@pytest.mark.parametrize("name", PRINTERS)
def test_trees_that_are_written_alike_mean_the_same(name: str) -> None:
    write = PRINTERS[name]
    groups: dict[str, tuple[t.Node, Value]] = {}
    for node, worth in TREES:
        written = write(node)
        first, expected = groups.setdefault(written, (node, worth))
        assert worth == expected, (written, first, node)
    assert len(groups) > 3000
