"""Whether a label vector can be predicted exactly: the lecture's 0.05 and 0.95 against 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Expr, Indexed, Integer, Max, Rational, Sum

from derive.catalogue.labels import exact_labels, rounding
from derive.catalogue.records import AT_KINK, Output, Vector
from derive.catalogue.tables import interval_text
from derive.errors import DeriveError
from derive.language import index, k, named_function, quantity, rebuild, relu, substitute

__all__ = ["Attainable", "attainable"]

_i = index("i")


@dataclass(frozen=True)
class Attainable:
    """Whether ŷ(a) = y has a solution, and one solution.

    An `Attainable` is true in a condition exactly when ``reachable`` is.

    Parameters
    ----------
    reachable : bool
        Whether some a gives ŷ(a) = y exactly.
    exact : tuple[Expr, ...] or None
        Such an a, exactly; None where there is none. For softmax any constant may be added.
    reason : str
        Why not, empty where it is reachable.
    """

    reachable: bool
    exact: tuple[Expr, ...] | None
    reason: str

    @property
    def pre_activation(self) -> tuple[float, ...] | None:
        """The a with ŷ(a) = y, as floating-point numbers."""
        return None if self.exact is None else tuple(float(entry) for entry in self.exact)

    def __bool__(self) -> bool:
        return self.reachable

    def __str__(self) -> str:
        if self.pre_activation is None:
            return f"not attainable: {self.reason}"
        return f"attainable, at a = ({', '.join(f'{entry:g}' for entry in self.pre_activation)})"


def attainable(output: Output, labels: Sequence[Any]) -> Attainable:
    """Say whether an output unit can predict ``labels`` exactly.

    A label is read as the decimal number it is written as, so that 0.9, 0.05 and 0.05 sum to one;
    a float also stands for the numbers that are rounded to it, so that three times 1/3 does.

    Parameters
    ----------
    output : Output
        The row of the output unit.
    labels : sequence of numbers
        One label vector y.

    Raises
    ------
    InvalidLabel
        If the labels are not finite numbers.
    DeriveError
        If the row of the output unit has no inverse.

    Examples
    --------
    >>> from derive.catalogue import find_output
    >>> print(attainable(find_output("sigmoid"), [0.05, 0.95]))
    attainable, at a = (-2.94444, 2.94444)
    >>> print(attainable(find_output("sigmoid"), [0, 0.95]))
    not attainable: y₁ = 0 is not in (0, 1), where every ŷᵢ lies; it is approached only in a limit
    """
    exact = exact_labels(labels)
    if output.inverse is None:
        raise DeriveError(
            f"the row of the output {output.name!r} has no inverse; give one: "
            "inverse=lambda y, i: the aᵢ with ŷ(a) = y"
        )
    values = tuple(Rational(label.numerator, label.denominator) for label in exact)
    label = Vector(quantity("y", k))
    entry = output.inverse(label, _i)
    solution = tuple(written_out_at(entry, label.base, values, place) for place in _places(values))
    if not all(number.is_finite and number.is_extended_real for number in solution):
        return Attainable(False, None, _outside(output, exact))
    unit = Vector(quantity("a", k))
    prediction = substitute(output.prediction(unit, _i), {AT_KINK: Integer(0)})
    reached = [written_out_at(prediction, unit.base, solution, place) for place in _places(values)]
    slack = rounding(labels)
    bound = Rational(slack.numerator, slack.denominator) + Rational(1, 10**50)
    if all(_within(bound, got, wanted) for got, wanted in zip(reached, values, strict=True)):
        return Attainable(True, solution, "")
    return Attainable(False, None, _outside(output, exact))


def _within(bound: Expr, got: Expr, wanted: Expr) -> bool:
    """Compare to 50 digits, since the inverse is a closed form, or to what rounding leaves."""
    return bool(abs(got.evalf(60) - wanted.evalf(60)) < bound)


def _places(values: tuple[Expr, ...]) -> range:
    return range(1, len(values) + 1)


def written_out_at(expression: Expr, base: Expr, values: tuple[Expr, ...], place: int) -> Expr:
    """Evaluate entry ``place`` of an expression at the numbers ``values`` of one vector."""

    def visit(node: Expr) -> Expr:
        if isinstance(node, Indexed) and node.base == base:
            return values[int(node.indices[0]) - 1]
        if isinstance(node, Sum):
            ((bound, _, _),) = node.limits
            terms = (substitute(node.function, {bound: Integer(p)}) for p in _places(values))
            return sum((visit(term) for term in terms), Integer(0))
        if isinstance(node, relu):
            return Max(visit(node.args[0]), 0)
        row = named_function(type(node))
        if row is not None and row.definition is not None:
            return visit(row.definition(*node.args))
        if not node.args:
            return node
        return rebuild(node, (visit(part) for part in node.args))

    return visit(substitute(expression, {_i: Integer(place)}))


def _outside(output: Output, labels: tuple[Fraction, ...]) -> str:
    where = interval_text(output.range)
    for place, label in enumerate(labels, 1):
        if not output.range.contains(Rational(label.numerator, label.denominator)):
            limit = output.range.closure.contains(Rational(label.numerator, label.denominator))
            tail = "; it is approached only in a limit" if limit else ""
            subscript = str(place).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
            return f"y{subscript} = {float(label):g} is not in {where}, where every ŷᵢ lies{tail}"
    return (
        f"every label is in {where}, but the units are coupled and their predictions "
        f"do not sum to Σᵢ yᵢ = {float(sum(labels)):g}"
    )
