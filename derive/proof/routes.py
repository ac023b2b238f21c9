"""The routes put together: what they say of one equation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from sympy import Expr

from derive.errors import UnsupportedExpression
from derive.proof.components import ShapeOutcome, compare_components
from derive.proof.counterexample import find_counterexample
from derive.proof.meaning import Meaning, defined_name, entry_of_array
from derive.proof.normal_form import entries_of_both, equal
from derive.proof.points import dimensions_of
from derive.proof.samples import (
    Difference,
    PointKind,
    compare,
    derivative_depth,
    evaluator,
    has_kinks,
)
from derive.proof.undefined import Undefined
from derive.proof.verdict import Counterexample, RouteResult, Verdict
from derive.steps import Assumption, Definition

__all__ = ["Decision", "decide", "prove", "refute", "sample_all"]

SAMPLES_IF_PROVED = 3
SAMPLES_IF_HELD = 12
SAMPLES_OF_RESULT = 4
KINK_SAMPLES = 4
MOST_TRIES = 24
"""How many points are tried where many of them are outside the domain of both sides."""

Assumptions = tuple[Assumption, ...]
Definitions = tuple[Definition, ...]


@dataclass(frozen=True)
class Decision:
    """What each route says of an equation, and the verdict."""

    routes: tuple[RouteResult, ...]
    verdict: Verdict


def _choices(assumptions: Assumptions) -> tuple[Assumptions, ...]:
    """Return what to assume, the least first: nothing, one assumption, all of them."""
    singles = tuple((assumption,) for assumption in assumptions)
    return tuple(dict.fromkeys(((), *singles, assumptions)))


def _symbolic(
    left: Expr, right: Expr, definitions: Definitions, assumptions: Assumptions
) -> tuple[RouteResult, Assumptions]:
    try:
        for chosen in _choices(assumptions):
            if equal(left, right, definitions=definitions, assumptions=chosen):
                return RouteResult("normal form", "proved", "for all dimensions"), chosen
    except UnsupportedExpression as error:
        return RouteResult("normal form", "not run", str(error)), assumptions
    return RouteResult("normal form", "undecided"), assumptions


def _written_out(outcomes: tuple[ShapeOutcome, ...]) -> RouteResult:
    def shape(outcome: ShapeOutcome) -> str:
        return ", ".join(f"{name} = {size}" for name, size in outcome.sizes) or "a scalar"

    different = [outcome for outcome in outcomes if outcome.outcome == "different"]
    if different:
        return RouteResult("components", "different", f"first at {shape(different[0])}")
    equal_ones = [outcome for outcome in outcomes if outcome.outcome == "equal"]
    open_ones = [o for o in outcomes if o.outcome == "undecided"]
    if open_ones or not equal_ones:
        reason = "; ".join(f"{shape(o)}: {o.reason}" for o in open_ones)
        return RouteResult("components", "undecided", reason)
    undefined = len(outcomes) - len(equal_ones)
    detail = f"{len(equal_ones)} shapes" + (f", no value in {undefined}" if undefined else "")
    return RouteResult("components", "equal", detail)


def _sizes(names: tuple[str, ...], seed: int) -> tuple[tuple[str, int], ...]:
    """Return dimensions from 1 to 4, all different where there are several."""
    return tuple((name, 1 + (seed + 1 + place) % 4) for place, name in enumerate(names))


@dataclass(frozen=True)
class _Sampled:
    count: int
    difference: Difference | None = None
    failure: str = ""


@dataclass(frozen=True)
class _Sampler:
    """Compares two sides at the points chosen in advance."""

    left: Expr
    right: Expr
    definitions: Definitions
    assumptions: Assumptions

    def at(self, seed: int, *kinds: PointKind) -> tuple[int, Difference | None]:
        """Compare at the first of the kinds of points where both sides have a value."""
        names = dimensions_of(Meaning(self.definitions), self.left, self.right)
        depth = max(derivative_depth(self.left), derivative_depth(self.right))
        for kind in kinds:
            try:
                at = evaluator(
                    self.definitions, _sizes(names, seed), seed, kind, self.assumptions, depth
                )
            except Undefined:
                continue
            compared, difference = compare(self.left, self.right, at)
            if compared:
                return 1, difference
        return 0, None

    def outcomes(self, wanted: int) -> Iterator[tuple[int, Difference | None]]:
        """Yield what is found on the kinks, where there are some, and at ``wanted`` more points."""
        if has_kinks(Meaning(self.definitions), self.left, self.right):
            yield from (self.at(seed, "simple") for seed in range(2, 2 + KINK_SAMPLES))
        found = 0
        for seed in range(MOST_TRIES):
            outcome = self.at(seed, "real", "positive")
            found += outcome[0]
            yield outcome
            if found == wanted:
                return


def _sampled(
    left: Expr, right: Expr, definitions: Definitions, assumptions: Assumptions, wanted: int
) -> _Sampled:
    count = 0
    try:
        for compared, difference in _Sampler(left, right, definitions, assumptions).outcomes(
            wanted
        ):
            count += compared
            if difference is not None:
                return _Sampled(count, difference)
    except UnsupportedExpression as error:
        return _Sampled(0, None, str(error))
    return _Sampled(count, None, "" if count else "no point where both sides have a value")


def _samples_route(sampled: _Sampled) -> RouteResult:
    if sampled.difference is not None:
        return RouteResult("samples", "different")
    if not sampled.count:
        return RouteResult("samples", "not run", sampled.failure)
    return RouteResult("samples", "held", f"{sampled.count}")


def sample_all(
    left: Expr,
    right: Expr,
    definitions: Definitions,
    assumptions: Assumptions,
    wanted: int = SAMPLES_OF_RESULT,
) -> RouteResult:
    """Compare all entries of two expressions at random points, unfolded from the definitions."""
    try:
        pair = entries_of_both(left, right)
    except UnsupportedExpression as error:
        return RouteResult("definition", "not run", str(error))
    if pair is None:
        return RouteResult("definition", "different", "the shapes differ")
    route = _samples_route(_sampled(*pair, definitions, assumptions, wanted))
    return replace(route, route="definition")


def _shapes_differ(left: Expr, right: Expr) -> Decision:
    words = []
    for side in (left, right):
        sizes = ", ".join(str(size) for _, size in entry_of_array(side)[0])
        words.append(f"an array of shape ({sizes})" if sizes else "a scalar")
    counterexample = Counterexample((), (), (), *words)
    route = RouteResult("samples", "different", " and ".join(words))
    verdict = Verdict("refuted", counterexample=counterexample)
    return Decision((route,), verdict)


def decide(
    left: Expr, right: Expr, definitions: Definitions = (), assumptions: Assumptions = ()
) -> Decision:
    """Send an equation through the first two routes.

    Parameters
    ----------
    left, right : Expr
        Scalars or arrays; free indices stand for every value in range.
    definitions : tuple[Definition, ...]
        What names stand for, outermost first.
    assumptions : tuple[Assumption, ...]
        Equations that may be used. The verdict names those that are needed.
    """
    return _decided(left, right, definitions, assumptions)


@lru_cache(maxsize=4_096)
def _decided(
    left: Expr, right: Expr, definitions: Definitions, assumptions: Assumptions
) -> Decision:
    try:
        pair = entries_of_both(left, right)
        if pair is None:
            return _shapes_differ(left, right)
    except UnsupportedExpression as error:
        return Decision((), Verdict("unreadable", reason=str(error)))
    # What is proved of a free ŷ holds of every ŷ; only where that fails is the rest unfolded.
    kept = Meaning(definitions).kept(left, right)
    needed = tuple(d for d in definitions if defined_name(d.left) not in kept)
    decision = _through_routes(pair, needed, assumptions)
    if decision.verdict.kind == "proved" or needed == definitions:
        return decision
    return _through_routes(pair, definitions, assumptions)


def _through_routes(
    pair: tuple[Expr, Expr], definitions: Definitions, assumptions: Assumptions
) -> Decision:
    symbolic, used = _symbolic(*pair, definitions, assumptions)
    wanted = SAMPLES_IF_PROVED if symbolic.outcome == "proved" else SAMPLES_IF_HELD
    if symbolic.outcome != "proved":
        used = _least_assumed(pair, definitions, assumptions)
    sampled = _sampled(*pair, definitions, used, wanted)
    components = _written_out(compare_components(*pair, definitions=definitions, assumptions=used))
    routes = (symbolic, components, _samples_route(sampled))
    return Decision(routes, _verdict(routes, sampled, used, pair, definitions))


def _least_assumed(
    pair: tuple[Expr, Expr], definitions: Definitions, assumptions: Assumptions
) -> Assumptions:
    """Return the least of the assumptions under which two samples agree, or else all of them."""
    for chosen in _choices(assumptions):
        if _sampled(*pair, definitions, chosen, SAMPLES_IF_PROVED).difference is None:
            return chosen
    return assumptions


def _verdict(
    routes: tuple[RouteResult, ...],
    sampled: _Sampled,
    used: Assumptions,
    pair: tuple[Expr, Expr],
    definitions: Definitions,
) -> Verdict:
    symbolic, components, _ = routes
    if sampled.difference is not None or components.outcome == "different":
        found = find_counterexample(*pair, definitions, used)
        reason = "" if found else "the values differ at random points"
        return Verdict("refuted", counterexample=found, reason=reason)
    if not sampled.count:
        return Verdict("unreadable", reason=sampled.failure)
    if symbolic.outcome == "proved" and components.ok:
        return Verdict("proved", sampled.count, used)
    # What no route decides is searched for the simple numbers at which faults hide.
    found = find_counterexample(*pair, definitions, used)
    if found is not None:
        return Verdict("refuted", counterexample=found)
    return Verdict("held", sampled.count, used)


def prove(
    left: Expr,
    right: Expr,
    *,
    definitions: Iterable[Definition] = (),
    assumptions: Iterable[Assumption] = (),
) -> Verdict:
    """Say whether two expressions are equal for every k, d and n.

    Parameters
    ----------
    left, right : Expr
        Scalars or arrays; free indices stand for every value in range.
    definitions : iterable of Definition
        What names stand for, outermost first; what has none is free.
    assumptions : iterable of Assumption
        Equations that may be used. The verdict names those that are needed.

    Returns
    -------
    Verdict
        *proved* where the normal forms for symbolic dimensions agree, all components for k = 1 … 4
        agree exactly, and the values at random points agree; *held* where only the values do;
        *refuted* with a counterexample; *unreadable* where nothing could be compared. Equations
        are meant wherever both sides have a value.

    Examples
    --------
    >>> from derive.language import index, k, quantity, total
    >>> from sympy import exp, log
    >>> a, y, i, j = quantity("a", k), quantity("y", k), index("i"), index("j")
    >>> partition = total(exp(a[j]), j, k)
    >>> print(prove(log(exp(a[i]) / partition), a[i] - log(partition)))
    proved
    >>> print(prove(total(a[i] * y[i], i, k), total(a[i], i, k) * total(y[i], i, k)))
    refuted: 0 ≠ 1.0 at k = 2; a[1] = 0, a[2] = 1, y[1] = 1, y[2] = 0
    """
    return decide(left, right, tuple(definitions), tuple(assumptions)).verdict


def refute(
    left: Expr,
    right: Expr,
    *,
    definitions: Iterable[Definition] = (),
    assumptions: Iterable[Assumption] = (),
) -> Counterexample | None:
    """Return numbers for which two expressions differ, or None where none were found.

    Raises
    ------
    UnsupportedExpression
        If a node is not of the language.

    Examples
    --------
    >>> from derive.language import index, quantity, k
    >>> a, i = quantity("a", k), index("i")
    >>> print(refute(a[i] ** 2, a[i]))
    1.0 ≠ -1.0 at k = 1, i = 1; a[1] = -1
    """
    pair = entries_of_both(left, right)
    if pair is None:
        return _shapes_differ(left, right).verdict.counterexample
    return find_counterexample(*pair, tuple(definitions), tuple(assumptions))
