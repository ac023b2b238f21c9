"""The errors of ``numeric``: what was given, what was expected, what to do.

Every class derives from :class:`NumericError`, which is a ``ValueError``; a wrong *call* raises one
of them. A wrong *gradient* is a result and stands in a report; only
:meth:`numeric.gradcheck.GradientReport.raise_if_wrong` turns it into :class:`GradientMismatch`.
"""

from __future__ import annotations

__all__ = [
    "Diverged",
    "FunctionRaised",
    "GradientMismatch",
    "InvalidLabels",
    "NoMinimum",
    "NotAnalytic",
    "NotFinite",
    "NotScalar",
    "NumericError",
    "OutOfRange",
    "ShapeMismatch",
    "UnknownName",
    "UnsupportedType",
    "UntrustworthyKernel",
]


class NumericError(ValueError):
    """A call that cannot be carried out.

    Parameters
    ----------
    what : str
        What the value is called in the call.
    given : str
        What the user gave.
    expected : str
        What would have been accepted.
    remedy : str
        What to do.

    Examples
    --------
    >>> print(NumericError("direction", "shape (2,)", "shape (3,)", "Give one entry per entry."))
    direction: got shape (2,); expected shape (3,). Give one entry per entry.
    """

    def __init__(self, what: str, given: str, expected: str, remedy: str) -> None:
        super().__init__(f"{what}: got {given}; expected {expected}. {remedy}")
        self.what = what
        self.given = given
        self.expected = expected
        self.remedy = remedy


class ShapeMismatch(NumericError):
    """An array, or a tuple of arrays, does not have the shape that the others ask for."""


class UnsupportedType(NumericError):
    """A value is of a type, or an array of a dtype, that cannot be worked with."""


class NotScalar(NumericError):
    """A function that should return one number returned something else."""


class NotFinite(NumericError):
    """A number that must be finite is infinite or not a number."""


class OutOfRange(NumericError):
    """A number lies where the method that it steers does not work."""


class NotAnalytic(NumericError):
    """The complex step was asked for where the function has no complex derivative."""


class InvalidLabels(NumericError):
    """Labels lie outside their domain, or a domain has no such labels."""


class UnknownName(NumericError):
    """A name is not in the table it was looked up in."""


class FunctionRaised(NumericError):
    """A function that was handed in raised an exception of its own, or called ``sys.exit``.

    Attributes
    ----------
    summary : str
        The exception, for example ``"raises OSError: no such file"``.
    """

    def __init__(self, what: str, error: BaseException) -> None:
        text = f": {error}" if str(error) else ""
        self.summary = f"raises {type(error).__name__}{text}"
        super().__init__(
            what,
            f"{self.summary.removeprefix('raises ')} from it",
            "a result",
            "Look at the exception it was raised from.",
        )


class Diverged(NumericError):
    """Training went to where the loss or a parameter is not finite, or far above its beginning.

    Attributes
    ----------
    epoch : int
        The epoch in which it was found, counted from 0.
    last_loss : float or None
        The last finite loss; None where the first one was not finite.
    """

    def __init__(self, epoch: int, given: str, last_loss: float | None, remedy: str) -> None:
        self.epoch = epoch
        self.last_loss = last_loss
        before = "" if last_loss is None else f"; the last finite loss was {last_loss:.6g}"
        super().__init__(
            f"training, epoch {epoch}",
            given + before,
            "losses and parameters that stay finite and near where they began",
            remedy,
        )


class NoMinimum(NumericError):
    """A loss that only falls as the weights run away was to be minimised."""


class UntrustworthyKernel(NumericError):
    """A kernel's gradient contradicts differences of its own loss, so it cannot judge others."""


class GradientMismatch(AssertionError):
    """A gradient was found wrong; raised only by ``GradientReport.raise_if_wrong``."""
