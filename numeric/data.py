"""What methods that learn from data are given: examples with labels, and the numbers that steer."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.errors import NotFinite, OutOfRange, ShapeMismatch, UnsupportedType

__all__ = ["read_examples", "read_number"]

Array = npt.NDArray[Any]


def read_examples(
    x: object, y: object, *, names: tuple[str, str] = ("x", "y")
) -> tuple[Array, Array]:
    """Return examples and labels as arrays with a row for each example.

    Parameters
    ----------
    x, y : array_like, shapes (n, ...) and (n, ...)
        Real numbers, all of them finite.
    names : tuple of str
        What the two are called in the call.

    Returns
    -------
    tuple of numpy.ndarray
        As they were given where they are arrays; not copied.

    Raises
    ------
    UnsupportedType
        For what is no array of real numbers.
    ShapeMismatch
        Without rows, or with more rows in one than in the other.
    NotFinite
        For NaN and infinity; the message names the row.

    Examples
    --------
    >>> read_examples([[0.0, 1.0], [1.0, float("nan")]], [0, 1])
    Traceback (most recent call last):
        ...
    numeric.errors.NotFinite: x: got nan in row 1 (counted from 0); expected finite numbers. Leave
    the row out, or fill it in.
    """
    examples, labels = (_read_rows(name, given) for name, given in zip(names, (x, y), strict=True))
    if len(examples) != len(labels):
        raise ShapeMismatch(
            names[1],
            f"{len(labels)} rows",
            f"{len(examples)}, as many as {names[0]} has",
            "Give one label for each example.",
        )
    return examples, labels


def _read_rows(name: str, given: object) -> Array:
    try:
        rows = np.asarray(given)
    except ValueError as error:
        raise ShapeMismatch(
            name, "rows of different lengths", "a rectangular array", "Make its rows equally long."
        ) from error
    if rows.dtype.kind not in "buif":
        raise UnsupportedType(
            name, f"dtype {rows.dtype}", "real numbers", "Convert it with numpy.asarray."
        )
    if rows.ndim == 0 or len(rows) == 0:
        raise ShapeMismatch(
            name, f"shape {rows.shape}", "a row for each example", "Give at least one example."
        )
    _refuse_gaps(name, rows)
    return rows


def _refuse_gaps(name: str, rows: Array) -> None:
    is_gap = ~np.isfinite(rows)
    if is_gap.any():
        first = tuple(np.argwhere(is_gap)[0].tolist())
        raise NotFinite(
            name,
            f"{rows[first]} in row {first[0]} (counted from 0)",
            "finite numbers",
            "Leave the row out, or fill it in.",
        )


def read_number(
    what: str, given: object, expected: str, *, above: float = -math.inf, least: float = -math.inf,
    below: float = math.inf,
) -> float:  # fmt: skip
    """Return a finite number with ``above < number``, ``least ≤ number`` and ``number < below``.

    Raises
    ------
    UnsupportedType
        For what is no real number; true and false are none.
    OutOfRange
        For one outside; ``expected`` says what would have been accepted.

    Examples
    --------
    >>> read_number("momentum", 1, "a number in [0, 1)", least=0, below=1)
    Traceback (most recent call last):
        ...
    numeric.errors.OutOfRange: momentum: got 1; expected a number in [0, 1). Choose another value.
    """
    if isinstance(given, bool | np.bool_) or not isinstance(given, Real):
        raise UnsupportedType(what, repr(given), expected, "Give a number of Python or NumPy.")
    number = float(given)
    if not (math.isfinite(number) and above < number and least <= number < below):
        raise OutOfRange(what, repr(given), expected, "Choose another value.")
    return number
