"""The text of a generated module: docstrings, checks of the arguments and the lines of NumPy."""

from __future__ import annotations

from dataclasses import replace
from string import Template

from sympy import Expr

from derive.generate.evaluate import evaluate
from derive.generate.layer import LAYER, matrix_source
from derive.generate.layout import block, paragraph
from derive.generate.lower import with_names
from derive.generate.numpy_printer import helpers_of, lines_of
from derive.generate.passes import program_of
from derive.generate.program import CLASS, UNITS, rewrite
from derive.generate.spec import KernelSpec, prediction
from derive.generate.templates import (
    ARGUMENTS,
    HEADER,
    HELPERS,
    HESSIAN_DIAGONAL,
    LAYER_VALUE_AND_GRAD,
    LOSS,
    PREDICT,
    REDUCTIONS,
    VALUE_AND_GRAD,
)
from derive.language import k, substitute

__all__ = ["numpy_module"]

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
    spec = _counting_units(spec)
    words = _words(spec)
    programs = {name: program_of(spec, name) for name in _BODIES}
    needed = {helper for program in programs.values() for helper in helpers_of(program)}
    parts = [_filled(HEADER, words), _filled(ARGUMENTS, words)]
    parts += [helper for name, helper in HELPERS.items() if name in needed]
    parts.append(REDUCTIONS)
    for name, template in _BODIES.items():
        lines = block(lines_of(programs[name], "grad_a"))
        parts.append(_filled(template, {**words, "body": lines}))
    parts.append(_filled(LAYER_VALUE_AND_GRAD, {**words, **_layer_lines()}))
    return "".join(parts)


def _counting_units(spec: KernelSpec) -> KernelSpec:
    def change(node: Expr) -> Expr | None:
        return UNITS if node == k else None

    names = ("prediction", "loss", "gradient", "curvature")
    return replace(spec, **{name: rewrite(getattr(spec, name), change) for name in names})


def _filled(template: str, words: dict[str, str]) -> str:
    return Template(template).substitute(words)


_BODIES = {
    "predict": PREDICT,
    "loss": LOSS,
    "value_and_grad": VALUE_AND_GRAD,
    "hessian_diagonal": HESSIAN_DIAGONAL,
}


def _words(spec: KernelSpec) -> dict[str, str]:
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
        "formulas": "\n".join(f"    {line}" for line in spec.formulas),
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


def _layer_lines() -> dict[str, str]:
    names = {"g": "grad_a"}
    return {f"layer_{row.name}": matrix_source(row.entries, names) for row in LAYER}


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
