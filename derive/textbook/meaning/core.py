"""The meaning of a formula: scalar expressions in index notation.

Vectors and matrices are gone: a tensor is a scalar expression with indices (`Tensor`), a product of
matrices is a sum over an index. Derivatives stay as they are (`Slope`), to be judged against the
definitions of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, Literal

from derive.textbook.meaning.dimensions import Dimension, Index

__all__ = [
    "At",
    "Choice",
    "Compare",
    "Constant",
    "Core",
    "Definition",
    "Determinant",
    "Entry",
    "Fold",
    "Function",
    "Let",
    "MatrixPower",
    "Orientation",
    "Plus",
    "Power",
    "Rational",
    "Size",
    "Slope",
    "Symbol",
    "Tensor",
    "Times",
    "Unknown",
    "moved_in",
    "plus",
    "rename",
    "symbols_in",
    "times",
    "walk_core",
]

Orientation = Literal["scalar", "column", "row", "free", "matrix", "array"]


@dataclass(frozen=True, slots=True)
class Core:
    """A scalar expression, or a condition."""


@dataclass(frozen=True, slots=True)
class Rational(Core):
    """A rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Constant(Core):
    """One of ``pi`` and ``e``."""

    name: str


@dataclass(frozen=True, slots=True)
class At(Core):
    """The value of an index."""

    index: Index


@dataclass(frozen=True, slots=True)
class Size(Core):
    """A dimension as a number."""

    dimension: Dimension


@dataclass(eq=False)
class Symbol:
    """A quantity of the text.

    Parameters
    ----------
    name : str
        Its LaTeX name, without the font.
    axes : tuple[Dimension, ...]
        What its indices run over, leading axes (examples) first.
    leading : int
        How many axes are leading.
    orientation : str
        Of what remains when the leading axes are indexed.
    role : str
        ``value``, ``constant``, ``function``, ``index``, ``dimension``, ``differential``.
    domain : str
        As in the declaration: ``positive``, ``simplex``, …
    definition : Definition, optional
        What it stands for.
    range : Dimension, optional
        Over what an index runs.
    known : bool
        Whether it was declared or defined, and not only met.
    unwritten : tuple[str, ...]
        Letters of declared indices that its definition leaves unwritten, as g_j does the example k;
        their axes come first.
    order : tuple[int, ...]
        Where the text writes all indices side by side in another order, as z_{mi} for (z_i)_m: at
        which place the index of each axis stands.
    """

    name: str
    axes: tuple[Dimension, ...] = ()
    leading: int = 0
    orientation: Orientation = "scalar"
    role: str = "value"
    domain: str = ""
    definition: Definition | None = None
    range: Dimension | None = None
    known: bool = True
    elementwise: bool | None = None
    unwritten: tuple[str, ...] = ()
    views: dict[str, tuple[int, Orientation]] = field(default_factory=dict)
    order: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return f"Symbol({self.name})"


@dataclass(frozen=True, slots=True)
class Definition:
    """What the entry of a symbol at `indices` is."""

    indices: tuple[Index, ...]
    body: Core


@dataclass(frozen=True, slots=True)
class Entry(Core):
    """An entry of a symbol."""

    symbol: Symbol
    places: tuple[Core, ...] = ()


@dataclass(frozen=True, slots=True)
class Plus(Core):
    """A sum of terms."""

    terms: tuple[Core, ...]


@dataclass(frozen=True, slots=True)
class Times(Core):
    """A product of factors."""

    factors: tuple[Core, ...]


@dataclass(frozen=True, slots=True)
class Power(Core):
    """A power."""

    base: Core
    exponent: Core


@dataclass(frozen=True, slots=True)
class Function(Core):
    """An elementary function of one argument, by its name."""

    name: str
    argument: Core


@dataclass(frozen=True, slots=True)
class Unknown(Core):
    """A function of which nothing is known but that it is smooth; `order` counts derivatives.

    Each argument is an array: its indices and its entry.
    """

    name: str
    order: int
    arguments: tuple[tuple[tuple[Index, ...], Core], ...]


@dataclass(frozen=True, slots=True)
class Fold(Core):
    """A sum, product, maximum or minimum over an index: all of it, or between bounds."""

    kind: str
    index: Index
    body: Core
    lower: Core | None = None
    upper: Core | None = None
    condition: Core | None = None


@dataclass(frozen=True, slots=True)
class Compare(Core):
    r"""A condition: ``=``, ``\neq``, ``<``, ``>``, ``\le``, ``\ge`` between two expressions."""

    relation: str
    left: Core
    right: Core


@dataclass(frozen=True, slots=True)
class Choice(Core):
    """The value of the first branch whose condition holds, or else the last."""

    branches: tuple[tuple[Core, Core], ...]
    otherwise: Core | None = None


@dataclass(frozen=True, slots=True)
class Slope(Core):
    """The derivative of an expression by an entry of a symbol; all else follows its definition."""

    body: Core
    symbol: Symbol
    places: tuple[Core, ...] = ()


@dataclass(frozen=True, slots=True)
class Let(Core):
    """An expression in which a symbol has a value of its own."""

    symbol: Symbol
    indices: tuple[Index, ...]
    value: Core
    body: Core


@dataclass(frozen=True, slots=True)
class MatrixPower(Core):
    """An entry of the power of a matrix, the inverse for a negative exponent."""

    row: Index
    column: Index
    body: Core
    exponent: Core
    places: tuple[Core, Core]


@dataclass(frozen=True, slots=True)
class Determinant(Core):
    """The determinant of a square matrix, given by its entry."""

    row: Index
    column: Index
    body: Core


@dataclass(frozen=True, slots=True)
class Tensor:
    """An array: its indices and its entry, and how it lies.

    `numerator` and `denominator` are what a derivative is of and by, with the number of axes of the
    numerator, so that ∂L/∂y ∂y/∂x is read as the chain rule.
    """

    axes: tuple[Index, ...]
    body: Core
    orientation: Orientation = "scalar"
    numerator: object = None
    denominator: object = None
    upper_axes: int = 0
    literal: bool = False


ZERO, ONE, MINUS_ONE = (Rational(Fraction(value)) for value in (0, 1, -1))


def plus(*terms: Core) -> Core:
    """Return a sum, flat."""
    flat: list[Core] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, Plus) else (term,))
    return flat[0] if len(flat) == 1 else Plus(tuple(flat))


def times(*factors: Core) -> Core:
    """Return a product, flat, without ones."""
    flat: list[Core] = []
    for factor in factors:
        flat.extend(factor.factors if isinstance(factor, Times) else (factor,))
    flat = [factor for factor in flat if factor != ONE]
    if not flat:
        return ONE
    return flat[0] if len(flat) == 1 else Times(tuple(flat))


_PARTS: dict[type[Any], tuple[str, ...]] = {}


def _parts(kind: type[Any]) -> tuple[str, ...]:
    if kind not in _PARTS:
        _PARTS[kind] = tuple(place.name for place in fields(kind))
    return _PARTS[kind]


def _mapped(part: Any, function: Callable[[Core], Core]) -> Any:
    if isinstance(part, Core):
        return function(part)
    if isinstance(part, tuple):
        changed = tuple(_mapped(item, function) for item in part)
        return part if all(a is b for a, b in zip(changed, part, strict=True)) else changed
    return part


def rename(core: Core, places: Mapping[Index, Core]) -> Core:
    """Return an expression with values in place of indices."""
    if not places:
        return core

    def renamed(part: Core) -> Core:
        if isinstance(part, At):
            return places.get(part.index, part)
        changes = {}
        for name in _parts(type(part)):
            old = getattr(part, name)
            new = _mapped(old, renamed)
            if new is not old:
                changes[name] = new
        return replace(part, **changes) if changes else part

    return renamed(core)


def walk_core(core: Core) -> Iterator[Core]:
    """Yield an expression and everything in it."""
    pending: list[Any] = [core]
    while pending:
        part = pending.pop()
        if isinstance(part, Core):
            yield part
            pending.extend(getattr(part, name) for name in _parts(type(part)))
        elif isinstance(part, tuple):
            pending.extend(part)


def symbols_in(core: Core, *, through: bool = True) -> frozenset[Symbol]:
    """Return the symbols of an expression, and of the definitions of those."""
    found: set[Symbol] = set()
    pending = [core]
    while pending:
        for part in walk_core(pending.pop()):
            if isinstance(part, Entry | Slope) and part.symbol not in found:
                found.add(part.symbol)
                if through and part.symbol.definition is not None:
                    pending.append(part.symbol.definition.body)
    return frozenset(found)


def moved_in(core: Core) -> frozenset[Symbol]:
    """Return by what an expression, and the definitions it stands on, are differentiated."""
    bodies = [core, *(s.definition.body for s in symbols_in(core) if s.definition is not None)]
    return frozenset(
        part.symbol for body in bodies for part in walk_core(body) if isinstance(part, Slope)
    )
