"""How verdicts are told: a line for every equality, and below it what is to be said."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from derive.textbook.verdicts import Judged, Kind
from derive.textbook.verify import Found, Verification

__all__ = ["COLOURS", "details", "lines", "plain", "summary"]

COLOURS: dict[Kind, str] = {
    "proved": "green",
    "held": "green",
    "conditional": "yellow",
    "definition": "cyan",
    "refuted": "bold red",
    "unreadable": "magenta",
}
WIDEST = 96
"""Of an equality in one line; what is longer is cut in its middle."""
_EXPLAINED: dict[Kind, str] = {
    "proved": "both sides have one normal form, for every size",
    "held": "both sides were equal wherever they were compared",
    "conditional": "true under a condition that nothing states",
    "definition": "says what something is; there is nothing to judge",
    "refuted": "numbers were found for which the sides differ, or the shapes do not fit",
    "unreadable": "there is no reading that could be trusted",
}


def _cut(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    half = (width - 3) // 2
    return f"{text[:half]} … {text[-half:]}"


def equation(judged: Judged, width: int = WIDEST) -> str:
    """Return an equality in one line, cut where it is long."""
    if not judged.left and not judged.right:
        return "—"
    whole = f"{judged.left} = {judged.right}"
    if len(whole) <= width:
        return whole
    half = (width - 3) // 2
    return f"{_cut(judged.left, half)} = {_cut(judged.right, half)}"


def details(judged: Judged, *, explain: bool = False) -> Iterator[str]:
    """Yield what is to be said of an equality beyond its verdict."""
    if judged.kind == "held":
        if explain:
            yield f"equal at {judged.samples} points; not proved"
    elif judged.kind == "conditional":
        for condition in judged.conditions:
            yield f"true if {condition}"
    elif judged.kind in ("refuted", "unreadable") and judged.reason:
        yield judged.reason
    if judged.counterexample is not None and judged.kind == "refuted":
        yield str(judged.counterexample)
    if judged.suggestion:
        yield f"true with the right side  {judged.suggestion}"
    if judged.declaration:
        yield f"declare  {judged.declaration}"
    if explain:
        yield _EXPLAINED[judged.kind]


def _pointer(found: Found, source: str) -> list[str]:
    """Return the offending piece of something unreadable, with a caret below it."""
    span = found.judged.problem
    if found.judged.kind != "unreadable" or span.end <= span.start or not source:
        return []
    start = source.rfind("\n", 0, span.start) + 1
    end = source.find("\n", span.start)
    line = source[start : len(source) if end < 0 else end]
    column = span.start - start
    left = max(0, column - 30)
    shown = line[left : left + 80]
    length = max(1, min(span.end, start + len(line)) - span.start)
    return [shown, " " * (column - left) + "^" * min(length, len(shown) - (column - left))]


def lines(
    verification: Verification, source: str = "", *, explain: bool = False
) -> Iterator[tuple[Found | None, Text]]:
    """Yield the lines of a report, in colours; each with the equality to which it belongs."""
    widest = max((len(one.where) for one in verification.found), default=0)
    indent = " " * (widest + 2)
    for one in verification.found:
        kind = one.judged.kind
        head = Text(f"{one.where:<{widest}}  ")
        head.append(f"{kind:<12}", style=COLOURS[kind])
        head.append(equation(one.judged))
        yield one, head
        for detail in details(one.judged, explain=explain):
            yield one, Text(f"{indent}{'':<12}{detail}", style="dim" if kind == "held" else "")
        for pointer in _pointer(one, source):
            yield one, Text(f"{indent}{'':<12}{pointer}", style="dim")
    for what, reason in verification.troubles:
        yield None, Text(f"not taken: {what} — {reason}", style="magenta")
    if verification.read_as:
        read = ", ".join(f"{name} as a {kind}" for name, kind in verification.read_as)
        yield None, Text(f"read without a declaration: {read}", style="dim")


def summary(verification: Verification) -> str:
    """Return how many equalities have each verdict."""
    counts = ", ".join(f"{count} {kind}" for kind, count in verification.counts.items())
    total = len(verification.found)
    return f"{total} equalit{'y' if total == 1 else 'ies'}" + (f": {counts}" if counts else "")


def plain(verification: Verification) -> str:
    """Return the report without colours."""
    return "\n".join(text.plain.rstrip() for _, text in lines(verification))
