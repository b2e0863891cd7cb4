"""The CuPy executor: the numpy executor's source over arrays on a GPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.executors import devices
from engine.executors.executor import executor
from engine.executors.numpy_executor import NumpyExecutable
from engine.executors.placement import asks_for_cpu
from engine.executors.python_source import Emitter, Source, python_source
from engine.ir.graph import Graph, Node
from engine.ir.op import IO, WRITE
from engine.passes.pipeline import optimize


@executor("cupy")
class CupyExecutor:
    """Runs on a GPU: arrays live there, scalars and control flow on the host."""

    @staticmethod
    def available() -> bool:
        """Is there a GPU, and CuPy?"""
        return devices.gpu_count() > 0

    def compile(self, graph: Graph) -> CupyExecutable:
        """A program for the graph.

        Raises:
            ImportError: if there is no GPU or no CuPy.
        """
        devices.gpu_library()
        return CupyExecutable(optimize(graph))


class CupyExecutable(NumpyExecutable):
    """A graph as a callable on values; arrays among them are moved to the GPU first."""

    __slots__ = ()

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self._left = 0

    def _make_source(self) -> Source:
        library = devices.gpu_library()
        return python_source(
            self.graph, library, devices.to_gpu, CupyExecutable, plan=False, emitter=CupyEmitter
        )

    @property
    def ready(self) -> bool:
        """Guards belong to the numpy executor."""
        return False

    def __call__(self, *arrays: Any) -> tuple[Any, ...]:
        """Run it; see `NumpyExecutable`."""
        results = super().__call__(*[devices.to_gpu(value) for value in arrays])
        if any(tensor.node.device for tensor in self.graph.outputs):
            return tuple([
                devices.to_host(value) if asks_for_cpu(tensor.node.device) else value
                for value, tensor in zip(results, self.graph.outputs)
            ])  # fmt: skip
        return results


class CupyEmitter(Emitter):
    """Writes kernels that take arrays wherever they are."""

    def node(self, node: Node) -> None:
        """Emit one node; reads of variables bring the value to the GPU."""
        name = node.op.name
        if name == "raw.read_variable":
            storage = self.names[id(node.inputs[0])]
            out = self.fresh()
            self.line(f"{out} = {self.bind(devices.to_gpu)}({storage}.read())", node)
            self.names[id(node.outputs[0])] = out
        elif node.op.effect == WRITE:
            self._write(node)
        else:
            super().node(node)

    def plain(self, node: Node, inputs: list[str]) -> Sequence[str]:
        """An op that asks for the CPU is a call of its kernel."""
        if asks_for_cpu(node.device):
            return self.call(node, inputs)
        return super().plain(node, inputs)

    def _write(self, node: Node) -> None:
        """Variables stay where they are: what is written to them comes to them."""
        inputs = ["None" if t is None else self.names[id(t)] for t in node.inputs]
        compute, attrs = node.op.compute, node.attrs
        write = self.bind(lambda *values: devices.write_variable(compute, values, attrs))
        results = [self.fresh() for _ in node.outputs]
        left = f"{', '.join(results)} = " if results else ""
        self.line(f"{left}{write}({', '.join(inputs)})", node)
        for tensor, name in zip(node.outputs, results):
            self.names[id(tensor)] = name

    def kernel(self, node: Node) -> Callable[..., Any]:
        """What computes the node: on the GPU where CuPy can, printing on the host."""
        op, attrs = node.op, node.attrs
        if op.compute is None:
            raise TypeError(f"{op.type} has no kernel")
        compute = op.compute
        if asks_for_cpu(node.device):
            return lambda *values: devices.compute_on_host(compute, values, attrs)
        if op.effect == IO:
            return lambda *values: compute(np, *map(devices.to_host, values), **attrs)
        return lambda *values: devices.compute_anywhere(compute, values, attrs)
