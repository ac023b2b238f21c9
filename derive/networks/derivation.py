"""The derivation of a network: a derivation for each layer, from the output down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sympy import Expr

from derive.derivation import Derivation
from derive.steps import Assumption, Step

if TYPE_CHECKING:
    from derive.networks.network import Network

__all__ = ["NetworkDerivation"]


@dataclass(frozen=True)
class NetworkDerivation:
    """Sections, one a layer."""

    network: Network
    sections: tuple[Derivation, ...]
    wrt: str = ""
    assume: bool = True

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, section by section."""
        return tuple(step for section in self.sections for step in section.steps)

    @property
    def target(self) -> Expr:
        """The left-hand side of the result."""
        return self.sections[-1].target

    @property
    def result(self) -> Expr:
        """The right-hand side of the last step."""
        return self.sections[-1].result

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Every assumption that a step uses, in order of first use."""
        used = (one for section in self.sections for one in section.assumptions)
        return tuple(dict.fromkeys(used))
