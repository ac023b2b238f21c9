"""Hidden units that learn nothing more, counted by how they begin and how fast they learn."""

from __future__ import annotations

from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from numeric.claims.record import Array, Measurement, Networks, NetworkWanted
from numeric.descent import descend
from numeric.kernels import sigmoid_logistic

__all__ = ["STUCK_NETWORKS", "draw_stuck", "measure_stuck"]

EXAMPLES, INPUTS, UNITS, EPOCHS = 200, 10, 100, 40
STUCK_NETWORKS = {"relu": NetworkWanted(("relu",), "sigmoid", "logistic")}
BIASES = (0.0, -1.0, -2.0, -3.0, -4.0)
"""Where the biases begin, in standard deviations of the pre-activations."""
RATES = (0.1, 1.0, 10.0, 100.0)
SCALES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""By how much the weights begin larger than usual."""
FLAT = 0.01
"""Below this the slope of a sigmoid counts as 0; a ReLU's is 0 or 1."""


def _data(seed: int) -> tuple[Array, Array]:
    """Return examples and their classes, the sign of a quadratic form."""
    random = np.random.default_rng(seed)
    x = random.standard_normal((EXAMPLES, INPUTS))
    values = x[:, 0] * x[:, 1] + x[:, 2]
    return x, (values > 0).astype(float)[:, None]


def _dead(params: dict[str, Array], x: Array) -> Array:
    """Say of each ReLU whether its pre-activation is negative for every example."""
    return np.asarray(np.all((x @ params["W1"].T + params["b1"]) < 0, axis=0))


def _trained(network: ModuleType, bias: float, rate: float, seed: int) -> tuple[float, float, bool]:
    """Return the parts that are dead before and after, and whether the dead stood still."""
    x, y = _data(seed)
    start = network.init([INPUTS, UNITS, 1], seed=seed)
    start["b1"] += bias * np.sqrt(2.0)
    before = _dead(start, x)
    cost = partial(network.value_and_grad, reduction="mean")
    end = descend(cost, start, x, y, rate=rate, epochs=EPOCHS).params
    after = _dead(end, x)
    still = bool(np.array_equal(end["W1"][before], start["W1"][before]))
    return float(before.mean()), float(after.mean()), still


def _stuck_by_scale(network: ModuleType, seed: int) -> tuple[Array, Array]:
    """Return by scale the parts of ReLUs dead for all and of sigmoids flat for most examples."""
    x, _ = _data(seed)
    relus, sigmoids = [], []
    for scale in SCALES:
        params = network.init([INPUTS, UNITS, 1], seed=seed, scale=scale)
        relus.append(_dead(params, x).mean())
        # The variance of a sigmoid's weights is 1/d, half that of a ReLU's.
        s = sigmoid_logistic.predict(x @ params["W1"].T / np.sqrt(2.0))
        sigmoids.append(((s * (1 - s) < FLAT).mean(axis=0) > 0.5).mean())
    return np.array(relus), np.array(sigmoids)


def measure_stuck(
    networks: Networks, usual_bias: float = 0.0, usual_rate: float = 0.1, seed: int = 0
) -> Measurement:
    """Count the dead ReLUs over a grid of initial biases and rates, and over sizes of the weights.

    Parameters
    ----------
    networks : mapping
        ``"relu"``: one hidden layer.
    usual_bias, usual_rate : float
        The start and the rate for which it is claimed that none dies.
    seed : int
        Of data and weights.
    """
    network = networks["relu"]
    usual = _trained(network, usual_bias, usual_rate, seed)
    runs = [[_trained(network, bias, rate, seed) for rate in RATES] for bias in BIASES]
    before = np.array([row[0][0] for row in runs])
    after = np.array([[run[1] for run in row] for row in runs])
    relus, sigmoids = _stuck_by_scale(network, seed)
    return Measurement(
        {
            f"of {UNITS} ReLUs {usual[1] * UNITS:.0f} are dead for all examples after training "
            f"from bias {usual_bias:g} at rate {usual_rate:g}": usual[1] == 0,
            f"with biases {-BIASES[-1]:g} deviations below 0 {before[-1] * UNITS:.0f} begin dead": (
                before[-1] > 0.5 and bool((np.diff(before) >= 0).all())
            ),
            f"rate {RATES[-1]:g} kills {after[0, -1] * UNITS:.0f}": after[0, -1] > 0.05,
            "what is dead stays as it is": all(run[2] for row in runs for run in row),
            f"weights {SCALES[-1]:g} times as large kill {relus[-1] * UNITS:.0f} ReLUs and stick "
            f"{sigmoids[-1] * UNITS:.0f} sigmoids": relus[-1] == 0 and sigmoids[-1] > 0.5,
        },
        {
            "dead, usual start": usual[1],
            "dead before training, lowest bias": float(before[-1]),
            "dead after training, highest rate": float(after[0, -1]),
            "stuck ReLUs, largest weights": float(relus[-1]),
            "stuck sigmoids, largest weights": float(sigmoids[-1]),
        },
        {"after": after, "relus": relus, "sigmoids": sigmoids},
    )


def draw_stuck(figure: Any, measured: Measurement) -> None:
    """Draw the dead of the grid as numbers on a map, and the stuck by the size of the weights."""
    left, right = figure.subplots(1, 2)
    after = 100 * measured.curves["after"]
    left.imshow(after, cmap="Oranges", vmin=0, vmax=130, aspect="auto")
    for (row, column), percent in np.ndenumerate(after):
        left.text(column, row, f"{percent:.0f}", ha="center", va="center")
    left.grid(False)
    left.set_xticks(range(len(RATES)), [f"{rate:g}" for rate in RATES])
    left.set_yticks(range(len(BIASES)), [f"{bias:g}" for bias in BIASES])
    left.set_xlabel("rate")
    left.set_ylabel("initial bias, in deviations of a")
    left.set_title("dead ReLUs after training, %", fontsize="medium")
    right.semilogx(SCALES, 100 * measured.curves["sigmoids"], "v-", color="C0", label="sigmoids")
    right.semilogx(SCALES, 100 * measured.curves["relus"], "o-", color="C2", label="ReLUs")
    right.set_xticks(SCALES, [f"{scale:g}" for scale in SCALES])
    right.minorticks_off()
    right.set_xlabel("size of the initial weights")
    right.set_title("stuck before training, %", fontsize="medium")
    right.legend(loc="center left")
