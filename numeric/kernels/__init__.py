"""The generated kernels, one module a pair: ``from numeric.kernels import softmax_cross_entropy``.

Each module is self-contained and offers ``predict``, ``loss``, ``value_and_grad``,
``layer_value_and_grad`` and ``hessian_diagonal``. A module is loaded when it is first imported.
"""

from __future__ import annotations

__all__ = ["MODULES"]

MODULES: tuple[str, ...] = (
    "linear_squared_error",
    "relu_squared_error",
    "sigmoid_cross_entropy",
    "sigmoid_logistic",
    "sigmoid_squared_error",
    "softmax_cross_entropy",
    "softmax_logistic",
    "softmax_squared_error",
)
"""The names of the modules."""
