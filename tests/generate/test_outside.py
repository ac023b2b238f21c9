"""Pairs from outside: what a user adds is generated, stable, and right, or is refused by name."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from sympy import Integer, Interval, Reals, log

import derive
from derive.catalogue import real_labels, simplex_labels, tables
from derive.errors import OptionConflict
from derive.language import Entries, softmax

UNIT = Interval.open(0, 1)


def over_units(term: Callable) -> Callable:
    return lambda ŷ, y: derive.sum_over_units(y, lambda i: term(ŷ[i], y[i]))


OUTPUTS = (
    derive.Output("constant", lambda a, i: Integer(1), Reals),
    derive.Output("warm-softmax", lambda a, i: softmax(Entries(2 * a[i], (i, a.size)), i), UNIT),
)
LOSSES = (
    derive.Loss("focal", over_units(lambda p, y: -y * (1 - p) ** 2 * log(p)), UNIT, simplex_labels),
    derive.Loss(
        "other-focal", over_units(lambda p, y: (y - 1) * p**2 * log(1 - p)), UNIT, simplex_labels
    ),
    derive.Loss("reciprocal", over_units(lambda p, y: y * log(1 / p)), UNIT, simplex_labels),
    derive.Loss(
        "total-squared",
        lambda ŷ, y: derive.sum_over_units(y, lambda i: ŷ[i] - y[i]) ** 2,
        Reals,
        real_labels,
    ),
)
PAIRS = (
    ("sigmoid", "focal"),
    ("softmax", "focal"),
    ("sigmoid", "other-focal"),
    ("softmax", "other-focal"),
    ("sigmoid", "reciprocal"),
    ("softmax", "reciprocal"),
    ("linear", "total-squared"),
    ("constant", "squared-error"),
    ("warm-softmax", "cross-entropy"),
    ("warm-softmax", "squared-error"),
)
every_pair = pytest.mark.parametrize(("output", "loss"), PAIRS)
FUNCTIONS = ("predict", "loss", "value_and_grad", "hessian_diagonal")


Kernels = dict[tuple[str, str], types.ModuleType]


@pytest.fixture(scope="module")
def kernels() -> Iterator[Kernels]:
    yield from generated(derive.numpy_source)


def generated(source_of: Callable[[derive.Pair], str]) -> Iterator[Kernels]:
    outputs, losses = dict(tables._outputs), dict(tables._losses)
    for row in OUTPUTS:
        derive.register_output(row)
    for row in LOSSES:
        derive.register_loss(row)
    modules = {}
    for names in PAIRS:
        modules[names] = types.ModuleType("_".join(names))
        source = source_of(derive.pair(*names))
        exec(compile(source, "_".join(names), "exec"), modules[names].__dict__)
        modules[names].source = source  # type: ignore[attr-defined]
    yield modules
    tables._outputs.clear()
    tables._outputs.update(outputs)
    tables._losses.clear()
    tables._losses.update(losses)


@every_pair
@pytest.mark.parametrize("a", [(0.5, -1.0, 2.0), (1.5, 1.5, -0.25)])
def test_derivatives_agree_with_differences(
    kernels: dict, output: str, loss: str, a: tuple[float, ...]
) -> None:
    kernel, at, y, step = kernels[output, loss], np.array(a), np.array([0.2, 0.3, 0.4]), 1e-5
    gradient, curvature = kernel.value_and_grad(at, y)[1], kernel.hessian_diagonal(at, y)
    for i, unit in enumerate(step * np.eye(3)):
        rise = kernel.loss(at + unit, y) - kernel.loss(at - unit, y)
        bend = kernel.value_and_grad(at + unit, y)[1] - kernel.value_and_grad(at - unit, y)[1]
        assert gradient[i] == pytest.approx(rise / (2 * step), rel=1e-7, abs=1e-9)
        assert curvature[i] == pytest.approx(bend[i] / (2 * step), rel=1e-7, abs=1e-9)


@every_pair
@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_saturated_units_have_finite_derivatives(
    kernels: dict, output: str, loss: str, precision: type
) -> None:
    kernel = kernels[output, loss]
    a, y = np.array([800, -800, 0], precision), np.array([0.9, 0.1, 0], precision)
    value, gradient = kernel.value_and_grad(a, y)
    results = (value, gradient, kernel.hessian_diagonal(a, y), kernel.predict(a))
    assert all(np.isfinite(result).all() for result in results)
    assert all(result.dtype == precision for result in results)
    assert all(result.shape == a.shape for result in results[1:])


@every_pair
def test_batches_and_reductions(kernels: dict, output: str, loss: str) -> None:
    kernel, a, y = kernels[output, loss], np.ones((4, 2, 3)), np.full((4, 2, 3), 0.25)
    a[1, 0] = (2.0, -1.0, 0.5)
    each, gradient = kernel.value_and_grad(a, y, reduction="none")
    assert each.shape == (4, 2)
    assert np.array_equal(each, kernel.loss(a, y, reduction="none"))
    out = np.empty_like(a)
    value, mean = kernel.value_and_grad(a, y, reduction="mean", out=out)
    assert mean is out
    assert value == pytest.approx(each.mean())
    assert mean == pytest.approx(gradient / 8)
    curvature = kernel.hessian_diagonal(a, y)
    assert kernel.hessian_diagonal(a, y, reduction="mean") == pytest.approx(curvature / 8)
    alone = kernel.value_and_grad(a[1, 0], y[1, 0])
    assert each[1, 0] == pytest.approx(alone[0])
    assert gradient[1, 0] == pytest.approx(alone[1])


@every_pair
def test_no_logarithm_of_a_prediction_is_left(kernels: dict, output: str, loss: str) -> None:
    """np.log of what may have become 0 or 1 is −inf where the logarithm itself is a number."""
    source = kernels[output, loss].source
    assert all(called not in source for called in ("np.log(pred", "np.log(1", "np.log(side"))
    assert max(map(len, source.splitlines())) <= 100


def test_focal_gradient_at_an_input_that_was_lost(kernels: dict) -> None:
    """At a = −800 ŷ is 0 and L = 0.1 · 800, which rises by 0.1 for each unit of −a."""
    value, gradient = kernels["sigmoid", "focal"].value_and_grad([800, -800, 0], [0.9, 0.1, 0])
    assert value == pytest.approx(80.0)
    assert gradient == pytest.approx([0.0, -0.1, 0.0])


def test_a_temperature_is_that_softmax_of_scaled_pre_activations(kernels: dict) -> None:
    plain = derive.numpy_source(derive.pair("softmax", "cross-entropy"))
    module = types.ModuleType("plain")
    exec(compile(plain, "plain", "exec"), module.__dict__)
    a, y = np.array([0.5, -3.0, 20.0]), np.array([0.0, 0.5, 0.5])
    value, gradient = kernels["warm-softmax", "cross-entropy"].value_and_grad(a, y)
    expected, expected_gradient = module.value_and_grad(2 * a, y)
    assert value == pytest.approx(expected, rel=1e-14)
    assert gradient == pytest.approx(2 * expected_gradient, rel=1e-13)


def test_an_open_slope_at_the_kink_is_refused() -> None:
    with pytest.raises(OptionConflict, match=r"at_kink='c'.*a kernel needs a number"):
        derive.numpy_source(derive.pair("relu", "squared-error", at_kink="c"))
    linear = (derive.pair("linear", "squared-error", at_kink=slope) for slope in ("c", 1))
    assert len({derive.numpy_source(pair) for pair in linear}) == 1
