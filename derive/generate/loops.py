"""From an array program to the loops over the classes that carry it out for one example.

What has the class axis becomes one number, computed in the loops that need it; what has none is one
number of the example. Where a loop reads a sum it stands behind the loop that has gathered it, so
that there are as many loops as sums wait for each other. The law: the results mean the same,
whatever class is the leader.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from sympy import Expr, Function, Indexed, Pow, Sum, Symbol

from derive.generate import primitives
from derive.generate.primitives import placed, scaled_exp
from derive.generate.program import (
    CLASS,
    LEADER,
    LOGITS,
    LOSSES,
    UNITS,
    Assignment,
    Program,
    base_name,
    names_in,
    read,
    rewrite,
)
from derive.language import Entries, canonical, free_indices, relu, step, substitute

__all__ = [
    "LEADERS_ENTRIES",
    "Loop",
    "LoopNest",
    "Reduction",
    "loops_of",
    "origin",
    "position_of_largest",
    "smallest",
]

LEADERS_ENTRIES = {"a": "leading_pre_activation", "y": "leading_label"}
"""What the leader's entries of the inputs are called."""

_INPUTS = frozenset(LEADERS_ENTRIES)
_POSITION = LEADER.name
_GATHERED = (primitives.largest, primitives.largest_rival, primitives.sum_but_largest)
_QUICK = (
    placed,
    relu,
    step,
    primitives.clear_sign,
    primitives.finite,
    primitives.magnitude,
    primitives.positive_part,
    primitives.sign_bit,
    primitives.weighted_gap,
    primitives.with_sign,
)
"""Functions that are quicker to compute once more than to keep."""


class origin(primitives._Primitive):  # noqa: N801
    """``origin(reference, lowest)``: what exponentials are taken from, which these two decide.

    It may be 0, for what is not subtracted is not rounded.
    """


class position_of_largest(primitives._Primitive):  # noqa: N801
    """``position_of_largest(Entries(x_j, (j, k)))``: the leader of the vector."""


class smallest(primitives._Primitive):  # noqa: N801
    """``smallest(Entries(x_j, (j, k)))``: the smallest entry."""


@dataclass(frozen=True)
class Reduction:
    """``name`` = what ``head`` gathers of ``term`` over the classes.

    Parameters
    ----------
    name : str
        The number of the example that it gives.
    head : type
        `Sum`, or the primitive of a vector that is gathered.
    term : Expr
        The entry of class `CLASS`.
    """

    name: str
    head: type[Expr]
    term: Expr


_Item = Assignment | Reduction


@dataclass(frozen=True)
class Loop:
    """One pass over the classes of an example.

    Parameters
    ----------
    assignments : tuple of Assignment
        What is computed for each class, in order; its name is kept in a row where `LoopNest.rows`
        says so, and holds one number that is forgotten with the class elsewhere.
    reductions : tuple of Reduction
        What is gathered; it has its value behind the loop.
    """

    assignments: tuple[Assignment, ...]
    reductions: tuple[Reduction, ...]


@dataclass(frozen=True)
class LoopNest:
    """Loops, and between them assignments of one number, in the order of their execution.

    Parameters
    ----------
    steps : tuple of Assignment or Loop
        What is done for one example.
    rows : tuple of str
        The names of which every entry is kept, for a later loop or for the leader's entry.
    results : tuple of str
        The names that are results, as in the program.
    """

    steps: tuple[Assignment | Loop, ...]
    rows: tuple[str, ...]
    results: tuple[str, ...]

    @property
    def loops(self) -> tuple[Loop, ...]:
        """The loops alone."""
        return tuple(step for step in self.steps if isinstance(step, Loop))


def loops_of(program: Program) -> LoopNest:
    """Return the loops that carry out a program for one example.

    Examples
    --------
    >>> from derive.generate.program import read
    >>> from derive.language import index, k, quantity, total
    >>> j = index("j")
    >>> mean = Assignment("mean", total(quantity("a", k)[j], j, k) / UNITS, False)
    >>> centred = Assignment("centred", read("a", True) - mean.read, True)
    >>> nest = loops_of(Program((mean, centred), ("centred",)))
    >>> [type(one).__name__ for one in nest.steps]
    ['Loop', 'Assignment', 'Loop']
    """
    return _Schedule(_taken_apart(program), program.results).nest()


# Taking expressions apart -------------------------------------------------------------------------


def _taken_apart(program: Program) -> tuple[_Item, ...]:
    """Give a name to every sum, to the leader's entries and to what a scale is taken from."""
    parts = _Parts(program)
    for assignment in program.assignments:
        parts.take_apart(assignment)
    return tuple(parts.items)


class _Parts:
    """Carries what the assignments so far were taken apart into."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.items: list[_Item] = []
        self.taken = set(program.names)
        self.head = LOGITS if LOGITS in program else "a"
        if self.head == "a":
            self._find_leader()

    def take_apart(self, assignment: Assignment) -> None:
        """Add an assignment behind what its value is made of."""
        name, value = assignment.name, assignment.value
        whole = _gathered(value)
        if whole is not None and _depends_on_class(whole[1]):
            head, term = whole
            self.items.append(Reduction(name, head, self._simple(name, term)))
        else:
            simple = value if _is_leaders_entry(value) else self._simple(name, value)
            self.items.append(Assignment(name, simple, assignment.per_class))
        if name == LOGITS:
            self._find_leader()

    def _find_leader(self) -> None:
        """Look for the leader before anything that asks for it."""
        if any(_asks_for_leader(one.value) for one in self.program.assignments):
            position = Reduction(_POSITION, position_of_largest, read(self.head, True))
            self.items.append(position)

    def _simple(self, name: str, value: Expr) -> Expr:
        return rewrite(value, partial(self._named, name))

    def _named(self, name: str, node: Expr) -> Expr | None:
        gathered = _gathered(node)
        if gathered is not None:
            head, term = gathered
            if not _depends_on_class(term):
                return UNITS * self._simple(name, term) if head is Sum else term
            return self._gather(f"{_stem(name)}_sum", head, self._simple(name, term))
        if isinstance(node, Indexed) and LEADER in node.indices:
            own = base_name(node)
            return self._bind(LEADERS_ENTRIES.get(own, f"leading_{own}"), node)
        if isinstance(node, placed):
            rival, leader, position = (self._simple(name, part) for part in node.args)
            rival = rewrite(rival, self._of_rivals)
            if leader.args:
                leader = self._bind(f"leading_{name}", leader)
            return placed(rival, leader, position)
        if isinstance(node, scaled_exp):
            x, reference = (self._simple(name, part) for part in node.args)
            lowest = self._gather("lowest", smallest, read(self.head, True))
            return scaled_exp(x, self._bind(f"{name}_origin", origin(reference, lowest)))
        return None

    def _of_rivals(self, node: Expr) -> Expr | None:
        """Read an array itself for one that is a copy of it with its own entry for the leader."""
        for known in self.items:
            if isinstance(known, Assignment) and known.per_class and known.read == node:
                value = known.value
                is_copy = isinstance(value, placed) and isinstance(value.args[0], Indexed)
                return value.args[0] if is_copy else None
        return None

    def _gather(self, name: str, head: type[Expr], term: Expr) -> Expr:
        for known in self.items:
            if not isinstance(known, Reduction) or known.head is not head:
                continue
            if canonical(known.term) == canonical(term):
                return read(known.name, False)
        free = self._free(name)
        self.items.append(Reduction(free, head, term))
        return read(free, False)

    def _bind(self, name: str, value: Expr) -> Expr:
        for known in self.items:
            if isinstance(known, Assignment) and not known.per_class and known.value == value:
                return known.read
        free = self._free(name)
        self.items.append(Assignment(free, value, per_class=False))
        return read(free, False)

    def _free(self, name: str) -> str:
        number, free = 1, name
        while free in self.taken:
            number += 1
            free = f"{name}_{number}"
        self.taken.add(free)
        return free


def _stem(name: str) -> str:
    return "loss" if name == LOSSES else name


def _gathered(node: Expr) -> tuple[type[Expr], Expr] | None:
    """Return what a node gathers over the classes, and the term of class `CLASS`."""
    if isinstance(node, Sum):
        ((bound, *_),) = node.limits
        return Sum, substitute(node.function, {bound: CLASS})
    if isinstance(node, _GATHERED) and isinstance(node.args[0], Entries):
        ((bound, _),) = node.args[0].axes
        return node.func, substitute(node.args[0].expr, {bound: CLASS})
    return None


def _depends_on_class(value: Expr) -> bool:
    return CLASS in free_indices(value)


# Putting them into loops --------------------------------------------------------------------------


class _Schedule:
    """Knows before which loop everything can be had first, and puts it where it is needed."""

    def __init__(self, items: tuple[_Item, ...], results: tuple[str, ...]) -> None:
        self.items, self.results = items, results
        assignments = [one for one in items if isinstance(one, Assignment)]
        self.numbers = [one for one in assignments if not one.per_class]
        self.per_class = {one.name: one for one in assignments if one.per_class}
        entries = {base_name(one.value) for one in self.numbers if _is_leaders_entry(one.value)}
        self.at_leader = entries & self.per_class.keys()
        self.ready: dict[str, int] = dict.fromkeys((*_INPUTS, UNITS.name), 0)
        for one in items:
            self.ready[one.name] = self._ready(one)
        self.computed: set[str] = set()
        self.rows: set[str] = set(self.at_leader)

    def nest(self) -> LoopNest:
        """Return the loops, and the numbers of the example before the loop that may read them."""
        steps: list[Assignment | Loop] = []
        for number in range(max(self.ready.values()) + 1):
            steps += [one for one in self.numbers if self.ready[one.name] == number]
            loop = self._loop(number)
            if loop is not None:
                steps.append(loop)
        rows = tuple(name for name in self.per_class if name in self.rows)
        return LoopNest(tuple(steps), rows, self.results)

    def _ready(self, item: _Item) -> int:
        """Return the number of the loop that may read the name first, or hold it."""
        value = item.term if isinstance(item, Reduction) else item.value
        needed = [self.ready[name] + (name in self.rows_read_by(value)) for name in _reads(value)]
        return max(needed, default=0) + isinstance(item, Reduction)

    def rows_read_by(self, value: Expr) -> set[str]:
        """Return the arrays of which a value is the leader's entry: they are filled before."""
        return {base_name(value)} & self.at_leader if _is_leaders_entry(value) else set()

    def _loop(self, number: int) -> Loop | None:
        reductions = tuple(
            one
            for one in self.items
            if isinstance(one, Reduction) and self.ready[one.name] == number + 1
        )
        outcomes = {*self.results, *self.at_leader} & self.per_class.keys()
        names = {name for name in outcomes if self.ready[name] == number}
        for reduction in reductions:
            names |= _reads(reduction.term) & self.per_class.keys()
        needed = set(self._closure(names))
        self.computed |= needed
        if not reductions and not needed:
            return None
        return Loop(tuple(self.per_class[n] for n in self.per_class if n in needed), reductions)

    def _closure(self, names: Iterable[str]) -> Iterator[str]:
        """Yield what a loop computes for these names: all but what is read from a row."""
        for name in names:
            value = self.per_class[name].value
            if name in self.computed and not _is_quick(value):
                self.rows.add(name)
            if name in self.computed and name in self.rows:
                continue
            yield name
            yield from self._closure(_reads(value) & self.per_class.keys())


def _is_leaders_entry(value: Expr) -> bool:
    return isinstance(value, Indexed) and LEADER in value.indices


def _reads(value: Expr) -> frozenset[str]:
    """Return the names that a value reads, the leader's position among them."""
    names = names_in(value)
    return names | {_POSITION} if _asks_for_leader(value) else names


def _asks_for_leader(value: Expr) -> bool:
    return bool(value.has(LEADER, placed, primitives.largest_rival))


def _is_quick(value: Expr) -> bool:
    """Say whether it is as quick to compute a value again as to read it: no quotient, no series."""
    if isinstance(value, Function) and not isinstance(value, _QUICK):
        return False
    if isinstance(value, Indexed | Symbol):
        return True
    if isinstance(value, Pow) and not (value.exp.is_Integer and value.exp.is_positive):
        return False
    return all(_is_quick(part) for part in value.args)
