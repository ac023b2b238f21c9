"""Laws of the normal form."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Integer, KroneckerDelta, exp, gamma, log, tanh

from derive.errors import UnsupportedExpression
from derive.language import Entries, Partial, index, k, n, quantity, substitute, total
from derive.proof import Undefined, equal, normal_form
from derive.proof.deltas import Form
from derive.proof.field import Quotient
from derive.proof.points import positions, random_point
from derive.proof.polynomials import Polynomial
from derive.proof.samples import at_point, derivative_depth, differ
from derive.steps import Assumption
from tests.proof.conftest import I1, I2, SUM_TO_ONE, Letters, expressions

SIZES = {"k": 3}


class FormValue:
    """Evaluates a form at a point, atom by atom."""

    def __init__(self, point: Any, places: dict[str, int]) -> None:
        self.point, self.places = point, places

    def form(self, value: Form) -> Any:
        total_value = mpmath.mpf(0)
        for partition, part in value.parts.items():
            if all(len({self.places[name] for name in group}) == 1 for group in partition):
                total_value += self.quotient(part)
        return total_value

    def quotient(self, value: Quotient) -> Any:
        result = self.polynomial(value.numerator)
        for factor, power in value.denominator:
            result /= self.polynomial(factor) ** power
        return result

    def polynomial(self, value: Polynomial) -> Any:
        terms = []
        for monomial, coefficient in value.terms.items():
            product = mpmath.mpf(coefficient.numerator) / coefficient.denominator
            for atom, power in monomial:
                exponent = mpmath.mpf(power.numerator) / power.denominator
                product *= self.atom(atom) ** exponent
            terms.append(product)
        return mpmath.fsum(terms)

    def atom(self, atom: Any) -> Any:
        if atom.kind == "entry":
            name, places = atom.parts
            number = self.point.value(name, tuple(self.places[place] for place in places))
            return mpmath.mpf(number.numerator) / number.denominator
        if atom.kind == "symbol":
            return mpmath.mpf(SIZES[atom.parts[0]])
        if atom.kind in ("exp", "log"):
            return getattr(mpmath, atom.kind)(self.quotient(atom.parts[0]))
        if atom.kind == "step":
            argument = self.quotient(atom.parts[0])
            return self.quotient(atom.parts[1]) if argument == 0 else mpmath.mpf(argument > 0)
        axes, body = atom.parts
        (name, size), rest = axes[0], axes[1:]
        values = []
        for place in range(1, SIZES[size] + 1):
            inner = FormValue(self.point, {**self.places, name: place})
            values.append(inner.sum_of(rest, body))
        return mpmath.fsum(values)

    def sum_of(self, axes: Any, body: Quotient) -> Any:
        if not axes:
            return self.quotient(body)
        (name, size), rest = axes[0], axes[1:]
        return mpmath.fsum(
            FormValue(self.point, {**self.places, name: place}).sum_of(rest, body)
            for place in range(1, SIZES[size] + 1)
        )


def assert_same_value(expr: Expr, seed: int) -> None:
    point = random_point(tuple(SIZES.items()), seed)
    evaluator = at_point((), point, derivative_depth(expr))
    found = normal_form(expr)
    for places in positions(expr, expr, SIZES):
        with mpmath.workdps(60):
            value = FormValue(point, {index.name: at for index, at in places.items()}).form(found)
            assert not differ(+value, evaluator.value(expr, places))


@given(expressions(), st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_the_normal_form_has_the_value_of_the_expression(expr: Expr, seed: int) -> None:
    assert_same_value(expr, seed)


@given(expressions(), st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_the_derivative_has_the_value_of_the_difference_quotient(expr: Expr, seed: int) -> None:
    assert_same_value(Partial(expr, quantity("a", k)[I2]), seed)


@given(expressions(), expressions())
@settings(max_examples=100, deadline=None)
def test_what_is_proved_equal_has_equal_values(left: Expr, right: Expr) -> None:
    evaluator = at_point((), random_point((("k", 3),), 1), 0)
    values = [
        (evaluator.value(left, places), evaluator.value(right, places))
        for places in positions(left, right, SIZES)
    ]
    assert not (equal(left, right) and any(differ(*pair) for pair in values))


def by_splitting(expr: Expr, other: Expr) -> Expr:
    return expr + other - other


def by_exponentials(expr: Expr, other: Expr) -> Expr:
    return expr * exp(other) * (1 + exp(-other)) / (1 + exp(other))


def by_logarithms(expr: Expr, other: Expr) -> Expr:
    return expr + log((1 + exp(other)) / 2) - log(1 + exp(other)) + log(2)


def by_an_average(expr: Expr, other: Expr) -> Expr:
    del other
    return total(expr, index("v"), k) / k


def by_a_common_factor(expr: Expr, other: Expr) -> Expr:
    factor = 1 + exp(other) + total(exp(2 * quantity("a", k)[index("v")]), index("v"), k)
    return (expr * factor + factor) / factor - 1


# That equal expressions have equal forms is promised for what the derivations need, not for all
# expressions; the laws that say so look at the same examples every time.
REWRITINGS = (by_splitting, by_exponentials, by_logarithms, by_an_average, by_a_common_factor)


@given(
    expressions(depth=2),
    st.lists(st.sampled_from(REWRITINGS), min_size=1, max_size=3),
    st.sampled_from((quantity("a", k)[I1], quantity("y", k)[I2])),
)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_rewriting_does_not_change_the_normal_form(
    expr: Expr, rewritings: list[Any], other: Expr
) -> None:
    changed = expr
    for rewriting in rewritings:
        changed = rewriting(changed, other)
    assert equal(expr, changed)


@given(expressions(), expressions())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_sum_is_linear_and_its_order_does_not_matter(left: Expr, right: Expr) -> None:
    u, v = index("u"), index("v")
    first = substitute(left, {I1: u, I2: v})
    second = substitute(right, {I1: u, I2: v})
    together = total(total(first + second, u, k), v, k)
    apart = total(total(first, v, k), u, k) + total(total(second, v, k), u, k)
    assert equal(together, apart)


@given(expressions())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_delta_picks_a_term(expr: Expr) -> None:
    u = index("u")
    picked = total(substitute(expr, {I1: u}) * KroneckerDelta(u, I1), u, k)
    assert equal(picked, expr)


EQUALITIES = {
    "swapped bound indices": lambda a, y, i, j: (
        total(total(a[i] * y[j] ** 2, i, k), j, k),
        total(a[j], j, k) * total(y[i] ** 2, i, k),
    ),
    "a sum of ones": lambda a, y, i, j: (total(a[j], i, k), k * a[j]),
    "the square of a sum": lambda a, y, i, j: (
        total(a[i], i, k) ** 2,
        total(total(a[i] * a[j], i, k), j, k),
    ),
    "quotients in a sum": lambda a, y, i, j: (
        total(exp(-a[i]) / (1 + exp(-a[i])), i, k),
        total(1 / (1 + exp(a[i])), i, k),
    ),
    "quotients of different denominators": lambda a, y, i, j: (
        total(1 / ((1 + exp(a[i])) * (2 + exp(a[i]))), i, k),
        total(1 / (1 + exp(a[i])), i, k) - total(1 / (2 + exp(a[i])), i, k),
    ),
    "sums of a product and of its parts": lambda a, y, i, j: (
        total(total(a[i] / (1 + exp(y[i])) + exp(a[j]) * a[i] / (1 + exp(a[i])), i, k), j, k),
        k * total(a[i] / (1 + exp(y[i])), i, k)
        + total(exp(a[j]), j, k) * total(a[i] / (1 + exp(a[i])), i, k),
    ),
    "tanh of a sum": lambda a, y, i, j: (
        tanh(a[i] + y[i]),
        (tanh(a[i]) + tanh(y[i])) / (1 + tanh(a[i]) * tanh(y[i])),
    ),
    "a logarithm of powers": lambda a, y, i, j: (
        log((1 + 2 * exp(a[i]) + exp(2 * a[i])) / 4),
        2 * log(1 + exp(a[i])) - 2 * log(2),
    ),
    "half exponents": lambda a, y, i, j: (
        (exp(a[i] / 2) - exp(-a[i] / 2)) * exp(a[i] / 2),
        exp(a[i]) - 1,
    ),
}


@pytest.mark.parametrize("name", EQUALITIES)
def test_equalities(name: str, letters: Letters) -> None:
    left, right = EQUALITIES[name](letters.a, letters.y, letters.i, letters.j)
    assert equal(left, right)
    assert not equal(left, right + 1)


def test_the_assumption_is_used_wherever_the_sum_stands(letters: Letters) -> None:
    y, a, i, j = letters.y, letters.a, letters.i, letters.j
    labels = total(y[j], j, k)
    for left, right in (
        (labels**3, Integer(1)),
        (log(1 + exp(labels)), log(1 + exp(Integer(1)))),
        (total(a[i] * labels, i, k), total(a[i], i, k)),
        (1 / (1 + labels), Integer(1) / 2),
    ):
        assert equal(left, right, assumptions=(SUM_TO_ONE,))
        assert not equal(left, right)


def test_labels_of_each_example_sum_to_one(letters: Letters) -> None:
    m, i, u = index("m"), letters.i, index("u")
    Y, g = quantity("y", n, k), quantity("g", n)
    each = Assumption("each example", total(Y[m, i], i, k), Integer(1))
    swapped = total(total(Y[u, i] * g[u], u, n), i, k)
    assert equal(swapped, total(g[u], u, n), assumptions=(each,))
    assert not equal(total(Y[u, i], u, n), Integer(1), assumptions=(each,))


def test_a_logarithm_keeps_what_may_be_negative_whole(letters: Letters) -> None:
    a, y, i = letters.a[letters.i], letters.y[letters.i], letters.i
    labels = total(letters.y[i], i, k)
    for left, right in (
        (log(a**2), 2 * log(a)),
        (log(-a * y), log(-a) + log(y)),
        (log((1 + a) ** 2), 2 * log(1 + a)),
        (log((1 + a) * (1 + y)), log(1 + a) + log(1 + y)),
        (log((1 + a) / (1 + y)), log(1 + a) - log(1 + y)),
        (log(labels**2), 2 * log(labels)),
    ):
        assert not equal(left, right)
    assert equal(log(a * exp(a)), log(a) + a)
    assert equal(log((1 + a) * (1 + exp(y))), log(1 + a) + log(1 + exp(y)))
    assert equal(log((1 + a**2) * (1 + y)), log(1 + a**2) + log(1 + y))


def test_arrays_of_different_shapes_are_not_equal(letters: Letters) -> None:
    a, i, j = letters.a, letters.i, letters.j
    assert equal(Entries(a[i], (i, k)), Entries(a[j], (j, k)))
    assert not equal(Entries(a[i], (i, k)), a[i])


def test_what_has_no_value_has_no_normal_form(letters: Letters) -> None:
    x = letters.a[letters.i]
    zero = log(1 + exp(x)) - log(1 + exp(-x)) - x
    for nothing in (1 / zero, log(zero)):
        with pytest.raises(Undefined):
            normal_form(nothing)
        assert not equal(nothing, nothing)


def test_an_unknown_node_is_named(letters: Letters) -> None:
    with pytest.raises(UnsupportedExpression, match="gamma"):
        normal_form(gamma(letters.a[letters.i]))
    with pytest.raises(UnsupportedExpression, match="as a number"):
        normal_form(letters.i * letters.a[letters.i])


def test_the_normal_form_does_not_depend_on_names() -> None:
    a, u, v = quantity("a", k), index("u"), index("v")
    left = normal_form(total(exp(a[u]) * total(a[v] * a[u], v, k), u, k))
    right = normal_form(total(exp(a[v]) * total(a[u] * a[v], u, k), v, k))
    assert repr(left) == repr(right)
