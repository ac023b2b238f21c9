"""The usual names of a pair's quantities, and its definitions in the letters that a text uses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

from derive.language import function_table
from derive.pairs import pair
from derive.printers.latex import latex
from derive.textbook.latex import to_latex
from derive.textbook.meaning.canonical import canonical, plain_name
from derive.textbook.meaning.letters import LOSSES
from derive.textbook.parser import parse
from derive.textbook.tokens import tokenize
from derive.textbook.tree import Group, Name, Node, Product, Scripted

__all__ = ["ROLES", "Role", "UsualNames", "usual_names"]


@dataclass(frozen=True)
class Role:
    """A quantity of the output layer: its letter here, how books call it, its kind."""

    letter: str
    called: tuple[str, ...]
    kind: str


ROLES = (
    Role("\\hat{y}", ("\\hat{y}", "\\hat{p}", "p", "q", "\\pi"), "vector(k)"),
    Role("a", ("a", "z", "o", "s", "\\eta", "x"), "vector(k)"),
    Role("y", ("y", "t"), "vector(k)"),
    Role("L", LOSSES, "scalar"),
    Role("W", ("W", "w", "\\Theta"), "matrix(k,d)"),
    Role("h", ("h", "x", "\\phi"), "vector(d)"),
    Role("b", ("b",), "vector(k)"),
)
"""The roles in the order in which letters are given out: the first name that a text uses."""


@dataclass(frozen=True)
class UsualNames:
    """Declarations and definitions of a pair in the letters of a text."""

    declare: dict[str, str]
    given: tuple[str, ...]


def _names_of(text: str) -> set[str]:
    """Return the names that a text uses, as far as its tokens show them."""
    tokens = [token.text for token in tokenize(text[:200_000])]
    names = set(tokens)
    for place, token in enumerate(tokens[:-1]):
        if token in ("\\hat", "\\widehat"):
            inner = [
                part for part in tokens[place + 1 : place + 5] if re.fullmatch(r"\\?[A-Za-z]", part)
            ]
            names.update(f"\\hat{{{part}}}" for part in inner[:1])
        if token == "\\mathcal":
            inner = [part for part in tokens[place + 1 : place + 3] if part.isalpha()]
            names.update(f"\\mathcal{{{part}}}" for part in inner[:1])
    return names


def _given_out(text: str) -> dict[str, str]:
    """Return the letter of the text for each letter here."""
    used = _names_of(text)
    taken: dict[str, str] = {}
    for role in ROLES:
        free = [name for name in role.called if name not in taken.values()]
        found = next((name for name in free if name in used), None)
        taken[role.letter] = found if found is not None else free[0]
    return taken


def _rewritten(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return a tree with a change made at every piece, the inner ones first."""
    changes: dict[str, Any] = {}
    for place in fields(node):
        part = getattr(node, place.name)
        if isinstance(part, Node):
            changes[place.name] = _rewritten(part, change)
        elif isinstance(part, tuple) and any(isinstance(item, Node) for item in part):
            changes[place.name] = tuple(
                _rewritten(item, change) if isinstance(item, Node) else item for item in part
            )
    return change(replace(node, **changes) if changes else node)


def _lettered(letters: dict[str, str]) -> Callable[[Node], Node]:
    def change(node: Node) -> Node:
        name = letters.get(plain_name(node)) if isinstance(node, Name) else None
        return node if name is None else parse(name)

    return change


def _whole(node: Node) -> Node:
    """Return an array that is written by its entries, as [a_j]_j, by its name."""
    if not isinstance(node, Scripted) or node.lower is None or node.upper is not None:
        return node
    if not isinstance(node.base, Group) or node.base.opening != "[" or len(node.base.items) != 1:
        return node
    letter = canonical(node.lower)

    def bare(part: Node) -> Node:
        own = (
            isinstance(part, Scripted)
            and part.lower is not None
            and canonical(part.lower) == letter
        )
        return part.base if own and isinstance(part, Scripted) else part

    inner = _rewritten(node.base.items[0], bare)
    return inner if isinstance(inner, Name) else Group("(", (inner,))


def _single(node: Node) -> Node:
    """Return a norm without parentheses inside."""
    inside = node.items[0] if isinstance(node, Group) and len(node.items) == 1 else None
    if isinstance(node, Group) and node.opening == "\\|" and isinstance(inside, Group):
        return replace(node, items=inside.items)
    return node


def _in_words(node: Node) -> Node:
    """Return an application of a function that is one letter here by its name, as sigmoid(a)."""
    if not isinstance(node, Product):
        return node
    items = list(node.items)
    for place, (item, after) in enumerate(pairwise(node.items)):
        base = after.base if isinstance(after, Scripted) else after
        if isinstance(item, Name) and item.letters in _LETTERS and isinstance(base, Group):
            items[place] = Name(_LETTERS[item.letters], "\\mathrm")
    return replace(node, items=tuple(items))


_LETTERS = {
    row.latex: row.name for row in reversed(function_table()) if len(row.latex) == 1
}  # fmt: skip
"""Functions that are written as one letter, with the word by which every reader knows them."""


def usual_names(output: str, loss: str, text: str) -> UsualNames:
    r"""Return what the quantities of a pair are called in a text, and how they are defined.

    Raises
    ------
    UnknownName, RefusedPair
        When there is no such pair.

    Examples
    --------
    >>> names = usual_names("sigmoid", "logistic", r"\frac{\partial L}{\partial z_i} = p_i - t_i")
    >>> names.declare["z"], names.given[1]
    ('vector(k)', 'p_{i} = \\mathrm{sigmoid} (z_{i})')
    """
    letters = _given_out(text)
    derivation = pair(output, loss).gradient("a")
    given = []
    for definition in derivation.definitions:
        left, right = (latex(side, style="index") for side in (definition.left, definition.right))
        tree = parse(f"{left} = {right}")
        for change in (_whole, _single, _in_words, _lettered(letters)):
            tree = _rewritten(tree, change)
        given.append(to_latex(tree))
    declare = {letters[role.letter]: role.kind for role in ROLES if role.letter != "L"}
    declare.update({"k": "dim", "d": "dim"})
    return UsualNames(declare, tuple(given))
