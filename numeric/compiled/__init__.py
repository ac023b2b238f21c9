"""The kernels in loops, for Numba: ``from numeric.compiled import softmax_cross_entropy``.

Each module offers the functions of its namesake in `numeric.kernels`, with the same results but
for their last digits. They are for arrays so small that NumPy spends its time on starting. What is
called first with a format is compiled first, which takes seconds, and kept for the next process.
Numba has to be installed: ``pip install 'gradproof[numba]'``.
"""

from __future__ import annotations

from importlib.util import find_spec

__all__ = ["MODULES"]

if find_spec("numba") is None:
    raise ModuleNotFoundError(
        "numeric.compiled needs Numba, which is not installed: pip install 'gradproof[numba]'; "
        "the modules of numeric.kernels need NumPy alone",
        name="numba",
    )

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
