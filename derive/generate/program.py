"""The array program: named assignments of index expressions whose free index labels an axis.

An assignment whose value has the free index i fills an array over the classes, one whose value has
none holds one number an example; the leading batch axes are never named. A pass is a function from
program to program, and `meaning` is what every pass has to leave alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from sympy import Basic, Expr, Indexed, Sum, Symbol

from derive.language import Entries, index, k, quantity, rebuild, substitute

__all__ = [
    "CLASS",
    "COUNT",
    "DERIVATIVES",
    "LEADER",
    "LOGITS",
    "LOSSES",
    "UNITS",
    "Assignment",
    "Pass",
    "Program",
    "base_name",
    "inline",
    "meaning",
    "names_in",
    "read",
    "rewrite",
]

CLASS = index("i")
"""The free index of every assignment that has a class axis."""

LEADER = index("leader")
"""The class with the largest pre-activation. Every form that uses it holds for any class."""

LOSSES, DERIVATIVES = "losses", ("grad_a", "curvature")
"""What is reduced over the examples, and what is divided by their number for a mean."""

LOGITS = "logits"
"""What the argument of a softmax is called where it is not a itself."""

UNITS = Symbol("units", real=True)
"""k where it is a number in a formula, as in a mean over the units."""

COUNT = Symbol("count", real=True)
"""What a sum over the examples is divided by: their number for a mean, else 1."""


@cache
def read(name: str, per_class: bool) -> Expr:
    """Return the expression that reads the assignment or input ``name``.

    Examples
    --------
    >>> read("shifted", True), read("partition", False)
    (shifted[i], partition)
    """
    return quantity(name, k)[CLASS] if per_class else Symbol(name, real=True)


@dataclass(frozen=True)
class Assignment:
    """``name`` = ``value``.

    Parameters
    ----------
    name : str
        What the array holds, in words.
    value : Expr
        An index expression over the inputs and the names above it.
    per_class : bool
        Whether it has the class axis, labelled by `CLASS`; otherwise one number an example.
    """

    name: str
    value: Expr
    per_class: bool

    @property
    def read(self) -> Expr:
        """The expression by which another assignment reads this one."""
        return read(self.name, self.per_class)


@dataclass(frozen=True)
class Program:
    """Assignments in the order in which they are carried out, and the names that are results."""

    assignments: tuple[Assignment, ...]
    results: tuple[str, ...]

    def __getitem__(self, name: str) -> Assignment:
        """Return the assignment of ``name``."""
        for assignment in self.assignments:
            if assignment.name == name:
                return assignment
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(assignment.name == name for assignment in self.assignments)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that is assigned, in order."""
        return tuple(assignment.name for assignment in self.assignments)


Pass = Callable[[Program], Program]
"""A pass: the results mean the same before and after it."""


def base_name(node: Basic) -> str:
    """Return the name of the quantity that an `Indexed` reads, or of a symbol."""
    return str(node.base.label) if isinstance(node, Indexed) else str(node)


def names_in(value: Basic) -> frozenset[str]:
    """Return the names that an expression reads; indices and dimensions are no names.

    Examples
    --------
    >>> sorted(names_in(read("a", True) * read("partition", False)))
    ['a', 'partition']
    """
    if isinstance(value, Indexed):
        return frozenset((base_name(value),))
    if isinstance(value, Symbol):
        return frozenset() if value.is_integer else frozenset((value.name,))
    return frozenset().union(*(names_in(argument) for argument in value.args))


def rewrite(value: Expr, change: Callable[[Expr], Expr | None]) -> Expr:
    """Replace the outermost subexpressions for which ``change`` has an answer.

    Examples
    --------
    >>> from sympy import exp
    >>> a = read("a", True)
    >>> rewrite(1 + exp(a), lambda node: a if isinstance(node, exp) else None)
    a[i] + 1
    """
    answer = change(value)
    if answer is not None:
        return answer
    if not value.args or isinstance(value, Indexed | Symbol):
        return value
    if isinstance(value, Sum | Entries):
        return rebuild(value, (rewrite(value.args[0], change), *value.args[1:]))
    return rebuild(value, (rewrite(argument, change) for argument in value.args))


def inline(value: Expr, definitions: Iterable[Assignment]) -> Expr:
    """Replace every read of the given assignments by their values, at whatever index."""
    by_name = {assignment.name: assignment for assignment in definitions}

    def look_up(node: Expr) -> Expr | None:
        if not isinstance(node, Indexed | Symbol) or base_name(node) not in by_name:
            return None
        found = by_name[base_name(node)].value
        return substitute(found, {CLASS: node.indices[0]}) if isinstance(node, Indexed) else found

    return rewrite(value, look_up)


def meaning(program: Program, name: str) -> Expr:
    """Return a result as one expression of the inputs alone: the value that passes must keep.

    Examples
    --------
    >>> from sympy import exp
    >>> a = read("a", True)
    >>> double = Assignment("double", 2 * a, True)
    >>> meaning(Program((double, Assignment("power", exp(double.read), True)), ("power",)), "power")
    exp(2*a[i])
    """
    value = program[name].value
    for number in range(len(program.assignments) - 1, -1, -1):
        value = inline(value, (program.assignments[number],))
    return value
