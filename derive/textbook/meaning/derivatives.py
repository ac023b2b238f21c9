"""Derivatives in the notations of books: fractions of ∂ or d, ∂ₓ, ∇, primes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction as Exact

from derive.textbook.errors import Ambiguous, Unreadable
from derive.textbook.meaning.canonical import canonical, is_bold, plain_name
from derive.textbook.meaning.core import (
    MINUS_ONE,
    At,
    Choice,
    Compare,
    Core,
    Entry,
    Let,
    Orientation,
    Power,
    Rational,
    Slope,
    Symbol,
    Tensor,
    moved_in,
    symbols_in,
    times,
)
from derive.textbook.meaning.declarations import LABEL_VALUES
from derive.textbook.meaning.dimensions import Dimension
from derive.textbook.meaning.patterns import call_of, is_transpose
from derive.textbook.meaning.reader import Head, Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.symbols import Spelling, spelling
from derive.textbook.meaning.values import at_value, value_in_derivative
from derive.textbook.positions import Span
from derive.textbook.tree import (
    Big,
    Fraction,
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

__all__ = [
    "DerivativePrefix",
    "derivative_of",
    "derivative_prefix",
    "is_bare_prefix",
    "is_derivative",
    "links",
    "slash_derivative",
    "slope",
    "slope_by_symbol",
    "slope_of_function",
    "slopes_of_head",
    "variables_of",
]


@dataclass(frozen=True)
class _Denominator:
    """By what a derivative is: the variables in order, and a factor beside them."""

    variables: tuple[Node, ...]
    factor: tuple[Node, ...]
    mark: str = ""


@dataclass(frozen=True)
class DerivativePrefix:
    """An operator that takes what stands behind `after`."""

    apply: Callable[[Node], Tensor]
    after: int
    span: Span
    tight: bool = False
    variable: Node | None = None

    def is_of_variable(self, node: Node) -> bool:
        """Return whether a factor is the derivative of the variable: ∂/∂a σ(a) ∂a/∂w is a chain."""
        parts = _parts(node) if isinstance(node, Fraction) else None
        if parts is None or parts[0] is None or self.variable is None:
            return False
        return canonical(parts[0]) == canonical(self.variable)


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Product) else (node,)


_MARKS = ("\\partial", "d", "\\delta")


def _mark(node: Node) -> int:
    """Return the order of a ∂ or d, or nought for anything else."""
    base, order = node, 1
    if isinstance(node, Scripted) and node.lower is None and not node.primes:
        if not isinstance(node.upper, Number) or not node.upper.text.isdecimal():
            return 0
        base, order = node.base, int(node.upper.text)
    if not isinstance(base, Name) or base.accents:
        return 0
    return order if base.letters in _MARKS else 0


def _letter(node: Node) -> str:
    """Return the letter of a mark."""
    base = node.base if isinstance(node, Scripted) else node
    return base.letters if isinstance(base, Name) else ""


def _variable_power(node: Node) -> tuple[Node, int]:
    if (
        isinstance(node, Scripted)
        and isinstance(node.upper, Number)
        and node.upper.text.isdecimal()
    ):
        base = replace(node, upper=None) if node.lower is not None or node.primes else node.base
        return base, int(node.upper.text)
    return node, 1


def _denominator(node: Node) -> _Denominator | None:
    factors: list[Node] = []
    variables: list[Node] = []
    marks: set[str] = set()
    items = _items(node)
    at = 0
    while at < len(items):
        if (
            _mark(items[at]) == 1
            and at + 1 < len(items)
            and not isinstance(items[at + 1], Operator)
        ):
            marks.add(_letter(items[at]))
            variables.append(items[at + 1])
            at += 2
            behind = items[at] if at < len(items) else None
            if isinstance(behind, Group) and isinstance(variables[-1], Name | Scripted):
                partial = marks == {"\\partial"} and behind.opening == "("
                if not partial and not _is_entry_in_parentheses(behind):
                    return None
                variables[-1] = _joined((variables[-1], behind))
                at += 1
        elif variables:
            return None
        elif not isinstance(items[at], Operator):
            factors.append(items[at])
            at += 1
        else:
            at += 1
    if not variables or len(marks) != 1:
        return None
    return _Denominator(tuple(variables), tuple(factors), marks.pop())


def _is_entry_in_parentheses(group: Group) -> bool:
    """Return whether names stand in parentheses, as indices do in H(a)."""
    is_list = group.opening == "(" and bool(group.items)
    return is_list and all(isinstance(item, Name | Scripted) for item in group.items)


def _expanded(denominator: _Denominator, order: int) -> _Denominator | None:
    """Return a denominator with one variable for each order: ∂x² is two where the order says so."""
    if len(denominator.variables) == order:
        return denominator
    variables: list[Node] = []
    for variable in denominator.variables:
        base, count = _variable_power(variable)
        variables.extend([base] * min(count, order + 1))
    return _Denominator(tuple(variables), denominator.factor) if len(variables) == order else None


def _joined(items: tuple[Node, ...]) -> Node:
    return items[0] if len(items) == 1 else Product(items, span=items[0].span.to(items[-1].span))


def _parts(node: Fraction) -> tuple[Node | None, _Denominator] | None:
    """Return of what and by what a fraction of ∂ is; None where it is an ordinary fraction."""
    denominator = _denominator(node.denominator)
    items = _items(node.numerator)
    order = _mark(items[0]) if items else 0
    if denominator is None or not order or _letter(items[0]) != denominator.mark:
        return None
    expanded = _expanded(denominator, order)
    if expanded is None:
        return None
    return (_joined(items[1:]) if items[1:] else None), expanded


def slash_derivative(items: tuple[Node, ...], at: int) -> tuple[Fraction, int] | None:
    """Return dL/dz in one line as a fraction, and the place behind it."""
    if not _mark(items[at]):
        return None
    for place in range(at + 1, len(items)):
        item = items[place]
        if isinstance(item, Operator) and item.symbol != "/":
            return None
        if isinstance(item, Operator):
            if place + 2 >= len(items) or not _mark(items[place + 1]) or place == at:
                return None
            span = items[at].span.to(items[place + 2].span)
            upper, lower = items[at:place], items[place + 1 : place + 3]
            return Fraction(_joined(upper), _joined(lower), span=span), place + 3
    return None


def _is_quantity(reader: Reader, mark: str) -> bool:
    """Return whether δ is a quantity of the text, and no mark of a derivative."""
    return mark == "\\delta" and reader.symbols.find(mark) is not None


def is_derivative(node: Node) -> bool:
    """Return whether a piece of notation is a derivative."""
    if isinstance(node, Fraction):
        return _parts(node) is not None
    return isinstance(node, Name) and node.letters in ("\\partial", "\\nabla")


def variables_of(node: Fraction) -> tuple[Node, ...]:
    """Return by what a fraction with a quantity above is a derivative; nothing for any other."""
    parts = _parts(node)
    return () if parts is None or parts[0] is None else parts[1].variables


def links(first: Node, second: Node) -> Node | None:
    """Return y of the factors ∂f/∂y and ∂y/∂x of a chain rule; None for any others."""
    parts = [_parts(one) if isinstance(one, Fraction) else None for one in (first, second)]
    if parts[0] is None or parts[1] is None or parts[1][0] is None:
        return None
    names = (canonical(variable) for variable in parts[0][1].variables)
    return parts[1][0] if canonical(parts[1][0]) in names else None


def is_bare_prefix(node: Node) -> bool:
    """Return whether a piece of notation is a derivative that waits for what it is of."""
    if isinstance(node, Fraction):
        parts = _parts(node)
        return parts is not None and parts[0] is None
    return (
        isinstance(node, Scripted)
        and isinstance(node.base, Name)
        and node.base.letters in ("\\partial", "\\nabla")
        and node.lower is not None
    )


def derivative_of(reader: Reader, node: Fraction, scope: Scope) -> Tensor | None:
    """Return a derivative that is written as a fraction, or None where it is an ordinary one."""
    node = _with_marks_apart(reader, node)
    parts = _parts(node)
    if parts is None or _is_quantity(reader, parts[1].mark):
        _check_marks(node)
        return None
    body, denominator = parts
    if body is None:
        raise Unreadable("a derivative of nothing", node.span)
    return _by_variables(reader, body, denominator, scope, node.span)


def _with_marks_apart(reader: Reader, node: Fraction) -> Fraction:
    """Return dl over dw as a derivative where the text has the words dl and dw, and l and w."""
    sides = [_apart(reader, side) for side in (node.numerator, node.denominator)]
    if None in sides:
        return node
    return Fraction(*(side for side in sides if side is not None), span=node.span)


def _apart(reader: Reader, node: Node) -> Node | None:
    if not isinstance(node, Name) or node.accents or not re.fullmatch("d[A-Za-z]", node.letters):
        return None
    bare = Name(node.letters[1:], node.font if is_bold(node) else "", span=node.span)
    symbol = reader.symbols.find(bare.letters, bold=is_bold(bare))
    known = symbol is not None and symbol.known and symbol.role == "value"
    return Product((Name("d", span=node.span), bare), span=node.span) if known else None


def _check_marks(node: Fraction) -> None:
    """Refuse a fraction with a ∂ on one side of the line only."""
    above, below = (
        any(isinstance(part, Name) and part.letters == "\\partial" for part in _items(side))
        for side in (node.numerator, node.denominator)
    )
    if above != below:
        missing = "below" if above else "above"
        raise Unreadable(f"∂ is missing {missing} the line of a derivative", node.span)


def derivative_prefix(
    reader: Reader, items: tuple[Node, ...], at: int, scope: Scope
) -> DerivativePrefix | None:
    """Return the operator that stands at a place, if one does."""
    item = items[at]
    if isinstance(item, Fraction):
        parts = _parts(item)
        if parts is None or parts[0] is not None or _is_quantity(reader, parts[1].mark):
            return None
        denominator = parts[1]
        return DerivativePrefix(
            lambda body: _by_variables(reader, body, denominator, scope, item.span),
            at + 1,
            item.span,
            variable=denominator.variables[0] if len(denominator.variables) == 1 else None,
        )
    base = item.base if isinstance(item, Scripted) else item
    if not isinstance(base, Name) or base.letters not in ("\\partial", "\\nabla"):
        return None
    lower = item.lower if isinstance(item, Scripted) else None
    if lower is None and base.letters == "\\nabla":
        lower = _argument_ahead(reader, items, at + 1, item)
    if lower is None:
        return None
    upper = item.upper if isinstance(item, Scripted) else None
    if upper is not None and is_transpose(upper):
        upper = None
    if (upper is not None and canonical(upper) != "2") or (
        isinstance(item, Scripted) and item.primes
    ):
        raise Unreadable("this operator has no reading here", item.span)
    variable = _Denominator(_variables_below(reader, lower, 1 if upper is None else 2), ())
    return DerivativePrefix(
        lambda body: _by_variables(reader, body, variable, scope, item.span),
        at + 1,
        item.span,
        tight=True,
    )


def _variables_below(reader: Reader, lower: Node, order: int) -> tuple[Node, ...]:
    r"""Return by what an operator is: w twice in ``\\nabla^2_w``, w and v in ``\\nabla^2_{wv}``."""
    items = lower.items if isinstance(lower, Product) else ()
    if order == 2 and len(items) == 2 and all(_is_quantity_name(reader, item) for item in items):
        return items
    return (lower,) * order


def _is_quantity_name(reader: Reader, node: Node) -> bool:
    """Return whether a name is that of a quantity, with its scripts."""
    spelt = spelling(node) if isinstance(node, Name | Scripted) else None
    if spelt is None:
        return False
    symbol = reader.symbols.find(spelt.key(len(spelt.lower), upper=True), bold=spelt.bold)
    return symbol is not None and symbol.role == "value"


def _argument_ahead(reader: Reader, items: tuple[Node, ...], at: int, node: Node) -> Node:
    """Return the argument of the function behind ∇, which says by what it is."""
    while at < len(items) and isinstance(items[at], Name) and items[at] == node:
        at += 1  # ∇∇f is by the same variable twice
    if at < len(items) and isinstance(items[at], Big) and items[at] in LOGARITHMS:
        at += 1
    call = call_of(items, at)
    arguments = call[1].items if call is not None else ()
    if call is None and at < len(items):
        heads = reader.heads.get(canonical(items[at]), [])
        arguments = heads[0].arguments if len(heads) == 1 else _only_variable(reader, items[at])
    if len(arguments) > 1:
        arguments = tuple(item for item in arguments if _is_variable(reader, item))
    if len(arguments) != 1 and reader.below is not None:
        return reader.below
    if len(arguments) != 1:
        raise Ambiguous("∇ without the variable under it", "write it under the sign", node.span)
    return arguments[0]


LOGARITHMS = (Big("\\log"), Big("\\ln"))


def _is_variable(reader: Reader, node: Node) -> bool:
    """Return whether an argument is a quantity that can be moved, and no index."""
    base = node.base if isinstance(node, Scripted) else node
    names = (canonical(node), canonical(base))
    symbol = next((s for name in names if (s := reader.symbols.find(name)) is not None), None)
    return symbol is not None and symbol.role == "value" and symbol.known


def _only_variable(reader: Reader, node: Node) -> tuple[Node, ...]:
    """Return the array on which a defined number stands, where it stands on nothing else."""
    symbol = reader.symbols.find(canonical(node)) if isinstance(node, Name) else None
    if symbol is None or symbol.definition is None or symbol.axes:
        return ()
    found = {
        below
        for below in symbols_in(symbol.definition.body)
        if below.role in ("value", "function") and below.definition is None
    }
    names = [below.name for below in found if below.axes and len(found) == 1]
    return tuple(Name(name) for name in names if reader.symbols.find(name) in found)


def _by_variables(
    reader: Reader, body: Node, denominator: _Denominator, scope: Scope, span: Span
) -> Tensor:
    same = len({canonical(variable) for variable in denominator.variables}) == 1
    value = value_in_derivative(reader, body, denominator.variables[0], scope) if same else None
    tensor = reader.read(body if value is None else value[0], scope)
    for variable in reversed(denominator.variables):
        tensor = slope(reader, tensor, variable, scope, span)
    if value is not None:
        tensor = at_value(reader, tensor, value[1:], scope)
    for factor in denominator.factor:
        below = reader.read(factor, scope)
        tensor = reader.arrays.divided(
            replace(tensor, numerator=None, denominator=None), below, span
        )
    return tensor


def _target(reader: Reader, variable: Node, scope: Scope) -> tuple[Entry, Tensor]:
    if isinstance(variable, Relation | Sum | Fraction):
        raise Unreadable("a derivative by an expression", variable.span)
    tensor = reader.read(variable, scope)
    if not isinstance(tensor.body, Entry) or tensor.body.symbol.role in ("index", "function"):
        raise Unreadable("a derivative by something that is no quantity", variable.span)
    return tensor.body, tensor


def _signature(tensor: Tensor) -> object:
    """Return what a derivative is of or by, so that equal ones are found in a chain."""
    if not isinstance(tensor.body, Entry):
        return None
    own = {axis: place for place, axis in enumerate(tensor.axes)}
    places = tuple(
        own[place.index] if isinstance(place, At) and place.index in own else place
        for place in tensor.body.places
    )
    return (tensor.body.symbol, places)


def slope(reader: Reader, tensor: Tensor, variable: Node, scope: Scope, span: Span) -> Tensor:
    """Return the derivative of a tensor by a variable."""
    root = _root_of_variable(reader, variable, scope)
    if root is not None:
        inner = slope(reader, tensor, root[0], scope, span)
        return reader.arrays.scaled(root[1], inner)
    labelled = _with_its_label(reader, tensor, variable, scope)
    if labelled is None:
        target, by = _target(reader, variable, scope)
    else:
        by = reader.symbol_at(labelled, (), scope, variable, bold=False)
        assert isinstance(by.body, Entry)
        target = by.body
    _check_dependence(reader, tensor, target.symbol, span)
    _check_entry(reader, tensor, by, span)
    by = reader.arrays.fresh(by)
    assert isinstance(by.body, Entry)
    body = Slope(tensor.body, by.body.symbol, by.body.places)
    axes = (*tensor.axes, *by.axes)
    numerator = _signature(tensor)
    denominator = _signature(by)
    lies = _lies(tensor, by)
    if lies == "matrix" and tensor.axes and by.axes and _is_laid_across(reader, tensor, by):
        axes = (*by.axes, *tensor.axes)
        return Tensor(axes, body, lies)
    return Tensor(axes, body, lies, numerator, denominator, len(tensor.axes))


def _is_laid_across(reader: Reader, tensor: Tensor, by: Tensor) -> bool:
    """Return whether a Jacobian has a row for each variable; a transpose in it says so or not."""
    if _is_turned(by) and tensor.orientation == "column":
        return False
    if _is_turned(tensor) and by.orientation == "column":
        return True
    return reader.readings.take("layout")


def _is_turned(tensor: Tensor) -> bool:
    """Return whether a name is a row by a transpose."""
    named = isinstance(tensor.body, Entry) and tensor.orientation == "row"
    return named and not _natural_row(tensor)


def _with_its_label(reader: Reader, tensor: Tensor, variable: Node, scope: Scope) -> Symbol | None:
    r"""Return a^L for the a of ``\nabla_a C``, where C stands on it and nothing is called a."""
    if not isinstance(variable, Name) or scope.tensor(plain_name(variable)) is not None:
        return None
    name = plain_name(variable)
    if reader.symbols.find(name) is not None or not isinstance(tensor.body, Entry):
        return None
    definition = tensor.body.symbol.definition
    below = set() if definition is None else symbols_in(definition.body, through=False)
    found = [one for one in below if one.name.startswith(f"{name}^{{") and not one.leading]
    return found[0] if len(found) == 1 else None


def _root_of_variable(reader: Reader, variable: Node, scope: Scope) -> tuple[Node, Core] | None:
    """Return σ and 1 / 2σ for the variable σ², where that is no name of its own.

    The derivative by σ² is that by σ, divided by that of σ² by σ.
    """
    while isinstance(variable, Group) and len(variable.items) == 1:
        variable = variable.items[0]
    if not isinstance(variable, Scripted) or not isinstance(variable.upper, Number):
        return None
    tensor = reader.read(variable, scope)
    power = tensor.body
    if tensor.axes or not isinstance(power, Power) or not isinstance(power.base, Entry):
        return None
    if power.base.symbol.definition is not None or not isinstance(power.exponent, Rational):
        return None
    lowered = Power(power.base, Rational(power.exponent.value - 1))
    return replace(variable, upper=None), Power(times(power.exponent, lowered), MINUS_ONE)


def _lies(tensor: Tensor, by: Tensor) -> Orientation:
    if not by.axes:
        return tensor.orientation
    if not tensor.axes:
        if len(by.axes) == 1:
            return "row" if by.orientation == "row" and not _natural_row(by) else "free"
        return by.orientation
    return "matrix" if len(tensor.axes) == len(by.axes) == 1 else "array"


def _natural_row(by: Tensor) -> bool:
    """Return whether a row is one by declaration, and not by a transpose."""
    assert isinstance(by.body, Entry)
    symbol = by.body.symbol
    return any(lies == "row" for _, lies in symbol.views.values()) or symbol.orientation == "row"


def _below(symbol: Symbol) -> frozenset[Symbol]:
    """Return the quantities that the definition of one stands on."""
    return frozenset() if symbol.definition is None else symbols_in(symbol.definition.body)


def _check_dependence(reader: Reader, tensor: Tensor, symbol: Symbol, span: Span) -> None:
    """Refuse the derivative of a quantity of which nothing says how it depends on the variable."""
    body = tensor.body
    if not symbol.known and symbol not in symbols_in(body):
        raise Ambiguous(
            f"{symbol.name} is not declared",
            f"{symbol.name}: {reader.guessed.get(symbol.name, 'scalar')}",
            span,
        )
    if not isinstance(body, Entry):
        return
    if body.symbol.definition is not None:
        inverse = symbol not in symbols_in(body) and body.symbol in _below(symbol)
        if inverse:
            raise Unreadable("the derivative of an inverse function", span)
        return
    if _is_target_beside(reader, body.symbol, symbol):
        return
    if body.symbol is not symbol and body.symbol.role == "value":
        raise Unreadable(f"nothing says how {body.symbol.name} depends on {symbol.name}", span)


_TARGETS = re.compile(r"t|target|label|t\^\{(?:\*|\\ast|\\star)\}")
"""What books call what a model should give; the domains of labels are others."""


def _is_target_beside(reader: Reader, target: Symbol, symbol: Symbol) -> bool:
    """Return whether a quantity is a target that does not move with a variable.

    A text says so where it defines something, as a loss, on both. Other quantities may stand beside
    a variable and move with it all the same, as the state of the step before does with weights.
    """
    if target.domain not in ("one-hot", *LABEL_VALUES) and not _TARGETS.fullmatch(target.name):
        return False
    return any(
        {target, symbol} <= symbols_in(one.definition.body)
        and not moved_in(one.definition.body) & {target, symbol}
        for one in reader.symbols.named.values()
        if one.definition is not None
    )


def _check_entry(reader: Reader, tensor: Tensor, by: Tensor, span: Span) -> None:
    """Refuse the derivative of what is given of one entry only by an array of such entries.

    Where f = z_i² is given, ∇_z f may be meant entry by entry.
    """
    if not isinstance(tensor.body, Entry):
        return
    symbol = tensor.body.symbol
    for letter, axis in zip(symbol.unwritten, symbol.axes, strict=False):
        along = any(reader.dimensions.same(axis, one.dimension) for one in by.axes)
        if along and reader.symbols.find(letter) is None:
            raise Unreadable(f"{symbol.name} is given for one {letter} only", span)


def slope_of_function(
    reader: Reader, function: Callable[[Core], Core], argument: Tensor, order: int
) -> Tensor:
    """Return the derivative of a function of a number, at every entry of an argument."""
    del reader
    local = Symbol("·")
    core: Core = function(Entry(local))
    for _ in range(order):
        core = Slope(core, local)
    return Tensor(argument.axes, Let(local, (), argument.body, core), argument.orientation)


def slopes_of_head(
    reader: Reader, head: Head, arguments: tuple[Node, ...], order: int, scope: Scope, node: Node
) -> Tensor | None:
    """Return the derivative of a defined function: a vector where it has several arguments."""
    if head.letters or head.component:
        return None
    tensors = [reader.read(argument, scope) for argument in arguments]
    names = [plain_name(formal) if isinstance(formal, Name) else "" for formal in head.arguments]
    if not all(names):
        return None
    locals_ = [
        Symbol(name, tuple(axis.dimension for axis in tensor.axes))
        for name, tensor in zip(names, tensors, strict=True)
    ]
    if len(arguments) == 1:
        argument = tensors[0]
        local = Symbol(names[0])
        inner = reader.read(head.body, Scope(tensors={names[0]: Tensor((), Entry(local))}))
        if inner.axes:
            raise Unreadable("the derivative of a function with an array as value", node.span)
        core = inner.body
        for _ in range(order):
            core = Slope(core, local)
        return Tensor(argument.axes, Let(local, (), argument.body, core), argument.orientation)
    if order > 1 or any(tensor.axes for tensor in tensors):
        raise Unreadable("this derivative of a function of several arguments", node.span)
    bound = {name: Tensor((), Entry(local)) for name, local in zip(names, locals_, strict=True)}
    inner = reader.read(head.body, Scope(tensors=bound))
    axis = reader.dimensions.index("i", Dimension(str(len(arguments)), len(arguments)))
    branches: list[tuple[Core, Core]] = []
    for place, local in enumerate(locals_, start=1):
        core = Slope(inner.body, local)
        for other, tensor in zip(locals_, tensors, strict=True):
            core = Let(other, (), tensor.body, core)
        branches.append((Compare("=", At(axis), Rational(Exact(place))), core))
    return Tensor((axis,), Choice(tuple(branches)), "free")


def slope_by_symbol(
    reader: Reader, symbol: Symbol, spelt: Spelling, group: Group, node: Node, scope: Scope
) -> Tensor:
    """Return f'(w) where f is a quantity that depends on w."""
    if len(group.items) != 1 or spelt.primes != 1:
        raise Unreadable("this derivative has no reading here", node.span)
    bare = replace(node, primes=0) if isinstance(node, Scripted) else node
    tensor = reader.reference(bare, scope)
    del symbol
    return slope(reader, tensor, group.items[0], scope, node.span)
