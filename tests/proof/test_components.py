"""The exact check for small shapes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Integer, exp, log

from derive.language import Partial, index, k, quantity, relu, step, total
from derive.proof.components import compare_components, shapes_for
from derive.proof.points import positions, random_point
from derive.proof.samples import at_point, derivative_depth, differ
from tests.proof.conftest import I2, LETTERS, SUM_TO_ONE, definitions_of, expressions

i, j = LETTERS.i, LETTERS.j
a, y, L, yh = LETTERS.a, LETTERS.y, LETTERS.L, LETTERS.prediction


def outcomes(left: Expr, right: Expr, **known: object) -> list[str]:
    return [found.outcome for found in compare_components(left, right, **known)]  # type: ignore[arg-type]


@given(expressions(depth=2), expressions(depth=2), st.booleans())
@settings(max_examples=60, deadline=None)
def test_equal_components_have_equal_values_and_different_ones_do_not(
    left: Expr, right: Expr, differentiated: bool
) -> None:
    if differentiated:
        left, right = (Partial(side, quantity("a", k)[I2]) for side in (left, right))
    for found in compare_components(left, right):
        depth = max(derivative_depth(left), derivative_depth(right))
        at = at_point((), random_point(found.sizes, 3), depth)
        apart = any(
            differ(at.value(left, places), at.value(right, places))
            for places in positions(left, right, dict(found.sizes))
        )
        assert not (found.outcome == "equal" and apart)
        kinked = left.has(relu, step) or right.has(relu, step)
        assert kinked or not (found.outcome == "undecided" and apart)


@given(expressions(depth=3))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_everything_equals_itself_on_a_common_denominator(expr: Expr) -> None:
    factor = 1 + exp(a[i]) + exp(a[j])
    assert set(outcomes(expr, (expr * factor + factor) / factor - 1)) == {"equal"}


def test_all_sizes_of_every_dimension_occur() -> None:
    shapes = [dict(shape) for shape in shapes_for(("d", "k", "n"))]
    assert [shape["k"] for shape in shapes] == [1, 2, 3, 4]
    assert {shape["d"] for shape in shapes} == {shape["n"] for shape in shapes} == {1, 2}


def test_the_diagonal_and_the_rest_are_both_looked_at() -> None:
    known = {"definitions": definitions_of("softmax", "cross-entropy")}
    diagonal = yh[i] * (1 - yh[i])
    assert outcomes(Partial(yh[i], a[i]), diagonal, **known) == ["equal"] * 4
    assert outcomes(Partial(yh[i], a[j]), diagonal, **known) == ["equal"] + ["different"] * 3
    assert outcomes(Partial(yh[i], a[j]), -yh[i] * yh[j], **known) == ["different"] * 4


def test_an_assumption_eliminates_a_label() -> None:
    left, right = total(y[i], i, k) ** 2, Integer(1)
    assert outcomes(left, right, assumptions=(SUM_TO_ONE,)) == ["equal"] * 4
    assert outcomes(left, right) == ["different"] * 4
    assert outcomes(left, right + 1, assumptions=(SUM_TO_ONE,)) == ["different"] * 4


def test_a_derivative_by_a_label_is_taken_before_the_assumption_is_used() -> None:
    labels = total(y[j], j, k)
    slope = Partial(labels**2, y[i])
    assert outcomes(slope, Integer(2), assumptions=(SUM_TO_ONE,)) == ["equal"] * 4


def test_a_shape_without_values_is_said_to_have_none() -> None:
    others = total(exp(a[j]), j, k) - exp(a[i])
    assert outcomes(log(others), log(others * 2) - log(2)) == ["undefined"] + ["equal"] * 3


def test_symbols_are_independent_numbers() -> None:
    c = LETTERS.c
    assert outcomes(c * a[i], a[i] * c) == ["equal"] * 4
    assert outcomes(c * a[i], a[i]) == ["different"] * 4
    assert outcomes(k * a[i], total(a[i], index("l"), k)) == ["equal"] * 4
