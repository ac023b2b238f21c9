"""A derivation is a value: definitions, and steps each made by one rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sympy import Expr

from derive.steps import Assumption, Definition, Step

if TYPE_CHECKING:
    from derive.proof.verdict import Report

__all__ = ["Derivation"]


@dataclass(frozen=True)
class Derivation:
    """A derivation: the steps are the whole of it, everything else is a view of them.

    A step whose ``before`` is not the ``after`` of the step above it begins a new chain; its
    ``before`` is then a left-hand side (L, aᵢ, ∂L/∂aᵢ, ∇_W L).

    Parameters
    ----------
    output, loss : str
        The names of the pair in the catalogue.
    target : Expr
        The left-hand side of the result, such as the `Entries` of ∂L/∂W_{iq}.
    definitions : tuple[Definition, ...]
        What L, ŷ and a stand for, outermost first. What has no definition (W, h, b, y, or a where
        it is the variable) is a free quantity.
    steps : tuple[Step, ...]
    options : tuple[tuple[str, Any], ...]
        How it was asked for (with respect to what, batch, reduction, convention at a kink).
    """

    output: str
    loss: str
    target: Expr
    definitions: tuple[Definition, ...]
    steps: tuple[Step, ...]
    options: tuple[tuple[str, Any], ...] = field(default=())

    @property
    def result(self) -> Expr:
        """The right-hand side of the last step."""
        return self.steps[-1].after

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Every assumption that a step uses, in order of first use."""
        used = (step.assumption for step in self.steps if step.assumption is not None)
        return tuple(dict.fromkeys(used))

    @property
    def chains(self) -> tuple[tuple[Step, ...], ...]:
        """The steps cut into chains: each chain is one left-hand side and its lines."""
        cut: list[list[Step]] = []
        for step in self.steps:
            if cut and cut[-1][-1].after == step.before:
                cut[-1].append(step)
            else:
                cut.append([step])
        return tuple(tuple(chain) for chain in cut)

    def text(self, **options: Any) -> str:
        """Return the derivation for a terminal; see `derive.printers.text.derivation_text`."""
        from derive.printers.text import derivation_text

        return derivation_text(self, **options)

    def latex(self, **options: Any) -> str:
        """Return the derivation in LaTeX; see `derive.printers.latex.derivation_latex`."""
        from derive.printers.latex import derivation_latex

        return derivation_latex(self, **options)

    def html(self, **options: Any) -> str:
        """Return the derivation in MathML; see `derive.printers.html.derivation_html`."""
        from derive.printers.html import derivation_html

        return derivation_html(self, **options)

    def to_json(self) -> str:
        """Return the derivation as JSON, from which it is read back and verified again."""
        from derive.printers.json import to_json

        return to_json(self)

    @staticmethod
    def from_json(text: str) -> Derivation:
        """Read a derivation that `to_json` has written.

        Raises
        ------
        BrokenDocument
            If the text is not such a derivation; with the place.
        """
        from derive.printers.json import from_json

        return from_json(text)

    def verify(self) -> Report:
        """Check every step, and the result, by routes that share no code with the rules."""
        from derive.pairs import what_the_catalogue_says
        from derive.printers.text import text
        from derive.proof.verify import verify

        definitions, allowed = what_the_catalogue_says(self)
        return verify(self, show=text, catalogue=definitions, allowed=allowed)

    def __str__(self) -> str:
        return self.text()

    def _repr_latex_(self) -> str:
        return self.latex()
