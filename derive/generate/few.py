"""One example of few units in Python's own numbers: no function of NumPy is started for it.

It is printed from the loops of the second backend. What only large numbers need is left out, for
the module asks before whether they are moderate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sympy import Expr, Function, Sum, exp

from derive.generate import primitives
from derive.generate.common import merge_copies
from derive.generate.digits import keep_remainders
from derive.generate.doubles import SIGNS
from derive.generate.loops import loops_of
from derive.generate.numba_printer import (
    FUNCTIONS,
    NUMBA,
    REDUCTIONS,
    ReductionRow,
    numba_lines,
)
from derive.generate.primitives import finite
from derive.generate.program import Assignment, Program, rewrite
from derive.language import relu

__all__ = ["PLAIN", "PYTHON", "few_lines", "of_moderate_numbers"]

PLAIN: dict[type[Function], Callable[..., Expr]] = {
    primitives.weighted_gap: lambda weight, x, reference: weight * finite(x - reference),
    primitives.scaled_exp: lambda x, reference: exp(x),
    **SIGNS,
}
"""What stands for a primitive where numbers are moderate, so that all of it fits as it is."""

_ASKING = "is_soft = not _WHOLE.issuperset(y)"
"""Labels of 0 and 1 leave one term of two, so that there are few roundings as it is."""

PYTHON = replace(
    NUMBA,
    name="the printer for few numbers",
    entry="{name}[{place}]",
    stored="{array}[unit]",
    functions=FUNCTIONS
    | {
        finite: "({0})",  # a difference that has to be rounded before it is used
        primitives.quotient_lost: "_quotient_lost({0}, {1}, {2}, {3}) if is_soft else 0.0",
        relu: "max({0}, 0.0)",
    },
    reductions=REDUCTIONS
    | {
        Sum: ReductionRow(
            ("{name}_parts = []",),
            ("{name}_parts.append({term})",),
            ("{name} = math.fsum({name}_parts)",),
        ),
    },
    divides=False,
)
"""The dialect of Python without Numba: its `math.fsum` rounds a sum once."""


def of_moderate_numbers(program: Program) -> Program:
    """Write plainly what is written for numbers of every size.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> power = primitives.scaled_exp(read("a", True), read("top", False))
    >>> program = Program((Assignment("power", power, True),), ("power",))
    >>> of_moderate_numbers(program)["power"].value
    exp(a[i])
    """
    plain = []
    for one in program.assignments:
        value = _plain(one.value)
        is_gap = isinstance(value, finite)
        plain.append(Assignment(one.name, value.args[0] if is_gap else value, one.per_class))
    return merge_copies(Program(tuple(plain), program.results))


def _plain(value: Expr) -> Expr:
    def change(node: Expr) -> Expr | None:
        row = PLAIN.get(node.func)
        return None if row is None else row(*map(_plain, node.args))

    return rewrite(value, change)


def few_lines(program: Program) -> list[str]:
    """Return the lines that carry out a program for one example, of lists ``a`` and ``y``.

    What quotients lose is put back for soft labels. The lines leave the loss under the name
    ``loss`` and write the other results into lists.
    """
    nest = loops_of(keep_remainders(of_moderate_numbers(program)))
    rows = [f"{name} = [0.0] * units" for name in nest.rows]
    lines = numba_lines(nest, PYTHON)
    asks = any("is_soft" in line for line in lines)
    return [*([_ASKING] if asks else []), *rows, *lines]
