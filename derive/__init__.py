"""Derive, prove, print and generate the gradients of output units and losses.

>>> import derive
>>> pair = derive.pair("softmax", "cross-entropy")
>>> pair.gradient("a").result
Entries(-y[i] + ŷ[i], (i, k))
"""

from derive.attainability import Attainable
from derive.catalogue import (
    HiddenUnit,
    Loss,
    Output,
    hidden_units,
    losses,
    outputs,
    register_hidden_unit,
    register_loss,
    register_output,
    squared_norm,
    sum_over_units,
)
from derive.derivation import Derivation
from derive.errors import (
    BrokenDocument,
    DeriveError,
    InvalidLabel,
    OptionConflict,
    RefusedPair,
    UnknownName,
    UnknownOption,
    UnsupportedExpression,
)
from derive.kernel_source import numba_source, numpy_source
from derive.language import NamedFunction, register_function
from derive.networks import Network, NetworkDerivation, network, network_source
from derive.pairs import Pair, pair
from derive.rules import Rule
from derive.steps import Assumption, Definition, Step
from derive.textbook import verify_text

__all__ = [
    "Assumption",
    "Attainable",
    "BrokenDocument",
    "Definition",
    "Derivation",
    "DeriveError",
    "HiddenUnit",
    "InvalidLabel",
    "Loss",
    "NamedFunction",
    "Network",
    "NetworkDerivation",
    "OptionConflict",
    "Output",
    "Pair",
    "RefusedPair",
    "Rule",
    "Step",
    "UnknownName",
    "UnknownOption",
    "UnsupportedExpression",
    "hidden_units",
    "losses",
    "network",
    "network_source",
    "numba_source",
    "numpy_source",
    "outputs",
    "pair",
    "register_function",
    "register_hidden_unit",
    "register_loss",
    "register_output",
    "squared_norm",
    "sum_over_units",
    "verify_text",
]
