"""From a pair to the source of its kernel: what the derivations found, handed to the generator."""

from __future__ import annotations

from sympy import (
    Add,
    Expr,
    Indexed,
    Integer,
    Max,
    Mul,
    Poly,
    Pow,
    Rational,
    Sum,
    Symbol,
    factor,
    zoo,
)

from derive.catalogue.losses import LOSSES
from derive.catalogue.outputs import OUTPUTS
from derive.catalogue.tables import refusal
from derive.derivation import Derivation
from derive.deriving.setting import LOSS
from derive.errors import OptionConflict
from derive.generate.module import numpy_module
from derive.generate.numba_module import numba_module
from derive.generate.spec import KernelSpec
from derive.language import Entries, Partial, canonical, index, k, relu, substitute
from derive.language.nodes import SquaredNorm
from derive.pairs import Pair, pair
from derive.printers.text import text
from derive.rules.apply import until_still
from derive.rules.tables import find_rule

__all__ = ["kernel_spec", "loss_conventions", "numba_source", "numpy_source", "shipped_specs"]

_i, _j = index("i"), index("j")


def numpy_source(pair: Pair) -> str:
    """Return the NumPy module of a pair, as text.

    The module is self-contained and offers ``predict``, ``loss``, ``value_and_grad``,
    ``layer_value_and_grad`` and ``hessian_diagonal``. It is generated from the derivations
    without an assumption about the labels, so that it is right for labels of any sum.

    Parameters
    ----------
    pair : Pair
        A pair, as made by `derive.pair`.

    Raises
    ------
    UnsupportedExpression
        If the derived expressions have a node that the generator does not know.
    OptionConflict
        If the slope at the kink is left open.

    Examples
    --------
    >>> import derive
    >>> source = derive.numpy_source(derive.pair("softmax", "cross-entropy"))
    >>> "def value_and_grad(" in source
    True
    """
    return numpy_module(kernel_spec(pair))


def numba_source(pair: Pair) -> str:
    """Return the module of a pair that Numba compiles, as text.

    It offers what the module of `numpy_source` does, and is the quicker one where the arrays are
    so small that NumPy spends its time on starting.

    Parameters
    ----------
    pair : Pair
        A pair, as made by `derive.pair`.

    Raises
    ------
    UnsupportedExpression
        If the derived expressions have a node that the generator does not know.
    OptionConflict
        If the slope at the kink is left open.

    Examples
    --------
    >>> import derive
    >>> source = derive.numba_source(derive.pair("softmax", "cross-entropy"))
    >>> "for unit in range(units):" in source
    True
    """
    return numba_module(kernel_spec(pair))


def kernel_spec(pair: Pair) -> KernelSpec:
    """Return what the generator needs of a pair, all of it taken from its derivations.

    Raises
    ------
    OptionConflict
        If the slope at the kink is left open: a kernel has to give a number there.
    """
    setting = pair.setting(assume=False)
    if pair.at_kink.free_symbols & setting.short.free_symbols:
        raise OptionConflict(
            f"at_kink={str(pair.at_kink)!r} leaves the slope at the kink open, but a kernel needs "
            "a number there: give at_kink as 0, 1 or a number between them"
        )
    gradient = pair.gradient("a", assume=False)
    hessian = pair.hessian(assume=False)
    return KernelSpec(
        output=pair.output.name,
        loss_name=pair.loss.name,
        prediction=setting.short,
        loss=_last_line(gradient, LOSS),
        gradient=gradient.result.expr,
        curvature=_by_sums(_factored(substitute(hessian.result.expr, {_j: _i}))),
        label_domain=pair.loss.labels.text,
        formulas=_formulas(pair),
        example_labels=pair.loss.labels.example,
        conventions=_conventions(pair),
        fewest_classes=_fewest_classes(pair),
    )


def shipped_specs() -> tuple[KernelSpec, ...]:
    """Return the spec of every legal pair of the catalogue as it ships, in its order."""
    return tuple(
        kernel_spec(pair(unit.name, loss.name))
        for unit in OUTPUTS
        for loss in LOSSES
        if not refusal(unit, loss)
    )


def _factored(expression: Expr) -> Expr:
    """Gather common factors: on the diagonal the terms of a Hessian have more of them."""
    rewrite = find_rule("fractions", "common factor").rewrite
    assert rewrite is not None
    return until_still(rewrite, expression)


def _by_sums(expression: Expr) -> Expr:
    """Gather what multiplies each sum over the classes, and what multiplies none.

    On the diagonal terms cancel that are different terms off it, and a kernel that kept them would
    lose to rounding what cancels.
    """
    names = {
        node: Symbol(f"sum_{number}", real=True)
        for number, node in enumerate(sorted(_outermost_sums(expression), key=str))
    }
    outside = expression.xreplace(names)
    if not names or not outside.is_polynomial(*names.values()):
        return expression
    outer, core = outside.as_independent(*names.values(), as_Add=False)
    gathered = Add(
        *(
            _signs_gathered(factor(coefficient)) * Mul(*map(Pow, names.values(), powers))
            for powers, coefficient in Poly(core, *names.values()).terms()
        )
    )
    return (outer * gathered).xreplace({name: _sum_signed(node) for node, name in names.items()})


def _outermost_sums(expression: Expr) -> set[Sum]:
    if isinstance(expression, Sum):
        return {expression}
    return set().union(*(_outermost_sums(part) for part in expression.args))


def _sum_signed(node: Sum) -> Expr:
    sign, body = _signs_gathered(node.function).as_coeff_Mul()
    return sign * Sum(body, *node.limits)


def _signs_gathered(product: Expr) -> Expr:
    """Write 1 − x for x − 1 in every factor, the signs before the product."""
    sign, factors = Integer(1), []
    for part in Mul.make_args(product):
        base, power = part.as_base_exp()
        if base.is_Add and base.as_coeff_Add()[0].is_negative and power.is_Integer:
            sign, base = sign * (-1) ** power, Add(*(-term for term in base.args))
        factors.append(base**power)
    return Mul(sign, *factors)


def _last_line(derivation: Derivation, left: Expr) -> Expr:
    (chain,) = [chain for chain in derivation.chains if chain[0].before == left]
    return chain[-1].after


def _formulas(pair: Pair) -> tuple[str, ...]:
    setting = pair.setting()
    axis = (_i, k)
    predicted = (Entries(setting.prediction[_i], axis), Entries(setting.short, axis))
    lines = [predicted, (LOSS, setting.definition_of_loss)]
    general = pair.gradient("a", assume=False)
    assumed = pair.gradient("a")
    lines.append((general.target, general.result))
    written = [f"{text(left)} = {text(right)}" for left, right in lines]
    if canonical(assumed.result) != canonical(general.result):
        conditions = ", ".join(
            f"{text(given.left)} = {text(given.right)}" for given in assumed.assumptions
        )
        written[-1] += f", which is {text(assumed.result)} where {conditions}"
    for wrt in ("W", "h"):
        derivation = pair.gradient(wrt)
        gradient = Entries(Partial(LOSS, setting.a[_i]), axis)
        written.append(f"{text(derivation.target)} = {_through(pair, wrt, gradient)}")
    return tuple(written)


def _through(pair: Pair, wrt: str, gradient: Expr) -> str:
    """Write the layer's gradient in terms of ∇_a L, as the kernel computes it."""
    setting = pair.setting()
    variable = setting.variable(wrt)
    q = variable.indices[-1]
    slope = Partial(LOSS, setting.a[_i])
    if wrt == "W":
        return text(Entries(slope * setting.h[q], (_i, k), (q, setting.h.size)))
    total = Sum(slope * setting.W[_i, q], (_i, 1, k))
    return text(Entries(total, (q, setting.h.size)))


def loss_conventions(pair: Pair) -> tuple[str, ...]:
    """Return what is to be said of the loss of a pair."""
    return (f"The loss is {pair.loss.convention}.",) if pair.loss.convention else ()


def _conventions(pair: Pair) -> tuple[str, ...]:
    notes = loss_conventions(pair)
    if pair.output.kink:
        notes += (f"Here the slope at the kink is {pair.at_kink}: {pair.output.kink}.",)
    return notes


def _fewest_classes(pair: Pair) -> int:
    """Find the least k at which the loss has a value, by putting in one unit at a = 0."""
    setting = pair.setting()
    at = {"a": Integer(0), "y": Rational(1, 2)}
    at["ŷ"] = _one_unit(setting.long, at)
    value = _one_unit(setting.definition_of_loss, at)
    return 2 if value.has(zoo) or not value.is_finite else 1


def _one_unit(expression: Expr, at: dict[str, Expr]) -> Expr:
    if isinstance(expression, SquaredNorm):
        return _one_unit(expression.as_sum(), at)
    if isinstance(expression, Sum):
        return _one_unit(expression.function, at)
    if isinstance(expression, Indexed):
        return at[str(expression.base.label)]
    if isinstance(expression, relu):
        return Max(_one_unit(expression.args[0], at), 0)
    if not expression.args or isinstance(expression, Symbol):
        return expression
    return expression.func(*(_one_unit(part, at) for part in expression.args))
