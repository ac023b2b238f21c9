"""Hard inputs by the domain of the labels."""

from __future__ import annotations

import numpy as np

PRE_ACTIVATIONS: tuple[tuple[float, ...], ...] = (
    (0.0, 0.0, 0.0),
    (-0.0, 0.0, 5e-324),
    (1.0, -2.0, 0.5),
    (3.0, 3.0, -1.0),
    (30.0, -7.5, 12.0),
    (40.0, 0.0, -40.0),
    (1e-9, -1e-9, 1e-300),
    (700.0, 0.0, -3.0),
    (-1000.0, 1000.0, 0.0),
    (1000.0, 1000.0, 999.0),
    (1e300, -1e300, 0.0),
    (1e300, 1e300, 1e300),
    (-1e300, -1e300, -36.0),
)

LABELS: dict[str, tuple[tuple[float, ...], ...]] = {
    "simplex": (
        (1.0, 0.0, 0.0),
        (0.0, 1.0, 0.0),
        (0.0, 0.0, 1.0),
        (0.9, 0.05, 0.05),
        (0.5, 0.3, 0.2),
    ),
    "unit interval": ((1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.95, 0.05, 0.5), (0.3, 0.3, 0.9)),
    "real": ((0.0, 1.0, -2.5), (1e-3, 7.0, 0.5), (0.25, 0.25, 0.25)),
}


def domain_of(module: str) -> str:
    """Return the name of the label domain of a kernel."""
    if module.startswith("softmax"):
        return "simplex"
    return "unit interval" if module.startswith("sigmoid") else "real"


def hard_points(module: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return every pre-activation with every label vector of the domain."""
    labels = LABELS[domain_of(module)]
    return [(np.array(a), np.array(y)) for a in PRE_ACTIVATIONS for y in labels]
