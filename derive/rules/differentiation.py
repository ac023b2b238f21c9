"""Differentiation by an entry of a quantity, in index notation.

Every dependence runs through *carriers*: entries a_j, functions of a vector such as softmax(a)_j,
sums, and predictions whose Jacobian is already derived. The derivative is the sum over carriers of
an ordinary scalar derivative, by the table below, times the derivative of the carrier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy import (
    Add,
    Dummy,
    Expr,
    Function,
    Indexed,
    IndexedBase,
    KroneckerDelta,
    Mul,
    Pow,
    S,
    Sum,
    Symbol,
    exp,
    log,
)

from derive.errors import UnsupportedExpression
from derive.language import (
    Entries,
    free_indices,
    fresh_index,
    function_table,
    named_function,
    peel,
    substitute,
    total,
)
from derive.steps import Rule

__all__ = ["DIFFERENTIATION_RULES", "differentiate", "scalar_derivative"]

Jacobians = Mapping[IndexedBase, Callable[[Indexed, Indexed], Expr]]
"""For quantities that depend on the variable: from (entry, variable) to the derivative."""

Taken = frozenset[Symbol]


def differentiate(
    expression: Expr,
    variable: Indexed,
    jacobians: Jacobians | None = None,
    taken: Taken = frozenset(),
) -> Expr:
    """Return ∂expression/∂variable with the deltas left standing.

    Bound indices keep clear of the free ones and of those ``taken`` around the expression.

    Raises
    ------
    UnsupportedExpression
        If a function without a row in the table stands in the way.

    Examples
    --------
    >>> from derive.language import index, k, quantity
    >>> a, i, j = quantity("a", k), index("i"), index("j")
    >>> differentiate(total(exp(a[i]), i, k), a[i])
    Sum(exp(a[j])*KroneckerDelta(i, j), (j, 1, k))
    """
    known = jacobians or {}
    taken = taken | free_indices(expression) | free_indices(variable)
    if isinstance(expression, Sum):
        return _derivative_of_sum(expression, variable, known, taken)
    places = {carrier: Dummy("u", real=True) for carrier in _carriers(expression, variable, known)}
    opened = substitute(expression, places)
    back = {place: carrier for carrier, place in places.items()}
    terms = []
    for carrier, place in places.items():
        outer = substitute(scalar_derivative(opened, place), back)
        terms.append(Mul(outer, _carrier_derivative(carrier, variable, known, taken)))
    return Add(*terms)


def _derivative_of_sum(expression: Sum, variable: Indexed, known: Jacobians, taken: Taken) -> Expr:
    body, position, size = peel(expression)
    if position in taken:
        fresh = fresh_index(size, taken | free_indices(body))
        body, position = substitute(body, {position: fresh}), fresh
    return total(differentiate(body, variable, known, taken | {position}), position, size)


def _carriers(expression: Expr, variable: Indexed, known: Jacobians) -> list[Expr]:
    found: dict[Expr, None] = {}

    def visit(node: Expr) -> None:
        if isinstance(node, Indexed):
            if node.base == variable.base or node.base in known:
                found[node] = None
        elif isinstance(node, Sum) or _of_vector(node):
            if _depends(node, variable, known):
                found[node] = None
        else:
            for part in node.args:
                visit(part)

    visit(expression)
    return list(found)


def _of_vector(node: Expr) -> bool:
    row = named_function(type(node))
    return row is not None and row.of_vector


def _depends(node: Expr, variable: Indexed, known: Jacobians) -> bool:
    return any(entry.base == variable.base or entry.base in known for entry in node.atoms(Indexed))


def _carrier_derivative(carrier: Expr, variable: Indexed, known: Jacobians, taken: Taken) -> Expr:
    if isinstance(carrier, Sum):
        return _derivative_of_sum(carrier, variable, known, taken)
    if isinstance(carrier, Indexed):
        if carrier.base in known:
            return known[carrier.base](carrier, variable)
        return Mul(
            *(
                KroneckerDelta(left, right)
                for left, right in zip(carrier.indices, variable.indices, strict=True)
            )
        )
    return _derivative_of_vector_function(carrier, variable, known)


def _derivative_of_vector_function(carrier: Expr, variable: Indexed, known: Jacobians) -> Expr:
    """The chain rule through a vector; where the vector is the variable, one entry survives."""
    row = named_function(type(carrier))
    assert row is not None
    vector: Entries = carrier.args[0]
    ((bound, size),) = vector.axes
    entry = vector.expr
    if isinstance(entry, Indexed) and entry.base == variable.base and entry.indices[-1] == bound:
        examples = zip(entry.indices[:-1], variable.indices[:-1], strict=True)
        deltas = (KroneckerDelta(left, right) for left, right in examples)
        return Mul(*deltas, row.slope(*carrier.args, variable.indices[-1]))
    by = fresh_index(size, free_indices(carrier) | free_indices(variable))
    inner = differentiate(substitute(entry, {bound: by}), variable, known)
    return total(Mul(row.slope(*carrier.args, by), inner), by, size)


def scalar_derivative(expression: Expr, variable: Symbol) -> Expr:
    """Return the derivative by a scalar, by the sum, product, power and chain rules.

    Examples
    --------
    >>> x = Symbol("x", real=True)
    >>> scalar_derivative(log(1 + exp(-x)), x)
    -exp(-x)/(1 + exp(-x))
    """
    if expression == variable:
        return S.One
    if not expression.has(variable):
        return S.Zero
    if isinstance(expression, Add):
        return Add(*(scalar_derivative(term, variable) for term in expression.args))
    if isinstance(expression, Mul):
        return _product_rule(expression, variable)
    if isinstance(expression, Pow) and not expression.exp.has(variable):
        base, power = expression.args
        return Mul(power, base ** (power - 1), scalar_derivative(base, variable))
    if isinstance(expression, Function):
        return Mul(_slope(expression), scalar_derivative(expression.args[0], variable))
    raise UnsupportedExpression("differentiation", expression, "sums, products, powers, functions")


def _product_rule(expression: Mul, variable: Symbol) -> Expr:
    terms = []
    for place, factor in enumerate(expression.args):
        if factor.has(variable):
            others = expression.args[:place] + expression.args[place + 1 :]
            terms.append(Mul(*others, scalar_derivative(factor, variable)))
    return Add(*terms)


def _slope(expression: Function) -> Expr:
    row = named_function(type(expression))
    if row is None or row.of_vector:
        raise UnsupportedExpression(
            "differentiation",
            expression,
            "functions of the table; add a row with register_function",
        )
    return row.slope(*expression.args)


_x, _m = Symbol("x", positive=True), Symbol("m", positive=True)
_u, _v = exp(_x), log(_x)


def _rule(name: str, expression: Expr, slope: Expr) -> Rule:
    return Rule(name, (expression, slope), "", lambda given: scalar_derivative(given, _x))


DIFFERENTIATION_RULES: tuple[Rule, ...] = (
    _rule("sum rule", _u + _v, _u + 1 / _x),
    _rule("product rule", _u * _v, _u * _v + _u / _x),
    _rule("power rule", _x**_m, _m * _x ** (_m - 1)),
    _rule("chain rule", exp(_m * log(_x)), _m * exp(_m * log(_x)) / _x),
    *(
        _rule(
            f"derivative of {row.name}",
            row.head(_x, *((_m,) if row.kinks else ())),
            row.slope(_x, *((_m,) if row.kinks else ())),
        )
        for row in function_table()
        if not row.of_vector
    ),
)
"""What `scalar_derivative` knows: statement (f, f′) by x; a slope removes one derivative."""
