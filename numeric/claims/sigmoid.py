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
            f"the largest s′ on a grid is {steepest:g}, within 1e-9: {largest:.10f}": (
                abs(largest - steepest) < 1e-9
            ),
            f"|s″| is largest at s = {bends[0]} and {bends[1]}, within 1e-4: "
            f"{_shown(tops['bend'])}": _near(tops["bend"], bends),
            f"κ at {curved[0]} and {curved[1]}, within 1e-4: {_shown(tops['curvature'])}": (
                _near(tops["curvature"], curved)
            ),
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


def _shown(found: tuple[float, float]) -> str:
    return " and ".join(f"{value:.6f}" for value in found)


def draw_bends(figure: Any, measured: Measurement) -> None:
    """Draw s with its flat spots and points above, and |s″| against κ below."""
    curves = measured.curves
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1.4, 1])
    x, s = curves["x"], curves["s"]
    at = {name: np.log(curves[name] / (1 - curves[name])) for name in ("bends", "curved")}
    for axes in (above, below):
        for flat in (s < _FLAT, s > 1 - _FLAT):
            axes.axvspan(x[flat].min(), x[flat].max(), color="0.92")
        axes.axvspan(*at["bends"], color="C1", alpha=0.15, linewidth=0)
    close = above.inset_axes((0.74, 0.17, 0.24, 0.56), xlim=(-1.41, -1.27), ylim=(0.196, 0.219))
    for axes in (above, close):
        axes.plot(x, s, color="C0")
        axes.plot(
            at["bends"], curves["bends"], "o", color="C3", label="|s″| largest: 0.2113, 0.7887"
        )
        axes.plot(at["curved"], curves["curved"], "x", color="k", label="κ largest: 0.2036, 0.7964")
    close.set_xticks(np.round([at["curved"][0], at["bends"][0]], 2))
    close.set_yticks(np.round([curves["curved"][0], curves["bends"][0]], 4))
    close.tick_params(labelsize="small")
    above.indicate_inset_zoom(close, edgecolor="k")
    above.text(-7.8, 0.12, f"flat: s < {_FLAT:g}")
    above.text(3.1, 0.86, f"flat: s > {1 - _FLAT:g}")
    above.text(0, 0.02, "‘linear’", ha="center")
    above.set_ylabel("s(λ)")
    above.legend(loc="upper left")
    below.plot(x, curves["slope"], color="C0", label="s′ ≤ 1/4")
    below.plot(x, curves["bend"], color="C3", label="|s″|")
    below.plot(x, curves["curvature"], color="k", linestyle=":", label="curvature κ")
    below.set_xlabel("λ")
    below.set_xlim(x.min(), x.max())
    below.legend(loc="upper left")
