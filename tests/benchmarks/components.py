"""Softmax with cross-entropy in SymPy components, beside the derivation for every k at once."""

from __future__ import annotations

from functools import partial

import sympy

import derive
from tests.benchmarks.deriving import forget
from tests.benchmarks.timing import in_turn, show

__all__ = ["run"]

SIZES = (3, 10)
RUNS = 3


def by_components(k: int) -> list[sympy.Expr]:
    """Differentiate the loss of k classes by each pre-activation, and simplify."""
    a, y = sympy.symbols(f"a:{k}", real=True), sympy.symbols(f"y:{k}", real=True)
    partition = sum(sympy.exp(entry) for entry in a)
    loss = -sum(
        label * sympy.log(sympy.exp(entry) / partition) for entry, label in zip(a, y, strict=True)
    )
    return [sympy.simplify(sympy.diff(loss, entry)) for entry in a]


def by_index() -> derive.Derivation:
    """Derive the gradient once for every k."""
    return derive.pair("softmax", "cross-entropy").gradient("a", assume=False)


def run() -> None:
    """Print the times, and that the derivation has the number of classes as a symbol."""
    alternatives = {f"components, k = {k}": partial(by_components, k) for k in SIZES}
    times = in_turn({"index notation, every k": by_index, **alternatives}, runs=RUNS, before=forget)
    reference = times["index notation, every k"]
    rows = [(name, taken, f"{taken.over(reference):.1f}") for name, taken in times.items()]
    show("∂L/∂a for softmax + cross-entropy", ("by", "time", "ratio"), rows)
    free = sorted(str(symbol) for symbol in by_index().result.free_symbols if symbol.is_integer)
    print(f"  dimensions of the derivation that are symbols: {', '.join(free)}")
