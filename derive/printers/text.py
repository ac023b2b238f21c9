"""Formulas and derivations for the terminal, in Unicode or in plain ASCII."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from sympy import Expr

from derive.derivation import Derivation
from derive.errors import InWords, UnknownOption
from derive.notation import read
from derive.notation import tree as t
from derive.printers.layout import Head, Line, Reason, head_of, lines_of
from derive.printers.text_formula import (
    ASCII,
    SOFT_BREAK,
    UNICODE,
    Signs,
    TextPrinter,
    columns_of,
    plain_words,
)

__all__ = ["derivation_text", "text", "text_of"]

_INDENT, _COLUMN_GAP, _NARROWEST, _NARROWEST_REASON = 2, 3, 60, 12


def text_of(node: t.Node, *, ascii: bool = False) -> str:  # noqa: A002
    """Return notation as one line of text.

    Parameters
    ----------
    node : Node
    ascii : bool
        Whether to write plain ASCII instead of Unicode.

    Raises
    ------
    UnsupportedExpression
        If the printer does not know a node.

    Examples
    --------
    >>> text_of(t.Equation(t.Name("ŷ"), t.Name("y")))
    'ŷ = y'
    """
    return TextPrinter(ASCII if ascii else UNICODE).unbroken(node)


def text(expr: Expr, *, style: str = "matrix", ascii: bool = False) -> str:  # noqa: A002
    """Return an index expression as a person reads it, on one line.

    Parameters
    ----------
    expr : Expr
    style : {"matrix", "rows", "index"}
        How far to lift it; see `derive.notation.read`.
    ascii : bool
        Whether to write plain ASCII instead of Unicode.

    Raises
    ------
    UnknownOption
        If ``style`` is none of the three.
    UnsupportedExpression
        If ``expr`` holds a node that is not of the language.

    Examples
    --------
    >>> from sympy import log
    >>> from derive.language import index, k, quantity, total
    >>> y, prediction, i = quantity("y", k), quantity("ŷ", k), index("i")
    >>> loss = -total(y[i] * log(prediction[i]), i, k)
    >>> text(loss)
    '−Σᵢ yᵢ ln ŷᵢ'
    >>> text(loss, ascii=True)
    '-Sum_i y_i ln yhat_i'
    """
    return text_of(read(expr, style), ascii=ascii)


def derivation_text(derivation: Derivation, *, width: int = 100, ascii: bool = False) -> str:  # noqa: A002
    """Return a derivation as aligned lines with the reasons in a column at the right.

    Parameters
    ----------
    derivation : Derivation
    width : int
        The width of the page, 60 or more; longer lines are broken at their operators.
    ascii : bool
        Whether to write plain ASCII instead of Unicode.

    Raises
    ------
    UnknownOption
        If ``width`` is below 60.

    Examples
    --------
    >>> from sympy import Symbol
    >>> from derive.derivation import Derivation
    >>> from derive.steps import Step
    >>> from derive.language import Entries, index, k, quantity, SquaredNorm, total
    >>> from derive.steps import Rule
    >>> y, prediction, i = quantity("y", k), quantity("ŷ", k), index("i")
    >>> L, error = Symbol("L", real=True), prediction[i] - y[i]
    >>> norm = SquaredNorm(Entries(error, (i, k)))
    >>> steps = (Step(L, norm, Rule("definition")),
    ...          Step(norm, total(error**2, i, k), Rule("squared norm")))
    >>> print(derivation_text(Derivation("linear", "squared-error", L, (), steps)))
    linear + squared-error   y ∈ ℝᵏ
      L = ‖ŷ − y‖²           definition
        = Σᵢ (ŷᵢ − yᵢ)²      squared norm
    """
    if width < _NARROWEST:
        raise UnknownOption("width", width, [InWords(f"a whole number from {_NARROWEST}")])
    signs = ASCII if ascii else UNICODE
    head = head_of(derivation)
    reason_limit = width * 2 // 5
    chains = lines_of(derivation)
    reasons = {line: _text_reason(line.reason, signs) for chain in chains for line in chain}
    widest = max(min(columns_of(words), reason_limit) for words in reasons.values())
    room = width - widest - _COLUMN_GAP
    written = [
        (line, left, TextPrinter(signs).visit(line.right))
        for chain in chains
        for line, left in zip(chain, _text_lefts(chain, ascii), strict=True)
    ]
    room = max(room, *(_widest(_rows(left, right, room, signs)) for _, left, right in written))
    formulas = [(line, _rows(left, right, room, signs)) for line, left, right in written]
    title = plain_words(head.title, signs)
    column = _COLUMN_GAP + max(columns_of(title), *(_widest(rows) for _, rows in formulas))
    reason_room = max(width - column, _NARROWEST_REASON)
    conditions = _wrapped_conditions(_text_conditions(head, signs), reason_room)
    rows = list(zip_longest([title], conditions, fillvalue=""))
    for line, parts in formulas:
        words = textwrap.wrap(reasons[line], reason_room, break_long_words=False)
        rows += zip_longest(parts, words, fillvalue="")
    return "\n".join(_padded(part, column, reason) for part, reason in rows)


def _widest(rows: list[str]) -> int:
    return max(columns_of(row) for row in rows)


def _rows(left: str, right: str, room: int, signs: Signs) -> list[str]:
    wrapped = _wrapped(right, room - columns_of(left), signs)
    lefts = [left, *[" " * columns_of(left)] * (len(wrapped) - 1)]
    return [lead + part for lead, part in zip(lefts, wrapped, strict=True)]


def _padded(part: str, column: int, reason: str) -> str:
    return (part + " " * (column - columns_of(part)) + reason).rstrip()


def _text_lefts(chain: tuple[Line, ...], ascii: bool) -> list[str]:  # noqa: A002
    """Return what stands before each right-hand side, up to and with its equals sign."""
    named = [text_of(line.left, ascii=ascii) if line.left is not None else "" for line in chain]
    size = max(columns_of(name) for name in named)
    return [" " * _INDENT + name + " " * (size - columns_of(name)) + " = " for name in named]


def _text_reason(reason: Reason, signs: Signs) -> str:
    ascii_only = not signs.unicode
    if reason.equation is None:
        return plain_words(reason.words, signs)
    equation = text_of(reason.equation, ascii=ascii_only)
    return f"{equation}   {signs.assumption}" if reason.assumed else equation


_LIST = re.compile(r", +(?![^\[(]*[\])])")
"""The commas of a list of conditions, not those of an interval."""


def _text_conditions(head: Head, signs: Signs) -> list[str]:
    labels = plain_words(head.labels.text, signs) if head.labels else ""
    conditions = [part for part in _LIST.split(labels) if part]
    conditions += [text_of(equation, ascii=not signs.unicode) for equation in head.equations]
    return conditions


def _wrapped_conditions(conditions: list[str], room: int) -> list[str]:
    rows: list[str] = []
    for condition in conditions:
        together = f"{rows[-1]},  {condition}" if rows else condition
        if rows and columns_of(together) > room:
            rows[-1] += ","
            rows.append(condition)
        else:
            rows[-1:] = [together]
    return rows


@dataclass(frozen=True)
class _Break:
    """A place where a line may break: how deep in brackets, and whether before + or −.

    A ``weak`` one leaves a light factor alone, as the ŷᵢ of ŷᵢ (…), and is a last resort.
    """

    place: int
    depth: int
    before_term: bool
    weak: bool

    @property
    def rank(self) -> tuple[bool, int, bool, int]:
        """The least comes first: outside of brackets, before a term, late in the line."""
        return self.weak, self.depth, not self.before_term, -self.place


def _breaks(line: str, signs: Signs) -> Iterator[_Break]:
    operators = ("+", "=", signs.minus)
    depth, inside_norm = 0, False
    for place, sign in enumerate(line):
        if sign == SOFT_BREAK and line[place - 1] != SOFT_BREAK:
            weak, before_term = line[place + 1] == SOFT_BREAK, line[place + 1] in operators
            yield _Break(place, depth, before_term, weak)
        elif line.startswith(signs.norm, place) and not line.startswith(signs.norm, place - 1):
            depth += -1 if inside_norm else 1
            inside_norm = not inside_norm
        depth += (sign in "([{") - (sign in ")]}")


def _wrapped(line: str, room: int, signs: Signs) -> list[str]:
    """Break a line so that every part fits, where it can.

    Lines break inside brackets only where there is no other break; what is deeper in brackets
    stands further to the right.
    """
    parts: list[str] = []
    waiting, start, indent = list(_breaks(line, signs)), 0, ""
    while waiting and columns_of(indent + line[start:]) > room:
        fitting = [
            candidate
            for candidate in waiting
            if columns_of(indent + line[start : candidate.place].rstrip()) <= room
        ]
        chosen = min(fitting, key=lambda candidate: candidate.rank) if fitting else waiting[0]
        parts.append(indent + line[start : chosen.place])
        start, indent = chosen.place, "  " * (1 + chosen.depth)
        waiting = [candidate for candidate in waiting if candidate.place > start]
    return [part.replace(SOFT_BREAK, "").rstrip() for part in (*parts, indent + line[start:])]
