"""Hidden units that learn nothing more, ReLUs and sigmoids, counted by one criterion for both.

A unit is flat for an example where the slope of its activation is below 1/100; that of a ReLU is 0
or 1. It is stuck for all examples when it is flat for every one, and for most when for more than
half. Both are counted: the lecture speaks of all where it speaks of ReLUs, and of most where it
speaks of sigmoids, and the two criteria disagree on which of them sticks more often.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from numeric.claims.record import Array, Measurement, Networks, NetworkWanted
from numeric.descent import descend
from numeric.kernels import sigmoid_logistic

__all__ = ["STUCK_NETWORKS", "draw_stuck", "measure_stuck"]

EXAMPLES, INPUTS, UNITS, EPOCHS, SEEDS = 200, 10, 100, 40, 5
BIASES = (0.0, -1.0, -2.0, -3.0, -4.0)
"""Where the biases begin, in standard deviations of the pre-activations."""
RATES = (0.1, 1.0, 10.0, 100.0)
SIZES = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0)
"""By how much the weights begin larger than usual."""
FLAT = 0.01
"""A slope below this counts as 0."""
CALM = 0.1
"""A rate at which units that live go on learning."""


def _slope_of_sigmoid(a: Array) -> Array:
    s = sigmoid_logistic.predict(a)
    slope: Array = s * (1 - s)
    return slope


@dataclass(frozen=True)
class _Unit:
    """A kind of hidden unit: its slope, and the usual standard deviation of its a."""

    slope: Callable[[Array], Array]
    deviation: float


_KINDS = {
    "relu": _Unit(lambda a: (a > 0).astype(float), float(np.sqrt(2.0))),
    "sigmoid": _Unit(_slope_of_sigmoid, 1.0),
}
STUCK_NETWORKS = {kind: NetworkWanted((kind,), "sigmoid", "logistic") for kind in _KINDS}


def _data(seed: int) -> tuple[Array, Array]:
    """Return examples and their classes, the sign of a quadratic form."""
    random = np.random.default_rng(seed)
    x = random.standard_normal((EXAMPLES, INPUTS))
    values = x[:, 0] * x[:, 1] + x[:, 2]
    return x, (values > 0).astype(float)[:, None]


def _flat(kind: str, params: dict[str, Array], x: Array) -> Array:
    """Return for which part of the examples each unit is flat."""
    slope = _KINDS[kind].slope(x @ params["W1"].T + params["b1"])
    part: Array = (slope < FLAT).mean(axis=0)
    return part


def _all_and_most(flat: Array) -> tuple[float, float]:
    """Return the part of the units that are stuck for all, and for most examples."""
    return float((flat == 1).mean()), float((flat > 0.5).mean())


def _started(network: ModuleType, kind: str, bias: float, size: float, seed: int) -> Any:
    start = network.init([INPUTS, UNITS, 1], seed=seed, scale=size)
    start["b1"] += bias * _KINDS[kind].deviation
    return start


def _trained(network: ModuleType, params: dict[str, Array], rate: float, seed: int) -> Any:
    cost = partial(network.value_and_grad, reduction="mean")
    return descend(cost, params, *_data(seed), rate=rate, epochs=EPOCHS, may_diverge=True).params


def _before_and_after(
    networks: Networks, kind: str, bias: float = 0.0, size: float = 1.0, rate: float = CALM
) -> Array:
    """Return the stuck: (seeds, before or after training, for all or for most)."""
    rows = []
    for seed in range(SEEDS):
        x, _ = _data(seed)
        start = _started(networks[kind], kind, bias, size, seed)
        end = _trained(networks[kind], start, rate, seed)
        rows.append([_all_and_most(_flat(kind, params, x)) for params in (start, end)])
    return np.array(rows)


def _moved(network: ModuleType, start: dict[str, Array], rate: float, seed: int) -> tuple[int, int]:
    """Train on and return how many ReLUs were dead, and how many of them a step has moved."""
    dead = _flat("relu", start, _data(seed)[0]) == 1
    end = _trained(network, start, rate, seed)
    moved = (end["W1"] != start["W1"]).any(axis=1) | (end["b1"] != start["b1"])
    return int(dead.sum()), int((dead & moved).sum())


def _dead_that_move(network: ModuleType, bias: float, rate: float) -> tuple[int, int, int]:
    """Count ReLUs that begin dead, those that a rate kills, and those of both that moved after."""
    begun = killed = moved = 0
    for seed in range(SEEDS):
        low = _started(network, "relu", bias, 1.0, seed)
        spoiled = _trained(network, _started(network, "relu", 0.0, 1.0, seed), rate, seed)
        dead_from_start, moved_of_these = _moved(network, low, CALM, seed)
        dead_by_rate, moved_of_those = _moved(network, spoiled, CALM, seed)
        begun += dead_from_start
        killed += dead_by_rate
        moved += moved_of_these + moved_of_those
    return begun, killed, moved


def _percent(parts: Array) -> str:
    """Write the mean over the seeds and, where they differ, the range."""
    low, mean, high = (100 * float(value) for value in (parts.min(), parts.mean(), parts.max()))
    return f"{mean:.0f} %" if low == high else f"{mean:.0f} % ({low:.0f} to {high:.0f})"


@dataclass(frozen=True)
class _Counts:
    """Which parts of the units are stuck, by kind; the last axes as in `_before_and_after`."""

    usual: dict[str, Array]
    grid: dict[str, Array]
    by_size: dict[str, Array]

    def low(self, kind: str) -> Array:
        """From the lowest bias, before training, for all examples."""
        return self.grid[kind][-1, 0, :, 0]

    def fast(self, kind: str, rate: int = -1) -> Array:
        """After training at one of the highest rates, for all examples."""
        return self.grid[kind][0, rate, :, 1]

    def sized(self, kind: str, size: int, *, most: bool = False) -> Array:
        """By the size of the weights, before training."""
        return self.by_size[kind][size, :, 0, int(most)]


def _count(
    networks: Networks,
    usual: tuple[float, float],
    biases: Sequence[float],
    rates: Sequence[float],
    sizes: Sequence[float],
) -> _Counts:
    def stuck(kind: str, **how: float) -> Array:
        return _before_and_after(networks, kind, **how)

    bias, rate = usual
    return _Counts(
        {kind: stuck(kind, bias=bias, rate=rate)[:, :, 0] for kind in _KINDS},
        {
            kind: np.array([[stuck(kind, bias=b, rate=r) for r in rates] for b in biases])[..., 0]
            for kind in _KINDS
        },
        {kind: np.array([stuck(kind, size=size) for size in sizes]) for kind in _KINDS},
    )


def _facts_of_training(
    counts: _Counts, networks: Networks, biases: Sequence[float], rates: Sequence[float]
) -> dict[str, bool]:
    """Return what low biases and high rates do."""
    low, low_sigmoids = counts.low("relu"), counts.low("sigmoid")
    fast, less, less_sigmoids = (
        counts.fast("relu"),
        counts.fast("relu", -2),
        counts.fast("sigmoid", -2),
    )
    begun, killed, moved = _dead_that_move(networks["relu"], biases[-1], rates[-1])
    return {
        f"biases {-biases[-1]:g} deviations below 0 stick more than half of the ReLUs for all "
        f"examples, and more of them than of the sigmoids, at every seed: "
        f"{_percent(low)} against {_percent(low_sigmoids)}": bool(
            (low > np.maximum(low_sigmoids, 0.5)).all()
        ),
        f"rate {rates[-1]:g} sticks more than 30 % of the ReLUs for all examples, at every "
        f"seed: {_percent(fast)}; and of the sigmoids {_percent(counts.fast('sigmoid'))}": bool(
            (fast > 0.3).all()
        ),
        f"rate {rates[-2]:g} sticks more of the ReLUs than of the sigmoids, at every seed: "
        f"{_percent(less)} against {_percent(less_sigmoids)}": bool((less > less_sigmoids).all()),
        f"no ReLU that is dead moves when it is trained on at rate {CALM:g}: {moved} of "
        f"{begun} that begin dead and {killed} that rate {rates[-1]:g} has killed": (
            moved == 0 and begun > 0 and killed > 0
        ),
    }


def _facts_of_size(counts: _Counts, sizes: Sequence[float], steady: float) -> dict[str, bool]:
    """Return what large weights do."""
    relus, sigmoids = counts.sized("relu", -1), counts.sized("sigmoid", -1)
    smaller = {kind: part[:-2, :, 0, 0] for kind, part in counts.by_size.items()}
    usual, usual_sigmoids = (counts.sized(kind, 0, most=True) for kind in _KINDS)
    most, most_sigmoids = (counts.sized(kind, -1, most=True) for kind in _KINDS)
    change = max(float(np.abs(np.diff(part, axis=2)).max()) for part in counts.by_size.values())
    return {
        f"for all examples, weights {sizes[-1]:g} times as large stick more than a fifth of "
        f"the sigmoids and no ReLU, at every seed: {_percent(sigmoids)} against "
        f"{_percent(relus)}": bool((sigmoids > 0.2).all() and (relus == 0).all()),
        f"but up to {sizes[-3]:g} times as large none of either: {_percent(smaller['sigmoid'])} "
        f"and {_percent(smaller['relu'])}": not any(part.any() for part in smaller.values()),
        "for most examples, more ReLUs than sigmoids are stuck at the usual size, at every "
        f"seed: {_percent(usual)} against {_percent(usual_sigmoids)}": bool(
            (usual > usual_sigmoids).all()
        ),
        f"and fewer at {sizes[-1]:g} times it: {_percent(most)} against "
        f"{_percent(most_sigmoids)}": bool((most < most_sigmoids).all()),
        f"training at rate {CALM:g} changes none of these by more than {100 * steady:g} "
        f"points: {100 * change:.0f}": change <= steady,
    }


def measure_stuck(
    networks: Networks,
    usual_bias: float = 0.0,
    usual_rate: float = CALM,
    biases: Sequence[float] = BIASES,
    rates: Sequence[float] = RATES,
    sizes: Sequence[float] = SIZES,
    steady: float = 0.05,
) -> Measurement:
    """Count the stuck units of both kinds by initial bias and rate, and by the size of the weights.

    Parameters
    ----------
    networks : mapping
        ``"relu"`` and ``"sigmoid"``: one hidden layer.
    usual_bias, usual_rate : float
        The start and the rate for which it is claimed that none is stuck for all examples.
    biases, rates : sequence of float
        The grid; the last bias and the last two rates are claimed to stick ReLUs.
    sizes : sequence of float
        Factors of the initial weights; the last is claimed to stick sigmoids, all but the last two
        not.
    steady : float
        By how much training at the usual rate is claimed to change the part that is stuck, at most.
    """
    counts = _count(networks, (usual_bias, usual_rate), biases, rates, sizes)
    stuck = {
        kind: round(float(part.max(axis=1).sum()) * UNITS) for kind, part in counts.usual.items()
    }
    named = {"relu": "ReLUs", "sigmoid": "sigmoids"}
    return Measurement(
        {
            f"from bias {usual_bias:g}, at rate {usual_rate:g}, no unit is stuck for all examples, "
            f"before or after training: of {SEEDS * UNITS} each {stuck['relu']} ReLUs and "
            f"{stuck['sigmoid']} sigmoids": not any(stuck.values()),
            **_facts_of_training(counts, networks, biases, rates),
            **_facts_of_size(counts, sizes, steady),
        },
        {
            f"{named[kind]} stuck, {where}": float(count(kind).mean())
            for where, count in (
                ("lowest bias", counts.low),
                ("highest rate", counts.fast),
                ("largest weights", lambda kind: counts.sized(kind, -1)),
            )
            for kind in _KINDS
        },
        {
            **{f"grid, {kind}": part[..., 1] for kind, part in counts.grid.items()},
            **{f"sizes, {kind}": part[:, :, 0] for kind, part in counts.by_size.items()},
        },
    )


def draw_stuck(figure: Any, measured: Measurement) -> None:
    """Draw the stuck of the grid as numbers on a map, and by the size of the weights as curves."""
    curves = measured.curves
    left, right = figure.subplots(1, 2, width_ratios=[1.1, 1])
    relus, sigmoids = (100 * curves[f"grid, {kind}"].mean(axis=2) for kind in _KINDS)
    left.imshow(relus, cmap="Oranges", vmin=0, vmax=150, aspect="auto")
    for (row, column), percent in np.ndenumerate(relus):
        shown = f"{percent:.0f} | {sigmoids[row, column]:.0f}"
        left.text(column, row, shown, ha="center", va="center")
    left.grid(False)
    left.set_xticks(range(len(RATES)), [f"{rate:g}" for rate in RATES])
    left.set_yticks(range(len(BIASES)), [f"{bias:g}" for bias in BIASES])
    left.set_xlabel("rate")
    left.set_ylabel("initial bias, in deviations of a")
    left.set_title("stuck for all examples\nafter training: ReLUs | sigmoids, %", fontsize="medium")
    for kind, label, marker, color in (
        ("sigmoid", "sigmoids", "v", "C0"),
        ("relu", "ReLUs", "o", "C2"),
    ):
        for criterion, name, style in ((1, "most", "-"), (0, "all", "--")):
            parts = 100 * curves[f"sizes, {kind}"][:, :, criterion]
            right.fill_between(
                SIZES, parts.min(axis=1), parts.max(axis=1), color=color, alpha=0.25, linewidth=0
            )
            right.semilogx(
                SIZES,
                parts.mean(axis=1),
                marker + style,
                color=color,
                label=f"{label}, for {name}",
                markersize=4,
            )
    right.set_xticks(SIZES, [f"{size:g}" for size in SIZES])
    right.minorticks_off()
    right.set_xlabel("size of the initial weights")
    right.set_title(
        f"stuck for all and for most examples,\nbefore training, % (range of {SEEDS} seeds)",
        fontsize="medium",
    )
    right.legend(loc="center right", fontsize="small", bbox_to_anchor=(1, 0.72))
