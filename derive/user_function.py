"""A gradient that a user wrote, found by its name."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from derive.errors import DeriveError

__all__ = ["by_parameters", "load_function"]

Loaded = TypeVar("Loaded")


def load_function(name: str) -> Callable[..., Any]:
    """Import ``MODULE:FUNCTION`` or ``path/to/file.py:FUNCTION``.

    Raises
    ------
    DeriveError
        If the name has another form, or there is no such module, file or function.
    """
    place, _, attribute = name.rpartition(":")
    if not place or not attribute.replace(".", "_").isidentifier():
        raise DeriveError(f"{name!r} is not MODULE:FUNCTION; write, say, mylib.losses:gradient")
    module = _module_of_file(Path(place)) if place.endswith(".py") else _module_by_name(place)
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            names = [known for known in vars(module) if not known.startswith("_")]
            raise DeriveError(
                f"{place} has no {attribute!r}; it has: {', '.join(sorted(names)) or 'nothing'}"
            )
        found = getattr(found, part)
    if not callable(found):
        raise DeriveError(f"{name} is {type(found).__name__}, not a function")
    function: Callable[..., Any] = found
    return function


def _module_by_name(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise DeriveError(
            f"{name!r} is no module's name; for a file write path/to/file.py:FUNCTION"
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    return _imported(name, lambda: importlib.import_module(name))


def _module_of_file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise DeriveError(f"there is no file {str(path)!r}")
    module = importlib.util.module_from_spec(spec)
    execute = spec.loader.exec_module
    _imported(str(path), lambda: execute(module))
    return module


def _imported(name: str, load: Callable[[], Loaded]) -> Loaded:
    """Turn whatever foreign code does while it is imported into one message.

    The catch is broad because the code is not ours: it may raise anything, or leave the program.
    """
    try:
        return load()
    except ModuleNotFoundError as error:
        raise DeriveError(
            f"there is no module {error.name!r} in {Path.cwd()} or among the installed ones"
        ) from None
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {error}".rstrip(": ")
        raise DeriveError(f"{name} cannot be imported: {said}") from None


def by_parameters(name: str, function: Callable[..., Any]) -> str:
    """Tell by its parameters what a gradient is of: ``"a"`` for (a, y), ``"layer"`` for (W, h, y).

    Raises
    ------
    DeriveError
        If the function takes neither two nor three arguments.

    Examples
    --------
    >>> by_parameters("mine:gradient", lambda a, y: a - y)
    'a'
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return "a"
    needed = [
        parameter
        for parameter in parameters
        if parameter.default is inspect.Parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    if len(needed) in (2, 3):
        return "a" if len(needed) == 2 else "layer"
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return "a"
    raise DeriveError(f"{name} takes {len(needed)} arguments; a gradient takes (a, y) or (W, h, y)")
