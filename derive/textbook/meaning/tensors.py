"""What products, sums, transposes and functions of arrays mean, told by their shapes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.textbook.errors import ShapeMismatch, Unreadable
from derive.textbook.meaning.core import (
    MINUS_ONE,
    At,
    Core,
    Determinant,
    Fold,
    Function,
    MatrixPower,
    Orientation,
    Power,
    Rational,
    Tensor,
    plus,
    rename,
    times,
)
from derive.textbook.meaning.dimensions import Dimensions, Index
from derive.textbook.positions import NOWHERE, Span

__all__ = ["Arrays"]


class Arrays:
    """Operations on tensors; what is unknown of a dimension is learnt from them."""

    def __init__(self, dimensions: Dimensions) -> None:
        self.dimensions = dimensions

    def describe(self, tensor: Tensor) -> str:
        """Return the shape of a tensor in words."""
        names = [self.dimensions.find(axis.dimension).name for axis in tensor.axes]
        match tensor.orientation:
            case "scalar":
                return "a scalar"
            case "column":
                return f"a vector({names[0]})"
            case "row":
                return f"a row({names[0]})"
            case "free":
                return f"a vector({names[0]})"
            case "matrix":
                return f"a matrix({', '.join(names)})"
            case _:
                return f"a tensor({', '.join(names)})"

    def fresh(self, tensor: Tensor) -> Tensor:
        """Return a tensor with indices of its own."""
        axes = tuple(self.dimensions.index(axis.name, axis.dimension) for axis in tensor.axes)
        body = rename(
            tensor.body, {old: At(new) for old, new in zip(tensor.axes, axes, strict=True)}
        )
        return replace(tensor, axes=axes, body=body)

    def entry(self, tensor: Tensor, places: tuple[Core, ...]) -> Core:
        """Return an entry of a tensor."""
        return rename(tensor.body, dict(zip(tensor.axes, places, strict=True)))

    def aligned(self, tensor: Tensor, axes: tuple[Index, ...], span: Span = NOWHERE) -> Core:
        """Return the entry of a tensor at the indices of another of the same shape."""
        for own, other in zip(tensor.axes, axes, strict=True):
            self.dimensions.unify(own.dimension, other.dimension, span)
        return self.entry(tensor, tuple(At(axis) for axis in axes))

    def same_shape(self, left: Tensor, right: Tensor) -> bool:
        """Return whether two tensors can be compared entry by entry."""
        if len(left.axes) != len(right.axes):
            return False
        lies = {left.orientation, right.orientation}
        if lies == {"row", "column"}:
            return False
        return all(
            self.dimensions.same(a.dimension, b.dimension)
            for a, b in zip(left.axes, right.axes, strict=True)
        )

    def negative(self, tensor: Tensor) -> Tensor:
        """Return minus a tensor."""
        return Tensor(
            tensor.axes, times(MINUS_ONE, tensor.body), tensor.orientation, literal=tensor.literal
        )

    def scaled(self, factor: Core, tensor: Tensor) -> Tensor:
        """Return a tensor times a scalar."""
        return Tensor(tensor.axes, times(factor, tensor.body), tensor.orientation)

    def added(self, left: Tensor, right: Tensor, span: Span = NOWHERE) -> Tensor:
        """Return a sum: of equal shapes, of a number and an array, of a matrix and a row.

        Raises
        ------
        ShapeMismatch
            For other shapes.
        """
        if len(left.axes) < len(right.axes):
            left, right = right, left
        if not right.axes:
            return Tensor(
                left.axes,
                plus(left.body, right.body),
                left.orientation,
                literal=left.literal and right.literal,
            )
        if self.same_shape(left, right):
            body = self.aligned(right, left.axes, span)
            lies = right.orientation if left.orientation == "free" else left.orientation
            return Tensor(left.axes, plus(left.body, body), lies)
        if left.orientation == "matrix" and len(right.axes) == 1:
            axis = self._broadcast_axis(left, right)
            if axis is not None:
                body = self.aligned(right, (axis,), span)
                return Tensor(left.axes, plus(left.body, body), "matrix")
        raise ShapeMismatch(
            f"{self.describe(left)} and {self.describe(right)} cannot be added", span
        )

    def _broadcast_axis(self, matrix: Tensor, vector: Tensor) -> Index | None:
        rows, columns = matrix.axes
        if vector.orientation in ("row", "free") and self.dimensions.same(
            columns.dimension, vector.axes[0].dimension
        ):
            return columns
        if vector.orientation in ("column", "free") and self.dimensions.same(
            rows.dimension, vector.axes[0].dimension
        ):
            return rows
        return None

    def elementwise(self, left: Tensor, right: Tensor, span: Span = NOWHERE) -> Tensor:
        """Return the product entry by entry."""
        if not left.axes or not right.axes:
            return self.scaled(left.body, right) if not left.axes else self.scaled(right.body, left)
        if not self.same_shape(left, right):
            raise ShapeMismatch(
                f"{self.describe(left)} and {self.describe(right)} cannot be multiplied entry by "
                "entry",
                span,
            )
        lies = right.orientation if left.orientation == "free" else left.orientation
        return Tensor(left.axes, times(left.body, self.aligned(right, left.axes, span)), lies)

    def multiplied(
        self, left: Tensor, right: Tensor, operator: str = "", span: Span = NOWHERE
    ) -> Tensor:
        r"""Return a product of neighbours, or with ``\cdot`` between them.

        Raises
        ------
        ShapeMismatch
            When the shapes have no product.
        """
        chained = self._chained(left, right)
        if chained is not None:
            return chained
        if not left.axes:
            return self.scaled(left.body, right)
        if not right.axes:
            return self.scaled(right.body, left)
        if operator == "*" and self.same_shape(left, right):
            return self.elementwise(left, right, span)
        if len(left.axes) > 2 or len(right.axes) > 2:
            raise Unreadable(f"a product of {self.describe(left)} and {self.describe(right)}", span)
        product = self._matrix_product(left, right, operator, span)
        if product is None:
            raise ShapeMismatch(
                f"{self.describe(left)} times {self.describe(right)} has no meaning", span
            )
        return product

    def _matrix_product(
        self, left: Tensor, right: Tensor, operator: str, span: Span
    ) -> Tensor | None:
        lies = (left.orientation, right.orientation)
        same = self.dimensions.same(left.axes[-1].dimension, right.axes[0].dimension)
        if lies in (("column", "row"), ("column", "free"), ("free", "row")) and not (
            operator == "\\cdot" and "free" in lies
        ):
            if lies != ("column", "row") and operator == "" and same and lies == ("free", "row"):
                pass
            return self.outer(left, right)
        if lies in (("column", "column"), ("row", "row")) and (operator != "\\cdot" or not same):
            return None
        if lies == ("matrix", "row") or lies == ("column", "matrix"):
            return None
        return self._contracted(left, right, span) if same else None

    def outer(self, left: Tensor, right: Tensor) -> Tensor:
        """Return the outer product of two vectors."""
        return Tensor((*left.axes, *right.axes), times(left.body, right.body), "matrix")

    def _contracted(self, left: Tensor, right: Tensor, span: Span) -> Tensor:
        shared = left.axes[-1]
        self.dimensions.unify(shared.dimension, right.axes[0].dimension, span)
        body = rename(right.body, {right.axes[0]: At(shared)})
        axes = (*left.axes[:-1], *right.axes[1:])
        lies: Orientation = "matrix" if len(axes) == 2 else "scalar"
        if len(axes) == 1:
            lies = "column" if len(left.axes) == 2 else "row"
            if left.orientation == "free" and len(left.axes) == 1:
                lies = "free"
        return Tensor(axes, Fold("sum", shared, times(left.body, body)), lies)

    def _chained(self, left: Tensor, right: Tensor) -> Tensor | None:
        """Return the chain rule, where the one derivative is by what the other is of."""
        if left.denominator is None or right.numerator is None:
            return None
        if left.denominator != right.numerator:
            if right.denominator is not None and right.denominator == left.numerator:
                return self._chained(right, left)
            return None
        inner = left.axes[left.upper_axes :]
        own = right.axes[: right.upper_axes]
        body = rename(right.body, {a: At(b) for a, b in zip(own, inner, strict=True)})
        product = times(left.body, body)
        for axis in reversed(inner):
            product = Fold("sum", axis, product)
        axes = (*left.axes[: left.upper_axes], *right.axes[right.upper_axes :])
        lies: Orientation = ("scalar", "free", "matrix")[len(axes)] if len(axes) < 3 else "array"
        return Tensor(axes, product, lies, left.numerator, right.denominator, left.upper_axes)

    def divided(self, left: Tensor, right: Tensor, span: Span = NOWHERE) -> Tensor:
        """Return a quotient, by a scalar or entry by entry."""
        return (
            self.elementwise(left, self.mapped(right, lambda body: Power(body, MINUS_ONE)), span)
            if (not right.axes or self.same_shape(left, right) or not left.axes)
            else self._no_quotient(left, right, span)
        )

    def _no_quotient(self, left: Tensor, right: Tensor, span: Span) -> Tensor:
        raise ShapeMismatch(
            f"{self.describe(left)} cannot be divided by {self.describe(right)}", span
        )

    def mapped(self, tensor: Tensor, function: object) -> Tensor:
        """Return a function of every entry."""
        return Tensor(tensor.axes, function(tensor.body), tensor.orientation)  # type: ignore[operator]

    def applied(self, name: str, tensor: Tensor) -> Tensor:
        """Return an elementary function of every entry."""
        return Tensor(tensor.axes, Function(name, tensor.body), tensor.orientation)

    def transposed(self, tensor: Tensor, span: Span = NOWHERE) -> Tensor:
        """Return the transpose."""
        match tensor.orientation:
            case "column":
                return replace(tensor, orientation="row", numerator=None, denominator=None)
            case "row":
                return replace(tensor, orientation="column", numerator=None, denominator=None)
            case "free":
                return replace(tensor, orientation="row", numerator=None, denominator=None)
            case "matrix":
                return Tensor(tensor.axes[::-1], tensor.body, "matrix")
            case "scalar":
                return tensor
            case _:
                raise Unreadable(f"the transpose of {self.describe(tensor)}", span)

    def powered(self, base: Tensor, exponent: Tensor, span: Span = NOWHERE) -> Tensor:
        """Return a power: of a scalar, or of a square matrix."""
        if not base.axes:
            if exponent.axes:
                return self.mapped(exponent, lambda body: Power(base.body, body))
            return Tensor((), Power(base.body, exponent.body), literal=base.literal)
        if exponent.axes:
            raise Unreadable("a power whose base and exponent are arrays", span)
        if base.orientation != "matrix":
            raise Unreadable(f"a power of {self.describe(base)}", span)
        row, column = base.axes
        self._square(base, span)
        places = (
            self.dimensions.index(row.name, row.dimension),
            self.dimensions.index(column.name, row.dimension),
        )
        body = MatrixPower(row, column, base.body, exponent.body, (At(places[0]), At(places[1])))
        return Tensor(places, body, "matrix")

    def _square(self, tensor: Tensor, span: Span) -> None:
        row, column = tensor.axes
        try:
            self.dimensions.unify(row.dimension, column.dimension, span)
        except ShapeMismatch:
            raise ShapeMismatch(f"{self.describe(tensor)} is not square", span) from None

    def total(self, tensor: Tensor) -> Tensor:
        """Return the sum of all entries."""
        body = tensor.body
        for axis in reversed(tensor.axes):
            body = Fold("sum", axis, body)
        return Tensor((), body)

    def trace(self, tensor: Tensor, span: Span = NOWHERE) -> Tensor:
        """Return the trace of a square matrix."""
        if tensor.orientation == "scalar":
            return tensor
        if tensor.orientation != "matrix":
            raise ShapeMismatch(f"the trace of {self.describe(tensor)}", span)
        self._square(tensor, span)
        row, column = tensor.axes
        return Tensor((), Fold("sum", row, rename(tensor.body, {column: At(row)})))

    def determinant(self, tensor: Tensor, span: Span = NOWHERE) -> Tensor:
        """Return the determinant of a square matrix."""
        if tensor.orientation != "matrix":
            raise ShapeMismatch(f"the determinant of {self.describe(tensor)}", span)
        self._square(tensor, span)
        row, column = tensor.axes
        return Tensor((), Determinant(row, column, tensor.body))

    def number(self, value: int | Fraction) -> Tensor:
        """Return a number."""
        return Tensor((), Rational(Fraction(value)), literal=True)
