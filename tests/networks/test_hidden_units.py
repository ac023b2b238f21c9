"""The table of hidden units: every row holds, and one from outside is the whole work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Rational, Symbol, exp, log, sin, tanh

import derive
from derive.catalogue import LabelDomain, hidden, real_labels, simplex_labels, unit_interval_labels
from derive.generate.evaluate import evaluate
from derive.language import index, k, quantity, relu, sigmoid, softplus, total
from derive.networks.source import network_spec
from tests.networks.modules import UNITS, example, module_of, slope_by_definition

POINTS = (-3.5, -1.0, -0.25, 0.5, 2.0)


@pytest.fixture
def units_of_its_own() -> Iterator[None]:
    """Take back what a test adds to the catalogue."""
    kept = dict(hidden._units)
    yield
    hidden._units.clear()
    hidden._units.update(kept)


@pytest.fixture
def swish(units_of_its_own: None) -> derive.HiddenUnit:
    return derive.register_hidden_unit(derive.HiddenUnit("swish", lambda a: a * sigmoid(a)))


@pytest.mark.parametrize("unit", UNITS)
def test_the_derived_slope_of_a_row_is_that_of_its_activation(unit: str) -> None:
    (spec,) = network_spec(derive.network([unit])).kinds
    for point in POINTS:

        def h(a: Any) -> Any:
            return evaluate(spec.values, {"a": [a]}, {"i": 0})

        a = mpmath.mpf(point)
        slope = evaluate(spec.slope, {"a": [a], "h": [h(a)]}, {"i": 0})
        assert abs(slope - mpmath.diff(h, a)) < 1e-10


@pytest.mark.parametrize("unit", UNITS)
def test_the_gain_of_a_row_is_a_number_between_one_and_two(unit: str) -> None:
    (spec,) = network_spec(derive.network([unit])).kinds
    assert 1 <= spec.gain <= 2


def test_a_row_from_outside_is_derived_proved_printed_and_generated(
    swish: derive.HiddenUnit,
) -> None:
    network = derive.network(["swish", "relu"], "softmax", "cross-entropy", l2=True)
    page = network.derivation()
    assert page.verify().ok
    assert "h⁽¹⁾ᵢ = a⁽¹⁾ᵢ s(a⁽¹⁾ᵢ)" in page.text()
    assert r"h^{(1)}_i &= a^{(1)}_i s(a^{(1)}_i)" in page.latex()
    assert derive.NetworkDerivation.from_json(page.to_json()) == page
    params, x, y = example(network, n=2)
    _, grads = module_of(network).value_and_grad(params, x, y, regularisation=0.1)
    for name, place in (("W1", (2, 1)), ("b1", (3,)), ("W2", (0, 4))):
        expected = slope_by_definition(network, params, x, y, 0.1, (name, place))
        assert grads[name][place] == pytest.approx(float(expected), rel=1e-9)
    assert "swish" in [unit.name for unit in derive.hidden_units()]


def test_a_row_is_registered_twice_but_its_name_is_not(swish: derive.HiddenUnit) -> None:
    assert derive.register_hidden_unit(swish) is swish
    with pytest.raises(derive.DeriveError, match="already has a hidden unit 'swish'"):
        derive.register_hidden_unit(derive.HiddenUnit("swish", lambda a: a))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (derive.HiddenUnit("Swish", lambda a: a), "cannot name a hidden unit"),
        (derive.HiddenUnit("wrong", lambda a: 1 / 0), "raises ZeroDivisionError"),
        (derive.HiddenUnit("wrong", lambda a: 3), "gives 3; an expression of its argument"),
        (derive.HiddenUnit("wrong", lambda a: Symbol("z")), "gives z"),
        (derive.HiddenUnit("wrong", lambda a: a * Symbol("z")), "leaves z free"),
        ("relu", "is no hidden unit; make one"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_when_it_is_added(row: Any, said: str) -> None:
    with pytest.raises(derive.DeriveError, match=said):
        derive.register_hidden_unit(row)
    assert "wrong" not in [unit.name for unit in derive.hidden_units()]


@pytest.mark.parametrize("spelling", ["leaky-relu", "leaky_relu", "Leaky ReLU", " leaky relu "])
def test_names_are_found_however_they_are_spelt(spelling: str) -> None:
    assert hidden.find_hidden_unit(spelling).name == "leaky-relu"


def test_a_function_without_a_derivative_here_is_told() -> None:
    kept = dict(hidden._units)
    derive.register_hidden_unit(derive.HiddenUnit("wave", lambda a: sin(a)))
    try:
        with pytest.raises(derive.UnsupportedExpression, match="sin"):
            derive.network(["wave"]).derivation()
    finally:
        hidden._units.clear()
        hidden._units.update(kept)


@pytest.mark.parametrize(
    "activation",
    [
        lambda a: a**2,
        lambda a: exp(-(a**2)),
        lambda a: log(1 + exp(2 * a)) / 2,
        lambda a: a * sigmoid(Rational(17, 10) * a),
        lambda a: a * tanh(softplus(a)),
        lambda a: relu(a + 1, 1) - relu(a - 1, 0),
    ],
    ids=["square", "bell", "softplus of 2a", "swish of 1.7a", "mish", "two ramps"],
)
def test_units_of_powers_and_exponentials_hold_too(activation: Any) -> None:
    kept = dict(hidden._units)
    derive.register_hidden_unit(derive.HiddenUnit("other", activation))
    try:
        network = derive.network(["other"], "linear", "squared-error")
        assert network.derivation().verify().ok
        params, x, y = example(network, n=2)
        _, grads = module_of(network).value_and_grad(params, x, y)
        expected = slope_by_definition(network, params, x, y, 0, ("W1", (1, 2)))
        assert grads["W1"][1, 2] == pytest.approx(float(expected), rel=1e-9)
    finally:
        hidden._units.clear()
        hidden._units.update(kept)


# The bounds that a module takes from a domain of labels -------------------------------------------


@pytest.mark.parametrize("domain", [real_labels, unit_interval_labels, simplex_labels])
def test_the_bounds_of_a_domain_are_those_of_its_entries(domain: LabelDomain) -> None:
    low, high = domain.bounds
    for label in np.linspace(-2, 2, 41):
        inside = (low is None or label >= low) and (high is None or label <= high)
        assert inside == domain.entry(Fraction(float(label)))
    assert low is None or domain.entry(Fraction(low))
    assert high is None or domain.entry(Fraction(high))


def test_a_unit_is_a_function_of_one_number() -> None:
    i = index("i")
    a = quantity("a", k)
    row = derive.HiddenUnit("wrong", lambda one: one * total(a[i], i, k))
    with pytest.raises(derive.DeriveError, match="leaves a"):
        derive.register_hidden_unit(row)


@pytest.mark.parametrize(
    ("activation", "domain"),
    [
        (sympy.log, "(0, ∞)"),
        (sympy.sqrt, "[0, ∞)"),
        (lambda a: 1 / a, "(-∞, 0) ∪ (0, ∞)"),
        (lambda a: sympy.log(1 - a), "(-∞, 1)"),
        (lambda a: sympy.log(relu(a, 1)), "(0, ∞)"),
        (lambda a: sympy.sqrt(relu(a, 1) - 2), "[2, ∞)"),
        (lambda a: sympy.log(sigmoid(a) - Rational(1, 2)), "(0, ∞)"),
    ],
)
def test_a_unit_with_gaps_is_refused_with_its_domain(activation: Any, domain: str) -> None:
    with pytest.raises(derive.DeriveError, match=re.escape(f"for a in {domain} alone")):
        derive.register_hidden_unit(derive.HiddenUnit("gaps", activation))


@pytest.mark.parametrize(
    "activation",
    [
        lambda a: a / sympy.sqrt(1 + a**2),
        lambda a: sympy.exp(-(a**2)),
        lambda a: sympy.log(1 + a**2),
        sympy.atan,
        lambda a: a * sympy.tanh(a),
        lambda a: a * sympy.tanh(softplus(a)),
        lambda a: sympy.log(1 + relu(a, 1)),
    ],
)
def test_a_unit_without_gaps_is_taken(units_of_its_own: None, activation: Any) -> None:
    unit = derive.register_hidden_unit(derive.HiddenUnit("whole", activation))
    assert derive.network(["whole"], "linear", "squared-error").hidden == (unit,)
