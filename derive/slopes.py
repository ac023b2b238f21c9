"""Slopes that the user gives for a kink or a leaky unit: exact numbers of [0, 1]."""

from __future__ import annotations

import re
from typing import Any

from sympy import Rational

__all__ = ["slope_between_0_and_1"]

_NUMBER = re.compile(
    r"[+-]?(?=\.?\d)\d{0,99}(\.\d{0,99})?(e[+-]?\d{1,3}|/0{0,9}[1-9]\d{0,98})?", re.IGNORECASE
)
"""A fraction or a decimal number; one with more digits would be written out at length."""


def slope_between_0_and_1(value: Any) -> Rational | None:
    """Return a number, or a text that spells one, exactly; None for anything else.

    Examples
    --------
    >>> slope_between_0_and_1("1/3"), slope_between_0_and_1(0.25), slope_between_0_and_1("0.01")
    (1/3, 1/4, 1/100)
    >>> [slope_between_0_and_1(value) for value in (2, -0.5, "1/0", "1e999999999", "half", None)]
    [None, None, None, None, None, None]
    """
    written = str(int(value) if isinstance(value, bool) else value).replace(" ", "")
    if _NUMBER.fullmatch(written) is None:
        return None
    try:
        slope = Rational(written)
    except (TypeError, ValueError):
        return None
    return slope if 0 <= slope <= 1 else None
