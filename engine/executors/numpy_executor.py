"""The numpy executor: a list of calls for the first runs, then generated Python source."""

from __future__ import annotations

import itertools
import os
from typing import Any, NoReturn

import numpy as np

from engine.base.errors import OpError
from engine.executors.executor import executor
from engine.executors.failures import located
from engine.executors.instructions import Instructions, straight
from engine.executors.python_source import Source, python_source
from engine.executors.regions import is_large
from engine.ir.graph import Graph, Node
from engine.passes.pipeline import GraphPass, optimize
from engine.syntax.depth import without_collection

_NUMBERS = itertools.count()

_FIRST_RUNS = {"0": 1 << 60, "1": 0}.get(os.environ.get("GRAPHLENS_TIER", ""), 2)
"""Runs of a straight-line graph before it is worth writing and compiling Python source."""

_KEPT_BYTES = 1 << 28
"""Programs with more scratch memory allocate it anew in every run."""

_FAILURES = (ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError)


@executor("numpy")
class NumpyExecutor:
    """Runs on the CPU with numpy alone."""

    @staticmethod
    def available() -> bool:
        """Always: numpy is required."""
        return True

    def compile(self, graph: Graph) -> NumpyExecutable:
        """A program for the graph: the passes wait until its source is worth writing."""
        return NumpyExecutable(graph, optimize)


class NumpyExecutable:
    """A graph as a callable on numpy values.

    Args:
        graph: what to run.
        passes: what the graph goes through before its source is written.

    Attributes:
        graph: as given; once the source is written, that after the passes.
    """

    __slots__ = ("_first", "_left", "_passes", "_run", "_source", "filename", "graph")

    def __init__(self, graph: Graph, passes: GraphPass | None = None) -> None:
        self.graph = graph
        self._passes = passes
        self._run: Any = None
        self._source: Source | None = None
        self.filename = ""
        soon = _FIRST_RUNS < 1000 and is_large(graph)
        self._left = _FIRST_RUNS if _FIRST_RUNS and not soon and straight(graph) else 0
        self._first: Instructions | None = None

    @property
    def source(self) -> Source:
        """The generated source, with the node that each line computes."""
        if self._source is None:
            self._write()
        assert self._source is not None
        return self._source

    @property
    def run(self) -> Any:
        """The generated function."""
        return self._run or self._write()

    def _make_source(self) -> Source:
        return python_source(self.graph, np, _same, NumpyExecutable)

    def _write(self) -> Any:
        with without_collection():
            if self._passes is not None:
                self.graph = self._passes(self.graph)
            source = self._make_source()
        filename = f"<graphlens {self.graph.name} {next(_NUMBERS)}>"
        scope = dict(source.bindings)
        if source.buffers.made:
            scope["pool"], scope["make"] = _pool(source)
        exec(compile(source.text, filename, "exec"), scope)
        self.filename, self._source = filename, source
        self._run = scope["run"]
        self._first = None
        return self._run

    def __call__(self, *arrays: Any) -> tuple[Any, ...]:
        """Run it.

        Raises:
            OpError: where a node fails; it says which.
        """
        run = self._run
        if run is None:
            if self._left > 0:
                return self._call_first(arrays)
            run = self._write()
        try:
            return run(*arrays)
        except (OpError, *_FAILURES) as error:
            self.fail(error)

    def fail(self, error: Exception) -> NoReturn:
        """Raise what `run` raised, with the node that failed and the user's line."""
        cause = error.__cause__ if isinstance(error, OpError) else error
        raise located(error, self.failing_node(error), self.graph) from cause

    @property
    def ready(self) -> bool:
        """Is the source compiled?"""
        return self._run is not None

    def _call_first(self, arrays: tuple[Any, ...]) -> tuple[Any, ...]:
        self._left -= 1
        first = self._first
        if first is None:
            with without_collection():
                first = self._first = Instructions(self.graph)
        at: list[Any] = [None]
        try:
            return first.run(arrays, at)
        except OpError as error:
            raise located(error, at[0], self.graph) from error.__cause__
        except _FAILURES as error:
            raise located(error, at[0], self.graph) from error

    def failing_node(self, error: BaseException) -> Node | None:
        """The node whose line raised."""
        traceback = error.__traceback__
        found = None
        while traceback is not None:
            if traceback.tb_frame.f_code.co_filename == self.filename:
                found = self.source.nodes.get(traceback.tb_lineno)
            traceback = traceback.tb_next
        return found


def _same(value: Any) -> Any:
    return value


def _pool(source: Source) -> tuple[Any, Any]:
    """A stack of sets of buffers, and what makes a new set; each run owns the one it took."""
    kinds = [(dims, dtype.as_numpy_dtype) for dims, dtype in source.buffers.made.values()]

    def make() -> tuple[Any, ...]:
        return tuple([np.empty(dims, kind) for dims, kind in kinds])

    return (_Forgetful() if source.buffers.size() > _KEPT_BYTES else []), make


class _Forgetful(list):  # type: ignore[type-arg]
    """A pool that keeps nothing."""

    def append(self, item: Any) -> None:
        """Let go of a set of buffers."""
