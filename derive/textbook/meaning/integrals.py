r"""Integrals between limits that have a closed form: of polynomials, exponentials, bell curves.

What stands under the sign is read with its variable as a quantity of its own; an antiderivative at
both limits is what the integral is. Any other integral is not read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction as Exact
from math import prod

from derive.textbook.errors import Unreadable
from derive.textbook.meaning.canonical import canonical, is_bold, plain_name
from derive.textbook.meaning.core import (
    MINUS_ONE,
    ONE,
    ZERO,
    Constant,
    Core,
    Entry,
    Function,
    Plus,
    Power,
    Rational,
    Symbol,
    Tensor,
    Times,
    plus,
    symbols_in,
    times,
)
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.tree import Name, Node, Product, Scripted

__all__ = ["read_integral"]

INFINITE = {"\\infty": 1, "+\\infty": 1, "-\\infty": -1}
"""The limits that are no numbers, by their signs."""
_NO_FORM = "an integral that has no closed form here"
_HIGHEST = 8
"""Up to which degree polynomials are multiplied out."""

Limit = Core | int
"""Where an antiderivative is taken: at a number, or at one of the two infinities by its sign."""
Antiderivative = Callable[[Limit], Core]
Polynomial = dict[int, Core]


@dataclass(frozen=True)
class _Parts:
    """An integral taken apart: its limits, what is integrated, and the letter of the variable."""

    lower: Node
    upper: Node
    body: tuple[Node, ...]
    letter: str


def read_integral(reader: Reader, sign: Node, rest: tuple[Node, ...], scope: Scope) -> Tensor:
    """Return an integral by its closed form.

    Raises
    ------
    Unreadable
        Where it has no limits, no variable, or none of the forms that are known here.
    """
    parts = _parts(sign, rest)
    named = reader.symbols.find(parts.letter)
    if named is not None and named.axes:
        raise Unreadable("an integral over an array", sign.span)
    local = Symbol(parts.letter)
    inner = scope.inside(tensors={parts.letter: Tensor((), Entry(local))})
    body: Core = ONE
    if parts.body:
        body = reader.scalar(_joined(parts.body), inner)
    found = symbols_in(body)
    if (found and local not in found) or named in found:
        raise Unreadable(f"what depends on {parts.letter} unsaid is integrated", sign.span)
    lower, upper = (_limit(reader, node, scope) for node in (parts.lower, parts.upper))
    try:
        form = _antiderivative(body, local)
        return Tensor((), plus(form(upper), times(MINUS_ONE, form(lower))))
    except Unreadable as error:
        raise Unreadable(error.reason, sign.span) from None


def _parts(sign: Node, rest: tuple[Node, ...]) -> _Parts:
    """Take apart what follows the sign; the variable stands at the end, behind a d."""
    if not isinstance(sign, Scripted) or sign.lower is None or sign.upper is None:
        raise Unreadable("an integral without limits", sign.span)
    *body, mark, variable = rest if len(rest) > 1 else (sign, sign)
    named = isinstance(mark, Name) and mark.letters == "d"
    if not named or not isinstance(variable, Name) or is_bold(variable):
        raise Unreadable("an integral without its variable at the end", sign.span)
    return _Parts(sign.lower, sign.upper, tuple(body), plain_name(variable))


def _joined(items: tuple[Node, ...]) -> Node:
    return items[0] if len(items) == 1 else Product(items, span=items[0].span.to(items[-1].span))


def _limit(reader: Reader, node: Node, scope: Scope) -> Limit:
    infinite = INFINITE.get(canonical(node))
    return reader.scalar(node, scope) if infinite is None else infinite


def _is_free(core: Core, local: Symbol) -> bool:
    return local not in symbols_in(core, through=False)


def _antiderivative(core: Core, local: Symbol) -> Antiderivative:
    """Return an antiderivative of an expression by a variable."""
    if isinstance(core, Plus):
        terms = [_antiderivative(term, local) for term in core.terms]
        return lambda at: plus(*(term(at) for term in terms))
    factors = core.factors if isinstance(core, Times) else (core,)
    outer = times(*(factor for factor in factors if _is_free(factor, local)))
    own = [factor for factor in factors if not _is_free(factor, local)]
    exponents = [_exponent(factor) for factor in own]
    argument = _of_sigmoid(own[0]) if len(own) == 1 else None
    if argument is not None:
        inner = _of_straight(argument, local, "softplus")
    elif own and None not in exponents:
        inner = _of_exponential(plus(*(one for one in exponents if one is not None)), local)
    else:
        inner = _of_polynomial(_polynomial(times(*own), local))
    return lambda at: times(outer, inner(at))


def _exponent(core: Core) -> Core | None:
    """Return of what an expression is the exponential."""
    match core:
        case Function(name="exp", argument=argument):
            return argument
        case Power(base=Constant(name="e"), exponent=exponent):
            return exponent
        case _:
            return None


def _of_sigmoid(core: Core) -> Core | None:
    """Return of what an expression is the sigmoid, as it is or as 1 / (1 + exp(-x))."""
    match core:
        case Function(name="sigmoid", argument=argument):
            return argument
        case Power(base=Plus(terms=(one, other)), exponent=exponent) if exponent == MINUS_ONE:
            below = _exponent(other if one == ONE else one)
            is_sigmoid = ONE in (one, other) and below is not None
            return times(MINUS_ONE, below) if is_sigmoid and below is not None else None
        case _:
            return None


def _of_polynomial(polynomial: Polynomial) -> Antiderivative:
    def form(at: Limit) -> Core:
        if isinstance(at, int):
            raise Unreadable(_NO_FORM)
        return plus(
            *(
                times(Rational(Exact(1, degree + 1)), factor, _raised(at, degree + 1))
                for degree, factor in polynomial.items()
            )
        )

    return form


def _raised(core: Core, exponent: int) -> Core:
    if exponent == 0:
        return ONE
    return core if exponent == 1 else Power(core, Rational(Exact(exponent)))


def _of_exponential(exponent: Core, local: Symbol) -> Antiderivative:
    r"""Return that of exp(at² + bt + c), which is a bell curve where a is negative.

    With s = √(−a) and m = b / 2a it is ``\frac{\sqrt\pi}{2s} e^{c - am^2} \erf(s (t + m))``.
    """
    polynomial = _polynomial(exponent, local)
    constant, slope, curve = (polynomial.get(degree) for degree in range(3))
    if curve is None:
        return _of_straight(exponent, local, "exp")
    if max(polynomial) > 2:
        raise Unreadable(_NO_FORM)
    root = Function("sqrt", times(MINUS_ONE, curve))
    shift = times(Rational(Exact(1, 2)), slope, Power(curve, MINUS_ONE)) if slope else None
    raised = [constant] if constant is not None else []
    if shift is not None:
        raised.append(times(MINUS_ONE, curve, _raised(shift, 2)))
    scale = times(
        Rational(Exact(1, 2)),
        Function("sqrt", Constant("pi")),
        Power(root, MINUS_ONE),
        *([Function("exp", plus(*raised))] if raised else []),
    )

    def form(at: Limit) -> Core:
        if isinstance(at, int):
            return times(Rational(Exact(at)), scale)
        moved = at if shift is None else plus(at, shift)
        return times(scale, Function("erf", times(root, moved)))

    return form


def _of_straight(argument: Core, local: Symbol, name: str) -> Antiderivative:
    """Return f(bt + c) / b, where f is nought at minus infinity."""
    polynomial = _polynomial(argument, local)
    slope = polynomial.get(1)
    if slope is None or max(polynomial) > 1:
        raise Unreadable(_NO_FORM)

    def form(at: Limit) -> Core:
        if isinstance(at, int):
            rise = _number(slope)
            if rise is None or rise * at >= 0:
                raise Unreadable(_NO_FORM)
            return ZERO
        terms = [times(factor, _raised(at, n)) for n, factor in polynomial.items()]
        return times(Power(slope, MINUS_ONE), Function(name, plus(*terms)))

    return form


def _number(core: Core) -> Exact | None:
    """Return the value of a product of numbers, or None where it is anything else."""
    match core:
        case Rational(value=value):
            return value
        case Times(factors=factors):
            values = [_number(factor) for factor in factors]
            known = [one for one in values if one is not None]
            return prod(known, start=Exact(1)) if len(known) == len(values) else None
        case Power(base=Rational(value=value), exponent=exponent) if exponent == MINUS_ONE:
            return 1 / value if value else None
        case _:
            return None


def _polynomial(core: Core, local: Symbol) -> Polynomial:
    """Return the coefficients of a polynomial in a variable, by their degrees.

    Raises
    ------
    Unreadable
        Where it is none.
    """
    if _is_free(core, local):
        return {0: core}
    match core:
        case Entry(symbol=symbol) if symbol is local:
            return {1: ONE}
        case Plus(terms=terms):
            return _added([_polynomial(term, local) for term in terms])
        case Times(factors=factors):
            return _multiplied([_polynomial(factor, local) for factor in factors])
        case Power(base=base, exponent=Rational(value=value)) if 0 < value <= _HIGHEST:
            if value.denominator == 1:
                return _multiplied([_polynomial(base, local)] * int(value))
    raise Unreadable(_NO_FORM)


def _added(parts: list[Polynomial]) -> Polynomial:
    degrees = sorted({degree for part in parts for degree in part})
    return {degree: plus(*(part[degree] for part in parts if degree in part)) for degree in degrees}


def _multiplied(parts: list[Polynomial]) -> Polynomial:
    total: Polynomial = {0: ONE}
    for part in parts:
        products = [
            {one + other: times(factor, more)}
            for one, factor in total.items()
            for other, more in part.items()
        ]
        total = _added(products)
        if max(total) > _HIGHEST:
            raise Unreadable(_NO_FORM)
    return total
