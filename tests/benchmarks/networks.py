"""One training step's gradients of a network: generated, by hand, PyTorch and JAX.

Every library has a process of its own with one thread, and works only when it is its turn.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any

import numpy as np

from tests.benchmarks.timing import Times, calls_per_run, in_turn, show, timed
from tests.benchmarks.workers import SPAWN, confined

__all__ = ["run"]

SIZES = (784, 256, 128, 10)
BATCHES = (64, 1024)
WEIGHTS = (0.0, 1e-4)
"""Of the regulariser; 0 for a network without."""
RUNS = 25
DEPTHS = (1, 2, 4, 8, 16, 32, 64)
Params = dict[str, np.ndarray]
Case = tuple[int, float]
Gradients = Callable[[], tuple[float, dict[str, Any]]]


def data(batch: int) -> tuple[Params, np.ndarray, np.ndarray]:
    """Return parameters, examples and one-hot labels in float32."""
    random = np.random.default_rng(0)
    params: Params = {}
    for layer, (below, units) in enumerate(pairwise(SIZES), 1):
        weights = random.standard_normal((units, below)) * np.sqrt(2 / below)
        params[f"W{layer}"] = weights.astype(np.float32)
        params[f"b{layer}"] = (0.1 * random.standard_normal(units)).astype(np.float32)
    x = random.random((batch, SIZES[0])).astype(np.float32)
    y = np.eye(SIZES[-1], dtype=np.float32)[random.integers(0, SIZES[-1], batch)]
    return params, x, y


def module_of(network: Any) -> ModuleType:
    """Return the module of a network as an import would."""
    import derive

    module = ModuleType("network")
    exec(compile(derive.network_source(network), "<network>", "exec"), module.__dict__)
    return module


def generated(params: Params, x: np.ndarray, y: np.ndarray, weight: float) -> Gradients:
    """Return the call of the generated module."""
    import derive

    network = derive.network(["relu", "relu"], "softmax", "cross-entropy", l2=bool(weight))
    options: dict[str, Any] = {"regularisation": weight} if weight else {}
    value_and_grad = module_of(network).value_and_grad
    return partial(value_and_grad, params, x, y, reduction="mean", **options)


def by_hand(params: Params, x: np.ndarray, y: np.ndarray, weight: float) -> Gradients:
    """Return what a programmer writes in NumPy, without a check of anything."""

    def step() -> tuple[float, dict[str, Any]]:
        a1 = x @ params["W1"].T + params["b1"]
        h1 = np.maximum(a1, 0)
        a2 = h1 @ params["W2"].T + params["b2"]
        h2 = np.maximum(a2, 0)
        a3 = h2 @ params["W3"].T + params["b3"]
        a3 -= a3.max(axis=1, keepdims=True)
        powers = np.exp(a3)
        partition = powers.sum(axis=1, keepdims=True)
        value = (np.log(partition) - (y * a3).sum(axis=1, keepdims=True)).mean()
        g3 = (powers / partition - y) / len(x)
        g2 = (g3 @ params["W3"]) * (a2 >= 0)
        g1 = (g2 @ params["W2"]) * (a1 >= 0)
        grads = {
            "W1": g1.T @ x,
            "b1": g1.sum(axis=0),
            "W2": g2.T @ h1,
            "b2": g2.sum(axis=0),
            "W3": g3.T @ h2,
            "b3": g3.sum(axis=0),
        }
        if weight:
            for name in ("W1", "W2", "W3"):
                value += weight * (params[name] ** 2).sum()
                grads[name] += 2 * weight * params[name]
        return value, grads

    return step


def torch_eager(params: Params, x: np.ndarray, y: np.ndarray, weight: float) -> Gradients:
    """Return the step of PyTorch, its gradients made anew each time as after ``zero_grad``."""
    import torch

    torch.set_num_threads(1)
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in params.items()}
    examples, labels = torch.tensor(x), torch.tensor(y)
    functional = torch.nn.functional

    def step() -> tuple[float, dict[str, Any]]:
        h = functional.relu(functional.linear(examples, leaves["W1"], leaves["b1"]))
        h = functional.relu(functional.linear(h, leaves["W2"], leaves["b2"]))
        a = functional.linear(h, leaves["W3"], leaves["b3"])
        value = functional.cross_entropy(a, labels)
        if weight:
            value = value + weight * sum(leaves[f"W{layer}"].square().sum() for layer in (1, 2, 3))
        for leaf in leaves.values():
            leaf.grad = None
        value.backward()
        return value.item(), {name: leaf.grad for name, leaf in leaves.items()}

    return step


def jax_jit(params: Params, x: np.ndarray, y: np.ndarray, weight: float) -> Gradients:
    """Return the step of JAX, compiled."""
    import jax
    import jax.numpy as jnp

    def loss(params: dict[str, Any], x: Any, y: Any) -> Any:
        h = jax.nn.relu(x @ params["W1"].T + params["b1"])
        h = jax.nn.relu(h @ params["W2"].T + params["b2"])
        a = h @ params["W3"].T + params["b3"]
        value = -jnp.mean(jnp.sum(y * jax.nn.log_softmax(a), axis=1))
        if weight:
            value = value + weight * sum(jnp.sum(params[f"W{layer}"] ** 2) for layer in (1, 2, 3))
        return value

    compiled = jax.jit(jax.value_and_grad(loss))
    given = jax.tree.map(jnp.asarray, (params, x, y))

    def step() -> tuple[float, dict[str, Any]]:
        value, grads = jax.block_until_ready(compiled(*given))
        return value, grads

    return step


LIBRARIES: dict[str, tuple[str, Callable[..., Gradients]]] = {
    "generated": ("numpy", generated),
    "NumPy by hand": ("numpy", by_hand),
    "PyTorch eager": ("torch", torch_eager),
    "JAX jit": ("jax", jax_jit),
}
"""Under its name what a library needs, and what makes its step."""


def serve(connection: Connection, name: str) -> None:
    """Prepare each case that is asked for, and time a run of it whenever it is told to."""
    step: Gradients | None = None
    calls = 1
    for asked in iter(connection.recv, "stop"):
        if asked != "turn":
            batch, weight = asked
            step = LIBRARIES[name][1](*data(batch), weight)
            value, grads = step()
            calls = calls_per_run(step)
            norms = [float(np.abs(np.asarray(grads[key])).sum()) for key in sorted(grads)]
            connection.send((float(value), *norms))
        else:
            assert step is not None
            step()
            connection.send(timed(step, calls))


def measured(case: Case, workers: dict[str, Connection]) -> dict[str, Times]:
    """Return the times of every library, turn by turn, where all have the same results."""
    digests = {}
    for name, connection in workers.items():
        connection.send(case)
        digests[name] = connection.recv()
    for digest in digests.values():
        np.testing.assert_allclose(digest, digests["generated"], rtol=1e-3)
    runs: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(RUNS):
        for name, connection in workers.items():
            connection.send("turn")
            runs[name].append(connection.recv())
    return {name: Times(tuple(values)) for name, values in runs.items()}


def rows(workers: dict[str, Connection]) -> Iterator[tuple[object, ...]]:
    """Yield a row of the table for each case."""
    for weight in WEIGHTS:
        for batch in BATCHES:
            times = measured((batch, weight), workers)
            ours = times["generated"]
            for name, taken in times.items():
                ratio, at_best = ours.over(taken), ours.over_at_best(taken)
                yield batch, weight or "none", name, taken, f"{ratio:.2f}", f"{at_best:.2f}"


def depths() -> None:
    """Print how long it takes to derive and to generate networks of more and more layers."""
    import derive
    from tests.benchmarks.deriving import forget

    table = []
    for depth in DEPTHS:
        network = derive.network(["relu"] * depth, "softmax", "cross-entropy", l2=True)
        source = partial(derive.network_source, network)
        works = {"derived": network.derivation, "generated": source}
        times = in_turn(works, runs=5, before=forget)
        characters = len(source())
        table.append((depth, *times.values(), characters))
    head = ("hidden layers", "derived", "module generated", "characters of the module")
    show("Networks by depth, from empty caches", head, table)


def run() -> None:
    """Print the times; below 1 the generated module is the quicker one."""
    depths()
    workers: dict[str, Connection] = {}
    with confined(1):
        for name, (needed, _) in LIBRARIES.items():
            if importlib.util.find_spec(needed) is None:
                print(f"  {name} is left out: {needed} is not installed")
                continue
            workers[name], theirs = SPAWN.Pipe()
            SPAWN.Process(target=serve, args=(theirs, name), daemon=True).start()
            theirs.close()
        try:
            head = ("batch", "λ", "library", "time", "generated over it", "at best")
            sizes = "–".join(map(str, SIZES))
            show(f"A network {sizes} in float32, one thread", head, list(rows(workers)))
        finally:
            for connection in workers.values():
                connection.send("stop")
