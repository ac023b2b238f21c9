"""The text of a module: the same bytes always, clean, runnable, and the one that is checked in."""

from __future__ import annotations

import ast
import doctest
import hashlib
import os
import re
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from sympy import Function, Symbol, sqrt, tan

from derive.errors import UnsupportedExpression
from derive.generate import KernelSpec, numpy_module, stale, write_kernels
from derive.generate.layer import matrix_source
from derive.generate.layout import LINE_LENGTH, broken
from derive.generate.numpy_printer import FUNCTIONS, text_of
from derive.generate.program import Program, read
from derive.language import Entries, index, k, quantity, relu, step, total

from .specs import OUTSIDE, SPECS

ALL = (*SPECS, *OUTSIDE)
ROOT = Path(__file__).parents[2]
EMPTY = Program((), ())


def loaded(spec: KernelSpec) -> types.ModuleType:
    module = types.ModuleType(spec.module_name)
    exec(compile(numpy_module(spec), spec.module_name, "exec"), module.__dict__)
    return module


def named(spec: KernelSpec) -> str:
    return spec.module_name


def test_every_hash_seed_gives_the_same_bytes() -> None:
    program = (
        "import hashlib; from derive.generate import numpy_module; "
        "from tests.generate.specs import OUTSIDE, SPECS; "
        "text = ''.join(map(numpy_module, SPECS + OUTSIDE)); "
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    here = hashlib.sha256("".join(map(numpy_module, ALL)).encode()).hexdigest()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", program]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == here


@pytest.mark.parametrize("spec", ALL, ids=named)
def test_a_module_imports_numpy_alone(spec: KernelSpec) -> None:
    tree = ast.parse(numpy_module(spec))
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    } | {
        str(node.module).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    assert imported <= {*sys.stdlib_module_names, "numpy"}
    assert "numpy" in imported


@pytest.mark.parametrize("spec", ALL, ids=named)
def test_the_examples_of_a_module_run(spec: KernelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    module = loaded(spec)
    monkeypatch.setitem(sys.modules, spec.module_name, module)
    results = doctest.testmod(module)
    assert results.attempted >= 5
    assert results.failed == 0


@pytest.mark.parametrize("spec", ALL, ids=named)
def test_a_module_reads_well(spec: KernelSpec) -> None:
    text = numpy_module(spec)
    assert max(map(len, text.splitlines())) <= LINE_LENGTH
    assert not re.search(r"_?tmp\d|\bx\d\b|\$", text)
    assert "do not edit" in text
    assert all(line in text for line in spec.formulas)
    assert spec.label_domain in " ".join(text.split())
    assert text.endswith("\n")


def test_every_helper_is_used_in_the_module_that_has_it() -> None:
    for spec in ALL:
        tree = ast.parse(numpy_module(spec))
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert {name for name in defined if name.startswith("_")} <= called


@pytest.mark.parametrize("tool", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]])
def test_modules_from_outside_are_clean(tool: list[str], tmp_path: Path) -> None:
    write_kernels(OUTSIDE, tmp_path)
    options = {
        "ruff": ["--config", str(ROOT / "pyproject.toml"), "--no-cache"],
        "mypy": ["--strict", "--cache-dir", str(tmp_path / "cache")],
    }[tool[0]]
    files = [str(path) for path in sorted(tmp_path.glob("*.py"))]
    command = [sys.executable, "-m", *tool, *options, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_stale_names_what_differs(tmp_path: Path) -> None:
    assert set(stale(SPECS, tmp_path)) == {f"{spec.module_name}.py" for spec in SPECS}
    write_kernels(SPECS, tmp_path)
    assert stale(SPECS, tmp_path) == {}
    edited = tmp_path / "softmax_cross_entropy.py"
    edited.write_text(edited.read_text().replace("others + top", "others + 2 * top"))
    (tmp_path / "surplus.py").write_text("")
    (tmp_path / "__init__.py").write_text("")
    differences = stale(SPECS, tmp_path)
    assert set(differences) == {"softmax_cross_entropy.py", "surplus.py"}
    assert "-    partition = others + 2 * top" in differences["softmax_cross_entropy.py"]
    assert "+    partition = others + top" in differences["softmax_cross_entropy.py"]
    changed = write_kernels(SPECS, tmp_path)
    assert {path.name for path in changed} == set(differences)
    assert not (tmp_path / "surplus.py").exists()
    assert (tmp_path / "__init__.py").exists()
    assert stale(SPECS, tmp_path) == {}


@pytest.mark.parametrize(
    "value",
    [
        sqrt(read("a", True)),
        tan(read("a", True)),
        Function("unheard")(read("a", True)),
        step(read("a", True), Symbol("c")),
    ],
    ids=str,
)
def test_what_numpy_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(UnsupportedExpression, match="NumPy printer"):
        text_of(value, EMPTY)


a, y, s = read("a", True), read("y", True), read("scale", False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (a - y, "a - y"),
        (2 * a * (1 - y), "2 * (1 - y) * a"),
        ((a - y) ** 2, "(a - y) ** 2"),
        (a**2 / (1 + y), "a**2 / (1 + y)"),
        (-a * y, "-a * y"),
        (s * a / (1 + s), "s / (1 + s) * a".replace("s", "scale")),
        (relu(a, 1) - y, "np.maximum(a, 0) - y"),
        (step(a, 1) * y, "y * (a >= 0)"),
        (2 * step(a, 0), "2 * (a > 0).astype(a.dtype)"),
        (step(a, Symbol("c")).subs(Symbol("c"), 1) + y, "y + (a >= 0)"),
        (total(quantity("y", k)[index("j")], index("j"), k), "_total(y)"),
        (total(quantity("a", k)[index("j")], index("j"), k), "_total(a)"),
    ],
    ids=str,
)
def test_brackets_stand_where_they_are_needed(value: object, text: str) -> None:
    assert text_of(value, EMPTY) == text


def test_long_lines_are_broken_at_the_loosest_operator() -> None:
    terms = [f"factor_{number} * other_factor_{number}" for number in range(6)]
    lines = broken(f"result = {' + '.join(terms)}", "    ")
    assert max(map(len, lines)) <= LINE_LENGTH
    assert lines[0] == "    result = ("
    assert lines[-1] == "    )"
    assert "".join(line.strip() for line in lines[1:-1]).replace("+ ", " + ") == " + ".join(terms)


def test_only_matrix_products_become_matrix_products() -> None:
    i, j = index("i"), index("j")
    u = quantity("u", k)
    with pytest.raises(UnsupportedExpression):
        matrix_source(Entries(u[i] ** 2, (i, k)), {})
    with pytest.raises(UnsupportedExpression):
        matrix_source(Entries(total(u[i] * u[j] * a, j, k), (i, k)), {})


def test_every_function_row_is_a_different_function() -> None:
    assert len({row.head for row in FUNCTIONS}) == len(FUNCTIONS)


def test_a_module_from_outside_computes() -> None:
    module = loaded(OUTSIDE[1])
    value, gradient = module.value_and_grad([1.0, 2.0], [0.0, 2.0])
    assert value == pytest.approx(np.log(np.cosh(1.0)))
    assert gradient == pytest.approx([np.tanh(1.0), 0.0])
