"""Index notation on SymPy: the one language in which everything is derived, proved and printed."""

from derive.language.functions import (
    NamedFunction,
    function_table,
    named_function,
    register_function,
    relu,
    sigmoid,
    softmax,
    softplus,
    step,
)
from derive.language.indices import (
    alpha_equal,
    canonical,
    free_indices,
    fresh_index,
    index_dimensions,
    rebuild,
    substitute,
)
from derive.language.nodes import Entries, Partial, SquaredNorm, peel, total
from derive.language.quantities import LABEL, d, dimension, index, k, n, quantity

__all__ = [
    "LABEL",
    "Entries",
    "NamedFunction",
    "Partial",
    "SquaredNorm",
    "alpha_equal",
    "canonical",
    "d",
    "dimension",
    "free_indices",
    "fresh_index",
    "function_table",
    "index",
    "index_dimensions",
    "k",
    "n",
    "named_function",
    "peel",
    "quantity",
    "rebuild",
    "register_function",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
    "step",
    "substitute",
    "total",
]
