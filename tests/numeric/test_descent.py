"""Gradient descent: its laws, where it stops, and what it refuses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import numeric
from numeric import descend
from numeric.errors import (
    Diverged,
    NotFinite,
    NotScalar,
    NumericError,
    OutOfRange,
    ShapeMismatch,
    UnsupportedType,
)
from numeric.kernels import softmax_cross_entropy

RANDOM = np.random.default_rng(0)
H = RANDOM.standard_normal((23, 3))
Y = np.eye(4)[RANDOM.integers(0, 4, 23)]
W = RANDOM.standard_normal((4, 3))
LAYER = softmax_cross_entropy.layer_value_and_grad
CURVATURES = np.array([0.5, 1.0, 4.0])


def bowl(w: Any, x: Any, y: Any) -> tuple[float, Any]:
    """½ Σᵣ cᵣ wᵣ², whatever the examples."""
    return 0.5 * float(np.sum(CURVATURES * w**2)), CURVATURES * w


def pair(params: Any, x: Any, y: Any) -> tuple[float, dict[str, Any]]:
    """The layer with a bias, as a dict."""
    loss, grad_W, _, grad_b = LAYER(params["W"], x, y, params["b"])
    return loss, {"W": grad_W, "b": grad_b}


def same(first: Any, second: Any) -> bool:
    return (
        np.array_equal(first.params, second.params)
        and first.losses == second.losses
        and (first.loss, first.gradient_norm) == (second.loss, second.gradient_norm)
    )


# Laws ---------------------------------------------------------------------------------------------


def test_without_momentum_it_is_plain_descent() -> None:
    plain = W.copy()
    for _ in range(20):
        plain -= 0.05 * LAYER(plain, H, Y)[1]
    done = descend(LAYER, W, H, Y, rate=0.05, epochs=20)
    assert np.array_equal(done.params, plain)
    assert same(done, descend(LAYER, W, H, Y, rate=0.05, epochs=20, momentum=0.0))


def test_with_momentum_it_is_the_recursion() -> None:
    w, before = W.copy(), W.copy()
    for _ in range(20):
        w, before = w - 0.05 * LAYER(w, H, Y)[1] + 0.7 * (w - before), w
    done = descend(LAYER, W, H, Y, rate=0.05, epochs=20, momentum=0.7)
    assert np.allclose(done.params, w, rtol=1e-12, atol=1e-12)


def test_the_same_seed_gives_the_same_and_another_one_not() -> None:
    first, again, other = (
        descend(LAYER, W, H, Y, rate=0.05, epochs=3, batch=5, seed=seed) for seed in (7, 7, 8)
    )
    assert same(first, again)
    assert not np.array_equal(first.params, other.params)


def test_a_batch_of_all_is_no_batch() -> None:
    every, whole = (
        descend(LAYER, W, H, Y, rate=0.05, epochs=5, momentum=0.5, batch=batch, seed=batch or 0)
        for batch in (None, len(H))
    )
    assert same(every, whole)


@pytest.mark.parametrize("batch", [1, 5, 22])
def test_an_epoch_meets_each_row_once(batch: int) -> None:
    met: list[int] = []
    sizes: list[int] = []

    def noted(w: Any, x: Any, y: Any) -> tuple[float, Any]:
        assert np.array_equal(x[:, 0], y)
        met.extend(y.tolist())
        sizes.append(len(y))
        return 0.0, np.zeros(1)

    rows = np.arange(23)
    descend(noted, np.zeros(1), rows[:, None], rows, rate=1.0, epochs=2, batch=batch)
    first, second, last = met[:23], met[23:46], met[46:]
    assert sorted(first) == sorted(second) == last == rows.tolist()
    assert first != second
    assert sizes[:-1] == 2 * ([batch] * (23 // batch) + [23 % batch] * (23 % batch > 0))


def test_a_quadratic_falls_with_every_step_below_the_largest_rate() -> None:
    """For rates below 2 over the largest curvature; above it, it grows."""
    for rate in (0.01, 0.2, 0.49):
        losses = descend(bowl, np.ones(3), [0], [0], rate=rate, epochs=50).losses
        assert all(after < before for before, after in pairwise(losses))
    losses = descend(bowl, np.ones(3), [0], [0], rate=0.51, epochs=50).losses
    assert losses[-1] > losses[0]


def test_an_array_and_a_dict_with_it_are_the_same() -> None:
    alone = descend(LAYER, W, H, Y, rate=0.05, epochs=5, batch=4)
    named = descend(
        lambda params, x, y: (lambda loss, grad, _: (loss, {"W": grad}))(*LAYER(params["W"], x, y)),
        {"W": W}, H, Y, rate=0.05, epochs=5, batch=4,
    )  # fmt: skip
    assert np.array_equal(alone.params, named.params["W"])
    assert list(named.params) == ["W"]


def test_gradients_that_are_parameters_are_not_moved_meanwhile() -> None:
    """J = uv has the gradients v and u, handed out without a copy."""
    start = {"u": np.array([2.0]), "v": np.array([3.0])}
    done = descend(
        lambda p, x, y: (float(p["u"][0] * p["v"][0]), {"u": p["v"], "v": p["u"]}),
        start, [0], [0], rate=0.5, epochs=1,
    )  # fmt: skip
    assert (done.params["u"].item(), done.params["v"].item()) == (2 - 1.5, 3 - 1.0)


def test_what_is_given_is_left_alone_and_dtypes_stay() -> None:
    params = {"W": W.astype(np.float32), "b": np.zeros(4, np.float32)}
    h, y = H.astype(np.float32), Y.astype(np.float32)
    kept = {name: array.copy() for name, array in params.items()}, h.copy(), y.copy()
    done = descend(pair, params, h, y, rate=0.05, epochs=3, momentum=0.9, batch=6)
    assert all(np.array_equal(params[name], kept[0][name]) for name in params)
    assert np.array_equal(h, kept[1])
    assert np.array_equal(y, kept[2])
    assert {name: array.dtype for name, array in done.params.items()} == {
        "W": np.float32,
        "b": np.float32,
    }


# Where it ends ------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [None, 5])
def test_loss_and_gradient_are_those_of_the_end(batch: int | None) -> None:
    done = descend(pair, {"W": W, "b": np.zeros(4)}, H, Y, rate=0.02, epochs=4, batch=batch)
    loss, grads = pair(done.params, H, Y)
    norm = np.sqrt(sum(np.sum(grad**2) for grad in grads.values()))
    assert (done.loss, done.epochs, done.converged) == (loss, 4, False)
    assert np.isclose(done.gradient_norm, norm, rtol=1e-14)


def test_the_losses_are_those_at_the_beginning_of_an_epoch() -> None:
    done = descend(bowl, np.ones(3), [0], [0], rate=0.1, epochs=3)
    expected = [bowl(np.ones(3) * (1 - 0.1 * CURVATURES) ** epoch, 0, 0)[0] for epoch in range(4)]
    assert np.allclose([*done.losses, done.loss], expected, rtol=1e-14)


def test_the_loss_of_an_epoch_weighs_its_batches_by_their_rows() -> None:
    """A mean of the labels is met in batches of 5, 5, 5, 5 and 3, and is that of all."""
    labels = np.arange(23.0) ** 2
    done = descend(
        lambda w, x, y: (y.mean(), np.zeros(1)), np.zeros(1), labels, labels,
        rate=1.0, epochs=3, batch=5,
    )  # fmt: skip
    assert np.allclose(done.losses, labels.mean(), rtol=1e-14)


def test_it_stops_at_the_first_epoch_with_a_small_gradient() -> None:
    done = descend(bowl, np.ones(3), [0], [0], rate=0.2, epochs=1000, tolerance=1e-6)
    norms = [np.linalg.norm(CURVATURES * (1 - 0.2 * CURVATURES) ** n) for n in range(1000)]
    assert done.converged
    assert done.epochs == next(n for n, norm in enumerate(norms) if norm <= 1e-6)
    assert str(done).startswith(f"converged after {done.epochs} epochs: loss ")


def test_a_minimum_is_left_at_once() -> None:
    done = descend(bowl, np.zeros(3), [0], [0], rate=0.2, epochs=10, tolerance=0.0)
    assert (done.converged, done.epochs) == (True, 0)


def test_a_gradient_near_the_limit_of_the_format_has_a_finite_norm() -> None:
    done = descend(
        lambda w, x, y: (1.0, np.full(4, 1e300)), np.zeros(4), [0], [0], rate=1e-300, epochs=1
    )
    assert np.isclose(done.gradient_norm, 2e300)


@pytest.mark.parametrize("batch", [None, 5])
def test_divergence_names_the_epoch_and_the_last_finite_loss(batch: int | None) -> None:
    losses: list[float] = []

    def steep(w: Any, x: Any, y: Any) -> tuple[float, Any]:
        loss = float(np.sum(w**4))
        if np.isfinite(loss):
            losses.append(loss)
        return loss, 4 * w**3

    with pytest.raises(Diverged, match=r"a smaller rate than 1\.0") as raised:
        descend(steep, np.full(2, 3.0), H, Y, rate=1.0, epochs=100, batch=batch)
    # By the end of this epoch a parameter has run away, or the loss has no value within it.
    assert raised.value.epoch == (3 if batch is None else 0)
    assert raised.value.last_loss == losses[-1]
    assert f"epoch {raised.value.epoch}:" in str(raised.value)
    assert f"{losses[-1]:.6g}" in str(raised.value)


def fixed_loss(loss: Any, **params: Any) -> tuple[Any, dict[str, Any]]:
    """Return a training of which the loss by epoch is told, and the parameters it begins with."""
    calls: list[int] = []

    def value_and_grad(w: Any, x: Any, y: Any) -> tuple[float, Any]:
        calls.append(len(calls))
        return loss(w), {name: -10 * array for name, array in w.items()}

    return value_and_grad, {name: np.full(2, float(value)) for name, value in params.items()}


@pytest.mark.parametrize(
    ("loss", "params", "rate", "message"),
    [
        # Each step multiplies the parameters by 1 + 10 rate.
        (lambda w: -1.0, {"W1": 1, "W2": 0}, 1.0, r"up to 2.52e\+60 in W1, above 1.61e\+60"),
        (lambda w: 1.0, {"W1": 1, "b7": 2}, 1e200, "entries up to 2e\\+201 in b7"),
        (lambda w: 1.0, {"W1": 0, "b7": 1e200}, 1e200, "NaN or infinity in b7"),
        (lambda w: 1.0, {"W1": 1, "b7": 1}, 1e308, "NaN or infinity in W1"),
        (lambda w: 1 + np.exp(w["W3"][0]), {"W1": 1, "W3": 2}, 1e3, "a loss of inf, where W3"),
        (lambda w: np.nan, {"W1": 1, "W3": 2}, 1e3, "a loss of nan, where W3"),
    ],
)
def test_what_runs_away_is_told_with_its_parameter_its_epoch_and_the_rate(
    loss: Any, params: dict[str, float], rate: float, message: str
) -> None:
    function, start = fixed_loss(loss, **params)
    with pytest.raises(Diverged, match=message) as raised:
        descend(function, start, [0], [0], rate=rate, epochs=200)
    assert re.match(r"training, epoch \d+: ", str(raised.value))
    assert (str(rate) in str(raised.value)) == (raised.value.last_loss is not None)


@pytest.mark.parametrize(
    ("height", "at_the_end", "runaway"),
    [(900.0, True, False), (1100.0, True, True), (1100.0, False, False), (1e30, False, False)],
)
def test_a_rise_may_be_high_and_an_end_not(height: float, at_the_end: bool, runaway: bool) -> None:
    """The loss rises in epoch 2, and falls in epoch 4 where training goes on until then."""

    def hill(w: Any, x: Any, y: Any) -> tuple[float, Any]:
        return (height if 2 <= w[0] < 4 else 1.0), -np.ones(1)

    epochs = 3 if at_the_end else 9
    train = partial(descend, hill, np.zeros(1), [0], [0], rate=1.0, epochs=epochs)
    done = train(may_diverge=True)
    assert done.losses[2] == height
    assert bool(done.runaway) == runaway
    assert str(done).startswith(f"{'diverged' if runaway else 'stopped'} after {epochs} epochs:")
    if runaway:
        said = "a loss above 1000 times the first one of 1; params has entries up to 3"
        assert done.runaway == said
        with pytest.raises(Diverged, match=f"training, epoch 2: got {re.escape(said)}"):
            train()
    else:
        assert same(done, train())
    # Both ends of the hill are 1 or above it.
    assert done.risen_from == (1.0 if at_the_end else None)
    assert ("above the first one of 1" in str(done)) == (at_the_end and not runaway)


@pytest.mark.parametrize(("rate", "runaway"), [(1e15, False), (1e16, True)])
def test_parameters_far_away_are_told_at_the_end(rate: float, runaway: bool) -> None:
    function, start = fixed_loss(lambda w: 1.0, W1=0, W2=0.1)
    done = descend(function, start, [0], [0], rate=rate, epochs=1, may_diverge=True)
    assert done.runaway == ("W2 has entries up to 1e+16" if runaway else "")


def test_a_first_batch_that_fits_is_not_what_the_others_are_measured_by() -> None:
    """The first loss is then 0 by chance, and that of all examples says that nothing rose."""
    labels = np.full(20, 1e3)
    first = np.random.default_rng(0).permutation(20)[0]
    labels[first] = 0.0

    def mean(w: Any, x: Any, y: Any) -> tuple[float, Any]:
        return float(np.mean((w - y) ** 2)), 2 * np.mean(w - y, keepdims=True)

    done = descend(mean, np.zeros(1), labels, labels, rate=1e-3, epochs=3, batch=1)
    assert done.loss > 1000
    assert not done.runaway


def test_divergence_in_the_last_step_is_told_too() -> None:
    with pytest.raises(Diverged, match="NaN or infinity in params") as raised:
        descend(
            lambda w, x, y: (1.0, np.full(1, 1e300)), np.zeros(1), [0], [0], rate=1e300, epochs=1
        )
    assert (raised.value.epoch, raised.value.last_loss) == (0, 1.0)


def test_an_epoch_that_leads_astray_is_named_when_it_was_the_last() -> None:
    """Found by the loss at the end, when all the epochs are through."""
    with pytest.raises(Diverged, match="a loss of inf") as raised:
        descend(lambda w, x, y: (np.exp(w[0]), -np.ones(1)), np.zeros(1), H, Y, rate=800, epochs=1)
    assert raised.value.epoch == 0


def test_a_beginning_without_a_loss_is_no_matter_of_the_rate() -> None:
    with pytest.raises(Diverged, match="Begin where") as raised:
        descend(lambda w, x, y: (np.nan, w), np.zeros(1), [0], [0], rate=1.0, epochs=1)
    assert raised.value.last_loss is None


# On the way ---------------------------------------------------------------------------------------


def test_those_who_watch_see_every_epoch_and_change_nothing() -> None:
    seen: list[tuple[int, Any]] = []

    def watch(epoch: int, params: Any) -> None:
        seen.append((epoch, params.copy()))
        params[...] = np.nan

    done = descend(bowl, np.ones(3), [0], [0], rate=0.1, epochs=3, watch=watch)
    assert [epoch for epoch, _ in seen] == [0, 1, 2]
    assert np.array_equal(seen[-1][1], done.params)


def test_the_bar_shows_the_loss_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    shown = descend(bowl, np.ones(3), [0], [0], rate=0.1, epochs=3, progress=True)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "descent" in printed.err
    assert f"loss {shown.losses[-1]:.6g}" in printed.err
    assert same(shown, descend(bowl, np.ones(3), [0], [0], rate=0.1, epochs=3))
    assert capsys.readouterr().err == ""


def test_neither_rich_nor_a_kernel_is_imported_for_it() -> None:
    code = (
        "import sys, numeric.descent, numeric.regression\n"
        "print([m for m in sys.modules if m.split('.')[0] == 'rich' or 'numeric.kernels' in m])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.stdout.strip() == "[]", done.stderr


# What is refused ----------------------------------------------------------------------------------

GAP = H.copy()
GAP[5, 2] = np.nan
GAPPED_LABELS = Y.copy()
GAPPED_LABELS[[7, 9], 1] = np.inf
REFUSALS: list[tuple[dict[str, Any], type[NumericError], str]] = [
    ({"x": GAP}, NotFinite, r"x: got nan in row 5 \(counted from 0\)"),
    ({"y": GAPPED_LABELS}, NotFinite, r"y: got inf in row 7 \(counted from 0\)"),
    ({"y": Y[:-1]}, ShapeMismatch, "y: got 22 rows; expected 23, as many as x has"),
    ({"x": np.zeros((0, 3)), "y": np.zeros((0, 4))}, ShapeMismatch, "at least one example"),
    ({"x": [[1.0], [1.0, 2.0]]}, ShapeMismatch, "x: got rows of different lengths"),
    ({"x": H.astype(str)}, UnsupportedType, "x: got dtype <U"),
    ({"rate": 0.0}, OutOfRange, "rate: got 0.0; expected a number above 0"),
    ({"rate": -1}, OutOfRange, "rate: got -1"),
    ({"rate": np.inf}, OutOfRange, "rate: got inf"),
    ({"rate": "0.1"}, UnsupportedType, "rate: got '0.1'"),
    ({"momentum": 1.0}, OutOfRange, r"momentum: got 1.0; expected a number in \[0, 1\)"),
    ({"momentum": -0.1}, OutOfRange, "momentum: got -0.1"),
    ({"momentum": True}, UnsupportedType, "momentum: got True"),
    ({"batch": 24}, OutOfRange, "batch: got 24; expected 1 to 23 rows"),
    ({"batch": 0}, OutOfRange, "batch: got 0"),
    ({"batch": 2.5}, UnsupportedType, "batch: got 2.5"),
    ({"epochs": 0}, OutOfRange, "epochs: got 0; expected a whole number, at least 1. Choose"),
    ({"seed": -1}, OutOfRange, "seed: got -1; expected a whole number, at least 0"),
    ({"watch": 3}, UnsupportedType, "watch: got 3 of type int; expected a callable"),
    ({"tolerance": -1e-3}, OutOfRange, "tolerance: got -0.001"),
    ({"tolerance": np.nan}, OutOfRange, "tolerance: got nan"),
    ({"params": np.full((4, 3), np.nan)}, NotFinite, "params: got NaN"),
    ({"params": {}}, ShapeMismatch, "params: got an empty dict"),
    ({"params": np.ones((4, 3), complex)}, UnsupportedType, "params: got dtype complex128"),
    ({"value_and_grad": 3}, UnsupportedType, "value_and_grad: got 3"),
    ({"value_and_grad": lambda w, x, y: 1.0}, UnsupportedType, "value_and_grad returns: got 1.0"),
    ({"value_and_grad": lambda w, x, y: (x, w)}, NotScalar, r"the loss: got shape \(23, 3\)"),
    (
        {"value_and_grad": lambda w, x, y: (1.0, w.T)},
        ShapeMismatch,
        r"by params: got shape \(3, 4\)",
    ),
    (
        {"value_and_grad": lambda w, x, y: (1.0, {}), "params": {"W": W}},
        ShapeMismatch,
        "no entry 'W'",
    ),
]


@pytest.mark.parametrize(("changed", "error", "message"), REFUSALS)
def test_what_cannot_be_right_is_told(
    changed: dict[str, Any], error: type[NumericError], message: str
) -> None:
    given: dict[str, Any] = {
        "value_and_grad": LAYER, "params": W, "x": H, "y": Y, "rate": 0.1, "epochs": 2,
    }  # fmt: skip
    with pytest.raises(error, match=message):
        descend(**{**given, **changed})


def test_a_row_of_a_batch_is_named_by_its_place_among_all() -> None:
    def picky(w: Any, x: Any, y: Any) -> tuple[float, Any]:
        for row, label in enumerate(y):
            if label == 17:
                raise ValueError(f"row {row} is wrong")
        return 0.0, np.zeros(1)

    with pytest.raises(ValueError, match="row 17 is wrong"):
        descend(picky, np.zeros(1), np.arange(23), np.arange(23), rate=1.0, epochs=1, batch=4)


def test_errors_of_what_is_trained_come_through() -> None:
    def breaks(w: Any, x: Any, y: Any) -> Any:
        if len(x) < 23:
            raise ValueError("too few")
        return 0.0, w

    with pytest.raises(ValueError, match="too few"):
        descend(breaks, np.zeros(1), H, Y, rate=1.0, epochs=1, batch=4)


def test_the_names_of_the_package_are_those_of_the_modules() -> None:
    assert numeric.descend is numeric.descent.descend
    assert numeric.Descent is numeric.descent.Descent
    assert numeric.softmax_regression is numeric.regression.softmax_regression
