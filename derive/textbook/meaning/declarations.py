"""The language of declarations: ``vector(n) in (0,1) per (m)`` and its like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.textbook.errors import BadDeclaration

__all__ = ["DOMAINS", "KINDS", "Kind", "read_kind"]

KINDS: dict[str, tuple[int, int]] = {
    "dim": (0, 0),
    "index": (1, 1),
    "scalar": (0, 0),
    "constant": (0, 0),
    "function": (0, 0),
    "vector": (1, 1),
    "row": (1, 1),
    "matrix": (2, 2),
    "tensor": (1, 9),
}
"""The kinds, with the least and the most dimensions that stand in their parentheses."""
DOMAINS = (
    "positive",
    "negative",
    "nonnegative",
    "in (0,1)",
    "in [0,1]",
    "in {0,1}",
    "in {-1,1}",
    "in (-1,1)",
    "one-hot",
    "simplex",
    "square",
    "symmetric",
    "integer",
    "nonzero",
)
LABEL_VALUES: dict[str, tuple[int, int]] = {"in {0,1}": (0, 1), "in {-1,1}": (-1, 1)}
"""The values of a label of two classes, by its domain."""


@dataclass(frozen=True)
class Kind:
    """What a declaration says: the kind, its dimensions, its leading dimensions, the domain."""

    name: str
    dimensions: tuple[str, ...] = ()
    leading: tuple[str, ...] = ()
    domain: str = ""


def _split(text: str) -> tuple[str, ...]:
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in "({[") - (character in ")}]")
        if character == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    parts.append(text[start:].strip())
    return tuple(parts) if text.strip() else ()


def _parenthesised(text: str) -> tuple[str, str]:
    if not text.startswith("("):
        return "", text
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text[1:place], text[place + 1 :].strip()
    raise BadDeclaration(f"a parenthesis is not closed in the declaration {text!r}")


def read_kind(text: str) -> Kind:
    r"""Return what a declaration says.

    Raises
    ------
    BadDeclaration
        When it says nothing known here.

    Examples
    --------
    >>> read_kind("vector(q) one-hot per (n)")
    Kind(name='vector', dimensions=('q',), leading=('n',), domain='one-hot')
    """
    match = re.match(r"\s*([a-z]+)\s*", text)
    if match is None or match.group(1) not in KINDS:
        raise BadDeclaration(f"{text!r} is no kind; a kind is one of {', '.join(KINDS)}")
    name, rest = match.group(1), text[match.end() :].strip()
    inside, rest = _parenthesised(rest)
    dimensions = _split(inside)
    least, most = KINDS[name]
    if not least <= len(dimensions) <= most:
        wanted = "no dimension" if most == 0 else f"{least} dimension{'s' * (least > 1)}"
        raise BadDeclaration(f"{text!r}: {name} takes {wanted} in parentheses")
    leading: tuple[str, ...] = ()
    match = re.search(r"\bper\s*(\(.*)$", rest)
    if match is not None:
        inside, after = _parenthesised(match.group(1))
        leading, rest = _split(inside), (rest[: match.start()] + " " + after).strip()
    domain = re.sub(r"\s*,\s*", ",", rest).strip()
    if domain and domain not in DOMAINS:
        raise BadDeclaration(f"{text!r}: {domain!r} is no domain; known: {', '.join(DOMAINS)}")
    return Kind(name, dimensions, leading, domain)
