"""What stands side by side: applications, prefixes, products by shape."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from derive.textbook.errors import Unreadable
from derive.textbook.meaning.calls import read_call
from derive.textbook.meaning.canonical import canonical, is_bold, letters_of
from derive.textbook.meaning.continued import continued_product
from derive.textbook.meaning.core import At, Constant, Fold, Tensor
from derive.textbook.meaning.derivatives import (
    DerivativePrefix,
    derivative_prefix,
    links,
    slash_derivative,
    variables_of,
)
from derive.textbook.meaning.differentials import differential_factor
from derive.textbook.meaning.elementary import read_function
from derive.textbook.meaning.integrals import read_integral
from derive.textbook.meaning.letters import index_letters
from derive.textbook.meaning.patterns import call_of, is_transpose
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.sums import FOLDS, read_big
from derive.textbook.meaning.symbols import spelling
from derive.textbook.meaning.values import at_value, values_below
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
    walk,
)

__all__ = ["read_product"]

_INDICATORS = frozenset({"\\mathbb{1}", "I", "1", "\\chi", "\\mathbb{I}", "\\delta"})
_ENTRYWISE = frozenset({"\\odot", "\\circ"})
_WEAK = frozenset({"\\odot", "\\circ", "\\otimes", ":"})
"""Operators that bind less than neighbours do: a ∘ Bc is a ∘ (Bc)."""


@dataclass
class _Terms:
    """The factors of a product as they are read, from the left to the right."""

    reader: Reader
    node: Product
    total: Tensor | None = None
    segments: list[tuple[str, Tensor]] = field(default_factory=list)
    weak: str = ""
    operator: str = ""
    sign: int = 1

    def factor(self, tensor: Tensor) -> None:
        """Multiply by a factor."""
        arrays = self.reader.arrays
        if self.sign < 0:
            tensor, self.sign = arrays.negative(tensor), 1
        if self.total is None:
            self.total = tensor
        elif self.operator == "/":
            self.total = arrays.divided(self.total, tensor, self.node.span)
        else:
            self.total = arrays.multiplied(self.total, tensor, self.operator, self.node.span)
        self.operator = ""

    def mark(self, symbol: str) -> None:
        """Take an operator."""
        if symbol in ("+", "-"):
            self.sign *= -1 if symbol == "-" else 1
        elif symbol in _WEAK:
            self._end_segment()
            self.weak = symbol
        elif symbol in ("\\cdot", "\\times", "*", "/"):
            self.operator = symbol
        else:
            raise Unreadable(f"the operator {symbol} has no reading here", self.node.span)

    def _end_segment(self) -> None:
        if self.total is None:
            raise Unreadable("an operator without what stands before it", self.node.span)
        self.segments.append((self.weak, self.total))
        self.total = None

    def result(self) -> Tensor:
        """Return the whole product."""
        self._end_segment()
        colons = [place for place, (sign, _) in enumerate(self.segments) if sign == ":"]
        if not colons:
            return self._combined(self.segments)
        if len(colons) > 1:
            raise Unreadable("several colons in one product", self.node.span)
        left, right = (
            self._combined(part)
            for part in (self.segments[: colons[0]], self.segments[colons[0] :])
        )
        if not left.axes or len(left.axes) != len(right.axes):
            raise Unreadable("a colon between what has no Frobenius product", self.node.span)
        arrays = self.reader.arrays
        return arrays.total(arrays.elementwise(left, right, self.node.span))

    def _combined(self, segments: list[tuple[str, Tensor]]) -> Tensor:
        """Return segments multiplied entry by entry, or by a tensor product."""
        arrays = self.reader.arrays
        total = segments[0][1]
        for operator, tensor in segments[1:]:
            if operator == "\\otimes" and total.axes and tensor.axes:
                total = self._tensor_product(total, tensor)
            else:
                total = arrays.elementwise(total, tensor, self.node.span)
        return total

    def _tensor_product(self, left: Tensor, right: Tensor) -> Tensor:
        """Return x ⊗ y, the outer product of vectors; that of matrices is Kronecker's, not read."""
        arrays = self.reader.arrays
        if self.reader.readings.take("tensor"):
            return arrays.elementwise(left, right, self.node.span)
        if len(left.axes) == len(right.axes) == 1:
            return arrays.outer(left, right)
        raise Unreadable("⊗ of matrices is Kronecker's product, which is not read", self.node.span)


def read_product(reader: Reader, node: Product, scope: Scope) -> Tensor:
    """Return what factors side by side mean."""
    if not node.items:
        raise Unreadable("nothing stands here", node.span)
    if reader.einstein:
        letters = [one for one in _letters(reader, node, scope) if _times(node, one) == 2]
        return _summed(reader, node, scope, letters)
    linking = _linking_letters(reader, node, scope)
    if linking and reader.readings.take("repeated"):
        return _summed(reader, node, scope, linking)
    entrywise = any(isinstance(one, Operator) and one.symbol in _ENTRYWISE for one in node.items)
    with reader.wanting_arrays(entrywise):
        return _read_items(reader, node, scope)


def _read_items(reader: Reader, node: Product, scope: Scope) -> Tensor:
    terms = _Terms(reader, node)
    items = continued_product(node.items)
    at = 0
    while at < len(items):
        item = items[at]
        if isinstance(item, Operator) and item.symbol != "|":
            terms.mark(item.symbol)
            at += 1
            continue
        if _is_evaluation(item):
            assert isinstance(item, Scripted)
            terms.total = _evaluated(reader, terms.total, item, scope)
            at += 1
            continue
        inline = slash_derivative(items, at)
        if inline is not None:
            fraction, at = inline
            terms.factor(reader.read(fraction, scope))
            continue
        if at and _is_own_argument(items[at - 1], item):
            at += 1
            continue
        if at and _is_circle_number(reader, items[at - 1], item):
            tensor, at = Tensor((), Constant("pi")), at + 1
        else:
            tensor, at = _factor(reader, items, at, scope)
        terms.factor(tensor)
    return terms.result()


def _is_own_argument(before: Node, item: Node) -> bool:
    """Return whether parentheses behind a derivative hold its variable: df/dx (x) is df/dx."""
    if not isinstance(before, Fraction) or not isinstance(item, Group) or item.opening != "(":
        return False
    variables = variables_of(before)
    names = [canonical(inner) for inner in item.items]
    return (
        len(variables) == 1
        and canonical(variables[0]) in names
        and all(isinstance(inner, Name | Scripted) for inner in item.items)
    )


def _is_circle_number(reader: Reader, before: Node, item: Node) -> bool:
    """Return whether 2π is meant although the text has weights π_k."""
    if not isinstance(before, Number) or not isinstance(item, Name) or item.letters != "\\pi":
        return False
    symbol = reader.symbols.find("\\pi", bold=is_bold(item))
    return symbol is not None and bool(symbol.axes) and not is_bold(item)


def _is_evaluation(item: Node) -> bool:
    return (
        isinstance(item, Scripted) and isinstance(item.base, Operator) and item.base.symbol == "|"
    )


def _evaluated(reader: Reader, total: Tensor | None, item: Scripted, scope: Scope) -> Tensor:
    """Return what stands before the bar at the values that stand under it."""
    if total is None:
        raise Unreadable("a bar that evaluates nothing", item.span)
    for sides in values_below(reader, total, item):
        total = at_value(reader, total, sides, scope)
    return total


def _big_of(item: Node) -> Big | None:
    base = item.base if isinstance(item, Scripted) else item
    return base if isinstance(base, Big) else None


def _factor(reader: Reader, items: tuple[Node, ...], at: int, scope: Scope) -> tuple[Tensor, int]:
    """Return the factor that begins at a place, and the place behind it."""
    item = items[at]
    big = _big_of(item)
    if big is not None:
        if big.symbol == "\\int":
            return read_integral(reader, item, items[at + 1 :], scope), len(items)
        if big.symbol in FOLDS and not _is_function_of_list(item, items, at):
            return read_big(reader, item, items[at + 1 :], scope), len(items)
        return read_function(reader, items, at, scope, _factor)
    moved = differential_factor(reader, items, at, scope)
    if moved is not None:
        return moved
    prefix = derivative_prefix(reader, items, at, scope)
    if prefix is not None:
        return _derived(reader, prefix, items, scope)
    indicator = _indicator(reader, items, at, scope)
    if indicator is not None:
        return indicator, at + 2
    call = read_call(reader, items, at, scope)
    if call is not None:
        return call
    return reader.read(item, scope), at + 1


def _indicator(reader: Reader, items: tuple[Node, ...], at: int, scope: Scope) -> Tensor | None:
    r"""Return an indicator of a condition, written 1{y=k}, I(y=k) and the like."""
    follows = items[at + 1] if at + 1 < len(items) else None
    if not isinstance(follows, Group) or follows.opening not in ("(", "[", "\\{"):
        return None
    name = items[at]
    if len(follows.items) == 2 and isinstance(name, Name) and name.letters == "\\delta":
        return _delta_of(reader, name, follows, scope)
    if len(follows.items) != 1 or not isinstance(follows.items[0], Relation):
        return None
    one = isinstance(name, Number) and name.text == "1"
    letter = (
        isinstance(name, Name)
        and name.letters in _INDICATORS
        and reader.symbols.find(name.letters) is None
    )
    if not (one or letter) or (isinstance(name, Name) and name.letters in reader.heads):
        return None
    return reader.indicator(follows.items[0], scope)


def _delta_of(reader: Reader, name: Name, group: Group, scope: Scope) -> Tensor | None:
    """Return Kronecker's δ(i, j), where δ is nothing else and both are indices."""
    if reader.symbols.find("\\delta") is not None or "\\delta" in reader.heads:
        return None
    subscript = Group("", group.items, group.separators, span=group.span)
    written = Scripted(name, subscript, span=name.span.to(group.span))
    places = [reader.place(item, scope) for item in group.items if isinstance(item, Name | Number)]
    is_pair = len(places) == 2 and any(isinstance(place, At) for place in places)
    return reader.read(written, scope) if is_pair else None


def _is_function_of_list(item: Node, items: tuple[Node, ...], at: int) -> bool:
    r"""Return whether ``\max`` stands before a list: then it is a function of its members."""
    follows = items[at + 1] if at + 1 < len(items) else None
    group = follows.base if isinstance(follows, Scripted) else follows
    return isinstance(item, Big) and isinstance(group, Group) and len(group.items) > 1


def _derived(
    reader: Reader, prefix: DerivativePrefix, items: tuple[Node, ...], scope: Scope
) -> tuple[Tensor, int]:
    rest = items[prefix.after :]
    if not rest:
        raise Unreadable("a derivative of nothing", prefix.span)
    end = len(items)
    if prefix.tight:
        end = _end_of_quantity(reader, items, prefix.after)
    grouped = isinstance(rest[0], Group) and rest[0].opening in ("(", "[") and len(rest) > 1
    if grouped and reader.readings.take("operator"):
        end = prefix.after + 1
    chained = (at for at in range(prefix.after + 1, end) if prefix.is_of_variable(items[at]))
    end = next(chained, end)
    body = items[prefix.after : end]
    if prefix.tight and end < prefix.after + 3:
        bare = (*body[:-1], _without_transpose(body[-1]))
        if bare[-1] is not body[-1] and not reader.read(_joined(bare), scope).axes:
            transposed = reader.arrays.transposed(prefix.apply(_joined(bare)), prefix.span)
            return transposed, end  # ∇fᵀ of a number f: the gradient is turned
    return prefix.apply(_joined(body)), end


def _joined(items: tuple[Node, ...]) -> Node:
    return items[0] if len(items) == 1 else Product(items, span=items[0].span.to(items[-1].span))


def _without_transpose(node: Node) -> Node:
    if not isinstance(node, Scripted) or node.upper is None or not is_transpose(node.upper):
        return node
    bare = node.lower is None and not node.primes
    return node.base if bare else replace(node, upper=None)


def _end_of_quantity(reader: Reader, items: tuple[Node, ...], at: int) -> int:
    """Return where the quantity ends that ∇ stands before; before anything else it takes all."""
    spelt = spelling(items[at]) if isinstance(items[at], Name | Scripted) else None
    if spelt is None:
        return len(items)
    keys = [
        spelt.key(count, upper=upper)
        for count in range(len(spelt.lower) + 1)
        for upper in (True, False)
    ]
    symbol = next((s for key in keys if (s := reader.symbols.find(key)) is not None), None)
    is_function = any(key in reader.heads for key in keys) or (
        symbol is not None and symbol.role == "function"
    )
    if not is_function and (symbol is None or symbol.definition is None):
        return len(items)
    return at + (2 if call_of(items, at) is not None else 1)


def _letters(reader: Reader, node: Node, scope: Scope) -> list[str]:
    """Return the index letters that nothing binds around a piece of notation."""
    return [one for one in index_letters(reader.symbols, node) if scope.index(one) is None]


def _linking_letters(reader: Reader, node: Product, scope: Scope) -> list[str]:
    """Return the indices of y_i in ∂f/∂y_i ∂y_i/∂x that stand nowhere else there or on the left.

    Who writes no sum may yet mean one, by the summation convention.
    """
    if sum(isinstance(item, Fraction) for item in node.items) < 2:
        return []
    pairs = ((one, other) for one in node.items for other in node.items if one is not other)
    found = [link for one, other in pairs if (link := links(one, other)) is not None]
    return [
        letter
        for letter in dict.fromkeys(one for link in found for one in _letters(reader, link, scope))
        if letter not in reader.outside and _times(node, letter) == 2
    ]


def _summed(reader: Reader, node: Product, scope: Scope, letters: list[str]) -> Tensor:
    """Return a product that is summed over some indices."""
    indices = {letter: reader.dimensions.index(letter) for letter in letters}
    inner = scope.inside(indices={letter: At(index) for letter, index in indices.items()})
    tensor = _read_items(reader, node, inner)
    body = tensor.body
    for index in indices.values():
        body = Fold("sum", index, body)
    return Tensor(tensor.axes, body, tensor.orientation)


def _times(node: Node, letter: str) -> int:
    """Return how often a letter stands as an index in one term."""
    match node:
        case Sum(terms=terms):
            return max(_times(term, letter) for term in terms)
        case Scripted(base=base, lower=lower):
            own = 0 if lower is None else sum(letters_of(part) == letter for part in walk(lower))
            return own + _times(base, letter)
        case Product(items=items) | Group(items=items):
            return sum(_times(item, letter) for item in items)
        case Fraction(numerator=numerator, denominator=denominator):
            return _times(numerator, letter) + _times(denominator, letter)
        case _:
            return 0
