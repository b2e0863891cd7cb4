"""Which values may live in buffers that a program keeps and overwrites."""

from __future__ import annotations

import math
from typing import Any

from engine.ir.dtypes import DType, bfloat16
from engine.ir.graph import Graph, Node
from engine.ir.shapes import Dims
from engine.ir.tensor import SymbolicTensor

Key = tuple[tuple[int, ...], DType]
"""What two values must share to take turns in one buffer."""

_FRESH = frozenset({
    "raw.cast", "raw.mat_mul", "raw.batch_mat_mul", "raw.reduce_sum", "raw.reduce_mean",
    "raw.reduce_prod", "raw.reduce_max", "raw.reduce_min", "raw.reduce_all", "raw.reduce_any",
    "raw.shape", "raw.size", "raw.rank", "raw.zeros_like", "raw.ones_like", "raw.stack",
    "raw.gather", "raw.argmax", "raw.argmin", "raw.spread", "raw.complex_abs", "raw.leaky_relu",
    "raw.leaky_relu_grad", "raw.gather_gradient", "raw.slice_gradient", "raw.cumsum",
    "raw.cumprod", "raw.reduce_euclidean_norm",
})  # fmt: skip
"""Ops (besides the element-wise ones) whose results share no memory with their inputs."""


def buffer_key(tensor: Any) -> Key | None:
    """The kind of buffer that fits a tensor; None where its size is not known or it is a scalar."""
    dims: Dims = tensor.dims
    dtype = tensor.dtype
    if not dims or None in dims or dtype.kind not in "fiucb" or dtype is bfloat16:
        return None
    return (dims, dtype) if math.prod(dims) else None  # type: ignore[arg-type,return-value]


def uses(graph: Graph) -> dict[int, list[tuple[Node, int]]]:
    """The nodes that take each tensor (by identity), with the position among their inputs."""
    found: dict[int, list[tuple[Node, int]]] = {}
    for node in graph.nodes:
        for i, tensor in enumerate(node.inputs):
            if tensor is not None:
                found.setdefault(id(tensor), []).append((node, i))
    return found


def only_read(graph: Graph, tensor: SymbolicTensor) -> bool:
    """Does nothing in `graph` keep `tensor` or answer (a part of) it?"""
    if any(output is tensor for output in graph.outputs):
        return False
    return all(_reads(node, i) for node, i in _known_uses(graph).get(id(tensor), ()))


def _known_uses(graph: Graph) -> dict[int, list[tuple[Node, int]]]:
    known = graph.compiled.get("uses")
    if known is None:
        known = graph.compiled["uses"] = uses(graph)
    return known


def _reads(node: Node, position: int) -> bool:
    """Does a node only read this input, so that its results share no memory with it?"""
    op = node.op
    if op.elementwise or op.name in _FRESH:
        return True
    if op.name in ("raw.assign_add", "raw.assign_sub"):
        return position == 1
    if op.name == "raw.select":
        return bool(node.inputs[0].dims)
    if op.name in ("raw.add_n", "raw.concat"):
        return len(node.inputs) > 2
    if op.name in ("raw.cond", "raw.switch_case"):
        if position == 0:
            return True
        return all(only_read(g, g.inputs[position - 1]) for _, g in node.graphs)
    if op.name == "raw.while_loop":
        if position < node.attrs["count"]:
            return False
        return all(only_read(g, g.inputs[position]) for _, g in node.graphs)
    return False


def overwritable(graph: Graph) -> set[int]:
    """Identities of the tensors that nobody sees after their last use in `graph`."""
    found = set()
    answered = {id(tensor) for tensor in graph.outputs}
    taken = _known_uses(graph)
    for node in graph.nodes:
        for tensor in node.outputs:
            if id(tensor) in answered or buffer_key(tensor) is None:
                continue
            if all(_reads(user, i) for user, i in taken.get(id(tensor), ())):
                found.add(id(tensor))
    return found


class Buffers:
    """Hands out names of buffers and takes them back.

    Attributes:
        made: every buffer so far: its name and what it holds.
    """

    def __init__(self) -> None:
        self.made: dict[str, Key] = {}
        self._free: dict[Key, list[str]] = {}

    def take(self, key: Key) -> str:
        free = self._free.get(key)
        if free:
            return free.pop()
        name = f"b{len(self.made)}"
        self.made[name] = key
        return name

    def give(self, name: str) -> None:
        self._free.setdefault(self.made[name], []).append(name)

    def size(self) -> int:
        """Bytes of all buffers together."""
        return sum(math.prod(dims) * dtype.size for dims, dtype in self.made.values())
