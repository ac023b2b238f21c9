r"""Sums over what is no index: over the examples of a data set, a part of the indices, the weights.

``\sum_x`` and ``\sum_{(x,y) \in D}`` add up over examples: inside, x and y are those of the example
at hand, and so is all that is defined with them. ``\sum_{i \in S}`` adds up over a part of what an
index runs over. ``\sum_w w^2`` adds up over the entries of w.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from derive.textbook.errors import Unreadable
from derive.textbook.meaning.canonical import canonical, letter_of, plain_name, script_items
from derive.textbook.meaning.core import (
    ONE,
    ZERO,
    At,
    Compare,
    Core,
    Entry,
    Fold,
    Let,
    Rational,
    Symbol,
    Tensor,
    plus,
    symbols_in,
    times,
)
from derive.textbook.meaning.declarations import LABEL_VALUES
from derive.textbook.meaning.dimensions import Dimension, Index
from derive.textbook.meaning.letters import index_letters
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.symbols import spelling
from derive.textbook.tree import Big, Group, Name, Node, Product, Relation, Scripted, walk

__all__ = [
    "PROBABILITIES",
    "membership",
    "note_populations",
    "read_population",
    "set_name",
    "with_index",
]

PROBABILITIES = frozenset({"p", "q", "P", "Q", "\\Pr", "\\pi"})
"""What probabilities are called."""
WHOLE = frozenset({"D", "\\mathcal{D}", "X", "\\mathcal{X}"})
"""What all examples together are called; another set may be a part of them."""
EXAMPLES = ("x", "y", "t")
"""What an example consists of where the sum names only its input."""


@dataclass(frozen=True)
class _Run:
    """What stands under a sign: the names that run, and the set, if one is named."""

    names: tuple[Node, ...]
    within: Node | None


def _run(node: Scripted) -> _Run | None:
    lower = node.lower
    if isinstance(lower, Relation):
        if lower.relations not in (("\\in",), ("\\notin",)):
            return None
        first = lower.sides[0]
        items = first.items if isinstance(first, Group) and first.opening == "(" else (first,)
        return _Run(items, lower.sides[1])
    return _Run((lower,), None) if isinstance(lower, Name) and node.upper is None else None


def _quantity(reader: Reader, node: Node) -> Symbol | None:
    """Return the declared quantity of a name that runs, which is no index."""
    if not isinstance(node, Name):
        return None
    symbol = reader.symbols.find(plain_name(node))
    if symbol is None or not symbol.known or symbol.role != "value":
        return None
    return None if symbol.definition is not None else symbol


def with_index(node: Scripted) -> Scripted:
    r"""Return ``\sum_{(x_i, y_i) \in D}`` as a sum over i."""
    run = _run(node)
    if run is None or run.within is None or canonical(run.within) not in WHOLE:
        return node
    letters = [_own_index(name) for name in run.names]
    first = letters[0]
    if first is None or any(one is None or canonical(one) != canonical(first) for one in letters):
        return node
    return replace(node, lower=first)


def _own_index(node: Node) -> Node | None:
    if not isinstance(node, Scripted) or not isinstance(node.base, Name):
        return None
    above = node.upper.items if isinstance(node.upper, Group) else ()
    found = (*script_items(node.lower), *above)
    return found[0] if len(found) == 1 and isinstance(found[0], Name) else None


# What a text sums over, noted before it is read.


def note_populations(reader: Reader, node: Node, signs: Iterator[Scripted]) -> None:
    """Take the examples and the sets that the signs of a formula name."""
    for sign in signs:
        run = _run(sign)
        if run is None:
            continue
        symbols = [symbol for name in run.names if (symbol := _quantity(reader, name)) is not None]
        if _values(run, symbols[0] if symbols else None):
            continue
        if symbols and len(symbols) == len(run.names):
            _note_examples(reader, symbols, run)
        elif run.within is not None and len(run.names) == 1:
            _note_set(reader, node, run.names[0], run.within)


def _note_examples(reader: Reader, symbols: list[Symbol], run: _Run) -> None:
    """Take the quantities of an example: those that a set lists, or x with its label."""
    is_data = run.within is not None or symbols[0].leading == 1 or symbols[0].name == "x"
    if not is_data:
        return
    size = symbols[0].axes[0] if symbols[0].leading == 1 else None
    group = list(symbols)
    if run.within is None or size is not None:
        group += [
            symbol
            for symbol in dict.fromkeys(reader.symbols.named.values())
            if (symbol.name in EXAMPLES and size is None and symbol.definition is None)
            or (size is not None and symbol.leading == 1 and symbol.axes[0] == size)
        ]
    name = "examples" if run.within is None else canonical(run.within)
    dimension = size or Dimension(name)
    for symbol in dict.fromkeys(group):
        if symbol.role == "value" and symbol.name not in reader.examples:
            reader.examples[symbol.name] = _as_example(symbol, dimension)


def _as_example(symbol: Symbol, dimension: Dimension) -> Symbol:
    """Return the same quantity of all examples; the symbol becomes that of the one at hand."""
    inner = symbol.axes[symbol.leading :]
    twin = Symbol(symbol.name, (dimension, *inner), 1, symbol.orientation, domain=symbol.domain)
    symbol.axes, symbol.leading = inner, 0
    symbol.views = {view: (0, lies) for view, (_, lies) in symbol.views.items()}
    return twin


def _note_set(reader: Reader, node: Node, letter: Node, within: Node) -> None:
    """Take a set that is a part of what its index runs over, as the entries show."""
    name, owner = set_name(within), _owner(within)
    declared = reader.symbols.find(name) is not None or name in reader.dimension_names
    if declared or name in reader.parts or not (isinstance(within, Name) or owner is not None):
        return
    axis = _axis_of(reader, node, canonical(letter))
    if axis is None or not axis.known or axis.name == name:
        return
    of = () if owner is None else (_axis_of(reader, node, canonical(owner)),)
    if None not in of:
        axes = (axis, *(one for one in of if one is not None))
        reader.parts[name] = Symbol(f"[\\in {name}]", axes, domain="part")


def set_name(node: Node) -> str:
    """Return what a set is called: D(j) and D(i) are one family of sets."""
    owner = _owner(node)
    if owner is None or not isinstance(node, Product):
        return canonical(node)
    return f"{canonical(node.items[0])}(•)"


def _owner(node: Node) -> Node | None:
    """Return the index of the unit to which a set belongs: j of Downstream(j)."""
    match node:
        case Product(items=(Name(), Group(opening="(", items=(Name() as owner,)))):
            return owner
    return None


def _axis_of(reader: Reader, node: Node, letter: str) -> Dimension | None:
    """Return over what a letter runs, from a declared quantity on which it stands as an index."""
    index = reader.symbols.find(letter)
    if index is not None and index.role == "index" and index.range is not None:
        return reader.dimensions.find(index.range)
    for part in walk(node):
        spelt = spelling(part) if isinstance(part, Scripted) else None
        symbol = None if spelt is None else reader.symbols.find(spelt.base, bold=spelt.bold)
        if spelt is None or symbol is None or isinstance(part.base, Big):  # type: ignore[attr-defined]
            continue
        above = spelt.upper.items if isinstance(spelt.upper, Group) else ()
        for axis, place in zip(symbol.axes, (*above, *spelt.lower), strict=False):
            if canonical(place) == letter:
                return reader.dimensions.find(axis)
    return None


def membership(
    reader: Reader, index: Index, within: Node, relation: str, scope: Scope
) -> Core | None:
    """Return the condition that an index is in a set, or is not: where that is a part of it."""
    part = reader.parts.get(set_name(within))
    if part is None:
        return None
    reader.dimensions.unify(index.dimension, part.axes[0], within.span)
    value = ONE if relation == "\\in" else ZERO
    owner = _owner(within)
    of = () if owner is None else (reader.place(owner, scope, part.axes[1]),)
    return Compare("=", Entry(part, (At(index), *of)), value)


# Reading.


def read_population(
    reader: Reader, node: Scripted, kind: str, body: Node, scope: Scope
) -> Tensor | None:
    """Return a sum over examples or over the entries of a quantity; None for any other."""
    run = _run(node)
    if run is None:
        return None
    symbols = [symbol for name in run.names if (symbol := _quantity(reader, name)) is not None]
    values = _values(run, symbols[0] if symbols else None)
    if values and len(run.names) == 1:
        return _over_values(reader, run.names[0], values, kind, body, scope)
    if not symbols or len(symbols) != len(run.names):
        return None
    if scope.index(symbols[0].name) is not None or scope.tensor(symbols[0].name) is not None:
        return None
    if symbols[0].name in reader.examples:
        _check_examples(symbols[0], body)
        return _over_examples(reader, kind, body, scope)
    if run.within is None and symbols[0].axes and not symbols[0].leading:
        return _over_entries(reader, symbols[0], kind, body, scope)
    return None


def _values(run: _Run, symbol: Symbol | None) -> tuple[int, ...]:
    r"""Return the values that a name takes under a sign: those of a list, or of a label."""
    within = run.within
    if isinstance(within, Group) and within.opening == "\\{":
        texts = [canonical(item) for item in within.items]
        numbers = all(text.removeprefix("-").isdecimal() for text in texts)
        return tuple(int(text) for text in texts) if numbers else ()
    if within is not None or symbol is None or symbol.axes:
        return ()
    return LABEL_VALUES.get(symbol.domain, ())


def _over_values(
    reader: Reader, name: Node, values: tuple[int, ...], kind: str, body: Node, scope: Scope
) -> Tensor:
    """Return a sum over values that are listed: the text goes on with each of them."""
    if kind not in ("sum", "product"):
        raise Unreadable(f"a {kind} over a list of values", body.span)
    numbers = [Rational(Fraction(value)) for value in values]
    symbol = _quantity(reader, name)
    if symbol is not None and not symbol.axes:
        tensor = reader.read(body, scope)
        cores: list[Core] = [Let(symbol, (), number, tensor.body) for number in numbers]
        return Tensor(tensor.axes, _combined(kind, cores, body), tensor.orientation)
    letter = letter_of(name)
    if letter is None or symbol is not None:
        raise Unreadable("an index under a sum is a letter", name.span)
    tensors = [reader.read(body, scope.inside(indices={letter: number})) for number in numbers]
    if any(tensor.axes for tensor in tensors):
        raise Unreadable(f"a {kind} of arrays over a list of values", body.span)
    return Tensor((), _combined(kind, [tensor.body for tensor in tensors], body))


def _combined(kind: str, cores: list[Core], body: Node) -> Core:
    if not cores:
        raise Unreadable("a sum over nothing", body.span)
    return plus(*cores) if kind == "sum" else times(*cores)


def _check_examples(symbol: Symbol, body: Node) -> None:
    """Refuse p(x) under a sum over x: that runs over the values of a variable, once each."""
    for part in walk(body):
        for name, group in pairwise(part.items) if isinstance(part, Product) else ():
            spelt = spelling(name) if isinstance(group, Group) else None
            if spelt is None or spelt.base not in PROBABILITIES or not isinstance(group, Group):
                continue
            if group.items and canonical(group.items[0]) == symbol.name:
                raise Unreadable("a sum over the values of a variable", body.span)


def _over_examples(reader: Reader, kind: str, body: Node, scope: Scope) -> Tensor:
    tensor = reader.read(body, scope)
    twins = reader.examples
    used = {symbol.name for symbol in symbols_in(tensor.body)}
    if not used & set(twins):
        raise Unreadable("a sum over examples of what does not depend on them", body.span)
    if kind != "sum" and tensor.axes:
        raise Unreadable(f"a {kind} of arrays", body.span)
    index = reader.dimensions.index("x", next(iter(twins.values())).axes[0])
    core = tensor.body
    for name, twin in twins.items():
        symbol = reader.symbols.find(name)
        if symbol is None or name not in used:
            continue
        axes = tuple(reader.dimensions.index(name, axis) for axis in symbol.axes)
        value = Entry(twin, (At(index), *(At(axis) for axis in axes)))
        core = Let(symbol, axes, value, core)
    return Tensor(tensor.axes, Fold(kind, index, core), tensor.orientation)


def _over_entries(
    reader: Reader, symbol: Symbol, kind: str, body: Node, scope: Scope
) -> Tensor | None:
    """Return a sum over the entries of a quantity, which stands bare in what is summed."""
    if symbol.name in index_letters(reader.symbols, body):
        return None
    for part in walk(body):
        spelt = spelling(part) if isinstance(part, Scripted) else None
        if spelt is not None and spelt.base == symbol.name and spelt.lower:
            return None
    indices = tuple(reader.dimensions.index(symbol.name, axis) for axis in symbol.axes)
    entry = Tensor((), Entry(symbol, tuple(At(index) for index in indices)))
    tensor = reader.read(body, scope.inside(tensors={symbol.name: entry}))
    if tensor.axes:
        raise Unreadable("a sum over entries of arrays", body.span)
    core = tensor.body
    for index in reversed(indices):
        core = Fold(kind, index, core)
    return Tensor((), core)
