"""Which labels can be predicted exactly: the lecture's remark about 0.05 and 0.95."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import derive
from derive.catalogue import outputs


def softmax(a: tuple[float, ...]) -> list[float]:
    exponentials = [math.exp(entry - max(a)) for entry in a]
    return [entry / math.fsum(exponentials) for entry in exponentials]


PREDICT = {
    "linear": list,
    "sigmoid": lambda a: [1 / (1 + math.exp(-entry)) for entry in a],
    "softmax": softmax,
    "relu": lambda a: [max(entry, 0.0) for entry in a],
}


def test_every_output_of_the_catalogue_has_a_reference() -> None:
    assert {row.name for row in outputs()} == set(PREDICT)
    assert all(row.inverse is not None for row in outputs())


@given(st.lists(st.decimals("0.01", "0.99", places=2), min_size=1, max_size=5))
def test_labels_inside_are_reached_by_the_pre_activation_that_is_given(labels) -> None:
    for name in ("linear", "sigmoid", "relu"):
        found = derive.pair(name, "squared-error").attainable(labels)
        assert found
        reached = PREDICT[name](found.pre_activation)
        # a and ŷ are each rounded once; the slope of a unit by a is at most 1.
        assert all(
            abs(got - float(label)) <= 1e-15 * (1 + abs(a))
            for got, label, a in zip(reached, labels, found.pre_activation, strict=True)
        )


@given(st.lists(st.integers(1, 50), min_size=2, max_size=6))
def test_softmax_reaches_positive_labels_that_sum_to_one_and_no_others(weights) -> None:
    pair = derive.pair("softmax", "cross-entropy")
    whole = [Fraction(weight, sum(weights)) for weight in weights]
    found = pair.attainable(whole)
    assert found
    reached = softmax(found.pre_activation)
    assert all(abs(got - float(label)) < 1e-14 for got, label in zip(reached, whole, strict=True))
    short = pair.attainable([label / 2 for label in whole])
    assert not short
    assert short.pre_activation is None
    assert "do not sum" in short.reason


@given(st.lists(st.sampled_from([0, 1]), min_size=1, max_size=5))
def test_0_and_1_are_never_reached_by_a_sigmoid(labels) -> None:
    found = derive.pair("sigmoid", "logistic").attainable(labels)
    assert not found
    assert "only in a limit" in found.reason


def test_one_hot_labels_are_not_reached_by_softmax_but_smoothed_ones_are() -> None:
    pair = derive.pair("softmax", "cross-entropy")
    assert not pair.attainable([1, 0, 0])
    assert pair.attainable([0.9, 0.05, 0.05])
    assert pair.attainable([1.0]).pre_activation == (0.0,)


def test_relu_reaches_what_is_not_negative() -> None:
    pair = derive.pair("relu", "squared-error")
    assert pair.attainable([0, 2.5]).pre_activation == (0.0, 2.5)
    assert "y₂ = -1" in pair.attainable([0, -1]).reason


def test_a_row_without_inverse_says_what_to_do() -> None:
    from sympy import Reals

    from derive.attainability import attainable

    row = derive.Output("identity", lambda a, i: a[i], Reals)
    with pytest.raises(derive.DeriveError, match="inverse=lambda y, i"):
        attainable(row, [1.0])


def test_floats_stand_for_what_is_rounded_to_them() -> None:
    pair = derive.pair("softmax", "cross-entropy")
    assert pair.attainable([1 / 3] * 3)
    assert pair.attainable([0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3])
    assert not pair.attainable([Fraction(333, 1000)] * 3)
    assert not pair.attainable([0.33] * 3)
