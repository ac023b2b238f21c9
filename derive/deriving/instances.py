"""A layer of a network as an instance of the general layer: its letters and dimensions by number.

The layer is derived once, for W of k×d. Layer l of a network has W⁽ˡ⁾ of d_l × d_{l−1} in its
place, and so on: an instance is a renaming, and can be named back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sympy import Expr, IndexedBase, Symbol

from derive.derivation import Derivation
from derive.language import d, dimension, k, of_layer, quantity
from derive.steps import Assumption, Definition, Rule, Step

__all__ = ["Instance", "values_of", "width"]

Names = Mapping[Any, Any]


def width(layer: int) -> Symbol:
    """Return how many values layer ``layer`` gives; layer 0 is the input.

    Examples
    --------
    >>> width(2)
    d2
    """
    return dimension(f"d{layer}")


def values_of(layer: int) -> str:
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

    Examples
    --------
    >>> from derive.language import index
    >>> i, r = index("i"), index("r")
    >>> Instance(2, 3).named(quantity("W", k, d)[i, r])
    W⁽²⁾[i, r]
    """

    number: int
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
        size, below = self.size, width(self.number - 1)
        names: dict[Any, Any] = {k: size, d: below}
        letters = {("W", k, d): "W", ("a", k): "a", ("b", k): "b"}
        for (letter, *shape), called in letters.items():
            names[quantity(letter, *shape)] = quantity(
                of_layer(called, self.number), *(names[one] for one in shape)
            )
        names[quantity("h" if self.is_output else "x", d)] = quantity(
            values_of(self.number - 1), below
        )
        if not self.is_output:
            names[quantity("h", k)] = quantity(values_of(self.number), size)
            names[quantity("u", k)] = quantity("u", size)
        return names

    @cached_property
    def _back(self) -> Names:
        return {new: old for old, new in self._names.items()}

    def named(self, value: Any) -> Any:
        """Return what is said of the general layer, as it is of this layer."""
        return _renamed(value, self._names)

    def general(self, value: Any) -> Any:
        """Return what `named` has named as one of the general layer."""
        return _renamed(value, self._back)


def _renamed(value: Any, names: Names) -> Any:
    if isinstance(value, Expr | IndexedBase):
        return value.xreplace(names)
    if isinstance(value, tuple):
        return tuple(_renamed(part, names) for part in value)
    if isinstance(value, Definition):
        return Definition(value.left.xreplace(names), value.right.xreplace(names))
    if isinstance(value, Assumption):
        return replace(value, left=value.left.xreplace(names), right=value.right.xreplace(names))
    if isinstance(value, Rule):
        return replace(value, statement=_renamed(value.statement, names))
    if isinstance(value, Step):
        fields = ("before", "after", "rule", "assumption")
        return Step(*(_renamed(getattr(value, name), names) for name in fields))
    if isinstance(value, Derivation):
        fields = ("target", "definitions", "steps")
        return replace(value, **{name: _renamed(getattr(value, name), names) for name in fields})
    return value
