"""The model: inputs, nodes, weights and inner graphs, put together by the rules of the ops."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from engine.ir.graph import Graph, Node

__all__ = ["OPSET", "RULES", "Builder", "UnsupportedOpError", "export", "rule"]

OPSET = 18
_IR_VERSION = 9

Rule = Callable[["Builder", Node, list[str]], "list[str]"]
RULES: dict[str, Rule] = {}
"""What becomes of a node, by the name of its op: (builder, node, input names) -> output names."""


class UnsupportedOpError(ValueError):
    """An op, or one of its attributes, that has no counterpart in ONNX."""


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Declares what becomes of the ops of these names."""

    def declare(made: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, made))
        return made

    return declare


def export(concrete: Any) -> bytes:
    """A traced function as a serialized ONNX model; variables are kept at their values of now.

    Args:
        concrete: What `get_concrete_function` answers.

    Returns:
        A `ModelProto`, opset 18. Inputs are named as the parameters, outputs `output_0` and on.

    Raises:
        UnsupportedOpError: If the graph has an op without a rule; names the op and the line.
        ModuleNotFoundError: If the package `onnx` is not installed.
    """
    onnx = importlib.import_module("onnx")
    for name in ("elementwise", "arrays", "control"):
        importlib.import_module(f"engine.saving.onnx.rules.{name}")
    builder = Builder(onnx)
    graph: Graph = concrete.graph
    captured = list(concrete.captures)
    own = list(graph.inputs)[: len(graph.inputs) - len(captured)]
    names: list[str] = []
    declared = []
    for tensor in own:
        name = builder.fresh(tensor.name.partition(":")[0])
        names.append(name)
        declared.append(builder.declaration(name, tensor))
    by_handle = {id(variable.handle): variable for variable in concrete.variables}
    for tensor in captured:
        variable = by_handle.get(id(tensor))
        value = variable.numpy() if variable is not None else tensor.numpy()
        names.append(builder.weight(np.asarray(value), getattr(variable, "name", "captured")))
    answers = builder.inline(graph, names)
    outputs = []
    for index, (name, tensor) in enumerate(zip(answers, graph.outputs, strict=True)):
        builder.node("Identity", [name], [f"output_{index}"])
        outputs.append(builder.declaration(f"output_{index}", tensor))
    used = set(_read(builder.nodes))
    weights = [weight for weight in builder.weights if weight.name in used]
    name = str(concrete.name or "graph")
    made = onnx.helper.make_graph(builder.nodes, name, declared, outputs, weights)
    model = onnx.helper.make_model(
        made,
        producer_name="graphlens",
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=_IR_VERSION,
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _read(nodes: Any) -> Iterator[str]:
    """The names that nodes read, also those of inner graphs."""
    for node in nodes:
        yield from node.input
        for attribute in node.attribute:
            yield from _read(attribute.g.node)


class Builder:
    """Nodes and weights of one graph of the model; an inner graph has a builder of its own.

    Args:
        onnx: The package.
        outer: The builder of the graph around, which keeps the names apart and the weights.
    """

    def __init__(self, onnx: Any, outer: Builder | None = None) -> None:
        self.onnx = onnx
        self.nodes: list[Any] = []
        self.weights: list[Any] = [] if outer is None else outer.weights
        self._taken: set[str] = set() if outer is None else outer._taken

    def inner(self) -> Builder:
        """A builder for the graph of a branch or a body; names of this one can be used in it."""
        return Builder(self.onnx, self)

    def fresh(self, base: str) -> str:
        """A name that is not taken."""
        name, count = base, 0
        while name in self._taken:
            count += 1
            name = f"{base}_{count}"
        self._taken.add(name)
        return name

    # -- values ------------------------------------------------------------------------------

    def element_type(self, dtype: Any) -> int:
        """ONNX's number of a dtype.

        Raises:
            UnsupportedOpError: If ONNX has no such dtype.
        """
        known = {"string": "STRING", "bool": "BOOL", "half": "FLOAT16", "float16": "FLOAT16",
                 "bfloat16": "BFLOAT16", "float32": "FLOAT", "float64": "DOUBLE"}  # fmt: skip
        name = known.get(dtype.name, dtype.name.upper())
        kind = getattr(self.onnx.TensorProto, name, None)
        if kind is None or dtype.is_complex or dtype.name in ("resource", "variant"):
            raise UnsupportedOpError(f"ONNX has no dtype like {dtype.name}")
        return int(kind)

    def declaration(self, name: str, tensor: Any) -> Any:
        """The declaration of an input or output, with what is known of its shape."""
        dims = None if tensor.shape.rank is None else list(tensor.shape.as_list())
        return self.onnx.helper.make_tensor_value_info(name, self.element_type(tensor.dtype), dims)

    def weight(self, value: Any, base: str = "const") -> str:
        """A constant array; kept in the outermost graph."""
        name = self.fresh(base.partition(":")[0])
        if value.dtype == object:
            texts = [text if isinstance(text, bytes) else str(text).encode() for text in value.flat]
            made = self.onnx.helper.make_tensor(
                name, self.onnx.TensorProto.STRING, value.shape, texts
            )
        else:
            made = self.onnx.numpy_helper.from_array(
                np.ascontiguousarray(value).reshape(value.shape), name
            )
        self.weights.append(made)
        return name

    def ints(self, values: Sequence[int] | int) -> str:
        """A constant of int64, as shapes and axes are."""
        return self.weight(np.asarray(values, np.int64), "ints")

    def like(self, tensor: Any, value: float) -> str:
        """A scalar of the dtype of a tensor."""
        return self.weight(np.asarray(value, tensor.dtype.as_numpy_dtype), "scalar")

    # -- nodes -------------------------------------------------------------------------------

    def node(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str] = (), /, **attributes: Any
    ) -> str:
        """Adds a node; answers the name of its first output."""
        names = list(outputs) or [self.fresh(kind)]
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), names, **attributes))
        return names[0]

    def cast(self, name: str, dtype: Any) -> str:
        """The tensor as another dtype."""
        return self.node("Cast", [name], to=self.element_type(dtype))

    def inline(self, graph: Graph, inputs: Sequence[str]) -> list[str]:
        """Adds the nodes of a graph; answers the names of its outputs.

        Args:
            graph: One of ours.
            inputs: The names that stand for its inputs.
        """
        known = {id(tensor): name for tensor, name in zip(graph.inputs, inputs, strict=True)}
        for node in graph.nodes:
            if node.op.type == "Placeholder":
                continue
            made = self._converted(node, [known[id(tensor)] for tensor in node.inputs])
            known.update((id(tensor), name) for tensor, name in zip(node.outputs, made))
        return [known[id(tensor)] for tensor in graph.outputs]

    def _converted(self, node: Node, inputs: list[str]) -> list[str]:
        made = RULES.get(node.op.name)
        try:
            if made is None:
                raise UnsupportedOpError("there is no rule for it")
            return made(self, node, inputs)
        except UnsupportedOpError as error:
            if str(error).startswith("not exported"):
                raise
            where = node.file_line
            place = f" ({where[0]}:{where[1]})" if where is not None else ""
            raise UnsupportedOpError(
                f"not exported to ONNX: {node.op.type}{place}: {error}"
            ) from None
