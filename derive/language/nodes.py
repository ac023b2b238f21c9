"""The nodes that index notation needs and SymPy lacks."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Indexed, Integer, S, Sum, Symbol, Tuple

__all__ = ["Entries", "Partial", "SquaredNorm", "peel", "total"]


def _pair(limit: Any) -> Tuple:
    position, size = limit
    return Tuple(position, size)


class Entries(Expr):  # type: ignore[misc]
    """The array whose entries are ``expr``, one axis for each ``(index, dimension)``.

    ``Entries((ŷ_i − y_i)·h_q, (i, k), (q, d))`` is the k×d matrix (ŷ − y)hᵀ: matrix notation is
    this node, read aloud. The indices are bound by it.

    Examples
    --------
    >>> from derive.language import d, index, k, quantity
    >>> i, h = index("i"), quantity("h", d)
    >>> Entries(h[i], (i, d))
    Entries(h[i], (i, d))
    """

    is_commutative = True
    is_real = True

    def __new__(cls, expr: Expr, *axes: Any) -> Entries:
        made: Entries = Expr.__new__(cls, expr, *(_pair(axis) for axis in axes))
        return made

    @property
    def expr(self) -> Expr:
        """The entry, with the indices of the axes free."""
        return self.args[0]

    @property
    def axes(self) -> tuple[tuple[Symbol, Symbol], ...]:
        """An ``(index, dimension)`` for each axis."""
        return tuple((axis[0], axis[1]) for axis in self.args[1:])

    @property
    def free_symbols(self) -> set[Any]:
        bound = {axis[0] for axis in self.axes}
        sizes = {axis[1] for axis in self.axes}
        free: set[Any] = (self.expr.free_symbols - bound) | sizes
        return free


class Partial(Expr):  # type: ignore[misc]
    """The partial derivative ∂expr/∂variable, not carried out.

    SymPy's own ``Derivative`` is not used: it confuses bound with free indices.

    Examples
    --------
    >>> from sympy import Symbol
    >>> from derive.language import index, k, quantity
    >>> Partial(Symbol("L", real=True), quantity("a", k)[index("i")])
    Partial(L, a[i])
    """

    is_commutative = True
    is_real = True

    def __new__(cls, expr: Expr, variable: Indexed) -> Partial:
        made: Partial = Expr.__new__(cls, expr, variable)
        return made

    @property
    def expr(self) -> Expr:
        """What is differentiated."""
        return self.args[0]

    @property
    def variable(self) -> Indexed:
        """The entry of a quantity by which it is differentiated."""
        return self.args[1]


class SquaredNorm(Expr):  # type: ignore[misc]
    """The squared Euclidean norm ‖v‖² = Σᵢ vᵢ² of a vector given by its `Entries`.

    Examples
    --------
    >>> from derive.language import index, k, quantity
    >>> i, y = index("i"), quantity("y", k)
    >>> SquaredNorm(Entries(y[i], (i, k))).as_sum()
    Sum(y[i]**2, (i, 1, k))
    """

    is_commutative = True
    is_real = True

    def __new__(cls, vector: Entries) -> SquaredNorm:
        made: SquaredNorm = Expr.__new__(cls, vector)
        return made

    @property
    def vector(self) -> Entries:
        """The vector."""
        vector: Entries = self.args[0]
        return vector

    def as_sum(self) -> Expr:
        """Write the norm as a sum of squares."""
        body = self.vector.expr ** Integer(2)
        for position, size in reversed(self.vector.axes):
            body = total(body, position, size)
        return body


def peel(double: Sum) -> tuple[Expr, Symbol, Symbol]:
    """Take the outermost index off a sum: the body, the index and its dimension.

    SymPy merges Σₘ Σᵢ into one node with two limits, the innermost first.

    Examples
    --------
    >>> from derive.language import index, k, n, quantity
    >>> y, i, m = quantity("y", n, k), index("i"), index("m")
    >>> peel(total(total(y[m, i], i, k), m, n))
    (Sum(y[m, i], (i, 1, k)), m, n)
    """
    position, _, size = double.limits[-1]
    if len(double.limits) == 1:
        return double.function, position, size
    return Sum(double.function, *double.limits[:-1]), position, size


def total(body: Any, position: Symbol, size: Symbol) -> Expr:
    """Return Σ body over ``position`` = 1 … ``size``; a sum of nothing but zeros is zero.

    Examples
    --------
    >>> from derive.language import index, k, quantity
    >>> total(quantity("y", k)[index("i")], index("i"), k)
    Sum(y[i], (i, 1, k))
    """
    body = S.Zero + body
    if body.is_zero:
        return S.Zero
    return Sum(body, (position, S.One, size))
