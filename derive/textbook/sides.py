"""Of the two sides of an equality: what they are, and how a verdict on them is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from derive.textbook.compare import Comparison
from derive.textbook.errors import Unreadable
from derive.textbook.meaning.canonical import canonical, plain_name
from derive.textbook.meaning.constants import ONES
from derive.textbook.meaning.core import Core, Fold, Unknown, symbols_in, walk_core
from derive.textbook.meaning.derivatives import is_derivative
from derive.textbook.meaning.patterns import call_of
from derive.textbook.meaning.phrases import is_event
from derive.textbook.meaning.populations import PROBABILITIES
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.symbols import spelling
from derive.textbook.positions import Span
from derive.textbook.tree import (
    Big,
    Dots,
    Group,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Scripted,
    walk,
)
from derive.textbook.verdicts import Judged

__all__ = [
    "base_name",
    "counts_unknown",
    "declarations_of",
    "doubtful",
    "is_declared",
    "is_event_of",
    "is_extremum",
    "is_known_notation",
    "is_own_call",
    "is_partial",
    "is_probability",
    "is_stationary",
    "is_zero",
    "open_function",
    "unreadable",
    "variable_below",
    "verdict_on",
    "whole_examples",
    "without_letters",
]


def without_letters(conditions: Sequence[Node], own: Sequence[Node]) -> list[Node]:
    """Return the conditions in force, but for those on letters of which a statement has its own."""
    letters = {plain_name(part) for node in own for part in walk(node) if isinstance(part, Name)}
    return [
        node
        for node in conditions
        if not all(
            isinstance(side, Name) and plain_name(side) in letters
            for side in getattr(node, "sides", (node,))
        )
    ]


def variable_below(nodes: Sequence[Node]) -> Node | None:
    """Return the variable under the signs ∇ of a chain, where all that have one have the same.

    Where a sign without one is of the same quantity, it may be by another variable.
    """
    found: dict[str, Node] = {}
    of: dict[bool, set[str]] = {True: set(), False: set()}
    for part in (part for node in nodes for part in walk(node)):
        for sign, body in pairwise(part.items) if isinstance(part, Product) else ():
            lower = sign.lower if isinstance(sign, Scripted) else None
            base = sign.base if isinstance(sign, Scripted) else sign
            if isinstance(base, Name) and base.letters == "\\nabla":
                of[lower is not None].add(canonical(body))
                if lower is not None:
                    found[canonical(lower)] = lower
    alike = of[True] & of[False]
    return next(iter(found.values())) if len(found) == 1 and not alike else None


def whole_examples(reader: Reader, *nodes: Node) -> str:
    """Return a number of each example that stands without its index: that of one, or of all."""
    parts = [part for node in nodes for part in walk(node)]
    scripted = {
        id(part.base)
        for part in parts
        if isinstance(part, Scripted) and (part.lower is not None or part.upper is not None)
    }
    for part in parts:
        if isinstance(part, Name) and not part.font and id(part) not in scripted:
            symbol = reader.symbols.find(plain_name(part))
            if symbol is not None and symbol.leading == len(symbol.axes) > 0:
                return symbol.name
    return ""


def open_function(reader: Reader, *nodes: Node) -> str:
    """Return an unknown function whose value for an array may be one number, as a loss has it.

    It gives a quantity of the sides as a whole, on which nothing else stands.
    """
    names = {plain_name(part) for node in nodes for part in walk(node) if isinstance(part, Name)}
    defined = [
        symbol
        for symbol in dict.fromkeys(reader.symbols.named.values())
        if symbol.definition is not None
    ]
    for symbol in defined:
        body = symbol.definition.body if symbol.definition is not None else None
        if symbol.name not in names or not symbol.axes or not isinstance(body, Unknown):
            continue
        used = any(
            symbol in symbols_in(other.definition.body, through=False)
            for other in defined
            if other.definition is not None
        )
        function = reader.symbols.find(body.name)
        if not used and function is not None and function.elementwise is None:
            return body.name
    return ""


def is_declared(reader: Reader, node: Node) -> bool:
    """Return whether a name is known, or what it stands for cannot be told."""
    spelt = spelling(node)
    if spelt is None:
        return True
    return any(
        reader.symbols.find(spelt.key(count, upper=upper)) is not None
        for count in range(len(spelt.lower) + 1)
        for upper in (True, False)
    )


def base_name(node: Node) -> str:
    """Return the name that a left side begins with, without its scripts and arguments."""
    first = node.items[0] if isinstance(node, Product) and node.items else node
    spelt = spelling(first)
    return canonical(first) if spelt is None else spelt.base


def is_extremum(node: Node) -> bool:
    """Return whether a right side says where something is least: it has no formula."""
    first = node.items[0] if isinstance(node, Product) and node.items else node
    base = first.base if isinstance(first, Scripted) else first
    return isinstance(base, Big) and base.symbol in ("\\argmax", "\\argmin")


def is_partial(condition: Node) -> bool:
    """Return whether a condition is a case, beside which others stand: no range of an index."""
    if not isinstance(condition, Relation) or not set(condition.relations) <= _CASES:
        return False
    return not any(isinstance(part, Dots | Group) for part in walk(condition))


_CASES = frozenset({"=", "\\neq", "<", ">", "\\le", "\\ge"})


def is_known_notation(node: Node) -> bool:
    """Return whether a definition is one of the indicator, which is read without it."""
    first = node.items[0] if isinstance(node, Product) and node.items else node
    spelt = spelling(first)
    return spelt is not None and spelt.base in ("\\mathbb{1}", "1")


def is_own_call(left: Node, right: Node) -> bool:
    """Return whether an equation only says on what a name depends: L = L(a, y)."""
    if not isinstance(left, Name) or not isinstance(right, Product):
        return False
    call = call_of(right.items, 0) if len(right.items) == 2 else None
    return call is not None and call[2] is None and canonical(call[0]) == canonical(left)


def counts_unknown(reader: Reader, core: Core) -> bool:
    """Return whether an expression has a sum over ones of which nothing says how many."""
    return any(
        isinstance(part, Fold)
        and part.index.name == ONES
        and not reader.dimensions.find(part.index.dimension).known
        for part in walk_core(core)
    )


def is_event_of(left: Node, right: Node) -> bool:
    """Return whether a name is equated with the probability of an event, as in ŷ_k = P(y = k)."""
    call = call_of(right.items, 0) if isinstance(right, Product) and len(right.items) == 2 else None
    return call is not None and is_event(call[1]) and isinstance(left, Name | Scripted)


def is_zero(node: Node) -> bool:
    """Return whether a side is nought, which may stand for an array of noughts."""
    if isinstance(node, Name):
        return node.letters == "0"
    return isinstance(node, Number) and not node.text.strip("0.")


def is_probability(core: Core) -> bool:
    """Return whether a probability of several quantities is in a side, by its name alone.

    That of one is tied to it by rules that no unknown function keeps: p(x, y) = p(y | x) p(x).
    """
    return any(
        isinstance(part, Unknown)
        and part.name.split("_")[0] in PROBABILITIES
        and (len(part.arguments) > 1 or bool(part.arguments[0][0]))
        for part in walk_core(core)
    )


def is_stationary(nodes: Sequence[Node], left: Node, right: Node) -> bool:
    """Return whether a chain sets a derivative to nought: a condition, and no claim.

    Of a number without letters it would be a claim.
    """
    if not any(is_zero(node) for node in (left, right)):
        return False
    if not any(isinstance(part, Name) for node in (left, right) for part in walk(node)):
        return False
    return any(is_derivative(part) for node in nodes for part in walk(node))


def doubtful(guessed: Mapping[str, str]) -> dict[str, str]:
    """Return the capital letters that were read as numbers: they may as well be matrices."""
    return {name: kind for name, kind in guessed.items() if kind == "scalar" and name[:1].isupper()}


def declarations_of(guessed: Mapping[str, str]) -> str:
    """Return guesses as declarations."""
    return "; ".join(f"{name}: {kind}" for name, kind in guessed.items())


def verdict_on(base: Judged, comparison: Comparison) -> Judged:
    """Return the verdict that a comparison gives."""
    if comparison.counterexample is not None:
        return replace(
            base,
            kind="refuted",
            counterexample=comparison.counterexample,
            samples=comparison.samples,
        )
    if not comparison.samples:
        return replace(
            base, kind="unreadable", reason="no point was found at which both sides have a value"
        )
    if comparison.proved:
        return replace(base, kind="proved", samples=comparison.samples)
    return replace(base, kind="held", samples=comparison.samples)


def unreadable(error: Unreadable | None, span: Span, left: str, right: str) -> Judged:
    """Return the verdict on what cannot be read."""
    if error is None:
        error = Unreadable("nothing stands here")
    return Judged("unreadable", span, left, right, reason=error.reason, problem=error.span)
