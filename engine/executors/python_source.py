"""A graph as the source of one Python function: control flow becomes Python's own."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from engine.executors.blocks import Block
from engine.executors.forms import FORMS, is_number, takes_expressions
from engine.executors.regions import find_regions
from engine.executors.scratch import Buffers, Key, buffer_key
from engine.executors.updates import find_updates
from engine.ir.graph import Graph, Node

_LARGE = 16_384
"""Elements from which on a value that is not needed any more is let go of at once."""

_ROW = (32, 65_536)
"""Elements of rows that are compared with as many zeros."""

_LOCALS = 64
"""Up to so many kernels and constants are bound as locals; more would slow down every call."""

_LONGEST = 120
"""Characters of an expression that may become part of another one."""

_TILES_MAX_DEPTH = 30
"""Indentation from which on arrays are computed as wholes: CPython allows 20 nested loops."""


class Source:
    """Generated source.

    Attributes:
        text: of the module that defines `run`.
        bindings: constants and kernels that the text names.
        nodes: which node each line computes.
        buffers: what each buffer holds that `run` takes from its pool.
    """

    __slots__ = ("bindings", "buffers", "nodes", "text")

    def __init__(
        self, text: str, bindings: dict[str, Any], nodes: dict[int, Node], buffers: Buffers
    ) -> None:
        self.text = text
        self.bindings = bindings
        self.nodes = nodes
        self.buffers = buffers


class Emitter:
    """Writes one graph (and the graphs inside it) as Python statements.

    Args:
        xp: the array namespace that kernels receive.
        constant: makes a graph constant a value of that namespace.
        compile: makes a graph a callable; for blocks nested too deeply for Python.
        plan: reuse buffers?
    """

    def __init__(
        self, xp: Any, constant: Callable[[Any], Any], compile: Callable[[Graph], Any],
        plan: bool = True,
    ) -> None:  # fmt: skip
        self.xp = xp
        self.constant = constant
        self.compile = compile
        self.plan = plan
        self.names: dict[int, str] = {}
        self.bindings: dict[str, Any] = {}
        self.lines: list[str] = []
        self.nodes: dict[int, Node] = {}
        self.depth = 1
        self.loops = 0
        self.buffers = Buffers()
        self.blocks: list[Block] = []
        self.dying: list[str] = []
        self.computed: dict[Any, str] = {}
        self.mask: Any = None  # of the last selection, its buffer's kind, and the line
        self.mask_ones = ""
        self.noting = 0  # depth of the loop whose test is being written
        self.noted: set[str] = set()  # ops that the body of that loop has too
        self.deferred: dict[str, tuple[str, Node]] = {}  # expressions not written down yet
        self._bound: dict[int, str] = {}
        self._arrays: dict[int, str] = {}
        self._zeros: dict[Any, str] = {}
        self._kept: list[Any] = []
        self._count = 0

    # -- text ------------------------------------------------------------------------------

    def fresh(self, prefix: str = "t") -> str:
        """A name that nothing else has."""
        self._count += 1
        return f"{prefix}{self._count}"

    def bind(self, value: Any, prefix: str = "k") -> str:
        """The name by which the text may use `value`."""
        known = self._bound.get(id(value))
        if known is None:
            known = self.fresh(prefix)
            self.bindings[known] = value
            self._bound[id(value)] = known
        return known

    def scalar_array(self, tensor: Any) -> str | None:
        """The name of a scalar constant as an array of rank 0, which ufuncs take faster."""
        if tensor is None or tensor.node.op.name != "raw.constant" or tensor.dims != ():
            return None
        if tensor.dtype.kind not in "fiucb":
            return None
        value = tensor.node.attrs["value"]
        known = self._arrays.get(id(value))
        if known is None:
            known = self._arrays[id(value)] = self.bind(self.xp.asarray(value), "c")
            self._kept.append(value)
        return known

    def zero(self, dtype: Any, array: bool) -> str:
        """The name of a zero, as a scalar or as an array of rank 0."""
        known = self._zeros.get((dtype, array))
        if known is None:
            made = dtype.as_numpy_dtype(0)
            known = self.bind(self.xp.asarray(made) if array else made, "c")
            self._zeros[dtype, array] = known
        return known

    def zeros(self, tensor: Any) -> str:
        """The name of zeros to compare an array with: numpy compares rows faster than scalars."""
        dims = tensor.dims
        last = dims[-1]
        if len(dims) < 2 or not _ROW[0] <= last <= _ROW[1] or math.prod(dims) < _LARGE // 4:
            return self.zero(tensor.dtype, True)
        known = self._zeros.get((tensor.dtype, last))
        if known is None:
            made = self.xp.zeros(last, tensor.dtype.as_numpy_dtype)
            known = self._zeros[tensor.dtype, last] = self.bind(made, "c")
        return known

    def line(self, text: str, node: Node | None = None) -> None:
        """Append a statement that computes `node`."""
        self.lines.append("    " * self.depth + text)
        if node is not None:
            self.nodes[len(self.lines)] = node

    # -- graphs ----------------------------------------------------------------------------

    def graph(
        self, graph: Graph, arguments: Sequence[str], spare: dict[int, str] | None = None,
        keep: Node | None = None, inline: bool = False,
    ) -> list[str]:  # fmt: skip
        """Emit a graph's nodes (but for `keep`, the last one).

        Returns:
            The names of its outputs; with `inline`, expressions.
        """
        block = Block(graph, self.plan, inline)
        block.spare = spare or {}
        self.blocks.append(block)
        for tensor, name in zip(graph.inputs, arguments):
            self.names[id(tensor)] = name
        regions: dict[Node, Any] = {}
        members: set[Node] = set()
        if self.plan and self.depth < _TILES_MAX_DEPTH:
            updates = find_updates(graph)
            inside = {node for update in updates for node in update.members}
            found = [*find_regions(graph, inside), *updates]
            if found:
                from engine.executors.tiles import write_region
            for region in found:
                regions.setdefault(region.before or region.members[-1], []).append(region)
                members.update(region.members)
        for node in graph.nodes:
            for region in regions.get(node, ()):
                write_region(self, region)
            if node is not keep and node not in members:
                self.node(node)
        self.blocks.pop()
        return [self.text(self.names.get(id(tensor), "")) for tensor in graph.outputs]

    def node(self, node: Node) -> None:
        """Emit one node."""
        op = node.op
        if op.name == "raw.placeholder":
            return
        names = self.names
        inputs = ["None" if t is None else names[id(t)] for t in node.inputs]
        key = _scalar_key(node, inputs)
        if key is not None and key in self.computed:  # in the test of the loop around
            names[id(node.outputs[0])] = self.computed[key]
            self.used(inputs)
            return
        self.dying = self.used(inputs)
        if self.deferred and not takes_expressions(node):
            self.settle(inputs)
        special = FORMS.get(op.name)
        results = None if special is None else special(self, node, inputs)
        if results is None:
            results = self.plain(node, inputs)
        self._made(node, results)
        if self.noting == self.depth and key is not None:
            self.computed[key] = results[0]

    def used(self, inputs: list[str]) -> list[str]:
        """Count down the uses of `inputs`; those that were the last ones."""
        pending = self.blocks[-1].pending
        dying = []
        for name in inputs:
            left = pending.get(name)
            if left is not None:
                pending[name] = left - 1
                if left == 1:
                    dying.append(name)
        return dying

    def _made(self, node: Node, results: Sequence[str]) -> None:
        """Note the results' names; let go of what is not needed any more."""
        block = self.blocks[-1]
        for tensor, name in zip(node.outputs, results):
            self.names[id(tensor)] = name
            if name[0] in "tb":
                uses_left = block.counts.get(id(tensor), 0)
                block.pending[name] = block.pending.get(name, 0) + uses_left
        free = [name for name in self.dying if name not in results]
        free += [name for name in results if block.pending.get(name) == 0]
        self.release(free, node)

    def release(self, names: Sequence[str], node: Node) -> None:
        """Let go of values that `node` was the last to use."""
        pending = self.blocks[-1].pending
        for name in dict.fromkeys(names):
            if pending.pop(name, 1) == 0:
                self._free(name, node)

    def _free(self, name: str, node: Node) -> None:
        if name in self.buffers.made:
            self.buffers.give(name)
        elif any(self.names.get(id(t)) == name and _large(t) for t in (*node.inputs, *node.outputs)
                 if t is not None):  # fmt: skip
            self.line(f"del {name}")

    # -- nodes -----------------------------------------------------------------------------

    def plain(self, node: Node, inputs: list[str]) -> Sequence[str]:
        """An op's expression, or its ufunc, or a call of its kernel."""
        op = node.op
        if (op.expression is None and op.ufunc is None) or len(node.outputs) != 1:
            return self.call(node, inputs)
        return self.elementwise(node, inputs, op.expression, op.ufunc)

    def elementwise(
        self, node: Node, inputs: list[str], expression: str | None, ufunc: str | None
    ) -> Sequence[str]:
        """Emit an element-wise node.

        Args:
            node: the node.
            inputs: names of its inputs.
            expression: Python source that computes it.
            ufunc: name of the numpy ufunc that does the same.
        """
        if is_number(node):
            return self.number(node, inputs, expression, ufunc)
        operands = inputs
        if node.outputs[0].dims:
            operands = [self.scalar_array(t) or name for t, name in zip(node.inputs, inputs)]
        target = None
        if ufunc is not None:
            target = self.target(node, True) or self.result(node)
        if target is not None:
            keyword = "out=" if ufunc in ("maximum", "minimum") else ""
            kernel = self.ufunc(ufunc)  # type: ignore[arg-type]
            call = f"{kernel}({', '.join(operands)}, {keyword}{target})"
            return self.into(node, target, call)
        out = self.fresh()
        if expression is not None:
            self.line(f"{out} = {expression.format(*operands)}", node)
        else:
            self.line(f"{out} = {self.ufunc(ufunc)}({', '.join(operands)})", node)  # type: ignore[arg-type]
        return [out]

    def number(
        self, node: Node, inputs: list[str], expression: str | None, ufunc: str | None
    ) -> Sequence[str]:
        """Emit a node on scalars, or keep its expression for the one statement that takes it."""
        if expression is not None:  # which may say an operand twice, as squares do
            self.settle([n for i, n in enumerate(inputs) if expression.count(f"{{{i}}}") > 1])
        operands = [self.text(name, nested=expression is not None) for name in inputs]
        if expression is None:
            text = f"{self.ufunc(ufunc)}({', '.join(operands)})"  # type: ignore[arg-type]
        else:
            text = expression.format(*operands)
        return self.expression(node, text)

    def expression(self, node: Node, text: str) -> list[str]:
        """The name of a scalar that `text` computes; perhaps it is not written down yet."""
        out = self.fresh()
        if len(text) <= _LONGEST and self._is_taken_once(node):
            self.deferred[out] = (text, node)
        else:
            self.line(f"{out} = {text}", node)
        return [out]

    def _is_taken_once(self, node: Node) -> bool:
        """Does just one statement take the node's result, in this block, as an expression?"""
        block = self.blocks[-1]
        if block.is_answer_alone(node):
            return block.inline and not self._is_noted(node)
        user = self.sole_user(node)
        return user is not None and takes_expressions(user, node.outputs[0])

    def sole_user(self, node: Node) -> Node | None:
        """The one node that takes the node's result, where nothing else asks for it."""
        return None if self._is_noted(node) else self.blocks[-1].sole_user(node)

    def _is_noted(self, node: Node) -> bool:
        return self.noting == self.depth and node.op.name in self.noted

    def text(self, name: str, nested: bool = False) -> str:
        """The expression that a name stands for, which is taken by that; else the name."""
        found = self.deferred.pop(name, None)
        if found is None:
            return name
        return f"({found[0]})" if nested else found[0]

    def settle(self, names: Sequence[str]) -> None:
        """Write down the expressions that names stand for."""
        for name in names:
            found = self.deferred.pop(name, None)
            if found is not None:
                self.line(f"{name} = {found[0]}", found[1])

    def ufunc(self, name: str) -> str:
        """The name of a numpy ufunc (other array libraries answer numpy's ufuncs)."""
        import numpy

        return self.bind(getattr(numpy, name), f"{name}_")

    def target(self, node: Node, in_place: bool = False) -> str | None:
        """Where the node's result may be written; None: into a new array.

        Args:
            node: with one output.
            in_place: may it be the memory of an input that dies here?
        """
        tensor = node.outputs[0]
        block = self.blocks[-1]
        spare = block.spare.get(id(tensor))
        if spare is not None:
            return spare
        if id(tensor) not in block.overwritable:
            return None
        key: Key | None = buffer_key(tensor)
        if key is None:
            return None
        if in_place:
            for name in self.dying:
                if self.buffers.made.get(name) == key:
                    return name
        return self.buffers.take(key)

    def new_array(self, key: Key) -> str:
        """The expression that makes an array of some kind, with anything in it."""
        import numpy

        from engine.executors.results import LARGE, result_array

        dims, dtype = key
        kind = numpy.dtype(dtype.as_numpy_dtype)
        make = result_array if math.prod(dims) * dtype.size >= LARGE else numpy.empty
        return f"{self.bind(make)}({dims!r}, {self.bind(kind)})"

    def result(self, node: Node) -> str | None:
        """The name of a new array for the node's result; None where it is not worth it."""
        key = buffer_key(node.outputs[0])
        if not self.plan or key is None or math.prod(key[0]) < _LARGE * 4:
            return None
        name = self.fresh()
        self.line(f"{name} = {self.new_array(key)}")
        return name

    def into(self, node: Node, target: str, call: str) -> Sequence[str]:
        """Emit a call that writes into `target` and answers it."""
        if target[0] in "tb":  # not a spare, and not None
            self.line(call, node)
            return [target]
        out = self.fresh()  # a loop's spare: None in its first turns
        self.line(f"{out} = {call}", node)
        return [out]

    def call(self, node: Node, inputs: Sequence[str]) -> list[str]:
        """A kernel call."""
        self.settle(inputs)
        kernel = self.bind(self.kernel(node), f"{node.op.name.rpartition('.')[2]}_")
        arguments = ", ".join(inputs)
        if not node.outputs:
            self.line(f"{kernel}({arguments})", node)
            return []
        results = [self.fresh() for _ in node.outputs]
        targets = ", ".join(results) + ("," if answers_tuple(node) and len(results) == 1 else "")
        self.line(f"{targets} = {kernel}({arguments})", node)
        for tensor, name in zip(node.outputs, results):
            self._normalize(tensor, name)
        return results

    def _normalize(self, tensor: Any, name: str) -> None:
        """Kernels may answer arrays of rank 0; everything else expects numpy scalars."""
        if tensor.dtype.kind == "V" or tensor.dims:
            return
        array = self.bind(self.xp.ndarray, "ndarray_")
        test = "" if tensor.dims == () else f" and not {name}.shape"
        self.line(f"if type({name}) is {array}{test}: {name} = {name}[()]")

    def kernel(self, node: Node) -> Callable[..., Any]:
        """What computes the node from arrays."""
        op = node.op
        if op.bind is not None:
            return op.bind(self.xp, node.attrs, node.inputs, node.outputs)
        if op.compute is None:
            raise TypeError(f"{op.type} has no kernel")
        return functools.partial(op.compute, self.xp, **node.attrs)


def _scalar_key(node: Node, inputs: list[str]) -> Any:
    """What tells one computation of a scalar from others; None for all but plain arithmetic."""
    op = node.op
    if op.expression is None or op.effect or node.attrs or len(node.outputs) != 1:
        return None
    return (op.name, *inputs) if node.outputs[0].dims == () else None


def _large(tensor: Any) -> bool:
    key = buffer_key(tensor)
    if key is None:
        return tensor.dims is None or None in tensor.dims
    size = 1
    for length in key[0]:
        size *= length
    return size >= _LARGE


def answers_tuple(node: Node) -> bool:
    """Do the op's kernels answer a tuple, even for one output?"""
    return len(node.outputs) != 1 or node.op.answers_tuple


def python_source(
    graph: Graph, xp: Any, constant: Callable[[Any], Any], compile: Callable[[Graph], Any],
    plan: bool = True, emitter: type[Emitter] = Emitter,
) -> Source:  # fmt: skip
    """The source of `run(*arrays) -> tuple of arrays` for a graph; arguments as `Emitter`."""
    from engine.executors import control_source, kernel_source  # noqa: F401 - they fill FORMS

    writer = emitter(xp, constant, compile, plan)
    arguments = [f"a{i}" for i in range(len(graph.inputs))]
    outputs = writer.graph(graph, arguments, inline=True)
    names = list(writer.buffers.made)
    head: list[str] = []
    if names:
        taken = ", ".join(names) + ","
        head = [f"    try: {taken} = pool.pop()", f"    except IndexError: {taken} = make()"]
        writer.line(f"pool.append(({taken}))")
    returned = ", ".join(outputs) + ("," if len(outputs) == 1 else "")
    writer.line(f"return {returned}" if outputs else "return ()")
    bound = [f"{name}={name}" for name in writer.bindings][:_LOCALS]
    lines = [f"def run({', '.join([*arguments, *bound])}):", *head, *writer.lines]
    shift = 1 + len(head)
    nodes = {number + shift: node for number, node in writer.nodes.items()}
    return Source("\n".join(lines) + "\n", writer.bindings, nodes, writer.buffers)
