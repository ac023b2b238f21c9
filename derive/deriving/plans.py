"""The order in which rules are tried: that of the lecture."""

from __future__ import annotations

from collections.abc import Iterable

from derive.deriving.setting import Setting
from derive.rules.assumptions import use_assumption
from derive.rules.naming import name_prediction
from derive.rules.tables import find_rule
from derive.steps import Assumption, Rule

__all__ = [
    "Plan",
    "after_differentiation",
    "after_naming",
    "before_differentiation",
    "before_naming",
    "second_derivative",
]

Plan = list[tuple[Rule, Assumption | None]]

_BEFORE = (
    ("sums", "the squared norm is a sum of squares"),
    ("logarithms", "one fraction under the logarithm"),
    ("logarithms", "logarithm of a reciprocal"),
    ("sums", "the sign moves into the sum"),
    ("logarithms", "logarithm of a quotient"),
    ("logarithms", "logarithm of a power"),
    ("logarithms", "logarithm of a product"),
    ("sums", "multiply out and collect"),
    ("sums", "the sign moves into the sum"),
    ("sums", "constants leave the sum"),
)
_AFTER = (
    ("deltas", "contract δ: one term survives"),
    ("hyperbolic functions", "the hyperbolic tangent is sinh over cosh"),
    ("fractions", "common denominator"),
)
_NAMED = (
    ("ramps", "a power of 0 or 1 is itself"),
    ("logarithms", "logarithm of a reciprocal"),
    ("deltas", "contract δ: one term survives"),
    ("fractions", "common denominator"),
    ("sums", "constants leave the sum"),
)


def _rules(names: Iterable[tuple[str, str]]) -> Plan:
    return [(find_rule(table, name), None) for table, name in names]


def _assumptions(setting: Setting) -> Plan:
    return [(use_assumption(assumption), assumption) for assumption in setting.assumptions]


def before_differentiation(setting: Setting) -> Plan:
    """Return what is tried on the loss: logarithms, then sums, then the assumptions."""
    return [*_rules(_BEFORE), *_assumptions(setting)]


def after_differentiation(setting: Setting) -> Plan:
    """Return what is tried on a fresh derivative: deltas, fractions, then the name ŷ."""
    return [*before_naming(), (name_prediction(setting.names), None)]


def before_naming() -> Plan:
    """Return what is tried on a fresh derivative before ŷ is named."""
    return _rules(_AFTER)


def after_naming(setting: Setting) -> Plan:
    """Return what is tried on a derivative in ŷ: sums, the assumptions, common factors."""
    return [
        *_rules(_NAMED),
        *_assumptions(setting),
        *_rules([("fractions", "common factor")]),
    ]


def second_derivative(setting: Setting) -> Plan:
    """Return what is tried on a second derivative in ŷ: the diagonal ends apart from the rest."""
    return [
        *_rules(_NAMED),
        *_assumptions(setting),
        *_rules([("deltas", "multiply out, the diagonal apart")]),
    ]
