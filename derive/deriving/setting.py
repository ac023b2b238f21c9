"""The setting of a derivation: which quantities there are, and what L, ŷ and a stand for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Indexed, IndexedBase, Symbol

from derive.catalogue.records import AT_KINK, Loss, Output, Vector
from derive.language import (
    d,
    index,
    k,
    n,
    named_function,
    quantity,
    substitute,
    total,
)
from derive.rules.naming import PredictionNames
from derive.steps import Assumption, Definition

__all__ = ["LOSS", "Setting"]

LOSS = Symbol("L", real=True)
"""The loss of everything: one example, or the sum or mean over a batch."""

_i = index("i")


@dataclass(frozen=True)
class Setting:
    """Everything that is fixed before the first line.

    Parameters
    ----------
    output, loss : Output, Loss
        The rows of the catalogue.
    batch : bool
        Whether there are n examples, or one.
    reduction : str
        For a batch: the ``"sum"`` or the ``"mean"`` of the losses of the examples.
    bias : bool
        Whether a = Wh + b, or a = Wh as in the lecture.
    at_kink : Expr
        The slope that is taken where the output unit has none.
    assume : bool
        Whether the assumptions about the labels may be used.
    """

    output: Output
    loss: Loss
    batch: bool
    reduction: str
    bias: bool
    at_kink: Expr
    assume: bool

    @property
    def example(self) -> tuple[Symbol, ...]:
        """The index of the example, in a batch."""
        return (index("m"),) if self.batch else ()

    def _vector(self, name: str, size: Symbol) -> Vector:
        shape = (n, size) if self.batch else (size,)
        return Vector(quantity(name, *shape), self.example)

    @cached_property
    def a(self) -> Vector:
        """The pre-activation."""
        return self._vector("a", k)

    @cached_property
    def y(self) -> Vector:
        """The label."""
        return self._vector("y", k)

    @cached_property
    def prediction(self) -> Vector:
        """The prediction ŷ."""
        return self._vector("ŷ", k)

    @cached_property
    def h(self) -> Vector:
        """The last hidden layer."""
        return self._vector("h", d)

    @cached_property
    def W(self) -> IndexedBase:
        """The weights of the last layer."""
        return quantity("W", k, d)

    @cached_property
    def b(self) -> IndexedBase:
        """The bias."""
        return quantity("b", k)

    @cached_property
    def short(self) -> Expr:
        """ŷᵢ by name: s(aᵢ)."""
        return substitute(self.output.prediction(self.a, _i), {AT_KINK: self.at_kink})

    @cached_property
    def long(self) -> Expr:
        """ŷᵢ written out in exponentials: 1/(1 + e^{−aᵢ})."""
        return written_out(self.short)

    @cached_property
    def names(self) -> PredictionNames:
        """How the prediction is recognised in an expression of a."""
        return PredictionNames(self.prediction[_i], self.short, self.long, self.a[_i])

    @cached_property
    def pre_activation(self) -> Expr:
        """aᵢ = Wᵢ · h (+ bᵢ)."""
        q = self.h.index()
        product = total(self.W[_i, q] * self.h[q], q, d)
        return product + self.b[_i] if self.bias else product

    @cached_property
    def loss_of_an_example(self) -> Expr:
        """L(ŷ, y) as the catalogue defines it."""
        return self.loss.value(self.prediction, self.y)

    @cached_property
    def definition_of_loss(self) -> Expr:
        """L(ŷ, y), summed or averaged over the examples of a batch."""
        return self.over_examples(self.loss_of_an_example)

    def over_examples(self, expression: Expr) -> Expr:
        """Sum, or average, over the examples where there is a batch."""
        if not self.batch:
            return expression
        number, rest = expression.as_coeff_Mul()
        everything = number * total(rest, self.example[0], n)
        return everything / n if self.reduction == "mean" else everything

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What may be assumed about the labels."""
        return self.loss.labels.assumptions(self.y) if self.assume else ()

    def definitions(self, *, of_pre_activation: bool) -> tuple[Definition, ...]:
        """Return what the names stand for, outermost first."""
        above = (
            Definition(LOSS, self.definition_of_loss),
            Definition(self.prediction[_i], self.short),
        )
        if not of_pre_activation:
            return above
        return (*above, Definition(self.a[_i], self.pre_activation))

    @property
    def is_identity(self) -> bool:
        """Whether the unit has no activation function: ŷ = a."""
        return bool(self.short == self.a[_i])

    def variable(self, name: str) -> Indexed:
        """Return the entry of a, W, b or h by which is differentiated."""
        if name == "a":
            return self.a[_i]
        if name == "b":
            return self.b[_i]
        q = self.h.index()
        return self.W[_i, q] if name == "W" else self.h[q]


def written_out(expression: Expr) -> Expr:
    """Unfold the definition of a named function at the root, where it has one.

    Examples
    --------
    >>> from derive.language import sigmoid
    >>> written_out(sigmoid(quantity("a", k)[_i]))
    1/(1 + exp(-a[i]))
    """
    row = named_function(type(expression))
    if row is None or row.definition is None:
        return expression
    return row.definition(*expression.args)
