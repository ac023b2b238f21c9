r"""Derivatives that look like names: the differential dp, p', \dot p and L_z of what is defined.

A name of this kind is no new one where the text has said what p and L are. A differential is judged
as the total one: dp is the sum of ∂p/∂z dz over the quantities whose differentials the right side
names; all others stand still.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from derive.textbook.errors import Ambiguous, Unreadable
from derive.textbook.meaning.canonical import canonical, plain_name
from derive.textbook.meaning.core import (
    ZERO,
    At,
    Core,
    Definition,
    Entry,
    Fold,
    Slope,
    Symbol,
    Tensor,
    Unknown,
    plus,
    symbols_in,
    times,
)
from derive.textbook.meaning.derivatives import is_derivative, slope
from derive.textbook.meaning.letters import LOSSES
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.symbols import Spelling, spelling
from derive.textbook.tree import (
    Big,
    Fraction,
    Group,
    Name,
    Node,
    Operator,
    Product,
    Scripted,
    mapped,
    walk,
)

__all__ = [
    "MARK",
    "Differential",
    "between_differentials",
    "differential_equation",
    "differential_factor",
    "is_derivative_name",
    "may_be_new",
    "partial_by_subscript",
    "slope_by_only_variable",
]

MARK = Name("•d")
"""What a d or a dot is in a tree in which differentials were found."""
DOT = "\\dot"


@dataclass(frozen=True)
class Differential:
    """An equation between differentials.

    Parameters
    ----------
    left, right : Node
        The sides, with `MARK` before every quantity of which there is a differential.
    moved : dict[Symbol, Symbol]
        What moves, and its differential.
    fixed : tuple[str, ...]
        The quantities on which the left side depends and that the right side leaves in their place.
    loss : Symbol, optional
        Where dz is short for ∂L/∂z, as in many programs: of what it is the gradient.
    """

    left: Node
    right: Node
    moved: dict[Symbol, Symbol]
    fixed: tuple[str, ...] = ()
    loss: Symbol | None = None


# What is known.


def _symbol_of(reader: Reader, spelt: Spelling) -> Symbol | None:
    """Return the quantity of a name, perhaps with indices behind it."""
    for count in range(len(spelt.lower), -1, -1):
        for upper in (True, False):
            symbol = reader.symbols.find(spelt.key(count, upper=upper), bold=spelt.bold)
            if symbol is not None:
                return symbol
    return None


def _quantity(reader: Reader, node: Node) -> Symbol | None:
    """Return the quantity that a name stands for, no size and no index."""
    spelt = spelling(node) if isinstance(node, Name | Scripted) else None
    symbol = None if spelt is None else _symbol_of(reader, spelt)
    return symbol if symbol is not None and symbol.role == "value" else None


def _is_defined(reader: Reader, node: Node) -> bool:
    """Return whether the text has said what a name stands for."""
    symbol = _quantity(reader, node)
    if symbol is not None:
        return symbol.definition is not None
    spelt = spelling(node)
    return spelt is not None and bool(reader.heads.get(spelt.base))


def _variables(core: Core, *, through: bool = True) -> set[Symbol]:
    """Return the quantities that an expression stands on and nothing defines."""
    return {
        symbol
        for symbol in symbols_in(core, through=through)
        if symbol.role == "value" and (symbol.definition is None or not through)
    }


# From notation to marks.


def _is_mark(reader: Reader, node: Node) -> bool:
    """Return whether a letter is the d of a differential, and no quantity of the text."""
    if not isinstance(node, Name) or node.letters not in ("d", "\\partial") or node.accents:
        return False
    symbol = reader.symbols.find(node.letters)
    return symbol is None or not symbol.known or symbol.role == "dimension"


def _undotted(node: Name) -> Name | None:
    return replace(node, accents=node.accents[:-1]) if node.accents[-1:] == (DOT,) else None


def _apart(reader: Reader, name: Name) -> tuple[Node, ...] | None:
    r"""Return a name like ``dz`` or ``\dot z`` as the mark and the quantity."""
    whole = reader.symbols.find(plain_name(name))
    bare = _undotted(name)
    if bare is None and len(name.letters) > 1 and name.letters[0] == "d" and not name.accents:
        font = "" if name.font == "\\mathrm" else name.font
        bare = Name(name.letters[1:], font, span=name.span)
    if whole is not None and whole.known and name.accents[-1:] != (DOT,):
        own = None if bare is None else _quantity(reader, bare)
        if own is None or own.definition is not None or not _is_alike(own, whole):
            return None
    known = bare is not None and (_quantity(reader, bare) or _is_defined(reader, bare))
    return (MARK, bare) if known and bare is not None else None


def _is_alike(quantity: Symbol, other: Symbol) -> bool:
    """Return whether a declared dX can be the differential of X: it has its shape."""
    return other.definition is None and other.axes == quantity.axes


def _pieces(reader: Reader, node: Node) -> tuple[Node, ...]:
    """Return a factor as the mark and what it stands before, where it is a differential."""
    match node:
        case Name():
            return _apart(reader, node) or (node,)
        case Scripted(base=Name() as name):
            apart = _apart(reader, name)
            return (node,) if apart is None else (MARK, replace(node, base=apart[1]))
        case _:
            return (node,)


def _marked(reader: Reader, node: Node) -> Node:
    """Return a tree with the mark before every quantity of which it has the differential."""
    if isinstance(node, Name | Scripted):
        pieces = _pieces(reader, node)
        if len(pieces) > 1:
            return Product(pieces, span=node.span)
        if isinstance(node, Name) or isinstance(node.base, Name):
            return node
    if isinstance(node, Product):
        return replace(node, items=tuple(_marked_items(reader, node.items)))
    if isinstance(node, Fraction) and is_derivative(node):
        return node
    return mapped(node, lambda part: _marked(reader, part))


def _marked_items(reader: Reader, items: tuple[Node, ...]) -> Iterator[Node]:
    for place, item in enumerate(items):
        follows = items[place + 1] if place + 1 < len(items) else None
        behind = items[place + 2 : place + 4]
        quotient = len(behind) > 1 and behind[0] == Operator("/") and _is_mark(reader, behind[1])
        if _is_mark(reader, item) and _may_differ(reader, follows) and not quotient:
            yield MARK
        else:
            yield from (
                _pieces(reader, item)
                if _is_named(item) and not _is_mark(reader, item)
                else (_marked(reader, item),)
            )


def _is_named(node: Node) -> bool:
    return isinstance(node.base if isinstance(node, Scripted) else node, Name)


def _may_differ(reader: Reader, node: Node | None) -> bool:
    """Return whether there can be a differential of a factor: a quantity or what is in brackets."""
    inner = node.base if isinstance(node, Scripted) and isinstance(node.base, Group) else node
    if isinstance(inner, Group):
        return inner.opening in ("(", "[", "|", "\\|") and len(inner.items) == 1
    return node is not None and (_quantity(reader, node) is not None or _is_defined(reader, node))


def _operands(node: Node) -> list[Node]:
    """Return of what a tree with marks has differentials."""
    return [
        after
        for part in walk(node)
        if isinstance(part, Product)
        for mark, after in zip(part.items, part.items[1:], strict=False)
        if mark == MARK
    ]


def _operand(reader: Reader, node: Node) -> Node | None:
    """Return of what a side is the differential as a whole, or None where it is none."""
    whole = _quantity(reader, node)
    if whole is not None and whole.known and not _dotted(node):
        return None
    marked = _marked(reader, node)
    if not isinstance(marked, Product) or len(marked.items) < 2:
        return None
    first, operand, *rest = marked.items
    function = operand.base if isinstance(operand, Scripted) else operand
    if isinstance(function, Big) and rest and _is_mark(reader, first):
        return Group("(", (Product((operand, *rest)),), span=operand.span)
    return operand if first == MARK and not rest else None


def _of_what(reader: Reader, node: Node) -> Node | None:
    """Return of what a left side is the differential, where the text says what that is."""
    operand = _operand(reader, node)
    if operand is None:
        return None
    symbol = _quantity(reader, operand)
    composed = symbol is None or (isinstance(operand, Scripted) and operand.upper is not None)
    return operand if composed or _is_defined(reader, operand) else None


# Names that are none.


def is_derivative_name(reader: Reader, node: Node) -> bool:
    r"""Return whether a left side is dp, p', \dot p or L_z of what the text has defined."""
    if _of_what(reader, node) is not None:
        return True
    spelt = spelling(node) if isinstance(node, Name | Scripted) else None
    if spelt is None or reader.symbols.find(_whole(spelt)) is not None:
        return False
    if spelt.primes:
        return _is_defined(reader, _bare(node))
    symbol = reader.symbols.find(spelt.base, bold=spelt.bold)
    if symbol is None:
        heads = reader.heads.get(spelt.base, ()) if spelt.upper is None and spelt.lower else ()
        below = {canonical(item) for item in spelt.lower}
        return any(below <= set(map(canonical, head.arguments)) for head in heads)
    return _are_variables(reader, symbol, spelt.lower[len(symbol.axes) :])


def _whole(spelt: Spelling) -> str:
    return spelt.key(len(spelt.lower), upper=True) + "'" * spelt.primes


def _are_variables(reader: Reader, symbol: Symbol, places: tuple[Node, ...]) -> bool:
    """Return whether subscripts name quantities on which another one stands by its definition."""
    if symbol.definition is None or not places:
        return False
    below = symbols_in(symbol.definition.body)
    return all(_quantity(reader, place) in below for place in places)


def may_be_new(reader: Reader, left: Node, right: Node) -> str:
    """Return why a left side that looks like a derivative may yet be a name of its own, or "".

    A subscript may be a label. A prime or a dot makes a new name where the right side speaks of
    what the quantity does not depend on.
    """
    if not is_derivative_name(reader, left) or (
        _of_what(reader, left) is not None and not _dotted(left)
    ):
        return ""
    spelt = spelling(left)
    assert spelt is not None
    name = canonical(left)
    why = f"{name} is a derivative, which this is not, or a name of its own"
    if not spelt.primes and not _dotted(left):
        return why
    bare = _bare(left)
    try:
        own = reader.read(bare, Scope()).body
        if (symbol := _quantity(reader, bare)) is not None and symbol.axes:
            return why
        other = reader.read(_marked(reader, right), Scope()).body
    except Unreadable:
        return why
    return "" if symbols_in(other) <= symbols_in(own) else why


def _dotted(node: Node) -> bool:
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Name) and _undotted(base) is not None


def _bare(node: Node) -> Node:
    """Return a name without its primes or its dot."""
    if isinstance(node, Scripted):
        base = _undotted(node.base) if isinstance(node.base, Name) else None
        return replace(node, base=base or node.base, primes=0)
    assert isinstance(node, Name)
    return _undotted(node) or node


# What they mean.


def slope_by_only_variable(tensor: Tensor, primes: int, node: Node) -> Tensor | None:
    """Return p' of a quantity that stands on one number alone, or None where it does not."""
    body = tensor.body
    own = body.symbol if isinstance(body, Entry) else None
    if own is not None and own.definition is None:
        return None
    direct = _variables(own.definition.body if own and own.definition else body, through=False)
    if len(direct) != 1:
        return None
    variable = next(iter(direct))
    if variable.axes or variable.definition is not None:
        raise Ambiguous(
            "a prime is a derivative by something that is not named",
            "write it as a fraction",
            node.span,
        )
    for _ in range(primes):
        body = Slope(body, variable)
    return Tensor(tensor.axes, body, tensor.orientation)


def partial_by_subscript(
    reader: Reader, symbol: Symbol, places: tuple[Node, ...], node: Node, scope: Scope
) -> Tensor | None:
    """Return L_z of a quantity that depends on z, or None where no subscript is a variable."""
    count = len(symbol.axes)
    if not _are_variables(reader, symbol, places[count:]):
        return None
    tensor = reader.symbol_at(symbol, places[:count], scope, node, bold=False)
    for place in places[count:]:
        tensor = slope(reader, tensor, place, scope, node.span)
    return tensor


def differential_factor(
    reader: Reader, items: tuple[Node, ...], at: int, scope: Scope
) -> tuple[Tensor, int] | None:
    """Return the differential that begins at a place, and the place behind it."""
    if items[at] != MARK or at + 1 >= len(items):
        return None
    if reader.loss is not None:
        loss = Tensor((), Entry(reader.loss))
        return slope(reader, loss, items[at + 1], scope, items[at + 1].span), at + 2
    tensor = reader.read(items[at + 1], scope)
    return _differential(reader, tensor), at + 2


def _differential(reader: Reader, tensor: Tensor) -> Tensor:
    """Return the total differential of a tensor, by everything that moves."""
    terms = [
        _along(reader, tensor.body, variable, reader.moved[variable])
        for variable in sorted(reader.moved, key=lambda symbol: symbol.name)
        if variable in symbols_in(tensor.body)
    ]
    return Tensor(tensor.axes, plus(*terms) if terms else ZERO, tensor.orientation)


def _along(reader: Reader, body: Core, variable: Symbol, moved: Symbol) -> Core:
    if isinstance(body, Entry) and body.symbol is variable:
        return Entry(moved, body.places)
    axes = tuple(reader.dimensions.index(variable.name, axis) for axis in variable.axes)
    places = tuple(At(axis) for axis in axes)
    total: Core = times(Slope(body, variable, places), Entry(moved, places))
    for axis in reversed(axes):
        total = Fold("sum", axis, total)
    return total


def differential_equation(reader: Reader, left: Node, right: Node) -> Differential | None:
    """Return an equation whose left side is a differential, or None where it is a new name.

    Raises
    ------
    Unreadable
        When nothing on the right side says what moves.
    """
    operand = _operand(reader, left)
    if operand is None:
        return None
    marked = _marked(reader, right)
    mentioned = _operands(marked)
    known = _of_what(reader, left) is not None
    if not mentioned and _dotted(left):
        prime = Scripted(operand, primes=1, span=left.span)
        return Differential(prime, right, {}) if known else None
    own = _variables(reader.read(operand, Scope()).body)
    moving = {
        variable for node in mentioned for variable in _variables(reader.read(node, Scope()).body)
    }
    whole = Product((MARK, operand), span=left.span)
    if known and moving and moving <= own and _stands_on(reader, operand, mentioned):
        fixed = tuple(sorted(symbol.name for symbol in own - moving))
        return Differential(whole, marked, _moved(moving), fixed)
    loss = None if _dotted(left) else _loss(reader, operand, mentioned)
    if loss is not None:
        return Differential(whole, marked, {}, loss=loss)
    if known:
        raise Unreadable(
            f"{canonical(left)} is a differential, and the right side does not say of what",
            left.span,
        )
    return None


def between_differentials(
    reader: Reader, first: Node, left: Node, right: Node
) -> Differential | None:
    """Return an equation further on in a chain that begins with the differential of a number.

    Both sides have differentials; what moves is what both of them can move.
    """
    operand = _of_what(reader, first)
    if operand is None or _dotted(first) or reader.read(operand, Scope()).axes:
        return None
    sides = [_marked(reader, side) for side in (left, right)]
    if all(_is_declared(reader, node) for side in sides for node in _operands(side)):
        return None  # an equation between quantities
    moving = [
        {s for node in _operands(side) for s in _variables(reader.read(node, Scope()).body)}
        for side in sides
    ]
    if not all(moving) or not (moving[0] <= moving[1] or moving[1] <= moving[0]):
        return None
    own = _variables(reader.read(operand, Scope()).body)
    both = moving[0] & moving[1]
    if not both <= own:
        return None
    fixed = tuple(sorted(symbol.name for symbol in own - both))
    return Differential(sides[0], sides[1], _moved(both), fixed)


def _is_declared(reader: Reader, node: Node) -> bool:
    """Return whether the differential of a quantity is declared as one of its own, as dw."""
    spelt = spelling(node) if isinstance(node, Name | Scripted) else None
    return spelt is not None and reader.symbols.find(f"d{spelt.base}") is not None


def _moved(moving: set[Symbol]) -> dict[Symbol, Symbol]:
    """Return for each quantity that moves its differential."""
    return {
        symbol: Symbol(
            f"d {symbol.name}",
            symbol.axes,
            symbol.leading,
            symbol.orientation,
            role="differential",
        )
        for symbol in moving
    }


def _stands_on(reader: Reader, operand: Node, mentioned: list[Node]) -> bool:
    """Return whether a quantity depends on all of others, and is none of them."""
    own = symbols_in(reader.read(operand, Scope()).body)
    power = isinstance(operand, Scripted) and operand.upper is not None
    symbol = None if power else _quantity(reader, operand)
    others = [_quantity(reader, node) for node in mentioned]
    return all(other is None or (other in own and other is not symbol) for other in others)


def _loss(reader: Reader, operand: Node, mentioned: list[Node]) -> Symbol | None:
    """Return the loss of which dz is short for the gradient ∂L/∂z, as in many programs.

    It is the one of the text; else, where the right side has gradients by what depends on z, any
    function of that.
    """
    quantity = _quantity(reader, operand)
    losses = [
        symbol
        for name in LOSSES
        if (symbol := reader.symbols.find(name)) is not None
        and symbol.definition is not None
        and not symbol.axes
        and quantity in symbols_in(symbol.definition.body)
    ]
    if losses:
        return losses[0] if len(losses) == 1 else None
    later = {symbol for node in mentioned if (symbol := _quantity(reader, node)) is not None}
    depends = all(
        symbol.definition is not None and quantity in symbols_in(symbol.definition.body)
        for symbol in later
    )
    return _any_function(reader, later) if later and depends else None


def _any_function(reader: Reader, symbols: set[Symbol]) -> Symbol:
    arguments = []
    for symbol in sorted(symbols, key=lambda one: one.name):
        axes = tuple(reader.dimensions.index(symbol.name, axis) for axis in symbol.axes)
        arguments.append((axes, Entry(symbol, tuple(At(axis) for axis in axes))))
    return Symbol("•L", definition=Definition((), Unknown("•L", 0, tuple(arguments))))
