"""The arguments of a scalar function: read from the caller, displaced along a line, handed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from numeric.errors import (
    FunctionRaised,
    NotScalar,
    OutOfRange,
    ShapeMismatch,
    UnsupportedType,
)

__all__ = [
    "Arguments",
    "Array",
    "Line",
    "ScalarFunction",
    "call",
    "read_arguments",
    "read_callable",
    "read_direction",
    "read_whole_number",
]

Array: TypeAlias = npt.NDArray[Any]
Arguments: TypeAlias = tuple[Array, ...]
ScalarFunction: TypeAlias = Callable[..., Any]

_FLOATS = (np.float16, np.float32, np.float64)


def read_arguments(at: object) -> Arguments:
    """Return the argument, or tuple of arguments, as arrays of the caller's dtypes, copied.

    Python numbers and lists of them become float64. Arrays of integers stay what they are: they
    are handed to the function but cannot be differentiated by.

    Parameters
    ----------
    at : array_like or tuple of array_like
        Any shapes, zero-dimensional and empty ones included.

    Returns
    -------
    tuple of numpy.ndarray

    Raises
    ------
    UnsupportedType
        For complex, extended-precision, text or object arrays.
    ShapeMismatch
        For an empty tuple.

    Examples
    --------
    >>> [argument.dtype.name for argument in read_arguments(([1, 2], np.float32(3)))]
    ['float64', 'float32']
    """
    parts = at if isinstance(at, tuple) else (at,)
    if not parts:
        raise ShapeMismatch("at", "an empty tuple", "at least one array", "Give a point.")
    return tuple(_read_argument(part, position) for position, part in enumerate(parts))


def _read_argument(part: object, position: int) -> Array:
    given = isinstance(part, np.ndarray | np.generic)
    try:
        array: Array = np.array(part)
    except ValueError as error:
        raise ShapeMismatch(
            f"argument {position}", repr(part), "a rectangular array", "Make its rows equally long."
        ) from error
    if array.dtype.kind in "bui":
        return array if given else array.astype(np.float64)
    if array.dtype.type not in _FLOATS:
        raise UnsupportedType(
            f"argument {position}",
            f"dtype {array.dtype}",
            "float64, float32, float16 or integers",
            "Convert it with numpy.asarray(argument, dtype=numpy.float64).",
        )
    return array


def read_callable(what: str, given: object) -> None:
    """Refuse what cannot be called.

    Raises
    ------
    UnsupportedType
    """
    if not callable(given):
        raise UnsupportedType(
            what, f"{given!r} of type {type(given).__name__}", "a callable", "Give a function."
        )


def read_whole_number(what: str, given: object, *, least: int) -> int:
    """Return a whole number that is at least ``least``; true and false are none.

    Raises
    ------
    UnsupportedType
        For anything that is not an integer of Python or NumPy.
    OutOfRange
        For one that is too small.
    """
    expected = f"a whole number, at least {least}"
    if isinstance(given, bool) or not isinstance(given, int | np.integer):
        raise UnsupportedType(what, repr(given), expected, "Give an integer of Python or NumPy.")
    if given < least:
        raise OutOfRange(what, repr(given), expected, "Choose another value.")
    return int(given)


def call(what: str, function: Callable[..., Any], arguments: Arguments) -> Any:
    """Call a function that was handed in, with copies of the arguments and no warnings.

    Raises
    ------
    FunctionRaised
        From whatever it raised.
    """
    copies = tuple(argument.copy() for argument in arguments)
    try:
        with np.errstate(all="ignore"):
            return function(*copies)
    # Nothing is known of someone else's code: whatever it raises, and its sys.exit too, is what
    # there is to say of it, and must not end the check. KeyboardInterrupt does.
    except (Exception, SystemExit) as error:
        raise FunctionRaised(what, error) from error


def read_direction(direction: object, arguments: Arguments) -> Arguments:
    """Return the direction as float64 arrays, one per argument and of its shape.

    ``None`` stands for the only direction there is, 1, where the arguments hold a single number.

    Raises
    ------
    ShapeMismatch
        Where the direction does not fit the arguments, or is needed and missing.
    UnsupportedType
        Where an argument of integers would be displaced.
    """
    if direction is None:
        if sum(argument.size for argument in arguments) != 1:
            shapes = ", ".join(str(argument.shape) for argument in arguments)
            raise ShapeMismatch(
                "direction", "None", f"arrays of shapes {shapes}", "Say which way to differentiate."
            )
        return tuple(np.ones(argument.shape) for argument in arguments)
    parts = direction if isinstance(direction, tuple) else (direction,)
    given = tuple(np.array(part, dtype=np.float64) for part in parts)
    wanted = [argument.shape for argument in arguments]
    if [part.shape for part in given] != wanted:
        raise ShapeMismatch(
            "direction",
            f"shapes {[part.shape for part in given]}",
            f"shapes {wanted}",
            "Give one array per argument, of its shape.",
        )
    for position, (argument, part) in enumerate(zip(arguments, given, strict=True)):
        if argument.dtype.kind != "f" and np.any(part):
            raise UnsupportedType(
                f"argument {position}",
                f"dtype {argument.dtype}",
                "a floating dtype, since it is differentiated by",
                "Convert it with argument.astype(numpy.float64).",
            )
    return given


@dataclass(frozen=True)
class Line:
    """φ(t) = f(x + t v): a scalar function seen along one direction.

    Parameters
    ----------
    function : callable
        ``function(*arguments)`` returns one real number (a complex one for a complex t).
    arguments : tuple of numpy.ndarray
        The point x; never handed out, each call gets arrays of its own.
    direction : tuple of numpy.ndarray
        v, float64, one array per argument, of its shape.

    Examples
    --------
    >>> line = Line(lambda x: np.sum(x**2), (np.array([3.0, 4.0]),), (np.array([1.0, 0.0]),))
    >>> line(0.0), line(1.0)
    (25.0, 32.0)
    """

    function: ScalarFunction
    arguments: Arguments
    direction: Arguments

    @property
    def epsilon(self) -> float:
        """The coarsest machine epsilon among the dtypes that are displaced."""
        moved = [
            argument.dtype
            for argument, part in zip(self.arguments, self.direction, strict=True)
            if argument.dtype.kind == "f" and np.any(part)
        ]
        return max((float(np.finfo(dtype).eps) for dtype in moved), default=2.0**-52)

    def scales(self) -> tuple[float, float]:
        """How far t may go, and how large the displaced entries are, both in units of t.

        The reach moves no entry by more than max(1, its magnitude); the magnitude is
        ‖x‖ / ‖v‖ over the displaced entries.
        """
        reach, squared_point, squared_direction = np.inf, 0.0, 0.0
        for argument, part in zip(self.arguments, self.direction, strict=True):
            moved = part != 0
            if not np.any(moved):
                continue
            point = np.abs(argument[moved].astype(np.float64))
            rate = np.abs(part[moved])
            reach = min(reach, float(np.min(np.maximum(point, 1.0) / rate)))
            squared_point += float(np.sum(point**2))
            squared_direction += float(np.sum(rate**2))
        if squared_direction == 0.0:
            return 1.0, 0.0
        return reach, float(np.sqrt(squared_point / squared_direction))

    def _displaced(self, t: float | complex) -> Arguments:
        def displace(argument: Array, part: Array) -> Array:
            if argument.dtype.kind != "f" or not np.any(part):
                return argument.copy()
            with np.errstate(all="ignore"):
                moved: Array = argument + t * part
                return moved if isinstance(t, complex) else moved.astype(argument.dtype)

        return tuple(map(displace, self.arguments, self.direction))

    def moved(self, t: float) -> Line:
        """The same line, seen from the point at t."""
        return Line(self.function, self._displaced(t), self.direction)

    def raw(self, t: float | complex) -> Any:
        """Call the function at x + t v; its result, checked to be one number.

        Raises
        ------
        FunctionRaised
            Where the function raised something.
        NotScalar
            Where it returned something else.
        """
        result = call("function", self.function, self._displaced(t))
        try:
            value = np.asarray(result)
        except ValueError as error:
            raise _not_scalar(result) from error
        if value.dtype.kind not in "buifc":
            raise _not_scalar(result)
        if value.shape != ():
            raise NotScalar(
                "function",
                f"an array of shape {value.shape}",
                "one number",
                "Return the sum over its entries, for example with numpy.sum.",
            )
        return value[()]

    def __call__(self, t: float) -> float:
        """Return φ(t) for a real t."""
        value = self.raw(t)
        if isinstance(value, np.complexfloating):
            raise UnsupportedType(
                "function",
                f"{value!r}",
                "a real number",
                "Return the real loss, not a complex one.",
            )
        return float(value)

    def precision(self) -> float:
        """Return the machine epsilon of the values, or of the displaced entries if coarser."""
        dtype = np.asarray(self.raw(0.0)).dtype
        return max(self.epsilon, float(np.finfo(dtype).eps) if dtype.kind == "f" else 0.0)

    def outside(self, t: float) -> float:
        """φ(t), or nan where the function refuses the displaced point as outside its domain."""
        try:
            return self(t)
        except FunctionRaised:
            return float("nan")


def _not_scalar(result: object) -> NotScalar:
    return NotScalar(
        "function",
        f"{result!r} of type {type(result).__name__}",
        "one real number",
        "Return a float.",
    )
