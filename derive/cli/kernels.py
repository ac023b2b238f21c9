"""`derive kernel` and `kernels`: the modules of the pairs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated, Any

import typer

from derive.cli.application import FAILED, app
from derive.cli.console import complain, screen, write
from derive.cli.options import AtKink, LossName, OutputName, Target
from derive.errors import DeriveError

__all__ = ["kernel", "kernels"]


@app.command()
def kernel(
    output: OutputName,
    loss: LossName,
    at_kink: AtKink = "1",
    backend: Annotated[
        str, typer.Option("--backend", help="Who carries it out: numpy, or numba in loops.")
    ] = "numpy",
    target: Target = None,
) -> None:
    """The module of one pair, generated from its derivation; or of a network.

    [dim]Examples:[/dim]

      derive kernel softmax cross-entropy -o softmax_cross_entropy.py

      derive kernel network --hidden relu relu --output softmax --loss cross-entropy -o network.py
    """
    import derive
    from derive.generate import find_backend
    from derive.kernel_source import kernel_spec

    module = find_backend(backend).module
    write(module(kernel_spec(derive.pair(output, loss, at_kink=at_kink))), target)


@app.command()
def kernels(
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a file is not as generated.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Where the modules stand; else the installed packages."),
    ] = None,
    backend: Annotated[
        str | None,
        typer.Option("--backend", help="numpy or numba alone; without --folder, else, both."),
    ] = None,
) -> None:
    """Write the module of every legal pair, or check that they are up to date.

    [dim]Example:[/dim]  derive kernels --check
    """
    from derive.generate import BACKENDS, find_backend
    from derive.kernel_source import shipped_specs

    rows = BACKENDS if backend is None else (find_backend(backend),)
    where = {row: _package_folder(row.package) for row in rows}
    if folder is not None:
        where = {rows[0]: folder}
    specs = shipped_specs()
    kept = [_kept(specs, row, place, check_only=check_only) for row, place in where.items()]
    if not all(kept):
        raise typer.Exit(FAILED)


def _kept(specs: Any, backend: Any, folder: Path, *, check_only: bool) -> bool:
    """Write the modules of a backend, or say whether those in the folder are as generated."""
    from derive.generate import stale, write_kernels

    if not folder.is_dir():
        raise DeriveError(f"there is no folder {str(folder)!r}; --folder takes one that exists")
    if not check_only:
        changed = write_kernels(specs, folder, backend.module)
        screen().print(f"{len(changed)} of the files in {folder} changed", markup=False)
        return True
    differences = stale(specs, folder, backend.module)
    for difference in differences.values():
        screen().print(difference, markup=False)
    if differences:
        complain(f"not as generated: {', '.join(differences)}; run 'derive kernels'")
        return False
    screen().print(f"every kernel in {folder} is as generated", markup=False)
    return True


def _package_folder(name: str) -> Path:
    """Return where the modules of a package stand, without loading it: it may need a library."""
    package = importlib.util.find_spec(name.partition(".")[0])
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent.joinpath(*name.split(".")[1:])
