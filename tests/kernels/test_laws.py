"""Laws of the kernels over random shapes, labels, dtypes and memory layouts."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from numeric import check_gradient
from numeric.kernels import MODULES
from numeric.strategies import labels, layers, layouts, pre_activations, shapes

from .backends import kernel_of
from .inputs import domain_of

pytestmark = pytest.mark.usefixtures("backend")
SOFTMAX = [name for name in MODULES if name.startswith("softmax")]
MATCHED = ["linear_squared_error", "sigmoid_logistic", "softmax_cross_entropy"]
MODERATE = ("moderate",)
FEW = settings(max_examples=12)
"""For the checks by finite differences, which cost many evaluations each."""
every_kernel = pytest.mark.parametrize("name", MODULES)


def fewest_classes(name: str) -> int:
    return 2 if name == "softmax_logistic" else 1


def moderate(shape: tuple[int, ...], dtype: Any = np.float64) -> st.SearchStrategy[np.ndarray]:
    return pre_activations(shape, dtype, kinds=MODERATE)


def drawn(data: st.DataObject, name: str, dtype: Any = np.float64) -> tuple[Any, Any]:
    shape = data.draw(shapes(min_classes=fewest_classes(name))).output
    return data.draw(moderate(shape, dtype)), data.draw(labels(domain_of(name), shape, dtype))


def off_the_kink(name: str, a: np.ndarray) -> np.ndarray:
    """Move what stands where differences cannot tell which slope is the right one."""
    return np.where(a == 0, 0.5, a) if name == "relu_squared_error" else a


@every_kernel
@FEW
@given(data=st.data())
def test_gradient_agrees_with_finite_differences(name: str, data: st.DataObject) -> None:
    kernel = kernel_of(name)
    a, y = drawn(data, name)
    a = off_the_kink(name, a)
    for reduction in ("sum", "mean"):
        report = check_gradient(
            lambda x, how=reduction: float(kernel.loss(x, y, reduction=how)),
            lambda x, how=reduction: kernel.value_and_grad(x, y, reduction=how)[1],
            at=a,
        )
        assert report.ok, str(report)


@every_kernel
@FEW
@given(data=st.data())
def test_layer_agrees_with_finite_differences(name: str, data: st.DataObject) -> None:
    kernel = kernel_of(name)
    shape = data.draw(shapes(min_classes=fewest_classes(name)))
    layer = data.draw(layers(domain_of(name), shape=shape))
    b = data.draw(moderate((shape.k,)))
    a = layer.h @ layer.W.T + b
    assume(np.array_equal(a, off_the_kink(name, a)))
    report = check_gradient(
        lambda W, h, b: float(kernel.layer_value_and_grad(W, h, layer.y, b)[0]),
        lambda W, h, b: kernel.layer_value_and_grad(W, h, layer.y, b)[1:],
        at=(layer.W, layer.h, b),
    )
    assert report.ok, str(report)


@every_kernel
@FEW
@given(data=st.data())
def test_curvature_is_the_derivative_of_the_gradient(name: str, data: st.DataObject) -> None:
    kernel = kernel_of(name)
    k = data.draw(st.integers(fewest_classes(name), 4))
    a, y = data.draw(moderate((k,))), data.draw(labels(domain_of(name), (k,)))
    a = off_the_kink(name, a)
    curvature = kernel.hessian_diagonal(a, y)
    for i in range(k):
        unit = np.eye(k)[i]

        def entry(x: np.ndarray, i: int = i, unit: np.ndarray = unit) -> float:
            return float(kernel.value_and_grad(a + x * unit, y)[1][i])

        report = check_gradient(entry, lambda x, i=i: np.asarray(curvature[i]), at=np.array(0.0))
        assert report.ok, str(report)


@pytest.mark.parametrize("name", SOFTMAX)
@given(data=st.data())
def test_softmax_gradients_sum_to_zero_and_ignore_a_shift(name: str, data: st.DataObject) -> None:
    kernel = kernel_of(name)
    a, y = drawn(data, name)
    loss, gradient = kernel.value_and_grad(a, y)
    assert np.abs(gradient.sum(axis=-1)).max(initial=0) <= 1e-13
    moved, moved_gradient = kernel.value_and_grad(a + 8.0, y)
    assert moved == pytest.approx(loss, rel=1e-13, abs=1e-13)
    assert moved_gradient == pytest.approx(gradient, rel=1e-12, abs=1e-13)


@every_kernel
@given(data=st.data())
def test_classes_may_be_permuted(name: str, data: st.DataObject) -> None:
    kernel = kernel_of(name)
    a, y = drawn(data, name)
    order = np.array(data.draw(st.permutations(range(a.shape[-1]))))
    loss, gradient = kernel.value_and_grad(a, y)
    other_loss, other = kernel.value_and_grad(a[..., order], y[..., order])
    assert other_loss == pytest.approx(loss, rel=1e-13, abs=1e-13)
    assert other == pytest.approx(gradient[..., order], rel=1e-12, abs=1e-13)


@pytest.mark.parametrize(
    "name", [name for name in MODULES if name not in ("sigmoid_cross_entropy",)]
)
@given(data=st.data())
def test_no_gradient_at_a_perfect_label(name: str, data: st.DataObject) -> None:
    kernel = kernel_of(name)
    a, _ = drawn(data, name)
    gradient = kernel.value_and_grad(a, kernel.predict(a))[1]
    assert np.abs(gradient).max(initial=0) <= 1e-13


@pytest.mark.parametrize("name", MATCHED)
@given(data=st.data())
def test_matched_pairs_are_linear_in_the_labels(name: str, data: st.DataObject) -> None:
    """g(y) is affine in y, and for softmax (Σy)ŷ − y even for labels that sum to anything."""
    kernel = kernel_of(name)
    a, y = drawn(data, name)
    none, all_of_it = np.zeros_like(y), 2 * y
    at_zero, at_one, at_two = (kernel.value_and_grad(a, t)[1] for t in (none, y, all_of_it))
    assert at_two - at_one == pytest.approx(at_one - at_zero, rel=1e-12, abs=1e-13)


@every_kernel
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data())
def test_dtype_shape_and_inputs_are_kept(name: str, dtype: Any, data: st.DataObject) -> None:
    kernel = kernel_of(name)
    shape = data.draw(shapes(min_classes=fewest_classes(name)))
    a, y = (
        data.draw(pre_activations(shape.output, dtype)),
        data.draw(labels(domain_of(name), shape.output, dtype)),
    )
    before = a.copy(), y.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, gradient = kernel.value_and_grad(a, y)
        each = kernel.loss(a, y, reduction="none")
        arrays = (gradient, kernel.predict(a), kernel.hessian_diagonal(a, y))
    assert np.array_equal(a, before[0])
    assert np.array_equal(y, before[1])
    assert isinstance(loss, np.floating)
    assert loss.dtype == each.dtype == dtype
    assert each.shape == shape.batch
    assert all(array.dtype == dtype and array.shape == a.shape for array in arrays)


@every_kernel
@given(data=st.data())
def test_float32_is_float64_rounded(name: str, data: st.DataObject) -> None:
    kernel = kernel_of(name)
    a, y = drawn(data, name, np.float32)
    loss, gradient = kernel.value_and_grad(a, y)
    exact, exact_gradient = kernel.value_and_grad(a.astype(float), y.astype(float))
    assert loss == pytest.approx(exact, rel=1e-4, abs=1e-5)
    assert gradient == pytest.approx(exact_gradient, rel=1e-4, abs=1e-5)


@every_kernel
@given(data=st.data())
def test_memory_layout_does_not_matter(name: str, data: st.DataObject) -> None:
    kernel = kernel_of(name)
    a, y = drawn(data, name)
    laid_a, laid_y = data.draw(layouts(a)), data.draw(layouts(y))
    loss, gradient = kernel.value_and_grad(a, y)
    other_loss, other = kernel.value_and_grad(laid_a, laid_y)
    assert other_loss == loss
    assert np.array_equal(gradient, other)
    assert np.array_equal(kernel.predict(a), kernel.predict(laid_a))


@every_kernel
@given(data=st.data())
def test_out_receives_the_gradient(name: str, data: st.DataObject) -> None:
    kernel = kernel_of(name)
    a, y = drawn(data, name)
    for reduction in ("sum", "mean", "none"):
        loss, gradient = kernel.value_and_grad(a, y, reduction=reduction)
        out = np.full((*a.shape, 2), np.nan)[..., 0]
        other_loss, returned = kernel.value_and_grad(a, y, reduction=reduction, out=out)
        assert returned is out
        assert np.array_equal(out, gradient)
        assert np.array_equal(loss, other_loss)


@every_kernel
@given(data=st.data())
def test_reductions_are_over_the_examples(name: str, data: st.DataObject) -> None:
    kernel = kernel_of(name)
    a, y = drawn(data, name)
    each = kernel.loss(a, y, reduction="none")
    count = max(each.size, 1)
    assert kernel.loss(a, y) == pytest.approx(np.sum(each))
    assert kernel.loss(a, y, reduction="mean") == pytest.approx(np.sum(each) / count)
    total, gradient = kernel.value_and_grad(a, y)
    mean, mean_gradient = kernel.value_and_grad(a, y, reduction="mean")
    assert mean == pytest.approx(total / count)
    assert mean_gradient == pytest.approx(gradient / count)
    curvature = kernel.hessian_diagonal(a, y)
    assert kernel.hessian_diagonal(a, y, reduction="mean") == pytest.approx(curvature / count)


@every_kernel
def test_an_empty_batch_has_no_loss(name: str) -> None:
    kernel = kernel_of(name)
    a = np.empty((0, 3))
    for reduction in ("sum", "mean"):
        loss, gradient = kernel.value_and_grad(a, a, reduction=reduction)
        assert loss == 0.0
        assert gradient.shape == (0, 3)
    assert kernel.loss(a, a, reduction="none").shape == (0,)
    loss, grad_W, grad_h, grad_b = kernel.layer_value_and_grad(
        np.ones((3, 2)), np.empty((0, 2)), a, np.zeros(3), reduction="mean"
    )
    assert loss == 0.0
    assert np.array_equal(grad_W, np.zeros((3, 2)))
    assert grad_h.shape == (0, 2)
    assert np.array_equal(grad_b, np.zeros(3))


@every_kernel
@pytest.mark.parametrize("examples", [0, 1, 7, 3000])
def test_threads_share_the_examples_and_change_nothing(
    name: str, examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel, random = kernel_of(name), np.random.default_rng(5)
    pools: list[int] = []
    for constant, size in {"THREAD_BYTES": 1, "SMALL_BYTES": 1, "CACHE_BYTES": 2**17}.items():
        monkeypatch.setattr(kernel, constant, size, raising=False)
    pool = kernel.ThreadPoolExecutor
    monkeypatch.setattr(
        kernel, "ThreadPoolExecutor", lambda threads: pools.append(threads) or pool(threads)
    )
    a, y, W = random.normal(size=(examples, 3)), np.full((examples, 3), 0.25), np.eye(3)
    for reduction in ("sum", "mean"):
        for call in (partial(kernel.value_and_grad, a), partial(kernel.layer_value_and_grad, W, a)):
            alone, shared = (call(y, reduction=reduction, threads=number) for number in (1, 3))
            assert shared[0] == pytest.approx(alone[0], rel=1e-15)
            assert all(np.array_equal(*pair) for pair in zip(alone[1:], shared[1:], strict=True))
    assert set(pools) <= {3}
    assert pools or examples <= 1


@every_kernel
def test_few_numbers_are_not_shared(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel, a = kernel_of(name), np.full((50, 4), 0.25)
    monkeypatch.setattr(kernel, "ThreadPoolExecutor", None)
    alone, shared = (kernel.value_and_grad(a, a, threads=number) for number in (1, 2))
    assert shared[0] == alone[0]
    assert np.array_equal(shared[1], alone[1])


@every_kernel
@pytest.mark.parametrize("examples", [3, 600])
def test_a_nan_stays_in_its_example(name: str, examples: int) -> None:
    kernel, random = kernel_of(name), np.random.default_rng(6)
    a, y = random.normal(size=(examples, 3)), random.dirichlet(np.ones(3), size=examples)
    a[0] = [1.0, 1.0, 0.0]  # two largest units, where another example will have none
    spoilt = a.copy()
    spoilt[-1] = np.nan
    _, gradient = kernel.value_and_grad(spoilt, y)
    expected = kernel.value_and_grad(a, y)[1]
    np.testing.assert_allclose(gradient[:-1], expected[:-1], rtol=1e-13)
    assert np.isnan(gradient[-1]).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("units", [100, 320, 383, 1000, 20_000])
def test_roundings_of_equal_losses_do_not_add_up(units: int, dtype: Any) -> None:
    kernel, random = kernel_of("sigmoid_logistic"), np.random.default_rng(7)
    for number in random.normal(size=40).astype(dtype):
        a = np.full(units, number)
        value = kernel.value_and_grad(a, np.ones_like(a))[0]
        exact = units * np.log1p(np.exp(-np.longdouble(number)))
        assert abs(value - exact) <= 4 * np.spacing(dtype(exact))
