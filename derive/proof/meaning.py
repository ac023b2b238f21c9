"""What the expressions of the language mean: definitions, derivatives, arrays.

A name stands for its definition. ∂e/∂v is e, unfolded as far as v, differentiated by v as if v were
free; only then v is unfolded. An array is its shape and its entry. A `Reader` carries this meaning
into any domain of values that can add, multiply and differentiate.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from inspect import signature
from typing import Any, Generic, TypeAlias, TypeVar

from sympy import (
    Add,
    Basic,
    Expr,
    Indexed,
    IndexedBase,
    Integer,
    KroneckerDelta,
    Mul,
    Pow,
    Rational,
    S,
    Sum,
    Symbol,
    exp,
    log,
)

from derive.errors import UnsupportedExpression
from derive.language import (
    Entries,
    NamedFunction,
    Partial,
    SquaredNorm,
    free_indices,
    fresh_index,
    named_function,
    relu,
    step,
    substitute,
)
from derive.language.indices import bound_indices
from derive.proof.work import spend
from derive.steps import Definition

__all__ = [
    "Meaning",
    "Place",
    "Reader",
    "bound_places",
    "defined_name",
    "entry_of_array",
    "names_in",
    "unfolded",
    "vector_positions",
]

Place: TypeAlias = str | int
Places: TypeAlias = tuple[tuple[Symbol, Place], ...]
Pattern: TypeAlias = tuple[str, tuple[Symbol | int | None, ...]]
"""A name, and for each of its indices the free index or the number, or None for every place."""
V = TypeVar("V")

COST = 20
"""What the reading of a node costs, in the units of `derive.proof.work`."""


@lru_cache(maxsize=20_000)
def vector_positions(node: Basic) -> frozenset[tuple[Symbol, Symbol]]:
    """Return the free indices that say which entry of a function of a vector, with dimensions.

    Examples
    --------
    >>> from derive.language import index, k, quantity, softmax
    >>> i, j = index("i"), index("j")
    >>> vector_positions(softmax(Entries(quantity("a", k)[j], (j, k)), i))
    frozenset({(i, k)})
    """
    bound = {position for position, _ in bound_indices(node)}
    parts = node.args[:1] if bound else node.args
    found = frozenset().union(*(vector_positions(part) for part in parts))
    row = named_function(type(node))
    if row is not None and row.of_vector and isinstance(node.args[0], Entries):
        size = node.args[0].axes[0][1]
        own = ((place, size) for place in node.args[1:] if isinstance(place, Symbol))
        found = found.union(own)
    return frozenset((position, size) for position, size in found if position not in bound)


@lru_cache(maxsize=20_000)
def names_in(expr: Basic) -> frozenset[str]:
    """Return the names of the quantities and of the scalar symbols that occur."""
    if isinstance(expr, Indexed | Symbol):
        return frozenset((defined_name(expr),))
    arguments = expr.args[:1] if isinstance(expr, Sum | Entries) else expr.args
    return frozenset().union(*(names_in(argument) for argument in arguments))


def defined_name(left: Expr) -> str:
    """Return the name of a symbol, or of the quantity of an entry.

    Raises
    ------
    UnsupportedExpression
        If ``left`` is neither.
    """
    symbol = left.args[0] if isinstance(left, Indexed) else left
    named = symbol.args[0] if isinstance(symbol, IndexedBase) else symbol
    if not isinstance(named, Symbol):
        raise UnsupportedExpression("what is named", left, "symbols and entries of quantities")
    name: str = named.name
    return name


def bound_places(expr: Expr, definition: Definition, positions: tuple[V, ...]) -> dict[Symbol, V]:
    """Return what stands for the indices of a definition where ``expr`` stands for its left side.

    Raises
    ------
    UnsupportedExpression
        If ``expr`` has more or fewer indices.
    """
    formal = definition.left.indices if isinstance(definition.left, Indexed) else ()
    if len(formal) != len(positions):
        raise UnsupportedExpression(
            "a definition", expr, f"as many indices as {definition.left} has"
        )
    return dict(zip(formal, positions, strict=True))


def _takes(function: Callable[..., Expr], arguments: tuple[Basic, ...]) -> bool:
    try:
        signature(function).bind(*arguments)
    except (TypeError, ValueError):
        return False
    return True


@lru_cache(maxsize=10_000)
def unfolded(row: NamedFunction, expr: Expr, where: str) -> Expr:
    """Return what a named function stands for at the arguments of ``expr``.

    Raises
    ------
    UnsupportedExpression
        If it is a primitive, or these are not arguments that it takes.
    """
    vector = expr.args[0] if expr.args else None
    right_kind = isinstance(vector, Entries) == row.of_vector
    if isinstance(vector, Entries) and row.of_vector:
        right_kind = len(vector.axes) == 1
    if row.definition is None or not right_kind or not _takes(row.definition, expr.args):
        raise UnsupportedExpression(where, expr, "functions with a definition, and their arguments")
    return row.definition(*expr.args)


@dataclass(frozen=True)
class Meaning:
    """The definitions under which expressions are read.

    Parameters
    ----------
    definitions : tuple[Definition, ...]
        What names stand for, outermost first.
    """

    definitions: tuple[Definition, ...] = ()

    @cached_property
    def _by_name(self) -> dict[str, Definition]:
        first: dict[str, Definition] = {}
        for definition in self.definitions:
            first.setdefault(defined_name(definition.left), definition)
        return first

    def definition(self, name: str) -> Definition | None:
        """Return the definition of a name, or None where it is free."""
        return self._by_name.get(name)

    def beneath(self, name: str) -> frozenset[str]:
        """Return the names that the definition of ``name`` leads to, itself left out."""
        if name not in self._beneath:
            self._beneath[name] = self._reached_from(name)
        return self._beneath[name]

    @cached_property
    def _beneath(self) -> dict[str, frozenset[str]]:
        return {}

    def _reached_from(self, name: str) -> frozenset[str]:
        found: set[str] = set()
        pending = [name]
        while pending:
            definition = self.definition(pending.pop())
            if definition is not None:
                new = names_in(definition.right) - found
                found |= new
                pending.extend(new)
        return frozenset(found)

    def reached(self, *expressions: Expr) -> frozenset[str]:
        """Return the names that the expressions mention and all that these lead to."""
        names = frozenset().union(*(names_in(expr) for expr in expressions))
        return names.union(*(self.beneath(name) for name in names))

    def entries(self, expr: Expr) -> frozenset[Pattern]:
        """Return the entries on which an expression depends, as patterns of their positions.

        Examples
        --------
        >>> from derive.language import d, index, k, quantity, total
        >>> i, q, W = index("i"), index("q"), quantity("W", k, d)
        >>> Meaning().entries(total(W[i, q], q, d))
        frozenset({('W', (i, None))})
        """
        if expr not in self._entries:
            self._entries[expr] = self._entries_in(expr)
        return self._entries[expr]

    @cached_property
    def _entries(self) -> dict[Expr, frozenset[Pattern]]:
        return {}

    def _entries_in(self, expr: Expr) -> frozenset[Pattern]:
        if isinstance(expr, Symbol | Indexed):
            return self._entries_of_name(expr)
        bound = {position: None for position, _ in bound_indices(expr)}
        parts = expr.args[:1] if bound else expr.args
        if isinstance(expr, KroneckerDelta):
            parts = ()
        found = frozenset().union(*(self.entries(part) for part in parts))
        return _placed(found, bound) if bound else found

    def _entries_of_name(self, expr: Expr) -> frozenset[Pattern]:
        indices = tuple(
            int(i) if isinstance(i, Integer) else i for i in getattr(expr, "indices", ())
        )
        own: frozenset[Pattern] = frozenset(((defined_name(expr), indices),))
        definition = self.definition(defined_name(expr))
        if definition is None:
            return own
        return own | _placed(
            self.entries(definition.right), bound_places(expr, definition, indices)
        )

    def kept_for(self, variable: str) -> frozenset[str]:
        """Return the defined names that a derivative by ``variable`` leaves folded."""
        names = {variable} | self.beneath(variable)
        return frozenset(name for name in names if self.definition(name) is not None)

    def kept(self, *expressions: Expr) -> frozenset[str]:
        """Return the names that may stay free: nothing beneath them is mentioned.

        What is proved of a free quantity holds of whatever it is defined as.
        """
        mentioned = frozenset().union(*(names_in(expr) for expr in expressions))
        defined = (defined_name(definition.left) for definition in self.definitions)
        return frozenset(name for name in defined if not self.beneath(name) & mentioned)


def _placed(patterns: frozenset[Pattern], places: Mapping[Any, Any]) -> frozenset[Pattern]:
    return frozenset(
        (name, tuple(places.get(position, position) for position in positions))
        for name, positions in patterns
    )


def entry_of_array(expr: Expr) -> tuple[tuple[tuple[Symbol, Any], ...], Expr]:
    """Return the axes of an array expression and its entry; a scalar has no axes.

    Raises
    ------
    UnsupportedExpression
        If arrays of different shapes are added, or two arrays are multiplied.
    """
    if isinstance(expr, Entries):
        return expr.axes, expr.expr
    if not expr.has(Entries) or not isinstance(expr, Add | Mul):
        return (), expr
    parts = [entry_of_array(argument) for argument in expr.args]
    shaped = [axes for axes, _ in parts if axes]
    if not shaped:
        return (), expr
    sizes = [size for _, size in shaped[0]]
    alike = all([size for _, size in axes] == sizes for axes in shaped)
    fits = len(shaped) == (len(parts) if isinstance(expr, Add) else 1)
    if not (alike and fits):
        raise UnsupportedExpression("an array expression", expr, "sums of arrays of one shape")
    taken = set().union(*(free_indices(argument) for argument in expr.args))
    axes = []
    for _, size in shaped[0]:
        position = fresh_index(size, taken)
        taken.add(position)
        axes.append((position, size))
    entries = [
        substitute(entry, {old: new for (old, _), (new, _) in zip(own, axes, strict=True)})
        if own
        else entry
        for own, entry in parts
    ]
    return tuple(axes), expr.func(*entries)


class Reader(ABC, Generic[V]):
    """Reads expressions of the language as values of one domain.

    Parameters
    ----------
    meaning : Meaning
        The definitions.
    """

    where = "the prover"
    known = "the nodes of index notation, exp, ln, the ramp and functions with a definition"

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self._memory: dict[Any, V] = {}

    @abstractmethod
    def number(self, value: Any) -> V:
        """Return a rational number."""

    @abstractmethod
    def symbol(self, symbol: Symbol) -> V:
        """Return a scalar symbol or a dimension."""

    @abstractmethod
    def entry(self, name: str, places: tuple[Place, ...]) -> V:
        """Return an entry of a free quantity."""

    @abstractmethod
    def delta(self, left: Place, right: Place) -> V:
        """Return δ of two positions."""

    @abstractmethod
    def total(self, node: Sum, places: Mapping[Symbol, Place], kept: frozenset[str]) -> V:
        """Return a sum."""

    @abstractmethod
    def add(self, values: list[V]) -> V:
        """Return the sum of values."""

    @abstractmethod
    def multiply(self, values: list[V]) -> V:
        """Return the product of values."""

    @abstractmethod
    def power(self, value: V, exponent: int) -> V:
        """Return a whole power."""

    @abstractmethod
    def exponential(self, value: V) -> V:
        """Return e^value."""

    @abstractmethod
    def logarithm(self, value: V) -> V:
        """Return ln value."""

    @abstractmethod
    def step(self, value: V, convention: V) -> V:
        """Return 1 for positive, 0 for negative values and the convention at zero."""

    @abstractmethod
    def differentiate(self, value: V, name: str, places: tuple[Place, ...]) -> V:
        """Return the derivative by an entry of a quantity that was read as free."""

    @abstractmethod
    def unfold(self, value: V, names: frozenset[str], kept: frozenset[str]) -> V:
        """Replace quantities that were read as free by their definitions."""

    def read(
        self, expr: Expr, places: Mapping[Symbol, Place], kept: frozenset[str] = frozenset()
    ) -> V:
        """Return the value of a scalar expression.

        Parameters
        ----------
        expr : Expr
        places : mapping
            What stands for the free indices.
        kept : frozenset of str
            The defined names that are read as free quantities.

        Raises
        ------
        UnsupportedExpression
            If a node is not of the language.
        """
        live = tuple(
            sorted(
                ((symbol, places[symbol]) for symbol in free_indices(expr) if symbol in places),
                key=lambda pair: pair[0].name,
            )
        )
        key = (expr, live, kept)
        if key not in self._memory:
            self._memory[key] = self._read(expr, dict(live), kept)
        return self._memory[key]

    def _read(self, expr: Expr, places: dict[Symbol, Place], kept: frozenset[str]) -> V:
        spend(COST)
        if isinstance(expr, Add | Mul):
            values = [self.read(argument, places, kept) for argument in expr.args]
            return self.add(values) if isinstance(expr, Add) else self.multiply(values)
        if isinstance(expr, Rational):
            return self.number(expr)
        if isinstance(expr, Pow) and isinstance(expr.exp, Integer):
            return self.power(self.read(expr.base, places, kept), int(expr.exp))
        if isinstance(expr, Symbol | Indexed):
            return self.named(expr, places, kept)
        if isinstance(expr, Sum):
            return self.total(expr, places, kept)
        if isinstance(expr, KroneckerDelta):
            return self.delta(*(self.place(index, places) for index in expr.args[:2]))
        if isinstance(expr, SquaredNorm):
            return self.read(expr.as_sum(), places, kept)
        if isinstance(expr, Partial):
            return self._partial(expr, places, kept)
        return self._function(expr, places, kept)

    def place(self, index: Expr, places: Mapping[Symbol, Place]) -> Place:
        """Return what stands for an index."""
        if index in places:
            return places[index]
        if isinstance(index, Integer):
            return int(index)
        raise UnsupportedExpression(f"{self.where}, as an index,", index, "symbols")

    def named(self, expr: Expr, places: dict[Symbol, Place], kept: frozenset[str]) -> V:
        """Return an entry, a symbol, or what the definition of its name says."""
        if isinstance(expr, Symbol) and expr in places:
            raise UnsupportedExpression(f"{self.where}, as a number,", expr, self.known)
        name = defined_name(expr)
        definition = None if name in kept else self.meaning.definition(name)
        positions: tuple[Place, ...] = ()
        if isinstance(expr, Indexed):
            positions = tuple(self.place(index, places) for index in expr.indices)
        if definition is not None:
            return self.read(definition.right, bound_places(expr, definition, positions), kept)
        return self.entry(name, positions) if isinstance(expr, Indexed) else self.symbol(expr)

    def _partial(self, expr: Partial, places: dict[Symbol, Place], kept: frozenset[str]) -> V:
        variable = expr.variable
        if not isinstance(variable, Indexed):
            raise UnsupportedExpression(
                f"{self.where}, in ∂/∂{variable},", variable, "entries of quantities"
            )
        name = defined_name(variable)
        folded = kept | self.meaning.kept_for(name)
        if any(name in self.meaning.beneath(other) for other in folded):
            raise UnsupportedExpression(
                self.where, expr, "derivatives by what is not beneath the outer variable"
            )
        positions = tuple(self.place(index, places) for index in variable.indices)
        slope = self.differentiate(self.read(expr.expr, places, folded), name, positions)
        return self.unfold(slope, folded - kept, kept)

    def _function(self, expr: Expr, places: dict[Symbol, Place], kept: frozenset[str]) -> V:
        if expr is S.Exp1:
            return self.exponential(self.number(S.One))
        if isinstance(expr, exp) and len(expr.args) == 1:
            return self.exponential(self.read(expr.args[0], places, kept))
        if isinstance(expr, log) and len(expr.args) == 1:
            return self.logarithm(self.read(expr.args[0], places, kept))
        if isinstance(expr, relu | step) and len(expr.args) == 2:
            argument, convention = (self.read(part, places, kept) for part in expr.args)
            slope = self.step(argument, convention)
            return slope if isinstance(expr, step) else self.multiply([argument, slope])
        row = named_function(type(expr))
        if row is None:
            raise UnsupportedExpression(self.where, expr, self.known)
        return self.read(unfolded(row, expr, self.where), places, kept)
