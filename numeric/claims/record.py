"""What is measured about a claim, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "Experiment", "Measurement", "NetworkWanted", "Networks"]

Array = npt.NDArray[Any]
Networks = Mapping[str, ModuleType]
"""The generated modules of networks that an experiment asked for, by its own names for them."""


@dataclass(frozen=True)
class Measurement:
    """The verdict of an experiment.

    Parameters
    ----------
    facts : dict of str to bool
        Each part of the claim in words, and whether it was observed.
    figures : dict of str to float
        The numbers on which the facts rest.
    curves : dict of str to ndarray
        What the figure shows.

    Examples
    --------
    >>> Measurement({"2 of 3 units died": True}, {"units": 3.0}).ok
    True
    >>> Measurement({}).ok
    False
    """

    facts: dict[str, bool]
    figures: dict[str, float] = field(default_factory=dict)
    curves: dict[str, Array] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether there is a fact, all of them hold, and no number they rest on is NaN."""
        return (
            bool(self.facts)
            and all(self.facts.values())
            and not any(np.isnan(number) for number in self.figures.values())
        )

    @property
    def sentence(self) -> str:
        """What was observed, or what was not, in one sentence."""
        failed = [fact for fact, holds in self.facts.items() if not holds]
        return f"not so: {'; '.join(failed)}" if failed else "; ".join(self.facts)


@dataclass(frozen=True)
class NetworkWanted:
    """A network that an experiment needs; whoever runs it has its module generated.

    Parameters
    ----------
    hidden : tuple of str
        The hidden units, layer by layer.
    output, loss : str
        The names of the pair.
    """

    hidden: tuple[str, ...]
    output: str
    loss: str


@dataclass(frozen=True)
class Experiment:
    """A row of the table: what is measured of a claim, and its figure.

    Parameters
    ----------
    name : str
        The name of the claim.
    measure : callable
        ``measure(networks)`` returns a `Measurement`.
    draw : callable
        ``draw(figure, measurement)`` draws it into a figure of Matplotlib.
    networks : dict of str to NetworkWanted
        The networks, by the names under which `measure` looks for them.
    """

    name: str
    measure: Callable[[Networks], Measurement]
    draw: Callable[[Any, Measurement], None]
    networks: dict[str, NetworkWanted] = field(default_factory=dict)
