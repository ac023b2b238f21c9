"""Where the sigmoid bends and where it is curved, found on a grid with the shipped kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from numeric.claims.record import Array, Measurement, Networks
from numeric.kernels import sigmoid_logistic

__all__ = ["draw_bends", "measure_bends"]

_STEP = 1e-4
_FLAT = 0.05
"""Left of s = 0.05 and right of 0.95 the figure calls the curve flat; the slope is below 1/20."""


def _derivatives(x: Array) -> tuple[Array, Array, Array]:
    """Return s, s′ and s″; s′ is the second derivative of the logistic loss."""
    column = x[:, None]
    s = sigmoid_logistic.predict(column)[:, 0]
    slope = sigmoid_logistic.hessian_diagonal(column, np.zeros_like(column), reduction="none")[:, 0]
    return s, slope, np.gradient(slope, x)


def measure_bends(
    networks: Networks,
    bends: tuple[float, float] = (0.2113, 0.7887),
    curved: tuple[float, float] = (0.2036, 0.7964),
    steepest: float = 0.25,
) -> Measurement:
    """Look for the largest |s″|, κ and s′ on a fine grid, and compare with what is claimed.

    Parameters
    ----------
    networks : mapping
        None are needed.
    bends, curved : pair of float
        Where |s″| and κ are claimed to be largest, as values s, to four decimals.
    steepest : float
        The claimed maximum of s′.
    """
    x = np.arange(-80_000, 80_001) * _STEP
    s, slope, second = _derivatives(x)
    bend = np.abs(second)
    curvature = bend / (1 + slope**2) ** 1.5
    left = x < 0
    tops = {
        name: (float(s[left][curve[left].argmax()]), float(s[~left][curve[~left].argmax()]))
        for name, curve in {"bend": bend, "curvature": curvature}.items()
    }
    largest = float(slope.max())
    return Measurement(
        {
            f"on a grid s′ is at most {largest:.4g}": abs(largest - steepest) < 1e-9,
            f"|s″| is largest at {bends[0]} and {bends[1]}": _near(tops["bend"], bends),
            f"κ at {curved[0]} and {curved[1]}": _near(tops["curvature"], curved),
        },
        {
            "largest slope, measured": largest,
            "bend, measured": tops["bend"][0],
            "curvature, measured": tops["curvature"][0],
        },
        {
            "x": x[::400],
            "s": s[::400],
            "slope": slope[::400],
            "bend": bend[::400],
            "curvature": curvature[::400],
            "bends": np.array(tops["bend"]),
            "curved": np.array(tops["curvature"]),
        },
    )


def _near(found: tuple[float, float], claimed: tuple[float, float]) -> bool:
    return bool(np.allclose(found, claimed, rtol=0, atol=1e-4))


def draw_bends(figure: Any, measured: Measurement) -> None:
    """Draw s with its flat spots and points above, and |s″| against κ below."""
    curves = measured.curves
    above, below = figure.subplots(2, 1, sharex=True)
    x, s = curves["x"], curves["s"]
    above.plot(x, s, color="C0")
    for flat in (s < _FLAT, s > 1 - _FLAT):
        above.axvspan(x[flat].min(), x[flat].max(), color="0.92")
    at = np.log(curves["bends"] / (1 - curves["bends"]))
    above.plot(at, curves["bends"], "o", color="C3", label="|s″| largest: 0.211, 0.789")
    at = np.log(curves["curved"] / (1 - curves["curved"]))
    above.plot(at, curves["curved"], "x", color="k", label="κ largest: 0.204, 0.796")
    above.text(-7.6, 0.5, "flat")
    above.text(6.6, 0.5, "flat")
    above.set_ylabel("s(λ)")
    above.legend(loc="upper left")
    below.plot(x, curves["slope"], color="C0", label="s′ ≤ 1/4")
    below.plot(x, curves["bend"], color="C3", label="|s″|")
    below.plot(x, curves["curvature"], color="k", linestyle=":", label="curvature κ")
    below.set_xlabel("λ")
    below.set_xlim(x.min(), x.max())
    below.legend(loc="upper left")
