"""Branches and loops lose the inputs, outputs and variables that they do not need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.ir.effects import needed_nodes
from engine.ir.graph import Graph, Node
from engine.ir.rewrite import Rewriter, Tensors, rebuild
from engine.passes.pipeline import Stage, graph_pass

_BRANCHES = frozenset({"raw.cond", "raw.switch_case"})


@graph_pass(Stage.SIMPLIFY)
def narrow_control_flow(graph: Graph) -> Graph:
    """Drop unused results, variables and captures; move constants inside."""
    kinds = {*_BRANCHES, "raw.while_loop"}
    if not any(node.op.name in kinds for node in graph.nodes):
        return graph
    used = {id(t) for node in graph.nodes for t in node.inputs}
    used.update(id(t) for t in graph.outputs)
    changed = 0

    def visit(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any]:
        nonlocal changed
        found = None
        wanted = [i for i, t in enumerate(node.outputs) if id(t) in used]
        if node.op.name in _BRANCHES:
            found = _narrow_branches(node, inputs, rewriter, wanted)
        elif node.op.name == "raw.while_loop":
            found = _narrow_loop(node, inputs, rewriter, wanted)
        if found is None:
            return rewriter.copy(node, inputs).outputs
        changed += 1
        return found

    made = rebuild(graph, visit)
    return made if changed else graph


def _narrow_branches(
    node: Node, inputs: Tensors, rewriter: Rewriter, wanted: list[int]
) -> Sequence[Any] | None:
    graphs = [inner for _, inner in node.graphs]
    results: list[Any] = [None] * len(node.outputs)
    kept = []
    for i in wanted:
        through = {_input_index(inner, inner.outputs[i]) for inner in graphs}
        index = through.pop() if len(through) == 1 else None
        if index is None:
            kept.append(i)
        else:  # every branch answers the same input
            results[i] = inputs[1 + index]
    needed = sorted(set().union(*(_needed_inputs(g, [g.outputs[i] for i in kept]) for g in graphs)))
    constants = {i: inputs[1 + i].node for i in needed if _is_constant(inputs[1 + i])}
    given = [i for i in needed if i not in constants]
    if len(kept) == len(node.outputs) and len(given) == len(inputs) - 1:
        return None
    narrowed = [narrow(g, given, [g.outputs[i] for i in kept], constants) for g in graphs]
    if node.op.name == "raw.cond":
        attrs: dict[str, Any] = {"then_branch": narrowed[0], "else_branch": narrowed[1]}
    else:
        attrs = {"branches": tuple(narrowed)}
    made = rewriter.make(node, (inputs[0], *(inputs[1 + i] for i in given)), attrs,
                         [node.outputs[i] for i in kept])  # fmt: skip
    for i, tensor in zip(kept, made.outputs):
        results[i] = tensor
    return results


def _narrow_loop(
    node: Node, inputs: Tensors, rewriter: Rewriter, wanted: list[int]
) -> Sequence[Any] | None:
    test, body, count = node.attrs["test"], node.attrs["body"], node.attrs["count"]
    needed = _needed_inputs(test, test.outputs) | _needed_inputs(body, []) | set(wanted)
    while True:
        more = _needed_inputs(body, [body.outputs[i] for i in needed if i < count])
        if more <= needed:
            break
        needed |= more
    fixed = {i for i in needed if i < count and body.outputs[i] is body.inputs[i]}
    fixed = {i for i in fixed if inputs[i].dims == body.inputs[i].dims}
    state = sorted(i for i in needed if i < count and i not in fixed)
    captured = sorted(fixed | {i for i in needed if i >= count})
    constants = {i: inputs[i].node for i in captured if _is_constant(inputs[i])}
    captured = [i for i in captured if i not in constants]
    if len(state) == count and len(captured) == len(inputs) - count:
        return None
    given = [*state, *captured]
    attrs = {
        "test": narrow(test, given, test.outputs, constants),
        "body": narrow(body, given, [body.outputs[i] for i in state], constants),
        "count": len(state),
    }
    made = rewriter.make(node, tuple(inputs[i] for i in given), attrs,
                         [node.outputs[i] for i in state])  # fmt: skip
    results: list[Any] = [inputs[i] if i in fixed else None for i in range(count)]
    for i, tensor in zip(state, made.outputs):
        results[i] = tensor
    return results


def _is_constant(tensor: Any) -> bool:
    return str(tensor.node.op.name) == "raw.constant"


def _input_index(graph: Graph, tensor: Any) -> int | None:
    return next((i for i, t in enumerate(graph.inputs) if t is tensor), None)


def _needed_inputs(graph: Graph, outputs: Sequence[Any]) -> set[int]:
    """Positions of the inputs that the outputs and the effects depend on."""
    nodes = needed_nodes(graph, outputs)
    return {i for i, tensor in enumerate(graph.inputs) if tensor.node in nodes}


def narrow(
    graph: Graph, inputs: Sequence[int], outputs: Sequence[Any], constants: dict[int, Node]
) -> Graph:
    """A copy of a graph with fewer inputs and outputs.

    Args:
        graph: the original.
        inputs: positions of the inputs to keep, in their new order.
        outputs: the outputs to keep, in their new order.
        constants: constant nodes that take the place of inputs.
    """
    live = needed_nodes(graph, outputs)
    position = {tensor.node: i for i, tensor in enumerate(graph.inputs)}
    rewriter = Rewriter()
    tensors = rewriter.tensors
    for node in graph.nodes:
        i = position.get(node, -1)
        if i in constants:
            if node in live:
                old = node.outputs[0]
                tensors[id(old)] = rewriter.constant(node, constants[i].attrs["value"], old)
            continue
        if (i >= 0 and i in inputs) or (i < 0 and node in live):
            given: Any = tuple([None if t is None else tensors[id(t)] for t in node.inputs])
            made = rewriter.copy(node, given)
            tensors.update((id(old), new) for old, new in zip(node.outputs, made.outputs))
    names = graph.input_names
    result = Graph(
        graph.name, tuple(tensors[id(graph.inputs[i])] for i in inputs), tuple(rewriter.made),
        tuple(tensors[id(t)] for t in outputs),
        tuple(names[i] for i in inputs) if names else (),
    )  # fmt: skip
    for node in rewriter.made:
        node.owner = result
    return result
