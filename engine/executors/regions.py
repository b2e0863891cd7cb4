"""Finds runs of nodes that can be computed tile by tile along their first axis.

Inside such a region no array is written to memory and read back as a whole: a tile of each lives
in the cache. Element-wise nodes qualify, and reductions that keep the first axis.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Mapping
from typing import Any

from engine.executors.scratch import buffer_key
from engine.ir.effects import MAY_RAISE
from engine.ir.graph import Graph, Node
from engine.ir.op import PURE

__all__ = ["Region", "element_wise_rows", "find_regions", "is_large"]

LARGE = 65_536
"""Elements from which on tiles gain more than their calls cost."""

_LARGER = 524_288
_SPARED = 3
"""Arrays that must not be made as wholes for tiles to pay; twice as many for smaller ones."""

_ROW_BYTES = 1 << 17
"""Rows of more bytes than this are no tiles."""

REDUCTIONS = {"raw.reduce_sum": "add", "raw.reduce_max": "maximum", "raw.reduce_min": "minimum"}
_ROWWISE = frozenset({*REDUCTIONS, "raw.reduce_mean"})
_OTHERS = frozenset({"raw.cast", "raw.select"})


class Region:
    """Nodes that are computed together.

    Attributes:
        rows: length of the first axis.
        members: the nodes, in order.
        before: the first other node that needs a result; None: there is none in the graph.
    """

    __slots__ = ("before", "members", "produced", "rows", "start")

    def __init__(self, rows: int, start: int) -> None:
        self.rows = rows
        self.start = start
        self.members: list[Node] = []
        self.produced: set[int] = set()
        self.before: Node | None = None

    def worthwhile(self, counts: Mapping[int, int]) -> bool:
        """Are enough large arrays never made as a whole?

        Args:
            counts: uses of each tensor of the graph, its outputs' among them.
        """
        inner = Counter(id(t) for node in self.members for t in node.inputs)
        spared = [
            _size(node) for node in self.members
            if _size(node) >= LARGE and counts[id(node.outputs[0])] <= inner[id(node.outputs[0])]
        ]  # fmt: skip
        return len(spared) >= (_SPARED if max(spared, default=0) >= _LARGER else 2 * _SPARED)


def is_large(graph: Graph) -> bool:
    """Does the graph compute arrays that deserve tiles?"""
    return any(
        tensor.dims and None not in tensor.dims and _elements(tensor.dims) >= LARGE
        for node in graph.nodes if node.inputs for tensor in node.outputs
    )  # fmt: skip


def find_regions(graph: Graph, taken: Container[Node] = ()) -> list[Region]:
    """The regions of a graph (not those of the graphs inside it).

    Args:
        graph: the graph.
        taken: nodes that must not be members.
    """
    found: list[Region] = []
    current: Region | None = None
    position = {id(t): -1 for t in graph.inputs}
    for number, node in enumerate(graph.nodes):
        rows = 0 if node in taken else _rows(node)
        if rows and (_size(node) >= LARGE or (current is not None and current.rows == rows)):
            if current is None or not _joins(node, current, rows, position):
                if current is not None:
                    found.append(current)
                current = Region(rows, number)
            current.members.append(node)
            current.produced.add(id(node.outputs[0]))
        elif current is not None and current.before is None:
            if any(t is not None and id(t) in current.produced for t in node.inputs):
                current.before, current.start = node, number
        for tensor in node.outputs:
            position[id(tensor)] = number
    if current is not None:
        found.append(current)
    if not found:
        return found
    counts = Counter(id(t) for node in graph.nodes for t in node.inputs if t is not None)
    counts.update(id(t) for t in graph.outputs)
    return [region for region in found if region.worthwhile(counts)]


def _joins(node: Node, region: Region, rows: int, position: dict[int, int]) -> bool:
    """Can a node be computed with the others, before anybody else needs their results?"""
    if rows != region.rows:
        return False
    for tensor in node.inputs:
        if id(tensor) in region.produced:
            if not is_sliced(tensor, node, rows):
                return False
        elif region.before is not None and position[id(tensor)] >= region.start:
            return False
    return True


def _rows(node: Node) -> int:
    """The length of the axis along which a node can be cut; 0 where it cannot be."""
    op = node.op
    if op.effect != PURE or len(node.outputs) != 1 or not node.inputs:
        return 0
    if op.name in MAY_RAISE and not (op.name == "math.pow" and node.inputs[0].dtype.kind == "f"):
        return 0
    if not (op.elementwise or op.name in _ROWWISE or op.name in _OTHERS):
        return 0
    out = node.outputs[0]
    if buffer_key(out) is None or any(not _known(tensor) for tensor in node.inputs):
        return 0
    rows = _dims(out)[0]
    if rows < 2 or max(map(_row_bytes, (out, *node.inputs))) > _ROW_BYTES:
        return 0
    if op.name in _ROWWISE and not _keeps_rows(node):
        return 0
    if op.name == "raw.select" and len({tensor.dims for tensor in (*node.inputs, out)}) > 1:
        return 0
    if op.name == "raw.cast" and not _simple_cast(node):
        return 0
    return rows


def element_wise_rows(node: Node) -> int:
    """As `_rows`, for element-wise nodes alone."""
    return _rows(node) if node.op.elementwise else 0


def _known(tensor: Any) -> bool:
    return tensor is not None and (
        buffer_key(tensor) is not None or (tensor.dims == () and tensor.dtype.kind in "fiub")
    )


def _keeps_rows(node: Node) -> bool:
    """Does a reduction leave the first axis as it is?"""
    dims, axis = _dims(node.inputs[0]), node.attrs["axis"]
    if axis is None or len(dims) < 2 or node.inputs[0].dtype.kind != "f":
        return False
    axes = (axis,) if isinstance(axis, int) else axis
    return bool(axes) and all(one % len(dims) for one in axes)


def _simple_cast(node: Node) -> bool:
    source, target = node.inputs[0].dtype, node.attrs["dtype"]
    return source.kind in "iub" or (source.kind == "f" and target.kind in "fc")


def is_sliced(tensor: Any, node: Node, rows: int) -> bool:
    """Does each tile of a node need a tile of this input, not all of it?"""
    dims = tensor.dims
    rank = len(_dims(node.inputs[0] if node.op.name in _ROWWISE else node.outputs[0]))
    return len(dims) == rank and dims[0] == rows


def _size(node: Node) -> int:
    tensor = node.inputs[0] if node.op.name in _ROWWISE else node.outputs[0]
    return _elements(tensor.dims)


def _elements(dims: Any) -> int:
    return int(math.prod(dims))


def _dims(tensor: Any) -> tuple[int, ...]:
    """The shape, which is known of all that regions hold."""
    return tensor.dims


def _row_bytes(tensor: Any) -> int:
    return int(math.prod(tensor.dims[1:]) * tensor.dtype.size)
