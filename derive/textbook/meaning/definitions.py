"""Equations that say what something is: the left side is taken as a name for the right one."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from derive.textbook.errors import Circular, ShapeMismatch, Unreadable
from derive.textbook.meaning.canonical import canonical, plain_name, script_items
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
from derive.textbook.meaning.dimensions import Dimension, Index
from derive.textbook.meaning.laws import is_further_law
from derive.textbook.meaning.left_sides import (
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
from derive.textbook.meaning.letters import NUMBERS, index_letters, limit_letters
from derive.textbook.meaning.norms import norm_name
from derive.textbook.meaning.patterns import (
    call_of,
    is_transpose,
)
from derive.textbook.meaning.phrases import call_letters, declared_phrase, is_event
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
    Product,
    Scripted,
    walk,
)

__all__ = ["by_columns", "define", "forget"]


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


def _is_own_parameter(reader: Reader, spelt: Spelling, group: Group) -> bool:
    """Return whether p^m(x | p) is a function with a p among its arguments: p is no p^m."""
    symbol, _, _ = symbol_of(reader, spelt)
    labelled = isinstance(spelt.upper, Name) and symbol is not None and symbol.name == spelt.base
    return labelled and any(
        isinstance(item, Name) and plain_name(item) == spelt.base for item in group.items
    )


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


def define(reader: Reader, left: Node, right: Node, *, given: bool = False) -> None:
    """Take the left side as a name for the right one.

    Raises
    ------
    Unreadable
        When one of them cannot be read.
    ShapeMismatch
        When the right side has not the declared shape.
    """
    left, right = without_logarithm(left, right)
    left = natural_order(reader.symbols, left)
    left = index_above(reader.symbols, entry_of_call(left))
    left = example_above(reader.symbols, left, right)
    if isinstance(left, Product):
        call = call_of(left.items, 0)
        assert call is not None
        name, group, scripts = call
        phrase = declared_phrase(reader, name, group)
        if phrase is not None:
            _bind_symbol(reader, phrase[0], phrase[1], left, right, given=given)
        elif is_event(group) and not is_function_of_event(reader, name, group):
            _define_phrase(reader, left, right)
        elif is_further_law(reader, name, group, right):
            _define_function(reader, name, group, scripts, right)
        elif defines_entries(reader, name, group):
            _define_entries(reader, name, group, right)
        elif given and _is_own_parameter(reader, _spelt(name), group):
            _define_function(reader, name, group, scripts, right)
        elif depends(symbol_of(reader, _spelt(name))[0], group, right):
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


def _define_entries(reader: Reader, name: Node, group: Group, right: Node) -> None:
    spelt = spelling(name)
    assert spelt is not None
    symbol, _, _ = symbol_of(reader, spelt)
    if symbol is None:  # q'(k) = … says what the entries of another vector like q are
        like, _, _ = symbol_of(reader, replace(spelt, primes=0))
        assert like is not None
        primed = like.name + "'" * spelt.primes
        twin = replace(like, name=primed, domain="", definition=None, views=dict(like.views))
        symbol = reader.symbols.add(twin, bold=spelt.bold)
    if symbol.definition is None:
        _bind_symbol(reader, symbol, list(formal_letters(group) or ()), right, right)


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
        if not is_formal(argument) and any(part == argument for part in walk(right)):
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
    symbol, count, upper = symbol_of(reader, spelt)
    if _is_number(reader, symbol, spelt, right):
        _note_function_of_array(reader, right)
    if symbol is not None and symbol.definition is None and symbol.role != "constant":
        letters = _index_letters_of(spelt, count, upper, symbol)
        _bind_symbol(reader, symbol, letters, left, right, given=given)
        return
    if symbol is not None and told_by_range(reader, symbol, spelt):
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
    base = base_of_power(reader, spelt)
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
