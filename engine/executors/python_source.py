"""A graph as the source of one Python function: control flow becomes Python's own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from engine.ir.graph import Graph, Node

_MAX_DEPTH = 12
"""Deeper blocks become functions of their own: CPython allows 20 nested loops."""

Emit = Callable[["Emitter", Node, "list[str]"], "Sequence[str]"]


class Source:
    """Generated source.

    Attributes:
        text: of the module that defines `run`.
        bindings: constants and kernels that the text names.
        nodes: which node each line computes.
    """

    __slots__ = ("bindings", "nodes", "text")

    def __init__(self, text: str, bindings: dict[str, Any], nodes: dict[int, Node]) -> None:
        self.text = text
        self.bindings = bindings
        self.nodes = nodes


class Emitter:
    """Writes one graph (and the graphs inside it) as Python statements.

    Args:
        xp: the array namespace that kernels receive.
        constant: makes a graph constant a value of that namespace.
    """

    def __init__(self, xp: Any, constant: Callable[[Any], Any]) -> None:
        self.xp = xp
        self.constant = constant
        self.names: dict[int, str] = {}
        self.bindings: dict[str, Any] = {}
        self.lines: list[str] = []
        self.nodes: dict[int, Node] = {}
        self.depth = 1
        self._bound: dict[int, str] = {}
        self._count = 0

    def fresh(self, prefix: str = "t") -> str:
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

    def line(self, text: str, node: Node | None = None) -> None:
        self.lines.append("    " * self.depth + text)
        if node is not None:
            self.nodes[len(self.lines)] = node

    def graph(self, graph: Graph, arguments: Sequence[str]) -> list[str]:
        """Emit a graph's nodes; the names of its outputs."""
        for tensor, name in zip(graph.inputs, arguments):
            self.names[id(tensor)] = name
        for node in graph.nodes:
            self.node(node)
        return [self.names[id(tensor)] for tensor in graph.outputs]

    def node(self, node: Node) -> None:
        op = node.op
        if op.name == "raw.placeholder":
            return
        inputs = ["None" if t is None else self.names[id(t)] for t in node.inputs]
        special = _SPECIAL.get(op.name)
        if special is not None and (self.depth < _MAX_DEPTH or op.name not in _BLOCKS):
            results = special(self, node, inputs)
        elif op.expression is not None:
            out = self.fresh()
            self.line(f"{out} = {op.expression.format(*inputs)}", node)
            results = [out]
        else:
            results = self.call(node, inputs)
        for tensor, name in zip(node.outputs, results):
            self.names[id(tensor)] = name

    def call(self, node: Node, inputs: Sequence[str]) -> list[str]:
        """A kernel call."""
        kernel = self.bind(self.kernel(node))
        arguments = ", ".join(inputs)
        if not node.outputs:
            self.line(f"{kernel}({arguments})", node)
            return []
        results = [self.fresh() for _ in node.outputs]
        multiple = _answers_tuple(node)
        targets = ", ".join(results) + ("," if multiple and len(results) == 1 else "")
        self.line(f"{targets} = {kernel}({arguments})", node)
        return results

    def kernel(self, node: Node) -> Callable[..., Any]:
        """What computes the node from arrays."""
        op = node.op
        if op.bind is not None:
            return op.bind(self.xp, node.attrs, node.inputs, node.outputs)  # type: ignore[no-any-return]
        if op.compute is None:
            raise TypeError(f"{op.type} has no kernel")
        return functools.partial(op.compute, self.xp, **node.attrs)


def _answers_tuple(node: Node) -> bool:
    """Do the op's kernels answer a tuple, even for one output?"""
    return len(node.outputs) != 1 or node.op.effect == "graphs" or node.op.name in _TUPLES


_TUPLES: set[str] = set()


def _constant(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    return [emitter.bind(emitter.constant(node.attrs["value"]), "c")]


def _alias(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    return [inputs[0]]


def _read(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    out = emitter.fresh()
    emitter.line(f"{out} = {inputs[0]}.read()", node)
    return [out]


def _assign(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    emitter.line(f"{inputs[0]}.value = {inputs[1]}", node)
    return []


def _assign_add(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    emitter.line(f"{inputs[0]}.value = {inputs[0]}.read() + {inputs[1]}", node)
    return []


def _assign_sub(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    emitter.line(f"{inputs[0]}.value = {inputs[0]}.read() - {inputs[1]}", node)
    return []


def _branch(emitter: Emitter, graph: Graph, inputs: Sequence[str], results: Sequence[str]) -> None:
    emitter.depth += 1
    outputs = emitter.graph(graph, inputs)
    if results:
        emitter.line(f"{', '.join(results)} = {', '.join(outputs)}")
    else:
        emitter.line("pass")
    emitter.depth -= 1


def _cond(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    results = [emitter.fresh() for _ in node.outputs]
    emitter.line(f"if {inputs[0]}:", node)
    _branch(emitter, node.attrs["then_branch"], inputs[1:], results)
    emitter.line("else:")
    _branch(emitter, node.attrs["else_branch"], inputs[1:], results)
    return results


def _case(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    results = [emitter.fresh() for _ in node.outputs]
    branches = node.attrs["branches"]
    for i, graph in enumerate(branches):
        if len(branches) == 1:
            emitter.line("if True:", node)
        elif i == len(branches) - 1:
            emitter.line("else:")
        else:
            emitter.line(f"{'el' if i else ''}if {inputs[0]} == {i}:", node)
        _branch(emitter, graph, inputs[1:], results)
    return results


def _while(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    count = node.attrs["count"]
    state = [emitter.fresh("v") for _ in range(count)]
    if state:
        emitter.line(f"{', '.join(state)} = {', '.join(inputs[:count])}")
    arguments = state + inputs[count:]
    emitter.line("while True:", node)
    emitter.depth += 1
    (tested,) = emitter.graph(node.attrs["test"], arguments)
    emitter.line(f"if not {tested}: break", node)
    outputs = emitter.graph(node.attrs["body"], arguments)
    moved = [(a, b) for a, b in zip(state, outputs) if a != b]
    if moved:
        emitter.line(f"{', '.join(a for a, _ in moved)} = {', '.join(b for _, b in moved)}")
    emitter.depth -= 1
    return state


_SPECIAL: dict[str, Emit] = {
    "raw.constant": _constant,
    "identity": _alias,
    "stop_gradient": _alias,
    "raw.read_variable": _read,
    "raw.assign_variable": _assign,
    "raw.assign_add": _assign_add,
    "raw.assign_sub": _assign_sub,
    "raw.cond": _cond,
    "raw.switch_case": _case,
    "raw.while_loop": _while,
}

_BLOCKS = frozenset({"raw.cond", "raw.switch_case", "raw.while_loop"})


def python_source(graph: Graph, xp: Any, constant: Callable[[Any], Any]) -> Source:
    """The source of `run(*arrays) -> tuple of arrays` for a graph."""
    emitter = Emitter(xp, constant)
    arguments = [f"a{i}" for i in range(len(graph.inputs))]
    outputs = emitter.graph(graph, arguments)
    returned = ", ".join(outputs) + ("," if len(outputs) == 1 else "")
    emitter.line(f"return {returned}" if outputs else "return ()")
    bound = [f"{name}={name}" for name in emitter.bindings]
    parameters = ", ".join([*arguments, *(["*", *bound] if bound else [])])
    text = f"def run({parameters}):\n" + "\n".join(emitter.lines) + "\n"
    nodes = {line + 1: node for line, node in emitter.nodes.items()}
    return Source(text, emitter.bindings, nodes)
