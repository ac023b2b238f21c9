"""The routes put together: what they say of one equation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

from sympy import Expr, Integer, Rational

from derive.errors import UnsupportedExpression
from derive.proof.components import ShapeOutcome, compare_components
from derive.proof.counterexample import MANY_DIGITS, find_counterexample
from derive.proof.deltas import Form
from derive.proof.letters import Mistyped, check_definitions, check_letters
from derive.proof.meaning import Meaning, defined_name, entry_of_array
from derive.proof.nonzero import is_nonzero
from derive.proof.normal_form import differences, entries_of_both
from derive.proof.points import Draw, Point, dimensions_of, draw_point
from derive.proof.samples import DIGITS
from derive.proof.sampling import IF_HELD, IF_PROVED, Sampled, sampled
from derive.proof.verdict import Counterexample, RouteResult, Verdict
from derive.proof.work import WorkLimit, budget
from derive.steps import Assumption, Definition

__all__ = ["Decision", "decide", "prove", "refute", "sample_all"]

SAMPLES_OF_RESULT = 4
WORK = 1_000_000
"""For the normal forms, in the units of `derive.proof.work`."""
LARGEST_SIZE = 12
"""Up to this size dimensions are tried at which a polynomial in them is not zero."""

Assumptions = tuple[Assumption, ...]
Definitions = tuple[Definition, ...]
Sizes = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Decision:
    """What each route says of an equation, and the verdict."""

    routes: tuple[RouteResult, ...]
    verdict: Verdict


@dataclass(frozen=True)
class _Symbolic:
    """What the normal forms say.

    Parameters
    ----------
    result : RouteResult
    used : tuple[Assumption, ...]
        The assumptions that were used.
    sizes : tuple of (str, int)
        The dimensions at which the sides differ, where that was decided.
    too_long : bool
        Whether it was given up.
    """

    result: RouteResult
    used: Assumptions
    sizes: Sizes = ()
    too_long: bool = False


@dataclass(frozen=True)
class _Question:
    """Whether two scalar sides are equal, under definitions and assumptions."""

    left: Expr
    right: Expr
    definitions: Definitions
    assumptions: Assumptions

    @property
    def choices(self) -> tuple[Assumptions, ...]:
        """What to assume, the least first: nothing, one assumption, all of them."""
        singles = tuple((assumption,) for assumption in self.assumptions)
        return tuple(dict.fromkeys(((), *singles, self.assumptions)))

    def sampled(self, assumptions: Assumptions, wanted: int) -> Sampled:
        """Return what is found at points."""
        return sampled(self.left, self.right, self.definitions, assumptions, wanted)

    def counterexample(
        self,
        assumptions: Assumptions,
        *sizes: Sizes,
        at_last: Point | None = None,
        digits: int = DIGITS,
    ) -> Counterexample | None:
        """Return numbers for which the sides differ."""
        return find_counterexample(
            self.left,
            self.right,
            self.definitions,
            assumptions,
            also=sizes,
            at_last=at_last,
            digits=digits,
        )


def _symbolic(question: _Question) -> _Symbolic:
    """Compare the normal forms, under as few of the assumptions as possible."""
    last = Form()
    try:
        with budget(WORK, "the normal form"):
            for chosen in question.choices:
                for last in differences(
                    question.left,
                    question.right,
                    definitions=question.definitions,
                    assumptions=chosen,
                ):
                    if not last:
                        result = RouteResult("normal form", "proved", "for all dimensions")
                        return _Symbolic(result, chosen)
            sizes = _sizes_where_nonzero(last, question)
    except WorkLimit as error:
        result = RouteResult("normal form", "not run", str(error))
        return _Symbolic(result, question.assumptions, too_long=True)
    except UnsupportedExpression as error:
        result = RouteResult("normal form", "not run", str(error))
        return _Symbolic(result, question.assumptions)
    if sizes is None:
        return _Symbolic(RouteResult("normal form", "undecided"), question.assumptions)
    result = RouteResult("normal form", "different", f"by {last.plain}")
    return _Symbolic(result, question.assumptions, sizes)


def _sizes_where_nonzero(form: Form, question: _Question) -> Sizes | None:
    """Return dimensions at which a difference that depends on nothing else is not zero."""
    meaning = Meaning(question.definitions)
    dimensions = dimensions_of(meaning, question.left, question.right)
    plain = form.plain
    if plain is None or not plain or not plain.names <= set(dimensions):
        return None
    counted = sorted(plain.names)
    for sizes in sorted(product(range(1, LARGEST_SIZE + 1), repeat=len(counted)), key=sum):
        given = dict(zip(counted, sizes, strict=True))
        point = draw_point(tuple((n, given.get(n, 1)) for n in dimensions), Draw("near", 0))
        if is_nonzero([plain], point):
            return point.sizes
    return None


def _written_out(outcomes: tuple[ShapeOutcome, ...]) -> RouteResult:
    def shape(outcome: ShapeOutcome) -> str:
        return ", ".join(f"{name} = {size}" for name, size in outcome.sizes) or "a scalar"

    different = [outcome for outcome in outcomes if outcome.outcome == "different"]
    if different:
        first = different[0]
        detail = f"first at {shape(first)}" + (f", {first.reason}" if first.reason else "")
        return RouteResult("components", "different", detail)
    equal_ones = [outcome for outcome in outcomes if outcome.outcome == "equal"]
    open_ones = [o for o in outcomes if o.outcome == "undecided"]
    if open_ones or not equal_ones:
        reason = "; ".join(f"{shape(o)}: {o.reason}" for o in open_ones)
        return RouteResult("components", "undecided", reason)
    undefined = len(outcomes) - len(equal_ones)
    detail = f"{len(equal_ones)} shapes" + (f", no value in {undefined}" if undefined else "")
    return RouteResult("components", "equal", detail)


def _samples_route(found: Sampled) -> RouteResult:
    if found.difference is not None:
        return RouteResult("samples", "different")
    if not found.count:
        return RouteResult("samples", "not run", found.failure)
    return RouteResult("samples", "held", f"{found.count}")


def _as_expression(value: Any) -> Expr:
    """Return an expression as it is, and a whole number or a fraction as one."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Integer(value)
    if isinstance(value, Fraction):
        return Rational(value.numerator, value.denominator)
    raise Mistyped(f"{value!r} is {type(value).__name__}, not an expression of SymPy")


def sample_all(
    left: Expr,
    right: Expr,
    definitions: Definitions,
    assumptions: Assumptions,
    wanted: int = SAMPLES_OF_RESULT,
) -> RouteResult:
    """Compare all entries of two expressions at points, unfolded from the definitions."""
    try:
        pair = entries_of_both(left, right)
        if pair is None:
            return RouteResult("definition", "different", "the shapes differ")
        found = sampled(*pair, definitions, assumptions, wanted)
    except UnsupportedExpression as error:
        return RouteResult("definition", "not run", str(error))
    except RecursionError:
        return RouteResult("definition", "not run", TOO_DEEP)
    return replace(_samples_route(found), route="definition")


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
    try:
        sides = _as_expression(left), _as_expression(right)
    except Mistyped as error:
        return Decision((), Verdict("unreadable", reason=str(error)))
    return _decided(*sides, definitions, assumptions)


TOO_DEEP = "the expression is nested too deeply; write the step in smaller parts"


@lru_cache(maxsize=4_096)
def _decided(
    left: Expr, right: Expr, definitions: Definitions, assumptions: Assumptions
) -> Decision:
    try:
        check_definitions(definitions)
        check_letters([(left, right)], definitions, assumptions)
        pair = entries_of_both(left, right)
        if pair is None:
            return _shapes_differ(left, right)
        return _of_entries(pair, definitions, assumptions)
    except (UnsupportedExpression, Mistyped, WorkLimit) as error:
        return Decision((), Verdict("unreadable", reason=str(error)))
    except RecursionError:
        return Decision((), Verdict("unreadable", reason=TOO_DEEP))


def _of_entries(
    pair: tuple[Expr, Expr], definitions: Definitions, assumptions: Assumptions
) -> Decision:
    # What is proved of a free ŷ holds of every ŷ; only where that fails is the rest unfolded.
    kept = Meaning(definitions).kept(*pair)
    needed = tuple(d for d in definitions if defined_name(d.left) not in kept)
    decision = _through_routes(_Question(*pair, needed, assumptions))
    if decision.verdict.kind in ("proved", "unreadable") or needed == definitions:
        return decision
    return _through_routes(_Question(*pair, definitions, assumptions))


@lru_cache(maxsize=4_096)
def _through_routes(question: _Question) -> Decision:
    symbolic = _symbolic(question)
    proved = symbolic.result.outcome == "proved"
    used = symbolic.used if proved else _least_assumed(question)
    found = question.sampled(used, IF_PROVED if proved else IF_HELD)
    outcomes: tuple[ShapeOutcome, ...] = ()
    if not found.too_long:
        outcomes = compare_components(
            question.left, question.right, definitions=question.definitions, assumptions=used
        )
    routes = (symbolic.result, _written_out(outcomes), _samples_route(found))
    return Decision(routes, _verdict(question, symbolic, outcomes, found, used))


def _least_assumed(question: _Question) -> Assumptions:
    """Return the least of the assumptions under which a few samples agree, or else all of them."""
    for chosen in question.choices:
        found = question.sampled(chosen, IF_PROVED)
        if found.difference is None:
            return chosen
    return question.assumptions


def _verdict(
    question: _Question,
    symbolic: _Symbolic,
    outcomes: tuple[ShapeOutcome, ...],
    found: Sampled,
    used: Assumptions,
) -> Verdict:
    components = _written_out(outcomes)
    both_valued = found.count > 0
    exactly = [
        route.detail for route in (symbolic.result, components) if route.outcome == "different"
    ]
    if found.difference is not None or (exactly and both_valued):
        digits = DIGITS if found.difference is not None else MANY_DIGITS
        counterexample = question.counterexample(
            used, symbolic.sizes, at_last=found.point, digits=digits
        )
        reason = f"the sides differ {(*exactly, 'at random points')[0]}"
        return Verdict(
            "refuted", counterexample=counterexample, reason="" if counterexample else reason
        )
    given_up = [o.reason for o in outcomes if o.too_long]
    if symbolic.too_long or given_up or not both_valued:
        first = symbolic.result.detail if symbolic.too_long else (*given_up, found.failure)[0]
        return Verdict("unreadable", reason=first)
    if symbolic.result.outcome == "proved" and components.ok:
        return Verdict("proved", found.count, used)
    # What no route decides is searched for the simple numbers at which faults hide.
    counterexample = question.counterexample(used)
    if counterexample is not None:
        return Verdict("refuted", counterexample=counterexample)
    return Verdict("held", found.count, used)


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
    Mistyped
        If a letter has two meanings.

    Examples
    --------
    >>> from derive.language import index, quantity, k
    >>> a, i = quantity("a", k), index("i")
    >>> print(refute(a[i] ** 2, a[i]))
    1.0 ≠ -1.0 at k = 1, i = 1; a[1] = -1
    """
    left, right = _as_expression(left), _as_expression(right)
    known, assumed = tuple(definitions), tuple(assumptions)
    check_definitions(known)
    check_letters([(left, right)], known, assumed)
    pair = entries_of_both(left, right)
    if pair is None:
        return _shapes_differ(left, right).verdict.counterexample
    return find_counterexample(*pair, known, assumed)
