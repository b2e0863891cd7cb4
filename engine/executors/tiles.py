"""How a region is written: a loop over tiles, with scratch memory of one tile's size."""

from __future__ import annotations

import functools
from collections import Counter
from typing import Any

import numpy as np

from engine.executors.in_place import own_value
from engine.executors.kernel_source import BLENDED, blend
from engine.executors.python_source import Emitter
from engine.executors.regions import REDUCTIONS, Region, is_sliced
from engine.executors.scratch import Key
from engine.executors.updates import CHANGES, Update
from engine.ir.dtypes import as_dtype, bool_, resource
from engine.ir.graph import Node

_TILE_BYTES = 1 << 17
_LEAST_TILE_BYTES = 1 << 15
_CACHE_BYTES = 1 << 20
"""What the tiles of a region may take of the cache, all together."""

_EQUALITY = {"math.equal": "equal", "math.not_equal": "not_equal"}


def write_region(emitter: Emitter, region: Region) -> None:
    """Emit a region's nodes."""
    plan = _Plan(emitter, region)
    if plan.rows >= region.rows:
        for node in region.members:
            emitter.node(node)
        return
    plan.write()


class _Plan:
    """One region's loop, line by line.

    Attributes:
        rows: rows of a tile.
    """

    def __init__(self, emitter: Emitter, region: Region) -> None:
        self.emitter = emitter
        self.region = region
        self.block = emitter.blocks[-1]
        members = region.members
        self.inner = Counter(id(t) for node in members for t in node.inputs)
        self.last = {id(t): i for i, node in enumerate(members) for t in node.inputs}
        self.outputs = [
            t for t in (t for node in members for t in node.outputs)
            if self.block.counts.get(id(t), 0) > self.inner[id(t)]
        ]  # fmt: skip
        self.rows = self._tile_rows()
        self.views: dict[str, str] = {}  # in a tile: array -> its part
        self.scalars: dict[int, str] = {}
        self.names: dict[int, str] = {}  # what stands for a member's result in a tile
        self.slots: dict[str, tuple[str, Key]] = {}  # name in a tile -> its buffer
        self.free: dict[Key, list[str]] = {}
        self.held: dict[int, str] = {}  # a member's result -> its slot
        self.mask: tuple[Any, str] = (None, "")  # of the last selection, and its buffer
        self.storages: dict[int, str] = {}  # of variables: the arrays that they hold
        self.body: list[tuple[str, Node]] = []

    def _tile_rows(self) -> int:
        region = self.region
        tensors = {id(t): t for node in region.members for t in (*node.outputs, *node.inputs)
                   if t.dims and t.dims[0] == region.rows}  # fmt: skip
        widest = max(_row_bytes(t) for t in tensors.values())
        outside = sum(id(t) not in region.produced for t in tensors.values())
        outside += len({id(t) for node in region.members for t in node.inputs
                        if t.dtype is resource})  # fmt: skip
        arrays = outside + len(self.outputs) + min(4, len(region.members))
        budget = min(_TILE_BYTES, max(_LEAST_TILE_BYTES, _CACHE_BYTES // arrays))
        rows = max(1, budget // widest)
        tiles = -(-region.rows // rows)
        rows = -(-region.rows // tiles)
        return rows if widest > 16 else -(-rows // 64) * 64

    # -- writing ---------------------------------------------------------------------------

    def write(self) -> None:
        """Emit it all."""
        emitter, region = self.emitter, self.region
        full = {id(t): self._whole(t) for t in self.outputs}
        for number, node in enumerate(region.members):
            if node.op.name == "raw.read_variable":
                self._read(node)
            elif node.op.name in CHANGES:
                self._change(number, node)
            else:
                self._member(number, node, full)
        start, end = emitter.fresh("i"), emitter.fresh("i")
        if self.slots:
            buffers = ", ".join(buffer for buffer, _ in self.slots.values())
            emitter.line(f"{', '.join(self.slots)} = {buffers}")
        emitter.line(f"for {start} in range(0, {region.rows}, {self.rows}):")
        emitter.depth += 1
        emitter.line(f"{end} = {start} + {self.rows}")
        rest = region.rows % self.rows
        if rest and self.slots:
            parts = ", ".join(f"{name}[:{rest}]" for name in self.slots)
            emitter.line(f"if {end} > {region.rows}: {', '.join(self.slots)} = {parts}")
        for array, part in self.views.items():
            emitter.line(f"{part} = {array}[{start}:{end}]")
        for text, node in self.body:
            emitter.line(text, node)
        emitter.depth -= 1
        if self.storages:  # only who holds a variable's value alone may change it in place
            emitter.line(f"del {', '.join([*self.storages.values(), *self.views.values()])}")
        for buffer, _ in self.slots.values():
            emitter.buffers.give(buffer)
        self._settle(full)

    def _whole(self, tensor: Any) -> str:
        """An array for a result that is needed as a whole."""
        emitter, block = self.emitter, self.block
        key: Key = (tensor.dims, tensor.dtype)
        spare = block.spare.get(id(tensor))
        if spare is None and id(tensor) in block.overwritable:
            return emitter.buffers.take(key)
        name = emitter.fresh()
        if spare is not None:  # a loop's: None in its first turns
            emitter.line(f"if {spare} is None: {spare} = {emitter.new_array(key)}")
            emitter.line(f"{name} = {spare}")
        else:
            emitter.line(f"{name} = {emitter.new_array(key)}")
        return name

    def _settle(self, full: dict[int, str]) -> None:
        """Note the results' names; let go of what is not needed any more."""
        emitter, block, region = self.emitter, self.block, self.region
        for tensor in self.outputs:
            name = emitter.names[id(tensor)] = full[id(tensor)]
            left = block.counts[id(tensor)] - self.inner[id(tensor)]
            block.pending[name] = block.pending.get(name, 0) + left
        for node in region.members:
            given = [emitter.names[id(t)] for t in node.inputs if id(t) not in region.produced]
            emitter.release(emitter.used(given), node)

    # -- planning --------------------------------------------------------------------------

    def _member(self, number: int, node: Node, full: dict[int, str]) -> None:
        """Plan the lines that compute one node."""
        tensor = node.outputs[0]
        operands = [self._operand(t, node) for t in node.inputs]
        inputs = dict.fromkeys(id(t) for t in node.inputs)
        dying = [one for one in inputs if one in self.held and self.last[one] == number]
        temporary = self._temporaries(node, operands)
        if node.op.elementwise or node.op.name == "raw.select":  # may be computed in place
            self._give(dying)
            dying = []
        whole = full.get(id(tensor))
        text = self._text(node, operands, temporary)
        if text is None:
            name = self.emitter.fresh("w")
            self.body.append((f"{name} = {self._kernel(node, operands)}", node))
            if whole is not None:
                copyto = self.emitter.bind(np.copyto)
                self.body.append((f"{copyto}({self._part(whole)}, {name})", node))
        else:
            if whole is not None:
                name = self._part(whole)
            else:
                name = self.held[id(tensor)] = self._take((tensor.dims, tensor.dtype))
            self.body += [(line.replace("OUT", name), node) for line in text]
        self.names[id(tensor)] = name
        self._give(dying)
        for slot in temporary[self._kept(node) :]:
            self._give_slot(slot)

    def _read(self, node: Node) -> None:
        """Plan the use of a variable's value."""
        tensor = node.outputs[0]
        part = self._storage(node)
        self.names[id(tensor)] = part
        if isinstance(self.region, Update) and id(tensor) in self.region.kept:
            name = self.held[id(tensor)] = self._take((tensor.dims, tensor.dtype))
            self.body.append((f"{self.emitter.bind(np.copyto)}({name}, {part})", node))
            self.names[id(tensor)] = name

    def _change(self, number: int, node: Node) -> None:
        """Plan the change of a variable in its own memory."""
        delta = node.inputs[1]
        part, operand = self._storage(node), self._operand(delta, node)
        ufunc = self.emitter.ufunc(CHANGES[node.op.name])
        self.body.append((f"{ufunc}({part}, {operand}, {part})", node))
        if id(delta) in self.held and self.last[id(delta)] == number:
            self._give([id(delta)])

    def _storage(self, node: Node) -> str:
        """A tile of the variable that a node reads or changes."""
        emitter, handle = self.emitter, node.inputs[0]
        known = self.storages.get(id(handle))
        if known is None:
            known = self.storages[id(handle)] = emitter.fresh("w")
            own = emitter.bind(own_value)
            emitter.line(f"{known} = {own}({emitter.names[id(handle)]})", node)
        return self._part(known)

    def _operand(self, tensor: Any, node: Node) -> str:
        name = self.names.get(id(tensor))
        if name is not None:
            return name
        emitter = self.emitter
        array = emitter.names[id(tensor)]
        if tensor.dims == ():
            known = emitter.scalar_array(tensor) or self.scalars.get(id(tensor))
            if known is None:
                known = self.scalars[id(tensor)] = emitter.fresh("w")
                emitter.line(f"{known} = {emitter.bind(np.asarray)}({array})")
            return known
        sliced = node.op.name in CHANGES or is_sliced(tensor, node, self.region.rows)
        return self._part(array) if sliced else array

    def _part(self, array: str) -> str:
        known = self.views.get(array)
        if known is None:
            known = self.views[array] = self.emitter.fresh("w")
        return known

    def _take(self, key: Any) -> str:
        key = ((self.rows, *key[0][1:]), key[1])
        free = self.free.get(key)
        if free:
            return free.pop()
        name = self.emitter.fresh("u")
        self.slots[name] = (self.emitter.buffers.take(key), key)
        return name

    def _give(self, tensors: list[int]) -> None:
        for tensor in tensors:
            self._give_slot(self.held.pop(tensor))

    def _give_slot(self, name: str) -> None:
        self.free.setdefault(self.slots[name][1], []).append(name)

    # -- single nodes ----------------------------------------------------------------------

    def _temporaries(self, node: Node, operands: list[str]) -> list[str]:
        """Scratch that a node needs besides its result's."""
        dims = node.outputs[0].dims
        if node.op.name == "raw.relu_grad" and node.inputs[0].dims == node.inputs[1].dims:
            return [self._take((dims, bool_))]
        width = BLENDED.get(node.outputs[0].dtype.size)
        if node.op.name == "raw.select" and width is not None:
            integers = (dims, as_dtype(width))
            mask = (id(node.inputs[0]), width)
            if self.mask[0] != mask:
                self.mask = (mask, self._take(integers))
                self._fresh_mask = True
            return [self.mask[1], self._take(integers)]
        return []

    _fresh_mask = False

    def _kept(self, node: Node) -> int:
        """How many of its temporaries are still needed: a mask may be wanted again."""
        return 1 if node.op.name == "raw.select" else 0

    def _text(self, node: Node, operands: list[str], temporary: list[str]) -> list[str] | None:
        """Lines that write a node's result to OUT; None: its kernel makes an array."""
        op, emitter = node.op, self.emitter
        if op.name in REDUCTIONS:
            return [self._reduction(node, operands[0], REDUCTIONS[op.name])]
        if op.name == "raw.reduce_mean":
            return self._mean(node, operands[0])
        if op.name == "raw.cast":
            return [f"{emitter.bind(np.copyto)}(OUT, {operands[0]}, 'unsafe')"]
        if op.name == "raw.select" and temporary:
            mask = operands[0] if self._fresh_mask else "None"
            self._fresh_mask = False
            given = ", ".join((mask, *operands[1:], "OUT", *temporary))
            return [f"{emitter.bind(blend)}({given})"]
        if op.name == "nn.relu":
            zero = emitter.zeros(node.inputs[0])
            return [f"{emitter.ufunc('maximum')}({operands[0]}, {zero}, out=OUT)"]
        if op.name == "raw.relu_grad" and temporary:
            zero = emitter.zero(node.inputs[1].dtype, True)
            test = f"{emitter.ufunc('greater')}({operands[1]}, {zero}, {temporary[0]})"
            return [test, f"{emitter.ufunc('multiply')}({operands[0]}, {temporary[0]}, OUT)"]
        ufunc = _EQUALITY.get(op.name, op.ufunc)
        if ufunc is None or op.name == "math.pow":
            return None
        keyword = "out=" if ufunc in ("maximum", "minimum") else ""
        return [f"{emitter.ufunc(ufunc)}({', '.join(operands)}, {keyword}OUT)"]

    def _reduction(self, node: Node, operand: str, ufunc: str) -> str:
        emitter = self.emitter
        kind = emitter.bind(node.inputs[0].dtype.as_numpy_dtype) if ufunc == "add" else "None"
        axis, keepdims = node.attrs["axis"], bool(node.attrs["keepdims"])
        return f"{emitter.ufunc(ufunc)}.reduce({operand}, {axis!r}, {kind}, OUT, {keepdims})"

    def _mean(self, node: Node, operand: str) -> list[str] | None:
        source, result = node.inputs[0], node.outputs[0]
        if source.dtype.size < 4:
            return None
        count = _size(source.dims) // _size(result.dims)
        number = self.emitter.bind(np.asarray(count, source.dtype.as_numpy_dtype), "c")
        divide = f"{self.emitter.ufunc('true_divide')}(OUT, {number}, OUT)"
        return [self._reduction(node, operand, "add"), divide]

    def _kernel(self, node: Node, operands: list[str]) -> str:
        if node.op.name == "math.pow":
            return f"{operands[0]} ** {operands[1]}"
        assert node.op.compute is not None
        kernel = functools.partial(node.op.compute, np, **node.attrs)
        name = self.emitter.bind(kernel, f"{node.op.name.rpartition('.')[2]}_")
        return f"{name}({', '.join(operands)})"


def _size(dims: Any) -> int:
    return int(np.prod(dims, dtype=np.int64))


def _row_bytes(tensor: Any) -> int:
    return _size(tensor.dims[1:]) * int(tensor.dtype.size)
