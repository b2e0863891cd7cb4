"""Makes changed copies of graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from engine.ir.graph import Graph, Node
from engine.ir.tensor import SymbolicTensor

if TYPE_CHECKING:
    from engine.ir.op import Op

Tensors = tuple[SymbolicTensor, ...]
Visit = Callable[[Node, Tensors, Callable[[], Tensors]], "Tensors | None"]


class Rewriter:
    """Copies a graph node by node.

    Attributes:
        tensors: old tensor (by identity) -> new tensor.
        nodes: old node -> what stands for it, for control dependencies.
        made: the new nodes.
    """

    def __init__(self) -> None:
        self.tensors: dict[int, SymbolicTensor] = {}
        self.nodes: dict[Node, tuple[Node, ...]] = {}
        self.made: list[Node] = []

    def copy(self, node: Node, inputs: Tensors, attrs: dict[str, Any] | None = None) -> Node:
        """A copy of `node` over new inputs, appended to the new graph."""
        return self.make(node, inputs, node.attrs if attrs is None else attrs, node.outputs)

    def make(
        self, node: Node, inputs: Tensors, attrs: dict[str, Any], outputs: Iterable[Any],
        op: Op | None = None,
    ) -> Node:  # fmt: skip
        """A new node in place of `node`.

        Args:
            node: what it stands for: gives it its name, line and control dependencies.
            inputs: tensors of the new graph.
            attrs: its attributes.
            outputs: tensors or specs like which its outputs are.
            op: by default that of `node`.
        """
        made = Node(op or node.op, inputs, attrs, self, node.where, node.name_hint, node.device)
        made.outputs = tuple(
            [SymbolicTensor(made, i, t.dtype, t.dims) for i, t in enumerate(outputs)]
        )
        if node.after:
            made.after = self.after(node)
        self.made.append(made)
        self.nodes[node] = (*self.nodes.get(node, ()), made)
        return made

    def after(self, node: Node) -> tuple[Node, ...]:
        """What stands for the control dependencies of an old node."""
        found = [made for before in node.after for made in self.nodes.get(before, ())]
        return tuple(dict.fromkeys(found))

    def constant(self, node: Node, value: Any, output: Any) -> SymbolicTensor:
        """A constant in place of `node`, like its output `output`."""
        from engine.ir.op import find_op

        dims = getattr(value, "shape", ())
        attrs = {"value": value, "dtype": output.dtype, "dims": dims}
        made = Node(find_op("raw.constant"), (), attrs, self, node.where, node.name_hint)
        tensor = SymbolicTensor(made, 0, output.dtype, dims)
        made.outputs = (tensor,)
        self.made.append(made)
        return tensor

    def inline(self, node: Node, graph: Graph, inputs: Sequence[SymbolicTensor]) -> Tensors:
        """The nodes of `graph` in place of `node`; the outputs."""
        tensors = {id(inner): given for inner, given in zip(graph.inputs, inputs)}
        placeholders = {tensor.node for tensor in graph.inputs}
        outer = self.after(node)
        copies: dict[Node, Node] = {}
        for inner in graph.nodes:
            if inner in placeholders:
                continue
            given = tuple([None if t is None else tensors[id(t)] for t in inner.inputs])
            made = Node(
                inner.op, given, inner.attrs, self, inner.where, inner.name_hint, inner.device
            )
            made.outputs = tuple(
                [SymbolicTensor(made, t.index, t.dtype, t.dims) for t in inner.outputs]
            )
            if inner.op.effect:
                before = [copies[b] for b in inner.after if b in copies]
                made.after = tuple(dict.fromkeys((*outer, *before)))
            self.made.append(made)
            copies[inner] = made
            tensors.update((id(old), new) for old, new in zip(inner.outputs, made.outputs))
        self.nodes[node] = tuple(made for made in copies.values() if made.op.effect)
        return tuple(tensors[id(tensor)] for tensor in graph.outputs)

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

    def rebuilding(node: Node, inputs: Tensors, rewriter: Rewriter) -> Any:
        return visit(node, inputs, lambda: rewriter.copy(node, inputs).outputs)

    return rebuild(graph, rebuilding, keep)


def rebuild(
    graph: Graph,
    visit: Callable[[Node, Tensors, Rewriter], Sequence[Any]],
    keep: Callable[[Node], bool] | None = None,
) -> Graph:
    """As `rewrite`; `visit` gets the rewriter, and may answer None for outputs nobody uses."""
    rewriter = Rewriter()
    placeholders = {t.node for t in graph.inputs}
    tensors = rewriter.tensors
    for node in graph.nodes:
        if keep is not None and node not in placeholders and not keep(node):
            continue
        inputs: Any = tuple([None if t is None else tensors[id(t)] for t in node.inputs])
        if node in placeholders:
            results: Sequence[Any] = rewriter.copy(node, inputs).outputs
        else:
            results = visit(node, inputs, rewriter)
        for old, new in zip(node.outputs, results):
            if new is not None:
                tensors[id(old)] = new
    made = Graph(
        graph.name,
        tuple(tensors[id(t)] for t in graph.inputs),
        tuple(rewriter.made),
        tuple(tensors[id(t)] for t in graph.outputs),
        graph.input_names,
    )
    for node in rewriter.made:
        node.owner = made
    return made
