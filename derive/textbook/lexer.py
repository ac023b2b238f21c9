r"""From TeX's tokens to the terminals of the grammar.

What a command is stands in the tables of `derive.textbook.names`; a command in no table is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from derive.textbook.bars import OPERANDS, resolve_bars
from derive.textbook.errors import Unreadable
from derive.textbook.names import (
    ACCENTS,
    BIG,
    CLOSING,
    DOTS,
    ENVIRONMENTS,
    FONTS,
    FUNCTIONS,
    GREEK,
    INVISIBLE,
    INVISIBLE_WITH_ARGUMENT,
    LABELS,
    LETTERLIKE,
    LOGARITHMS,
    MULTIPLICATIONS,
    OPENING,
    PROSE,
    RELATIONS,
    SIZES,
    TABLES,
    TEXTS,
    TRANSPARENT,
    UNICODE,
    WELL_KNOWN,
)
from derive.textbook.positions import Span
from derive.textbook.tokens import ROW, Raw, argument_at, plain

__all__ = ["Terminal", "Vocabulary", "lex"]


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal of the grammar: its type, what it says, its place."""

    type: str
    value: str
    span: Span
    font: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """What a text calls its quantities: decides which runs of letters are one word.

    Parameters
    ----------
    words : frozenset[str]
        Words of several letters that are one name.
    letters : frozenset[str]
        Letters that are a name by themselves.
    """

    words: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()

    def is_word(self, run: str) -> bool:
        """Return whether a run of letters is one name, and no product of letters."""
        if run in self.words or run in WELL_KNOWN:
            return True
        return len(run) > 3 and not any(letter in self.letters for letter in run)


EMPTY = Vocabulary()
_DASHES = frozenset("-–— ")
"""What stands in a text at the ends of a row of a matrix, as a rule does."""
_EXTREMA = frozenset({"argmax", "argmin", "max", "min", "sup", "inf"})


def _is_name(words: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", words) is not None


@dataclass
class _Lexer:
    tokens: Sequence[Raw]
    vocabulary: Vocabulary
    at: int = 0
    tables: int = 0
    opened: list[int] = field(default_factory=list)
    braces: list[bool] = field(default_factory=list)
    stretched: Span | None = None
    terminals: list[Terminal] = field(default_factory=list)

    def put(self, kind: str, value: str, span: Span, font: str = "") -> None:
        r"""Add a terminal; a delimiter begins where its ``\left`` does."""
        if self.stretched is not None:
            span, self.stretched = self.stretched.to(span), None
        self.terminals.append(Terminal(kind, value, span, font))

    def run(self) -> list[Terminal]:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            try:
                self._one(token)
            except Unreadable as error:
                self.put("UNKNOWN", error.reason, error.span)
        terminals = _with_slices(_without_lone_braces(self.terminals))
        return resolve_bars(_without_flowing_braces(terminals))

    def _one(self, token: Raw) -> None:
        text = UNICODE.get(token.text, token.text)
        token = replace(token, text=text)
        for table, kind in _PLAIN:
            if text in table:
                value = table[text] if isinstance(table, dict) else text
                self.put(kind, value, token.span)
                return
        if text in _SPECIAL:
            _SPECIAL[text](self, token)
        elif text in SIZES or text in INVISIBLE or text[1:].isspace():
            pass
        elif text in INVISIBLE_WITH_ARGUMENT:
            self._skip_argument()
        elif text in TRANSPARENT:
            self._transparent(token)
        elif text in TEXTS:
            self._text(token)
        elif text.isdecimal() or (text == "." and self._digit_follows()):
            self._number(token)
        elif text.isalpha() and len(text) == 1:
            self._letters(token)
        elif text == "\\arg" and self._peek() in ("\\max", "\\min"):
            self.at += 1
            self.put("BIG", "\\arg" + self.tokens[self.at - 1].text[1:], token.span)
        elif text.startswith("\\") and text[1:] in BIG | FUNCTIONS:
            self.put("BIG", text, token.span)
        else:
            self.put("UNKNOWN", f"{text} is not known here", token.span)

    def _peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def _digit_follows(self) -> bool:
        before = self.terminals[-1].type if self.terminals else ""
        return self._peek().isdecimal() and before not in ("NAME", "NUMBER", "CLOSE", "RBRACE")

    def _skip_argument(self) -> None:
        if self._peek() == "[":
            while self._peek() not in ("]", ""):
                self.at += 1
            self.at += 1
        _, self.at = argument_at(self.tokens, self.at)

    def _transparent(self, token: Raw) -> None:
        if token.text == "\\colorbox":
            self._skip_argument()
        body, self.at = argument_at(self.tokens, self.at)
        if token.text == "\\substack":
            body = [replace(one, text=",") if one.text == ROW else one for one in body]
        if token.text in ("\\underbrace", "\\overbrace") and self._peek() in ("_", "^"):
            _, self.at = argument_at(self.tokens, self.at + 1)
        self.put("LBRACE", "{", token.span)
        self._take(body)
        self.put("RBRACE", "}", token.span)

    def _text(self, token: Raw) -> None:
        if self._peek() != "{" and token.text in ("\\rm", "\\mathop"):
            self._old_roman(token)
            return
        body, self.at = argument_at(self.tokens, self.at)
        span = token.span.to(self.tokens[self.at - 1].span)
        if sum(one.text == "$" for one in body) == 2:
            self._prose_with_formula(body, span)
            return
        words = plain(body).strip()
        prose = token.text not in ("\\mathrm", "\\operatorname", "\\operatorname*", "\\mathop")
        self._word(words, span, prose=prose)

    def _prose_with_formula(self, body: Sequence[Raw], span: Span) -> None:
        r"""Read ``\text{if $y = 1$}``: words, and a formula between them."""
        first, second = (at for at, one in enumerate(body) if one.text == "$")
        for words, formula in ((body[:first], body[first + 1 : second]), (body[second + 1 :], ())):
            text = plain(words).strip()
            if any(map(str.isalnum, text)):
                self.put("TEXT", text, span)
            self._take(formula)

    def _take(self, body: Sequence[Raw]) -> None:
        """Read a part of the tokens by itself."""
        inner = _Lexer(body, self.vocabulary)
        while inner.at < len(body):
            inner.at += 1
            inner._one(body[inner.at - 1])
        self.terminals.extend(inner.terminals)

    def _old_roman(self, token: Raw) -> None:
        r"""Read ``\rm tr``: the letters behind it are one word."""
        start = self.at
        while (
            self._peek().isalpha()
            and len(self._peek()) == 1
            and not (self.at > start and self.tokens[self.at].spaced)
        ):
            self.at += 1
        word = "".join(piece.text for piece in self.tokens[start : self.at])
        if word:
            self._word(word, token.span.to(self.tokens[self.at - 1].span), prose=False)

    def _word(self, words: str, span: Span, *, prose: bool) -> None:
        r"""Take the argument of ``\mathrm``, ``\text`` and the like: a name, or prose."""
        words = re.sub(
            r"^\\(?:bf|rm|it|sf|tt|sl|tiny|scriptsize|footnotesize|small)\b\s*", "", words
        )
        words = re.sub(r"^\{(\w+)\}$", r"\1", words)
        bare = re.sub(r"\\[,!]|[\\\s]", "", words)
        if not words:
            return
        if set(words) <= _DASHES:
            self.put("MINUS", "-", span)
        elif bare in FUNCTIONS or bare in _EXTREMA:
            self.put("BIG", "\\" + bare, span)
        elif words.isdecimal():
            self.put("NUMBER", words, span)
        elif _is_name(words) and not (prose and words.lower() in PROSE):
            self.put("NAME", words, span, "\\mathrm")
        elif words in GREEK:
            self.put("NAME", words, span)
        elif prose:
            self.put("TEXT", words, span)
        else:
            self.put("UNKNOWN", f"{words} is no name", span)

    def _single(self) -> bool:
        """Return whether TeX takes one character only here, as after ``^``."""
        return (bool(self.terminals) and self.terminals[-1].type in ("UNDER", "CARET", "FRAC")) or (
            len(self.terminals) > 1
            and self.terminals[-2].type == "FRAC"
            and self.terminals[-1].type in ("NUMBER", "NAME")
        )

    def _thousands(self) -> bool:
        """Return whether ``{,}`` and three digits follow."""
        ahead = [piece.text for piece in self.tokens[self.at : self.at + 7]]
        digits = ahead[3:6]
        more = len(ahead) > 6 and ahead[6].isdecimal()
        three = len(digits) == 3 and all(digit.isdecimal() for digit in digits)
        return ahead[:3] == ["{", ",", "}"] and three and not more

    def _number(self, token: Raw) -> None:
        digits, span = token.text, token.span
        while not self._single():
            if self._thousands():
                self.at += 3
            follows = self._peek()
            spaced = self.at < len(self.tokens) and self.tokens[self.at].spaced
            after = self.tokens[self.at + 1].text if self.at + 1 < len(self.tokens) else ""
            if spaced or not (
                follows.isdecimal() or (follows == "." and after.isdecimal() and "." not in digits)
            ):
                break
            digits += follows
            span = span.to(self.tokens[self.at].span)
            self.at += 1
        self.put("NUMBER", digits, span)

    def _letters(self, token: Raw) -> None:
        run = token.text
        end = self.at
        if not self._single():
            while (
                end < len(self.tokens)
                and self.tokens[end].text.isalnum()
                and not self.tokens[end].spaced
            ):
                run += self.tokens[end].text
                end += 1
        word = self._longest(run)
        span = (
            token.span.to(self.tokens[self.at + len(word) - 2].span)
            if len(word) > 1
            else token.span
        )
        self.at += len(word) - 1
        if len(word) == 1:
            self.put("NAME", word, span)
        elif word in FUNCTIONS | _EXTREMA and word not in self.vocabulary.words:
            self.put("BIG", "\\" + word, span)
        elif word in PROSE and word not in self.vocabulary.words:
            self.put("TEXT", word, span)
        else:
            self.put("NAME", word, span, "\\mathrm")

    def _longest(self, run: str) -> str:
        letters = run
        if self._names_set(run):
            return run
        logarithm = self._logarithm(run)
        if logarithm:
            return logarithm
        while letters and not letters.isalpha():
            if letters in self.vocabulary.words:
                return letters
            letters = letters[:-1]
        known = letters in self.vocabulary.words or self._is_label(letters)
        known = known or self._is_extremum(letters)
        if known or (
            (letters in FUNCTIONS or self.vocabulary.is_word(letters)) and not self._in_subscript()
        ):
            return letters
        if self.tables and letters in ("if", "otherwise", "else", "for"):
            return letters
        for end in range(len(letters) - 1, 1, -1):
            if letters[:end] in self.vocabulary.words:
                return letters[:end]
        return letters[0]

    def _names_set(self, run: str) -> bool:
        """Return whether letters are the name of a set, as in k ∈ Downstream(j): no product is."""
        before = self.terminals[-1] if self.terminals else None
        behind = before is not None and before.type == "REL" and before.value == "\\in"
        return behind and len(run) > 1 and run.isalpha()

    def _logarithm(self, run: str) -> str:
        """Return ``log`` where a letter of the text stands close behind it, as in logP(x)."""
        after = self.at + len(run) - 1
        follows = self.tokens[after].text if after < len(self.tokens) else ""
        behind = follows in ("(", "_") and not self._in_subscript()
        if not behind or run in self.vocabulary.words or run[-1] not in self.vocabulary.letters:
            return ""
        return run[:-1] if run[:-1] in LOGARITHMS else ""

    def _is_label(self, letters: str) -> bool:
        """Return whether letters fill the braces of a superscript and are a label, no product."""
        after = self.at + len(letters) - 1
        follows = self.tokens[after].text if after < len(self.tokens) else ""
        types = [terminal.type for terminal in self.terminals[-2:]]
        if types != ["CARET", "LBRACE"] or follows != "}" or len(letters) < 2:
            return False
        capitals = letters.isupper() and not any(one in self.vocabulary.letters for one in letters)
        return (letters in LABELS) or (capitals and "T" not in letters)

    def _is_extremum(self, letters: str) -> bool:
        """Return whether letters are the greatest or least of a list: ``max(0, m)``."""
        after = self.at + len(letters) - 1
        ahead = [token.text for token in self.tokens[after:]]
        if letters not in _EXTREMA or ahead[:1] != ["("]:
            return False
        depth = 0
        for text in ahead:  # a product of letters has no list behind it
            depth += (text == "(") - (text == ")")
            if depth == 0 or (depth == 1 and text == ","):
                return depth == 1
        return False

    def _in_subscript(self) -> bool:
        return bool(self.braces) and self.braces[-1]

    def brace(self, token: Raw) -> None:
        """Read a brace, and keep whether it is one of a subscript."""
        if token.text == "{":
            below = bool(self.terminals) and self.terminals[-1].type == "UNDER"
            self.braces.append(below or self._in_subscript())
            self.put("LBRACE", "{", token.span)
        else:
            if self.braces:
                self.braces.pop()
            self.put("RBRACE", "}", token.span)

    def environment(self, token: Raw) -> None:
        body, self.at = argument_at(self.tokens, self.at)
        name = plain(body).strip()
        if name in ENVIRONMENTS:
            name = "aligned"
            if plain(body).strip().startswith(("alignat", "alignedat")):
                _, self.at = argument_at(self.tokens, self.at)
        elif name not in TABLES:
            raise Unreadable(f"the environment {name} is not known here", token.span)
        opening = token.text == "\\begin"
        if opening and name in ("array",) and self._peek() == "{":
            _, self.at = argument_at(self.tokens, self.at)
        self.tables += 1 if opening else -1
        span = token.span.to(self.tokens[self.at - 1].span)
        self.put("BEGIN" if opening else "END", name, span)

    def old_rows(self, token: Raw) -> None:
        r"""Read ``\\eqalign{…}`` as the environment of rows that it is."""
        body, self.at = argument_at(self.tokens, self.at)
        inner = _Lexer(body, self.vocabulary)
        terminals = inner.run()
        self.put("BEGIN", "aligned", token.span)
        self.terminals.extend(terminals)
        self.put("END", "aligned", token.span)

    def delimiter(self, token: Raw) -> None:
        r"""Read what stands after ``\left`` or ``\right``: a dot is nothing, a bar has a side."""
        side = token.text
        follows = self._peek()
        if side == "\\left":
            self.opened.append(len(self.terminals))
            self.stretched = token.span
        started = self.opened.pop() if side == "\\right" and self.opened else None
        if follows == ".":
            self.at += 1
            if started is not None:
                self._cases(started)
                self._separator(started)
        elif follows in _BARS:
            self.at += 1
            kind = _BARS[follows] + ("_OPEN" if side == "\\left" else "_CLOSE")
            self.put(kind, follows, token.span)

    def _cases(self, started: int) -> None:
        r"""Make a table that only ``\left\{`` stands before into cases."""
        inside = self.terminals[started:]
        if (
            len(inside) > 2
            and inside[0].value == "\\{"
            and inside[1].type == "BEGIN"
            and inside[-1].type == "END"
        ):
            first, last = replace(inside[1], value="cases"), replace(inside[-1], value="cases")
            self.terminals[started:] = [first, *inside[2:-1], last]

    def _separator(self, started: int) -> None:
        r"""Make the bar of ``KL(p \left\| q \right.)`` a separator: nothing closes it."""
        if not 0 < started < len(self.terminals):
            return
        bar, before = self.terminals[started], self.terminals[started - 1]
        if bar.type in ("BAR_OPEN", "NORM_OPEN") and before.type in OPERANDS:
            self.terminals[started] = replace(bar, type="MIDBAR")

    def space(self, token: Raw) -> None:
        r"""Read ``\hspace{1in}``: a wide space stands between statements, as a quad does."""
        if self._peek() == "*":
            self.at += 1
        body, self.at = argument_at(self.tokens, self.at)
        size = re.fullmatch(r"\s*([0-9.]+)\s*([a-z]+)\s*", plain(body))
        if size is None or size.group(2) not in _UNITS or size.group(1).count(".") > 1:
            return
        if float("0" + size.group(1)) * _UNITS[size.group(2)] >= 1:
            self.put("QUAD", "\\quad", token.span)

    def stacked(self, token: Raw) -> None:
        """Read a relation with something above it: the relation remains."""
        _, self.at = argument_at(self.tokens, self.at)
        body, self.at = argument_at(self.tokens, self.at)
        if len(body) != 1 or body[0].text not in RELATIONS:
            raise Unreadable(f"{token.text} is read over a relation only", token.span)
        self.put("REL", RELATIONS[body[0].text], token.span)

    def not_(self, token: Raw) -> None:
        follows = self._peek()
        self.at += 1
        negated = {"=": "\\neq", "\\in": "\\notin"}
        if follows not in negated:
            raise Unreadable("\\not stands before a relation that has no negation here", token.span)
        self.put("REL", negated[follows], token.span)

    def bar(self, token: Raw) -> None:
        """Read one bar, or two without a space as the sign of a norm."""
        ahead = self.at
        while ahead < len(self.tokens) and self.tokens[ahead].text in SIZES:
            ahead += 1
        if (
            ahead < len(self.tokens)
            and self.tokens[ahead].text == "|"
            and not self.tokens[ahead].spaced
        ):
            self.at = ahead + 1
            self.put("NORM", "\\|", token.span.to(self.tokens[self.at - 1].span))
        else:
            self.put("BAR", token.text, token.span)

    def colon(self, token: Raw) -> None:
        if self._peek() == "=":
            self.at += 1
            self.put("REL", ":=", token.span)
        else:
            self.put("COLON", ":", token.span)

    def number_sets(self, token: Raw) -> None:
        r"""Read a blackboard 1 as the indicator, written in any of its ways."""
        body, after = argument_at(self.tokens, self.at)
        if plain(body).strip() in ("1", "I", "1{}") or token.text in (
            "\\mathds",
            "\\mathbbm",
            "\\mathbbold",
        ):
            self.at = after
            self.put("NAME", "\\mathbb{1}", token.span)
        else:
            self.put("FONT", token.text, token.span)


def _mark(kind: str) -> Callable[[_Lexer, Raw], None]:
    def mark(lexer: _Lexer, token: Raw) -> None:
        lexer.put(kind, token.text, token.span)

    return mark


def _bar(kind: str) -> Callable[[_Lexer, Raw], None]:
    def bar(lexer: _Lexer, token: Raw) -> None:
        lexer.put(kind, token.text, token.span)

    return bar


_BARS = {
    "|": "BAR",
    "\\vert": "BAR",
    "\\|": "NORM",
    "\\Vert": "NORM",
    "\\lvert": "BAR",
    "\\rvert": "BAR",
    "\\lVert": "NORM",
    "\\rVert": "NORM",
}
_PLAIN: tuple[tuple[dict[str, str] | frozenset[str], str], ...] = (
    (GREEK, "NAME"),
    (LETTERLIKE - {"\\ast", "\\star"}, "NAME"),
    (MULTIPLICATIONS, "MULOP"),
    (RELATIONS, "REL"),
    (DOTS, "DOTS"),
    (OPENING, "OPEN"),
    (CLOSING, "CLOSE"),
    (ACCENTS, "ACCENT"),
)
_UNITS = {"em": 1.0, "ex": 0.43, "in": 7.2, "cm": 2.8, "mm": 0.28, "pt": 0.1, "pc": 1.2}
"""Units of length, in widths of a quad."""
_SPECIAL: dict[str, Callable[[_Lexer, Raw], None]] = {
    "{": _Lexer.brace,
    "}": _Lexer.brace,
    "_": _mark("UNDER"),
    "^": _mark("CARET"),
    "'": _mark("PRIME"),
    "’": _mark("PRIME"),
    "+": _mark("PLUS"),
    "\\pm": _mark("PLUS"),
    "\\mp": _mark("PLUS"),
    "-": _mark("MINUS"),
    ",": _mark("COMMA"),
    ";": _mark("SEMICOLON"),
    ".": _mark("PERIOD"),
    "&": _mark("AMP"),
    ROW: _mark("ROW"),
    "\\newline": _mark("ROW"),
    "\\cr": _mark("ROW"),
    "\\quad": _mark("QUAD"),
    "\\qquad": _mark("QUAD"),
    "\\hspace": _Lexer.space,
    "\\hspace*": _Lexer.space,
    "!": _mark("BANG"),
    "\\forall": _mark("FORALL"),
    "\\mid": _mark("MIDBAR"),
    "|": _Lexer.bar,
    "\\vert": _bar("BAR"),
    "\\|": _bar("NORM"),
    "\\Vert": _bar("NORM"),
    "\\parallel": _bar("NORM"),
    "\\lvert": _bar("BAR_OPEN"),
    "\\rvert": _bar("BAR_CLOSE"),
    "\\lVert": _bar("NORM_OPEN"),
    "\\rVert": _bar("NORM_CLOSE"),
    "\\frac": _mark("FRAC"),
    "\\dfrac": _mark("FRAC"),
    "\\tfrac": _mark("FRAC"),
    "\\cfrac": _mark("FRAC"),
    "\\sqrt": _mark("SQRT"),
    "\\begin": _Lexer.environment,
    "\\end": _Lexer.environment,
    "\\eqalign": _Lexer.old_rows,
    "\\displaylines": _Lexer.old_rows,
    "\\left": _Lexer.delimiter,
    "\\right": _Lexer.delimiter,
    "\\stackrel": _Lexer.stacked,
    "\\overset": _Lexer.stacked,
    "\\underset": _Lexer.stacked,
    "\\not": _Lexer.not_,
    ":": _Lexer.colon,
    "\\colon": _Lexer.colon,
    "\\mathbb": _Lexer.number_sets,
    "\\mathds": _Lexer.number_sets,
    "\\mathbbm": _Lexer.number_sets,
    "\\mathbbold": _Lexer.number_sets,
    **{font: _mark("FONT") for font in FONTS - {"\\mathbb"}},
}


_SLICES = frozenset({"COLON", "MULOP"})
_BESIDE = frozenset({"COMMA", "LBRACE", "RBRACE"})


def _with_slices(terminals: Sequence[Terminal]) -> list[Terminal]:
    r"""Return the terminals with the colon of ``W_{i,:}`` and the dot of ``W_{i\cdot}`` as a name.

    It stands for all entries. An operator alone in a subscript is a label, as in ``w_*``.
    """
    result = list(terminals)
    below: list[bool] = []
    for at, terminal in enumerate(terminals):
        if terminal.type == "LBRACE":
            below.append(at > 0 and terminals[at - 1].type == "UNDER")
        elif terminal.type == "RBRACE" and below:
            below.pop()
        elif below and below[-1] and terminal.type in _SLICES:
            around = (
                terminals[at - 1].type,
                terminals[at + 1].type if at + 1 < len(terminals) else "",
            )
            if _is_slice(terminal, *around):
                result[at] = replace(terminal, type="NAME", value=":")
    return result


def _is_slice(terminal: Terminal, before: str, after: str) -> bool:
    if before == "CARET" or (before == "LBRACE" and after == "RBRACE"):
        return False  # the label of x_{w^*} and w_{*}
    if terminal.type == "COLON":
        return before in _BESIDE and after in _BESIDE
    return terminal.value in ("\\cdot", "*") and (before in _BESIDE or after in _BESIDE)


def _without_lone_braces(terminals: Sequence[Terminal]) -> list[Terminal]:
    r"""Return the terminals without braces around one sign: ``{\rm tr} A``, ``a {=} b``."""
    result: list[Terminal] = []
    at = 0
    while at < len(terminals):
        types = [terminal.type for terminal in terminals[at : at + 3]]
        before = result[-1].type if result else ""
        lone = types[::2] == ["LBRACE", "RBRACE"] and types[1] in _LONE
        if lone and before not in (
            "UNDER",
            "CARET",
            "FRAC",
            "SQRT",
            "FONT",
            "ACCENT",
        ):
            result.append(terminals[at + 1])
            at += 3
        else:
            result.append(terminals[at])
            at += 1
    return result


_LONE = frozenset({"BIG", "REL", "PLUS", "MINUS", "MULOP"})


def _without_flowing_braces(terminals: Sequence[Terminal]) -> list[Terminal]:
    r"""Return the terminals without braces around terms of a sum: on paper they group nothing.

    So ``b - {a - b}``, where a colour was, is b − a − b.
    """
    dropped: set[int] = set()
    opened: list[tuple[int, bool]] = []
    for at, terminal in enumerate(terminals):
        if terminal.type in ("LBRACE", "OPEN", "BEGIN"):
            opened.append((at, False))
        elif terminal.type in ("PLUS", "MINUS") and opened:
            opened[-1] = (opened[-1][0], True)
        elif terminal.type in ("RBRACE", "CLOSE", "END") and opened:
            start, is_sum = opened.pop()
            before = terminals[start - 1].type if start else ""
            after = terminals[at + 1].type if at + 1 < len(terminals) else ""
            braces = terminals[start].type == "LBRACE" and terminal.type == "RBRACE"
            if braces and is_sum and before in _STARTS and after in _ENDS:
                dropped |= {start, at}
                if opened:
                    opened[-1] = (opened[-1][0], True)
    return [terminal for at, terminal in enumerate(terminals) if at not in dropped]


_STARTS = frozenset({"PLUS", "MINUS", "REL", "AMP", ""})
_ENDS = frozenset({"PLUS", "MINUS", "REL", "AMP", "ROW", "CLOSE", "COMMA", "PERIOD", "END", ""})


_TYPED = {(".", ".", "."): "\\dots", ("=", "="): "="}
"""What signs that are typed side by side stand for: an ellipsis, and the equality of programs."""


def _with_typed(tokens: Sequence[Raw]) -> list[Raw]:
    """Return the tokens with what several typed signs stand for in their place."""
    result: list[Raw] = []
    at = 0
    while at < len(tokens):
        for signs, text in _TYPED.items():
            typed = tokens[at : at + len(signs)]
            beside = text == "\\dots" or not typed[-1].spaced
            if tuple(token.text for token in typed) == signs and beside:
                span = typed[0].span.to(typed[-1].span)
                result.append(replace(typed[0], text=text, span=span))
                at += len(signs)
                break
        else:
            result.append(tokens[at])
            at += 1
    return result


def _with_fractions(tokens: Sequence[Raw]) -> list[Raw]:
    r"""Return the tokens with ``{a \\over b}`` as ``{\\frac{a}{b}}``."""
    result: list[Raw] = []
    opened: list[int] = []
    divided: list[bool] = []
    for token in tokens:
        if token.text == "\\over" and opened and not divided[-1]:
            start = opened[-1] + 1
            result[start:start] = [replace(token, text="\\frac"), replace(token, text="{")]
            result += [replace(token, text="}"), replace(token, text="{", spaced=False)]
            divided[-1] = True
            continue
        if token.text == "{":
            opened.append(len(result))
            divided.append(False)
        elif token.text == "}" and opened:
            opened.pop()
            if divided.pop():
                result.append(token)
        result.append(token)
    return result


def lex(tokens: Sequence[Raw], vocabulary: Vocabulary = EMPTY) -> list[Terminal]:
    r"""Return the terminals of the grammar.

    A command that no table knows becomes a terminal for which the grammar has no place, so that
    only the expression in which it stands is unreadable.

    Examples
    --------
    >>> from derive.textbook.tokens import tokenize
    >>> [terminal.type for terminal in lex(tokenize(r"\sum_j y_j"))]
    ['BIG', 'UNDER', 'NAME', 'NAME', 'UNDER', 'NAME']
    """
    return _Lexer(_with_fractions(_with_typed(tokens)), vocabulary).run()
