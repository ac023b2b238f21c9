"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AtKink", "LossName", "OutputName", "Target", "TargetFile"]


OutputName = Annotated[str, typer.Argument(metavar="OUTPUT", help="An output unit: softmax …")]

LossName = Annotated[str, typer.Argument(metavar="LOSS", help="A loss: cross-entropy …")]

AtKink = Annotated[
    str, typer.Option("--at-kink", help="The slope at a kink: 1 as in the lecture, 0, 1/2, c.")
]

Target = Annotated[
    Path | None, typer.Option("-o", "--output", help="Write to this file instead of the screen.")
]

TargetFile = Annotated[
    Path | None, typer.Option("-o", help="Write to this file instead of the screen.")
]
