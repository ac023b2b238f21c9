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
    """‖W‖ and the largest |ŷ − y| after each epoch."""

    norms: Array
    errors: Array

    @property
    def error(self) -> float:
        """The largest |ŷ − y| at the end."""
        return float(self.errors[-1])

    @property
    def growth(self) -> float:
        """By how much ‖W‖ grew from a tenth of the epochs to the last."""
        return float(self.norms[-1] - self.norms[len(self.norms) // 10])


def _train(h: Array, positive: Array, low: float, high: float) -> _Run:
    """Train one sigmoid unit on labels ``low`` and ``high``."""
    y = np.where(positive, high, low)[:, None]
    norms: list[float] = []
    errors: list[float] = []

    def watch(_: int, W: Array) -> None:
        norms.append(float(np.linalg.norm(W)))
        errors.append(float(np.abs(sigmoid_logistic.predict(h @ W.T) - y).max()))

    descend(
        sigmoid_logistic.layer_value_and_grad,
        np.zeros((1, h.shape[1])),
        h,
        y,
        rate=4 / float(np.linalg.norm(h, 2)) ** 2,
        epochs=EPOCHS,
        watch=watch,
    )
    return _Run(np.array(norms), np.array(errors))


def measure_labels(
    networks: Networks,
    met: tuple[float, float] = (0.05, 0.95),
    missed: tuple[float, float] = (0.0, 1.0),
    halfway: float = 0.45,
    seed: int = 0,
) -> Measurement:
    """Train the output unit of a wide layer, with as many hidden values as examples.

    Parameters
    ----------
    networks : mapping
        None are needed.
    met, missed : pair of float
        Labels that are claimed to be met exactly, and others for which ‖W‖ is claimed to grow.
    halfway : float
        The claimed |ŷ − y| of two examples at one place with the labels ``met``.
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
            f"with labels {met[0]:g} and {met[1]:g} |ŷ − y| falls below 1e-8: {inside.error:.1e}": (
                inside.error < 1e-8
            ),
            "and ‖W‖ grows by less than 1e-6 from a tenth of the epochs to the last: by "
            f"{inside.growth:.1e}, to {inside.norms[-1]:.3g}": abs(inside.growth) < 1e-6,
            f"with {missed[0]:g} and {missed[1]:g} it grows by more than 1 in them: by "
            f"{outside.growth:.2g}, to {outside.norms[-1]:.3g}": outside.growth > 1,
            f"and |ŷ − y| stays above 1e-4: {outside.error:.1e}": outside.error > 1e-4,
            "two examples at one place with different labels leave |ŷ − y| = "
            f"{halfway:g}, half of what they are apart: {apart.error:.6f}": (
                abs(apart.error - halfway) < 1e-6
            ),
        },
        {
            "error, attainable": inside.error,
            "error, 0 and 1": outside.error,
            "growth of ‖W‖, attainable": inside.growth,
            "growth of ‖W‖, 0 and 1": outside.growth,
            "error, co-located": apart.error,
        },
        {
            f"{name}, {quantity}": curve
            for name, run in (("met", inside), ("missed", outside), ("apart", apart))
            for quantity, curve in (("norms", run.norms), ("errors", run.errors))
        },
    )


def draw_labels(figure: Any, measured: Measurement) -> None:
    """Draw ‖W‖ and |ŷ − y| by epoch, for labels that are met and labels that are not."""
    left, right = figure.subplots(1, 2)
    for name, label, color in (
        ("missed", "labels 0 and 1", "C3"),
        ("met", "labels 0.05 and 0.95", "C2"),
        ("apart", "two of them at one place", "C0"),
    ):
        norms = measured.curves[f"{name}, norms"]
        epochs = np.unique(np.geomspace(1, len(norms), 100).astype(int))
        left.semilogx(epochs, norms[epochs - 1], color=color, label=label)
        # What is below the rounding of ŷ says nothing.
        errors = np.maximum(measured.curves[f"{name}, errors"][epochs - 1], 1e-16)
        right.loglog(epochs, errors, color=color, label=label)
    right.axhline(1e-8, color="k", linestyle="--", linewidth=0.8)
    right.text(1, 6e-9, "met: |ŷ − y| < 1e-8", va="top")
    left.set_title("‖W‖", fontsize="medium")
    right.set_title("largest |ŷ − y|", fontsize="medium")
    for axes in (left, right):
        axes.set_xlabel("epoch")
    left.legend(loc="upper left")
