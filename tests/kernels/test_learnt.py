"""What is compiled for matrices that were seen, and for nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba", reason="numba is not installed")

from numeric.compiled import softmax_cross_entropy as kernel

A = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])
Y = np.array([[0.0, 0.0, 1.0], [0.5, 0.25, 0.25]])
W, H = np.array([[1.0, 0.5], [-0.5, 2.0], [0.25, -1.0]]), np.array([[1.0, 2.0], [-1.0, 0.5]])


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with nothing learnt."""
    monkeypatch.setattr(kernel, "_LEARNT", {})


def signatures(name: str) -> int:
    learnt = kernel._LEARNT.get(name)
    return 0 if learnt is None else len(learnt.signatures)


def test_other_arguments_are_not_compiled_for() -> None:
    kernel.value_and_grad(A, Y)
    known = signatures("element")
    others: list[tuple[Any, Any]] = [
        (A.tolist(), Y.tolist()),
        (A[0], Y[0]),
        (A[np.newaxis], Y[np.newaxis]),
        (A.astype(int), Y.astype(int)),
        (A.astype(">f8"), Y.astype(">f8")),
        (A.view(np.recarray), Y),
    ]
    for a, y in others:
        loss, gradient = kernel.value_and_grad(a, y)
        assert np.isfinite(loss)
        assert gradient.shape == np.shape(a)
    for a, y in ((A, Y.astype(np.float32)), (A.astype(complex), Y), (A.astype(object), Y)):
        with pytest.raises(TypeError):
            kernel.value_and_grad(a, y)
    for a, y in ((A, Y[:1]), (A[:, :0], Y[:, :0])):
        with pytest.raises(ValueError, match="shape"):
            kernel.value_and_grad(a, y)
    assert signatures("element") == known


def test_every_layout_is_learnt_once_and_gives_the_same() -> None:
    read_only = A.copy()
    read_only.flags.writeable = False
    wide = np.zeros((2, 6))
    wide[:, ::2] = A
    layouts = (A, np.asfortranarray(A), read_only, wide[:, ::2])
    loss, gradient = kernel.value_and_grad(A, Y)
    for a in layouts:
        for _ in range(2):
            again, gradient_again = kernel.value_and_grad(a, Y)
            assert again == loss
            assert np.array_equal(gradient_again, gradient)
            assert gradient_again.flags.c_contiguous
    known = signatures("element")
    for a in layouts:
        kernel.value_and_grad(a, Y)
    assert signatures("element") == known


def test_the_layer_learns_as_well() -> None:
    results = kernel.layer_value_and_grad(W, H, Y)
    for weights in (W, np.asfortranarray(W), np.repeat(W, 2, axis=1)[:, ::2]):
        again = kernel.layer_value_and_grad(weights, H, Y)
        assert all(np.array_equal(*pair) for pair in zip(results, again, strict=True))
    known = signatures("layer")
    with pytest.raises(TypeError, match="float32"):
        kernel.layer_value_and_grad(W, H.astype(np.float32), Y)
    with pytest.raises(ValueError, match="shape"):
        kernel.layer_value_and_grad(W, H, Y[:1])
    with pytest.raises(ValueError, match="shape"):
        kernel.layer_value_and_grad(W, H[:, :1].copy(), Y)
    assert signatures("layer") == known


def test_many_threads_may_learn_at_once() -> None:
    loss, gradient = kernel.value_and_grad(A.tolist(), Y.tolist())
    matrices = [A, np.asfortranarray(A), A.astype(np.float32)] * 20
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda a: kernel.value_and_grad(a, Y.astype(a.dtype)), matrices))
    for a, (again, gradient_again) in zip(matrices, done, strict=True):
        assert again.dtype == gradient_again.dtype == a.dtype
        tolerance = 1e-6 if a.dtype == np.float32 else 1e-15
        assert again == pytest.approx(loss, rel=tolerance)
        np.testing.assert_allclose(gradient_again, gradient, rtol=10 * tolerance)
