"""Cuts a graph into chains that can run side by side where no path joins them."""

from __future__ import annotations

from typing import Any

from engine.ir.effects import node_effects
from engine.ir.graph import Graph, Node
from engine.ir.op import find_op
from engine.ir.rewrite import Rewriter
from engine.ir.tensor import SymbolicTensor

_TRIVIAL = frozenset({"raw.placeholder", "raw.constant"})


class Part:
    """Nodes that run one after the other.

    Attributes:
        nodes: in order.
        before: numbers of the parts that must have run.
        inputs: tensors that it takes from other parts, or from the graph's inputs.
        outputs: its tensors that others take, or that the graph answers.
    """

    __slots__ = ("before", "inputs", "nodes", "outputs")

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.before: set[int] = set()
        self.inputs: list[SymbolicTensor] = []
        self.outputs: list[SymbolicTensor] = []


def partition(graph: Graph) -> list[Part]:
    """The parts of a graph, in an order that can run.

    A node joins the part of the one node that it waits for, if nobody else waits for that one.
    Nodes with outside or random effects keep their order.
    """
    before = _dependencies(graph)
    waiting: dict[Node, int] = {}
    for found in before.values():
        for node in found:
            waiting[node] = waiting.get(node, 0) + 1
    parts: list[Part] = []
    number: dict[Node, int] = {}
    for node, found in before.items():
        if len(found) == 1 and waiting[next(iter(found))] == 1:
            number[node] = number[next(iter(found))]
        else:
            number[node] = len(parts)
            parts.append(Part())
        part = parts[number[node]]
        part.nodes.append(node)
        part.before.update(number[b] for b in found if number[b] != number[node])
    _connect(graph, parts, number)
    return parts


def _dependencies(graph: Graph) -> dict[Node, set[Node]]:
    """What each node waits for: the makers of its inputs, control dependencies, earlier effects."""
    found: dict[Node, set[Node]] = {}
    last: Node | None = None
    for node in graph.nodes:
        if node.op.name in _TRIVIAL:
            continue
        makers = {t.node for t in node.inputs if t is not None}
        found[node] = {n for n in makers | set(node.after) if n in found}
        if node.op.effect:
            effects = node_effects(node)
            if effects.io or effects.random:
                if last is not None:
                    found[node].add(last)
                last = node
    return found


def _connect(graph: Graph, parts: list[Part], number: dict[Node, int]) -> None:
    """Fill in what the parts take and give."""
    answered = {id(tensor) for tensor in graph.outputs}
    given: set[int] = set()
    for i, part in enumerate(parts):
        taken: set[int] = set()
        for node in part.nodes:
            for tensor in node.inputs:
                if tensor is None or number.get(tensor.node, -1) == i:
                    continue
                if tensor.node.op.name != "raw.constant" and id(tensor) not in taken:
                    taken.add(id(tensor))
                    part.inputs.append(tensor)
                    given.add(id(tensor))
    for part in parts:
        part.outputs = [
            t for n in part.nodes for t in n.outputs if id(t) in given or id(t) in answered
        ]


def part_graph(graph: Graph, part: Part) -> Graph:
    """A part as a graph of its own."""
    rewriter = Rewriter()
    tensors: dict[int, Any] = {}
    for tensor in part.inputs:
        described = tensor.node.op.name == "raw.placeholder"
        attrs = tensor.node.attrs if described else {"dtype": tensor.dtype, "dims": tensor.dims}
        made = Node(find_op("raw.placeholder"), (), attrs, rewriter, None, "x")
        made.outputs = (SymbolicTensor(made, 0, tensor.dtype, tensor.dims),)
        rewriter.made.append(made)
        tensors[id(tensor)] = made.outputs[0]
    inputs = tuple(tensors.values())
    for node in part.nodes:
        for tensor in node.inputs:
            if tensor is not None and id(tensor) not in tensors:  # a constant
                tensors[id(tensor)] = rewriter.copy(tensor.node, ()).outputs[0]
        given: Any = tuple([None if t is None else tensors[id(t)] for t in node.inputs])
        copy = rewriter.copy(node, given)
        tensors.update((id(a), b) for a, b in zip(node.outputs, copy.outputs))
    made_graph = Graph(
        graph.name, inputs, tuple(rewriter.made), tuple(tensors[id(t)] for t in part.outputs)
    )
    for node in rewriter.made:
        node.owner = made_graph
    return made_graph
