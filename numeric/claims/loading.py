"""A generated module from its text, as an import of a file with that text would give it."""

from __future__ import annotations

from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from types import ModuleType

__all__ = ["load_generated"]


class _Text(InspectLoader):
    """A loader of one module, whose source is at hand."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get_source(self, fullname: str) -> str:
        return self._text


def load_generated(name: str, source: str) -> ModuleType:
    """Return the module of a generated source; it is not entered in ``sys.modules``.

    The text is that of the generator, never of a user.

    Examples
    --------
    >>> load_generated("small", "TWO = 2").TWO
    2
    """
    loader = _Text(source)
    module = module_from_spec(ModuleSpec(name, loader))
    loader.exec_module(module)
    return module
