"""What a kernel is generated from: expressions of a derivation and the words that go with them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sympy import Expr

from derive.language import k, quantity

__all__ = ["KernelSpec", "labels", "pre_activation", "prediction"]

pre_activation = quantity("a", k)
"""The pre-activations a, the variable of every expression of a `KernelSpec`."""
labels = quantity("y", k)
"""The labels y."""
prediction = quantity("ŷ", k)
"""The prediction ŷ, where an expression uses its name."""


@dataclass(frozen=True)
class KernelSpec:
    """One pair, as the generator needs it; free index i stands for every class.

    Parameters
    ----------
    output, loss_name : str
        The names of the pair in the catalogue.
    prediction : Expr
        ŷ_i in a.
    loss : Expr
        L of one example in a and y (ŷ may be used by name): a sum over the units.
    gradient : Expr
        ∂L/∂a_i in ŷ, a and y, for any labels: without an assumption on Σ y.
    curvature : Expr
        ∂²L/∂a_i² in ŷ, a and y.
    label_domain : str
        What the labels may be, in words.
    formulas : tuple[str, ...]
        The lines of the docstring that state ŷ, L, ∂L/∂a and the layer's gradients.
    example_labels : tuple[str, str, str]
        Three labels of the domain, as written in the example.
    conventions : tuple[str, ...]
        Sentences for the notes: a kink, a boundary.
    fewest_classes : int
        The least k for which the loss is defined.
    """

    output: str
    loss_name: str
    prediction: Expr
    loss: Expr
    gradient: Expr
    curvature: Expr
    label_domain: str
    formulas: tuple[str, ...]
    example_labels: tuple[str, str, str]
    conventions: tuple[str, ...] = field(default=())
    fewest_classes: int = 1

    @property
    def module_name(self) -> str:
        """The name of the generated module, such as ``softmax_cross_entropy``."""
        return f"{self.output}_{self.loss_name}".replace("-", "_")
