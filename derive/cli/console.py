"""What the commands print on, and how."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from derive.errors import DeriveError, UnknownOption

__all__ = ["NARROWEST", "complain", "errors", "formatted", "screen", "width", "write"]


NARROWEST = 60
"""A derivation is laid out in at least so many columns; a narrower terminal wraps its lines."""


def screen() -> Console:
    """Return the console on standard output."""
    return Console(highlight=False, width=width())


def width() -> int:
    """Columns of the terminal; a file or a pipe gets a wide page, the same everywhere."""
    return Console().width if sys.stdout.isatty() else 120


def errors() -> Console:
    """Return the console on the error output."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def complain(message: str) -> None:
    """Print an error in one line."""
    errors().print(f"[bold red]error:[/bold red] {escape(message)}")


def write(text: str, target: Path | None) -> None:
    """Write to a file, or without one to the screen.

    Raises
    ------
    DeriveError
        If the file cannot be written.
    """
    if target is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    try:
        target.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
    except OSError as error:
        raise DeriveError(f"cannot write {target}: {error.strerror}") from None


def formatted(derivation: Any, format_: str) -> str:
    """Return a derivation in a format: text, ascii, latex, html or json.

    Raises
    ------
    UnknownOption
        If it is none of these.
    """
    makers = {
        "text": lambda: derivation.text(width=max(width(), NARROWEST)),
        "ascii": lambda: derivation.text(width=max(width(), NARROWEST), ascii=True),
        "latex": derivation.latex,
        "html": derivation.html,
        "json": derivation.to_json,
    }
    if format_ not in makers:
        raise UnknownOption("--format", format_, makers)
    return str(makers[format_]())
