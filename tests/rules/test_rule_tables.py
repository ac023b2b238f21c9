"""Every rule of every table states an equation that holds at random points, and makes it."""

from __future__ import annotations

import random

import mpmath
import pytest
from sympy import (
    Expr,
    Function,
    Indexed,
    KroneckerDelta,
    Sum,
    Symbol,
    cosh,
    exp,
    log,
    sinh,
    tanh,
)

from derive.errors import DeriveError
from derive.language import (
    NamedFunction,
    canonical,
    free_indices,
    function_table,
    named_function,
    register_function,
    relu,
    sigmoid,
    step,
)
from derive.language.nodes import Entries, SquaredNorm, peel
from derive.rules import RULE_TABLES, Rule
from derive.rules.apply import until_still
from derive.rules.differentiation import scalar_derivative
from derive.rules.logarithms import logarithm_of_a_product

STATED = [
    pytest.param(table, rule, id=f"{table}: {rule.name}")
    for table, rules in RULE_TABLES.items()
    for rule in rules
    if rule.statement is not None
]

HEADS = {
    exp: mpmath.exp,
    log: mpmath.log,
    sinh: mpmath.sinh,
    cosh: mpmath.cosh,
    tanh: mpmath.tanh,
    sigmoid: lambda x: 1 / (1 + mpmath.exp(-x)),
    relu: lambda x, c: max(x, mpmath.mpf(0)),
    step: lambda x, c: mpmath.mpf(1) if x > 0 else c if x == 0 else mpmath.mpf(0),
}


class Point:
    """Random positive numbers for symbols and entries, three units, every index at one place."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.values: dict[object, mpmath.mpf] = {}

    def number(self, key: object) -> mpmath.mpf:
        if key not in self.values:
            self.values[key] = mpmath.mpf(self.random.randint(1, 4000)) / 1000
        return self.values[key]

    def with_value(self, key: object, value: mpmath.mpf) -> Point:
        self.values[key] = value
        return self

    def at(self, node: Expr, places: dict[Symbol, int]) -> mpmath.mpf:
        if isinstance(node, Indexed):
            return self.number((str(node.base), *(places[index] for index in node.indices)))
        if isinstance(node, Symbol):
            return self.number(node)
        if isinstance(node, Sum):
            body, position, _ = peel(node)
            return mpmath.fsum(self.at(body, {**places, position: p}) for p in (1, 2, 3))
        if isinstance(node, SquaredNorm):
            return self.at(node.as_sum(), places)
        if isinstance(node, KroneckerDelta):
            return mpmath.mpf(places[node.args[0]] == places[node.args[1]])
        if node.is_Add:
            return mpmath.fsum(self.at(part, places) for part in node.args)
        if node.is_Mul:
            return mpmath.fprod(self.at(part, places) for part in node.args)
        if node.is_Pow:
            return self.at(node.args[0], places) ** self.at(node.args[1], places)
        if node.is_Rational:
            return mpmath.mpf(node.p) / node.q
        row = named_function(type(node))
        if type(node) not in HEADS and row is not None and row.definition is not None:
            return self.at(row.definition(*node.args), places)
        return HEADS[type(node)](*(self.at(part, places) for part in node.args))


@pytest.mark.parametrize(("table", "rule"), STATED)
def test_the_statement_holds_at_random_points(table: str, rule: Rule) -> None:
    left, right = rule.statement
    with mpmath.workdps(50):
        for seed in range(12):
            point = Point(seed)
            places = {
                index: point.random.randint(1, 3)
                for index in free_indices(left + right)
                if index.is_integer
            }
            if table == "differentiation":
                x = next(s for s in left.free_symbols if s.name == "x")
                at = point.number(x)

                got = mpmath.diff(lambda value: point.with_value(x, value).at(left, places), at)  # noqa: B023
                point.values[x] = at
                tolerance = mpmath.mpf(10) ** -20  # mpmath.diff keeps half of the digits
            else:
                got = point.at(left, places)
                tolerance = mpmath.mpf(10) ** -45  # a few roundings of 50 digits
            wanted = point.at(right, places)
            assert abs(got - wanted) <= tolerance * (1 + abs(wanted)), (rule.name, got, wanted)


@pytest.mark.parametrize(("table", "rule"), STATED)
def test_the_rule_makes_what_it_states(table: str, rule: Rule) -> None:
    left, right = rule.statement
    assert rule.rewrite is not None
    if table == "differentiation":
        made = rule.rewrite(left)
    else:
        made = until_still(rule.rewrite, left)
        assert made != left, f"{rule.name} says nothing about its own left side"
    with mpmath.workdps(50):
        for seed in range(6):
            point = Point(seed)
            places = {
                index: 1 + seed % 3 for index in free_indices(left + right) if index.is_integer
            }
            difference = point.at(made, places) - point.at(right, places)
            assert abs(difference) < mpmath.mpf(10) ** -40
    if table != "differentiation":
        assert canonical(made) == canonical(right)


@pytest.mark.parametrize(
    ("table", "rule"), [row for row in STATED if row.values[0] != "differentiation"]
)
def test_a_rule_comes_to_rest(table: str, rule: Rule) -> None:
    assert rule.rewrite is not None
    still = until_still(rule.rewrite, rule.statement[0])
    assert until_still(rule.rewrite, still) == still


def test_names_of_rules_are_unique_in_their_table() -> None:
    for rules in RULE_TABLES.values():
        names = [rule.name for rule in rules]
        assert len(set(names)) == len(names)


def test_every_slope_of_the_function_table_has_its_rule() -> None:
    covered = {rule.name for rule in RULE_TABLES["differentiation"]}
    for row in function_table():
        if not row.of_vector:
            assert f"derivative of {row.name}" in covered or row.source == "test"


def test_rejected_rule_logarithm_of_a_sum() -> None:
    """ln(x + y) = ln x + ln y was never let in: at x = y = 2 it is ln 4 = 2 ln 2, elsewhere not."""
    x, y = Symbol("x", positive=True), Symbol("y", positive=True)
    assert logarithm_of_a_product(log(x + y)) is None
    assert abs(mpmath.log(1 + 3) - mpmath.log(1) - mpmath.log(3)) > 0.2


def test_rejected_rule_splitting_a_logarithm_of_two_negatives() -> None:
    """ln(xy) = ln x + ln y needs x, y > 0: at x = y = −1 it reads 0 = 2πi, so the rule says so."""
    rule = next(rule for rule in RULE_TABLES["logarithms"] if "product" in rule.name)
    assert rule.condition == "x > 0 and y > 0"
    assert abs(mpmath.log(1) - 2 * mpmath.log(-1)) > 6


def test_a_function_is_added_as_one_row() -> None:
    class cube(Function):  # noqa: N801
        """x³."""

    x = Symbol("x", real=True)
    register_function(NamedFunction(cube, "cube", "c", slope=lambda u: 3 * u**2, source="test"))
    assert scalar_derivative(cube(2 * x), x) == 24 * x**2
    with pytest.raises(DeriveError, match="already in the table"):
        register_function(NamedFunction(cube, "cubic", "c", slope=lambda u: u, source="test"))


def test_entries_are_not_differentiated_by_a_whole_quantity() -> None:
    """The design: nothing is ever differentiated by a MatrixSymbol; only by entries."""
    from derive.language import index, k, quantity
    from derive.rules.differentiation import differentiate

    a, i = quantity("a", k), index("i")
    whole = Entries(a[i], (i, k))
    with pytest.raises(AttributeError):
        differentiate(a[i] ** 2, whole)
