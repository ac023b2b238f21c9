"""Equations that say what something is: the left side is taken as a name for the right one."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from derive.textbook.errors import Circular, ShapeMismatch, Unreadable
from derive.textbook.meaning.calls import head_keys, is_jacobian, occurs
from derive.textbook.meaning.canonical import canonical, letters_of, plain_name, script_items
from derive.textbook.meaning.constants import CONSTANTS
from derive.textbook.meaning.core import (
    At,
    Core,
    Definition,
    Entry,
    Function,
    Orientation,
    Symbol,
    Tensor,
    symbols_in,
    walk_core,
)
from derive.textbook.meaning.differentials import is_derivative_name
from derive.textbook.meaning.dimensions import Dimension, Index
from derive.textbook.meaning.elementary import ARRAYS, WELL_KNOWN
from derive.textbook.meaning.laws import is_further_law, may_be_of
from derive.textbook.meaning.letters import NUMBERS, index_letters, limit_letters
from derive.textbook.meaning.norms import norm_name
from derive.textbook.meaning.patterns import (
    call_of,
    has_sign,
    is_entry_of_power,
    is_label,
    is_positive_part,
    is_slice,
    is_transpose,
    is_word,
    is_word_below,
)
from derive.textbook.meaning.phrases import call_letters, declared_phrase, is_event, read_phrase
from derive.textbook.meaning.reader import Head, Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.superscripts import example_above, index_above, natural_order
from derive.textbook.meaning.symbols import Phrase, Spelling, spelling
from derive.textbook.tree import (
    Big,
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

__all__ = ["by_columns", "can_define", "define", "forget", "is_next_step"]


def _symbol_of(reader: Reader, spelt: Spelling) -> tuple[Symbol | None, int, bool]:
    """Return the known symbol of a name, how many subscripts are labels, and if the upper is."""
    family = reader.symbols.find(spelt.family()) if "•" in spelt.family() else None
    if family is not None:
        return family, 0, False
    labelled = is_label(spelt.upper)
    for upper in (True,) if labelled else dict.fromkeys((spelt.upper is not None, False)):
        for count in range(len(spelt.lower), -1, -1):
            key = spelt.key(count, upper=upper) + "'" * spelt.primes
            symbol = reader.symbols.find(key, bold=spelt.bold)
            if symbol is not None and (
                _is_other(reader, symbol, spelt) or has_sign(spelt.lower[count:])
            ):
                continue
            if symbol is not None and reader.symbols.is_other_family(symbol, spelt.lower[count:]):
                continue
            rest = spelt.lower[count:]
            indexed = symbol is not None and len(rest) <= len(symbol.axes)
            if indexed and not any(map(is_word_below, rest)):
                return symbol, count, upper
    return None, len(spelt.lower), spelt.upper is not None


def _is_other(reader: Reader, symbol: Symbol, spelt: Spelling) -> bool:
    """Return whether a name is of another quantity: L beside the family L⁽ᵗ⁾, x* beside x.

    Of σ² an equation can say what it is; σ is its root then.
    """
    if spelt.upper is not None and (
        isinstance(spelt.upper, Number) or canonical(spelt.upper) in _MARKS
    ):
        return f"^{{{canonical(spelt.upper)}}}" not in symbol.name
    if is_next_step(reader, spelt) and not symbol.leading and "^" not in symbol.name:
        return True
    return symbol.name in reader.symbols.above and not spelt.lower and spelt.upper is None


def is_next_step(reader: Reader, spelt: Spelling) -> bool:
    """Return whether (t+1) stands above a name where other names are declared with (t)."""
    above = spelt.upper
    inner = above.items if isinstance(above, Group) and above.opening == "(" else ()
    match inner:
        case (Sum(terms=(Name() as step, Number())),):
            label = f"^{{({canonical(step)})}}"
            return any(name.endswith(label) for name in reader.symbols.named)
        case _:
            return False


_MARKS = ("*", "+", "-", "\\ast", "\\star")
"""Superscripts that make another name."""


def _is_plain(node: Node) -> bool:
    """Return whether a left side is a name, perhaps with scripts."""
    spelt = spelling(node)
    if spelt is None or spelt.base in ("\\partial", "\\nabla", "e", "\\pi", "\\mathbb{1}"):
        return False
    if isinstance(node, Scripted) and isinstance(node.base, Big | Operator):
        return False
    if spelt.upper is None:
        return True
    if isinstance(spelt.upper, Number):
        return bool(spelt.lower) or spelt.base.startswith("\\") or spelt.upper.text == "2"
    label = (
        isinstance(spelt.upper, Group)
        and spelt.upper.opening in ("(", "[")
        and len(spelt.upper.items) == 1
    )
    return label or is_word(spelt.upper) or canonical(spelt.upper) in _MARKS


def _is_declared_whole(reader: Reader, node: Node) -> bool:
    """Return whether a name is declared with its superscript, as h^t of the step t."""
    spelt = spelling(node)
    if spelt is None or spelt.upper is None:
        return False
    return any(
        (symbol := reader.symbols.find(spelt.key(count, upper=True))) is not None
        and len(spelt.lower) - count <= len(symbol.axes)
        for count in range(len(spelt.lower) + 1)
    )


def _is_layer(reader: Reader, node: Node, right: Node) -> bool:
    """Return whether a left side has a label without delimiters above it, as a^L and z^{l+1}."""
    spelt = spelling(node)
    if spelt is None or spelt.upper is None or isinstance(spelt.upper, Number | Group):
        return False
    if is_transpose(spelt.upper) or spelt.base in ("e", "\\partial", "\\nabla"):
        return False
    if not all(isinstance(part, Name | Number | Sum) for part in walk(spelt.upper)):
        return False
    if any(isinstance(part, Name) and plain_name(part) == spelt.base for part in walk(right)):
        return False
    return all(
        reader.symbols.find(spelt.key(count, upper=False)) is None
        for count in range(len(spelt.lower) + 1)
    )


def _is_constant_letter(reader: Reader, node: Node, right: Node) -> bool:
    """Return whether a name is the letter e or π as a quantity of the text, and no number."""
    spelt = spelling(node)
    if spelt is None or spelt.base not in ("e", "\\pi") or spelt.upper is not None:
        return False
    known = bool(spelt.lower) or reader.symbols.find(spelt.base) is not None
    return known or any(isinstance(part, Name) for part in walk(right))


def _speaks(reader: Reader, right: Node) -> bool:
    """Return whether a right side has quantities of the text, so that it is no number."""
    names = [part for part in walk(right) if isinstance(part, Name)]
    symbols = [reader.symbols.find(plain_name(name)) for name in names]
    return any(one is not None and one.known and one.role == "value" for one in symbols)


def _is_bold(node: Node) -> bool:
    spelt = spelling(node)
    return spelt is not None and spelt.bold


def can_define(reader: Reader, node: Node, right: Node, *, given: bool = False) -> bool:
    """Return whether an equation with this left side would say what it is."""
    node, right = _without_logarithm(node, right)
    node = natural_order(reader.symbols, node)
    node = index_above(reader.symbols, _entry_of_call(node))
    node = example_above(reader.symbols, node, right)
    if not given and is_derivative_name(reader, node) and not _is_primed_twin(reader, node, right):
        return False
    return _may_introduce(reader, node, right, given=given)


def _is_primed_twin(reader: Reader, node: Node, right: Node) -> bool:
    """Return whether y' is the y of other primed quantities, which the text has defined.

    An array has no derivative that a prime could be.
    """
    spelt = spelling(node)
    if spelt is None or not spelt.primes or spelt.upper is not None:
        return False
    own = reader.symbols.find(spelt.base, bold=spelt.bold)
    if own is None or len(own.axes) - len(spelt.lower) < 1:
        return False
    primed = (spelling(part) for part in walk(right) if isinstance(part, Scripted) and part.primes)
    twins = (reader.symbols.find(one.base + "'" * one.primes) for one in primed if one is not None)
    return any(twin is not None and twin.definition is not None for twin in twins)


def _may_introduce(reader: Reader, node: Node, right: Node, *, given: bool) -> bool:
    if isinstance(node, Product) and len(node.items) == 2:
        call = call_of(node.items, 0)
        if call is not None and letters_of(call[0]) == "\\mathbb{1}":
            return False
        return call is not None and _is_new_call(reader, call[0], call[1], right, given=given)
    if isinstance(node, Scripted) and isinstance(node.base, Group) and node.base.opening == "\\|":
        return given
    if is_entry_of_power(node) or is_positive_part(node) or _has_slice(node):
        return False
    if not isinstance(node, Name | Scripted | Group) or not (
        _is_plain(node)
        or _is_declared_whole(reader, node)
        or _is_layer(reader, node, right)
        or (
            (given or isinstance(node, Scripted) or _is_bold(node) or _speaks(reader, right))
            and _is_constant_letter(reader, node, right)
        )
    ):
        return False
    spelt = spelling(node)
    assert spelt is not None
    symbol, count, _ = _symbol_of(reader, spelt)
    if (
        isinstance(spelt.upper, Number)
        and symbol is None
        and not _is_new_power(reader, spelt, right)
    ):
        return False
    if symbol is None and spelt.key(len(spelt.lower), upper=True) in reader.heads:
        return False
    is_error = (
        (spelt.base == "e" and (bool(spelt.lower) or spelt.bold))
        or (spelt.base in ("e", "\\pi") and _speaks(reader, right))
        or (spelt.base == "I" and len(spelt.lower) == 2)
    )
    if symbol is None and spelt.base in set(CONSTANTS) - {"\\delta"} and not (given or is_error):
        return False
    if (symbol is None or not symbol.known) and _is_product_of_known(reader, spelt):
        return False
    if symbol is None:
        return not (spelt.base == "\\delta" and len(spelt.lower) == 2 and not given)
    return _may_be_told(reader, symbol, spelt, count, given=given)


def _is_new_power(reader: Reader, spelt: Spelling, right: Node) -> bool:
    """Return whether an equation says what σ² is: nothing has said it of σ, nor does it use σ."""
    base = _base_of_power(reader, spelt)
    if isinstance(right, Number) or any(letters_of(part) == spelt.base for part in walk(right)):
        return False
    if base is None:
        return True
    greek = spelt.base.startswith("\\") or not base.known
    rest = len(base.axes) - len(spelt.lower) if base.name == spelt.base else len(base.axes)
    return greek and base.definition is None and base.role == "value" and rest <= 0


def _base_of_power(reader: Reader, spelt: Spelling) -> Symbol | None:
    return _symbol_of(reader, replace(spelt, upper=None))[0]


def _may_be_told(
    reader: Reader, symbol: Symbol, spelt: Spelling, count: int, *, given: bool
) -> bool:
    """Return whether an equation can say what a quantity is that has a name already."""
    if symbol.role in ("dimension", "index", "function"):
        return False
    if symbol.definition is not None:
        return _told_by_range(reader, symbol, spelt)
    if symbol.role == "constant" and not given:
        return False
    places = spelt.lower[count:]
    return all(isinstance(item, Name) for item in places) and not (spelt.primes and not given)


def _entry_of_call(node: Node) -> Node:
    """Return ``(f(x))_i`` as ``f(x)_i``."""
    match node:
        case Scripted(base=Group(opening="(", items=(Product(items=items),)), upper=None):
            call = call_of(items, 0) if len(items) == 2 and not node.primes else None
            if call is not None and call[2] is None and node.lower is not None:
                return Product((call[0], replace(node, base=call[1])), span=node.span)
    return node


def _has_slice(node: Node) -> bool:
    """Return whether a left side is a row or column by a colon: that defines no entry."""
    spelt = spelling(node)
    return spelt is not None and any(is_slice(item) for item in spelt.lower)


def _told_by_range(reader: Reader, symbol: Symbol, spelt: Spelling) -> bool:
    """Return whether an index tells two quantities apart, as δ_k of the outputs and δ_j."""
    if len(spelt.lower) != 1 or spelt.upper is not None or len(symbol.axes) != 1:
        return False
    index = reader.symbols.find(canonical(spelt.lower[0]))
    if index is None or index.role != "index" or index.range is None:
        return False
    return not reader.dimensions.same(index.range, symbol.axes[0])


def _is_product_of_known(reader: Reader, spelt: Spelling) -> bool:
    """Return whether a word without scripts is quantities side by side, as ``ax``: no new name."""
    word = spelt.base
    alone = not spelt.lower and spelt.upper is None and not spelt.primes
    if not alone or len(word) < 2 or not word.isalpha():
        return False
    symbols = [reader.symbols.find(letter) for letter in word]
    return all(symbol is not None and symbol.role != "function" for symbol in symbols)


def _is_new_call(reader: Reader, name: Node, group: Group, right: Node, *, given: bool) -> bool:
    spelt = spelling(name)
    if spelt is None or spelt.base in ("\\partial", "\\nabla") or _is_inverse(spelt):
        return False
    if _is_known_phrase(reader, name, group):
        return False
    if not given and _says_what_is_known(reader, spelt, right):
        return False
    if is_event(group):
        return not _is_function_of_event(reader, name, group)
    if _is_known_head(reader, spelt, group, given=given):
        return False
    symbol, _, _ = _symbol_of(reader, spelt)
    if given:
        return not _is_property(reader, spelt, group)
    if spelt.primes:
        return False
    if symbol is not None:
        entries = symbol.definition is None and _defines_entries(reader, name, group)
        entries = entries or is_further_law(reader, name, group, right)
        return entries or _depends(symbol, group, right) or _is_variant(symbol, spelt, group, right)
    if not all(_is_formal(item) or _is_abstract(item, spelt, right) for item in group.items):
        return False
    if spelt.base in ARRAYS or spelt.base in WELL_KNOWN:
        if _defines_at_index(reader, group, right):
            return True
        recurs = any(letters_of(part) == spelt.base for part in walk(right))
        return not recurs and not any(occurs(item, right) for item in group.items)
    return True


def _is_property(reader: Reader, spelt: Spelling, group: Group) -> bool:
    """Return whether an equation is about a defined function of other values: f(g(x)) = x.

    An application stands for any argument in a definition, so it would say anew what f is.
    """
    calls = [
        isinstance(item, Product) and len(item.items) == 2 and call_of(item.items, 0) is not None
        for item in group.items
    ]
    return any(calls) and any(
        all(isinstance(formal, Name) for formal in head.arguments)
        and len(head.arguments) == len(group.items)
        and head.opening == group.opening
        for head in reader.heads.get(spelt.key(len(spelt.lower), upper=True), ())
    )


def _defines_at_index(reader: Reader, group: Group, right: Node) -> bool:
    """Return whether a function of everybody's is defined at an index: softmax(i) = e^{z_i} / …"""
    letters = _letters(group)
    if (
        letters is None
        or len(letters) != 1
        or letters[0] not in index_letters(reader.symbols, right)
    ):
        return False
    symbol = reader.symbols.find(letters[0])
    return symbol is not None and symbol.role == "index"


_MOMENTS = frozenset({"Var", "var", "Cov", "cov", "Corr", "corr"})
_MEANS = frozenset({"E", "\\mathbb{E}", "\\mathcal{E}", *_MOMENTS})


def _says_what_is_known(reader: Reader, spelt: Spelling, right: Node) -> bool:
    """Return whether a left side has a meaning already, so that a text can be wrong about it.

    A variance is what expectations make it, and J_f is the Jacobian of a function f.
    """
    if spelt.base in _MOMENTS:
        return any(isinstance(part, Name) and plain_name(part) in _MEANS for part in walk(right))
    return is_jacobian(reader, spelt)


def _is_known_phrase(reader: Reader, name: Node, group: Group) -> bool:
    """Return whether a call is a quantity as a whole, of which the text has said what it is."""
    free = reader.free
    reader.free = {}
    try:
        found = read_phrase(reader, name, group, Scope())
    finally:
        reader.free = free
    if found is None or not isinstance(found.body, Entry):
        return found is not None
    return found.body.symbol.definition is not None


def _is_function_of_event(reader: Reader, name: Node, group: Group) -> bool:
    """Return whether p(y = 1 | x) is the value of a function p(y | x) that is defined."""
    spelt = spelling(name)
    assert spelt is not None
    return any(
        any(
            isinstance(item, Relation) and canonical(item.sides[0]) == canonical(formal)
            for formal, item in zip(head.arguments, group.items, strict=True)
        )
        for head in reader.heads.get(spelt.key(len(spelt.lower), upper=True), ())
        if len(head.arguments) == len(group.items)
    )


def _without_logarithm(node: Node, right: Node) -> tuple[Node, Node]:
    r"""Return ``\log p(x) = y`` as p(x) = exp(y): a text that says so says what p is."""
    match node:
        case Product(items=(Big(symbol="\\log" | "\\ln"), name, Group() as group)):
            named: Node = Product((name, group), span=name.span.to(group.span))
        case Product(items=(Big(symbol="\\log" | "\\ln"), Name() | Scripted() as named)):
            pass
        case _:
            return node, right
    body = Group("(", (right,), span=right.span)
    return named, Product((Big("\\exp"), body), span=right.span)


def _define_phrase(reader: Reader, left: Product, right: Node) -> None:
    """Take a call with an equation among its arguments as a name; some of its letters run."""
    candidates = call_letters(reader, left)
    tensor, free = _read_right(reader, [], right, (), perhaps=candidates)
    used = {part.index for part in walk_core(tensor.body) if isinstance(part, At)}
    letters = tuple(letter for letter in candidates if letter in free and free[letter] in used)
    _check_free(free, list(letters), tensor.body, left)
    indices = (*(free[letter] for letter in letters), *tensor.axes)
    symbol = Symbol(
        canonical(left),
        tuple(index.dimension for index in indices),
        len(letters),
        tensor.orientation,
        definition=Definition(indices, tensor.body),
    )
    symbol.views["plain"] = (symbol.leading, symbol.orientation)
    reader.symbols.calls.append(Phrase(left, letters, symbol))


def _is_inverse(spelt: Spelling) -> bool:
    return spelt.upper is not None and canonical(spelt.upper) == "-1"


def _is_known_head(reader: Reader, spelt: Spelling, group: Group, *, given: bool) -> bool:
    """Return whether a function is defined for such arguments; a given one may have more forms."""
    wanted = tuple(canonical(item) for item in group.items)
    alike = [
        tuple(canonical(item) for item in head.arguments)
        for key, letters in head_keys(spelt)
        for head in reader.heads.get(key, [])
        if len(head.arguments) == len(wanted) and head.primes == spelt.primes
        if len(head.letters) == len(letters) and may_be_of(reader, head, group)
    ]
    return wanted in alike if given else bool(alike)


def _depends(symbol: Symbol | None, group: Group, right: Node) -> bool:
    """Return whether parentheses say on what a declared quantity depends, as in L(w) = …"""
    if symbol is None or symbol.role != "value" or symbol.definition is not None:
        return False
    return bool(group.items) and all(
        _is_formal(item) and occurs(item, right) for item in group.items
    )


def _is_own_parameter(reader: Reader, spelt: Spelling, group: Group) -> bool:
    """Return whether p^m(x | p) is a function with a p among its arguments: p is no p^m."""
    symbol, _, _ = _symbol_of(reader, spelt)
    labelled = isinstance(spelt.upper, Name) and symbol is not None and symbol.name == spelt.base
    return labelled and any(
        isinstance(item, Name) and plain_name(item) == spelt.base for item in group.items
    )


def _is_variant(symbol: Symbol, spelt: Spelling, group: Group, right: Node) -> bool:
    r"""Return whether a defined array depends now on what it did not: ``\hat\beta(\lambda)``.

    A product would have the array on the right side too; a loss is the same whatever it depends on.
    """
    if symbol.definition is None or not symbol.axes or symbol.name in NUMBERS or spelt.lower:
        return False
    below = {part.name for part in symbols_in(symbol.definition.body)}
    return bool(group.items) and all(
        isinstance(item, Name)
        and plain_name(item) not in below
        and occurs(item, right)
        and not any(letters_of(part) == spelt.base for part in walk(right))
        for item in group.items
    )


def _is_formal(node: Node) -> bool:
    """Return whether an argument is a name that a definition can bind."""
    return isinstance(node, Name | Scripted) and spelling(node) is not None


def _is_abstract(node: Node, spelt: Spelling, right: Node) -> bool:
    """Return whether an argument is an expression that a definition treats as one variable."""
    recurs = any(letters_of(part) == spelt.base for part in walk(right))
    return not recurs and not isinstance(node, Number) and any(part == node for part in walk(right))


def _is_bound_call(argument: Node, right: Node) -> bool:
    """Return whether an argument is an application to letters that run in a definition."""
    call = call_of(argument.items, 0) if isinstance(argument, Product) else None
    signs = (part for part in walk(right) if isinstance(part, Scripted))
    running = {
        letter
        for sign in signs
        if isinstance(sign.base, Big)
        for letter in limit_letters(sign.lower)
    }
    return call is not None and any(
        isinstance(part, Name) and plain_name(part) in running for part in walk(call[1])
    )


def _abstracted(node: Node, argument: Node, name: Name) -> Node:
    """Return a tree with a variable in place of an expression."""
    if node == argument:
        return name
    changes: dict[str, Any] = {}
    for place in fields(node):
        part = getattr(node, place.name)
        if isinstance(part, Node):
            changes[place.name] = _abstracted(part, argument, name)
        elif isinstance(part, tuple):
            changes[place.name] = tuple(
                _abstracted(item, argument, name) if isinstance(item, Node) else item
                for item in part
            )
    return replace(node, **changes)


def _letters(group: Group) -> tuple[str, ...] | None:
    if all(isinstance(item, Name) for item in group.items):
        return tuple(plain_name(item) for item in group.items if isinstance(item, Name))
    return None


def define(reader: Reader, left: Node, right: Node, *, given: bool = False) -> None:
    """Take the left side as a name for the right one.

    Raises
    ------
    Unreadable
        When one of them cannot be read.
    ShapeMismatch
        When the right side has not the declared shape.
    """
    left, right = _without_logarithm(left, right)
    left = natural_order(reader.symbols, left)
    left = index_above(reader.symbols, _entry_of_call(left))
    left = example_above(reader.symbols, left, right)
    if isinstance(left, Product):
        call = call_of(left.items, 0)
        assert call is not None
        name, group, scripts = call
        phrase = declared_phrase(reader, name, group)
        if phrase is not None:
            _bind_symbol(reader, phrase[0], phrase[1], left, right, given=given)
        elif is_event(group) and not _is_function_of_event(reader, name, group):
            _define_phrase(reader, left, right)
        elif is_further_law(reader, name, group, right):
            _define_function(reader, name, group, scripts, right)
        elif _defines_entries(reader, name, group):
            _define_entries(reader, name, group, right)
        elif given and _is_own_parameter(reader, _spelt(name), group):
            _define_function(reader, name, group, scripts, right)
        elif _depends(_symbol_of(reader, _spelt(name))[0], group, right):
            try:
                _define_symbol(reader, _spelt(name), name, right)
            except ShapeMismatch:
                if not given:
                    raise
                _define_function(reader, name, group, scripts, right)
        else:
            _define_function(reader, name, group, scripts, right)
    elif isinstance(left, Scripted) and isinstance(left.base, Group) and left.base.opening == "\\|":
        head = Head(norm_name(left), (), "\\|", left.base.items, (), right)
        reader.heads.setdefault(head.name, []).append(head)
    else:
        spelt = spelling(left)
        assert spelt is not None
        _define_symbol(reader, spelt, left, right, given=given)


def _spelt(node: Node) -> Spelling:
    spelt = spelling(node)
    assert spelt is not None
    return spelt


def forget(reader: Reader, left: Node) -> None:
    """Drop what a left side was defined to be."""
    call = call_of(left.items, 0) if isinstance(left, Product) and len(left.items) == 2 else None
    spelt = spelling(left if call is None else call[0])
    if spelt is None:
        return
    for count in range(len(spelt.lower) + 1):
        for upper in (True, False):
            key = spelt.key(count, upper=upper) + "'" * spelt.primes
            if call is not None and reader.heads.get(key):
                reader.heads.pop(key)
            symbol = reader.symbols.find(key, bold=spelt.bold)
            if symbol is not None and symbol.definition is not None:
                symbol.definition = None


def _defines_entries(reader: Reader, name: Node, group: Group) -> bool:
    spelt = spelling(name)
    assert spelt is not None
    symbol, _, _ = _symbol_of(reader, replace(spelt, primes=0) if spelt.primes else spelt)
    letters = _letters(group)
    if symbol is None or letters is None or not symbol.axes:
        return False
    if spelt.primes and len(letters) != len(symbol.axes):
        return False
    return all(
        (found := reader.symbols.find(letter)) is not None and found.role == "index"
        for letter in letters
    )


def _define_entries(reader: Reader, name: Node, group: Group, right: Node) -> None:
    spelt = spelling(name)
    assert spelt is not None
    symbol, _, _ = _symbol_of(reader, spelt)
    if symbol is None:  # q'(k) = … says what the entries of another vector like q are
        like, _, _ = _symbol_of(reader, replace(spelt, primes=0))
        assert like is not None
        primed = like.name + "'" * spelt.primes
        twin = replace(like, name=primed, domain="", definition=None, views=dict(like.views))
        symbol = reader.symbols.add(twin, bold=spelt.bold)
    if symbol.definition is None:
        _bind_symbol(reader, symbol, list(_letters(group) or ()), right, right)


def _define_function(
    reader: Reader, name: Node, group: Group, scripts: Scripted | None, right: Node
) -> None:
    spelt = spelling(name)
    assert spelt is not None
    used = index_letters(reader.symbols, right)
    letters: list[str] = []
    count = len(spelt.lower)
    while count and canonical(spelt.lower[count - 1]) in used:
        count -= 1
    upper = spelt.upper
    above = isinstance(upper, Group) and len(upper.items) == 1 and canonical(upper.items[0]) in used
    if above and isinstance(upper, Group):
        letters.append(canonical(upper.items[0]))
    letters.extend(canonical(item) for item in spelt.lower[count:])
    key = spelt.key(count, upper=not above)
    if spelt.base in NUMBERS and not letters:
        _note_function_of_array(reader, right)
    component = (
        tuple(canonical(item) for item in script_items(scripts.lower))
        if scripts is not None
        else ()
    )
    if spelt.base in NUMBERS:
        _note_function_of_array(reader, right)
    arguments = list(group.items)
    for place, argument in enumerate(arguments):
        if _is_bound_call(argument, right):
            continue  # f(z) under a sum over z: what stands in its place is read there
        if not _is_formal(argument) and any(part == argument for part in walk(right)):
            arguments[place] = Name(f"•{place}")
            right = _abstracted(right, argument, Name(f"•{place}"))
    head = Head(
        key,
        tuple(letters),
        group.opening,
        tuple(arguments),
        component,
        right,
        spelt.primes,
        group.separators,
    )
    reader.heads.setdefault(key, []).append(head)


def _define_symbol(
    reader: Reader, spelt: Spelling, left: Node, right: Node, *, given: bool = True
) -> None:
    symbol, count, upper = _symbol_of(reader, spelt)
    if _is_number(reader, symbol, spelt, right):
        _note_function_of_array(reader, right)
    if symbol is not None and symbol.definition is None and symbol.role != "constant":
        letters = _index_letters_of(spelt, count, upper, symbol)
        _bind_symbol(reader, symbol, letters, left, right, given=given)
        return
    if symbol is not None and _told_by_range(reader, symbol, spelt):
        _define_by_range(reader, spelt, right, left)
        return
    if symbol is not None and symbol.definition is not None and not spelt.primes:
        raise Unreadable(f"{symbol.name} is defined already", left.span)
    _define_new(reader, spelt, left, right, given=given)


def _define_by_range(reader: Reader, spelt: Spelling, right: Node, left: Node) -> None:
    """Define the quantity that a letter of another range tells from the one of that name."""
    letter = canonical(spelt.lower[0])
    index = reader.symbols.find(letter)
    assert index is not None
    assert index.range is not None
    name = spelt.key(1, upper=False)
    symbol = Symbol(name, (index.range,), 1, unwritten=(letter,))
    _bind_symbol(reader, symbol, [letter], left, right)
    reader.symbols.add(symbol, bold=spelt.bold)


def _is_number(reader: Reader, symbol: Symbol | None, spelt: Spelling, right: Node) -> bool:
    """Return whether a name is that of a number: by its declaration, or as a loss is called."""
    if symbol is not None:
        return symbol.known and not symbol.axes
    below = {plain_name(p) for item in spelt.lower for p in walk(item) if isinstance(p, Name)}
    return spelt.base in NUMBERS and not below & set(index_letters(reader.symbols, right))


def _note_function_of_array(reader: Reader, right: Node) -> None:
    """Note that an unknown function has one value for an array, as in a loss L = f(P)."""
    call = call_of(right.items, 0) if isinstance(right, Product) and len(right.items) == 2 else None
    if call is None or len(call[1].items) != 1:
        return
    spelt = spelling(call[0])
    function = None if spelt is None else reader.symbols.find(spelt.base)
    if function is None or function.role != "function" or function.definition is not None:
        return
    try:
        argument, _ = _read_right(reader, [], call[1].items[0], ())
    except Unreadable:
        return
    if argument.axes:
        function.elementwise = False


def _index_letters_of(spelt: Spelling, count: int, upper: bool, symbol: Symbol) -> list[str]:
    letters = []
    if not upper and isinstance(spelt.upper, Group) and len(spelt.upper.items) == 1:
        letters.append(canonical(spelt.upper.items[0]))
    elif not upper and spelt.upper is not None and symbol.leading and not is_transpose(spelt.upper):
        letters.append(canonical(spelt.upper))
    letters.extend(canonical(item) for item in spelt.lower[count:])
    return letters


def _read_right(
    reader: Reader,
    letters: list[str],
    right: Node,
    dimensions: tuple[Dimension, ...],
    perhaps: list[str] | None = None,
) -> tuple[Tensor, dict[str, Index]]:
    """Return the right side and its free indices; ``perhaps`` are indices if it uses them."""
    free, outside = reader.free, reader.outside
    reader.free = {}
    for letter, dimension in zip(letters, dimensions, strict=False):
        reader.free_index(letter, dimension)
    reader.outside = frozenset((*letters, *(perhaps or ())))
    try:
        tensor = reader.read(right, Scope())
        return tensor, dict(reader.free)
    finally:
        reader.free, reader.outside = free, outside


def _bind_symbol(
    reader: Reader,
    symbol: Symbol,
    letters: list[str],
    left: Node,
    right: Node,
    *,
    given: bool = True,
) -> None:
    """Define a declared symbol; in a chain not by itself, on whatever way."""
    tensor, free = _read_right(reader, letters, right, symbol.axes)
    rest = symbol.axes[len(letters) :]
    columns = by_columns(right, tensor)
    fits = [
        len(rest) == 2 and all(map(reader.dimensions.same, _dimensions_of(one), rest))
        for one in (tensor, columns)
    ]
    tensor = columns if fits == [False, True] else tensor
    if len(letters) > len(symbol.axes) or (tensor.axes and len(rest) != len(tensor.axes)):
        raise ShapeMismatch(
            f"{symbol.name} has {len(rest)} axes here, and its definition is "
            f"{reader.arrays.describe(tensor)}",
            left.span,
        )
    if rest and not tensor.axes:
        raise ShapeMismatch(f"{symbol.name} is an array and its definition a number", left.span)
    for axis, dimension in zip(tensor.axes, rest, strict=True):
        reader.dimensions.unify(axis.dimension, dimension, left.span)
    if not _is_transposed_row(reader, right, tensor):
        _check_orientation(reader, symbol, tensor, len(letters), left)
    indices = tuple(free.get(letter) or reader.dimensions.index(letter) for letter in letters)
    own = tuple(At(index) for index in (*indices, *tensor.axes))
    if given and tensor.body == Entry(symbol, own):
        return  # another spelling of the same name, as y_i of the vector y
    itself = any(
        isinstance(part, Entry) and part.symbol is symbol and part.places == own
        for part in walk_core(tensor.body)
    )
    around = symbol in symbols_in(tensor.body) and symbol not in symbols_in(
        tensor.body, through=False
    )
    if given and tensor.body == Entry(symbol, own):
        return  # y_i = (\mathbf{y})_i says that both are one
    direct = symbol in symbols_in(tensor.body, through=False)
    if (
        itself
        or ((around or direct) and not given)
        or (not symbol.axes and symbol in symbols_in(tensor.body))
    ):
        raise Circular(f"{symbol.name} would be defined by itself", left.span)
    _check_free(free, letters, tensor.body, left)
    symbol.definition = Definition((*indices, *tensor.axes), tensor.body)
    symbol.known = True
    reader.guessed.pop(symbol.name, None)


def by_columns(right: Node, tensor: Tensor) -> Tensor:
    """Return a list of vectors, (x_1, …, x_n), as the matrix with these columns."""
    is_list = isinstance(right, Group) and len(right.items) > 1
    if not is_list or tensor.orientation != "array" or len(tensor.axes) != 2:
        return tensor
    return Tensor(tensor.axes[::-1], tensor.body, "matrix")


def _dimensions_of(tensor: Tensor) -> tuple[Dimension, ...]:
    return tuple(axis.dimension for axis in tensor.axes)


def _is_transposed_row(reader: Reader, right: Node, tensor: Tensor) -> bool:
    """Return whether a right side is a row of a matrix transposed, which lies as is declared."""
    if tensor.orientation != "row" or not isinstance(right, Scripted) or right.upper is None:
        return False
    if not is_transpose(right.upper) or not isinstance(right.base, Group):
        return False
    below, _ = _read_right(reader, list(index_letters(reader.symbols, right)), right.base, ())
    return below.orientation == "free"


def _check_orientation(
    reader: Reader, symbol: Symbol, tensor: Tensor, given: int, left: Node
) -> None:
    lies = {tensor.orientation, symbol.orientation if given == symbol.leading else "free"}
    if lies == {"row", "column"}:
        raise ShapeMismatch(
            f"{symbol.name} is declared as a {symbol.orientation}, and its definition is "
            f"{reader.arrays.describe(tensor)}",
            left.span,
        )


def _check_free(free: dict[str, Index], letters: list[str], body: Core, left: Node) -> None:
    used = {part.index for part in walk_core(body) if isinstance(part, At)}
    for letter, index in free.items():
        if letter not in letters and index in used:
            raise Unreadable(f"the index {letter} stands on the right side only", left.span)


def _unwritten(
    reader: Reader, free: dict[str, Index], body: Core, letters: list[str], *, given: bool
) -> tuple[str, ...]:
    """Return the indices that a definition uses and its name does not show.

    They are declared, or number the examples; what is given of one entry may be of any.
    """
    used = {part.index for part in walk_core(body) if isinstance(part, At)}
    return tuple(
        letter
        for letter, index in free.items()
        if letter not in letters
        and index in used
        and (
            _is_declared_index(reader, letter)
            or _is_example(reader, index)
            or (given and _is_entry(body, index))
        )
    )


def _is_entry(body: Core, index: Index) -> bool:
    """Return whether an index is the place of an entry of what is known, wherever it stands."""
    entries = (part for part in walk_core(body) if isinstance(part, Entry))
    known = [part.symbol.known for part in entries if At(index) in part.places]
    return bool(known) and all(known)


def _is_declared_index(reader: Reader, letter: str) -> bool:
    symbol = reader.symbols.find(letter)
    return symbol is not None and symbol.role == "index"


def _is_example(reader: Reader, index: Index) -> bool:
    """Return whether an index runs over the examples of which something is declared."""
    axes = (symbol.axes[0] for symbol in reader.symbols.named.values() if symbol.leading == 1)
    dimension = reader.dimensions.find(index.dimension)
    return any(reader.dimensions.find(axis) == dimension for axis in axes if axis.known)


def _recurs(symbol: Symbol, body: Core) -> bool:
    """Return whether a quantity that was only met stands on earlier entries of itself."""
    entries = [part for part in walk_core(body) if isinstance(part, Entry)]
    own = [part for part in entries if part.symbol is symbol]
    return (
        not symbol.known
        and bool(own)
        and all(not isinstance(place, At) for part in own for place in part.places)
    )


def _define_new(
    reader: Reader, spelt: Spelling, left: Node, right: Node, *, given: bool = True
) -> None:
    """Define a name that nothing declares: its scripts that the right side uses are indices."""
    candidates = [canonical(item) for item in spelt.lower if isinstance(item, Name)]
    above = (
        spelt.upper.items[0]
        if isinstance(spelt.upper, Group) and len(spelt.upper.items) == 1
        else None
    )
    if isinstance(above, Name):
        candidates.append(canonical(above))
    tensor, free = _read_right(reader, [], right, (), perhaps=candidates)
    tensor = by_columns(right, tensor)
    used = {part.index for part in walk_core(tensor.body) if isinstance(part, At)}
    running = {letter for letter in candidates if letter in free and free[letter] in used}
    count = len(spelt.lower)
    while count and canonical(spelt.lower[count - 1]) in running:
        count -= 1
    letters = [canonical(item) for item in spelt.lower[count:]]
    label_above = not (isinstance(above, Name) and canonical(above) in running)
    if not label_above:
        letters.insert(0, canonical(above))  # type: ignore[arg-type]
    unwritten = _unwritten(reader, free, tensor.body, letters, given=given)
    letters = [*unwritten, *letters]
    _check_free(free, letters, tensor.body, left)
    indices = tuple(free[letter] for letter in letters)
    name = spelt.key(count, upper=label_above) + "'" * spelt.primes
    own = reader.symbols.find(name, bold=spelt.bold)
    if own is not None and given and letters and _recurs(own, tensor.body):
        _bind_symbol(reader, own, letters, left, right)
        return
    if own is not None and reader.symbols.is_other_family(own, spelt.lower[count:]):
        name = spelt.key(len(spelt.lower), upper=label_above)
        unwritten = tuple(letters)
    elif own is not None and letters:
        name = spelt.family()
    elif own is not None and name in reader.symbols.above:
        reader.symbols.set_apart(name)
    elif own in symbols_in(tensor.body):
        raise Circular(f"{name} would be defined by itself", left.span)
    lies: Orientation = tensor.orientation
    symbol = Symbol(
        name,
        tuple(index.dimension for index in (*indices, *tensor.axes)),
        len(indices),
        lies,
        definition=Definition((*indices, *tensor.axes), tensor.body),
        unwritten=unwritten,
    )
    reader.symbols.add(symbol, bold=spelt.bold)
    if not label_above:
        reader.symbols.above.add(name)
    if isinstance(spelt.upper, Number) and spelt.upper.text == "2":
        _define_root(reader, spelt, count, symbol)


def _define_root(reader: Reader, spelt: Spelling, count: int, square: Symbol) -> None:
    """Let σ be the root of σ², where nothing else says what it is."""
    assert square.definition is not None
    base = _base_of_power(reader, spelt)
    if base is None:
        name = spelt.key(count, upper=False)
        base = Symbol(name, square.axes, square.leading, square.orientation)
        reader.symbols.add(base, bold=spelt.bold)
    if base.definition is not None or len(base.axes) != len(square.axes):
        return
    indices = square.definition.indices
    root = Function("sqrt", Entry(square, tuple(At(index) for index in indices)))
    base.definition = Definition(indices, root)
    base.known = True
    reader.guessed.pop(base.name, None)
