"""What a kernel can be generated for: one row a backend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from derive.errors import UnknownOption
from derive.generate.module import numpy_module
from derive.generate.numba_module import numba_module
from derive.generate.spec import KernelSpec

__all__ = ["BACKENDS", "Backend", "find_backend"]


@dataclass(frozen=True)
class Backend:
    """A row: who carries the modules out, who prints them and where they ship.

    Parameters
    ----------
    name : str
        The library that carries them out.
    module : callable
        From a spec to the source of its module.
    package : str
        The package of the modules that ship.
    """

    name: str
    module: Callable[[KernelSpec], str]
    package: str


BACKENDS: tuple[Backend, ...] = (
    Backend("numpy", numpy_module, "numeric.kernels"),
    Backend("numba", numba_module, "numeric.compiled"),
)
"""The one that is meant where none is named stands first."""


def find_backend(name: str) -> Backend:
    """Return the backend of a name.

    Raises
    ------
    UnknownOption
        If there is none.
    """
    rows = {row.name: row for row in BACKENDS}
    if name not in rows:
        raise UnknownOption("--backend", name, list(rows))
    return rows[name]
