"""From loops over the classes to lines of Python: those that Numba compiles, or for few numbers.

Every number in a loop is a double, whatever the arrays hold: single precision costs as much there
and would be rounded at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sympy import (
    Add,
    Expr,
    Function,
    Indexed,
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
from derive.generate.layout import LINE_LENGTH
from derive.generate.loops import Loop, LoopNest, Reduction, origin, position_of_largest, smallest
from derive.generate.program import (
    COUNT,
    DERIVATIVES,
    LEADER,
    LOSSES,
    Assignment,
    base_name,
    names_in,
)
from derive.language import relu, step

__all__ = [
    "ARRAYS",
    "FUNCTIONS",
    "NUMBA",
    "REDUCTIONS",
    "Dialect",
    "ReductionRow",
    "numba_lines",
    "numba_text",
]

ARRAYS = {"prediction": "predictions", "grad_a": "gradients", "curvature": "curvatures"}
"""The arrays of all examples that receive the results."""

INPUTS = {"a": "pre_activation", "y": "label"}
"""What one entry of an input is called."""

FUNCTIONS: dict[type[Function], str] = {
    exp: "math.exp({0})",
    log: "math.log({0})",
    tanh: "math.tanh({0})",
    cosh: "math.cosh({0})",
    sinh: "math.sinh({0})",
    primitives.log1p: "math.log1p({0})",
    primitives.magnitude: "abs({0})",
    primitives.positive_part: "max({0}, 0.0)",
    primitives.with_sign: "math.copysign({0}, {1})",
    primitives.clear_sign: "_clear_sign({0})",
    primitives.sign_bit: "_sign_bit({0})",
    primitives.finite: "_finite({0})",
    primitives.weighted_gap: "_weighted_gap({0}, {1}, {2})",
    primitives.quotient_lost: "_quotient_lost({0}, {1}, {2}, {3})",
    primitives.scaled_exp: "_scaled_exp({0}, {1})",
    origin: "_origin({0}, {1})",
    relu: "_ramp({0})",
    step: "_slope_of_ramp({0}, {1})",
}
"""How a function of numbers is written, with ``{0}``, ``{1}`` for its arguments."""


@dataclass(frozen=True)
class ReductionRow:
    """How something is gathered in a loop: lines with ``{name}``, and ``{term}`` in ``update``.

    Parameters
    ----------
    start, update, end : tuple of str
        The lines before the loop, in it and behind it.
    """

    start: tuple[str, ...]
    update: tuple[str, ...]
    end: tuple[str, ...] = ()


REDUCTIONS: dict[type[Expr], ReductionRow] = {
    Sum: ReductionRow(
        ("{name}, {name}_lost = 0.0, 0.0",),
        ("{name}, {name}_lost = _add({name}, {name}_lost, {term})",),
        ("{name} = _together({name}, {name}_lost)",),
    ),
    primitives.sum_but_largest: ReductionRow(
        ("{name}, {name}_lost, {name}_except = 0.0, 0.0, -math.inf",),
        (
            "{name}, {name}_lost = _add({name}, {name}_lost, max(min({name}_except, {term}), 0.0))",
            "{name}_except = max({name}_except, {term})",
        ),
        ("{name} = _together({name}, {name}_lost)",),
    ),
    primitives.largest: ReductionRow(("{name} = -math.inf",), ("{name} = max({name}, {term})",)),
    smallest: ReductionRow(("{name} = math.inf",), ("{name} = min({name}, {term})",)),
    primitives.largest_rival: ReductionRow(
        ("{name}, {name}_except = -math.inf, -math.inf",),
        (
            "{name} = max({name}, min({name}_except, {term}))",
            "{name}_except = max({name}_except, {term})",
        ),
    ),
    position_of_largest: ReductionRow(
        ("{name}, {name}_entry = 0, -math.inf",),
        ("if {term} > {name}_entry:", "    {name}, {name}_entry = unit, {term}"),
    ),
}
"""How each kind of reduction is written."""


@dataclass(frozen=True)
class Dialect:
    """How entries, functions and sums are written.

    Parameters
    ----------
    name : str
        Whose lines they are, for a refusal.
    entry : str
        An entry of an input, with ``{name}`` and ``{place}``.
    stored : str
        Where the entry of a result goes, with ``{array}``.
    functions : dict
        As `FUNCTIONS`.
    reductions : dict
        As `REDUCTIONS`.
    divides : bool
        Whether derivatives are divided by ``count``.
    """

    name: str
    entry: str
    stored: str
    functions: dict[type[Function], str]
    reductions: dict[type[Expr], ReductionRow]
    divides: bool


NUMBA = Dialect(
    "the Numba printer",
    "np.float64({name}[example, {place}])",
    "{array}[example, unit]",
    FUNCTIONS,
    REDUCTIONS,
    divides=True,
)

_CHOICE, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(6)
"""How tightly a text holds together."""

_DEPTH = 4 * 3
"""The indentation of a line in a loop over the units of an example."""


@dataclass(frozen=True)
class _Text:
    source: str
    precedence: int = _ATOM

    def within(self, precedence: int) -> str:
        return self.source if self.precedence >= precedence else f"({self.source})"


class _Printer:
    """Knows which names are read from a row."""

    def __init__(self, rows: tuple[str, ...] = (), dialect: Dialect = NUMBA) -> None:
        self.rows, self.dialect = frozenset(rows), dialect

    def text(self, value: Expr) -> _Text:
        """Return the source of an expression.

        Raises
        ------
        UnsupportedExpression
            If there is no word for it in the tables of this module.
        """
        for kind, method in self._methods():
            if isinstance(value, kind):
                return method(value)
        raise UnsupportedExpression(self.dialect.name, value)

    def _methods(self) -> tuple[tuple[type, Callable[[Any], _Text]], ...]:
        return (
            (Number, _number),
            (Indexed, self._entry),
            (Symbol, lambda symbol: _Text(_scalar(str(symbol)))),
            (Add, self._sum),
            (Mul, self._product),
            (Pow, self._power),
            (primitives.placed, self._choice),
            (primitives.scaled_difference, self._difference),
            (Function, self._function),
        )

    def _entry(self, entry: Indexed) -> _Text:
        name = base_name(entry)
        place = "leader" if LEADER in entry.indices else "unit"
        if name in INPUTS:
            read = self.dialect.entry.format(name=name, place="leader")
            return _Text(read if place == "leader" else INPUTS[name])
        return _Text(f"{name}[{place}]" if name in self.rows else _scalar(name))

    def _choice(self, value: Expr) -> _Text:
        rival, leader, _ = value.args
        source = f"{self.as_float(leader)} if unit == leader else {self.as_float(rival)}"
        return _Text(source, _CHOICE)

    def _difference(self, value: Expr) -> _Text:
        """Print a multiple less what is taken away, which is computed by itself."""
        factor, array, taken = value.args
        multiple = self.text(factor * array).within(_PRODUCT)
        return _Text(f"{multiple} - {self.text(taken).within(_PRODUCT)}", _SUM)

    def as_float(self, value: Expr) -> str:
        """Return the source, a number written as a float."""
        return repr(float(value)) if value.is_number else self.text(value).within(_SUM)

    def _function(self, value: Function) -> _Text:
        functions = self.dialect.functions
        template = functions.get(value.func)
        if template is None:
            known = ", ".join(head.__name__ for head in functions)
            raise UnsupportedExpression(self.dialect.name, value, known)
        if isinstance(value, step) and not value.args[1].is_number:
            raise UnsupportedExpression(self.dialect.name, value, "a number at the kink")
        return _Text(template.format(*(self.text(part).source for part in value.args)))

    def _sum(self, value: Add) -> _Text:
        """Print what is added before what is taken away, and one number an example first."""
        first, *others = sorted(
            value.args,
            key=lambda term: (_is_negative(term), not term.is_Number, bool(term.atoms(Indexed))),
        )
        source = self.text(first).within(_SUM)
        for term in others:
            sign, size = ("-", -term) if _is_negative(term) else ("+", term)
            source += f" {sign} {self.text(size).within(_PRODUCT)}"
        return _Text(source, _SUM)

    def _product(self, value: Mul) -> _Text:
        """Print a quotient as the last factor: it is in range where a product of two may not be."""
        if _is_negative(value) and value.args[0] == -1:
            return _Text(f"-{self.text(-value).within(_PRODUCT)}", _PRODUCT)
        above, below = fraction(value)
        factors = sorted(
            (part for part in Mul.make_args(above) if part != 1),
            key=lambda part: (not part.is_Number, bool(part.atoms(Indexed)), part.is_Add),
        )
        divisors = sorted(
            (part for part in Mul.make_args(below) if part != 1), key=lambda part: part == COUNT
        )
        pieces = [self.text(part).within(_PRODUCT) for part in factors] or ["1"]
        quotient = " / ".join([pieces.pop(), *(self.text(p).within(_SIGN) for p in divisors)])
        if divisors and pieces:
            quotient = f"({quotient})"
        return _Text(" * ".join([*pieces, quotient]), _PRODUCT)

    def _power(self, value: Pow) -> _Text:
        base, exponent = value.args
        if exponent.is_negative:
            return _Text(f"1 / {self.text(1 / value).within(_SIGN)}", _PRODUCT)
        if not exponent.is_Integer:
            raise UnsupportedExpression(self.dialect.name, value, "whole powers")
        text = self.text(base).within(_ATOM)
        return _Text(f"{text}{'**' if text.isidentifier() else ' ** '}{exponent}", _POWER)


def _number(value: Number) -> _Text:
    source = str(value) if value.is_Integer else repr(float(value))
    return _Text(source, _SIGN if value.is_negative else _ATOM)


def _is_negative(term: Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def _scalar(name: str) -> str:
    return "loss" if name == LOSSES else name


def numba_text(value: Expr, rows: tuple[str, ...] = ()) -> str:
    """Return the source of one expression, in which the names of ``rows`` are arrays.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> numba_text(read("powers", True) / read("partition", False), ("powers",))
    'powers[unit] / partition'
    """
    return _Printer(rows).text(value).source


def numba_lines(nest: LoopNest, dialect: Dialect = NUMBA) -> list[str]:
    """Return the lines that carry out a loop nest for the example ``example``.

    They read the inputs ``a`` and ``y`` at ``[example, unit]``, keep rows of ``units`` numbers
    under the names of `LoopNest.rows`, leave the loss under the name ``loss`` and write the other
    results into the arrays of `ARRAYS`, derivatives divided by ``count``. Another dialect may read
    and write otherwise.
    """
    printer = _Printer(nest.rows, dialect)
    lines: list[str] = []
    for one in nest.steps:
        if isinstance(one, Loop):
            lines += _loop(printer, nest, one)
        else:
            lines.append(f"{_scalar(one.name)} = {printer.text(one.value).source}")
    return lines


def _loop(printer: _Printer, nest: LoopNest, loop: Loop) -> list[str]:
    rows = [(printer.dialect.reductions[one.head], one) for one in loop.reductions]
    body = [*_inputs_read(printer, loop)]
    for assignment in loop.assignments:
        body += _computed(printer, nest, loop, assignment)
    for reduction in loop.reductions:
        body += _gathered(printer, reduction)
    return [
        *(line for row, reduction in rows for line in _filled(row.start, reduction)),
        "for unit in range(units):",
        *(f"    {line}" for line in body),
        *(line for row, reduction in rows for line in _filled(row.end, reduction)),
    ]


def _gathered(printer: _Printer, reduction: Reduction) -> list[str]:
    """Update a reduction, its term under a name where it is read twice or makes a long line."""
    update = printer.dialect.reductions[reduction.head].update
    term = printer.text(reduction.term).source
    lines = [*_filled(update, reduction, term)]
    if term.isidentifier() or (len(update) == 1 and _fits(lines[0])):
        return lines
    name = f"{_scalar(reduction.name)}_term"
    return [f"{name} = {term}", *_filled(update, reduction, name)]


def _fits(line: str) -> bool:
    return len(line) + _DEPTH <= LINE_LENGTH


def _filled(lines: tuple[str, ...], reduction: Reduction, term: str = "") -> Iterator[str]:
    for line in lines:
        yield line.format(name=_scalar(reduction.name), term=term)


def _inputs_read(printer: _Printer, loop: Loop) -> Iterator[str]:
    read = {
        base_name(entry)
        for value in _values(loop)
        for entry in value.atoms(Indexed)
        if LEADER not in entry.indices
    }
    for name, entry in INPUTS.items():
        if name in read:
            yield f"{entry} = {printer.dialect.entry.format(name=name, place='unit')}"


def _values(loop: Loop) -> list[Expr]:
    return [*(o.value for o in loop.assignments), *(o.term for o in loop.reductions)]


def _computed(printer: _Printer, nest: LoopNest, loop: Loop, one: Assignment) -> list[str]:
    """Compute an array's entry: into its row, the array of a result, or a number of this class."""
    if one.name not in nest.results:
        kept = one.name in nest.rows
        return _assigned(printer, f"{one.name}[unit]" if kept else one.name, one.value)
    target = printer.dialect.stored.format(array=ARRAYS[one.name])
    own = printer.text(one.read).source
    stored = f"{target} = {_result(printer, one.name, one.value)}"
    is_read = any(one.name in names_in(value) for value in _values(loop))
    if is_read or isinstance(one.value, primitives.placed) or not _fits(stored):
        first = _assigned(printer, own, one.value)
        return [*first, f"{target} = {_result(printer, one.name, one.read)}"]
    return [stored]


def _result(printer: _Printer, name: str, value: Expr) -> str:
    """Divide a derivative by the count, before a number is multiplied in that might be too much."""
    if name not in DERIVATIVES or not printer.dialect.divides:
        return printer.text(value).source
    number, rest = value.as_coeff_Mul()
    if abs(number) == 1 or rest == 1:
        return printer.text(value / COUNT).source
    return f"{printer.text(number).source} * ({printer.text(rest / COUNT).source})"


def _assigned(printer: _Printer, target: str, value: Expr) -> list[str]:
    line = f"{target} = {printer.text(value).source}"
    if not isinstance(value, primitives.placed) or _fits(line):
        return [line]
    rival, leader, _ = value.args
    return [
        "if unit == leader:",
        f"    {target} = {printer.as_float(leader)}",
        "else:",
        f"    {target} = {printer.text(rival).source}",
    ]
