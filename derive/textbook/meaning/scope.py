"""What letters stand for at a place of a formula."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from derive.textbook.meaning.core import Core, Tensor
from derive.textbook.tree import Node

__all__ = ["Readings", "Scope"]


@dataclass(frozen=True)
class Scope:
    """Bound indices, placeholders and written-out applications, from the inside out."""

    indices: dict[str, Core] = field(default_factory=dict)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    written: dict[str, tuple[Node, Scope]] = field(default_factory=dict)
    parent: Scope | None = None

    def chain(self) -> Iterator[Scope]:
        """Yield the scopes from the inside out."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def index(self, letter: str) -> Core | None:
        """Return what a letter is as an index."""
        for scope in self.chain():
            if letter in scope.indices:
                return scope.indices[letter]
        return None

    def tensor(self, name: str) -> Tensor | None:
        """Return what a placeholder stands for; an index of that name inside hides it."""
        for scope in self.chain():
            if name in scope.tensors:
                return scope.tensors[name]
            if name in scope.indices:
                return None
        return None

    def written_out(self, application: str) -> tuple[Node, Scope] | None:
        """Return the tree that an application of a placeholder function stands for."""
        for scope in self.chain():
            if application in scope.written:
                return scope.written[application]
        return None

    def visible(self) -> dict[str, Core]:
        """Return all indices that are bound here."""
        found: dict[str, Core] = {}
        for scope in reversed(list(self.chain())):
            found.update(scope.indices)
        return found

    def inside(self, **contents: dict) -> Scope:  # type: ignore[type-arg]
        """Return a scope inside this one."""
        return Scope(**contents, parent=self)


@dataclass
class Readings:
    """How ambiguous notation is read; `met` collects which choices there were in a formula.

    Each choice has a first reading (False) and another (True).
    """

    chosen: dict[str, bool] = field(default_factory=dict)
    met: dict[str, None] = field(default_factory=dict)

    def take(self, choice: str) -> bool:
        """Return whether the other reading of a choice is taken."""
        self.met[choice] = None
        return self.chosen.get(choice, False)


CHOICES = {
    "narrow": "a function without parentheses takes the next factor only",
    "wide": "a function before parentheses takes all that follows",
    "power": "the power after the parentheses belongs to the argument",
    "slash": "all that follows the slash is the denominator",
    "operator": "the derivative takes the parentheses only",
    "layout": "the Jacobian is written with one column for each entry of the numerator",
    "factor": "the transposed parentheses are a factor, and no argument",
    "fraction": "the function takes the fraction only",
    "tensor": "⊗ multiplies entry by entry",
    "repeated": "an index that stands twice in a product of derivatives is summed over",
    "loose": "the sum extends over the terms that follow and use its index",
}
"""The other reading of every choice, in words."""
