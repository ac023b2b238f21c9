"""What the module of a network is generated from: expressions of its derivations, and words."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr

from derive.generate.spec import KernelSpec

__all__ = ["NetworkSpec", "UnitSpec"]


@dataclass(frozen=True)
class UnitSpec:
    """One kind of hidden unit, as the generator needs it; free index i stands for every unit.

    Parameters
    ----------
    name : str
        Its name in the catalogue.
    values : Expr
        h_i in a.
    slope : Expr
        ∂h_i/∂a_i in a and h, as it was derived.
    formulas : tuple[str, ...]
        The lines of the docstring that state both.
    gain : float
        Weights that are drawn at random get the variance gain/d.
    """

    name: str
    values: Expr
    slope: Expr
    formulas: tuple[str, ...]
    gain: float


@dataclass(frozen=True)
class NetworkSpec:
    """A network, as the generator needs it.

    Parameters
    ----------
    output : KernelSpec
        The pair of the last layer.
    hidden : tuple[UnitSpec, ...]
        The unit of every hidden layer, the first above the input.
    biases : bool
        Whether a = Wh + b.
    regulariser : Expr or None
        ∂(λ‖W‖²)/∂W_ir as it was derived, over λ W_ir: a number; None where there is none.
    label_bounds : (float or None, float or None)
        Between which numbers a label is, where the domain says it.
    sum_to_one : bool
        Whether the labels of an example sum to one.
    formulas : tuple[str, ...]
        The lines of the docstring that state the network, its loss and ∂L/∂a of its output.
    recursion : tuple[str, ...]
        Those that state the gradients of a layer.
    affine : str
        The pre-activations of a layer.
    conventions : tuple[str, ...]
        Sentences for the notes: the kinks of the hidden units.
    """

    output: KernelSpec
    hidden: tuple[UnitSpec, ...]
    biases: bool
    regulariser: Expr | None
    label_bounds: tuple[float | None, float | None]
    sum_to_one: bool
    formulas: tuple[str, ...]
    recursion: tuple[str, ...]
    affine: str
    conventions: tuple[str, ...]

    @property
    def kinds(self) -> tuple[UnitSpec, ...]:
        """Every kind of hidden unit once, in order of first use."""
        return tuple({unit.name: unit for unit in self.hidden}.values())
