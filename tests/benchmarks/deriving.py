"""How long a pair takes: all gradients derived, and derived and verified, from empty caches."""

from __future__ import annotations

import functools
import gc

from sympy.core.cache import clear_cache

import derive
from tests.benchmarks.timing import in_turn, show
from tests.pairs import LEGAL

__all__ = ["run"]

RUNS = 5
VARIABLES = ("a", "W", "b", "h")


def forget() -> None:
    """Empty every cache of derive and of SymPy."""
    for found in gc.get_objects():
        if isinstance(found, functools._lru_cache_wrapper) and _is_ours(found):
            found.cache_clear()
    clear_cache()


def _is_ours(cache: object) -> bool:
    return str(getattr(cache, "__module__", "")).split(".")[0] == "derive"


def derive_all(output: str, loss: str) -> tuple[derive.Derivation, ...]:
    """Derive the four gradients of a pair."""
    pair = derive.pair(output, loss)
    return tuple(pair.gradient(wrt) for wrt in VARIABLES)


def verify_all(output: str, loss: str) -> None:
    """Derive the four gradients of a pair and verify them."""
    for derivation in derive_all(output, loss):
        derivation.verify().raise_if_refuted()


def run() -> None:
    """Print the times of every legal pair."""
    rows = []
    for output, loss in LEGAL:
        times = in_turn(
            {
                "derived": functools.partial(derive_all, output, loss),
                "and verified": functools.partial(verify_all, output, loss),
            },
            runs=RUNS,
            before=forget,
        )
        steps = {step for found in derive_all(output, loss) for step in found.steps}
        rows.append((f"{output} + {loss}", len(steps), *times.values()))
    head = ("pair", "different steps", "derived", "derived and verified")
    show("All four gradients of a pair, from empty caches", head, rows)
