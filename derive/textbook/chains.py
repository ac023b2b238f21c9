"""The sides of a statement, as they are judged."""

from __future__ import annotations

from dataclasses import dataclass

from derive.textbook.errors import Unreadable
from derive.textbook.positions import Span
from derive.textbook.tree import Node

__all__ = ["Chain", "Side"]


@dataclass(frozen=True)
class Side:
    """One expression of a chain: its tree, its place, or why it cannot be read."""

    node: Node | None
    span: Span
    text: str
    error: Unreadable | None = None


@dataclass
class Chain:
    """A statement in hand."""

    sides: list[Side]
    conditions: list[Node]
    outside: frozenset[str] = frozenset()
    unread: str = ""
    relations: tuple[str, ...] = ()

    @property
    def nodes(self) -> list[Node]:
        """The sides that can be read."""
        return [side.node for side in self.sides if side.node is not None]
