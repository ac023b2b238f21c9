"""The measuring instrument measured: planted errors, lost values, warnings, references, inputs."""

from __future__ import annotations

import importlib
import math
import random
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from numeric.accuracy import (
    FAMILIES,
    HARD_CLASSES,
    LABEL_KINDS,
    PAIRS,
    accuracy_report,
    hard_inputs,
    hard_labels,
    hard_pre_activations,
    pair_reference,
)
from numeric.errors import NotFinite, ShapeMismatch, UnknownName, UnsupportedType
from numeric.kernels import MODULES
from tests.kernels.references import Reference

PRECISIONS = (np.float16, np.float32, np.float64)


def identity(x: Any) -> Any:
    return x


# The unit of measurement --------------------------------------------------------------------------


def displaced(steps: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return the identity with a planted error of so many units in the last place."""

    def moved(x: np.ndarray) -> np.ndarray:
        return (x + steps * np.spacing(np.abs(x))).astype(x.dtype)

    return moved


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("steps", [0, 1, 5, -5, 200])
def test_a_planted_error_is_measured_exactly(dtype: type, steps: int) -> None:
    information = np.finfo(dtype)
    points = [1.0, 1.25, -3.0, float(information.smallest_normal), float(information.max) / 1.5]
    report = accuracy_report(displaced(steps), identity, [np.array(points, dtype)])
    (part,) = report.parts
    assert (part.worst, part.median, part.entries) == (abs(steps), abs(steps), len(points))
    assert (part.dtype, part.unit, part.lost) == (np.dtype(dtype).name, "ulp", 0)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(1, 40))
def test_the_error_of_a_rounded_number_is_at_most_half(x: float, digits: int) -> None:
    """Correct rounding is the best there is: half a unit, and no less than the distance to it."""
    with mp.workdps(60):
        exact = mp.mpf(x) + mp.mpf(x) * mp.mpf(10) ** -digits / 3
        rounded = np.float64(exact)
    report = accuracy_report(lambda _: rounded, lambda _: exact, [0.0])
    assert report.parts[0].worst <= 0.5
    assert report.parts[0].lost == 0


def test_the_unit_below_the_normal_numbers_is_the_smallest_one() -> None:
    smallest = float(np.finfo(np.float64).smallest_subnormal)
    report = accuracy_report(lambda x: x + 5 * smallest, identity, [3 * smallest, 0.0])
    assert report.parts[0].worst == report.parts[0].median == 5


def test_the_unit_follows_the_true_value_across_a_power_of_two() -> None:
    below = np.nextafter(2.0, 0.0)
    above = accuracy_report(lambda _: 2.0, lambda _: mp.mpf(below), [0.0])
    beneath = accuracy_report(lambda _: below, lambda _: mp.mpf(2), [0.0])
    assert (above.parts[0].worst, beneath.parts[0].worst) == (1.0, 0.5)


LARGEST = float(np.finfo(np.float64).max)


@pytest.mark.parametrize(
    ("got", "exact", "error"),
    [
        (math.inf, mp.ldexp(1, 1024), 0.0),
        (math.inf, mp.ldexp(1, 2000), 0.0),
        (-math.inf, -mp.ldexp(1, 2000), 0.0),
        (-math.inf, mp.ldexp(1, 2000), math.inf),
        (math.inf, mp.mpf(LARGEST), math.inf),
        (LARGEST, mp.ldexp(1, 1024), 0.5),
        (LARGEST, mp.ldexp(1, 1025), 2.0**51),
        (math.inf, mp.fsub(mp.ldexp(1, 1024), mp.ldexp(1, 969), exact=True), 0.25),
        (math.inf, mp.inf, 0.0),
        (LARGEST, mp.inf, math.inf),
        (-math.inf, mp.inf, math.inf),
        (math.nan, mp.mpf(1), math.inf),
        (0.0, mp.mpf(1), 2.0**52),
        (0.0, mp.mpf(0), 0.0),
    ],
)
def test_the_ends_of_the_range(got: float, exact: Any, error: float) -> None:
    report = accuracy_report(lambda _: got, lambda _: exact, [0.0])
    assert report.parts[0].worst == pytest.approx(error, rel=1e-12)


def test_a_cancelled_difference_is_measured_and_half_of_it_is_lost() -> None:
    report = accuracy_report(lambda x: np.exp(x) - 1, mpmath.expm1, [1e-20, 1e-17, 1e-9, 1.0])
    (part,) = report.parts
    assert part.lost == 2
    assert part.worst == pytest.approx(2.0**52, rel=1)
    assert str(part.first_lost).startswith("input 0: got 0.0, exactly 9.99999")


def test_errors_in_single_precision_are_counted_in_its_own_units() -> None:
    x = np.array([0.1, 0.7, 3.0])
    report = accuracy_report(lambda x: x.astype(np.float32), identity, [x])
    assert 2.0**-8 < report.parts[0].worst <= 0.5


# What is lost, and what is warned of --------------------------------------------------------------


@pytest.mark.parametrize("lost", [0.0, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_lost_values_are_counted(lost: float, count: int) -> None:
    def losing(x: np.ndarray) -> np.ndarray:
        return np.where(np.arange(x.size) < count, lost, x)

    report = accuracy_report(losing, identity, [np.full(5, 2.5)])
    assert report.lost == count
    assert (report.parts[0].first_lost is None) == (count == 0)


@pytest.mark.parametrize("exact", [mp.mpf(0), mp.mpf("1e-320"), mp.mpf("-1e-400")])
def test_a_zero_is_not_lost_where_no_normal_number_was(exact: Any) -> None:
    assert accuracy_report(lambda _: 0.0, lambda _: exact, [0.0]).lost == 0


@pytest.mark.parametrize(("size", "lost"), [(1.0, 0), (2.0**-4, 1)])
def test_with_conditioning_a_zero_is_lost_above_four_units(size: float, lost: int) -> None:
    exact = mp.ldexp(3, -53)
    report = accuracy_report(
        lambda _: 0.0, lambda _: exact, [0.0], conditioning=lambda u, _: mp.mpf(size)
    )
    assert report.lost == lost
    assert report.parts[0].worst == 3 / size


def test_conditioning_counts_in_roundoffs_of_the_terms() -> None:
    def difference(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (x + 3 * np.spacing(np.abs(x))) - y

    def subtract(x: Any, y: Any) -> list[Any]:
        return [xi - yi for xi, yi in zip(x, y, strict=True)]

    def terms(u: Any, x: Any, y: Any) -> list[Any]:
        return [abs(xi) + abs(yi) for xi, yi in zip(x, y, strict=True)]

    points = [(np.array([1.0, 1.5]), np.array([1.0 - 2.0**-40, 1.5]))]
    plain = accuracy_report(difference, subtract, points)
    allowed = accuracy_report(difference, subtract, points, conditioning=terms)
    assert plain.parts[0].worst > 1e4
    assert 2.0 <= allowed.parts[0].worst <= 3.1
    assert (plain.parts[0].unit, allowed.parts[0].unit) == ("ulp", "u·scale")


def test_warnings_are_counted_by_message() -> None:
    def careless(x: np.ndarray) -> np.ndarray:
        np.log(x - x)
        return np.asarray(np.exp(1000 * x) * 0 + x)

    def reference(x: Any) -> Any:
        return mp.mpf(x)

    report = accuracy_report(careless, reference, [1.0, 2.0])
    counts = dict(report.warnings)
    assert counts["divide by zero encountered in log"] == 2
    assert counts["overflow encountered in exp"] == 2
    assert "warning (2 ×): divide by zero encountered in log" in str(report)


def test_warnings_are_seen_whatever_the_caller_has_set_and_his_settings_stay() -> None:
    with np.errstate(all="ignore"):
        before = np.geterr()
        report = accuracy_report(lambda x: 1 / (x * 0) * 0 + x, identity, [1.0])
        assert np.geterr() == before
    assert [message for message, _ in report.warnings] == [
        "divide by zero encountered in scalar divide",
        "invalid value encountered in scalar multiply",
    ]


def test_a_clean_function_raises_no_warning() -> None:
    assert accuracy_report(np.tanh, mpmath.tanh, [0.5, -0.0, 1e-300]).warnings == ()


# The report ---------------------------------------------------------------------------------------


def test_the_worst_place_is_named() -> None:
    def wrong_once(x: np.ndarray) -> np.ndarray:
        result = x.copy()
        result[1, 2] += 7 * np.spacing(result[1, 2])
        return result

    points = [np.ones((1, 2, 3))[0], np.full((2, 3), 2.0)]
    (part,) = accuracy_report(
        lambda x: wrong_once(x) if x[0, 0] == 2 else x, identity, points
    ).parts
    assert (part.worst, part.median, part.entries) == (7, 0, 12)
    assert (part.where.input, part.where.index) == (1, (1, 2))
    assert str(part.where).startswith("input 1, entry [1, 2]: got 2.00000")


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (mp.mpf(0), "0.0"),
        (mp.mpf("-1.5"), "-1.5"),
        (mp.inf, "+inf"),
        (mp.exp(mp.mpf(-1e300)), "10^(-4.34294e+299)"),
        (-mp.exp(mp.mpf(1e10)), "-10^(4.34294e+9)"),
    ],
)
def test_true_values_are_shown_in_a_few_characters(exact: Any, shown: str) -> None:
    report = accuracy_report(lambda _: 0.25, lambda _: exact, [0.0])
    assert report.parts[0].where.exact == shown


def test_parts_have_names_and_one_can_be_asked_for() -> None:
    def both(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x, x + 2 * np.spacing(x)

    report = accuracy_report(both, lambda x: (x, x), [1.0], names=("value", "slope"))
    assert [part.name for part in report.parts] == ["value", "slope"]
    assert report.part("slope").worst == 2
    with pytest.raises(UnknownName, match="Did you mean 'slope'"):
        report.part("slop")


def test_a_function_cannot_change_what_the_reference_sees() -> None:
    def spoiling(x: np.ndarray) -> np.ndarray:
        x *= 2
        return x

    assert accuracy_report(spoiling, lambda x: [2 * xi for xi in x], [np.ones(2)]).lost == 0
    assert accuracy_report(spoiling, identity, [np.ones(2)]).parts[0].worst == 2.0**52


@pytest.mark.parametrize(
    ("error", "function", "reference", "inputs", "options"),
    [
        (ShapeMismatch, identity, identity, [], {}),
        (ShapeMismatch, identity, identity, [np.zeros(0)], {}),
        (ShapeMismatch, lambda x: x[:1], identity, [np.ones(2)], {}),
        (ShapeMismatch, lambda x: (x, x), lambda x: (x,), [1.0], {}),
        (ShapeMismatch, lambda x: (x, x, x), lambda x: (x, x), [1.0], {}),
        (ShapeMismatch, identity, identity, [1.0], {"names": ("one", "two")}),
        (ShapeMismatch, lambda a, y: a, "sigmoid_logistic", [(np.ones(2), np.ones(2))], {}),
        (UnsupportedType, lambda x: x.astype(int), identity, [1.0], {}),
        (UnsupportedType, lambda x: x + 0j, identity, [1.0], {}),
        (UnsupportedType, identity, identity, [1.0], {"conditioning": True}),
        (NotFinite, identity, lambda x: mp.nan, [1.0], {}),
        (UnknownName, identity, "softmax_crossentropy", [1.0], {}),
    ],
)
def test_a_wrong_call_is_refused(
    error: type, function: Any, reference: Any, inputs: Any, options: Any
) -> None:
    with pytest.raises(error, match="expected"):
        accuracy_report(function, reference, inputs, **options)


# The references -----------------------------------------------------------------------------------


def test_there_is_a_reference_for_every_kernel() -> None:
    assert set(PAIRS) == set(MODULES)


MODERATE = ([1.0, -2.0, 0.5], [0.25, 0.25, -3.0, 4.5], [12.0, -7.5])


def moderate_labels(name: str, a: list[float]) -> list[list[float]]:
    rows = np.array([a])
    return [hard_labels(kind, name, rows, seed=3)[0].tolist() for kind in PAIRS[name].labels]


@pytest.mark.parametrize("name", PAIRS)
def test_the_gradient_is_mpmath_s_derivative_of_the_definition(name: str) -> None:
    """`Reference` has the definitions of the kernels' tests, which share nothing with these."""
    definition = Reference.of(name)
    for a in MODERATE:
        for y in moderate_labels(name, a):
            loss, gradient = pair_reference(name)(a, y)
            with mp.workdps(80):
                exact = [mp.mpf(x) for x in a]
                assert mp.almosteq(loss, definition.loss(a, y, 80), 1e-60, 1e-60)
                for i, got in enumerate(gradient):

                    def along(x: Any, i: int = i, y: Any = y, exact: Any = exact) -> Any:
                        moved = [*exact[:i], x, *exact[i + 1 :]]
                        return definition.loss(moved, y, 160)

                    assert abs(got - mp.diff(along, exact[i])) < mp.mpf(10) ** -35


DIGITS = 1800
with mp.workdps(DIGITS):
    STEP = mp.mpf(10) ** -500
    NOTHING = mp.mpf(10) ** -390
"""Errors are below every positive float64, and the step far below that; forward, so that at
the kink of the ramp it gives r′(0) = 1, as in the lecture."""


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name.replace(" ", "-"))
def test_the_gradient_at_hard_inputs_is_a_difference_at_high_precision(
    name: str, family: Any
) -> None:
    """Two rows of each family, two labels of the domain, against differences of the definition."""
    definition = Reference.of(name)
    rows = hard_pre_activations(2)[family.name]
    chosen = random.Random(0).sample(range(len(rows)), 2)
    kinds = random.Random(1).sample(PAIRS[name].labels, 2)
    for kind in kinds:
        labels = hard_labels(kind, name, rows)
        for a, y in ((rows[i].tolist(), labels[i].tolist()) for i in chosen):
            loss, gradient = pair_reference(name)(a, y)
            here = definition.loss(a, y, DIGITS)
            with mp.workdps(DIGITS):
                assert abs(loss - here) <= mp.mpf(10) ** -60 * abs(here) + NOTHING
                for i, got in enumerate(gradient):
                    moved = [*a[:i], mp.mpf(a[i]) + STEP, *a[i + 1 :]]
                    expected = (definition.loss(moved, y, DIGITS) - here) / STEP
                    assert abs(got - expected) <= mp.mpf(10) ** -60 * abs(expected) + NOTHING


def test_at_the_kink_of_the_ramp_the_slope_is_one() -> None:
    for zero in (0.0, -0.0):
        assert pair_reference("relu_squared_error")([zero], [3.0])[1] == [-6]


def test_a_gap_of_1e300_keeps_its_logarithm_and_loses_no_gradient() -> None:
    loss, gradient = pair_reference("softmax_logistic")([1e300, 0.0, 0.0], [0.0, 1.0, 0.0])
    with mp.workdps(30):
        assert mp.almosteq(loss, 2 * mp.mpf(1e300), 1e-25)
        assert [mp.nstr(entry, 5) for entry in gradient] == ["2.0", "-1.5", "-0.5"]


@pytest.mark.parametrize("name", [name for name in PAIRS if name.startswith("softmax")])
def test_softmax_of_one_unit_is_one_and_nothing_moves_it(name: str) -> None:
    """Where 1 − ŷ is 0, 0 · ln 0 and 0 / 0 are read as 0."""
    assert pair_reference(name).predict([0.3]) == [1]
    assert pair_reference(name)([0.3], [1.0]) == (0, [0])


def test_a_batch_is_its_examples() -> None:
    pair = pair_reference("softmax_cross_entropy")
    a, y = [[1.0, 2.0], [3.0, -1.0]], [[1.0, 0.0], [0.5, 0.5]]
    losses, gradients = pair(a, y)
    sizes = pair.sizes(2.0**-53, a, y)[1]
    for i in range(2):
        assert (losses[i], gradients[i]) == pair(a[i], y[i])
        assert pair.predict(a)[i] == pair.predict(a[i])
        assert sizes[i] == pair.sizes(2.0**-53, a[i], y[i])[1]


@pytest.mark.parametrize("name", PAIRS)
def test_no_size_of_terms_is_below_the_value(name: str) -> None:
    """Otherwise a correctly rounded result could be counted as wrong."""
    pair = pair_reference(name)
    for given_input in hard_inputs(name, classes=(3,)):
        for a, y in zip(given_input.a[::4].tolist(), given_input.y[::4].tolist(), strict=True):
            loss, gradient = pair(a, y)
            loss_size, sizes = pair.sizes(2.0**-53, a, y)
            with mp.workprec(2000):
                assert loss_size is None or loss_size >= loss * (1 - mp.mpf(10) ** -60)
                for entry, size in zip(gradient, sizes or [], strict=sizes is not None):
                    assert abs(entry) <= size * (1 + mp.mpf(10) ** -60) + mp.mpf(10) ** -370


# The inputs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", PRECISIONS[1:])
@pytest.mark.parametrize("k", HARD_CLASSES)
def test_hard_pre_activations_are_finite_and_always_the_same(dtype: type, k: int) -> None:
    first, second = hard_pre_activations(k, dtype), hard_pre_activations(k, dtype)
    assert list(first) == [family.name for family in FAMILIES]
    for name, rows in first.items():
        assert rows.dtype == dtype
        assert rows.shape == (len(rows), k)
        assert len(rows) >= 2
        assert np.isfinite(rows).all()
        assert rows.tobytes() == second[name].tobytes()
    other = hard_pre_activations(k, dtype, seed=1)
    assert any(first[name].tobytes() != other[name].tobytes() for name in first)


@pytest.mark.parametrize("dtype", PRECISIONS[1:])
def test_hard_pre_activations_hold_the_extremes(dtype: type) -> None:
    information, made = np.finfo(dtype), hard_pre_activations(3, dtype)
    confident = made["confident"]
    gaps = np.ptp(confident[:, :].astype(np.longdouble), axis=1)
    vanishing = -math.log(information.epsneg)
    assert gaps.min() == 0
    assert gaps.max() >= information.max / 8
    assert ((gaps > vanishing - 2) & (gaps < vanishing)).any()
    assert ((gaps > vanishing) & (gaps < vanishing + 3)).any()
    subnormal = np.abs(made["subnormal"])
    assert ((subnormal > 0) & (subnormal < information.smallest_normal)).any()
    assert np.abs(made["huge"]).max() == information.max
    assert {0.0} == set(np.abs(made["signed zeros"]).ravel())
    assert len({*np.signbit(made["signed zeros"]).ravel()}) == 2
    ordered = np.sort(made["ties"], axis=1)
    assert (ordered[:, -1] == ordered[:, -2]).any()


@pytest.mark.parametrize("dtype", PRECISIONS[1:])
@pytest.mark.parametrize("name", PAIRS)
def test_hard_labels_are_in_the_domain(name: str, dtype: type) -> None:
    a = hard_pre_activations(3, dtype)["scattered"]
    for kind in PAIRS[name].labels:
        y = hard_labels(kind, name, a)
        assert (y.dtype, y.shape) == (a.dtype, a.shape)
        if LABEL_KINDS[kind].whole:
            assert set(np.unique(y)) <= {0.0, 1.0}
        if name != "linear_squared_error" and "squared" not in name:
            assert ((y >= 0) & (y <= 1)).all()
        if name.startswith("softmax") and kind != "real":
            assert np.allclose(y.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("name", PAIRS)
def test_labels_equal_to_the_prediction_are_the_nearest_floats(name: str) -> None:
    a = hard_pre_activations(3)["scattered"]
    y = hard_labels("prediction", name, a) if "prediction" in PAIRS[name].labels else None
    assert y is not None
    module = importlib.import_module(f"numeric.kernels.{name}")
    np.testing.assert_allclose(y, module.predict(a), rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ShapeMismatch, lambda: hard_pre_activations(0)),
        (UnsupportedType, lambda: hard_pre_activations(2, np.float16)),
        (UnknownName, lambda: hard_labels("smothed", "softmax_logistic", np.ones((1, 2)))),
        (UnknownName, lambda: hard_labels("real", "softmax_logistic", np.ones((1, 2)))),
        (UnknownName, lambda: pair_reference("tanh_logistic")),
    ],
)
def test_inputs_that_do_not_exist_are_refused(error: type, call: Callable[[], Any]) -> None:
    with pytest.raises(error, match="expected"):
        call()


@pytest.mark.parametrize("name", PAIRS)
def test_hard_inputs_leave_out_what_the_loss_is_not_defined_for(name: str) -> None:
    made = list(hard_inputs(name, classes=(1, 2)))
    classes = {one.a.shape[-1] for one in made}
    assert classes == ({2} if name == "softmax_logistic" else {1, 2})
    combinations = {(one.family, one.labels, one.a.shape[-1]) for one in made}
    assert len(combinations) == len(made) == len(FAMILIES) * len(PAIRS[name].labels) * len(classes)


LOSES_GRADIENTS = pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="ŷᵢ − Σⱼ ŷⱼ eⱼ is a difference of equal terms where the largest units tie",
)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[LOSES_GRADIENTS] if name == "softmax_squared_error" else [])
        for name in MODULES
    ],
)
def test_a_kernel_loses_no_gradient_and_warns_of_nothing(name: str) -> None:
    kernel = importlib.import_module(f"numeric.kernels.{name}")
    for whole in {LABEL_KINDS[kind].whole for kind in PAIRS[name].labels}:
        inputs = [
            (one.a, one.y)
            for one in hard_inputs(name, classes=(2, 3))
            if LABEL_KINDS[one.labels].whole == whole
        ]
        report = accuracy_report(
            lambda a, y: kernel.value_and_grad(a, y, reduction="none"),
            name,
            inputs,
            conditioning=not whole,
        )
        assert report.warnings == ()
        assert report.part("gradient").entries == sum(a.size for a, _ in inputs)
        assert report.part("gradient").lost == 0, str(report)


CLASSES = (1, 2, 3, 10, 37)
ENOUGH = 4.0
"""Units in the last place for labels of 0 and 1, units of the rounded terms for soft ones."""


def errors_of(name: str, precision: str, *, whole: bool) -> float:
    """Return the worst error of a kernel's loss and gradient; inf where one is lost."""
    kernel, row = importlib.import_module(f"numeric.kernels.{name}"), PAIRS[name]
    inputs = [
        (one.a, one.y)
        for one in hard_inputs(name, precision, classes=CLASSES)
        if LABEL_KINDS[one.labels].whole == whole
    ]
    if not inputs:
        return 0.0
    report = accuracy_report(
        lambda a, y: kernel.value_and_grad(a, y, reduction="none"),
        row,
        inputs,
        conditioning=not whole and row.terms is not None and row.sizes,
        names=("loss", "gradient"),
    )
    assert report.warnings == ()
    return max(part.worst if not part.lost else math.inf for part in report.parts)


@pytest.mark.parametrize("name", MODULES)
def test_a_kernel_is_within_four_units_or_its_row_says_where_not(name: str) -> None:
    """A row that says so without need fails, too: what was mended is not excused any longer."""
    errors = [
        errors_of(name, precision, whole=whole)
        for precision in ("float64", "float32")
        for whole in (True, False)
    ]
    assert (max(errors) <= ENOUGH) == (PAIRS[name].beyond == ""), errors
