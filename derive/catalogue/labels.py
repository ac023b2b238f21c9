"""Label domains: which label vectors a loss takes, and what may be assumed of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sympy import Integer

from derive.errors import DeriveError, InvalidLabel
from derive.language import total
from derive.steps import Assumption

if TYPE_CHECKING:
    from derive.catalogue.records import Vector

__all__ = [
    "LabelDomain",
    "exact_labels",
    "real_labels",
    "rounding",
    "simplex_labels",
    "unit_interval_labels",
]


def exact_labels(labels: Sequence[Any]) -> tuple[Fraction, ...]:
    """Return labels as the decimal numbers they are written as: 0.05 is 1/20.

    Raises
    ------
    InvalidLabel
        If there is none, or one is not a finite number.

    Examples
    --------
    >>> exact_labels([0.05, 0.95])
    (Fraction(1, 20), Fraction(19, 20))
    """
    if isinstance(labels, str) or not hasattr(labels, "__iter__"):
        raise InvalidLabel(f"labels {labels!r} are not a vector; give a sequence of k numbers")
    exact = []
    for place, label in enumerate(labels, 1):
        try:
            number = int(label) if isinstance(label, bool) else label
            exact.append(number if isinstance(number, Fraction) else Fraction(str(number)))
        except (ValueError, ZeroDivisionError):
            raise InvalidLabel(f"label {place} is {label!r}; a label is a finite number") from None
    if not exact:
        raise InvalidLabel("the label vector is empty; give k ≥ 1 numbers")
    return tuple(exact)


def rounding(labels: Sequence[Any]) -> Fraction:
    """Return by how much a sum of labels may be off because floats are rounded.

    A float stands for every number that is rounded to it; whole numbers, decimals and fractions
    stand for themselves.

    Examples
    --------
    >>> rounding([1, Fraction(1, 3)])
    Fraction(0, 1)
    >>> rounding([1 / 3, 1 / 3, 1 / 3]) > 0
    True
    """
    slack = Fraction(0)
    for label in labels:
        if isinstance(label, int | Fraction | Decimal | str):
            continue
        digits = 24 if getattr(getattr(label, "dtype", None), "name", "") == "float32" else 53
        slack += abs(Fraction(float(label))) / 2 ** (digits - 1)
    return slack


_EXAMPLES = (
    ("0.5", "-1.0", "2.0"),
    ("1.0", "0.0", "0.95"),
    ("0.9", "0.1", "0.0"),
    ("0.2", "0.3", "0.5"),
    ("1.0", "2.0", "3.0"),
    ("1.0", "-1.0", "1.0"),
    ("-0.5", "0.25", "0.5"),
)
"""Label vectors for the examples in generated modules; the first that a domain holds is taken."""


@dataclass(frozen=True)
class LabelDomain:
    """A set of label vectors.

    Parameters
    ----------
    name : str
        The name, under which ``numeric.strategies`` draws from the same set.
    text, latex : str
        The set, as in ``yᵢ ∈ [0, 1]``.
    entry : callable
        Whether one exact label may stand in a label vector.
    sum_to_one : bool
        Whether the labels of an example sum to one, which a derivation may then assume.
    bounds : (number or None, number or None)
        The least and the largest label, where there are such; a network's module refuses others.
    """

    name: str
    text: str
    latex: str
    entry: Callable[[Fraction], bool] = field(compare=False)
    sum_to_one: bool = False
    bounds: tuple[float | None, float | None] = (None, None)

    def assumptions(self, label: Vector) -> tuple[Assumption, ...]:
        """Return the equations that hold for every label vector of the set."""
        if not self.sum_to_one:
            return ()
        bound = label.index()
        everything = total(label[bound], bound, label.size)
        return (Assumption("the labels of an example sum to one", everything, Integer(1)),)

    @property
    def example(self) -> tuple[str, str, str]:
        """A label vector of the set, for examples.

        Examples
        --------
        >>> simplex_labels.example
        ('0.9', '0.1', '0.0')
        """
        for labels in _EXAMPLES:
            exact = exact_labels(labels)
            if all(map(self.entry, exact)) and (sum(exact) == 1 or not self.sum_to_one):
                return labels
        raise DeriveError(
            f"the label domain {self.name!r} holds none of the label vectors that serve as "
            f"examples: {', '.join(str(labels) for labels in _EXAMPLES)}"
        )

    def check(self, labels: Sequence[Any]) -> tuple[Fraction, ...]:
        """Return the labels exactly, or raise `InvalidLabel` with the entry that is outside.

        Examples
        --------
        >>> unit_interval_labels.check([0, 1, 0.25])
        (Fraction(0, 1), Fraction(1, 1), Fraction(1, 4))
        >>> simplex_labels.check([0.5, 0.6])
        Traceback (most recent call last):
            ...
        derive.errors.InvalidLabel: the labels (0.5, 0.6) sum to 1.1; expected y ≥ 0, Σᵢ yᵢ = 1
        """
        exact = exact_labels(labels)
        for place, label in enumerate(exact, 1):
            if not self.entry(label):
                raise InvalidLabel(f"label {place} is {float(label):g}; expected {self.text}")
        if self.sum_to_one and abs(sum(exact, Fraction(0)) - 1) > rounding(labels):
            shown = ", ".join(f"{float(label):g}" for label in exact)
            raise InvalidLabel(
                f"the labels ({shown}) sum to {float(sum(exact)):g}; expected {self.text}"
            )
        return exact


real_labels = LabelDomain("real", "y ∈ ℝᵏ", r"y \in \mathbb{R}^k", lambda label: True)
unit_interval_labels = LabelDomain(
    "unit interval",
    "yᵢ ∈ [0, 1]",
    r"y_i \in [0, 1]",
    lambda label: 0 <= label <= 1,
    bounds=(0, 1),
)
simplex_labels = LabelDomain(
    "simplex",
    "y ≥ 0, Σᵢ yᵢ = 1",
    r"y \ge 0,\ \sum_{i=1}^{k} y_i = 1",
    lambda label: label >= 0,
    sum_to_one=True,
    bounds=(0, None),
)
