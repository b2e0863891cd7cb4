"""Computes before a loop what is the same in every turn."""

from __future__ import annotations

from typing import Any

from engine.ir.effects import MAY_RAISE
from engine.ir.graph import Graph, Node
from engine.ir.op import PURE, find_op
from engine.ir.rewrite import Rewriter, Tensors, rebuild
from engine.ir.tensor import SymbolicTensor
from engine.passes.pipeline import Stage, graph_pass


@graph_pass(Stage.SIMPLIFY)
def loop_invariants(graph: Graph) -> Graph:
    """Element-wise work on a loop's captures alone moves out of the loop."""
    loops = {n: found for n in graph.nodes if n.op.name == "raw.while_loop"
             if any(found := [_invariant(g, n.attrs["count"]) for g in _parts(n)])}  # fmt: skip
    if not loops:
        return graph

    def visit(node: Node, inputs: Tensors, rewriter: Rewriter) -> Tensors:
        if node not in loops:
            return rewriter.copy(node, inputs).outputs
        return _hoist(node, inputs, rewriter, loops[node])

    return rebuild(graph, visit)


def _parts(node: Node) -> list[Graph]:
    return [node.attrs["test"], node.attrs["body"]]


def _invariant(graph: Graph, count: int) -> list[Node]:
    """The nodes that can move out, in order."""
    fixed = {id(tensor) for tensor in graph.inputs[count:]}
    constants: set[int] = set()
    found = []
    for node in graph.nodes:
        if node.op.name == "raw.constant":
            constants.add(id(node.outputs[0]))
            continue
        known = [id(t) in fixed or id(t) in constants for t in node.inputs if t is not None]
        if known and all(known) and _moves(node) and any(id(t) in fixed for t in node.inputs):
            found.append(node)
            fixed.update(id(t) for t in node.outputs)
    return found


def _moves(node: Node) -> bool:
    op = node.op
    if op.effect != PURE or op.name in MAY_RAISE or len(node.outputs) != 1:
        return False
    if not (op.elementwise or op.name == "raw.cast"):
        return False
    tensors = (*node.inputs, *node.outputs)
    return all(t.dims is not None and None not in t.dims and t.dtype.kind in "fiucb"
               for t in tensors)  # fmt: skip


def _hoist(node: Node, inputs: Tensors, rewriter: Rewriter, found: list[list[Node]]) -> Tensors:
    outer: dict[int, Any] = {}
    frontier: list[list[SymbolicTensor]] = []
    for graph, moving in zip(_parts(node), found):
        outer.update((id(t), given) for t, given in zip(graph.inputs, inputs))
        for inner in moving:
            for tensor in inner.inputs:
                if id(tensor) not in outer:  # a constant
                    outer[id(tensor)] = rewriter.copy(tensor.node, ()).outputs[0]
            copy = rewriter.copy(inner, tuple(outer[id(t)] for t in inner.inputs))
            outer[id(inner.outputs[0])] = copy.outputs[0]
        frontier.append(_frontier(graph, moving))
    new = [tensor for part in frontier for tensor in part]
    graphs = [_with_inputs(graph, moving, new) for graph, moving in zip(_parts(node), found)]
    attrs = {"test": graphs[0], "body": graphs[1], "count": node.attrs["count"]}
    given = (*inputs, *(outer[id(tensor)] for tensor in new))
    return rewriter.make(node, given, attrs, node.outputs).outputs


def _frontier(graph: Graph, moving: list[Node]) -> list[SymbolicTensor]:
    """What the rest of the graph uses of the moving nodes."""
    gone = set(moving)
    used = {id(t) for n in graph.nodes if n not in gone for t in n.inputs}
    used.update(id(t) for t in graph.outputs)
    return [n.outputs[0] for n in moving if id(n.outputs[0]) in used]


def _with_inputs(graph: Graph, moving: list[Node], new: list[SymbolicTensor]) -> Graph:
    """The graph with further inputs, some of which stand for the results of moving nodes."""
    gone = set(moving)
    rewriter = Rewriter()
    tensors = rewriter.tensors
    added = []
    for tensor in new:
        attrs = {"dtype": tensor.dtype, "dims": tensor.dims}
        made = Node(find_op("raw.placeholder"), (), attrs, rewriter, None, "invariant")
        made.outputs = (SymbolicTensor(made, 0, tensor.dtype, tensor.dims),)
        rewriter.made.append(made)
        added.append(made.outputs[0])
        if tensor.node in gone:
            tensors[id(tensor)] = made.outputs[0]
    for node in graph.nodes:
        if node not in gone:
            given: Any = tuple([None if t is None else tensors[id(t)] for t in node.inputs])
            copy = rewriter.copy(node, given)
            tensors.update((id(a), b) for a, b in zip(node.outputs, copy.outputs))
    names = (*graph.input_names, *("invariant" for _ in new)) if graph.input_names else ()
    result = Graph(
        graph.name, (*(tensors[id(t)] for t in graph.inputs), *added), tuple(rewriter.made),
        tuple(tensors[id(t)] for t in graph.outputs), names,
    )  # fmt: skip
    for node in rewriter.made:
        node.owner = result
    return result
