"""Wrong calls are refused, with what was given and what is expected."""

from __future__ import annotations

import importlib
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

from derive.generate import BACKENDS
from numeric.kernels import MODULES

from .backends import kernel_of

pytestmark = pytest.mark.usefixtures("backend")
every_kernel = pytest.mark.parametrize("name", MODULES)
A, Y, W, H = np.zeros((3, 5)), np.zeros((3, 4)), np.zeros((5, 2)), np.zeros((3, 2))
SMALL = np.zeros((2, 3)), np.zeros((2, 3))
READ_ONLY = np.zeros((3, 5))
FORTRAN = np.zeros((3, 5), order="F")
READ_ONLY.flags.writeable = False

Call = Callable[[Any], object]

ERRORS: tuple[tuple[str, Call, type[Exception], tuple[str, ...]], ...] = (
    (
        "shape of y",
        lambda m: m.loss(A, Y),
        ValueError,
        ("y has shape (3, 4)", "(3, 5)", "(..., k)"),
    ),
    ("broadcast y", lambda m: m.loss(A, A[0]), ValueError, ("(5,)", "(3, 5)")),
    ("scalar a", lambda m: m.predict(1.0), ValueError, ("a has shape ()", "(..., k)")),
    ("no classes", lambda m: m.predict(np.zeros((3, 0))), ValueError, ("(3, 0)", "k >= ")),
    ("half", lambda m: m.predict(A.astype(np.float16)), TypeError, ("a has", "float16", "float32")),
    (
        "long double",
        lambda m: m.predict(A.astype(np.longdouble)),
        TypeError,
        ("longdouble", "float64"),
    ),
    ("complex", lambda m: m.predict(A.astype(complex)), TypeError, ("complex128", "float64")),
    ("objects", lambda m: m.predict(A.astype(object)), TypeError, ("object", "float64")),
    ("text", lambda m: m.predict(["a", "b"]), TypeError, ("a has dtype", "float64")),
    ("two dtypes", lambda m: m.loss(A, A.astype(np.float32)), TypeError, ("y has", "float32")),
    ("reduction", lambda m: m.loss(A, A, reduction="average"), ValueError, ("'average'", "'mean'")),
    (
        "out is a that had to be copied",
        lambda m: m.value_and_grad(FORTRAN, A, out=FORTRAN),
        ValueError,
        ("out shares memory",),
    ),
    (
        "out is y that had to be copied",
        lambda m: m.value_and_grad(A, FORTRAN, out=FORTRAN),
        ValueError,
        ("out shares memory",),
    ),
    ("threads", lambda m: m.value_and_grad(A, A, threads=0), ValueError, ("threads=0", "at least")),
    (
        "threads that are no number",
        lambda m: m.value_and_grad(A, A, threads="2"),
        ValueError,
        ("threads='2'",),
    ),
    (
        "threads of a layer",
        lambda m: m.layer_value_and_grad(W, H, A, threads=1.5),
        ValueError,
        ("threads=1.5",),
    ),
    (
        "out list",
        lambda m: m.value_and_grad(A, A, out=[0.0]),
        TypeError,
        ("out is list", "float64"),
    ),
    (
        "out dtype",
        lambda m: m.value_and_grad(A, A, out=np.zeros((3, 5), np.float32)),
        TypeError,
        ("out is float32", "float64"),
    ),
    ("out shape", lambda m: m.value_and_grad(A, A, out=Y), ValueError, ("(3, 4)", "(3, 5)")),
    ("out read-only", lambda m: m.value_and_grad(A, A, out=READ_ONLY), ValueError, ("read-only",)),
    ("out is a", lambda m: m.value_and_grad(A, A.copy(), out=A), ValueError, ("shares memory",)),
    ("out is y", lambda m: m.value_and_grad(A.copy(), A, out=A), ValueError, ("shares memory",)),
    (
        "out overlaps itself",
        lambda m: m.value_and_grad(
            A[:2, :3], A[:2, :3], out=as_strided(np.empty(3), (2, 3), (0, 8))
        ),
        ValueError,
        ("strides (0, 8)", "overlap"),
    ),
    (
        "out overlaps from row to row",
        lambda m: m.value_and_grad(
            A[:2, :3], A[:2, :3], out=as_strided(np.empty(4), (2, 3), (8, 8))
        ),
        ValueError,
        ("strides (8, 8)", "overlap"),
    ),
    (
        "a masked array",
        lambda m: m.loss(np.ma.masked_array([1.0, 2.0], [True, False]), [0.0, 1.0]),
        TypeError,
        ("a is masked", "without a mask"),
    ),
    ("ragged a", lambda m: m.predict([[1.0, 2.0], [3.0]]), ValueError, ("a is ragged", "lists")),
    ("ragged y", lambda m: m.loss(A, [[1.0], [2.0, 3.0]]), ValueError, ("y is ragged", "lists")),
    (
        "layer none",
        lambda m: m.layer_value_and_grad(W, H, A, reduction="none"),
        ValueError,
        ("'none'",),
    ),
    (
        "layer h",
        lambda m: m.layer_value_and_grad(W, A, A),
        ValueError,
        ("(5, 2)", "(3, 5)", "(..., d)"),
    ),
    ("layer W", lambda m: m.layer_value_and_grad(W[0], H, A), ValueError, ("(2,)", "(k, d)")),
    (
        "layer y",
        lambda m: m.layer_value_and_grad(W, H, Y),
        ValueError,
        ("y has shape (3, 4)", "(5, 2)"),
    ),
    (
        "layer b",
        lambda m: m.layer_value_and_grad(W, H, A, H),
        ValueError,
        ("b has shape (3, 2)", "(k,)"),
    ),
    (
        "layer dtypes",
        lambda m: m.layer_value_and_grad(W, H.astype(np.float32), A),
        TypeError,
        ("h has", "float32", "float64"),
    ),
)


@every_kernel
@pytest.mark.parametrize(
    ("call", "kind", "words"), [pytest.param(*row[1:], id=row[0]) for row in ERRORS]
)
def test_wrong_calls_say_what_is_wrong(
    name: str, call: Call, kind: type[Exception], words: tuple[str, ...]
) -> None:
    with pytest.raises(kind) as caught:
        call(kernel_of(name))
    message = str(caught.value).replace("float128", "longdouble")
    assert all(word in message for word in words), message


def test_one_class_is_refused_where_the_loss_has_no_value() -> None:
    with pytest.raises(ValueError, match=r"k >= 2"):
        kernel_of("softmax_logistic").loss([1.0], [1.0])


@every_kernel
def test_whole_numbers_are_read_as_floats(name: str) -> None:
    kernel = kernel_of(name)
    expected = kernel.value_and_grad([1.0, 2.0], [1.0, 0.0])
    for a, y in (([1, 2], [1, 0]), (np.array([1, 2]), np.array([True, False]))):
        loss, gradient = kernel.value_and_grad(a, y)
        assert loss == expected[0]
        assert np.array_equal(gradient, expected[1])
    single = kernel.loss(np.array([1, 2], np.float32), np.array([1, 0]))
    assert single.dtype == np.float32


@every_kernel
def test_labels_in_a_list_take_the_format_of_a(name: str) -> None:
    kernel, a = kernel_of(name), np.array([[1.0, -0.5, 0.25]], np.float32)
    expected = kernel.value_and_grad(a, np.array([[0.75, 0.0, 0.25]], np.float32))
    for y in ([[0.75, 0.0, 0.25]], ((0.75, 0.0, 0.25),)):
        loss, gradient = kernel.value_and_grad(a, y)
        assert loss.dtype == gradient.dtype == np.float32
        assert loss == expected[0]
        assert np.array_equal(gradient, expected[1])


@every_kernel
def test_out_may_have_any_strides_that_do_not_overlap(name: str) -> None:
    kernel, a, y = kernel_of(name), np.linspace(-1, 1, 6).reshape(2, 3), np.full((2, 3), 0.25)
    expected = kernel.value_and_grad(a, y)[1]
    for out in (
        np.empty((3, 2)).T,
        np.empty((4, 6))[::-2, ::2],
        np.empty((2, 3))[:, ::-1],
        np.empty((2, 2, 3))[:, 1],
    ):
        assert kernel.value_and_grad(a, y, out=out)[1] is out
        assert np.array_equal(out, expected)
    one = as_strided(np.empty(3), (1, 3), (0, 8))
    assert np.array_equal(kernel.value_and_grad(a[:1], y[:1], out=one)[1], expected[:1])


@every_kernel
def test_the_module_is_listed_and_offers_the_same_names(name: str) -> None:
    kernel = kernel_of(name)
    assert set(kernel.__all__) == {
        "hessian_diagonal",
        "layer_value_and_grad",
        "loss",
        "predict",
        "value_and_grad",
    }
    assert "do not edit" in kernel.__doc__
    assert all(getattr(kernel, public).__doc__ for public in kernel.__all__)


def test_every_module_is_listed(backend: str) -> None:
    (package,) = (row.package for row in BACKENDS if row.name == backend)
    loaded = importlib.import_module(package)
    present = {path.stem for path in pathlib.Path(loaded.__path__[0]).glob("[a-z]*.py")}
    assert present == set(MODULES) == set(loaded.MODULES)
