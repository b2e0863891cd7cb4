"""Nodes and graphs: what a traced function is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.ir.op import Op
    from engine.ir.tensor import SymbolicTensor

Where = "tuple[Any, int] | None"


class Node:
    """One op call in a graph.

    Attributes:
        op: what is called.
        inputs: tensors, all of them outputs of earlier nodes of the same graph.
        attrs: everything else the call needs; values may be graphs (branches, loop bodies).
        after: nodes that must have run before (control dependencies).
        outputs: the tensors it makes.
        where: code object and instruction offset of the user's call, or None.
        device: name of the device that `tf.device` asked for; empty: any.
        name_hint: base of the node's name; None: the op's own.
        owner: the recorder or graph it was made for.
    """

    __slots__ = (
        "after", "attrs", "device", "inputs", "name_hint", "op", "outputs", "owner", "where",
    )  # fmt: skip

    def __init__(
        self,
        op: Op,
        inputs: tuple[SymbolicTensor, ...],
        attrs: dict[str, Any],
        owner: Any,
        where: Any = None,
        name_hint: str | None = None,
        device: str = "",
    ) -> None:
        self.op = op
        self.inputs = inputs
        self.attrs = attrs
        self.owner = owner
        self.where = where
        self.name_hint = name_hint
        self.device = device
        self.after: tuple[Node, ...] = ()
        self.outputs: tuple[SymbolicTensor, ...] = ()

    @property
    def graphs(self) -> Iterator[tuple[str, Graph]]:
        """The graphs among the attributes, with their names."""
        for key, value in self.attrs.items():
            if isinstance(value, Graph):
                yield key, value
            elif isinstance(value, tuple) and value and isinstance(value[0], Graph):
                for i, item in enumerate(value):
                    yield f"{key}[{i}]", item

    @property
    def type(self) -> str:
        """TensorFlow's name for the kind of op, for example ``AddV2`` or ``StatelessWhile``."""
        kind = self.op.type
        if self.op.effect != "graphs":
            return kind
        from engine.ir.effects import node_effects

        pure = node_effects(self).none
        if kind == "PartitionedCall":
            return kind if pure else "StatefulPartitionedCall"
        return f"Stateless{kind}" if pure else kind

    @property
    def file_line(self) -> tuple[str, int] | None:
        """User's file and line, decoded from `where` only when asked for."""
        if self.where is None:
            return None
        code, offset = self.where
        return code.co_filename, line_of(code, offset)

    @property
    def name(self) -> str:
        """Unique name in its graph, as TensorFlow would give it."""
        return str(self.owner.names()[self])

    @property
    def control_inputs(self) -> tuple[Node, ...]:
        return self.after

    def __repr__(self) -> str:
        return f"<tf.Operation {self.name!r} type={self.type}>"


Node.__name__ = Node.__qualname__ = "Operation"  # what users, and messages to them, call it


def line_of(code: Any, offset: int) -> int:
    """Line of an instruction of a code object."""
    line = code.co_firstlineno
    for start, end, number in code.co_lines():
        if start <= offset < end and number is not None:
            return int(number)
    return int(line)


class Graph:
    """An immutable list of nodes in an order that can run.

    Attributes:
        name: of the function it was traced from.
        inputs: outputs of the placeholder nodes, in calling order.
        nodes: all nodes; each uses only what stands before it.
        outputs: the tensors it answers.
        structured_outputs: the same in the structure that the function returned, where known.
    """

    __slots__ = (
        "_names", "compiled", "input_names", "inputs", "name", "nodes", "outputs",
        "structured_outputs",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        inputs: tuple[SymbolicTensor, ...],
        nodes: tuple[Node, ...],
        outputs: tuple[SymbolicTensor, ...],
        input_names: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.inputs = inputs
        self.nodes = nodes
        self.outputs = outputs
        self.input_names = input_names
        self.compiled: dict[str, Any] = {}
        self._names: dict[Node, str] | None = None
        self.structured_outputs: Any = None

    def names(self) -> dict[Node, str]:
        """A unique name for each node: the op's name, then `_1`, `_2`, ..."""
        if self._names is None:
            self._names = unique_names(self.nodes)
        return self._names

    def consumers(self) -> dict[Node, list[Node]]:
        """Which nodes use each node's outputs or must wait for it."""
        users: dict[Node, list[Node]] = {node: [] for node in self.nodes}
        for node in self.nodes:
            for before in {tensor.node for tensor in node.inputs} | set(node.after):
                users[before].append(node)
        return users

    def ancestors(self, *nodes: Node) -> set[Node]:
        """All that must run before `nodes` (data and control)."""
        seen: set[Node] = set()
        stack = list(nodes)
        while stack:
            node = stack.pop()
            for before in [tensor.node for tensor in node.inputs] + list(node.after):
                if before not in seen:
                    seen.add(before)
                    stack.append(before)
        return seen

    @property
    def building_function(self) -> bool:
        """It belongs to a traced function: always true."""
        return True

    def get_operations(self) -> list[Node]:
        """All nodes, in an order that can run."""
        return list(self.nodes)

    def get_operation_by_name(self, name: str) -> Node:
        """The node of that name. Raises KeyError where there is none."""
        for node, known in self.names().items():
            if known == name:
                return node
        raise KeyError(f"The name {name!r} refers to an Operation not in the graph.")

    def get_tensor_by_name(self, name: str) -> SymbolicTensor:
        """The tensor `node:index`.

        Raises:
            ValueError: if the name has another form.
            KeyError: if there is no such tensor.
        """
        head, colon, index = name.rpartition(":")
        if not colon or not index.isdigit():
            raise ValueError(f'The name {name!r} is not a Tensor name: it has the form "node:0".')
        outputs: tuple[SymbolicTensor, ...] = ()
        if head in self.names().values():
            outputs = self.get_operation_by_name(head).outputs
        if int(index) >= len(outputs):
            raise KeyError(f"The name {name!r} refers to a Tensor which does not exist.")
        return outputs[int(index)]

    def as_graph_def(self, *args: Any, **kwargs: Any) -> Any:
        """The graph as plain records with `node`, each with `name`, `op` and `input`."""
        from engine.ir.graph_def import graph_def

        return graph_def(self)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __str__(self) -> str:
        from engine.ir.printer import graph_text

        return graph_text(self)

    def __repr__(self) -> str:
        return f"<Graph {self.name!r}: {len(self.nodes)} nodes>"


OPERAND = "\0"
"""Ends the name hint of a constant made of an op's argument: it is named after the op."""


def unique_names(nodes: tuple[Node, ...] | list[Node]) -> dict[Node, str]:
    """Names by op and order of appearance, `x`, `x_1`, ..., case-insensitively unique."""
    names: dict[Node, str] = {}
    name_nodes(nodes, names, {})
    return names


def name_nodes(
    nodes: tuple[Node, ...] | list[Node], names: dict[Node, str], taken: dict[str, int]
) -> None:
    """Name further nodes of a graph.

    Args:
        nodes: in their order.
        names: by node; gets the new ones.
        taken: what `claim_name` remembers.
    """
    users: dict[Node, tuple[Node, int]] | None = None
    for node in nodes:
        if node in names:
            continue
        base = node.name_hint or node.op.name_hint
        if base[-1] == OPERAND:
            users = _first_users(nodes) if users is None else users
            user = users.get(node)
            if user is None:
                base = base[:-1] + node.op.name_hint
            else:
                owner, place = user
                if owner not in names:
                    names[owner] = claim_name(owner.name_hint or owner.op.name_hint, taken)
                base = f"{names[owner]}/{_parameter(owner, place)}"
        names[node] = claim_name(base, taken)


def _first_users(nodes: tuple[Node, ...] | list[Node]) -> dict[Node, tuple[Node, int]]:
    users: dict[Node, tuple[Node, int]] = {}
    for node in nodes:
        for i, tensor in enumerate(node.inputs):
            if tensor is not None and tensor.node not in users:
                users[tensor.node] = (node, i)
    return users


def _parameter(node: Node, place: int) -> str:
    """The name of the parameter that takes input `place`."""
    parameters = node.op.parameters
    for i, parameter in enumerate(parameters):
        if parameter.variadic:
            first = place - i
            if first < len(node.inputs) - (len(parameters) - 1):
                return f"{parameter.name}_{first}"
            return parameters[place - len(node.inputs)].name
        if i == place:
            return parameter.name
    return "input"


def claim_name(base: str, taken: dict[str, int]) -> str:
    """`base`, or `base_N` where it is taken; remembers the choice in `taken`."""
    key = base.lower()
    count = taken.get(key)
    if count is None:
        taken[key] = 0
        return base
    while True:
        count += 1
        name = f"{base}_{count}"
        if name.lower() not in taken:
            taken[key] = count
            taken[name.lower()] = 0
            return name
