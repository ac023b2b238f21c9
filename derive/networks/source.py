"""From a network to the source of its module: what the derivations found, for the generator."""

from __future__ import annotations

from sympy import Expr

from derive.catalogue.hidden import SLOPE, HiddenUnit
from derive.derivation import Derivation
from derive.deriving.instances import Instance
from derive.deriving.layers import COST, WEIGHT, HiddenSetting, hidden_layer_steps
from derive.deriving.setting import LOSS
from derive.errors import OptionConflict
from derive.generate.network_module import network_module
from derive.generate.network_spec import NetworkSpec, UnitSpec
from derive.kernel_source import kernel_spec, loss_conventions
from derive.language import (
    Entries,
    Partial,
    canonical,
    d,
    index,
    index_dimensions,
    k,
    quantity,
)
from derive.networks.network import Network
from derive.printers.text import text
from derive.rules.structure import DEFINITION

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
    written = [
        _line(step.before, step.after) + step.rule.name.removeprefix(DEFINITION.name)
        for step in network.definition.steps
    ]
    last = Instance(network.depth, network.depth).named
    gradient = network.pair.gradient("a", assume=False)
    written.append(_line(*last((gradient.target, gradient.result))))
    assumed = network.pair.gradient("a")
    if canonical(assumed.result) != canonical(gradient.result):
        given = ", ".join(_line(one.left, one.right) for one in assumed.assumptions)
        written[-1] += f", which is {text(assumed.result)} where {given}"
    return tuple(written)


def _recursion(network: Network) -> tuple[str, ...]:
    """Return the results of the general layer, whatever its units are."""
    general = hidden_layer_steps(HiddenSetting(_a, network.biases, network.l2))
    weights = COST if network.l2 else LOSS
    wanted = {(weights, "W"), (LOSS, "b"), (LOSS, "x")}
    lines = [
        _line(left, chain[-1].after)
        for chain in Derivation("", "", LOSS, (), general).chains
        if isinstance(left := chain[0].before, Entries)
        and isinstance(of := left.expr, Partial)
        and (of.expr, str(of.variable.base.label)) in wanted
    ]
    return tuple(dict.fromkeys(lines))


def _line(left: Expr, right: Expr) -> str:
    return f"{text(left)} = {text(right)}"


def _conventions(network: Network) -> tuple[str, ...]:
    kinks = {unit.name: unit.kink for unit in network.hidden}
    kinks[network.pair.output.name] = network.pair.output.kink
    notes = loss_conventions(network.pair)
    said = "; ".join(f"{name}: {kink}" for name, kink in kinks.items() if kink)
    if not said:
        return notes
    return (*notes, f"Here r′(0) = {network.pair.at_kink} ({said}).")
