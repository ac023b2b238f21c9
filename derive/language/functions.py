"""Functions that keep their name, as a table: definition, derivative and how they are written.

A named function is an atom. Its derivative stays among atoms, its definition can be unfolded, and
every printer and the kernel generator know it by name. A row is all that a new one needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import (
    Add,
    Expr,
    Function,
    KroneckerDelta,
    S,
    cosh,
    exp,
    log,
    sinh,
    tanh,
)

from derive.errors import DeriveError
from derive.language.indices import substitute
from derive.language.nodes import Entries, total

__all__ = [
    "NamedFunction",
    "function_table",
    "named_function",
    "register_function",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
    "step",
]


class _Atom(Function):  # type: ignore[misc]
    """A real function that SymPy neither evaluates nor rewrites."""

    is_real = True

    @classmethod
    def eval(cls, *arguments: Any) -> None:
        """Leave the application as it stands."""


class sigmoid(_Atom):  # noqa: N801
    """The logistic function s(x) = 1/(1 + e^{−x})."""


class softplus(_Atom):  # noqa: N801
    """ln(1 + eˣ)."""


class _WithConvention(_Atom):
    """A function whose second argument is the slope at its kink, 1 where none is given."""

    @classmethod
    def eval(cls, *arguments: Any) -> Any:
        """Add the lecture's convention where none is stated."""
        return cls(*arguments, S.One) if len(arguments) == 1 else None


class relu(_WithConvention):  # noqa: N801
    """The ramp r(x) = max(0, x); ``relu(x, c)`` states the convention r′(0) = c."""


class step(_WithConvention):  # noqa: N801
    """The slope of the ramp: 1 for x > 0, 0 for x < 0 and ``c`` at 0, written ``step(x, c)``."""


class softmax(_Atom):  # noqa: N801
    """Entry i of softmax: ``softmax(Entries(a_j, (j, k)), i)`` = e^{a_i} / Σⱼ e^{a_j}."""


@dataclass(frozen=True)
class NamedFunction:
    r"""A row of the table of named functions.

    Parameters
    ----------
    head : type
        The SymPy function class.
    text, latex : str
        The name in a formula: ``s``, ``\\mathrm{s}`` …
    definition : callable or None
        From the arguments to the expression the name stands for; None for a primitive that the
        provers know themselves (exp, ln, the ramp and its slope).
    slope : callable
        From the arguments to the derivative by the first argument; for a function of a vector,
        from the arguments and a position j to the derivative by entry j.
    of_vector : bool
        Whether the first argument is a vector, given as `Entries`.
    prime : bool
        Written as the derivative of the function named ``text``: r′(x).
    kinks : str
        What holds where the function has no derivative, empty where it has one everywhere.
    source : str
        Where the definition is taken from.
    """

    head: type[Function]
    text: str
    latex: str
    slope: Callable[..., Expr]
    definition: Callable[..., Expr] | None = None
    of_vector: bool = False
    prime: bool = False
    kinks: str = ""
    source: str = "lecture 17"

    @property
    def name(self) -> str:
        """The name of the function class, which is the key of the table."""
        return str(self.head.__name__)


def _softmax_definition(vector: Entries, position: Expr) -> Expr:
    ((bound, size),) = vector.axes
    return substitute(exp(vector.expr), {bound: position}) / total(exp(vector.expr), bound, size)


def _softmax_slope(vector: Entries, position: Expr, by: Expr) -> Expr:
    return softmax(vector, position) * (KroneckerDelta(position, by) - softmax(vector, by))


def _one_minus(value: Expr) -> Expr:
    return Add(1, -value)


_TABLE: dict[type[Function], NamedFunction] = {}


def register_function(row: NamedFunction) -> NamedFunction:
    """Add a row to the table of named functions.

    Raises
    ------
    DeriveError
        If another row already has this function.
    """
    if _TABLE.get(row.head, row) != row:
        raise DeriveError(f"the function {row.name!r} is already in the table; use another name")
    _TABLE[row.head] = row
    return row


def function_table() -> tuple[NamedFunction, ...]:
    """Return every row, in the order in which it was added."""
    return tuple(_TABLE.values())


def named_function(head: type) -> NamedFunction | None:
    """Return the row of a function class, or None where the table has none."""
    return _TABLE.get(head)


for _row in (
    NamedFunction(exp, "exp", r"\exp", slope=exp, source="calculus"),
    NamedFunction(log, "ln", r"\ln", slope=lambda x: 1 / x, source="calculus"),
    NamedFunction(
        sigmoid,
        "s",
        "s",
        slope=lambda x: sigmoid(x) * _one_minus(sigmoid(x)),
        definition=lambda x: 1 / (1 + exp(-x)),
    ),
    NamedFunction(
        softplus,
        "softplus",
        r"\operatorname{softplus}",
        slope=sigmoid,
        definition=lambda x: log(1 + exp(x)),
        source="the integral of the sigmoid",
    ),
    NamedFunction(
        softmax,
        "softmax",
        r"\operatorname{softmax}",
        slope=_softmax_slope,
        definition=_softmax_definition,
        of_vector=True,
    ),
    NamedFunction(
        relu,
        "r",
        "r",
        slope=lambda x, c: step(x, c),
        kinks="at 0 every value of [0, 1] is a subgradient; the lecture takes r′(0) = 1",
    ),
    NamedFunction(step, "r", "r", slope=lambda x, c: 0 * x, prime=True, kinks="a jump at 0"),
    NamedFunction(
        tanh,
        "tanh",
        r"\tanh",
        slope=lambda x: _one_minus(tanh(x) ** 2),
        definition=lambda x: (1 - exp(-2 * x)) / (1 + exp(-2 * x)),
        source="calculus",
    ),
    NamedFunction(
        cosh,
        "cosh",
        r"\cosh",
        slope=sinh,
        definition=lambda x: (exp(x) + exp(-x)) / 2,
        source="calculus",
    ),
    NamedFunction(
        sinh,
        "sinh",
        r"\sinh",
        slope=cosh,
        definition=lambda x: (exp(x) - exp(-x)) / 2,
        source="calculus",
    ),
):
    register_function(_row)
