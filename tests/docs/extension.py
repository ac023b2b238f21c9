"""The extension that writes the pages about pairs, loaded without Sphinx."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

__all__ = ["ROOT", "extension", "page"]

ROOT = Path(__file__).parents[2]


@cache
def extension() -> ModuleType:
    """Return the module ``docs/_extensions/pairs.py``."""
    path = ROOT / "docs" / "_extensions" / "pairs.py"
    spec = importlib.util.spec_from_file_location("pairs_of_the_documentation", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def page(name: str) -> str:
    """Return the text of a generated page."""
    return str(extension().pages()[name]())
