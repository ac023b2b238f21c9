"""What a printed derivation shows, before any printer: its head, its lines and their reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from sympy import Expr, Indexed, Symbol

from derive.catalogue import LabelDomain, Vector, find_loss
from derive.derivation import Derivation
from derive.errors import UnknownName
from derive.language import Partial, function_table, index
from derive.notation import Equation, Node, read
from derive.notation.indices import apart, free_in
from derive.notation.orientation import LABEL
from derive.notation.tree import Call, Number, walk
from derive.steps import Step

__all__ = ["Head", "Labels", "Line", "Reason", "head_of", "lines_of"]

_LOSS = "L"


@dataclass(frozen=True)
class Labels:
    """Which label vectors there are, as in y ∈ ℝᵏ, in text and in LaTeX."""

    text: str
    latex: str


@dataclass(frozen=True)
class Head:
    """The pair, the labels it is for (None where there are none), and what is assumed of them."""

    title: str
    labels: Labels | None
    equations: tuple[Equation, ...]


@dataclass(frozen=True)
class Reason:
    """Why a line holds: in words, or by an equation; ``assumed`` where it is an assumption."""

    words: str = ""
    equation: Node | None = None
    assumed: bool = False


@dataclass(frozen=True)
class Line:
    """One line; ``left`` is None where it continues the chain above it."""

    left: Node | None
    right: Node
    reason: Reason


# The head -----------------------------------------------------------------------------------------


def _lines(derivation: Derivation) -> Iterator[Expr]:
    yield derivation.target
    for step in derivation.steps:
        yield step.before
        yield step.after


def _expressions(derivation: Derivation) -> Iterator[Expr]:
    yield from _lines(derivation)
    for definition in derivation.definitions:
        yield definition.left
        yield definition.right


def _label(expressions: Iterable[Expr]) -> Indexed | None:
    for expr in expressions:
        for entry in expr.atoms(Indexed):
            if str(entry.base.label) == LABEL:
                return entry
    return None


def _names_the_loss(expr: Expr) -> bool:
    return any(str(symbol) == _LOSS for symbol in expr.atoms(Symbol))


def _domain(derivation: Derivation) -> LabelDomain | None:
    try:
        return find_loss(derivation.loss).labels
    except UnknownName:
        return None


def _labels(derivation: Derivation, entry: Indexed) -> Labels:
    """Return the domain of the loss.

    Where an assumption about the labels is used, or was declined, they are real: the head states
    the equation by itself, or not at all.
    """
    domain, batch = _domain(derivation), len(entry.base.shape) > 1
    real = Labels("y ∈ ℝᵏ", r"y \in \mathbb{R}^k")
    if domain is not None and not derivation.assumptions:
        declined = dict(derivation.options).get("assume") is False
        label = Vector(entry.base, (index("m"),) if batch else ())
        if not (declined and domain.assumptions(label)):
            real = Labels(domain.text, domain.latex)
    return _of_a_batch(real) if batch else real


_BATCH_TEXT = (
    (r"(?<!\w)y(?=[ₐ-ₜᵢ-ᵪ])", "yₘ"),
    (r"(?<!\w)y(?!\w)", "Y"),
    ("ᵏ", "ⁿˣᵏ"),
)
_BATCH_LATEX = (
    (r"(?<![A-Za-z\\])y_\{?([a-z])\}?", r"y_{m\1}"),
    (r"(?<![A-Za-z\\])y(?![A-Za-z_])", "Y"),
    (r"(?:(?<=\\mathbb\{R\})|(?<=[\])]))\^(?:k|\{k\})(?!\w)", r"^{n \\times k}"),
)
"""How a row of the catalogue, which speaks of one label vector y, speaks of the rows of Y."""


def _of_a_batch(labels: Labels) -> Labels:
    text, latex = labels.text, labels.latex
    for pattern, put in _BATCH_TEXT:
        text = re.sub(pattern, put, text)
    for pattern, put in _BATCH_LATEX:
        latex = re.sub(pattern, put, latex)
    return Labels(text, latex)


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
    """Return what stands above the lines: the pair, its labels, assumptions and conventions.

    Lines without the loss and its labels, as those of a Jacobian, are headed by the output alone.
    """
    entry = _label(_lines(derivation))
    loss = entry is not None or any(map(_names_the_loss, _lines(derivation)))
    entry = entry or (_label(_expressions(derivation)) if loss else None)
    loss = loss and bool(derivation.loss)
    title = f"{derivation.output} + {derivation.loss}" if loss else derivation.output
    labels = None if entry is None else _labels(derivation, entry)
    assumed = tuple(
        Equation(read(assumption.left), read(assumption.right))
        for assumption in derivation.assumptions
    )
    return Head(title, labels, assumed + _conventions(derivation))


# The lines ----------------------------------------------------------------------------------------


def _equation(sides: tuple[Expr, Expr]) -> Node:
    left, right = sides
    return apart(Equation(read(left), read(right)))


def _reason(step: Step) -> Reason:
    if step.assumption is not None:
        sides = (step.assumption.left, step.assumption.right)
        return Reason(step.rule.name, _equation(sides), assumed=True)
    statement = step.rule.statement
    if step.rule.shown_as_statement and statement is not None:
        return Reason(step.rule.name, _equation(statement))
    return Reason(step.rule.name)


@dataclass(frozen=True)
class _Readings:
    """A line as a sum of rows, Σᵢ (ŷᵢ − yᵢ) Wᵢ, and as a matrix product, Wᵀ(ŷ − y)."""

    rows: Node
    matrix: Node
    chain_rule: bool

    @property
    def differ(self) -> bool:
        return self.rows != self.matrix


def _readings(expr: Expr, taken: Iterable[str]) -> _Readings:
    rows, matrix = (apart(read(expr, style), taken) for style in ("rows", "matrix"))
    return _Readings(rows, matrix, len(expr.atoms(Partial)) > 1)


def lines_of(derivation: Derivation) -> tuple[tuple[Line, ...], ...]:
    """Return the lines of each chain.

    A chain rule is written as a sum of rows, Σᵢ ∂L/∂aᵢ ∇_h aᵢ. The lines that follow it are sums of
    rows too, Σᵢ (ŷᵢ − yᵢ) Wᵢ, up to one that is also read in matrix form, Wᵀ(ŷ − y); from there
    on, and in every other chain, lines are in matrix form. A step that changes nothing in what is
    read, as where a minus leaves a Σ, has no line.
    """
    return tuple(tuple(_lines_of_chain(chain)) for chain in derivation.chains)


def _lines_of_chain(chain: tuple[Step, ...]) -> list[Line]:
    start = read(chain[0].before)
    taken = free_in(start)
    readings = [_readings(step.after, taken) for step in chain]
    lines: list[Line] = []
    in_rows = False
    for place, (step, reading) in enumerate(zip(chain, readings, strict=True)):
        in_rows = reading.differ and (in_rows or reading.chain_rule)
        shown = reading.rows if in_rows else reading.matrix
        if not lines or shown != lines[-1].right or step.assumption is not None:
            lines.append(Line(None if lines else start, shown, _reason(step)))
        last = place + 1 == len(chain) or readings[place + 1].matrix != reading.matrix
        if in_rows and not reading.chain_rule and last:
            lines.append(Line(None, reading.matrix, Reason("in matrix form")))
            in_rows = False
    return lines
