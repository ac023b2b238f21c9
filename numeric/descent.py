"""Gradient descent for anything that returns a value and its gradient: a kernel, a network.

What is descended on is one array or a dict of arrays, as the generated modules have it. An epoch is
one way through the examples, in batches that a seed shuffles. Each batch moves the parameters w by

    v ← μ v − η ∇J(w)
    w ← w + v

with the rate η and the momentum μ (B. T. Polyak, Some methods of speeding up the convergence of
iteration methods, 1964); v begins as 0, and μ = 0 is plain descent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from numeric.arguments import read_callable, read_whole_number
from numeric.data import read_examples, read_number
from numeric.errors import (
    Diverged,
    NotFinite,
    NotScalar,
    OutOfRange,
    ShapeMismatch,
    UnsupportedType,
)

__all__ = ["Descent", "descend"]

Array = npt.NDArray[Any]
Arrays = dict[str, Array]
Params = TypeVar("Params", Array, Arrays)

_ALONE = "params"
"""The key of parameters that are one array."""
_HIGHEST_END = 1e3
"""An end with more than so many times the first loss, or 1 where that is less, has run away.

On the way no finite loss is too high: at a large rate it rises 10⁶ times, and falls again when the
ReLUs behind it have died. The 1 is for beginnings at a minimum, above which nearly everything is
many times as high.
"""
_LARGEST_END = 2.0**52
"""So is one with a parameter beyond so many times the largest entry that was given, or 1.

In float64 the spacing of numbers is above what was begun with from there on, so that nothing is
left of the beginning. Weights that grow by training as it should be, such as those of labels that
can be separated, grow by the logarithm of the epochs.
"""
_LARGEST_GROWTH = 2.0**200
"""Beyond so many times it training is given up at once, in whichever epoch.

It is far from the end of float64, 2¹⁰²⁴, but what two layers of such weights make of each other,
squared by a loss, is not: there is no way back from here. Those who look at what a rate far too
large does, such as how many ReLUs it kills, can do so below.
"""


@dataclass(frozen=True, slots=True)
class Descent(Generic[Params]):
    """Where a descent ended, and what it met on its way.

    Attributes
    ----------
    params : ndarray or dict of ndarray
        The parameters at the end, of the kind and the dtypes that were given.
    loss : float
        The loss of all examples at ``params``.
    gradient_norm : float
        ‖∇J‖₂ of all examples at ``params``, over all entries of all arrays.
    losses : tuple of float
        For each epoch what was met in it: the mean of its batches' losses, weighted by their rows,
        each before its step. Where a batch is all examples, it is their loss when the epoch began.
    converged : bool
        Whether ``gradient_norm`` is at most the tolerance; False without one.
    runaway : str
        Empty, unless the end is far above the beginning: the loss of all examples above
        1000 · max(first loss, 1), or a parameter beyond 2⁵² · max(largest first entry, 1). Then it
        says how far, and which parameter is the largest.
    risen_from : float or None
        The loss of all examples at the beginning, where the end is above it.
    """

    params: Params
    loss: float
    gradient_norm: float
    losses: tuple[float, ...]
    converged: bool
    runaway: str = ""
    risen_from: float | None = None

    @property
    def epochs(self) -> int:
        """How many epochs were gone through."""
        return len(self.losses)

    def __str__(self) -> str:
        verb = "converged" if self.converged else "stopped"
        loss = f"loss {self.loss:.6g}"
        if self.runaway:
            verb, loss = "diverged", f"{loss}, {self.runaway}"
        elif self.risen_from is not None:
            loss = f"{loss}, above the first one of {self.risen_from:.6g}"
        return f"{verb} after {self.epochs} epochs: {loss}, gradient norm {self.gradient_norm:.2g}"


def descend(
    value_and_grad: Callable[..., Any],
    params: Params,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    rate: float,
    epochs: int,
    momentum: float = 0.0,
    batch: int | None = None,
    seed: int = 0,
    tolerance: float | None = None,
    progress: bool = False,
    watch: Callable[[int, Params], object] | None = None,
    may_diverge: bool = False,
) -> Descent[Params]:
    """Return where gradient descent leads: v ← μv − η∇J(w), w ← w + v, batch after batch.

    The steps are along the gradient as it is returned. A loss that is a sum over examples needs the
    smaller a rate the more rows a batch has; one that is a mean does not
    (``functools.partial(value_and_grad, reduction="mean")`` makes it one).

    Parameters
    ----------
    value_and_grad : callable
        ``value_and_grad(params, x, y)`` returns the loss and its gradient by ``params``: an array,
        or a mapping with the keys of ``params``. What it returns beyond these, as
        ``layer_value_and_grad`` of the kernels does, is left aside.
    params : ndarray or dict of ndarray
        Where to begin. Not written to; integers become float64.
    x, y : array_like, shapes (n, ...) and (n, ...)
        Examples and labels, a row for each.
    rate : float
        η > 0.
    epochs : int
        The most epochs to go through, at least 1.
    momentum : float
        μ in [0, 1).
    batch : int, optional
        Rows in a batch, 1 to n; the last one of an epoch has what is left. None is all of them, in
        the order that they are given in.
    seed : int
        Of the shuffling, which is done anew for each epoch.
    tolerance : float, optional
        Stop before an epoch when ‖∇J‖₂ of all examples is at most this. With smaller batches it is
        one more pass over the examples in each epoch.
    progress : bool
        Whether to show a bar, with the loss, on the error output. It needs rich.
    watch : callable, optional
        ``watch(epoch, params)`` is called with a copy of the parameters after each epoch, the first
        of which is 0.
    may_diverge : bool
        Whether an end far above the beginning is returned, and told in ``runaway``, for those who
        look at what such a rate does. What is not finite, or beyond 2²⁰⁰, is raised all the same.

    Returns
    -------
    Descent

    Raises
    ------
    Diverged
        Once a loss or a parameter is NaN or infinite, or a parameter is beyond
        2²⁰⁰ · max(largest first entry, 1) after an epoch. It names the epoch, the last finite loss,
        the rate, and the parameter that is not finite or has the largest entry. Unless
        ``may_diverge``, also when the end is ``runaway``, as said at `Descent`.
    NotFinite
        For NaN and infinity in ``x`` and ``y``, with the row, and in ``params``.
    ShapeMismatch
        When ``x`` and ``y`` differ in their rows, or a gradient and its parameter in their shapes.
    OutOfRange
        For a rate, a momentum, a batch, a tolerance, a number of epochs or a seed that is not as
        above.
    UnsupportedType, NotScalar
        For values of the wrong type, and a loss that is no single number.

    Examples
    --------
    The layer of a linear unit, with the shipped kernel. The labels are 1 + 2h:

    >>> from numeric.kernels.linear_squared_error import layer_value_and_grad
    >>> h = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> y = np.array([[1.0], [3.0], [5.0]])
    >>> done = descend(
    ...     layer_value_and_grad, np.zeros((1, 2)), h, y, rate=0.05, epochs=1000, tolerance=1e-9
    ... )
    >>> done.converged, done.params.round(6).tolist()
    (True, [[1.0, 2.0]])

    A rate that is too large:

    >>> descend(layer_value_and_grad, np.zeros((1, 2)), h, y, rate=1.0, epochs=1000)
    Traceback (most recent call last):
        ...
    numeric.errors.Diverged: training, epoch ...: got entries up to ... in params, above 1.61e+60;
    the last finite loss was ...; expected losses and parameters that stay finite and near where
    they began. Choose a smaller rate than 1.0.
    """
    read_callable("value_and_grad", value_and_grad)
    if watch is not None:
        read_callable("watch", watch)
    examples, labels = read_examples(x, y)
    is_alone = not isinstance(params, Mapping)
    plan = _Plan(
        rate=read_number("rate", rate, "a number above 0", above=0),
        momentum=read_number("momentum", momentum, "a number in [0, 1)", least=0, below=1),
        batch=_read_batch(batch, len(examples)),
        epochs=read_whole_number("epochs", epochs, least=1),
        seed=read_whole_number("seed", seed, least=0),
        tolerance=_read_tolerance(tolerance),
        may_diverge=may_diverge,
    )
    course = _Course(value_and_grad, examples, labels, plan, _read_params(params), is_alone)
    with _bar(plan.epochs, progress) as advance:
        for epoch in range(plan.epochs):
            if plan.tolerance is not None and course.survey().gradient_norm <= plan.tolerance:
                break
            advance(course.pass_over())
            if watch is not None:
                watch(epoch, course.handed_out(copied=True))
    return course.end()


# What is given ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plan:
    rate: float
    momentum: float
    batch: int
    epochs: int
    seed: int
    tolerance: float | None
    may_diverge: bool


def _read_batch(given: int | None, rows: int) -> int:
    if given is None:
        return rows
    batch = read_whole_number("batch", given, least=1)
    if batch > rows:
        raise OutOfRange("batch", repr(given), f"1 to {rows} rows, as x has", "Take fewer rows.")
    return batch


def _read_tolerance(given: float | None) -> float | None:
    if given is None:
        return None
    return read_number("tolerance", given, "a number from 0, or None", least=0)


def _read_params(given: object) -> Arrays:
    named = given if isinstance(given, Mapping) else {_ALONE: given}
    if not named:
        raise ShapeMismatch("params", "an empty dict", "at least one array", "Give a point.")
    return {name: _read_param(name, array) for name, array in named.items()}


def _read_param(name: str, given: object) -> Array:
    array = np.array(given)
    if array.dtype.kind in "bui":
        array = array.astype(np.float64)
    if array.dtype.kind != "f":
        raise UnsupportedType(
            name, f"dtype {array.dtype}", "real numbers", "Convert it with numpy.asarray."
        )
    if not np.isfinite(array).all():
        raise NotFinite(name, "NaN or infinity", "finite numbers", "Begin elsewhere.")
    return array


# The way ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Survey:
    """What all examples say of the parameters."""

    loss: float
    grads: Arrays

    @property
    def gradient_norm(self) -> float:
        """‖∇J‖₂, which is finite where the entries are far from the limit of their format."""
        largest = max(float(np.abs(grad).max(initial=0)) for grad in self.grads.values())
        if largest == 0 or not math.isfinite(largest):
            return largest
        scaled = (grad.astype(np.float64) / largest for grad in self.grads.values())
        return largest * math.sqrt(sum(float(np.sum(grad**2)) for grad in scaled))


class _Course:
    """The parameters on their way, with what moves them."""

    def __init__(
        self,
        value_and_grad: Callable[..., Any],
        x: Array,
        y: Array,
        plan: _Plan,
        params: Arrays,
        is_alone: bool,
    ) -> None:
        self._value_and_grad = value_and_grad
        self._x, self._y = x, y
        self._plan = plan
        self._params = params
        self._begun = {name: array.copy() for name, array in params.items()}
        self._first_loss: float | None = None
        self._is_alone = is_alone
        self._velocity = {name: np.zeros_like(array) for name, array in params.items()}
        self._random = np.random.default_rng(plan.seed)
        self._losses: list[float] = []
        self._last_loss: float | None = None
        self._survey: _Survey | None = None

    def survey(self) -> _Survey:
        """Return the loss and the gradient of all examples; nothing is computed twice."""
        if self._survey is None:
            loss, grads = self._evaluated(self._x, self._y)
            self._survey = _Survey(loss, grads)
        return self._survey

    def pass_over(self) -> float:
        """Go through the examples once; return the mean of the losses that were met."""
        rows = len(self._x)
        if self._plan.batch == rows:
            mean = self._step_with_all()
        else:
            order = self._random.permutation(rows)
            mean = 0.0
            for start in range(0, rows, self._plan.batch):
                chosen = order[start : start + self._plan.batch]
                mean += self._step(self._x[chosen], self._y[chosen]) * (len(chosen) / rows)
        self._refuse_runaway_parameters()
        self._losses.append(mean)
        return mean

    def handed_out(self, *, copied: bool = False) -> Any:
        """Return the parameters in the form in which they were given."""
        params = {name: array.copy() if copied else array for name, array in self._params.items()}
        return params[_ALONE] if self._is_alone else params

    def end(self) -> Descent[Any]:
        """Return the record of the whole course."""
        last = self.survey()
        tolerance = self._plan.tolerance
        runaway = self._runaway()
        if runaway and not self._plan.may_diverge:
            raise self._diverged(runaway, is_named=True)
        return Descent(
            params=self.handed_out(),
            loss=last.loss,
            gradient_norm=last.gradient_norm,
            losses=tuple(self._losses),
            converged=tolerance is not None and last.gradient_norm <= tolerance,
            runaway=runaway,
            risen_from=self._risen_from(last.loss),
        )

    def _step_with_all(self) -> float:
        survey = self.survey()
        self._move(survey.grads)
        return survey.loss

    def _step(self, x: Array, y: Array) -> float:
        loss, grads = self._evaluated(x, y)
        self._move(grads)
        return loss

    @np.errstate(over="ignore", invalid="ignore")
    def _move(self, grads: Arrays) -> None:
        for name, velocity in self._velocity.items():
            velocity *= self._plan.momentum
            velocity -= self._plan.rate * grads[name]
        # Only now, since a gradient may be a parameter itself, as that of ½‖w‖² is.
        for name, velocity in self._velocity.items():
            self._params[name] += velocity
        self._survey = None

    @np.errstate(over="ignore", invalid="ignore")
    def _evaluated(self, x: Array, y: Array) -> tuple[float, Arrays]:
        value, grads = self._answer(x, y)
        loss = _read_loss(value)
        if not math.isfinite(loss):
            raise self._diverged(f"a loss of {loss}")
        if self._first_loss is None:
            self._first_loss = loss
        self._last_loss = loss
        return loss, self._read_grads(grads)

    @np.errstate(over="ignore", invalid="ignore")
    def _answer(self, x: Array, y: Array) -> tuple[Any, Any]:
        try:
            answer = self._value_and_grad(self.handed_out(), x, y)
        except (TypeError, ValueError, OverflowError) as error:
            self._explain(error)
            raise
        if not isinstance(answer, tuple) or len(answer) < 2:
            raise UnsupportedType(
                "what value_and_grad returns",
                repr(answer),
                "a loss and its gradient",
                "Return both.",
            )
        value, grads, *_ = answer
        return value, grads

    def _explain(self, error: Exception) -> None:
        """Raise what says more than an error of a batch, where there is such."""
        name, largest = self._largest_parameter()
        if not math.isfinite(largest):
            raise self._diverged(f"NaN or infinity in {name}", is_named=True) from None
        try:
            # A message that names a row is to count among all of them, not within the batch.
            self._value_and_grad(self.handed_out(), self._x, self._y)
        except OverflowError as of_all:
            error = of_all
        if isinstance(error, OverflowError):
            raise self._diverged(str(error).partition(";")[0]) from None

    def _read_grads(self, given: Any) -> Arrays:
        grads = {_ALONE: given} if self._is_alone else given
        missing = [name for name in self._params if name not in grads]
        if missing:
            raise ShapeMismatch(
                "the gradient", f"no entry {missing[0]!r}", "one for each parameter", "Add it."
            )
        arrays = {name: np.asarray(grads[name]) for name in self._params}
        for name, array in self._params.items():
            if arrays[name].shape != array.shape:
                raise ShapeMismatch(
                    f"the gradient by {name}",
                    f"shape {arrays[name].shape}",
                    f"{array.shape}, as the parameter",
                    "Return one entry for each entry.",
                )
        return arrays

    def _refuse_runaway_parameters(self) -> None:
        name, largest = self._largest_parameter()
        if not math.isfinite(largest):
            raise self._diverged(f"NaN or infinity in {name}", is_named=True)
        most = _LARGEST_GROWTH * self._largest_begun()
        if largest > most:
            said = f"entries up to {largest:.3g} in {name}, above {most:.3g}"
            raise self._diverged(said, is_named=True)

    def _largest_parameter(self) -> tuple[str, float]:
        """Return the parameter with the largest entry, and the entry; NaN counts as the largest."""
        sizes = {name: _largest(array) for name, array in self._params.items()}
        name = max(sizes, key=lambda one: (math.isnan(sizes[one]), sizes[one]))
        return name, sizes[name]

    def _risen_from(self, loss: float) -> float | None:
        met = self._first_loss
        if met is None or loss <= met:
            return None
        first = self._begin()
        return first if loss > first else None

    def _runaway(self) -> str:
        """Return what has run away by the end; empty where nothing has."""
        name, largest = self._largest_parameter()
        where = f"{name} has entries up to {largest:.3g}"
        loss = self.survey().loss
        # The first loss may be of a batch, which has fitted by chance: it only says whether to
        # compare the losses of all examples.
        if self._is_above(loss, self._first_loss) and self._is_above(loss, first := self._begin()):
            return f"a loss above {_HIGHEST_END:g} times the first one of {first:.6g}; {where}"
        return where if largest > _LARGEST_END * self._largest_begun() else ""

    @staticmethod
    def _is_above(loss: float, first: float | None) -> bool:
        return first is not None and loss > _HIGHEST_END * max(abs(first), 1.0)

    def _begin(self) -> float:
        """Return the loss of all examples at the beginning."""
        params, self._params = self._params, self._begun
        try:
            return _read_loss(self._answer(self._x, self._y)[0])
        finally:
            self._params = params

    def _largest_begun(self) -> float:
        return max(1.0, *(_largest(array) for array in self._begun.values()))

    def _diverged(self, given: str, *, is_named: bool = False) -> Diverged:
        # What is found when all epochs are through was brought about by the last one.
        epoch = min(len(self._losses), self._plan.epochs - 1)
        if not is_named:
            name, largest = self._largest_parameter()
            given = f"{given}, where {name} has entries up to {largest:.3g}"
        remedy = f"Choose a smaller rate than {self._plan.rate}."
        if self._last_loss is None:
            remedy = "Begin where the loss is finite."
        return Diverged(epoch, given, self._last_loss, remedy)


def _largest(array: Array) -> float:
    """Return the largest absolute value, NaN where there is one."""
    return float(np.abs(array).max(initial=0))


def _read_loss(value: Any) -> float:
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "buif":
        raise NotScalar(
            "the loss",
            f"shape {array.shape} of dtype {array.dtype}",
            "one real number",
            "Sum it, or take the mean, over the examples.",
        )
    return float(array.reshape(()))


@contextmanager
def _bar(total: int, is_shown: bool) -> Iterator[Callable[[float], None]]:
    """Yield what is called with the loss after each epoch."""
    if not is_shown:
        yield lambda loss: None
        return
    # Only those who want the bar need rich.
    from rich.console import Console
    from rich.progress import Progress, TextColumn

    columns = (*Progress.get_default_columns(), TextColumn("loss {task.fields[loss]}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("descent", total=total, loss="")
        yield lambda loss: bar.update(task, advance=1, loss=f"{loss:.6g}")
