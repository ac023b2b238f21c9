"""Every claim is proved; a false one is refuted; what is proved agrees with mpmath."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mpmath
import pytest
from sympy import Integer, Matrix, Rational, cancel, symbols

import derive
from derive.claims import CLAIMS, Claim, Proof, Verdict, find_claim, overview
from derive.claims.depth import prove_depth, prove_stuck
from derive.claims.growth import prove_growth
from derive.claims.memory import orthogonal_patterns, prove_memory
from derive.claims.output import (
    gradient_of,
    limits,
    prove_labels,
    prove_normal_equations,
    prove_output,
)
from derive.claims.ramp import prove_xor
from derive.claims.regression import (
    PREDICTIONS,
    REGRESSIONS,
    SQUARES,
    curvature,
    prove_regressions,
)
from derive.claims.sigmoid import S_, curvature_points, largest_at, prove_bends, slope_in_value

PROVED = [claim for claim in CLAIMS if claim.proof]
ROUNDED = (Rational(2036, 10000), Rational(7964, 10000))


@pytest.mark.parametrize("claim", PROVED, ids=lambda claim: claim.name)
def test_every_claim_is_proved(claim: Claim) -> None:
    assert claim.proof is not None
    proof = claim.proof()
    assert proof.ok, proof.sentence
    assert all(isinstance(number, float) for number in proof.figures.values())


OTHERS = (("sigmoid", "squared-error"), ("softmax", "cross-entropy"))
WRONG_PAIRS = (
    ("linear", "squared-error"),
    ("sigmoid", "squared-error"),
    ("softmax", "squared-error"),
)
PLANTED: list[tuple[Callable[..., Proof], dict[str, Any], str]] = [
    (prove_bends, {"bends": ROUNDED}, "|s″| is largest"),
    (prove_bends, {"bends": ROUNDED[:1]}, "|s″| is largest"),
    (prove_bends, {"steepest": Rational(1, 5)}, "the largest s′ is 1/5"),
    (prove_bends, {"steepest": Rational(1, 3)}, "the largest s′ is 1/3"),
    (prove_bends, {"decimals": 3}, "which the lecture rounds"),
    (prove_bends, {"curved": (0.2113, 0.7887)}, "curved most, s = 0.2113"),
    (prove_depth, {"active": 2}, "0 or by 2"),
    (prove_depth, {"base": 5}, "at most 5^(−L)"),
    (prove_depth, {"base": 5}, "s(1 − s) ≤ 1/5"),
    (prove_depth, {"base": 3}, "it is 3^(−L) where every unit"),
    (prove_output, {"cure": "squared-error"}, "squared-error, ∂L/∂a is linear"),
    (prove_output, {"ill": "logistic"}, "logistic, ∂L/∂a keeps"),
    (prove_output, {"unit": "relu"}, "a hidden relu has"),
    (prove_labels, {"met": ("0.05", "1")}, "0.05 and 1 are met"),
    (prove_labels, {"missed": ("0", "0.5")}, "0 and 0.5 never are"),
    (prove_normal_equations, {"factor": 1}, "normal equations"),
    (prove_normal_equations, {"others": OTHERS}, "the same (Ŷ − Y)ᵀH"),
    (prove_regressions, {"multiple": 1}, "∇_W L of linear units is 1(W HᵀH − YᵀH)"),
    (prove_regressions, {"rows": (("sigmoid", "squared-error"),)}, "squared-error is convex"),
    (prove_growth, {"label": Integer(0)}, "with y = 0"),
    (prove_growth, {"label": Rational(19, 20)}, "a grows for ever"),
    (prove_memory, {"flips": 4}, "every damage of up to 4 units"),
    (prove_memory, {"count": 6}, "6 orthogonal patterns"),
    (prove_stuck, {"side": "positive"}, "r′(a) = 0 for positive a"),
    (prove_stuck, {"unit": "sigmoid"}, "∂L/∂a of a sigmoid has"),
    (prove_xor, {"W2": (1, -1)}, "XOR at all four corners"),
    (prove_xor, {"b1": (0, 0)}, "XOR at all four corners"),
    (prove_xor, {"truth": (0, 1, 1, 1)}, "XOR at all four corners"),
    (prove_xor, {"truth": (0, 0, 1, 1)}, "no ŷ = w·x + b"),
    (prove_regressions, {"rows": WRONG_PAIRS}, "softmax + squared-error is convex"),
]
"""What is claimed falsely of a proof, and a part of the fact that must then be refuted."""


@pytest.mark.parametrize(("prove", "planted", "failing"), PLANTED)
def test_a_false_claim_is_refuted(
    prove: Callable[..., Proof], planted: dict[str, Any], failing: str
) -> None:
    proof = prove(**planted)
    assert not proof.ok
    assert any(failing in fact for fact, holds in proof.facts.items() if not holds)
    assert proof.sentence.startswith("not so: ")


def test_every_proved_fact_is_refuted_by_something(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: set[str] = set()
    never: set[str] = set()
    proves = dict.fromkeys(prove for prove, _, _ in PLANTED)
    for prove in proves:
        facts = prove().facts
        results = [
            list(prove(**planted).facts.values()) for other, planted, _ in PLANTED if other is prove
        ]
        if prove is prove_bends:
            # That s′ = s(1 − s) takes no argument: the table of functions itself is spoilt.
            with monkeypatch.context() as spoilt:
                spoilt.setattr("derive.claims.sigmoid.slope_in_value", lambda: S_ * (2 - S_) / 2)
                results.append(list(prove().facts.values()))
        walked |= set(facts)
        never |= {
            fact
            for place, fact in enumerate(facts)
            if not any(place < len(holds) and not holds[place] for holds in results)
        }
    assert not never
    assert walked == {fact for claim in PROVED for fact in _proved(claim).facts}


def _proved(claim: Claim) -> Proof:
    assert claim.proof is not None
    return claim.proof()


def test_the_points_of_curvature_are_where_mpmath_finds_them() -> None:
    def s(x: Any) -> Any:
        return 1 / (1 + mpmath.exp(-x))

    def curvature(x: Any) -> Any:
        return abs(mpmath.diff(s, x, 2)) / (1 + mpmath.diff(s, x) ** 2) ** mpmath.mpf(1.5)

    with mpmath.workdps(30):
        top = mpmath.findroot(lambda x: mpmath.diff(curvature, x), -1.36)
        assert abs(s(top) - mpmath.mpf(str(curvature_points()[0].evalf(30)))) < 1e-10


@pytest.mark.parametrize(
    ("output", "loss"), [("sigmoid", "logistic"), ("softmax", "cross-entropy")]
)
def test_the_curvature_of_a_convex_loss_has_no_negative_eigenvalue(output: str, loss: str) -> None:
    matrix = curvature(output, loss, 3)
    letters = sorted(matrix.free_symbols, key=str)
    values = {letter: Rational(1 + place**3, 7) for place, letter in enumerate(letters)}
    with mpmath.workdps(30):
        numbers = mpmath.matrix(matrix.xreplace(values).tolist())
        assert min(mpmath.eigsy(numbers, eigvals_only=True)) > -(mpmath.mpf(10) ** -25)


def test_the_loss_that_is_not_called_convex_bends_down_somewhere() -> None:
    (bend,) = curvature("sigmoid", "squared-error", 1)
    (t,), (y,) = ([s for s in bend.free_symbols if s.name == name] for name in ("t1", "y1"))
    assert bend.xreplace({t: Integer(9), y: Integer(0)}) < 0


def test_the_patterns_of_the_memory_are_orthogonal() -> None:
    rows = orthogonal_patterns(16, 15)
    for place, row in enumerate(rows):
        for other in rows[:place]:
            assert sum(p * q for p, q in zip(row, other, strict=True)) == 0


def test_a_maximum_at_an_end_or_at_several_places_is_found() -> None:
    assert largest_at(S_**2) == (1,)
    assert largest_at((S_ - Rational(1, 2)) ** 2) == (0, 1)
    assert largest_at(-((S_ - Rational(1, 3)) ** 2)) == (Rational(1, 3),)
    assert cancel(slope_in_value() - S_ * (1 - S_)) == 0


def test_the_limits_are_those_of_large_numbers() -> None:
    for loss in ("logistic", "squared-error"):
        gradient = gradient_of("sigmoid", loss)
        y = next(symbol for symbol in gradient.free_symbols if symbol.name == "y")
        prediction = next(symbol for symbol in gradient.free_symbols if symbol.name == "ŷ")
        for end, limit in zip((-60, 60), limits(gradient), strict=True):
            value = gradient.subs({prediction: 1 / (1 + mpmath.exp(-end)), y: 0.3})
            assert abs(float(value) - float(limit.subs(y, 0.3))) < 1e-12


def test_a_verdict_needs_a_measurement_and_all_that_was_found() -> None:
    claim = find_claim("relus-compute-xor")
    good, bad = Proof({"fine": True}), Proof({"wrong": False})
    for proof, measured, word in (
        (good, good, "holds"),
        (None, good, "holds"),
        (good, None, "not measured"),
        (None, None, "not measured"),
        (bad, good, "fails"),
        (good, bad, "fails"),
        (bad, None, "fails"),
        (good, Proof({}), "fails"),
    ):
        verdict = Verdict(claim, proof, measured)
        assert (verdict.word, verdict.ok) == (word, word == "holds")
        corrected = Verdict(find_claim("stuck-relus"), proof, measured)
        assert (corrected.word, corrected.ok) == (
            word.replace("holds", "holds, corrected"),
            verdict.ok,
        )
    assert "✗ wrong" in Verdict(claim, bad, None, missing="no library").text()
    assert overview([Verdict(claim, good, bad)]).endswith("0 of 1 claims hold")
    unmeasured = overview([Verdict(claim, good, None, missing="there is no NumPy")])
    assert "not measured: there is no NumPy" in unmeasured
    assert unmeasured.endswith("0 of 1 claims hold, 1 not measured")


def test_a_claim_that_is_not_there_is_refused() -> None:
    with pytest.raises(derive.UnknownName, match="did you mean 'stuck-relus'"):
        find_claim("stuck-relu")


@pytest.mark.parametrize(
    ("part", "meant"),
    [
        ("xor", "'relus-compute-xor'"),
        ("XOR", "'relus-compute-xor'"),
        ("lables", "'attainable-labels'"),
        ("relus", "'stuck-relus' or 'relus-compute-xor'"),
    ],
)
def test_a_part_of_a_name_suggests_the_claims_that_have_it(part: str, meant: str) -> None:
    with pytest.raises(derive.UnknownName, match=rf"did you mean {meant}\?") as refused:
        find_claim(part)
    assert refused.value.suggestion is not None


@pytest.mark.parametrize("output", SQUARES)
def test_the_sum_of_squares_is_the_quadratic_form_of_the_derived_curvature(output: str) -> None:
    loss = dict(REGRESSIONS)[output]
    matrix = curvature(output, loss, 3)
    t = symbols("t1:4", positive=True)
    v = symbols("v1:4", real=True)
    predictions = [PREDICTIONS[output](t, place) for place in range(3)]
    squares = SQUARES[output]
    pairs = [(i, j) for i in range(3) for j in range(3) if squares.is_coupled or i == j]
    expected = sum(
        squares.weight(predictions[i], predictions[j])
        * ((v[i] - v[j]) ** 2 if squares.is_coupled else v[i] ** 2)
        for i, j in pairs
    )
    assert cancel((Matrix([v]) * matrix * Matrix(v))[0] - expected) == 0


def test_a_wrong_weight_of_a_square_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    for output, squares in list(SQUARES.items()):
        wrong = replace(squares, weight=lambda p, q, right=squares.weight: 2 * right(p, q))
        monkeypatch.setitem(SQUARES, output, wrong)
    assert sum(prove_regressions().facts.values()) == 1
