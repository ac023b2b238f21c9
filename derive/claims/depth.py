"""What a layer of hidden units does to a gradient on its way down."""

from __future__ import annotations

from functools import cache

from sympy import Expr, Indexed, Integer, Max, Rational, S, Symbol, diff, expand, simplify

from derive.catalogue.hidden import find_hidden_unit
from derive.claims.record import Proof
from derive.claims.sigmoid import S_, largest_at
from derive.language import Partial, relu, step
from derive.networks import network

__all__ = ["in_value", "prove_depth", "prove_stuck", "slope_of"]


@cache
def slope_of(unit: str, output: str = "linear", loss: str = "squared-error") -> Expr:
    """Return ∂L/∂a over ∂L/∂h of a hidden unit, taken out of the derivation of a network.

    Examples
    --------
    >>> slope_of("sigmoid"), slope_of("relu")
    ((1 - h⁽¹⁾[i])*h⁽¹⁾[i], step(a⁽¹⁾[i], 1))
    """
    product = network([unit], output, loss).gradient("a1").result.expr
    (arriving,) = (factor for factor in product.args if isinstance(factor, Partial))
    slope: Expr = product.xreplace({arriving: S.One})
    return slope


def in_value(slope: Expr) -> Expr:
    """Write the slope of a sigmoid layer in s, the value of its unit.

    Examples
    --------
    >>> in_value(slope_of("sigmoid"))
    s*(1 - s)
    """
    (value,) = slope.atoms(Indexed)
    rewritten: Expr = slope.xreplace({value: S_})
    return rewritten


def _ramp_slope(side: Symbol) -> Expr:
    """Differentiate the row of the ReLU, max(0, a), on one side of its kink."""
    value = find_hidden_unit("relu").activation(side).replace(relu, lambda x, _: Max(x, 0))
    return diff(value, side)


def _slopes_left_and_right() -> tuple[Expr, Expr]:
    return _ramp_slope(Symbol("a", negative=True)), _ramp_slope(Symbol("a", positive=True))


def _one_layer_more(base: int) -> bool:
    """Whether 0 ≤ P ≤ base^{−L} and 0 ≤ f ≤ 1/base give P f ≤ base^{−(L+1)}, for every L.

    P is what L layers leave and f the slope of the next; the gaps below the bounds are ≥ 0.
    """
    left, factor, gap, room = (Symbol(name, nonnegative=True) for name in ("P", "f", "g", "r"))
    layers = Symbol("L", integer=True, nonnegative=True)
    is_product = simplify(Integer(base) ** -(layers + 1) * base - Integer(base) ** -layers) == 0
    slack = expand((left + gap) * (factor + room) - left * factor)
    return is_product and slack.is_nonnegative is True


def prove_depth(base: int = 4, active: int = 1) -> Proof:
    """Prove that L sigmoid layers leave at most base^{−L}, and ReLU layers all or nothing.

    By the derivation, a layer multiplies a gradient by Wᵀ and, entry by entry, by the slopes of its
    units. ‖diag(s′)u‖ ≤ max s′ ‖u‖, and so under weights that keep lengths, ‖Wᵀu‖ = ‖u‖, what L
    layers leave of its length is at most the product of the largest slope of each. That product is
    bounded by induction on L, from L = 0, where all is left; the layers' units are separate
    numbers, so that no smaller bound holds for all of them.

    Parameters
    ----------
    base : int
        What a sigmoid layer is claimed to divide by, at least.
    active : int
        The claimed factor of a ReLU that is not dead.

    Examples
    --------
    >>> prove_depth(4).ok, prove_depth(5).ok
    (True, False)
    """
    slope = in_value(slope_of("sigmoid"))
    largest = max(slope.xreplace({S_: at}) for at in largest_at(slope))
    layers = Symbol("L", integer=True, nonnegative=True)
    middle = slope.xreplace({S_: Rational(1, 2)})
    is_bounded = bool(largest <= Rational(1, base))
    left, right = _slopes_left_and_right()
    return Proof(
        {
            f"a sigmoid layer multiplies a gradient, entry by entry, by s(1 − s) ≤ 1/{base}": (
                is_bounded
            ),
            f"by induction the product of L such factors is at most {base}^(−L): with it, one more "
            "leaves at most the next power": is_bounded and _one_layer_more(base),
            f"and it is {base}^(−L) where every unit is at s = 1/2": simplify(
                middle**layers - Integer(base) ** -layers
            )
            == 0,
            f"a ReLU multiplies an entry by 0 or by {active}": (left, right) == (0, active),
        },
        {"factor of a sigmoid layer": largest, "factor of an active ReLU": right},
    )


def _weights_have_the_factor(unit: str) -> bool:
    """Whether ∂L/∂W₁ᵢᵣ is ∂L/∂a₁ᵢ times an entry of x, by the derivation."""
    by_weights = network([unit], "linear", "squared-error").gradient("W1").result.expr
    (by_unit,) = (part for part in by_weights.args if isinstance(part, Partial))
    return str(by_unit.args[1].base) == "a⁽¹⁾"


def prove_stuck(side: str = "negative", unit: str = "relu") -> Proof:
    """Prove that a ReLU whose pre-activation is negative has no gradient by its weights.

    Parameters
    ----------
    side : {"negative", "positive"}
        On which side of the kink the unit is claimed to be stuck.
    unit : str
        The hidden unit that is claimed to have the slope of a ReLU.

    Examples
    --------
    >>> prove_stuck().ok, prove_stuck("positive").ok
    (True, False)
    """
    slope = _ramp_slope(Symbol("a", **{side: True}))
    return Proof(
        {
            f"∂L/∂a of a {unit} has the factor r′(a), and ∇_W of its weights the factor ∂L/∂a": (
                slope_of(unit).func is step and _weights_have_the_factor(unit)
            ),
            f"r′(a) = 0 for {side} a": slope == 0,
        },
        {"slope": slope},
    )
