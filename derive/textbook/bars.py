"""What a vertical bar is: an absolute value, a norm, a condition, or "evaluated at"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derive.textbook.lexer import Terminal

__all__ = ["OPERANDS", "resolve_bars"]

OPERANDS = frozenset(
    {"NAME", "NUMBER", "CLOSE", "RBRACE", "BAR_CLOSE", "NORM_CLOSE", "PRIME", "END", "DOTS", "BANG"}
)
_DOWN = frozenset({"OPEN", "LBRACE", "BEGIN"})
_UP = frozenset({"CLOSE", "RBRACE", "END"})


def _bars_ahead(terminals: Sequence[Terminal], at: int, kind: str) -> int:
    """Return how many bars stand at this depth from `at` to the end of the group."""
    depth = count = 0
    for terminal in terminals[at:]:
        depth += (terminal.type in _DOWN) - (terminal.type in _UP)
        if depth < 0:
            break
        count += depth == 0 and terminal.type == kind
    return count


def resolve_bars(terminals: Sequence[Terminal]) -> list[Terminal]:
    """Give every bar its role, from what stands before it and how many there are."""
    result: list[Terminal] = []
    opened: list[str] = []
    for place, terminal in enumerate(terminals):
        kind = terminal.type
        if kind in _DOWN:
            opened.append(kind)
        elif kind in _UP and opened:
            while len(opened) > 1 and opened[-1] in ("BAR", "NORM"):
                opened.pop()
            opened.pop()
        elif kind in ("BAR_OPEN", "NORM_OPEN"):
            opened.append(kind[:-5])
        elif kind in ("BAR_CLOSE", "NORM_CLOSE"):
            if opened and opened[-1] == kind[:-6]:
                opened.pop()
            else:
                terminal = replace(terminal, type="EVALBAR")
        elif kind in ("BAR", "NORM"):
            operand = bool(result) and result[-1].type in OPERANDS
            if operand and opened and opened[-1] == kind:
                opened.pop()
                terminal = replace(terminal, type=f"{kind}_CLOSE")
            elif operand and _follows(terminals, place) == "UNDER":
                terminal = replace(terminal, type="EVALBAR")
            elif operand and opened and _bars_ahead(terminals, place, kind) % 2:
                terminal = replace(terminal, type="MIDBAR")
            else:
                opened.append(kind)
                terminal = replace(terminal, type=f"{kind}_OPEN")
        result.append(terminal)
    return result


def _follows(terminals: Sequence[Terminal], place: int) -> str:
    return terminals[place + 1].type if place + 1 < len(terminals) else ""
