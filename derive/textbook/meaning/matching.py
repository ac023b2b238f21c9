"""Notation that is a pattern with other letters: what stands in place of each letter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, fields

from derive.textbook.meaning.canonical import canonical, plain_name
from derive.textbook.tree import Name, Node

__all__ = ["Match"]


@dataclass
class Match:
    """Compares notation with a pattern, and keeps what it finds.

    Parameters
    ----------
    letters : collection of str
        The names in the pattern that stand for others.
    fitting : tuple of types
        What may stand in place of a letter.
    """

    letters: Collection[str]
    fitting: tuple[type[Node], ...]
    found: dict[str, Node] = field(default_factory=dict)

    def matches(self, pattern: object, node: object) -> bool:
        """Return whether a piece of notation is the pattern with other letters."""
        if isinstance(pattern, tuple) and isinstance(node, tuple):
            pairs = zip(pattern, node, strict=False)
            return len(pattern) == len(node) and all(self.matches(*pair) for pair in pairs)
        if not isinstance(pattern, Node) or not isinstance(node, Node):
            return pattern == node
        if isinstance(pattern, Name) and plain_name(pattern) in self.letters:
            known = self.found.setdefault(plain_name(pattern), node)
            return isinstance(node, self.fitting) and canonical(known) == canonical(node)
        if isinstance(pattern, Name) or type(pattern) is not type(node):
            return canonical(pattern) == canonical(node)
        return all(
            self.matches(getattr(pattern, place.name), getattr(node, place.name))
            for place in fields(pattern)
            if place.name != "span"
        )
