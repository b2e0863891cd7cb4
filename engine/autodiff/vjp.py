"""Reverse-mode differentiation of a graph: forward with what backward needs, and backward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.autodiff.backprop import Entry, backprop, differentiable
from engine.autodiff.rows import Rows
from engine.ir.dtypes import DType, int32, resource
from engine.ir.graph import Graph, Node
from engine.ir.interpreter import interpreting, new_eager, new_recorder
from engine.ir.op import find_op
from engine.ir.rewrite import copied
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import composite_parts
from engine.ir.tensor import SymbolicTensor


class Vjp:
    """A graph split for reverse mode.

    Attributes:
        forward: the graph with `saved` as further outputs.
        saved: how many further outputs it has.
        backward: (gradients of `seeds`, inputs `used`, saved values) -> gradients of `wanted`.
        seeds: positions of the outputs for which backward takes gradients.
        used: positions of the forward inputs that backward takes.
        wanted: positions of the inputs whose gradients it answers.
        rows: which of `wanted` backward answers by rows: values, their numbers, the whole shape.
    """

    __slots__ = ("backward", "forward", "rows", "saved", "seeds", "used", "wanted")

    def __init__(
        self, forward: Graph, saved: int, backward: Graph, seeds: tuple[int, ...],
        used: tuple[int, ...], wanted: tuple[int, ...], rows: frozenset[int] = frozenset(),
    ) -> None:  # fmt: skip
        self.forward = forward
        self.saved = saved
        self.backward = backward
        self.seeds = seeds
        self.used = used
        self.wanted = wanted
        self.rows = rows

    def index_dtype(self, position: int) -> DType:
        """Of the numbers of the rows of an input's gradient; int32 where it has no rows."""
        if position not in self.rows:
            return int32
        before = self.wanted[: self.wanted.index(position)]
        at = sum(3 if i in self.rows else 1 for i in before)
        return self.backward.outputs[at + 1].dtype


def vjp(
    graph: Graph, seeds: tuple[int, ...], candidates: tuple[int, ...], rows: bool = False
) -> Vjp:
    """Split `graph` for reverse mode.

    Args:
        graph: any graph.
        seeds: positions of outputs that have a gradient.
        candidates: positions of inputs whose gradient is of interest; those that no seed depends
            on are left out of `Vjp.wanted`.
        rows: may backward answer rows where only rows were gathered?
    """
    known = graph.compiled.setdefault("vjp", {})
    key = (seeds, candidates, rows)
    made = known.get(key)
    if made is None:
        made = known[key] = _split(graph, seeds, candidates, rows)
    return made


def _split(graph: Graph, seeds: tuple[int, ...], candidates: tuple[int, ...], rows: bool) -> Vjp:
    forward = copied(graph)  # its nodes may be extended below
    owner = Draft(forward)
    entries = _entries(forward, [forward.inputs[i] for i in candidates])
    specs = [gradient_spec(forward.outputs[i]) for i in seeds]
    backward = new_recorder(f"{graph.name}_backward", owner)
    grads = [backward.placeholder(s.dtype, s.dims, f"grad_{i}") for i, s in enumerate(specs)]
    with interpreting(backward):
        results = backprop(
            entries, [forward.outputs[i] for i in seeds], grads,
            [forward.inputs[i] for i in candidates], rows,
        )  # fmt: skip
        found = {i: grad for i, grad in zip(candidates, results) if grad is not None}
        outputs = [backward.own(one) for grad in found.values() for one in _parts(grad)]
    by_rows = frozenset(i for i, grad in found.items() if type(grad) is Rows)
    return _assemble(owner, backward, outputs, seeds, tuple(found), by_rows)


def _parts(grad: Any) -> list[Any]:
    return composite_parts(grad.slices()) if type(grad) is Rows else [grad]


def _assemble(
    owner: Draft, backward: Any, outputs: list[Any], seeds: tuple[int, ...],
    wanted: tuple[int, ...], rows: frozenset[int],
) -> Vjp:  # fmt: skip
    """Sort backward's captures into forward inputs and saved values."""
    forward = owner.graph
    position = {id(t): i for i, t in enumerate(forward.inputs)}
    inputs: list[Any] = []
    saved: list[Any] = []
    for outer, inner in backward.captured():
        (inputs if id(outer) in position else saved).append((outer, inner))
    count = len(seeds)
    order = [inner for _, inner in inputs] + [inner for _, inner in saved]
    backward.inputs[count:] = order
    backward.input_names[count:] = [t.node.name_hint for t in order]
    extended = Graph(
        forward.name, forward.inputs, tuple(owner.nodes),
        (*forward.outputs, *(outer for outer, _ in saved)), forward.input_names,
    )  # fmt: skip
    extended.compiled["origins"] = forward.compiled["origins"]
    return Vjp(extended, len(saved), backward.finish(outputs), seeds,
               tuple(position[id(outer)] for outer, _ in inputs), wanted, rows)  # fmt: skip


class Draft:
    """A graph whose nodes are still being extended; stands as the owner of its nodes.

    Attributes:
        graph: the graph as it was.
        nodes: its nodes.
        outer: an eager interpreter; the draft's tensors are visible to backward only.
        tapes: none listens.
    """

    eager = False

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes = list(graph.nodes)
        self.name = graph.name
        self.outer: Any = new_eager()
        self.tapes: list[Any] = []
        for node in self.nodes:
            node.owner = self

    def resolve(self, tensor: SymbolicTensor) -> SymbolicTensor | None:
        """The tensor of this draft that stands for one of the graph it was copied from."""
        pair = self.graph.compiled["origins"].get(id(tensor))
        return None if pair is None else pair[1]

    def names(self) -> dict[Node, str]:
        from engine.ir.graph import unique_names

        return unique_names(self.nodes)


def gradient_spec(tensor: Any) -> TensorSpec:
    """Spec of a tensor's gradient; that of a resource is its variable's."""
    if tensor.dtype is resource:
        attrs = tensor.node.attrs if isinstance(tensor, SymbolicTensor) else {}
        if attrs:
            return spec(attrs["held_dtype"], attrs["held_dims"])
        return spec(tensor._value.dtype, tensor._value.dims)
    return spec(tensor.dtype, tensor.dims)


def _entries(graph: Graph, sources: Sequence[Any]) -> list[Entry]:
    """The calls that depend differentiably on the sources, in order."""
    reached = {id(t) for t in sources}
    entries = []
    for node in graph.nodes:
        if not any(t is not None and id(t) in reached for t in node.inputs):
            continue
        if node.op.name == "stop_gradient":
            continue
        outputs = [t for t in node.outputs if differentiable(t)]
        if outputs:
            reached.update(id(t) for t in outputs)
            entries.append(Entry(node.op, node.inputs, node.attrs, node.outputs))
    return entries


def extend_node(node: Node, attrs: dict[str, Any], extra: Sequence[Any]) -> tuple[Any, ...]:
    """Give a node under construction new attributes and further outputs.

    Args:
        node: of a recorder or draft.
        attrs: replacing its attributes.
        extra: specs of the further outputs.

    Returns:
        The further outputs.
    """
    node.attrs = attrs
    first = len(node.outputs)
    made = tuple(SymbolicTensor(node, first + i, s.dtype, s.dims) for i, s in enumerate(extra))
    node.outputs = (*node.outputs, *made)
    for tape in node.owner.tapes:
        tape.extended(node, made)
    return made


def insert_constant(node: Node, value: Any, dtype: DType) -> SymbolicTensor:
    """A constant that stands before `node` in its graph under construction."""
    made = Node(find_op("raw.constant"), (), {"value": value, "dtype": dtype, "dims": ()},
                node.owner)  # fmt: skip
    tensor = SymbolicTensor(made, 0, dtype, ())
    made.outputs = (tensor,)
    node.owner.nodes.insert(node.owner.nodes.index(node), made)
    return tensor
