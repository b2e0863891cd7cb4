"""Gradients of calls of traced functions."""

from __future__ import annotations

from typing import Any

from engine.autodiff.backprop import differentiable, takes_missing
from engine.autodiff.rows import Given, Rows
from engine.autodiff.vjp import Vjp, extend_node, gradient_spec, vjp
from engine.ir.dtypes import DType, resource, variant
from engine.ir.graph import Graph
from engine.ir.interpreter import current, run_graph
from engine.ir.spec import spec
from engine.ir.tensor import EagerTensor
from engine.ops.control import call_op
from engine.ops.namespace import tf
from engine.ops.stack import empty_stack


def taped_call(it: Any, graph: Graph, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Run a graph eagerly while tapes listen; the outputs of the graph.

    Where `k` tapes watch the inputs, the graph also saves what `k` nested derivatives need.
    """
    watching = [tape for tape in it.tapes if tape.watches(inputs)]
    if not watching:
        return tuple(it.apply(call_op.op, inputs, {"graph": graph}))
    candidates = tuple(
        i for i, t in enumerate(inputs)
        if differentiable(t) and any(tape.watches((t,)) for tape in watching)
    )  # fmt: skip
    levels = []
    forward = graph
    for _ in watching:
        seeds = tuple(i for i, t in enumerate(forward.outputs) if differentiable(t))
        level = vjp(forward, seeds, candidates, rows=True)
        levels.append(level)
        forward = level.forward
    values = it.run(run_graph, forward, [t._value for t in inputs])
    outputs = tuple([_tensor(value, t.dtype) for value, t in zip(values, forward.outputs)])
    attrs = {"graph": graph, "levels": tuple(levels)}
    for tape in it.tapes:
        tape.record(call_op.op, inputs, attrs, outputs)
    return outputs[: len(graph.outputs)]


def _tensor(value: Any, dtype: DType) -> EagerTensor:
    """An eager tensor of a computed value; arrays of rank 0 become scalars."""
    return EagerTensor(value if getattr(value, "shape", True) else value[()], dtype)


def call_graph(graph: Graph, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Call a graph under the current interpreter."""
    it: Any = current()
    if it.eager and it.tapes:
        return taped_call(it, graph, inputs)
    return tuple(it.apply(call_op.op, inputs, {"graph": graph}))


@call_op.gradient
@takes_missing
def call_gradient(tf_: Any, entry: Any, *grads: Any) -> list[Any]:
    """Gradients of the inputs of a call."""
    levels = entry.attrs.get("levels")
    if levels is None:
        return _extended_call_gradient(entry, grads)
    count = len(levels[0].forward.outputs) - levels[0].saved
    last = max(i for i, grad in enumerate(grads) if grad is not None)
    for level in levels:
        if last < count:
            break
        count += level.saved
    saved = entry.outputs[count : count + level.saved]
    seeds = [grads[i] if grads[i] is not None else zeros(entry.outputs[i]) for i in level.seeds]
    return apply_backward(level, seeds, entry.inputs, saved)


def _extended_call_gradient(entry: Any, grads: Any) -> list[Any]:
    """The call's node is still under construction: let it answer the saved values too."""
    node = entry.node
    graph = node.attrs["graph"]
    seeds = tuple(i for i, grad in enumerate(grads) if grad is not None)
    candidates = tuple(i for i, t in enumerate(node.inputs) if differentiable(t))
    split = vjp(graph, seeds, candidates, rows=True)
    count = len(node.outputs)
    specs = [spec(t.dtype, t.dims) for t in split.forward.outputs[count:]]
    saved = extend_node(node, {**node.attrs, "graph": split.forward}, specs)
    return apply_backward(split, [grads[i] for i in seeds], entry.inputs, saved)


def apply_backward(split: Vjp, seeds: Any, inputs: Any, saved: Any) -> list[Any]:
    """Call the backward graph; one gradient (tensor, `Rows` or None) for each of `inputs`."""
    out: list[Any] = [None] * len(inputs)
    if split.wanted:
        used = [inputs[i] for i in split.used]
        results = call_graph(split.backward, (*seeds, *used, *saved))
        following = iter(results)
        for i in split.wanted:
            grad = next(following)
            rows = i in split.rows
            out[i] = Rows([Given(grad, next(following), next(following))]) if rows else grad
    return out


def zeros(tensor: Any) -> Any:
    """A gradient of zeros for a tensor, a resource or a stack."""
    if tensor.dtype is variant:
        return empty_stack()
    if tensor.dtype is resource:
        held = gradient_spec(tensor)
        if held.dims is not None and None not in held.dims:
            return tf.zeros(held.dims, held.dtype)
        return tf.zeros_like(tf.raw.read_variable(tensor, held.dtype, held.dims))
    return tf.zeros_like(tensor)
