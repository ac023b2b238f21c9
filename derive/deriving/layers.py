"""One layer of a network, derived once for all layers: from ∂L/∂h, or the loss, to its weights.

What stands above a hidden layer reaches it through u = ∂L/∂h alone. So L is here the linear
function Σᵢ uᵢhᵢ, which has these derivatives: by the chain rule what is proved of it for every u
holds of every loss and every network above the layer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from sympy import Expr, Indexed, IndexedBase, Symbol

from derive.catalogue.records import Vector
from derive.deriving.gradient import chain_rule, collected, gradient_steps
from derive.deriving.plans import Plan
from derive.deriving.setting import LOSS, Setting, written_out
from derive.deriving.writer import Writer
from derive.language import Partial, SquaredNorm, d, index, k, quantity, total
from derive.language.nodes import Entries
from derive.rules.differentiation import differentiate
from derive.rules.naming import PredictionNames, name_prediction
from derive.rules.structure import ALL_ENTRIES, DEFINITION, DIFFERENTIATE, RESULTS_ABOVE
from derive.rules.tables import find_rule
from derive.steps import Definition, Step

__all__ = [
    "COST",
    "OTHERS",
    "WANTED",
    "WEIGHT",
    "HiddenSetting",
    "cost_definition",
    "hidden_layer_steps",
    "output_layer_steps",
]

COST = Symbol("J", real=True)
"""What is minimized where there is a regulariser: the loss and λ‖W‖² of every layer."""
WEIGHT = Symbol("λ", real=True)
"""The weight of the regulariser."""
OTHERS = Symbol("R", real=True)
"""What the other layers add to the cost; no weight of this layer is in it."""

_i, _r = index("i"), index("r")
_W = quantity("W", k, d)
_CONTRACT = find_rule("deltas", "contract δ: one term survives")
_COST_DEFINED = replace(DEFINITION, name="definition; R is what the other layers add")


@dataclass(frozen=True)
class HiddenSetting:
    """A hidden layer: h = φ(a) with a = Wx + b, where x is what the layer below gives.

    Parameters
    ----------
    activation : Expr
        φ(aᵢ), with the numbers that were chosen for its kink and its slope.
    bias : bool
        Whether there is a b.
    regularised : bool
        Whether λ‖W‖² is added to the loss.
    """

    activation: Expr
    bias: bool
    regularised: bool

    @cached_property
    def h(self) -> Vector:
        """What the units of the layer give."""
        return Vector(quantity("h", k))

    @cached_property
    def a(self) -> Vector:
        """The pre-activations."""
        return Vector(quantity("a", k))

    @cached_property
    def x(self) -> Vector:
        """What the layer below gives."""
        return Vector(quantity("x", d))

    @cached_property
    def b(self) -> IndexedBase:
        """The bias."""
        return quantity("b", k)

    @cached_property
    def pre_activation(self) -> Expr:
        """aᵢ = Wᵢ · x (+ bᵢ)."""
        product = total(_W[_i, _r] * self.x[_r], _r, d)
        return product + self.b[_i] if self.bias else product

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """What the names stand for, outermost first."""
        above = quantity("u", k)
        cost = (cost_definition(others=True),) if self.regularised else ()
        return (
            *cost,
            Definition(LOSS, total(above[_i] * self.h[_i], _i, k)),
            Definition(self.h[_i], self.activation),
            Definition(self.a[_i], self.pre_activation),
        )

    @property
    def names(self) -> PredictionNames:
        """How h is recognised in an expression of a."""
        long = written_out(self.activation)
        return PredictionNames(self.h[_i], self.activation, long, self.a[_i])


@dataclass(frozen=True)
class _Link:
    """A vector and what its entry is made of."""

    a: Vector
    pre_activation: Expr


def cost_definition(*, others: bool) -> Definition:
    """Return J = L + λ‖W‖² (+ R)."""
    norm = SquaredNorm(Entries(_W[_i, _r], (_i, k), (_r, d)))
    return Definition(COST, LOSS + WEIGHT * norm + (OTHERS if others else 0))


WANTED = ("W", "b", "x", "J")
"""The gradients of a layer: of the loss by W, b and what it takes, and of the cost by W."""


@lru_cache(maxsize=256)
def hidden_layer_steps(
    setting: HiddenSetting, wanted: tuple[str, ...] = WANTED
) -> tuple[Step, ...]:
    """Return the steps of ∇_a L and of what is wanted of a hidden layer, where it has it."""
    above, below = setting.h, setting.a
    slope = Partial(LOSS, above[_i])
    steps = _through(_Link(above, setting.activation), below[_i], slope, _naming(setting))
    layer = _Link(below, setting.pre_activation)
    slope = Partial(LOSS, below[_i])
    variables = {"W": _W[_i, _r], "b": setting.b[_i], "x": setting.x[_r]}
    for name in _existing(wanted, bias=setting.bias):
        steps += _through(layer, variables[name], slope)
    if setting.regularised and "J" in wanted:
        steps += _cost_steps(slope * setting.x[_r], others=True)
    return _each_chain_once(steps)


def _existing(wanted: tuple[str, ...], *, bias: bool) -> list[str]:
    return [name for name in ("W", "b", "x") if name in wanted and (bias or name != "b")]


def _naming(setting: HiddenSetting) -> Plan:
    """Return what is tried on h′(a): that it is an expression of h."""
    rule = name_prediction(setting.names)
    return [(replace(rule, name="name the value of the unit"), None)]


def _through(link: _Link, variable: Indexed, slope: Expr, named: Plan | None = None) -> list[Step]:
    writer = Writer()
    chain_rule(writer, link, variable, slope, named)
    target = collected(Partial(LOSS, variable), variable)
    if not isinstance(writer.line, Entries) or len(target.axes) > 1:
        entry = writer.line.expr if isinstance(writer.line, Entries) else writer.line
        writer.begin(target, collected(entry, variable), ALL_ENTRIES)
    return writer.steps


def _cost_steps(slope: Expr, *, others: bool) -> list[Step]:
    """Return the steps of ∇_W J, where ∂L/∂W_{ir} is ``slope``."""
    variable = _W[_i, _r]
    left = Partial(COST, variable)
    norm = SquaredNorm(Entries(variable, (_i, k), (_r, d)))
    writer = Writer()
    writer.begin(
        COST, cost_definition(others=others).right, _COST_DEFINED if others else DEFINITION
    )
    derivative = WEIGHT * differentiate(norm.as_sum(), variable)
    writer.begin(left, Partial(LOSS, variable) + derivative, DIFFERENTIATE)
    writer.apply(_CONTRACT)
    regulariser = writer.line - Partial(LOSS, variable)
    writer.go_on(slope + regulariser, RESULTS_ABOVE)
    writer.begin(collected(left, variable), collected(writer.line, variable), ALL_ENTRIES)
    return writer.steps


@lru_cache(maxsize=256)
def output_layer_steps(
    setting: Setting, wanted: tuple[str, ...] = WANTED, *, regularised: bool, others: bool
) -> tuple[Step, ...]:
    """Return the steps of ∇_a L and of what is wanted of the last layer, where it has it.

    What the layer takes is called h here, as in the pair.
    """
    existing = _existing(wanted, bias=setting.bias)
    steps: list[Step] = []
    for name in ("a", *existing):
        steps += gradient_steps(setting, "h" if name == "x" else name, through="a")[0]
    if regularised and "J" in wanted:
        weights = collected(Partial(LOSS, _W[_i, _r]), _W[_i, _r])
        derived = next(step.after.expr for step in reversed(steps) if step.before == weights)
        steps += _cost_steps(derived, others=others)
    return _each_chain_once(steps)


def _each_chain_once(steps: Iterable[Step]) -> tuple[Step, ...]:
    chains: list[list[Step]] = []
    for step in steps:
        if chains and chains[-1][-1].after == step.before:
            chains[-1].append(step)
        else:
            chains.append([step])
    once = dict.fromkeys(tuple(chain) for chain in chains)
    return tuple(step for chain in once for step in chain)
