"""A name before parentheses: an application, an entry, or a factor."""

from __future__ import annotations

from dataclasses import replace

from derive.textbook.errors import Ambiguous, ShapeMismatch, Unreadable
from derive.textbook.meaning.canonical import canonical, letter_of, plain_name, script_items
from derive.textbook.meaning.core import (
    At,
    Symbol,
    Tensor,
    Unknown,
    symbols_in,
    walk_core,
)
from derive.textbook.meaning.derivatives import slope, slope_by_symbol, slopes_of_head
from derive.textbook.meaning.elementary import function_of_array
from derive.textbook.meaning.elided import read_list
from derive.textbook.meaning.laws import closest, is_missing_law, takes
from derive.textbook.meaning.letters import index_letters
from derive.textbook.meaning.patterns import call_of, is_transpose
from derive.textbook.meaning.phrases import read_phrase
from derive.textbook.meaning.populations import PROBABILITIES
from derive.textbook.meaning.reader import Head, Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.superscripts import index_above
from derive.textbook.meaning.symbols import Spelling, spelling
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
    children,
    walk,
)

__all__ = [
    "NothingKnown",
    "apply_head",
    "bare_functions",
    "head_keys",
    "is_jacobian",
    "is_next_entry",
    "occurs",
    "read_call",
]


def read_call(
    reader: Reader, items: tuple[Node, ...], at: int, scope: Scope
) -> tuple[Tensor, int] | None:
    """Return an application and the place behind it, or None where the name is a factor."""
    call = call_of(items, at)
    if call is None:
        return _operator_call(reader, items, at, scope)
    name, group, scripts = call
    phrase = read_phrase(reader, name, group, scope)
    name = index_above(reader.symbols, name)
    spelt = spelling(name)
    if spelt is None or (phrase is None and _is_in_its_argument(reader, spelt, group)):
        return None
    lower = script_items(scripts.lower) if scripts is not None else ()
    if phrase is None and scripts is not None and _may_be_factor(reader, spelt, group, scripts):
        return None
    result, used = (
        (phrase, 0)
        if phrase is not None
        else _applied(reader, spelt, name, group, lower, scope, scripts)
    )
    if result is None:
        if spelt.base in reader.heads and scope.tensor(spelt.base) is None:
            raise Unreadable(
                f"the definition of {spelt.base} does not fit these arguments", name.span
            )
        return None
    if scripts is not None:
        result = reader.indexed(result, lower[used:], scope, scripts)
        result = reader.raised(result, scripts.upper, scripts.primes, scripts, scope)
    return result, at + 2


def bare_functions(reader: Reader, *nodes: Node) -> frozenset[str]:
    """Return the functions of a number that a statement writes bare, with a prime once at least.

    One that stands with its arguments elsewhere in the statement is none of them.
    """
    primed: set[str] = set()
    for node in nodes:
        _find_primed(node, primed)
    return frozenset(
        base
        for base in primed
        if not reader.symbols.find(base)
        and len(heads := reader.heads.get(base, [])) == 1
        and not (heads[0].letters or heads[0].component or heads[0].primes)
        and len(heads[0].arguments) == 1
        and isinstance(heads[0].arguments[0], Name)
        and not any(_stands_called(reader, node, base) for node in nodes)
    )


def _find_primed(node: Node, primed: set[str]) -> None:
    """Collect the names that stand with a prime."""
    spelt = spelling(node) if isinstance(node, Name | Scripted) else None
    if spelt is not None:
        if spelt.primes and not spelt.lower:
            primed.add(spelt.base)
        return
    for child in children(node):
        _find_primed(child, primed)


def _stands_called(reader: Reader, node: Node, base: str) -> bool:
    """Return whether a function stands before parentheses that do not hold itself."""
    for part in walk(node):
        if not isinstance(part, Product):
            continue
        for at in range(len(part.items)):
            call = call_of(part.items, at)
            spelt = spelling(call[0]) if call is not None else None
            if spelt is None or call is None or spelt.base != base:
                continue
            if not _is_in_its_argument(reader, spelt, call[1]):
                return True
    return False


def _may_be_factor(reader: Reader, spelt: Spelling, group: Group, scripts: Scripted) -> bool:
    """Return whether δ (a)ᵀ is read as a product, although δ depends on a."""
    if scripts.upper is None or not is_transpose(scripts.upper) or scripts.lower is not None:
        return False
    _, symbol, _ = _symbol(reader, spelt)
    if symbol is None or symbol.definition is None or not symbol.axes:
        return False
    return _is_dependence(reader, symbol, group) and reader.readings.take("factor")


def _is_in_its_argument(reader: Reader, spelt: Spelling, group: Group) -> bool:
    """Return whether a function stands bare in the parentheses behind it, as in s(1 - 2s)."""
    return spelt.base in reader.heads and _stands_bare(group, spelt.base)


def _stands_bare(node: Node, base: str) -> bool:
    """Return whether a name stands somewhere without arguments behind it."""
    if isinstance(node, Name | Scripted):
        spelt = spelling(node)
        if spelt is not None:
            return spelt.base == base
    called: set[int] = set()
    if isinstance(node, Product):
        called = {at for at in range(len(node.items)) if call_of(node.items, at) is not None}
    return any(
        _stands_bare(child, base) for at, child in enumerate(children(node)) if at not in called
    )


def _operator_call(
    reader: Reader, items: tuple[Node, ...], at: int, scope: Scope
) -> tuple[Tensor, int] | None:
    """Return an operator before another application, as in E_x E_y{…}: it takes that one."""
    spelt = spelling(items[at]) if isinstance(items[at], Scripted) else None
    heads = (
        reader.heads.get(spelt.key(len(spelt.lower), upper=True), []) if spelt is not None else []
    )
    inner = call_of(items, at + 1)
    if spelt is None or not heads or inner is None or heads[0].opening != inner[1].opening:
        return None
    group = Group(heads[0].opening, (Product(items[at + 1 : at + 3]),), span=items[at + 1].span)
    result, _ = _applied(reader, spelt, items[at], group, (), scope)
    return None if result is None else (result, at + 3)


def _applied(
    reader: Reader,
    spelt: Spelling,
    name: Node,
    group: Group,
    lower: tuple[Node, ...],
    scope: Scope,
    scripts: Scripted | None = None,
) -> tuple[Tensor | None, int]:
    written = scope.written_out(canonical(name) + canonical(group))
    if written is not None:
        tree, outer = written
        return reader.read(tree, Scope(indices=scope.visible(), parent=outer)), 0
    entry = _entry_of_placeholder(reader, spelt, name, group, scope)
    if entry is not None:
        return entry, 0
    found = _by_head(reader, spelt, name, group, lower, scope)
    if found is not None:
        return found
    key, symbol, count = _symbol(reader, spelt)
    if symbol is not None and symbol.role == "function":
        return _of_unknown(reader, symbol, spelt, count, group, name, scope), 0
    if symbol is not None and symbol.axes and _are_indices(reader, group, scope):
        if spelt.primes and not symbol.name.endswith("'" * spelt.primes):
            raise Ambiguous(
                "a prime is a derivative or a name", "define the primed quantity", name.span
            )
        places = (*spelt.lower[count:], *group.items)
        return reader.symbol_at(symbol, places, scope, name, bold=spelt.bold), 0
    if symbol is not None and symbol.role == "value" and _is_example(reader, symbol, group):
        return reader.reference(name, scope), 0
    if symbol is not None and spelt.primes and symbol.definition is not None:
        return slope_by_symbol(reader, symbol, spelt, group, name, scope), 0
    if symbol is not None or reader.index_or_dimension(spelt, scope):
        if (
            symbol is not None
            and symbol.definition is not None
            and not _is_transposed_name(group, scripts)
            and _is_dependence(reader, symbol, group)
        ):
            return reader.reference(name, scope), 0
        scalar = symbol is not None and len(symbol.axes) <= len(spelt.lower) - count
        bare = scalar and _is_bare(group) and not _are_entries(reader, spelt, symbol, group)
        if symbol is not None and bare and symbol.role == "value":
            raise Ambiguous(
                f"{key} before a name in parentheses is a product or depends on it",
                f"{key}: function",
                group.span,
            )
        return None, 0
    return _undeclared(reader, spelt, key, group, name, scope), 0


def _entry_of_placeholder(
    reader: Reader, spelt: Spelling, name: Node, group: Group, scope: Scope
) -> Tensor | None:
    """Return an entry of an argument of a definition, as q(k) in that of H(q)."""
    tensor = scope.tensor(spelt.base)
    is_entry = tensor is not None and tensor.axes and _are_indices(reader, group, scope)
    if tensor is None or not is_entry or spelt.primes or spelt.upper is not None:
        return None
    return reader.indexed(reader.arrays.fresh(tensor), (*spelt.lower, *group.items), scope, name)


def _is_example(reader: Reader, symbol: Symbol, group: Group) -> bool:
    """Return whether parentheses name the example at hand, as in y(x) under a sum over x."""
    names = [canonical(item) for item in group.items]
    return bool(names) and symbol.name not in names and set(names) <= set(reader.examples)


def _is_transposed_name(group: Group, scripts: Scripted | None) -> bool:
    """Return whether parentheses only hold a superscript off a transpose: a factor (a^{(l)})^T."""
    if scripts is None or scripts.upper is None or not is_transpose(scripts.upper):
        return False
    return len(group.items) == 1 and getattr(group.items[0], "upper", None) is not None


def _are_entries(reader: Reader, spelt: Spelling, symbol: Symbol | None, group: Group) -> bool:
    """Return whether ``y_k (p_i)`` is a product: y is free, and p what the text has defined."""
    item = group.items[0] if len(group.items) == 1 else None
    other = spelling(item) if isinstance(item, Scripted) else None
    if other is None or symbol is None or not spelt.lower or not symbol.axes:
        return False
    if symbol.definition is not None:
        return False
    entry = reader.symbols.find(other.base, bold=other.bold)
    if entry is None or entry.definition is None or len(entry.axes) != len(other.lower):
        return False
    scripts = (*spelt.lower, *other.lower)
    return symbol.known and all(map(letter_of, scripts)) and other.upper is None


def _is_bare(group: Group) -> bool:
    """Return whether parentheses hold names alone, as they do not in a product."""
    return bool(group.items) and all(spelling(item) is not None for item in group.items)


def _symbol(reader: Reader, spelt: Spelling) -> tuple[str, Symbol | None, int]:
    for upper in (True, False):
        for count in range(len(spelt.lower), -1, -1):
            key = spelt.key(count, upper=upper)
            for primes in dict.fromkeys(("'" * spelt.primes, "")):
                symbol = reader.symbols.find(key + primes, bold=spelt.bold)
                if symbol is not None:
                    return key, symbol, count
    return spelt.key(len(spelt.lower), upper=True), None, len(spelt.lower)


def _step_base(node: Node) -> Node:
    """Return t for the index t + 1, and any other index as it is."""
    is_step = isinstance(node, Sum) and len(node.terms) == 2 and isinstance(node.terms[1], Number)
    return node.terms[0] if is_step and isinstance(node, Sum) else node


def is_next_entry(reader: Reader, node: Node) -> bool:
    """Return whether a side is w(t + 1) of an array w of which nothing says what it is."""
    call = call_of(node.items, 0) if isinstance(node, Product) and len(node.items) == 2 else None
    spelt = None if call is None else spelling(call[0])
    if call is None or spelt is None or not any(isinstance(item, Sum) for item in call[1].items):
        return False
    _, symbol, _ = _symbol(reader, spelt)
    declared = symbol is not None and symbol.definition is None and bool(symbol.axes)
    return declared and _are_indices(reader, call[1], Scope())


def _are_indices(reader: Reader, group: Group, scope: Scope) -> bool:
    for item in group.items:
        letter = letter_of(_step_base(item))
        if letter is None:
            return False
        placeholder = scope.tensor(letter)
        if placeholder is not None:
            if not isinstance(placeholder.body, At):
                return False
            continue
        symbol = reader.symbols.find(letter) or reader.symbols.find(letter.rstrip("'"))
        bound = scope.index(letter) is not None or letter in reader.free
        if not bound and not (symbol is not None and symbol.role == "index"):
            return False
    return True


def _is_dependence(reader: Reader, symbol: Symbol, group: Group) -> bool:
    """Return whether parentheses only say on what a defined quantity depends, as in L(w)."""
    assert symbol.definition is not None
    names = [spelling(item) for item in group.items]
    if any(name is None for name in names):
        return False
    found = {part.name for part in symbols_in(symbol.definition.body)}
    return all(
        name is not None and name.key(len(name.lower), upper=True) in found for name in names
    )


def _undeclared(
    reader: Reader, spelt: Spelling, key: str, group: Group, name: Node, scope: Scope
) -> Tensor | None:
    well_known = None
    if not spelt.primes and len(group.items) == 1:
        argument = reader.read(group.items[0], scope)
        well_known = function_of_array(reader, spelt.base, argument, name)
    if well_known is not None:
        return well_known
    if spelt.base in ("1", "\\mathbb{1}") and spelt.upper is not None and _transposed(spelt):
        return None  # a row of ones is a factor
    if is_jacobian(reader, spelt) and len(group.items) == 1:
        applied = reader.read(Product((spelt.lower[0], group), span=name.span), scope)
        return slope(reader, applied, group.items[0], scope, name.span)
    if spelt.base in NOT_READ:
        raise Unreadable(f"{spelt.base} is not read", name.span)
    if len(spelt.base) > 1 and not spelt.base.startswith("\\"):
        reader.introduced[key] = None
        raise NothingKnown(f"{key} is not defined", name.span)
    if key in reader.ranks and group.opening == "(" and len(group.items) == 1:
        return None
    raise Ambiguous(f"{key} is a function or a factor", f"{key}: function", name.span)


def is_jacobian(reader: Reader, spelt: Spelling) -> bool:
    """Return whether a name is J_f, the Jacobian of a function f of the text."""
    names = [canonical(item) for item in spelt.lower]
    return spelt.base == "J" and len(names) == 1 and names[0] in reader.heads


NOT_READ = frozenset({"Var", "var", "Cov", "cov", "Corr", "corr", "rank", "vec"})
"""Functions that everybody knows, of which an equation may be false; they are not read."""


class NothingKnown(Unreadable):
    """A function that nothing declares or defines: an equation with it says what it is."""


# Functions of which only the name is known.


def _of_unknown(
    reader: Reader,
    symbol: Symbol,
    spelt: Spelling,
    count: int,
    group: Group,
    node: Node,
    scope: Scope,
) -> Tensor:
    if len(group.items) > 2 and isinstance(group.items[-2], Dots):
        tensor = read_list(reader, group.items, scope, node)
        return Tensor((), Unknown(symbol.name, spelt.primes, ((tensor.axes, tensor.body),)))
    arguments = [reader.read(item, scope) for item in group.items]
    if not arguments:
        raise Unreadable("a function without an argument", node.span)
    if spelt.upper is not None and isinstance(spelt.upper, Number):
        raise Unreadable("a power between a function and its argument", node.span)
    name = symbol.name
    if spelt.lower[count:] or spelt.upper is not None:
        name = spelt.key(len(spelt.lower), upper=True)
    is_density = symbol.name in PROBABILITIES and bool(arguments[0].axes)  # a number for an array
    if len(arguments) == 1 and symbol.elementwise is not False and not is_density:
        argument = arguments[0]
        body = Unknown(name, spelt.primes, (((), argument.body),))
        return Tensor(argument.axes, body, argument.orientation)
    if spelt.primes:
        raise Ambiguous("the derivative of a function of several arguments", "write ∂", node.span)
    body = Unknown(name, 0, tuple((argument.axes, argument.body) for argument in arguments))
    return Tensor((), body)


# Functions that the text defines.


def _by_head(
    reader: Reader, spelt: Spelling, name: Node, group: Group, lower: tuple[Node, ...], scope: Scope
) -> tuple[Tensor, int] | None:
    for primes in dict.fromkeys((spelt.primes, 0)):
        for key, letters in head_keys(spelt):
            for head in _ordered(reader.heads.get(key, []), group):
                if head.primes != primes or head.opening != group.opening:
                    continue
                if len(head.arguments) != len(group.items) or not takes(reader, head, group):
                    continue
                items = _values(head, group)
                derived = spelt.primes - primes
                result = (
                    slopes_of_head(reader, head, items, derived, scope, name)
                    if derived
                    else apply_head(reader, head, items, letters, scope, name, lower)
                )
                if result is not None:
                    result = _powered(reader, spelt, key, result, name, scope)
                    return result, len(head.component) if len(lower) >= len(head.component) else 0
    if is_missing_law(reader, name, group):
        raise Unreadable(f"nothing says what {canonical(name)}{canonical(group)} is", name.span)
    return None


def _values(head: Head, group: Group) -> tuple[Node, ...]:
    """Return the arguments of a call: p(y = 1 | x) is p(y | x) at y = 1."""
    return tuple(
        item.sides[1]
        if isinstance(item, Relation)
        and item.relations == ("=",)
        and canonical(item.sides[0]) == canonical(formal)
        else item
        for formal, item in zip(head.arguments, group.items, strict=True)
    )


def _powered(
    reader: Reader, spelt: Spelling, key: str, result: Tensor, name: Node, scope: Scope
) -> Tensor:
    """Return f²(x) as the square of f(x); an inverse function is refused."""
    upper = spelt.upper
    if upper is None or isinstance(upper, Group) or key.endswith(f"^{{{canonical(upper)}}}"):
        return result
    if canonical(upper) == "-1":
        raise Unreadable("the inverse of a function", name.span)
    return reader.raised(result, upper, 0, name, scope)


def _ordered(heads: list[Head], group: Group) -> list[Head]:
    """Return the definitions, the one that is written the same way first, then the newest."""
    wanted = tuple(canonical(item) for item in group.items)
    heads = closest(heads, group)
    exact = [head for head in heads if tuple(canonical(item) for item in head.arguments) == wanted]
    return exact + [head for head in reversed(heads) if head not in exact]


def head_keys(spelt: Spelling) -> list[tuple[str, tuple[Node, ...]]]:
    """Return the names under which a definition may stand, and the scripts that are indices."""
    keys = []
    for upper in (True, False):
        for count in range(len(spelt.lower), -1, -1):
            rest = spelt.lower[count:]
            above = () if upper or not isinstance(spelt.upper, Group) else spelt.upper.items
            keys.append((spelt.key(count, upper=upper), (*above, *rest)))
    return keys


def occurs(argument: Node, body: Node) -> bool:
    """Return whether an argument stands somewhere in a body, perhaps with indices."""
    wanted = canonical(argument)
    base = spelling(argument)
    for part in walk(body):
        if isinstance(part, Name | Scripted):
            if canonical(part) == wanted:
                return True
            spelt = spelling(part)
            if (
                spelt is not None
                and base is not None
                and spelt.base == base.base
                and not base.lower
            ):
                return True
    return False


def apply_head(
    reader: Reader,
    head: Head,
    arguments: tuple[Node, ...],
    letters: tuple[Node, ...],
    scope: Scope,
    node: Node,
    component: tuple[Node, ...] = (),
) -> Tensor | None:
    """Return a defined function at arguments, or None where the definition does not fit them."""
    if len(letters) != len(head.letters):
        return None
    bound = Scope(
        indices={
            letter: reader.place(item, scope)
            for letter, item in zip(head.letters, letters, strict=True)
        }
    )
    for formal, actual in zip(head.arguments, arguments, strict=True):
        if not _bind(reader, head, formal, actual, bound, scope):
            return None
    if head.component and len(component) >= len(head.component):
        for letter, item in zip(head.component, component, strict=False):
            bound.indices[letter] = reader.place(item, scope)
        return _body(reader, head, bound, node)
    if head.component:
        indices = [reader.dimensions.index(letter) for letter in head.component]
        bound.indices.update(
            {letter: At(index) for letter, index in zip(head.component, indices, strict=True)}
        )
        inner = _body(reader, head, bound, node)
        lies = ("scalar", "column", "matrix")[len(indices)] if len(indices) < 3 else "array"
        return Tensor((*indices, *inner.axes), inner.body, lies)  # type: ignore[arg-type]
    return _body(reader, head, bound, node)


def _body(reader: Reader, head: Head, bound: Scope, node: Node) -> Tensor:
    free, outside = reader.free, reader.outside
    declared = {letter: free[letter] for letter in free if _is_declared_index(reader, letter)}
    reader.free, reader.outside = declared, frozenset()
    reader.depth += 8
    try:
        try:
            result = _elementwise(reader, head, bound, node)
        except ShapeMismatch as error:
            raise Unreadable(
                f"the definition of {head.name} does not fit: {error.reason}", node.span
            ) from None
        used = {part.index for part in walk_core(result.body) if isinstance(part, At)}
        for letter, index in reader.free.items():
            if index in used and _is_declared_index(reader, letter):
                free[letter] = index
            elif index in used:
                raise Unreadable(
                    f"nothing binds the index {letter} in the definition of {head.name}", node.span
                )
        return result
    finally:
        reader.depth -= 8
        reader.free, reader.outside = free, outside


def _is_declared_index(reader: Reader, letter: str) -> bool:
    symbol = reader.symbols.find(letter)
    return symbol is not None and symbol.role == "index" and not symbol.axes


def _elementwise(reader: Reader, head: Head, bound: Scope, node: Node) -> Tensor:
    """Return the body; a function of a number is applied to an array entry by entry."""
    arrays = [(name, tensor) for name, tensor in bound.tensors.items() if tensor.axes]
    if len(bound.tensors) == 1 and len(arrays) == 1 and not _uses_as_array(arrays[0][0], head.body):
        name, tensor = arrays[0]
        inner = replace(bound, tensors={name: Tensor((), tensor.body)})
        result = reader.read(head.body, inner)
        if not result.axes:
            return Tensor(tensor.axes, result.body, tensor.orientation)
    return reader.read(head.body, bound)


def _uses_as_array(name: str, body: Node) -> bool:
    """Return whether a body takes its argument apart: by an index, a transpose, a norm."""
    for part in walk(body):
        if isinstance(part, Product) and _stands_before_index(name, part):
            return True
        if isinstance(part, Scripted) and not isinstance(part.base, Big | Operator):
            spelt = spelling(part)
            if spelt is not None and spelt.base == name and (spelt.lower or _transposed(spelt)):
                return True
            if isinstance(part.base, Group) and part.base.opening == "\\|":
                return True
        if isinstance(part, Group) and part.opening == "\\|":
            return True
        if isinstance(part, Name) and part.letters in ("softmax", "logsumexp"):
            return True
    return False


def _stands_before_index(name: str, node: Product) -> bool:
    """Return whether an argument has indices in parentheses, as q(k) in Σ_k q(k)."""
    calls = (call_of(node.items, at) for at in range(len(node.items)))
    return any(
        call is not None and letter_of(call[0]) == name and all(map(letter_of, call[1].items))
        for call in calls
    )


def _transposed(spelt: Spelling) -> bool:
    return spelt.upper is not None and is_transpose(spelt.upper)


def _bind(
    reader: Reader, head: Head, formal: Node, actual: Node, bound: Scope, scope: Scope
) -> bool:
    """Bind one argument of a definition to what stands in its place."""
    if (
        isinstance(formal, Product)
        and call_of(formal.items, 0) is not None
        and len(formal.items) == 2
    ):
        bound.written[canonical(formal).replace(" ", "")] = (actual, scope)
        return True
    same = canonical(formal) == canonical(actual)
    if isinstance(formal, Name) and (
        _is_declared_index(reader, plain_name(formal))
        or plain_name(formal) in index_letters(reader.symbols, head.body)
    ):
        bound.indices[plain_name(formal)] = reader.place(actual, scope)
        return True
    if isinstance(formal, Name) and occurs(formal, head.body):
        name = plain_name(formal)
        free = scope.tensor(name) is None and scope.index(name) is None
        if same and free and reader.symbols.find(name) is not None:
            return True
        bound.tensors[name] = reader.read(actual, scope)
        return True
    if same and not _has_letters(reader, formal, scope):
        return True
    if _shares_its_index(reader, formal, head.body) and _bind_indices(
        reader, formal, actual, bound, scope
    ):
        return True
    if _is_variable(formal, head.body):
        bound.written[canonical(formal)] = (actual, _with_letters(reader, actual, scope))
        return True
    return _bind_indices(reader, formal, actual, bound, scope) or same


def _with_letters(reader: Reader, actual: Node, scope: Scope) -> Scope:
    """Return a scope that binds the indices of an argument, as they are where it stands."""
    found = {
        letter: reader.index_letter(letter, scope)
        for letter in index_letters(reader.symbols, actual)
        if scope.index(letter) is None
    }
    return scope.inside(indices={letter: at for letter, at in found.items() if at is not None})


def _shares_its_index(reader: Reader, formal: Node, body: Node) -> bool:
    """Return whether an index of an argument like y_i stands on other quantities of a body too."""
    own = index_letters(reader.symbols, formal)
    others = (part for part in walk(body) if isinstance(part, Scripted))
    return bool(own) and any(
        letter in own
        for part in others
        if canonical(part) != canonical(formal) and not isinstance(part.base, Group | Big)
        for letter in index_letters(reader.symbols, part)
    )


def _is_variable(formal: Node, body: Node) -> bool:
    """Return whether an argument like z_i stands in a body in this form only: it is a variable."""
    spelt = spelling(formal)
    if spelt is None or not isinstance(formal, Scripted):
        return False
    wanted = canonical(formal)
    count = 0
    inside: set[int] = set()
    for part in walk(body):
        if isinstance(part, Scripted) and canonical(part) == wanted:
            count += 1
            inside.update(id(piece) for piece in walk(part))
        elif isinstance(part, Name | Scripted) and id(part) not in inside:
            other = spelling(part)
            if other is not None and other.base == spelt.base:
                return False
    return count > 0


def _has_letters(reader: Reader, node: Node, scope: Scope) -> bool:
    del scope
    return bool(index_letters(reader.symbols, node))


def _bind_indices(reader: Reader, formal: Node, actual: Node, bound: Scope, scope: Scope) -> bool:
    """Bind the indices of an argument like x_j to those of another entry of the same quantity."""
    first, second = spelling(formal), spelling(actual)
    if first is None or second is None or first.base != second.base:
        return False
    if len(first.lower) != len(second.lower):
        return False
    pairs = list(zip(first.lower, second.lower, strict=True))
    if isinstance(first.upper, Group) and isinstance(second.upper, Group):
        pairs.extend(zip(first.upper.items, second.upper.items, strict=False))
    elif (first.upper is None) != (second.upper is None):
        return False
    for one, other in pairs:
        if canonical(one) == canonical(other) and not isinstance(one, Name):
            continue
        if not isinstance(one, Name) or len(one.letters) != 1:
            return False
        bound.indices[plain_name(one)] = reader.place(other, scope)
    return True
