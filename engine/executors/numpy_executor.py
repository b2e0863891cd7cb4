"""The numpy executor: a graph becomes generated Python source over numpy."""

from __future__ import annotations

import itertools
import linecache
from typing import Any

import numpy as np

from engine.base.errors import InvalidArgumentError, OpError
from engine.executors.executor import executor
from engine.executors.python_source import Source, python_source
from engine.ir.graph import Graph, Node

_NUMBERS = itertools.count()


@executor("numpy")
class NumpyExecutor:
    """Runs on the CPU with numpy alone."""

    @staticmethod
    def available() -> bool:
        return True

    def compile(self, graph: Graph) -> NumpyExecutable:
        return NumpyExecutable(graph)


class NumpyExecutable:
    """A graph compiled to Python.

    Attributes:
        run: the generated function.
        source: its text, and which node each line computes.
    """

    __slots__ = ("filename", "run", "source")

    def __init__(self, graph: Graph) -> None:
        self.source: Source = python_source(graph, np, lambda value: value)
        self.filename = f"<graphlens {graph.name} {next(_NUMBERS)}>"
        scope = dict(self.source.bindings)
        exec(compile(self.source.text, self.filename, "exec"), scope)  # noqa: S102
        self.run = scope["run"]

    def __call__(self, *arrays: Any) -> tuple[Any, ...]:
        try:
            return self.run(*arrays)  # type: ignore[no-any-return]
        except OpError as error:
            if error._op is None:
                error._op = self.failing_node(error)
            raise
        except (ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise InvalidArgumentError(None, self.failing_node(error), str(error)) from error

    def failing_node(self, error: BaseException) -> Node | None:
        """The node whose line raised."""
        traceback = error.__traceback__
        found = None
        while traceback is not None:
            if traceback.tb_frame.f_code.co_filename == self.filename:
                found = self.source.nodes.get(traceback.tb_lineno)
            traceback = traceback.tb_next
        return found

    def remember_source(self) -> None:
        """Let tracebacks and debuggers show the generated lines."""
        lines = self.source.text.splitlines(keepends=True)
        linecache.cache[self.filename] = (len(self.source.text), None, lines, self.filename)
