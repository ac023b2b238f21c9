"""Documents that have made scanners take the square of their length."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["ODD"]

ODD: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: "\\[ " * (n // 3),
    "environments": lambda n: "\\begin{align}" * (n // 13),
    "nested environments": lambda n: "\\begin{align}" * (n // 24) + "\\end{align}" * (n // 24),
    "dollars": lambda n: "$ " * (n // 2),
    "escaped dollars": lambda n: "$a\\" + "\\$" * (n // 2),
    "ticks": lambda n: "` " * (n // 2),
    "fences": lambda n: "```math\n" * (n // 8),
    "notes": lambda n: "<!-- " * (n // 5),
    "definitions": lambda n: "\\def\\x{" * (n // 7),
    "equations before a colon": lambda n: ("A$=$" * 40 + "\n") * (n // 161) + ":",
    "braces": lambda n: "{" * n,
    "front matter": lambda n: "---\n" + "declare:\n- x: scalar\n" * (n // 21),
    "one formula": lambda n: "x = y + " * (n // 8),
    "noise": lambda n: bytes(i * i * 7 % 251 for i in range(n)).decode("latin-1"),
}
"""From a number of characters to about as many."""
