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

FOLDER = Path(numeric.kernels.__path__[0])
RETURN_LAYER = "    if b is None:\n        return value, grad_W, grad_h\n"
BLOCK, RETURN_BLOCK = "def _value_and_grad_block(", "    return losses\n"


def _at_the_end(new: str) -> Callable[[str], str]:
    """Return a mutation that adds a line where a block's gradient is finished."""

    def mutate(source: str) -> str:
        before, block, after = source.partition(BLOCK)
        return before + block + after.replace(RETURN_BLOCK, new + RETURN_BLOCK, 1)

    return mutate


MUTATIONS: dict[str, Callable[[str], str]] = {
    "sign": _at_the_end("    np.negative(grad_a, out=grad_a)\n"),
    "factor 2": _at_the_end("    grad_a *= 2\n"),
    "factor 1.0001": _at_the_end("    grad_a *= 1.0001\n"),
    "missing row": _at_the_end("    grad_a[..., -1] = 0\n"),
    "swapped label": _at_the_end("    grad_a[...] = grad_a[..., ::-1].copy()\n"),
    "mean over units": _at_the_end("    grad_a /= a.shape[-1]\n"),
    "transpose": lambda source: source.replace(
        "grad_W = grad_a.T.dot(h)", "grad_W = grad_a.T.dot(h).T.reshape(W.shape)"
    ),
    "example left out": lambda source: source.replace("grad_a.T.dot(h)", "grad_a[1:].T.dot(h[1:])"),
    "wrong way round": lambda source: source.replace("grad_a.dot(W)", "grad_a[:, ::-1].dot(W)"),
    "bias of one example": lambda source: source.replace("grad_a.sum(axis=0)", "grad_a[0]"),
}


def loaded(source: str) -> Any:
    module = types.ModuleType("mutant")
    exec(compile(source, "mutant", "exec"), module.__dict__)
    return module


def source_of(name: str) -> str:
    return (FOLDER / f"{name}.py").read_text(encoding="utf-8")


def caught(kernel: Any, original: Any, name: str) -> bool:
    random = np.random.default_rng(7)
    W, h, b = random.normal(size=(3, 2)), random.normal(size=(4, 2)), 2 + random.random(3)
    y = random.dirichlet(np.ones(3), 4) if domain_of(name) == "simplex" else random.random((4, 3))
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
    source = source_of(name)
    mutant = MUTATIONS[mutation](source)
    assert mutant != source, "the mutation found nothing to change"
    original = loaded(source)
    assert not caught(original, original, name)
    assert caught(loaded(mutant), original, name)


SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
SWAPPED_CALLS = {"add": "subtract", "subtract": "add", "multiply": "divide", "divide": "multiply"}


def arithmetic_of(source: str) -> list[str]:
    """Return a mutant for every sum, difference, product and quotient of a block's gradient."""
    mutants = []
    for number in range(len(_arithmetic(ast.parse(source)))):
        tree = ast.parse(source)
        node = _arithmetic(tree)[number]
        if isinstance(node, ast.Attribute):
            node.attr = SWAPPED_CALLS[node.attr]
        else:
            node.op = SWAPPED.get(type(node.op), ast.Mult)()
        mutants.append(ast.unparse(tree))
    return mutants


def _arithmetic(tree: ast.Module) -> list[Any]:
    """Return the operations in the body of a block's gradient, its annotations left out."""
    (found,) = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == "_value_and_grad_block"
    ]
    nodes = [node for statement in found.body for node in ast.walk(statement)]
    return [
        node
        for node in nodes
        if isinstance(node, ast.BinOp | ast.AugAssign)
        or (isinstance(node, ast.Attribute) and node.attr in SWAPPED_CALLS)
    ]


@pytest.mark.parametrize("name", MODULES)
def test_every_operation_of_the_gradient_counts(name: str) -> None:
    """Swap one operator: the loss or the gradient of the mutant is no longer the original's."""
    source = source_of(name)
    original = loaded(source)
    random = np.random.default_rng(3)
    a = random.normal(size=(4, 3))
    y = 0.7 * random.dirichlet(np.ones(3), 4)  # a sum of one would hide a product with it
    mutants = arithmetic_of(source)
    assert mutants
    for mutant in mutants:
        kernel = loaded(mutant)
        assert not all(same(original, kernel, a, y, how) for how in ("none", "mean")), mutant


def same(one: Any, other: Any, a: np.ndarray, y: np.ndarray, reduction: str) -> bool:
    """Say whether two kernels give the same: a division by the count only shows in a mean."""
    pairs = zip(
        *(kernel.value_and_grad(a, y, reduction=reduction) for kernel in (one, other)), strict=True
    )
    return all(np.allclose(left, right, rtol=1e-9) for left, right in pairs)
