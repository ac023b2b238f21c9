"""How formulas are written as presentation MathML."""

from __future__ import annotations

import html as markup
from collections.abc import Iterable
from fractions import Fraction

from derive.language import layer_of
from derive.notation import tree as t
from derive.printers import precedence as places
from derive.printers.visitor import Visitor, function_row

__all__ = ["HtmlPrinter", "element"]

_INVISIBLE_TIMES, _APPLY = "&#x2062;", "&#x2061;"
_THIN_SPACE = '<mspace width="0.1667em"></mspace>'


def element(tag: str, *children: str, **attributes: str) -> str:
    """Return an element of markup.

    Examples
    --------
    >>> element("mi", "x", mathvariant="normal")
    '<mi mathvariant="normal">x</mi>'
    """
    marks = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{marks}>{''.join(children)}</{tag}>"


def _row(*children: str) -> str:
    return children[0] if len(children) == 1 else element("mrow", *children)


def _identifier(name: str, upright: bool = False) -> str:
    shown = markup.escape(name)
    return element("mi", shown, mathvariant="normal") if upright else element("mi", shown)


def _operator(sign: str) -> str:
    return element("mo", sign if sign.startswith("&#") else markup.escape(sign))


def _number(value: str) -> str:
    return element("mn", value)


def _layer(number: str) -> str:
    letter, minus, one = number.partition("-")
    if minus:
        return _row(_identifier(letter), _operator("−"), _number(one))
    return _number(letter) if letter.isdigit() else _identifier(letter)


def _bracketed(inside: str, left: str = "(", right: str = ")") -> str:
    return _row(_operator(left), inside, _operator(right))


def _indices(indices: Iterable[str]) -> str:
    return _row(*(_identifier(position) for position in indices))


class HtmlPrinter(Visitor[str]):
    """Writes notation as presentation MathML."""

    name = "the HTML printer"
    binding = places.Binding({t.Quotient: 56})

    def put(self, node: t.Node, place: places.Place) -> str:
        """Write a child, in brackets where its place asks for them."""
        written = self.visit(node)
        return _bracketed(written) if self.binding.needs_brackets(node, place) else written

    def number(self, node: t.Number) -> str:
        above, below = _number(str(node.value.numerator)), _number(str(node.value.denominator))
        return above if node.value.denominator == 1 else element("mfrac", above, below)

    def letter(self, node: t.Name) -> str:
        name, layer = layer_of(node.letter.upper() if node.capital else node.letter)
        if layer:
            return element("msup", _identifier(name), _bracketed(_layer(layer)))
        return _identifier(name)

    def entry(self, node: t.Subscript) -> str:
        return element("msub", self.put(node.base, places.BASE), _indices(node.indices))

    def total(self, node: t.Sum) -> str:
        parts: list[str] = []
        for place, term in enumerate(node.terms):
            if place or term.negative:
                parts.append(_operator("−" if term.negative else "+"))
            parts.append(self.put(term.node, places.TERM))
        return _row(*parts)

    def product(self, node: t.Product) -> str:
        *front, end = node.factors
        parts = [self.put(factor, places.FACTOR) for factor in front]
        parts.append(self.put(end, places.LAST_FACTOR))
        line = parts[0]
        for before, after, written in zip(front, node.factors[1:], parts[1:], strict=True):
            figures = isinstance(before, t.Number) and isinstance(after, (t.Number, t.Ones))
            line += _operator("·" if figures else _INVISIBLE_TIMES) + written
        return element("mrow", line)

    def quotient(self, node: t.Quotient) -> str:
        return element("mfrac", self.visit(node.numerator), self.visit(node.denominator))

    def power(self, node: t.Power) -> str:
        return element("msup", self.put(node.base, places.BASE), self.visit(node.exponent))

    def exponential(self, node: t.Exponential) -> str:
        e = _identifier("e")
        return (
            e
            if node.exponent == t.Number(Fraction(1))
            else element("msup", e, self.visit(node.exponent))
        )

    def call(self, node: t.Call) -> str:
        row = function_row(node)
        name = _identifier(row.text)
        if row.prime:
            name = element("msup", name, _operator("′"))
        if self.binding.is_prefix(node):
            argument = self.put(node.arguments[0], places.ARGUMENT)
            return _row(name, _operator(_APPLY), _THIN_SPACE, argument)
        written = [self.visit(argument) for argument in node.arguments]
        inside = _row(*_between(written, ","))
        return _row(name, _operator(_APPLY), _bracketed(inside))

    def sum_over(self, node: t.SumOver) -> str:
        low = _row(_identifier(node.index), _operator("="), _number("1"))
        high = _number if node.dimension.isdigit() else _identifier
        sign = element("munderover", _operator("∑"), low, high(node.dimension))
        return _row(sign, self.put(node.body, places.BODY))

    def delta(self, node: t.Delta) -> str:
        return element("msub", _identifier("δ"), _indices((node.left, node.right)))

    def dot(self, node: t.Dot) -> str:
        sides = [self.put(side, places.OPERAND) for side in (node.left, node.right)]
        return _row(*_between(sides, "·"))

    def transpose(self, node: t.Transpose) -> str:
        return element("msup", self.put(node.argument, places.BASE), _operator("⊤"))

    def matrix_product(self, node: t.MatrixProduct) -> str:
        *front, end = node.factors
        written = [self.put(factor, places.MATRIX) for factor in front]
        return _row(*_between([*written, self.put(end, places.LAST_MATRIX)], _INVISIBLE_TIMES))

    def hadamard(self, node: t.Hadamard) -> str:
        return _row(*_between([self.put(part, places.ENTRY) for part in node.factors], "⊙"))

    def entry_quotient(self, node: t.ElementwiseQuotient) -> str:
        parts = (node.numerator, node.denominator)
        return _row(*_between([self.put(part, places.ENTRY) for part in parts], "⊘"))

    def entry_power(self, node: t.ElementwisePower) -> str:
        high = _row(_operator("⊙"), _number(str(node.exponent)))
        return element("msup", self.put(node.base, places.BASE), high)

    def norm(self, node: t.Norm) -> str:
        bars = _bracketed(self.visit(node.argument), "‖", "‖")
        return element("msub", bars, _identifier("F", upright=True)) if node.frobenius else bars

    def partial(self, node: t.PartialFraction) -> str:
        sign = _operator("∂")
        order = len(node.by)
        lead = element("msup", sign, _number(str(order))) if order > 1 else sign
        counted = {name: node.by.count(name) for name in node.by}
        names = list(counted.items()) if len(counted) == 1 else [(name, 1) for name in node.by]
        below: list[str] = []
        for name, count in names:
            written = self.put(name, places.BASE)
            below += [
                sign,
                element("msup", written, _number(str(count))) if count > 1 else written,
            ]
        return element("mfrac", _row(lead, self.put(node.of, places.BASE)), _row(*below))

    def nabla(self, node: t.Nabla) -> str:
        by = self.visit(node.by)
        sign = _operator("∇")
        if node.order > 1:
            sign = element("msubsup", sign, by, _number(str(node.order)))
        else:
            sign = element("msub", sign, by)
        return _row(sign, self.put(node.of, places.BASE))

    def diagonal(self, node: t.Diagonal) -> str:
        return _row(_identifier("diag"), _operator(_APPLY), _bracketed(self.visit(node.argument)))

    def identity(self, node: t.Identity) -> str:
        return _identifier("I")

    def ones(self, node: t.Ones) -> str:
        return _number("𝟏")

    def bracketed(self, node: t.Bracketed) -> str:
        return element("msub", _bracketed(self.visit(node.body), "[", "]"), _indices(node.indices))

    def equation(self, node: t.Equation) -> str:
        return _row(self.visit(node.left), _operator("="), self.visit(node.right))

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


def _between(parts: list[str], sign: str) -> list[str]:
    joined = [parts[0]]
    for part in parts[1:]:
        joined += [_operator(sign), part]
    return joined
