"""What became of a claim: the proof and the measurement side by side, as text and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Protocol

from derive.claims.record import Claim, Proof

__all__ = ["Measured", "Verdict", "overview", "verdicts_json"]


class Measured(Protocol):
    """What is asked of a measurement; it is made elsewhere, by programs that work with numbers."""

    @property
    def ok(self) -> bool:
        """Whether everything was observed."""

    @property
    def facts(self) -> Mapping[str, bool]:
        """Each part in words, and whether it was observed."""

    @property
    def figures(self) -> Mapping[str, float]:
        """The numbers on which the facts rest."""


@dataclass(frozen=True)
class Verdict:
    """The verdict of a claim.

    Parameters
    ----------
    claim : Claim
        The row of the table.
    proof : Proof or None
        What the exact check found; None where the claim has none.
    measured : Measured or None
        What was measured; None where it could not be.
    missing : str
        Why nothing could be measured.

    Examples
    --------
    >>> from derive.claims import find_claim
    >>> claim = find_claim("relus-compute-xor")
    >>> verdict = Verdict(claim, claim.proof(), None, missing="there is no NumPy")
    >>> verdict.ok, verdict.word
    (False, 'not measured')
    """

    claim: Claim
    proof: Proof | None
    measured: Measured | None
    missing: str = ""

    @property
    def ok(self) -> bool:
        """Whether the claim was measured, and what was proved and measured of it holds."""
        proved = self.proof is None or self.proof.ok
        return proved and self.measured is not None and self.measured.ok

    @property
    def word(self) -> str:
        """The verdict in a word or two; what fails counts more than what is missing.

        Where a claim holds, but not as far as the lecture's words go, it is ``holds, corrected``.
        """
        parts = [part for part in (self.proof, self.measured) if part is not None]
        if not all(part.ok for part in parts):
            return "fails"
        if self.measured is None:
            return "not measured"
        return "holds, corrected" if self.claim.correction else "holds"

    def text(self, width: int = 100) -> str:
        """Return the lecture's words, the statement, every fact and the numbers."""
        return "\n".join(self._lines(width))

    def _lines(self, width: int) -> Iterator[str]:
        yield f"{self.claim.name}: {self.word}"
        yield from _wrapped(f"The lecture: “{self.claim.quote}”", width, "  ")
        yield from _wrapped(f"Checked: {self.claim.statement}", width, "  ")
        if self.claim.correction:
            yield from _wrapped(f"Corrected: {self.claim.correction}", width, "  ")
        for title, part in (("proved", self.proof), ("measured", self.measured)):
            if part is None:
                continue
            yield f"{title}:"
            for fact, holds in part.facts.items():
                yield from _wrapped(f"{'✓' if holds else '✗'} {fact}", width, "  ", hang="    ")
            for name, number in part.figures.items():
                yield f"    {name} = {number:.6g}"
        if self.missing:
            yield f"not measured: {self.missing}"

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON holds of it."""
        return {
            "name": self.claim.name,
            "quote": self.claim.quote,
            "statement": self.claim.statement,
            "correction": self.claim.correction,
            "verdict": self.word,
            "ok": self.ok,
            "proved": self.proof and {**_part(self.proof), "exact": _exact(self.proof)},
            "measured": self.measured and _part(self.measured),
            "missing": self.missing,
        }


def _part(part: Proof | Measured) -> dict[str, Any]:
    """Return plain values: NumPy and SymPy have truths of their own, and JSON has no NaN."""
    facts = [{"fact": fact, "holds": bool(holds)} for fact, holds in part.facts.items()]
    numbers = {name: float(number) for name, number in part.figures.items()}
    figures = {name: number if isfinite(number) else None for name, number in numbers.items()}
    return {"ok": bool(part.ok), "facts": facts, "figures": figures}


def _exact(proof: Proof) -> dict[str, str]:
    return {name: str(value) for name, value in proof.values.items()}


def _wrapped(sentence: str, width: int, indent: str, hang: str = "") -> list[str]:
    return textwrap.wrap(sentence, width, initial_indent=indent, subsequent_indent=hang or indent)


def overview(verdicts: Iterable[Verdict], width: int = 100) -> str:
    """Return a line for each verdict with its statement below, and how many claims hold."""
    rows = list(verdicts)
    lines: list[str] = []
    for row in rows:
        lines.append(f"{row.claim.name:<24}{row.word}")
        lines += _wrapped(row.claim.statement, width, "    ")
        if row.claim.correction:
            lines += _wrapped(f"Corrected: {row.claim.correction}", width, "    ")
        if row.missing:
            lines += _wrapped(f"not measured: {row.missing}", width, "    ")
    missing = sum(row.word == "not measured" for row in rows)
    left = f", {missing} not measured" if missing else ""
    corrected = sum(row.ok and bool(row.claim.correction) for row in rows)
    how = f", {corrected} of them not in the lecture's words" if corrected else ""
    lines.append(f"{sum(row.ok for row in rows)} of {len(rows)} claims hold{how}{left}")
    return "\n".join(lines)


def verdicts_json(verdicts: Iterable[Verdict]) -> str:
    """Return the verdicts as a JSON document."""
    document = {"claims": [verdict.to_dict() for verdict in verdicts]}
    return json.dumps(document, ensure_ascii=False, indent=2)
