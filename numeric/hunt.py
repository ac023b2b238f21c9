"""Hunt for the smallest input at which someone's gradient of an output layer is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol, TypeAlias

import numpy as np
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, NoSuchExample

from numeric.arguments import Array, Line, call, read_callable, read_whole_number
from numeric.differences import Difference, line_difference
from numeric.errors import FunctionRaised, UnknownName, UntrustworthyKernel
from numeric.strategies import (
    LabelDomain,
    Shape,
    domain_named,
    labels,
    layers,
    pre_activations,
    shapes,
)

__all__ = [
    "Hunt",
    "Kernel",
    "Tried",
    "Variant",
    "WrongGradient",
    "find_wrong_gradient",
    "hunt_gradient",
]

UserGradient: TypeAlias = Callable[..., Any]
Arrays: TypeAlias = tuple[Array, ...]

_ULPS = 16.0
_REMEMBERED = 64
_LARGE_EXAMPLES = 4  # For each of the large shapes, and for each smaller one tried after a fault.
_DIFFERENT_ROWS = 3  # Of labels in a large batch; drawing each by itself would take too long.


class Kernel(Protocol):
    """What judges: the loss summed over all examples, and its gradient by the pre-activations.

    For ``with_respect_to="layer"`` also ``layer_value_and_grad(W, h, y)``, which returns the loss
    and its gradients by W and h. A module serves as well as an object.
    """

    def loss(self, a: Any, y: Any) -> Any: ...

    def value_and_grad(self, a: Any, y: Any) -> Any: ...


@dataclass(frozen=True)
class Stage:
    """A kind of input, tried once the ones before it have shown nothing.

    Attributes
    ----------
    name : str
    kinds : tuple of str
        Of pre-activations, as in :data:`numeric.strategies.MAGNITUDES`.
    remark : str
        What a wrong value there says.
    remark_unless_finite : str
        What a result says that is not finite.
    sizes : tuple of Shape
        The shapes that are tried; empty for all the small ones.
    """

    name: str
    kinds: tuple[str, ...]
    remark: str
    remark_unless_finite: str = ""
    sizes: tuple[Shape, ...] = ()


_LARGE_SHAPES = (
    Shape((), 50, 16),
    Shape((40,), 1, 16),
    Shape((7,), 10, 8),
    Shape((40,), 50, 16),
    Shape((5, 8), 17, 24),
)
_STAGES = (
    Stage("moderate", ("moderate",), ""),
    Stage(
        "ties",
        ("ties", "signed zeros"),
        "wrong only where pre-activations are equal",
        "wrong only where pre-activations are equal",
    ),
    Stage(
        "large",
        ("large",),
        "wrong only at large pre-activations",
        "overflows at large logits: the formula is right, the evaluation isn't",
    ),
    Stage("large shapes", ("moderate",), "wrong only at large shapes", sizes=_LARGE_SHAPES),
)


@dataclass(frozen=True)
class _Case:
    """One input, and what the kernel says of it."""

    names: tuple[str, ...]
    inputs: Arrays
    pre_activation: Array
    y: Array
    expected: Arrays
    scale: Arrays

    @property
    def differentiated(self) -> int:
        return len(self.expected)

    @property
    def shape(self) -> Shape:
        hidden = self.inputs[0].shape[-1] if self.differentiated > 1 else 1
        return Shape(self.y.shape[:-1], self.y.shape[-1], hidden)

    @property
    def sizes(self) -> dict[str, int | tuple[int, ...]]:
        shape = self.shape
        sizes: dict[str, int | tuple[int, ...]] = {"k": shape.k, "batch": shape.batch}
        return sizes | ({"d": shape.d} if self.differentiated > 1 else {})


@dataclass(frozen=True)
class Variant:
    """A common mistake: the gradient it produces instead of the right one.

    Attributes
    ----------
    sentence : str
        What to tell the author.
    made_from : callable
        From the kernel, the case and the right gradient of one argument to the wrong one, or to
        None where the mistake makes no sense.
    """

    sentence: str
    made_from: Callable[[Kernel, _Case, Array], Array | None]


def _scaled(factor: float) -> Callable[[Kernel, _Case, Array], Array | None]:
    return lambda kernel, case, right: factor * right


def _mean_over_classes(kernel: Kernel, case: _Case, right: Array) -> Array | None:
    mean: Array = right / case.y.shape[-1]
    return mean


def _mean_over_examples(kernel: Kernel, case: _Case, right: Array) -> Array | None:
    count = int(np.prod(case.y.shape[:-1]))
    return right / count if count else None


def _transposed(kernel: Kernel, case: _Case, right: Array) -> Array | None:
    return right.T if right.ndim > 1 else None


def _reversed_labels(kernel: Kernel, case: _Case, right: Array) -> Array | None:
    if case.differentiated > 1:
        return None
    reversed_y = np.ascontiguousarray(case.y[..., ::-1])
    return np.asarray(kernel.value_and_grad(case.pre_activation, reversed_y)[1])


def _prediction(kernel: Kernel, case: _Case) -> Array | None:
    predict = getattr(kernel, "predict", None)
    if predict is None or case.differentiated > 1:
        return None
    return np.asarray(predict(case.pre_activation))


def _of_prediction(formula: Callable[[Array, _Case, Array], Array]) -> Any:
    def made(kernel: Kernel, case: _Case, right: Array) -> Array | None:
        prediction = _prediction(kernel, case)
        return None if prediction is None else formula(prediction, case, right)

    return made


VARIANTS: tuple[Variant, ...] = (
    Variant("the sign is wrong: y and ŷ are swapped", _scaled(-1.0)),
    Variant("a factor 2 too large: the loss has no ½ more, or one fewer", _scaled(2.0)),
    Variant("a factor 2 too small: a 2 of the derivative of a square is missing", _scaled(0.5)),
    Variant("divided by k: a mean over the classes where a sum belongs", _mean_over_classes),
    Variant("divided by n: a mean over the examples where a sum belongs", _mean_over_examples),
    Variant("transposed", _transposed),
    Variant("the labels are read in reverse order", _reversed_labels),
    Variant("the label is not subtracted: this is ŷ", _of_prediction(lambda p, case, right: p)),
    Variant(
        "the pre-activation stands where the prediction belongs: this is a − y",
        lambda kernel, case, right: (
            None if case.differentiated > 1 else case.pre_activation - case.y
        ),
    ),
    Variant(
        "the factor of the activation's derivative is missing: this is ŷ − y",
        _of_prediction(lambda p, case, right: p - case.y),
    ),
    Variant(
        "multiplied by ŷ(1 − ŷ), which does not belong here",
        _of_prediction(lambda p, case, right: right * p * (1 - p)),
    ),
)


@dataclass(frozen=True)
class _Finding:
    """What is wrong at one case."""

    case: _Case
    kind: str
    message: str
    got: Arrays | None = None
    argument: int | None = None
    index: tuple[int, ...] | None = None
    difference: Difference | None = None


@dataclass(frozen=True)
class WrongGradient:
    """The smallest input found at which a gradient is wrong.

    Attributes
    ----------
    kind : str
        ``"wrong value"``, ``"wrong shape"``, ``"wrong type"`` (complex numbers, text),
        ``"not finite"``, ``"raised"``, or ``"unsteady"`` where the same input gave different
        answers.
    message : str
        What happened, in a sentence that names the worst entry.
    stage : str
        What it takes: ``"moderate"``, ``"ties"`` or ``"large"`` pre-activations, or ``"large
        shapes"``.
    remark : str
        What that says; empty for moderate ones.
    inputs : dict of str to numpy.ndarray
        ``a`` and ``y``, or ``W``, ``h`` and ``y``.
    shape : dict of str to int or tuple
        k, the batch axes and, for a layer, d.
    expected : tuple of numpy.ndarray
        The right gradient, one array per argument.
    got : tuple of numpy.ndarray or None
        The user's, where it returned arrays.
    argument, index
        The worst entry, where values are wrong.
    difference : Difference or None
        What differences of the kernel's loss say of that entry.
    diagnosis : tuple of str
        The common mistakes that explain every wrong answer seen.
    """

    kind: str
    message: str
    stage: str
    remark: str
    inputs: dict[str, Array]
    shape: dict[str, int | tuple[int, ...]]
    expected: Arrays
    got: Arrays | None
    argument: int | None
    index: tuple[int, ...] | None
    difference: Difference | None
    diagnosis: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        lines = [f"gradient is wrong ({self.kind}) at {_sizes(self.shape)}", f"  {self.message}"]
        if self.remark:
            lines.append(f"  {self.remark}")
        rows = list(self.inputs.items()) + [("expected", value) for value in self.expected]
        rows += [("got", value) for value in self.got or ()]
        lines += [f"  {name} = {_printed(value)}" for name, value in rows]
        if self.difference is not None:
            lines.append(f"  differences of the loss say {self.difference}")
        return "\n".join(lines + [f"  perhaps {sentence}" for sentence in self.diagnosis])


@dataclass(frozen=True)
class Tried:
    """How much of one kind of input a hunt has tried.

    Attributes
    ----------
    stage : str
        ``"moderate"``, ``"ties"``, ``"large"`` or ``"large shapes"``.
    inputs : int
        How many.
    largest : dict of str to int or tuple
        The shape with the most entries: k, the batch axes and, for a layer, d.
    """

    stage: str
    inputs: int
    largest: dict[str, int | tuple[int, ...]]

    def __str__(self) -> str:
        plural = "" if self.inputs == 1 else "s"
        return f"{self.stage}: {self.inputs} input{plural}, up to {_sizes(self.largest)}"


@dataclass(frozen=True)
class Hunt:
    """What a hunt has tried, and what it found.

    Attributes
    ----------
    found : WrongGradient or None
        None where no input showed a fault; that says no more than ``tried`` does.
    tried : tuple of Tried
        In the order of trying; the last one is where a fault was found, if any.
    """

    found: WrongGradient | None
    tried: tuple[Tried, ...]

    def __str__(self) -> str:
        if self.found is not None:
            return str(self.found)
        total = sum(tried.inputs for tried in self.tried)
        return "\n".join([f"no fault found in {total} inputs", *(f"  {t}" for t in self.tried)])


def _sizes(shape: dict[str, int | tuple[int, ...]]) -> str:
    return ", ".join(f"{name} = {size}" for name, size in shape.items())


def _printed(value: Array) -> str:
    text = np.array2string(value, separator=", ", precision=6, threshold=200)
    return text.replace("\n", "\n      ")


@st.composite
def _moments(
    draw: st.DrawFn,
    domain: LabelDomain,
    kinds: tuple[str, ...],
    sizes: st.SearchStrategy[Shape],
) -> tuple[Array, Array]:
    """Draw a and y of one shape."""
    shape = draw(sizes).output
    return draw(pre_activations(shape, kinds=kinds)), draw(labels(domain, shape))


@st.composite
def _layers(
    draw: st.DrawFn,
    domain: LabelDomain,
    kinds: tuple[str, ...],
    sizes: st.SearchStrategy[Shape],
) -> tuple[Array, Array, Array]:
    """Draw W, h and y; the kind of numbers is that of W."""
    shape = draw(sizes)
    layer = draw(layers(domain, shape=shape))
    return draw(pre_activations(shape.weights, kinds=kinds)), layer.h, layer.y


@st.composite
def _large_moments(
    draw: st.DrawFn,
    domain: LabelDomain,
    kinds: tuple[str, ...],
    sizes: st.SearchStrategy[Shape],
) -> tuple[Array, Array]:
    """Draw a and y of a large shape: only a few rows of labels, and the seed of the rest."""
    shape = draw(sizes)
    rows = draw(labels(domain, (_DIFFERENT_ROWS, shape.k)))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    y = rows[generator.integers(0, len(rows), size=shape.batch)]
    return _eighths(generator, shape.output), y


@st.composite
def _large_layers(
    draw: st.DrawFn,
    domain: LabelDomain,
    kinds: tuple[str, ...],
    sizes: st.SearchStrategy[Shape],
) -> tuple[Array, Array, Array]:
    """Draw W, h and y of a large shape, as :func:`_large_moments` does."""
    shape = draw(sizes)
    _, y = draw(_large_moments(domain, kinds, st.just(shape)))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    # The pre-activations shall be as moderate as those of a small layer.
    W = _eighths(generator, shape.weights) / max(1, shape.d)
    return W, _eighths(generator, shape.hidden) / 4, y


def _eighths(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return generator.integers(-64, 65, size=shape) / 8


def _read_pre_activations(kernel: Kernel, inputs: Arrays) -> _Case:
    a, y = inputs
    _, gradient = kernel.value_and_grad(a, y)
    scale = _row_scale(a, y, gradient)
    return _Case(("a", "y"), inputs, a, y, (np.asarray(gradient),), (scale,))


def _read_layer(kernel: Kernel, inputs: Arrays) -> _Case:
    W, h, y = inputs
    layer_value_and_grad = getattr(kernel, "layer_value_and_grad")  # noqa: B009
    _, gradient_W, gradient_h = layer_value_and_grad(W, h, y)
    a = h @ W.T
    # The rounding of an inner product is bounded by the product of the magnitudes.
    row = np.maximum(_row_scale(a, y, np.zeros(y.shape)), np.abs(h) @ np.abs(W).T)
    scale_W = row.reshape(-1, row.shape[-1]).T @ np.abs(h).reshape(-1, h.shape[-1])
    expected = (np.asarray(gradient_W), np.asarray(gradient_h))
    return _Case(("W", "h", "y"), inputs, a, y, expected, (scale_W, row @ np.abs(W)))


def _row_scale(a: Array, y: Array, gradient: Array) -> Array:
    """For every entry the size of what its example's gradient was computed from."""
    highest = np.maximum(np.maximum(np.abs(a), np.abs(y)), np.maximum(np.abs(gradient), 1.0))
    rows: Array = np.broadcast_to(highest.max(axis=-1, keepdims=True), highest.shape)
    return rows


_READERS: dict[str, tuple[Callable[[Kernel, Arrays], _Case], Any, Any]] = {
    "a": (_read_pre_activations, _moments, _large_moments),
    "layer": (_read_layer, _layers, _large_layers),
}


def _loss_at(kernel: Kernel, case: _Case) -> Callable[..., Any]:
    """Return the loss as a function of exactly the inputs of the case."""
    if case.differentiated == 1:
        return kernel.loss
    return lambda W, h, y: kernel.loss(h @ W.T, y)


def _difference_at(
    kernel: Kernel, case: _Case, argument: int, index: tuple[int, ...]
) -> Difference:
    direction = tuple(np.zeros(given.shape) for given in case.inputs)
    direction[argument][index] = 1.0
    return line_difference(Line(_loss_at(kernel, case), case.inputs, direction))


def _judge(kernel: Kernel, gradient: UserGradient, case: _Case) -> _Finding | None:
    """Say what is wrong with the user's gradient at this case, or None."""
    try:
        result = call("gradient", gradient, case.inputs)
    except FunctionRaised as error:
        return _Finding(case, "raised", f"it {error.summary}")
    try:
        got = tuple(
            np.asarray(part) for part in (result if isinstance(result, tuple) else (result,))
        )
    except ValueError as error:
        return _Finding(case, "wrong shape", f"it returned no rectangular array: {error}")
    for part in got:
        if part.dtype.kind not in "buif":
            message = f"it returned an array of dtype {part.dtype}, expected real numbers"
            return _Finding(case, "wrong type", message)
    shapes_got = [part.shape for part in got]
    shapes_expected = [part.shape for part in case.expected]
    if shapes_got != shapes_expected:
        message = f"it returned shapes {shapes_got}, expected {shapes_expected}"
        return _Finding(case, "wrong shape", message, got)
    for argument, part in enumerate(got):
        if not np.all(np.isfinite(part)):
            index = tuple(int(place) for place in np.argwhere(~np.isfinite(part))[0])
            message = f"{_entry(case, argument, index)} is {part[index]}"
            return _Finding(case, "not finite", message, got, argument, index)
    return _judge_values(kernel, case, got)


def _allowed(part: Array) -> float:
    """Return what rounding may amount to in a gradient of this dtype, in units of its scale."""
    coarsest = part.dtype if part.dtype in (np.float16, np.float32) else np.dtype(np.float64)
    return _ULPS * float(np.finfo(coarsest).eps)


def _entry(case: _Case, argument: int, index: tuple[int, ...]) -> str:
    return f"gradient by {case.names[argument]}, entry [{', '.join(map(str, index))}]"


def _judge_values(kernel: Kernel, case: _Case, got: Arrays) -> _Finding | None:
    """Judge the entries that differ from the kernel's, the worst first."""
    for argument, index in _differing(case, got):
        value, right = float(got[argument][index]), float(case.expected[argument][index])
        tolerance = _allowed(got[argument]) * float(case.scale[argument][index])
        difference = _difference_at(kernel, case, argument, index)
        if _exonerates(difference, value, right, tolerance):
            _trust(difference, right, tolerance, case)
            continue
        message = f"{_entry(case, argument, index)}: expected {right:.10g}, got {value:.10g}"
        return _Finding(case, "wrong value", message, got, argument, index, difference)
    return None


def _differing(case: _Case, got: Arrays) -> list[tuple[int, tuple[int, ...]]]:
    """List the entries further from the kernel's than rounding explains, the worst first."""
    excesses = []
    for argument, (part, right) in enumerate(zip(got, case.expected, strict=True)):
        allowed = _allowed(part) * (case.scale[argument] + np.finfo(np.float64).tiny)
        excess = np.abs(part.astype(np.float64) - right) / allowed
        excesses += [
            (float(excess[index]), argument, index)
            for index in np.ndindex(excess.shape)
            if excess[index] > 1
        ]
    return [(argument, index) for _, argument, index in sorted(excesses, reverse=True)]


def _exonerates(difference: Difference, value: float, right: float, tolerance: float) -> bool:
    """Tell whether differences of the loss can tell the values apart, and side with the user's."""
    if not difference.informative or not difference.covers(value, tolerance):
        return False
    return difference.kink or difference.bound < abs(value - right) / 2


def _trust(difference: Difference, value: float, tolerance: float, case: _Case) -> None:
    if not difference.covers(value, tolerance):
        given = zip(case.names, case.inputs, strict=True)
        inputs = ", ".join(f"{name} = {_printed(array)}" for name, array in given)
        raise UntrustworthyKernel(
            "kernel",
            f"a gradient entry {value:.10g} where its own loss has the slope {difference}",
            "a kernel whose gradient is that of its loss",
            f"Check it at {inputs}.",
        )


def _diagnosis(kernel: Kernel, findings: list[_Finding]) -> tuple[str, ...]:
    """Name the variants that explain every finding, as far as arrays were returned."""
    answered = [finding for finding in findings if finding.got is not None]
    return tuple(
        variant.sentence
        for variant in VARIANTS
        if answered and all(_explains(variant, kernel, finding) for finding in answered)
    )


def _explains(variant: Variant, kernel: Kernel, finding: _Finding) -> bool:
    """Whether every part of the answer is right or the variant's, and one is the variant's."""
    case, got = finding.case, finding.got or ()
    if len(got) != len(case.expected):
        return False
    used = False
    for part, right, scale in zip(got, case.expected, case.scale, strict=True):
        if part.shape == right.shape and np.all(np.abs(part - right) <= _allowed(part) * scale):
            continue
        wrong = variant.made_from(kernel, case, right)
        if wrong is None or wrong.shape != part.shape:
            return False
        allowed = 4 * _allowed(part) * float(np.max(scale, initial=0.0))
        if not np.all(np.abs(part - wrong) <= allowed):
            return False
        used = True
    return used


def hunt_gradient(
    gradient: UserGradient,
    kernel: Kernel,
    *,
    domain: str | LabelDomain = "simplex",
    with_respect_to: str = "a",
    max_examples: int = 200,
    seed: int = 0,
    batch: bool = True,
) -> Hunt:
    """Hunt for the smallest shape and the simplest labels at which ``gradient`` is wrong.

    Moderate pre-activations are tried first, then ties and signed zeros, and only then ±1000, all
    at shapes of up to six classes; then, at moderate pre-activations, a few shapes of up to 50
    classes and 40 examples. The first kind that shows a fault is shrunk and reported. A smaller
    shape is overlooked only where none of the inputs drawn for it showed the fault.

    A value is wrong if it is more than 16 ulps (of the dtype that ``gradient`` returns) of what the
    example's gradient is computed from away from the kernel's, and if differences of the kernel's
    loss, where they can tell the two apart, don't side with it.

    Parameters
    ----------
    gradient : callable
        ``gradient(a, y)`` returns the gradient by a (..., k), or, for
        ``with_respect_to="layer"``, ``gradient(W, h, y)`` returns the gradients by W (k, d)
        and by h (..., d). The loss is summed over all examples.
    kernel : Kernel
        An object or module with ``loss(a, y)``, summed, and ``value_and_grad(a, y)``; for a layer
        also ``layer_value_and_grad(W, h, y)``. With ``predict(a)`` more mistakes are recognised.
    domain : str or LabelDomain
        Of the labels: ``"real"``, ``"unit interval"``, ``"simplex"``, or a record of one's own.
    with_respect_to : {"a", "layer"}
    max_examples : int
        For each kind of input at small shapes; a quarter as many for each smaller shape that is
        tried once a fault is found. Large shapes get four inputs each, or fewer.
    seed : int
        The same seed finds the same input; nothing is stored between calls.
    batch : bool
        Whether to try leading batch axes, empty batches among them.

    Returns
    -------
    Hunt
        ``found``, the fault or None, and ``tried``, what was tried.

    Raises
    ------
    UnknownName
        For a domain or ``with_respect_to`` that is not in its table.
    UnsupportedType, NotFinite
        For a gradient that cannot be called, a seed or a number of examples that isn't one.
    UntrustworthyKernel
        Where the kernel contradicts its own loss.

    Examples
    --------
    >>> import numpy as np
    >>> class Square:
    ...     @staticmethod
    ...     def loss(a, y):
    ...         return np.sum((a - y) ** 2)
    ...     @staticmethod
    ...     def value_and_grad(a, y):
    ...         return np.sum((a - y) ** 2), 2 * (a - y)
    >>> hunt = hunt_gradient(lambda a, y: 2 * (a - y), Square, domain="real", max_examples=50)
    >>> hunt.found
    >>> hunt.tried[-1].stage, hunt.tried[-1].largest
    ('large shapes', {'k': 50, 'batch': (40,)})
    """
    read_callable("gradient", gradient)
    first_seed = read_whole_number("seed", seed, least=0)
    examples = read_whole_number("max_examples", max_examples, least=1)
    if with_respect_to not in _READERS:
        raise UnknownName(
            "with_respect_to", repr(with_respect_to), "'a' or 'layer'", "Choose one of them."
        )
    read, small, large = _READERS[with_respect_to]
    record, tried = domain_named(domain), []
    for number, stage in enumerate(_STAGES):
        inputs_of = large if stage.sizes else small
        search = _Hunter(
            kernel, gradient, read, inputs_of, record, stage, Random(first_seed + number)
        )
        found = search.run(examples, batch)
        tried.append(search.tried())
        if found is not None:
            return Hunt(found, tuple(tried))
    return Hunt(None, tuple(tried))


def find_wrong_gradient(
    gradient: UserGradient,
    kernel: Kernel,
    *,
    domain: str | LabelDomain = "simplex",
    with_respect_to: str = "a",
    max_examples: int = 200,
    seed: int = 0,
    batch: bool = True,
) -> WrongGradient | None:
    """Hunt for the smallest shape and the simplest labels at which ``gradient`` is wrong.

    The same hunt as :func:`hunt_gradient`, whose parameters and errors it has, without the account
    of what was tried.

    Returns
    -------
    WrongGradient or None
        None where no input showed a fault.

    Examples
    --------
    >>> import numpy as np
    >>> class Square:
    ...     @staticmethod
    ...     def loss(a, y):
    ...         return np.sum((a - y) ** 2)
    ...     @staticmethod
    ...     def value_and_grad(a, y):
    ...         return np.sum((a - y) ** 2), 2 * (a - y)
    >>> find_wrong_gradient(lambda a, y: 2 * (a - y), Square, domain="real", max_examples=50)
    >>> wrong = find_wrong_gradient(lambda a, y: a - y, Square, domain="real", max_examples=50)
    >>> wrong.shape, wrong.diagnosis[0]
    ({'k': 1, 'batch': ()}, 'a factor 2 too small: a 2 of the derivative of a square is missing')
    """
    return hunt_gradient(
        gradient,
        kernel,
        domain=domain,
        with_respect_to=with_respect_to,
        max_examples=max_examples,
        seed=seed,
        batch=batch,
    ).found


@dataclass
class _Hunter:
    """One stage of a hunt: draws inputs, judges the answers, and remembers both."""

    kernel: Kernel
    gradient: UserGradient
    read: Callable[[Kernel, Arrays], _Case]
    inputs_of: Any
    domain: LabelDomain
    stage: Stage
    random: Random
    findings: list[_Finding] = field(default_factory=list)
    inputs: int = 0
    largest: _Case | None = None

    def run(self, examples: int, batch: bool) -> WrongGradient | None:
        """Return the smallest fault of this stage, or None."""
        try:
            smallest = self.smallest(examples, batch)
        except Flaky:
            return self.report(self.findings[-1], unsteady=True)
        if smallest is None:
            return None
        final = _judge(self.kernel, self.gradient, self.read(self.kernel, smallest))
        return self.report(final or self.findings[-1], unsteady=final is None)

    def wrong(self, inputs: Arrays) -> bool:
        case = self.read(self.kernel, inputs)
        if not self.findings:  # What is tried afterwards only serves to make a fault smaller.
            self.inputs += 1
            if self.largest is None or case.pre_activation.size > self.largest.pre_activation.size:
                self.largest = case
        finding = _judge(self.kernel, self.gradient, case)
        if finding is not None:
            self.findings.append(finding)
            del self.findings[_REMEMBERED:-1]
        return finding is not None

    def search(self, sizes: st.SearchStrategy[Shape], examples: int) -> Arrays | None:
        try:
            found: Arrays = find(
                self.inputs_of(self.domain, self.stage.kinds, sizes),
                self.wrong,
                settings=_settings(examples),
                random=self.random,
            )
        except NoSuchExample:
            return None
        return found

    def smallest(self, examples: int, batch: bool) -> Arrays | None:
        """Find wrong inputs, then try every smaller shape by itself, the smallest first.

        Shrinking changes one thing at a time, and may be caught where a fault needs two at once.
        """
        if self.stage.sizes:
            return self.smallest_of_large(min(examples, _LARGE_EXAMPLES), batch)
        found = self.search(shapes(max_batch_axes=2 if batch else 0), examples)
        if found is None:
            return None
        for smaller in _smaller_shapes(self.shape(found)):
            at_smaller = self.search(st.just(smaller), max(1, examples // 4))
            if at_smaller is not None:
                return at_smaller
        return found

    def smallest_of_large(self, examples: int, batch: bool) -> Arrays | None:
        """Go through the large shapes; where one is wrong, shorten its sides one by one."""
        for shape in dict.fromkeys(
            size if batch else size._replace(batch=()) for size in self.stage.sizes
        ):
            found = self.search(st.just(shape), examples)
            if found is not None:
                for shortened in (_fewer_examples, _fewer_classes, _fewer_units):
                    found = self.shorter(found, shortened, examples)
                return found
        return None

    def shorter(
        self, found: Arrays, shortened: Callable[[Shape], Iterator[Shape]], examples: int
    ) -> Arrays:
        for shape in shortened(self.shape(found)):
            at_shorter = self.search(st.just(shape), examples)
            if at_shorter is not None:
                return at_shorter
        return found

    def shape(self, inputs: Arrays) -> Shape:
        return self.read(self.kernel, inputs).shape

    def tried(self) -> Tried:
        largest = {} if self.largest is None else self.largest.sizes
        return Tried(self.stage.name, self.inputs, largest)

    def report(self, finding: _Finding, *, unsteady: bool) -> WrongGradient:
        return _report(self.kernel, self.stage, finding, self.findings, unsteady)


def _fewer_examples(shape: Shape) -> Iterator[Shape]:
    count = int(np.prod(shape.batch)) if shape.batch else 0
    batches = [(), *((n,) for n in range(1, count + (len(shape.batch) > 1)))]
    return (shape._replace(batch=batch) for batch in batches if batch != shape.batch)


def _fewer_classes(shape: Shape) -> Iterator[Shape]:
    return (shape._replace(k=k) for k in range(1, shape.k))


def _fewer_units(shape: Shape) -> Iterator[Shape]:
    return (shape._replace(d=d) for d in range(1, shape.d))


def _order(shape: Shape) -> tuple[int, int, int]:
    return len(shape.batch), int(np.prod(shape.batch)) * (shape.k + shape.d), shape.k


def _smaller_shapes(shape: Shape) -> list[Shape]:
    candidates = (
        Shape(batch, k, d)
        for batch in ((), (1,), (2,))
        for k in range(1, shape.k + 1)
        for d in range(1, shape.d + 1)
    )
    return sorted((one for one in candidates if _order(one) < _order(shape)), key=_order)


def _settings(max_examples: int) -> settings:
    return settings(
        max_examples=max_examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def _report(
    kernel: Kernel, stage: Stage, finding: _Finding, seen: list[_Finding], unsteady: bool
) -> WrongGradient:
    case = finding.case
    remarks = {"wrong value": stage.remark, "not finite": stage.remark_unless_finite}
    message = finding.message
    if unsteady:
        message = f"the same input gives different answers; once, {message}"
    return WrongGradient(
        kind="unsteady" if unsteady else finding.kind,
        message=message,
        stage=stage.name,
        remark=remarks.get(finding.kind, ""),
        inputs=dict(zip(case.names, case.inputs, strict=True)),
        shape=case.sizes,
        expected=case.expected,
        got=finding.got,
        argument=finding.argument,
        index=finding.index,
        difference=finding.difference,
        diagnosis=_diagnosis(kernel, [finding, *seen]),
    )
