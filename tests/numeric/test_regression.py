"""The closed forms: minima of their losses, and where descent with the kernels arrives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from numeric import descend
from numeric.errors import InvalidLabels, NoMinimum, NotFinite, OutOfRange, ShapeMismatch
from numeric.kernels import linear_squared_error, sigmoid_logistic, softmax_cross_entropy
from numeric.regression import (
    Regression,
    linear_regression,
    logistic_regression,
    softmax_regression,
)

RANDOM = np.random.default_rng(3)
H = RANDOM.standard_normal((40, 3))
CLASSES = RANDOM.integers(0, 4, 40)
LABELS = {
    "linear": RANDOM.standard_normal((40, 2)),
    "logistic": RANDOM.integers(0, 2, (40, 2)).astype(float),
    "softmax": np.eye(4)[CLASSES],
}
SOFT = {
    "linear": LABELS["linear"],
    "logistic": RANDOM.random((40, 2)),
    "softmax": RANDOM.dirichlet(np.ones(4), 40),
}
"""Labels that are not 0 and 1 only."""
REGRESSIONS: dict[str, Callable[..., Regression]] = {
    "linear": linear_regression,
    "logistic": logistic_regression,
    "softmax": softmax_regression,
}
KERNELS: dict[str, Any] = {
    "linear": linear_squared_error,
    "logistic": sigmoid_logistic,
    "softmax": softmax_cross_entropy,
}
KINDS = pytest.mark.parametrize("kind", REGRESSIONS)
WEIGHTS = pytest.mark.parametrize("weight", [0.0, 0.3])
BIASES = pytest.mark.parametrize("biases", [False, True])


def objective(kind: str, weight: float, params: Any, h: Any, y: Any) -> tuple[Any, dict[str, Any]]:
    """J and its gradients, by the shipped kernel of the layer and λ‖W‖²."""
    W = params["W"]
    loss, grad_W, _, *grad_b = KERNELS[kind].layer_value_and_grad(W, h, y, params.get("b"))
    grads = {"W": grad_W + 2 * weight * W, **dict(zip(["b"], grad_b, strict=False))}
    return loss + weight * np.sum(W**2), grads


def as_params(found: Regression) -> dict[str, Any]:
    return {"W": found.W} if found.b is None else {"W": found.W, "b": found.b}


def beginning(found: Regression) -> dict[str, Any]:
    return {name: np.zeros_like(array) for name, array in as_params(found).items()}


# Minima -------------------------------------------------------------------------------------------


@KINDS
@WEIGHTS
@BIASES
@pytest.mark.parametrize("labels", [LABELS, SOFT], ids=["hard", "soft"])
def test_the_kernels_see_a_minimum_there(
    kind: str, weight: float, biases: bool, labels: dict[str, Any]
) -> None:
    found = REGRESSIONS[kind](H, labels[kind], regularisation=weight, biases=biases)
    assert (found.b is not None) == biases
    value, grads = objective(kind, weight, as_params(found), H, labels[kind])
    assert np.isclose(found.loss, value, rtol=1e-13)
    assert max(np.abs(grad).max() for grad in grads.values()) < 1e-11
    for _ in range(20):
        near = {
            name: array + 1e-3 * RANDOM.standard_normal(array.shape)
            for name, array in as_params(found).items()
        }
        assert objective(kind, weight, near, H, labels[kind])[0] > value


@KINDS
@WEIGHTS
@BIASES
def test_descent_with_the_kernels_arrives_there(kind: str, weight: float, biases: bool) -> None:
    y = LABELS[kind]
    found = REGRESSIONS[kind](H, y, regularisation=weight, biases=biases)
    done = descend(
        partial(objective, kind, weight), beginning(found), H, y,
        rate=0.01, momentum=0.7, epochs=5000, tolerance=1e-10,
    )  # fmt: skip
    assert done.converged
    for name, array in as_params(found).items():
        assert np.abs(done.params[name] - array).max() < 1e-8


def test_the_normal_equations_hold() -> None:
    y = LABELS["linear"]
    for weight in (0.0, 0.3):
        W = linear_regression(H, y, regularisation=weight).W
        assert np.allclose((H.T @ H + weight * np.eye(3)) @ W.T, H.T @ y, rtol=0, atol=1e-12)


@BIASES
def test_two_classes_of_a_softmax_are_one_logistic_unit(biases: bool) -> None:
    """ŷ₁ = s(a₁ − a₂); with λ‖W‖² the two halves w/2 and −w/2 weigh half as much as w."""
    y = LABELS["logistic"][:, :1]
    for weight in (0.0, 0.4):
        one = logistic_regression(H, y, regularisation=weight / 2, biases=biases)
        two = softmax_regression(H, np.hstack([y, 1 - y]), regularisation=weight, biases=biases)
        assert np.allclose(two.W[0] - two.W[1], one.W[0], rtol=0, atol=1e-10)
        assert np.isclose(two.loss, one.loss, rtol=1e-12)


def test_units_of_logistic_regression_are_apart() -> None:
    both = logistic_regression(H, LABELS["logistic"])
    alone = [logistic_regression(H, LABELS["logistic"][:, [i]]) for i in range(2)]
    assert np.array_equal(both.W, np.vstack([one.W for one in alone]))
    assert np.isclose(both.loss, sum(one.loss for one in alone), rtol=1e-14)


# Where the minimum is not unique ------------------------------------------------------------------


@WEIGHTS
@BIASES
def test_rows_of_a_softmax_sum_to_zero(weight: float, biases: bool) -> None:
    found = softmax_regression(H, LABELS["softmax"], regularisation=weight, biases=biases)
    assert all(np.abs(array.sum(axis=0)).max() < 1e-12 for array in as_params(found).values())


@KINDS
def test_of_columns_that_depend_the_smallest_weights_are_taken(kind: str) -> None:
    """A column given twice shares its weight; the loss is that of one."""
    y = LABELS[kind]
    once = REGRESSIONS[kind](H, y)
    twice = REGRESSIONS[kind](np.hstack([H, H]), y)
    assert np.allclose(twice.W, np.hstack([once.W, once.W]) / 2, rtol=0, atol=1e-9)
    assert np.isclose(twice.loss, once.loss, rtol=1e-12)


@KINDS
def test_the_units_of_the_inputs_do_not_matter(kind: str) -> None:
    scale = np.array([1e-7, 1.0, 1e7])
    plain, scaled = (REGRESSIONS[kind](h, LABELS[kind], biases=True) for h in (H, H * scale))
    assert np.allclose(scaled.W * scale, plain.W, rtol=1e-6, atol=1e-8)


# Where there is none ------------------------------------------------------------------------------

APART = (H[:, :1] > 0).astype(float)
INDICATOR = np.hstack([H, (np.arange(40) < 4)[:, None]])
"""Its last column is 1 in four rows alone, and the labels of these can be all the same."""
ALIKE = LABELS["logistic"][:, :1].copy()
ALIKE[:4] = 1
UNMET = np.eye(5)[CLASSES]


@pytest.mark.parametrize(
    ("regression", "h", "y"),
    [
        (logistic_regression, H, APART),
        (logistic_regression, INDICATOR, ALIKE),
        (softmax_regression, H, np.hstack([APART, 1 - APART])),
        (softmax_regression, H, UNMET),
    ],
    ids=["apart", "apart in a part", "softmax", "a class without examples"],
)
def test_weights_that_run_away_are_told_and_a_regulariser_holds_them(
    regression: Any, h: Any, y: Any
) -> None:
    with pytest.raises(NoMinimum, match="regularisation > 0"):
        regression(h, y, biases=True)
    held = regression(h, y, biases=False, regularisation=1e-3)
    assert np.isfinite(held.W).all()


def test_a_bias_is_not_held_by_the_regulariser() -> None:
    with pytest.raises(NoMinimum, match="labels that differ"):
        logistic_regression(H, np.ones((40, 1)), regularisation=1.0, biases=True)


@pytest.mark.parametrize("seed", range(60))
def test_no_minimum_is_told_where_a_plane_separates_and_only_there(seed: int) -> None:
    """Against a search of all planes through the origin and d − 1 points, in whole numbers.

    In two dimensions labels leave no minimum when some v ≠ 0 has ±v·h ≥ 0 for all rows and is
    not orthogonal to all of them; when there is one, there is one orthogonal to a row.
    """
    random = np.random.default_rng(seed)
    h = random.integers(-3, 4, (7, 2))
    y = random.integers(0, 2, (7, 1))
    turned = np.where(y == 1, h, -h)
    planes = [sign * np.array([-row[1], row[0]]) for row in turned for sign in (1, -1)]
    planes += [row for row in turned if row.any()]
    separates = any((turned @ v >= 0).all() and (turned @ v > 0).any() for v in planes)
    try:
        found = logistic_regression(h, y)
    except NoMinimum:
        assert separates
    else:
        assert not separates
        assert np.isfinite(found.W).all()


# Refusals -----------------------------------------------------------------------------------------


@KINDS
def test_what_cannot_be_right_is_told(kind: str) -> None:
    regression, y = REGRESSIONS[kind], LABELS[kind]
    gap = H.copy()
    gap[11, 0] = np.nan
    with pytest.raises(NotFinite, match=r"h: got nan in row 11 \(counted from 0\)"):
        regression(gap, y)
    with pytest.raises(ShapeMismatch, match="y: got 39 rows; expected 40, as many as h has"):
        regression(H, y[:-1])
    with pytest.raises(ShapeMismatch, match=r"y: got shape \(40,\); expected \(n, k\)"):
        regression(H, y[:, 0])
    with pytest.raises(OutOfRange, match="regularisation: got -1"):
        regression(H, y, regularisation=-1)


@pytest.mark.parametrize(
    ("regression", "row"),
    [
        (logistic_regression, [0.5, 1.5]),
        (logistic_regression, [-0.1, 0.0]),
        (softmax_regression, [0.5, 0.25, 0.0, 0.0]),
        (softmax_regression, [-0.5, 1.5, 0.0, 0.0]),
    ],
)
def test_labels_outside_their_domain_are_told_with_their_row(regression: Any, row: Any) -> None:
    y = np.tile(np.eye(len(row))[0], (40, 1))
    y[[8, 30]] = row
    with pytest.raises(InvalidLabels, match=r"in row 8 \(counted from 0\)"):
        regression(H, y)


# Others -------------------------------------------------------------------------------------------


@BIASES
@pytest.mark.parametrize("weight", [0.05, 2.0])
def test_scikit_learn_finds_the_same(weight: float, biases: bool) -> None:
    """Ridge has our J; LogisticRegression has C Σ L + ½‖W‖², so that C = 1/(2λ)."""
    models = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    options = {"fit_intercept": biases, "tol": 1e-12}
    iterated = {"C": 1 / (2 * weight), "solver": "newton-cg", "max_iter": 1000}
    theirs = {
        "linear": models.Ridge(alpha=weight, **options).fit(H, LABELS["linear"]),
        "logistic": models.LogisticRegression(**options, **iterated).fit(
            H, LABELS["logistic"][:, 0]
        ),
        "softmax": models.LogisticRegression(**options, **iterated).fit(H, CLASSES),
    }
    for kind, model in theirs.items():
        y = LABELS[kind][:, :1] if kind == "logistic" else LABELS[kind]
        found = REGRESSIONS[kind](H, y, regularisation=weight, biases=biases)
        assert np.allclose(found.W, model.coef_, rtol=0, atol=1e-8)
        if found.b is not None:
            centre = model.intercept_.mean() if kind == "softmax" else 0
            assert np.allclose(found.b, model.intercept_ - centre, rtol=0, atol=1e-8)
