"""Labels of one unit are known by what they are, and have their own way to the same results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numeric.accuracy import accuracy_report
from numeric.kernels import softmax_cross_entropy as kernel

from .soft import HAS_MORE_DIGITS

Array = np.ndarray[Any, Any]
SHAPES = ((5, 4), (32, 10), (600, 10), (9, 200), (1, 30))
"""Up to 512 numbers the labels are looked for in another way than in larger arrays."""
PRECISIONS = ("float64", "float32")


def drawn(shape: tuple[int, int], precision: str = "float64") -> tuple[Array, Array]:
    random = np.random.default_rng(shape)
    y = np.eye(shape[1])[random.integers(shape[1], size=shape[0])]
    return (3 * random.standard_normal(shape)).astype(precision), y.astype(precision)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows with every block that is done by its labelled units."""
    taken: list[int] = []

    def counting(original: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            taken.append(1)
            return original(*arguments, **options)

        return counted

    for name in ("_labelled_block", "_block_to_be_rounded"):
        monkeypatch.setattr(kernel, name, counting(getattr(kernel, name)))
    return taken


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("reduction", ["sum", "mean", "none"])
def test_the_results_are_those_of_the_other_way(
    shape: tuple[int, int],
    precision: str,
    reduction: str,
    ways: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, y = drawn(shape, precision)
    value, gradient = kernel.value_and_grad(a, y, reduction=reduction)
    assert ways or shape[0] == 1, "a single example may be a vector"
    monkeypatch.setattr(kernel, "_labelled_units", lambda a, y: None)
    expected, expected_gradient = kernel.value_and_grad(a, y, reduction=reduction)
    tolerance = 1e-14 if precision == "float64" else 3e-6
    np.testing.assert_allclose(value, expected, rtol=tolerance)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=tolerance)
    assert gradient.dtype == np.asarray(value).dtype == a.dtype


@pytest.mark.parametrize("shape", SHAPES[:4], ids=str)
def test_other_labels_are_not_taken_for_them(shape: tuple[int, int], ways: list[int]) -> None:
    a, y = drawn(shape)
    two_of_one, none_of_another = y.copy(), y.copy()
    two_of_one[0] = y[1] + np.roll(y[1], 1)
    two_of_one[-1] = 0  # as many ones as examples
    none_of_another[1] = 0
    moved = np.roll(y, 1, axis=0)
    moved[0, :2], moved[1] = 1, 0
    is_second = np.arange(len(y))[:, np.newaxis] == 1
    others = {
        "soft": np.full_like(y, 1 / shape[1]),
        "smoothed": 0.9 * y + 0.1 / shape[1],
        "two": two_of_one,
        "none": none_of_another,
        "two in the first": moved,
        "nearly 1": y * (1 - 2**-53),
        "beyond 1": y * (1 + 2**-52),
        "a little beside": y + 1e-300 * np.roll(y, 1, axis=1),
        "one that points at another": np.where(is_second, 0, y),
        "a negative one": np.where(is_second, -y, y),
    }
    distance = (
        shape[1] - 1 + np.argmax(y[2])
    )  # from the second unit of an example to the next label
    others["one that points at another"][1, 1] = 1 + distance
    for name, labels in others.items():
        value, gradient = kernel.value_and_grad(a, labels)
        assert ways == [], name
        exponentials = np.exp(a - a.max(axis=1, keepdims=True))
        partition = exponentials.sum(axis=1, keepdims=True)
        total = labels.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(
            gradient, total * exponentials / partition - labels, rtol=1e-11, atol=1e-15
        )
        assert np.isfinite(value)


@pytest.mark.parametrize("shape", SHAPES[:4], ids=str)
@pytest.mark.parametrize("reach", [299.0, 301.0, 1e4, 1e300])
def test_large_numbers_go_the_other_way(
    shape: tuple[int, int], reach: float, ways: list[int]
) -> None:
    a, y = drawn(shape)
    a[0, 0], a[-1, -1] = reach, -reach
    kernel.value_and_grad(a, y)
    few = a.size <= 512 and np.vdot(a, a) > 300**2
    assert bool(ways) == (reach < 300 and not few)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", [(32, 10), (300, 10), (6, 1000)], ids=str)
@pytest.mark.parametrize("scale", [0.01, 1.0, 5.0])
def test_no_more_than_four_units_are_lost(
    shape: tuple[int, int], precision: str, scale: float, ways: list[int]
) -> None:
    a, y = drawn(shape, precision)
    a = (scale * a).astype(precision)
    a = a.clip(-36, 36) if precision == "float32" else a
    report = accuracy_report(
        lambda a, y: kernel.value_and_grad(a, y, reduction="none"),
        "softmax_cross_entropy",
        [(a, y)],
        names=("loss", "gradient"),
    )
    assert ways
    assert report.warnings == ()
    assert report.lost == 0
    assert max(part.worst for part in report.parts) <= 4, str(report)


@pytest.mark.parametrize("shape", [(700, 10), (9, 200), (300, 3)], ids=str)
@pytest.mark.parametrize("reduction", ["sum", "mean", "none"])
def test_float32_does_not_depend_on_how_much_is_computed_at_a_time(
    shape: tuple[int, int], reduction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, y = drawn(shape, "float32")
    value, gradient = kernel.value_and_grad(a, y, reduction=reduction)
    for size in (1, 8 * 3 * shape[1], 2**12):
        monkeypatch.setattr(kernel, "DOUBLES_BYTES", size)
        again, in_parts = kernel.value_and_grad(a, y, reduction=reduction)
        np.testing.assert_allclose(again, value, rtol=1e-6)
        np.testing.assert_allclose(in_parts, gradient, rtol=3e-7)


@pytest.mark.parametrize("shape", [(32, 10), (700, 10), (9, 200)], ids=str)
@pytest.mark.parametrize("reach", [80.0, 299.0, 340.0, 400.0, 720.0, 1e4, 1e30, -1e30, np.inf])
def test_an_example_of_float32_that_is_too_wide_goes_the_other_way_alone(
    shape: tuple[int, int], reach: float, ways: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "DOUBLES_BYTES", 8 * 3 * shape[1])
    a, y = drawn(shape, "float32")
    a[4, 0] = reach
    is_wild = np.zeros(shape[0], bool)
    is_wild[4] = not np.isfinite(reach)
    alone: list[int] = []
    other_way = kernel._of_any_labels

    def counting(a: Array, *rest: Any) -> Any:
        alone.append(len(a))
        return other_way(a, *rest)

    monkeypatch.setattr(kernel, "_of_any_labels", counting)
    losses, gradient = kernel.value_and_grad(a, y, reduction="none")
    assert len(ways) == -(-shape[0] // 3)
    fits = abs(reach) < 345 or (reach < 0 and y[4, 0] == 0)
    assert alone == ([] if fits else [1])
    expected_losses, expected = kernel.value_and_grad(
        a.astype(float), y.astype(float), reduction="none"
    )
    np.testing.assert_allclose(losses[~is_wild], expected_losses[~is_wild], rtol=5e-7, atol=1e-44)
    np.testing.assert_allclose(gradient[~is_wild], expected[~is_wild], rtol=5e-7, atol=1e-44)
    inside, W = np.eye(shape[1], dtype="f"), a.astype("f")
    if np.isfinite(reach):  # the layer writes over its pre-activations
        _, _, grad_h = kernel.layer_value_and_grad(inside, W, y)
        np.testing.assert_allclose(grad_h, gradient, rtol=1e-6, atol=1e-44)


def test_where_all_is_wide_nothing_is_computed_twice(ways: list[int]) -> None:
    a, y = drawn((700, 10), "float32")
    kernel.value_and_grad(1000 * a, y)
    assert ways == []


@pytest.mark.parametrize("examples", [20, 167, 3000])
def test_one_large_loss_of_float32_leaves_a_mean_that_fits(examples: int) -> None:
    a, y = np.zeros((examples, 33), np.float32), np.zeros((examples, 33), np.float32)
    a[1, :2] = 3.3e38, -3.3e38
    y[:, 1] = 1
    expected = kernel.value_and_grad(a.astype(float), y.astype(float), reduction="mean")[0]
    assert np.float32(expected) == kernel.value_and_grad(a, y, reduction="mean")[0]


@pytest.mark.parametrize("examples", [50, 100, 200, 341, 500, 1000, 5000])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_equal_losses_are_added_without_adding_up_their_roundings(
    examples: int, reduction: str
) -> None:
    y = np.tile([1.0, 0.0], (examples, 1))
    for logit in np.linspace(0.1, 3.0, 200):
        a = np.tile([logit, 0.0], (examples, 1))
        value = kernel.value_and_grad(a, y, reduction=reduction)[0]
        one = kernel.value_and_grad(a[:1], y[:1])[0]  # with the same rounding in each
        near = kernel.value_and_grad(a[:40], y[:40], reduction="none")[0][0]
        expected = [each * (examples if reduction == "sum" else 1) for each in (one, near)]
        assert min(abs(value - each) for each in expected) <= 2 * np.spacing(value)


def test_it_writes_where_it_is_told_and_leaves_its_arguments(
    ways: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "THREAD_BYTES", 1)
    a, y = drawn((700, 10))
    a_before, y_before, out = a.copy(), y.copy(), np.empty_like(a)
    value, gradient = kernel.value_and_grad(a, y, out=out)
    assert ways
    assert gradient is out
    assert (a == a_before).all()
    assert (y == y_before).all()
    shared, in_threads = kernel.value_and_grad(a, y, threads=2)
    assert shared == pytest.approx(value, rel=1e-14)
    assert (in_threads == gradient).all()


ULPS_OF_LARGE_ARRAYS = {"labels of one unit": 4.0, "soft labels": 4.0}
"""What is asked of every input; exponentials of float32 by NumPy itself would take up to 4.8."""


@pytest.mark.parametrize("scale", [1.0, 12.0, 36.0, 200.0])
@pytest.mark.parametrize("kind", ULPS_OF_LARGE_ARRAYS)
def test_large_arrays_of_float32_are_as_exact_as_small_ones(kind: str, scale: float) -> None:
    random = np.random.default_rng(7)
    a = random.uniform(-scale, scale, size=(2000, 20)).astype(np.float32)
    y = np.eye(20)[random.integers(20, size=2000)].astype(np.float32)
    if kind == "soft labels":
        y = random.dirichlet(np.ones(20), size=2000).astype(np.float32)
    losses, gradient = kernel.value_and_grad(a, y, reduction="none")
    exact_losses, exact = kernel.value_and_grad(a.astype(float), y.astype(float), reduction="none")
    is_normal = np.abs(exact) > np.finfo(np.float32).tiny
    units = np.spacing(np.abs(exact).astype(np.float32))
    if kind == "soft labels":
        total = y.astype(float).sum(axis=1, keepdims=True)
        units = np.finfo(np.float32).eps / 2 * (total * kernel.predict(a.astype(float)) + y)
    errors = np.abs(gradient - exact)[is_normal] / units[is_normal]
    assert errors.max() <= ULPS_OF_LARGE_ARRAYS[kind]
    spacing = np.spacing(exact_losses.astype(np.float32))
    assert (np.abs(losses - exact_losses) <= 4 * spacing).all()


@pytest.mark.skipif(not HAS_MORE_DIGITS, reason="numpy.longdouble has no more digits here")
@pytest.mark.parametrize("scale", [1.0, 5.0, 8.0, 30.0])
@pytest.mark.parametrize("units", [2, 3, 5, 8, 10, 12, 16, 32, 64, 65, 100, 513, 1000])
def test_few_exponentials_that_are_nearly_all_of_a_sum_lose_no_more(
    units: int, scale: float
) -> None:
    random = np.random.default_rng(units)
    for examples in (500 // units + 1, 100_000 // units, 300_000 // units):
        a = (scale * random.standard_normal((examples, units))).clip(-290, 290)
        labels = random.integers(units, size=examples)
        labels[::2] = a.argmax(axis=1)[::2]
        y = np.eye(units)[labels]
        _, gradient = kernel.value_and_grad(a, y)
        powers = np.exp(a.astype(np.longdouble))
        rivals = np.where(y == 1, 0, powers)
        exact = np.where(y == 1, -rivals.sum(axis=1, keepdims=True), powers)
        exact /= powers.sum(axis=1, keepdims=True)
        size = np.abs(exact).astype(np.float64)
        is_normal = size >= np.finfo(np.float64).tiny
        assert (np.abs(gradient - exact) <= 4 * np.spacing(size))[is_normal].all()
