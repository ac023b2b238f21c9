"""Writing the generated modules into a folder, and saying where a folder differs from them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from pathlib import Path

from derive.generate.module import numpy_module
from derive.generate.spec import KernelSpec

__all__ = ["stale", "write_kernels"]


Printer = Callable[[KernelSpec], str]


def _modules(specs: Iterable[KernelSpec], module: Printer) -> dict[str, str]:
    return {f"{spec.module_name}.py": module(spec) for spec in specs}


def _present(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"}


def write_kernels(
    specs: Iterable[KernelSpec], folder: Path, module: Printer = numpy_module
) -> tuple[Path, ...]:
    """Write the module of each spec and remove the modules of no spec.

    Parameters
    ----------
    specs : iterable of KernelSpec
        The pairs.
    folder : Path
        Where the modules stand; its ``__init__.py`` is left alone.
    module : callable
        From a spec to the source of its module: that of a backend.

    Returns
    -------
    tuple[Path, ...]
        The files that changed or went.
    """
    modules, present = _modules(specs, module), _present(folder)
    changed: list[Path] = []
    for name, text in modules.items():
        path = folder / name
        if name not in present or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    for name in present.keys() - modules.keys():
        present[name].unlink()
        changed.append(present[name])
    return tuple(sorted(changed))


def stale(
    specs: Iterable[KernelSpec], folder: Path, module: Printer = numpy_module
) -> dict[str, str]:
    """Return what `write_kernels` would change: a diff under the name of each file.

    A file that is missing, differs or belongs to no spec is named; an empty dict says that the
    folder is as the generator would write it.
    """
    modules, present = _modules(specs, module), _present(folder)
    found: dict[str, str] = {}
    for name in sorted(modules.keys() | present.keys()):
        new = modules.get(name, "")
        old = present[name].read_text(encoding="utf-8") if name in present else ""
        if new != old or name not in modules:
            found[name] = "".join(
                difflib.unified_diff(
                    old.splitlines(keepends=True),
                    new.splitlines(keepends=True),
                    f"{name} (in the folder)",
                    f"{name} (generated)",
                )
            )
    return found
