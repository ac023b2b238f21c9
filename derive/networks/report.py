"""The derivation of a network checked: its sections, how they join, and the results at points.

A section is named back into the letters of the general layer and checked there. That changes
nothing in what is proved, and layers of one kind share the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from sympy import Expr, Indexed

from derive.derivation import Derivation
from derive.deriving.instances import Instance, values_of, width
from derive.deriving.layers import COST
from derive.deriving.setting import LOSS
from derive.errors import DeriveError, UnsupportedExpression
from derive.language import Entries, Partial, index, k, of_layer, quantity
from derive.networks.derivation import NetworkDerivation
from derive.networks.network import Network
from derive.printers.text import text
from derive.proof import Report, RouteResult, Undefined, Verdict
from derive.proof import verify as verify_derivation
from derive.proof.meaning import Meaning
from derive.proof.points import Draw, dimensions_of
from derive.proof.samples import Evaluator, compare, evaluator
from derive.proof.verdict import Kind
from derive.rules.apply import everywhere
from derive.steps import Assumption, Definition

__all__ = ["NetworkRefuted", "NetworkReport", "verify"]

_i, _r = index("i"), index("r")
_DRAWS = (Draw("near", 1), Draw("positive", 1), Draw("simple", 2))
"""Numbers of both signs; positive ones, where no ramp cuts anything off; and many zeros."""
_SEVERITY: tuple[Kind, ...] = ("proved", "held", "conditional", "unreadable", "refuted")


class NetworkRefuted(DeriveError, AssertionError):
    """A derivation of a network that is not proved, with the report that says where."""

    def __init__(self, report: NetworkReport) -> None:
        self.report = report
        super().__init__(f"{report.derivation.network}\n{report}")


@dataclass(frozen=True)
class NetworkReport:
    """What was found about the derivation of a network.

    Parameters
    ----------
    derivation : NetworkDerivation
    sections : tuple[Report, ...]
        One for each section; counterexamples are in the letters of the general layer.
    checks : tuple[RouteResult, ...]
        Whether the sections join and are of this network, and its results against its definition.
    """

    derivation: NetworkDerivation
    sections: tuple[Report, ...]
    checks: tuple[RouteResult, ...]

    @property
    def verdict(self) -> Verdict:
        """The weakest of all."""
        faults = [check for check in self.checks if not check.ok]
        said = "; ".join(f"{check.route}: {check}" for check in faults)
        if any(check.outcome == "different" for check in faults):
            return Verdict("refuted", reason=said)
        worst = max(
            (report.verdict for report in self.sections),
            key=lambda verdict: _SEVERITY.index(verdict.kind),
            default=Verdict("refuted", reason="there are no sections"),
        )
        if faults and worst.kind in ("proved", "held", "conditional"):
            return Verdict("unreadable", reason=said)
        return worst

    @property
    def ok(self) -> bool:
        """Whether every step is proved and every check ran and found no fault."""
        complete = len(self.sections) == len(self.derivation.sections) > 0
        proved = all(report.ok for report in self.sections)
        return complete and proved and len(self.checks) == 3 and all(c.ok for c in self.checks)

    def raise_if_refuted(self) -> NetworkReport:
        """Return the report, or raise `NetworkRefuted` where it is not ok.

        Raises
        ------
        NetworkRefuted
            If a step or a result is refuted, is not proved, or was not checked.
        """
        if not self.ok:
            raise NetworkRefuted(self)
        return self

    def __str__(self) -> str:
        parts = [f"{report.derivation.output}\n{report}" for report in self.sections]
        lines = [f"network, by {check.route}: {check}" for check in self.checks]
        return "\n\n".join([*parts, "\n".join([*lines, f"verdict: {self.verdict.text(text)}"])])


def verify(derivation: NetworkDerivation) -> NetworkReport:
    """Check the derivation of a network.

    Every section is checked as `derive.proof.verify` checks a derivation: each step by its three
    routes, the definitions against the catalogue. Then it is checked that the sections join, and
    all results of the lowest layer, into which those of the layers above have gone, are compared
    with derivatives of the whole network by mpmath.
    """
    network = derivation.network
    layers = range(network.depth, 0, -1)
    placed = list(zip(layers, derivation.sections, strict=False))
    sections = tuple(_checked(network, layer, section, derivation) for layer, section in placed)
    checks = (_joined(derivation), _of_network(derivation), _against_definition(derivation))
    return NetworkReport(derivation, sections, checks)


def _allowed(derivation: NetworkDerivation) -> tuple[Assumption, ...]:
    loss, setting = derivation.network.pair.loss, derivation.network.output_setting
    return loss.labels.assumptions(setting.y) if derivation.assume else ()


def _checked(
    network: Network, layer: int, section: Derivation, derivation: NetworkDerivation
) -> Report:
    try:
        general = Instance(layer, network.depth).general(section)
    except UnsupportedExpression as error:
        check = RouteResult("structure", "different", str(error))
        return Report(section, (), (check,), Verdict("refuted", reason=str(error)), text)
    allowed = _allowed(derivation) if layer == network.depth else ()
    return _general_report(general, network.general_definitions(layer), allowed)


@lru_cache(maxsize=512)
def _general_report(
    general: Derivation, catalogue: tuple[Definition, ...], allowed: tuple[Assumption, ...]
) -> Report:
    return verify_derivation(general, show=text, catalogue=catalogue, allowed=allowed)


def _joined(derivation: NetworkDerivation) -> RouteResult:
    """Say whether each section takes up what the one above it has derived."""
    depth = derivation.network.depth
    for number, section in enumerate(derivation.sections[1:], 1):
        layer = depth - number
        values = quantity(values_of(layer), width(layer))[_r]
        taken_up = Entries(Partial(LOSS, values), (_r, width(layer)))
        above = derivation.sections[number - 1]
        if not any(chain[0].before == taken_up for chain in above.chains):
            said = f"{section.output} needs {text(taken_up)}, which is not derived above it"
            return RouteResult("structure", "different", said)
    count = len(derivation.sections)
    return RouteResult("structure", "proved", f"{count} section{'s' * (count != 1)} join")


def _of_network(derivation: NetworkDerivation) -> RouteResult:
    """Say whether these are the sections that were asked for of this network."""
    network = derivation.network
    expected = network.asked_for(derivation.wrt, derivation.assume)
    if [s.target for s in derivation.sections] != [s.target for s in expected.sections]:
        asked = derivation.wrt or "everything"
        said = f"not the sections of the gradient by {asked} of {network}"
        return RouteResult("catalogue", "different", said)
    return RouteResult("catalogue", "equal", "the sections are those of the network")


# The results against the definition ---------------------------------------------------------------


def _against_definition(derivation: NetworkDerivation) -> RouteResult:
    network = derivation.network
    if not derivation.sections:
        return RouteResult("definition", "not run", "there are no sections")
    try:
        definitions = (*reversed(list(_derived(derivation))), *_whole(network))
        results = list(_results(derivation))
        counts = [
            _compared(left, right, definitions, derivation.assumptions) for left, right in results
        ]
    except (UnsupportedExpression, KeyError) as error:
        return RouteResult("definition", "not run", str(error))
    for (left, _), count in zip(results, counts, strict=True):
        if count is None:
            return RouteResult("definition", "different", f"of {text(left)}")
        if not count:
            return RouteResult("definition", "not run", f"{text(left)} has no value at the points")
    return RouteResult("definition", "held", f"{len(results)} results, {len(_DRAWS)} points")


def _whole(network: Network) -> tuple[Definition, ...]:
    """Return the definitions of all layers as one: J, L, ŷ, a⁽³⁾, h⁽²⁾ … down to the input."""
    found: list[Definition] = []
    for layer in range(network.depth, 0, -1):
        own = Instance(layer, network.depth).named(network.general_definitions(layer))
        if layer == network.depth:
            cost = (Definition(COST, network.cost),) if network.l2 else ()
            found += [*cost, *(one for one in own if one.left != COST)]
        else:
            found += [one for one in own if one.left not in (COST, LOSS)]
    return tuple(found)


def _slope_of(entry: Indexed, depth: int) -> Expr:
    """Return what ∂L by an entry of a layer is called among the definitions."""
    for layer in range(depth + 1):
        size = k if layer == depth else width(layer)
        if layer and entry.base == quantity(of_layer("a", layer), size):
            return quantity(of_layer("g", layer), size)[entry.indices]
        if layer < depth and entry.base == quantity(values_of(layer), size):
            return quantity(of_layer("e", layer), size)[entry.indices]
    raise UnsupportedExpression("a result", entry, "derivatives by a and h of a layer")


def _closed(expr: Expr, depth: int) -> Expr:
    """Return a result with the derived ∂L/∂a⁽ˡ⁾ and ∂L/∂h⁽ˡ⁾ by name."""

    def by_name(node: Expr) -> Expr | None:
        return _slope_of(node.variable, depth) if isinstance(node, Partial) else None

    closed: Expr = everywhere(by_name, expr)
    return closed


def _derived(derivation: NetworkDerivation) -> Iterator[Definition]:
    """Yield what was derived of ∂L/∂a⁽ˡ⁾ and ∂L/∂h⁽ˡ⁾, as definitions."""
    depth = derivation.network.depth
    for number, section in enumerate(derivation.sections):
        layer = depth - number
        size = k if layer == depth else width(layer)
        wanted = (
            Entries(Partial(LOSS, quantity(of_layer("a", layer), size)[_i]), (_i, size)),
            Entries(
                Partial(LOSS, quantity(values_of(layer - 1), width(layer - 1))[_r]),
                (_r, width(layer - 1)),
            ),
        )
        ends = {chain[0].before: chain[-1].after for chain in section.chains}
        for left in wanted:
            if left in ends:
                slope = _slope_of(left.expr.variable, depth)
                yield Definition(slope, _closed(_entry(ends[left], left), depth))


def _entry(right: Expr, left: Entries) -> Expr:
    if not isinstance(right, Entries) or right.axes != left.axes:
        raise UnsupportedExpression("a result", right, f"the entries of {left}")
    return right.expr


def _results(derivation: NetworkDerivation) -> Iterator[tuple[Entries, Expr]]:
    """Yield the results of the lowest layer: an array of derivatives, and its derived entry."""
    section, depth = derivation.sections[-1], derivation.network.depth
    for chain in section.chains:
        left = chain[0].before
        is_array = isinstance(left, Entries) and isinstance(left.expr, Partial)
        if is_array and left.expr.expr in (LOSS, COST):
            yield left, _closed(_entry(chain[-1].after, left), depth)


def _compared(
    left: Entries,
    right: Expr,
    definitions: tuple[Definition, ...],
    assumptions: tuple[Assumption, ...],
) -> int | None:
    """Return at how many entries a derivative is what was derived, None where one differs."""
    names = dimensions_of(Meaning(definitions), left.expr, right)
    sizes = tuple((name, 2 + place % 2) for place, name in enumerate(names))
    count = 0
    for draw in _DRAWS:
        try:
            at = evaluator(definitions, sizes, draw, assumptions, 1)
            at.prepare(_FromBelow(definitions, left.expr.variable))
            compared, difference = compare(left.expr, right, at, sparse=True)
        except Undefined:
            continue
        if difference is not None:
            return None
        count += compared
    return count


@dataclass(frozen=True)
class _FromBelow:
    """Evaluates what is defined, the innermost first, so that a deep network is no deep recursion.

    Once as it is, and once for each step of the differences by each entry that is compared.
    """

    definitions: tuple[Definition, ...]
    variable: Indexed

    def __call__(self, at: Evaluator) -> None:
        base = self.variable.base
        corners = [
            (str(base.label), place)
            for place in product(*(_corners(at, size) for size in base.shape))
        ]
        steps = at.arithmetic.steps
        shifts = [(), *(((scalar, amount),) for scalar in corners for amount in steps)]
        for shift, definition in product(shifts, reversed(self.definitions)):
            entry = definition.left
            shape = entry.base.shape if isinstance(entry, Indexed) else ()
            ranges = (range(1, dict(at.point.sizes)[str(size)] + 1) for size in shape)
            for place in product(*ranges):
                indices = dict(zip(getattr(entry, "indices", ()), place, strict=True))
                with suppress(Undefined):
                    at.value(entry, indices, shift)


def _corners(at: Evaluator, size: Expr) -> tuple[int, ...]:
    last = dict(at.point.sizes)[str(size)]
    return tuple(dict.fromkeys((1, last)))
