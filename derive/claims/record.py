"""What is found out about a claim by proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sympy import Expr

__all__ = ["Claim", "Proof", "joined"]


@dataclass(frozen=True)
class Proof:
    """The verdict of an exact check.

    Parameters
    ----------
    facts : dict of str to bool
        Each part of the claim in words, and whether it was proved.
    values : dict of str to Expr
        The numbers that the proof found, exactly.

    Examples
    --------
    >>> Proof({"1 is 2": False, "1 is 1": True}).sentence
    'not so: 1 is 2'
    """

    facts: dict[str, bool]
    values: dict[str, Expr] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether there is a fact, and all of them hold."""
        return bool(self.facts) and all(self.facts.values())

    @property
    def sentence(self) -> str:
        """What was proved, or what failed, in one sentence."""
        failed = [fact for fact, holds in self.facts.items() if not holds]
        return f"not so: {'; '.join(failed)}" if failed else "; ".join(self.facts)

    @property
    def figures(self) -> dict[str, float]:
        """The numbers in floating point."""
        return {name: float(value) for name, value in self.values.items()}


def joined(*proofs: Proof) -> Proof:
    """Return the proof that several proofs are.

    Examples
    --------
    >>> joined(Proof({"1 is 1": True}), Proof({"1 is 2": False})).sentence
    'not so: 1 is 2'
    """
    return Proof(
        {fact: holds for proof in proofs for fact, holds in proof.facts.items()},
        {name: value for proof in proofs for name, value in proof.values.items()},
    )


@dataclass(frozen=True)
class Claim:
    """A row of the table: what the lecture says, and what is proved of it.

    Parameters
    ----------
    name : str
        The name, in lower case with hyphens.
    quote : str
        The lecture's words.
    statement : str
        What is checked.
    correction : str
        Where the lecture's words go further than what holds; empty where they do not.
    proof : callable or None
        The exact check; None where the claim is about what is measured alone.

    Examples
    --------
    >>> Claim("one", "1 = 1", "one is one", proof=lambda: Proof({"1 = 1": True})).proof().ok
    True
    """

    name: str
    quote: str
    statement: str
    correction: str = ""
    proof: Callable[[], Proof] | None = None
