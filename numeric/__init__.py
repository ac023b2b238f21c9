"""Kernels in NumPy, the means to check anyone's gradient against them, and training with them.

Nothing here needs SymPy, and Hypothesis is imported only by those who draw or hunt
(:mod:`numeric.strategies`, :mod:`numeric.hunt`). Every public name is resolved at its first use, so
that ``import numeric`` itself costs next to nothing.

Examples
--------
>>> import numpy as np
>>> from numeric import check_gradient
>>> check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, at=np.array([1.0, -3.0])).ok
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numeric import descent, differences, errors, gradcheck, hunt, regression, strategies
    from numeric.descent import Descent, descend
    from numeric.differences import Difference, central_difference, complex_step
    from numeric.gradcheck import GradientReport, check_gradient
    from numeric.hunt import Hunt, WrongGradient, find_wrong_gradient, hunt_gradient
    from numeric.regression import (
        Regression,
        linear_regression,
        logistic_regression,
        softmax_regression,
    )

__all__ = [
    "Descent",
    "Difference",
    "GradientReport",
    "Hunt",
    "Regression",
    "WrongGradient",
    "central_difference",
    "check_gradient",
    "complex_step",
    "descend",
    "descent",
    "differences",
    "errors",
    "find_wrong_gradient",
    "gradcheck",
    "hunt",
    "hunt_gradient",
    "linear_regression",
    "logistic_regression",
    "regression",
    "softmax_regression",
    "strategies",
]

_MODULES = frozenset(
    {"descent", "differences", "errors", "gradcheck", "hunt", "regression", "strategies"}
)
_HOME_OF = {
    "Descent": "descent",
    "descend": "descent",
    "Difference": "differences",
    "central_difference": "differences",
    "complex_step": "differences",
    "GradientReport": "gradcheck",
    "check_gradient": "gradcheck",
    "Hunt": "hunt",
    "WrongGradient": "hunt",
    "find_wrong_gradient": "hunt",
    "hunt_gradient": "hunt",
    "Regression": "regression",
    "linear_regression": "regression",
    "logistic_regression": "regression",
    "softmax_regression": "regression",
}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f"numeric.{name}")
    if name in _HOME_OF:
        return getattr(import_module(f"numeric.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module 'numeric' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
