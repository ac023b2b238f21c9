"""Every row of the stable forms is an identity, and every row is used or reachable."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from sympy import Expr, Integer, Symbol, exp, log

from derive.generate.buffers import by_need, place
from derive.generate.evaluate import evaluate
from derive.generate.matching import C, R, U, X, fill, match
from derive.generate.numpy_printer import lines_of
from derive.generate.primitives import cases, magnitude, primitive_table
from derive.generate.program import Assignment, Program, read
from derive.generate.separate import separate
from derive.generate.stabilize import finish, use_stable_forms
from derive.generate.stable_forms import (
    COMPENSATED,
    FINISHING,
    HALVED,
    NAMING,
    SIGNS,
    STABLE,
    Form,
    proofs,
)
from derive.language import Entries, index, k, quantity
from derive.proof import prove

ROWS = (*NAMING, *STABLE, *SIGNS, COMPENSATED, HALVED, *FINISHING)
MATCHED = tuple(form for form in ROWS if form not in (COMPENSATED, HALVED))
"""The others are what a primitive is computed by, and are looked for nowhere."""
NUMBERS = st.floats(-4, 4, allow_nan=False).filter(lambda x: abs(x) > 1e-3)


def bound_in(form: Form) -> Expr:
    result = form.result
    for name, value in reversed(form.bindings):
        result = result.xreplace({Symbol(name, real=True): value})
    return result


@pytest.mark.parametrize("form", ROWS, ids=lambda form: form.name)
def test_every_case_of_a_row_is_proved(form: Form) -> None:
    equations = proofs(form)
    assert equations
    for pattern, result in equations:
        assert str(prove(pattern, result)) == "proved"


@pytest.mark.parametrize("form", ROWS, ids=lambda form: form.name)
@given(x=NUMBERS, u=NUMBERS, r=NUMBERS)
def test_both_sides_of_a_row_have_one_value(form: Form, x: float, u: float, r: float) -> None:
    x = x + 4.01 if form.positive or form.name == "ln(1 + x)" else x
    numbers = {"x": x, "u": u, "r": r, "c": 3}
    with mp.workdps(40):
        left, right = (evaluate(side, numbers, {}) for side in (form.pattern, bound_in(form)))
        assert abs(left - right) <= mpmath.mpf(10) ** -35 * (1 + abs(left))


def test_a_wrong_row_is_not_proved() -> None:
    (good,) = [form for form in STABLE if form.name == "ln cosh"]
    wrong = Form(good.name, good.pattern, good.result + Integer(1) / 1000, "", good.bindings)
    assert all(str(prove(left, right)) != "proved" for left, right in proofs(wrong))


@pytest.mark.parametrize("form", MATCHED, ids=lambda form: form.name)
def test_a_row_matches_its_own_pattern(form: Form) -> None:
    a, y = read("a", True), read("y", True)
    instance = fill(form.pattern, {X: a, U: 1 - y, R: -y, C: Integer(3)})
    matched = match(form.pattern, instance)
    assert matched is not None
    found, left_over = matched
    assert fill(form.pattern, found) == instance
    assert left_over in (0, 1)
    assert found[X] == a


def test_names_of_rows_are_unique() -> None:
    assert len({form.name for form in ROWS}) == len(ROWS)


def test_cases_multiply() -> None:
    a, y = read("a", True), read("y", True)
    assert len(cases(magnitude(a) + magnitude(y) + magnitude(a) ** 2)) == 4
    assert cases(a) == (a,)


@pytest.mark.parametrize("row", primitive_table(), ids=lambda row: row.head.__name__)
def test_a_signed_primitive_has_two_meanings(row: object) -> None:
    j = index("j")
    vector = Entries(quantity("a", k)[j], (j, k))
    names = row.meanings.__code__.co_varnames  # type: ignore[attr-defined]
    first = vector if names[0] == "vector" else read("a", True)
    arguments = [first, read("y", True), Symbol("i"), Symbol("q")]
    count = row.meanings.__code__.co_argcount  # type: ignore[attr-defined]
    meanings = row.meanings(*arguments[:count])  # type: ignore[attr-defined]
    assert len(meanings) == (1 if row.sign_of is None else 2)  # type: ignore[attr-defined]


def form_of(name: str) -> Form:
    (form,) = [form for form in ROWS if form.name == name]
    return form


def in_floats(form: Form, a: float) -> float:
    """Carry out a row as a kernel does, on its pattern, in double precision."""
    pattern = fill(form.pattern, {X: read("a", True), U: Integer(0), R: Integer(0), C: Integer(1)})
    program = Program((Assignment("result", pattern, per_class=True),), ("result",))
    for one in (use_stable_forms, finish, separate, by_need):
        program = one(program)
    namespace = {
        "np": np,
        "math": math,
        "a": np.array([a]),
        "result": np.zeros(1),
        "work": [None] * 9,
    }
    with np.errstate(all="ignore"):
        exec("\n".join(lines_of(place(program))), namespace)
    return float(namespace["result"][0])


@pytest.mark.parametrize(
    ("name", "a", "exact"),
    [
        ("slope of tanh", 20.0, lambda x: -(mpmath.sech(x) ** 2)),
        ("slope of tanh", -300.0, lambda x: -(mpmath.sech(x) ** 2)),
        ("slope of tanh", 400.0, lambda x: mpmath.mpf(0)),
        ("ln cosh", 1000.0, lambda x: abs(x) - mpmath.log(2)),
        ("slope of a sigmoid", 700.0, lambda x: mpmath.exp(-x)),
        ("softplus with a multiple of its argument", -700.0, lambda x: mpmath.exp(x)),
        ("softplus of −x with a multiple of x", 1e300, lambda x: mpmath.mpf(0)),
    ],
)
def test_a_row_keeps_its_digits_in_floats(name: str, a: float, exact: Callable[[Any], Any]) -> None:
    """The sign of an exponent and log1p for log make no difference to a proof, but here."""
    assert in_floats(form_of(name), a) == pytest.approx(float(exact(a)), rel=1e-13, abs=1e-300)


@pytest.mark.parametrize("form", [*STABLE, *FINISHING], ids=lambda form: form.name)
def test_no_row_computes_a_logarithm_beside_one_or_a_growing_power(form: Form) -> None:
    """1 + x forgets a small x, so it stands in log1p; exp is only taken of −|x|."""
    parts = (form.result, *(value for _, value in form.bindings))
    assert not any((node.args[0] - 1).has(exp) for part in parts for node in part.atoms(log))
    size = Symbol("size", real=True)
    powers = {node.args[0] for part in parts for node in part.atoms(exp)}
    assert powers <= {-magnitude(X), -2 * magnitude(X), -2 * size}
