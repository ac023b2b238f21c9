"""The table of stable forms: identities whose right-hand side survives every finite input.

Each row is an equation between index expressions; `proofs` lists what has to be proved of it, and
the tests walk the table and prove every row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sympy import Expr, Symbol, Tuple, cosh, exp, log, tanh

from derive.generate.matching import C, R, U, X
from derive.generate.primitives import (
    cases,
    clear_sign,
    finite,
    log1p,
    magnitude,
    positive_part,
    sign_bit,
    with_sign,
)
from derive.language import sigmoid, softplus

__all__ = ["COMPENSATED", "FINISHING", "HALVED", "NAMING", "SIGNS", "STABLE", "Form", "proofs"]


@dataclass(frozen=True)
class Form:
    """``pattern`` = ``result``, once the bindings are put in.

    Parameters
    ----------
    name : str
        What the form is called.
    pattern : Expr
        What is replaced, with the wildcards of `derive.generate.matching`.
    result : Expr
        What replaces it, in the wildcards and the names of the bindings.
    bindings : tuple of (name, value)
        Names for the parts, in order; a value may use the names before it.
    positive : bool
        Whether it holds for x > 0 only, where alone the pattern has a value: proved at x = e^x.
    reason : str
        What the pattern loses and the result keeps.
    """

    name: str
    pattern: Expr
    result: Expr
    reason: str
    bindings: tuple[tuple[str, Expr], ...] = ()
    positive: bool = False


@cache
def _named(name: str) -> Symbol:
    return Symbol(name, real=True)


_DECAY = ("decay", exp(-magnitude(X)))
_MINORITY = ("minority", _named("decay") / (1 + _named("decay")))
_DOUBLE_DECAY = ("decay", exp(-2 * magnitude(X)))

NAMING: tuple[Form, ...] = (
    Form("logarithm of a reciprocal", log(1 / X), -log(X), "1/x overflows", positive=True),
    Form("sigmoid of its definition", 1 / (1 + exp(-X)), sigmoid(X), "the name is stable"),
    Form("sigmoid, written with e^x", exp(X) / (1 + exp(X)), sigmoid(X), "the name is stable"),
    Form(
        "complement of a sigmoid, written out",
        exp(-X) / (1 + exp(-X)),
        1 - sigmoid(X),
        "the name is stable",
    ),
    Form("complement of a sigmoid", 1 / (1 + exp(X)), 1 - sigmoid(X), "the name is stable"),
    Form("softplus of −x", log(1 + exp(-X)), softplus(-X), "the name is stable"),
    Form("softplus of its definition", log(1 + exp(X)), softplus(X), "the name is stable"),
    Form("logarithm of a sigmoid", log(sigmoid(X)), -softplus(-X), "the name is stable"),
    Form(
        "logarithm of a sigmoid's complement",
        log(1 - sigmoid(X)),
        -softplus(X),
        "the name is stable",
    ),
)
"""Names for what is written out; tried in this order, outermost first."""

STABLE: tuple[Form, ...] = (
    Form(
        "slope of a sigmoid",
        sigmoid(X) * (1 - sigmoid(X)),
        _named("minority") * (1 - _named("minority")),
        "1 − s(x) is 0 from x = 37 on",
        (_DECAY, _MINORITY),
    ),
    Form(
        "sigmoid in a sum",
        C * sigmoid(X) + R,
        _named("offset") - C * with_sign(_named("minority"), X),
        "s(x) − 1 is 0 from x = 37 on; the offset is exact for 0/1 labels",
        (_DECAY, _MINORITY, ("offset", C * clear_sign(X) + R)),
    ),
    Form(
        "softplus of −x with a multiple of x",
        softplus(-X) + U * X,
        log1p(_named("decay")) + _named("offset") * X,
        "e^(−x) overflows; two large terms cancel",
        (_DECAY, ("offset", clear_sign(X) - 1 + U)),
    ),
    Form(
        "softplus",
        softplus(X),
        positive_part(X) + log1p(_named("decay")),
        "e^x overflows; −∞ times a sign bit of 0 is no number",
        (_DECAY,),
    ),
    Form(
        "softplus with a multiple of its argument",
        softplus(X) + U * X,
        log1p(_named("decay")) + _named("offset") * X,
        "e^x overflows; two large terms cancel",
        (_DECAY, ("offset", clear_sign(X) + U)),
    ),
    Form(
        "ln cosh",
        log(cosh(X)),
        _named("size") + log1p(exp(-2 * _named("size"))) - log(2),
        "cosh overflows from 711 on",
        (("size", magnitude(X)),),
    ),
    Form(
        "slope of tanh",
        C * tanh(X) ** 2 - C,
        -4 * C * _named("decay") / (1 + _named("decay")) ** 2,
        "1 − tanh² is 0 from x = 19 on",
        (_DOUBLE_DECAY,),
    ),
)
"""Tried in this order on every subexpression, outermost first."""

SIGNS: tuple[Form, ...] = (
    Form("sign bit", 1 - clear_sign(X), sign_bit(X), "one comparison instead of a difference"),
    Form("negated sign bit", clear_sign(X) - 1, -sign_bit(X), "one comparison"),
)
"""What a binding of `STABLE` is tidied with."""

_GAP, _BACK = _named("gap"), _named("back")

COMPENSATED = Form(
    "exponential of a difference",
    exp(X - U),
    _named("power") + _named("power") * _named("rounding"),
    "a rounded difference costs as many units of e^(x − u) as it is large; this is what it lost",
    (
        ("gap", finite(X - U)),
        ("back", _GAP - X),
        ("ahead", _GAP - _BACK),
        ("lost_ahead", X - _named("ahead")),
        ("lost_back", U + _BACK),
        ("rounding", _named("lost_ahead") - _named("lost_back")),
        ("power", exp(_GAP)),
    ),
)
"""How `scaled_exp` is computed where a shift is needed: in exact arithmetic the rounding is 0."""

HALVED = Form(
    "weighted difference",
    R * (X - U),
    _named("twice") * _named("half"),
    "a difference of two large numbers is too large, but half of it is not",
    (("twice", 2 * R), ("half", X / 2 - U / 2)),
)
"""How `weighted_gap` is computed where the difference may be too wide for the format."""

FINISHING: tuple[Form, ...] = (Form("ln(1 + x)", log(1 + X), log1p(X), "1 + x forgets a small x"),)
"""Single functions of NumPy, tried when everything else is done."""


def proofs(form: Form) -> tuple[tuple[Expr, Expr], ...]:
    """Return the equations that together say that a row is right, one for each sign of x.

    Examples
    --------
    >>> proofs(FINISHING[0])
    ((log(x + 1), log(x + 1)),)
    """
    result = form.result
    for name, value in reversed(form.bindings):
        result = result.xreplace({_named(name): value})
    equation = Tuple(form.pattern, result)
    if form.positive:
        equation = equation.xreplace({X: exp(X)})
    return tuple((pair[0], pair[1]) for pair in cases(equation))
