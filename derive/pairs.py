"""A pair: an output unit and a loss that belong together, and what can be derived of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sympy import Expr, Integer, Symbol

from derive.attainability import Attainable, attainable
from derive.catalogue import Loss, Output, find_loss, find_output, refusal
from derive.derivation import Derivation
from derive.deriving import Setting, gradient_steps, hessian_steps, jacobian_steps
from derive.errors import (
    DeriveError,
    InWords,
    OptionConflict,
    RefusedPair,
    UnknownName,
    UnknownOption,
)
from derive.slopes import slope_between_0_and_1
from derive.steps import Assumption, Definition

__all__ = ["Pair", "pair", "register_catalogue", "what_the_catalogue_says"]

_VARIABLES = ("a", "W", "b", "h")
_REDUCTIONS = ("sum", "mean")
_CONVENTIONS = (0, "1/2", 1, "c")
_ANY_SLOPE = InWords("any number of [0, 1]")


@dataclass(frozen=True)
class Pair:
    """An output unit with a loss: ŷ(a) and L(ŷ, y), with a = Wh.

    Made by `pair`; every derivation is carried out once for all k, d and n.

    Parameters
    ----------
    output : Output
        The row of the output unit.
    loss : Loss
        The row of the loss.
    at_kink : Expr
        The slope that is taken where the output unit has no derivative: for ReLU, r′(0).

    Examples
    --------
    >>> import derive
    >>> pair = derive.pair("softmax", "cross-entropy")
    >>> print(pair)
    softmax + cross-entropy
    """

    output: Output
    loss: Loss
    at_kink: Expr = Integer(1)

    def __str__(self) -> str:
        return f"{self.output.name} + {self.loss.name}"

    def gradient(
        self,
        wrt: str = "a",
        *,
        batch: bool = False,
        reduction: str = "sum",
        bias: bool | None = None,
        assume: bool = True,
    ) -> Derivation:
        """Derive the gradient of the loss.

        Shapes: a, y, ŷ and b are k-vectors, W is k×d, h a d-vector; ∇_W L is laid out like W. In a
        batch, a and y are n×k and h is n×d, and L is the sum or the mean over the examples.

        Parameters
        ----------
        wrt : {"a", "W", "b", "h"}
            By what is differentiated.
        batch : bool
            For n examples instead of one.
        reduction : {"sum", "mean"}
            What L is of the losses of a batch.
        bias : bool, optional
            Whether a = Wh + b. By default only the gradient by b has the bias, as in the lecture.
        assume : bool
            Whether the assumptions of the loss about its labels, such as Σᵢ yᵢ = 1, may be used.

        Raises
        ------
        UnknownOption
            If an option has a value that it does not take.

        Examples
        --------
        >>> import derive
        >>> derive.pair("softmax", "cross-entropy").gradient("a").result
        Entries(-y[i] + ŷ[i], (i, k))
        """
        _one_of("wrt", wrt, _VARIABLES)
        _one_of("reduction", reduction, _REDUCTIONS)
        for name, value in (("batch", batch), ("assume", assume)):
            _one_of(name, value, (True, False))
        _one_of("bias", bias, (None, True, False))
        if reduction == "mean" and not batch:
            raise OptionConflict("the mean is of a batch: give batch=True (--batch) too")
        if wrt == "b" and bias is False:
            raise OptionConflict("bias=False leaves no b; leave it out for wrt='b'")
        if wrt == "a" and bias:
            raise OptionConflict("the gradient by a does not reach the bias; leave out bias")
        with_bias = wrt == "b" if bias is None else bias
        return _gradient(self, wrt, batch, reduction, with_bias, assume)

    def layer(
        self, *, batch: bool = False, reduction: str = "sum", assume: bool = True
    ) -> Derivation:
        """Derive ∇_W L and ∇_h L on one page, as the lecture does: shared lines stand once.

        Parameters
        ----------
        batch, reduction, assume
            As in `gradient`.

        Examples
        --------
        >>> import derive
        >>> page = derive.pair("sigmoid", "logistic").layer()
        >>> len(page.chains)
        10
        """
        by_W, by_h = (
            self.gradient(wrt, batch=batch, reduction=reduction, assume=assume)
            for wrt in ("W", "h")
        )
        chains = dict.fromkeys((*by_W.chains, *by_h.chains))
        steps = tuple(step for chain in chains for step in chain)
        shared = (
            ("derivation", "layer"),
            *(option for option in by_h.options if option[0] not in ("derivation", "wrt")),
        )
        return replace(by_h, steps=steps, options=shared)

    def jacobian(self) -> Derivation:
        """Derive the Jacobian of the prediction, ∂ŷᵢ/∂aⱼ, a k×k matrix.

        Examples
        --------
        >>> import derive
        >>> derive.pair("linear", "squared-error").jacobian().result
        Entries(KroneckerDelta(i, j), (i, k), (j, k))
        """
        return _curvature(self, "jacobian", True)

    def hessian(self, *, assume: bool = True) -> Derivation:
        """Derive the Hessian of the loss by the pre-activation, ∂²L/∂aᵢ∂aⱼ, a k×k matrix.

        At a kink of the output unit the second derivative is that of the branches beside it.

        Parameters
        ----------
        assume : bool
            Whether the assumptions of the loss about its labels may be used.

        Examples
        --------
        >>> import derive
        >>> derive.pair("linear", "squared-error").hessian().result
        Entries(2*KroneckerDelta(i, j), (i, k), (j, k))
        """
        _one_of("assume", assume, (True, False))
        return _curvature(self, "hessian", assume)

    def attainable(self, labels: Sequence[Any]) -> Attainable:
        """Say whether ŷ = y can be reached exactly, and by which a.

        Parameters
        ----------
        labels : sequence of numbers
            One label vector y.

        Examples
        --------
        >>> import derive
        >>> pair = derive.pair("softmax", "cross-entropy")
        >>> pair.attainable([1, 0, 0]).reachable
        False
        >>> pair.attainable([0.9, 0.05, 0.05]).reachable
        True
        """
        return attainable(self.output, labels)

    def setting(self, **options: Any) -> Setting:
        """Return the quantities and definitions of this pair, for one example unless told."""
        chosen = {"batch": False, "reduction": "sum", "bias": False, "assume": True, **options}
        return Setting(self.output, self.loss, at_kink=self.at_kink, **chosen)


def pair(output: str, loss: str, *, at_kink: Any = 1) -> Pair:
    """Return the pair of an output unit and a loss.

    Parameters
    ----------
    output, loss : str
        Names of the catalogue, such as ``"softmax"`` and ``"cross-entropy"``.
    at_kink : int, fraction, decimal text or ``"c"``
        The slope of the output unit where it has none: a number in [0, 1], or ``"c"`` to leave it
        open. The lecture takes r′(0) = 1, most frameworks 0. Without a kink it changes nothing.

    Raises
    ------
    UnknownName
        If the catalogue has no such row; with the nearest name.
    RefusedPair
        If the loss is not defined on the predictions of the unit; with the reason.
    UnknownOption
        If ``at_kink`` is not a slope.

    Examples
    --------
    >>> import derive
    >>> derive.pair("linear", "cross-entropy")
    Traceback (most recent call last):
        ...
    derive.errors.RefusedPair: linear + cross-entropy is refused: the loss is not defined where ŷ
    leaves (0, 1), and a linear unit's ŷ can be anything in ℝ
    """
    unit, measure = find_output(output), find_loss(loss)
    reason = refusal(unit, measure)
    if reason:
        raise RefusedPair(unit.name, measure.name, reason)
    return Pair(unit, measure, _slope(at_kink))


def _slope(value: Any) -> Expr:
    if value == "c":
        return Symbol("c", real=True)
    slope = slope_between_0_and_1(value)
    if slope is None:
        raise UnknownOption("at_kink", value, [*_CONVENTIONS, _ANY_SLOPE])
    return slope


def _one_of(option: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if not any(
        value is choice or (value == choice and type(value) is type(choice)) for choice in allowed
    ):
        raise UnknownOption(option, value, allowed)


@lru_cache(maxsize=512)
def _gradient(
    pair: Pair, wrt: str, batch: bool, reduction: str, bias: bool, assume: bool
) -> Derivation:
    setting = pair.setting(batch=batch, reduction=reduction, bias=bias, assume=assume)
    # Without an activation function there is nothing to chain through: the lecture puts Wh into
    # the squared error at once. A bias would hide ŷ inside a longer sum.
    through = "W" if setting.is_identity and not bias and wrt in ("W", "h") else "a"
    steps, target = gradient_steps(setting, wrt, through=through)
    definitions = setting.definitions(of_pre_activation=wrt != "a")
    options = (
        ("derivation", "gradient"),
        ("wrt", wrt),
        ("batch", batch),
        ("reduction", reduction),
        ("bias", bias),
        ("assume", assume),
        ("at_kink", str(pair.at_kink)),
    )
    return Derivation(pair.output.name, pair.loss.name, target, definitions, steps, options)


@lru_cache(maxsize=256)
def _curvature(pair: Pair, kind: str, assume: bool) -> Derivation:
    setting = pair.setting(assume=assume)
    make = jacobian_steps if kind == "jacobian" else hessian_steps
    steps, target = make(setting)
    options = (("derivation", kind), ("assume", assume), ("at_kink", str(pair.at_kink)))
    definitions = setting.definitions(of_pre_activation=False)
    return Derivation(pair.output.name, pair.loss.name, target, definitions, steps, options)


Says = tuple[tuple[Definition, ...], tuple[Assumption, ...]]
_CATALOGUES: dict[str, Callable[[Derivation], Says]] = {}


def register_catalogue(kind: str, says: Callable[[Derivation], Says]) -> None:
    """Add what says the definitions and assumptions of a kind of derivation, by its options."""
    _CATALOGUES[kind] = says


def what_the_catalogue_says(
    derivation: Derivation,
) -> Says:
    """Return the definitions and the assumptions of the pair and the options of a derivation.

    For a pair that is refused or unknown, or options that are not options, there are none, so that
    a derivation under such a heading is not verified.
    """
    options = dict(derivation.options)
    if options.get("derivation") in _CATALOGUES:
        try:
            return _CATALOGUES[options["derivation"]](derivation)
        except (DeriveError, LookupError, TypeError, ValueError):
            return (), ()
    named = ("batch", "reduction", "bias", "assume")
    chosen_options = {name: options[name] for name in named if name in options}
    try:
        chosen = pair(derivation.output, derivation.loss, at_kink=options.get("at_kink", 1))
        for name, value in chosen_options.items():
            _one_of(name, value, _REDUCTIONS if name == "reduction" else (True, False))
    except (RefusedPair, UnknownName, UnknownOption):
        return (), ()
    setting = chosen.setting(**chosen_options)
    below = options.get("derivation") == "layer" or options.get("wrt") in ("W", "b", "h")
    return setting.definitions(of_pre_activation=below), setting.assumptions
