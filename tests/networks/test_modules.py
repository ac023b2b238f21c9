"""The generated modules: what they compute, what they keep, and what they refuse."""

from __future__ import annotations

import ast
import doctest
import os
import re
import subprocess
import sys
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from sympy import Tuple

import derive
from derive.generate.evaluate import evaluate
from derive.generate.layout import LINE_LENGTH
from derive.generate.module import numpy_module
from derive.generate.network_module import unit_plan, unit_program
from derive.generate.primitives import cases
from derive.generate.program import Assignment, Program, meaning
from derive.networks.source import network_spec
from derive.proof import prove
from tests.docs.extension import ROOT
from tests.networks.modules import (
    SIZES,
    UNITS,
    example,
    made,
    module_of,
    sizes_of,
    slope_by_definition,
)
from tests.pairs import LEGAL

WEIGHT = 0.3
LECTURE = made(("relu", "relu"), "softmax", "cross-entropy", l2=True)
ALL_UNITS = made(UNITS, "softmax", "cross-entropy")
NETWORKS = [
    made((UNITS[number % len(UNITS)], UNITS[(number + 2) % len(UNITS)]), *pair, l2=True)
    for number, pair in enumerate(LEGAL)
]
"""Every legal pair, and every hidden unit in the first and in the second layer."""


def shown(network: Any) -> str:
    return str(network).replace(" → ", "-").replace(" + ", "-").replace("ℓ₂", "l2")


# What is computed ---------------------------------------------------------------------------------


@pytest.mark.parametrize("network", NETWORKS, ids=shown)
def test_gradients_are_derivatives_of_the_definition(network: Any) -> None:
    params, x, y = example(network, n=2)
    module = module_of(network)
    value, grads = module.value_and_grad(params, x, y, regularisation=WEIGHT, inputs=True)
    assert list(grads) == ["x", "W1", "b1", "h1", "W2", "b2", "h2", "W3", "b3"]
    random = np.random.default_rng(1)
    for name, given in [*params.items(), ("x", x)]:
        assert grads[name].shape == given.shape
        place = tuple(int(random.integers(size)) for size in given.shape)
        expected = slope_by_definition(network, params, x, y, WEIGHT, (name, place))
        assert float(grads[name][place]) == pytest.approx(float(expected), rel=1e-10, abs=1e-12)
    assert np.isfinite(value)


def worst_slope(value_and_grad: Any, params: dict[str, Any], x: Any, y: Any, **options: Any) -> Any:
    """Return by how much a gradient is off, at worst, from a slope along a random direction."""
    _, grads = value_and_grad(params, x, y, **options)
    random, small, worst = np.random.default_rng(2), 1e-6, 0.0
    for name, array in params.items():
        direction = random.standard_normal(array.shape)
        below, above = (
            value_and_grad({**params, name: array + step * direction}, x, y, **options)[0]
            for step in (-small, small)
        )
        slope = (above - below) / (2 * small)
        worst = max(worst, abs(slope - (grads[name] * direction).sum()) / (1 + abs(slope)))
    return worst


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("biases", [True, False])
def test_gradients_are_slopes_in_every_direction(unit: str, biases: bool) -> None:
    network = made((unit, unit), "sigmoid", "logistic", biases=biases)
    value_and_grad = module_of(network).value_and_grad
    assert worst_slope(value_and_grad, *example(network, n=7), reduction="mean") < 1e-7


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("slope = a >= 0", "slope = a >= -1"),
        ("np.maximum(a, 0.0, out=values)", "np.maximum(a, -1, out=values)"),
        ("(2 * regularisation) * W", "regularisation * W"),
        ("regularisation * np.vdot(W, W)", "2 * regularisation * np.vdot(W, W)"),
        ("grad_a.T @ h", "2 * grad_a.T @ h"),
        ("grad_a.sum(axis=0)", "grad_a[0]"),
        ("grad_a @ W", "grad_a @ W / 2"),
        ("slopes[number - 2]", "1"),
        ("slopes[number - 2]", "slopes[0][:, :1]"),
        ("a += b", "pass"),
        ("rivals, y, out=grad_a", "rivals, 0.9 * y, out=grad_a"),
    ],
)
def test_the_slopes_catch_a_module_with_a_fault(right: str, wrong: str) -> None:
    source = derive.network_source(LECTURE)
    assert right in source
    faulty: dict[str, Any] = {}
    exec(compile(source.replace(right, wrong), "<faulty>", "exec"), faulty)
    params, x, y = example(LECTURE, n=7)
    assert worst_slope(faulty["value_and_grad"], params, x, y, regularisation=WEIGHT) > 1e-3
    right_one = module_of(LECTURE).value_and_grad
    assert worst_slope(right_one, params, x, y, regularisation=WEIGHT) < 1e-7


def test_a_gradient_by_hidden_values_is_that_of_the_network_above_them() -> None:
    below, above = made(("tanh", "relu"), *LEGAL[0]), made(("relu",), *LEGAL[0])
    params, x, y = example(below)
    _, grads = module_of(below).value_and_grad(params, x, y, inputs=True)
    h = np.tanh(x @ params["W1"].T + params["b1"])
    upper = {f"{one}{layer}": params[f"{one}{layer + 1}"] for layer in (1, 2) for one in "Wb"}
    _, expected = module_of(above).value_and_grad(upper, h, y, inputs=True)
    np.testing.assert_allclose(grads["h1"], expected["x"], rtol=1e-12)


@pytest.mark.parametrize("at_zero", [0, "1/4", 1])
@pytest.mark.parametrize(("unit", "slope"), [("relu", 0.0), ("leaky-relu", 0.5)])
def test_the_slope_at_the_kink_is_the_one_that_was_chosen(
    at_zero: Any, unit: str, slope: float
) -> None:
    network = derive.network([unit], "linear", "squared-error", at_zero=at_zero, slope="1/2")
    at = 0.25 if at_zero == "1/4" else float(at_zero)
    params = {
        "W1": np.array([[1.0]]),
        "b1": np.zeros(1),
        "W2": np.array([[3.0]]),
        "b2": np.zeros(1),
    }
    value_and_grad = module_of(network).value_and_grad
    for x, expected in ((0.0, slope + (1 - slope) * at), (2.0, 1.0), (-2.0, slope)):
        _, grads = value_and_grad(params, [[x]], [[1.0]])
        error = 3 * (x if x > 0 else slope * x) - 1
        assert grads["b1"].tolist() == [2 * error * 3 * expected]


@pytest.mark.parametrize("unit", UNITS)
def test_values_and_slopes_lose_no_digits(unit: str) -> None:
    """Where s(a) has become 1 its slope is not 0, but e^{−a}."""
    network = made((unit,), "linear", "squared-error")
    activation = network.activation(network.hidden[0])
    carried_out = next(
        value for name, value in vars(module_of(network)).items() if name.endswith("_unit")
    )

    def h(a: Any) -> Any:
        return evaluate(activation, {"a": [a]}, {"i": 0})

    for dtype in (np.float64, np.float32):
        points = np.array([-80, -37.5, -3, -0.1, 0.2, 1, 17, 40, 85], dtype)
        values, slope = carried_out(points.copy())
        slopes = np.broadcast_to(np.asarray(slope, dtype), points.shape)
        assert values.dtype == dtype
        for point, value, slope_there in zip(points, values, slopes, strict=True):
            with mpmath.workdps(250):  # 1 − tanh² takes off what a few digits hold
                exact = h(mpmath.mpf(float(point))), mpmath.diff(h, mpmath.mpf(float(point)))
            for found, wanted in zip((value, slope_there), exact, strict=True):
                unit_in_last_place = np.spacing(abs(dtype(float(wanted))))
                assert abs(float(found) - float(wanted)) <= 8 * unit_in_last_place


def test_reductions_and_the_regulariser_are_what_they_say() -> None:
    params, x, y = example(LECTURE, n=6)
    value_and_grad = module_of(LECTURE).value_and_grad
    bare = made(("relu", "relu"), "softmax", "cross-entropy")
    value, grads = module_of(bare).value_and_grad(params, x, y)
    mean, mean_grads = module_of(bare).value_and_grad(params, x, y, reduction="mean")
    assert mean == pytest.approx(value / 6)
    cost, cost_grads = value_and_grad(params, x, y, regularisation=WEIGHT)
    squares = sum((params[f"W{layer}"] ** 2).sum() for layer in (1, 2, 3))
    assert cost == pytest.approx(value + WEIGHT * squares)
    for name, array in params.items():
        np.testing.assert_allclose(mean_grads[name], grads[name] / 6, rtol=1e-12)
        added = 2 * WEIGHT * array if name[0] == "W" else 0
        np.testing.assert_allclose(cost_grads[name], grads[name] + added, rtol=1e-12)
    assert value_and_grad(params, x, y)[0] == pytest.approx(value + 1e-4 * squares)
    assert value_and_grad(params, x, y, regularisation=0)[0] == value


def test_labels_need_not_sum_to_one_for_the_gradient_to_be_right() -> None:
    """The module takes the derivation without the assumption, and labels in float32 are off."""
    params, x, y = example(LECTURE, dtype=np.float32)
    y[0] *= 1 + 2e-7
    assert np.isfinite(module_of(LECTURE).value_and_grad(params, x, y)[0])


def test_a_network_without_hidden_layers_is_the_pair() -> None:
    network = made((), "softmax", "cross-entropy")
    params, x, y = example(network)
    value, grads = module_of(network).value_and_grad(params, x, y, inputs=True)
    from numeric.kernels import softmax_cross_entropy as kernel

    expected, grad_W, grad_h, grad_b = kernel.layer_value_and_grad(params["W1"], x, y, params["b1"])
    assert value == expected
    for name, array in (("W1", grad_W), ("b1", grad_b), ("x", grad_h)):
        np.testing.assert_array_equal(grads[name], array)
    np.testing.assert_array_equal(
        module_of(network).forward(params, x), kernel.predict(x @ params["W1"].T + params["b1"])
    )


@pytest.mark.parametrize("network", [LECTURE, ALL_UNITS, *NETWORKS[:2]], ids=shown)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_format_is_kept_and_nothing_that_was_given_is_written_to(
    network: Any, dtype: Any
) -> None:
    params, x, y = example(network, dtype=dtype)
    kept = {name: array.copy() for name, array in params.items()}, x.copy(), y.copy()
    module = module_of(network)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, grads = module.value_and_grad(params, x, y, inputs=True)
        prediction = module.forward(params, x)
    assert {value.dtype, prediction.dtype, *(one.dtype for one in grads.values())} == {
        np.dtype(dtype)
    }
    for name, array in params.items():
        np.testing.assert_array_equal(array, kept[0][name])
    np.testing.assert_array_equal(x, kept[1])
    np.testing.assert_array_equal(y, kept[2])


def test_lists_and_whole_numbers_are_read_in_the_format_of_the_parameters() -> None:
    params, _, _ = example(LECTURE, n=2, dtype=np.float32)
    one_hot = [[1, 0, 0], [0, 0, 1]]
    value, grads = module_of(LECTURE).value_and_grad(params, [[1, 2, 3, 4]] * 2, one_hot)
    assert value.dtype == grads["W1"].dtype == np.float32


def test_initial_weights_have_the_stated_spread_and_follow_the_seed() -> None:
    module = module_of(LECTURE)
    params = module.init([400, 300, 200, 100], seed=7, scale=0.5)
    for name, gain, below in (("W1", 2, 400), ("W2", 2, 300), ("W3", 1, 200)):
        assert params[name].std() == pytest.approx(0.5 * np.sqrt(gain / below), rel=0.02)
    assert not any(params[f"b{layer}"].any() for layer in (1, 2, 3))
    again, other = (module.init([4, 3, 3, 2], seed=seed) for seed in (7, 8))
    assert (again["W1"] == module.init([4, 3, 3, 2], seed=7)["W1"]).all()
    assert (again["W1"] != other["W1"]).any()


# The same by other libraries ----------------------------------------------------------------------


ELSEWHERE = ("relu", "sigmoid", "tanh", "softplus", "leaky-relu", "identity")


def test_pytorch_agrees() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    functional = torch.nn.functional
    units = {
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softplus": functional.softplus,
        "leaky-relu": functional.leaky_relu,
        "identity": lambda a: a,
    }
    network = derive.network(ELSEWHERE, "softmax", "cross-entropy", l2=True, at_zero=0)
    params, x, y = example(network)
    value, grads = module_of(network).value_and_grad(params, x, y, regularisation=WEIGHT)
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in params.items()}
    h = torch.tensor(x)
    for layer, unit in enumerate(ELSEWHERE, 1):
        h = units[unit](functional.linear(h, leaves[f"W{layer}"], leaves[f"b{layer}"]))
    last = network.depth
    a = functional.linear(h, leaves[f"W{last}"], leaves[f"b{last}"])
    cost = functional.cross_entropy(a, torch.tensor(y), reduction="sum")
    cost = cost + WEIGHT * sum((one**2).sum() for name, one in leaves.items() if name[0] == "W")
    cost.backward()
    assert value == pytest.approx(cost.item(), rel=1e-12)
    for name, leaf in leaves.items():
        np.testing.assert_allclose(grads[name], leaf.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_jax_agrees() -> None:
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    jax.config.update("jax_enable_x64", True)
    units = {
        "relu": jax.nn.relu,
        "sigmoid": jax.nn.sigmoid,
        "tanh": jax.numpy.tanh,
        "softplus": jax.nn.softplus,
        "leaky-relu": jax.nn.leaky_relu,
        "identity": lambda a: a,
    }
    network = derive.network(ELSEWHERE, "sigmoid", "logistic", at_zero=0)
    params, x, y = example(network)
    value, grads = module_of(network).value_and_grad(params, x, y, inputs=True)

    def loss(params: Any, x: Any) -> Any:
        h = x
        for layer, unit in enumerate(ELSEWHERE, 1):
            h = units[unit](h @ params[f"W{layer}"].T + params[f"b{layer}"])
        a = h @ params[f"W{network.depth}"].T + params[f"b{network.depth}"]
        return -(y * jax.nn.log_sigmoid(a) + (1 - y) * jax.nn.log_sigmoid(-a)).sum()

    expected, (by_params, by_x) = jax.value_and_grad(loss, argnums=(0, 1))(params, x)
    assert value == pytest.approx(float(expected), rel=1e-12)
    for name, array in {**by_params, "x": by_x}.items():
        np.testing.assert_allclose(grads[name], array, rtol=1e-9, atol=1e-12)


# The programs and the text ------------------------------------------------------------------------


@pytest.mark.parametrize("at_zero", [0, "1/2", 1])
@pytest.mark.parametrize("unit", UNITS)
def test_the_program_of_a_unit_is_proved_to_be_what_was_derived(unit: str, at_zero: Any) -> None:
    (spec,) = network_spec(derive.network([unit], at_zero=at_zero)).kinds
    derived, finished = unit_program(spec), unit_plan(spec).program
    for name in derived.results:
        for left, right in cases(Tuple(meaning(derived, name), meaning(finished, name))):
            assert str(prove(left, right)) == "proved"


def test_the_program_of_a_unit_with_a_fault_is_refuted() -> None:
    (spec,) = network_spec(derive.network(["sigmoid"])).kinds
    finished = unit_plan(spec).program
    faulty = Program(
        tuple(
            Assignment(one.name, 2 * one.value, one.per_class) if one.name == "minority" else one
            for one in finished.assignments
        ),
        finished.results,
    )
    derived = meaning(unit_program(spec), "slope")
    verdicts = [str(prove(*two)) for two in cases(Tuple(derived, meaning(faulty, "slope")))]
    assert any(verdict.startswith("refuted") for verdict in verdicts)


def test_the_mask_of_the_forward_pass_is_the_slope_of_the_backward_pass() -> None:
    source = derive.network_source(LECTURE)
    assert source.count("a >= 0") == 1
    assert "slope = a >= 0" in source
    a = np.array([[-1.0, 0.0, 2.0]])
    values, slope = module_of(LECTURE)._relu_unit(a)
    assert values is a  # the pre-activations are not kept beside the values
    assert slope.dtype == bool


@pytest.mark.parametrize("network", [LECTURE, ALL_UNITS, *NETWORKS], ids=shown)
def test_a_module_stands_alone_and_reads_well(network: Any) -> None:
    source = derive.network_source(network)
    tree = ast.parse(source)
    imported = {
        str(getattr(node, "module", None) or node.names[0].name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= {*sys.stdlib_module_names, "numpy"}
    assert max(map(len, source.splitlines())) <= LINE_LENGTH
    assert "$" not in source
    assert all(line in source for line in network_spec(network).recursion)
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert {name for name in defined if name.startswith("_")} <= read


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_no_function_of_a_network_takes_the_place_of_one_that_its_pair_calls(
    output: str, loss: str
) -> None:
    network = made(("relu",), output, loss)
    pair = ast.parse(numpy_module(network_spec(network).output))
    functions = {one.name: one for one in pair.body if isinstance(one, ast.FunctionDef)}
    module = ast.parse(derive.network_source(network))
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            is_public = not node.name.startswith("_")
            assert is_public or ast.dump(node) == ast.dump(functions[node.name]), node.name


def test_the_examples_of_a_module_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for network in (LECTURE, ALL_UNITS, made((), *LEGAL[0])):
        module = module_of(network)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        results = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
        assert results.attempted >= 5
        assert results.failed == 0


@pytest.mark.parametrize("tool", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]])
def test_modules_are_clean(tool: list[str], tmp_path: Path) -> None:
    deep = made(("relu",) * 30 + ("tanh",), "linear", "squared-error", biases=False)
    for number, network in enumerate((LECTURE, ALL_UNITS, deep, made((), *LEGAL[0]))):
        source = derive.network_source(network)
        (tmp_path / f"network_{number}.py").write_text(source, encoding="utf-8")
    options = {
        "ruff": ["--config", str(ROOT / "pyproject.toml"), "--no-cache"],
        "mypy": ["--strict", "--cache-dir", str(tmp_path / "cache")],
    }[tool[0]]
    files = [str(path) for path in sorted(tmp_path.glob("*.py"))]
    command = [sys.executable, "-m", *tool, *options, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_hash_seed_gives_the_same_bytes() -> None:
    program = (
        "import hashlib, derive; "
        "network = derive.network(['relu', 'softplus', 'tanh'], l2=True); "
        "page = network.derivation(); "
        "text = derive.network_source(network) + page.text() + page.latex() + page.to_json(); "
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    found = set()
    for seed in ("0", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1


def is_function(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef)


def without_docstring(node: Any) -> Any:
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:]
    return node


def test_the_module_of_a_deeper_network_is_no_other_but_in_its_lists() -> None:
    sources = [derive.network_source(made(("relu",) * depth, *LEGAL[0])) for depth in (8, 16, 32)]
    shallow, *deeper = [
        [ast.dump(without_docstring(node)) for node in ast.parse(source).body if is_function(node)]
        for source in sources
    ]
    assert all(functions == shallow for functions in deeper)
    grown = [len(deeper) - len(source) for source, deeper in pairwise(sources)]
    assert grown[1] <= 2.5 * grown[0]


# What is refused ----------------------------------------------------------------------------------


def changed(**changes: Any) -> dict[str, Any]:
    params, x, y = example(LECTURE, n=3)
    given = {"params": params, "x": x, "y": y}
    for name, change in changes.items():
        target = given["params"] if name[0] in "Wb" else given
        target[name] = change(target[name])
    return given


def with_entry(place: tuple[int, int], entry: float) -> Any:
    def change(array: Any) -> Any:
        array[place] = entry
        return array

    return change


REFUSED: list[tuple[dict[str, Any], type, str]] = [
    ({"W2": lambda W: W[:, :4]}, ValueError, r"W2, of layer 2, has shape \(6, 4\).*5, as layer 1"),
    ({"W3": lambda W: W[0]}, ValueError, r"W3, of the output layer, has shape \(6,\)"),
    ({"W1": lambda W: W[:0]}, ValueError, r"W1, of layer 1, has shape \(0, 4\).*at least 1"),
    ({"b2": lambda b: b[:2]}, ValueError, r"b2, of layer 2, has shape \(2,\) but W2.*\(6,\)"),
    ({"b1": lambda b: b.astype("f")}, TypeError, "b1 has dtype float32, expected float64"),
    ({"W1": lambda W: W.astype(complex)}, TypeError, "W1 has dtype complex128"),
    (
        {"params": lambda p: {"W1": p["W1"]}},
        ValueError,
        r"the parameters are W1; .*3 layers has W1",
    ),
    ({"params": lambda p: {**p, "W4": 0}}, ValueError, "W4; this network of 3 layers"),
    ({"params": list}, ValueError, "the parameters are"),
    ({"x": lambda x: x[:, :3]}, ValueError, r"x has shape \(3, 3\) but W1, of layer 1,.*\(n, 4\)"),
    ({"x": lambda x: x[0]}, ValueError, r"x has shape \(4,\)"),
    ({"x": lambda x: x[:0]}, ValueError, "n >= 1 examples"),
    ({"x": with_entry((1, 2), np.nan)}, ValueError, r"row 1 of x .*nan in column 2"),
    ({"x": with_entry((2, 0), -np.inf)}, ValueError, r"row 2 of x .*-inf in column 0"),
    ({"y": lambda y: y[:2]}, ValueError, r"y has shape \(2, 3\); for 3 examples and 3 outputs"),
    ({"y": with_entry((0, 1), np.nan)}, ValueError, r"row 0 of y .*nan in column 1"),
    ({"y": with_entry((2, 1), -0.25)}, ValueError, r"row 2 of y .*-0.25 in column 1.*y ≥ 0, Σ"),
    ({"y": with_entry((1, 1), 7.0)}, ValueError, r"row 1 of y .*sums to 7.*y ≥ 0, Σᵢ yᵢ = 1"),
    ({"y": lambda y: ["cat", "dog", "cow"]}, TypeError, "y has dtype"),
]


@pytest.mark.parametrize(("changes", "kind", "said"), REFUSED)
def test_wrong_input_is_told_with_its_layer_or_row(
    changes: dict[str, Any], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        module_of(LECTURE).value_and_grad(**changed(**changes))
    if not set(changes) & {"y"}:
        given = changed(**changes)
        with pytest.raises(kind, match=said):
            module_of(LECTURE).forward(given["params"], given["x"])


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_no_parameter_gives_nan_without_a_word(unit: str, number: float) -> None:
    """A parameter that is not finite is named, or is a limit that the results have, too."""
    network = made((unit, unit), "softmax", "cross-entropy", l2=True)
    module = module_of(network)
    for key in network.parameters:
        params, x, y = example(network)
        place: Any = (1, 0) if key[0] == "W" else 2
        params[key][place] = number
        layer = "the output layer" if key.endswith("3") else f"layer {key[1]}"
        said = rf"{key}, of {layer}, holds {number} at {re.escape(str(place))}; finite"
        for refusal, results in (
            tried(module.forward, params, x),
            tried(module.value_and_grad, params, x, y),
            tried(module.value_and_grad, params, x, y, inputs=True),
        ):
            if refusal:
                assert re.match(said, refusal)
            else:
                assert not np.isnan(number)
                assert not any(np.isnan(one).any() for one in results)


def tried(function: Any, *given: Any, **options: Any) -> tuple[str, list[Any]]:
    """Return what a call is refused with, and the arrays that it gives otherwise."""
    try:
        results = function(*given, **options)
    except ValueError as error:
        return str(error), []
    return "", [results[0], *results[1].values()] if isinstance(results, tuple) else [results]


def test_a_softplus_far_left_is_zero() -> None:
    values, slopes = module_of(ALL_UNITS)._softplus_unit(np.array([[-np.inf, -1e3, 1e3, np.inf]]))
    assert values.tolist() == [[0, 0, 1e3, np.inf]]
    assert slopes.tolist() == [[0, 0, 1, 1]]


def test_large_finite_numbers_are_not_taken_for_infinities() -> None:
    params, x, y = example(LECTURE, dtype=np.float32)
    x[0, 0] = 1e30  # its square is no float32
    value, _ = module_of(LECTURE).value_and_grad(params, x, y)
    assert not np.isnan(value)


@pytest.mark.parametrize(
    ("labels", "said"),
    [([[0.5, 1.5, 0.0]], r"row 0 of y .*1.5 in column 1.*\[0, 1\]"), ([[0, -1, 0]], "-1.0 in")],
)
def test_labels_between_bounds(labels: Any, said: str) -> None:
    network = made(("tanh",), "sigmoid", "logistic")
    params, x, _ = example(network, n=1)
    with pytest.raises(ValueError, match=said):
        module_of(network).value_and_grad(params, x, labels)


def test_labels_of_a_regression_may_be_anything_but_infinite() -> None:
    network = made(("tanh",), "linear", "squared-error")
    params, x, _ = example(network, n=1)
    value_and_grad = module_of(network).value_and_grad
    assert np.isfinite(value_and_grad(params, x, [[5.0, -7.0, 100.0]])[0])
    with pytest.raises(ValueError, match=r"row 0 of y .*inf in column 2"):
        value_and_grad(params, x, [[5.0, -7.0, np.inf]])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"regularisation": -1}, "regularisation=-1;"),
        ({"regularisation": np.nan}, "regularisation=nan"),
        ({"regularisation": "a"}, "regularisation='a'; a finite number from 0 on is expected"),
        ({"regularisation": None}, "regularisation=None; a finite number from 0 on is expected"),
        ({"regularisation": True}, "regularisation=True"),
        ({"regularisation": np.inf}, "regularisation=inf"),
        ({"reduction": "none"}, "reduction='none' is not one of 'sum', 'mean'"),
    ],
)
def test_options_are_checked(options: dict[str, Any], said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        module_of(LECTURE).value_and_grad(*example(LECTURE), **options)


@pytest.mark.parametrize(
    ("sizes", "options", "kind", "said"),
    [
        ([4, 5, 3], {}, ValueError, r"sizes is \[4, 5, 3\]; 4 numbers .* 2 hidden layers"),
        (4, {}, ValueError, "sizes is 4"),
        ("4553", {}, ValueError, "sizes is '4553'"),
        ([4, 0, 5, 3], {}, ValueError, "layer 1 has size 0"),
        ([0, 4, 5, 3], {}, ValueError, "the input has size 0"),
        ([4, 5, 5.0, 3], {}, ValueError, r"layer 2 has size 5\.0"),
        ([4, 5, 5, True], {}, ValueError, "layer 3 has size True"),
        ([4, 5, 5, 3], {"dtype": int}, TypeError, "float32 or float64"),
        ([4, 5, 5, 3], {"dtype": "foo"}, TypeError, "dtype='foo'; float32 or float64"),
        ([4, 5, 5, 3], {"dtype": None}, TypeError, "dtype=None; float32 or float64"),
        ([4, 5, 5, 3], {"scale": np.nan}, ValueError, "scale=nan; a finite number is expected"),
        ([4, 5, 5, 3], {"scale": "a"}, TypeError, "scale='a'; a finite number is expected"),
        ([4, 5, 5, 3], {"seed": -1}, ValueError, "seed=-1; a whole number from 0 is expected"),
        ([4, 5, 5, 3], {"seed": 1.5}, TypeError, "seed=1.5; a whole number from 0 is expected"),
    ],
)
def test_impossible_sizes_are_told_with_the_layer(
    sizes: Any, options: dict[str, Any], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        module_of(LECTURE).init(sizes, **options)


def test_a_slope_that_was_left_open_makes_no_module() -> None:
    with pytest.raises(derive.OptionConflict, match="at_zero='c' leaves the slope"):
        derive.network_source(derive.network(["relu"], at_zero="c"))
    assert derive.network_source(derive.network(["tanh"], at_zero="c"))


def test_sizes_of_the_test_are_those_of_the_network() -> None:
    assert sizes_of(LECTURE) == list(SIZES)


def test_pre_activations_that_overflow_are_told_with_their_layer_and_row() -> None:
    module = module_of(made(("tanh", "relu"), "softmax", "cross-entropy"))
    params = module.init([2, 3, 3, 2], seed=3)
    x, y = np.array([[0.5, 0.5], [1.0, 1.0]]), np.eye(2)
    params["W2"] = np.full((3, 3), 1e308)
    params["W1"] = np.array([[100.0, 100.0]] * 3)
    for call in (lambda: module.forward(params, x), lambda: module.value_and_grad(params, x, y)):
        with pytest.raises(OverflowError, match="of layer 2 overflow float64 in row 0 of x"):
            call()
    with pytest.raises(ValueError, match=r"scale=1e\+300"):
        module.init([2, 3, 3, 2], scale=1e300, dtype=np.float32)
    with pytest.raises(ValueError, match="sizes is"):
        module.init({2: 1, 3: 1, 4: 1, 5: 1})
