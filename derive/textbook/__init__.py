"""Derivations as books print them: read, and judged line by line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derive.textbook.verify import Verification

__all__ = ["verify_text"]


def verify_text(
    text: str,
    *,
    name: str = "",
    kind: str | None = None,
    pair: tuple[str, str] | None = None,
    declare: Iterable[str] = (),
    given: Sequence[str] = (),
    assume: Sequence[str] = (),
) -> Verification:
    r"""Read a derivation in LaTeX or Markdown, and judge every equality in it.

    Parameters
    ----------
    text : str
        A document, or one formula.
    name : str
        What it is called in the report.
    kind : {"latex", "markdown"}, optional
        Else told from the name and the text.
    pair : (str, str), optional
        An output unit and a loss, whose usual names are declared.
    declare : iterable of str
        Declarations, ``SYMBOL: KIND``, as ``\mathbf{x}: vector(d)``.
    given, assume : sequence of str
        Definitions and conditions in force, LaTeX equations.

    Returns
    -------
    Verification
        The equalities with their verdicts; its text is the report.

    Raises
    ------
    BadDeclaration
        When a declaration says no kind.
    UnknownName, RefusedPair
        When the pair does not exist.

    Examples
    --------
    >>> import derive
    >>> print(derive.verify_text(r"(x + 1)^2 = x^2 + x + 1 = (x^2 + x) + 1", declare=["x: scalar"]))
    1:1   refuted     (x + 1)^2 = x^2 + x + 1
                      0 ≠ 1 at x = -1
                      true with the right side  x^{2} + 2 x + 1
    1:13  proved      x^2 + x + 1 = (x^2 + x) + 1
    """
    from derive.textbook.documents import read_document
    from derive.textbook.verify import verify_document

    document = read_document(text, name=name, kind=kind)
    return verify_document(document, pair=pair, declare=declare, given=given, assume=assume)
