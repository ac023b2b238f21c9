"""How much of a gradient arrives below L hidden layers, sigmoids against ReLUs."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from numeric.claims.record import Array, Measurement, Networks, NetworkWanted

__all__ = ["DEPTH_NETWORKS", "draw_depth", "measure_depth"]

DEEPEST, WIDTH, EXAMPLES = 12, 32, 16
DEPTH_NETWORKS = {
    unit: NetworkWanted((unit,) * DEEPEST, "linear", "squared-error")
    for unit in ("sigmoid", "relu")
}


def _turned(params: dict[str, Array], seed: int) -> dict[str, Array]:
    """Put a random orthogonal matrix in place of each square W, so that ‖Wᵀu‖ = ‖u‖."""
    random = np.random.default_rng(seed)

    def turned(array: Array) -> Array:
        if array.shape != (WIDTH, WIDTH):
            return array
        return np.asarray(np.linalg.qr(random.standard_normal(array.shape))[0])

    return {name: turned(array) for name, array in params.items()}


def _left_below(network: ModuleType, *, scale: float, orthogonal: bool, seed: int) -> Array:
    """Return ‖∇ by the inputs of the lowest of L layers‖ / ‖∇ above them‖: (L + 1, examples)."""
    params = network.init([WIDTH] * (DEEPEST + 1) + [1], seed=seed, scale=scale)
    if orthogonal:
        params = _turned(params, seed)
    x = np.random.default_rng(seed).standard_normal((EXAMPLES, WIDTH))
    _, grads = network.value_and_grad(params, x, np.zeros((EXAMPLES, 1)), inputs=True)
    layers = [f"h{layer}" for layer in range(DEEPEST, 0, -1)] + ["x"]
    lengths = np.array([np.linalg.norm(grads[name], axis=1) for name in layers])
    ratio: Array = lengths / lengths[0]
    return ratio


def _typical(ratios: Array) -> Array:
    """Return the geometric mean over the examples."""
    mean: Array = np.exp(np.log(ratios).mean(axis=1))
    return mean


def measure_depth(
    networks: Networks, base: float = 4.0, steady: float = 10.0, explosive: float = 2.0
) -> Measurement:
    """Measure the gradients of networks with twelve hidden layers.

    Parameters
    ----------
    networks : mapping
        ``"sigmoid"`` and ``"relu"``.
    base : float
        L sigmoid layers with orthogonal weights are claimed to leave at most base^{−L}.
    steady : float
        By which factor ReLU layers with the usual weights may change the gradient in all.
    explosive : float
        The factor of a layer once the weights are twice as large.
    """
    depth = np.arange(DEEPEST + 1)
    runs = {
        name: np.hstack(
            [
                _left_below(networks[unit], scale=scale, orthogonal=orthogonal, seed=seed)
                for seed in range(4)
            ]
        )
        for name, unit, scale, orthogonal in (
            ("orthogonal", "sigmoid", 1.0, True),
            ("sigmoid", "sigmoid", 1.0, False),
            ("relu", "relu", 1.0, False),
            ("exploding", "relu", 2.0, False),
        )
    }
    left = {name: _typical(ratios) for name, ratios in runs.items()}
    per_layer = float((runs["orthogonal"][1:] / runs["orthogonal"][:-1]).max())
    bound = base ** -depth.astype(float)
    last = {name: float(curve[-1]) for name, curve in left.items()}
    most = float(runs["orthogonal"][-1].max())
    growth = last["exploding"] ** (1 / DEEPEST)
    return Measurement(
        {
            f"no sigmoid layer with orthogonal weights left more than 1/{base:g} of any gradient: "
            f"at most {per_layer:.4f}": per_layer <= (1 + 1e-12) / base,
            f"and L of them at most {base:g}^(−L), for every L up to {DEEPEST}: "
            f"at most {most:.1e} in the end, {base:g}^(−{DEEPEST}) is {bound[-1]:.1e}": bool(
                (runs["orthogonal"] <= bound[:, None] * (1 + 1e-12)).all()
            ),
            f"as many ReLU layers left between 1/{steady:g} and {steady:g} times as much: "
            f"{last['relu']:.2g}": 1 / steady < last["relu"] < steady,
            f"with weights twice as large each made it {explosive:g} times as large, within 15 %: "
            f"{growth:.3g}": bool(abs(growth / explosive - 1) < 0.15),
        },
        {
            "left by the sigmoids": last["orthogonal"],
            "largest factor of a sigmoid layer": per_layer,
            "left by sigmoids, random weights": last["sigmoid"],
            "left by the ReLUs": last["relu"],
            "growth in a ReLU layer, weights doubled": growth,
        },
        {"depth": depth, "bound": bound, **left},
    )


def draw_depth(figure: Any, measured: Measurement) -> None:
    """Draw what is left of the gradient below L layers, on a logarithmic scale."""
    axes = figure.subplots()
    curves = measured.curves
    styles = (
        ("exploding", "ReLU, weights twice as large", "C1", "s-"),
        ("relu", "ReLU", "C2", "o-"),
        ("sigmoid", "sigmoid", "C0", "v-"),
        ("orthogonal", "sigmoid, orthogonal weights", "C4", "^-"),
        ("bound", "bound 4⁻ᴸ", "k", "--"),
    )
    for name, label, color, style in styles:
        axes.semilogy(curves["depth"], curves[name], style, color=color, label=label, markersize=4)
    axes.set_xlabel("hidden layers L that the gradient has come through")
    axes.set_ylabel("‖∇‖ below / ‖∇‖ above")
    axes.legend(loc="lower left")
