"""Which runs of letters a text uses as one name: those before an equals sign or parentheses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derive.textbook.names import BIG, FUNCTIONS
from derive.textbook.tokens import Raw

__all__ = ["words_defined"]

_BEFORE = frozenset({"&", "\\\\", "}", ",", "\\quad", "\\qquad", ";"})
_AFTER = frozenset({"=", "(", "'", ":", "&"})
_INTEGRAL = "\\int"
"""Behind this sign ``dt`` is no word."""


def _run(tokens: Sequence[Raw], at: int) -> int:
    """Return the place behind the letters and digits that begin at a place without spaces."""
    end = at
    while (
        end < len(tokens) and tokens[end].text.isalnum() and (end == at or not tokens[end].spaced)
    ):
        end += 1
    return end


def words_defined(texts: Iterable[Sequence[Raw]], *, scripted: bool = False) -> frozenset[str]:
    r"""Return the words of several letters that texts put on a left side.

    Parameters
    ----------
    texts : iterable of tokens
    scripted : bool
        Whether a run of letters with a script counts, which may be a product: ``dP_{ij} =``.

    Examples
    --------
    >>> from derive.textbook.tokens import tokenize
    >>> sorted(words_defined([tokenize(r"Loss = a + \lambda L2"), tokenize("L2 = w^2")]))
    ['L2', 'Loss']
    """
    words = set()
    for tokens in texts:
        at = 0
        while at < len(tokens):
            end = _run(tokens, at)
            if end == at:
                at += 1
                continue
            run = "".join(token.text for token in tokens[at:end])
            before = tokens[at - 1].text if at else "&"
            after = tokens[end].text if end < len(tokens) else ""
            variable = (
                len(run) == 2 and run[0] == "d" and _INTEGRAL in (t.text for t in tokens[:at])
            )
            behind = after in _AFTER or (scripted and after in ("_", "^") and before == "&")
            if (
                len(run) > 1
                and not variable
                and run[0].isalpha()
                and run not in FUNCTIONS | BIG
                and before in _BEFORE
                and behind
            ):
                words.add(run)
            at = end
    return frozenset(words)
