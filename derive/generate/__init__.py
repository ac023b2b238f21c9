"""NumPy modules generated from derived expressions.

A `KernelSpec` is lowered to an array program, the passes put stable forms in place, and the printer
writes the program as the lines that a person would have written.
"""

from __future__ import annotations

from derive.generate.module import numpy_module
from derive.generate.spec import KernelSpec
from derive.generate.write import stale, write_kernels

__all__ = ["KernelSpec", "numpy_module", "stale", "write_kernels"]
