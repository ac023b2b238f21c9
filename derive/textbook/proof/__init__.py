"""Proves equalities of a text for every size, by the normal forms of the prover."""

from derive.textbook.proof.prove import prove

__all__ = ["prove"]
