"""The two tables, how a row is found or added, and which pairs are legal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from sympy import Expr, Interval, S, Set, Symbol

from derive.catalogue.losses import LOSSES
from derive.catalogue.outputs import OUTPUTS
from derive.catalogue.records import AT_KINK, Loss, Output, Vector
from derive.errors import DeriveError, UnknownName
from derive.language import free_indices, index, k, quantity

__all__ = [
    "find_loss",
    "find_output",
    "interval_text",
    "losses",
    "outputs",
    "refusal",
    "register_loss",
    "register_output",
]

Row = TypeVar("Row", Output, Loss)

_outputs: dict[str, Output] = {row.name: row for row in OUTPUTS}
_losses: dict[str, Loss] = {row.name: row for row in LOSSES}


def outputs() -> tuple[Output, ...]:
    """Return every output unit, in the order of the table."""
    return tuple(_outputs.values())


def losses() -> tuple[Loss, ...]:
    """Return every loss, in the order of the table."""
    return tuple(_losses.values())


def _spelling(name: object) -> str:
    return re.sub(r"[\s_]+", "-", str(name).strip().lower())


def find_output(name: str) -> Output:
    """Return the output unit ``name``.

    Raises
    ------
    UnknownName
        With the nearest name, if there is none.

    Examples
    --------
    >>> find_output("sigmoid").range
    Interval.open(0, 1)
    """
    try:
        return _outputs[_spelling(name)]
    except KeyError:
        raise UnknownName("output", name, _outputs, also=("loss", _losses)) from None


def find_loss(name: str) -> Loss:
    """Return the loss ``name``; ``squared_error`` and ``squared error`` are the same name.

    Raises
    ------
    UnknownName
        With the nearest name, if there is none.
    """
    try:
        return _losses[_spelling(name)]
    except KeyError:
        raise UnknownName("loss", name, _losses, also=("output", _outputs)) from None


def _checked(kind: str, name: str, make: Callable[[], object], free: set[Symbol]) -> None:
    """Try a row out, so that a mistake in it is told when it is added."""
    try:
        made = make()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise DeriveError(f"{kind} {name!r} cannot be used: it raises {error!r}") from error
    if not isinstance(made, Expr):
        raise DeriveError(
            f"{kind} {name!r} gives {made!r}; an expression of SymPy is expected, of entries "
            "such as a[i]"
        )
    loose = {str(symbol) for symbol in free_indices(made) - free}
    if loose:
        raise DeriveError(f"{kind} {name!r} leaves the index {', '.join(sorted(loose))} free")


def _intervals(kind: str, name: str, values: object) -> None:
    if not isinstance(values, Interval) and values != S.Reals:
        raise DeriveError(f"{kind} {name!r} has {values!r} for an interval; use Interval or Reals")


def _check_name(table: dict[str, Row], kind: str, row: Row) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", row.name):
        raise DeriveError(
            f"{row.name!r} cannot name {kind}; use lower-case words joined by hyphens, "
            "such as 'squared-error'"
        )
    if row.name in table and table[row.name] is not row:
        raise DeriveError(f"the catalogue already has {kind} {row.name!r}; use another name")


def register_output(row: Output) -> Output:
    """Add an output unit to the catalogue.

    Raises
    ------
    DeriveError
        If the name is taken or is not made of lower-case words and hyphens, or if the row, tried
        out, does not give an expression.
    """
    if not isinstance(row, Output):
        raise DeriveError(f"{row!r} is no output; make one: derive.Output(name, prediction, range)")
    _check_name(_outputs, "an output", row)
    position = index("i")
    _intervals("the range of the output", row.name, row.range)
    _checked(
        "the prediction of the output",
        row.name,
        lambda: row.prediction(Vector(quantity("a", k)), position),
        {position, AT_KINK, k},
    )
    _outputs[row.name] = row
    return row


def register_loss(row: Loss) -> Loss:
    """Add a loss to the catalogue.

    Raises
    ------
    DeriveError
        If the name is taken or is not made of lower-case words and hyphens, or if the row, tried
        out, does not give an expression.
    """
    if not isinstance(row, Loss):
        raise DeriveError(f"{row!r} is no loss; make one: derive.Loss(name, value, needs, labels)")
    _check_name(_losses, "a loss", row)
    _intervals("what the loss needs, of", row.name, row.needs)
    _checked(
        "the value of the loss",
        row.name,
        lambda: row.value(Vector(quantity("ŷ", k)), Vector(quantity("y", k))),
        {k},
    )
    _losses[row.name] = row
    return row


def interval_text(values: Set) -> str:
    """Return an interval as text: ℝ, (0, 1), [0, ∞)."""
    if values == S.Reals:
        return "ℝ"
    left = "(" if values.left_open else "["
    right = ")" if values.right_open else "]"
    start = str(values.start).replace("oo", "∞")
    return f"{left}{start}, {str(values.end).replace('oo', '∞')}{right}"


def refusal(output: Output, loss: Loss) -> str:
    """Return why a pair is refused, or an empty string for a legal one.

    Examples
    --------
    >>> print(refusal(find_output("linear"), find_loss("cross-entropy")))
    the loss is not defined where ŷ leaves (0, 1), and a linear unit's ŷ can be anything in ℝ
    >>> refusal(find_output("softmax"), find_loss("cross-entropy"))
    ''
    """
    if output.range.is_subset(loss.needs):
        return ""
    return (
        f"the loss is not defined where ŷ leaves {interval_text(loss.needs)}, and a {output.name} "
        f"unit's ŷ can be anything in {interval_text(output.range)}"
    )
