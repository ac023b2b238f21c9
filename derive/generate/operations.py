"""The operations of NumPy that make an array over the classes: each of one or two operands.

A value is a chain: the first operation starts from names, each further one goes on with what has
become of them, so that all of it can be written into one array. What does not fit into a chain is a
*side*: an operand that has to be computed before, into an array of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import (
    Add,
    Expr,
    Function,
    Indexed,
    Integer,
    Mul,
    Pow,
    Sum,
    Symbol,
    cosh,
    exp,
    fraction,
    log,
    preorder_traversal,
    sinh,
    tanh,
)

from derive.errors import UnsupportedExpression
from derive.generate import primitives
from derive.generate.program import LEADER
from derive.language import relu, step

__all__ = [
    "DONE",
    "UFUNCS",
    "Operation",
    "Ufunc",
    "chain_of",
    "factors",
    "gives_booleans",
    "is_array",
    "is_negative",
    "is_simple",
    "sides_of",
    "unnamed_mask_of",
    "word_for",
]

DONE = Symbol("done", real=True)
"""Stands for what the operations before have made."""


@dataclass(frozen=True)
class Operation:
    """``function`` of ``operands``, one of which may be `DONE`.

    Parameters
    ----------
    function : str
        A ufunc of NumPy, or a helper of the module where it begins with an underscore.
    operands : tuple of Expr
        Names of arrays, values of an example, numbers.
    """

    function: str
    operands: tuple[Expr, ...]


@dataclass(frozen=True)
class Ufunc:
    """A function of the program and the operation that it is; further operands are numbers."""

    head: type[Function]
    function: str
    more: tuple[Expr, ...] = ()


UFUNCS: tuple[Ufunc, ...] = (
    Ufunc(exp, "exp"),
    Ufunc(log, "log"),
    Ufunc(tanh, "tanh"),
    Ufunc(cosh, "cosh"),
    Ufunc(sinh, "sinh"),
    Ufunc(primitives.log1p, "log1p"),
    Ufunc(primitives.magnitude, "abs"),
    Ufunc(primitives.positive_part, "maximum", (Integer(0),)),
    Ufunc(primitives.with_sign, "copysign"),
    Ufunc(primitives.finite, "_finite"),
    Ufunc(primitives.scaled_exp, "_exponentials"),
    Ufunc(primitives.weighted_gap, "_weighted_gaps"),
    Ufunc(primitives.scaled_difference, "_scaled_difference"),
    Ufunc(relu, "maximum", (Integer(0),)),
    Ufunc(step, "heaviside"),
)
"""Every function that gives an array of floats over the classes."""

_UFUNCS = {row.head: row for row in UFUNCS}


def is_array(value: Expr) -> bool:
    """Say whether a value has the class axis.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> is_array(read("a", True)), is_array(read("partition", False))
    (True, False)
    """
    if isinstance(value, Indexed):
        return LEADER not in value.indices
    if isinstance(value, (Sum, *primitives.OF_VECTORS)):
        return False
    return any(is_array(part) for part in value.args)


def is_negative(term: Expr) -> bool:
    """Say whether a term is taken away."""
    return bool(term.as_coeff_Mul()[0].is_negative)


def gives_booleans(value: Expr) -> bool:
    """Say whether a value is computed as true and false, which count as 1 and 0."""
    if isinstance(value, step):
        return value.args[1] in (0, 1)
    return isinstance(value, primitives.clear_sign | primitives.sign_bit)


def chain_of(value: Expr) -> tuple[Operation, ...]:
    """Return the operations that make an array, none for one that has a name.

    Raises
    ------
    UnsupportedExpression
        If NumPy has no operation for it.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> for operation in chain_of(2 * read("prediction", True) - read("y", True)):
    ...     print(operation.function, *operation.operands)
    multiply 2 prediction[i]
    subtract done y[i]
    """
    return tuple(_Chain().of(value).operations)


def sides_of(value: Expr) -> tuple[Expr, ...]:
    """Return the operands that have to be computed before the chain of a value."""
    return tuple(_Chain().of(value).sides)


def unnamed_mask_of(value: Expr) -> Expr | None:
    """Return an array whose signs a value asks for and that has no name yet, as 2a in s(2a)."""
    for node in preorder_traversal(value):
        is_sign = isinstance(node, primitives.clear_sign | primitives.sign_bit)
        if is_sign and not isinstance(node.args[0], Indexed):
            argument: Expr = node.args[0]
            return argument
    return None


class _Chain:
    """Collects the operations of one value, and the operands that are no names yet."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.sides: list[Expr] = []

    def of(self, value: Expr) -> _Chain:
        """Make ``value``; a name alone needs nothing."""
        if not is_simple(value):
            self._make(value)
        return self

    def _make(self, value: Expr) -> None:
        if isinstance(value, Add):
            self._sum(value)
        elif isinstance(value, Mul):
            self._product(value)
        elif isinstance(value, Pow):
            self._power(value)
        elif isinstance(value, Function) and value.func in _UFUNCS:
            self._function(value)
        else:
            raise UnsupportedExpression("the NumPy printer", value)

    def _apply(self, function: str, *operands: Expr) -> None:
        self.operations.append(Operation(function, operands))

    def _begin(self, value: Expr) -> Expr:
        """Return a name as it is; anything else is made here and gone on with."""
        if is_simple(value):
            return value
        self._make(value)
        return DONE

    def _operand(self, value: Expr) -> Expr:
        if not is_simple(value):
            self.sides.append(value)
        return value

    def _sum(self, value: Add) -> None:
        of_example = Add(*(term for term in value.args if not is_array(term)))
        terms = [term for term in value.args if is_array(term)]
        first = min(terms, key=lambda term: (is_negative(term), is_simple(term)))
        others = sorted((t for t in terms if t is not first), key=is_negative)
        if is_negative(first):
            self._from_negative(of_example, first)
        elif of_example == 0:
            self._join(self._begin(first), others.pop(0))
        elif is_negative(of_example):
            self._apply("subtract", self._begin(first), -of_example)
        else:
            self._apply("add", of_example, self._begin(first))
        for term in others:
            self._join(DONE, term)

    def _join(self, left: Expr, term: Expr) -> None:
        function, size = ("subtract", -term) if is_negative(term) else ("add", term)
        self._apply(function, left, self._operand(size))

    def _from_negative(self, of_example: Expr, first: Expr) -> None:
        made = self._begin(-first)
        if of_example == 0:
            self._apply("negative", made)
        else:
            self._apply("subtract", of_example, made)

    def _product(self, value: Mul) -> None:
        scale, arrays, divisors = factors(value)
        if not arrays:
            self._apply("divide", Mul(*scale), self._begin(divisors.pop(0)))
        else:
            arrays.sort(key=lambda part: (gives_booleans(part), is_simple(part)))
            scale = self._first_of_product(scale, arrays, divisors)
        for part in arrays:
            self._apply("multiply", DONE, self._operand(part))
        for part in divisors:
            self._apply("divide", DONE, self._operand(part))
        if scale:
            self._apply("multiply", DONE, Mul(*scale))

    def _first_of_product(
        self, scale: list[Expr], arrays: list[Expr], divisors: list[Expr]
    ) -> list[Expr]:
        """Apply the first operation, take away what it used, and return the scale that is left.

        A zero of a mask has to meet the number before a scale can make it infinite.
        """
        made, masked = self._begin(arrays.pop(0)), gives_booleans(arrays[-1]) if arrays else False
        if scale and not masked:
            if scale == [Integer(-1)]:
                self._apply("negative", made)
            else:
                self._apply("multiply", Mul(*scale), made)
            return []
        if arrays:
            self._apply("multiply", made, self._operand(arrays.pop(0)))
        elif divisors:
            self._apply("divide", made, self._operand(divisors.pop(0)))
        return scale

    def _power(self, value: Pow) -> None:
        base, exponent = value.args
        if not exponent.is_Integer:
            raise UnsupportedExpression("the NumPy printer", value, "whole powers")
        if exponent.is_negative:
            self._apply("divide", Integer(1), self._begin(1 / value))
        elif exponent == 2:
            self._apply("square", self._begin(base))
        else:
            self._apply("power", self._begin(base), exponent)

    def _function(self, value: Function) -> None:
        row = _UFUNCS[value.func]
        first, *others = value.args
        if isinstance(value, relu):
            others = []
        if isinstance(value, step) and not others[0].is_number:
            raise UnsupportedExpression("the NumPy printer", value, "a number at the kink")
        made = self._begin(first)
        self._apply(row.function, made, *map(self._operand, others), *row.more)


def is_simple(value: Expr) -> bool:
    """Say whether a value needs no array of floats: a name, a mask of one, one of an example."""
    if not is_array(value) or isinstance(value, Indexed):
        return True
    return gives_booleans(value) and isinstance(value.args[0], Indexed)


def factors(value: Expr) -> tuple[list[Expr], list[Expr], list[Expr]]:
    """Return the factors of a product: those of an example, arrays, and arrays to divide by.

    Where nothing but a divisor belongs to the example, it stands among the arrays to divide by.
    """
    above, below = fraction(value)
    numerators = Mul.make_args(above)
    denominators = [part for part in Mul.make_args(below) if part != 1]
    arrays = [part for part in numerators if is_array(part)]
    divisors = [part for part in denominators if is_array(part)]
    scale = [part for part in numerators if part not in arrays and part != 1]
    scale_below = [1 / part for part in denominators if part not in divisors]
    if not scale and arrays:
        return [], arrays, [*divisors, *(1 / part for part in scale_below)]
    return [*scale, *scale_below], arrays, divisors


def word_for(value: Expr) -> str:
    """Return what a side is called: after the array that it scales, or its operation."""
    if isinstance(value, Mul):
        arrays = [part for part in value.args if is_array(part)]
        if len(arrays) == 1 and isinstance(arrays[0], Indexed):
            return f"scaled_{arrays[0].base.label}"
        return "quotient" if any(part.is_Pow for part in arrays) else "product"
    if isinstance(value, Add):
        number, rest = value.as_coeff_Add()
        if number == 1 and isinstance(rest, Indexed):
            return f"one_plus_{rest.base.label}"
        return "difference" if any(is_negative(term) for term in value.args) else "combined"
    if isinstance(value, Pow):
        return "power"
    name = str(value.func.__name__)
    return _FUNCTION_WORDS.get(name, name)


_FUNCTION_WORDS = {
    "exp": "exponential",
    "log": "logarithm",
    "log1p": "logarithm",
    "magnitude": "size",
    "positive_part": "ramp",
    "with_sign": "signed",
    "weighted_gap": "weighted_gaps",
    "scaled_difference": "difference",
    "relu": "ramp",
    "step": "slope_of_ramp",
}
