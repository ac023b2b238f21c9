"""The error for an expression that has no value where it is looked at."""

from __future__ import annotations

from derive.errors import DeriveError

__all__ = ["Undefined"]


class Undefined(DeriveError, ArithmeticError):
    """An expression without a value: a division by zero or the logarithm of zero."""
