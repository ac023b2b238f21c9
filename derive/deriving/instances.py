"""A layer of a network as an instance of the general layer: its letters and dimensions by number.

The layer is derived once, for W of k×d. Layer l of a network has W⁽ˡ⁾ of d_l × d_{l−1} in its
place, and so on: an instance is a renaming, and can be named back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar, cast

from sympy import Basic, Expr, IndexedBase, Symbol

from derive.derivation import Derivation
from derive.errors import UnsupportedExpression
from derive.language import d, dimension, k, of_layer, quantity
from derive.steps import Assumption, Definition, Rule, Step

__all__ = ["Instance", "values_of", "width"]

Names = Mapping[Any, Any]
T = TypeVar("T")


def width(layer: int | Expr) -> Symbol:
    """Return how many values layer ``layer`` gives; layer 0 is the input.

    Examples
    --------
    >>> width(2)
    d2
    """
    return dimension(f"d{layer}")


def values_of(layer: int | Expr) -> str:
    """Return what the values of a hidden layer are called, those of layer 0 being the input x.

    Examples
    --------
    >>> values_of(2), values_of(0)
    ('h⁽²⁾', 'x')
    """
    return of_layer("h", layer) if layer else "x"


@dataclass(frozen=True)
class Instance:
    """Layer ``number`` of a network with ``depth`` layers, the last of which is the output.

    A symbol for the number makes it any hidden layer that is not the first.

    Examples
    --------
    >>> from derive.language import index
    >>> i, r = index("i"), index("r")
    >>> Instance(2, 3).named(quantity("W", k, d)[i, r])
    W⁽²⁾[i, r]
    """

    number: int | Expr
    depth: int

    @property
    def is_output(self) -> bool:
        """Whether it is the last layer."""
        return self.number == self.depth

    @property
    def size(self) -> Symbol:
        """How many values the layer gives."""
        return k if self.is_output else width(self.number)

    @cached_property
    def _names(self) -> Names:
        """What each letter and each dimension of the general layer is called here."""
        sizes = {k: self.size, d: width(self.number - 1)}
        own = {"W": (k, d), "a": (k,), "b": (k,)}
        letters = {
            quantity(letter, *shape): quantity(
                of_layer(letter, self.number), *(sizes[size] for size in shape)
            )
            for letter, shape in own.items()
        }
        below = quantity(values_of(self.number - 1), sizes[d])
        letters[quantity("h" if self.is_output else "x", d)] = below
        if not self.is_output:
            letters[quantity("h", k)] = quantity(values_of(self.number), sizes[k])
            letters[quantity("u", k)] = quantity("u", sizes[k])
        return {**sizes, **letters}

    @cached_property
    def _back(self) -> Names:
        return {new: old for old, new in self._names.items()}

    def named(self, value: T) -> T:
        """Return what is said of the general layer, as it is of this layer.

        A value is an expression, a definition, a step, a derivation, or a tuple of such.
        """
        return cast(T, _mapped(value, lambda expr: expr.xreplace(self._names)))

    def general(self, value: T) -> T:
        """Return what is said of this layer, as it is of the general layer.

        Raises
        ------
        UnsupportedExpression
            If a letter of the general layer stands in it: it would be taken for one of this layer.
        """
        foreign = self._names.keys() - self._back.keys()
        found = sorted(map(str, _letters(value) & foreign))
        if found:
            raise UnsupportedExpression(f"layer {self.number}", Symbol(found[0]), "its own letters")
        return cast(T, _mapped(value, lambda expr: expr.xreplace(self._back)))


def _letters(value: Any) -> set[Any]:
    found: set[Any] = set()
    _mapped(value, lambda expr: found.update(expr.atoms(Symbol, IndexedBase)))
    return found


def _mapped(value: Any, change: Callable[[Basic], Any]) -> Any:
    """Return a value with every expression in it changed."""
    if isinstance(value, Basic):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_mapped(part, change) for part in value)
    names = next((names for kind, names in _PARTS if isinstance(value, kind)), ())
    if not names:
        return value
    return replace(value, **{name: _mapped(getattr(value, name), change) for name in names})


_PARTS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (Definition, ("left", "right")),
    (Assumption, ("left", "right")),
    (Rule, ("statement",)),
    (Step, ("before", "after", "rule", "assumption")),
    (Derivation, ("target", "definitions", "steps")),
)
"""In which parts of a record expressions stand."""
