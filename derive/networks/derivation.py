"""The derivation of a network: a derivation for each layer, from the output down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Expr

from derive.derivation import Derivation
from derive.steps import Assumption, Step

if TYPE_CHECKING:
    from derive.networks.network import Network
    from derive.networks.report import NetworkReport

__all__ = ["NetworkDerivation"]


@dataclass(frozen=True)
class NetworkDerivation:
    """The derivation of a network: its sections are the whole of it, the rest is a view of them.

    Parameters
    ----------
    network : Network
        What is derived.
    sections : tuple[Derivation, ...]
        One for each layer, from the output down. That of a hidden layer begins with the gradient
        by what the layer gives, which the section above it ends with or has among its results.
    wrt : str
        By what it was asked for, empty for the gradients by everything.
    assume : bool
        Whether the assumptions of the loss about its labels may be used.

    Examples
    --------
    >>> import derive
    >>> gradient = derive.network(["relu"], "linear", "squared-error").gradient("W1")
    >>> gradient.verify().ok
    True
    """

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

    def text(self, **options: Any) -> str:
        """Return the network and its sections for a terminal.

        Takes the options of `derive.printers.text.derivation_text`.
        """
        pages = (self.network.definition, *self.sections)
        return "\n\n".join(page.text(**options) for page in pages)

    def latex(self, *, standalone: bool = False) -> str:
        """Return the network and its sections in LaTeX, or a whole document.

        Parameters
        ----------
        standalone : bool
            Whether to return a document that pdflatex compiles.
        """
        from derive.printers.latex import derivations_latex

        return derivations_latex((self.network.definition, *self.sections), standalone=standalone)

    def html(self) -> str:
        """Return the network and its sections in MathML."""
        pages = (self.network.definition, *self.sections)
        return "\n".join(page.html() for page in pages)

    def to_json(self) -> str:
        """Return the derivation as JSON, from which it is read back and verified again."""
        from derive.networks.json import to_json

        return to_json(self)

    @staticmethod
    def from_json(text: str) -> NetworkDerivation:
        """Read a derivation that `to_json` has written.

        Raises
        ------
        BrokenDocument
            If the text is not such a derivation; with the place.
        """
        from derive.networks.json import from_json

        return from_json(text)

    def verify(self) -> NetworkReport:
        """Check every step, how the sections join, and the results, by independent routes."""
        from derive.networks.report import verify

        return verify(self)

    def __str__(self) -> str:
        return self.text()

    def _repr_latex_(self) -> str:
        return self.latex()
