"""XOR learned by a generated network with two ReLUs."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from numeric.claims.record import Array, Measurement, Networks, NetworkWanted
from numeric.descent import descend
from numeric.regression import linear_regression

__all__ = ["XOR_NETWORKS", "draw_xor", "measure_xor"]

XOR_NETWORKS = {"relu": NetworkWanted(("relu",), "linear", "squared-error")}
CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = (0.0, 1.0, 1.0, 0.0)
SEEDS, EPOCHS, UNITS = 12, 600, 2
GRID = 41


def _learned(network: ModuleType, y: Array, seed: int) -> tuple[float, dict[str, Array]]:
    """Return the largest error at a corner after training, and the parameters."""
    start = network.init([2, UNITS, 1], seed=seed)
    end = descend(
        network.value_and_grad, start, CORNERS, y, rate=0.03, momentum=0.9, epochs=EPOCHS
    ).params
    return float(np.abs(network.forward(end, CORNERS) - y).max()), end


def measure_xor(
    networks: Networks, truth: tuple[float, ...] = XOR, within: float = 1e-6
) -> Measurement:
    """Train from several seeds, and fit the best plane without hidden units.

    Parameters
    ----------
    networks : mapping
        ``"relu"``: one hidden layer.
    truth : tuple of float
        The labels of the corners (0, 0), (0, 1), (1, 0), (1, 1).
    within : float
        The largest error of a table that was learned.
    """
    network, y = networks["relu"], np.array(truth)[:, None]
    runs = [_learned(network, y, seed) for seed in range(SEEDS)]
    error, params = min(runs, key=lambda run: run[0])
    count = sum(far <= within for far, _ in runs)
    plane = linear_regression(CORNERS, y, biases=True)
    assert plane.b is not None
    flat = float(np.abs(CORNERS @ plane.W.T + plane.b - y).max())
    side = np.linspace(-0.35, 1.35, GRID)
    grid = np.stack(np.meshgrid(side, side), axis=-1)
    return Measurement(
        {
            f"{UNITS} ReLUs learn it from {count} of {SEEDS} seeds, with errors below {within:g}": (
                count > 0
            ),
            f"the best plane is wrong by {flat:.3g} at a corner": flat > 0.49,
        },
        {"seeds that learn": float(count), "error": error, "error without hidden units": flat},
        {
            "side": side,
            "surface": network.forward(params, grid.reshape(-1, 2)).reshape(GRID, GRID),
            "W1": params["W1"],
            "b1": params["b1"],
        },
    )


def draw_xor(figure: Any, measured: Measurement) -> None:
    """Draw ŷ over the plane, the corners and the lines where a hidden unit bends."""
    axes = figure.subplots()
    curves = measured.curves
    side = curves["side"]
    shown = axes.contourf(side, side, curves["surface"], levels=8, cmap="RdBu_r")
    figure.colorbar(shown, label="ŷ")
    for number, (weights, bias) in enumerate(zip(curves["W1"], curves["b1"], strict=True), 1):
        a = (weights[0] * side[None, :] + weights[1] * side[:, None]) + bias
        axes.contour(side, side, a, levels=[0.0], colors="k", linestyles=["--", ":"][number % 2])
    for corner, value in zip(CORNERS, XOR, strict=True):
        axes.plot(*corner, "o", color="k", markerfacecolor="w" if value else "k", markersize=9)
    axes.grid(False)
    axes.set_aspect("equal")
    axes.set_xlabel("x₁; open dots: XOR is 1, lines: a hidden unit bends")
    axes.set_ylabel("x₂")
