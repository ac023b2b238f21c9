"""What the strategies promise: domains, finiteness, coverage, and what they shrink towards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, find, given, settings
from hypothesis import strategies as st

from numeric import strategies
from numeric.errors import InvalidLabels, UnknownName
from numeric.strategies import DOMAINS, MAGNITUDES, LabelDomain, Shape

QUIET = settings(database=None, deadline=None, derandomize=True, max_examples=500)
dtypes = st.sampled_from([np.float64, np.float32])
domains = st.sampled_from(sorted(DOMAINS))


@given(domains, dtypes, strategies.shapes(), st.data())
def test_labels_lie_in_their_domain(
    domain: str, dtype: Any, shape: Shape, data: st.DataObject
) -> None:
    y = data.draw(strategies.labels(domain, shape.output, dtype))
    assert (y.shape, y.dtype) == (shape.output, np.dtype(dtype))
    assert np.all(np.isfinite(y))
    assert DOMAINS[domain].contains(y)


@given(dtypes, strategies.shapes(), st.data())
def test_the_simplex_sums_to_one_within_ulps(dtype: Any, shape: Shape, data: st.DataObject) -> None:
    y = data.draw(strategies.labels("simplex", shape.output, dtype))
    error = np.abs(y.astype(np.float64).sum(axis=-1) - 1)
    assert np.all(error <= 4 * np.finfo(dtype).eps)


@given(
    st.sampled_from(["unit interval", "simplex"]),
    dtypes,
    strategies.shapes(),
    st.data(),
)
def test_invalid_labels_lie_outside_their_domain(
    domain: str, dtype: Any, shape: Shape, data: st.DataObject
) -> None:
    assume(0 not in shape.output)
    y = data.draw(strategies.invalid_labels(domain, shape.output, dtype))
    assert (y.shape, y.dtype) == (shape.output, np.dtype(dtype))
    assert np.all(np.isfinite(y))
    assert not DOMAINS[domain].contains(y)


@pytest.mark.parametrize(("domain", "shape"), [("real", (2,)), ("simplex", (0, 2))])
def test_where_every_label_is_valid_there_are_no_invalid_ones(domain: str, shape: Any) -> None:
    with pytest.raises(InvalidLabels, match="Every finite array"):
        strategies.invalid_labels(domain, shape)


@pytest.mark.parametrize("magnitude", MAGNITUDES, ids=lambda magnitude: magnitude.name)
@given(dtypes, strategies.shapes(), st.data())
def test_pre_activations_are_finite(
    magnitude: Any, dtype: Any, shape: Shape, data: st.DataObject
) -> None:
    a = data.draw(strategies.pre_activations(shape.output, dtype, kinds=[magnitude.name]))
    assert (a.shape, a.dtype) == (shape.output, np.dtype(dtype))
    assert np.all(np.isfinite(a))


def moderate(a: Any) -> Any:
    return (a != 0) & (np.abs(a) <= 8)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "wanted",
    [
        lambda a: bool(np.all(moderate(a))),
        lambda a: bool(np.any(np.abs(a) == 1000)),
        lambda a: bool(np.any(np.abs(a) > (1e299 if a.dtype == np.float64 else 1e29))),
        lambda a: bool(np.any((a != 0) & (np.abs(a) < np.finfo(a.dtype).smallest_normal))),
        lambda a: bool(np.any(np.signbit(a) & (a == 0))),
        lambda a: bool(a[0] == a[1] != 0 and a[2] != a[0]),
    ],
    ids=["moderate", "thousand", "huge", "subnormal", "negative zero", "tie"],
)
def test_every_magnitude_is_drawn(wanted: Any, dtype: Any) -> None:
    assert wanted(find(strategies.pre_activations((3,), dtype), wanted, settings=QUIET))


@pytest.mark.parametrize(
    ("wanted", "smallest"),
    [
        (lambda shape: True, Shape((), 1, 1)),
        (lambda shape: shape.d == 3, Shape((), 1, 3)),
        (lambda shape: len(shape.batch) == 2, Shape((1, 1), 1, 1)),
        (lambda shape: 0 in shape.batch, Shape((0,), 1, 1)),
        (lambda shape: shape.k >= 3, Shape((), 3, 1)),
    ],
)
def test_shapes_shrink_towards_one_small_example(wanted: Any, smallest: Shape) -> None:
    assert find(strategies.shapes(), wanted, settings=QUIET) == smallest


@pytest.mark.parametrize(
    ("strategy", "smallest"),
    [
        (strategies.one_hot_labels((3,)), [1, 0, 0]),
        (strategies.binary_labels((3,)), [0, 0, 0]),
        (strategies.smoothed_labels((3,)), [0.9, 0.05, 0.05]),
        (strategies.smoothed_binary_labels((2,)), [0.05, 0.05]),
        (strategies.simplex_labels((3,)), [0, 0, 1]),
        (strategies.unit_interval_labels((2,)), [0, 0]),
        (strategies.real_labels((2,)), [0, 0]),
        (strategies.nonnegative_labels((2,)), [0, 0]),
        (strategies.labels("simplex", (2,)), [1, 0]),
        (strategies.pre_activations((2,)), [0, 0]),
    ],
)
def test_labels_shrink_as_documented(strategy: Any, smallest: list[float]) -> None:
    assert find(strategy, lambda y: True, settings=QUIET).tolist() == smallest


@given(strategies.shapes(), dtypes, st.data())
def test_layouts_keep_the_values(shape: Shape, dtype: Any, data: st.DataObject) -> None:
    array = data.draw(strategies.pre_activations(shape.output, dtype))
    laid_out = data.draw(strategies.layouts(array))
    assert laid_out.dtype == array.dtype
    np.testing.assert_array_equal(laid_out, array)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda array: array.flags.f_contiguous and not array.flags.c_contiguous,
        lambda array: not array.flags.f_contiguous and not array.flags.c_contiguous,
        lambda array: array.strides[-1] < 0,
        lambda array: array.strides[0] < 0,
        lambda array: not array.flags.writeable,
        lambda array: array.flags.c_contiguous and array.flags.writeable,
    ],
)
def test_every_layout_is_drawn(wanted: Any) -> None:
    array = np.arange(6.0).reshape(2, 3)
    found = find(strategies.layouts(array), wanted, settings=QUIET)
    np.testing.assert_array_equal(found, array)


@given(domains, dtypes, st.data())
def test_layers_fit_together(domain: str, dtype: Any, data: st.DataObject) -> None:
    layer = data.draw(strategies.layers(domain, dtype))
    assert (layer.h @ layer.W.T).shape == layer.y.shape
    assert {array.dtype for array in layer} == {np.dtype(dtype)}
    assert DOMAINS[domain].contains(layer.y)


@given(st.data())
def test_a_domain_of_ones_own(data: st.DataObject) -> None:
    def counts(shape: Any, dtype: Any) -> Any:
        return strategies.nonnegative_labels(shape, dtype).map(np.floor)

    domain = LabelDomain("counts", "ℕᵏ", (counts,), lambda y: bool(np.all(y == np.floor(y))))
    assert domain.contains(data.draw(strategies.labels(domain, (2, 3))))


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'simplex'"):
        strategies.labels("simplx", (2,))
    with pytest.raises(UnknownName, match="Did you mean 'subnormal'"):
        find(strategies.pre_activations((2,), kinds=["subnormals"]), lambda a: True)
