"""Labels that a sigmoid can meet, and labels that it only approaches, trained side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.claims.record import Array, Measurement, Networks
from numeric.descent import descend
from numeric.kernels import sigmoid_logistic

__all__ = ["draw_labels", "measure_labels"]

EXAMPLES = 12
EPOCHS = 6_000


@dataclass(frozen=True)
class _Run:
    """‖W‖ after each epoch, and the largest |ŷ − y| at the end."""

    norms: Array
    error: float

    @property
    def growth(self) -> float:
        """By how much ‖W‖ grew from a tenth of the epochs to the last."""
        return float(self.norms[-1] - self.norms[len(self.norms) // 10])


def _train(h: Array, positive: Array, low: float, high: float) -> _Run:
    """Train one sigmoid unit on labels ``low`` and ``high``."""
    y = np.where(positive, high, low)[:, None]
    norms: list[float] = []
    done = descend(
        sigmoid_logistic.layer_value_and_grad,
        np.zeros((1, h.shape[1])),
        h,
        y,
        rate=4 / float(np.linalg.norm(h, 2)) ** 2,
        epochs=EPOCHS,
        watch=lambda _, W: norms.append(float(np.linalg.norm(W))),
    )
    prediction = sigmoid_logistic.predict(h @ done.params.T)
    return _Run(np.array(norms), float(np.abs(prediction - y).max()))


def measure_labels(
    networks: Networks,
    met: tuple[float, float] = (0.05, 0.95),
    missed: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
) -> Measurement:
    """Train the output unit of a wide layer, with as many hidden values as examples.

    Parameters
    ----------
    networks : mapping
        None are needed.
    met, missed : pair of float
        Labels that are claimed to be met exactly, and others for which ‖W‖ is claimed to grow.
    seed : int
        Of the hidden values and the classes.
    """
    random = np.random.default_rng(seed)
    h = np.linalg.qr(random.standard_normal((EXAMPLES, EXAMPLES)))[0]
    h += 0.1 * random.standard_normal(h.shape)
    positive = np.arange(EXAMPLES) % 2 == 0
    inside = _train(h, positive, *met)
    outside = _train(h, positive, *missed)
    twins = np.vstack([h, h[:1]])
    apart = _train(twins, np.append(positive, ~positive[0]), *met)
    return Measurement(
        {
            f"with labels {met[0]:g} and {met[1]:g} |ŷ − y| falls below 1e-8, and ‖W‖ "
            f"stays at {inside.norms[-1]:.3g}": inside.error < 1e-8 and abs(inside.growth) < 1e-6,
            f"with {missed[0]:g} and {missed[1]:g} ‖W‖ is {outside.norms[-1]:.3g} and grows by "
            f"{outside.growth:.2g} in ten times the epochs": outside.growth > 1
            and outside.error > 0,
            f"two examples at one place with different labels leave |ŷ − y| = {apart.error:.2f}": (
                abs(apart.error - (met[1] - met[0]) / 2) < 1e-6
            ),
        },
        {
            "error, attainable": inside.error,
            "error, 0 and 1": outside.error,
            "growth of ‖W‖, attainable": inside.growth,
            "growth of ‖W‖, 0 and 1": outside.growth,
            "error, co-located": apart.error,
        },
        {"met": inside.norms, "missed": outside.norms},
    )


def draw_labels(figure: Any, measured: Measurement) -> None:
    """Draw ‖W‖ by epoch, for labels that are met and labels that are not."""
    axes = figure.subplots()
    for name, label, color in (
        ("missed", "labels 0 and 1", "C3"),
        ("met", "labels 0.05 and 0.95", "C2"),
    ):
        norms = measured.curves[name]
        epochs = np.unique(np.geomspace(1, len(norms), 150).astype(int))
        axes.semilogx(epochs, norms[epochs - 1], color=color, label=label)
    axes.set_xlabel("epoch")
    axes.set_ylabel("‖W‖")
    axes.legend(loc="upper left")
