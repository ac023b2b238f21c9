"""From an array program to the lines of NumPy that carry it out, for a block of examples.

The class axis is the last one. In a block of several examples what has none keeps it with length
one, so that all of it broadcasts; for a single example it is a number, and the arrays are vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
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
    S,
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
from derive.generate.buffers import Plan, chain_and_entry
from derive.generate.inner import factors_of
from derive.generate.operations import (
    DONE,
    Operation,
    factors,
    gives_booleans,
    is_array,
    is_negative,
)
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

__all__ = ["FUNCTIONS", "FunctionRow", "fresh_lines_of", "lines_of", "lines_of_doubles", "text_of"]

_COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(6)
"""How tightly a text holds together."""


@dataclass(frozen=True)
class FunctionRow:
    """How a function is written inside an expression: ``template`` of its arguments' texts.

    Parameters
    ----------
    head : type
        The function.
    template : str
        The text, with ``{0}``, ``{1}`` for the arguments.
    is_boolean : bool
        Whether it gives booleans, which only count as numbers beside an array of floats.
    precedence : int
        How tightly the text holds together.
    """

    head: type[Function]
    template: str
    is_boolean: bool = False
    precedence: int = _ATOM


FUNCTIONS: tuple[FunctionRow, ...] = (
    FunctionRow(exp, "np.exp({0})"),
    FunctionRow(log, "np.log({0})"),
    FunctionRow(tanh, "np.tanh({0})"),
    FunctionRow(cosh, "np.cosh({0})"),
    FunctionRow(sinh, "np.sinh({0})"),
    FunctionRow(primitives.log1p, "np.log1p({0})"),
    FunctionRow(primitives.magnitude, "np.abs({0})"),
    FunctionRow(primitives.positive_part, "np.maximum({0}, 0)"),
    FunctionRow(primitives.with_sign, "np.copysign({0}, {1})"),
    FunctionRow(primitives.clear_sign, "~np.signbit({0})", is_boolean=True, precedence=_SIGN),
    FunctionRow(primitives.sign_bit, "np.signbit({0})", is_boolean=True),
    FunctionRow(primitives.finite, "_finite({0}, is_moderate)"),
    FunctionRow(primitives.scaled_exp, "_exponentials({0}, {1}, is_moderate)"),
    FunctionRow(primitives.weighted_gap, "_weighted_gaps({0}, {1}, {2}, is_moderate)"),
    FunctionRow(primitives.scaled_difference, "_scaled_difference({0}, {1}, {2})"),
    FunctionRow(primitives.exact_sum, "_exact_total({0})"),
    FunctionRow(primitives.sound_sum, "_sound_total({0})"),
    FunctionRow(primitives.plain_sum, "_plain_total({0})"),
    FunctionRow(primitives.in_doubles, "{0}.astype(np.float64, copy=False)"),
    FunctionRow(primitives.largest, "_largest({0})"),
    FunctionRow(primitives.largest_rival, "_largest_rival({0}, leader)"),
    FunctionRow(primitives.sum_but_largest, "_sum_but_largest({0})"),
    FunctionRow(relu, "np.maximum({0}, 0)"),
)
"""Every function that a program may hold, but for the slope of the ramp, which asks its kink."""

_ROWS = {row.head: row for row in FUNCTIONS}

_CONSTANTS: dict[Expr, str] = {S.One: "_ONE", S.Half: "_HALF"}
"""What numbers are called that are arrays of doubles: NumPy is sooner done with these."""

_COMPARISONS = {0: "{0} > 0", 1: "{0} >= 0"}
_ASKING = ("_finite", "_exponentials", "_weighted_gaps")
"""Helpers that are told whether the pre-activations are moderate, beside their operands."""
_WITH_MORE_DIGITS = "_scaled_difference"
"""The helper that takes all digits of a number of an example, and forgets an array."""
_LEADING = "leading_logit"
"""What the reference is called that the program asks about first."""

_TWICE = 2 / COUNT

_IN_PLACE = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


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

    def __init__(self, program: Program, leader: str = str(LEADER)) -> None:
        self.leader = leader
        self.per_class = {"a", "y"} | {one.name for one in program.assignments if one.per_class}
        self.booleans = {one.name for one in program.assignments if gives_booleans(one.value)}
        self.of_sums = _of_sums(program)
        self.spare = ""
        self.is_flat = False
        self.constants: dict[Expr, str] = {}

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

    def _number(self, value: Number) -> Text:
        source = str(value) if value.is_Integer else repr(float(value))
        return Text(source, _SIGN if value.is_negative else _ATOM)

    def _entry(self, entry: Indexed) -> Text:
        name = base_name(entry)
        if LEADER in entry.indices:
            return Text(f"{name}.take({self.leader})")
        return Text(name, is_boolean=name in self.booleans)

    def _function(self, value: Function) -> Text:
        if isinstance(value, step):
            return self._slope_of_ramp(value)
        if not names_in(value) and value.func in (log, exp):
            return Text(f"math.{value.func.__name__}({self.text(value.args[0]).source})")
        row = _ROWS.get(value.func)
        if row is None:
            raise UnsupportedExpression("the NumPy printer", value, ", ".join(_names()))
        inner = [self.as_number(argument).source for argument in value.args]
        if isinstance(value, primitives.exact_sum) and self.spare:
            inner[-1] += f", out={self.spare}"
        if isinstance(value, primitives.in_doubles):
            inner = [self.text(value.args[0]).within(_ATOM)]
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
            sign, size = ("-", -term) if is_negative(term) else ("+", term)
            others_here = [first, *others[:number], *others[number + 1 :]]
            source += f" {sign} {self._beside(size, others_here).within(_PRODUCT)}"
        return Text(source, _SUM)

    def terms(self, value: Add) -> list[Expr]:
        """Order the terms: what is added before what is taken away, one number an example first."""
        return sorted(
            value.args,
            key=lambda term: (is_negative(term), not term.is_Number, is_array(term)),
        )

    def _beside(self, value: Expr, others: list[Expr]) -> Text:
        """Print beside other operands: a boolean counts as a number beside an array of floats."""
        if any(is_array(other) and not self.text(other).is_boolean for other in others):
            return self.text(value)
        return self.as_number(value)

    def _product(self, value: Mul) -> Text:
        if is_negative(value) and value.args[0] == -1:
            return Text(f"-{self.as_number(-value).within(_PRODUCT)}", _PRODUCT)
        scale, arrays, divisors = factors(value)
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
            return Text(f"1.0 / {self.text(1 / value).within(_SIGN)}", _PRODUCT)
        if not exponent.is_Integer:
            raise UnsupportedExpression("the NumPy printer", value, "whole powers")
        text = self.as_number(base).within(_ATOM)
        power = "**" if text.isidentifier() else " ** "
        return Text(f"{text}{power}{exponent}", _POWER)

    def operands(self, operation: Operation, done: str) -> list[str]:
        """Return the operands of an operation; a boolean counts as a number beside floats."""
        floats = [one for one in operation.operands if one == DONE or is_array(one)]
        texts = []
        for one in operation.operands:
            others = [other for other in floats if other is not one]
            beside = DONE in others or any(not self.text(other).is_boolean for other in others)
            text = self.text(one) if beside else self.as_number(one)
            if one in self.constants:
                text = Text(self.constants[one])
            elif one.is_Integer:  # NumPy is sooner done with a float
                text = Text(f"{one}.0")
            keeps_digits = operation.function == _WITH_MORE_DIGITS
            source = text.source if keeps_digits else self._rounded(one, text)
            texts.append(done if one == DONE else source)
        if operation.function in _ASKING:
            texts.append(self._is_moderate(operation, texts))
        return texts

    def _rounded(self, value: Expr, text: Text) -> str:
        """Return an operand; a sum's further digits would make all of an array wider."""
        if is_array(value) or not names_in(value) & self.of_sums:
            return text.source
        return f"{text.within(_ATOM)}.astype(a.dtype, copy=False)"

    @staticmethod
    def _is_moderate(operation: Operation, texts: list[str]) -> str:
        is_another = operation.function == "_exponentials" and texts[1] != _LEADING
        return f"_is_moderate({', '.join(texts)})" if is_another else "is_moderate"

    def _total(self, value: Sum) -> Text:
        body = value.function
        if not is_array(body):
            return self.text(UNITS * body)
        if (products := factors_of(body)) is not None:
            left, right = (self._summed(self.text(one)) for one in products)
            return Text(f"_inner({left}, {right})")
        return Text(f"_total({self._summed(self.as_number(body))})")

    def _summed(self, text: Text) -> str:
        """Return what is summed: all of an array, where it is the sum of all that counts."""
        return f"{text.within(_ATOM)}.ravel()" if self.is_flat else text.source


def _of_sums(program: Program) -> set[str]:
    """Return the numbers of an example that are made of sums, which may have more digits."""
    found: set[str] = set()
    for one in program.assignments:
        is_sum = one.value.has(Sum, *primitives.SUMS)
        if not one.per_class and (is_sum or names_in(one.value) & found):
            found.add(one.name)
    return found


def _names() -> list[str]:
    return [row.head.__name__ for row in FUNCTIONS]


def text_of(value: Expr, program: Program) -> str:
    """Return the NumPy source of one expression of a program.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> text_of(read("a", True) - read("y", True), Program((), ()))
    'a - y'
    """
    return _Printer(program).text(value).source


def lines_of(plan: Plan, *, helpers: bool = False) -> list[str]:
    """Return the lines that carry out a program in its places, for a block of examples.

    The results are parameters of the block, and written into; the losses are returned. With helpers
    it is one of them that takes exponentials, as they have to be taken in a format.
    """
    lines = (_LinesWithHelpers if helpers else _Lines)(plan, None)
    for assignment in plan.program.assignments:
        lines.add(assignment)
    return lines.lines


def fresh_lines_of(plan: Plan, *, of_doubles: bool) -> list[str]:
    """Return the lines that carry out a program without any places: each array is made anew.

    What an array may be written over entry by entry it still is. Nothing is divided by the count.
    Numbers beside doubles have names, for they are arrays.
    """
    lines = (_FreshLinesOfDoubles if of_doubles else _FreshLines)(plan, None)
    for assignment in plan.program.assignments:
        lines.add(replace(assignment, value=assignment.value.xreplace({COUNT: Integer(1)})))
    return lines.lines


def lines_of_doubles(plan: Plan, leader: str) -> list[str]:
    """Return the lines for arrays of doubles, which make all but the gradient anew.

    That is written into ``out``, where it is given, and what comes before it, too. Only sound sums
    have more digits than doubles.
    """
    lines = _LinesOfDoubles(plan, leader)
    for assignment in plan.program.assignments:
        lines.add(assignment)
    return lines.lines


class _Lines:
    """Writes the lines of one assignment after the other."""

    def __init__(self, plan: Plan, leader: str | None) -> None:
        self.plan = plan
        self.leader = leader or str(LEADER)
        self.printer = _Printer(plan.program, self.leader)
        self.lines: list[str] = []
        self.asked_with = ""
        self.is_given = leader is not None
        if LOGITS not in plan.program:
            self._look_at("a")

    def _look_at(self, array: str) -> None:
        """Write what the program asks about the pre-activations, or the logits."""
        values = [one.value for one in self.plan.program.assignments]
        if not self.is_given and any(value.has(LEADER, primitives.placed) for value in values):
            self.lines.append(f"leader = _leaders({array})")
        asking = (primitives.finite, primitives.scaled_exp, primitives.weighted_gap)
        if any(value.has(*asking) for value in values):
            self.asked_with = array

    def add(self, assignment: Assignment) -> None:
        """Write an assignment, and what follows from it."""
        name, value = assignment.name, assignment.value
        self.printer.spare = self.plan.spares.get(name, "")
        if name == LOSSES:
            self._losses(value)
        elif not assignment.per_class or gives_booleans(value):
            self.lines.append(f"{name} = {self.printer.text(value).source}")
            if name == _LEADING and self.asked_with:
                self.lines.append(f"is_moderate = _is_moderate({self.asked_with}, {name})")
        else:
            self._array(name, value)
        if name == LOGITS:
            self._look_at(LOGITS)
        if name in DERIVATIVES and "count" not in names_in(value):
            self._divide(name)

    def _divide(self, name: str) -> None:
        self.lines += ["if count != 1:", f"    {name} /= count"]

    def _losses(self, value: Expr) -> None:
        source = self.printer.text(value).source
        if not names_in(value) - {str(UNITS)}:
            source = f"np.full_like(a[..., :1], {source})"
        last = self.plan.program.assignments[-1].name == LOSSES
        self.lines.append(f"return {source}" if last else f"{LOSSES} = {source}")

    def _array(self, name: str, value: Expr) -> None:
        operations, entry = chain_and_entry(value)
        into = self._place_of(name)
        if operations:
            self._begin(name, operations[0], into)
        else:
            self._copy(name, value if entry is None else value.args[0], into)
        for operation in operations[1:]:
            self._go_on(name, operation)
        if entry is not None:
            entries = f"{name}.ravel()[{self.leader}]"  # a view, for what lies row by row
            self.lines.append(f"{entries} = {self.printer.text(entry).source}")

    def _place_of(self, name: str) -> str:
        place = self.plan.places[name]
        return self.plan.over.get(name, place) if place.startswith("work") else place

    def _assign(self, name: str, into: str, source: str) -> None:
        self.lines.append(source if name == into else f"{name} = {source}")

    def _begin(self, name: str, operation: Operation, into: str) -> None:
        operands = [*self.printer.operands(operation, name), *_into(into)]
        if operation.function == _WITH_MORE_DIGITS and not self._may_forget(operation, name):
            operands[1] += ".copy()"
        line = f"{self._called(operation)}({', '.join(operands)})"
        if operation.operands[0] == _TWICE and name == into and operands[1].isidentifier():
            self._double(operands[1], into, line)
        else:
            self._assign(name, into, line)

    def _may_forget(self, operation: Operation, name: str) -> bool:
        """Say whether the second operand is read by nothing else, and stands at another place."""
        values = base_name(operation.operands[1])
        known = self.plan.program.assignments
        readers = [one.name for one in known if values in names_in(one.value)]
        places = self.plan.places
        is_here = places.get(values) == places[name]
        return values in places and readers[-1] == name and not is_here

    def _double(self, source: str, into: str, line: str) -> None:
        """Write twice an array, divided by a count; without one a sum starts sooner."""
        doubled = f"np.add({', '.join((source, source, *_into(into)))})"
        self.lines += ["if count == 1:", f"    {doubled}", "else:", f"    {line}"]

    def _copy(self, name: str, value: Expr, into: str) -> None:
        source = self.printer.as_number(value).source
        over = self.plan.over.get(name)
        if not is_array(value):
            self.lines.append(f"{name}[...] = {source}" if name == into else f"{name} = {source}")
        elif over is not None and over != name:
            self.lines.append(f"{name} = {over}")
        else:
            self._assign(name, into, f"np.positive({', '.join((source, *_into(into)))})")

    def _go_on(self, name: str, operation: Operation) -> None:
        operands = self.printer.operands(operation, name)
        sign = _IN_PLACE.get(operation.function)
        if sign and operation.operands[0] == DONE:
            self.lines.append(f"{name} {sign}= {operands[1]}")
        elif operation.function in ("add", "multiply") and operation.operands[1] == DONE:
            self.lines.append(f"{name} {sign}= {operands[0]}")
        else:
            operands.append(f"out={name}")
            self.lines.append(f"{self._called(operation)}({', '.join(operands)})")

    def _called(self, operation: Operation) -> str:
        function = operation.function
        return function if function.startswith("_") else f"np.{function}"


class _LinesWithHelpers(_Lines):
    """Writes them for every format, in a module that has the helpers."""

    def _called(self, operation: Operation) -> str:
        return "_exp" if operation.function == "exp" else super()._called(operation)


class _LinesWithoutPlaces(_Lines):
    """Writes them where there are no arrays yet to write into."""

    def _place_of(self, name: str) -> str:
        return self.plan.over.get(name, "")

    def _copy(self, name: str, value: Expr, into: str) -> None:
        if is_array(value):
            super()._copy(name, value, into)
        else:
            self.lines.append(f"{name} = np.full_like(a, {self.printer.as_number(value).source})")

    def _begin(self, name: str, operation: Operation, into: str) -> None:
        if operation.function == "multiply" and operation.operands[0] == 2:
            operation = Operation("add", (operation.operands[1], operation.operands[1]))
        super()._begin(name, operation, into)


class _FreshLines(_LinesWithoutPlaces):
    """Writes them with one sum of all entries, which is divided by nothing."""

    def __init__(self, plan: Plan, leader: str | None) -> None:
        super().__init__(plan, leader)
        self.printer.is_flat = True

    def _divide(self, name: str) -> None:
        pass


class _FreshLinesOfDoubles(_FreshLines):
    """Writes them for doubles, with the names of numbers."""

    def __init__(self, plan: Plan, leader: str | None) -> None:
        super().__init__(plan, leader)
        self.printer.constants = _CONSTANTS


class _LinesOfDoubles(_LinesWithoutPlaces):
    """Writes them for doubles, the gradient into ``out``."""

    def __init__(self, plan: Plan, leader: str | None) -> None:
        super().__init__(plan, leader)
        if not any(one.value.has(primitives.sound_sum) for one in plan.program.assignments):
            self.printer.of_sums = set()

    def _place_of(self, name: str) -> str:
        is_in_gradient = self.plan.places[name] in self.plan.program.results
        return self.plan.over.get(name, "out" if is_in_gradient else "")


def _into(place: str) -> tuple[str, ...]:
    return (f"out={place}",) if place else ()
