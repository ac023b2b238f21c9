"""The lecture's claims, a row each: its words, what is checked, and the proof."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from derive.claims.depth import prove_depth, prove_stuck
from derive.claims.growth import prove_growth
from derive.claims.memory import prove_memory
from derive.claims.output import prove_labels, prove_normal_equations, prove_output
from derive.claims.ramp import prove_xor
from derive.claims.record import Claim, joined
from derive.claims.regression import prove_regressions
from derive.claims.sigmoid import prove_bends
from derive.errors import UnknownName

__all__ = ["CLAIMS", "find_claim"]

CLAIMS: tuple[Claim, ...] = (
    Claim(
        name="sigmoid-bends",
        quote="Draw flat spots, ‘linear’ region, & maximum curvature points (at s(λ) ≐ 0.21 and "
        "s(λ) ≐ 0.79) of the sigmoid function.",
        statement="s′ = s(1 − s) ≤ 1/4; the points 0.21 and 0.79 are s = (3 ∓ √3)/6, where |s″| is "
        "largest, and not those of the curvature κ = |s″|/(1 + s′²)^{3/2}.",
        correction="“Maximum curvature points” are s ≐ 0.2036 and 0.7964; at 0.21 and 0.79 it is "
        "|s″| that is largest.",
        proof=prove_bends,
    ),
    Claim(
        name="vanishing-gradient",
        quote="The more layers your network has, the more problematic this problem becomes.",
        statement="Under weights that keep lengths, L sigmoid layers leave at most 4^(−L) of a "
        "gradient; ReLU layers need not lose it, and with larger weights they make it explode.",
        proof=prove_depth,
    ),
    Claim(
        name="logistic-cures-output",
        quote="The logistic loss function prevents output units from suffering the vanishing "
        "gradient problem, but it can't solve the vanishing gradient problem for hidden units.",
        statement="∂L/∂a is linear in ŷ − y with the logistic loss and keeps ŷ(1 − ŷ) with the "
        "squared error; below a hidden sigmoid the gradient vanishes under either.",
        proof=prove_output,
    ),
    Claim(
        name="last-layer-regression",
        quote="… the last layer of edges of the network is solving a problem in linear regression, "
        "logistic regression, or softmax regression by gradient descent.",
        statement="Gradient descent on the last layer reaches the solution of the normal "
        "equations, or that of Newton's method, to 1e-8.",
        proof=lambda: joined(prove_normal_equations(), prove_regressions()),
    ),
    Claim(
        name="attainable-labels",
        quote="It might be better to choose target labels like yᵢ = 0.05 or yᵢ = 0.95, because "
        "then a neural network … can achieve ŷ = y exactly for every training point! Unless there "
        "are co-located training points with different labels.",
        statement="With labels 0.05 and 0.95 the weights converge and ŷ = y; with 0 and 1 they "
        "grow without end; two examples at one place with different labels are not both met.",
        proof=lambda: joined(prove_labels(), prove_growth()),
    ),
    Claim(
        name="stuck-relus",
        quote="It's rare for a ReLU's gradient to be zero for all the training data … But yes, "
        "ReLUs sometimes get stuck too; just not as often as sigmoids.",
        statement="By one criterion for both, at the usual start neither ReLUs nor sigmoids are "
        "stuck for all examples; low biases and high rates stick ReLUs more often, large weights "
        "stick sigmoids alone. For most examples more ReLUs are, unless the weights are large.",
        correction="“Just not as often as sigmoids” is true of weights that begin too large, and "
        "not of low biases, of high rates, or of the usual start.",
        proof=prove_stuck,
    ),
    Claim(
        name="relus-compute-xor",
        quote="Even though ReLUs are linear in each half of their range, they're still nonlinear "
        "enough to easily compute functions like XOR.",
        statement="Two ReLUs compute XOR exactly, nothing without hidden units does, and gradient "
        "descent finds such weights, though not from every start.",
        proof=prove_xor,
    ),
    Claim(
        name="fault-tolerance",
        quote="Artificial neural nets often share that resilience. Brains and neural nets seem to "
        "superpose memories on top of each other, all stored together in the same weights …",
        statement="A trained network keeps its accuracy as hidden units are removed at random; one "
        "weight matrix stores several patterns and completes each from a damaged part.",
        proof=prove_memory,
    ),
)
"""In the order of the lecture."""


class _UnknownClaim(UnknownName):
    """A name of no claim; a word of a name suggests the names that have it, as xor does."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__("claim", name, known)
        words = {word for row in self.known for word in row.split("-")}
        near = get_close_matches(name.lower(), words, n=1, cutoff=0.75)
        having = [row for row in self.known if near and near[0] in row.split("-")]
        if having:
            self.suggestion = having[0]
            shown = " or ".join(repr(row) for row in having)
            self.args = (
                f"unknown claim {name!r}; did you mean {shown}? Known: {', '.join(self.known)}",
            )


def find_claim(name: str) -> Claim:
    """Return the row of a name.

    Raises
    ------
    UnknownName
        If the table has no such claim.

    Examples
    --------
    >>> find_claim("vanishing-gradient").proof().ok
    True
    >>> find_claim("xor")
    Traceback (most recent call last):
        ...
    derive.claims.table._UnknownClaim: unknown claim 'xor'; did you mean 'relus-compute-xor'? Known:
    ...
    """
    rows = {claim.name: claim for claim in CLAIMS}
    if name not in rows:
        raise _UnknownClaim(name, rows)
    return rows[name]
