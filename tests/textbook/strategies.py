"""Formulas and documents drawn at random: trees as the grammar makes them, LaTeX, and noise."""

from __future__ import annotations

from hypothesis import strategies as st

from derive.textbook.latex import to_latex
from derive.textbook.tree import (
    Big,
    Dots,
    Fraction,
    Group,
    Name,
    Node,
    Number,
    Operator,
    Product,
    Relation,
    Root,
    Scripted,
    Sum,
    Table,
)

__all__ = ["displays", "documents", "equations", "noise", "trees"]

NAMES = st.one_of(
    st.builds(Name, st.sampled_from(["a", "x", "W", "h", "y", "\\sigma", "\\theta", "\\nabla"])),
    st.builds(Name, st.sampled_from(["w", "X"]), st.sampled_from(["\\mathbf", "\\mathcal"])),
    st.builds(Name, st.just("y"), st.just(""), st.sampled_from([("\\hat",), ("\\bar", "\\hat")])),
    st.builds(Name, st.sampled_from(["softmax", "MSE"]), st.just("\\mathrm")),
)
NUMBERS = st.builds(Number, st.sampled_from(["0", "1", "2", "10", "0.5"]))
LEAVES: st.SearchStrategy[Node] = st.one_of(NAMES, NUMBERS, st.just(Dots()))
INDICES: st.SearchStrategy[Node] = st.sampled_from(
    [
        Name("i"),
        Number("1"),
        Product((Name("i"), Name("j"))),
        Group("", (Name("i"), Name("j")), (",",)),
    ]
)
UPPER: st.SearchStrategy[Node] = st.sampled_from(
    [Number("2"), Name("\\top"), Group("(", (Name("i"),)), Sum(("-",), (Number("1"),))]
)
PREFIXES: st.SearchStrategy[Node] = st.sampled_from(
    [
        Big("\\log"),
        Big("\\exp"),
        Scripted(Big("\\sum"), Name("i")),
        Scripted(Big("\\sum"), Relation((Name("j"), Number("1")), ("=",)), Name("k")),
        Scripted(Big("\\tanh"), None, Number("2")),
    ]
)


def _scripted(draw: st.DrawFn, depth: int) -> Node:
    base = _factor(draw, depth - 1)
    if isinstance(base, Scripted):
        base = base.base
    lower, upper = draw(st.none() | INDICES), draw(st.none() | UPPER)
    primes = draw(st.integers(0, 2))
    if lower is None and upper is None and not primes:
        return base
    return Scripted(base, lower, upper, primes)


def _table(draw: st.DrawFn, depth: int) -> Node:
    rows = [
        tuple(draw(st.none()) if draw(st.booleans()) else _sum(draw, depth - 1) for _ in range(2))
        for _ in range(draw(st.integers(1, 2)))
    ]
    return Table("bmatrix", (*rows, (Name("a"), Number("1"))))


def _factor(draw: st.DrawFn, depth: int) -> Node:
    kind = draw(st.integers(0, 5)) if depth > 0 else 0
    if kind == 1:
        return _scripted(draw, depth)
    if kind == 2:
        return Fraction(_sum(draw, depth - 1), _sum(draw, depth - 1))
    if kind == 3:
        return Root(_sum(draw, depth - 1))
    if kind == 4:
        opening = draw(st.sampled_from(["(", "[", "\\{", "|", "\\|"]))
        return Group(opening, (_sum(draw, depth - 1),))
    if kind == 5:
        return _table(draw, depth)
    return draw(LEAVES)


def _term(draw: st.DrawFn, depth: int) -> Node:
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return _factor(draw, depth)
    if kind == 1:
        count = draw(st.integers(2, 3))
        return Product(tuple(_factor(draw, depth) for _ in range(count)))
    if kind == 2:
        operator = Operator(draw(st.sampled_from(["\\cdot", "\\odot", "/", "*"])))
        return Product((_factor(draw, depth), operator, _factor(draw, depth)))
    return Product((draw(PREFIXES), _factor(draw, depth)))


def _sum(draw: st.DrawFn, depth: int) -> Node:
    count = draw(st.integers(1, 3))
    terms = tuple(_term(draw, depth) for _ in range(count))
    lead = draw(st.sampled_from(["", "-"]))
    if count == 1 and not lead:
        return terms[0]
    signs = (lead, *(draw(st.sampled_from(["+", "-"])) for _ in terms[1:]))
    return Sum(signs, terms)


@st.composite
def trees(draw: st.DrawFn) -> Node:
    """Draw a tree that LaTeX can say."""
    return _sum(draw, draw(st.integers(0, 3)))


WORDS = tuple(
    word
    for line in (
        r"x y W h i j k 0 1 2 = + - & , . ; : ( ) [ ] { } _ ^ ' | \| \\ # ~ $ $$ \[ \] % e d",
        r"\frac \sqrt \sum \prod \log \exp \partial \nabla \sigma \delta \hat \mathbf \mathrm",
        r"\text{if} \left( \right) \left. \begin{aligned} \end{aligned} \begin{cases} \end{cases}",
        r"\begin{bmatrix} \end{bmatrix} \cdot \odot \in \neq \le \quad \dots \infty \top \max \min",
        r"\foo \int \operatorname{softmax} \mathbb{1} \, \not \tag{1} \label{a} \def \newcommand",
    )
    for word in line.split()
)
displays = st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).map(" ".join)
"""Pieces of LaTeX in any order."""

DERIVATIVES = tuple(
    line.strip()
    for line in r"""
    \frac{\partial L}{\partial a_i}
    \frac{\partial}{\partial W_{ij}} \left( %s \right)
    \frac{d}{dx} (%s)
    \nabla_a %s
    \sum_{i=1}^{k} \frac{\partial L}{\partial h_i} \frac{\partial h_i}{\partial x_j} + %s
    \sigma'(%s)
    \left. %s \right|_{x = 0}
    \begin{cases} %s & x > 0 \\ 0 & \text{otherwise} \end{cases}
    \sum_{i \neq j} %s
    \prod_{i=1}^{3} (%s)
    W^\top (%s) x
    \| %s \|_2^2
    \max(0, %s)
    """.splitlines()
    if line.strip()
)
"""Sides as books write them, around any formula."""
DEFINITIONS = (
    r"L = -\sum_i y_i \log a_i",
    r"h = W x",
    r"\sigma(x) = \frac{1}{1 + e^{-x}}",
    r"a_i = \frac{e^{h_i}}{\sum_j e^{h_j}}",
    r"f(x) = x^2",
)


@st.composite
def equations(draw: st.DrawFn) -> str:
    """Draw a display: a chain of formulas, some of them derivatives, after a definition or two."""
    sides = draw(st.lists(trees().map(to_latex), min_size=1, max_size=3))
    shapes = draw(st.lists(st.sampled_from((*DERIVATIVES, "%s")), min_size=2, max_size=3))
    filled = [shape.replace("%s", sides[at % len(sides)]) for at, shape in enumerate(shapes)]
    joined = draw(st.sampled_from([" = ", " &= ", " \\\\ &= "])).join(filled)
    before = draw(st.lists(st.sampled_from(DEFINITIONS), max_size=2, unique=True))
    return " \n\n ".join(f"$${display}$$" for display in [*before, joined])


noise = st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
documents = st.one_of(
    equations(),
    displays,
    noise,
    st.lists(st.one_of(displays.map(lambda text: f"$${text}$$"), noise, displays), max_size=4).map(
        "\n\n".join
    ),
)
"""Documents: formulas, prose and noise between each other."""
