"""The compiled kernels read what they are given as what it is, whatever they were given before."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba", reason="numba is not installed")

from numeric.compiled import softmax_cross_entropy as kernel

A = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])
Y = np.array([[0.0, 0.0, 1.0], [0.5, 0.25, 0.25]])
W, H = np.array([[1.0, 0.5], [-0.5, 2.0], [0.25, -1.0]]), np.array([[1.0, 2.0], [-1.0, 0.5]])


def unaligned(array: Any) -> Any:
    memory = np.zeros(array.nbytes + 1, np.uint8)[1:]
    moved = memory.view(array.dtype).reshape(array.shape)
    moved[...] = array
    return moved


def read_only(array: Any) -> Any:
    copied = array.copy()
    copied.flags.writeable = False
    return copied


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda array: array,
    "unaligned": unaligned,
    "byteswapped": lambda array: array.astype(">f8"),
    "read-only": read_only,
    "column by column": np.asfortranarray,
    "strided": lambda array: np.repeat(array, 2, axis=1)[:, ::2],
    "read-only, byteswapped": lambda array: read_only(array.astype(">f8")),
    "a subclass": lambda array: array.view(np.recarray),
    "lists": lambda array: array.tolist(),
}


@pytest.mark.parametrize("second", LAYOUTS)
@pytest.mark.parametrize("first", LAYOUTS)
def test_a_layout_is_not_taken_for_another(first: str, second: str) -> None:
    loss, gradient = kernel.value_and_grad(A, Y)
    results = kernel.layer_value_and_grad(W, H, Y)
    for one, other in ((first, first), (second, second), (first, second), (second, first)):
        again, gradient_again = kernel.value_and_grad(LAYOUTS[one](A), LAYOUTS[other](Y))
        assert again == loss
        assert np.array_equal(gradient_again, gradient)
        layer = kernel.layer_value_and_grad(LAYOUTS[one](W), LAYOUTS[other](H), LAYOUTS[one](Y))
        assert all(np.array_equal(*pair) for pair in zip(results, layer, strict=True))


def test_whole_numbers_are_read_as_floats_and_other_formats_are_refused() -> None:
    whole = A.astype(int), Y.astype(int)
    expected = kernel.value_and_grad(*(array.astype(float) for array in whole))
    for _ in range(2):
        loss, gradient = kernel.value_and_grad(*whole)
        assert loss == expected[0]
        assert np.array_equal(gradient, expected[1])
        for a, y in ((A, Y.astype(np.float32)), (A.astype(complex), Y), (A.astype(object), Y)):
            with pytest.raises(TypeError):
                kernel.value_and_grad(a, y)
    for a, y in ((A, Y[:1]), (A[:, :0], Y[:, :0])):
        with pytest.raises(ValueError, match="shape"):
            kernel.value_and_grad(a, y)
    for h, y in ((H, Y[:1]), (H[:, :1].copy(), Y)):
        with pytest.raises(ValueError, match="shape"):
            kernel.layer_value_and_grad(W, h, y)
    assert len(kernel._fill_in_one.signatures) <= 2
    assert len(kernel._fill_in_layer.signatures) <= 2


def test_many_threads_call_at_once() -> None:
    loss, gradient = kernel.value_and_grad(A.tolist(), Y.tolist())
    matrices = [A, np.asfortranarray(A), A.astype(np.float32), A.astype(">f8")] * 20
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda a: kernel.value_and_grad(a, Y.astype(a.dtype)), matrices))
    for a, (again, gradient_again) in zip(matrices, done, strict=True):
        assert again.dtype == gradient_again.dtype == a.dtype.newbyteorder("=")
        tolerance = 1e-6 if a.dtype == np.float32 else 1e-15
        assert again == pytest.approx(loss, rel=tolerance)
        np.testing.assert_allclose(gradient_again, gradient, rtol=10 * tolerance)
