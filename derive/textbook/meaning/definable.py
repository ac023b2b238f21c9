"""Which equations say what something is, since their left side is a name for the right one."""

from __future__ import annotations

from derive.textbook.meaning.calls import head_keys, is_jacobian, occurs
from derive.textbook.meaning.canonical import canonical, letters_of, plain_name
from derive.textbook.meaning.constants import CONSTANTS
from derive.textbook.meaning.core import (
    Entry,
    Symbol,
    symbols_in,
)
from derive.textbook.meaning.differentials import is_derivative_name
from derive.textbook.meaning.elementary import ARRAYS, WELL_KNOWN
from derive.textbook.meaning.laws import is_further_law, may_be_of
from derive.textbook.meaning.left_sides import (
    MARKS,
    base_of_power,
    defines_entries,
    depends,
    entry_of_call,
    formal_letters,
    is_formal,
    is_function_of_event,
    symbol_of,
    told_by_range,
    without_logarithm,
)
from derive.textbook.meaning.letters import NUMBERS, index_letters
from derive.textbook.meaning.patterns import (
    call_of,
    is_entry_of_power,
    is_positive_part,
    is_slice,
    is_transpose,
    is_word,
)
from derive.textbook.meaning.phrases import is_event, read_phrase
from derive.textbook.meaning.reader import Reader
from derive.textbook.meaning.scope import Scope
from derive.textbook.meaning.superscripts import example_above, index_above, natural_order
from derive.textbook.meaning.symbols import Spelling, spelling
from derive.textbook.tree import (
    Big,
    Group,
    Name,
    Node,
    Number,
    Operator,
    Product,
    Scripted,
    Sum,
    walk,
)

__all__ = ["can_define"]


_MOMENTS = frozenset({"Var", "var", "Cov", "cov", "Corr", "corr"})
_MEANS = frozenset({"E", "\\mathbb{E}", "\\mathcal{E}", *_MOMENTS})


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
    return label or is_word(spelt.upper) or canonical(spelt.upper) in MARKS


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
    node, right = without_logarithm(node, right)
    node = natural_order(reader.symbols, node)
    node = index_above(reader.symbols, entry_of_call(node))
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
    symbol, count, _ = symbol_of(reader, spelt)
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
    base = base_of_power(reader, spelt)
    if isinstance(right, Number) or any(letters_of(part) == spelt.base for part in walk(right)):
        return False
    if base is None:
        return True
    greek = spelt.base.startswith("\\") or not base.known
    rest = len(base.axes) - len(spelt.lower) if base.name == spelt.base else len(base.axes)
    return greek and base.definition is None and base.role == "value" and rest <= 0


def _may_be_told(
    reader: Reader, symbol: Symbol, spelt: Spelling, count: int, *, given: bool
) -> bool:
    """Return whether an equation can say what a quantity is that has a name already."""
    if symbol.role in ("dimension", "index", "function"):
        return False
    if symbol.definition is not None:
        return told_by_range(reader, symbol, spelt)
    if symbol.role == "constant" and not given:
        return False
    places = spelt.lower[count:]
    return all(isinstance(item, Name) for item in places) and not (spelt.primes and not given)


def _has_slice(node: Node) -> bool:
    """Return whether a left side is a row or column by a colon: that defines no entry."""
    spelt = spelling(node)
    return spelt is not None and any(is_slice(item) for item in spelt.lower)


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
        return not is_function_of_event(reader, name, group)
    if _is_known_head(reader, spelt, group, given=given):
        return False
    symbol, _, _ = symbol_of(reader, spelt)
    if given:
        return not _is_property(reader, spelt, group)
    if spelt.primes:
        return False
    if symbol is not None:
        entries = symbol.definition is None and defines_entries(reader, name, group)
        entries = entries or is_further_law(reader, name, group, right)
        return entries or depends(symbol, group, right) or _is_variant(symbol, spelt, group, right)
    if not all(is_formal(item) or _is_abstract(item, spelt, right) for item in group.items):
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
    letters = formal_letters(group)
    if (
        letters is None
        or len(letters) != 1
        or letters[0] not in index_letters(reader.symbols, right)
    ):
        return False
    symbol = reader.symbols.find(letters[0])
    return symbol is not None and symbol.role == "index"


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


def _is_abstract(node: Node, spelt: Spelling, right: Node) -> bool:
    """Return whether an argument is an expression that a definition treats as one variable."""
    recurs = any(letters_of(part) == spelt.base for part in walk(right))
    return not recurs and not isinstance(node, Number) and any(part == node for part in walk(right))
