"""Products of arrays summed over some of their indices, read as matrix products.

Indices are the vertices of a graph. An operand with two indices is an edge, one with a single
index is a weight at its vertex, and one with none is a scalar in front. A summed vertex with one
edge is a matrix times a vector, with two edges a product of matrices, with none an inner product.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sympy import Symbol

from derive.notation.arrange import (
    ONE,
    diagonal_of,
    hadamard_of,
    matrix_product_of,
    oriented,
    product_of,
    signed,
    transpose_of,
)
from derive.notation.tree import (
    Dot,
    ElementwiseQuotient,
    Identity,
    Name,
    Node,
    Ones,
    Product,
    Subscript,
    Term,
    Transpose,
    all_ones,
)

__all__ = ["Operand", "contract"]


@dataclass(frozen=True)
class Operand:
    """An array in notation and the index of each of its axes (none, one or two)."""

    node: Node
    axes: tuple[Symbol, ...]


@dataclass(frozen=True)
class _Edge:
    row: Symbol
    column: Symbol
    node: Node

    def seen_from(self, row: Symbol) -> Node:
        """The matrix with ``row`` as the index of its rows."""
        return self.node if row == self.row else transpose_of(self.node)

    def other(self, end: Symbol) -> Symbol:
        return self.column if end == self.row else self.row


@dataclass
class _Graph:
    sizes: Mapping[Symbol, Symbol]
    scalars: list[Node] = field(default_factory=list)
    weights: dict[Symbol, list[Node]] = field(default_factory=dict)
    edges: list[_Edge] = field(default_factory=list)

    def add(self, operand: Operand) -> None:
        if not operand.axes:
            self.scalars.append(operand.node)
            return
        array = oriented(operand.node)
        self.scalars.append(signed(Term(ONE, array.negative)))
        if len(operand.axes) == 1:
            self.weights.setdefault(operand.axes[0], []).append(array.node)
        else:
            row, column = operand.axes
            self.add_edge(_Edge(row, column, array.node))

    def add_edge(self, edge: _Edge) -> None:
        ends = {edge.row, edge.column}
        for place, known in enumerate(self.edges):
            if {known.row, known.column} == ends:
                together = hadamard_of([known.node, edge.seen_from(known.row)])
                self.edges[place] = _Edge(known.row, known.column, together)
                return
        self.edges.append(edge)

    def weight(self, vertex: Symbol) -> Node | None:
        """The weights at a vertex as one vector, or None where there is none."""
        own = self.weights.get(vertex)
        return hadamard_of(own) if own else None

    def ones(self, vertex: Symbol) -> Node:
        return Ones(str(self.sizes[vertex]))

    def at(self, vertex: Symbol) -> list[_Edge]:
        return [edge for edge in self.edges if vertex in (edge.row, edge.column)]


def _inner_product(left: Node, right: Node) -> Node:
    if isinstance(left, Subscript) or isinstance(right, Subscript):
        first, second = (left, right) if isinstance(left, Subscript) else (right, left)
        return Dot(first, second)
    return matrix_product_of([transpose_of(left), right])


def _reading_order(nodes: Sequence[Node]) -> list[Node]:
    """The order in which a product of the same names would be read."""
    node = product_of(Term(node) for node in nodes).node
    same = isinstance(node, Product) and sorted(map(repr, node.factors)) == sorted(map(repr, nodes))
    return list(node.factors) if same and isinstance(node, Product) else list(nodes)


def _sum_out_lonely(graph: _Graph, vertex: Symbol) -> None:
    """Σ over an index that no matrix carries: k, 1ᵀu, uᵀv or uᵀ(v ⊙ w)."""
    own = graph.weights.pop(vertex, [])
    if any(isinstance(node, ElementwiseQuotient) for node in own):
        own = [hadamard_of(own)]
    if not own:
        graph.scalars.append(Name(str(graph.sizes[vertex])))
    elif len(own) == 1:
        row = Transpose(graph.ones(vertex))
        graph.scalars.append(matrix_product_of([row, own[0]]))
    else:
        first, *rest = _reading_order(own)
        graph.scalars.append(_inner_product(first, hadamard_of(rest)))


def _sum_out_end(graph: _Graph, vertex: Symbol, edge: _Edge) -> None:
    """Σ_s M_ts w_s = (M w)_t."""
    weight = graph.weight(vertex) or graph.ones(vertex)
    graph.weights.pop(vertex, None)
    graph.edges.remove(edge)
    end = edge.other(vertex)
    product = matrix_product_of([edge.seen_from(end), weight])
    graph.weights.setdefault(end, []).append(product)


def _sum_out_middle(graph: _Graph, vertex: Symbol, left: _Edge, right: _Edge) -> None:
    """Σ_s A_ts w_s B_su = (A diag(w) B)_tu."""
    weight = graph.weight(vertex)
    graph.weights.pop(vertex, None)
    graph.edges.remove(left)
    graph.edges.remove(right)
    start, end = left.other(vertex), right.other(vertex)
    middle = [diagonal_of(weight)] if weight is not None else []
    matrices = [left.seen_from(start), *middle, right.seen_from(vertex)]
    graph.add_edge(_Edge(start, end, matrix_product_of(matrices)))


def _sum_out(graph: _Graph, vertex: Symbol) -> bool:
    edges = graph.at(vertex)
    if len(edges) > 2:
        return False
    if not edges:
        _sum_out_lonely(graph, vertex)
    elif len(edges) == 1:
        _sum_out_end(graph, vertex, edges[0])
    else:
        _sum_out_middle(graph, vertex, *edges)
    return True


def _matrix(graph: _Graph, row: Symbol, column: Symbol) -> Node:
    """What is left at two axes: u vᵀ, M, diag(u) M diag(v), or diag(u) where M is I."""
    left, right = graph.weight(row), graph.weight(column)
    edges = graph.at(row)
    if not edges and left is None and right is None:
        return all_ones(str(graph.sizes[row]), str(graph.sizes[column]))
    if not edges:
        outer = [left or graph.ones(row), transpose_of(right or graph.ones(column))]
        return matrix_product_of(outer)
    node = edges[0].seen_from(row)
    if isinstance(node, Identity):
        weights = [weight for weight in (left, right) if weight is not None]
        return diagonal_of(hadamard_of(weights)) if weights else node
    before = [diagonal_of(left)] if left is not None else []
    after = [diagonal_of(right)] if right is not None else []
    return matrix_product_of([*before, node, *after])


def _array(graph: _Graph, axes: tuple[Symbol, ...]) -> Node | None:
    if not axes:
        return None
    if len(axes) == 1:
        return graph.weight(axes[0]) or graph.ones(axes[0])
    return _matrix(graph, *axes)


def contract(
    operands: Iterable[Operand],
    summed: Sequence[Symbol],
    axes: tuple[Symbol, ...],
    sizes: Mapping[Symbol, Symbol],
) -> Node | None:
    """Return the array over ``axes`` of the product of ``operands`` summed over ``summed``.

    Parameters
    ----------
    operands : iterable of Operand
    summed, axes : sequences of Symbol
        The indices summed over and those left over; an operand carries no others.
    sizes : mapping
        The dimension of each index.

    Returns
    -------
    Node or None
        None where three matrices or more meet in one summed index, which has no matrix form.

    Examples
    --------
    >>> from derive.language import index, k, n
    >>> i, m = index("i"), index("m")
    >>> labels = Operand(Name("y", capital=True), (m, i))
    >>> contract([labels], [m], (i,), {i: k, m: n})
    MatrixProduct(factors=(Transpose(argument=Name(letter='y', capital=True)), Ones(dimension='n')))
    """
    graph = _Graph(sizes)
    for operand in operands:
        graph.add(operand)
    waiting = list(summed)
    while waiting:
        vertex = min(waiting, key=lambda candidate: len(graph.at(candidate)))
        if not _sum_out(graph, vertex):
            return None
        waiting.remove(vertex)
    array = _array(graph, axes)
    return signed(product_of([Term(scalar) for scalar in graph.scalars], array))
