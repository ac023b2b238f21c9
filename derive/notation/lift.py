"""From index expressions to notation: what is lifted, and what stays in indices.

A scalar stays in index notation, but for Σ_q W_iq h_q, which reads Wᵢ · h. An `Entries` is lifted
to matrix notation by the way its factors share indices. What has no matrix form is written by its
entries in brackets, so that a reading is never wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sympy import (
    Add,
    Expr,
    Function,
    Indexed,
    Integer,
    KroneckerDelta,
    Mul,
    Pow,
    Rational,
    Symbol,
    exp,
)
from sympy import Sum as SymbolicSum
from sympy.core.numbers import Exp1

from derive.errors import UnknownOption, UnsupportedExpression
from derive.language import (
    Entries,
    NamedFunction,
    Partial,
    SquaredNorm,
    free_indices,
    fresh_index,
    index_dimensions,
    named_function,
    substitute,
)
from derive.notation.arrange import (
    ONE,
    hadamard_of,
    oriented,
    power_of,
    product_of,
    quotient_of,
    signed,
    sum_of,
    sum_over,
    transpose_of,
)
from derive.notation.contraction import Operand, contract
from derive.notation.indices import apart
from derive.notation.tree import (
    Bracketed,
    Call,
    Delta,
    Dot,
    ElementwisePower,
    ElementwiseQuotient,
    Exponential,
    Identity,
    Nabla,
    Name,
    Node,
    Norm,
    Number,
    PartialFraction,
    Power,
    Subscript,
    Term,
    Transpose,
    all_ones,
    walk,
)

__all__ = ["STYLES", "read"]

STYLES = ("matrix", "rows", "index")
"""Everything lifted; outer sums kept and the axes lifted; nothing lifted."""

Axes = tuple[Symbol, ...]


@dataclass(frozen=True)
class _Context:
    """How to read: the style, the dimension of each open index, and whether scalars are lifted."""

    style: str = "matrix"
    sizes: Mapping[Symbol, Symbol] | None = None
    closed: bool = False

    def opened(self, *axes: tuple[Symbol, Symbol]) -> _Context:
        return replace(self, sizes={**(self.sizes or {}), **dict(axes)})

    def size(self, position: Symbol) -> Symbol:
        return (self.sizes or {})[position]


def read(expr: Expr, style: str = "matrix") -> Node:
    """Return the notation in which a person reads an index expression.

    Parameters
    ----------
    expr : Expr
        An expression of the language; `Entries` in it are lifted.
    style : {"matrix", "rows", "index"}
        ``"matrix"`` contracts sums to matrix products, as in Wᵀ(ŷ − y); ``"rows"`` keeps outer
        sums and lifts the axes only, as in Σᵢ (ŷᵢ − yᵢ) Wᵢ; ``"index"`` lifts nothing.

    Raises
    ------
    UnknownOption
        If ``style`` is none of the three.
    UnsupportedExpression
        If ``expr`` holds a node that is not of the language.

    Examples
    --------
    >>> from derive.language import Entries, d, index, k, quantity, total
    >>> W, h, i, q = quantity("W", k, d), quantity("h", d), index("i"), index("q")
    >>> read(Entries(total(W[i, q] * h[q], q, d), (i, k)))  # doctest: +NORMALIZE_WHITESPACE
    MatrixProduct(factors=(Name(letter='W', capital=False), Name(letter='h', capital=False)))
    """
    if style not in STYLES:
        raise UnknownOption("style", style, STYLES)
    return _read(expr, style)


@lru_cache(maxsize=5_000)
def _read(expr: Expr, style: str) -> Node:
    return apart(signed(_scalar(expr, _Context(style))))


# Scalars ----------------------------------------------------------------------------------------


def _scalar(expr: Expr, context: _Context) -> Term:
    for kind, reading in _SCALAR_READINGS:
        if isinstance(expr, kind):
            return reading(expr, context)
    raise UnsupportedExpression("the notation", expr, "the nodes of derive.language")


def _plain(expr: Expr, context: _Context) -> Node:
    return signed(_scalar(expr, context))


def _read_number(expr: Expr, context: _Context) -> Term:
    return Term(Number(abs(Fraction(int(expr.p), int(expr.q)))), bool(expr.is_negative))


def _read_symbol(expr: Expr, context: _Context) -> Term:
    return Term(Name(str(expr)))


def _letter(entry: Indexed) -> str:
    return str(entry.base.label)


def _read_entry(expr: Expr, context: _Context) -> Term:
    return Term(Subscript(Name(_letter(expr)), tuple(str(place) for place in expr.indices)))


def _read_addition(expr: Expr, context: _Context) -> Term:
    return sum_of(_scalar(term, context) for term in expr.args)


@dataclass(frozen=True)
class _Fraction:
    """A product cut into what stands above and what stands below the line."""

    above: tuple[Expr, ...]
    below: tuple[Expr, ...]


def _cut(factors: Sequence[Expr]) -> _Fraction:
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in factors:
        if isinstance(factor, Pow) and factor.exp.is_Rational and factor.exp.is_negative:
            power = -factor.exp
            below.append(factor.base if power == 1 else Pow(factor.base, power, evaluate=False))
        else:
            above.append(factor)
    return _Fraction(tuple(above), tuple(below))


def _is_dimension(expr: Expr) -> bool:
    base = expr.base if isinstance(expr, Pow) else expr
    return isinstance(base, Symbol)


def _over(above: Sequence[Term], below: Sequence[Term], last: Node | None) -> Term:
    """Return a product over a product."""
    numerator = product_of(above, last)
    if not below:
        return numerator
    return quotient_of(numerator, product_of(below))


def _read_product(expr: Expr, context: _Context) -> Term:
    arrays = [factor for factor in expr.args if isinstance(factor, Entries)]
    if len(arrays) > 1:
        raise UnsupportedExpression("the notation", expr, "one array in a product")
    scalars = [factor for factor in expr.args if not isinstance(factor, Entries)]
    last = _plain(arrays[0], context) if arrays else None
    return _fraction(_cut(scalars), context, last)


def _fraction(cut: _Fraction, context: _Context, last: Node | None) -> Term:
    """Read a cut product: 1/n in front of what it divides, other quotients as fractions."""
    dimensions = [factor for factor in cut.below if _is_dimension(factor)]
    others = [factor for factor in cut.below if not _is_dimension(factor)]
    numbers = [factor for factor in cut.above if isinstance(factor, Rational)]
    above = [factor for factor in cut.above if not isinstance(factor, Rational)]
    number = Mul(*numbers)
    front: list[Term] = []
    if dimensions:
        denominator = product_of(_scalar(factor, context) for factor in dimensions)
        front = [_scalar(number, context), quotient_of(Term(ONE), denominator)]
    elif others:
        above, others = [Integer(number.p), *above], [Integer(number.q), *others]
    else:
        front.append(_scalar(number, context))
    top = [_scalar(factor, context) for factor in above]
    if not others:
        return product_of([*front, *top], last)
    line = _over(top, [_scalar(factor, context) for factor in others], last)
    return product_of([*front, line]) if front else line


def _read_power(expr: Expr, context: _Context) -> Term:
    if expr.exp.is_Rational and expr.exp.is_negative:
        return _fraction(_cut([expr]), context, None)
    return power_of(_plain(expr.base, context), _plain(expr.exp, context))


def _read_exponential(expr: Expr, context: _Context) -> Term:
    return Term(Exponential(_plain(expr.args[0], context)))


def _read_e(expr: Expr, context: _Context) -> Term:
    return Term(Exponential(ONE))


def _is_row(entry: Indexed, summed: Symbol) -> bool:
    rank = len(entry.indices)
    return rank == 2 and entry.indices[1] == summed and entry.indices[0] != summed


def _row_product(expr: SymbolicSum) -> Dot | None:
    """Read Σ_q W_iq h_q and Σ_q W_iq h_mq as products of rows, None for any other sum."""
    if len(expr.limits) != 1 or not isinstance(expr.function, Mul):
        return None
    summed = expr.limits[0][0]
    factors = expr.function.args
    if len(factors) != 2 or not all(isinstance(factor, Indexed) for factor in factors):
        return None
    if not all(factor.indices == (summed,) or _is_row(factor, summed) for factor in factors):
        return None
    if not any(_is_row(factor, summed) for factor in factors):
        return None
    rows = sorted(factors, key=lambda factor: (len(factor.indices) == 1, _letter(factor)))
    left, right = (_row(factor) for factor in rows)
    return Dot(left, right)


def _row(entry: Indexed) -> Node:
    labels = tuple(str(place) for place in entry.indices[:-1])
    return Subscript(Name(_letter(entry)), labels) if labels else Name(_letter(entry))


def _read_sum(expr: SymbolicSum, context: _Context) -> Term:
    dot = _row_product(expr) if context.style != "index" else None
    if dot is not None:
        return Term(dot)
    if context.closed:
        lifted = _contraction(expr, (), context)
        if lifted is not None:
            return lifted
    return _summed(_scalar(expr.function, context), expr)


def _summed(body: Term, expr: SymbolicSum) -> Term:
    for position, _, size in expr.limits:
        body = sum_over(str(position), str(size), body)
    return body


def _read_delta(expr: KroneckerDelta, context: _Context) -> Term:
    return Term(Delta(*sorted(str(place) for place in expr.args)))


def _read_partial(expr: Partial, context: _Context) -> Term:
    by = [expr.variable]
    of = expr.expr
    while isinstance(of, Partial):
        by.append(of.variable)
        of = of.expr
    names = tuple(_plain(variable, context) for variable in reversed(by))
    return Term(PartialFraction(_plain(of, context), names))


def _read_norm(expr: SquaredNorm, context: _Context) -> Term:
    matrix = len(expr.vector.axes) > 1
    return Term(Power(Norm(_plain(expr.vector, context), matrix), Number(Fraction(2))))


def _read_entries(expr: Entries, context: _Context) -> Term:
    axes = tuple(position for position, _ in expr.axes)
    styles = {"matrix": ("matrix", "rows"), "rows": ("rows",), "index": ()}[context.style]
    for style in styles if len(set(axes)) == len(axes) else ():
        inner = replace(context, style=style, closed=not index_dimensions(expr))
        lifted = _array(expr.expr, axes, inner.opened(*expr.axes))
        if lifted is not None:
            return lifted
    body = _plain(expr.expr, replace(context, closed=False))
    return Term(Bracketed(body, tuple(str(position) for position in axes)))


def _row_of(expr: Function) -> NamedFunction:
    row = named_function(type(expr))
    if row is None:
        raise UnsupportedExpression("the notation", expr, "functions of the functions table")
    return row


def _call(row: NamedFunction, first: Node, rest: Sequence[Expr], context: _Context) -> Call:
    others = [_plain(argument, context) for argument in rest]
    if row.kinks and others:
        return Call(row.name, (first, *others[:-1]), others[-1])
    return Call(row.name, (first, *others))


_SYMMETRY = {"cosh": False, "sinh": True, "tanh": True}
"""Even and odd functions: whether turning the sign of the argument turns the sign of the value."""


def _with_symmetry(
    row: NamedFunction, argument: Term, rest: Sequence[Expr], context: _Context
) -> Term:
    """Read a call; an even or odd one takes the error ŷ − y, not y − ŷ which SymPy may prefer."""
    if row.name not in _SYMMETRY:
        return Term(_call(row, signed(argument), rest, context))
    inner = oriented(signed(argument))
    negative = inner.negative and _SYMMETRY[row.name]
    return Term(_call(row, inner.node, rest, context), negative)


def _read_function(expr: Function, context: _Context) -> Term:
    row = _row_of(expr)
    first, *rest = expr.args
    if not row.of_vector:
        return _with_symmetry(row, _scalar(first, context), rest, context)
    *rest, position = rest
    call = _call(row, _plain(first, context), rest, context)
    return Term(Subscript(call, (str(position),)))


_SCALAR_READINGS: tuple[tuple[Any, Callable[[Any, _Context], Term]], ...] = (
    (Rational, _read_number),
    (Exp1, _read_e),
    (Symbol, _read_symbol),
    (Indexed, _read_entry),
    (Add, _read_addition),
    (Mul, _read_product),
    (Pow, _read_power),
    (exp, _read_exponential),
    (SymbolicSum, _read_sum),
    (KroneckerDelta, _read_delta),
    (Partial, _read_partial),
    (SquaredNorm, _read_norm),
    (Entries, _read_entries),
    (Function, _read_function),
)


# Arrays -----------------------------------------------------------------------------------------


def _array(expr: Expr, axes: Axes, context: _Context) -> Term | None:
    """Read the array over ``axes`` whose entries are ``expr``; None where it has no matrix form."""
    if len(axes) > 2:
        return None
    own = _axes_of(expr, axes)
    if own != axes:
        return _spread(expr, own, axes, context)
    if not axes:
        return _scalar(expr, context)
    for kind, reading in _ARRAY_READINGS:
        if isinstance(expr, kind):
            return reading(expr, axes, context)
    return None


def _axes_of(expr: Expr, axes: Axes) -> Axes:
    free = free_indices(expr)
    return tuple(position for position in axes if position in free)


def _spread(expr: Expr, own: Axes, axes: Axes, context: _Context) -> Term | None:
    """Read what lacks an axis: repeated along it by a vector of ones."""
    part = _array(expr, own, context)
    if part is None:
        return None
    node = contract([Operand(signed(part), own)], (), axes, context.sizes or {})
    return None if node is None else _term(node)


def _term(node: Node) -> Term:
    """Return a node as a term, with the sign of a single negative term outside."""
    return sum_of([Term(node)])


def _array_addition(expr: Add, axes: Axes, context: _Context) -> Term | None:
    parts = [_array(term, axes, context) for term in expr.args]
    known = [part for part in parts if part is not None]
    return sum_of(known) if len(known) == len(parts) else None


def _operands(factors: Sequence[Expr], axes: Axes, context: _Context) -> list[Operand] | None:
    operands: list[Operand] = []
    for factor in factors:
        operand = _operand(factor, _axes_of(factor, axes), context)
        if operand is None:
            return None
        operands.append(operand)
    return operands


def _operand(factor: Expr, own: Axes, context: _Context) -> Operand | None:
    """Read one factor in the orientation that transposes less."""
    part = _array(factor, own, context)
    if part is None:
        return None
    straight = Operand(signed(part), own)
    if len(own) < 2:
        return straight
    turned = _array(factor, own[::-1], context)
    if turned is None or _transposes(turned.node) >= _transposes(straight.node):
        return straight
    return Operand(signed(turned), own[::-1])


def _transposes(node: Node) -> int:
    return sum(isinstance(part, Transpose) for part in walk(node))


def _array_product(expr: Mul, axes: Axes, context: _Context) -> Term | None:
    return _contracted(expr.args, (), axes, context)


def _contracted(
    factors: Sequence[Expr], summed: Axes, axes: Axes, context: _Context
) -> Term | None:
    """Read a product summed over some indices; scalars stand in front or below the line."""
    scalars = [factor for factor in factors if not _axes_of(factor, (*summed, *axes))]
    cut = _cut(scalars)
    operands = _operands(
        [factor for factor in factors if factor not in scalars], (*summed, *axes), context
    )
    if operands is None:
        return None
    array = contract(operands, summed, axes, context.sizes or {})
    return None if array is None else _fraction(cut, context, array)


def _contraction(expr: SymbolicSum, axes: Axes, context: _Context) -> Term | None:
    """Read a sum as matrix products, its indices renamed where they are open already."""
    body, summed, inner = expr.function, [], context
    for position, _, size in expr.limits:
        name = position
        if position in (inner.sizes or {}):
            name = fresh_index(size, free_indices(body) | set(inner.sizes or {}))
            body = substitute(body, {position: name})
        inner = inner.opened((name, size))
        summed.append(name)
    indices = tuple(summed)
    if not isinstance(body, Add) or not any(_is_network(term, indices) for term in body.args):
        return _contracted(_factors(body), indices, axes, inner)
    parts = [_contracted(_factors(term), indices, axes, inner) for term in body.args]
    known = [part for part in parts if part is not None]
    return sum_of(known) if len(known) == len(parts) else None


def _factors(expr: Expr) -> tuple[Expr, ...]:
    """Return the factors of a product, a square as two of them."""
    return tuple(
        part
        for factor in Mul.make_args(expr)
        for part in ((factor.base,) * 2 if _is_square(factor) else (factor,))
    )


def _is_square(expr: Expr) -> bool:
    return isinstance(expr, Pow) and expr.exp == 2


def _is_network(expr: Expr, summed: Axes) -> bool:
    """Whether a term of a sum is itself a product over the summed indices: it is read alone."""
    return sum(bool(_axes_of(factor, summed)) for factor in _factors(expr)) > 1


def _array_sum(expr: SymbolicSum, axes: Axes, context: _Context) -> Term | None:
    rows = _sum_of_rows(expr, axes, context) if context.style == "rows" else None
    return rows if rows is not None else _contraction(expr, axes, context)


def _sum_of_rows(expr: SymbolicSum, axes: Axes, context: _Context) -> Term | None:
    """Read Σᵢ of arrays, the index of the sum kept as a label: Σᵢ (ŷᵢ − yᵢ) Wᵢ."""
    if any(limit[0] in axes for limit in expr.limits):
        return None
    part = _array(expr.function, axes, replace(context, closed=False))
    return None if part is None else _summed(part, expr)


def _array_entry(expr: Indexed, axes: Axes, context: _Context) -> Term | None:
    lifted = _quantity(expr, axes)
    if lifted is None:
        return None
    return Term(_oriented(lifted, axes))


def _quantity(entry: Indexed, axes: Axes) -> Operand | None:
    """Read a whole quantity, or the row of a matrix whose first index is not among the axes."""
    open_places = tuple(place for place in entry.indices if place in axes)
    if len(set(open_places)) != len(open_places):
        return None
    letter = _letter(entry)
    if open_places == entry.indices:
        capital = len(open_places) == 2 and letter != letter.upper()
        return Operand(Name(letter, capital), open_places)
    if len(entry.indices) == 2 and open_places == entry.indices[1:]:
        return Operand(Subscript(Name(letter), (str(entry.indices[0]),)), open_places)
    return None


def _oriented(operand: Operand, axes: Axes) -> Node:
    return operand.node if operand.axes == axes else transpose_of(operand.node)


def _array_power(expr: Pow, axes: Axes, context: _Context) -> Term | None:
    if not expr.exp.is_Integer:
        return None
    base = _array(expr.base, axes, context)
    if base is None:
        return None
    inner, count = oriented(signed(base)), abs(int(expr.exp))
    node, negative = inner.node, inner.negative and count % 2 == 1
    if count == 2:
        node = hadamard_of([node, node])
    elif count > 2:
        node = ElementwisePower(node, count)
    if expr.exp.is_negative:
        ones = all_ones(*(str(context.size(position)) for position in axes))
        node = hadamard_of([ElementwiseQuotient(ones, node)])
    return product_of([Term(ONE, negative)], node)


def _array_function(expr: Function, axes: Axes, context: _Context) -> Term | None:
    row = _row_of(expr)
    first, *rest = expr.args
    if row.of_vector:
        return _array_of_vectors(expr, row, axes, context)
    if any(_axes_of(argument, axes) for argument in rest):
        return None
    part = _array(first, axes, context)
    return None if part is None else _with_symmetry(row, part, rest, context)


def _array_of_vectors(
    expr: Function, row: NamedFunction, axes: Axes, context: _Context
) -> Term | None:
    """softmax(a), and softmax(A) for a softmax of every row of A."""
    vector, *rest, position = expr.args
    ((bound, size),) = vector.axes
    others = tuple(axis for axis in axes if axis != position)
    if position not in axes or position in free_indices(vector):
        return None
    if any(_axes_of(argument, axes) for argument in rest):
        return None
    name = fresh_index(size, free_indices(vector.expr) | set(context.sizes or {}))
    body = substitute(vector.expr, {bound: name})
    part = _array(body, (*others, name), context.opened((name, size)))
    if part is None:
        return None
    call = _call(row, signed(part), rest, context)
    return Term(_oriented(Operand(call, (*others, position)), axes))


def _array_delta(expr: KroneckerDelta, axes: Axes, context: _Context) -> Term | None:
    if set(expr.args) != set(axes) or len(axes) != 2:
        return None
    return Term(Identity(str(context.size(axes[0]))))


def _array_partial(expr: Partial, axes: Axes, context: _Context) -> Term | None:
    by = _quantity(expr.variable, axes)
    if isinstance(expr.expr, Partial):
        return _second_partial(expr, axes, context)
    of_axes = _axes_of(expr.expr, axes)
    if not of_axes:
        return None if by is None else _gradient(_plain(expr.expr, context), by, axes)
    of = _quantity(expr.expr, axes) if isinstance(expr.expr, Indexed) else None
    if of is None or len(of.axes) != 1:
        return None
    if not _axes_of(expr.variable, axes):
        return Term(PartialFraction(of.node, (_plain(expr.variable, context),)))
    if by is None or len(by.axes) != 1 or of.axes == by.axes:
        return None
    return Term(_oriented(Operand(PartialFraction(of.node, (by.node,)), of.axes + by.axes), axes))


def _gradient(of: Node, by: Operand, axes: Axes) -> Term | None:
    return Term(_oriented(Operand(Nabla(of, by.node), by.axes), axes))


def _second_partial(expr: Partial, axes: Axes, context: _Context) -> Term | None:
    """Read the Hessian matrix of a scalar, which is symmetric."""
    inner = expr.expr
    if isinstance(inner.expr, Partial) or _axes_of(inner.expr, axes):
        return None
    first, second = (_quantity(part.variable, axes) for part in (inner, expr))
    if first is None or second is None or first.node != second.node:
        return None
    if len(first.axes) != 1 or first.axes == second.axes:
        return None
    return Term(Nabla(_plain(inner.expr, context), first.node, order=2))


_ARRAY_READINGS: tuple[tuple[Any, Callable[[Any, Axes, _Context], Term | None]], ...] = (
    (Indexed, _array_entry),
    (Add, _array_addition),
    (Mul, _array_product),
    (Pow, _array_power),
    (SymbolicSum, _array_sum),
    (KroneckerDelta, _array_delta),
    (Partial, _array_partial),
    (Function, _array_function),
)
