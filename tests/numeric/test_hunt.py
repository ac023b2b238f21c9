"""The hunt passes what is right, and brings home every planted fault, small and explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from numeric import find_wrong_gradient, hunt_gradient
from numeric.errors import NumericError, UnknownName, UntrustworthyKernel

from .reference_kernels import KERNELS, LinearSquared, SigmoidLogistic, SoftmaxCrossEntropy

FEW = 60


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_the_right_gradient_is_not_accused(name: str) -> None:
    kernel, domain = KERNELS[name]
    assert (
        find_wrong_gradient(
            lambda a, y: kernel.value_and_grad(a, y)[1], kernel, domain=domain, max_examples=100
        )
        is None
    )
    assert (
        find_wrong_gradient(
            lambda W, h, y: kernel.layer_value_and_grad(W, h, y)[1:],
            kernel,
            domain=domain,
            with_respect_to="layer",
            max_examples=FEW,
        )
        is None
    )


def test_another_right_formula_is_not_accused() -> None:
    def written_otherwise(a: Any, y: Any) -> Any:
        return 2 * a - 2 * y

    assert find_wrong_gradient(written_otherwise, LinearSquared, domain="real") is None


def softmax(a: Any) -> Any:
    return SoftmaxCrossEntropy.predict(a)


def naive(a: Any, y: Any) -> Any:
    exponentials = np.exp(a)
    return exponentials / exponentials.sum(axis=-1, keepdims=True) - y


def tied(a: Any) -> bool:
    return bool(a.shape[-1] > 1 and np.any(np.diff(np.sort(a, axis=-1), axis=-1) == 0))


@dataclass(frozen=True)
class Planted:
    """A fault in softmax + cross-entropy, and what the hunt must say of it."""

    name: str
    gradient: Any
    kind: str
    k: int
    batch: tuple[int, ...]
    stage: str = "moderate"
    diagnosis: str = ""


PLANTED = (
    Planted("sign", lambda a, y: y - softmax(a), "wrong value", 2, (), diagnosis="sign"),
    Planted("factor 2.001", lambda a, y: 2.001 * (softmax(a) - y), "wrong value", 2, ()),
    Planted(
        "factor 2", lambda a, y: 2 * (softmax(a) - y), "wrong value", 2, (), diagnosis="too large"
    ),
    Planted(
        "mean over k", lambda a, y: (softmax(a) - y) / a.shape[-1], "wrong value", 2, (),
        diagnosis="divided by k",
    ),
    Planted(
        "mean over n",
        lambda a, y: (softmax(a) - y) / max(1, int(np.prod(a.shape[:-1]))),
        "wrong value", 2, (2,), "moderate", "divided by n",
    ),
    Planted(
        "labels reversed", lambda a, y: softmax(a) - y[..., ::-1], "wrong value", 2, (),
        diagnosis="reverse",
    ),
    Planted(
        "label forgotten", lambda a, y: softmax(a), "wrong value", 1, (), diagnosis="this is ŷ"
    ),
    Planted("a for ŷ", lambda a, y: a - y, "wrong value", 1, (), diagnosis="this is a − y"),
    Planted(
        "only for k ≥ 3",
        lambda a, y: (softmax(a) - y) * (1.5 if a.shape[-1] >= 3 else 1),
        "wrong value", 3, (),
    ),
    Planted(
        "wrong axis", lambda a, y: np.exp(a) / np.exp(a).sum(axis=0) - y, "wrong value", 2, (1,)
    ),
    Planted("wrong shape", lambda a, y: np.sum(softmax(a) - y, axis=-1), "wrong shape", 1, ()),
    Planted("raises", lambda a, y: {}[a.shape[-1]], "raised", 1, ()),
    Planted(
        "only at ties",
        lambda a, y: (softmax(a) - y) * (3.0 if tied(a) else 1.0),
        "wrong value", 2, (),
    ),
    Planted("overflow", naive, "not finite", 1, (), "large"),
)  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_a_planted_fault_is_brought_home_small(planted: Planted) -> None:
    wrong = find_wrong_gradient(planted.gradient, SoftmaxCrossEntropy, max_examples=200)
    assert wrong is not None
    assert wrong.kind == planted.kind
    assert (wrong.shape["k"], wrong.shape["batch"]) == (planted.k, planted.batch)
    assert wrong.stage == planted.stage
    if planted.diagnosis:
        assert any(planted.diagnosis in sentence for sentence in wrong.diagnosis)
    else:
        assert not wrong.diagnosis
    assert f"k = {planted.k}" in str(wrong)


def test_the_labels_brought_home_are_the_simplest() -> None:
    wrong = find_wrong_gradient(lambda a, y: y - softmax(a), SoftmaxCrossEntropy)
    assert wrong is not None
    assert wrong.inputs["y"].tolist() == [1.0, 0.0]
    assert wrong.inputs["a"].tolist() == [0.0, 0.0]
    assert wrong.expected[0].tolist() == [-0.5, 0.5]
    assert wrong.difference is not None
    assert wrong.difference.covers(wrong.expected[0][wrong.index])


def test_only_labels_that_do_not_sum_to_one_show_a_missing_sum() -> None:
    def without_the_sum(a: Any, y: Any) -> Any:
        return softmax(a) - y

    assert find_wrong_gradient(without_the_sum, SoftmaxCrossEntropy, domain="simplex") is None
    wrong = find_wrong_gradient(without_the_sum, SoftmaxCrossEntropy, domain="unit interval")
    assert wrong is not None
    assert wrong.inputs["y"].tolist() == [0.0]


def test_an_overflow_is_told_from_a_wrong_formula() -> None:
    wrong = find_wrong_gradient(naive, SoftmaxCrossEntropy)
    assert wrong is not None
    assert "the formula is right, the evaluation isn't" in str(wrong)
    assert np.max(np.abs(wrong.inputs["a"])) > 700


@pytest.mark.parametrize(
    ("gradient", "diagnosis"),
    [
        (lambda W, h, y: layer(W, h, y, transposed=True), "transposed"),
        (lambda W, h, y: layer(W, h, y, sign=-1), "sign"),
        (lambda W, h, y: layer(W, h, y, by_h=2.0), "too large"),
    ],
)
def test_faults_in_a_layer_are_named(gradient: Any, diagnosis: str) -> None:
    wrong = find_wrong_gradient(
        gradient, SigmoidLogistic, domain="unit interval", with_respect_to="layer"
    )
    assert wrong is not None
    assert any(diagnosis in sentence for sentence in wrong.diagnosis)
    assert set(wrong.inputs) == {"W", "h", "y"}
    assert "d" in wrong.shape


def layer(
    W: Any, h: Any, y: Any, *, transposed: bool = False, sign: float = 1.0, by_h: float = 1.0
) -> Any:
    _, by_W, right_by_h = SigmoidLogistic.layer_value_and_grad(W, h, y)
    return sign * (by_W.T if transposed else by_W), sign * by_h * right_by_h


def test_the_same_seed_brings_home_the_same() -> None:
    first, second = (
        str(find_wrong_gradient(lambda a, y: 1.01 * (softmax(a) - y), SoftmaxCrossEntropy, seed=7))
        for _ in range(2)
    )
    assert first == second != "None"


def test_a_gradient_that_answers_differently_each_time_is_found() -> None:
    answers = iter(range(10**9))
    wrong = find_wrong_gradient(
        lambda a, y: softmax(a) - y + (next(answers) % 7 == 3), SoftmaxCrossEntropy
    )
    assert wrong is not None


def test_a_kernel_that_contradicts_its_loss_is_not_trusted() -> None:
    class Doubled(SoftmaxCrossEntropy):
        @classmethod
        def value_and_grad(cls, a: Any, y: Any) -> Any:
            return cls.loss(a, y), 2 * (softmax(a) - y)

    with pytest.raises(UntrustworthyKernel, match="its own loss"):
        find_wrong_gradient(lambda a, y: softmax(a) - y, Doubled)


def test_a_subgradient_at_a_kink_is_not_accused() -> None:
    class Absolute:
        @staticmethod
        def loss(a: Any, y: Any) -> Any:
            return np.sum(np.abs(a - y))

        @classmethod
        def value_and_grad(cls, a: Any, y: Any) -> Any:
            return cls.loss(a, y), np.sign(a - y)

    assert find_wrong_gradient(
        lambda a, y: np.where(a >= y, 1.0, -1.0), Absolute, domain="real", max_examples=FEW
    ) is None  # fmt: skip
    wrong = find_wrong_gradient(
        lambda a, y: np.where(a >= y, 1.1, -1.0), Absolute, domain="real", max_examples=FEW
    )
    assert wrong is not None


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_a_right_gradient_of_a_shorter_dtype_is_not_accused(dtype: Any) -> None:
    def short(a: Any, y: Any) -> Any:
        return SigmoidLogistic.value_and_grad(a, y)[1].astype(dtype)

    def computed_short(a: Any, y: Any) -> Any:
        return SoftmaxCrossEntropy.value_and_grad(a.astype(np.float32), y.astype(np.float32))[1]

    assert (
        find_wrong_gradient(short, SigmoidLogistic, domain="unit interval", max_examples=FEW)
        is None
    )
    assert find_wrong_gradient(computed_short, SoftmaxCrossEntropy, max_examples=FEW) is None
    wrong = find_wrong_gradient(lambda a, y: 1.1 * short(a, y), SigmoidLogistic, max_examples=FEW)
    assert wrong is not None


@pytest.mark.parametrize("factor", [1 + 1e-11, 1 - 1e-11])
def test_tiny_errors_are_found_too(factor: float) -> None:
    assert find_wrong_gradient(lambda a, y: factor * (softmax(a) - y), SoftmaxCrossEntropy)


def test_differences_that_cannot_tell_do_not_excuse() -> None:
    class Offset(SoftmaxCrossEntropy):
        @staticmethod
        def loss(a: Any, y: Any) -> Any:
            return SoftmaxCrossEntropy.loss(a, y) + 1e9

    wrong = find_wrong_gradient(
        lambda a, y: (1 + 1e-9) * (softmax(a) - y), Offset, max_examples=FEW
    )
    assert wrong is not None
    assert wrong.difference is not None
    assert wrong.difference.bound > 1e-9


@pytest.mark.parametrize(
    ("applies", "k", "batch"),
    [
        (lambda a: a.shape[-1] >= 9, 9, ()),
        (lambda a: a.ndim > 1 and a.shape[0] >= 6, 2, (6,)),
        (lambda a: a.ndim > 1 and a.shape[0] >= 6 and a.shape[-1] >= 12, 12, (6,)),
        (lambda a: a.shape[-1] >= 50, 50, ()),
    ],
)
def test_faults_of_large_shapes_are_found_and_made_smaller(
    applies: Any, k: int, batch: tuple[int, ...]
) -> None:
    hunt = hunt_gradient(
        lambda a, y: (softmax(a) - y) * (2 if applies(a) else 1),
        SoftmaxCrossEntropy,
        max_examples=10,
    )
    assert hunt.found is not None
    assert (hunt.found.shape["k"], hunt.found.shape["batch"]) == (k, batch)
    assert hunt.found.stage == "large shapes"
    assert "wrong only at large shapes" in str(hunt)


@pytest.mark.parametrize("batch", [True, False])
def test_a_hunt_tells_what_it_tried(batch: bool) -> None:
    hunt = hunt_gradient(
        lambda a, y: softmax(a) - y, SoftmaxCrossEntropy, max_examples=10, batch=batch
    )
    assert hunt.found is None
    assert [tried.stage for tried in hunt.tried] == ["moderate", "ties", "large", "large shapes"]
    assert all(tried.inputs >= 3 for tried in hunt.tried)
    assert hunt.tried[-1].largest == {"k": 50, "batch": (40,) if batch else ()}
    assert f"{sum(tried.inputs for tried in hunt.tried)} inputs" in str(hunt)
    assert "large shapes" in str(hunt)


def test_the_hunt_calls_as_often_as_it_says() -> None:
    calls = []

    def counted(a: Any, y: Any) -> Any:
        calls.append(a.size)
        return softmax(a) - y

    hunt = hunt_gradient(counted, SoftmaxCrossEntropy, max_examples=10)
    assert len(calls) == sum(tried.inputs for tried in hunt.tried)


@pytest.mark.parametrize(
    "answer",
    [lambda right, a: right + 1j * a, lambda right, a: right.astype(complex)],
)
def test_complex_numbers_are_a_wrong_answer(answer: Any) -> None:
    wrong = find_wrong_gradient(
        lambda a, y: answer(softmax(a) - y, a), SoftmaxCrossEntropy, max_examples=FEW
    )
    assert wrong is not None
    assert wrong.kind == "wrong type"
    assert "complex128" in wrong.message


class OwnError(Exception):
    pass


@pytest.mark.parametrize("error", [OSError("disk"), MemoryError(), OwnError("x"), SystemExit(3)])
def test_whatever_is_raised_is_the_finding(error: BaseException) -> None:
    def raises(a: Any, y: Any) -> Any:
        raise error

    wrong = find_wrong_gradient(raises, SoftmaxCrossEntropy, max_examples=FEW)
    assert wrong is not None
    assert wrong.kind == "raised"
    assert f"raises {type(error).__name__}" in wrong.message


def test_a_wrong_value_at_large_pre_activations_is_no_overflow() -> None:
    def doubled(a: Any, y: Any) -> Any:
        return (softmax(a) - y) * np.where(np.max(a, axis=-1, keepdims=True) > 30, 2, 1)

    wrong = find_wrong_gradient(doubled, SoftmaxCrossEntropy, max_examples=FEW)
    assert wrong is not None
    assert wrong.kind == "wrong value"
    assert wrong.remark == "wrong only at large pre-activations"


@pytest.mark.parametrize("options", [{"seed": "a"}, {"seed": -1}, {"max_examples": 0}])
def test_silly_options_are_refused(options: Any) -> None:
    with pytest.raises(NumericError, match="expected a whole number"):
        hunt_gradient(lambda a, y: a, SoftmaxCrossEntropy, **options)
    with pytest.raises(NumericError, match="expected a callable"):
        hunt_gradient(3, SoftmaxCrossEntropy)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"domain": "simplx"}, "Did you mean 'simplex'"),
        ({"with_respect_to": "b"}, "'a' or 'layer'"),
    ],
)
def test_unknown_names_are_refused(options: Any, message: str) -> None:
    with pytest.raises(UnknownName, match=message):
        find_wrong_gradient(lambda a, y: a, SoftmaxCrossEntropy, **options)
