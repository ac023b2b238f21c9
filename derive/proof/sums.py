"""Sums over a symbolic dimension, and the renaming of indices.

A sum is linear, what does not depend on its index leaves it, nested sums are one sum over several
indices, and the names of bound indices are chosen by the sum itself. What is left is an atom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import permutations
from typing import TypeAlias

from derive.proof.elementary import (
    entry_atom,
    exponential,
    is_positive,
    logarithm,
    step_value,
    symbol_atom,
)
from derive.proof.field import ONE, Quotient, quotient, total_of
from derive.proof.polynomials import (
    UNIT,
    Atom,
    Monomial,
    Number,
    Polynomial,
    partial_fractions,
)
from derive.proof.work import at_most, spend

__all__ = ["fresh_names", "opened", "rename", "replace_sums", "summed", "transform"]

Axes: TypeAlias = tuple[tuple[str, str], ...]
Image: TypeAlias = Callable[[Atom], Quotient | None]
Replacement: TypeAlias = Callable[[Quotient, Quotient], Quotient | None]

TERM = 20
"""What it costs to rebuild a term with other atoms, in the units of `derive.proof.work`."""
MOST_AXES = 6
"""Over how many indices one sum may run; all their orders are looked at."""


def fresh_names(count: int, taken: Iterable[str]) -> list[str]:
    """Return names for indices that none of ``taken`` is."""
    used = set(taken)
    names: list[str] = []
    number = 0
    while len(names) < count:
        name = f"~{number}"
        if name not in used:
            names.append(name)
        number += 1
    return names


def opened(atom: Atom, taken: Iterable[str] = ()) -> tuple[Axes, Quotient]:
    """Return the axes and the body of a sum, its indices renamed away from all others."""
    axes, body = atom.parts
    names = fresh_names(len(axes), {*body.indices, *taken})
    renamed = rename(body, {old: new for (old, _), new in zip(axes, names, strict=True)})
    return tuple((new, size) for (_, size), new in zip(axes, names, strict=True)), renamed


def transform(
    value: Quotient, touches: Callable[[Atom], bool], leaf: Image, taken: frozenset[str]
) -> Quotient:
    """Rebuild a quotient with other atoms.

    Parameters
    ----------
    value : Quotient
    touches : callable
        Whether an atom has to be looked at; the others stay.
    leaf : callable
        What takes the place of an atom, or None where the atom is rebuilt from its parts.
    taken : frozenset of str
        Names of indices that ``leaf`` may bring in, which no sum may bind.
    """
    touched = [atom for atom in value.atoms if touches(atom)]
    if not touched:
        return value

    def image(atom: Atom, power: Number) -> Quotient:
        found = leaf(atom)
        if found is not None:
            return found ** int(power)
        parts = atom.parts
        if atom.kind == "exp":
            return exponential(transform(parts[0], touches, leaf, taken).scaled(power))
        if atom.kind == "log":
            built = logarithm(transform(parts[0], touches, leaf, taken))
        elif atom.kind == "step":
            built = step_value(
                transform(parts[0], touches, leaf, taken),
                transform(parts[1], touches, leaf, taken),
            )
        elif atom.kind == "sum":
            axes, body = opened(atom, taken)
            own = taken | {name for name, _ in axes}
            built = transform(body, touches, leaf, own)
            for name, size in axes:
                built = summed(built, name, size)
        else:
            built = quotient(atom)
        return built ** int(power)

    return _rebuilt(value, frozenset(touched), image)


def _rebuilt(
    value: Quotient, touched: frozenset[Atom], image: Callable[[Atom, Number], Quotient]
) -> Quotient:
    images: dict[tuple[Atom, Number], Quotient] = {}

    def polynomial(source: Polynomial) -> Quotient:
        spend(TERM * len(source.terms))
        values = []
        for monomial, coefficient in source.terms.items():
            kept = tuple(factor for factor in monomial if factor[0] not in touched)
            product = Quotient(Polynomial({kept: coefficient}))
            for factor in monomial:
                if factor[0] in touched:
                    if factor not in images:
                        images[factor] = image(*factor)
                    product = product * images[factor]
            values.append(product)
        return total_of(values)

    result = polynomial(value.numerator)
    for factor, power in value.denominator:
        result = result * polynomial(factor) ** -power
    return result


def rename(value: Quotient, names: Mapping[str, str]) -> Quotient:
    """Return a quotient with other names for its free indices."""
    live = tuple((old, new) for old, new in sorted(names.items()) if old != new)
    return _renamed(value, live) if live else value


@lru_cache(maxsize=50_000)
def _renamed(value: Quotient, pairs: tuple[tuple[str, str], ...]) -> Quotient:
    names = dict(pairs)

    def leaf(atom: Atom) -> Quotient | None:
        if atom.kind != "entry":
            return None
        name, places = atom.parts
        moved = tuple(names.get(place, place) for place in places)
        indices = frozenset(names.get(place, place) for place in atom.indices)
        return quotient(entry_atom(name, moved, indices))

    old = frozenset(names)
    taken = old.union(names.values())
    return transform(value, lambda atom: bool(atom.indices & old), leaf, taken)


def _sum_over(axes: Axes, body: Quotient) -> Quotient:
    """Return the sum as an atom, with names of the bound indices that do not depend on ours."""
    at_most(MOST_AXES, len(axes), "indices of a sum")
    height = 1 + body.height
    best: tuple[str, Axes, Quotient] | None = None
    ordered = sorted(axes, key=lambda axis: axis[1])
    sizes = [size for _, size in ordered]
    targets = [f"·{height}.{place}" for place in range(len(axes))]
    for order in permutations(ordered):
        if [size for _, size in order] != sizes:
            continue
        named = rename(body, {old: new for (old, _), new in zip(order, targets, strict=True)})
        text = named.text
        if best is None or text < best[0]:
            best = (text, tuple(zip(targets, sizes, strict=True)), named)
    assert best is not None
    _, named_axes, chosen = best
    coefficient: Number = 1
    if len(chosen.numerator.terms) == 1:
        (coefficient,) = chosen.numerator.terms.values()
        (monomial,) = chosen.numerator.terms
        chosen = Quotient(Polynomial({monomial: 1}), chosen.denominator)
    bounds = ",".join(f"{name}:{size}" for name, size in named_axes)
    atom = Atom(
        "sum",
        (named_axes, chosen),
        f"sum[{bounds}]{chosen.text}",
        indices=chosen.indices - {name for name, _ in named_axes},
        names=chosen.names | {size for _, size in named_axes},
        positive=is_positive(chosen),
        height=height,
    )
    return quotient(atom).scaled(coefficient)


def _split(monomial: Monomial, name: str) -> tuple[Monomial, Monomial]:
    inside = tuple(factor for factor in monomial if name in factor[0].indices)
    outside = tuple(factor for factor in monomial if name not in factor[0].indices)
    return inside, outside


def _term(monomial: Monomial, coefficient: Number = 1) -> Quotient:
    return Quotient(Polynomial({monomial: coefficient}))


def _flattened(monomial: Monomial, axis: tuple[str, str]) -> tuple[Axes, Quotient]:
    """Open the sums that stand as factors under another sum: ΣᵢfᵢΣⱼgᵢⱼ = Σᵢⱼ fᵢgᵢⱼ."""
    axes: Axes = (axis,)
    body = ONE
    taken = frozenset(index for atom, _ in monomial for index in atom.indices)
    for atom, power in monomial:
        single = atom.kind == "sum" and len(atom.parts[1].numerator.terms) == 1
        if not single or power < 0:
            body = body * _term(((atom, power),))
            continue
        at_most(MOST_AXES, int(power), "factors that are sums")
        for _ in range(int(power)):
            inner_axes, inner = opened(atom, taken | {name for name, _ in axes})
            axes, body = axes + inner_axes, body * inner
    return axes, body


def _inner_sum(axis: tuple[str, str], body: Quotient) -> tuple[Quotient, Quotient] | None:
    """Return Σ over one axis of the factors that depend on it, and the other factors."""
    name, _ = axis
    if len(body.numerator.terms) != 1 or any(name in f.indices for f, _ in body.denominator):
        return None
    ((monomial, coefficient),) = body.numerator.terms.items()
    inside, outside = _split(monomial, name)
    if not inside:
        return None
    rest = _term(outside, coefficient) * Quotient(UNIT, body.denominator)
    return _sum_over((axis,), _term(inside)), rest


def _replaced_axis(axes: Axes, body: Quotient, replacement: Replacement) -> Quotient | None:
    """Do the sum over one axis by ``replacement``, from inner sum and other factors, if it can."""
    for place, axis in enumerate(axes):
        pair = _inner_sum(axis, body)
        if pair is None:
            continue
        value = replacement(*pair)
        if value is None:
            continue
        result = pair[1] * value
        for name, size in axes[:place] + axes[place + 1 :]:
            result = summed(result, name, size)
        return result
    return None


def _cancelling(inner: Quotient, rest: Quotient) -> Quotient | None:
    """Return the inner sum itself where the other factors divide by it."""
    (atom,) = inner.atoms
    divided = any(
        power < 0 for monomial in rest.numerator.terms for other, power in monomial if other == atom
    )
    return inner if divided else None


def _summed_term(inside: Monomial, below: Quotient, axis: tuple[str, str]) -> Quotient:
    axes, body = _flattened(inside, axis)
    body = body * below
    if len(axes) > 1:
        separated = _replaced_axis(axes, body, _cancelling)
        if separated is not None:
            return separated
    return _sum_over(axes, body)


@lru_cache(maxsize=20_000)
def summed(value: Quotient, name: str, size: str) -> Quotient:
    """Return the sum of a quotient over the index ``name`` from 1 to ``size``.

    Examples
    --------
    >>> summed(quotient(3), "i", "k")
    (3*k)
    """
    if name not in value.indices:
        return value * quotient(symbol_atom(size, positive=True))
    below = tuple(part for part in value.denominator if name in part[0].indices)
    outer = tuple(part for part in value.denominator if part not in below)
    dependent = frozenset(atom for atom in value.atoms if name in atom.indices)
    found = []
    for numerator, denominator in partial_fractions(value.numerator, below, dependent):
        under = Quotient(UNIT, denominator)
        for monomial, coefficient in numerator.terms.items():
            inside, outside = _split(monomial, name)
            if not inside and under == ONE:
                inner = quotient(symbol_atom(size, positive=True))
            else:
                inner = _summed_term(inside, under, (name, size))
            found.append(inner * _term(outside, coefficient))
    return total_of(found) * Quotient(UNIT, outer)


def replace_sums(value: Quotient, names: frozenset[str], replacement: Image) -> Quotient:
    """Replace sums over the quantities ``names`` wherever they stand, also inside longer sums."""

    def leaf(atom: Atom) -> Quotient | None:
        found = replacement(atom)
        if found is not None or atom.kind != "sum":
            return found
        axes, body = opened(atom)

        def known(inner: Quotient, rest: Quotient) -> Quotient | None:
            del rest
            if len(inner.numerator.terms) != 1:
                return None
            ((monomial, coefficient),) = inner.numerator.terms.items()
            if len(monomial) != 1:
                return None
            swapped = replacement(monomial[0][0])
            return None if swapped is None else swapped.scaled(coefficient)

        changed = _replaced_axis(axes, body, known)
        return None if changed is None else replace_sums(changed, names, replacement)

    return transform(value, lambda atom: names <= atom.names, leaf, frozenset())
