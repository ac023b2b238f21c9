"""∂L/∂a of a sigmoid output under two losses, and of a hidden sigmoid below it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from numeric.claims.record import Array, Measurement, Networks, NetworkWanted
from numeric.kernels import sigmoid_logistic, sigmoid_squared_error

__all__ = ["OUTPUT_NETWORKS", "draw_output", "measure_output"]

OUTPUT_NETWORKS = {
    loss: NetworkWanted(("sigmoid",), "sigmoid", loss) for loss in ("logistic", "squared-error")
}
REACH = 12.0
"""Pre-activations from −12 to 12; at the ends s′ is 6e-6."""


def _of_output(kernel: ModuleType, a: Array) -> Array:
    """Return ∂L/∂a for the label 1."""
    column = a[:, None]
    gradient: Array = kernel.value_and_grad(column, np.ones_like(column))[1][:, 0]
    return gradient


def _of_hidden(network: ModuleType, a: Array) -> Array:
    """Return ∂L/∂b₁ of a hidden unit at pre-activation a, over ∂L/∂h of it, for the label 1."""

    def at(bias: float) -> float:
        params = {
            "W1": np.zeros((1, 1)), "b1": np.array([bias]), "W2": np.ones((1, 1)), "b2": np.zeros(1)
        }  # fmt: skip
        _, grads = network.value_and_grad(params, [[1.0]], [[1.0]], inputs=True)
        return float(grads["b1"][0] / grads["h1"][0, 0])

    return np.array([at(bias) for bias in a])


def measure_output(networks: Networks, cure: str = "logistic", faint: float = 1e-4) -> Measurement:
    """Compare the gradients where the prediction is as wrong as can be, a → −∞ for the label 1.

    Parameters
    ----------
    networks : mapping
        ``"logistic"`` and ``"squared-error"``: one hidden sigmoid below a sigmoid output.
    cure : {"logistic", "squared-error"}
        The loss that is claimed to keep the gradient of the output unit.
    faint : float
        How much of a gradient a hidden sigmoid is claimed to pass on there, at most.
    """
    kernels = {"logistic": sigmoid_logistic, "squared-error": sigmoid_squared_error}
    a = np.linspace(-REACH, REACH, 97)
    outputs = {loss: _of_output(kernel, a) for loss, kernel in kernels.items()}
    hidden = {loss: _of_hidden(network, a) for loss, network in networks.items()}
    other = next(loss for loss in outputs if loss != cure)
    error = sigmoid_logistic.predict(a[:, None])[:, 0] - 1
    slope = sigmoid_logistic.hessian_diagonal(a[:, None], np.ones((len(a), 1)))[:, 0]
    cured, ill = float(outputs[cure][0]), float(outputs[other][0])
    apart = float(np.abs(outputs[cure] - error).max())
    below = max(float(curve[0]) for curve in hidden.values())
    return Measurement(
        {
            f"at a = {-REACH:g}, label 1, ∂L/∂a is −1 within 1e-4 with {cure}: {cured:.6f}": (
                abs(cured + 1) < 1e-4
            ),
            f"but 0 within 1e-4 with {other}: {ill:.1e}": abs(ill) < 1e-4,
            f"{cure} gives ŷ − y everywhere, within 1e-15: {apart:.1e} apart": apart <= 1e-15,
            f"a hidden sigmoid passes on s′, under either loss, and at {-REACH:g} less than "
            f"{faint:g} of what arrives: {below:.1e}": below < faint
            and all(np.allclose(curve, slope, rtol=1e-9, atol=0) for curve in hidden.values()),
        },
        {f"∂L/∂a, {cure}": cured, f"∂L/∂a, {other}": ill, "passed on by a hidden sigmoid": below},
        {"a": a, "cured": outputs[cure], "ill": outputs[other], "hidden": hidden[cure]},
    )


def draw_output(figure: Any, measured: Measurement) -> None:
    """Draw both ∂L/∂a over a, and what a hidden sigmoid passes on."""
    axes = figure.subplots()
    a = measured.curves["a"]
    axes.plot(a, -measured.curves["cured"], color="C2", label="output, logistic loss: y − ŷ")
    axes.plot(
        a, -measured.curves["ill"], color="C3", label="output, squared error: 2(y − ŷ) ŷ(1 − ŷ)"
    )
    axes.plot(a, measured.curves["hidden"], ":", color="C0", label="factor of a hidden sigmoid")
    axes.set_xlabel("pre-activation a, label y = 1")
    axes.set_ylabel("−∂L/∂a")
    axes.set_xlim(-REACH, REACH)
    axes.legend(loc="center right", bbox_to_anchor=(1, 0.7))
