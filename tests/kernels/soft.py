"""Soft labels for softmax and cross-entropy, and how far a gradient is off at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HAS_MORE_DIGITS", "drawn", "errors", "is_less_exact"]

HAS_MORE_DIGITS = np.finfo(np.longdouble).nmant > 60
"""Whether `numpy.longdouble` can tell what the right result is."""


def drawn(random: Any, examples: int, units: int) -> tuple[Any, Any]:
    a = random.standard_normal((examples, units)) * random.choice([0.3, 1.0, 3.0])
    y = random.dirichlet(np.full(units, random.choice([0.2, 1.0, 5.0])), size=examples)
    return a, y


def errors(gradient: Any, a: Any, y: Any) -> Any:
    """Return how far each entry is off, in units of u (r ŷ_i + y_i)."""
    powers = np.exp(a.astype(np.longdouble))
    total = y.astype(np.longdouble).sum(axis=1, keepdims=True)
    expected = total * powers / powers.sum(axis=1, keepdims=True)
    unit = np.finfo(a.dtype).eps / 2
    return np.abs(gradient - (expected - y)) / (unit * (expected + y))


def is_less_exact(gradient_of: Callable[..., Any], than: Callable[..., Any]) -> bool:
    """Say whether gradients have more rounding errors than others, at many soft labels."""
    random = np.random.default_rng(11)
    a, y = random.standard_normal((400, 3)), random.dirichlet(np.ones(3), size=400)
    ours, theirs = (np.sqrt(np.mean(errors(one(a, y), a, y) ** 2)) for one in (gradient_of, than))
    return not ours <= _AS_EXACT * theirs


_AS_EXACT = 1.02
"""Times the root of the mean square."""
