"""From a network to the source of its module: what the derivations found, for the generator."""

from __future__ import annotations

from sympy import Expr

from derive.catalogue.hidden import SLOPE, HiddenUnit
from derive.derivation import Derivation
from derive.deriving.gradient import substitute_pre_activation
from derive.deriving.instances import Instance
from derive.deriving.layers import COST, WEIGHT, HiddenSetting, hidden_layer_steps
from derive.deriving.setting import LOSS
from derive.errors import OptionConflict
from derive.generate.network_module import network_module
from derive.generate.network_spec import NetworkSpec, UnitSpec
from derive.kernel_source import kernel_spec
from derive.language import (
    Entries,
    Partial,
    canonical,
    d,
    index,
    index_dimensions,
    k,
    quantity,
    substitute,
)
from derive.networks.network import Network
from derive.printers.text import text

__all__ = ["network_source", "network_spec"]

_i, _r = index("i"), index("r")
_a, _h = quantity("a", k)[_i], quantity("h", k)[_i]
_W = quantity("W", k, d)[_i, _r]


def network_source(network: Network) -> str:
    """Return the NumPy module of a network, as text.

    The module is self-contained and offers ``init``, ``forward`` and ``value_and_grad``. The pass
    through the output layer is that of the pair's own module.

    Parameters
    ----------
    network : Network
        A network, as made by `derive.network`.

    Raises
    ------
    UnsupportedExpression
        If the derived expressions have a node that the generator does not know.
    OptionConflict
        If the slope at the kink is left open.

    Examples
    --------
    >>> import derive
    >>> source = derive.network_source(derive.network(["relu"], "softmax", "cross-entropy"))
    >>> "def value_and_grad(" in source
    True
    """
    return network_module(network_spec(network))


def network_spec(network: Network) -> NetworkSpec:
    """Return what the generator needs of a network, all of it taken from its derivations.

    Raises
    ------
    OptionConflict
        If the slope at the kink is left open: a module has to give a number there.
    """
    kinds = {unit.name: _unit_spec(network, unit) for unit in network.hidden}
    labels = network.pair.loss.labels
    return NetworkSpec(
        output=kernel_spec(network.pair),
        hidden=tuple(kinds[unit.name] for unit in network.hidden),
        biases=network.biases,
        regulariser=_regulariser(network) if network.l2 else None,
        label_bounds=labels.bounds,
        sum_to_one=labels.sum_to_one,
        formulas=_formulas(network),
        recursion=_recursion(network),
        affine=text(Entries(HiddenSetting(_a, network.biases, network.l2).pre_activation, (_i, k))),
        conventions=_conventions(network),
    )


def _unit_spec(network: Network, unit: HiddenUnit) -> UnitSpec:
    setting = network.hidden_setting(unit)
    if network.pair.at_kink.free_symbols & setting.activation.free_symbols:
        raise OptionConflict(
            f"at_zero={str(network.pair.at_kink)!r} leaves the slope at the kink open, but a "
            "module needs a number there: give at_zero as 0, 1 or a number between them"
        )
    slope = next(
        step.after for step in hidden_layer_steps(setting, ()) if step.before == Partial(_h, _a)
    )
    axis = (_i, k)
    written = (
        (Entries(_h, axis), Entries(setting.activation, axis)),
        (Entries(Partial(LOSS, _a), axis), Entries(Partial(LOSS, _h) * slope, axis)),
    )
    formulas = tuple(f"{text(left)} = {text(right)}" for left, right in written)
    gain = float(unit.gain.xreplace({SLOPE: network.slope}))
    return UnitSpec(unit.name, setting.activation, slope, formulas, gain)


def _regulariser(network: Network) -> Expr:
    """Return ∂(λ‖W‖²)/∂W_{ir} over λ W_{ir}."""
    by_weight = hidden_layer_steps(HiddenSetting(_a, network.biases, regularised=True))
    entries = Derivation("", "", COST, (), by_weight)
    of_cost, of_loss = (_last(entries, Partial(of, _W)) for of in (COST, LOSS))
    return (of_cost - of_loss) / (WEIGHT * _W)


def _last(derivation: Derivation, left: Expr) -> Expr:
    """Return the entry at the end of the chain of an array, given by its entry."""
    axes = tuple((position, size) for position, size in index_dimensions(left.variable).items())
    array = Entries(left, *axes)
    (end,) = (chain[-1].after for chain in derivation.chains if chain[0].before == array)
    return end.expr


def _formulas(network: Network) -> tuple[str, ...]:
    """Return the lines of the network itself, in the letters of its layers."""
    setting, depth = network.output_setting, network.depth
    lines: list[tuple[Expr, Expr]] = []
    for layer in range(1, depth):
        hidden = network.hidden_setting(network.hidden[layer - 1])
        value = substitute(hidden.activation, {_a: hidden.pre_activation})
        line = Entries(_h, (_i, k)), Entries(value, (_i, k))
        lines.append(Instance(layer, depth).named(line))
    last = Instance(depth, depth).named
    prediction = substitute_pre_activation(setting, setting.short)
    lines.append((Entries(setting.prediction[_i], (_i, k)), last(Entries(prediction, (_i, k)))))
    lines.append((LOSS, setting.definition_of_loss))
    if network.l2:
        lines.append((COST, network.cost))
    gradient = network.pair.gradient("a", assume=False)
    lines.append(last((gradient.target, gradient.result)))
    written = [_line(left, right) for left, right in lines]
    assumed = network.pair.gradient("a")
    if canonical(assumed.result) != canonical(gradient.result):
        given = ", ".join(_line(one.left, one.right) for one in assumed.assumptions)
        written[-1] += f", which is {text(assumed.result)} where {given}"
    return tuple(written)


def _recursion(network: Network) -> tuple[str, ...]:
    """Return the results of the general layer, and of each kind of hidden unit."""
    lines: dict[str, None] = {}
    general = hidden_layer_steps(HiddenSetting(_a, network.biases, network.l2))
    of_weights = COST if network.l2 else LOSS
    for chain in Derivation("", "", LOSS, (), general).chains:
        left = chain[0].before
        entry = left.expr if isinstance(left, Entries) else None
        is_result = isinstance(entry, Partial) and entry.expr in (of_weights, LOSS)
        if is_result and not (entry.variable == _a or (entry.expr, entry.variable) == (LOSS, _W)):
            lines[_line(left, chain[-1].after)] = None
    return tuple(lines)


def _line(left: Expr, right: Expr) -> str:
    return f"{text(left)} = {text(right)}"


def _conventions(network: Network) -> tuple[str, ...]:
    kinked = {unit.name: unit for unit in network.hidden if unit.kink}
    if not kinked:
        return ()
    said = "; ".join(f"{name}: {unit.kink}" for name, unit in kinked.items())
    return (f"Here r′(0) = {network.pair.at_kink} ({said}).",)
