"""Mutants of every kernel's source: the finite-difference check has to catch each of them."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numeric.kernels
from numeric import check_gradient
from numeric.kernels import MODULES

from .inputs import domain_of
from .soft import is_less_exact

FOLDER = Path(numeric.kernels.__path__[0])
RETURN_LAYER = "    if b is None:\n        return value, grad_W, grad_h\n"
BLOCK, RETURN_BLOCK = "def _value_and_grad_block(", "    return losses\n"
FEW, RETURN_FEW = "def _of_one_example(", "    return loss, gradients\n"
ANY = "def _of_any_labels("
LABELLED, ROUNDED = "def _labelled_block(", "def _block_to_be_rounded("
LITTLE = "def _of_little("
EXAMPLES = {BLOCK: 8, ANY: 8, FEW: 3, LABELLED: 8, ROUNDED: 8, LITTLE: 8}
"""Three units each: 24 numbers are done in blocks and 9 in Python's own."""


def _at_the_end(new: str, of: str = BLOCK, end: str = RETURN_BLOCK) -> Callable[[str], str]:
    """Return a mutation that adds a line where a gradient is finished."""

    def mutate(source: str) -> str:
        before, name, after = source.partition(of)
        return before + name + after.replace(end, new + end, 1)

    return mutate


def _of_few(entry: str) -> Callable[[str], str]:
    """Return a mutation of the gradient of few numbers."""
    new = f"    gradients = [{entry} for unit in range(units)]\n"
    return _at_the_end(new, FEW, RETURN_FEW)


MUTATIONS: dict[str, Callable[[str], str]] = {
    "sign": _at_the_end("    np.negative(grad_a, out=grad_a)\n"),
    "factor 2": _at_the_end("    grad_a *= 2\n"),
    "factor 1.0001": _at_the_end("    grad_a *= 1.0001\n"),
    "missing row": _at_the_end("    grad_a[..., -1] = 0\n"),
    "swapped label": _at_the_end("    grad_a[...] = grad_a[..., ::-1].copy()\n"),
    "mean over units": _at_the_end("    grad_a /= a.shape[-1]\n"),
    "transpose": lambda source: source.replace(
        "grad_W = grad_a.T @ h", "grad_W = (grad_a.T @ h).T.reshape(W.shape)"
    ),
    "example left out": lambda source: source.replace("grad_a.T @ h", "grad_a[1:].T @ h[1:]"),
    "wrong way round": lambda source: source.replace("grad_a @ W", "grad_a[:, ::-1] @ W"),
    "bias of one example": lambda source: source.replace("grad_a.sum(axis=0)", "grad_a[0]"),
    "sign of few": _of_few("-gradients[unit]"),
    "factor 1.0001 of few": _of_few("1.0001 * gradients[unit]"),
    "missing row of few": _of_few("gradients[unit] * (unit > 0)"),
    "swapped label of few": _of_few("gradients[-1 - unit]"),
    "mean over units of few": _of_few("gradients[unit] / units"),
}


RETURN_LABELLED = "    return losses, grad_a"
OF_LABELLED: dict[str, str] = {
    "sign": "    np.negative(grad_a, out=grad_a)\n",
    "factor 1.0001": "    grad_a *= 1.0001\n",
    "missing row": "    grad_a[..., -1] = 0\n",
    "swapped label": "    grad_a[...] = grad_a[..., ::-1].copy()\n",
    "label forgotten": "    grad_a.ravel()[labelled] = 0\n",
}
"""The same faults where each example has one label, of 1."""


def loaded(source: str) -> Any:
    module = types.ModuleType("mutant")
    exec(compile(source, "mutant", "exec"), module.__dict__)
    return module


def source_of(name: str) -> str:
    return (FOLDER / f"{name}.py").read_text(encoding="utf-8")


def has(name: str, function: str) -> bool:
    return function in source_of(name)


def one_hot(random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    return np.eye(shape[1])[random.integers(shape[1], size=shape[0])]


def caught(kernel: Any, original: Any, name: str, examples: int, *, labelled: bool = False) -> bool:
    random = np.random.default_rng(7)
    shape = (examples, 3)
    W, h, b = random.normal(size=(3, 2)), random.normal(size=(examples, 2)), 2 + random.random(3)
    is_simplex = domain_of(name) == "simplex"
    y = random.dirichlet(np.ones(3), examples) if is_simplex else random.random(shape)
    if labelled:
        y = one_hot(random, shape)
    report = check_gradient(
        lambda W, h, b: float(original.layer_value_and_grad(W, h, y, b)[0]),
        lambda W, h, b: kernel.layer_value_and_grad(W, h, y, b)[1:],
        at=(W, h, b),
    )
    assert report.checked > 0
    return not report.ok


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutant_is_caught(name: str, mutation: str) -> None:
    if mutation.endswith("of few") and not has(name, FEW):
        pytest.skip("quick enough without a way of its own for few numbers")
    source = source_of(name)
    mutant = MUTATIONS[mutation](source)
    assert mutant != source, "the mutation found nothing to change"
    original = loaded(source)
    examples = EXAMPLES[FEW if mutation.endswith("of few") else BLOCK]
    assert not caught(original, original, name, examples)
    assert caught(loaded(mutant), original, name, examples)


@pytest.mark.parametrize("name", [name for name in MODULES if has(name, LABELLED)])
@pytest.mark.parametrize("mutation", OF_LABELLED)
def test_a_mutant_for_labels_of_one_unit_is_caught(name: str, mutation: str) -> None:
    source = source_of(name)
    mutant = _at_the_end(OF_LABELLED[mutation], LABELLED, RETURN_LABELLED)(source)
    assert mutant != source, "the mutation found nothing to change"
    original = loaded(source)
    assert not caught(original, original, name, EXAMPLES[LABELLED], labelled=True)
    assert caught(loaded(mutant), original, name, EXAMPLES[LABELLED], labelled=True)


@pytest.mark.parametrize("name", [name for name in MODULES if has(name, ROUNDED)])
@pytest.mark.parametrize("mutation", OF_LABELLED)
def test_a_mutant_of_float32_is_told_from_float64(name: str, mutation: str) -> None:
    source = source_of(name)
    mutant = _at_the_end(OF_LABELLED[mutation], ROUNDED, RETURN_LABELLED)(source)
    assert mutant != source, "the mutation found nothing to change"
    original, random = loaded(source), np.random.default_rng(2)
    a = random.normal(size=(EXAMPLES[ROUNDED], 3)).astype(np.float32)
    y = one_hot(random, a.shape)
    exact = original.value_and_grad(a.astype(np.float64), y)[1]
    found = [kernel.value_and_grad(a, y.astype("f"))[1] for kernel in (original, loaded(mutant))]
    assert [np.allclose(exact, one, rtol=1e-6) for one in found] == [True, False]


def test_which_kernels_have_ways_of_their_own() -> None:
    for function in (ANY, LABELLED, ROUNDED):
        assert {name for name in MODULES if has(name, function)} == {"softmax_cross_entropy"}
    assert {name for name in MODULES if not has(name, FEW)} == {"linear_squared_error"}


SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
SWAPPED_CALLS = {"add": "subtract", "subtract": "add", "multiply": "divide", "divide": "multiply"}


def arithmetic_of(source: str, function: str) -> list[str]:
    """Return a mutant for every sum, difference, product and quotient of a function."""
    mutants = []
    for number in range(len(_arithmetic(ast.parse(source), function))):
        tree = ast.parse(source)
        node = _arithmetic(tree, function)[number]
        if isinstance(node, ast.Attribute):
            node.attr = SWAPPED_CALLS[node.attr]
        else:
            node.op = SWAPPED.get(type(node.op), ast.Mult)()
        mutants.append(ast.unparse(tree))
    return mutants


def _arithmetic(tree: ast.Module, function: str) -> list[Any]:
    """Return the operations in the body of a function, its annotations left out."""
    (found,) = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and f"def {node.name}(" == function
    ]
    nodes = [node for statement in found.body for node in ast.walk(statement)]
    return [
        node
        for node in nodes
        if (isinstance(node, ast.BinOp | ast.AugAssign) and not _is_list(node))
        or (isinstance(node, ast.Attribute) and node.attr in SWAPPED_CALLS)
    ]


def _is_list(node: ast.BinOp | ast.AugAssign) -> bool:
    """Say whether a product is a list of zeros, as the results of few numbers begin."""
    return isinstance(node, ast.BinOp) and isinstance(node.left, ast.List)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        (name, one)
        for name in MODULES
        for one in (ANY if has(name, ANY) else BLOCK, FEW, LABELLED, ROUNDED, LITTLE)
        if has(name, one) and not (one == LITTLE and has(name, LABELLED))
    ],
)
def test_every_operation_of_the_gradient_counts(name: str, function: str) -> None:
    """Swap one operator: the loss or the gradient of the mutant is no longer the original's."""
    source = source_of(name)
    original = loaded(source)
    random = np.random.default_rng(3)
    a = random.normal(size=(EXAMPLES[function], 3))
    y = 0.7 * random.dirichlet(np.ones(3), len(a))  # a sum of one would hide a product with it
    if function in (LABELLED, ROUNDED):
        y = one_hot(random, a.shape)
    if function == ROUNDED:
        a, y = a.astype(np.float32), y.astype(np.float32)
    mutants = arithmetic_of(source, function)
    assert mutants
    for mutant in mutants:
        kernel = loaded(mutant)
        if function == FEW:
            if all(same_of_few(original, kernel, *example) for example in zip(a, y, strict=True)):
                assert is_less_exact(gradients_of_few(kernel), gradients_of_few(original)), mutant
        else:
            reductions = ("sum",) if function == LITTLE else ("none", "mean")
            assert not all(same(original, kernel, a, y, how) for how in reductions), mutant


def gradients_of_few(kernel: Any) -> Callable[..., Any]:
    def gradients(a: np.ndarray, y: np.ndarray) -> np.ndarray:
        pairs = zip(a.tolist(), y.tolist(), strict=True)
        return np.array([kernel._of_one_example(*pair)[1] for pair in pairs])

    return gradients


def same_of_few(one: Any, other: Any, a: np.ndarray, y: np.ndarray) -> bool:
    """Say whether two kernels give the same for an example in Python's own numbers."""
    try:
        found = other._of_one_example(a.tolist(), y.tolist())
    except (ArithmeticError, ValueError):
        return False
    loss, gradients = one._of_one_example(a.tolist(), y.tolist())
    return bool(np.isclose(found[0], loss) and np.allclose(found[1], gradients, rtol=1e-9))


def same(one: Any, other: Any, a: np.ndarray, y: np.ndarray, reduction: str) -> bool:
    """Say whether two kernels give the same: a division by the count only shows in a mean."""
    pairs = zip(
        *(kernel.value_and_grad(a, y, reduction=reduction) for kernel in (one, other)), strict=True
    )
    return all(np.allclose(left, right, rtol=1e-9) for left, right in pairs)
