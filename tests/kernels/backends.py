"""The kernels of the backend whose turn it is: every test that asks for one runs for both."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from derive.generate import BACKENDS

_PACKAGES = {row.name: row.package for row in BACKENDS}
_turn = BACKENDS[0].name


@pytest.fixture(scope="session", params=list(_PACKAGES))
def backend(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a test for each backend; without Numba its kernels cannot be tried."""
    global _turn
    pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    _turn = request.param
    yield request.param
    _turn = BACKENDS[0].name


def kernel_of(name: str) -> Any:
    return importlib.import_module(f"{_PACKAGES[_turn]}.{name}")
