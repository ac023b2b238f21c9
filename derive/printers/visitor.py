"""The visitor that every printer shares: a table of rules, one for each kind of node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from derive.errors import UnsupportedExpression
from derive.language import NamedFunction, function_table
from derive.notation.tree import Call, Node

__all__ = ["Visitor", "function_row"]

Written = TypeVar("Written")


class Visitor(Generic[Written]):
    """Writes a tree by the rule of each node; a node without a rule raises.

    Subclasses give ``name``, which errors quote, and ``rules``.
    """

    name: ClassVar[str] = "the printer"
    rules: ClassVar[Mapping[type[Node], Callable[[Any, Any], Any]]] = {}

    def visit(self, node: Node) -> Written:
        """Return what is written for ``node``.

        Raises
        ------
        UnsupportedExpression
            If no rule knows the node.
        """
        rule = self.rules.get(type(node))
        if rule is None:
            raise UnsupportedExpression(self.name, node, "the nodes of derive.notation.tree")
        written: Written = rule(self, node)
        return written


def function_row(node: Call) -> NamedFunction:
    r"""Return the row of the functions table that a call names.

    Raises
    ------
    UnsupportedExpression
        If no row has that name.

    Examples
    --------
    >>> from derive.notation.tree import Name
    >>> function_row(Call("tanh", (Name("a"),))).latex
    '\\tanh'
    """
    for row in function_table():
        if row.name == node.function:
            return row
    known = ", ".join(row.name for row in function_table())
    raise UnsupportedExpression("the printer", node, f"the functions {known}")
