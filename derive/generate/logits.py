"""A softmax of scaled pre-activations, as with a temperature: a softmax of logits of their own.

The expressions are rewritten in the logits, so that every pass sees a softmax of its variable, and
the finished program begins with the line that computes them.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Indexed

from derive.generate.lower import with_names
from derive.generate.program import (
    CLASS,
    LOGITS,
    Assignment,
    Program,
    base_name,
    names_in,
    read,
    rewrite,
)
from derive.generate.spec import KernelSpec, pre_activation
from derive.language import softmax, substitute

__all__ = ["in_logits", "logits_of", "with_logits"]

_A = pre_activation[CLASS]


def logits_of(spec: KernelSpec) -> Expr | None:
    """Return the logits c·aᵢ + b that the softmax of a spec is taken of; None if those are a.

    Anything but a multiple of a and a constant is left for `set_leader_apart` to refuse.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from derive.kernel_source import shipped_specs
    >>> (spec,) = (s for s in shipped_specs() if s.module_name == "softmax_cross_entropy")
    >>> logits_of(spec) is None
    True
    """
    vectors = {node.args[0] for node in with_names(spec.prediction).atoms(softmax)}
    if len(vectors) != 1:
        return None
    (vector,) = vectors
    ((bound, _),) = vector.axes
    logits = substitute(vector.expr, {bound: CLASS})
    scale = logits.coeff(_A)
    is_affine = scale.is_number and scale != 0 and (logits - scale * _A).expand().is_number
    return logits if is_affine and logits != _A else None


def in_logits(spec: KernelSpec, logits: Expr) -> KernelSpec:
    """Return the spec with its formulas in the logits, which are called a in it."""
    scale = logits.coeff(_A)
    inverse = (_A - (logits - scale * _A).expand()) / scale

    def change(node: Expr) -> Expr | None:
        if isinstance(node, Indexed) and node.base == pre_activation:
            return substitute(inverse, {CLASS: node.indices[0]})
        return None

    names = ("prediction", "loss", "gradient", "curvature")
    return replace(spec, **{name: rewrite(getattr(spec, name), change) for name in names})


def with_logits(program: Program, logits: Expr) -> Program:
    """Compute the logits first and read them wherever the program reads a."""

    def by_name(node: Expr) -> Expr | None:
        if isinstance(node, Indexed) and base_name(node) == base_name(_A):
            return substitute(read(LOGITS, True), {CLASS: node.indices[0]})
        return None

    if not any(base_name(_A) in names_in(one.value) for one in program.assignments):
        return program
    first = Assignment(LOGITS, logits, True)
    rest = (Assignment(o.name, rewrite(o.value, by_name), o.per_class) for o in program.assignments)
    return Program((first, *rest), program.results)
