"""Executors turn a graph into a callable on arrays; they are found by being in this folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from engine.executors.devices import GPU_USED, on_gpu
from engine.executors.placement import Unavailable, check_devices
from engine.ir.graph import Graph
from engine.ir.interpreter import install_graph_runner
from engine.syntax.depth import without_collection


class Executable(Protocol):
    """A compiled graph."""

    def __call__(self, *arrays: Any) -> tuple[Any, ...]:
        """Run the graph; the arrays are its inputs in order."""


class Executor(Protocol):
    """Compiles graphs for one kind of device."""

    @staticmethod
    def available() -> bool:
        """Is what it needs installed?"""

    def compile(self, graph: Graph) -> Executable:
        """A callable that runs the graph, given as traced: `optimize` it where that pays."""


EXECUTORS: dict[str, type[Executor]] = {}


def executor(name: str) -> Callable[[type[Any]], type[Any]]:
    """Register an executor class under a name."""

    def register(cls: type[Any]) -> type[Any]:
        EXECUTORS[name] = cls
        return cls

    return register


def executable(graph: Graph, name: str | None = None) -> Executable:
    """The graph compiled by an executor (None: the default one); compiled once per graph.

    Raises:
        ValueError: if there is no executor of that name.
        ImportError: if what it needs is not installed.
    """
    name = name or _default[0]
    known = graph.compiled.get(name)
    if known is None:
        if name not in EXECUTORS:
            import importlib

            try:
                importlib.import_module(f"engine.executors.{name}_executor")
            except ModuleNotFoundError as error:
                if error.name != f"engine.executors.{name}_executor":
                    raise
                raise ValueError(f"there is no executor {name!r}") from None
        check_devices(graph)
        with without_collection():
            known = graph.compiled[name] = EXECUTORS[name]().compile(graph)
    return known


def placed_executable(graph: Graph, values: Any, gpu: int | Unavailable | None) -> Executable:
    """The graph for the place where its values are.

    Args:
        graph: the graph.
        values: its inputs: arrays, and storages of variables.
        gpu: number of the GPU that is asked for; None: wherever an input is.

    Raises:
        InvalidArgumentError: if the device that is asked for is not there.
    """
    if isinstance(gpu, Unavailable):
        raise gpu.error("PartitionedCall")
    there = gpu is not None or any(on_gpu(getattr(v, "value", v)) for v in values)
    return executable(graph, "cupy" if there else default_executor())


_default = ["numpy"]


def default_executor() -> str:
    """The name of the executor that functions use."""
    return _default[0]


def use_executor(name: str) -> None:
    """Let functions use another executor from now on (those that ran already keep theirs)."""
    _default[0] = name


def _run(graph: Graph, values: Any) -> tuple[Any, ...]:
    if GPU_USED[0]:
        return placed_executable(graph, values, None)(*values)
    return executable(graph)(*values)


install_graph_runner(_run)
