"""A bound index is never also free, or bound around it; renaming changes no meaning."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol

from derive.language import Entries, index, k, quantity, total
from derive.notation import read
from derive.notation import tree as t
from derive.notation.indices import apart, free_in
from tests.notation.clashes import clashes
from tests.notation.meaning import World, meaning

WORLD = World(
    {"k": 3},
    {
        "x": [Fraction(2, 3), Fraction(-5, 7), Fraction(11)],
        "M": [[Fraction(3 * row - 7 * column, 5) for column in range(3)] for row in range(3)],
    },
    {},
    {letter: place % 3 for place, letter in enumerate("ijlp")},
)
letters = st.sampled_from("ijlp")


def grown(below: st.SearchStrategy[t.Node]) -> st.SearchStrategy[t.Node]:
    pairs = st.tuples(below, below)
    return st.one_of(
        st.builds(lambda letter, body: t.SumOver(letter, "k", body), letters, below),
        pairs.map(t.Product),
        pairs.map(lambda both: t.Sum((t.Term(both[0]), t.Term(both[1], negative=True)))),
    )


atoms: st.SearchStrategy[t.Node] = st.one_of(
    letters.map(lambda letter: t.Subscript(t.Name("x"), (letter,))),
    st.builds(lambda *both: t.Subscript(t.Name("M"), both), letters, letters),
    st.builds(t.Delta, letters, letters),
)
trees = st.recursive(atoms, grown, max_leaves=8)


@given(trees, st.sets(letters))
def test_no_bound_index_is_left_that_could_be_mistaken(node: t.Node, taken: set[str]) -> None:
    assert not list(clashes(apart(node, taken), taken))


@given(trees, st.sets(letters))
def test_renaming_changes_neither_the_value_nor_what_is_free(node: t.Node, taken: set[str]) -> None:
    renamed = apart(node, taken)
    assert meaning(renamed, WORLD) == meaning(node, WORLD)
    assert free_in(renamed) == free_in(node)


@given(trees, st.sets(letters))
def test_what_cannot_be_mistaken_keeps_its_letters(node: t.Node, taken: set[str]) -> None:
    once = apart(node, taken)
    assert apart(once, taken) == once


def test_a_reading_is_apart_by_itself() -> None:
    i, q = index("i"), index("q")
    y, prediction, W = quantity("y", k), quantity("ŷ", k), quantity("W", k, Symbol("d"))
    labels = total(y[i], i, k)
    expr = Entries(total((labels * prediction[i] - y[i]) * W[i, q], i, k), (q, Symbol("d")))
    for style in ("rows", "index"):
        assert not list(clashes(read(expr, style)))


def test_the_search_for_clashes_finds_them() -> None:
    entry = t.Subscript(t.Name("x"), ("i",))
    total_of = t.SumOver("i", "k", entry)

    def found(node: t.Node, *taken: str) -> Iterator[str]:
        return clashes(node, taken)

    assert list(found(t.Product((entry, total_of)))) == ["i"]
    assert list(found(t.SumOver("i", "k", t.Product((entry, total_of))))) == ["i"]
    assert list(found(total_of, "i")) == ["i"]
    assert list(found(t.Bracketed(total_of, ("i",)))) == ["i"]
    assert not list(found(t.Sum((t.Term(total_of), t.Term(total_of)))))
