"""From an array program to the lines of NumPy that carry it out.

The class axis is the last one; what has none keeps it with length one, so that all of it
broadcasts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import (
    Add,
    Expr,
    Function,
    Indexed,
    Integer,
    Mul,
    Number,
    Pow,
    Sum,
    Symbol,
    cosh,
    exp,
    fraction,
    log,
    sinh,
    tanh,
)

from derive.errors import UnsupportedExpression
from derive.generate import primitives
from derive.generate.program import (
    COUNT,
    DERIVATIVES,
    LEADER,
    LOGITS,
    LOSSES,
    UNITS,
    Assignment,
    Program,
    base_name,
    names_in,
)
from derive.language import Entries, relu, step

__all__ = ["FUNCTIONS", "FunctionRow", "lines_of", "text_of"]

_COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(6)
"""How tightly a text holds together."""


@dataclass(frozen=True)
class FunctionRow:
    """How a function is written: ``template`` of its arguments' texts.

    Parameters
    ----------
    head : type
        The function.
    template : str
        The text, with ``{0}``, ``{1}`` for the arguments.
    ufunc : str
        The name under which NumPy takes ``out=``, empty where there is none.
    is_boolean : bool
        Whether it gives booleans, which only count as numbers beside an array of floats.
    precedence : int
        How tightly the text holds together.
    """

    head: type[Function]
    template: str
    ufunc: str = ""
    is_boolean: bool = False
    precedence: int = _ATOM


FUNCTIONS: tuple[FunctionRow, ...] = (
    FunctionRow(exp, "np.exp({0})", "exp"),
    FunctionRow(log, "np.log({0})", "log"),
    FunctionRow(tanh, "np.tanh({0})", "tanh"),
    FunctionRow(cosh, "np.cosh({0})", "cosh"),
    FunctionRow(sinh, "np.sinh({0})", "sinh"),
    FunctionRow(primitives.log1p, "np.log1p({0})", "log1p"),
    FunctionRow(primitives.magnitude, "np.abs({0})", "abs"),
    FunctionRow(primitives.with_sign, "np.copysign({0}, {1})", "copysign"),
    FunctionRow(primitives.clear_sign, "~np.signbit({0})", is_boolean=True, precedence=_SIGN),
    FunctionRow(primitives.sign_bit, "np.signbit({0})", is_boolean=True),
    FunctionRow(primitives.finite, "_finite({0})"),
    FunctionRow(primitives.scaled_exp, "_exponentials({0}, {1})"),
    FunctionRow(primitives.largest, "{0}.max(axis=-1, keepdims=True)"),
    FunctionRow(primitives.largest_rival, "_largest_rival({0}, leader)"),
    FunctionRow(primitives.sum_but_largest, "_sum_but_largest({0})"),
    FunctionRow(relu, "np.maximum({0}, 0)"),
)
"""Every function that a program may hold, but for the slope of the ramp, which asks its kink."""

_ROWS = {row.head: row for row in FUNCTIONS}
_COMPARISONS: dict[Expr, str] = {Integer(0): "{0} > 0", Integer(1): "{0} >= 0"}


@dataclass(frozen=True)
class Text:
    """A piece of source and how tightly it holds together."""

    source: str
    precedence: int = _ATOM
    is_boolean: bool = False

    def within(self, precedence: int) -> str:
        """Return the source, in brackets where it is looser than ``precedence``."""
        return self.source if self.precedence >= precedence else f"({self.source})"


class _Printer:
    """Knows which names hold an array over the classes and which of those hold booleans."""

    def __init__(self, program: Program) -> None:
        self.per_class = {"a", "y"} | {one.name for one in program.assignments if one.per_class}
        self.booleans = {one.name for one in program.assignments if _gives_booleans(one.value)}

    def text(self, value: Expr) -> Text:
        """Return the source of an expression.

        Raises
        ------
        UnsupportedExpression
            If NumPy has no word for it in the tables of this module.
        """
        for kind, method in self._methods():
            if isinstance(value, kind):
                return method(value)
        raise UnsupportedExpression("the NumPy printer", value)

    def _methods(self) -> tuple[tuple[type, Callable[[Any], Text]], ...]:
        return (
            (Number, self._number),
            (Indexed, self._entry),
            (Symbol, lambda symbol: Text("a.shape[-1]" if symbol == UNITS else str(symbol))),
            (Add, self._sum_of_terms),
            (Mul, self._product),
            (Pow, self._power),
            (Sum, self._total),
            (Function, self._function),
            (Entries, lambda array: self.text(array.expr)),
        )

    def as_number(self, value: Expr) -> Text:
        """Return the source, booleans turned into floats."""
        text = self.text(value)
        return Text(f"{text.within(_ATOM)}.astype(a.dtype)") if text.is_boolean else text

    def is_array(self, value: Expr) -> bool:
        """Say whether ``value`` has the class axis."""
        entries = value.atoms(Indexed) - {
            e for part in value.atoms(Sum) for e in part.atoms(Indexed)
        }
        return any(LEADER not in entry.indices for entry in entries)

    def _number(self, value: Number) -> Text:
        source = str(value) if value.is_Integer else repr(float(value))
        return Text(source, _SIGN if value.is_negative else _ATOM)

    def _entry(self, entry: Indexed) -> Text:
        name = base_name(entry)
        if LEADER in entry.indices:
            return Text(f"{name}.take(leader)")
        return Text(name, is_boolean=name in self.booleans)

    def _function(self, value: Function) -> Text:
        if isinstance(value, step):
            return self._slope_of_ramp(value)
        if not names_in(value) and value.func in (log, exp):
            return Text(f"math.{value.func.__name__}({self.text(value.args[0]).source})")
        row = _ROWS.get(value.func)
        if row is None:
            raise UnsupportedExpression("the NumPy printer", value, ", ".join(_names()))
        inner = (self.as_number(argument).source for argument in value.args)
        return Text(row.template.format(*inner), row.precedence, row.is_boolean)

    def _slope_of_ramp(self, value: Function) -> Text:
        argument, kink = value.args
        if not kink.is_number:
            raise UnsupportedExpression("the NumPy printer", value, "a number at the kink")
        if kink in _COMPARISONS:
            comparison = _COMPARISONS[kink].format(self.text(argument).within(_POWER))
            return Text(comparison, _COMPARISON, is_boolean=True)
        return Text(f"np.heaviside({self.text(argument).source}, {float(kink)!r})")

    def _sum_of_terms(self, value: Add) -> Text:
        first, *others = self.terms(value)
        source = self._beside(first, others).within(_SUM)
        for number, term in enumerate(others):
            sign, size = ("-", -term) if _is_negative(term) else ("+", term)
            others_here = [first, *others[:number], *others[number + 1 :]]
            source += f" {sign} {self._beside(size, others_here).within(_PRODUCT)}"
        return Text(source, _SUM)

    def terms(self, value: Add) -> list[Expr]:
        """Order the terms: what is added before what is taken away, one number an example first."""
        return sorted(
            value.args,
            key=lambda term: (_is_negative(term), not term.is_Number, self.is_array(term)),
        )

    def _beside(self, value: Expr, others: list[Expr]) -> Text:
        """Print beside other operands: a boolean counts as a number beside an array of floats."""
        if any(self.is_array(other) and not self.text(other).is_boolean for other in others):
            return self.text(value)
        return self.as_number(value)

    def factors(self, value: Expr) -> tuple[list[Expr], list[Expr], list[Expr]]:
        """Return the factors: those of an example, arrays, and arrays to divide by."""
        above, below = fraction(value)
        numerators = Mul.make_args(above)
        denominators = [part for part in Mul.make_args(below) if part != 1]
        arrays = [part for part in numerators if self.is_array(part)]
        divisors = [part for part in denominators if self.is_array(part)]
        scale = [part for part in numerators if part not in arrays and part != 1]
        scale_below = [1 / part for part in denominators if part not in divisors]
        if not scale and arrays:
            return [], arrays, [*divisors, *(1 / part for part in scale_below)]
        return [*scale, *scale_below], arrays, divisors

    def _product(self, value: Mul) -> Text:
        if _is_negative(value) and value.args[0] == -1:
            return Text(f"-{self.as_number(-value).within(_PRODUCT)}", _PRODUCT)
        scale, arrays, divisors = self.factors(value)
        arrays.sort(key=lambda part: (len(Add.make_args(part)) > 2, self.text(part).is_boolean))
        source = ""
        for part in [*scale, *arrays]:
            above, below = fraction(part)
            if above == 1 and below != 1 and source:
                source += f" / {self.text(below).within(_SIGN)}"
            else:
                others = [other for other in arrays if other is not part]
                piece = self._beside(part, others).within(_PRODUCT)
                source += f" * {piece}" if source else piece
        for part in divisors:
            source = f"{source or 1} / {self.text(part).within(_SIGN)}"
        return Text(source, _PRODUCT)

    def _power(self, value: Pow) -> Text:
        base, exponent = value.args
        if exponent.is_negative:
            return Text(f"1 / {self.text(1 / value).within(_SIGN)}", _PRODUCT)
        if not exponent.is_Integer:
            raise UnsupportedExpression("the NumPy printer", value, "whole powers")
        text = self.as_number(base).within(_ATOM)
        power = "**" if text.isidentifier() else " ** "
        return Text(f"{text}{power}{exponent}", _POWER)

    def pair(self, left: Expr, right: Expr) -> str:
        """Return two operands as the arguments of a function of NumPy."""
        return f"{self._beside(left, [right]).source}, {self._beside(right, [left]).source}"

    def _total(self, value: Sum) -> Text:
        body = value.function
        if not self.is_array(body):
            return self.text(UNITS * body)
        pair = _pair_of_arrays(body)
        if pair is not None:
            left, right = (self.as_number(part).source for part in pair)
            return Text(f"_dot({left}, {right})")
        return Text(f"_total({self.as_number(body).source})")


def _names() -> list[str]:
    return [row.head.__name__ for row in FUNCTIONS]


def _is_negative(term: Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def _gives_booleans(value: Expr) -> bool:
    if isinstance(value, step):
        return value.args[1] in _COMPARISONS
    row = _ROWS.get(value.func)
    return row is not None and row.is_boolean


def _pair_of_arrays(body: Expr) -> tuple[Expr, Expr] | None:
    if isinstance(body, Pow) and body.exp == 2 and isinstance(body.base, Indexed):
        return body.base, body.base
    if isinstance(body, Mul) and len(body.args) == 2:
        left, right = body.args
        if isinstance(left, Indexed) and isinstance(right, Indexed):
            return left, right
    return None


def text_of(value: Expr, program: Program) -> str:
    """Return the NumPy source of one expression of a program.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> text_of(read("a", True) - read("y", True), Program((), ()))
    'a - y'
    """
    return _Printer(program).text(value).source


def _has_leader(program: Program) -> bool:
    return any(one.value.has(LEADER, primitives.placed) for one in program.assignments)


def lines_of(program: Program, out: str = "") -> list[str]:
    """Return the lines that carry out a program.

    Parameters
    ----------
    program : Program
        What is carried out.
    out : str
        The name of the result that is written into the array ``out``, where there is one; without
        one the losses are returned where they stand.
    """
    printer = _Printer(program)
    lines = []
    if _has_leader(program) and LOGITS not in program:
        lines.append("leader = _leaders(a)")
    for assignment in program.assignments:
        if assignment.name == LOSSES:
            lines += _reduced(printer, assignment, "value =" if out else "return")
        elif assignment.name in DERIVATIVES:
            lines += _divided(printer, assignment, into_out=assignment.name == out)
        else:
            lines += _plainly(printer, assignment)
        if assignment.name == LOGITS:
            lines.append(f"leader = _leaders({LOGITS})")
    return lines


def _reduced(printer: _Printer, assignment: Assignment, target: str) -> list[str]:
    """Reduce the losses over the examples, together with the sum over the units where it can be."""
    number, core = assignment.value.as_coeff_Mul()
    if isinstance(core, Sum) and number in (1, -1) and printer.is_array(core.function):
        sign, body = "-" if number == -1 else "", printer.as_number(core.function).source
        return [f"{target} {sign}_reduced_total({body}, reduction)"]
    return [*_plainly(printer, assignment), f"{target} _reduced({LOSSES}, reduction)"]


def _divided(printer: _Printer, assignment: Assignment, *, into_out: bool) -> list[str]:
    """Divide a derivative by the count: before it is multiplied by a number, where it is."""
    carry_out = _into_out if into_out else _plainly
    name, value = assignment.name, assignment.value
    if value.is_number or abs(value.as_coeff_Mul()[0]) != 1:
        divided = Assignment(name, value / COUNT, per_class=True)
        return [f"{COUNT} = _count(a, reduction)", *carry_out(printer, divided)]
    mean = ['if reduction == "mean":', f"    {name} /= _count(a, reduction)"]
    return [*carry_out(printer, assignment), *mean]


def _plainly(printer: _Printer, assignment: Assignment) -> list[str]:
    name, value = assignment.name, assignment.value
    if isinstance(value, primitives.placed):
        rival = Assignment(name, value.args[0], per_class=True)
        return [*_plainly(printer, rival), _put(printer, name, value.args[1])]
    is_result = name in ("prediction", "curvature")
    typed = f"{name}: Array" if is_result else name
    if assignment.per_class and not printer.is_array(value):
        return [f"{typed} = np.full_like(a, {printer.text(value).source})"]
    if name == LOSSES and not names_in(value) - {str(UNITS)}:
        return [f"{name} = np.full_like(a[..., :1], {printer.text(value).source})"]
    if is_result and isinstance(value, Indexed):
        return [f"{typed} = {printer.text(value).source}.copy()"]
    text = printer.as_number(value) if is_result else printer.text(value)
    return [f"{typed} = {text.source}"]


def _put(printer: _Printer, name: str, value: Expr) -> str:
    return f"{name}.put(leader, {printer.text(value).source})"


def _into_out(printer: _Printer, assignment: Assignment) -> list[str]:
    """Write a result into ``out`` in as few passes as its operations, with no array beside it."""
    name, value = assignment.name, assignment.value
    if isinstance(value, primitives.placed):
        rival = Assignment(name, value.args[0], per_class=True)
        return [*_into_out(printer, rival), _put(printer, name, value.args[1])]
    if not printer.is_array(value):
        filled = f"{name} = np.empty_like(a) if out is None else out"
        return [filled, f"{name}[...] = {printer.text(value).source}"]
    if isinstance(value, Add):
        return _sum_into_out(printer, name, value)
    if isinstance(value, Mul):
        return _product_into_out(printer, name, value)
    row = _ROWS.get(value.func)
    if row is not None and row.ufunc:
        arguments = ", ".join(printer.as_number(part).source for part in value.args)
        return [f"{name} = np.{row.ufunc}({arguments}, out=out)"]
    return [f"{name} = np.positive({printer.as_number(value).source}, out=out)"]


def _sum_into_out(printer: _Printer, name: str, value: Add) -> list[str]:
    of_example = Add(*(term for term in value.args if not printer.is_array(term)))
    first, *others = [term for term in printer.terms(value) if printer.is_array(term)]
    if of_example != 0:
        first, others = of_example, [first, *others]
    if isinstance(first, Mul) and printer.is_array(first):
        lines = _product_into_out(printer, name, first)
    else:
        second = others.pop(0)
        sign, size = ("subtract", -second) if _is_negative(second) else ("add", second)
        lines = [f"{name} = np.{sign}({printer.pair(first, size)}, out=out)"]
    for term in others:
        sign, size = ("-", -term) if _is_negative(term) else ("+", term)
        lines.append(f"{name} {sign}= {printer.text(size).source}")
    return lines


def _product_into_out(printer: _Printer, name: str, value: Mul) -> list[str]:
    scale, arrays, divisors = printer.factors(value)
    arrays.sort(key=lambda part: printer.text(part).is_boolean)
    masks = [part for part in arrays if printer.text(part).is_boolean]
    if masks and len(arrays) > 1:
        # A zero of the mask has to meet the number before a scale can make it infinite.
        arrays, scale_last = [part for part in arrays if part not in masks], scale
        first = f"np.multiply({printer.pair(arrays.pop(0), masks.pop(0))}, out=out)"
        arrays = [*masks, *arrays, *([Mul(*scale_last)] if scale_last else [])]
    elif scale == [Integer(-1)]:
        first = f"np.negative({printer.as_number(arrays.pop(0)).source}, out=out)"
    elif scale:
        first = f"np.multiply({printer.pair(Mul(*scale), arrays.pop(0))}, out=out)"
    elif len(arrays) > 1:
        first = f"np.multiply({printer.pair(arrays.pop(0), arrays.pop(0))}, out=out)"
    else:
        first = f"np.divide({printer.pair(arrays.pop(0), divisors.pop(0))}, out=out)"
    lines = [f"{name} = {first}"]
    lines += [f"{name} *= {printer.text(part).source}" for part in arrays]
    lines += [f"{name} /= {printer.text(part).source}" for part in divisors]
    return lines
