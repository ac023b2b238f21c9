"""A Hopfield memory whose patterns are orthogonal completes each from every small damage.

    W = (1/N) Σₚ ppᵀ without its diagonal,  xᵢ ← sign Σⱼ Wᵢⱼ xⱼ

Let f of the N entries of the pattern p be turned over. What unit i receives, times N pᵢ, is
N − 2f from p itself, at least −2f from each of the other P − 1 patterns, and at least −P from the
diagonal that is left out: it is positive, and one step restores p, where N > P(2f + 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from sympy import Integer, binomial

from derive.claims.record import Proof

__all__ = ["orthogonal_patterns", "prove_memory"]

Pattern = tuple[int, ...]


def orthogonal_patterns(units: int, count: int) -> tuple[Pattern, ...]:
    """Return rows of Sylvester's matrix, each orthogonal to the others, without the first.

    Parameters
    ----------
    units : int
        N, a power of two.
    count : int
        P, less than N.

    Examples
    --------
    >>> orthogonal_patterns(4, 2)
    ((1, -1, 1, -1), (1, 1, -1, -1))
    """
    return tuple(
        tuple(-1 if (row & column).bit_count() % 2 else 1 for column in range(units))
        for row in range(1, count + 1)
    )


def _damaged(pattern: Pattern, flips: int) -> Iterator[Pattern]:
    """Yield the pattern with every choice of ``flips`` entries turned over."""
    for turned in combinations(range(len(pattern)), flips):
        yield tuple(-one if place in turned else one for place, one in enumerate(pattern))


def _follows(patterns: Sequence[Pattern], state: Pattern) -> Pattern:
    """Return the state after one step, in whole numbers; a unit that receives 0 stays."""
    overlaps = [sum(p * x for p, x in zip(pattern, state, strict=True)) for pattern in patterns]
    received = [
        sum(overlap * pattern[i] for overlap, pattern in zip(overlaps, patterns, strict=True))
        - len(patterns) * own
        for i, own in enumerate(state)
    ]
    return tuple(
        own if given == 0 else (1 if given > 0 else -1)
        for own, given in zip(state, received, strict=True)
    )


def _completes(patterns: Sequence[Pattern], flips: Iterable[int]) -> bool:
    return all(
        _follows(patterns, state) == pattern
        for count in flips
        for pattern in patterns
        for state in _damaged(pattern, count)
    )


def prove_memory(units: int = 16, count: int = 2, flips: int = 3) -> Proof:
    """Prove, by trying each, that one step undoes every damage of up to ``flips`` entries.

    Examples
    --------
    >>> prove_memory().ok, prove_memory(flips=4).ok
    (True, False)
    """
    patterns = orthogonal_patterns(units, count)
    tried = count * sum(binomial(units, size) for size in range(flips + 1))
    return Proof(
        {
            f"{count} orthogonal patterns of {units} units in one matrix: each comes back from "
            f"every damage of up to {flips} units": _completes(patterns, range(flips + 1)),
            f"as it must, {units} > {count}(2·{flips} + 1)": units > count * (2 * flips + 1),
        },
        {"damages tried": Integer(tried)},
    )
