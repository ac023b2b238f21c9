"""What is called proved: never a false line, and nearly every true one."""

from __future__ import annotations

import time
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mpmath import mp

from derive.proof.deltas import Form
from derive.proof.field import quotient
from derive.proof.work import WorkLimit, budget
from derive.textbook.compare import Question, compare
from derive.textbook.displays import statements
from derive.textbook.errors import Unreadable
from derive.textbook.evaluate.dual import Undefined, apply
from derive.textbook.evaluate.evaluator import Evaluator, Work
from derive.textbook.evaluate.points import Point
from derive.textbook.judge import Judge, _Chain
from derive.textbook.meaning.core import (
    MINUS_ONE,
    ONE,
    ZERO,
    At,
    Choice,
    Compare,
    Core,
    Definition,
    Entry,
    Fold,
    Function,
    Plus,
    Power,
    Rational,
    Slope,
    Symbol,
    Times,
    Unknown,
)
from derive.textbook.meaning.dimensions import Dimension, Dimensions
from derive.textbook.parser import parse_terminals
from derive.textbook.proof import prove
from derive.textbook.proof.domains import PARAMETERS, SUMMING
from derive.textbook.proof.functions import FUNCTIONS, index_name
from derive.textbook.proof.lowering import Lowering
from derive.textbook.proof.prove import WORK
from derive.textbook.proof.slopes import _SLOPES, Beyond, Differentiator
from derive.textbook.repairs import variants
from derive.textbook.tokens import tokenize
from tests.textbook.chains import CHAINS, Chain, verdicts
from tests.textbook.forms import Numbers, Remembering

PROVED = 0.95
"""What share of the true equalities of plain and careful chains is proved."""
MOST_QUESTIONS = 20
"""Of one chain."""
MOST_SECONDS = 5
"""Of the processor, for the proof of one line."""


@cache
def questions(chain: Chain) -> tuple[Question, ...]:
    """Return what the judge compares in a chain: its lines, and the changes that it tries."""
    judge = Judge(dict(chain.declare), chain.given, chain.assume)
    found: list[Question] = []
    original = judge._question

    def question(*arguments: object) -> Question:
        made = original(*arguments)  # type: ignore[arg-type]
        found.append(made)
        return made

    judge._question = question  # type: ignore[method-assign,assignment]
    judge.display(chain.latex)
    return tuple(found[:MOST_QUESTIONS])


def refuted(question: Question, samples: int = 3) -> bool:
    """Return whether some numbers tell the sides apart."""
    return compare(question, shrink=False, samples=samples).counterexample is not None


PLANTED = [chain for chain in CHAINS if "wrong" in chain.labels]


@pytest.mark.parametrize("chain", PLANTED, ids=lambda chain: chain.name)
def test_no_false_equality_is_proved(chain: Chain) -> None:
    assert not [one for one in questions(chain) if refuted(one) and prove(one)]


def test_false_equalities_are_among_the_questions() -> None:
    seen = [any(map(refuted, questions(chain))) for chain in PLANTED[:10]]
    assert sum(seen) >= 8


def test_nearly_every_true_equality_is_proved() -> None:
    judged = [one for c in CHAINS if c.difficulty < 3 for one in verdicts(c)]
    proved = sum(one.kind == "proved" for one in judged)
    held = sum(one.kind == "held" for one in judged)
    assert proved >= PROVED * (proved + held)


# Lines, each with declarations.

N, M = {"n": "dim"}, {"m": "dim"}
X, VECTOR = {"x": "scalar"}, {"x": "vector(n)", **N}
SQUARE = {"A": "matrix(n,n)", **N}
LABELS = {"y": "index(n) per (m)"}
TRUE = (
    (r"\sum_{i=1}^n (x_i + c)^2 = \sum_i x_i^2 + 2c \sum_i x_i + n c^2", {"c": "scalar", **VECTOR}),
    (r"x^\top A y = y^\top A^\top x", {**VECTOR, "y": "vector(m)", "A": "matrix(n,m)", **M}),
    (r"\mathrm{tr}(A B) = \mathrm{tr}(B A)", {"A": "matrix(n,m)", "B": "matrix(m,n)", **N, **M}),
    (r"\nabla_x \|A x\|^2 = 2 A^\top A x", {**VECTOR, "A": "matrix(m,n)", **M}),
    (r"\tanh(2z) = \frac{2\tanh z}{1 + \tanh^2 z}", {"z": "scalar"}),
    (r"\sin^2 x + \cos^2 x = 1", X),
    (r"\frac{d}{dx} \tan x = 1 + \tan^2 x", X),
    (r"\sqrt{x^2+1}^3 = (x^2+1)\sqrt{x^2+1}", X),
    (r"\frac{d}{dx}\sqrt{x^2+1} = x (x^2+1)^{-1/2}", X),
    (r"\frac{\partial}{\partial x} x^a = a x^{a-1}", {**X, "a": "scalar"}),
    (r"\frac{\partial}{\partial x}\|x\| = \frac{x}{\|x\|}", VECTOR),
    (r"|x|^2 = x^2", X),
    (r"\max(0,x) = \frac{x+|x|}{2}", X),
    (r"\min(x,y) = x + y - \max(x,y)", {**X, "y": "scalar"}),
    (r"\frac{d}{dx} f(g(x)) = f'(g(x)) g'(x)", {**X, "f": "function", "g": "function"}),
    (r"\nabla_x x^\top A x = 2 A x", {**VECTOR, "A": "matrix(n,n) symmetric"}),
    (r"y^2 = 1", {"y": "scalar in {-1,1}"}),
    (r"y^3 = y", {"y": "scalar in {0,1}"}),
    (r"\sum_i y_i^2 = 1", {"y": "vector(n) one-hot", **N}),
    (r"\log(p q) = \log p + \log q", {"p": "scalar in (0,1)", "q": "scalar"}),
    (r"A^2 x = A (A x)", {**SQUARE, **VECTOR}),
    (r"A^{-2} = A^{-1} A^{-1}", SQUARE),
    (r"(A^\top)^{-1} = (A^{-1})^\top", SQUARE),
    (r"\sum_{j=1}^{n-1} x_j + x_n = \sum_{j=1}^{n} x_j", VECTOR),
    (r"x_1 + \sum_{j=2}^{n} x_j = \sum_{j=1}^{n} x_j", VECTOR),
    (r"\sum_{i=1}^{3} i^2 = 14", {}),
    (r"\max_i x_i = \max(x_1, x_2)", {"x": "vector(2)"}),
    (
        r"\begin{pmatrix} a & b\\ c & d\end{pmatrix}\begin{pmatrix} x\\ y\end{pmatrix}"
        r"= \begin{pmatrix} ax+by\\ cx+dy\end{pmatrix}",
        dict.fromkeys("abcdxy", "scalar"),
    ),
    (r"\prod_i e^{x_i} = e^{\sum_i x_i}", VECTOR),
    (
        r"\frac{\partial}{\partial x_j} \prod_i x_i = \prod_{i\neq j} x_i",
        {"x": "vector(n) positive", **N},
    ),
    (
        r"\frac{\partial}{\partial t} \mathrm{tr}((A + t B)^{-1})"
        r"= -\mathrm{tr}((A+tB)^{-1} B (A+tB)^{-1})",
        {**SQUARE, "B": "matrix(n,n)", "t": "scalar"},
    ),
    (r"\frac{d}{dx} a^x = a^x \log a", {**X, "a": "scalar positive"}),
    (r"\sum_j Y_{ij} = 1", {"Y": "matrix(n,m) one-hot", **N, **M}),
    (r"f_{y_i} = \sum_k f_k \mathbb{1}(y_i = k)", {"f": "vector(n)", **LABELS, **N, **M}),
)
FALSE = (
    (r"(x^2)^{1/2} = x", X),
    (r"\sqrt{x^2+1} = x + 1", X),
    (r"\sin^2 x - \cos^2 x = 1", X),
    (r"\sin(-x) = \sin x", X),
    (r"\cos(-x) = -\cos x", X),
    (r"|x| = x", X),
    (r"\frac{d}{dx}|x| = 1", X),
    (r"\max(0,x) = x", X),
    (r"|-\|x\|| = -\|x\|", VECTOR),
    (r"|x^a| = x^a", {**X, "a": "scalar integer"}),
    (r"\left|\prod_i x_i\right| = \prod_i x_i", VECTOR),
    (r"\frac{\partial x_i}{\partial x_j} = 0", VECTOR),
    (r"\sum_i \sum_j Y_{ij} = 1", {"Y": "matrix(n,m) one-hot", **N, **M}),
    (r"y^3 = y^2", {"y": "scalar in {-1,1}"}),
    (r"y^2 = 1", {"y": "scalar in {0,1}"}),
    (r"y^2 = y", {"y": "scalar in (0,1)"}),
    (r"e^{\log(1 + y)} = 1 - y", {"y": "scalar negative"}),
    (r"x^\top x = 1", {"x": "vector(n) simplex", **N}),
    (r"\nabla_x x^\top A x = 2 A x", {**VECTOR, **SQUARE}),
    (r"\frac{\partial A_{ij}}{\partial A_{ij}} = 2", {"A": "matrix(n,n) symmetric", **N}),
    (r"A^{-1} = A^\top", SQUARE),
    (r"A^{-1} x = x", {**SQUARE, **VECTOR}),
    (r"\sum_{i=1}^n i = \sum_{j=1}^m j", {**N, **M}),
    (r"\sum_{i=1}^{0} x_i = \sum_i x_i", VECTOR),
    (r"\sum_{j=1}^{n-1} x_j = \sum_{j=2}^{n} x_j", VECTOR),
    (r"\sum_{j=2}^{n-1} x_j = \sum_{j=2}^{n} x_j", VECTOR),
    (r"\sum_{j=2}^{n-1} x_j = \sum_j x_j - x_1 - x_n", VECTOR),
    (r"\sum_{i \neq j} x_i = \sum_i x_i", VECTOR),
    (r"x_1 = x_2", VECTOR),
    (r"\sum_{i=1}^{3} i^2 = 15", {}),
    (r"\max_i x_i = x_1", {"x": "vector(2)"}),
    (r"f(n x) = f(x)", {**VECTOR, "f": "function"}),
    (r"\frac{d}{dx} f(2x) = f'(2x)", {**X, "f": "function"}),
    (r"\frac{\partial}{\partial x_j} \sum_i x_i^2 = 2 x_i", VECTOR),
    (r"\log \prod_i x_i = \prod_i \log x_i", {"x": "vector(n) positive", **N}),
)


def asked(display: str, declare: dict[str, str], *assumed: str) -> Question:
    """Return the question that a line is."""
    judge = Judge(declare, (), assumed)
    (statement,) = statements(judge._terminals(tokenize(display)))
    left, right = (parse_terminals(part) for part in statement.parts)
    return judge._question(_Chain([], []), left, right)


@pytest.mark.parametrize(("display", "declare"), TRUE)
def test_true_lines(display: str, declare: dict[str, str]) -> None:
    assert prove(asked(display, declare))


@pytest.mark.parametrize(("display", "declare"), FALSE)
def test_false_lines(display: str, declare: dict[str, str]) -> None:
    question = asked(display, declare)
    assert refuted(question, samples=6)
    assert not prove(question)


CONDITIONAL = (
    (r"\frac{\partial x_i}{\partial x_j} = 0", VECTOR, r"i \neq j"),
    (r"-\sum_i y_i (z - c) = c - z", {"y": "vector(n)", "z": "scalar", "c": "scalar", **N},
     r"\sum_i y_i = 1"),
    (r"\sum_j P_{ij} c = c", {"P": "matrix(n,m)", "c": "scalar", **N, **M},
     r"\sum_j P_{ij} = 1"),
    (r"f_{2} + f_{1} = f_{2}", {"f": "vector(n)", **N}, r"f_{1} = 0"),
)  # fmt: skip


@pytest.mark.parametrize(("display", "declare", "condition"), CONDITIONAL)
def test_a_condition_is_used(display: str, declare: dict[str, str], condition: str) -> None:
    question = asked(display, declare)
    assert refuted(question)
    assert not prove(question)
    assert prove(asked(display, declare, condition))


NOT_SUFFICIENT = (
    (r"f_{2} = 0", {"f": "vector(n)", **N}, r"f_{1} = 0"),
    (r"f_k = 0", {"f": "vector(n)", **LABELS, **N, **M}, r"f_{y_1} = 0"),
    (r"\sum_i P_{ij} = 1", {"P": "matrix(n,m)", **N, **M}, r"\sum_j P_{ij} = 1"),
    (r"\frac{\partial x_i}{\partial x_i} = 0", VECTOR, r"i \neq j"),
)


@pytest.mark.parametrize(("display", "declare", "condition"), NOT_SUFFICIENT)
def test_a_condition_says_no_more_than_it_says(
    display: str, declare: dict[str, str], condition: str
) -> None:
    question = asked(display, declare, condition)
    assert refuted(question)
    assert not prove(question)


@pytest.mark.parametrize(("display", "declare"), TRUE[:5])
def test_no_small_change_of_a_true_line_is_proved_that_is_false(
    display: str, declare: dict[str, str]
) -> None:
    judge = Judge(declare)
    (statement,) = statements(judge._terminals(tokenize(display)))
    left, right = (parse_terminals(part) for part in statement.parts)
    found = 0
    for _, changed in variants(right, ("i",), ("i",)):
        judge.reader.free = {}
        try:
            question = judge._question(_Chain([], []), left, changed)
        except Unreadable:
            continue
        if refuted(question):
            found += 1
            assert not prove(question)
    assert found


LONG = (
    (r"(x + y + z)^{40} = (x + y + z)^{40}", dict.fromkeys("xyz", "scalar")),
    (r"\left(\sum_i x_i + x_i^2\right)^{12} = \left(\sum_i x_i^2 + x_i\right)^{12}", VECTOR),
    (
        r"\frac{\partial^8}{\partial x^8} e^{x^2} \sin x \cos x"
        r"= \frac{\partial^8}{\partial x^8} \cos x \sin x e^{x^2}",
        X,
    ),
    (r"x^{123456789} = x^{123456789}", X),
    (r"\frac{1}{(x+1)^9 (y+1)^9 - z^9} - \frac{1}{(y+1)^9 (x+1)^9 - z^9} = 0",
     dict.fromkeys("xyz", "scalar")),
)  # fmt: skip


@pytest.mark.parametrize(("display", "declare"), LONG)
def test_a_long_line_takes_a_bounded_time(display: str, declare: dict[str, str]) -> None:
    question = asked(display, declare)
    start = time.process_time()
    assert prove(question) in (True, False)
    assert time.process_time() - start < MOST_SECONDS


# Tables.

DOMAINS = {
    "positive": lambda x: x > 0,
    "simplex": lambda x: x > 0,
    "negative": lambda x: x < 0,
    "in (0,1)": lambda x: 0 < x < 1,
    "in (-1,1)": lambda x: -1 < x < 1,
    "in {0,1}": lambda x: x in (0, 1),
    "in {-1,1}": lambda x: x in (-1, 1),
    "one-hot": lambda x: x in (0, 1),
    "part": lambda x: x in (0, 1),
}
"""What is in each domain that has a parameter."""
SPREAD = [mp.mpf(value) for value in (-9, -1, 1, 9)]


@pytest.mark.parametrize("domain", PARAMETERS)
def test_a_parameter_stays_in_its_domain_and_reaches_its_ends(domain: str) -> None:
    dimensions = Dimensions()
    symbol = Symbol("u")
    functions = Remembering(lambda index: index.name)
    lowering = Lowering(dimensions, Differentiator(dimensions), unfold=False)
    (atom,) = lowering.lowered(Entry(symbol)).parts.values()
    written = PARAMETERS[domain](atom)
    values = [
        Numbers({"u": lambda value=value: value}, {}, functions).quotient(written, {})
        for value in SPREAD
    ]
    assert all(DOMAINS[domain](value) for value in values)
    ends = [end for end in (-1, 0, 1) if min(abs(value - end) for value in values) < 1e-3]
    wide = max(map(abs, values)) > 1000
    assert len(ends) == 2 or (len(ends) == 1 and wide)
    assert set(PARAMETERS) >= SUMMING


LINE = Symbol("t")
TWO = Rational(Fraction(2))
DIMENSIONS = Dimensions()
SIZE = Dimension("k")
ENTRIES = Symbol("x", (SIZE,))
WEIGHTS = Symbol("p", (SIZE,), domain="positive")
SUMMED, INNER, PLACE, OTHER = (DIMENSIONS.index(name, SIZE) for name in "jlio")
AT_POINTS = [mp.mpf(value) / 8 for value in (-7, -3, -1, 0, 1, 3, 7)]


def at(value: object) -> Evaluator:
    """Return an evaluator at one value of t."""
    point = Point({}, 1)
    point.fixed[LINE, ()] = value
    return Evaluator(point, Dimensions(), Work(10_000))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_is_written_as_what_it_is(name: str) -> None:
    functions = Remembering(lambda index: index.name)
    lowering = Lowering(Dimensions(), Differentiator(Dimensions()), unfold=False)
    (argument,) = lowering.lowered(Entry(LINE)).parts.values()
    written = functions.value(name, argument)
    seen = 0
    for value in AT_POINTS:
        try:
            wanted = apply(name, value)
        except Undefined:
            continue
        found = Numbers({"t": lambda value=value: value}, {}, functions).quotient(written, {})
        assert abs(wanted - found) < 1e-12
        seen += 1
    assert seen >= 3
    assert functions.value(name, quotient(1)) is not None


@pytest.mark.parametrize("name", _SLOPES)
def test_each_derivative_is_that_of_the_dual_numbers(name: str) -> None:
    differentiator = Differentiator(Dimensions())
    body = Function(name, Entry(LINE))
    seen = 0
    for value in AT_POINTS:
        evaluator = at(value)
        try:
            wanted = evaluator.value(Slope(body, LINE), {})
        except Undefined:
            continue
        found = at(value).value(differentiator.slope(body, LINE, (), 0), {})
        assert abs(wanted - found) < 1e-12
        seen += 1
    assert seen >= 3


TIES = st.sampled_from([mp.mpf(value) for value in (-1, 0, 1)])


@pytest.mark.parametrize("relation", ["<", ">", "\\le", "\\ge"])
@pytest.mark.parametrize("value", [ONE, Entry(LINE), Power(Entry(LINE), TWO), Function("cos", ONE)])
@given(place=TIES)
def test_cases_are_right_at_a_tie(relation: str, value: Core, place: object) -> None:
    core = Choice(((Compare(relation, Entry(LINE), ZERO), value),), Times((TWO, value)))
    functions = Remembering(lambda index: index.name)
    lowering = Lowering(Dimensions(), Differentiator(Dimensions()), unfold=False)
    lowering.functions = functions
    written = lowering.lowered(core)
    found = Numbers({"t": lambda: place}, {}, functions).form(written, {})
    assert abs(found - at(place).value(core, {})) < 1e-12


# What is left alone, and what is kept apart.


def lowered(core: Core, **options: object) -> Form:
    """Return a normal form, definitions free."""
    lowering = Lowering(DIMENSIONS, Differentiator(DIMENSIONS), unfold=False, **options)  # type: ignore[arg-type]
    return lowering.lowered(core)


def test_a_domain_says_nothing_of_a_defined_quantity() -> None:
    free, defined = Symbol("z", domain="positive"), Symbol("z", domain="positive")
    defined.definition = Definition((), Entry(LINE))
    assert not lowered(Function("abs", Entry(free))) - lowered(Entry(free))
    difference = Plus((Function("abs", Entry(defined)), Times((MINUS_ONE, Entry(defined)))))
    assert lowered(difference)
    label = Symbol("y", domain="in {0,1}")
    case = Choice(((Compare("=", Entry(label), ONE), ONE),), ZERO)
    assert not lowered(Plus((case, Times((MINUS_ONE, Entry(label))))))
    label.definition = Definition((), Entry(LINE))
    with pytest.raises(Beyond):
        lowered(case)


def test_what_a_definition_does_not_say_is_beyond() -> None:
    symbol = Symbol("s", (SIZE,), definition=Definition((OTHER,), Entry(ENTRIES, (At(OTHER),))))
    differentiator = Differentiator(DIMENSIONS)
    assert differentiator.unfolded(Entry(symbol, (ONE,))) == Entry(ENTRIES, (ONE,))
    with pytest.raises(Beyond):
        differentiator.unfolded(Entry(symbol, (ZERO,)))


def test_an_index_that_is_computed_from_a_bound_one_is_beyond() -> None:
    label = Symbol("y", (SIZE,), role="index", range=SIZE)
    entry = Entry(ENTRIES, (Entry(label, (At(SUMMED),)),))
    assert lowered(entry, free=frozenset({SUMMED}))
    with pytest.raises(Beyond):
        lowered(Fold("sum", SUMMED, entry))


def test_indices_of_different_dimensions_are_not_compared() -> None:
    other = DIMENSIONS.index("m", Dimension("m"))
    with pytest.raises(Beyond):
        lowered(Choice(((Compare("=", At(SUMMED), At(other)), ONE),), ZERO))


def test_arrays_of_different_sizes_are_different_arguments() -> None:
    other = DIMENSIONS.index("m", Dimension("m"))
    short, long, again = (Unknown("f", 0, (((index,), ZERO),)) for index in (SUMMED, other, INNER))
    assert lowered(Plus((short, Times((MINUS_ONE, long)))))
    assert not lowered(Plus((short, Times((MINUS_ONE, again)))))


# Meanings drawn at random.

HALF = Rational(Fraction(1, 2))
SAME = Choice(((Compare("=", At(SUMMED), At(PLACE)), ONE),), ZERO)


def entries(*places: object) -> list[Core]:
    """Return the entries of both quantities at some indices."""
    return [Entry(one, (At(place),)) for one in (ENTRIES, WEIGHTS) for place in places]  # type: ignore[arg-type]


LEAVES = st.sampled_from([ONE, TWO, SAME, *entries(PLACE, SUMMED)])


def _root(core: Core) -> Core:
    return Power(Plus((ONE, Power(core, TWO))), HALF)


def _inner_sum(core: Core) -> Core:
    different = Compare("\\neq", At(INNER), At(SUMMED))
    return Fold("sum", INNER, Times((core, entries(INNER)[0])), condition=different)


def _product(core: Core) -> Core:
    factor = Times((Function("exp", core), entries(INNER)[1]))
    return Fold("product", INNER, factor)


def _trees(inner: st.SearchStrategy[Core]) -> st.SearchStrategy[Core]:
    names = st.sampled_from(["exp", "sin", "cos", "tanh", "sigmoid", "softplus", "abs", "relu"])
    orders = st.sampled_from(["<", ">", "\\le", "\\ge"])
    return st.one_of(
        st.tuples(inner, inner).map(lambda pair: Plus(pair)),
        st.tuples(inner, inner).map(lambda pair: Times(pair)),
        inner.map(lambda core: Power(core, TWO)),
        inner.map(_root),
        inner.map(_inner_sum),
        inner.map(_product),
        st.tuples(names, inner).map(lambda pair: Function(*pair)),
        st.tuples(orders, inner, inner, inner).map(
            lambda parts: Choice(((Compare(*parts[:3]), parts[3]),), parts[1])
        ),
    )


TREES = st.recursive(LEAVES, _trees, max_leaves=5)


def closed(body: Core) -> Core:
    """Return a body summed over its index."""
    return Fold("sum", SUMMED, body)


def near(left: object, right: object) -> bool:
    """Return whether two numbers agree to twenty digits."""
    scale = 1 + abs(left) + abs(right)  # type: ignore[arg-type,operator]
    return bool(abs(left - right) <= mp.mpf(10) ** -20 * scale)  # type: ignore[operator]


@given(TREES, st.booleans(), st.integers(1, 50))
def test_slopes_agree_with_dual_numbers(body: Core, opaque: bool, seed: int) -> None:
    inner = Unknown("f", 0, (((), body),)) if opaque else body
    fresh = Differentiator(DIMENSIONS).fresh(closed(inner))
    carried = Differentiator(DIMENSIONS).slope(fresh, ENTRIES, (At(OTHER),), 0)
    with mp.workdps(30):
        evaluator = Evaluator(Point({SIZE: 3}, seed), DIMENSIONS, Work(400_000))
        places = {PLACE: 2, OTHER: 1 + seed % 3}
        try:
            wanted = evaluator.value(Slope(closed(inner), ENTRIES, (At(OTHER),)), places)
            found = evaluator.value(carried, places)
            renamed = evaluator.value(fresh, places)
        except Undefined:
            return
        assert near(wanted, found)
        assert near(renamed, evaluator.value(closed(inner), places))


@given(TREES, st.integers(1, 50), st.integers(1, 3))
def test_a_normal_form_has_the_value_of_its_meaning(body: Core, seed: int, size: int) -> None:
    lowering = Lowering(DIMENSIONS, Differentiator(DIMENSIONS), unfold=False)
    functions = Remembering(lambda index: lowering.size_name(index.dimension))
    lowering.functions = functions
    core = Plus((closed(body), Times((MINUS_ONE, entries(PLACE)[1]))))
    try:
        with budget(WORK, "a meaning drawn at random"):
            written = lowering.lowered(core)
    except (Beyond, WorkLimit):
        assume(False)
    with mp.workdps(40):
        point = Point({SIZE: size}, seed)
        evaluator = Evaluator(point, DIMENSIONS, Work(400_000))
        try:
            wanted = evaluator.value(core, {PLACE: size})
        except Undefined:
            return
        numbers = Numbers(
            {
                "x": lambda place: point.number(ENTRIES, (place,)),
                "p": lambda place: mp.log(point.number(WEIGHTS, (place,))),
            },
            {"dimension k": size},
            functions,
        )
        assert near(wanted, numbers.form(written, {index_name(PLACE): size}))
