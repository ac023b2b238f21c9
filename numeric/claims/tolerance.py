"""What a network loses when hidden units are removed, and what a memory of ±1 completes."""

from __future__ import annotations

import importlib
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from numeric.claims.memory import complete, patterns, store
from numeric.claims.record import Array, Measurement, Networks, NetworkWanted
from numeric.descent import descend

__all__ = ["TOLERANCE_NETWORKS", "draw_tolerance", "measure_tolerance"]

TOLERANCE_NETWORKS = {"relu": NetworkWanted(("relu",), "softmax", "cross-entropy")}
REMOVED = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
DRAWS, TRAINING = 5, 1400
SIDE, STORED, MOST = 16, 8, 62


def _digits() -> tuple[Array, Array, Array, Array]:
    """Return scikit-learn's digits, shuffled: training examples and labels, then those to test."""
    x, classes = importlib.import_module("sklearn.datasets").load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order] / 16.0, np.eye(10)[classes[order]]
    return x[:TRAINING], y[:TRAINING], x[TRAINING:], y[TRAINING:]


def _accuracy(network: ModuleType, params: dict[str, Array], x: Array, y: Array) -> float:
    return float((network.forward(params, x).argmax(axis=1) == y.argmax(axis=1)).mean())


def _without(params: dict[str, Array], units: Array) -> dict[str, Array]:
    """Cut what leaves some hidden units, so that nobody hears them."""
    cut = params["W2"].copy()
    cut[:, units] = 0.0
    return {**params, "W2": cut}


def _lesions(network: ModuleType, width: int, seed: int) -> tuple[Array, Array]:
    """Return the accuracy by part removed, and after the removal of each unit alone."""
    x, y, test_x, test_y = _digits()
    cost = partial(network.value_and_grad, reduction="mean")
    start = network.init([x.shape[1], width, 10], seed=seed)
    params = descend(
        cost, start, x, y, rate=0.1, momentum=0.9, batch=50, epochs=15, seed=seed
    ).params
    random = np.random.default_rng(seed)

    def after(count: int) -> float:
        drawn = (random.permutation(width)[:count] for _ in range(DRAWS))
        return float(
            np.mean([_accuracy(network, _without(params, out), test_x, test_y) for out in drawn])
        )

    by_part = np.array([after(round(part * width)) for part in REMOVED])
    single = [
        _accuracy(network, _without(params, np.array([unit])), test_x, test_y)
        for unit in range(width)
    ]
    return by_part, np.array(single)


def _recalled(count: int, random: np.random.Generator, cut: float = 0.0) -> tuple[float, Array]:
    """Store patterns, hide the lower half of each, and complete it.

    Returns
    -------
    float
        The part of the patterns that came back without a fault.
    ndarray, shape (3, side²)
        The first pattern, its damaged form and what came back.
    """
    memories = patterns(count, SIDE, random)
    weights = store(memories)
    weights = np.where(random.random(weights.shape) < cut, 0.0, weights)
    damaged = memories.copy()
    damaged[:, SIDE * SIDE // 2 :] = 0.0
    back = complete(weights, damaged)
    whole = float((back == memories).all(axis=1).mean())
    return whole, np.stack([memories[0], damaged[0], back[0]])


def measure_tolerance(
    networks: Networks, width: int = 128, stored: int = STORED, most: int = MOST, seed: int = 0
) -> Measurement:
    """Remove hidden units of a network that reads digits, and complete patterns from their halves.

    Parameters
    ----------
    networks : mapping
        ``"relu"``: one hidden layer.
    width : int
        How many hidden units there are.
    stored : int
        How many patterns are superposed in one matrix.
    most : int
        How many are claimed to be too many for it.
    seed : int
        Of the weights, of the removals and of the patterns.

    Raises
    ------
    ModuleNotFoundError
        Without scikit-learn, whose digits are the data.
    """
    by_part, single = _lesions(networks["relu"], width, seed)
    random = np.random.default_rng(seed)
    whole, shown = _recalled(stored, random)
    cut, _ = _recalled(stored, random, cut=0.3)
    counts = np.arange(2, most + 1, 10)
    rates = np.array([_recalled(int(count), random)[0] for count in counts])
    worst = float(by_part[0] - single.min())
    tenth = float(by_part[0] - by_part[1])
    return Measurement(
        {
            f"a network of {width} hidden units is right in more than 95 % of the digits it has "
            f"not seen: {by_part[0]:.1%}": by_part[0] > 0.95,
            f"a tenth of them removed costs less than 2 points: {100 * tenth:.1f}": tenth < 0.02,
            f"and with half of them more than 70 % are right: {by_part[5]:.1%}": by_part[5] > 0.7,
            f"no single unit costs 2 points or more: at most {100 * worst:.1f}": worst < 0.02,
            f"one matrix completes each of {stored} patterns from its upper half: {whole:.0%}": (
                whole == 1.0
            ),
            f"and each with 30 % of its weights removed: {cut:.0%}": cut == 1.0,
            f"of {counts[-1]} patterns it completes less than a tenth: {rates[-1]:.0%}": (
                rates[-1] < 0.1
            ),
        },
        {
            "accuracy": float(by_part[0]),
            "accuracy, a tenth removed": float(by_part[1]),
            "accuracy, half removed": float(by_part[5]),
            "largest loss by one unit": worst,
            "patterns completed": whole,
            "patterns completed, weights removed": cut,
        },
        {"by part": by_part, "shown": shown, "counts": counts.astype(float), "rates": rates},
    )


def draw_tolerance(figure: Any, measured: Measurement) -> None:
    """Draw the accuracy by the part removed, the memory's reach, and one completed pattern."""
    curves = measured.curves
    axes = figure.subplot_mosaic([["lesions", "lesions", "lesions", "reach", "reach", "reach"],
                                  ["stored", "stored", "given", "given", "back", "back"]],
                                 height_ratios=[1.25, 1])  # fmt: skip
    percent = 100 * np.array(REMOVED)
    axes["lesions"].plot(percent, 100 * curves["by part"], "o-", color="C0", markersize=4)
    axes["lesions"].set_ylim(0, 103)
    axes["lesions"].set_xlabel("hidden units removed, %")
    axes["lesions"].set_ylabel("digits read, %")
    axes["reach"].plot(curves["counts"], 100 * curves["rates"], "s-", color="C3", markersize=4)
    axes["reach"].set_ylim(-3, 103)
    axes["reach"].set_xlabel(f"patterns in a memory of {SIDE * SIDE} units")
    axes["reach"].set_ylabel("completed, %")
    for name, image in zip(("stored", "given", "back"), curves["shown"], strict=True):
        axes[name].imshow(image.reshape(SIDE, SIDE), cmap="gray_r", vmin=-1, vmax=1)
        axes[name].set_xticks([])
        axes[name].set_yticks([])
    axes["stored"].set_title(f"stored, with {STORED - 1} others", fontsize="medium")
    axes["given"].set_title("given (grey: unknown)", fontsize="medium")
    axes["back"].set_title("completed", fontsize="medium")
