"""Removes operations that change nothing, down to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.ir.graph import Graph, Node
from engine.ir.rewrite import Rewriter, Tensors, rebuild
from engine.passes.pipeline import Stage, graph_pass

Rule = Callable[[Node, Tensors, Rewriter], "Sequence[Any] | None"]


@graph_pass(Stage.SIMPLIFY)
def simplify(graph: Graph) -> Graph:
    """Drop identities, casts and reshapes to what is there already, and decided branches."""
    trial = Rewriter()  # rules look at what is before a node: the first that applies, applies here
    if all(_simpler(node, node.inputs, trial) is None for node in graph.nodes):
        return graph

    def visit(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any]:
        found = _simpler(node, inputs, rewriter)
        return rewriter.copy(node, inputs).outputs if found is None else found

    return rebuild(graph, visit)


def _simpler(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
    rule = _RULES.get(node.op.name)
    return None if rule is None else rule(node, inputs, rewriter)


def _unspread(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
    """Take the number itself where an operand repeats it only to fit the other operand."""
    x, y = inputs
    dims = node.outputs[0].dims
    for operands, other in (((_repeated(x), y), y), ((x, _repeated(y)), x)):
        if None not in operands and dims and None not in dims and other.dims == dims:
            return rewriter.make(node, operands, dict(node.attrs), node.outputs).outputs
    return None


def _repeated(tensor: Any) -> Any:
    """The scalar that a tensor repeats; None where it is not made like that."""
    if tensor.node.op.name not in _REPEATING:
        return None
    (source, *_) = tensor.node.inputs
    return source if source.dims == () and source.dtype is tensor.dtype else None


_REPEATING = frozenset({"raw.spread", "raw.broadcast_to"})


def _same_type(node: Node, tensor: Any) -> bool:
    """Has the node's result exactly the dtype and the (fully known) shape of `tensor`?"""
    output = node.outputs[0]
    known = tensor.dims is not None and None not in tensor.dims
    return known and tensor.dims == output.dims and tensor.dtype is output.dtype


def _constant(tensor: Any) -> Any:
    """The scalar value of a constant, as a Python number; None where it is none."""
    if tensor.node.op.name != "raw.constant" or tensor.dtype.kind not in "fiub":
        return None
    value = tensor.node.attrs["value"]
    return value.item() if value.shape == () else None


def _identity(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
    return inputs


def _unchanged(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
    return inputs[:1] if _same_type(node, inputs[0]) else None


def _cast(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
    return inputs if inputs[0].dtype is node.outputs[0].dtype else None


def _transpose(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
    perm = node.attrs["perm"]
    if perm is None or node.attrs.get("conjugate") or tuple(perm) != tuple(range(len(perm))):
        return None
    return inputs if _same_type(node, inputs[0]) else None


def _twice(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
    before = inputs[0].node
    return before.inputs if before.op is node.op else None


def _either(first: Rule, second: Rule) -> Rule:
    return lambda node, inputs, rewriter: (
        first(node, inputs, rewriter) or second(node, inputs, rewriter)
    )


def _neutral_right(*values: Any) -> Rule:
    def rule(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
        x, y = inputs
        value = _constant(y)
        if value is None or value not in values or not _same_type(node, x):
            return None
        if value == 0 and x.dtype.kind not in "iu":  # -0.0 + 0.0 is 0.0
            return None
        return (x,)

    return rule


def _neutral_either(value: Any) -> Rule:
    right = _neutral_right(value)

    def rule(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
        return right(node, inputs, rewriter) or right(node, inputs[::-1], rewriter)

    return rule


def _select(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
    _, x, y = inputs
    return (x,) if x is y and _same_type(node, x) else None


def _cond(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
    value = _constant(inputs[0])
    if value is None:
        return None
    branch = node.attrs["then_branch" if value else "else_branch"]
    return rewriter.inline(node, branch, inputs[1:])


def _case(node: Node, inputs: Tensors, rewriter: Rewriter) -> Sequence[Any] | None:
    value = _constant(inputs[0])
    if value is None:
        return None
    branches = node.attrs["branches"]
    chosen = value if 0 <= value < len(branches) else len(branches) - 1
    return rewriter.inline(node, branches[chosen], inputs[1:])


_RULES: dict[str, Rule] = {
    "identity": _identity, "stop_gradient": _identity, "raw.cast": _cast,
    "raw.reshape": _unchanged, "raw.broadcast_to": _unchanged, "raw.squeeze": _unchanged,
    "raw.ensure_shape": _unchanged, "raw.transpose": _transpose,
    "math.negative": _twice, "math.logical_not": _twice, "bitwise.invert": _twice,
    "math.add": _either(_neutral_either(0), _unspread),
    "math.subtract": _either(_neutral_right(0), _unspread),
    "math.multiply": _either(_neutral_either(1), _unspread),
    "raw.real_divide": _either(_neutral_right(1), _unspread),
    "raw.select": _select,
    "raw.cond": _cond, "raw.switch_case": _case,
}  # fmt: skip
