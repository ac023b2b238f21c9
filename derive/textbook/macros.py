r"""The author's own commands: ``\newcommand``, ``\def`` and ``\DeclareMathOperator``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derive.textbook.errors import Unreadable
from derive.textbook.tokens import Raw, argument_at, plain, tokenize

__all__ = ["Macro", "Macros", "expand", "read_definitions"]

MOST_TOKENS = 50_000
"""Of one formula after its macros are written out."""
MOST_EXPANSIONS = 5_000

_DEFINING = frozenset(
    {
        "\\newcommand",
        "\\renewcommand",
        "\\providecommand",
        "\\newcommand*",
        "\\renewcommand*",
        "\\providecommand*",
    }
)
_OPERATORS = frozenset({"\\DeclareMathOperator", "\\DeclareMathOperator*"})


@dataclass(frozen=True)
class Macro:
    """How many arguments a command takes, what it stands for, and a default for the first."""

    arguments: int
    body: tuple[Raw, ...]
    default: tuple[Raw, ...] | None = None


Macros = Mapping[str, Macro]


def _option(tokens: Sequence[Raw], at: int) -> tuple[Sequence[Raw] | None, int]:
    if at >= len(tokens) or tokens[at].text != "[":
        return None, at
    for end in range(at + 1, len(tokens)):
        if tokens[end].text == "]":
            return tokens[at + 1 : end], end + 1
    raise Unreadable("a bracket is not closed in the definition of a command", tokens[at].span)


def _count(option: Sequence[Raw] | None) -> int:
    if option is None:
        return 0
    text = plain(option).strip()
    if not text.isdecimal() or int(text) > 9:
        raise Unreadable(
            "a command takes at most nine arguments",
            option[0].span if option else tokenize(" ")[0].span,
        )
    return int(text)


def _newcommand(tokens: Sequence[Raw], at: int) -> tuple[str, Macro, int]:
    name, at = argument_at(tokens, at)
    count, at = _option(tokens, at)
    default, at = _option(tokens, at)
    body, at = argument_at(tokens, at)
    return (
        plain(name).strip(),
        Macro(_count(count), tuple(body), None if default is None else tuple(default)),
        at,
    )


def _operator(tokens: Sequence[Raw], at: int) -> tuple[str, Macro, int]:
    name, at = argument_at(tokens, at)
    body, at = argument_at(tokens, at)
    word = "".join(token.text for token in body if token.text[0] != "\\")
    return plain(name).strip(), Macro(0, tuple(tokenize(f"\\operatorname{{{word}}}"))), at


def _def(tokens: Sequence[Raw], at: int) -> tuple[str, Macro, int]:
    if at >= len(tokens):
        raise Unreadable("\\def defines nothing", tokens[-1].span)
    name, at = tokens[at].text, at + 1
    count = 0
    while at < len(tokens) and tokens[at].text != "{":
        count += tokens[at].text == "#"
        at += 1
    body, at = argument_at(tokens, at)
    return name, Macro(count, tuple(body)), at


def read_definitions(tokens: Sequence[Raw]) -> tuple[dict[str, Macro], list[Raw]]:
    r"""Take the definitions of commands out of a text: what they are, and the rest.

    Examples
    --------
    >>> macros, rest = read_definitions(tokenize(r"\newcommand{\vx}{\mathbf{x}} \vx = 1"))
    >>> sorted(macros), plain(rest)
    (['\\vx'], ' \\vx = 1')
    """
    macros: dict[str, Macro] = {}
    rest: list[Raw] = []
    at = 0
    while at < len(tokens):
        text = tokens[at].text
        read = (
            _newcommand
            if text in _DEFINING
            else _operator
            if text in _OPERATORS
            else _def
            if text == "\\def"
            else None
        )
        if read is None:
            rest.append(tokens[at])
            at += 1
        else:
            name, macro, at = read(tokens, at + 1)
            macros[name] = macro
    return macros, rest


def _arguments(macro: Macro, tokens: Sequence[Raw], at: int) -> tuple[list[Sequence[Raw]], int]:
    found: list[Sequence[Raw]] = []
    if macro.default is not None:
        option, at = _option(tokens, at)
        found.append(macro.default if option is None else option)
    while len(found) < macro.arguments:
        argument, at = argument_at(tokens, at)
        found.append(argument)
    return found, at


def _written_out(macro: Macro, arguments: Sequence[Sequence[Raw]], use: Raw) -> list[Raw]:
    result: list[Raw] = []
    at = 0
    while at < len(macro.body):
        token = macro.body[at]
        follows = macro.body[at + 1].text if at + 1 < len(macro.body) else ""
        if token.text == "#" and follows.isdecimal() and 0 < int(follows) <= len(arguments):
            result.extend(arguments[int(follows) - 1])
            at += 2
        else:
            result.append(replace(token, span=use.span))
            at += 1
    return result


def expand(tokens: Sequence[Raw], macros: Macros) -> list[Raw]:
    r"""Write the author's commands out.

    Raises
    ------
    Unreadable
        When a command stands for itself, or for too much.

    Examples
    --------
    >>> macros, rest = read_definitions(tokenize(r"\def\d#1#2{\frac{d #1}{d #2}} \d L x"))
    >>> plain(expand(rest, macros))
    '\\frac{d L}{d x}'
    """
    if not macros:
        return list(tokens)
    pending = list(reversed(tokens))
    result: list[Raw] = []
    expansions = 0
    while pending:
        token = pending.pop()
        macro = macros.get(token.text)
        if macro is None:
            result.append(token)
            continue
        expansions += 1
        following = list(reversed(pending[-MOST_TOKENS:]))
        arguments, used = _arguments(macro, following, 0)
        if used:
            token = replace(token, span=token.span.to(following[used - 1].span))
            del pending[len(pending) - used :]
        written = _written_out(macro, arguments, token)
        if result and result[-1].text in ("_", "^") and len(written) > 1:
            written = [replace(token, text="{"), *written, replace(token, text="}")]
        pending.extend(reversed(written))
        if expansions > MOST_EXPANSIONS or len(pending) + len(result) > MOST_TOKENS:
            raise Unreadable(
                f"the command {token.text} stands for itself or for too much", token.span
            )
    return result
