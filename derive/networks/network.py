"""A network: hidden layers below an output unit and its loss, and what can be derived of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any

from sympy import Add, Expr, Integer

from derive.catalogue import AT_KINK
from derive.catalogue.hidden import SLOPE, HiddenUnit, find_hidden_unit
from derive.derivation import Derivation
from derive.deriving.gradient import substitute_pre_activation
from derive.deriving.instances import Instance
from derive.deriving.layers import (
    COST,
    WEIGHT,
    HiddenSetting,
    cost_definition,
    hidden_layer_steps,
    output_layer_steps,
)
from derive.deriving.setting import LOSS, Setting
from derive.errors import InWords, UnknownName, UnknownOption
from derive.language import Entries, index, k, quantity, substitute, total
from derive.networks.derivation import NetworkDerivation
from derive.pairs import Pair, pair, register_catalogue
from derive.rules.structure import DEFINITION
from derive.slopes import slope_between_0_and_1
from derive.steps import Assumption, Definition, Rule, Step

__all__ = ["Network", "network"]

_i = index("i")
_l = index("l")
_WRITTEN_OUT = 3
"""So many layers of one kind are defined one by one; more are defined for any l."""

LAYER_OF_A_NETWORK = "layer of a network"
"""What kind of derivation a section is."""


@dataclass(frozen=True)
class Network:
    """Hidden layers below an output unit and its loss; made by `network`.

    Every layer is h = φ(a) with a = Wx + b, x being what the layer below gives; the last layer is
    that of the pair. Sizes are symbols: a derivation holds for any.

    Parameters
    ----------
    hidden : tuple[HiddenUnit, ...]
        The unit of every hidden layer, the first above the input.
    pair : Pair
        The output unit and its loss.
    slope : Expr
        The slope of leaky units left of their kink.
    l2 : bool
        Whether J = L + λ Σ ‖W‖² is minimized, or L.
    biases : bool
        Whether the layers have a b.

    Examples
    --------
    >>> import derive
    >>> print(derive.network(["relu", "relu"], "softmax", "cross-entropy", l2=True))
    x → relu → relu → softmax + cross-entropy + ℓ₂
    """

    hidden: tuple[HiddenUnit, ...]
    pair: Pair
    slope: Expr
    l2: bool
    biases: bool

    def __str__(self) -> str:
        layers = " → ".join(["x", *self._runs(), self.pair.output.name])
        return f"{layers} + {self.pair.loss.name}" + (" + ℓ₂" if self.l2 else "")

    def _runs(self) -> list[str]:
        """Return the hidden units by name, layers of one kind that follow each other as one."""
        runs = ((name, len(list(same))) for name, same in groupby(u.name for u in self.hidden))
        return [
            part
            for name, count in runs
            for part in ([name] * count if count <= 2 else [f"{count} × {name}"])
        ]

    @property
    def depth(self) -> int:
        """The number of layers with weights: the hidden ones and the output."""
        return len(self.hidden) + 1

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, from the first layer to the last.

        Examples
        --------
        >>> import derive
        >>> derive.network(["relu"], "linear", "squared-error").parameters
        ('W1', 'b1', 'W2', 'b2')
        """
        letters = "Wb" if self.biases else "W"
        return tuple(f"{one}{layer}" for layer in range(1, self.depth + 1) for one in letters)

    def activation(self, unit: HiddenUnit) -> Expr:
        """Return h_i in a_i, with the slopes that were chosen."""
        chosen = {AT_KINK: self.pair.at_kink, SLOPE: self.slope}
        return unit.activation(quantity("a", k)[_i]).xreplace(chosen)

    def has_slope(self, unit: HiddenUnit) -> bool:
        """Say whether a unit takes the slope left of a kink."""
        return SLOPE in unit.activation(quantity("a", k)[_i]).free_symbols

    def hidden_setting(self, unit: HiddenUnit) -> HiddenSetting:
        """Return the general layer of a unit."""
        return HiddenSetting(self.activation(unit), self.biases, self.l2)

    @cached_property
    def output_setting(self) -> Setting:
        """The general last layer."""
        return self.pair.setting(bias=self.biases)

    @cached_property
    def cost(self) -> Expr:
        """J in the letters of the layers: the loss and λ‖W‖² of every layer."""
        norms = (
            Instance(layer, self.depth).named(cost_definition(others=False).right - LOSS)
            for layer in range(1, self.depth + 1)
        )
        return Add(LOSS, *norms)

    def general_definitions(self, layer: int) -> tuple[Definition, ...]:
        """Return what the names of a layer stand for, in the letters of the general layer."""
        if layer < self.depth:
            return self.hidden_setting(self.hidden[layer - 1]).definitions
        return self.output_definitions(others=self.depth > 1)

    def output_definitions(self, *, others: bool) -> tuple[Definition, ...]:
        """Return what the names of the last layer stand for, with or without others below it."""
        cost = (cost_definition(others=others),) if self.l2 else ()
        return (*cost, *self.output_setting.definitions(of_pre_activation=True))

    def gradient(self, wrt: str, *, assume: bool = True) -> NetworkDerivation:
        """Derive the gradient by a parameter, or by what a layer takes, from the output down.

        Parameters
        ----------
        wrt : str
            ``"W2"``, ``"b2"``, ``"a2"`` for layer 2; ``"h2"`` for the values of hidden layer 2,
            and ``"x"`` for the input. The last layer has the number `depth`.
        assume : bool
            Whether the assumptions of the loss about its labels, such as Σᵢ yᵢ = 1, may be used.

        Raises
        ------
        UnknownName
            If the network has no such quantity.

        Examples
        --------
        >>> import derive
        >>> gradient = derive.network(["relu"], "softmax", "cross-entropy").gradient("W1")
        >>> gradient.target
        Entries(Partial(L, W⁽¹⁾[i, r]), (i, d1), (r, d0))
        """
        reached = self._reached()
        if wrt not in reached:
            raise UnknownName("quantity of the network", wrt, reached)
        layer, letter = reached[wrt]
        wanted: dict[int, tuple[str, ...]] = dict.fromkeys(range(layer + 1, self.depth + 1), ("x",))
        wanted[layer] = ("W", "J") if letter == "W" else (letter,)
        return self._derivation(wanted, wrt, assume)

    def derivation(self, *, assume: bool = True) -> NetworkDerivation:
        """Derive the gradients by everything, on one page: every layer's weights and inputs.

        Parameters
        ----------
        assume : bool
            As in `gradient`.

        Examples
        --------
        >>> import derive
        >>> page = derive.network(["relu", "relu"], "softmax", "cross-entropy").derivation()
        >>> len(page.sections)
        3
        """
        everything = ("W", "b", "x", "J")
        return self._derivation(dict.fromkeys(range(1, self.depth + 1), everything), "", assume)

    def asked_for(self, wrt: str, assume: bool) -> NetworkDerivation:
        """Return the gradient by a quantity, or for an empty name those by everything."""
        return self.gradient(wrt, assume=assume) if wrt else self.derivation(assume=assume)

    @cached_property
    def definition(self) -> Derivation:
        """The network itself as lines: what each layer gives, the prediction, L and J."""
        setting, depth = self.output_setting, self.depth
        steps = [step for run in self._kinds() for step in self._run_steps(*run)]
        last = substitute_pre_activation(setting, setting.short)
        prediction = Entries(setting.prediction[_i], (_i, k)), Entries(last, (_i, k))
        lines = [Instance(depth, depth).named(prediction), (LOSS, setting.definition_of_loss)]
        if self.l2:
            lines.append((COST, self.cost if depth <= _WRITTEN_OUT else self._short_cost))
        steps += [Step(left, right, DEFINITION) for left, right in lines]
        runs = self._runs()
        shown = runs if len(runs) <= 4 else [*runs[:2], "…", runs[-1]]
        title = f"the network {' → '.join(['x', *shown, self.pair.output.name])}"
        loss = self.pair.loss.name
        return Derivation(title, loss, lines[-1][0], (), tuple(steps))

    def _kinds(self) -> list[tuple[HiddenUnit, int, int]]:
        """Return each run of hidden layers of one unit, with its first and its last layer."""
        runs, first = [], 1
        for unit, same in groupby(self.hidden):
            last = first + len(list(same)) - 1
            runs.append((unit, first, last))
            first = last + 1
        return runs

    def _run_steps(self, unit: HiddenUnit, first: int, last: int) -> list[Step]:
        """Return what the layers of a run give: line by line, or in a long run for any l."""
        hidden = self.hidden_setting(unit)
        value = substitute(hidden.activation, {hidden.a[_i]: hidden.pre_activation})
        line = Entries(hidden.h[_i], (_i, k)), Entries(value, (_i, k))
        alike = max(first, 2)
        together = last - alike >= _WRITTEN_OUT - 1
        alone = range(first, alike if together else last + 1)
        layers: list[tuple[int | Expr, Rule]] = [(layer, DEFINITION) for layer in alone]
        if together:
            layers.append((_l, Rule(f"{DEFINITION.name} in layers {alike} to {last}")))
        return [Step(*Instance(layer, self.depth).named(line), rule) for layer, rule in layers]

    @property
    def _short_cost(self) -> Expr:
        """J with a Σ over the layers, for the eye: W⁽ˡ⁾ is one letter, whatever l is."""
        norm = Instance(_l, self.depth).named(cost_definition(others=False).right - LOSS)
        return LOSS + WEIGHT * total(norm / WEIGHT, _l, Integer(self.depth))

    def _reached(self) -> dict[str, tuple[int, str]]:
        """Return for each quantity the layer in which it is reached, and its letter there."""
        found: dict[str, tuple[int, str]] = {}
        for layer in range(self.depth, 0, -1):
            found[f"a{layer}"] = layer, "a"
            found[f"W{layer}"] = layer, "W"
            if self.biases:
                found[f"b{layer}"] = layer, "b"
            found[f"h{layer - 1}" if layer > 1 else "x"] = layer, "x"
        return found

    def _derivation(
        self, wanted: dict[int, tuple[str, ...]], wrt: str, assume: bool
    ) -> NetworkDerivation:
        layers = sorted(wanted, reverse=True)
        sections = tuple(self._section(layer, wanted[layer], assume) for layer in layers)
        return NetworkDerivation(self, sections, wrt, assume)

    def _section(self, layer: int, wanted: tuple[str, ...], assume: bool) -> Derivation:
        instance = Instance(layer, self.depth)
        if layer == self.depth:
            setting = replace(self.output_setting, assume=assume)
            steps = output_layer_steps(setting, wanted, regularised=self.l2, others=self.depth > 1)
            title = f"layer {layer}, the output: {self.pair.output.name}"
            loss = self.pair.loss.name
        else:
            unit = self.hidden[layer - 1]
            steps = hidden_layer_steps(self.hidden_setting(unit), wanted)
            title, loss = f"layer {layer}: {unit.name}", ""
        definitions, options = self.general_definitions(layer), self._options(layer, assume)
        general = Derivation(title, loss, LOSS, definitions, steps, options)
        return instance.named(replace(general, target=general.chains[-1][0].before))

    def _options(self, layer: int, assume: bool) -> tuple[tuple[str, Any], ...]:
        """Return what says which layer of which network a section is about."""
        is_output = layer == self.depth
        return (
            ("derivation", LAYER_OF_A_NETWORK),
            ("layer", layer),
            ("depth", self.depth),
            ("unit", self.pair.output.name if is_output else self.hidden[layer - 1].name),
            ("loss", self.pair.loss.name if is_output else ""),
            ("l2", self.l2),
            ("biases", self.biases),
            ("at_zero", str(self.pair.at_kink)),
            ("slope", str(self.slope)),
            ("assume", assume),
        )


def network(
    hidden: Sequence[str] = ("relu", "relu"),
    output: str = "softmax",
    loss: str = "cross-entropy",
    *,
    l2: bool = False,
    biases: bool = True,
    at_zero: Any = 1,
    slope: Any = "1/100",
    depth: int | None = None,
) -> Network:
    """Return a network of hidden layers below an output unit and its loss.

    Parameters
    ----------
    hidden : sequence of str
        The unit of each hidden layer, the first above the input; none for a network without.
        ``"64 × relu"`` and ``"64*relu"`` are as many layers of one unit.
    output, loss : str
        The pair of the last layer.
    l2 : bool
        Whether λ‖W‖² is added to the loss for every layer.
    biases : bool
        Whether every layer has a b.
    at_zero : int, fraction, decimal text or ``"c"``
        The slope r′(0) of a ramp at its kink: a number in [0, 1], or ``"c"`` to leave it open.
        The lecture takes 1, most frameworks 0.
    slope : fraction or decimal text
        The slope of leaky units left of their kink, in [0, 1].
    depth : int, optional
        The number of hidden layers: those of ``hidden`` are repeated in turn up to it, so that it
        is a multiple of their number.

    Raises
    ------
    UnknownName
        If the catalogue has no such row; with the nearest name.
    RefusedPair
        If the loss is not defined on the predictions of the output; with the reason.
    UnknownOption
        If an option has a value that it does not take.

    Examples
    --------
    >>> import derive
    >>> derive.network(["relu"], "linear", "cross-entropy")
    Traceback (most recent call last):
        ...
    derive.errors.RefusedPair: linear + cross-entropy is refused: the loss is not defined where ŷ
    leaves (0, 1), and a linear unit's ŷ can be anything in ℝ
    """
    names = _repeated(_names(hidden), depth)
    for name, value in (("l2", l2), ("biases", biases)):
        if not isinstance(value, bool):
            raise UnknownOption(name, value, (True, False))
    units = tuple(find_hidden_unit(name) for name in names)
    try:
        last = pair(output, loss, at_kink=at_zero)
    except UnknownOption as error:
        raise UnknownOption("at_zero", at_zero, error.allowed) from None
    return Network(units, last, _fraction(slope), l2, biases)


_COUNTED = re.compile(r"\s*(\d+)\s*[×*]\s*(\S.*)")
"""What the tool prints for layers of one kind: 64 × relu."""
_MOST_LAYERS = 1_000
"""So many hidden layers are more than a page or a module is for."""


def _names(hidden: Any) -> list[str]:
    """Return the unit of each hidden layer by name, counted ones as many times."""
    if isinstance(hidden, str) or not isinstance(hidden, Iterable):
        allowed = [
            InWords("a list of names, one for each layer"),
            ["relu", "tanh"],
            ["64 × relu"],
            [],
        ]
        raise UnknownOption("hidden", hidden, allowed)
    names: list[str] = []
    for given in hidden:
        counted = _COUNTED.fullmatch(given) if isinstance(given, str) else None
        count = int(counted[1]) if counted else 1
        if not 1 <= count <= _MOST_LAYERS:
            raise UnknownOption("hidden", given, [InWords(f"1 to {_MOST_LAYERS} layers of a unit")])
        names += [counted[2] if counted else given] * count
    if len(names) > _MOST_LAYERS:
        said = InWords(f"{len(names)} layers")
        raise UnknownOption("hidden", said, [InWords(f"at most {_MOST_LAYERS} of them")])
    return names


def _repeated(names: list[str], depth: Any) -> list[str]:
    if depth is None:
        return names
    if isinstance(depth, bool) or not isinstance(depth, int) or not 1 <= depth <= _MOST_LAYERS:
        words = f"a whole number from 1 to {_MOST_LAYERS}, the number of hidden layers"
        raise UnknownOption("depth", depth, [InWords(words)])
    if not names or depth % len(names):
        units = f"a multiple of {len(names)}, as many as the hidden units: {', '.join(names)}"
        words = units if names else "nothing without a hidden unit"
        raise UnknownOption("depth", depth, [InWords(words)])
    return names * (depth // len(names))


def _says_of_a_layer(
    derivation: Derivation,
) -> tuple[tuple[Definition, ...], tuple[Assumption, ...]]:
    """Return the definitions of the layer that a section says it is about, and its assumptions."""
    options = dict(derivation.options)
    layer, depth = options["layer"], options["depth"]
    chosen = {name: options[name] for name in ("l2", "biases", "at_zero", "slope")}
    if layer == depth:
        one = network([], options["unit"], options["loss"], **chosen)
        general = one.output_definitions(others=depth > 1)
        labels = one.pair.loss.labels.assumptions(one.output_setting.y)
        allowed = labels if options["assume"] is True else ()
    else:
        one = network([options["unit"]], "linear", "squared-error", **chosen)
        general, allowed = one.general_definitions(1), ()
    return Instance(layer, depth).named(general), allowed


register_catalogue(LAYER_OF_A_NETWORK, _says_of_a_layer)


def _fraction(value: Any) -> Expr:
    slope = slope_between_0_and_1(value)
    if slope is None:
        raise UnknownOption("slope", value, ["1/100", InWords("any number from 0 to 1")])
    return slope
