"""check_gradient passes right gradients, catches every planted fault, and reports kinks."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric import check_gradient
from numeric.errors import (
    GradientMismatch,
    NotFinite,
    NotScalar,
    NumericError,
    ShapeMismatch,
    UnsupportedType,
)
from numeric.strategies import labels, layers, layouts, pre_activations, shapes

from .reference_kernels import KERNELS

kernels = st.sampled_from(sorted(KERNELS))
dtypes = st.sampled_from([np.float64, np.float32])


@st.composite
def moments(draw: st.DrawFn, name: str, dtype: Any, **options: Any) -> tuple[Any, Any]:
    shape = draw(shapes(**options)).output
    a = draw(pre_activations(shape, dtype, kinds=("moderate", "ties", "signed zeros", "large")))
    return draw(layouts(a)), draw(labels(KERNELS[name][1], shape, dtype))


def gradient_of(kernel: Any) -> Any:
    return lambda a, y: kernel.value_and_grad(a, y)[1]


@given(kernels, dtypes, st.data())
def test_a_right_gradient_passes(name: str, dtype: Any, data: st.DataObject) -> None:
    kernel = KERNELS[name][0]
    a, y = data.draw(moments(name, dtype))
    report = check_gradient(kernel.loss, gradient_of(kernel), at=(a, y))
    assert report.ok, str(report)
    assert report.checked == a.size
    assert report.arguments == (0,)


@given(kernels, st.data())
def test_a_right_layer_passes(name: str, data: st.DataObject) -> None:
    kernel, domain = KERNELS[name]
    layer = data.draw(layers(domain))

    def loss(W: Any, h: Any, y: Any) -> Any:
        return kernel.loss(h @ W.T, y)

    report = check_gradient(
        loss, lambda W, h, y: (*kernel.layer_value_and_grad(W, h, y)[1:], None), at=layer[:]
    )
    assert report.ok, str(report)
    assert report.checked == layer.W.size + layer.h.size


FACTORS = (2.001, 0.5, -1.0, 1 + 1e-6)


def well_conditioned(a: Any) -> Any:
    return np.sum(np.sin(a)) + np.sum(a) ** 2 / 4


def its_gradient(a: Any) -> Any:
    return np.cos(a) + np.sum(a) / 2


@pytest.mark.parametrize("factor", FACTORS)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_a_wrong_factor_is_caught(factor: float, values: list[float]) -> None:
    a = np.array(values)
    report = check_gradient(well_conditioned, lambda a: factor * its_gradient(a), at=a)
    assert not report.ok
    assert len(report.failures) == a.size
    assert check_gradient(well_conditioned, its_gradient, at=a).ok


@given(st.integers(300, 3000), st.integers(0, 10**6), st.sampled_from([1e-5, 1.0, -2.0]))
def test_one_wrong_entry_in_a_large_array_is_named(size: int, place: int, error: float) -> None:
    a = np.linspace(-1, 1, size)
    wrong = place % size

    def faulty(a: Any) -> Any:
        gradient = np.cos(a)
        gradient[wrong] += error
        return gradient

    report = check_gradient(lambda a: np.sum(np.sin(a)), faulty, at=a)
    assert not report.ok
    assert report.directions
    assert report.worst is not None
    assert (report.worst.argument, report.worst.index) == (0, (wrong,))
    assert report.worst.expected.covers(float(np.cos(a[wrong])))
    assert check_gradient(lambda a: np.sum(np.sin(a)), np.cos, at=a).ok


def only_wrong_for_three_classes(gradient: Any) -> Any:
    return gradient * 1.5 if gradient.shape[-1] >= 3 else gradient


@given(st.integers(1, 5))
def test_wrong_for_three_classes_is_wrong_there_only(k: int) -> None:
    kernel = KERNELS["softmax"][0]
    at = (np.arange(k) / 4, np.eye(k)[0])
    right = gradient_of(kernel)
    report = check_gradient(
        kernel.loss, lambda a, y: only_wrong_for_three_classes(right(a, y)), at=at
    )
    assert report.ok == (k < 3)


@given(dtypes)
def test_wrong_only_at_ties_is_caught(dtype: Any) -> None:
    kernel = KERNELS["softmax"][0]
    right = gradient_of(kernel)

    def faulty(a: Any, y: Any) -> Any:
        return right(a, y) * (2 if a[0] == a[1] else 1)

    y = np.array([0, 0, 1], dtype)
    assert not check_gradient(kernel.loss, faulty, at=(np.array([1, 1, 2], dtype), y)).ok
    assert check_gradient(kernel.loss, faulty, at=(np.array([1, 1.5, 2], dtype), y)).ok


def test_an_overflow_at_large_logits_is_a_fault_that_names_the_entry() -> None:
    kernel = KERNELS["softmax"][0]

    def naive(a: Any, y: Any) -> Any:
        return np.exp(a) / np.sum(np.exp(a)) - y

    y = np.array([1.0, 0.0])
    assert check_gradient(kernel.loss, naive, at=(np.array([1.0, 2.0]), y)).ok
    report = check_gradient(kernel.loss, naive, at=(np.array([0.0, 1000.0]), y))
    assert not report.ok
    assert "entry [1] is nan" in str(report)


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_swapped_labels_are_caught(name: str) -> None:
    kernel = KERNELS[name][0]
    at = (np.array([0.5, -1.0, 2.0]), np.array([0.0, 0.0, 1.0]))
    right = gradient_of(kernel)
    assert not check_gradient(kernel.loss, lambda a, y: right(a, y[::-1]), at=at).ok


def test_a_transposed_gradient_is_caught_by_value_and_by_shape() -> None:
    for shape in ((3, 3), (2, 3)):
        W = np.arange(float(np.prod(shape))).reshape(shape)
        report = check_gradient(lambda W: np.sum(W**3), lambda W: 3 * W.T**2, at=W)
        assert not report.ok
        assert bool(report.faults) == (shape == (2, 3))


def relu_sum(x: Any) -> Any:
    return np.sum(np.maximum(x, 0))


@given(st.floats(0, 1), st.lists(st.sampled_from([0.0, 1.0, -2.0]), min_size=1, max_size=5))
def test_any_subgradient_passes_at_a_kink_and_is_reported(choice: float, values: Any) -> None:
    x = np.array(values)
    report = check_gradient(
        relu_sum, lambda x: np.where(x > 0, 1.0, np.where(x < 0, 0.0, choice)), at=x
    )
    assert report.ok, str(report)
    assert len(report.kinks) == np.count_nonzero(x == 0)
    assert all(abs(entry.expected.left) < 1e-9 for entry in report.kinks)
    assert all(abs(entry.expected.right - 1) < 1e-9 for entry in report.kinks)


@given(st.floats(-100, -8.5), st.sampled_from([1, -1]))
def test_beside_a_kink_only_the_slope_there_passes(power: float, sign: int) -> None:
    x = np.array([sign * 10.0**power])
    assert check_gradient(relu_sum, lambda x: (x > 0) * 1.0, at=x).ok
    assert not check_gradient(relu_sum, lambda x: (x <= 0) * 1.0, at=x).ok


@pytest.mark.parametrize(
    ("gradient", "right"),
    [
        ((1, 1), False), ((0, 0), False), ((0.7, 0.7), False), ((1, 0), True), ((0.3, 0.7), True),
        ((0.5, 0.5, 0.5), False), ((1 / 3, 1 / 3, 1 / 3), True), ((0, 0, 1), True),
    ],
)  # fmt: skip
def test_entries_that_are_right_one_by_one_must_be_right_together(
    gradient: Any, right: bool
) -> None:
    report = check_gradient(np.max, lambda x: np.array(gradient, float), at=np.zeros(len(gradient)))
    assert report.ok == right, str(report)
    assert len(report.kinks) == len(gradient)


def test_slopes_that_have_not_settled_do_not_decide() -> None:
    outside = check_gradient(lambda x: abs(x) ** 1.1, lambda x: np.array(0.3), at=0.0)
    assert not outside.ok
    assert outside.undecided
    assert "at the edge" in str(outside)
    assert check_gradient(lambda x: abs(x) ** 1.1, lambda x: np.array(0.0), at=0.0).ok


@pytest.mark.parametrize(("factor", "directions"), [(-3.0, None), (-3.0, 4), (0.5, 4)])
def test_kinks_do_not_hide_a_wrong_gradient_of_a_large_array(
    factor: float, directions: int | None
) -> None:
    x = np.zeros(3000)
    x[:1000] = 1
    report = check_gradient(relu_sum, lambda x: factor * (x > 0), at=x, directions=directions)
    assert not report.ok
    assert report.worst is not None
    assert report.worst.index is not None
    assert report.worst.index[0] < 1000


def test_scattered_kinks_do_not_hide_one_wrong_entry() -> None:
    x = np.random.default_rng(3).normal(size=2500)
    x[::100] = 0.0

    def gradient(x: Any, wrong: int | None) -> Any:
        entries = (x > 0) * 1.0
        if wrong is not None:
            entries[wrong] += 1e-3
        return entries

    right = check_gradient(relu_sum, lambda x: gradient(x, None), at=x)
    assert right.ok, str(right)
    assert len(right.kinks) == 25
    wrong = check_gradient(relu_sum, lambda x: gradient(x, 1234), at=x)
    assert [entry.index for entry in wrong.failures] == [(1234,)]


def test_the_lasso_with_a_flipped_sign_is_caught() -> None:
    random = np.random.default_rng(0)
    A, b, x = random.normal(size=(5, 2100)), random.normal(size=5), np.zeros(2100)
    x[:20] = 1.0

    def lasso(x: Any) -> Any:
        return np.sum((A @ x - b) ** 2) / 2 + np.sum(np.abs(x))

    assert not check_gradient(lasso, lambda x: -A.T @ (A @ x - b) + np.sign(x), at=x).ok


def test_too_many_kinks_are_undecided_and_never_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numeric.gradcheck._AFFORDABLE", 40)
    report = check_gradient(relu_sum, lambda x: (x > 0) * 1.0, at=np.zeros(400))
    assert not report.ok
    assert not report.failures
    assert "undecided" in str(report)


@pytest.mark.parametrize(
    "function",
    [lambda x: np.round(np.sum(x**2), 3), lambda x: float(np.sum(x.astype("f2") ** 2))],
)
def test_a_coarsely_rounded_loss_does_not_accuse(function: Any) -> None:
    x = np.array([1.0, 0.7, -0.3])
    assert not check_gradient(function, lambda x: 2 * x, at=x).failures
    assert check_gradient(function, lambda x: 3 * x, at=x).failures


def test_a_bound_too_wide_to_tell_is_undecided() -> None:
    report = check_gradient(lambda x: np.round(np.sum(x**2), 1), lambda x: 2 * x, at=np.ones(1))
    assert not report.ok
    assert len(report.undecided) == 1


@given(st.integers(0, 1000))
def test_rounding_along_a_direction_is_no_excuse(seed: int) -> None:
    weights = np.ones(300)
    report = check_gradient(
        lambda x: weights @ x, lambda x: weights * (1 + 1e-9), at=np.zeros(300), seed=seed
    )
    assert not report.ok


@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_a_gradient_that_is_steep_elsewhere_is_not_excused(size: int) -> None:
    x = np.ones(size)
    for seed in range(8):
        assert not check_gradient(
            lambda x: np.sum(x**2), lambda x: np.where(x == 1, 2.001, 1e12), at=x, seed=seed
        ).ok


class OwnError(Exception):
    pass


@pytest.mark.parametrize("error", [OSError("disk"), MemoryError(), OwnError("x"), SystemExit(3)])
def test_whatever_is_raised_stands_in_the_report(error: BaseException) -> None:
    def raises(x: Any) -> Any:
        raise error

    for function, gradient in ((np.sum, raises), (raises, np.ones_like)):
        report = check_gradient(function, gradient, at=np.ones(2))
        assert not report.ok
        assert f"raises {type(error).__name__}" in str(report)


def test_an_interrupt_is_not_held_back() -> None:
    def interrupted(x: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_gradient(np.sum, interrupted, at=np.ones(2))


@pytest.mark.parametrize(
    "options",
    [
        {"ulps": np.inf}, {"ulps": np.nan}, {"ulps": 0}, {"ulps": -1.0}, {"ulps": "16"},
        {"directions": 1.5}, {"directions": "3"}, {"directions": 0}, {"directions": True},
        {"seed": "a"}, {"seed": -1}, {"seed": 0.5}, {"gradient": 3}, {"function": None},
    ],
)  # fmt: skip
def test_silly_options_raise_typed_errors(options: Any) -> None:
    call: Any = {"function": np.sum, "gradient": np.ones_like, "at": np.ones(2)} | options
    with pytest.raises(NumericError, match=r"got .*; expected .*\. "):
        check_gradient(**call)


@pytest.mark.parametrize("x", [709.7, 709.78, -745.0])
def test_values_near_overflow_raise_no_warning(x: float) -> None:
    assert not check_gradient(np.exp, np.exp, at=x).failures


@given(st.sampled_from([1.001, -0.001, 3.0]))
def test_outside_the_slopes_a_kink_is_a_failure(slope: float) -> None:
    report = check_gradient(relu_sum, lambda x: np.full(x.shape, slope), at=np.zeros(2))
    assert len(report.failures) == 2
    assert "outside" in str(report)


def test_kinks_that_meet_are_reported_instead_of_failing() -> None:
    signs = np.where(np.arange(260) % 2, 1.0, -1.0)

    def function(x: Any) -> Any:
        return np.sum(signs * np.maximum(x, 0))

    report = check_gradient(function, lambda x: signs * (x >= 0), at=np.zeros(260))
    assert report.ok, str(report)
    assert report.checked == len(report.kinks) == 260


def test_kinks_do_not_hide_a_wrong_entry() -> None:
    x = np.arange(300) % 3 - 1.0

    def faulty(x: Any) -> Any:
        gradient = (x >= 0) * 1.0
        gradient[150] = 1.01
        return gradient

    report = check_gradient(relu_sum, faulty, at=x)
    assert [entry.index for entry in report.failures] == [(150,)]


def test_float32_is_differentiated_in_float64_where_that_is_accepted() -> None:
    seen = set()

    def loss(a: Any) -> Any:
        seen.add(a.dtype)
        return np.sum(np.sin(a))

    at = np.array([0.5, 1.0], np.float32)
    report = check_gradient(loss, np.cos, at=at)
    assert report.ok
    assert report.worst is not None
    assert report.worst.expected.bound < 1e-11
    assert seen == {np.dtype(np.float64)}


def test_a_function_of_float32_alone_is_checked_in_float32() -> None:
    def stubborn(a: Any) -> Any:
        if a.dtype != np.float32:
            raise TypeError("float32, please")
        return np.sum(np.sin(a))

    at = np.array([0.5, 1.0], np.float32)
    assert check_gradient(stubborn, np.cos, at=at).ok
    assert not check_gradient(stubborn, lambda a: np.cos(a) * np.float32(1.01), at=at).ok


def test_nothing_to_check_says_so() -> None:
    report = check_gradient(lambda x: np.sum(x), np.ones_like, at=np.zeros((0, 3)))
    assert report.ok
    assert report.checked == 0
    assert report.worst is None
    assert "nothing to check" in str(report)


def test_a_check_that_could_not_decide_is_not_ok() -> None:
    report = check_gradient(lambda x: np.nan if x else 0.0, lambda x: np.zeros(()), at=0.0)
    assert not report.ok
    assert len(report.undecided) == 1
    assert report.checked == 0


@given(st.integers(0, 2**31))
def test_the_seed_decides(seed: int) -> None:
    a = np.linspace(-1, 1, 300)
    first, second = (
        check_gradient(lambda a: np.sum(np.sin(a)), lambda a: 1.01 * np.cos(a), at=a, seed=seed)
        for _ in range(2)
    )
    assert first == second
    assert not first.ok


def test_arguments_left_out_are_not_checked() -> None:
    at = (np.ones(2), np.arange(2), np.ones(2))
    report = check_gradient(lambda a, i, b: np.sum(a * i * b), lambda a, i, b: (i * b,), at=at)
    assert (report.ok, report.arguments, report.checked) == (True, (0,), 2)


def test_raise_if_wrong_raises_the_report() -> None:
    check_gradient(np.sum, np.ones_like, at=np.ones(2)).raise_if_wrong()
    wrong = check_gradient(np.sum, np.zeros_like, at=np.ones(2))
    with pytest.raises(GradientMismatch, match="expected 1"):
        wrong.raise_if_wrong()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_entries_that_are_not_finite_are_faults(value: float) -> None:
    report = check_gradient(
        np.sum, lambda x: np.array([[1.0, 1.0], [1.0, value]]), at=np.ones((2, 2))
    )
    assert f"entry [1, 1] is {value}" in str(report)
    assert not report.ok


def doubled(x: Any) -> Any:
    x *= 2
    return np.ones_like(x)


def test_inputs_are_left_alone() -> None:
    x = np.ones(3)
    assert check_gradient(lambda x: float(np.sum(x)), doubled, at=x).ok
    assert x.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("function", "gradient", "at", "error"),
    [
        (lambda x: x, np.ones_like, np.ones(2), NotScalar),
        (lambda x: None, np.ones_like, np.ones(2), NotScalar),
        (lambda x: np.sum(np.log(x)), np.ones_like, np.zeros(2), NotFinite),
        (np.sum, lambda x: (x, x), np.ones(2), ShapeMismatch),
        (np.sum, lambda x: [[1.0], [1.0, 2.0]], np.ones(2), ShapeMismatch),
        (np.sum, lambda x: None, np.ones(2), UnsupportedType),
        (np.sum, lambda x: ["a", "b"], np.ones(2), UnsupportedType),
        (np.sum, np.ones_like, np.ones(2, int), UnsupportedType),
        (np.sum, np.ones_like, np.ones(2, np.complex128), UnsupportedType),
        (np.sum, np.ones_like, (), ShapeMismatch),
    ],
)
def test_wrong_calls_raise_typed_errors(
    function: Any, gradient: Any, at: Any, error: type[NumericError]
) -> None:
    with pytest.raises(error, match=r"got .*; expected .*\. "):
        check_gradient(function, gradient, at=at)


def test_numeric_is_light() -> None:
    program = (
        "import sys, numeric; from numeric import check_gradient;"
        "print(sorted({'hypothesis', 'sympy', 'derive', 'scipy'} & set(sys.modules)))"
    )
    completed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert completed.stdout.strip() == "[]"
