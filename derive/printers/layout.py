"""What a printed derivation shows, before any printer: its head, its lines and their reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sympy import Expr, Indexed

from derive.derivation import Derivation
from derive.language import Partial, function_table
from derive.notation import Equation, Node, read
from derive.notation.arrange import walk
from derive.notation.tree import Call, Name, Number
from derive.steps import Step

__all__ = ["Head", "Line", "Reason", "head_of", "lines_of"]

_LABEL = "y"


@dataclass(frozen=True)
class Head:
    """The pair, the space of the label with its dimensions, and the equations that are assumed."""

    title: str
    label: Node | None
    dimensions: tuple[str, ...]
    equations: tuple[Equation, ...]


@dataclass(frozen=True)
class Reason:
    """Why a line holds: in words, or by an equation; ``assumed`` where it is an assumption."""

    words: str = ""
    equation: Equation | None = None
    assumed: bool = False


@dataclass(frozen=True)
class Line:
    """One line; ``left`` is None where it continues the chain above it."""

    left: Node | None
    right: Node
    reason: Reason


def _expressions(derivation: Derivation) -> Iterator[Expr]:
    yield derivation.target
    for definition in derivation.definitions:
        yield definition.left
        yield definition.right
    for step in derivation.steps:
        yield step.before
        yield step.after


def _label(derivation: Derivation) -> tuple[Node | None, tuple[str, ...]]:
    for expr in _expressions(derivation):
        for entry in expr.atoms(Indexed):
            if str(entry.base.label) == _LABEL:
                shape = tuple(str(size) for size in entry.base.shape)
                return Name(_LABEL, len(shape) == 2), shape
    return None, ()


def _conventions(derivation: Derivation) -> tuple[Equation, ...]:
    """State each convention at a kink once, as r′(0) = 1, in the order in which they are met."""
    found: dict[Equation, None] = {}
    for expr in _expressions(derivation):
        for node in walk(read(expr, "index")):
            if isinstance(node, Call) and node.convention is not None:
                slope = Call(_slope_name(node.function), (Number(Fraction(0)),))
                found[Equation(slope, node.convention)] = None
    return tuple(found)


def _slope_name(function: str) -> str:
    """Return the row that is written as the derivative of a function: step for relu."""
    rows = {row.name: row for row in function_table()}
    shown = rows[function].text
    return next((row.name for row in rows.values() if row.prime and row.text == shown), function)


def head_of(derivation: Derivation) -> Head:
    """Return what stands above the lines: the pair, y ∈ ℝᵏ, assumptions and conventions."""
    label, dimensions = _label(derivation)
    assumed = tuple(
        Equation(read(assumption.left), read(assumption.right))
        for assumption in derivation.assumptions
    )
    title = f"{derivation.output} + {derivation.loss}"
    return Head(title, label, dimensions, assumed + _conventions(derivation))


def _reason(step: Step) -> Reason:
    if step.assumption is not None:
        equation = Equation(read(step.assumption.left), read(step.assumption.right))
        return Reason(step.rule.name, equation, assumed=True)
    statement = step.rule.statement
    if step.rule.shown_as_statement and statement is not None:
        return Reason(step.rule.name, Equation(read(statement[0]), read(statement[1])))
    return Reason(step.rule.name)


def _readings(expr: Expr) -> tuple[Node, ...]:
    """Return both readings, sum of rows and matrix product; one where they agree.

    A sum over partial derivatives stays a sum of rows, as the chain rule is written.
    """
    rows, matrix = read(expr, "rows"), read(expr, "matrix")
    if rows == matrix or expr.has(Partial):
        return (rows,)
    return rows, matrix


def lines_of(derivation: Derivation) -> tuple[tuple[Line, ...], ...]:
    """Return the lines of each chain.

    A step whose result has two readings, Σᵢ (ŷᵢ − yᵢ) Wᵢ and Wᵀ(ŷ − y), gives a line to each.
    """
    chains: list[tuple[Line, ...]] = []
    for chain in derivation.chains:
        lines: list[Line] = []
        readings = [_readings(step.after) for step in chain]
        for step, (first, *others), following in zip(
            chain, readings, [*readings[1:], ()], strict=True
        ):
            left = None if lines else read(step.before)
            lines.append(Line(left, first, _reason(step)))
            # A matrix form that the next line keeps is shown there.
            shown = [other for other in others if other not in following]
            lines += [Line(None, other, Reason("in matrix form")) for other in shown]
        chains.append(tuple(lines))
    return tuple(chains)
