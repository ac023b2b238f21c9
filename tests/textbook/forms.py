"""The value of a normal form at a point, straight from what its atoms are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mpmath import mp

from derive.proof.deltas import Form
from derive.proof.field import Quotient
from derive.proof.polynomials import Atom, Polynomial
from derive.textbook.evaluate.dual import apply
from derive.textbook.meaning.dimensions import Index
from derive.textbook.proof.algebra import place_name
from derive.textbook.proof.functions import Functions, Name, Parts

__all__ = ["Numbers", "Remembering"]


class Remembering(Functions):
    """Functions that remember what their opaque names stand for."""

    def __init__(self, size_name: Callable[[Index], str]) -> None:
        super().__init__(size_name)
        self.known: dict[str, tuple[str, Parts, tuple[str, ...]]] = {}

    def named(self, name: str, parts: Parts) -> Name:
        """Return the name, and note its arguments."""
        found = super().named(name, parts)
        self.known[found[0]] = (name, parts, found[1])
        return found


class Numbers:
    """Evaluates forms with numbers for the entries, by name and places, and for the sizes."""

    def __init__(
        self, entries: Mapping[str, Any], sizes: Mapping[str, int], functions: Remembering
    ) -> None:
        self.entries, self.sizes, self.functions = entries, sizes, functions

    def form(self, value: Form, places: Mapping[str, int]) -> Any:
        """Return Σ_P δ_P q_P."""
        total = mp.mpf(0)
        for partition, part in value.parts.items():
            if all(len({places[name] for name in group}) == 1 for group in partition):
                total += self.quotient(part, places)
        return total

    def quotient(self, value: Quotient, places: Mapping[str, int]) -> Any:
        """Return the value of a rational function of atoms."""
        total = self._polynomial(value.numerator, places)
        for factor, power in value.denominator:
            total /= self._polynomial(factor, places) ** power
        return total

    def _polynomial(self, value: Polynomial, places: Mapping[str, int]) -> Any:
        total = mp.mpf(0)
        for monomial, coefficient in value.terms.items():
            product = mp.mpf(coefficient.numerator) / coefficient.denominator
            for atom, power in monomial:
                exponent = mp.mpf(power.numerator) / power.denominator
                product *= self._atom(atom, places) ** exponent
            total += product
        return total

    def _atom(self, atom: Atom, places: Mapping[str, int]) -> Any:
        if atom.kind == "entry":
            return self._entry(*atom.parts, places)
        if atom.kind == "symbol":
            return mp.mpf(self.sizes[atom.parts[0]])
        if atom.kind == "sum":
            return self._sum(atom, places)
        inside = self.quotient(atom.parts[0], places)
        if atom.kind == "step":
            return self.quotient(atom.parts[1], places) if not inside else mp.mpf(inside > 0)
        return {"exp": mp.exp, "log": mp.log}[atom.kind](inside)

    def _sum(self, atom: Atom, places: Mapping[str, int]) -> Any:
        ((name, size), *others), body = atom.parts
        total = mp.mpf(0)
        for place in range(1, self.sizes[size] + 1):
            inner = {**places, name: place}
            total += (
                self._sum(_with_axes(atom, tuple(others)), inner)
                if others
                else self.quotient(body, inner)
            )
        return total

    def _entry(self, name: str, words: tuple[str, ...], places: Mapping[str, int]) -> Any:
        if name == "the index":
            return mp.mpf(places[words[0]])
        if name not in self.functions.known:
            return self.entries[name.split("#")[0]](*(places[word] for word in words))
        function, parts, order = self.functions.known[name]
        inner = {index: places[word] for index, word in zip(order, words, strict=True)}
        inner |= {place_name(at): places[word] for at, word in enumerate(words)}
        values = [self.form(value, inner) for _, value in parts]
        return values[0] ** values[1] if function == "power" else apply(function, values[0])


def _with_axes(atom: Atom, axes: tuple[Any, ...]) -> Atom:
    return Atom("sum", (axes, atom.parts[1]), atom.text)
