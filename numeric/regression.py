"""The closed forms to which the descent of a last layer must come: regression in its three kinds.

A last layer a = Wh + b with its natural loss is linear, logistic or softmax regression, and its
loss is convex. For linear units the minimum solves the normal equations; for the two others
Newton's steps, which are weighted least squares each (IRLS), go to it. Nothing here uses the
kernels, so that each is a check of the other.

In all three J = Σₙ L(ŷₙ, yₙ) + λ‖W‖², as in the modules that are generated: a sum over the
examples, no ½, and no part for the biases.

Sources: T. Hastie, R. Tibshirani, J. Friedman, The Elements of Statistical Learning, 2nd edition,
2009, sections 3.2 (normal equations), 3.4.1 (ridge), 4.4.1 (Newton and IRLS); C. Bishop, Pattern
Recognition and Machine Learning, 2006, sections 3.1.1, 4.3.3 and 4.3.4 (the blocks of the softmax's
Hessian); A. Albert, J. Anderson, On the existence of maximum likelihood estimates in logistic
regression models, Biometrika 71, 1984 (labels that can be separated have no minimum).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.arguments import read_whole_number
from numeric.data import read_examples, read_number
from numeric.errors import InvalidLabels, NoMinimum, ShapeMismatch

__all__ = ["Regression", "linear_regression", "logistic_regression", "softmax_regression"]

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Regression:
    """The layer at the minimum of its loss.

    Attributes
    ----------
    W : ndarray, shape (k, d)
        The weights.
    b : ndarray of shape (k,), or None
        The biases, where they were asked for.
    loss : float
        J = L + λ‖W‖² at the minimum, summed over the examples.
    steps : int
        Newton's steps; of the units with an own problem each, the most. Zero for linear units.
    """

    W: Array
    b: Array | None
    loss: float
    steps: int


# The three regressions ----------------------------------------------------------------------------


def linear_regression(
    h: npt.ArrayLike, y: npt.ArrayLike, *, regularisation: float = 0.0, biases: bool = False
) -> Regression:
    """Wᵀ = (HᵀH + λI)⁻¹ HᵀY: the minimum of J = Σₙ ‖Whₙ − yₙ‖² + λ‖W‖².

    The gradient 2(HWᵀ − Y)ᵀH + 2λW is zero where (HᵀH + λI)Wᵀ = HᵀY, the normal equations. They are
    solved by a singular value decomposition of H over √λ I, not of HᵀH, whose condition is
    squared. Where they leave Wᵀ open, as for λ = 0 and columns that depend on each other, it is the
    solution of the smallest norm, biases included.

    Parameters
    ----------
    h : array_like, shape (n, d)
        What the layer takes, a row for each example.
    y : array_like, shape (n, k)
        The labels, any real numbers.
    regularisation : float
        λ ≥ 0.
    biases : bool
        Whether the layer is a = Wh + b.

    Returns
    -------
    Regression

    Raises
    ------
    ShapeMismatch, NotFinite, UnsupportedType
        For data that are not as above; NaN and infinity with the row.
    OutOfRange
        For λ < 0.

    Examples
    --------
    >>> found = linear_regression([[0.0], [1.0], [2.0]], [[1.0], [3.0], [5.0]], biases=True)
    >>> found.W.round(9).tolist(), found.b.round(9).tolist()
    ([[2.0]], [1.0])
    """
    inputs, labels, weight = _read(h, y, regularisation, biases)
    penalised = np.sqrt(weight) * _penalised(inputs, biases)
    system = np.vstack([inputs, np.diag(penalised)])
    right = np.vstack([labels, np.zeros((len(penalised), labels.shape[1]))])
    solution = np.linalg.lstsq(system, right, rcond=None)[0]
    loss = float(np.sum((system @ solution - right) ** 2))
    return _layer(solution.T, biases, loss, steps=0)


def logistic_regression(
    h: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    regularisation: float = 0.0,
    biases: bool = False,
    steps: int = 100,
) -> Regression:
    """∇J = (Ŷ − Y)ᵀH + 2λW = 0 with ŷ = s(Wh), by Newton's steps, for each unit by itself.

    J = −Σₙ Σᵢ (y ln ŷ + (1 − y) ln(1 − ŷ)) + λ‖W‖². A unit's step Δ solves

        (Hᵀ diag(ŷ(1 − ŷ)) H + 2λI) Δ = −(Hᵀ(ŷ − y) + 2λw),

    which is weighted least squares; it is halved until J falls.

    Parameters
    ----------
    h : array_like, shape (n, d)
        What the layer takes, a row for each example.
    y : array_like, shape (n, k)
        The labels, in [0, 1].
    regularisation : float
        λ ≥ 0.
    biases : bool
        Whether the layer is a = Wh + b.
    steps : int
        The most steps to take.

    Returns
    -------
    Regression
        For λ = 0 and columns of h that depend on each other, the minimum of the smallest norm.

    Raises
    ------
    NoMinimum
        When the weights run away: for λ = 0 and labels 0 and 1 that a plane separates, J falls
        for ever. It is not found by a test of the labels, but by steps that do not end.
    InvalidLabels
        For labels outside [0, 1], with the row.
    ShapeMismatch, NotFinite, UnsupportedType, OutOfRange
        As for `linear_regression`.

    Examples
    --------
    Of the examples with h = 1 one half is positive, with h = 2 three quarters; s(ln 3) = 3/4:

    >>> found = logistic_regression([[1.0], [2.0]], [[0.5], [0.75]], biases=True)
    >>> bool(np.isclose(found.W[0, 0], np.log(3))), bool(np.isclose(found.b[0], -np.log(3)))
    (True, True)
    >>> logistic_regression([[-1.0], [2.0]], [[0.0], [1.0]])
    Traceback (most recent call last):
        ...
    numeric.errors.NoMinimum: weights: got steps that do not end; ...
    """
    inputs, labels, weight = _read(h, y, regularisation, biases)
    _refuse_labels(labels, (labels < 0) | (labels > 1), "labels in [0, 1]")
    most = read_whole_number("steps", steps, least=1)
    penalty = weight * _penalised(inputs, biases)
    found = [_newton(_SIGMOID, inputs, unit[:, None], penalty, most) for unit in labels.T]
    rows = np.vstack([minimum.weights for minimum in found])
    loss = sum(minimum.loss for minimum in found)
    return _layer(rows, biases, loss, max(minimum.steps for minimum in found))


def softmax_regression(
    h: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    regularisation: float = 0.0,
    biases: bool = False,
    steps: int = 100,
) -> Regression:
    """∇J = (Ŷ − Y)ᵀH + 2λW = 0 with ŷ = softmax(Wh), by Newton's steps.

    J = −Σₙ Σᵢ y ln ŷ + λ‖W‖². The Hessian has a block for each two units,

        ∂²J/∂Wᵢ∂Wⱼ = Σₙ ŷᵢ(δᵢⱼ − ŷⱼ) hₙhₙᵀ + 2λδᵢⱼ I.

    The same vector added to each row of W, and the same number to each bias, leave ŷ as it is. For
    λ > 0 the minimum has Σᵢ Wᵢ = 0; without λ the minima are a whole subspace, and the one with
    Σᵢ Wᵢ = 0, which is the smallest, is returned. The biases have Σᵢ bᵢ = 0 for every λ. This is
    where gradient descent from W = 0 arrives, since Σᵢ ∂L/∂aᵢ = 0. Compare with others after the
    mean of each column has been subtracted, or compare predictions.

    Parameters
    ----------
    h : array_like, shape (n, d)
        What the layer takes, a row for each example.
    y : array_like, shape (n, k)
        The labels: y ≥ 0, Σᵢ yᵢ = 1.
    regularisation : float
        λ ≥ 0.
    biases : bool
        Whether the layer is a = Wh + b.
    steps : int
        The most steps to take.

    Returns
    -------
    Regression
        For λ = 0 and columns of h that depend on each other, the minimum of the smallest norm.

    Raises
    ------
    NoMinimum
        When the weights run away, as in `logistic_regression`.
    InvalidLabels
        For rows that are no distributions.
    ShapeMismatch, NotFinite, UnsupportedType, OutOfRange
        As for `linear_regression`.

    Examples
    --------
    With a bias alone the prediction is the mean of the labels:

    >>> found = softmax_regression([[0.0], [0.0]], [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]], biases=True)
    >>> odds = np.exp(found.b)
    >>> (odds / odds.sum()).round(9).tolist()
    [0.5, 0.25, 0.25]
    """
    inputs, labels, weight = _read(h, y, regularisation, biases)
    is_wrong = (labels < 0) | (np.abs(labels.sum(axis=1, keepdims=True) - 1) > _SUM_TOLERANCE)
    _refuse_labels(labels, is_wrong, "y ≥ 0 with Σᵢ yᵢ = 1")
    most = read_whole_number("steps", steps, least=1)
    penalty = weight * _penalised(inputs, biases)
    found = _newton(_SOFTMAX, inputs, labels, penalty, most)
    return _layer(found.weights, biases, found.loss, found.steps)


# What is given ------------------------------------------------------------------------------------

_SUM_TOLERANCE = 1e-6
"""Of Σᵢ yᵢ = 1, for labels in single precision."""


def _read(h: object, y: object, weight: object, biases: bool) -> tuple[Array, Array, float]:
    """Return inputs with a last column of ones for the biases, labels and λ, all in float64."""
    inputs, labels = read_examples(h, y, names=("h", "y"))
    for name, array, shape in (("h", inputs, "(n, d)"), ("y", labels, "(n, k)")):
        if array.ndim != 2 or array.shape[1] == 0:
            raise ShapeMismatch(
                name, f"shape {array.shape}", shape, "Give a column for each unit, even for one."
            )
    inputs = inputs.astype(np.float64)
    if biases:
        inputs = np.hstack([inputs, np.ones((len(inputs), 1))])
    number = read_number("regularisation", weight, "a number from 0", least=0)
    return inputs, labels.astype(np.float64), number


def _penalised(inputs: Array, biases: bool) -> Array:
    """Return 1 for the columns of weights and 0 for that of the biases."""
    is_weight: Array = np.ones(inputs.shape[1])
    if biases:
        is_weight[-1] = 0
    return is_weight


def _refuse_labels(labels: Array, is_wrong: Array, expected: str) -> None:
    rows = np.flatnonzero(is_wrong.any(axis=1))
    if len(rows):
        row = int(rows[0])
        given = f"{labels[row].tolist()} in row {row} (counted from 0)"
        raise InvalidLabels("y", given, expected, "Correct the labels.")


def _layer(rows: Array, biases: bool, loss: float, steps: int) -> Regression:
    if biases:
        return Regression(rows[:, :-1].copy(), rows[:, -1].copy(), loss, steps)
    return Regression(rows, None, loss, steps)


# The units ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit with the loss that is natural to it, so that ∂L/∂a = ŷ − y.

    Attributes
    ----------
    loss : callable
        Σ L, of a and y.
    predict : callable
        ŷ, of a.
    curvature : callable
        ∂²L/∂aᵢ∂aⱼ of ŷ, of shape (n, k, k).
    directions : callable
        Of k: orthonormal columns that span the a, all but what leaves ŷ as it is.
    """

    loss: Callable[[Array, Array], float]
    predict: Callable[[Array], Array]
    curvature: Callable[[Array], Array]
    directions: Callable[[int], Array]


def _sigmoid(a: Array) -> Array:
    prediction: Array = np.exp(-np.logaddexp(0, -a))
    return prediction


def _sigmoid_loss(a: Array, y: Array) -> float:
    return float(np.sum(y * np.logaddexp(0, -a) + (1 - y) * np.logaddexp(0, a)))


def _log_softmax(a: Array) -> Array:
    shifted = a - a.max(axis=1, keepdims=True)
    logarithms: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logarithms


def _softmax_curvature(prediction: Array) -> Array:
    curvature: Array = -prediction[:, :, None] * prediction[:, None, :]
    units = np.arange(prediction.shape[1])
    curvature[:, units, units] += prediction
    return curvature


def _with_sum_zero(k: int) -> Array:
    """Return k − 1 orthonormal columns, the entries of each of which sum to zero."""
    columns: Array = np.linalg.qr(np.eye(k) - 1 / k)[0][:, : k - 1]
    return columns


_SIGMOID = _Unit(
    loss=_sigmoid_loss,
    predict=_sigmoid,
    curvature=lambda prediction: (prediction * (1 - prediction))[:, :, None],
    directions=np.eye,
)
_SOFTMAX = _Unit(
    loss=lambda a, y: -float(np.sum(y * _log_softmax(a))),
    predict=lambda a: np.exp(_log_softmax(a)),
    curvature=_softmax_curvature,
    directions=_with_sum_zero,
)


# Newton's steps -----------------------------------------------------------------------------------

_SMALL_STEP = 1e-8
"""A step by this part is the last one: what is left after it is its square."""
_FLAT = 1e12
"""The condition of the Hessian beyond which a direction is flat, and the weights run away."""
_HALVINGS = 40
_LEAST_FALL = 1e-4
"""Of J, as a part of what the slope promises (Armijo)."""


@dataclass(frozen=True, slots=True)
class _Minimum:
    weights: Array
    loss: float
    steps: int


@dataclass(frozen=True, slots=True)
class _Problem:
    """J in coordinates Z in which it has one minimum at most: W = directions Z basisᵀ.

    The basis makes all columns of H over √λ I orthonormal. So the condition of the Hessian does not
    depend on the units of the inputs, only on how near to 0 and 1 the predictions are.
    """

    unit: _Unit
    labels: Array
    directions: Array
    basis: Array
    design: Array
    penalty: Array

    def weights(self, Z: Array) -> Array:
        weights: Array = self.directions @ Z @ self.basis.T
        return weights

    def pre_activations(self, Z: Array) -> Array:
        a: Array = self.design @ Z.T @ self.directions.T
        return a

    def loss(self, Z: Array) -> float:
        regulariser = float(np.sum(self.penalty * self.weights(Z) ** 2))
        return self.unit.loss(self.pre_activations(Z), self.labels) + regulariser

    def gradient_and_hessian(self, Z: Array) -> tuple[Array, Array]:
        prediction = self.unit.predict(self.pre_activations(Z))
        regulariser = 2 * (self.basis.T * self.penalty) @ self.basis
        residual = (prediction - self.labels) @ self.directions
        gradient = residual.T @ self.design + Z @ regulariser
        curvature = self.directions.T @ self.unit.curvature(prediction) @ self.directions
        q, r = Z.shape
        hessian = np.zeros((q, r, q, r))
        for i in range(q):
            hessian[i, :, i, :] = regulariser
            for j in range(q):
                hessian[i, :, j, :] += (self.design.T * curvature[:, i, j]) @ self.design
        return gradient, hessian.reshape(q * r, q * r)


def _problem(unit: _Unit, inputs: Array, labels: Array, penalty: Array) -> _Problem:
    system = np.vstack([inputs, np.diag(np.sqrt(penalty))])
    _, lengths, rows = np.linalg.svd(system, full_matrices=False)
    smallest = lengths.max() * max(system.shape) * np.finfo(np.float64).eps
    is_open = lengths > smallest
    basis = rows[is_open].T / lengths[is_open]
    directions = unit.directions(labels.shape[1])
    return _Problem(unit, labels, directions, basis, inputs @ basis, penalty)


def _newton(unit: _Unit, inputs: Array, labels: Array, penalty: Array, most: int) -> _Minimum:
    problem = _problem(unit, inputs, labels, penalty)
    Z = np.zeros((problem.directions.shape[1], problem.basis.shape[1]))
    for number in range(1, most + 1):
        gradient, hessian = problem.gradient_and_hessian(Z)
        if Z.size and np.linalg.cond(hessian, 1) > _FLAT:
            break
        step = -np.linalg.solve(hessian, gradient.ravel()).reshape(Z.shape)
        if np.abs(step).max(initial=0) <= _SMALL_STEP * (1 + np.abs(Z).max(initial=0)):
            Z = Z + step
            return _Minimum(problem.weights(Z), problem.loss(Z), number)
        Z = Z + _shortened(problem, Z, step, float(np.sum(gradient * step)))
    raise NoMinimum(
        "weights",
        f"steps that do not end; the largest weight is {np.abs(problem.weights(Z)).max():.3g}",
        "a minimum at finite weights",
        "Where the labels can be separated there is none: give regularisation > 0, also for a bias "
        "labels that differ, or labels inside (0, 1).",
    )


def _shortened(problem: _Problem, Z: Array, step: Array, slope: float) -> Array:
    """Return the step, halved until J falls by a part of what its slope promises."""
    loss = problem.loss(Z)
    rounding = 8 * np.finfo(np.float64).eps * abs(loss)
    part = 1.0
    for _ in range(_HALVINGS):
        if problem.loss(Z + part * step) <= loss + _LEAST_FALL * part * slope + rounding:
            break
        part /= 2
    return part * step
