"""Second derivatives by the pre-activation: the prediction's Jacobian and the loss's Hessian."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Indexed, exp

from derive.deriving.gradient import by_pre_activation
from derive.deriving.plans import after_differentiation, second_derivative
from derive.deriving.setting import LOSS, Setting
from derive.deriving.writer import Writer
from derive.language import Entries, Partial, index, substitute
from derive.rules.differentiation import differentiate
from derive.rules.structure import ALL_ENTRIES, DEFINITION, DIFFERENTIATE
from derive.steps import Step

__all__ = ["hessian_steps", "jacobian_steps"]

_i, _j = index("i"), index("j")


def jacobian_steps(setting: Setting) -> tuple[tuple[Step, ...], Expr]:
    """Return the steps of ∂ŷᵢ/∂aⱼ and the left-hand side of the result.

    The prediction is written out in exponentials before it is differentiated, so that the slopes
    in the table of named functions are not used but confirmed. It keeps its name where the result
    could not be written in ŷ again.
    """
    writer = Writer()
    _jacobian(writer, setting)
    target = Entries(Partial(setting.prediction[_i], setting.a[_j]), *_axes(setting))
    writer.begin(target, Entries(writer.line, *_axes(setting)), ALL_ENTRIES)
    return tuple(writer.steps), target


def _jacobian(writer: Writer, setting: Setting) -> None:
    written_out = _jacobian_of(setting, setting.long)
    named = written_out[-1].after
    if named.has(exp) and setting.long != setting.short:
        written_out = _jacobian_of(setting, setting.short)
    writer.steps.extend(written_out)


def _jacobian_of(setting: Setting, definition: Expr) -> list[Step]:
    writer = Writer()
    prediction, variable = setting.prediction[_i], setting.a[_j]
    writer.begin(prediction, definition, DEFINITION)
    writer.begin(Partial(prediction, variable), differentiate(definition, variable), DIFFERENTIATE)
    writer.simplify(after_differentiation(setting))
    writer.simplify(second_derivative(setting))
    return writer.steps


def hessian_steps(setting: Setting) -> tuple[tuple[Step, ...], Expr]:
    """Return the steps of ∂²L/∂aᵢ∂aⱼ, by differentiating the gradient once more."""
    writer = Writer(by_pre_activation(setting))
    gradient = writer.line
    _jacobian(writer, setting)
    jacobians = {setting.prediction.base: _lookup(writer.line)}
    variable = setting.a[_j]
    writer.begin(
        Partial(Partial(LOSS, setting.a[_i]), variable),
        differentiate(gradient, variable, jacobians),
        DIFFERENTIATE,
    )
    writer.simplify(second_derivative(setting))
    target = Entries(Partial(Partial(LOSS, setting.a[_i]), variable), *_axes(setting))
    writer.begin(target, Entries(writer.line, *_axes(setting)), ALL_ENTRIES)
    return tuple(writer.steps), target


def _axes(setting: Setting) -> tuple[tuple[Expr, Expr], ...]:
    return ((_i, setting.a.size), (_j, setting.a.size))


def _lookup(jacobian: Expr) -> Callable[[Indexed, Indexed], Expr]:
    def derivative(prediction: Indexed, variable: Indexed) -> Expr:
        return substitute(jacobian, {_i: prediction.indices[-1], _j: variable.indices[-1]})

    return derivative
