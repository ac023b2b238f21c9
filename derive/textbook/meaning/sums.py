"""Sums of terms, and the prefixes that run over an index: sums, products, maxima."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from derive.textbook.errors import Ambiguous, Unreadable
from derive.textbook.meaning.canonical import canonical, letter_of, plain_name, script_items
from derive.textbook.meaning.continued import continued_product, continued_sum
from derive.textbook.meaning.core import (
    MINUS_ONE,
    ONE,
    ZERO,
    At,
    Compare,
    Core,
    Entry,
    Fold,
    Size,
    Tensor,
    plus,
    walk_core,
)
from derive.textbook.meaning.derivatives import is_bare_prefix
from derive.textbook.meaning.dimensions import Dimension, Index
from derive.textbook.meaning.letters import index_letters, limit_letters
from derive.textbook.meaning.populations import (
    membership,
    note_populations,
    read_population,
    set_name,
    with_index,
)
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.symbols import spelling
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
    Text,
    children,
    walk,
)

__all__ = ["FOLDS", "note_limits", "read_big", "read_sum"]

FOLDS = {
    "\\sum": "sum",
    "\\prod": "product",
    "\\max": "max",
    "\\min": "min",
    "\\sup": "max",
    "\\inf": "min",
}


def note_limits(reader: Reader, node: Node) -> None:
    """Take the unknown names over the signs of sums that begin at one as dimensions."""
    note_populations(reader, node, _signs_in(node))
    for part in _signs_in(node):
        name = part.upper
        if isinstance(name, Name) and name.letters != "\\infty" and _fold_of(part) is not None:
            lower = part.lower
            at_one = not isinstance(lower, Relation) or canonical(lower.sides[-1]) == "1"
            plain = plain_name(name)
            if at_one and reader.symbols.find(plain) is None:
                reader.dimension_names.add(plain)
                reader.guessed[plain] = "dim"


def _signs_in(node: Node) -> Iterator[Scripted]:
    """Yield the signs of sums and products with limits, those of ellipses too."""
    for part in walk(node):
        match part:
            case Scripted(base=Big()):
                yield part
            case Sum(terms=terms) if any(isinstance(term, Dots) for term in terms):
                yield from _top_signs(continued_sum(part).terms)
            case Product(items=items) if any(isinstance(item, Dots) for item in items):
                yield from _top_signs(continued_product(items))


def _top_signs(nodes: tuple[Node, ...]) -> Iterator[Scripted]:
    for node in nodes:
        for part in (node, *children(node)):
            if isinstance(part, Scripted) and isinstance(part.base, Big):
                yield part


def _fold_of(node: Scripted) -> str | None:
    return FOLDS.get(node.base.symbol) if isinstance(node.base, Big) else None


@dataclass
class _Limits:
    """What stands under and over a prefix."""

    indices: list[Index] = field(default_factory=list)
    letters: dict[str, Core] = field(default_factory=dict)
    lower: Core | None = None
    upper: Core | None = None
    conditions: list[Node] = field(default_factory=list)
    within: list[Core] = field(default_factory=list)

    def add(self, letter: str, index: Index) -> None:
        self.indices.append(index)
        self.letters[letter] = At(index)


def _bind(reader: Reader, limits: _Limits, node: Node) -> None:
    """Take one letter under a prefix."""
    for part in script_items(node):
        letter = letter_of(part)
        if letter is None:
            raise Unreadable("an index under a sum is a letter", part.span)
        symbol = reader.symbols.find(letter)
        if symbol is not None and symbol.known and symbol.role == "value" and symbol.axes:
            raise Unreadable(f"a sum over {letter}, which is no index", part.span)
        dimension = symbol.range if symbol is not None and symbol.role == "index" else None
        limits.add(letter, reader.dimensions.index(letter, dimension))


def _limits(reader: Reader, node: Node, scope: Scope) -> _Limits:
    limits = _Limits()
    lower = node.lower if isinstance(node, Scripted) else None
    upper = node.upper if isinstance(node, Scripted) else None
    if isinstance(lower, Number | Text):
        raise Unreadable("a sum whose limit names no index", lower.span)
    items = (
        lower.items
        if isinstance(lower, Group) and lower.opening == ""
        else (lower,)
        if lower is not None
        else ()
    )
    separators = lower.separators if isinstance(lower, Group) and lower.opening == "" else ()
    for place, item in enumerate(items):
        if place and separators[place - 1] in (":", "\\mid", ";"):
            limits.conditions.append(item)
        else:
            _one_limit(reader, limits, item, scope)
    if upper is not None:
        _upper_limit(reader, limits, upper, scope)
    return limits


def _one_limit(reader: Reader, limits: _Limits, item: Node, scope: Scope) -> None:
    if not isinstance(item, Relation):
        _bind(reader, limits, item)
        return
    first, relation = item.sides[0], item.relations[0]
    known = all(
        isinstance(part, Name) and plain_name(part) in limits.letters
        for part in script_items(first)
    )
    if known and relation != "=":
        limits.conditions.append(item)
        return
    if relation == "=" and len(item.sides) == 2:
        _bind(reader, limits, first)
        limits.lower = reader.place(item.sides[1], scope.inside(indices=limits.letters))
    elif relation in ("\\in", "\\notin") and len(item.sides) == 2:
        _bind(reader, limits, first)
        _in_set(reader, limits, item.sides[1], relation, scope)
    elif relation in ("\\neq", "<", ">", "\\le", "\\ge"):
        _bind_compared(reader, limits, item, scope)
    else:
        raise Unreadable(f"the relation {relation} under a sum", item.span)


def _bind_compared(reader: Reader, limits: _Limits, item: Relation, scope: Scope) -> None:
    """Take ``j ≠ i`` and ``i < j``: letters that nothing binds yet run, the others do not."""
    fresh = [
        side
        for side in item.sides
        if isinstance(side, Name)
        and scope.index(plain_name(side)) is None
        and plain_name(side) not in reader.free
        and plain_name(side) not in limits.letters
    ]
    running: list[Node] = [*fresh] or [item.sides[0]]
    for side in running[:1] if item.relations[0] == "\\neq" else running:
        _bind(reader, limits, side)
    limits.conditions.append(item)


def _in_set(reader: Reader, limits: _Limits, node: Node, relation: str, scope: Scope) -> None:
    if relation == "\\notin" and set_name(node) not in reader.parts:
        raise Unreadable("what is not in a set of which nothing is known", node.span)
    if isinstance(node, Group) and node.opening == "\\{":
        last = node.items[-1]
        dimension = _dimension(reader, last)
    elif set_name(node) in reader.parts:
        members = [membership(reader, index, node, relation, scope) for index in limits.indices]
        limits.within.extend(member for member in members if member is not None)
        return
    elif isinstance(node, Scripted) and reader.symbols.find(canonical(node)) is None:
        raise Unreadable("a set with an index", node.span)
    elif isinstance(node, Product):
        raise Unreadable("a set of which nothing is known", node.span)
    else:
        dimension = reader.symbols.dimension(canonical(node))
    for index in limits.indices:
        reader.dimensions.unify(index.dimension, dimension, node.span)


def _dimension(reader: Reader, node: Node) -> Dimension:
    name = canonical(node)
    symbol = reader.symbols.find(name)
    if name.isdecimal() or (symbol is not None and symbol.role == "dimension"):
        return reader.symbols.dimension(name)
    if symbol is None and _may_name_dimension(node):
        reader.dimension_names.add(name)
        reader.guessed[name] = "dim"
        return Dimension(name)
    raise Unreadable("this is no dimension", node.span)


def _may_name_dimension(node: Node) -> bool:
    """Return whether a piece of notation is the name of a size; a power is a number."""
    spelt = spelling(node) if isinstance(node, Name | Scripted) else None
    return spelt is not None and (spelt.upper is None or isinstance(spelt.upper, Group))


def _starts_at_one(limits: _Limits) -> bool:
    return limits.lower is None or limits.lower == ONE


def _upper_limit(reader: Reader, limits: _Limits, node: Node, scope: Scope) -> None:
    """Take what stands over a prefix: a dimension, so that the whole of it is meant, or a bound."""
    if canonical(node) == "\\infty":
        raise Unreadable("an infinite series", node.span)
    if not limits.indices:
        raise Unreadable("a sum whose limit names no index", node.span)
    stand_in = scope.tensor(canonical(node))
    if stand_in is not None and not isinstance(stand_in.body, Size):
        raise Unreadable("a limit of a sum that is an argument of a function", node.span)
    if _starts_at_one(limits) and _is_dimension(reader, node, scope):
        dimension = _dimension(reader, node)
        if all(_may_be(reader, index.dimension, dimension) for index in limits.indices):
            for index in limits.indices:
                reader.dimensions.unify(index.dimension, dimension, node.span)
            limits.lower = None
            return
    limits.lower = ONE if limits.lower is None else limits.lower
    limits.upper = reader.place(node, scope)


def _is_dimension(reader: Reader, node: Node, scope: Scope) -> bool:
    """Return whether a limit names a dimension; a number is a bound."""
    if not _may_name_dimension(node):
        return False
    name = canonical(node)
    symbol = reader.symbols.find(name)
    if symbol is not None:
        return symbol.role == "dimension"
    return scope.index(name) is None and name not in reader.free


def _may_be(reader: Reader, index: Dimension, dimension: Dimension) -> bool:
    known = reader.dimensions.find(index)
    return not known.known or known == dimension


def read_big(reader: Reader, node: Node, rest: tuple[Node, ...], scope: Scope) -> Tensor:
    """Return a sum, product or maximum of what follows it."""
    big = node.base if isinstance(node, Scripted) else node
    assert isinstance(big, Big)
    kind = FOLDS.get(big.symbol)
    if kind is None:
        raise Unreadable(f"{big.symbol} is not read", node.span)
    if not rest:
        raise Unreadable(f"{big.symbol} without what it runs over", node.span)
    body = (
        rest[0]
        if len(rest) == 1 and not isinstance(rest[0], Operator)
        else Product(rest, span=rest[0].span.to(rest[-1].span))
    )
    if isinstance(node, Scripted):
        node = with_index(node)
        population = read_population(reader, node, kind, body, scope)
        if population is not None:
            return population
    limits = _limits(reader, node, scope)
    if not limits.indices and kind in ("max", "min") and _is_parenthesised(rest):
        array = reader.read(rest[0], scope)
        if len(array.axes) == 1:
            return Tensor((), Fold(kind, array.axes[0], array.body))
    if not limits.indices:
        letters = [
            letter
            for letter in index_letters(reader.symbols, body)
            if scope.index(letter) is None
            and letter not in reader.free
            and letter not in reader.outside
        ]
        if len(letters) != 1:
            raise Ambiguous(
                f"{big.symbol} names no index", "write the index under the sign", node.span
            )
        limits.add(letters[0], reader.dimensions.index(letters[0]))
    return _folded(reader, kind, limits, body, scope)


def _is_parenthesised(rest: tuple[Node, ...]) -> bool:
    return len(rest) == 1 and isinstance(rest[0], Group) and rest[0].opening in ("(", "[", "\\{")


def _folded(reader: Reader, kind: str, limits: _Limits, body: Node, scope: Scope) -> Tensor:
    inner = scope.inside(indices=limits.letters)
    conditions = [*limits.within, *(reader.condition(one, inner) for one in limits.conditions)]
    tensor = reader.read(body, inner)
    if kind != "sum" and tensor.axes:
        raise Unreadable(f"a {kind} of arrays", body.span)
    condition: Core | None = None
    for part in conditions:
        condition = part if condition is None else Compare("and", condition, part)
    core = tensor.body
    if limits.lower == ZERO:
        _count_from_one(reader, limits, core, body)
    for place, index in enumerate(reversed(limits.indices)):
        within = condition if place == 0 else None
        core = Fold(kind, index, core, limits.lower, limits.upper, within)
    return Tensor(tensor.axes, core, tensor.orientation)


def _count_from_one(reader: Reader, limits: _Limits, core: Core, node: Node) -> None:
    """Take a sum over entries from 0 to n - 1 for one over all; entries are counted from 1 here."""
    whole = [_is_whole(reader, limits, index, core, node) for index in limits.indices]
    if not any(whole):
        return
    if not all(whole):
        raise Unreadable("entries that are counted from 0", node.span)
    limits.lower = limits.upper = None
    reader.counts_from_zero = True


def _is_whole(reader: Reader, limits: _Limits, index: Index, core: Core, node: Node) -> bool:
    """Return whether an index from 0 numbers entries, all of them; no other use is read."""
    within = [entry for entry in walk_core(core) if isinstance(entry, Entry)]
    places = sum(entry.places.count(At(index)) for entry in within)
    if not places:
        return False
    dimension = reader.dimensions.find(index.dimension)
    only_places = places == sum(part == At(index) for part in walk_core(core))
    if not only_places or not _is_last(limits.upper, dimension):
        raise Unreadable("entries that are counted from 0", node.span)
    return True


def _is_last(upper: Core | None, dimension: Dimension) -> bool:
    """Return whether a bound is the last entry, counted from 0: n − 1 of n, or d of d + 1."""
    below = isinstance(upper, Size) and dimension.name == f"{upper.dimension.name}+1"
    return below or upper == plus(Size(dimension), MINUS_ONE)


def _leading_sum(node: Node) -> Scripted | None:
    """Return the sum sign that a term begins with, perhaps after factors."""
    for item in _items(node):
        if (
            isinstance(item, Scripted)
            and isinstance(item.base, Big)
            and item.base.symbol in ("\\sum", "\\prod")
        ):
            return item
    return None


def _loose_end(reader: Reader, node: Sum, place: int, scope: Scope) -> int:
    """Return up to which term a sum reaches because its index stands in later terms."""
    sign = _leading_sum(node.terms[place])
    if sign is None:
        return place
    letters = [
        letter
        for letter in limit_letters(sign.lower)
        if scope.index(letter) is None
        and letter not in reader.outside
        and letter not in reader.free
    ]
    last = place
    for later in range(place + 1, len(node.terms)):
        if set(index_letters(reader.symbols, node.terms[later])) & set(letters):
            last = later
    return last


def _with_signed_operands(node: Sum) -> Sum:
    """Return a sum in which a derivative before a sign takes the term behind it: ∂/∂b −y(w + b)."""
    signs, terms = [node.signs[0]], [node.terms[0]]
    for sign, term in zip(node.signs[1:], node.terms[1:], strict=True):
        before = _items(terms[-1])
        if sign == "-" and before and is_bare_prefix(before[-1]):
            operand = Group("(", (Sum(("-",), (term,), span=term.span),), span=term.span)
            span = terms[-1].span.to(term.span)
            terms[-1] = Product((*before, operand), span=span)
        else:
            signs.append(sign)
            terms.append(term)
    return (
        node if len(terms) == len(node.terms) else Sum(tuple(signs), tuple(terms), span=node.span)
    )


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Product) else (node,)


def read_sum(reader: Reader, node: Sum, scope: Scope) -> Tensor:
    """Return a sum of terms; a sign reaches over later terms where only so they have a meaning."""
    total: Tensor | None = None
    node = _with_signed_operands(continued_sum(node))
    place = 0
    while place < len(node.terms):
        term, sign = node.terms[place], node.signs[place]
        last = _loose_end(reader, node, place, scope)
        if last > place:
            reader.readings.met["loose"] = None
            term = _absorbed(node, place, last)
        tensor = reader.read(term, scope)
        if sign in ("\\pm", "\\mp"):
            raise Unreadable("a sign that is both plus and minus", node.span)
        if sign == "-":
            tensor = reader.arrays.negative(tensor)
        total = tensor if total is None else reader.arrays.added(total, tensor, node.span)
        place = last + 1
    assert total is not None
    return total


def _absorbed(node: Sum, place: int, last: int) -> Node:
    """Return a term whose sum sign takes the terms behind it as well."""
    term = node.terms[place]
    items = _items(term)
    at = next(
        i
        for i, item in enumerate(items)
        if isinstance(item, Scripted) and isinstance(item.base, Big)
    )
    first = items[at + 1 :]
    head: Node = first[0] if len(first) == 1 else Product(first, span=term.span)
    body = Sum(
        ("", *node.signs[place + 1 : last + 1]),
        (head, *node.terms[place + 1 : last + 1]),
        span=term.span.to(node.terms[last].span),
    )
    return Product((*items[: at + 1], Group("(", (body,), span=body.span)), span=body.span)
