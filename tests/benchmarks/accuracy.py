"""Errors of the generated kernels beside other libraries, at hard inputs, against mpmath."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from numeric.accuracy import (
    LABEL_KINDS,
    PAIRS,
    AccuracyReport,
    HardInput,
    PairReference,
    accuracy_report,
    hard_inputs,
)
from tests.benchmarks.peers import PEERS, Form, installed, missing
from tests.benchmarks.timing import show

__all__ = ["run"]

PRECISIONS = ("float64", "float32")
ENOUGH = 4
"""Units: of the last place for labels of 0 and 1, of the rounded terms for soft ones."""


def generated(name: str, package: str = "numeric.kernels") -> Form:
    """Return the kernel of a pair, each example by itself."""
    kernel = import_module(f"{package}.{name}")
    return Form(lambda a, y: kernel.value_and_grad(a, y, reduction="none"))


def suits(form: Form, given: HardInput) -> bool:
    """Return whether a form takes labels of this kind and so many classes."""
    one_hot = LABEL_KINDS[given.labels].whole and "signs" not in given.labels
    return given.a.shape[-1] >= form.classes and (one_hot or not form.one_hot) and given.a.size > 0


def without_kinks(form: Form, given: HardInput) -> HardInput:
    """Leave out the examples at which another convention would be counted as an error."""
    if form.kink is None:
        return given
    rows = (given.a != form.kink).all(axis=-1)
    return replace(given, a=given.a[rows], y=given.y[rows])


def row(
    given: Sequence[HardInput], report: AccuracyReport, conditioned: AccuracyReport
) -> tuple[str, ...]:
    """Return the figures of one library."""
    loss, gradient = report.part("loss"), report.part("gradient")
    at = given[gradient.where.input]
    enough = "" if gradient.worst <= ENOUGH and not gradient.lost else "✗"
    return (
        str(gradient.entries),
        f"{gradient.worst:.3g} {enough}".rstrip(),
        gradient.unit,
        f"{conditioned.part('gradient').worst:.3g}",
        f"{gradient.median:.2g}",
        str(gradient.lost),
        f"{loss.worst:.3g}",
        loss.unit,
        str(loss.lost),
        str(sum(times for _, times in report.warnings)),
        f"{at.family}, {at.labels}, k = {at.a.shape[-1]}",
    )


def measured(
    pair: PairReference, precision: str, forms: dict[str, dict[str, Form]]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a pair, of all libraries against the same true values."""
    reference, sizes = cache(pair), cache(pair.sizes)
    everything = list(hard_inputs(pair.name, precision))
    for whole, labels in ((True, "0/1"), (False, "soft")):
        of_this_kind = [given for given in everything if LABEL_KINDS[given.labels].whole == whole]
        for library, offered in forms.items():
            form = offered.get(pair.name)
            if form is None:
                continue
            given = [without_kinks(form, one) for one in of_this_kind]
            given = [one for one in given if suits(form, one)]
            if not given:
                continue
            arguments = [(one.a, one.y) for one in given]
            plain, conditioned = (
                accuracy_report(
                    form.function,
                    reference,
                    arguments,
                    conditioning=conditioning,
                    names=("loss", "gradient"),
                )
                for conditioning in (False, sizes)
            )
            figures = row(given, plain if whole else conditioned, conditioned)
            yield precision, labels, library, *figures


def run() -> None:
    """Print a table for each pair, and which libraries were left out."""
    forms = {"generated": {name: generated(name) for name in PAIRS}}
    if find_spec("numba"):
        forms["in loops"] = {name: generated(name, "numeric.compiled") for name in PAIRS}
    forms |= {peer.name: peer.forms() for peer in PEERS if installed(peer)}
    head = (
        "precision",
        "labels",
        "by",
        "entries",
        "∂L/∂a: worst",
        "unit",
        "in u·scale",
        "median",
        "lost",
        "L: worst",
        "unit",
        "lost",
        "warnings",
        "worst ∂L/∂a at",
    )
    for pair in PAIRS.values():
        rows = [line for precision in PRECISIONS for line in measured(pair, precision, forms)]
        scale = f"; scale of ∂L/∂aᵢ = {pair.statement}" if pair.statement else ""
        show(f"Errors of {pair.name}{scale}", head, rows)
    print(f"\n  ✗ is an error above {ENOUGH} units, or a gradient lost")
    for peer in PEERS:
        if absent := missing(peer.packages):
            print(f"  left out: {peer.name} (not installed: {', '.join(absent)})")
