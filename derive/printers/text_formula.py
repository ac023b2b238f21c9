"""How formulas are written as a line of text, in Unicode or in plain ASCII."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from derive.language import layer_of
from derive.notation import tree as t
from derive.notation.arrange import is_scale
from derive.printers import precedence as places
from derive.printers.breaks import light_in_front
from derive.printers.visitor import Visitor, function_row

__all__ = [
    "ASCII",
    "SOFT_BREAK",
    "UNICODE",
    "Signs",
    "TextPrinter",
    "columns_of",
    "plain_words",
    "superscript",
]

SOFT_BREAK = "\u200b"
"""The sign of Unicode for a place where a line may break; it takes no room.

Two of them stand where a line breaks only if it cannot break elsewhere.
"""

_SUBSCRIPTS = dict(zip("aehijklmnoprstuvx0123456789", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₀₁₂₃₄₅₆₇₈₉", strict=True))
_SUPERSCRIPTS = dict(zip("kdnT0123456789×", "ᵏᵈⁿᵀ⁰¹²³⁴⁵⁶⁷⁸⁹ˣ", strict=True))
_HALVES = {Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(3, 4): "¾"}
_MARKS = {
    "COMBINING CIRCUMFLEX ACCENT": "hat",
    "COMBINING TILDE": "tilde",
    "COMBINING MACRON": "bar",
}


@dataclass(frozen=True)
class Signs:
    """The signs of an alphabet."""

    minus: str
    total: str
    partial: str
    nabla: str
    delta: str
    dot: str
    hadamard: str
    over_entries: str
    power_entries: str
    transpose: str
    norm: str
    times: str
    member: str
    reals: str
    assumption: str
    prime: str
    ones: str
    unicode: bool


UNICODE = Signs(
    minus="−",
    total="Σ",
    partial="∂",
    nabla="∇",
    delta="δ",
    dot=" · ",
    hadamard=" ⊙ ",
    over_entries=" ⊘ ",
    power_entries="^{⊙%d}",
    transpose="ᵀ",
    norm="‖",
    times="·",
    member="∈",
    reals="ℝ",
    assumption="◀ assumption",
    prime="′",
    ones="𝟏",
    unicode=True,
)
ASCII = Signs(
    minus="-",
    total="Sum",
    partial="d",
    nabla="grad",
    delta="delta",
    dot=" . ",
    hadamard=" .* ",
    over_entries=" ./ ",
    power_entries="^{.%d}",
    transpose="^T",
    norm="||",
    times="*",
    member="in",
    reals="R",
    assumption="<-- assumption",
    prime="'",
    ones="ones",
    unicode=False,
)


def columns_of(line: str) -> int:
    r"""Return how many columns a terminal gives to ``line``.

    Examples
    --------
    >>> columns_of("ŷ"), columns_of("y\u0302"), columns_of("Wᵢ · h")
    (1, 1, 6)
    """
    columns = 0
    for character in line:
        if unicodedata.category(character) not in ("Mn", "Me", "Cf"):
            columns += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return columns


def _raised_or_lowered(parts: str, table: Mapping[str, str]) -> str | None:
    return "".join(table[part] for part in parts) if all(part in table for part in parts) else None


def subscript(indices: tuple[str, ...], signs: Signs = UNICODE) -> str:
    """Return indices as a subscript: small letters where all of them exist, braces otherwise.

    Examples
    --------
    >>> subscript(("i",)), subscript(("i", "q")), subscript(("q",)), subscript(("i", "q1"))
    ('ᵢ', '_{iq}', '_q', '_{i,q1}')
    """
    if any(len(position) > 1 for position in indices):
        return "_{" + ",".join(indices) + "}"
    joined = "".join(indices)
    small = _raised_or_lowered(joined, _SUBSCRIPTS) if signs.unicode else None
    if small is not None:
        return small
    return f"_{joined}" if len(joined) == 1 else f"_{{{joined}}}"


def superscript(power: str, signs: Signs = UNICODE) -> str:
    """Return a power: small figures where they exist, braces otherwise.

    Examples
    --------
    >>> superscript("2"), superscript("y"), superscript("2", ASCII)
    ('²', '^y', '^2')
    """
    small = _raised_or_lowered(power, _SUPERSCRIPTS) if signs.unicode else None
    if small is not None:
        return small
    return f"^{power}" if power.isdigit() or len(power) == 1 else f"^{{{power}}}"


def plain_letter(letter: str, signs: Signs = UNICODE) -> str:
    """Return a letter in its alphabet: ŷ, or yhat.

    Examples
    --------
    >>> plain_letter("ŷ"), plain_letter("ŷ", ASCII), plain_letter("λ", ASCII)
    ('ŷ', 'yhat', 'lambda')
    >>> plain_letter("W⁽²⁾", ASCII)
    'W^(2)'
    """
    if signs.unicode or letter.isascii():
        return letter
    letter, layer = layer_of(letter)
    if layer:
        return f"{plain_letter(letter, signs)}^({layer})"
    written = ""
    for character in unicodedata.normalize("NFD", letter):
        name = unicodedata.name(character, "")
        if character.isascii():
            written += character
        elif name in _MARKS:
            written += _MARKS[name]
        else:
            written += _spelt(name)
    return written


def _spelt(name: str) -> str:
    last = re.sub(r"[^A-Za-z]", "", name.split()[-1] if name else "unnamed")
    last = "LAMBDA" if last == "LAMDA" else last  # Unicode spells the letter as in modern Greek
    return last.capitalize() if "CAPITAL" in name else last.lower()


_WORD_SIGNS = {
    "−": "-",
    "·": ".",
    "∇": "grad ",
    "∂": "d",
    "′": "'",
    "∈": "in",
    "ℝ": "R",
    "⊙": ".*",
    "Σ": "Sum",
    "×": "x",
    "→": "->",
    "–": "-",
    "—": "-",
    "’": "'",
    "…": "...",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "𝟏": "ones",
}


def plain_words(words: str, signs: Signs = UNICODE) -> str:
    """Return words in their alphabet: in ASCII, aᵢ is written a_i.

    Examples
    --------
    >>> plain_words("only aᵢ depends on Wᵢ; contract δ", ASCII)
    'only a_i depends on W_i; contract delta'
    >>> plain_words("Y ∈ ℝⁿˣᵏ", ASCII)
    'Y in R^{nxk}'
    """
    if signs.unicode:
        return words
    groups = ((mark, "".join(signs)) for mark, signs in groupby(words, key=_script_mark))
    return "".join(_plain_group(mark, group) for mark, group in groups)


def _script_mark(sign: str) -> str:
    form, _, code = unicodedata.decomposition(sign).partition(" ")
    return {"<sub>": "_", "<super>": "^"}.get(form, "") if " " not in code else ""


def _plain_group(mark: str, group: str) -> str:
    if not mark:
        return "".join(_WORD_SIGNS.get(sign) or plain_letter(sign, ASCII) for sign in group)
    small = unicodedata.normalize("NFKD", group)
    return mark + (small if len(small) == 1 else f"{{{small}}}")


def _space_after(factor: t.Node, light: bool) -> str:
    """Return the space before the next factor: a number stays with what it multiplies."""
    if light:
        return " " if is_scale(factor) else f" {SOFT_BREAK}{SOFT_BREAK}"
    return f" {SOFT_BREAK}"


def _breaking(sign: str) -> str:
    return f" {SOFT_BREAK}{sign.lstrip()}"


class TextPrinter(Visitor[str]):
    """Writes notation as text; ``signs`` is the alphabet.

    A `SOFT_BREAK` stands wherever a line may break: before an operator or between two factors, but
    not between a number and what it multiplies.
    """

    name = "the text printer"

    def __init__(self, signs: Signs) -> None:
        self.signs = signs
        single = frozenset(_HALVES) if signs.unicode else frozenset[Fraction]()
        self.binding = places.Binding(single_signs=single)

    def put(self, node: t.Node, place: places.Place) -> str:
        """Write a child, in brackets where its place asks for them."""
        written = self.visit(node)
        return f"({written})" if self.binding.needs_brackets(node, place) else written

    def unbroken(self, node: t.Node) -> str:
        """Write a node that stays on one line."""
        return self.visit(node).replace(SOFT_BREAK, "")

    def number(self, node: t.Number) -> str:
        if self.signs.unicode and node.value in _HALVES:
            return _HALVES[node.value]
        return str(node.value)

    def letter(self, node: t.Name) -> str:
        letter = node.letter.upper() if node.capital else node.letter
        return plain_letter(letter, self.signs)

    def entry(self, node: t.Subscript) -> str:
        return self.put(node.base, places.BASE) + subscript(node.indices, self.signs)

    def total(self, node: t.Sum) -> str:
        written = ""
        for place, term in enumerate(node.terms):
            sign = self.signs.minus if term.negative else "+"
            lead = f" {SOFT_BREAK}{sign} " if place else self.signs.minus if term.negative else ""
            written += lead + self.put(term.node, places.TERM)
        return written

    def product(self, node: t.Product) -> str:
        *front, end = node.factors
        written = [self.put(factor, places.FACTOR) for factor in front]
        written.append(self.put(end, places.LAST_FACTOR))
        line, light = written[0], light_in_front(node.factors)
        for place, (before, following) in enumerate(zip(node.factors, written[1:], strict=False)):
            line += self._between(before, following, place < light) + following
        return line

    def _between(self, before: t.Node, following: str, light: bool) -> str:
        wide = _space_after(before, light)
        if not isinstance(before, t.Number) or before.value.denominator != 1:
            return wide
        if following[0].isdigit():
            return self.signs.times
        if re.match("[A-Za-z]{2}", following):
            return wide
        tight = following[0] == "(" or (self.signs.unicode and following[0].isalpha())
        return "" if tight and following[0] != self.signs.total else wide

    def quotient(self, node: t.Quotient) -> str:
        above = self.put(node.numerator, places.NUMERATOR)
        below = self.put(node.denominator, places.DENOMINATOR)
        letters = (t.Number, t.Name)
        short = is_scale(node) or (
            isinstance(node.numerator, letters) and isinstance(node.denominator, letters)
        )
        return f"{above}/{below}" if short else f"{above} {SOFT_BREAK}/ {below}"

    def power(self, node: t.Power) -> str:
        return self.put(node.base, places.BASE) + superscript(
            self.unbroken(node.exponent), self.signs
        )

    def exponential(self, node: t.Exponential) -> str:
        one = node.exponent == t.Number(Fraction(1))
        return "e" if one else f"e^{{{self.unbroken(node.exponent)}}}"

    def call(self, node: t.Call) -> str:
        row = function_row(node)
        name = row.text + (self.signs.prime if row.prime else "")
        if self.binding.is_prefix(node):
            return f"{name} {self.put(node.arguments[0], places.ARGUMENT)}"
        return f"{name}({', '.join(self.visit(argument) for argument in node.arguments)})"

    def sum_over(self, node: t.SumOver) -> str:
        head = self.signs.total + subscript((node.index,), self.signs)
        return f"{head} {self.put(node.body, places.BODY)}"

    def delta(self, node: t.Delta) -> str:
        return self.signs.delta + subscript((node.left, node.right), self.signs)

    def dot(self, node: t.Dot) -> str:
        return self.signs.dot.join(
            self.put(side, places.OPERAND) for side in (node.left, node.right)
        )

    def transpose(self, node: t.Transpose) -> str:
        return self.put(node.argument, places.BASE) + self.signs.transpose

    def matrix_product(self, node: t.MatrixProduct) -> str:
        *front, end = node.factors
        written = [self.put(factor, places.MATRIX) for factor in front]
        written.append(self.put(end, places.LAST_MATRIX))
        line, light = written[0], light_in_front(node.factors)
        pairs = zip(node.factors, node.factors[1:], written[1:], strict=False)
        for place, (before, after, following) in enumerate(pairs):
            opened = following.startswith("(")
            tight = self._compact(before) and (opened or self._compact(after))
            tight = tight or (line.endswith(")") and opened)
            wide = _space_after(before, place < light)
            line += ("" if tight else wide) + following
        return line

    def _compact(self, node: t.Node) -> bool:
        """Whether a factor is written close to the next: single letters and transposes."""
        if isinstance(node, t.Transpose):
            compact = isinstance(
                node.argument, (t.Sum, t.Hadamard, t.ElementwiseQuotient)
            ) or self._compact(node.argument)
            return compact and self.signs.unicode
        letter = isinstance(node, t.Name) and columns_of(node.letter) == 1
        return self.signs.unicode and (letter or isinstance(node, (t.Ones, t.Identity)))

    def hadamard(self, node: t.Hadamard) -> str:
        light = light_in_front(node.factors)
        written = [self.put(factor, places.ENTRY) for factor in node.factors]
        line = written[0]
        for place, following in enumerate(written[1:]):
            sign = self.signs.hadamard if place < light else _breaking(self.signs.hadamard)
            line += sign + following
        return line

    def entry_quotient(self, node: t.ElementwiseQuotient) -> str:
        above, below = (self.put(part, places.ENTRY) for part in (node.numerator, node.denominator))
        return above + _breaking(self.signs.over_entries) + below

    def entry_power(self, node: t.ElementwisePower) -> str:
        return self.put(node.base, places.BASE) + self.signs.power_entries % node.exponent

    def norm(self, node: t.Norm) -> str:
        bar = self.signs.norm
        return f"{bar}{self.visit(node.argument)}{bar}" + ("_F" if node.frobenius else "")

    def partial(self, node: t.PartialFraction) -> str:
        order = len(node.by)
        raised = superscript(str(order), self.signs) if order > 1 else ""
        above = self.signs.partial + raised + self.put(node.of, places.BASE)
        counted = {name: node.by.count(name) for name in node.by}
        grouped = len(counted) == 1 or order == 1
        names = list(counted.items()) if grouped else [(name, 1) for name in node.by]
        below = "".join(
            self.signs.partial
            + self.put(name, places.BASE)
            + (superscript(str(count), self.signs) if count > 1 else "")
            for name, count in names
        )
        return f"{above}/{below}"

    def nabla(self, node: t.Nabla) -> str:
        by = self.visit(node.by)
        low = f"_{by}" if isinstance(node.by, t.Name) and columns_of(by) == 1 else f"_{{{by}}}"
        raised = superscript(str(node.order), self.signs) if node.order > 1 else ""
        return f"{self.signs.nabla}{raised}{low} {self.put(node.of, places.BASE)}"

    def diagonal(self, node: t.Diagonal) -> str:
        return f"diag({self.visit(node.argument)})"

    def identity(self, node: t.Identity) -> str:
        return "I"

    def ones(self, node: t.Ones) -> str:
        return self.signs.ones

    def bracketed(self, node: t.Bracketed) -> str:
        return f"[{self.visit(node.body)}]{subscript(node.indices, self.signs)}"

    def equation(self, node: t.Equation) -> str:
        return f"{self.visit(node.left)} {SOFT_BREAK}= {self.visit(node.right)}"

    rules = {  # noqa: RUF012 - declared a ClassVar in Visitor
        t.Number: number,
        t.Name: letter,
        t.Subscript: entry,
        t.Sum: total,
        t.Product: product,
        t.Quotient: quotient,
        t.Power: power,
        t.Exponential: exponential,
        t.Call: call,
        t.SumOver: sum_over,
        t.Delta: delta,
        t.Dot: dot,
        t.Transpose: transpose,
        t.MatrixProduct: matrix_product,
        t.Hadamard: hadamard,
        t.ElementwiseQuotient: entry_quotient,
        t.ElementwisePower: entry_power,
        t.Norm: norm,
        t.PartialFraction: partial,
        t.Nabla: nabla,
        t.Diagonal: diagonal,
        t.Identity: identity,
        t.Ones: ones,
        t.Bracketed: bracketed,
        t.Equation: equation,
    }
