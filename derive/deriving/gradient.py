"""The gradient of the loss, in the lecture's order: never through ∇_ŷ L."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from sympy import Add, Expr, Indexed, KroneckerDelta, Mul, Symbol, log

from derive.catalogue.records import Vector
from derive.deriving.plans import (
    Plan,
    after_differentiation,
    after_naming,
    before_differentiation,
    before_naming,
)
from derive.deriving.setting import LOSS, Setting
from derive.deriving.writer import Writer
from derive.language import (
    Entries,
    Partial,
    d,
    fresh_index,
    index_dimensions,
    substitute,
    total,
)
from derive.rules.deltas import contract_all
from derive.rules.differentiation import differentiate
from derive.rules.logarithms import LOGARITHM_RULES
from derive.rules.naming import PredictionNames, name_prediction
from derive.rules.structure import (
    ALL_ENTRIES,
    CHAIN_RULE,
    DEFINITION,
    DIFFERENTIATE,
    ONE_SURVIVES,
    RESULTS_ABOVE,
    replace_by,
)
from derive.rules.tables import find_rule
from derive.steps import Step

__all__ = ["Link", "by_pre_activation", "chain_rule", "collected", "gradient_steps", "loss_chain"]

_LEAVES = find_rule("sums", "a constant factor leaves the sum")
_CONTRACT = find_rule("deltas", "contract δ: one term survives")


def gradient_steps(setting: Setting, wrt: str, *, through: str) -> tuple[tuple[Step, ...], Expr]:
    """Return the steps and the left-hand side of the result.

    Parameters
    ----------
    setting : Setting
        The pair and the options.
    wrt : str
        ``"a"``, ``"W"``, ``"b"`` or ``"h"``.
    through : str
        ``"a"``: by the chain rule through the pre-activation; ``"W"``: a = Wh is put into the loss
        before anything is differentiated.
    """
    variable = setting.variable(wrt)
    if wrt == "a":
        writer = Writer(by_pre_activation(setting))
    elif through == "a":
        writer = Writer(by_pre_activation(setting))
        chain_rule(writer, setting, variable, writer.line)
    else:
        writer = Writer(_directly(setting, variable))
    target = collected(Partial(LOSS, variable), variable)
    if target != _left_side(writer):
        writer.begin(target, collected(_entry(writer), variable), ALL_ENTRIES)
    return tuple(writer.steps), target


def _left_side(writer: Writer) -> Expr:
    place = len(writer.steps) - 1
    while place and writer.steps[place].before == writer.steps[place - 1].after:
        place -= 1
    return writer.steps[place].before


def _entry(writer: Writer) -> Expr:
    return writer.line.expr if isinstance(writer.line, Entries) else writer.line


def collected(entry: Expr, variable: Indexed) -> Expr:
    """Return the array of ``entry`` over all indices of ``variable``, laid out as it is."""
    sizes = index_dimensions(variable)
    return Entries(entry, *((position, sizes[position]) for position in variable.indices))


def by_pre_activation(setting: Setting) -> tuple[Step, ...]:
    """Return the chains of L and of ∂L/∂aᵢ, which all gradients of a pair share."""
    return _by_pre_activation(replace(setting, bias=False))


@lru_cache(maxsize=256)
def _by_pre_activation(setting: Setting) -> tuple[Step, ...]:
    writer = Writer(loss_chain(setting))
    _differentiate(writer, setting, setting.variable("a"))
    return tuple(writer.steps)


def loss_chain(setting: Setting) -> list[Step]:
    """Return the chain of L, with ŷ(a) put in before anything is differentiated.

    Under a logarithm the prediction is written out in exponentials, because there it simplifies;
    where it does not, as in ln(1 − softmax), and outside of logarithms it keeps its name.
    """
    if setting.loss_of_an_example.has(log) and setting.long != setting.short:
        steps = _loss_chain_with(setting, setting.long)
        opened = any(step.rule in LOGARITHM_RULES for step in steps)
        if opened and all(_is_plain(argument) for argument in _logarithms(steps[-1].after)):
            return steps
    return _loss_chain_with(setting, setting.short)


def _logarithms(expression: Expr) -> list[Expr]:
    return [node.args[0] for node in expression.atoms(log)]


def _is_plain(argument: Expr) -> bool:
    """Whether an expression has no difference in it, so that its logarithm was worth opening."""
    return not any(
        term.could_extract_minus_sign() or term.as_coeff_Mul()[0].is_negative
        for term in Add.make_args(argument)
    )


def _loss_chain_with(setting: Setting, prediction: Expr) -> list[Step]:
    name = setting.prediction[setting.prediction.index()]
    writer = Writer()
    writer.begin(LOSS, setting.definition_of_loss, DEFINITION)
    axis = (name.indices[-1], setting.prediction.size)
    shown = setting.short if prediction == setting.long else prediction
    statement = (Entries(name, axis), Entries(shown, axis))
    writer.apply(replace_by("put in the prediction", name, prediction, statement))
    writer.simplify(before_differentiation(setting))
    return writer.steps


def _differentiate(writer: Writer, setting: Setting, variable: Indexed) -> None:
    writer.begin(Partial(LOSS, variable), differentiate(writer.line, variable), DIFFERENTIATE)
    writer.simplify(after_differentiation(setting))
    writer.simplify(after_naming(setting))


class Link(Protocol):
    """What a derivative is taken through: a vector, and what its entry is made of."""

    @property
    def a(self) -> Vector:
        """The vector."""

    @property
    def pre_activation(self) -> Expr:
        """What its entry aᵢ stands for."""


def chain_rule(
    writer: Writer, link: Link, variable: Indexed, slope: Expr, named: Plan | None = None
) -> None:
    """Go from ∂L/∂aᵢ, which is ``slope``, to ∂L by what a is made of: an entry of W, b or h.

    ``named`` is what is tried on the derivative of a, beside the contraction of its deltas.
    """
    entry = link.a[link.a.index()]
    writer.begin(entry, link.pre_activation, DEFINITION)
    local = _local_derivative(writer, link, variable, named or [])
    a = local.entry
    reached = substitute(Partial(LOSS, a) * Partial(a, variable), local.tied)
    left, right = Partial(LOSS, variable), local.over_free(reached)
    writer.begin(_row(left, variable), _row(right, variable), CHAIN_RULE)
    by_a = dict(zip(entry.indices, a.indices, strict=True))
    product = Mul(substitute(slope, by_a), local.remaining)
    writer.go_on(_row(local.over_free(substitute(product, local.tied)), variable), RESULTS_ABOVE)
    writer.apply(_LEAVES)


def _row(expression: Expr, variable: Indexed) -> Expr:
    """Take the last axis, over the hidden units, as a vector: ∇_{Wᵢ} and ∇_h."""
    sizes = index_dimensions(variable)
    last = variable.indices[-1]
    if sizes[last] != d:
        return expression
    return Entries(expression, (last, d))


class _Local:
    """The derivative of a pre-activation by the variable: deltas that tie indices, and the rest."""

    def __init__(self, entry: Indexed, derivative: Expr) -> None:
        self.entry = entry
        factors = Mul.make_args(derivative)
        deltas = [factor for factor in factors if isinstance(factor, KroneckerDelta)]
        own = set(entry.indices)
        self.tied: dict[Symbol, Symbol] = {}
        for delta in deltas:
            left, right = delta.args
            bound, free = (left, right) if left in own else (right, left)
            self.tied[bound] = free
        remaining = Mul(*(factor for factor in factors if factor not in deltas))
        self.remaining = substitute(remaining, self.tied)

    def over_free(self, expression: Expr) -> Expr:
        """Sum over those indices of the pre-activation that no delta ties."""
        sizes = index_dimensions(self.entry)
        for position in reversed(self.entry.indices):
            if position not in self.tied:
                expression = total(expression, position, sizes[position])
        return expression


def _local_derivative(writer: Writer, link: Link, variable: Indexed, named: Plan) -> _Local:
    taken = set(variable.indices)
    renamed: dict[Symbol, Symbol] = {}
    original = link.a[link.a.index()]
    sizes = index_dimensions(original)
    for position in original.indices:
        if position in taken:
            renamed[position] = fresh_index(sizes[position], taken | set(original.indices))
            taken.add(renamed[position])
    entry = substitute(original, renamed)
    definition = substitute(link.pre_activation, renamed)
    writer.begin(Partial(entry, variable), differentiate(definition, variable), DIFFERENTIATE)
    writer.apply(_CONTRACT)
    writer.simplify(named)
    local = _Local(entry, writer.line)
    if local.tied:
        tied = substitute(Partial(entry, variable), local.tied)
        writer.begin(_row(tied, variable), _row(local.remaining, variable), ONE_SURVIVES)
    else:
        writer.begin(
            _row(Partial(entry, variable), variable), _row(writer.line, variable), ALL_ENTRIES
        )
    return local


def _directly(setting: Setting, variable: Indexed) -> list[Step]:
    """Put a = Wh into the loss, then differentiate by an entry of W, b or h."""
    through = substitute_pre_activation(setting, setting.short)
    writer = Writer(_loss_chain_with(setting, through))
    derivative = differentiate(writer.line, variable)
    left = Partial(LOSS, variable)
    writer.begin(left, derivative, DIFFERENTIATE)
    writer.simplify([*before_naming(), (_LEAVES, None)])
    contracted = contract_all(writer.line) or writer.line
    if _row(left, variable) != left:
        writer.begin(_row(left, variable), _row(contracted, variable), ALL_ENTRIES)
    names = PredictionNames(setting.names.name, through, through, setting.names.argument)
    writer.simplify([(name_prediction(names), None)])
    writer.simplify(after_naming(setting))
    return writer.steps


def substitute_pre_activation(setting: Setting, expression: Expr) -> Expr:
    """Write a = Wh (+ b) for the pre-activation."""
    entry = setting.a[setting.a.index()]
    rule = replace_by("put in a", entry, setting.pre_activation, (entry, setting.pre_activation))
    assert rule.rewrite is not None
    return rule.rewrite(expression) or expression
