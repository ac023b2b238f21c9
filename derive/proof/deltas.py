"""Sums of products of Kronecker deltas with quotients, for symbolic indices.

A form is Σ_P δ_P q_P over ways P of identifying indices, where q_P is written with one name for the
indices that P identifies. δ_P δ_Q identifies what either does, f(j) δ_ij is f(i) δ_ij by
construction, and a function of a form is taken case by case: F(p + q δ) = F(p) + (F(p+q) − F(p)) δ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeAlias

from derive.proof.elementary import partials
from derive.proof.field import ONE, Quotient, quotient
from derive.proof.polynomials import Atom
from derive.proof.sums import opened, rename, summed
from derive.proof.work import spend

__all__ = ["Form", "delta", "derivative", "form", "function_of", "map_quotients", "total_over"]

Partition: TypeAlias = tuple[tuple[str, ...], ...]

CASE = 20
"""What a case of equal and different indices costs, in the units of `derive.proof.work`."""


@lru_cache(maxsize=10_000)
def _joined(*partitions: Partition) -> Partition:
    classes: list[set[str]] = []
    for group in (group for partition in partitions for group in partition):
        merged = set(group)
        apart = []
        for other in classes:
            if other & merged:
                merged |= other
            else:
                apart.append(other)
        classes = [*apart, merged]
    return tuple(sorted(tuple(sorted(group)) for group in classes if len(group) > 1))


def _representatives(partition: Partition) -> dict[str, str]:
    return {name: group[0] for group in partition for name in group[1:]}


class Form:
    """Σ_P δ_P q_P, with the zero quotients left out."""

    __slots__ = ("parts",)

    def __init__(self, parts: Iterable[tuple[Partition, Quotient]] = ()) -> None:
        found: dict[Partition, Quotient] = {}
        for partition, value in parts:
            named = rename(value, _representatives(partition)) if partition else value
            found[partition] = found[partition] + named if partition in found else named
        self.parts = {partition: value for partition, value in found.items() if value}

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __add__(self, other: Form) -> Form:
        return Form((*self.parts.items(), *other.parts.items()))

    def __neg__(self) -> Form:
        return Form((partition, -value) for partition, value in self.parts.items())

    def __sub__(self, other: Form) -> Form:
        return self + -other

    def __mul__(self, other: Form) -> Form:
        spend(CASE * len(self.parts) * len(other.parts))
        products = []
        for left, first in self.parts.items():
            for right, second in other.parts.items():
                partition = _joined(left, right) if left or right else ()
                names = _representatives(partition)
                products.append((partition, rename(first, names) * rename(second, names)))
        return Form(products)

    def __pow__(self, exponent: int) -> Form:
        return function_of(self, lambda value: value**exponent)

    @property
    def plain(self) -> Quotient | None:
        """The quotient that this is, or None where deltas remain."""
        if not self.parts:
            return quotient(0)
        return self.parts.get(()) if len(self.parts) == 1 else None

    def identified(self, kept: str, gone: str) -> Form:
        """Return the form where the index ``gone`` is equal to ``kept``."""
        both: Partition = (tuple(sorted((kept, gone))),)
        parts = []
        for partition, value in self.parts.items():
            merged = _joined(partition, both)
            groups = (tuple(name for name in group if name != gone) for group in merged)
            left = tuple(sorted(group for group in groups if len(group) > 1))
            parts.append((left, rename(value, {**_representatives(merged), gone: kept})))
        return Form(parts)

    def __repr__(self) -> str:
        return " + ".join(
            "".join(f"δ({'='.join(group)})*" for group in partition) + value.text
            for partition, value in sorted(self.parts.items())
        ) or "0"  # fmt: skip


def form(value: Quotient) -> Form:
    """Return a quotient as a form without deltas."""
    return Form((((), value),))


def delta(left: str, right: str) -> Form:
    """Return δ of two indices."""
    if left == right:
        return form(ONE)
    return Form(((((min(left, right), max(left, right)),), ONE),))


def function_of(value: Form, function: Callable[[Quotient], Quotient]) -> Form:
    """Apply a function case by case: with equal and with different indices."""
    plain = value.plain
    if plain is not None:
        return form(function(plain))
    spend(CASE)
    first = min(partition for partition in value.parts if partition)[0]
    kept, gone = first[0], first[1]
    apart = Form(
        (partition, part)
        for partition, part in value.parts.items()
        if not any(kept in group and gone in group for group in partition)
    )
    different = function_of(apart, function)
    same = function_of(value.identified(kept, gone), function)
    return different + delta(kept, gone) * (same - different)


def map_quotients(value: Form, function: Callable[[Quotient], Quotient]) -> Form:
    """Apply a linear function to every quotient of a form."""
    return Form((partition, function(part)) for partition, part in value.parts.items())


def total_over(value: Form, name: str, size: str) -> Form:
    """Return the sum over an index; a delta with another index, in range, picks one term."""
    parts = []
    for partition, part in value.parts.items():
        group = next((group for group in partition if name in group), None)
        if group is None:
            parts.append((partition, summed(part, name, size)))
            continue
        kept = next(other for other in group if other != name)
        parts.extend(Form(((partition, part),)).identified(kept, name).parts.items())
    return Form(parts)


def derivative(value: Form, name: str, places: tuple[str, ...]) -> Form:
    """Return the derivative by the entry of the quantity ``name`` at ``places``."""
    result = Form()
    for partition, part in value.parts.items():
        slope = Form()
        for atom, factor in partials(part, lambda atom: name in atom.names):
            slope = slope + form(factor) * _slope_of_atom(atom, name, places)
        result = result + Form(((partition, ONE),)) * slope
    return result


@lru_cache(maxsize=10_000)
def _slope_of_atom(atom: Atom, name: str, places: tuple[str, ...]) -> Form:
    if atom.kind == "entry":
        if len(atom.parts[1]) != len(places):
            return Form()
        result = form(ONE)
        for mine, theirs in zip(atom.parts[1], places, strict=True):
            result = result * delta(mine, theirs)
        return result
    if atom.kind == "exp":
        return form(quotient(atom)) * derivative(form(atom.parts[0]), name, places)
    if atom.kind == "log":
        inside = form(atom.parts[0])
        return form(atom.parts[0].inverse()) * derivative(inside, name, places)
    if atom.kind == "sum":
        axes, body = opened(atom, places)
        result = derivative(form(body), name, places)
        for index, size in axes:
            result = total_over(result, index, size)
        return result
    # A step is constant on both sides of its jump; at the jump the convention of its ramp holds.
    return Form()
