"""The last layer, trained by descent with the shipped kernels, against the solution itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from numeric.claims.record import Array, Measurement, Networks
from numeric.descent import descend
from numeric.kernels import linear_squared_error, sigmoid_logistic, softmax_cross_entropy
from numeric.regression import (
    Regression,
    linear_regression,
    logistic_regression,
    softmax_regression,
)

__all__ = ["PROBLEMS", "draw_regression", "measure_regression"]

EXAMPLES, FEATURES, CLASSES = 60, 4, 3


@dataclass(frozen=True)
class _Problem:
    """A pair with labels for it, and whatever solves it other than by descent.

    Attributes
    ----------
    bend : float
        A bound of ∂²L/∂a², by the largest eigenvalue of the Hessian by a.
    """

    name: str
    kernel: ModuleType
    labels: Callable[[np.random.Generator, Array], Array]
    solve: Callable[[Array, Array], Regression]
    bend: float


def _drawn_classes(random: np.random.Generator, a: Array) -> Array:
    """Return one-hot labels, drawn with the probabilities softmax(a)."""
    noisy = a + random.gumbel(size=a.shape)
    labels: Array = np.eye(a.shape[1])[noisy.argmax(axis=1)]
    return labels


PROBLEMS = (
    _Problem(
        "linear",
        linear_squared_error,
        lambda random, a: a + 0.3 * random.standard_normal(a.shape),
        linear_regression,
        bend=2.0,
    ),
    _Problem(
        "logistic",
        sigmoid_logistic,
        lambda random, a: (random.random(a.shape) < sigmoid_logistic.predict(a)).astype(float),
        logistic_regression,
        bend=0.25,
    ),
    _Problem("softmax", softmax_cross_entropy, _drawn_classes, softmax_regression, bend=0.5),
)


def _distances(problem: _Problem, seed: int, epochs: int) -> tuple[Array, float]:
    """Return how far W is from the solution after each epoch, and the last distance."""
    random = np.random.default_rng(seed)
    h = random.standard_normal((EXAMPLES, FEATURES))
    y = problem.labels(random, h @ random.standard_normal((CLASSES, FEATURES)).T)
    wanted = problem.solve(h, y).W
    far: list[float] = []
    done = descend(
        problem.kernel.layer_value_and_grad,
        np.zeros((CLASSES, FEATURES)),
        h,
        y,
        # 1/β is a safe rate for a gradient that changes by at most β‖ΔW‖.
        rate=1 / (problem.bend * float(np.linalg.norm(h, 2)) ** 2),
        momentum=0.9,
        epochs=epochs,
        watch=lambda _, W: far.append(float(np.abs(W - wanted).max())),
    )
    return np.array(far), float(np.abs(done.params - wanted).max())


def measure_regression(
    networks: Networks, within: float = 1e-8, epochs: int = 2000, seed: int = 0
) -> Measurement:
    """Descend with each kernel from W = 0, and compare W with the solution, entry by entry.

    Parameters
    ----------
    networks : mapping
        None are needed.
    within : float
        How near each entry is claimed to come.
    epochs, seed : int
        Of the descent, and of the data.
    """
    runs = {problem.name: _distances(problem, seed, epochs) for problem in PROBLEMS}
    return Measurement(
        {
            f"{name} regression comes within {within:g} of its solution: {far:.1e}": far <= within
            for name, (_, far) in runs.items()
        },
        {f"distance, {name}": far for name, (_, far) in runs.items()},
        {name: curve for name, (curve, _) in runs.items()},
    )


def draw_regression(figure: Any, measured: Measurement) -> None:
    """Draw the distance from the solution by epoch."""
    axes = figure.subplots()
    shown = {"linear": "normal equations", "logistic": "Newton", "softmax": "Newton"}
    for name, curve in measured.curves.items():
        epochs = np.unique(np.geomspace(1, len(curve), 120).astype(int))
        axes.loglog(epochs, curve[epochs - 1], label=f"{name} units, against {shown[name]}")
    axes.axhline(1e-8, color="k", linestyle="--", linewidth=0.8)
    axes.set_xlabel("epoch")
    axes.set_ylabel("largest |W − solution|")
    axes.legend(loc="lower left")
