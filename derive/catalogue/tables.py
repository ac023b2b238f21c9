"""The two tables, how a row is found or added, and which pairs are legal."""

from __future__ import annotations

import re
from typing import TypeVar

from sympy import S, Set

from derive.catalogue.losses import LOSSES
from derive.catalogue.outputs import OUTPUTS
from derive.catalogue.records import Loss, Output
from derive.errors import DeriveError, UnknownName

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
        raise UnknownName("output", name, _outputs) from None


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
        raise UnknownName("loss", name, _losses) from None


def _add(table: dict[str, Row], kind: str, row: Row) -> Row:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", row.name):
        raise DeriveError(
            f"{row.name!r} cannot name {kind}; use lower-case words joined by hyphens, "
            "such as 'squared-error'"
        )
    if row.name in table and table[row.name] is not row:
        raise DeriveError(f"the catalogue already has {kind} {row.name!r}; use another name")
    table[row.name] = row
    return row


def register_output(row: Output) -> Output:
    """Add an output unit to the catalogue.

    Raises
    ------
    DeriveError
        If the name is taken or is not made of lower-case words and hyphens.
    """
    return _add(_outputs, "an output", row)


def register_loss(row: Loss) -> Loss:
    """Add a loss to the catalogue.

    Raises
    ------
    DeriveError
        If the name is taken or is not made of lower-case words and hyphens.
    """
    return _add(_losses, "a loss", row)


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
