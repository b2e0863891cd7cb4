"""Initial values of variables made while tracing are computed at once, outside the graph."""

from __future__ import annotations

from typing import Any

from engine.ir.interpreter import Interpreter
from engine.ir.tensor import EagerTensor, SymbolicTensor

_NEEDS_ARGUMENT = (
    "Tensor-typed variable initializers must either be wrapped in an init_scope or callable "
    "(e.g., `tf.Variable(lambda : tf.random.truncated_normal([10, 40]))`) when building functions: "
    "this one depends on {0!r}, which has no value while tracing."
)


def evaluate(tensor: SymbolicTensor, known: dict[int, Any], eager: Interpreter) -> EagerTensor:
    """The value of a symbolic tensor that depends on nothing symbolic.

    Args:
        tensor: what to compute.
        known: values of placeholders, by identity.
        eager: computes.

    Raises:
        ValueError: if it depends on an argument without a value.
    """
    values = dict(known)
    stack: list[Any] = [tensor]
    while stack:
        wanted = stack[-1]
        if id(wanted) in values:
            stack.pop()
            continue
        node = wanted.node
        missing = [x for x in node.inputs if x is not None and id(x) not in values]
        if missing:
            stack.extend(missing)
            continue
        if node.op.name == "raw.placeholder":
            raise ValueError(_NEEDS_ARGUMENT.format(wanted))
        inputs = tuple(None if x is None else values[id(x)] for x in node.inputs)
        result = eager.apply(node.op, inputs, node.attrs)
        results = result if type(result) is tuple else (result,)
        for output, value in zip(node.outputs, results):
            values[id(output)] = value
        stack.pop()
    return values[id(tensor)]
