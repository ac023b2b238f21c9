"""Functions that everybody knows: with or without parentheses, entry by entry."""

from __future__ import annotations

from collections.abc import Callable

from derive.textbook.errors import Ambiguous, ShapeMismatch, Unreadable
from derive.textbook.meaning.canonical import canonical
from derive.textbook.meaning.core import (
    MINUS_ONE,
    ZERO,
    At,
    Choice,
    Compare,
    Fold,
    Function,
    Power,
    Tensor,
    rename,
    times,
    walk_core,
)
from derive.textbook.meaning.derivatives import slope_of_function
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.tree import (
    Big,
    Fraction,
    Group,
    Name,
    Node,
    Number,
    Operator,
    Root,
    Scripted,
)

__all__ = ["ARRAYS", "FUNCTIONS", "WELL_KNOWN", "function_of_array", "read_function"]

FUNCTIONS = {
    "\\log": "log",
    "\\ln": "log",
    "\\exp": "exp",
    "\\sin": "sin",
    "\\cos": "cos",
    "\\tan": "tan",
    "\\sinh": "sinh",
    "\\cosh": "cosh",
    "\\tanh": "tanh",
    "\\arcsin": "arcsin",
    "\\arccos": "arccos",
    "\\arctan": "arctan",
    "\\sqrt": "sqrt",
    "\\sgn": "sign",
    "\\sign": "sign",
}
"""Functions of a number, applied entry by entry."""

WELL_KNOWN = {
    "sigmoid": "sigmoid",
    "sigm": "sigmoid",
    "softplus": "softplus",
    "relu": "relu",
    "ReLU": "relu",
}
"""Names that are a function of a number wherever the text does not define them itself."""


def _softmax(reader: Reader, tensor: Tensor, node: Node) -> Tensor:
    if len(tensor.axes) != 1:
        raise ShapeMismatch(f"softmax of {reader.arrays.describe(tensor)}", node.span)
    (axis,) = tensor.axes
    other = reader.dimensions.index(axis.name, axis.dimension)
    total = Fold("sum", other, Function("exp", rename(tensor.body, {axis: At(other)})))
    body = times(Function("exp", tensor.body), Power(total, MINUS_ONE))
    return Tensor(tensor.axes, body, tensor.orientation)


def _logsumexp(reader: Reader, tensor: Tensor, node: Node) -> Tensor:
    if len(tensor.axes) != 1:
        raise ShapeMismatch(f"logsumexp of {reader.arrays.describe(tensor)}", node.span)
    return Tensor((), Function("log", Fold("sum", tensor.axes[0], Function("exp", tensor.body))))


def _log_softmax(reader: Reader, tensor: Tensor, node: Node) -> Tensor:
    return reader.arrays.applied("log", _softmax(reader, tensor, node))


def _trace(reader: Reader, tensor: Tensor, node: Node) -> Tensor:
    return reader.arrays.trace(tensor, node.span)


def _of_entries(reader: Reader, tensor: Tensor) -> Tensor:
    r"""Return the vector of which an entry is written, as in ``\diag(p_i (1 - p_i))``."""
    used = {part.index for part in walk_core(tensor.body) if isinstance(part, At)}
    free = [index for index in reader.free.values() if index in used]
    if tensor.axes or len(free) != 1:
        return tensor
    axis = reader.dimensions.index(free[0].name, free[0].dimension)
    return Tensor((axis,), rename(tensor.body, {free[0]: At(axis)}), "column")


def _diagonal(reader: Reader, tensor: Tensor, node: Node) -> Tensor:
    tensor = _of_entries(reader, tensor)
    if len(tensor.axes) == 1:
        (axis,) = tensor.axes
        other = reader.dimensions.index(axis.name, axis.dimension)
        return Tensor(
            (axis, other),
            Choice(((Compare("=", At(axis), At(other)), tensor.body),), ZERO),
            "matrix",
        )
    if tensor.orientation == "matrix":
        row, column = tensor.axes
        reader.dimensions.unify(row.dimension, column.dimension, node.span)
        return Tensor((row,), rename(tensor.body, {column: At(row)}), "column")
    raise ShapeMismatch(f"the diagonal of {reader.arrays.describe(tensor)}", node.span)


ARRAYS: dict[str, Callable[[Reader, Tensor, Node], Tensor]] = {
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "LogSumExp": _logsumexp,
    "lse": _logsumexp,
    "logsoftmax": _log_softmax,
    "\\tr": _trace,
    "tr": _trace,
    "Tr": _trace,
    "trace": _trace,
    "\\diag": _diagonal,
    "diag": _diagonal,
}
"""Functions of an array."""


def function_of_array(reader: Reader, name: str, tensor: Tensor, node: Node) -> Tensor | None:
    """Return a well-known function of a tensor, or None where the name is none."""
    if name in ARRAYS:
        return ARRAYS[name](reader, tensor, node)
    if name in WELL_KNOWN:
        return reader.arrays.applied(WELL_KNOWN[name], tensor)
    return None


Factor = Callable[[Reader, tuple[Node, ...], int, Scope], tuple[Tensor, int]]


def read_function(
    reader: Reader, items: tuple[Node, ...], at: int, scope: Scope, factor: Factor
) -> tuple[Tensor, int]:
    """Return a function applied to what follows its command, and the place behind."""
    item = items[at]
    big = item.base if isinstance(item, Scripted) else item
    assert isinstance(big, Big)
    if big.symbol in ("\\max", "\\min"):
        return _of_list(reader, big, items, at, scope), at + 2
    name = FUNCTIONS.get(big.symbol)
    if name is None and big.symbol not in ARRAYS:
        raise Unreadable(f"{big.symbol} is not read", item.span)
    if isinstance(item, Scripted) and item.lower is not None:
        raise Unreadable(f"{big.symbol} with a base", item.span)
    argument, after, power = _argument(reader, items, at + 1, scope, factor, item)
    primes = item.primes if isinstance(item, Scripted) else 0
    result = _applied(reader, name, big.symbol, argument, item, primes)
    exponent = item.upper if isinstance(item, Scripted) else None
    if exponent is not None:
        if canonical(exponent) == "-1":
            raise Ambiguous(
                "the superscript -1 is an inverse or a reciprocal",
                "write arc… or a fraction",
                item.span,
            )
        result = _entrywise_power(reader, result, reader.scalar(exponent, scope))
    if power is not None:
        result = reader.raised(result, power, 0, item, scope)
    return result, after


def _entrywise_power(reader: Reader, tensor: Tensor, exponent: object) -> Tensor:
    return reader.arrays.mapped(tensor, lambda body: Power(body, exponent))  # type: ignore[arg-type]


def _applied(
    reader: Reader, name: str | None, symbol: str, argument: Tensor, node: Node, primes: int
) -> Tensor:
    if name is None:
        return ARRAYS[symbol](reader, argument, node)
    if primes:
        return slope_of_function(reader, lambda body: Function(name, body), argument, primes)
    return reader.arrays.applied(name, argument)


def _argument(
    reader: Reader, items: tuple[Node, ...], at: int, scope: Scope, factor: Factor, node: Node
) -> tuple[Tensor, int, Node | None]:
    """Return what a function takes: the parentheses behind it, or the factors up to an operator."""
    if at >= len(items) or (isinstance(items[at], Operator) and items[at].symbol not in ("-", "+")):  # type: ignore[attr-defined]
        raise Unreadable("a function without an argument", node.span)
    follows = items[at]
    if isinstance(follows, Group) and follows.opening in ("(", "[", "\\{", "{"):
        return reader.read(follows, scope), at + 1, None
    if (
        (
            isinstance(follows, Scripted)
            and isinstance(follows.base, Group)
            and follows.base.opening in ("(", "[")
        )
        and follows.lower is None
        and not follows.primes
        and follows.upper is not None
    ):
        if reader.readings.take("power"):
            return reader.read(follows, scope), at + 1, None
        return reader.read(follows.base, scope), at + 1, follows.upper
    return (*_bare_argument(reader, items, at, scope, factor), None)


def _bare_argument(
    reader: Reader, items: tuple[Node, ...], at: int, scope: Scope, factor: Factor
) -> tuple[Tensor, int]:
    sign = 1
    while isinstance(items[at], Operator):
        sign *= -1 if items[at].symbol == "-" else 1  # type: ignore[attr-defined]
        at += 1
        if at == len(items):
            raise Unreadable("a sign without what it stands before", items[-1].span)
    start = at
    argument, at = factor(reader, items, at, scope)
    whole = (
        isinstance(items[start], Fraction | Root | Group | Big)
        or _is_big(items[start])
        or at - start > 1
    )
    more = not whole and at < len(items) and _goes_on(items[at])
    if more and not reader.readings.take("narrow"):
        while at < len(items) and _goes_on(items[at]):
            second, at = factor(reader, items, at, scope)
            argument = reader.arrays.multiplied(argument, second, "", items[start].span)
    if isinstance(items[start], Fraction) and _exponential_at(items, at):
        narrow = reader.readings.take("fraction")
        while not narrow and _exponential_at(items, at):
            second, at = factor(reader, items, at, scope)
            argument = reader.arrays.multiplied(argument, second, "", items[start].span)
    if not whole and at < len(items) and _is_parenthesised(items[at]):
        wide = reader.readings.take("wide")
        while wide and at < len(items) and (_goes_on(items[at]) or _is_parenthesised(items[at])):
            second, at = factor(reader, items, at, scope)
            argument = reader.arrays.multiplied(argument, second, "", items[start].span)
    return (reader.arrays.negative(argument) if sign < 0 else argument), at


def _exponential_at(items: tuple[Node, ...], at: int) -> bool:
    """Return whether an exponential follows: log (1/Z) exp(−E) is the logarithm of all of it."""
    item = items[at] if at < len(items) else None
    if isinstance(item, Big):
        return item.symbol == "\\exp"
    base = item.base if isinstance(item, Scripted) else None
    return isinstance(base, Name) and base.letters == "e"


def _is_big(node: Node) -> bool:
    return isinstance(node, Scripted) and isinstance(node.base, Big)


def _goes_on(node: Node) -> bool:
    """Return whether a factor still belongs to the argument of a function without parentheses."""
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Name | Number)


def _is_parenthesised(node: Node) -> bool:
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Group) and base.opening in ("(", "[")


def _of_list(reader: Reader, big: Big, items: tuple[Node, ...], at: int, scope: Scope) -> Tensor:
    """Return the largest or smallest of a list."""
    group = items[at + 1]
    if not isinstance(group, Group):
        raise Unreadable(f"{big.symbol} with a power of its list", group.span)
    members = [reader.read(item, scope) for item in group.items]
    total = members[0]
    for member in members[1:]:
        wide, narrow = (total, member) if len(total.axes) >= len(member.axes) else (member, total)
        other = reader.arrays.aligned(narrow, wide.axes, group.span) if narrow.axes else narrow.body
        relation = "\\ge" if big.symbol == "\\max" else "\\le"
        body = Choice(((Compare(relation, wide.body, other), wide.body),), other)
        total = Tensor(wide.axes, body, wide.orientation)
    return total
