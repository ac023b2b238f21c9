"""A measurement as a picture in a file, drawn by Matplotlib, which is loaded only for that."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from numeric.claims.record import Experiment, Measurement

__all__ = ["FIGURE_FORMAT", "save_figure"]

FIGURE_FORMAT = "svg"
_SIZE = (6.4, 4.2)
_SETTINGS = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "font.size": 9,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    # Letters stay letters: they can be searched, and the files are small.
    "svg.fonttype": "none",
    # Identifiers and the date would differ from run to run.
    "svg.hashsalt": "gradproof",
}


def save_figure(experiment: Experiment, measured: Measurement, folder: Path) -> Path:
    """Draw a measurement and return the file, ``folder/NAME.svg``.

    Parameters
    ----------
    experiment : Experiment
        The row of the table; it knows how to draw.
    measured : Measurement
        What its `measure` returned.
    folder : Path
        A folder that exists.

    Raises
    ------
    ModuleNotFoundError
        Without Matplotlib.
    OSError
        When the file cannot be written.
    """
    matplotlib: Any = importlib.import_module("matplotlib")
    drawing: Any = importlib.import_module("matplotlib.figure")
    target = folder / f"{experiment.name}.{FIGURE_FORMAT}"
    with matplotlib.rc_context(_SETTINGS):
        # A figure by itself, without pyplot, needs no screen and is forgotten when it is saved.
        figure = drawing.Figure(figsize=_SIZE)
        experiment.draw(figure, measured)
        figure.savefig(target, metadata={"Date": None})
    return target
