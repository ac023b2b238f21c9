"""The quantities of a text by their names, as declared, defined or met."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from derive.textbook.compounds import Compounds, compound_of
from derive.textbook.lexer import Vocabulary, lex
from derive.textbook.macros import Macros, expand
from derive.textbook.meaning.canonical import canonical, is_bold, plain_name, script_items
from derive.textbook.meaning.core import Orientation, Symbol
from derive.textbook.meaning.declarations import Kind, read_kind
from derive.textbook.meaning.dimensions import Dimension, Dimensions
from derive.textbook.parser import parse, parse_terminals
from derive.textbook.tokens import tokenize
from derive.textbook.tree import Group, Name, Node, Product, Scripted

__all__ = ["Phrase", "Spelling", "Symbols", "spelling"]

_ORIENTATIONS: dict[str, Orientation] = {
    "vector": "column",
    "row": "row",
    "matrix": "matrix",
    "tensor": "array",
}
_ROLES = {"dim": "dimension", "index": "index", "constant": "constant", "function": "function"}


NO_MACROS: Macros = {}


@dataclass(frozen=True)
class Spelling:
    """A name with its scripts taken apart."""

    base: str
    lower: tuple[Node, ...] = ()
    upper: Node | None = None
    bold: bool = False
    primes: int = 0

    def key(self, count: int, *, upper: bool) -> str:
        """Return the name with its first subscripts, and with its superscript, as labels."""
        text = self.base
        if count:
            text += "_{" + ",".join(canonical(item) for item in self.lower[:count]) + "}"
        if upper and self.upper is not None:
            text += f"^{{{canonical(self.upper)}}}"
        return text

    def family(self) -> str:
        """Return the name of a family of quantities, beside one without scripts: L⁽ᵗ⁾ and L."""
        below = "_{" + ",".join("•" for _ in self.lower) + "}" if self.lower else ""
        return self.base + below + ("^{(•)}" if isinstance(self.upper, Group) else "")


def spelling(node: Node) -> Spelling | None:
    """Return how a name with scripts is spelt, or None where the base is no name."""
    match node:
        case Name():
            return Spelling(plain_name(node), bold=is_bold(node))
        case Group(opening="(" | "[", items=(inner,)):
            return spelling(inner) if isinstance(inner, Name | Scripted) else None
        case Scripted(base=base, lower=lower, upper=upper, primes=primes):
            below = spelling(base)
            if (
                below is None
                or (below.upper is not None and upper is not None)
                or (below.primes and primes)
            ):
                return None
            if below.lower and lower is not None and not isinstance(base, Group):
                return None
            return Spelling(
                below.base,
                (*below.lower, *script_items(lower)),
                upper if upper is not None else below.upper,
                below.bold,
                below.primes + primes,
            )
        case _:
            return None


@dataclass(frozen=True)
class Phrase:
    """A call that is a quantity as a whole, with the letters in it that are indices."""

    pattern: Node
    letters: tuple[str, ...]
    symbol: Symbol


@dataclass
class Symbols:
    """All quantities of a text."""

    dimensions: Dimensions
    named: dict[str, Symbol] = field(default_factory=dict)
    bold: dict[str, Symbol] = field(default_factory=dict)
    phrases: dict[str, Symbol] = field(default_factory=dict)
    calls: list[Phrase] = field(default_factory=list)
    letters: set[str] = field(default_factory=set)
    compounds: Compounds = field(default_factory=dict)
    above: set[str] = field(default_factory=set)
    """Names of families of which the index stands above, as in L⁽ᵗ⁾."""

    def dimension(self, name: str) -> Dimension:
        """Return the dimension of a name or a number."""
        return Dimension(name, int(name)) if name.isdecimal() else Dimension(name)

    def declare(self, node: Node, text: str) -> Symbol:
        """Declare a symbol by its LaTeX and its kind."""
        kind = read_kind(text)
        spelt = spelling(node)
        name = (
            canonical(node)
            if spelt is None
            else spelt.key(len(spelt.lower), upper=True) + "'" * spelt.primes
        )
        symbol = self._made(name, kind)
        if spelt is None:
            self.phrases[name] = symbol
            if isinstance(node, Product):
                self.calls.append(Phrase(node, (), symbol))
            return symbol
        old = self.named.get(name)
        if old is not None and self._same(old, symbol):
            self._add_view(old, symbol, bold=spelt.bold)
            return old
        if old is None:
            self._add_view(symbol, symbol, bold=spelt.bold)
            self.named[name] = symbol
        elif spelt.bold:
            self.bold[name] = symbol
        else:
            self.bold[name], self.named[name] = old, symbol
        if len(spelt.base) == 1:
            self.letters.add(spelt.base)
        return symbol

    def _add_view(self, symbol: Symbol, view: Symbol, *, bold: bool) -> None:
        symbol.views.setdefault("bold" if bold else "plain", (view.leading, view.orientation))

    def _same(self, old: Symbol, new: Symbol) -> bool:
        if old.role != new.role or (old.domain != new.domain and old.domain and new.domain):
            return False
        if old.axes != new.axes:
            return False
        old.domain = old.domain or new.domain
        return True

    def _made(self, name: str, kind: Kind) -> Symbol:
        within = () if kind.name == "index" else kind.dimensions
        axes = tuple(self.dimension(_dimension_name(part)) for part in (*kind.leading, *within))
        runs = self.dimension(_dimension_name(kind.dimensions[0])) if kind.name == "index" else None
        orientation = _ORIENTATIONS.get(kind.name, "scalar")
        role = _ROLES.get(kind.name, "value")
        return Symbol(name, axes, len(kind.leading), orientation, role, kind.domain, range=runs)

    def add(self, symbol: Symbol, *, bold: bool = False) -> Symbol:
        """Take a symbol that the text defines or uses."""
        self.named[symbol.name] = symbol
        symbol.views.setdefault("bold" if bold else "plain", (symbol.leading, symbol.orientation))
        return symbol

    def set_apart(self, name: str) -> None:
        """Call the family of a name by its scripts, so that the name is free: L⁽ᵗ⁾ and then L."""
        family = self.named.pop(name)
        self.above.discard(name)
        self.named[name + "^{(•)}"] = family

    def find(self, key: str, *, bold: bool = False) -> Symbol | None:
        """Return the symbol of a name, the bold one for a bold letter where there are two."""
        if bold and key in self.bold:
            return self.bold[key]
        return self.named.get(key)

    def index_by_label(self, node: Node) -> str | None:
        """Return the name of an index that is declared with its own label, as w_o in u_{w_o}."""
        spelt = spelling(node) if isinstance(node, Scripted) else None
        if spelt is None or not spelt.lower or spelt.primes:
            return None
        name = spelt.key(len(spelt.lower), upper=True)
        symbol = self.find(name, bold=spelt.bold)
        declared = symbol is not None and symbol.role == "index" and not symbol.axes
        return name if declared else None

    def is_other_family(self, symbol: Symbol, places: tuple[Node, ...]) -> bool:
        """Return whether an index runs over another size: δ_j of hidden units beside δ_k."""
        if symbol.definition is None:
            return False
        for axis, place in zip(symbol.axes, places, strict=False):
            letter = self.find(plain_name(place)) if isinstance(place, Name) else None
            if letter is None or letter.role != "index" or letter.range is None:
                continue
            if not self.dimensions.same(axis, letter.range):
                return True
        return False

    def vocabulary(self, words: Iterable[str] = ()) -> Vocabulary:
        """Return which runs of letters are words of this text."""
        known = {
            match.group() for name in self.named if (match := re.match(r"[A-Za-z0-9]{2,}", name))
        }
        letters = {name for name in self.named if len(name) == 1} | self.letters
        letters |= {name[0] for name in self.named if len(name) > 1 and name[1] == "_"}
        return Vocabulary(frozenset(known) | frozenset(words), frozenset(letters))


def _dimension_name(text: str) -> str:
    return text if text.isdecimal() else canonical(parse(text))


def declared(
    dimensions: Dimensions, declarations: Mapping[str, str], macros: Macros = NO_MACROS
) -> Symbols:
    """Return the symbols of declarations, by LaTeX name."""
    symbols = Symbols(dimensions)
    leading = (re.match(r"[A-Za-z0-9]*", name) for name in declarations)
    words = frozenset(
        match.group() for match in leading if match is not None and len(match.group()) > 1
    )
    for name, text in declarations.items():
        terminals = lex(expand(tokenize(name), macros), Vocabulary(words))
        symbols.declare(compound_of(parse_terminals(terminals), symbols.compounds), text)
    return symbols
