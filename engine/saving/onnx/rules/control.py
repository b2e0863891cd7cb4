"""Branches, loops and calls."""

from __future__ import annotations

from typing import Any

from engine.ir.graph import Graph, Node
from engine.saving.onnx.model import Builder, rule

__all__: list[str] = []


@rule("raw.call")
def call(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """The called graph, in the place of the call."""
    return builder.inline(node.attrs["graph"], inputs)


@rule("raw.cond")
def cond(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """`If`: its branches see the names around them."""
    branches = {
        name: _branch(builder, node.attrs[name], inputs[1:], name)
        for name in ("then_branch", "else_branch")
    }
    names = [builder.fresh("If") for _ in node.outputs]
    builder.node("If", inputs[:1], names, **branches)
    return names


def _branch(builder: Builder, graph: Graph, inputs: list[str], name: str) -> Any:
    inner = builder.inner()
    answers = inner.inline(graph, inputs)
    outputs = []
    for answer, tensor in zip(answers, graph.outputs, strict=True):
        made = inner.node("Identity", [answer])
        outputs.append(inner.declaration(made, tensor))
    return builder.onnx.helper.make_graph(inner.nodes, builder.fresh(name), [], outputs)


@rule("raw.while_loop")
def while_loop(builder: Builder, node: Node, inputs: list[str]) -> list[str]:
    """`Loop`: the test runs once before it and at the end of each turn."""
    test: Graph = node.attrs["test"]
    body: Graph = node.attrs["body"]
    count = int(node.attrs["count"])
    kept = inputs[count:]
    (first,) = builder.inline(test, inputs)
    inner = builder.inner()
    turn, going = inner.fresh("turn"), inner.fresh("going")
    helper = builder.onnx.helper
    state = [inner.fresh("state") for _ in range(count)]
    declared = [
        helper.make_tensor_value_info(turn, builder.onnx.TensorProto.INT64, []),
        helper.make_tensor_value_info(going, builder.onnx.TensorProto.BOOL, []),
        *(inner.declaration(name, tensor) for name, tensor in zip(state, node.outputs)),
    ]
    answers = inner.inline(body, [*state, *kept])
    (again,) = inner.inline(test, [*answers, *kept])
    results = [inner.node("Identity", [name]) for name in (again, *answers)]
    outputs = [
        helper.make_tensor_value_info(results[0], builder.onnx.TensorProto.BOOL, []),
        *(inner.declaration(name, tensor) for name, tensor in zip(results[1:], node.outputs)),
    ]
    graph = helper.make_graph(inner.nodes, builder.fresh("body"), declared, outputs)
    names = [builder.fresh("Loop") for _ in node.outputs]
    builder.node("Loop", ["", first, *inputs[:count]], names, body=graph)
    return names
