"""The lecture's table of outputs and losses, each cell derived on the spot and verified."""

from __future__ import annotations

from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from derive.catalogue import hidden_units, losses, outputs, refusal
from derive.catalogue.tables import interval_text
from derive.derivation import Derivation
from derive.deriving.gradient import substitute_pre_activation
from derive.language import Entries, index, k
from derive.pairs import Pair, pair
from derive.printers.text import text
from derive.printers.text_formula import columns_of

__all__ = ["Cell", "Column", "catalogue_text", "render", "rows"]

LECTURE = (
    ("linear", "squared-error"),
    ("sigmoid", "logistic"),
    ("softmax", "cross-entropy"),
)
"""The three pairs of the lecture's table, in its order."""


@dataclass(frozen=True)
class Cell:
    """A formula and what was found out about it."""

    formula: str
    verdict: str


@dataclass(frozen=True)
class Column:
    """A pair: its cells by the name of the row, and whether every check has passed."""

    title: str
    cells: tuple[tuple[str, Cell], ...]
    verified: bool


def rows(*, everything: bool = False) -> tuple[Column, ...]:
    """Derive and verify the pairs of the lecture's table, or all legal pairs.

    Examples
    --------
    >>> [column.title for column in rows()]
    ['linear + squared-error', 'sigmoid + logistic', 'softmax + cross-entropy']
    >>> dict(rows()[2].cells)["∇_W L ="].formula
    '(ŷ − y) hᵀ'
    """
    legal = [
        (unit.name, loss.name) for unit in outputs() for loss in losses() if not refusal(unit, loss)
    ]
    return tuple(_column(pair(*names)) for names in (legal if everything else LECTURE))


def _column(chosen: Pair) -> Column:
    gradients = {wrt: chosen.gradient(wrt) for wrt in ("W", "h")}
    reports = {wrt: derivation.verify() for wrt, derivation in gradients.items()}
    cells: list[tuple[str, Cell]] = [
        ("ŷ =", Cell(_prediction(chosen), "definition")),
        ("L(ŷ, y) =", Cell(_loss(chosen), "definition")),
    ]
    for wrt, derivation in gradients.items():
        report = reports[wrt]
        verdict = f"{'✓' if report.ok else '✗'} {report.verdict.kind}, {len(report.steps)} steps"
        cells.append((f"{text(derivation.target)} =", Cell(text(derivation.result), verdict)))
    cells.append(("assuming", Cell(_assumptions(gradients), "")))
    return Column(str(chosen), tuple(cells), all(report.ok for report in reports.values()))


def _assumptions(derivations: dict[str, Derivation]) -> str:
    used = dict.fromkeys(
        given for derivation in derivations.values() for given in derivation.assumptions
    )
    return ", ".join(f"{text(given.left)} = {text(given.right)}" for given in used) or "nothing"


def _prediction(chosen: Pair) -> str:
    setting = chosen.setting()
    i = index("i")
    return text(Entries(substitute_pre_activation(setting, setting.short), (i, k)))


def _loss(chosen: Pair) -> str:
    return text(chosen.setting().definition_of_loss)


def render(columns: tuple[Column, ...], width: int) -> RenderableType:
    """Lay the table out as the lecture does, a column a pair; below each other where it is wide.

    Parameters
    ----------
    columns : tuple[Column, ...]
        The pairs.
    width : int
        How many columns of text the screen has.
    """
    widest = [
        max(
            columns_of(column.title),
            *(
                columns_of(part)
                for _, cell in column.cells
                for part in (cell.formula, cell.verdict)
            ),
        )
        for column in columns
    ]
    if sum(widest) + len("output + loss") + 4 * (len(columns) + 1) <= width:
        return _side_by_side(columns)
    return Group(*(_alone(column) for column in columns))


def _side_by_side(columns: tuple[Column, ...]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_lines=True, pad_edge=False)
    table.add_column("output + loss", no_wrap=True)
    for column in columns:
        table.add_column(column.title, no_wrap=True)
    for place, (label, _) in enumerate(columns[0].cells):
        table.add_row(label, *(_cell(column.cells[place][1]) for column in columns))
    return table


def _alone(column: Column) -> Table:
    table = Table(
        box=None, title=column.title, title_justify="left", pad_edge=False, show_header=False
    )
    table.title_style = "bold"
    for name, cell in column.cells:
        table.add_row(name, Text(cell.formula), _verdict_text(cell))
    table.add_row()
    return table


def _cell(cell: Cell) -> Text:
    if not cell.verdict:
        return Text(cell.formula)
    return Text.assemble(cell.formula, "\n", _verdict_text(cell))


def _verdict_text(cell: Cell) -> Text:
    styles = {"✓": "green", "✗": "bold red"}
    return Text(cell.verdict, style=styles.get(cell.verdict[:1], "dim"))


def catalogue_text() -> str:
    """List the outputs, the losses, which pairs are legal or why not, and the hidden units.

    Examples
    --------
    >>> print(catalogue_text().splitlines()[1])
      linear   ŷᵢ ∈ ℝ         lecture 17, output units (1)
    """
    units, measures = outputs(), losses()
    wide = max(len(loss.name) for loss in measures) + 2
    narrow = max(len(unit.name) for unit in units) + 2
    lines = ["outputs"]
    for unit in units:
        where = f"ŷᵢ ∈ {interval_text(unit.range)}"
        lines.append(f"  {unit.name:<{narrow}}{where:<16}{unit.source}".rstrip())
        if unit.kink:
            lines.append(f"  {'':<{narrow}}{unit.kink}")
    lines.append("losses")
    for loss in measures:
        lines.append(f"  {loss.name:<{wide}}{loss.labels.text:<20}{loss.source}".rstrip())
        if loss.convention:
            lines.append(f"  {'':<{wide}}{loss.convention}")
    lines.append("pairs")
    for unit in units:
        for loss in measures:
            reason = refusal(unit, loss)
            mark, tail = ("✗", f"   {reason}") if reason else ("✓", "")
            lines.append(f"  {mark} {unit.name} + {loss.name}{tail}")
    lines.append("hidden units of a network")
    wide = max(len(unit.name) for unit in hidden_units()) + 2
    for hidden in hidden_units():
        lines.append(f"  {hidden.name:<{wide}}{hidden.source}".rstrip())
        if hidden.kink:
            lines.append(f"  {'':<{wide}}{hidden.kink}")
    return "\n".join(lines)
