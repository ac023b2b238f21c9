"""NumPy and Numba modules generated from derived expressions.

A `KernelSpec` is lowered to an array program, the passes put stable forms in place, and the printer
of a backend writes the program as the lines that a person would have written.
"""

from __future__ import annotations

from derive.generate.backends import BACKENDS, Backend, find_backend
from derive.generate.module import numpy_module
from derive.generate.numba_module import numba_module
from derive.generate.spec import KernelSpec
from derive.generate.write import stale, write_kernels

__all__ = [
    "BACKENDS",
    "Backend",
    "KernelSpec",
    "find_backend",
    "numba_module",
    "numpy_module",
    "stale",
    "write_kernels",
]
