"""The house: which way imports go, what no code may do, what is documented, what is complete."""

from __future__ import annotations

import ast
import fnmatch
import html
import importlib
import importlib.util
import inspect
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
import sympy

import derive
from derive.catalogue import refusal
from derive.errors import RefusedPair
from tests.docs.extension import ROOT, extension, page
from tests.pairs import ALL, LEGAL, REFUSED

FRONT_DOOR = "derive.cli"
FOREIGN = {"derive": {"numpy", "scipy", "numeric"}, "numeric": {"sympy", "mpmath", "derive"}}
INVITED = {"numeric.accuracy": {"mpmath"}}
"""What a part of a wing may import all the same, lazily: what is exact is measured in mpmath."""
LAYERS = {
    "derive": (
        {"errors"},
        {"language", "slopes"},
        {"steps"},
        {"rules", "catalogue", "derivation"},
        {"attainability", "deriving", "notation", "proof", "generate"},
        {"printers"},
        {"pairs"},
        {"textbook"},
        {"kernel_source", "lecture_table"},
        {"networks"},
        {"claims"},
        {"user_function"},
        {"__init__"},
        {"cli"},
    ),
    "numeric": (
        {"errors"},
        {"arguments", "data", "strategies"},
        {"descent", "differences", "regression"},
        {"gradcheck", "hunt", "accuracy"},
        {"kernels", "compiled"},
        {"claims"},
        {"__init__"},
    ),
}
"""From left to right, as in the picture of the architecture page."""

FORBIDDEN_CALLS = {"eval", "exec", "compile", "sympify", "parse_expr", "parse_latex", "lambdify"}
RUNS_FOREIGN_CODE = {"derive.user_function", "numeric.arguments"}
"""They call what a user wrote, which may raise anything; each has one place that catches it."""
STRICT_ONLY = {"sympify"}
"""`sympify(value, strict=True)` refuses text; see `test_strict_sympify_refuses_text`."""


def files_of(wing: str) -> list[Path]:
    return sorted((ROOT / wing).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


FILES = [path for wing in FOREIGN for path in files_of(wing)]
MODULES = [module_name(path) for path in FILES]
COMPILED = [name for name in MODULES if name.startswith("numeric.compiled")]
LOADABLE = [name for name in MODULES if name not in COMPILED or importlib.util.find_spec("numba")]
"""All but the modules that need a library which is not installed."""


def imported(nodes: Iterator[ast.AST] | list[ast.stmt]) -> Iterator[str]:
    """Yield what the import statements among ``nodes`` name; imports are absolute throughout."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in inner)


def at_import_time(tree: ast.Module) -> Iterator[str]:
    """Yield what is imported when the module is: neither lazily nor for type checkers only."""
    return imported(tree.body)


# Imports ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_neither_wing_imports_the_other(path: Path) -> None:
    wing, name = path.relative_to(ROOT).parts[0], module_name(path)
    tree = tree_of(path)
    part = ".".join(name.split(".")[:2])
    found = at_import_time(tree) if part == FRONT_DOOR else imported(ast.walk(tree))
    foreign = FOREIGN[wing] - INVITED.get(part, set())
    assert not {module.split(".")[0] for module in found} & foreign
    assert not {module.split(".")[0] for module in at_import_time(tree)} & FOREIGN[wing]


@pytest.mark.parametrize("wing", LAYERS)
def test_every_unit_has_its_place_in_one_layer(wing: str) -> None:
    units = {path.relative_to(ROOT / wing).parts[0].removesuffix(".py") for path in files_of(wing)}
    placed = [unit for layer in LAYERS[wing] for unit in layer]
    assert len(placed) == len(set(placed))
    assert units <= set(placed)


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_go_one_way(path: Path) -> None:
    wing = path.relative_to(ROOT).parts[0]
    place = {unit: number for number, layer in enumerate(LAYERS[wing]) for unit in layer}
    own = path.relative_to(ROOT / wing).parts[0].removesuffix(".py")
    for name in at_import_time(tree_of(path)):
        if name.split(".")[0] != wing:
            continue
        unit = [*name.split("."), "__init__"][1]
        assert unit == own or place[unit] < place[own]


@pytest.mark.parametrize("wing", LAYERS)
def test_no_file_imports_itself_by_a_detour(wing: str) -> None:
    inside = {module_name(path): path for path in files_of(wing)}
    graph = {
        name: {other for other in at_import_time(tree_of(path)) if other in inside} - {name}
        for name, path in inside.items()
    }
    assert set(TopologicalSorter(graph).static_order()) >= set(inside)


NUMERIC_MODULES = ", ".join(name for name in LOADABLE if name.split(".")[0] == "numeric")
DERIVE_MODULES = ", ".join(
    name for name in MODULES if name.split(".")[0] == "derive" and name != FRONT_DOOR
)


@pytest.mark.parametrize(
    ("imports", "absent"),
    [
        ("numeric", ["sympy", "mpmath", "derive", "hypothesis", "numba"]),
        (NUMERIC_MODULES, ["sympy", "mpmath", "derive"]),
        ("derive", ["numpy", "scipy", "numeric"]),
        (DERIVE_MODULES, ["numpy", "scipy", "numeric"]),
    ],
    ids=["numeric", "all of numeric", "derive", "all of derive"],
)
def test_a_fresh_process_loads_one_wing_only(imports: str, absent: list[str]) -> None:
    code = f"import sys, {imports}\nprint(*sorted({set(absent)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


# What no code may do ------------------------------------------------------------------------------


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def is_strict(node: ast.Call) -> bool:
    return any(
        word.arg == "strict" and isinstance(word.value, ast.Constant) and word.value.value is True
        for word in node.keywords
    )


def reads_text_as_code(node: ast.Call) -> bool:
    name = called(node)
    if isinstance(node.func, ast.Attribute) and name == "compile":
        return isinstance(node.func.value, ast.Name) and node.func.value.id == "builtins"
    if name == "S":
        return True
    return name in FORBIDDEN_CALLS and not (name in STRICT_ONLY and is_strict(node))


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_no_text_is_ever_read_as_code(path: Path) -> None:
    calls = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert [node.lineno for node in calls if reads_text_as_code(node)] == []


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "exec(text)",
        "sympify(text)",
        "sympy.sympify(text, strict=False)",
        "parse_expr(text)",
        "S(text)",
        "sympy.S('x')",
        "compile(text, '', 'exec')",
        "builtins.compile(text, '', 'exec')",
    ],
)
def test_the_search_for_such_calls_finds_them(source: str) -> None:
    (call,) = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    assert reads_text_as_code(call)


def test_strict_sympify_refuses_text() -> None:
    with pytest.raises(sympy.SympifyError):
        sympy.sympify("__import__('os').getcwd()", strict=True)


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_no_error_is_swallowed_whole(path: Path) -> None:
    handlers = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ExceptHandler)]
    broad = {"Exception", "BaseException"}
    found = [
        handler.lineno
        for handler in handlers
        if handler.type is None or broad & {getattr(n, "id", "") for n in ast.walk(handler.type)}
    ]
    assert len(found) == (module_name(path) in RUNS_FOREIGN_CODE)


# What is where, and documented --------------------------------------------------------------------


def test_the_top_level_is_that_of_the_design() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    found = {
        path.name
        for path in ROOT.iterdir()
        if not any(fnmatch.fnmatch(path.name, pattern.rstrip("/")) for pattern in ignored)
    }
    folders = {"derive", "numeric", "tests", "docs", ".ci"}
    assert found - {".git"} == folders | {"pyproject.toml", "README.md", "LICENSE", ".gitignore"}


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_every_module_says_what_is_in_it(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


@pytest.mark.parametrize("module", [name for name in LOADABLE if not name.startswith(FRONT_DOOR)])
def test_every_public_name_is_documented(module: str) -> None:
    loaded = importlib.import_module(module)
    for name in getattr(loaded, "__all__", ()):
        value = getattr(loaded, name)
        if inspect.isclass(value) or inspect.isroutine(value) or inspect.ismodule(value):
            assert (inspect.getdoc(value) or "").strip(), f"{module}.{name} has no docstring"


# Completeness -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("output", "loss"), LEGAL)
def test_every_legal_pair_is_derived_proved_printed_generated_and_shown(
    output: str, loss: str
) -> None:
    pair = derive.pair(output, loss)
    for wrt in ("a", "W", "b", "h"):
        derivation = pair.gradient(wrt)
        assert derivation.verify().ok
        assert r"\begin{align*}" in derivation.latex()
    name = f"{output}_{loss}".replace("-", "_")
    assert name in importlib.import_module("numeric.kernels").MODULES
    assert importlib.import_module(f"numeric.kernels.{name}").value_and_grad
    assert f"{output}-{loss}.md" in extension().pages()
    assert f'href="{output}-{loss}.html"' in page("index.md")


def test_the_page_of_a_pair_shows_its_derivation_its_report_and_its_kernel() -> None:
    pair = derive.pair("linear", "squared-error")
    shown = page("linear-squared-error.md")
    assert shown.startswith("# linear + squared-error\n")
    assert pair.layer().html() in shown
    assert derive.numpy_source(pair).rstrip() in shown
    assert shown.count("verdict: proved") == 5


@pytest.mark.parametrize(("output", "loss"), REFUSED)
def test_every_refused_pair_has_its_reason(output: str, loss: str) -> None:
    units, losses = tables()
    reason = refusal(units[output], losses[loss])
    with pytest.raises(RefusedPair, match="not defined") as refused:
        derive.pair(output, loss)
    assert reason in str(refused.value)
    assert html.escape(reason) in page("index.md")
    assert f"{output}-{loss}.md" not in extension().pages()


def tables() -> tuple[dict[str, derive.Output], dict[str, derive.Loss]]:
    return {row.name: row for row in derive.outputs()}, {row.name: row for row in derive.losses()}


def test_every_pair_is_either_legal_or_refused_and_no_kernel_is_left_over() -> None:
    assert sorted([*LEGAL, *REFUSED]) == sorted(ALL)
    names = {f"{output}_{loss}".replace("-", "_") for output, loss in LEGAL}
    assert set(importlib.import_module("numeric.kernels").MODULES) == names
    for package in ("numeric/kernels", "numeric/compiled"):
        assert {path.stem for path in files_of(package)} == names | {"__init__"}
