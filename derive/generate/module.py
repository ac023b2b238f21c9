"""The text of a generated module: docstrings, checks of the arguments and the lines of NumPy."""

from __future__ import annotations

import re
from dataclasses import replace
from string import Template

from sympy import Expr, Function, Symbol, cosh, exp, log, sinh, tanh

from derive.generate.buffers import chain_and_entry
from derive.generate.doubles import keep_doubles, spare_digits
from derive.generate.evaluate import evaluate
from derive.generate.few import few_lines
from derive.generate.helper_templates import HELPERS
from derive.generate.layer import LAYER, matrix_source
from derive.generate.layout import block, broken, hanging, paragraph
from derive.generate.leader import SPREAD
from derive.generate.lower import with_names
from derive.generate.matching import R, U, X
from derive.generate.numpy_printer import fresh_lines_of, lines_of, lines_of_doubles, text_of
from derive.generate.operations import chain_of
from derive.generate.passes import little_plan_of, one_hot_plan_of, plan_of, program_of
from derive.generate.primitives import log1p
from derive.generate.program import CLASS, UNITS, Program, read, rewrite
from derive.generate.spec import KernelSpec, prediction
from derive.generate.stable_forms import COMPENSATED, HALVED, Form
from derive.generate.templates import (
    ARGUMENTS,
    BLOCK_OF_ENTRIES,
    BLOCK_OF_EXAMPLES,
    FEW,
    HEADER,
    HESSIAN_DIAGONAL,
    LABELLED,
    LABELLED_BYTES,
    LABELLED_FIRST,
    LAYER_BY_UNITS,
    LAYER_VALUE_AND_GRAD,
    LITTLE,
    LOSS,
    PLAIN,
    PREDICT,
    QUIET,
    REDUCTION,
    UNITS_BYTES,
    UNITS_FIRST,
    VALUE_AND_GRAD,
    WHOLE,
)
from derive.language import k, substitute

__all__ = ["counting_units", "filled", "numpy_module", "words_of"]

_EXAMPLE = ("1.0", "-2.0", "0.5")
_DIGITS = 4


def numpy_module(spec: KernelSpec) -> str:
    """Return the source of the module of one pair, which imports NumPy alone.

    The same spec gives the same text on every machine.

    Parameters
    ----------
    spec : KernelSpec
        The pair.

    Raises
    ------
    UnsupportedExpression
        If an expression holds what NumPy has no word for.
    """
    spec = counting_units(spec)
    words = words_of(spec)
    labelled = _labelled(spec)
    words |= _firsts(spec, labelled)
    bodies = {name: filled(text, {**words, **_body(spec, name)}) for name, text in _BODIES.items()}
    if labelled:
        bodies["value_and_grad"] += filled(LABELLED, labelled)
    if plan_of(spec, "value_and_grad").is_elementwise:
        bodies["value_and_grad"] += filled(LITTLE, _little(spec))
    functions = [*bodies.values()]
    functions.append(_layer_function(spec, words))
    arguments = filled(ARGUMENTS, words)
    plain = filled(PLAIN, words | _asked_of_plain(spec))
    of_kind = _OF_ENTRIES if plan_of(spec, "value_and_grad").is_elementwise else _OF_EXAMPLES
    if _has_few(spec):
        lines = _few(spec)
        whole = WHOLE if "is_soft" in lines else ""
        plain += filled(FEW, {**words, **of_kind, "few": lines, "whole": whole})
    reduction = filled(REDUCTION, of_kind)
    helpers = _called("".join((reduction, plain, *functions)), of_kind)
    source = "".join((arguments, reduction, *helpers, plain, *functions))
    firsts = {
        "math": "import math\n" if "math." in source else "",
        "units_bytes": UNITS_BYTES if "UNITS_BYTES" in source else "",
        "labelled_bytes": LABELLED_BYTES if "LABELLED_BYTES" in source else "",
    }
    return filled(HEADER, {**words, **firsts}) + QUIET + source


_OF_ENTRIES = {
    "small": "block(*arrays, nowhere)",
    "few_numbers": "10",
    "vector": "    if values.ndim == 1:\n        return _total_of_vector(values)\n",
}
"""What the helpers say where the sums of a loss are the only ones,"""
_OF_EXAMPLES = {
    "small": "_of_small(block, arrays, nowhere)",
    "few_numbers": "16",
    "vector": "",
}
"""and where sums enter the gradient, for which float32 has few digits."""

_QUICK = 3
"""So few operations of NumPy, two in a helper, are started sooner than a loop of Python's own."""


def _has_few(spec: KernelSpec) -> bool:
    """Say whether few numbers are done in Python's own."""
    arrays = [one for one in plan_of(spec, "value_and_grad").program.assignments if one.per_class]
    started = [one for array in arrays for one in chain_and_entry(array.value)[0]]
    return sum(2 if one.function.startswith("_") else 1 for one in started) > _QUICK


def _few(spec: KernelSpec) -> str:
    """Return the lines for one example in Python's own numbers, each broken at its own depth."""
    lines = few_lines(program_of(spec, "value_and_grad"))
    cut = ((line[: len(line) - len(line.lstrip())], line.lstrip()) for line in lines)
    return "\n".join(piece for depth, line in cut for piece in broken(line, f"    {depth}"))


def _little(spec: KernelSpec) -> dict[str, str]:
    """Return the lines for so few entries that starting a function of NumPy is the cost."""
    plan = plan_of(spec, "value_and_grad")
    functions = {one for array in plan.program.assignments for one in array.value.atoms(Function)}
    if not any(isinstance(one, _INEXACT) for one in functions):
        lines = fresh_lines_of(plan, of_doubles=False)
        return {"in_doubles": "", "body": block(lines), "rounded": ""}
    lines = fresh_lines_of(little_plan_of(spec, "value_and_grad"), of_doubles=True)
    return {"in_doubles": _IN_DOUBLES, "body": block(lines), "rounded": _ROUNDED}


_INEXACT = (exp, log, log1p, tanh, sinh, cosh)
"""Functions that NumPy computes in float32 only roughly, and in float64 as soon."""
_IN_DOUBLES = """\
    is_single = a.dtype is _SINGLE
    if is_single:
        a, y = a.astype(_DOUBLE), y.astype(_DOUBLE)
"""
_ROUNDED = """\
    if is_single:
        return np.float32(losses), grad_a.astype(_SINGLE)
"""


def _labelled(spec: KernelSpec) -> dict[str, str] | None:
    """Return the lines for labels of which one is 1 and the others 0, where there are such."""
    texts = {}
    for name, finished in _FINISHED.items():
        plan = one_hot_plan_of(spec, "value_and_grad", finished)
        if plan is None or not set(SPREAD) <= set(plan.program.names):
            return None
        texts[name] = block(lines_of_doubles(plan, "labelled"))
    buffers = str(plan_of(spec, "value_and_grad").buffers)
    return {**texts, "spread": ", ".join(SPREAD), "buffers": buffers}


_FINISHED = {"doubles": keep_doubles, "singles": spare_digits}
"""What is done with doubles, by what they are to be rounded to."""


def _asked_of_plain(spec: KernelSpec) -> dict[str, str]:
    """Return what is asked of arrays beside what is asked of all: what entries have no need of."""
    fewest = spec.fewest_classes
    of_both = "a.flags.c_contiguous", "y.flags.c_contiguous"
    is_elementwise = plan_of(spec, "value_and_grad").is_elementwise
    lines = () if is_elementwise else of_both
    return {
        "contiguous": "".join(f"\n        and {line}" for line in lines),
        "enough_classes": f"\n        and shape[-1] >= {fewest}" if fewest > 1 else "",
        "enough_units": f"\n        and shape[0] >= {fewest}" if fewest > 1 else "",
    }


def _firsts(spec: KernelSpec, labelled: dict[str, str] | None) -> dict[str, str]:
    """Return what is tried first: few numbers, and labels of one unit."""
    plan = plan_of(spec, "value_and_grad")
    small = _SMALL_ENTRIES_FIRST if plan.is_elementwise else _SMALL_FIRST
    few = _PLAIN_FEW_FIRST if _has_few(spec) else ""
    condition = "a.flags.c_contiguous" if plan.is_elementwise else "a.ndim == 2"
    little = _PLAIN_LITTLE_FIRST.format(condition=condition)
    has_little = plan.is_elementwise or labelled is not None
    return {
        "few_first": _FEW_FIRST if _has_few(spec) else "",
        "plain_first": few + (little if has_little else ""),
        "of_little": "_of_little" if has_little else "_of_array",
        "small_first": small.format(buffers=plan.buffers)
        + (_LARGE_LABELLED_FIRST if labelled else ""),
        "labelled_first": LABELLED_FIRST if labelled else "",
    }


_FEW_FIRST = """\
    if 0 < a.size <= _FEW and reduction == "sum":
        few = _of_few(a, y)
        if few is not None:
            grad_a[...] = few[1]
            return few[0]
"""
_PLAIN_FEW_FIRST = """\
    if a.size <= _FEW and (few := _of_few(a, y)) is not None:
        return few
"""
_PLAIN_LITTLE_FIRST = """\
    if a.nbytes <= SMALL_BYTES and {condition}:
        return _QUIET.copy().run(_of_little, a, y)
"""
_PLAIN_LAYER_FIRST = """\
    if y.size <= _FEW and (few := _of_few(a, y)) is not None:
        value, grad_a = few
        return value, {grad_W}, {grad_h}
"""
_LARGE_LABELLED_FIRST = """\
    if ONE_BLOCK_BYTES < a.nbytes <= LABELLED_BYTES and a.ndim == 2 and threads == 1:
        losses = _of_one_label_each(a, y, grad_a, _count(a, reduction))
        if losses is not None:
            return _reduced(losses, reduction, a)
"""
_SMALL_FIRST = """\
    if a.nbytes <= ONE_BLOCK_BYTES and a.ndim == 2 and threads == 1:
        losses = _of_one_block(a, y, grad_a, (None,) * {buffers}, _count(a, reduction))
        return _reduced(losses, reduction, a)
"""
_SMALL_ENTRIES_FIRST = """\
    if a.nbytes <= ONE_BLOCK_BYTES and reduction == "sum" and threads == 1:
        loss = _value_and_grad_block(a.ravel(), y.ravel(), grad_a.ravel(), (None,) * {buffers})
        return loss if loss.dtype is a.dtype else a.dtype.type(loss)
"""


def _body(spec: KernelSpec, function: str) -> dict[str, str]:
    plan = plan_of(spec, function)
    choice = '    carry_out = _by_parts if reduction == "sum" else _by_blocks\n'
    return {
        "body": block(lines_of(plan, helpers=True)),
        "buffers": str(plan.buffers),
        "choose": choice if plan.is_elementwise else "",
        "carry_out": "carry_out" if plan.is_elementwise else "_by_blocks",
    }


_READ = {X: read("a", True), U: read("reference", False), R: read("weights", True)}
"""What the wildcards of a form are called in a helper."""


def _form_lines(form: Form, **arrays: str) -> tuple[list[str], dict[Expr, Expr]]:
    """Return the lines of a form's bindings, some by names of arrays, and what reads them."""
    names: dict[Expr, Expr] = dict(_READ)
    lines = []
    for name, value in form.bindings:
        array = arrays.get(name, name)
        lines.append(f"{array} = {text_of(value.xreplace(names), Program((), ()))}")
        names[Symbol(name, real=True)] = read(array, True)
    return lines, names


def _compensated() -> str:
    """Return the lines of `_exponentials` that its row in the table of stable forms says."""
    lines, names = _form_lines(COMPENSATED, gap="gaps", power="powers")
    lines[-1] = lines[-1].replace(")", ", out=out)")
    correction = COMPENSATED.result.xreplace(names) - read("powers", True)
    lines.append(f"powers += {text_of(correction, Program((), ()))}")
    return block([*lines, "return powers"])


def _halved() -> str:
    """Return the lines of `_weighted_gaps` that its row in the table of stable forms says."""
    lines, names = _form_lines(HALVED)
    (operation,) = chain_of(HALVED.result.xreplace(names))
    operands = ", ".join(text_of(one, Program((), ())) for one in operation.operands)
    return block([*lines, f"gaps = np.{operation.function}({operands}, out=out)"], depth=2)


def _called(source: str, of_kind: dict[str, str]) -> tuple[str, ...]:
    """Return the helpers that a source calls, and those that they call themselves."""
    words = {"compensated": _compensated(), "halved": _halved(), **of_kind}
    helpers = {name: filled(text, words) for name, text in HELPERS.items()}
    called: set[str] = set()
    while not (found := set(re.findall(r"\b_\w+", source)) & helpers.keys()) <= called:
        called |= found
        source += "".join(helpers[name] for name in sorted(found))
    return tuple(text for name, text in helpers.items() if name in called)


def counting_units(spec: KernelSpec) -> KernelSpec:
    """Return the spec with `UNITS` for k where it is a number in a formula."""

    def change(node: Expr) -> Expr | None:
        return UNITS if node == k else None

    names = ("prediction", "loss", "gradient", "curvature")
    return replace(spec, **{name: rewrite(getattr(spec, name), change) for name in names})


def filled(template: str, words: dict[str, str]) -> str:
    """Return a template with words for its names."""
    return Template(template).substitute(words)


_BODIES = {
    "predict": PREDICT,
    "loss": LOSS,
    "value_and_grad": VALUE_AND_GRAD,
    "hessian_diagonal": HESSIAN_DIAGONAL,
}


def words_of(spec: KernelSpec) -> dict[str, str]:
    """Return what the templates put between the braces."""
    numbers = {
        "loss": _rounded(_evaluated(spec, spec.loss)),
        "grad_a": _listed(spec, spec.gradient),
        "prediction": _listed(spec, spec.prediction),
        "curvature": _listed(spec, spec.curvature),
    }
    return {
        "output": spec.output,
        "loss_name": spec.loss_name,
        "formulas": "\n".join(hanging(line) for line in spec.formulas),
        "labels": paragraph(f"The labels: {spec.label_domain}. They are not checked.", depth=0),
        "label_domain": spec.label_domain,
        "conventions": "".join(f"\n\n{paragraph(line, depth=0)}" for line in spec.conventions),
        "fewest_classes": str(spec.fewest_classes),
        "example_a": f"[{', '.join(_EXAMPLE)}]",
        "example_y": f"[{', '.join(spec.example_labels)}]",
        **{f"shown_{name}": _shown(name, number) for name, number in numbers.items()},
        "shown_grad_h": _shown("grad_h", numbers["grad_a"]),
        **{f"example_{name}": number for name, number in numbers.items()},
    }


_START, _PRODUCT = "{0}.dot({1})", "{0} @ {1}"
"""Products of matrices: the first starts sooner, the second is quicker once it has started."""


def _into(result: str) -> str:
    """Return a product that is written into an array."""
    return f"np.matmul({{0}}, {{1}}, out={result})"


_PLACES: dict[str, dict[str, tuple[dict[str, str], str]]] = {
    "a": {
        "layer": ({}, _START),
        "large": ({}, _PRODUCT),
        "rows": ({"h": "h[part]", "W": "by_columns"}, _into("grad_a")),
        "units": ({"W": "W[part]"}, _PRODUCT),
    },
    "grad_W": {
        "layer": ({}, _START),
        "large": ({}, _PRODUCT),
        "rows": ({"h": "h[part]"}, _PRODUCT),
        "units": ({}, _into("grad_W[part]")),
    },
    "grad_h": {
        "layer": ({}, _START),
        "large": ({}, _PRODUCT),
        "rows": ({}, _into("grad_h[part]")),
        "units": ({"W": "W[part]"}, _PRODUCT),
    },
    "grad_b": {"large": ({}, _PRODUCT)},
}
"""The results of a layer by the place where they are computed: names, and the form of a product."""


def _layer_function(spec: KernelSpec, words: dict[str, str]) -> str:
    """Return the functions of the layer, that by units where none has to do with another."""
    words = words | _layer_lines()
    results = {name: words[f"layer_{name}"] for name in ("grad_W", "grad_h")}
    first = _PLAIN_LAYER_FIRST.format(**results) if _has_few(spec) else ""
    words["plain_layer_first"] = first
    plan = plan_of(spec, "value_and_grad")
    block_of_layer = BLOCK_OF_ENTRIES if plan.is_elementwise else BLOCK_OF_EXAMPLES
    parts = {
        "block_of_layer": filled(block_of_layer, {"buffers": str(plan.buffers)}),
        "units_first": UNITS_FIRST if plan.is_elementwise else "",
        "by_units": filled(LAYER_BY_UNITS, words) if plan.is_elementwise else "",
    }
    return filled(LAYER_VALUE_AND_GRAD, words | parts)


def _layer_lines() -> dict[str, str]:
    """Return how each result of a layer is written, by a word for the place."""
    return {
        f"{place}_{row.name}": matrix_source(row.entries, {"g": "grad_a"} | names, product)
        for row in LAYER
        for place, (names, product) in _PLACES[row.name].items()
    }


def _evaluated(spec: KernelSpec, value: Expr, place: int = 0) -> float:
    numbers = {"a": _EXAMPLE, "y": spec.example_labels}
    places = range(len(_EXAMPLE))
    formula = with_names(spec.prediction)
    named = [evaluate(substitute(formula, {}), numbers, {"i": at}) for at in places]
    return float(evaluate(value, {**numbers, str(prediction.label): named}, {CLASS.name: place}))


def _listed(spec: KernelSpec, value: Expr) -> str:
    entries = (_rounded(_evaluated(spec, value, place)) for place in range(len(_EXAMPLE)))
    return f"[{', '.join(entries)}]"


def _shown(name: str, numbers: str) -> str:
    """Return how an example shows an array: without a minus sign before a zero."""
    rounded = f"{name}.round({_DIGITS})"
    has_zero = "0.0" in numbers.strip("[]").split(", ")
    return f"({rounded} + 0.0).tolist()" if has_zero else f"{rounded}.tolist()"


def _rounded(number: float) -> str:
    return repr(round(number, _DIGITS) + 0.0)
