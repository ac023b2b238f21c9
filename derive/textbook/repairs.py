"""Small changes of a line, to find the one that makes it true.

Each rule of the table proposes what may stand in place of one piece of a formula; `variants` tries
every rule at every piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from derive.textbook.meaning.canonical import TRANSPOSES, canonical, script_items
from derive.textbook.tree import (
    Big,
    Fraction,
    Group,
    Name,
    Node,
    Number,
    Operator,
    Product,
    Scripted,
    Sum,
)

__all__ = ["RULES", "Repair", "variants"]

MOST_VARIANTS = 160
_TWO, _MINUS = Number("2"), "-"


@dataclass(frozen=True)
class Repair:
    """A kind of small change: its name, and what it proposes for a piece."""

    name: str
    propose: Callable[[Node, tuple[str, ...]], Iterator[Node]]


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Product) else (node,)


def _signs(node: Node, _letters: tuple[str, ...]) -> Iterator[Node]:
    if isinstance(node, Sum):
        for place, sign in enumerate(node.signs):
            flipped = ("" if place == 0 else "+") if sign == _MINUS else _MINUS
            yield replace(node, signs=(*node.signs[:place], flipped, *node.signs[place + 1 :]))


def _doubled(node: Node, _letters: tuple[str, ...]) -> Iterator[Node]:
    if isinstance(node, Sum):
        for place, term in enumerate(node.terms):
            twice = Product((_TWO, *_items(term)))
            yield replace(node, terms=(*node.terms[:place], twice, *node.terms[place + 1 :]))


def _swapped(node: Node, _letters: tuple[str, ...]) -> Iterator[Node]:
    if isinstance(node, Product):
        for place, item in enumerate(node.items[1:], start=1):
            before = node.items[place - 1]
            if not isinstance(item, Operator | Big) and not isinstance(before, Operator | Big):
                yield replace(
                    node, items=(*node.items[: place - 1], item, before, *node.items[place + 1 :])
                )


def _dropped(node: Node, _letters: tuple[str, ...]) -> Iterator[Node]:
    if isinstance(node, Product) and not any(isinstance(item, Operator) for item in node.items):
        for place, item in enumerate(node.items):
            if isinstance(item, Number | Name | Scripted) and not isinstance(
                getattr(item, "base", None), Big
            ):
                rest = node.items[:place] + node.items[place + 1 :]
                if rest:
                    yield rest[0] if len(rest) == 1 else replace(node, items=rest)


def _transposed(node: Node, _letters: tuple[str, ...]) -> Iterator[Node]:
    if (
        isinstance(node, Scripted)
        and node.upper is not None
        and canonical(node.upper) in TRANSPOSES
    ):
        if node.lower is None and not node.primes:
            yield node.base
        else:
            yield replace(node, upper=None)
    elif (
        isinstance(node, Name)
        or (isinstance(node, Scripted | Group) and getattr(node, "upper", None) is None)
    ) and not isinstance(getattr(node, "base", None), Big | Operator):
        yield Scripted(node, None, Name("\\top"))


def _indices(node: Node, letters: tuple[str, ...]) -> Iterator[Node]:
    if isinstance(node, Scripted) and node.lower is not None and not isinstance(node.base, Big):
        items = script_items(node.lower)
        if len(items) == 2:
            yield replace(node, lower=Product((items[1], items[0])))
        for place, item in enumerate(items):
            for letter in letters:
                if isinstance(item, Name) and item.letters != letter:
                    changed = (*items[:place], Name(letter), *items[place + 1 :])
                    yield replace(node, lower=changed[0] if len(changed) == 1 else Product(changed))


def _powers(node: Node, _letters: tuple[str, ...]) -> Iterator[Node]:
    if isinstance(node, Scripted) and isinstance(node.upper, Number) and node.upper.text == "2":
        yield node.base if node.lower is None and not node.primes else replace(node, upper=None)


def _functions(node: Node, _letters: tuple[str, ...]) -> Iterator[Node]:
    """Propose e^{-z} for e^{z} and the other way round, and squares of functions."""
    if isinstance(node, Scripted) and isinstance(node.base, Name) and node.base.letters == "e":
        match node.upper:
            case Sum(signs=("-",), terms=(term,)):
                yield replace(node, upper=term)
            case Node():
                yield replace(node, upper=Sum(("-",), (node.upper,)))
            case _:
                pass
    if isinstance(node, Big) and node.symbol in ("\\tanh", "\\sin", "\\cos", "\\log"):
        yield Scripted(node, None, _TWO)


def _squared(node: Node, _letters: tuple[str, ...]) -> Iterator[Node]:
    if isinstance(node, Group) and node.opening in ("(", "["):
        yield Scripted(node, None, _TWO)


def _inverted(node: Node, _letters: tuple[str, ...]) -> Iterator[Node]:
    if isinstance(node, Fraction):
        yield Fraction(node.denominator, node.numerator)


RULES = (
    Repair("a sign", _signs),
    Repair("a transpose", _transposed),
    Repair("a factor 2 in a term", _doubled),
    Repair("an index", _indices),
    Repair("the order of two factors", _swapped),
    Repair("a factor too many", _dropped),
    Repair("a power", _powers),
    Repair("the argument of a function", _functions),
    Repair("a square", _squared),
    Repair("a fraction upside down", _inverted),
)
"""What is proposed for the pieces of a line, the likeliest first."""


def _whole(
    node: Node, letters: tuple[str, ...], bound: tuple[str, ...]
) -> Iterator[tuple[str, Node]]:
    """Propose changes of the line as a whole: its sign, a factor, a missing sum or δ."""
    inner = Group("(", (node,)) if isinstance(node, Sum) else node
    if isinstance(node, Sum) and node.signs == ("", _MINUS):
        yield "the sign", replace(node, terms=node.terms[::-1])
    yield "the sign", Sum((_MINUS,), (inner,))
    if isinstance(node, Sum) and node.signs[0] == _MINUS and len(node.terms) == 1:
        yield "the sign", node.terms[0]
    yield "a factor 2", Product((_TWO, *_items(inner)))
    if node_begins_with_two(node):
        yield "a factor 2", _without_first(node)
    yield "a factor ½", Product((Fraction(Number("1"), _TWO), *_items(inner)))
    for letter in bound:
        yield (
            f"the sum over {letter}",
            Product((Scripted(Big("\\sum"), Name(letter)), *_items(inner))),
        )
    for first in letters:
        for second in letters:
            if first < second:
                delta = Scripted(Name("\\delta"), Product((Name(first), Name(second))))
                yield "a δ", delta if inner == Number("1") else Product((*_items(inner), delta))


def node_begins_with_two(node: Node) -> bool:
    """Return whether a product begins with 2 and something follows."""
    return isinstance(node, Product) and len(node.items) > 1 and node.items[0] == _TWO


def _without_first(node: Node) -> Node:
    assert isinstance(node, Product)
    rest = node.items[2:] if isinstance(node.items[1], Operator) else node.items[1:]
    return rest[0] if len(rest) == 1 else replace(node, items=rest)


def _with(node: Node, name: str, part: object) -> Node:
    changes: dict[str, Any] = {name: part}
    return replace(node, **changes)


def _rebuilt(node: Node, letters: tuple[str, ...], rule: Repair) -> Iterator[Node]:
    yield from rule.propose(node, letters)
    if isinstance(node, Scripted) and isinstance(node.base, Name | Big):
        return
    for place in fields(node):
        part = getattr(node, place.name)
        if isinstance(part, Node):
            for changed in _rebuilt(part, letters, rule):
                yield _with(node, place.name, changed)
        elif isinstance(part, tuple):
            for at, item in enumerate(part):
                if isinstance(item, Node):
                    for changed in _rebuilt(item, letters, rule):
                        yield _with(node, place.name, (*part[:at], changed, *part[at + 1 :]))


def variants(
    node: Node, letters: tuple[str, ...], missing: tuple[str, ...]
) -> Iterator[tuple[str, Node]]:
    """Yield small changes of a formula with what was changed.

    Parameters
    ----------
    node : Node
        The right side.
    letters : tuple[str, ...]
        The free indices of the equation.
    missing : tuple[str, ...]
        Indices that stand on the right side only: perhaps a sum over them is missing.

    Examples
    --------
    >>> from derive.textbook.parser import parse
    >>> from derive.textbook.meaning.canonical import canonical
    >>> [canonical(changed) for what, changed in variants(parse("a-b"), (), ()) if what == "a sign"]
    ['-a-b', 'a+b']
    """
    count = 0
    seen = {canonical(node)}
    for what, changed in _all(node, letters, missing):
        name = canonical(changed)
        if name not in seen:
            seen.add(name)
            yield what, changed
            count += 1
            if count >= MOST_VARIANTS:
                return


def _all(
    node: Node, letters: tuple[str, ...], missing: tuple[str, ...]
) -> Iterator[tuple[str, Node]]:
    yield from _whole(node, letters, missing)
    for rule in RULES:
        for changed in _rebuilt(node, letters, rule):
            yield rule.name, changed
