"""From terminals to the tree, by the grammar in ``formula.lark``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.lexer import Lexer

from derive.textbook.errors import Unreadable
from derive.textbook.lexer import EMPTY, Terminal, Vocabulary, lex
from derive.textbook.positions import NOWHERE, Span
from derive.textbook.tokens import tokenize
from derive.textbook.tree import (
    Accented,
    Big,
    Dots,
    Factorial,
    Fraction,
    Group,
    Name,
    Node,
    Number,
    Operator,
    Product,
    Relation,
    Root,
    Scripted,
    Sum,
    Table,
    Text,
)

__all__ = ["parse", "parse_terminals"]

DEEPEST = 60
"""How deep delimiters, scripts and fractions may stand in each other."""
LONGEST = 4_000
"""Of one formula, in terminals."""

_OPENING = frozenset(
    {"OPEN", "LBRACE", "BAR_OPEN", "NORM_OPEN", "BEGIN", "UNDER", "CARET", "FRAC", "BIG"}
)


class _Terminals(Lexer):
    """Hands terminals that were made elsewhere to the parser."""

    def __init__(self, _configuration: Any) -> None:
        pass

    def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override]
        for terminal in data:
            yield Token(
                terminal.type,
                terminal,
                start_pos=terminal.span.start,
                end_pos=terminal.span.end,
            )


class _Script:
    """A subscript, a superscript, a prime or a factorial, before it is attached."""

    def __init__(self, kind: str, body: Node | None, span: Span) -> None:
        self.kind, self.body, self.span = kind, body, span


class _Flat:
    """The items of a term, from the left to the right."""

    def __init__(self, items: tuple[Node, ...]) -> None:
        self.items = items


def _span(*parts: Any) -> Span:
    spans = [
        part.span
        for part in parts
        if part is not None and getattr(part, "span", NOWHERE) is not NOWHERE
    ]
    return (
        Span(min(span.start for span in spans), max(span.end for span in spans))
        if spans
        else NOWHERE
    )


def _check_whole(*nodes: Node) -> None:
    """Refuse a sign where an expression has to stand: only a script may be a lone sign."""
    for node in nodes:
        if isinstance(node, Operator):
            raise Unreadable(f"{node.symbol} stands alone", node.span)


def _with_font(node: Node, font: str) -> Node:
    match node:
        case Name():
            return node if node.font else replace(node, font=font)
        case Number():
            return Name(node.text, font, span=node.span)
        case Scripted():
            return replace(node, base=_with_font(node.base, font))
        case Product():
            return replace(node, items=tuple(_with_font(item, font) for item in node.items))
        case Sum():
            return replace(node, terms=tuple(_with_font(term, font) for term in node.terms))
        case Group():
            return replace(node, items=tuple(_with_font(item, font) for item in node.items))
        case _:
            return node


ARROWS = ("\\vec", "\\overrightarrow")
"""Accents that make a number a vector of such."""


def _with_accent(node: Node, accent: str, span: Span) -> Node:
    if isinstance(node, Name):
        return replace(node, accents=(*node.accents, accent), span=span)
    if isinstance(node, Scripted) and isinstance(node.base, Name):
        return replace(node, base=_with_accent(node.base, accent, span), span=span)
    if isinstance(node, Number) and node.text in ("0", "1") and accent in ARROWS:
        return Name(node.text, "", (accent,), span=span)
    return Accented(accent, node, span=span)


def _attached(base: Node, scripts: Sequence[_Script]) -> Node:
    lower: Node | None = None
    upper: Node | None = None
    primes = 0
    for script in scripts:
        if script.kind == "prime":
            primes += 1
        elif script.kind == "factorial":
            if lower is not None or upper is not None or primes:
                base = Scripted(base, lower, upper, primes, span=_span(base, script))
                lower, upper, primes = None, None, 0
            base = Factorial(base, span=_span(base, script))
        elif script.body == Product(()):
            continue  # a script of nothing but space
        elif script.kind == "lower":
            if lower is not None:
                raise Unreadable("two subscripts stand on one base", script.span)
            lower = script.body
        else:
            count = _count_primes(script.body)
            if count:
                primes += count
            elif upper is not None:
                raise Unreadable("two superscripts stand on one base", script.span)
            else:
                upper, more = _label_apart(script.body)
                primes += more
    if lower is None and upper is None and not primes:
        return base
    return Scripted(base, lower, upper, primes, span=_span(base, *scripts))


def _label_apart(body: Node | None) -> tuple[Node | None, int]:
    r"""Return the superscript of ``A^{[1]^T}`` as that of ``A^{[1]T}``, and primes on a label."""
    if not isinstance(body, Scripted) or body.lower is not None:
        return body, 0
    if not isinstance(body.base, Group) or len(body.base.items) != 1:
        return body, 0
    if body.upper is None:
        return body.base, body.primes
    return Product((body.base, body.upper), span=body.span), body.primes


def _count_primes(body: Node | None) -> int:
    match body:
        case Name(letters="\\prime") | Operator(symbol="'"):
            return 1
        case Product(items=items) if items and all(_count_primes(item) == 1 for item in items):
            return len(items)
        case _:
            return 0


@v_args(inline=True)
class _Builder(Transformer[Any, Any]):
    """Makes the tree as the parser reduces."""

    def start(self, body: Node) -> Node:
        return body

    def name(self, token: Any) -> Node:
        terminal = token.value
        return Name(terminal.value, terminal.font, span=terminal.span)

    def number(self, token: Any) -> Node:
        return Number(token.value.value, span=token.value.span)

    def dots(self, token: Any) -> Node:
        return Dots(span=token.value.span)

    def text(self, token: Any) -> Node:
        return Text(token.value.value, span=token.value.span)

    def evaluated(self, token: Any) -> Node:
        return Operator("|", span=token.value.span)

    def lone_operator(self, *tokens: Any) -> Node:
        if len(tokens) > 1:
            return Product(tuple(Operator("'", span=token.value.span) for token in tokens))
        return Operator(tokens[0].value.value, span=tokens[0].value.span)

    def lone_prefix(self, token: Any) -> Node:
        return Name(token.value.value, span=token.value.span)

    def separator(self, token: Any) -> Any:
        return token

    def list(self, *parts: Any) -> Node:
        items: list[Node] = []
        separators: list[str] = []
        for place, part in enumerate(parts):
            if place % 2:
                separators.append("\\mid" if part.value.type == "MIDBAR" else part.value.value)
            else:
                items.append(Product(()) if part is None else part)
        if len(items) == 1:
            return items[0]
        return Group("", tuple(items), tuple(separators), span=_span(*items))

    def signed_list(self, sign: Any, comma: Any, rest: Node) -> Node:
        items = rest.items if isinstance(rest, Group) and not rest.opening else (rest,)
        between = rest.separators if isinstance(rest, Group) and not rest.opening else ()
        lone = self.lone_operator(sign)
        return Group(
            "", (lone, *items), (comma.value.value, *between), span=_span(sign.value, rest)
        )

    def relation(self, lead: Any, first: Node, *rest: Any) -> Node:
        if lead is not None:
            first, rest = Product(()), (lead, first, *rest)
        if not rest:
            return first
        sides = (first, *rest[1::2])
        return Relation(sides, tuple(token.value.value for token in rest[::2]), span=_span(*sides))

    def sum(self, lead: Any, first: Node, *rest: Any) -> Node:
        signs = ["" if lead is None else lead.value.value]
        terms = [first]
        for place in range(0, len(rest), 3):
            sign, second, term = rest[place : place + 3]
            signs.append(sign.value.value)
            if second is not None:
                term = Sum((second.value.value,), (term,), span=term.span)
            terms.append(term)
        if signs == [""]:
            return first
        lead_span = [lead.value] if lead is not None else []
        return Sum(tuple(signs), tuple(terms), span=_span(*lead_span, *terms))

    def term(self, *parts: Any) -> Any:
        items: list[Node] = []
        for part in parts:
            if isinstance(part, _Flat):
                items.extend(part.items)
            elif isinstance(part, Token):
                items.append(Operator(part.value.value, span=part.value.span))
            elif isinstance(part, Product):
                items.extend(part.items)
            elif isinstance(part, Node):
                items.append(part)
        return _Term(tuple(items))

    def signed(self, sign: Any, operand: Any) -> _Flat:
        return _Flat((Operator(sign.value.value, span=sign.value.span), *operand.items))

    def factor(self, base: Node, *scripts: _Script) -> Node:
        if scripts and isinstance(base, Product) and len(base.items) != 1:
            if base.items:
                base = Group("{", (base,), span=base.span)
            else:
                raise Unreadable("a script stands on nothing", scripts[0].span)
        if isinstance(base, (Sum, Relation)):
            base = Group("{", (base,), span=base.span)
        return _attached(base, scripts)

    def prefix(self, token: Any, *scripts: _Script) -> Node:
        terminal = token.value
        return _attached(Big(terminal.value, span=terminal.span), scripts)

    def lower(self, token: Any, body: Node) -> _Script:
        return _Script("lower", _stacked_limits(body), _span(token.value, body))

    def upper(self, token: Any, body: Node) -> _Script:
        return _Script("upper", body, _span(token.value, body))

    def prime(self, token: Any) -> _Script:
        return _Script("prime", None, token.value.span)

    def factorial(self, token: Any) -> _Script:
        return _Script("factorial", None, token.value.span)

    def group(self, opening: Any, body: Node, closing: Any) -> Node:
        first, last = opening.value, closing.value
        mark = {"BAR_OPEN": "|", "NORM_OPEN": "\\|"}.get(first.type, first.value)
        if first.type == "OPEN" and last.value != first.value:
            raise Unreadable(f"{first.value} is closed by the wrong delimiter", first.span)
        span = first.span.to(last.span)
        if isinstance(body, Group) and not body.opening:
            return Group(mark, body.items, body.separators, span=span)
        items = () if isinstance(body, Product) and not body.items else (body,)
        return Group(mark, items, span=span)

    def braces(self, opening: Any, body: Node, closing: Any) -> Node:
        return replace(body, span=opening.value.span.to(closing.value.span))

    def argument(self, opening: Any, body: Node, closing: Any) -> Node:
        return replace(body, span=opening.value.span.to(closing.value.span))

    def fraction(self, token: Any, numerator: Node, denominator: Node) -> Node:
        _check_whole(numerator, denominator)
        return Fraction(numerator, denominator, span=_span(token.value, denominator))

    def root(self, token: Any, opening: Any, degree: Any, _closing: Any, radicand: Node) -> Node:
        del opening
        _check_whole(radicand)
        return Root(radicand, degree, span=_span(token.value, radicand))

    def root_short(self, token: Any, radicand: Node) -> Node:
        _check_whole(radicand)
        return Root(radicand, span=_span(token.value, radicand))

    def accent(self, token: Any, body: Node) -> Node:
        _check_whole(body)
        return _with_accent(body, token.value.value, _span(token.value, body))

    def font(self, token: Any, body: Node) -> Node:
        _check_whole(body)
        return replace(_with_font(body, token.value.value), span=_span(token.value, body))

    def row(self, *parts: Any) -> tuple[Node | None, ...]:
        cells = [_without_comma(part) for part in parts if isinstance(part, Node)]
        return tuple(
            None if isinstance(cell, Product) and not cell.items else cell for cell in cells
        )

    def rows(self, *parts: Any) -> tuple[tuple[Node | None, ...], ...]:
        rows = [part for part in parts if isinstance(part, tuple)]
        while rows and all(cell is None for cell in rows[-1]):
            rows.pop()
        return tuple(rows)

    def table(self, opening: Any, rows: Any, closing: Any) -> Node:
        first, last = opening.value, closing.value
        if first.value != last.value:
            raise Unreadable(f"the environment {first.value} is closed by {last.value}", first.span)
        span = first.span.to(last.span)
        match rows:
            case ((Node() as cell,),) if first.value == "array":
                return replace(cell, span=span)  # a layout of one line, and no matrix
        return Table(first.value, rows, span=span)


def _stacked_limits(node: Node) -> Node:
    r"""Return limits below each other in an array as a list, as ``\substack`` has them."""
    if not isinstance(node, Table) or node.environment != "array":
        return node
    cells = [row[0] for row in node.rows if len(row) == 1 and row[0] is not None]
    if len(cells) != len(node.rows):
        return node
    return Group("", tuple(cells), (",",) * (len(cells) - 1), span=node.span)


def _without_comma(node: Node) -> Node:
    """Return a cell without the comma at its end."""
    is_list = isinstance(node, Group) and node.opening == "" and len(node.items) == 2
    if is_list and isinstance(node, Group) and node.items[1] == Product(()):
        return node.items[0]
    return node


class _Term(_Flat):
    """A finished term; a single factor stands for itself."""


def _finished(items: tuple[Node, ...]) -> Node:
    if len(items) == 1 and not isinstance(items[0], Operator):
        return items[0]
    return Product(items, span=_span(*items))


class _Finishing(_Builder):
    """Ends terms where sums begin."""

    @v_args(inline=True)
    def sum(self, lead: Any, first: Any, *rest: Any) -> Node:
        parts = [part if not isinstance(part, _Flat) else _finished(part.items) for part in rest]
        return super().sum(lead, _finished(first.items), *parts)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = files("derive.textbook").joinpath("formula.lark").read_text(encoding="utf-8")
    return Lark(
        grammar, parser="lalr", lexer=_Terminals, transformer=_Finishing(), maybe_placeholders=True
    )


def _check_size(terminals: Sequence[Terminal]) -> None:
    if len(terminals) > LONGEST:
        raise Unreadable(f"the formula is longer than {LONGEST} signs", terminals[0].span)
    depth = 0
    for terminal in terminals:
        if terminal.type in ("OPEN", "LBRACE", "BAR_OPEN", "NORM_OPEN", "BEGIN"):
            depth += 1
        elif terminal.type in ("CLOSE", "RBRACE", "BAR_CLOSE", "NORM_CLOSE", "END"):
            depth -= 1
        if depth > DEEPEST:
            raise Unreadable(f"more than {DEEPEST} delimiters stand in each other", terminal.span)


_CELL_ENDS = frozenset({"END", "ROW", "AMP"})


def _without_layout(terminals: Sequence[Terminal]) -> list[Terminal]:
    """Return the terminals without wide spaces, and without the full stop that ends a cell."""
    kept = [terminal for terminal in terminals if terminal.type != "QUAD"]
    ends = [
        place + 1 == len(kept) or kept[place + 1].type in _CELL_ENDS for place in range(len(kept))
    ]
    return _without_rules(
        [
            terminal
            for terminal, ends_cell in zip(kept, ends, strict=True)
            if terminal.type != "PERIOD" or not ends_cell
        ]
    )


def _without_rules(terminals: list[Terminal]) -> list[Terminal]:
    """Return the terminals without the dashes at both ends of a cell: — x₁ᵀ — is a row."""
    kept: list[Terminal] = []
    cell: list[Terminal] = []
    for terminal in terminals:
        if terminal.type in _CELL_ENDS:
            kept.extend(_without_dashes(cell))
            cell = []
        if terminal.type in (*_CELL_ENDS, "BEGIN"):
            kept.extend((*cell, terminal))
            cell = []
        else:
            cell.append(terminal)
    return kept + cell


def _without_dashes(cell: list[Terminal]) -> list[Terminal]:
    start, end = 0, len(cell)
    while end > start and cell[end - 1].type == "MINUS":
        end -= 1
    while end < len(cell) and start < end and cell[start].type == "MINUS":
        start += 1
    return cell[start:end] if start and end < len(cell) else cell


def parse_terminals(terminals: Sequence[Terminal]) -> Node:
    """Return the tree of one formula.

    Raises
    ------
    Unreadable
        Where the grammar has no place for what stands there.
    """
    terminals = _without_layout(terminals)
    if not terminals:
        raise Unreadable("nothing stands here")
    _check_size(terminals)
    for terminal in terminals:
        if terminal.type == "UNKNOWN":
            raise Unreadable(terminal.value, terminal.span)
    try:
        result = _parser().parse(list(terminals))
    except UnexpectedToken as error:
        token = error.token
        if token.type == "$END":
            raise Unreadable("the formula ends too early", terminals[-1].span) from None
        raise Unreadable(f"{token.value.value} has no place here", token.value.span) from None
    except UnexpectedInput as error:
        raise Unreadable(str(error), terminals[0].span) from None
    if not isinstance(result, Node):
        raise Unreadable("the formula is incomplete", terminals[0].span)
    return result


def parse(text: str, vocabulary: Vocabulary = EMPTY) -> Node:
    r"""Return the tree of one formula.

    Raises
    ------
    Unreadable
        With the place and the reason.

    Examples
    --------
    >>> parse(r"\frac{1}{k}")
    Fraction(numerator=Number(text='1'), denominator=Name(letters='k', font='', accents=()))
    """
    return parse_terminals(lex(tokenize(text), vocabulary))
