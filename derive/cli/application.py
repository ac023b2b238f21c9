"""The application that the commands belong to, and its front door."""

from __future__ import annotations

import difflib
import os
import sys
from importlib import metadata
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from derive.cli.console import complain
from derive.errors import DeriveError

__all__ = ["FAILED", "NETWORK_KERNEL", "app", "main"]


USAGE, FAILED = 2, 1

NETWORK_KERNEL = "kernel network"
"""The command that ``derive kernel network …`` is; it has the options of ``derive network``."""


class _Commands(TyperGroup):
    """A group that proposes the nearest command for a misspelt one."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[:2] == ["kernel", "network"]:
            args = [NETWORK_KERNEL, *args[2:]]
        if args and args[0] not in self.commands:
            near = difflib.get_close_matches(args[0], list(self.commands), n=1, cutoff=0.5)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"There is no command '{args[0]}'.{hint} Commands: {', '.join(self.commands)}")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
    help="Derive, prove, print and generate the gradients of output units and losses.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gradproof {metadata.version('gradproof')}")
        raise typer.Exit


@app.callback()
def front_door(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Derive, prove, print and generate the gradients of output units and losses."""


def main() -> None:
    """Run the command line; bad input ends in one line and exit code 2, never in a traceback."""
    _open_streams()
    try:
        try:
            app(prog_name="derive")
        finally:
            sys.stdout.flush()
    except DeriveError as error:
        complain(str(error))
        sys.exit(USAGE)
    except OSError as error:
        # Nobody reads on, or the disk is full; Python would try to write once more when it ends.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        if not isinstance(error, BrokenPipeError):
            complain(f"cannot write to standard output: {error.strerror}")
        sys.exit(USAGE)


def _open_streams() -> None:
    """Write UTF-8 whatever the locale; a stream that was closed swallows what it gets."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
