"""A Hopfield memory: patterns of ±1 superposed in one matrix, completed from a part.

W = (1/N) Σₚ pᵀp without its diagonal, and every unit takes the sign of what it receives (J. J.
Hopfield, Neural networks and physical systems with emergent collective computational abilities,
1982).
"""

from __future__ import annotations

import numpy as np

from numeric.claims.record import Array

__all__ = ["complete", "patterns", "store"]

_STEPS = 10


def store(memories: Array) -> Array:
    """Return the weights in which the rows of ``memories`` are superposed.

    Parameters
    ----------
    memories : ndarray, shape (P, N)
        Patterns of +1 and −1.

    Examples
    --------
    >>> store(np.array([[1.0, -1.0, 1.0, 1.0]])).tolist()[0]
    [0.0, -0.25, 0.25, 0.25]
    """
    weights: Array = memories.T @ memories / memories.shape[1]
    np.fill_diagonal(weights, 0.0)
    return weights


def complete(weights: Array, damaged: Array) -> Array:
    """Return what each row of ``damaged`` becomes when every unit follows its input.

    All units change at once, until nothing changes or for ten steps. A unit that receives 0
    keeps its value; 0 stands for a unit of which nothing is known.

    Parameters
    ----------
    weights : ndarray, shape (N, N)
        From `store`.
    damaged : ndarray, shape (P, N)
        Patterns of +1, −1 and 0.

    Examples
    --------
    >>> weights = store(np.array([[1.0, -1.0, 1.0, 1.0]]))
    >>> complete(weights, np.array([[1.0, -1.0, 0.0, 0.0]])).tolist()
    [[1.0, -1.0, 1.0, 1.0]]
    """
    state = damaged
    for _ in range(_STEPS):
        received = state @ weights
        following = np.where(received == 0, state, np.sign(received))
        if np.array_equal(following, state):
            break
        state = following
    return state


def patterns(count: int, side: int, random: np.random.Generator) -> Array:
    """Return a ring and patterns drawn at random, flat, of side² units each."""
    across, down = np.meshgrid(np.arange(side), np.arange(side))
    distance = np.hypot(across - (side - 1) / 2, down - (side - 1) / 2)
    ring = np.where(np.abs(distance - side / 3.2) < side / 8, 1.0, -1.0).ravel()
    others = random.choice([-1.0, 1.0], size=(count - 1, side * side))
    return np.vstack([ring, others])
