"""How formulas are written in LaTeX, each with the width that it takes on the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from derive.errors import UnsupportedExpression
from derive.language import layer_of
from derive.notation import tree as t
from derive.printers import precedence as places
from derive.printers.breaks import light_in_front
from derive.printers.visitor import Visitor, function_row

__all__ = ["Box", "LatexPrinter", "letter", "lines_of"]

_ACCENTS = {
    "COMBINING CIRCUMFLEX ACCENT": r"\hat",
    "COMBINING TILDE": r"\tilde",
    "COMBINING MACRON": r"\bar",
    "COMBINING DOT ABOVE": r"\dot",
}
_SIGNS = {"ℓ": r"\ell", "λ": r"\lambda", "Λ": r"\Lambda"}

_LETTER, _WIDE_LETTER, _SCRIPT = 6.4, 11.5, 0.75
_OPERATOR, _RELATION, _GAP, _BRACKETS, _TALL_BRACKETS = 13.5, 14.7, 1.9, 8.6, 18.0
_SUM_SIGN, _LINE_MARGIN, _WIDE_BRACKET = 19.5, 3.0, 18.0


@dataclass(frozen=True)
class Box:
    """LaTeX source, its width in points at 11 pt (estimated, on the wide side), and its height.

    ``tall`` says whether it is higher than a line, so that brackets round it must grow.
    """

    source: str
    width: float
    tall: bool = False

    def __add__(self, other: Box) -> Box:
        return Box(
            f"{self.source} {other.source}" if self.source else other.source,
            self.width + other.width,
            self.tall or other.tall,
        )


def _joined(boxes: Iterable[Box]) -> Box:
    line = Box("", 0.0)
    for box in boxes:
        line = line + box
    return line


def letter(name: str) -> str:
    r"""Return a letter in LaTeX: ``\hat{y}`` for ŷ, ``\mathit{rate}`` for a word.

    Raises
    ------
    UnsupportedExpression
        If a character has no LaTeX name here.

    Examples
    --------
    >>> letter("ŷ"), letter("W"), letter("λ"), letter("rate")
    ('\\hat{y}', 'W', '\\lambda', '\\mathit{rate}')
    >>> letter("W⁽²⁾")
    'W^{(2)}'
    """
    name, layer = layer_of(name)
    if layer:
        return f"{letter(name)}^{{({layer})}}"
    if re.fullmatch("[A-Za-z]", name):
        return name
    if re.fullmatch("[A-Za-z]+", name):
        return rf"\mathit{{{name}}}"
    if name in _SIGNS:
        return _SIGNS[name]
    worded = re.fullmatch("([A-Za-z]+)_?([0-9]+)", name)
    if worded:
        return f"{letter(worded[1])}_{{{worded[2]}}}"
    parts = unicodedata.normalize("NFD", name)
    accent = _ACCENTS.get(unicodedata.name(parts[-1], "")) if len(parts) > 1 else None
    if accent is not None:
        return f"{accent}{{{letter(parts[:-1])}}}"
    greek = re.fullmatch("GREEK (SMALL|CAPITAL) LETTER ([A-Z]+)", unicodedata.name(name[:1], ""))
    if len(name) == 1 and greek:
        spelt = greek[2].lower()
        return "\\" + (spelt.capitalize() if greek[1] == "CAPITAL" else spelt)
    raise UnsupportedExpression(
        "the LaTeX printer", t.Name(name), "Latin and Greek letters with an accent"
    )


def _letter_width(name: str) -> float:
    name, layer = layer_of(name)
    if layer:
        return _letter_width(name) + _SCRIPT * (_LETTER * len(layer) + _BRACKETS)
    shown = [sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign)]
    return sum(_WIDE_LETTER if sign in "WMmw" else _LETTER for sign in shown)


def index_source(position: str) -> str:
    """Return an index: ``i``, or ``q_{1}`` for a letter with a number.

    Examples
    --------
    >>> index_source("i"), index_source("q1")
    ('i', 'q_{1}')
    """
    numbered = re.fullmatch(r"([A-Za-z])(\d+)", position)
    return f"{numbered[1]}_{{{numbered[2]}}}" if numbered else position


def _script(source: str) -> str:
    return source if len(source) == 1 else f"{{{source}}}"


def bracketed(box: Box, left: str = "(", right: str = ")") -> Box:
    """Return a box in brackets, which grow only where it is tall.

    Examples
    --------
    >>> bracketed(Box("x", 6)).source
    '(x)'
    """
    if box.tall:
        source = rf"\left{left}{box.source}\right{right}"
        return Box(source, box.width + _TALL_BRACKETS, True)
    return Box(f"{left}{box.source}{right}", box.width + _BRACKETS)


class LatexPrinter(Visitor[Box]):
    """Writes notation as LaTeX; ``inline`` where it stands in an exponent or an index."""

    name = "the LaTeX printer"

    def __init__(self, inline: bool = False) -> None:
        self.inline = inline
        self.binding = places.Binding() if inline else places.Binding({t.Quotient: 56})

    def put(self, node: t.Node, place: places.Place) -> Box:
        """Write a child, in brackets where its place asks for them."""
        box = self.visit(node)
        return bracketed(box) if self.binding.needs_brackets(node, place) else box

    def small(self, node: t.Node) -> Box:
        """Write what stands raised or lowered."""
        box = LatexPrinter(inline=True).visit(node)
        return Box(box.source, box.width * _SCRIPT)

    def number(self, node: t.Number) -> Box:
        above, below = node.value.numerator, node.value.denominator
        size = _LETTER * max(len(str(above)), len(str(below)))
        if below == 1:
            return Box(str(above), size)
        if self.inline:
            return Box(f"{above}/{below}", _LETTER * len(f"{above}/{below}"))
        small = above < 10 and below < 10
        source = rf"\tfrac{{{above}}}{{{below}}}" if small else rf"\frac{{{above}}}{{{below}}}"
        return Box(source, size + _LINE_MARGIN, not small)

    def letter(self, node: t.Name) -> Box:
        name = node.letter.upper() if node.capital else node.letter
        return Box(letter(name), _letter_width(name))

    def entry(self, node: t.Subscript) -> Box:
        base = self.put(node.base, places.BASE)
        low = " ".join(index_source(position) for position in node.indices)
        if all(len(position) == 1 for position in node.indices):
            low = "".join(node.indices)
        size = _SCRIPT * _LETTER * sum(len(position) for position in node.indices) + 1
        return Box(f"{base.source}_{_script(low)}", base.width + size, base.tall)

    def terms(self, node: t.Sum) -> list[Box]:
        """Write each term with its sign."""
        boxes = []
        for place, term in enumerate(node.terms):
            box = self.put(term.node, places.TERM)
            sign = "-" if term.negative else "+" if place else ""
            space = " " if place else ""
            room = _OPERATOR if place else 9.0 if term.negative else 0.0
            boxes.append(Box(f"{sign}{space}{box.source}", box.width + room, box.tall))
        return boxes

    def total(self, node: t.Sum) -> Box:
        return _joined(self.terms(node))

    def product(self, node: t.Product) -> Box:
        *front, end = node.factors
        line = self.put(front[0], places.FACTOR)
        rest = [self.put(factor, places.FACTOR) for factor in front[1:]]
        for box in [*rest, self.put(end, places.LAST_FACTOR)]:
            numeric = line.source[-1].isdigit() and box.source[0].isdigit()
            clash = numeric or (box.source.startswith(r"\mathbf{1}") and len(front) == 1)
            times = clash and isinstance(front[0], t.Number)
            sign = Box(r"\cdot", 9.0) if times else Box("", 0.0)
            line = _joined([line, sign, box] if times else [line, box])
        return Box(line.source, line.width + _GAP * len(front), line.tall)

    def quotient(self, node: t.Quotient) -> Box:
        if self.inline:
            above = self.put(node.numerator, places.NUMERATOR)
            below = self.put(node.denominator, places.DENOMINATOR)
            return Box(f"{above.source} / {below.source}", above.width + below.width + _LETTER)
        above, below = self.visit(node.numerator), self.visit(node.denominator)
        size = max(above.width, below.width) + _LINE_MARGIN
        return Box(rf"\frac{{{above.source}}}{{{below.source}}}", size, True)

    def power(self, node: t.Power) -> Box:
        return self._with_script(node.base, self.small(node.exponent))

    def _raised(self, base: Box, high: Box) -> Box:
        source = f"{base.source}^{_script(high.source)}"
        return Box(source, base.width + high.width + 1, base.tall)

    def _with_script(self, node: t.Node, high: Box) -> Box:
        """Raise something beside a base, which may have a layer raised: LaTeX takes one script."""
        base = self.put(node, places.BASE)
        name = node.base if isinstance(node, t.Subscript) else node
        if not isinstance(name, t.Name) or not layer_of(name.letter)[1]:
            return self._raised(base, high)
        if name is not node:
            return self._raised(bracketed(base), high)
        symbol, layer = layer_of(name.letter.upper() if name.capital else name.letter)
        source = f"{letter(symbol)}^{{({layer}){high.source}}}"
        return Box(source, base.width + high.width, base.tall)

    def exponential(self, node: t.Exponential) -> Box:
        if node.exponent == t.Number(Fraction(1)):
            return Box("e", _LETTER)
        high = self.small(node.exponent)
        return Box(f"e^{{{high.source}}}", _LETTER + high.width)

    def call(self, node: t.Call) -> Box:
        row = function_row(node)
        name = row.latex + ("'" if row.prime else "")
        size = _LETTER * len(row.text) + _GAP
        if self.binding.is_prefix(node):
            argument = self.put(node.arguments[0], places.ARGUMENT)
            return Box(f"{name} {argument.source}", size + _GAP + argument.width, argument.tall)
        boxes = [self.visit(argument) for argument in node.arguments]
        inside = Box(
            ", ".join(box.source for box in boxes),
            sum(box.width for box in boxes) + 5 * (len(boxes) - 1),
            any(box.tall for box in boxes),
        )
        arguments = bracketed(inside)
        return Box(name + arguments.source, size + arguments.width, arguments.tall)

    def sum_sign(self, node: t.SumOver) -> Box:
        """Write the Σ with its limits."""
        low = index_source(node.index)
        high = node.dimension if node.dimension.isdigit() else letter(node.dimension)
        source = rf"\sum_{{{low}=1}}^{{{high}}}"
        return Box(source, _SUM_SIGN + (12 if self.inline else 0), not self.inline)

    def sum_over(self, node: t.SumOver) -> Box:
        return self.sum_sign(node) + self.put(node.body, places.BODY)

    def delta(self, node: t.Delta) -> Box:
        names = [index_source(node.left), index_source(node.right)]
        return Box(
            rf"\delta_{{{' '.join(names) if len(''.join(names)) > 2 else ''.join(names)}}}", 16.0
        )

    def dot(self, node: t.Dot) -> Box:
        left, right = self.put(node.left, places.OPERAND), self.put(node.right, places.OPERAND)
        return left + Box(r"\cdot", 9.0) + right

    def transpose(self, node: t.Transpose) -> Box:
        return self._with_script(node.argument, Box(r"\top", 6.5))

    def matrix_product(self, node: t.MatrixProduct) -> Box:
        *front, end = node.factors
        boxes = [self.put(factor, places.MATRIX) for factor in front]
        return _joined([*boxes, self.put(end, places.LAST_MATRIX)])

    def _between(self, nodes: Iterable[t.Node], sign: str) -> Box:
        first, *rest = (self.put(node, places.ENTRY) for node in nodes)
        return _joined([first, *(Box(sign, _OPERATOR) + box for box in rest)])

    def hadamard(self, node: t.Hadamard) -> Box:
        return self._between(node.factors, r"\odot")

    def entry_quotient(self, node: t.ElementwiseQuotient) -> Box:
        return self._between((node.numerator, node.denominator), r"\oslash")

    def entry_power(self, node: t.ElementwisePower) -> Box:
        high = Box(rf"\odot {node.exponent}", 2 * _LETTER)
        return self._with_script(node.base, high)

    def norm(self, node: t.Norm) -> Box:
        inside = self.visit(node.argument)
        bars = (r"\left\lVert", r"\right\rVert") if inside.tall else (r"\lVert", r"\rVert")
        low = r"_{\mathrm{F}}" if node.frobenius else ""
        source = f"{bars[0]} {inside.source} {bars[1]}{low}"
        return Box(source, inside.width + 12 + (6 if low else 0), inside.tall)

    def partial(self, node: t.PartialFraction) -> Box:
        order = len(node.by)
        of = self.put(node.of, places.BASE)
        above = r"\partial" + (f"^{order}" if order > 1 else "") + f" {of.source}"
        counted = {name: node.by.count(name) for name in node.by}
        grouped = list(counted.items()) if len(counted) == 1 else [(name, 1) for name in node.by]
        names = [(self.put(name, places.BASE), count) for name, count in grouped]
        below = r" \, ".join(
            rf"\partial {box.source}" + (f"^{count}" if count > 1 else "") for box, count in names
        )
        size = max(of.width, sum(box.width + 9 for box, _ in names)) + 9
        if self.inline:
            return Box(f"{above} / {below}", size * 2)
        return Box(rf"\frac{{{above}}}{{{below}}}", size, True)

    def nabla(self, node: t.Nabla) -> Box:
        by = self.small(node.by)
        of = self.put(node.of, places.BASE)
        high = f"^{node.order}" if node.order > 1 else ""
        source = rf"\nabla_{_script(by.source)}{high} {of.source}"
        return Box(source, 9.5 + by.width + of.width + _GAP)

    def diagonal(self, node: t.Diagonal) -> Box:
        inside = bracketed(self.visit(node.argument))
        return Box(rf"\operatorname{{diag}}{inside.source}", 22 + inside.width, inside.tall)

    def identity(self, node: t.Identity) -> Box:
        return Box("I", _LETTER)

    def ones(self, node: t.Ones) -> Box:
        return Box(r"\mathbf{1}", _LETTER)

    def bracketed(self, node: t.Bracketed) -> Box:
        inside = bracketed(self.visit(node.body), "[", "]")
        low = "".join(index_source(position) for position in node.indices)
        size = inside.width + _LETTER * len(node.indices)
        return Box(f"{inside.source}_{_script(low)}", size, inside.tall)

    def equation(self, node: t.Equation) -> Box:
        return self.visit(node.left) + Box("=", _RELATION) + self.visit(node.right)

    def pieces(self, node: t.Node, limit: float) -> list[Box]:
        """Cut what is wider than ``limit`` at its operators, the outermost first.

        A fraction that is too wide is written on the line, e^{…} as exp(…), and brackets are cut
        only where what is in them does not fit on a line of its own.
        """
        whole = self.visit(node)
        cut = self.cuts.get(type(node))
        return [whole] if whole.width <= limit or cut is None else cut(self, node, limit)

    def _cut_child(self, node: t.Node, place: places.Place, limit: float) -> list[Box]:
        box = self.put(node, place)
        if box.width <= limit:
            return [box]
        if not self.binding.needs_brackets(node, place):
            return self.pieces(node, limit)
        return _wide_brackets(self.pieces(node, limit - _WIDE_BRACKET))

    def _cut_sum(self, node: t.Sum, limit: float) -> list[Box]:
        cut: list[Box] = []
        for term in node.terms:
            sign = "-" if term.negative else "+" if cut else ""
            lead = Box(sign, _OPERATOR if sign else 0.0)
            first, *rest = self._cut_child(term.node, places.TERM, limit - lead.width)
            space = " " if cut else ""
            source = f"{sign}{space}{first.source}"
            cut += [Box(source, lead.width + first.width, first.tall), *rest]
        return cut

    def _cut_sum_over(self, node: t.SumOver, limit: float) -> list[Box]:
        sign = self.sum_sign(node)
        return _led(sign, self._cut_child(node.body, places.BODY, limit - sign.width))

    def _cut_product(self, node: t.Product, limit: float) -> list[Box]:
        return self._cut_factors(node.factors, (places.FACTOR, places.LAST_FACTOR), limit)

    def _cut_matrix_product(self, node: t.MatrixProduct, limit: float) -> list[Box]:
        return self._cut_factors(node.factors, (places.MATRIX, places.LAST_MATRIX), limit)

    def _cut_factors(
        self, factors: tuple[t.Node, ...], where: tuple[places.Place, places.Place], limit: float
    ) -> list[Box]:
        light = min(light_in_front(factors), len(factors) - 1)
        front = _joined(self.put(factor, where[0]) for factor in factors[:light])
        cut: list[list[Box]] = []
        for place, factor in enumerate(factors[light:], light):
            room = limit - front.width - 2 * _GAP if place == light else limit
            cut.append(self._cut_child(factor, where[place + 1 == len(factors)], room))
        boxes = [box for part in cut for box in part]
        return _led(front, boxes) if light else boxes

    def _cut_hadamard(self, node: t.Hadamard, limit: float) -> list[Box]:
        light = min(light_in_front(node.factors), len(node.factors) - 1)
        front = _joined(
            self.put(factor, places.ENTRY) + Box(r"\odot", _OPERATOR)
            for factor in node.factors[:light]
        )
        room = limit - max(front.width, _OPERATOR)
        first, *rest = (
            self._cut_child(factor, places.ENTRY, room) for factor in node.factors[light:]
        )
        first = _led(front, first) if light else first
        return [*first, *(box for part in rest for box in _led(Box(r"\odot", _OPERATOR), part))]

    def _cut_entry_quotient(self, node: t.ElementwiseQuotient, limit: float) -> list[Box]:
        parts = (node.numerator, node.denominator)
        above, below = (self._cut_child(part, places.ENTRY, limit - _OPERATOR) for part in parts)
        return [*above, *_led(Box(r"\oslash", _OPERATOR), below)]

    def _cut_quotient(self, node: t.Quotient, limit: float) -> list[Box]:
        """Write a fraction on the line, where it can be cut."""
        room = limit - _OPERATOR
        above = self._cut_child(node.numerator, places.NUMERATOR, room)
        below = self._cut_child(node.denominator, places.DENOMINATOR, room)
        return [*above, *_led(Box("/", _LETTER), below)]

    def _cut_call(self, node: t.Call, limit: float) -> list[Box]:
        row = function_row(node)
        name = Box(row.latex + ("'" if row.prime else ""), _LETTER * len(row.text) + _GAP)
        if len(node.arguments) != 1:
            return [self.visit(node)]
        inside = self.pieces(node.arguments[0], limit - name.width - _WIDE_BRACKET)
        return _led(name, _wide_brackets(inside))

    def _cut_exponential(self, node: t.Exponential, limit: float) -> list[Box]:
        name = Box(r"\exp", 3 * _LETTER)
        inside = self.pieces(node.exponent, limit - name.width - _WIDE_BRACKET)
        return _led(name, _wide_brackets(inside))

    def _cut_diagonal(self, node: t.Diagonal, limit: float) -> list[Box]:
        name = Box(r"\operatorname{diag}", 22)
        inside = self.pieces(node.argument, limit - name.width - _WIDE_BRACKET)
        return _led(name, _wide_brackets(inside))

    def _cut_norm(self, node: t.Norm, limit: float) -> list[Box]:
        low = r"_{\mathrm{F}}" if node.frobenius else ""
        inside = self.pieces(node.argument, limit - _WIDE_BRACKET)
        return _wide_brackets(inside, r"\lVert ", rf" \rVert{low}")

    def _cut_raised(self, base: t.Node, high: Box, limit: float) -> list[Box]:
        *front, end = self._cut_child(base, places.BASE, limit - high.width)
        return [*front, self._raised(end, high)]

    def _cut_transpose(self, node: t.Transpose, limit: float) -> list[Box]:
        return self._cut_raised(node.argument, Box(r"\top", 6.5), limit)

    def _cut_power(self, node: t.Power, limit: float) -> list[Box]:
        return self._cut_raised(node.base, self.small(node.exponent), limit)

    def _cut_entry_power(self, node: t.ElementwisePower, limit: float) -> list[Box]:
        return self._cut_raised(node.base, Box(rf"\odot {node.exponent}", 2 * _LETTER), limit)

    cuts: ClassVar[Mapping[type[t.Node], Callable[[LatexPrinter, Any, float], list[Box]]]] = {
        t.Sum: _cut_sum,
        t.SumOver: _cut_sum_over,
        t.Product: _cut_product,
        t.MatrixProduct: _cut_matrix_product,
        t.Hadamard: _cut_hadamard,
        t.ElementwiseQuotient: _cut_entry_quotient,
        t.Quotient: _cut_quotient,
        t.Call: _cut_call,
        t.Exponential: _cut_exponential,
        t.Diagonal: _cut_diagonal,
        t.Norm: _cut_norm,
        t.Transpose: _cut_transpose,
        t.Power: _cut_power,
        t.ElementwisePower: _cut_entry_power,
    }

    rules = {  # noqa: RUF012 - declared a ClassVar in Visitor
        t.Number: number,
        t.Name: letter,
        t.Subscript: entry,
        t.Sum: total,
        t.Product: product,
        t.Quotient: quotient,
        t.Power: power,
        t.Exponential: exponential,
        t.Call: call,
        t.SumOver: sum_over,
        t.Delta: delta,
        t.Dot: dot,
        t.Transpose: transpose,
        t.MatrixProduct: matrix_product,
        t.Hadamard: hadamard,
        t.ElementwiseQuotient: entry_quotient,
        t.ElementwisePower: entry_power,
        t.Norm: norm,
        t.PartialFraction: partial,
        t.Nabla: nabla,
        t.Diagonal: diagonal,
        t.Identity: identity,
        t.Ones: ones,
        t.Bracketed: bracketed,
        t.Equation: equation,
    }


def _led(lead: Box, boxes: list[Box]) -> list[Box]:
    """Return boxes with ``lead`` before the first."""
    return [lead + boxes[0], *boxes[1:]]


def _wide_brackets(boxes: list[Box], left: str = "(", right: str = ")") -> list[Box]:
    """Return boxes in brackets that may stand on different lines."""
    first, *rest = boxes
    if not rest:
        return [Box(rf"\left{left}{first.source}\right{right}", first.width + _WIDE_BRACKET, True)]
    *middle, last = rest
    opened = Box(rf"\biggl{left}{first.source}", first.width + _WIDE_BRACKET / 2, True)
    closed = Box(rf"{last.source}\biggr{right}", last.width + _WIDE_BRACKET / 2, True)
    return [opened, *middle, closed]


def lines_of(node: t.Node, limit: float) -> list[Box]:
    """Return notation as lines none of which is wider than ``limit``, where it can be broken.

    Examples
    --------
    >>> [box.source for box in lines_of(t.Sum((t.Term(t.Name("x")), t.Term(t.Name("y")))), 15)]
    ['x', '+ y']
    """
    lines: list[Box] = []
    for piece in LatexPrinter().pieces(node, limit):
        if lines and lines[-1].width + piece.width <= limit:
            lines[-1] = lines[-1] + piece
        else:
            lines.append(piece)
    return lines
