"""From the tree to the meaning: what names stand for, and what is in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from derive.textbook.errors import Ambiguous, ShapeMismatch, Unreadable
from derive.textbook.meaning.canonical import (
    TRANSPOSES,
    canonical,
    letter_of,
    plain_name,
    script_items,
)
from derive.textbook.meaning.core import (
    ONE,
    ZERO,
    At,
    Choice,
    Compare,
    Core,
    Entry,
    Orientation,
    Power,
    Size,
    Slope,
    Symbol,
    Tensor,
    rename,
)
from derive.textbook.meaning.dimensions import Dimension, Dimensions, Index
from derive.textbook.meaning.patterns import (
    digits_apart,
    is_entry_of_power,
    is_label,
    is_positive_part,
    is_slice,
    is_transpose,
    is_word,
    only_labels_left,
    untangled,
    without_slices,
)
from derive.textbook.meaning.scope import Readings, Scope
from derive.textbook.meaning.superscripts import index_above, natural_order
from derive.textbook.meaning.symbols import Spelling, Symbols, spelling
from derive.textbook.meaning.tensors import Arrays
from derive.textbook.tree import (
    Dots,
    Group,
    Name,
    Node,
    Number,
    Operator,
    Relation,
    Scripted,
    Table,
    Text,
    walk,
)

__all__ = ["Head", "Reader", "Tables", "entry"]

DEEPEST = 160
"""How deep formulas and definitions written out in each other may lead."""


@dataclass(frozen=True)
class Head:
    """A function as the text defines it: how it is written, and its body.

    Parameters
    ----------
    name : str
        With its labels.
    letters : tuple[str, ...]
        Letters of the name's own scripts that are indices, as i in ℓ⁽ⁱ⁾(w).
    opening : str
        The delimiter of the arguments.
    arguments : tuple[Node, ...]
    component : tuple[str, ...]
        Letters behind the arguments, as i in softmax(o)_i.
    body : Node
    primes : int
    separators : tuple[str, ...]
        What stands between the arguments: p(y | x) is not p(y, x).
    """

    name: str
    letters: tuple[str, ...]
    opening: str
    arguments: tuple[Node, ...]
    component: tuple[str, ...]
    body: Node
    primes: int = 0
    separators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tables:
    """How trees are read: by the kind of node, by the name of a constant, norms, derivatives."""

    nodes: Mapping[type[Node], Callable[[Any, Any, Scope], Tensor]]
    constants: Mapping[str, Callable[[Any, Spelling, Node, Scope], Tensor | None]]
    norm: Callable[[Any, Scripted, Scope], Tensor]
    primed: Callable[[Tensor, int, Node], Tensor | None]
    partial: Callable[[Any, Symbol, tuple[Node, ...], Node, Scope], Tensor | None]


@dataclass
class Reader:
    """Reads trees under the definitions that are in force.

    Parameters
    ----------
    symbols : Symbols
    tables : Tables
    readings : Readings
        How ambiguous notation is read.
    free : dict[str, Index]
        The indices of the statement in hand that nothing binds.
    introduced : dict[str, None]
        Functions that nothing declares or defines, as met.
    examples : dict[str, Symbol]
        What differs from example to example, for all of them, where the text sums over examples.
    parts : dict[str, Symbol]
        Sets that are a part of what an index runs over, as whether an index is in them.
    bare : frozenset[str]
        Functions that the statement writes without arguments, as in σ' = σ(1 - σ).
    anywhere : dict[str, Symbol]
        The arguments at which such functions are compared, by the letters of their definitions.
    entrywise : bool
        Whether an array is wanted, so that the power of a vector is one of each entry.
    counts_from_zero : bool
        Whether the text has summed entries from 0 on, so that x_0 is an entry and no other name.
    steps : set[str]
        Letters that count steps above a name, as t in w^(t+1): they are no indices.
    later : set[str]
        Letters such as e and π of which a given equation says what they are.
    moved : dict[Symbol, Symbol]
        In an equation between differentials: what moves, and its differential.
    loss : Symbol, optional
        In an equation in which dz is short for ∂L/∂z: the loss.
    below : Node, optional
        The variable under every ∇ of the chain that has one.
    """

    symbols: Symbols
    tables: Tables
    readings: Readings = field(default_factory=Readings)
    free: dict[str, Index] = field(default_factory=dict)
    introduced: dict[str, None] = field(default_factory=dict)
    heads: dict[str, list[Head]] = field(default_factory=dict)
    examples: dict[str, Symbol] = field(default_factory=dict)
    parts: dict[str, Symbol] = field(default_factory=dict)
    bare: frozenset[str] = frozenset()
    anywhere: dict[str, Symbol] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()
    guessed: dict[str, str] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    einstein: bool = False
    entrywise: bool = False
    counts_from_zero: bool = False
    depth: int = 0
    steps: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    moved: dict[Symbol, Symbol] = field(default_factory=dict)
    loss: Symbol | None = None
    below: Node | None = None

    @property
    def dimensions(self) -> Dimensions:
        """The dimensions of the text."""
        return self.symbols.dimensions

    @property
    def arrays(self) -> Arrays:
        """The operations on tensors."""
        return Arrays(self.dimensions)

    def state(self) -> tuple[object, ...]:
        """Return what is known, so that `restore` can take back what an attempt added."""
        symbols = self.symbols
        return (
            dict(symbols.named), dict(symbols.bold), dict(symbols.phrases), dict(self.guessed),
            {name: list(heads) for name, heads in self.heads.items()},
            set(self._limits), self.dimensions.mark(), dict(self.free), set(symbols.above),
            list(symbols.calls),
        )  # fmt: skip

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to what was known."""
        symbols = self.symbols
        symbols.named, symbols.bold, symbols.phrases, self.guessed, self.heads = state[:5]
        self._limits = state[5]
        self.dimensions.reset(state[6])
        self.free, symbols.above, symbols.calls = state[7:]

    def read(self, node: Node, scope: Scope) -> Tensor:
        """Return what a tree means.

        Raises
        ------
        Unreadable
            With the place and the reason.
        """
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("the definitions lead too deep", node.span)
        try:
            return self.tables.nodes[type(node)](self, node, scope)
        finally:
            self.depth -= 1

    @contextmanager
    def wanting_arrays(self, wanted: bool) -> Iterator[None]:
        """Read what stands in a diagonal or beside ⊙, where 1 − a² is an array."""
        before = self.entrywise
        self.entrywise = before or wanted
        try:
            yield
        finally:
            self.entrywise = before

    def scalar(self, node: Node, scope: Scope) -> Core:
        """Return what a tree means where only a number can stand.

        Raises
        ------
        ShapeMismatch
            When it is an array.
        """
        tensor = self.read(node, scope)
        if tensor.axes:
            raise ShapeMismatch(
                f"{self.arrays.describe(tensor)} stands where a number belongs", node.span
            )
        return tensor.body

    # Indices.

    def free_index(self, letter: str, dimension: Dimension | None = None) -> Index:
        """Return the index of a letter that nothing binds in this statement."""
        if letter not in self.free:
            self.free[letter] = self.dimensions.index(letter, dimension)
        return self.free[letter]

    def index_letter(self, letter: str, scope: Scope) -> Core | None:
        """Return what a letter is as an index, or None where it is a quantity."""
        bound = scope.index(letter)
        if bound is not None:
            return bound
        placeholder = scope.tensor(letter)
        if placeholder is not None:
            return placeholder.body if isinstance(placeholder.body, At | Size) else None
        if letter in self.free:
            return At(self.free[letter])
        symbol = self.symbols.find(letter)
        if symbol is None:
            if self._names_dimension(letter):
                return Size(Dimension(letter))
            return At(self.free_index(letter))
        if symbol.role == "dimension":
            return Size(Dimension(letter))
        if symbol.role == "index" and not symbol.axes:
            return At(self.free_index(letter, symbol.range))
        return None

    def _names_dimension(self, name: str) -> bool:
        return name in self.dimension_names

    @property
    def dimension_names(self) -> set[str]:
        """The names that stand for dimensions because the text uses them as limits."""
        return self._limits

    _limits: set[str] = field(default_factory=set)

    def place(self, node: Node, scope: Scope, dimension: Dimension | None = None) -> Core:
        """Return what a tree means as an index."""
        letter = letter_of(node) or self.symbols.index_by_label(node)
        if letter is not None:
            core = self.index_letter(letter, scope)
            if core is not None:
                if isinstance(core, At) and dimension is not None:
                    self.dimensions.unify(core.index.dimension, dimension, node.span)
                return core
        if isinstance(node, Text | Relation | Group | Table):
            raise Unreadable("this is no index", node.span)
        for part in walk(node):
            inner = plain_name(part) if isinstance(part, Name) else ""
            if len(inner) == 1 and self.symbols.find(inner) is None:
                self.index_letter(inner, scope)
        return self.scalar(node, scope)

    def index_or_dimension(self, spelt: Spelling, scope: Scope) -> bool:
        """Return whether a name without scripts is an index, a dimension or a placeholder."""
        if scope.tensor(spelt.base) is not None:
            return True
        bare = not spelt.lower and not spelt.primes
        return bare and (self._letter(spelt.base, scope) is not None or spelt.base in ("e", "\\pi"))

    # Names.

    def new_symbol(self, name: str, rank: int, *, bold: bool) -> Symbol:
        """Take a symbol that was met and not declared; what was guessed is kept for the report."""
        upper = name.lstrip("\\{").replace("mathcal{", "")[:1].isupper()
        if rank == 0 and bold:
            rank = 2 if upper else 1
        axes = tuple(self.dimensions.fresh() for _ in range(rank))
        lies: Orientation = ("scalar", "column", "matrix")[rank] if rank < 3 else "array"
        self.guessed[name] = ("scalar", "vector", "matrix")[rank] if rank < 3 else "tensor"
        return self.symbols.add(Symbol(name, axes, 0, lies, known=False), bold=bold)

    def reference(self, node: Node, scope: Scope) -> Tensor:
        """Return what a name with its scripts stands for."""
        bare = self._bare_function(node, scope)
        if bare is not None:
            return bare
        written = scope.written_out(canonical(node))
        if written is not None:
            tree, outer = written
            return self.read(tree, Scope(indices=scope.visible(), parent=outer))
        if is_positive_part(node):
            return self._scripted(node, scope)
        bound = scope.index(letter_of(node) or "")
        if bound is not None:
            return Tensor((), bound)
        node = natural_order(self.symbols, node)
        node = _entry_of_transpose(self.symbols, index_above(self.symbols, untangled(node)))
        spelt = spelling(node)
        if spelt is None or is_entry_of_power(node):
            return self._scripted(node, scope)
        if self.counts_from_zero and self._is_entry_zero(spelt):
            raise Unreadable("an entry 0; entries are counted from 1 here", node.span)
        found = self._placeholder(spelt, node, scope) or self._known(spelt, node, scope)
        if found is not None:
            return found
        return self._unknown(spelt, node, scope)

    def _bare_function(self, node: Node, scope: Scope) -> Tensor | None:
        """Return a function without its argument, or its derivative, at any argument at all."""
        spelt = spelling(node) if self.bare else None
        if spelt is None or spelt.base not in self.bare or spelt.lower:
            return None
        (head,) = self.heads[spelt.base]
        letter = plain_name(head.arguments[0])  # type: ignore[arg-type]
        symbol = self.symbols.find(letter)
        if symbol is None or symbol.axes:
            symbol = self.anywhere.setdefault(letter, Symbol(letter))
        inner = Scope(tensors={letter: Tensor((), Entry(symbol))})
        core = self.scalar(head.body, inner)
        for _ in range(spelt.primes):
            core = Slope(core, symbol)
        return self.raised(Tensor((), core), spelt.upper, 0, node, scope)

    def _is_entry_zero(self, spelt: Spelling) -> bool:
        symbol = self.symbols.find(spelt.base, bold=spelt.bold)
        zero = any(isinstance(item, Number) and item.text == "0" for item in spelt.lower)
        return zero and symbol is not None and bool(symbol.axes)

    def _placeholder(self, spelt: Spelling, node: Node, scope: Scope) -> Tensor | None:
        tensor = scope.tensor(spelt.base)
        if tensor is None:
            return None
        tensor = self.arrays.fresh(tensor)
        tensor = self.indexed(tensor, spelt.lower, scope, node)
        return self.raised(tensor, spelt.upper, spelt.primes, node, scope)

    def _known(self, spelt: Spelling, node: Node, scope: Scope) -> Tensor | None:
        family = self.symbols.find(spelt.family()) if "•" in spelt.family() else None
        if family is not None:
            return self._of_symbol(family, spelt, 0, spelt.upper, spelt.primes, node, scope)
        for primes in dict.fromkeys((spelt.primes, 0)):
            uppers = (True,) if is_label(spelt.upper) else (spelt.upper is not None, False)
            for upper in dict.fromkeys(uppers):
                for count in range(len(spelt.lower), -1, -1):
                    key = spelt.key(count, upper=upper) + "'" * primes
                    symbol = self.symbols.find(key, bold=spelt.bold)
                    if symbol is not None and (
                        only_labels_left(symbol, spelt.lower[count:])
                        or _is_exponential(symbol, spelt)
                    ):
                        symbol = None
                    if symbol is not None and symbol.role == "dimension":
                        rest = None if upper else spelt.upper
                        size = Tensor((), Size(Dimension(symbol.name)))
                        if count == len(spelt.lower):
                            return self.raised(size, rest, spelt.primes - primes, node, scope)
                    if symbol is not None and symbol.role not in ("index", "dimension"):
                        rest = None if upper else spelt.upper
                        return self._of_symbol(
                            symbol, spelt, count, rest, spelt.primes - primes, node, scope
                        )
                    if symbol is not None and symbol.role == "index" and symbol.leading:
                        rest = None if upper else spelt.upper
                        return self._of_symbol(symbol, spelt, count, rest, 0, node, scope)
                    if key in self.heads and count == len(spelt.lower) and not primes:
                        tensor = self._bare_head(key, node, scope)
                        if tensor is not None:
                            return self.raised(
                                tensor, None if upper else spelt.upper, spelt.primes, node, scope
                            )
        return None

    def _bare_head(self, key: str, node: Node, scope: Scope) -> Tensor | None:
        """Return a function without its arguments: what it is at the quantities of those names."""
        heads = [head for head in self.heads[key] if not head.primes and not head.component]
        if len(heads) != 1:
            return None
        used = {canonical(part) for part in walk(heads[0].body)}
        for argument in heads[0].arguments:
            if not self._is_quantity(argument) and canonical(argument) in used:
                return None
        return self.read(heads[0].body, Scope())

    def _is_quantity(self, node: Node) -> bool:
        """Return whether a name is declared, defined or met, with its scripts or without."""
        name = spelling(node)
        return name is not None and any(
            self.symbols.find(name.key(count, upper=upper)) is not None
            for count in (0, len(name.lower))
            for upper in (False, True)
        )

    def _of_symbol(
        self,
        symbol: Symbol,
        spelt: Spelling,
        count: int,
        upper: Node | None,
        primes: int,
        node: Node,
        scope: Scope,
    ) -> Tensor:
        if symbol.role == "function":
            raise Unreadable(
                f"{symbol.name} is a function and stands without an argument", node.span
            )
        places = [*(Name(letter) for letter in symbol.unwritten), *spelt.lower[count:]]
        if self._is_sibling(symbol, spelt, upper, scope):
            assert upper is not None
            symbol, upper = self._sibling(symbol, upper), None
        label = self._superscript_index(symbol, upper, len(places), scope)
        if label is not None:
            places, upper = [label, *places], None
        partial = self.tables.partial(self, symbol, tuple(places), node, scope)
        tensor = partial or self.symbol_at(symbol, tuple(places), scope, node, bold=spelt.bold)
        return self.raised(tensor, upper, primes, node, scope)

    def _is_sibling(
        self, symbol: Symbol, spelt: Spelling, upper: Node | None, scope: Scope
    ) -> bool:
        """Return whether a superscript names another quantity of the same kind, as w^(t+1)."""
        if not isinstance(upper, Group) or upper.opening not in ("(", "[") or symbol.leading:
            return False
        names = [part for part in walk(upper) if isinstance(part, Name)]
        if names and all(name.letters in self.steps for name in names):
            return True
        if len(upper.items) != 1 or (symbol.axes and not spelt.bold):
            return False
        return not any(self._runs(name, scope) for name in names)

    def _sibling(self, symbol: Symbol, upper: Node) -> Symbol:
        name = f"{symbol.name}^{{{canonical(upper)}}}"
        known = self.symbols.find(name)
        if known is not None:
            return known
        twin = replace(symbol, name=name, definition=None, views=dict(symbol.views))
        return self.symbols.add(twin)

    def _runs(self, node: Node, scope: Scope) -> bool:
        """Return whether a superscript is an index that runs already, or a number."""
        if isinstance(node, Number):
            return True
        if not isinstance(node, Name):
            return False
        name = plain_name(node)
        symbol = self.symbols.find(name)
        declared = symbol is not None and symbol.role == "index"
        return (
            declared or scope.index(name) is not None or name in self.free or name in self.outside
        )

    def _superscript_index(
        self, symbol: Symbol, upper: Node | None, count: int, scope: Scope
    ) -> Node | None:
        if isinstance(upper, Group) and upper.opening in ("(", "[") and len(upper.items) == 1:
            if count < len(symbol.axes) and (symbol.leading or self._runs(upper.items[0], scope)):
                return upper.items[0]
            raise Ambiguous(
                f"the superscript of {symbol.name} is an index or a label",
                f"{symbol.name}^{{{canonical(upper)}}}: …",
                upper.span,
            )
        if not symbol.leading or not isinstance(upper, Name) or count >= len(symbol.axes):
            return None
        if upper.letters == "t" and self._runs(upper, scope):
            return upper  # the example t, over which the text sums
        known = self.symbols.find(upper.letters) is not None or upper.letters in TRANSPOSES
        return None if known else upper

    def symbol_at(
        self, symbol: Symbol, places: tuple[Node, ...], scope: Scope, node: Node, *, bold: bool
    ) -> Tensor:
        """Return a symbol with some of its indices."""
        places = digits_apart(places, len(symbol.axes))
        if len(places) > len(symbol.axes):
            if not symbol.known and not symbol.axes:
                raise Unreadable(f"{symbol.name} stands with and without indices", node.span)
            raise ShapeMismatch(
                f"{symbol.name} has {len(symbol.axes)} indices and not {len(places)}", node.span
            )
        places = without_slices(places)
        if any(is_slice(place) for place in places):
            return self._sliced(symbol, places, scope)
        cores = [
            self.place(place, scope, axis) for place, axis in zip(places, symbol.axes, strict=False)
        ]
        axes = tuple(
            self.dimensions.index(symbol.name, axis) for axis in symbol.axes[len(places) :]
        )
        body = entry(symbol, (*cores, *(At(axis) for axis in axes)))
        leading, lies = symbol.views.get("bold" if bold else "plain") or next(
            iter(symbol.views.values()), (symbol.leading, symbol.orientation)
        )
        if not axes:
            lies = "scalar"
        elif len(places) != leading:
            lies = ("scalar", "free", "matrix")[len(axes)] if len(axes) < 3 else "array"
            if len(axes) == 1 and not places and symbol.axes[:1] and len(symbol.axes) == 1:
                lies = "free"
        return Tensor(axes, body, lies)

    def _sliced(self, symbol: Symbol, places: tuple[Node, ...], scope: Scope) -> Tensor:
        """Return a column, or what else is left where a colon stands for all entries."""
        cores: list[Core] = []
        axes: list[Index] = []
        for at, axis in enumerate(symbol.axes):
            if at < len(places) and not is_slice(places[at]):
                cores.append(self.place(places[at], scope, axis))
            else:
                axes.append(self.dimensions.index(symbol.name, axis))
                cores.append(At(axes[-1]))
        lies: Orientation = ("scalar", "free", "matrix")[len(axes)] if len(axes) < 3 else "array"
        return Tensor(tuple(axes), entry(symbol, tuple(cores)), lies)

    def indexed(self, tensor: Tensor, places: tuple[Node, ...], scope: Scope, node: Node) -> Tensor:
        """Return a tensor with its first indices given."""
        places = without_slices(places)
        if any(is_slice(place) for place in places):
            raise Unreadable("a column of what is no name", node.span)
        if not places:
            return tensor
        if len(places) > len(tensor.axes):
            raise ShapeMismatch(
                f"{len(places)} indices stand on {self.arrays.describe(tensor)}", node.span
            )
        given = {
            axis: self.place(place, scope, axis.dimension)
            for place, axis in zip(places, tensor.axes, strict=False)
        }
        axes = tensor.axes[len(places) :]
        lies: Orientation = ("scalar", "free", "matrix")[len(axes)] if len(axes) < 3 else "array"
        return Tensor(axes, rename(tensor.body, given), lies)

    def _unknown(self, spelt: Spelling, node: Node, scope: Scope) -> Tensor:
        """Return what a name is that nothing declares: an index, a constant, or something met."""
        if not spelt.lower and not spelt.primes:
            core = self._letter(spelt.base, scope)
            if core is not None:
                return self.raised(Tensor((), core), spelt.upper, 0, node, scope)
        constant = self.tables.constants.get(spelt.base)
        found = None if constant is None else constant(self, spelt, node, scope)
        if found is not None:
            return found
        for count in range(len(spelt.lower), -1, -1):
            if self.heads.get(spelt.key(count, upper=True)):
                raise Unreadable(
                    f"{spelt.base} is a function and stands without its arguments", node.span
                )
        return self._met(spelt, node, scope)

    def _letter(self, letter: str, scope: Scope) -> Core | None:
        bound = scope.index(letter)
        if bound is not None:
            return bound
        symbol = self.symbols.find(letter)
        if (symbol is not None and symbol.role == "dimension") or self._names_dimension(letter):
            return Size(Dimension(letter))
        if symbol is not None and symbol.role == "index" and not symbol.leading:
            return At(self.free_index(letter, symbol.range))
        return At(self.free[letter]) if letter in self.free else None

    def _met(self, spelt: Spelling, node: Node, scope: Scope) -> Tensor:
        """Read a name that nothing declares: by its scripts, as a quantity of its own."""
        count = 0
        labels = tuple(item for item in spelt.lower if self._is_label(item, scope))
        if len(labels) == len(spelt.lower):
            count = len(labels)
        elif labels:
            count = next((place for place, item in enumerate(spelt.lower) if item not in labels), 0)
        upper = spelt.upper
        keep = is_word(upper) or (
            isinstance(upper, Group)
            and upper.opening in ("(", "[")
            and self._is_label(upper.items[0], scope)
        )
        keep = keep or (
            isinstance(upper, Operator | Name)
            and canonical(upper) in ("*", "+", "-", "\\star", "\\ast", "\\dagger")
        )
        if upper is not None and not keep and not self._is_exponent(upper, scope):
            raise Ambiguous(
                f"the superscript of {spelt.base} is a power or a label",
                f"{spelt.key(count, upper=True)}: …",
                node.span,
            )
        name = spelt.key(count, upper=keep)
        rest = spelt.lower[count:]
        rank = len(rest) + (isinstance(upper, Group) and not keep)
        rank = max(rank, self.ranks.get(name, 0))
        symbol = self.new_symbol(name, rank, bold=spelt.bold)
        del rest
        return self._of_symbol(
            symbol, spelt, count, None if keep else upper, spelt.primes, node, scope
        )

    def _is_exponent(self, upper: Node, scope: Scope) -> bool:
        """Return whether a superscript can only be a power, or a transpose."""
        if isinstance(upper, Group) or is_transpose(upper):
            return True
        return all(
            self.symbols.find(plain_name(part)) is not None
            or scope.index(plain_name(part)) is not None
            or self._names_dimension(plain_name(part))
            for part in walk(upper)
            if isinstance(part, Name)
        )

    def _is_label(self, item: Node, scope: Scope) -> bool:
        if isinstance(item, Name):
            letters = plain_name(item)
            if len(letters) > 1 and not letters.startswith("\\"):
                return True
            return scope.index(letters) is None and letters not in self.free and letters.isupper()
        return isinstance(item, Number | Text | Operator)

    def raised(
        self, tensor: Tensor, upper: Node | None, primes: int, node: Node, scope: Scope
    ) -> Tensor:
        """Return a tensor with a superscript: a transpose, a power; a prime is a transpose.

        The prime of a number is its derivative by the only variable that it depends on.
        """
        slope = self.tables.primed(tensor, primes, node) if primes and not tensor.axes else None
        for _ in range(primes if slope is None else 0):
            if tensor.orientation not in ("matrix", "column", "row"):
                raise Ambiguous(
                    "a prime is a derivative or a name", "define the primed quantity", node.span
                )
            tensor = self.arrays.transposed(tensor, node.span)
        tensor = slope or tensor
        if upper is None:
            return tensor
        if is_transpose(upper) and tensor.orientation != "scalar":
            return self.arrays.transposed(tensor, node.span)
        if is_transpose(upper) and self.symbols.find(canonical(upper)) is None:
            if isinstance(tensor.body, Entry) and not tensor.body.symbol.known:
                name = tensor.body.symbol.name
                raise Ambiguous(
                    f"{name} has a transpose and no shape", f"{name}: vector(n)", node.span
                )
            if canonical(upper) in ("\\top", "\\intercal", "T"):
                return tensor
        if canonical(upper) in ("-T", "-\\top") and tensor.orientation == "matrix":
            inverse = self.arrays.powered(tensor, self.arrays.number(-1), node.span)
            return self.arrays.transposed(inverse, node.span)
        if self._is_formula(upper, scope):
            assert isinstance(upper, Group)
            upper = upper.items[0]
        if isinstance(upper, Group | Operator | Text | Relation | Table | Dots):
            raise Unreadable("this superscript has no reading here", upper.span)
        exponent = self.read(upper, scope)
        if self.entrywise and len(tensor.axes) == 1 and not exponent.axes:
            return self.arrays.mapped(tensor, lambda body: Power(body, exponent.body))
        return self.arrays.powered(tensor, exponent, node.span)

    def _is_formula(self, upper: Node, scope: Scope) -> bool:
        """Return whether a superscript in parentheses is a formula of quantities: a power."""
        if not isinstance(upper, Group) or upper.opening != "(" or len(upper.items) != 1:
            return False
        names = [part for part in walk(upper) if isinstance(part, Name)]
        return bool(names) and all(
            (symbol := self.symbols.find(plain_name(name))) is not None
            and symbol.known
            and symbol.role in ("value", "constant")
            and plain_name(name) not in self.steps
            and scope.index(plain_name(name)) is None
            for name in names
        )

    def _scripted(self, node: Node, scope: Scope) -> Tensor:
        if not isinstance(node, Scripted):
            raise Unreadable("this has no reading here", node.span)
        if isinstance(node.base, Number) and node.lower is not None:
            return self._indicator(node, scope)
        if is_positive_part(node):
            tensor = self.arrays.applied("relu", self.read(node.base, scope))
            return self.raised(tensor, node.upper, 0, node, scope)
        if isinstance(node.base, Group) and node.base.opening == "\\|":
            return self.tables.norm(self, node, scope)
        if isinstance(node.base, Group) and isinstance(node.lower, Relation):
            raise Unreadable("an expression at a value of something in it", node.span)
        tensor = self.read(node.base, scope)
        tensor = self.indexed(tensor, script_items(node.lower), scope, node)
        is_list = _is_list(node.base) and node.upper is not None and is_transpose(node.upper)
        if is_list and tensor.orientation == "free":
            return replace(tensor, orientation="column")  # (x₁, …, xₙ)ᵀ: the list is a row
        if is_list and tensor.orientation == "array" and len(tensor.axes) == 2:
            return replace(tensor, orientation="matrix")  # the members are its rows
        return self.raised(tensor, node.upper, node.primes, node, scope)

    def _indicator(self, node: Scripted, scope: Scope) -> Tensor:
        """Return 1 with a condition below it; no other number has a subscript."""
        lower = node.lower
        while isinstance(lower, Group) and len(lower.items) == 1:
            lower = lower.items[0]
        is_one = isinstance(node.base, Number) and node.base.text == "1"
        if not is_one or not isinstance(lower, Relation) or node.primes:
            raise Unreadable("a number with a subscript", node.span)
        indicator = Tensor((), Choice(((self.condition(lower, scope), ONE),), ZERO))
        return self.raised(indicator, node.upper, 0, node, scope)

    def indicator(self, node: Node, scope: Scope) -> Tensor:
        """Return 1 where a condition holds and 0 elsewhere; an array is compared by its entries.

        Whether [x = y] of arrays is one number or one of each entry, nothing says.
        """
        if isinstance(node, Relation) and len(node.sides) == 2 and node.relations[0] in _ORDERED:
            left, right = self._compared(node.sides[0], scope), self._compared(node.sides[1], scope)
            if left.axes or right.axes:
                return self._indicators(node, left, right)
        return Tensor((), Choice(((self.condition(node, scope), ONE),), ZERO))

    def _compared(self, node: Node, scope: Scope) -> Tensor:
        if isinstance(node, Name) and len(node.letters) == 1:
            return (
                Tensor((), self._side(node, scope))
                if self._is_index(node, scope)
                else (self.read(node, scope))
            )
        return self.read(node, scope)

    def _is_index(self, node: Name, scope: Scope) -> bool:
        letter = plain_name(node)
        return scope.tensor(letter) is None and self.symbols.find(letter) is None

    def _indicators(self, node: Relation, left: Tensor, right: Tensor) -> Tensor:
        whole = left if left.axes else right
        if left.axes and right.axes and not self.arrays.same_shape(left, right):
            shapes = (self.arrays.describe(left), self.arrays.describe(right))
            raise ShapeMismatch(f"{shapes[0]} is compared with {shapes[1]}", node.span)
        sides = [
            self.arrays.aligned(side, whole.axes) if side.axes else side.body
            for side in (left, right)
        ]
        body = Choice(((Compare(node.relations[0], sides[0], sides[1]), ONE),), ZERO)
        return Tensor(whole.axes, body, whole.orientation)

    def condition(self, node: Node, scope: Scope) -> Core:
        """Return a condition: relations between numbers, or between indices."""
        if not isinstance(node, Relation):
            raise Unreadable("a condition has a relation", node.span)
        parts: list[Core] = []
        cores = [self._side(side, scope) for side in node.sides]
        for place, relation in enumerate(node.relations):
            if relation not in ("=", "\\neq", "<", ">", "\\le", "\\ge", "\\equiv"):
                raise Unreadable(f"the relation {relation} in a condition", node.span)
            left, right = cores[place], cores[place + 1]
            if isinstance(left, At) and isinstance(right, At):
                self.dimensions.unify(left.index.dimension, right.index.dimension, node.span)
            parts.append(Compare("=" if relation == "\\equiv" else relation, left, right))
        return parts[0] if len(parts) == 1 else Compare("and", parts[0], parts[1])

    def _side(self, node: Node, scope: Scope) -> Core:
        if isinstance(node, Name) and len(node.letters) == 1:
            core = (
                self.index_letter(plain_name(node), scope)
                if scope.tensor(plain_name(node)) is None
                else None
            )
            if core is not None:
                return core
        return self.scalar(node, scope)


_ORDERED = ("<", ">", "\\le", "\\ge")


def entry(symbol: Symbol, places: tuple[Core, ...]) -> Core:
    """Return an entry of a symbol; another name of an entry is that entry."""
    definition = symbol.definition
    if definition is not None and isinstance(definition.body, Entry):
        inner = definition.body
        renamed = dict(zip(definition.indices, places, strict=True))
        used = [place.index for place in inner.places if isinstance(place, At)]
        if len(used) == len(inner.places) == len(set(used)) and set(used) == set(
            definition.indices
        ):
            return entry(inner.symbol, tuple(rename(place, renamed) for place in inner.places))
    return Entry(symbol, places)


def _is_exponential(symbol: Symbol, spelt: Spelling) -> bool:
    """Return whether e is Euler's number although the text has an e: by a formula as its power."""
    if spelt.base != "e" or spelt.lower or symbol.role != "value" or spelt.upper is None:
        return False
    return not isinstance(spelt.upper, Number | Group) and not is_transpose(spelt.upper)


def _entry_of_transpose(symbols: Symbols, node: Node) -> Node:
    """Return ``A^T_{ij}`` as what it means, an entry of the transpose."""
    spelt = spelling(node) if isinstance(node, Scripted) and isinstance(node.base, Name) else None
    if spelt is None or spelt.upper is None or len(spelt.lower) != 2:
        return node
    symbol = symbols.find(spelt.base, bold=spelt.bold)
    if not is_transpose(spelt.upper) or symbol is None or symbol.leading or len(symbol.axes) != 2:
        return node
    assert isinstance(node, Scripted)
    transpose = Scripted(node.base, upper=node.upper, span=node.span)
    return replace(node, base=Group("(", (transpose,), span=node.span), upper=None)


def _is_list(node: Node) -> bool:
    return isinstance(node, Group) and len(node.items) > 1
