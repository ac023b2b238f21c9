r"""Sums and products written out with an ellipsis: ``x_1 + x_2 + \dots + x_n``.

They are read as what they abbreviate, a sum or product over an index. The pattern is what the term
before the ellipsis and the one behind it have in common; every term that is printed has to agree
with it. A single term says how the pattern begins only where it is the first or the one of
number 0: ``x_3 + \dots + x_{2n-1}`` may go in steps of two.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from derive.textbook.meaning.canonical import canonical
from derive.textbook.tree import (
    Big,
    Dots,
    Group,
    Name,
    Node,
    Number,
    Operator,
    Product,
    Relation,
    Scripted,
    Sum,
)

__all__ = ["continued_product", "continued_sum"]

_LETTER = Name("•c")
"""The index of what an ellipsis abbreviates; no text can write it."""
_BETWEEN = frozenset({"\\cdot", "\\times", "*"})


@dataclass
class _Pattern:
    """What two terms have in common, with the letter where they say `first` and `last`."""

    first: Node | None = None
    last: Node | None = None

    def of(self, one: Node, other: Node) -> Node | None:
        """Return the general term, or None where the two differ in more than one index."""
        if one == other:
            return one
        if isinstance(one, Number) and isinstance(other, Product):
            one = _apart(one, len(other.items))
        if self._is_end(one, other):
            return replace(_LETTER, span=one.span)
        if type(one) is not type(other):
            return None
        changes: dict[str, object] = {}
        for place in fields(one):
            left, right = getattr(one, place.name), getattr(other, place.name)
            if place.name != "span" and left != right:
                changes[place.name] = self._of_parts(left, right)
        return None if None in changes.values() else replace(one, **changes)  # type: ignore[arg-type]

    def _of_parts(self, left: object, right: object) -> object:
        if isinstance(left, Node) and isinstance(right, Node):
            return self.of(left, right)
        if not isinstance(left, tuple) or not isinstance(right, tuple) or len(left) != len(right):
            return None
        parts = tuple(
            self.of(a, b) if isinstance(a, Node) and isinstance(b, Node) else a if a == b else None
            for a, b in zip(left, right, strict=True)
        )
        return None if None in parts else parts

    def _is_end(self, one: Node, other: Node) -> bool:
        """Take two indices as the ends between which the letter runs, if they may be those."""
        if not isinstance(one, Number | Name | Sum) or not isinstance(
            other, Number | Name | Sum | Scripted
        ):
            return False
        if isinstance(one, Number) and not one.text.isdecimal():
            return False
        if isinstance(one, Name) and isinstance(other, Name) and one.font != other.font:
            return False
        if self.first is None:
            self.first, self.last = one, other
        return self.first == one and self.last == other


def _apart(number: Number, count: int) -> Node:
    """Return the subscript 11 beside nn as the two indices that it is."""
    if len(number.text) != count:
        return number
    return Product(tuple(Number(digit, span=number.span) for digit in number.text))


def _after(first: Node, count: int) -> Node:
    """Return the index that comes so many after a letter."""
    if not count:
        return first
    if isinstance(first, Sum):
        return Sum((*first.signs, "+"), (*first.terms, Number(str(count))))
    return Sum(("", "+"), (first, Number(str(count))))


def _at(general: Node, place: Node) -> Node:
    """Return a general term at an index."""
    if general == _LETTER:
        return place
    changes: dict[str, object] = {}
    for part in fields(general):
        old = getattr(general, part.name)
        if isinstance(old, Node):
            changes[part.name] = _at(old, place)
        elif isinstance(old, tuple):
            changes[part.name] = tuple(
                _at(item, place) if isinstance(item, Node) else item for item in old
            )
    return replace(general, **changes)  # type: ignore[arg-type]


def _run(before: list[Node], last: Node) -> tuple[int, _Pattern, Node] | None:
    """Return how many of the terms before an ellipsis belong to it, and the pattern."""
    return _counted(before, last) or _lettered(before, last)


def _counted(before: list[Node], last: Node) -> tuple[int, _Pattern, Node] | None:
    """Return a pattern whose terms have numbers, from the term that stands at the ellipsis."""
    pattern = _Pattern()
    general = pattern.of(before[-1], last) if before else None
    if general is None or not isinstance(pattern.first, Number):
        return None
    number, count = int(pattern.first.text), 0
    while count < len(before) and number >= count:
        term = before[-1 - count]
        if not _is_term(general, number - count, term):
            break
        count += 1
    pattern.first = Number(str(number - count + 1))
    if not count or (count == 1 and pattern.first.text not in ("0", "1")):
        return None
    return count, pattern, general


def _is_term(general: Node, number: int, term: Node) -> bool:
    """Return whether a term is the general one at a number; a is a¹, and 1 is a⁰."""
    wanted = canonical(_at(general, Number(str(number))))
    if canonical(term) in (wanted, wanted.replace(f"{number},{number}", f"{number}{number}")):
        return True
    if number > 1:
        return False
    factors = general.items if isinstance(general, Product) else (general,)
    plain = [_at(one, Number(str(number))) for factor in factors for one in _lowest(factor, number)]
    return canonical(_joined(tuple(plain)) if plain else Number("1")) == canonical(term)


def _lowest(factor: Node, number: int) -> tuple[Node, ...]:
    """Return a factor of the term of number 1 or 0, where x¹ is written x, and x⁰ left out."""
    if not isinstance(factor, Scripted) or factor.upper != _LETTER:
        return (factor,)
    if not number:
        return ()
    return (factor.base if factor.lower is None else replace(factor, upper=None),)


def _lettered(before: list[Node], last: Node) -> tuple[int, _Pattern, Node] | None:
    """Return a pattern that begins at a letter, as x_i + x_{i+1} + … does: two terms show it."""
    for count in range(len(before), 1, -1):
        terms = before[-count:]
        pattern = _Pattern()
        general = pattern.of(terms[0], last)
        if general is None or pattern.first is None or isinstance(pattern.first, Number):
            continue
        first = pattern.first
        if all(
            canonical(_at(general, _after(first, place))) == canonical(term)
            for place, term in enumerate(terms)
        ):
            return count, pattern, general
    return None


def _written(symbol: str, pattern: _Pattern, general: Node) -> tuple[Node, Node]:
    assert pattern.first is not None
    below = Relation((_LETTER, pattern.first), ("=",), span=general.span)
    sign = Scripted(Big(symbol), below, pattern.last, span=general.span)
    return sign, Group("(", (general,), span=general.span)


def continued_sum(node: Sum) -> Sum:
    """Return a sum with every ellipsis whose pattern is plain written as a sum over an index."""
    signs, terms = list(node.signs), list(node.terms)
    at = 1
    while at < len(terms) - 1:
        found = None
        if isinstance(terms[at], Dots) and signs[at] == signs[at + 1]:
            alike = at
            while alike and (signs[alike - 1] or "+") == signs[at]:
                alike -= 1
            found = _run(terms[alike:at], terms[at + 1])
        if found is None:
            at += 1
            continue
        count, pattern, general = found
        start = at - count
        product = Product(_written("\\sum", pattern, general), span=general.span)
        terms[start : at + 2] = [product]
        signs[start : at + 2] = [signs[start]]
        at = start + 1
    return Sum(tuple(signs), tuple(terms), span=node.span)


def continued_product(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return factors with every ellipsis whose pattern is plain written as a product over one."""
    for at, item in enumerate(items):
        if not isinstance(item, Dots) or not 0 < at < len(items) - 1:
            continue
        found = _product_at(items, at)
        if found is not None:
            return continued_product(found)
    return items


def _is_between(node: Node) -> bool:
    return isinstance(node, Operator) and node.symbol in _BETWEEN


def _product_at(items: tuple[Node, ...], at: int) -> tuple[Node, ...] | None:
    behind = at + 2 if _is_between(items[at + 1]) else at + 1
    for length in range(1, min(at, len(items) - behind) + 1):
        last = items[behind : behind + length]
        if any(isinstance(item, Dots | Operator) for item in last):
            return None
        chunks, start = _chunks(items, at, length)
        found = _run([_joined(chunk) for chunk in chunks], _joined(last)) if chunks else None
        if found is None:
            continue
        count, pattern, general = found
        first = start[-count]
        group = Group("(", (Product(_written("\\prod", pattern, general)),), span=general.span)
        return (*items[:first], group, *items[behind + length :])
    return None


def _chunks(
    items: tuple[Node, ...], at: int, length: int
) -> tuple[list[tuple[Node, ...]], list[int]]:
    """Return the factors before an ellipsis in pieces of one length, and where they begin."""
    chunks: list[tuple[Node, ...]] = []
    starts: list[int] = []
    end = at
    while end > 0:
        end = end - 1 if _is_between(items[end - 1]) else end
        chunk = items[end - length : end] if end >= length else ()
        if not chunk or any(isinstance(item, Dots | Operator) for item in chunk):
            break
        end -= length
        chunks.insert(0, chunk)
        starts.insert(0, end)
    return chunks, starts


def _joined(items: tuple[Node, ...]) -> Node:
    return items[0] if len(items) == 1 else Product(items, span=items[0].span.to(items[-1].span))
