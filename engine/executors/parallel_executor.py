"""The parallel executor: independent parts of a graph run in several threads at a time."""

from __future__ import annotations

import contextvars
import math
import os
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from engine.executors.eager import quiet_context
from engine.executors.executor import executor
from engine.executors.numpy_executor import NumpyExecutable
from engine.executors.partition import Part, part_graph, partition
from engine.ir.graph import Graph
from engine.passes.pipeline import optimize

_WORTH_A_THREAD = 50_000
"""Estimated element operations below which handing a part to a thread costs more than it gains."""

_LOOP_TURNS = 1_000
_threads = threading.local()
_pools: dict[int, ThreadPoolExecutor] = {}
_lock = threading.Lock()
_count = [os.cpu_count() or 1]


def set_threads(count: int) -> None:
    """How many parts may run at a time; 0: as many as there are processors."""
    _count[0] = count or os.cpu_count() or 1


def _pool() -> ThreadPoolExecutor:
    with _lock:
        count = _count[0]
        if count not in _pools:
            _pools[count] = ThreadPoolExecutor(count, thread_name_prefix="graphlens")
        return _pools[count]


@executor("parallel")
class ParallelExecutor:
    """Runs on the CPU with numpy, independent parts side by side."""

    @staticmethod
    def available() -> bool:
        """Always: numpy is required."""
        return True

    def compile(self, graph: Graph) -> Any:
        """A program for the graph; a graph of one part is left to the numpy executor."""
        graph = optimize(graph)
        parts = partition(graph)
        if len(parts) < 2:
            return NumpyExecutable(graph)
        return ParallelExecutable(graph, parts)


class ParallelExecutable:
    """A graph as programs of its parts, and the order in which they must run.

    Attributes:
        graph: the whole.
        parts: independent of each other where neither waits for the other.
    """

    def __init__(self, graph: Graph, parts: list[Part]) -> None:
        self.graph = graph
        self.parts = parts
        self._programs = [NumpyExecutable(part_graph(graph, part)) for part in parts]
        self._heavy = [_cost(part) >= _WORTH_A_THREAD for part in parts]
        self._after: list[list[int]] = [[] for _ in parts]
        for i, part in enumerate(parts):
            for before in part.before:
                self._after[before].append(i)

    def __call__(self, *arrays: Any) -> tuple[Any, ...]:
        """Run it.

        Raises:
            OpError: where a node fails; of several failures the first in the graph's order.
        """
        values = {id(tensor): value for tensor, value in zip(self.graph.inputs, arrays)}
        for tensor in self.graph.outputs:
            if tensor.node.op.name == "raw.constant":
                values[id(tensor)] = tensor.node.attrs["value"]
        _Run(self, values).finish()
        return tuple([values[id(tensor)] for tensor in self.graph.outputs])


class _Run:
    """One run of a parallel program."""

    def __init__(self, program: ParallelExecutable, values: dict[int, Any]) -> None:
        self.program = program
        self.values = values
        self.missing = [len(part.before) for part in program.parts]
        self.ready = [i for i, count in enumerate(self.missing) if not count]
        self.running: dict[Future[Any], int] = {}
        self.failed: dict[int, BaseException] = {}

    def finish(self) -> None:
        """Run all parts; raises what the first failing one raised."""
        while self.ready or self.running:
            if self.failed:
                self.ready = [i for i in self.ready if i < min(self.failed)]
            heavy = [i for i in self.ready if self.program._heavy[i]]
            light = [i for i in self.ready if not self.program._heavy[i]]
            self.ready = []
            alone = not self.running and len(heavy) == 1 and not light
            for i in heavy if not alone else ():
                self.running[_pool().submit(_in_thread, *self._call(i))] = i
            for i in light if not alone else heavy:
                self._run_here(i)
            if not self.ready and self.running:
                self._collect()
        if self.failed:
            raise self.failed[min(self.failed)]

    def _call(self, i: int) -> tuple[Any, list[Any]]:
        part = self.program.parts[i]
        return self.program._programs[i], [self.values[id(t)] for t in part.inputs]

    def _run_here(self, i: int) -> None:
        program, arguments = self._call(i)
        try:
            self._done(i, program(*arguments))
        except Exception as error:
            self.failed[i] = error

    def _collect(self) -> None:
        done, _ = wait(self.running, return_when=FIRST_COMPLETED)
        for future in done:
            i = self.running.pop(future)
            error = future.exception()
            if error is not None:
                self.failed[i] = error
            else:
                self._done(i, future.result())

    def _done(self, i: int, results: tuple[Any, ...]) -> None:
        for tensor, value in zip(self.program.parts[i].outputs, results):
            self.values[id(tensor)] = value
        for following in self.program._after[i]:
            self.missing[following] -= 1
            if not self.missing[following]:
                self.ready.append(following)


def _in_thread(program: Any, arguments: list[Any]) -> Any:
    """Run a part where numpy reports no floating-point conditions."""
    context: contextvars.Context | None = getattr(_threads, "context", None)
    if context is None:
        context = _threads.context = quiet_context()
    return context.run(program, *arguments)


def _cost(part: Part) -> float:
    """Roughly, how many elements the part computes."""
    total = 0.0
    for node in part.nodes:
        sizes = [_size(t) for t in (*node.inputs, *node.outputs) if t is not None]
        cost = max(sizes, default=1.0)
        if node.op.name in ("raw.mat_mul", "raw.batch_mat_mul"):
            cost *= math.sqrt(_size(node.inputs[0]))
        total += cost * (_LOOP_TURNS if node.op.name == "raw.while_loop" else 1)
    return total


def _size(tensor: Any) -> float:
    if tensor.dims is None:
        return _WORTH_A_THREAD
    return float(math.prod([_WORTH_A_THREAD if size is None else size for size in tensor.dims]))
