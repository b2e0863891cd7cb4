"""Makes changed copies of graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.graph import Graph, Node
from engine.ir.tensor import SymbolicTensor

Tensors = tuple[SymbolicTensor, ...]
Visit = Callable[[Node, Tensors, Callable[[], Tensors]], "Tensors | None"]


class Rewriter:
    """Copies a graph node by node.

    Attributes:
        tensors: old tensor (by identity) -> new tensor.
        nodes: old node -> new node, for control dependencies.
        made: the new nodes.
    """

    def __init__(self) -> None:
        self.tensors: dict[int, SymbolicTensor] = {}
        self.nodes: dict[Node, Node] = {}
        self.made: list[Node] = []

    def copy(self, node: Node, inputs: Tensors, attrs: dict[str, Any] | None = None) -> Node:
        """A copy of `node` over new inputs, appended to the new graph."""
        made = Node(node.op, inputs, node.attrs if attrs is None else attrs, self, node.where,
                    node.name_hint)  # fmt: skip
        made.outputs = tuple(
            SymbolicTensor(made, t.index, t.dtype, t.dims) for t in node.outputs
        )
        made.after = tuple(self.nodes[b] for b in node.after if b in self.nodes)
        self.made.append(made)
        self.nodes[node] = made
        return made

    def names(self) -> dict[Node, str]:
        from engine.ir.graph import unique_names

        return unique_names(self.made)


def copied(graph: Graph) -> Graph:
    """A plain copy, which also knows which of its tensors stands for which of the original's.

    `compiled["origins"]` of the copy maps identities of tensors of the original (and of what that
    was copied from) to pairs of that tensor and its copy.
    """
    origins: dict[int, tuple[SymbolicTensor, SymbolicTensor]] = {}

    def visit(node: Node, inputs: Tensors, copy: Callable[[], Tensors]) -> Tensors:
        made = copy()
        origins.update((id(old), (old, new)) for old, new in zip(node.outputs, made))
        return made

    made = rewrite(graph, visit)
    origins.update((id(old), (old, new)) for old, new in zip(graph.inputs, made.inputs))
    for key, (first, middle) in graph.compiled.get("origins", {}).items():
        if id(middle) in origins:
            origins[key] = (first, origins[id(middle)][1])
    made.compiled["origins"] = origins
    return made


def rewrite(graph: Graph, visit: Visit, keep: Callable[[Node], bool] | None = None) -> Graph:
    """A copy of `graph` in which `visit` chose what stands for each node.

    Args:
        graph: the original, which stays as it is.
        visit: (old node, new inputs, copy) -> new outputs. `copy()` copies the node.
        keep: nodes for which it answers False are left out (nobody may use them).
    """
    rewriter = Rewriter()
    placeholders = {t.node for t in graph.inputs}
    for node in graph.nodes:
        if keep is not None and node not in placeholders and not keep(node):
            continue
        inputs = tuple(None if t is None else rewriter.tensors[id(t)] for t in node.inputs)
        if node in placeholders:
            results: Any = rewriter.copy(node, inputs).outputs  # type: ignore[arg-type]
        else:
            results = visit(node, inputs, lambda n=node, i=inputs: rewriter.copy(n, i).outputs)  # type: ignore[misc,arg-type]
        for old, new in zip(node.outputs, results):
            rewriter.tensors[id(old)] = new
    made = Graph(
        graph.name,
        tuple(rewriter.tensors[id(t)] for t in graph.inputs),
        tuple(rewriter.made),
        tuple(rewriter.tensors[id(t)] for t in graph.outputs),
        graph.input_names,
    )
    for node in rewriter.made:
        node.owner = made
    return made
