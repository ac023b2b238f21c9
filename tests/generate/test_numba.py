"""The text of a Numba module: the same bytes always, clean, runnable, its faults found."""

from __future__ import annotations

import ast
import doctest
import hashlib
import importlib
import os
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Function, Rational, Symbol, sqrt, tan

from derive.errors import UnsupportedExpression
from derive.generate import KernelSpec, numba_module, numpy_printer, write_kernels
from derive.generate.layout import LINE_LENGTH
from derive.generate.numba_module import loop_source
from derive.generate.numba_printer import FUNCTIONS, REDUCTIONS, numba_text
from derive.generate.primitives import (
    exact_sum,
    in_doubles,
    plain_sum,
    scaled_difference,
    sound_sum,
)
from derive.generate.program import COUNT, read
from derive.language import Entries, index, k, quantity, relu, step
from tests.kernels.soft import HAS_MORE_DIGITS, is_less_exact

from .specs import OUTSIDE, SPECS

numba = pytest.importorskip("numba", reason="numba is not installed")

ALL = (*SPECS, *OUTSIDE)
ROOT = Path(__file__).parents[2]


def named(spec: KernelSpec) -> str:
    return spec.module_name


def interpreted(source: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a module whose functions Python carries out itself: nothing has to be compiled."""
    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)
    module = types.ModuleType("interpreted")
    exec(compile(source, "interpreted", "exec"), module.__dict__)
    return module


def test_every_hash_seed_gives_the_same_bytes() -> None:
    program = (
        "import hashlib; from derive.generate import numba_module; "
        "from tests.generate.specs import OUTSIDE, SPECS; "
        "text = ''.join(map(numba_module, SPECS + OUTSIDE)); "
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    here = hashlib.sha256("".join(map(numba_module, ALL)).encode()).hexdigest()
    environment = {**os.environ, "PYTHONHASHSEED": "4242", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == here


@pytest.mark.parametrize("spec", ALL, ids=named)
def test_a_module_reads_well(spec: KernelSpec) -> None:
    text = numba_module(spec)
    tree = ast.parse(text)
    imported = {
        str(node.module or node.names[0].name).partition(".")[0]
        if isinstance(node, ast.ImportFrom)
        else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported == {
        "collections",
        "concurrent",
        "contextvars",
        "math",
        "numba",
        "numpy",
        "typing",
    }
    assert max(map(len, text.splitlines())) <= LINE_LENGTH
    assert not re.search(r"_?tmp\d|\bx\d\b|\$", text)
    assert "for Numba; do not edit" in text
    assert all(line in text for line in spec.formulas)
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert {name for name in defined if name.startswith("_")} <= called


@pytest.mark.parametrize("tool", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]])
def test_modules_from_outside_are_clean(tool: list[str], tmp_path: Path) -> None:
    write_kernels(OUTSIDE, tmp_path, numba_module)
    options = {
        "ruff": ["--config", str(ROOT / "pyproject.toml"), "--no-cache"],
        "mypy": ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(tmp_path / "c")],
    }[tool[0]]
    files = [str(path) for path in sorted(tmp_path.glob("*.py"))]
    command = [sys.executable, "-m", *tool, *options, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("spec", SPECS, ids=named)
def test_the_examples_of_a_module_run(spec: KernelSpec) -> None:
    module = importlib.import_module(f"numeric.compiled.{spec.module_name}")
    results = doctest.testmod(module)
    assert results.attempted >= 5
    assert results.failed == 0


@pytest.mark.parametrize("spec", OUTSIDE, ids=named)
def test_a_module_from_outside_agrees_with_that_for_numpy(
    spec: KernelSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compiled where there is a folder to keep it in, where there is none, and not at all."""
    write_kernels([spec], tmp_path, numba_module)
    file = importlib.util.spec_from_file_location("kept", tmp_path / f"{spec.module_name}.py")
    assert file is not None
    assert file.loader is not None
    kept = importlib.util.module_from_spec(file)
    file.loader.exec_module(kept)
    a, y = np.array([[0.5, -1.25, 2.0]]), np.array([[0.25, 0.5, 1.0]])
    loss, gradient = kept.value_and_grad(a, y)
    unkept = types.ModuleType("unkept")
    exec(compile(numba_module(spec), "unkept", "exec"), unkept.__dict__)
    for module in (unkept, interpreted(numba_module(spec), monkeypatch)):
        again, gradient_again = module.value_and_grad(a, y)
        assert again == loss
        assert np.array_equal(gradient_again, gradient)
    for i, unit in enumerate(1e-6 * np.eye(3)):
        rise = kept.loss(a + unit, y) - kept.loss(a - unit, y)
        assert gradient[0, i] == pytest.approx(rise / 2e-6, rel=1e-6)


def arithmetic_of(source: str) -> list[str]:
    """Return a mutant for every sum, difference, product and quotient of the loops."""
    swap = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
    mutants = []
    for number in range(len(_operations(ast.parse(source)))):
        tree = ast.parse(source)
        node = _operations(tree)[number]
        node.op = swap.get(type(node.op), ast.Mult)()
        mutants.append(ast.unparse(tree))
    return mutants


def _operations(tree: ast.Module) -> list[ast.BinOp]:
    (found,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "_fill_in")
    return [node for line in found.body for node in ast.walk(line) if isinstance(node, ast.BinOp)]


@pytest.mark.parametrize("spec", SPECS, ids=named)
def test_every_operation_of_the_loops_counts(
    spec: KernelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Swap one operator: the loss or the gradient of the mutant is no longer the original's."""
    source = numba_module(spec)
    random = np.random.default_rng(3)
    a, y = random.normal(size=(4, 3)), 0.7 * random.dirichlet(np.ones(3), 4)
    exact = interpreted(source, monkeypatch)
    original = exact.value_and_grad(a, y, reduction="mean")
    mutants = arithmetic_of(source)
    assert mutants
    for mutant in mutants:
        module = interpreted(mutant, monkeypatch)
        try:
            with np.errstate(all="ignore"):
                changed = module.value_and_grad(a, y, reduction="mean")
        except (ArithmeticError, ValueError):  # Python refuses what compiled code gives as nan
            continue
        pairs = zip(original, changed, strict=True)
        if all(np.allclose(left, right, rtol=1e-9) for left, right in pairs):
            assert HAS_MORE_DIGITS, mutant
            assert is_less_exact(gradient_of(module), gradient_of(exact)), mutant


def gradient_of(module: Any) -> Any:
    return lambda a, y: module.value_and_grad(a, y)[1]


@pytest.mark.parametrize(
    "value",
    [
        sqrt(read("a", True)),
        tan(read("a", True)),
        Function("unheard")(read("a", True)),
        step(read("a", True), Symbol("c")),
        Entries(read("a", True), (index("i"), k)),
    ],
    ids=str,
)
def test_what_loops_have_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(UnsupportedExpression, match="Numba printer"):
        numba_text(value)


a, y, s = read("a", True), read("y", True), read("scale", False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (a - y, "pre_activation - label"),
        (2 * a * (1 - y), "2 * pre_activation * (1 - label)"),
        ((a - y) ** 2, "(pre_activation - label) ** 2"),
        (a**2 / (1 + y), "pre_activation**2 / (1 + label)"),
        (-a * y, "-pre_activation * label"),
        (s * read("row", True) / (1 + s), "scale * (row[unit] / (1 + scale))"),
        (y * a / COUNT / s, "pre_activation * (label / scale / count)"),
        (relu(a, 1) - y, "_ramp(pre_activation) - label"),
        (step(a, Rational(1, 2)) * y, "label * _slope_of_ramp(pre_activation, 0.5)"),
    ],
    ids=str,
)
def test_brackets_stand_where_they_are_needed(value: object, text: str) -> None:
    assert numba_text(value, ("row",)) == text


def test_loops_have_a_word_for_all_that_arrays_have_one_for() -> None:
    words = FUNCTIONS.keys() | REDUCTIONS.keys()
    of_arrays = {exact_sum, in_doubles, plain_sum, scaled_difference, sound_sum}
    assert {row.head for row in numpy_printer.FUNCTIONS} - of_arrays <= words


def test_only_sums_over_one_index_become_loops() -> None:
    u = quantity("u", k)[index("i")]
    with pytest.raises(UnsupportedExpression, match="a sum over one index"):
        loop_source("u", Entries(u**2, (index("i"), k)), {})


def test_without_numba_the_compiled_kernels_name_the_extra() -> None:
    code = (
        "import sys; sys.modules['numba'] = None; import numeric, numeric.kernels\n"
        "try:\n    import numeric.compiled\n"
        "except ModuleNotFoundError as error:\n    print(error)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "pip install 'gradproof[numba]'" in done.stdout
