"""Order, signs and common factors change the writing and not the value."""

from __future__ import annotations

import random
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from derive.notation import tree as t
from derive.notation.arrange import product_of, signed, sum_of, transpose_of
from tests.notation.meaning import World, meaning

WORLD = World({"k": 2}, {}, {"x": Fraction(3, 2), "y": Fraction(-5, 7), "z": Fraction(11)})

names = st.sampled_from("xyz").map(t.Name)
numbers = st.fractions(min_value=0, max_value=4, max_denominator=3).map(t.Number)
atoms: st.SearchStrategy[t.Node] = st.one_of(names, numbers)


def term_of(node: t.Node, negative: bool) -> t.Term:
    return t.Term(node, negative)


def built(parts: st.SearchStrategy[t.Node]) -> st.SearchStrategy[t.Node]:
    terms = st.lists(st.builds(term_of, parts, st.booleans()), min_size=1, max_size=4)
    return st.one_of(terms.map(sum_of).map(signed), terms.map(product_of).map(signed))


nodes = st.recursive(atoms, built, max_leaves=8)
terms = st.lists(st.builds(term_of, nodes, st.booleans()), min_size=1, max_size=5)


def value(term: t.Term) -> Fraction:
    number: Fraction = meaning(term.node, WORLD)
    return -number if term.negative else number


@given(terms)
def test_a_sum_has_the_value_of_its_terms(parts: list[t.Term]) -> None:
    assert value(sum_of(parts)) == sum((value(part) for part in parts), Fraction(0))


@given(terms)
def test_a_product_has_the_value_of_its_factors(parts: list[t.Term]) -> None:
    expected = Fraction(1)
    for part in parts:
        expected *= value(part)
    assert value(product_of(parts)) == expected


@given(terms, st.randoms(use_true_random=False))
def test_order_does_not_depend_on_the_order_given(
    parts: list[t.Term], chance: random.Random
) -> None:
    shuffled = parts[:]
    chance.shuffle(shuffled)
    assert sum_of(shuffled) == sum_of(parts)


@given(terms)
def test_numbers_stand_in_front_and_once(parts: list[t.Term]) -> None:
    node = product_of(parts).node
    if isinstance(node, t.Product):
        assert not any(isinstance(factor, t.Number) for factor in node.factors[1:])


def test_transposing_twice_changes_nothing() -> None:
    product = t.MatrixProduct((t.Name("W"), t.Transpose(t.Name("h"))))
    for node in (t.Name("W"), product, t.Identity("k"), t.Product((t.Name("x"), t.Name("W")))):
        assert transpose_of(transpose_of(node)) == node
