"""Backpropagation on a page: every step is proved, every fault is found, views show what is."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sympy import Expr, Integer, Rational, Symbol

import derive
from derive.catalogue import refusal
from derive.derivation import Derivation
from derive.deriving.instances import Instance, width
from derive.deriving.layers import HiddenSetting, hidden_layer_steps
from derive.deriving.setting import LOSS
from derive.errors import UnknownOption
from derive.generate.layer import LAYER
from derive.language import (
    Entries,
    Partial,
    alpha_equal,
    d,
    index,
    k,
    n,
    quantity,
    substitute,
    total,
)
from derive.networks.derivation import NetworkDerivation
from derive.networks.report import NetworkRefuted
from derive.steps import Step
from tests.networks.modules import UNITS, made
from tests.pairs import LEGAL, REFUSED

LECTURE = made(("relu", "relu"), "softmax", "cross-entropy", l2=True)
ANY_LAYER = "ˡ"
_i, _r = index("i"), index("r")
BY_HIDDEN = Entries(Partial(LOSS, quantity("h⁽²⁾", width(2))[_r]), (_r, width(2)))
"""∇ by h⁽²⁾, which joins the last layer and the one below it."""


def formulas(derivation: NetworkDerivation) -> list[str]:
    """Return the lines of a page as they are printed, without the reasons."""
    lines = derivation.text().splitlines()
    return [re.split(r"\s{3,}", line.strip())[0] for line in lines]


# How the network is defined -----------------------------------------------------------------------


@pytest.mark.parametrize("unit", UNITS)
def test_layers_of_one_unit_are_defined_once_however_many_there_are(unit: str) -> None:
    written = [
        made((unit,) * depth, "linear", "squared-error", l2=True).definition.text().splitlines()
        for depth in (4, 5, 64)
    ]
    assert len({len(lines) for lines in written}) == 1
    for depth, lines in zip((4, 5, 64), written, strict=True):
        (general,) = (line for line in lines if line.strip().startswith("h⁽ˡ⁾"))
        assert "W⁽ˡ⁾" in general
        assert "h⁽ˡ⁻¹⁾" in general
        assert general.endswith(f"layers 2 to {depth}")
        assert sum("Σₗ ‖W⁽ˡ⁾‖_F²" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("hidden", "general"),
    [
        (("relu",) * 3, []),
        (("tanh", "relu", "relu", "relu"), ["definition in layers 2 to 4"]),
        (("relu",) * 4 + ("tanh",), ["definition in layers 2 to 4"]),
        (
            ("relu",) * 4 + ("tanh",) * 3,
            ["definition in layers 2 to 4", "definition in layers 5 to 7"],
        ),
        (("relu", "tanh") * 4, []),
    ],
)
def test_every_layer_is_defined_by_itself_or_with_those_of_its_kind(
    hidden: tuple[str, ...], general: list[str]
) -> None:
    steps = made(hidden, "linear", "squared-error").definition.steps
    of_any = [step.rule.name for step in steps if ANY_LAYER in str(step.before)]
    assert of_any == general
    spans = [re.findall(r"\d+", name) for name in of_any]
    covered = sum(int(last) - int(first) + 1 for first, last in spans)
    prediction_and_loss = 2
    assert len(steps) - len(of_any) - prediction_and_loss + covered == len(hidden)


# What is derived ----------------------------------------------------------------------------------


def test_the_page_has_the_results_of_the_lecture() -> None:
    shown = formulas(LECTURE.derivation())
    for result in (
        "∇_{a⁽³⁾} L = ŷ − y",
        "∇_{W⁽³⁾} L = (ŷ − y) h⁽²⁾ᵀ",
        "∇_{b⁽³⁾} L = ŷ − y",
        "= W⁽³⁾ᵀ (ŷ − y)",
        "∇_{W⁽³⁾} J = (ŷ − y) h⁽²⁾ᵀ + 2λ W⁽³⁾",
        "∇_{a⁽²⁾} L = (∇_{h⁽²⁾} L) ⊙ r′(a⁽²⁾)",
        "∇_{W⁽²⁾} J = (∇_{a⁽²⁾} L) h⁽¹⁾ᵀ + 2λ W⁽²⁾",
        "= W⁽²⁾ᵀ ∇_{a⁽²⁾} L",
        "∇_{b⁽¹⁾} L = ∇_{a⁽¹⁾} L",
        "∇_{W⁽¹⁾} J = (∇_{a⁽¹⁾} L) xᵀ + 2λ W⁽¹⁾",
        "= W⁽¹⁾ᵀ ∇_{a⁽¹⁾} L",
    ):
        assert result in shown


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_is_derived_and_proved(unit: str, biases: bool) -> None:
    network = made((unit,), "linear", "squared-error", l2=True, biases=biases)
    report = network.derivation().verify()
    assert report.ok, report
    assert (r"b^{(1)}" in network.derivation().latex()) is biases


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_every_legal_pair_is_the_output_of_a_network(output: str, loss: str) -> None:
    report = made(("tanh",), output, loss).derivation().verify()
    assert report.ok, report


@pytest.mark.parametrize(("output", "loss"), REFUSED)
def test_a_refused_pair_is_refused_with_its_reason(output: str, loss: str) -> None:
    units = {row.name: row for row in derive.outputs()}
    losses = {row.name: row for row in derive.losses()}
    with pytest.raises(derive.RefusedPair) as refused:
        derive.network(["relu"], output, loss)
    assert refusal(units[output], losses[loss]) in str(refused.value)


@pytest.mark.parametrize("at_zero", [0, "1/3", "c"])
def test_the_convention_at_zero_is_stated_and_proved(at_zero: Any) -> None:
    network = made(("relu", "leaky-relu"), "softmax", "cross-entropy", at_zero=at_zero)
    page = network.derivation()
    assert page.verify().ok
    stated = {0: "r′(0) = 0", "1/3": "r′(0) = 1/3", "c": "r′(0) = c"}[at_zero]
    assert page.text().count(stated) == 3
    in_latex = {0: "r'(0) = 0", "1/3": r"r'(0) = \tfrac{1}{3}", "c": "r'(0) = c"}[at_zero]
    assert page.latex().count(in_latex) == 3


def test_the_slope_of_a_leaky_unit_is_the_users() -> None:
    page = derive.network(["leaky-relu"], "linear", "squared-error", slope="0.2").derivation()
    assert "∂h⁽¹⁾ᵢ/∂a⁽¹⁾ᵢ = (1/5) (1 + 4r′(a⁽¹⁾ᵢ))" in page.text()


@pytest.mark.parametrize(
    "wrt", ["a3", "W3", "b3", "h2", "a2", "W2", "b2", "h1", "a1", "W1", "b1", "x"]
)
def test_a_gradient_comes_with_what_it_stands_on_alone(wrt: str) -> None:
    gradient = LECTURE.gradient(wrt)
    assert gradient.verify().ok
    layer = int(wrt[1:]) + (wrt[0] == "h") if wrt != "x" else 1
    assert [section.output[6] for section in gradient.sections] == [
        str(one) for one in range(3, layer - 1, -1)
    ]
    variable = gradient.target.expr.variable
    assert str(variable.base.label) == ("x" if wrt == "x" else f"{wrt[0]}⁽{'⁰¹²³'[int(wrt[1])]}⁾")
    assert all(
        not any(chain[0].before.has(Symbol("J", real=True)) for chain in section.chains)
        for section in gradient.sections[:-1]
    )


def test_without_the_assumption_the_result_is_the_general_one() -> None:
    gradient = LECTURE.gradient("a3", assume=False)
    assert "(𝟏ᵀy) ŷ − y" in gradient.text()
    assert gradient.assumptions == ()
    assert gradient.verify().ok


def test_a_network_without_hidden_layers_is_one_section() -> None:
    network = made((), "sigmoid", "logistic", l2=True)
    page = network.derivation()
    assert len(page.sections) == 1
    assert "∇_{W⁽¹⁾} J = (ŷ − y) xᵀ + 2λ W⁽¹⁾" in page.text()
    assert page.verify().ok


def test_the_layer_is_derived_once_and_instantiated() -> None:
    hidden_layer_steps.cache_clear()
    network = derive.network(["relu"] * 24 + ["tanh"] * 24, "softmax", "cross-entropy", l2=True)
    page = network.derivation()
    assert hidden_layer_steps.cache_info().misses == 2
    assert {len(section.steps) for section in page.sections[1:25]} == {len(page.sections[1].steps)}
    assert Instance(3, 49).general(page.sections[-3]).steps == hidden_layer_steps(
        network.hidden_setting(network.hidden[2]), ("W", "b", "x", "J")
    )


def test_a_layer_is_named_and_named_back() -> None:
    for layer in (1, 2, 3):
        section = LECTURE.derivation().sections[3 - layer]
        instance = Instance(layer, 3)
        assert instance.named(instance.general(section)) == section
        letters = {str(one.base.label) for step in section.steps for one in _entries(step.after)}
        assert not letters & {"W", "a", "b", "h"}


def _entries(expr: Expr) -> Any:
    from sympy import Indexed

    return expr.atoms(Indexed)


def test_the_products_of_a_module_are_the_derived_ones_summed_over_the_examples() -> None:
    """One example is derived; the matrix products are for n of them, one more index."""
    m, q = index("m"), index("q")
    a = quantity("a", k)[_i]
    setting = HiddenSetting(a, bias=True, regularised=False)
    steps = hidden_layer_steps(setting)
    chains = Derivation("", "", LOSS, (), steps).chains
    ends = {chain[0].before: chain[-1].after for chain in chains}
    batch = {row.name: row.entries for row in LAYER}

    def of_example(expr: Expr) -> Expr:
        g, x = quantity("g", n, k)[m, _i], quantity("h", n, d)[m, _r]
        return expr.xreplace({Partial(LOSS, a): g, quantity("x", d)[_r]: x})

    weights = ends[Entries(Partial(LOSS, quantity("W", k, d)[_i, _r]), (_i, k), (_r, d))].expr
    summed = substitute(total(of_example(weights), m, n), {_r: q})
    assert alpha_equal(Entries(summed, (_i, k), (q, d)), batch["grad_W"])
    bias = ends[Entries(Partial(LOSS, quantity("b", k)[_i]), (_i, k))].expr
    assert alpha_equal(Entries(total(of_example(bias), m, n), (_i, k)), batch["grad_b"])
    below = ends[Entries(Partial(LOSS, quantity("x", d)[_r]), (_r, d))].expr
    one = substitute(of_example(below), {_r: q})
    assert alpha_equal(Entries(one, (m, n), (q, d)), batch["grad_h"])


# Planted faults -----------------------------------------------------------------------------------


def with_step(page: NetworkDerivation, section: int, number: int, after: Expr) -> NetworkDerivation:
    """Return a page with another right-hand side in one step, and in what goes on from it."""
    steps = list(page.sections[section].steps)
    old = steps[number].after
    steps[number] = replace(steps[number], after=after)
    if number + 1 < len(steps) and steps[number + 1].before == old:
        steps[number + 1] = replace(steps[number + 1], before=after)
    return with_section(page, section, replace(page.sections[section], steps=tuple(steps)))


def with_section(page: NetworkDerivation, number: int, section: Derivation) -> NetworkDerivation:
    sections = list(page.sections)
    sections[number] = section
    return replace(page, sections=tuple(sections))


def scaled(expr: Expr, factor: Expr) -> Expr:
    if isinstance(expr, Entries):
        return Entries(factor * expr.expr, *expr.axes)
    return factor * expr


@pytest.mark.parametrize("section", [0, 1, 2])
def test_a_factor_in_any_step_is_refuted(section: int) -> None:
    page = made(("relu", "sigmoid"), "softmax", "cross-entropy", l2=True).derivation()
    factor = Rational(2001, 1000)
    for number in range(section, len(page.sections[section].steps), 4):
        step = page.sections[section].steps[number]
        faulty = with_step(page, section, number, scaled(step.after, factor))
        report = faulty.verify()
        assert report.verdict.kind == "refuted", (section, number)
        assert not report.ok
        with pytest.raises(NetworkRefuted):
            report.raise_if_refuted()


def test_a_sign_in_the_regulariser_is_refuted_with_numbers() -> None:
    page = LECTURE.derivation()
    steps = page.sections[1].steps
    target = page.sections[1].target
    after = steps[-1].after
    lamda = Symbol("λ", real=True)
    faulty = with_step(page, 1, len(steps) - 1, after.xreplace({lamda: -lamda}))
    report = faulty.verify()
    assert report.sections[1].verdict.kind == "refuted"
    assert report.sections[1].verdict.counterexample is not None
    assert target == faulty.sections[1].target


def test_the_slope_of_another_unit_is_refuted() -> None:
    relu, leaky = (made((unit,), "linear", "squared-error") for unit in ("relu", "leaky-relu"))
    page = relu.derivation()
    report = with_section(page, 1, leaky.derivation().sections[1]).verify()
    assert not report.ok
    assert report.sections[1].verdict.kind == "refuted"


def test_another_convention_at_zero_is_refuted() -> None:
    one, zero = (made(("relu",), "linear", "squared-error", at_zero=c) for c in (1, 0))
    report = with_section(one.derivation(), 1, zero.derivation().sections[1]).verify()
    assert report.verdict.kind == "refuted"


def test_sections_in_another_order_or_missing_are_refuted() -> None:
    page = LECTURE.derivation()
    above, middle, below = page.sections
    for sections in ((above, below), (middle, below), (above, below, middle), ()):
        report = replace(page, sections=sections).verify()
        assert not report.ok
        assert report.verdict.kind == "refuted"


def test_a_gradient_that_was_never_derived_above_is_missed() -> None:
    page = LECTURE.derivation()
    kept = tuple(
        step for chain in page.sections[0].chains if chain[0].before != BY_HIDDEN for step in chain
    )
    faulty = with_section(page, 0, replace(page.sections[0], steps=kept))
    (structure, *_) = faulty.verify().checks
    assert structure.outcome == "different"
    assert "∇_{h⁽²⁾} L" in structure.detail


def test_a_letter_of_the_general_layer_does_not_pass_for_that_of_a_layer() -> None:
    """Named back, W would stand beside the W that W⁽²⁾ has become."""
    page = LECTURE.derivation()
    steps = page.sections[1].steps
    names = {entry.base: quantity("W", k, d) for entry in _entries(steps[-1].after)}
    names = {base: new for base, new in names.items() if str(base.label) == "W⁽²⁾"}
    assert names
    faulty = with_step(page, 1, len(steps) - 1, steps[-1].after.xreplace(names))
    report = faulty.verify()
    assert report.verdict.kind == "refuted"
    assert not report.sections[1].steps


def test_other_definitions_are_not_those_of_the_network() -> None:
    page = LECTURE.derivation()
    section = page.sections[2]
    (activation,) = [one for one in section.definitions if str(one.left).startswith("h⁽¹⁾")]
    changed = replace(activation, right=2 * activation.right)
    definitions = tuple(changed if one == activation else one for one in section.definitions)
    report = with_section(page, 2, replace(section, definitions=definitions)).verify()
    assert report.verdict.kind == "refuted"
    assert any(
        check.route == "catalogue" and check.outcome == "different"
        for check in report.sections[2].result_checks
    )


def test_a_page_of_another_network_is_not_that_of_this_one() -> None:
    without = made(("relu", "relu"), "softmax", "cross-entropy")
    assert not replace(LECTURE.derivation(), network=without).verify().ok
    assert not replace(LECTURE.gradient("W1"), wrt="W2").verify().ok


def test_a_result_that_is_wrong_from_the_definition_on_is_found_at_points() -> None:
    """The last check alone: its numbers know nothing of the steps."""
    page = LECTURE.derivation()
    (chain,) = [one for one in page.sections[0].chains if one[0].before == BY_HIDDEN]
    last = Step(BY_HIDDEN, scaled(chain[-1].after, Integer(2)), chain[-1].rule)
    others = (step for one in page.sections[0].chains if one != chain for step in one)
    faulty = with_section(page, 0, replace(page.sections[0], steps=(*others, last)))
    definition = faulty.verify().checks[2]
    assert (definition.route, definition.outcome) == ("definition", "different")


# Views --------------------------------------------------------------------------------------------


def test_json_is_read_back_equal_and_proved_again() -> None:
    page = made(("softplus", "leaky-relu"), "sigmoid", "logistic", l2=True).derivation()
    again = NetworkDerivation.from_json(page.to_json())
    assert again == page
    assert again.to_json() == page.to_json()
    assert again.verify().ok
    assert all(section.verify().ok for section in again.sections)


def test_a_changed_document_is_refuted() -> None:
    document = LECTURE.derivation().to_json()
    changed = document.replace('["Integer", 2]', '["Integer", 3]')
    assert changed != document
    assert NetworkDerivation.from_json(changed).verify().verdict.kind == "refuted"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda page: page.update(schema="gradproof/derivation"), "expected 'gradproof/network'"),
        (lambda page: page.update(version=2), "version is 2; expected 1"),
        (lambda page: page.update(more=1), "the document is expected to have the fields"),
        (lambda page: page.update(sections=[]), "one section or more"),
        (lambda page: page.update(wrt=3), "wrt is expected to be a string"),
        (lambda page: page["network"].update(hidden=["rellu"]), "unknown hidden unit 'rellu'"),
        (lambda page: page["network"].update(hidden="relu"), "network.hidden is 'relu'"),
        (lambda page: page["network"].update(loss="logistic", output="linear"), "is refused"),
        (lambda page: page["network"].pop("l2"), "network is expected to have the fields"),
        (lambda page: page["sections"][1].pop("steps"), r"sections\[1\]: .*missing \['steps'\]"),
    ],
)
def test_a_broken_document_is_refused_with_the_place(change: Any, said: str) -> None:
    document = json.loads(LECTURE.gradient("W2").to_json())
    change(document)
    with pytest.raises(derive.BrokenDocument, match=said):
        NetworkDerivation.from_json(json.dumps(document))


def test_latex_has_no_double_script() -> None:
    source = LECTURE.derivation().latex(standalone=True)
    assert source.count(r"\begin{align*}") == 4
    assert not re.search(r"\^\{\([0-9]+\)\}\^", source)
    assert r"h^{(2)\top}" in source
    assert r"\lambda \lVert W^{(1)} \rVert_{\mathrm{F}}^2" in source


def test_a_long_network_has_a_short_heading() -> None:
    deep = derive.network(["relu"] * 12, "softmax", "cross-entropy", l2=True)
    assert str(deep) == "x → 12 × relu → softmax + cross-entropy + ℓ₂"
    mixed = derive.network(["relu", "tanh"] * 6, "softmax", "cross-entropy")
    assert str(mixed).count("tanh") == 6
    first = mixed.derivation().text().splitlines()[0]
    assert first.startswith("the network x → relu → tanh → … → tanh → softmax + cross-entropy ")
    assert max(map(len, deep.derivation().text(width=100).splitlines())) <= 100


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_the_page_compiles_without_complaint(tmp_path: Path) -> None:
    units = ("relu", "tanh", "leaky-relu", *["sigmoid"] * 8)
    page = derive.network(units, "softmax", "cross-entropy", l2=True).derivation()
    (tmp_path / "page.tex").write_text(page.latex(standalone=True), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = run.stdout.decode("utf-8", "replace").splitlines()
    complaints = [line for line in log if line.startswith(("Overfull", "Underfull", "! "))]
    assert (run.returncode, complaints) == (0, [])


def test_ascii_and_html_have_the_layers() -> None:
    page = LECTURE.gradient("W2")
    plain = page.text(ascii=True, width=160)
    assert plain.isascii()
    assert "grad_{W^(2)} J = (grad_{a^(2)} L) h^(1)^T + 2 lambda W^(2)" in plain
    assert "<msup><mi>W</mi><mrow><mo>(</mo><mn>2</mn><mo>)</mo></mrow></msup>" in page.html()


def test_the_report_names_the_sections_and_the_verdict() -> None:
    shown = str(LECTURE.gradient("W1").verify())
    assert "layer 2: relu\nstep  rule" in shown
    assert "network, by definition: held" in shown
    assert shown.endswith("verdict: proved, given Σᵢ yᵢ = 1")


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "said"),
    [
        ((["rellu"],), {}, derive.UnknownName, "unknown hidden unit 'rellu'; did you mean 'relu'"),
        (("relu",), {}, derive.UnknownOption, "hidden='relu' is not an option.*a list of names"),
        ((["relu"], "sofmax"), {}, derive.UnknownName, "did you mean 'softmax'"),
        ((["relu"],), {"at_zero": 2}, derive.UnknownOption, "at_zero=2 is not"),
        ((["relu"],), {"slope": "steep"}, derive.UnknownOption, "slope='steep'"),
        ((["relu"],), {"slope": 2}, derive.UnknownOption, "slope=2"),
        ((["relu"],), {"l2": 0.1}, derive.UnknownOption, "l2=0.1"),
        ((["relu"],), {"biases": "no"}, derive.UnknownOption, "biases='no'"),
    ],
)
def test_wrong_arguments_are_told(
    arguments: Any, options: Any, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        derive.network(*arguments, **options)


@pytest.mark.parametrize("wrt", ["W4", "W0", "h3", "y", "", "w1"])
def test_what_the_network_does_not_have_is_no_variable(wrt: str) -> None:
    with pytest.raises(derive.UnknownName, match="quantity of the network"):
        LECTURE.gradient(wrt)


@pytest.mark.parametrize("output", ["linear", "relu"])
@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("hidden", [(), ("relu",)])
def test_the_regulariser_stands_last_with_its_own_number(
    hidden: tuple[str, ...], biases: bool, output: str
) -> None:
    """Whatever number the gradient of the loss has in front."""
    network = derive.network(hidden, output, "squared-error", l2=True, biases=biases)
    page = network.gradient(network.parameters[-1 - biases])
    last = [line for line in page.text().splitlines() if "∇_{W" in line][-1]
    letters = f"W⁽{'²' if hidden else '¹'}⁾"
    assert last.split("   ")[0].endswith(f" + 2λ {letters}")
    assert " = 2(" in last
    assert page.verify().ok


@pytest.mark.parametrize(
    ("hidden", "depth", "said"),
    [
        (3, None, "hidden=3 is not an option; hidden takes: a list of names"),
        (None, None, "hidden=None is not an option"),
        ("relu", None, "hidden='relu' is not an option"),
        (["relu"], 0, "depth=0"),
        (["relu"], True, "depth=True"),
        (["relu"], 2.0, "depth=2.0"),
        ([], 2, "nothing without a hidden unit"),
        (["99999 × relu"], None, "1 to 1000 layers"),
    ],
)
def test_hidden_layers_that_are_no_list_are_told(hidden: Any, depth: Any, said: str) -> None:
    with pytest.raises(derive.UnknownOption, match=said):
        derive.network(hidden, depth=depth)


@pytest.mark.parametrize("unit", UNITS)
def test_verification_goes_no_deeper_for_more_layers(unit: str) -> None:
    """The layers are evaluated from below; a recursion through all of them would need more."""
    page = made((unit,) * 16, "softmax", "cross-entropy").gradient("b1")
    before = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(len(inspect.stack()) + 260)
        assert page.verify().ok
    finally:
        sys.setrecursionlimit(before)


def test_more_layers_than_a_page_is_for_are_refused() -> None:
    with pytest.raises(UnknownOption, match="20000 layers"):
        derive.network(["relu"] * 20_000)
