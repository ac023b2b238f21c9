"""The text of a generated Numba module: the same functions as the NumPy module, in loops."""

from __future__ import annotations

import re

from sympy import Mul, Sum

from derive.errors import UnsupportedExpression
from derive.generate import numba_templates
from derive.generate.digits import keep_remainders
from derive.generate.layer import LAYER, matrix_source
from derive.generate.layout import broken
from derive.generate.leader import weigh_gaps
from derive.generate.loops import loops_of
from derive.generate.matching import U, X
from derive.generate.module import counting_units, filled, words_of
from derive.generate.numba_printer import numba_lines, numba_text
from derive.generate.passes import program_of
from derive.generate.program import Program, read
from derive.generate.spec import KernelSpec
from derive.generate.stable_forms import COMPENSATED
from derive.language import Entries

__all__ = ["loop_program", "loop_source", "numba_module"]

_AXES = {"m": ("example", "examples"), "i": ("unit", "units"), "q": ("hidden", "width")}
"""What the indices of a layer are called in a loop, and how far they run."""


def numba_module(spec: KernelSpec) -> str:
    """Return the source of the module of one pair that Numba compiles.

    It imports NumPy and Numba alone and offers what `numpy_module` does. The same spec gives the
    same text on every machine.

    Parameters
    ----------
    spec : KernelSpec
        The pair.

    Raises
    ------
    UnsupportedExpression
        If an expression holds what the Numba printer has no word for.
    """
    spec = counting_units(spec)
    words = {**words_of(spec), **_layer_sources()}
    functions = []
    for name, public in numba_templates.PUBLIC.items():
        body = "" if name == "layer_value_and_grad" else _block(_lines(spec, name))
        compiled = numba_templates.COMPILED[name]
        functions.append(filled(compiled + public, {**words, "body": body}))
    helpers = _helpers("".join(functions))
    parts = (numba_templates.HEADER, numba_templates.ARGUMENTS)
    return "".join((*(filled(part, words) for part in parts), *helpers, *functions))


def _lines(spec: KernelSpec, function: str) -> list[str]:
    nest = loops_of(loop_program(spec, function))
    rows = [f"{name} = np.empty(units)" for name in nest.rows]
    inside = (f"    {line}" for line in numba_lines(nest))
    return [*rows, "for example in range(examples):", *inside]


def loop_program(spec: KernelSpec, function: str) -> Program:
    """Return the program of one function, ready to be put into loops."""
    return weigh_gaps(keep_remainders(program_of(spec, function)))


def _block(lines: list[str]) -> str:
    """Return lines as the body of a function, each broken at its own depth."""
    cut = ((line[: len(line) - len(line.lstrip())], line.lstrip()) for line in lines)
    return "\n".join(piece for depth, line in cut for piece in broken(line, f"    {depth}"))


def _helpers(source: str) -> list[str]:
    """Return the helpers that a source calls and those that they call, in their table's order."""
    helpers = {
        name: filled(text, {"compensated": _block(_compensated())})
        for name, text in numba_templates.HELPERS.items()
    }
    called: set[str] = set()
    while not (found := set(re.findall(r"\w+(?=\()", source)) & helpers.keys()) <= called:
        called |= found
        source += "".join(helpers[name] for name in sorted(found))
    return [text for name, text in helpers.items() if name in called]


def _compensated() -> list[str]:
    """Return the lines of `_scaled_exp` that its row in the table of stable forms says."""
    names = {X: read("x", False), U: read("origin", False)}
    return [f"{name} = {numba_text(value.xreplace(names))}" for name, value in COMPENSATED.bindings]


def _layer_sources() -> dict[str, str]:
    names = {"g": "grad_a"}
    products = {f"product_{row.name}": matrix_source(row.entries, names) for row in LAYER}
    loops = {
        f"layer_{row.name}": _block(loop_source(row.name, row.entries, names)) for row in LAYER
    }
    return {**products, **loops}


def loop_source(target: str, array: Entries, names: dict[str, str]) -> list[str]:
    r"""Return loops that fill an array with the sums of products that it is.

    Parameters
    ----------
    target : str
        The array.
    array : Entries
        A sum over one index, of the entries of one matrix or of products of two.
    names : dict[str, str]
        What a quantity is called in the source, where not by its own name.

    Raises
    ------
    UnsupportedExpression
        If the array is no such sum.

    Examples
    --------
    >>> print("\n".join(loop_source("a", LAYER[0].entries, {})))
    for example in range(examples):
        for unit in range(units):
            total = 0.0
            for hidden in range(width):
                total += np.float64(W[unit, hidden]) * h[example, hidden]
            a[example, unit] = total
    """
    contraction = array.expr
    if not isinstance(contraction, Sum) or len(contraction.limits) != 1:
        raise UnsupportedExpression("the loop printer", contraction, "a sum over one index")
    bound = str(contraction.limits[0][0])
    kept = [str(position) for position, _ in array.axes]
    lines = [
        "    " * depth + f"for {_AXES[axis][0]} in range({_AXES[axis][1]}):"
        for depth, axis in enumerate(kept)
    ]
    factors = sorted(Mul.make_args(contraction.function), key=str)
    entries = [
        f"{names.get(str(factor.base.label), factor.base.label)}[{_places(factor.indices)}]"
        for factor in factors
    ]
    product = " * ".join([f"np.float64({entries[0]})", *entries[1:]])
    inside = [
        "total = 0.0",
        f"for {_AXES[bound][0]} in range({_AXES[bound][1]}):",
        f"    total += {product}",
        f"{target}[{', '.join(_AXES[axis][0] for axis in kept)}] = total",
    ]
    return [*lines, *("    " * len(kept) + line for line in inside)]


def _places(indices: tuple[object, ...]) -> str:
    return ", ".join(_AXES[str(index)][0] for index in indices)
