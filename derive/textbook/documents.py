r"""Where the mathematics of a document stands: LaTeX, Markdown with LaTeX, notebooks.

A document is scanned once, from the left to the right. What is found are displays, formulas in a
line of prose, the author's commands, declarations and headings; code, verbatim text and comments
are passed over. Declarations stand in comments::

    % declare: \mathbf{x}: vector(d)          in LaTeX
    <!-- declare: \mathbf{x}: vector(d) -->   in Markdown
    % given: z = W x                          a definition in force
    % assume: \sum_i y_i = 1                  a condition in force

or in front matter, as lists under ``declare:``, ``given:`` and ``assume:``.
"""

from __future__ import annotations

import json
import re
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from derive.errors import DeriveError
from derive.textbook.errors import Unreadable
from derive.textbook.macros import Macro, read_definitions
from derive.textbook.names import ENVIRONMENTS
from derive.textbook.positions import Place, Source
from derive.textbook.tokens import tokenize

__all__ = ["BadDocument", "Document", "Piece", "read_document", "read_file", "read_names"]

LONGEST_DISPLAY = 100_000
"""In characters; what is longer is reported and not read."""
LONGEST_FORMULA_IN_LINE = 2_000
LONGEST_DEFINITION = 2_000
DEEPEST_DEFINITION = 200
MOST_EDGES = 50


class BadDocument(DeriveError, ValueError):
    """A file that is no document, with the reason."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a document.

    Parameters
    ----------
    kind : str
        ``display``, ``inline``, ``condition`` (in a line, with a relation other than an equality),
        ``heading``, ``declare``, ``given``, ``assume`` or ``broken``.
    text : str
        The mathematics, or the declaration; for ``broken`` the reason.
    start : int
        Where the text begins in the document.
    before : str
        The words before a formula in a line.
    """

    kind: str
    text: str
    start: int
    before: str = ""


@dataclass(frozen=True)
class Document:
    """A document, cut into pieces.

    Parameters
    ----------
    name : str
    source : Source
        The text; of a notebook, its text cells one after the other.
    pieces : tuple[Piece, ...]
    macros : dict[str, Macro]
    cells : tuple of (int, int)
        Of a notebook: where each text cell begins, and its number.
    """

    name: str
    source: Source
    pieces: tuple[Piece, ...]
    macros: dict[str, Macro] = field(default_factory=dict)
    cells: tuple[tuple[int, int], ...] = ()

    def where(self, offset: int) -> str:
        """Return the line and the column of an offset, in a notebook after the cell's number."""
        number, start = 0, 0
        for begins, cell in self.cells:
            if begins <= offset:
                number, start = cell, begins
        if not number:
            return str(self.source.place(offset))
        first, place = self.source.place(start), self.source.place(offset)
        return f"cell {number}, {Place(place.line - first.line + 1, place.column)}"


_DISPLAYED = "|".join(re.escape(name) for name in sorted(ENVIRONMENTS, key=len, reverse=True))
_EDGES = re.compile(rf"\\(begin|end)\s*\{{({_DISPLAYED})\}}")
_DEFINES = re.compile(
    r"\\(?:newcommand|renewcommand|providecommand|DeclareMathOperator|def)(?![A-Za-z])\*?"
)
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_COMMON = (
    ("environment", rf"\\begin\s*\{{(?:{_DISPLAYED})\}}"),
    ("dollars", r"(?<!\\)\$\$"),
    ("bracket", r"(?<!\\)\\\["),
    ("parenthesis", r"(?<!\\)\\\("),
    ("dollar", r"(?<!\\)\$"),
    ("defining", _DEFINES.pattern),
)
_LATEX = re.compile(
    "|".join(
        f"(?P<{name}>{pattern})"
        for name, pattern in (
            ("verbatim", r"\\begin\s*\{(?P<kind>verbatim\*?|lstlisting|minted|Verbatim|comment)\}"),
            ("verb", r"\\verb\*?(?P<mark>[^\sA-Za-z*])"),
            ("comment", r"(?<!\\)%[^\n]*"),
            ("heading", r"\\(?:part|chapter|(?:sub)*section|paragraph)\*?\s*\{"),
            ("last", r"\\end\s*\{document\}"),
            *_COMMON,
        )
    )
)
_TICKS = r"`{3,}|~{3,}|:{3,}(?=[ \t]*\{math\})"
_MARKDOWN = re.compile(
    "|".join(
        f"(?P<{name}>{pattern})"
        for name, pattern in (
            ("fence", rf"(?m:^[ \t]*(?P<ticks>{_TICKS})[ \t]*(?P<language>[^\n`]*)$)"),
            ("code", r"(?<!\$)`+"),
            ("note", r"<!--"),
            ("heading", r"(?m:^(?:\#{1,6}[ \t]|\(\d+\)[ \t]))"),
            *_COMMON,
        )
    )
)
_MATHEMATICAL = re.compile(r"\{math\}|(?:math|latex|tex|katex)\b")
_DIRECTIVE = re.compile(r"\s*(declare|given|assume)\s*:\s*(.*)", re.DOTALL)


@dataclass
class _Scanner:
    """Walks a text; every handler returns the place behind what it took.

    `kind` is the pattern of the marks of this kind of text; `pattern` has those of the author too.
    """

    text: str
    kind: re.Pattern[str]
    pieces: list[Piece] = field(default_factory=list)
    macros: dict[str, Macro] = field(default_factory=dict)
    ahead: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    edges: dict[str, dict[str, str]] = field(default_factory=lambda: {"begin": {}, "end": {}})
    """Commands of the author that stand for an edge of an environment, and for which."""
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self.pattern = self.kind

    def run(self, start: int = 0) -> None:
        at = start
        while (match := self.pattern.search(self.text, at)) is not None:
            name = _named(match)
            self.seen.add(name)
            at = max(_HANDLERS[name](self, match), match.end())

    def find(self, mark: str, start: int) -> int:
        """Return where a mark comes next, or -1.

        It is remembered: the places asked for only grow, so a text full of what is never closed
        is still read once.
        """
        known = self.ahead.get(mark, 0)
        if known < start:
            found = re.compile(_exactly(mark)).search(self.text, start)
            known = self.ahead[mark] = len(self.text) if found is None else found.start()
        return known if known < len(self.text) else -1

    def until(self, closing: str, start: int) -> int:
        """Return where a delimiter is closed, or -1."""
        end = self.find(closing, start)
        return end if end <= start + LONGEST_DISPLAY else -1

    @cached_property
    def closings(self) -> array[int]:
        """Where the group that opens at a place is closed, or -1."""
        closings = array("q", [-1]) * len(self.text)
        opened: deque[int] = deque(maxlen=DEEPEST_DEFINITION)
        for match in _BRACES.finditer(self.text):
            if match.group() == "{":
                opened.append(match.start())
            elif match.group() == "}" and opened:
                closings[opened.pop()] = match.start()
        return closings

    @cached_property
    def environments(self) -> dict[int, int]:
        """Where each displayed environment ends, by where it begins."""
        opened: dict[str, list[int]] = {}
        ends: dict[int, int] = {}
        for match in _EDGES.finditer(self.text):
            edge, name = match.groups()
            if edge == "begin":
                opened.setdefault(name, []).append(match.start())
            elif opened.get(name):
                ends[opened[name].pop()] = match.end()
        return ends


def _exactly(mark: str) -> str:
    """Return the pattern of a mark; a command does not end within a longer word."""
    return re.escape(mark) + ("(?![A-Za-z])" if mark[-1].isalpha() else "")


def _named(match: re.Match[str]) -> str:
    """Return the name of the alternative that matched."""
    for name in _HANDLERS:
        if name in match.re.groupindex and match.group(name) is not None:
            return name
    raise AssertionError(match)


def _display(scanner: _Scanner, start: int, end: int) -> None:
    text = _without_definitions(scanner, start, end)
    if len(text) > LONGEST_DISPLAY:
        reason = f"the display has more than {LONGEST_DISPLAY} characters"
        scanner.pieces.append(Piece("broken", reason, start))
    elif text.strip():
        scanner.pieces.append(Piece("display", text, start))


def _delimited(scanner: _Scanner, match: re.Match[str], closing: str) -> int:
    end = scanner.find(closing, match.end())
    paragraph = 0 <= scanner.find("\n\n", match.end()) < end
    if end < 0 or (paragraph and end > match.end() + LONGEST_DISPLAY):
        scanner.pieces.append(Piece("broken", f"{match.group()} is not closed", match.start()))
        return match.end()
    _display(scanner, match.end(), end)
    return end + len(closing)


def _environment(scanner: _Scanner, match: re.Match[str]) -> int:
    end = scanner.environments.get(match.start(), -1)
    if end < 0 or end > match.start() + LONGEST_DISPLAY:
        broken = Piece("broken", f"{match.group()} is not closed", match.start())
        scanner.pieces.append(broken)
        return match.end()
    _display(scanner, match.start(), end)
    return end


def _abbreviated(scanner: _Scanner, match: re.Match[str]) -> int:
    r"""Read an environment between commands of the author's, as ``\be … \ee``."""
    name = scanner.edges["begin"][match.group()]
    closings = [
        f"\\end{{{name}}}",
        *(one for one, of in scanner.edges["end"].items() if of == name),
    ]
    ends = [
        (end, mark) for mark in closings if (end := scanner.until(mark, match.end())) >= match.end()
    ]
    if not ends:
        scanner.pieces.append(Piece("broken", f"{match.group()} is not closed", match.start()))
        return match.end()
    end, mark = min(ends)
    _display(scanner, match.start(), end + len(mark))
    return end + len(mark)


def _without_definitions(scanner: _Scanner, start: int, end: int) -> str:
    """Return a formula; commands that it defines are taken, and blank in it."""
    text, at, parts = scanner.text, start, []
    for match in _DEFINES.finditer(text, start, end):
        if match.start() < at:
            continue
        parts.append(text[at : match.start()])
        at = min(_defining(scanner, match), end)
        parts.append(" " * (at - match.start()))
    return "".join(parts) + text[at:end]


_COMPARES = re.compile(
    r"\\not\s*=|\\(?:neq?|leq?|geq?|leqslant|geqslant|lt|gt)(?![A-Za-z])|[<>≠≤≥]"
)


def _inline(scanner: _Scanner, start: int, end: int) -> None:
    text = _without_definitions(scanner, start, end)
    equal = "=" in re.sub(r"\\not\s*=", "", text)
    if equal or "\\coloneqq" in text or "\\triangleq" in text:
        kind = "inline"
    elif _COMPARES.search(text):
        kind = "condition"
    else:
        return
    words = " ".join(scanner.text[max(0, start - 80) : start].split())
    scanner.pieces.append(Piece(kind, text, start, words))


_WORD = re.compile(r"(?<![A-Za-z\\])[A-Za-z][a-z]{2,}")


def _is_money(inner: str) -> bool:
    """Return whether what follows a dollar is a price and words, up to some other dollar."""
    priced = inner[:1].isdigit() and inner[-1:].isspace() and "=" not in inner
    return priced and _WORD.search(inner) is not None


def _dollar(scanner: _Scanner, match: re.Match[str]) -> int:
    """Read ``$…$`` inside one paragraph; a lone dollar is money."""
    start = match.end()
    stop = scanner.text.find("\n\n", start, start + LONGEST_FORMULA_IN_LINE)
    limit = start + LONGEST_FORMULA_IN_LINE if stop < 0 else stop
    end = scanner.text.find("$", start, limit)
    while end > 0 and scanner.text[end - 1] == "\\":
        end = scanner.text.find("$", end + 1, limit)
    if end < 0:
        return start
    inner = scanner.text[start:end]
    if _is_money(inner):
        return start
    if inner.startswith("`") and inner.endswith("`"):
        start, end = start + 1, end - 1
    _inline(scanner, start, end)
    return scanner.text.index("$", end) + 1


def _parenthesis(scanner: _Scanner, match: re.Match[str]) -> int:
    end = scanner.until("\\)", match.end())
    if end < 0 or end > match.end() + LONGEST_FORMULA_IN_LINE:
        return match.end()
    _inline(scanner, match.end(), end)
    return end + 2


def _defining(scanner: _Scanner, match: re.Match[str]) -> int:
    """Read the definition of a command, which ends with the brace of its body."""
    end = _end_of_definition(scanner, match.end())
    try:
        if end < 0:
            raise Unreadable(f"the definition behind {match.group()} is not closed")
        macros, _ = read_definitions(tokenize(scanner.text[match.start() : end]))
    except Unreadable as error:
        scanner.pieces.append(Piece("broken", error.reason, match.start()))
        return match.end()
    scanner.macros.update(macros)
    for name, macro in macros.items():
        _note_edge(scanner, name, macro)
    return end


def _note_edge(scanner: _Scanner, name: str, macro: Macro) -> None:
    r"""Take a command that stands for an edge of an environment, as ``\be``, for a mark."""
    edge = _EDGES.fullmatch("".join(token.text for token in macro.body))
    edges = scanner.edges
    if edge is None or sum(map(len, edges.values())) > MOST_EDGES:
        return
    edges[edge.group(1)][name] = edge.group(2)
    marks = "|".join(map(_exactly, edges["begin"]))
    if marks:
        scanner.pattern = re.compile(f"{scanner.kind.pattern}|(?P<abbreviated>{marks})")


_OPENS = re.compile(r"[^{}\n]*(?=\{)")
_AND_OPENS = re.compile(r"\s*(?:\[[^\[\]{}\n]{0,20}\]\s*){0,2}(?=\{)")


def _end_of_definition(scanner: _Scanner, at: int) -> int:
    """Return where the body behind a defining command ends, or -1; it is its last group."""
    opens = _OPENS.match(scanner.text, at, at + LONGEST_DEFINITION)
    groups = 2 if opens is not None and not opens.group().strip() else 1
    for _ in range(groups):
        if opens is None:
            return -1
        at = scanner.closings[opens.end()] + 1
        if at <= opens.end() or at - opens.start() > LONGEST_DEFINITION:
            return -1
        opens = _AND_OPENS.match(scanner.text, at)
    return at


def _skip_to(closing: str) -> Callable[[_Scanner, re.Match[str]], int]:
    def skip(scanner: _Scanner, match: re.Match[str]) -> int:
        end = scanner.find(closing, match.end())
        return match.end() if end < 0 else end + len(closing)

    return skip


def _verbatim(scanner: _Scanner, match: re.Match[str]) -> int:
    return _skip_to(f"\\end{{{match.group('kind')}}}")(scanner, match)


def _verb(scanner: _Scanner, match: re.Match[str]) -> int:
    return _skip_to(match.group("mark"))(scanner, match)


def _directives(scanner: _Scanner, text: str, start: int) -> None:
    match = _DIRECTIVE.fullmatch(text)
    if match is not None:
        kind, body = match.groups()
        scanner.pieces.append(Piece(kind, body.strip(), start + match.start(2)))


def _comment(scanner: _Scanner, match: re.Match[str]) -> int:
    _directives(scanner, match.group().lstrip("%"), match.start() + 1)
    return match.end()


def _note(scanner: _Scanner, match: re.Match[str]) -> int:
    end = scanner.text.find("-->", match.end())
    if end < 0:
        return len(scanner.text)
    for line in re.finditer(r"[^\n]+", scanner.text[match.end() : end]):
        _directives(scanner, line.group(), match.end() + line.start())
    return end + 3


def _fence(scanner: _Scanner, match: re.Match[str]) -> int:
    end = re.compile(rf"(?m:^[ \t]*{match.group('ticks')})").search(scanner.text, match.end())
    stop = len(scanner.text) if end is None else end.start()
    marked = _MATHEMATICAL.match(scanner.text, match.start("language"), match.end())
    if marked is not None:
        options = _OPTIONS.match(scanner.text, match.end(), stop)
        start = marked.end() if options is None else options.end()
        _display(scanner, start, stop)
    return len(scanner.text) if end is None else end.end()


_OPTIONS = re.compile(r"(?:\n[ \t]*:[\w-]+:[^\n]*)+")
"""Lines of a directive that say how it is set, as ``:label: softmax``."""


def _code(scanner: _Scanner, match: re.Match[str]) -> int:
    start = match.end()
    end = scanner.text.find(match.group(), start, start + LONGEST_FORMULA_IN_LINE)
    if end < 0:
        return start
    if scanner.text.endswith("{math}", 0, match.start()):
        _inline(scanner, start, end)
    return end + len(match.group())


def _last(scanner: _Scanner, match: re.Match[str]) -> int:
    """Read nothing behind the end of a document."""
    del match
    return len(scanner.text)


def _heading(scanner: _Scanner, match: re.Match[str]) -> int:
    scanner.pieces.append(Piece("heading", "", match.start()))
    return match.end()


_HANDLERS: dict[str, Callable[[_Scanner, re.Match[str]], int]] = {
    "verbatim": _verbatim,
    "verb": _verb,
    "comment": _comment,
    "fence": _fence,
    "code": _code,
    "note": _note,
    "heading": _heading,
    "last": _last,
    "abbreviated": _abbreviated,
    "environment": _environment,
    "dollars": lambda scanner, match: _delimited(scanner, match, "$$"),
    "bracket": lambda scanner, match: _delimited(scanner, match, "\\]"),
    "parenthesis": _parenthesis,
    "dollar": _dollar,
    "defining": _defining,
}
"""What is done at each kind of mark; the inner groups of the patterns have no handler."""


def _front_matter(text: str) -> tuple[list[Piece], int]:
    """Return the declarations between ``---`` at the top, and where the text begins."""
    if not text.startswith("---\n"):
        return [], 0
    end = text.find("\n---", 4)
    if end < 0:
        return [], 0
    pieces, key, at = [], "", 4
    for line in text[4 : end + 1].splitlines(keepends=True):
        match = re.match(r"(declare|given|assume)\s*:\s*$", line)
        if match is not None:
            key = match.group(1)
        elif not line[:1].isspace() and not line.startswith("-"):
            key = ""
        elif key and (item := line.strip().removeprefix("- ").strip()):
            pieces.append(Piece(key, _unquoted(item), at + line.index(item)))
        at += len(line)
    return pieces, end + 4


def _unquoted(text: str) -> str:
    """Return an entry of front matter without quotation marks around the whole or the symbol."""
    match = re.fullmatch(r"(['\"])(.*?)\1(\s*:.*)?", text)
    return text if match is None else match.group(2) + (match.group(3) or "")


_HEADED = re.compile(r"(?m:^[A-Z][^\n]{0,400}:[ \t]*$)")
"""A paragraph of one line with an equation that ends in a colon begins a part of its own."""
_WITH_EQUATION = re.compile(r"\$[^$=]*=[^$]*\$")


def _parts(text: str, pieces: list[Piece]) -> list[Piece]:
    headings = [
        Piece("heading", "", match.start())
        for match in _HEADED.finditer(text)
        if text[max(0, match.start() - 2) : match.start()].strip() == ""
        and _WITH_EQUATION.search(match.group())
    ]
    return sorted([*pieces, *headings], key=lambda piece: piece.start)


def read_document(text: str, *, name: str = "", kind: str | None = None) -> Document:
    r"""Cut a text into its pieces.

    Parameters
    ----------
    text : str
    name : str
        What it is called in reports.
    kind : {"latex", "markdown"}, optional
        Else told from the name and the text.

    Examples
    --------
    >>> document = read_document(r"Let $z = Wx$. Then \[ \nabla_x z = W. \]", kind="latex")
    >>> [(piece.kind, piece.text.strip()) for piece in document.pieces]
    [('inline', 'z = Wx'), ('display', '\\nabla_x z = W.')]
    """
    latex = kind == "latex" or (kind is None and _is_latex(text, name))
    front, start = ([], 0) if latex else _front_matter(text)
    scanner = _Scanner(text, _LATEX if latex else _MARKDOWN, list(front))
    scanner.run(start)
    if scanner.seen <= _IN_A_FORMULA and "=" in text:
        _display(scanner, start, len(text))
    return Document(name, Source(text), tuple(_parts(text, scanner.pieces)), scanner.macros)


_IN_A_FORMULA = {"comment", "note", "defining"}
"""What may stand beside a formula that is given alone, without dollars around it."""
_OF_LATEX = re.compile(
    r"\\(?:documentclass|usepackage|begin\s*\{document\}|end\s*\{document\})"
    r"|^\\(?:part|chapter|(?:sub)*section)\*?\s*\{",
    re.MULTILINE,
)


def _is_latex(text: str, name: str) -> bool:
    if name.endswith((".tex", ".latex", ".ltx")):
        return True
    return not name.endswith((".md", ".markdown")) and _OF_LATEX.search(text) is not None


def _cells(text: str, name: str) -> list[tuple[int, str]]:
    """Return the text cells of a notebook with their numbers."""
    try:
        return [
            (number, cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]))
            for number, cell in enumerate(json.loads(text)["cells"], start=1)
            if cell["cell_type"] == "markdown"
        ]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadDocument(f"{name} is no notebook: {error}") from None


def _notebook(text: str, name: str) -> Document:
    """Read the cells one by one: what one leaves open does not reach the next."""
    macros: dict[str, Macro] = {}
    pieces: list[Piece] = []
    begins: list[tuple[int, int]] = []
    parts: list[str] = []
    at = 0
    for number, source in _cells(text, name):
        scanner = _Scanner(source, _MARKDOWN)
        scanner.run()
        found = _parts(source, scanner.pieces)
        pieces.extend(replace(piece, start=piece.start + at) for piece in found)
        macros.update(scanner.macros)
        begins.append((at, number))
        parts.append(source + "\n\n")
        at += len(parts[-1])
    return Document(name, Source("".join(parts)), tuple(pieces), macros, tuple(begins))


def read_names(path: Path) -> dict[str, list[str]]:
    """Read a file of declarations, one a line, as they stand in the comments of a document.

    Raises
    ------
    BadDocument
        When it cannot be read, or a line is no declaration.
    """
    found: dict[str, list[str]] = {"declare": [], "given": [], "assume": []}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadDocument(f"{path} cannot be read: {error}") from None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _DIRECTIVE.fullmatch(line)
        if match is None:
            raise BadDocument(f"{path}:{number}: a line begins with declare:, given: or assume:")
        found[match.group(1)].append(match.group(2).strip())
    return found


_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f]")


def read_file(path: Path) -> Document:
    """Read a file.

    Raises
    ------
    BadDocument
        When it cannot be read, or is no text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadDocument(f"{path} cannot be read: {error.strerror}") from None
    if b"\0" in data:
        raise BadDocument(f"{path} is no text: it has bytes that stand for no sign")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        if _CONTROL.search(text):
            raise BadDocument(f"{path} is no text: it is not UTF-8") from None
    text = text.replace("\r\n", "\n")
    if path.suffix == ".ipynb":
        return _notebook(text, str(path))
    return read_document(text, name=str(path))
