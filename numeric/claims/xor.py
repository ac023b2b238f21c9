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
            f"{UNITS} ReLUs learn it with errors of at most {within:g}, from at least one of "
            f"{SEEDS} seeds: from {count}": count > 0,
            f"the best plane is wrong by 1/2 at a corner, within 1e-9: {flat:.6f}": (
                abs(flat - 0.5) < 1e-9
            ),
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
    side, surface = curves["side"], curves["surface"]
    # As many steps below the decision ŷ = ½ as above it, so that the map has its middle there.
    reach = float(np.abs(surface - 0.5).max())
    shown = axes.contourf(
        side, side, surface, levels=np.linspace(0.5 - reach, 0.5 + reach, 13), cmap="PuOr_r"
    )
    bar = figure.colorbar(shown, ticks=[-1, 0, 0.5, 1, 2], format="%g")
    bar.ax.set_title("ŷ")
    axes.contour(side, side, surface, levels=[0.5], colors="k", linewidths=2)
    axes.plot([], [], "k-", linewidth=2, label="ŷ = ½")
    for number, (weights, bias) in enumerate(zip(curves["W1"], curves["b1"], strict=True), 1):
        a = (weights[0] * side[None, :] + weights[1] * side[:, None]) + bias
        style = [":", "--"][number % 2]
        axes.contour(side, side, a, levels=[0.0], colors="k", linestyles=style)
        axes.plot([], [], f"k{style}", label=f"hidden unit {number} bends")
    for corner, value in zip(CORNERS, XOR, strict=True):
        axes.plot(*corner, "o", color="k", markerfacecolor="w", markersize=14)
        axes.text(*corner, f"{value:g}", ha="center", va="center_baseline", fontweight="bold")
    axes.grid(False)
    axes.set_aspect("equal")
    axes.set_xlabel("x₁")
    axes.set_ylabel("x₂")
    figure.legend(loc="outside lower center", ncols=3, title="circles: XOR of the corner")
