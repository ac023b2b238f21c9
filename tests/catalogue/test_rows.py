"""Rows from outside: what is wrong with one is told when it is added, and many kinds work."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sympy import FiniteSet, Interval, Reals, Union, cosh, exp, log, oo, tanh

import derive
from derive.catalogue import LabelDomain, real_labels, refusal, simplex_labels, tables
from derive.language import relu, softmax, softplus

POSITIVE, UNIT = Interval.open(0, oo), Interval.open(0, 1)
NONNEGATIVE = LabelDomain("nonnegative", "yᵢ ≥ 0", r"y_i \ge 0", lambda label: label >= 0)


def over_units(term: Callable) -> Callable:
    return lambda ŷ, y: derive.sum_over_units(y, lambda i: term(ŷ[i], y[i]))


OUTPUTS = (
    derive.Output("tanh", lambda a, i: tanh(a[i]), Interval.open(-1, 1)),
    derive.Output("softplus", lambda a, i: softplus(a[i]), POSITIVE),
    derive.Output("exp", lambda a, i: exp(a[i]), POSITIVE),
    derive.Output("affine", lambda a, i: 2 * a[i] + 1, Reals),
    derive.Output("ramp", lambda a, i: relu(a[i]), Interval(0, oo)),
    derive.Output("own-softmax", lambda a, i: softmax(a, i), UNIT),
)
LOSSES = (
    derive.Loss("poisson", over_units(lambda p, y: p - y * log(p)), POSITIVE, NONNEGATIVE),
    derive.Loss("log-cosh", over_units(lambda p, y: log(cosh(p - y))), Reals, real_labels),
    derive.Loss("focal", over_units(lambda p, y: -y * (1 - p) ** 2 * log(p)), UNIT, simplex_labels),
    derive.Loss(
        "mean-square",
        lambda ŷ, y: derive.sum_over_units(y, lambda i: (ŷ[i] - y[i]) ** 2) / y.size,
        Reals,
        real_labels,
    ),
)


@pytest.fixture
def catalogue() -> Iterator[None]:
    outputs, losses = dict(tables._outputs), dict(tables._losses)
    for row in OUTPUTS:
        derive.register_output(row)
    for row in LOSSES:
        derive.register_loss(row)
    yield
    tables._outputs.clear()
    tables._outputs.update(outputs)
    tables._losses.clear()
    tables._losses.update(losses)


LEGAL = [
    (output.name, loss.name) for output in OUTPUTS for loss in LOSSES if not refusal(output, loss)
] + [("sigmoid", "poisson"), ("sigmoid", "focal"), ("softmax", "focal"), ("softmax", "mean-square")]


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_a_pair_from_outside_is_derived_proved_printed_and_generated(
    catalogue: None, output: str, loss: str
) -> None:
    pair = derive.pair(output, loss)
    for derivation in (pair.gradient("a"), pair.gradient("W")):
        report = derivation.verify()
        assert report.ok, report
        assert report.verdict.kind == "proved"
        assert derive.Derivation.from_json(derivation.to_json()) == derivation
        assert derivation.text()
        assert r"\begin{align*}" in derivation.latex()
    compile(derive.numpy_source(pair), f"{output} + {loss}", "exec")


def test_results_that_have_a_name_get_it(catalogue: None) -> None:
    last = {
        ("exp", "poisson"): "∇_a L = ŷ − y",
        ("affine", "log-cosh"): "∇_a L = 2 tanh(ŷ − y)",
        ("sigmoid", "poisson"): "∇_a L = (ŷ − y) ⊙ (𝟏 − ŷ)",
    }
    for names, line in last.items():
        assert derive.pair(*names).gradient("a").text().splitlines()[-1].strip().startswith(line)


WRONG = [
    (lambda: derive.register_output("tanh"), "is no output"),
    (lambda: derive.register_loss(OUTPUTS[0]), "is no loss"),
    (lambda: output(lambda a, i: None), "gives None"),
    (lambda: output(lambda a, i: 3), "gives 3"),
    (lambda: output(lambda a, i: a), "gives Vector"),
    (lambda: output(lambda a, i: a[i] + a[a.index(i)]), "leaves the index j free"),
    (lambda: output(lambda a, i: sum(a)), "write a[i] for an entry"),
    (lambda: output(lambda a, i: a.entry(i)), "raises AttributeError"),
    (lambda: output(lambda a: a), "raises TypeError"),
    (lambda: output(lambda a, i: a[i], FiniteSet(0, 1)), "use Interval or Reals"),
    (lambda: output(lambda a, i: a[i], Union(Interval(0, 1), Interval(2, 3))), "Interval"),
    (lambda: output(lambda a, i: a[i], "(0, 1)"), "use Interval or Reals"),
    (lambda: loss(lambda ŷ, y: 3), "gives 3"),
    (lambda: loss(lambda ŷ, y: ŷ[y.index()] - 1), "leaves the index i free"),
    (lambda: loss(lambda ŷ: 1), "raises TypeError"),
]


def output(prediction: Callable, values: object = Reals) -> None:
    derive.register_output(derive.Output("wrong", prediction, values))


def loss(value: Callable) -> None:
    derive.register_loss(derive.Loss("wrong", value, Reals, real_labels))


@pytest.mark.parametrize(("add", "message"), WRONG)
def test_a_wrong_row_is_told_when_it_is_added(add: Callable, message: str) -> None:
    with pytest.raises(derive.DeriveError) as caught:
        add()
    assert message in str(caught.value)
    assert "wrong" not in {row.name for row in (*derive.outputs(), *derive.losses())}


def test_a_domain_without_a_known_example_says_so() -> None:
    strange = LabelDomain("strange", "yᵢ > 100", "y_i > 100", lambda label: label > 100)
    with pytest.raises(derive.DeriveError, match="strange"):
        _ = strange.example
