"""What derivations are: values made by rules, for every legal pair and every option."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys

import pytest
from sympy import Interval, Reals, Symbol, cosh, exp, log, tanh

import derive
from derive.catalogue import real_labels
from derive.deriving.gradient import gradient_steps
from derive.language import (
    Entries,
    Partial,
    alpha_equal,
    d,
    free_indices,
    index,
    k,
    n,
    quantity,
    total,
)
from derive.proof import prove
from derive.rules import RULE_TABLES
from tests.pairs import ALL, LEGAL, REFUSED

i, j, q, m = (index(letter) for letter in "ijrm")
y, p = quantity("y", k), quantity("ŷ", k)
OPTIONS = [
    {"wrt": wrt, "batch": batch, "reduction": reduction, "bias": bias, "assume": assume}
    for wrt, batch, reduction, bias, assume in itertools.product(
        "aWbh", (False, True), ("sum", "mean"), (None, True), (True, False)
    )
    if (batch or reduction == "sum") and not (wrt == "a" and bias)
]


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_steps_join_and_chains_begin_with_left_hand_sides(output: str, loss: str) -> None:
    pair = derive.pair(output, loss)
    derivations = [pair.gradient(**options) for options in OPTIONS]
    derivations += [pair.jacobian(), pair.hessian(), pair.hessian(assume=False)]
    for derivation in derivations:
        assert derivation.steps[-1].after == derivation.result
        assert derivation.chains[-1][0].before == derivation.target
        for chain in derivation.chains:
            left = chain[0].before
            left = left.expr if isinstance(left, Entries) else left
            assert isinstance(left, Partial) or left.is_Symbol or left.is_Indexed
            for earlier, later in itertools.pairwise(chain):
                assert earlier.after == later.before


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_every_step_changes_something_and_names_a_rule(output: str, loss: str) -> None:
    tables = {rule.name for rules in RULE_TABLES.values() for rule in rules}
    made = {"put in the prediction", "name the prediction", "the labels of an example sum to one"}
    for options in OPTIONS:
        for step in derive.pair(output, loss).gradient(**options).steps:
            assert step.before != step.after
            assert step.rule.name in tables | made
            assert (step.assumption is not None) == (step.rule.name.startswith("the labels"))


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_no_index_is_left_free_that_the_left_side_does_not_have(output: str, loss: str) -> None:
    for options in OPTIONS:
        for chain in derive.pair(output, loss).gradient(**options).chains:
            free = free_indices(chain[0].before) | {k, d, n, Symbol("L", real=True)}
            for step in chain:
                assert free_indices(step.after) <= free, step


@pytest.mark.parametrize("wrt", ["W", "h"])
@pytest.mark.parametrize("batch", [False, True])
def test_the_direct_route_and_the_chain_rule_agree(wrt: str, batch: bool) -> None:
    pair = derive.pair("linear", "squared-error")
    setting = pair.setting(batch=batch)
    (direct, left), (chained, target) = (
        gradient_steps(setting, wrt, through=through) for through in ("W", "a")
    )
    assert left == target
    assert direct[-1].after.axes == chained[-1].after.axes
    both = [derivation[-1].after.expr for derivation in (direct, chained)]
    assert prove(*both).kind == "proved"


def test_matched_pairs_have_the_lectures_form() -> None:
    for output, loss, factor in (
        ("linear", "squared-error", 2),
        ("sigmoid", "logistic", 1),
        ("softmax", "cross-entropy", 1),
    ):
        pair = derive.pair(output, loss)
        assert pair.gradient("a").result == Entries(factor * (p[i] - y[i]), (i, k))
        W = pair.gradient("W").result.expr
        assert (W - factor * (p[i] - y[i]) * quantity("h", d)[q]).expand() == 0
        h = pair.gradient("h").result
        expected = factor * total((p[i] - y[i]) * quantity("W", k, d)[i, q], i, k)
        assert alpha_equal(h, Entries(expected, (q, d)))


def test_unmatched_pairs_keep_their_factors() -> None:
    sigmoid = derive.pair("sigmoid", "squared-error").gradient("a").result.expr
    assert (sigmoid - 2 * (p[i] - y[i]) * p[i] * (1 - p[i])).expand() == 0
    softmax = derive.pair("softmax", "squared-error").gradient("a").result.expr
    inner = total(p[j] * (p[j] - y[j]), j, k)
    assert (softmax - 2 * p[i] * (p[i] - y[i] - inner)).expand() == 0


def test_without_the_assumption_the_label_sum_stays() -> None:
    derivation = derive.pair("softmax", "cross-entropy").gradient("a", assume=False)
    assert derivation.assumptions == ()
    expected = total(y[j], j, k) * p[i] - y[i]
    assert alpha_equal(derivation.result, Entries(expected, (i, k)))


def test_a_batch_comes_out_of_the_index_derivation() -> None:
    Y, P, H = quantity("y", n, k), quantity("ŷ", n, k), quantity("h", n, d)
    pair = derive.pair("softmax", "cross-entropy")
    result = pair.gradient("W", batch=True).result
    expected = total((P[m, i] - Y[m, i]) * H[m, q], m, n)
    assert alpha_equal(result, Entries(expected, (i, k), (q, d)))
    mean = pair.gradient("W", batch=True, reduction="mean").result
    assert (mean.expr - expected / n).expand() == 0


def test_the_convention_at_the_kink_shows() -> None:
    a = quantity("a", k)
    for at_kink in (0, 1, "1/2", "c"):
        result = derive.pair("relu", "squared-error", at_kink=at_kink).gradient("a").result
        (slope,) = [node for node in result.expr.args if node.func.__name__ == "step"]
        assert slope.args[0] == a[i]
        assert str(slope.args[1]) == str(at_kink)


@pytest.mark.parametrize(("output", "loss"), REFUSED)
def test_refused_pairs_say_why(output: str, loss: str) -> None:
    with pytest.raises(derive.RefusedPair, match=r"not defined where ŷ leaves \(0, 1\)"):
        derive.pair(output, loss)


def test_the_refused_pairs_are_those_of_the_lecture() -> None:
    assert [
        (output, loss)
        for output, loss in ALL
        if output in ("linear", "relu") and loss in ("logistic", "cross-entropy")
    ] == REFUSED


def test_rows_are_added_from_outside_in_a_few_lines() -> None:
    derive.register_output(derive.Output("tanh", lambda a, i: tanh(a[i]), Interval.open(-1, 1)))
    derive.register_loss(
        derive.Loss(
            "log-cosh",
            lambda ŷ, y: derive.sum_over_units(y, lambda i: log(cosh(ŷ[i] - y[i]))),
            Reals,
            real_labels,
        )
    )
    try:
        gradient = derive.pair("tanh", "squared-error").gradient("a").result.expr
        assert (gradient - 2 * (p[i] - y[i]) * (1 - p[i] ** 2)).expand() == 0
        gradient = derive.pair("linear", "log-cosh").gradient("a").result.expr
        assert gradient == tanh(p[i] - y[i])
        with pytest.raises(derive.RefusedPair):
            derive.pair("tanh", "cross-entropy")
        for pair in (derive.pair("tanh", "log-cosh"), derive.pair("softmax", "log-cosh")):
            for wrt in "aWbh":
                assert not pair.gradient(wrt).result.has(exp)
    finally:
        from derive.catalogue import tables

        del tables._outputs["tanh"], tables._losses["log-cosh"]


def test_a_derivation_is_the_same_under_every_hash_seed() -> None:
    code = (
        "import derive\n"
        "for o in derive.outputs():\n"
        "    for l in derive.losses():\n"
        "        try: pair = derive.pair(o.name, l.name)\n"
        "        except derive.RefusedPair: continue\n"
        "        for w in 'aWbh': print([(str(s.before), str(s.after), s.rule.name)\n"
        "                                for s in pair.gradient(w, batch=w == 'h').steps])\n"
        "        print(pair.hessian().result)\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(printed) == 1


WRONG_CALLS = [
    (lambda: derive.pair("sofmax", "cross-entropy"), derive.UnknownName, "did you mean 'softmax'"),
    (lambda: derive.pair("softmax", "crossentropy"), derive.UnknownName, "'cross-entropy'"),
    (lambda: derive.pair("", "cross-entropy"), derive.UnknownName, "unknown output ''"),
    (lambda: derive.pair(None, "cross-entropy"), derive.UnknownName, "unknown output None"),
    (lambda: derive.pair("relu", "squared-error", at_kink=2), derive.UnknownOption, "at_kink=2"),
    (lambda: derive.pair("relu", "squared-error", at_kink="x"), derive.UnknownOption, "'x'"),
    (
        lambda: derive.pair("relu", "squared-error", at_kink=float("nan")),
        derive.UnknownOption,
        "nan",
    ),
    (lambda: pair().gradient("w"), derive.UnknownOption, "wrt='w'"),
    (lambda: pair().gradient("ŷ"), derive.UnknownOption, "'a', 'W', 'b', 'h'"),
    (lambda: pair().gradient(3), derive.UnknownOption, "wrt=3"),
    (lambda: pair().gradient(batch="yes"), derive.UnknownOption, "batch='yes'"),
    (lambda: pair().gradient(batch=1), derive.UnknownOption, "batch=1"),
    (lambda: pair().gradient(reduction="mean"), derive.OptionConflict, "batch=True"),
    (lambda: pair().gradient(batch=True, reduction="none"), derive.UnknownOption, "'none'"),
    (lambda: pair().gradient("b", bias=False), derive.OptionConflict, "bias=False"),
    (lambda: pair().hessian(assume="no"), derive.UnknownOption, "assume='no'"),
    (lambda: pair().attainable([]), derive.InvalidLabel, "empty"),
    (lambda: pair().attainable("ab"), derive.InvalidLabel, "not a vector"),
    (lambda: pair().attainable(3), derive.InvalidLabel, "not a vector"),
    (lambda: pair().attainable([float("nan")]), derive.InvalidLabel, "label 1 is nan"),
    (lambda: pair().attainable([0.5, float("inf")]), derive.InvalidLabel, "label 2 is inf"),
    (lambda: pair().attainable([0.5, "x"]), derive.InvalidLabel, "label 2 is 'x'"),
    (
        lambda: derive.register_output(derive.Output("softmax", None, Reals)),
        derive.DeriveError,
        "already has",
    ),
    (
        lambda: derive.register_loss(derive.Loss("A loss", None, Reals, real_labels)),
        derive.DeriveError,
        "lower-case",
    ),
]


def pair() -> derive.Pair:
    return derive.pair("softmax", "cross-entropy")


@pytest.mark.parametrize(("call", "error", "message"), WRONG_CALLS)
def test_wrong_calls_raise_typed_errors_that_say_what_was_given(call, error, message) -> None:
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)
    assert isinstance(caught.value, derive.DeriveError)
