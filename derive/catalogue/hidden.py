"""The hidden units of a network: r(a), s(a) …, one scalar function a row."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sympy import Dummy, Expr, FiniteSet, Integer, Interval, S, Set, Symbol, Union, oo, pretty, tanh
from sympy.calculus.util import continuous_domain

from derive.catalogue.records import AT_KINK
from derive.errors import DeriveError, UnknownName
from derive.language import function_table, relu, sigmoid, softplus, step

__all__ = [
    "HIDDEN_UNITS",
    "SLOPE",
    "HiddenUnit",
    "find_hidden_unit",
    "hidden_units",
    "register_hidden_unit",
]

SLOPE = Symbol("α", real=True)
"""Stands in a row for the slope of a leaky unit left of its kink; the network puts in a number."""


@dataclass(frozen=True, eq=False)
class HiddenUnit:
    """A hidden unit: a row of the catalogue.

    Its derivative, LaTeX and kernel are derived from the activation.

    Parameters
    ----------
    name : str
        The name, in lower case with hyphens.
    activation : callable
        From a pre-activation a to h(a). A function with a kink takes `AT_KINK` for its slope
        there, as ``relu(a, AT_KINK)``; `SLOPE` is the user's.
    gain : Expr
        Weights that are drawn at random get the variance gain/d, d the number of inputs, so that
        values keep their size from layer to layer.
    kink : str
        The subdifferential where the unit has no derivative; empty where it has one everywhere.
    source : str
        Where the unit is defined.

    Examples
    --------
    >>> HiddenUnit("cube", lambda a: a**3).name
    'cube'
    """

    name: str
    activation: Callable[[Expr], Expr]
    gain: Expr = S.One
    kink: str = ""
    source: str = ""


HIDDEN_UNITS: tuple[HiddenUnit, ...] = (
    HiddenUnit(
        name="relu",
        activation=lambda a: relu(a, AT_KINK),
        gain=Integer(2),
        kink="r′(0) may be any value of [0, 1]; the lecture takes 1, most frameworks take 0",
        source="lecture 17, the ramp function",
    ),
    HiddenUnit(
        name="sigmoid",
        activation=lambda a: sigmoid(a),
        source="lecture 17, the vanishing gradient problem",
    ),
    HiddenUnit(name="tanh", activation=lambda a: tanh(a), source="calculus"),
    HiddenUnit(
        name="softplus", activation=lambda a: softplus(a), source="the integral of the sigmoid"
    ),
    HiddenUnit(name="identity", activation=lambda a: a, source="a layer without a unit"),
    HiddenUnit(
        name="leaky-relu",
        activation=lambda a: SLOPE * a + (1 - SLOPE) * relu(a, AT_KINK),
        gain=2 / (1 + SLOPE**2),
        kink="at 0 every value of [α, 1] is a subgradient; α + (1 − α) r′(0) is taken",
        source="Maas, Hannun, Ng (2013), section 2",
    ),
)
"""Every hidden unit; a new one is a new row."""

_units: dict[str, HiddenUnit] = {row.name: row for row in HIDDEN_UNITS}


def hidden_units() -> tuple[HiddenUnit, ...]:
    """Return every hidden unit, in the order of the table."""
    return tuple(_units.values())


def find_hidden_unit(name: str) -> HiddenUnit:
    """Return the hidden unit ``name``; ``leaky_relu`` and ``leaky relu`` are the same name.

    Raises
    ------
    UnknownName
        With the nearest name, if there is none.

    Examples
    --------
    >>> find_hidden_unit("rellu")
    Traceback (most recent call last):
        ...
    derive.errors.UnknownName: unknown hidden unit 'rellu'; did you mean 'relu'? Known: relu,
    sigmoid, tanh, softplus, identity, leaky-relu
    """
    spelling = re.sub(r"[\s_]+", "-", str(name).strip().lower())
    if spelling not in _units:
        raise UnknownName("hidden unit", name, _units)
    return _units[spelling]


def register_hidden_unit(row: HiddenUnit) -> HiddenUnit:
    """Add a hidden unit to the catalogue.

    Raises
    ------
    DeriveError
        If the name is taken or is not made of lower-case words and hyphens, or if the row, tried
        out, does not give an expression of the pre-activation, or one without a value for some.
    """
    if not isinstance(row, HiddenUnit):
        raise DeriveError(
            f"{row!r} is no hidden unit; make one: derive.HiddenUnit(name, activation)"
        )
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", row.name):
        raise DeriveError(
            f"{row.name!r} cannot name a hidden unit; use lower-case words joined by hyphens, "
            "such as 'leaky-relu'"
        )
    if _units.get(row.name, row) is not row:
        raise DeriveError(f"the catalogue already has a hidden unit {row.name!r}; use another name")
    _try_out(row)
    _units[row.name] = row
    return row


def _try_out(row: HiddenUnit) -> None:
    """Apply a row once, so that a mistake in it is told when it is added."""
    entry = Dummy("a", real=True)
    try:
        made = row.activation(entry)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise DeriveError(
            f"the activation of {row.name!r} cannot be used: it raises {error!r}"
        ) from error
    if not isinstance(made, Expr) or not made.has(entry):
        raise DeriveError(
            f"the activation of {row.name!r} gives {made!r}; an expression of its argument is "
            "expected"
        )
    loose = sorted(str(symbol) for symbol in made.free_symbols - {entry, AT_KINK, SLOPE})
    if loose:
        raise DeriveError(f"the activation of {row.name!r} leaves {', '.join(loose)} free")
    _refuse_gaps(row.name, made, entry)


def _domain(value: Expr, a: Symbol) -> Set:
    """Return where a function has a value: left of 0, at 0 and right of it, for a ramp may change.

    Raises
    ------
    NotImplementedError
        Where SymPy cannot tell.
    """
    for row in function_table():
        if row.definition is not None and not row.of_vector:
            value = value.replace(row.head, row.definition)
    if not value.has(relu, step):
        return continuous_domain(value, a, S.Reals)
    parts = {-1: Interval.open(-oo, 0), 0: FiniteSet(0), 1: Interval.open(0, oo)}
    return Union(*(_domain_within(value, a, sign, part) for sign, part in parts.items()))


def _domain_within(value: Expr, a: Symbol, sign: int, part: Set) -> Set:
    """Return where a function has a value in a part of ℝ in which a has one sign."""
    positive = Integer(sign > 0)
    smooth = value.xreplace(
        {node: positive * (a if isinstance(node, relu) else 1) for node in value.atoms(relu, step)}
        if all(node.args[0] == a for node in value.atoms(relu, step))
        else {}
    )
    if smooth.has(relu, step):
        raise NotImplementedError(f"the kinks of {value}")
    if sign == 0:
        smooth = smooth.subs(a, 0)
    if not smooth.has(a):
        return part if smooth.is_real else S.EmptySet
    return continuous_domain(smooth, a, part)


def _refuse_gaps(name: str, made: Expr, entry: Expr) -> None:
    """Refuse an activation without a value somewhere on ℝ, where SymPy can tell."""
    a = Symbol("a", real=True)
    # At the slopes in a row it is the same function that has a value or not.
    value = made.xreplace({entry: a, AT_KINK: S.One, SLOPE: S.Half})
    try:
        domain = _domain(value, a)
    except NotImplementedError:
        return
    if domain != S.Reals:
        written = pretty(domain, use_unicode=True)
        where = str(domain) if "\n" in written else written
        raise DeriveError(
            f"the activation of {name!r} is defined for a in {where} alone, and a "
            "pre-activation can be anything in ℝ; use one that is defined there"
        )
