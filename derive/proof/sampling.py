"""At which points two sides are compared, and what is found there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from sympy import Expr

from derive.errors import UnsupportedExpression
from derive.proof.kinks import kinks
from derive.proof.meaning import Meaning
from derive.proof.points import Draw, Kind, Point, dimensions_of, positions
from derive.proof.samples import Difference, Near, compare, derivative_depth, evaluator
from derive.proof.undefined import Undefined
from derive.proof.work import WorkLimit, budget
from derive.steps import Assumption, Definition

__all__ = ["IF_HELD", "IF_PROVED", "Sampled", "sampled"]

IF_PROVED = 3
IF_HELD = 12
MOST_TRIES = 24
"""How many points are tried where many of them are outside the domain of both sides."""
WORK = 2_000_000
"""In the units of `derive.proof.work`; a step of a pair takes a tenth of it at most."""

Sizes = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Plan:
    """How a point is chosen, and what is compared there.

    Parameters
    ----------
    kind : str
        Of what kind its numbers are.
    largest : int
        The number of units k, the other dimensions being 1; 0 for dimensions from 1 to 4.
    sparse : bool
        Whether only the corners of arrays are compared.
    """

    kind: Kind
    largest: int = 0
    sparse: bool = False


PLANS = (
    Plan("near"),
    Plan("wide", largest=6, sparse=True),
    Plan("far", sparse=True),
    Plan("near", largest=7, sparse=True),
    Plan("near"),
    Plan("wide"),
)
"""One after the other and again from the first."""
AT_ZERO = (Draw("simple", 2), Draw("simple", 3))
"""Points with many zeros, where the argument of a ramp vanishes as a product does."""


def _sizes(names: tuple[str, ...], seed: int, plan: Plan) -> Sizes:
    """Return dimensions that are all different where there are several."""
    if plan.largest:
        first = "k" if "k" in names else names[0] if names else ""
        return tuple((name, plan.largest if name == first else 1) for name in names)
    return tuple((name, 1 + (seed + 1 + place) % 4) for place, name in enumerate(names))


@dataclass(frozen=True)
class Sampled:
    """At how many points both sides have a value, and the first difference.

    Parameters
    ----------
    count : int
    difference : Difference or None
    point : Point or None
        Where the first difference is.
    failure : str
        Why there was no point.
    too_long : bool
        Whether it was given up.
    """

    count: int
    difference: Difference | None = None
    point: Point | None = None
    failure: str = ""
    too_long: bool = False


@dataclass(frozen=True)
class _Sampler:
    left: Expr
    right: Expr
    definitions: tuple[Definition, ...]
    assumptions: tuple[Assumption, ...]

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return dimensions_of(Meaning(self.definitions), self.left, self.right)

    def at(
        self, sizes: Sizes, *draws: Draw, near: Near | None = None, sparse: bool = False
    ) -> Sampled:
        """Compare at the first of several points at which both sides have a value."""
        depth = max(derivative_depth(self.left), derivative_depth(self.right))
        for draw in draws:
            try:
                at = evaluator(self.definitions, sizes, draw, self.assumptions, depth, near)
            except Undefined:
                continue
            compared, difference = compare(self.left, self.right, at, sparse=sparse)
            if compared:
                return Sampled(1, difference, None if difference is None else at.point)
        return Sampled(0)

    def why_undefined(self) -> str:
        """Return what keeps the sides from having a value at the first point."""
        sizes = _sizes(self._names, 0, PLANS[0])
        depth = max(derivative_depth(self.left), derivative_depth(self.right))
        nowhere = "there is no point at which both sides have a value"
        try:
            at = evaluator(self.definitions, sizes, Draw("near", 0), self.assumptions, depth)
            places = next(positions(self.left, self.right, dict(sizes)))
            at.value(self.left, places), at.value(self.right, places)
        except Undefined as error:
            return f"{nowhere}: {error}"
        return nowhere

    def _at_kinks(self) -> Iterator[Sampled]:
        places = list(kinks(Meaning(self.definitions), self.left, self.right))
        sizes = tuple((name, 2) for name in self._names)
        for draw in AT_ZERO if places else ():
            yield self.at(sizes, draw)
        for near in places:
            yield self.at(sizes, Draw("near", 0), near=near)

    def outcomes(self, wanted: int) -> Iterator[Sampled]:
        """Yield what is found at the kinks, where there are some, and at ``wanted`` more points."""
        yield from self._at_kinks()
        found = 0
        for seed in range(MOST_TRIES):
            plan = PLANS[seed % len(PLANS)]
            sizes = _sizes(self._names, seed, plan)
            draws = (Draw(plan.kind, seed), Draw("positive", seed))
            outcome = self.at(sizes, *draws, sparse=plan.sparse)
            found += outcome.count
            yield outcome
            if found == wanted:
                return


def sampled(
    left: Expr,
    right: Expr,
    definitions: tuple[Definition, ...],
    assumptions: tuple[Assumption, ...],
    wanted: int,
) -> Sampled:
    """Compare two scalar sides at the kinks and at ``wanted`` points, until they differ."""
    count = 0
    sampler = _Sampler(left, right, definitions, assumptions)
    try:
        with budget(WORK, "the evaluation"):
            for outcome in sampler.outcomes(wanted):
                count += outcome.count
                if outcome.difference is not None:
                    return replace(outcome, count=count)
    except WorkLimit as error:
        return Sampled(0, failure=str(error), too_long=True)
    except UnsupportedExpression as error:
        return Sampled(0, failure=str(error))
    return Sampled(count, failure="" if count else sampler.why_undefined())
