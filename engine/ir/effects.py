"""What running a node does besides computing: which resources it reads and writes, printing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.ir.dtypes import resource
from engine.ir.op import GRAPHS, IO, PURE, RANDOM, READ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.ir.graph import Graph, Node
    from engine.ir.tensor import SymbolicTensor

MAY_RAISE = frozenset(
    {"math.floordiv", "math.floormod", "truncatediv", "truncatemod", "math.pow",
     "bitwise.left_shift", "bitwise.right_shift"}
)  # fmt: skip
"""Element-wise ops that refuse some values: they are not computed where nobody asked for them."""


class Effects(NamedTuple):
    """Effects of a node, or of a whole graph.

    Attributes:
        reads: positions of the inputs (resources) that are read.
        writes: positions of the inputs that are written.
        io: does it touch the world outside (printing, asserting, calling Python)?
        random: does it draw from hidden state?
    """

    reads: frozenset[int] = frozenset()
    writes: frozenset[int] = frozenset()
    io: bool = False
    random: bool = False

    @property
    def must_run(self) -> bool:
        return self.io or bool(self.writes)

    @property
    def none(self) -> bool:
        return not (self.reads or self.writes or self.io or self.random)


NONE = Effects()
_IO = Effects(io=True)
_RANDOM = Effects(random=True)


def node_effects(node: Node) -> Effects:
    """Effects of one node; those of its branches and bodies count as its own."""
    effect = node.op.effect
    if effect == PURE:
        return NONE
    if effect == GRAPHS:
        return _of_graphs(node, [graph for _, graph in node.graphs])
    if effect == IO:
        return _IO
    if effect == RANDOM:
        return _RANDOM
    touched = frozenset(i for i, x in enumerate(node.inputs) if x.dtype is resource)
    return Effects(reads=touched) if effect == READ else Effects(writes=touched)


def _of_graphs(node: Node, graphs: list[Graph]) -> Effects:
    reads: set[int] = set()
    writes: set[int] = set()
    io = random = False
    for graph in graphs:
        inner = graph_effects(graph)
        shift = len(node.inputs) - len(graph.inputs)  # a cond's branches do not take its test
        reads.update(i + shift for i in inner.reads)
        writes.update(i + shift for i in inner.writes)
        io = io or inner.io
        random = random or inner.random
    return Effects(frozenset(reads), frozenset(writes), io, random)


def graph_effects(graph: Graph) -> Effects:
    """Effects of running a graph, by position of its inputs; computed once."""
    known = graph.compiled.get("effects")
    if known is not None:
        return known
    position = {id(tensor): i for i, tensor in enumerate(graph.inputs)}
    reads: set[int] = set()
    writes: set[int] = set()
    io = random = False
    for node in graph.nodes:
        found = node_effects(node)
        if found is NONE:
            continue
        reads.update(_positions(node, found.reads, position))
        writes.update(_positions(node, found.writes, position))
        io = io or found.io
        random = random or found.random
    made = Effects(frozenset(reads), frozenset(writes), io, random)
    graph.compiled["effects"] = made
    return made


def _positions(node: Node, indices: frozenset[int], position: dict[int, int]) -> set[int]:
    out = set()
    for i in indices:
        found = position.get(id(node.inputs[i]))
        if found is not None:
            out.add(found)
    return out


def needed_nodes(
    graph: Graph, outputs: Sequence[SymbolicTensor] | None = None, inputs: bool = False
) -> set[Node]:
    """The nodes of a graph that must run; a control dependency alone makes none needed.

    Args:
        graph: the graph.
        outputs: the results that count, by default all of the graph's.
        inputs: whether the graph's inputs count, too.
    """
    wanted = [*(graph.outputs if outputs is None else outputs), *(graph.inputs if inputs else ())]
    stack = [tensor.node for tensor in wanted]
    stack += [node for node in graph.nodes if node.op.effect and node_effects(node).must_run]
    seen = set(stack)
    while stack:
        for tensor in stack.pop().inputs:
            if tensor is not None and tensor.node not in seen:
                seen.add(tensor.node)
                stack.append(tensor.node)
    return seen
