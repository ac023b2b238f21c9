"""Notation: what a person reads, lifted from index expressions."""

from derive.notation.lift import STYLES, read
from derive.notation.tree import Equation, Node

__all__ = ["STYLES", "Equation", "Node", "read"]
