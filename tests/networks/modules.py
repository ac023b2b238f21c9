"""Networks to test with, their modules, and what they compute by their definition in mpmath."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import mpmath
import numpy as np

import derive
from derive.generate.evaluate import evaluate
from derive.networks.network import Network

UNITS = tuple(unit.name for unit in derive.hidden_units())
SIZES = (4, 5, 6, 3)
"""Of the layers, as many as a network has."""


@cache
def module_of(network: Network) -> ModuleType:
    """Return the module of a network, as an import of its source would."""
    module = ModuleType("generated_network")
    exec(compile(derive.network_source(network), "<generated>", "exec"), module.__dict__)
    return module


@cache
def made(hidden: tuple[str, ...], output: str, loss: str, **options: Any) -> Network:
    return derive.network(hidden, output, loss, **options)


def sizes_of(network: Network) -> list[int]:
    return [SIZES[0], *((SIZES[1:3] * network.depth)[: network.depth - 1]), SIZES[3]]


def example(network: Network, n: int = 5, seed: int = 0, dtype: Any = np.float64) -> Any:
    """Return parameters of which no bias is zero, examples, and labels that every loss takes."""
    random = np.random.default_rng(seed)
    params = module_of(network).init(sizes_of(network), seed=seed, dtype=dtype)
    for name, array in params.items():
        if name.startswith("b"):
            array += random.standard_normal(array.shape).astype(dtype)
    x = random.standard_normal((n, SIZES[0])).astype(dtype)
    return params, x, random.dirichlet(np.ones(SIZES[3]), n).astype(dtype)


def by_definition(
    network: Network, params: dict[str, Any], x: Any, y: Any, weight: Any = 0
) -> mpmath.mpf:
    """Return L, or J, by the rows of the catalogue, in the working precision of mpmath."""
    setting = network.output_setting
    i = {"i": 0}
    value = mpmath.mpf(0)
    for row, labels in zip(x, y, strict=True):
        h = [mpmath.mpf(float(one)) if not isinstance(one, mpmath.mpf) else one for one in row]
        for layer in range(1, network.depth + 1):
            W, b = params[f"W{layer}"], params.get(f"b{layer}")
            a = [mpmath.fdot(weights, h) for weights in W]
            a = a if b is None else [one + bias for one, bias in zip(a, b, strict=True)]
            if layer < network.depth:
                activation = network.activation(network.hidden[layer - 1])
                h = [evaluate(activation, {"a": [one]}, i) for one in a]
        arrays = {"a": a, "y": labels}
        places = range(len(a))
        arrays["ŷ"] = [evaluate(setting.short, arrays, {"i": place}) for place in places]
        value += evaluate(setting.loss_of_an_example, arrays, {})
    squares = (one**2 for name, W in params.items() if name[0] == "W" for one in np.ravel(W))
    return value + weight * mpmath.fsum(squares)


def slope_by_definition(network: Network, params: Any, x: Any, y: Any, weight: Any, at: Any) -> Any:
    """Return the derivative by one entry of a parameter, or of x, by mpmath."""
    name, place = at

    def moved(entry: Any) -> Any:
        arrays = {
            key: np.vectorize(mpmath.mpf, otypes=[object])(one) for key, one in params.items()
        }
        inputs = np.vectorize(mpmath.mpf, otypes=[object])(x)
        (inputs if name == "x" else arrays[name])[place] = entry
        return by_definition(network, arrays, inputs, y, weight)

    given = x if name == "x" else params[name]
    with mpmath.workdps(30):
        return mpmath.diff(moved, mpmath.mpf(float(given[place])))


__all__ = [
    "SIZES",
    "UNITS",
    "by_definition",
    "example",
    "made",
    "module_of",
    "sizes_of",
    "slope_by_definition",
]
