"""A straight-line graph as a list of calls: ready at once, for the first runs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.executors.python_source import answers_tuple
from engine.ir.effects import needed_nodes
from engine.ir.graph import Graph, Node
from engine.ir.interpreter import new_eager

Step = tuple[Callable[..., Any], tuple[int, ...], Any, Node]
"""What to call, the registers of its arguments, the register(s) of its result, the node."""


def straight(graph: Graph) -> bool:
    """Has the graph no branches, loops or calls?"""
    return all(node.op.effect != "graphs" for node in graph.nodes)


class Instructions:
    """Runs a straight-line graph node by node.

    Attributes:
        steps: the calls.
        failed: the node whose call raised last.
    """

    __slots__ = ("_outputs", "_registers", "_scalars", "steps")

    def __init__(self, graph: Graph) -> None:
        live = needed_nodes(graph)
        registers: list[Any] = [None] * len(graph.inputs)
        where = {id(tensor): i for i, tensor in enumerate(graph.inputs)}
        self.steps: list[Step] = []
        kernels: dict[Any, Callable[..., Any]] = {}
        for node in graph.nodes:
            if node not in live or node.op.name == "raw.placeholder":
                continue
            if node.op.name == "raw.constant":
                where[id(node.outputs[0])] = len(registers)
                registers.append(node.attrs["value"])
                continue
            inputs = tuple([-1 if t is None else where[id(t)] for t in node.inputs])
            first = len(registers)
            for i, tensor in enumerate(node.outputs):
                where[id(tensor)] = first + i
                registers.append(None)
            results: Any = tuple(range(first, len(registers))) if answers_tuple(node) else first
            self.steps.append((_kernel(node, kernels), inputs, results, node))
        registers.append(None)  # register -1: an input that was left out
        self._registers = registers
        self._outputs = [where[id(tensor)] for tensor in graph.outputs]

    def run(self, arrays: tuple[Any, ...], at: list[Any]) -> tuple[Any, ...]:
        """The results; `at[0]` is the node being computed."""
        values = self._registers.copy()
        values[: len(arrays)] = arrays
        array = np.ndarray
        for function, inputs, results, node in self.steps:
            at[0] = node
            result = function(*[values[i] for i in inputs])
            if type(results) is int:
                if type(result) is array and not result.shape:
                    result = result[()]
                values[results] = result
            else:
                for i, value in zip(results, result or ()):
                    flat = type(value) is array and not value.shape
                    values[i] = value[()] if flat else value
        return tuple([values[i] for i in self._outputs])


def _kernel(node: Node, known: dict[Any, Callable[..., Any]]) -> Callable[..., Any]:
    op = node.op
    if op.elementwise and (op.expression or op.ufunc) and not op.attr_names:
        found = known.get(op)
        if found is None:
            found = known[op] = new_eager().quick(op)  # type: ignore[attr-defined]
        return found
    if op.compute is None:
        raise TypeError(f"{op.type} has no kernel")
    return functools.partial(op.compute, np, **node.attrs)
