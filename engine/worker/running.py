"""One run of one function: load, trace, call, time, describe."""

from __future__ import annotations

import base64
import gc
import importlib
import re
import sys
import time
from collections.abc import Callable
from typing import Any

from engine.worker import real_tensorflow
from engine.worker.graphs import graph_texts, picture, signature_text, traces
from engine.worker.loading import (
    ArgumentsError,
    LookupFailure,
    arguments,
    find,
    load,
    substitute_tensorflow,
)
from engine.worker.quiet_import import silence_tensorflow
from engine.worker.tracebacks import describe_error
from engine.worker.values import describe_value

__all__ = ["Runner"]

_TIMING_SECONDS = 0.2
_LARGEST_MODEL = 40 << 20


class Runner:
    """Runs functions of one text; the module is loaded once and keeps its state between runs.

    Attributes:
        phase: `loading`, `tracing` or `running`: what user code is doing now.
        mute: Called with whether printed text is unwanted just now.
    """

    def __init__(self) -> None:
        self.mute: Callable[[bool], None] = lambda _: None
        self._loading = True
        self._module: Any = None
        self._loaded: tuple[str, str] | None = None
        self._functions: dict[str, Any] = {}
        self._substituted = False
        self._load_ms = 0.0

    @property
    def phase(self) -> str:
        """What user code is doing now."""
        if _is_tracing():  # while the file is loaded, too: what it calls may be traced
            return "tracing"
        return "loading" if self._loading else "running"

    def warm_up(self) -> None:
        """Loads what the first trace needs, by a trace of a function of our own."""
        from engine.worker.warming import sample

        self.mute(True)
        try:
            library = importlib.import_module("engine")
            traced = library.function(sample)
            concrete = traced.get_concrete_function(library.constant([1.0]))
            _describe_graph({}, traced, concrete, "")
            describe_value(traced(library.constant([1.0])))
        except Exception as error:  # the run itself will say what is wrong
            print(f"warm-up: {error!r}", file=sys.__stderr__)
        finally:
            self.mute(False)

    def run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answers a request; whatever user code raises becomes part of the answer."""
        answer: dict[str, Any] = {
            "ok": False, "mode": request["mode"], "function": request["function"],
            "arguments": request["arguments"], "signature": "", "result": None, "traces": [],
            "retraces": 0, "graph": None, "picture": None, "error": None,
            "timing": {"load": 0.0, "first": 0.0, "graph": None, "eager": None},
        }  # fmt: skip
        function: Any = None
        try:
            self._load(request)
            function = self._find(request["function"])
            tensors = _library()
            positional, keywords = arguments(request["arguments"], self._module, tensors)
            self._call(answer, request, function, positional, keywords)
            answer["ok"] = True
        except ArgumentsError as error:
            answer["error"] = describe_error(error, "arguments")
        except LookupFailure as error:
            answer["error"] = describe_error(error, "failed")
        except BaseException as error:  # SystemExit and KeyboardInterrupt of user code included
            answer["error"] = self._described(error)
        finally:
            self._loading = False
        _guarded(answer, lambda: _describe_traces(answer, function))
        answer["substituted"] = self._substituted
        answer["engine"] = self._engine_name()
        answer["timing"]["load"] = self._load_ms
        return answer

    def _load(self, request: dict[str, Any]) -> None:
        identity = (request["path"], request["text"])
        if self._loaded == identity:
            return
        self._loading = True
        self._functions.clear()
        imports_it = re.search(r"^\s*(import|from)\s+tensorflow\b", request["text"], re.MULTILINE)
        if imports_it and request["engine"] != "tensorflow":
            self._substituted = substitute_tensorflow()
        if not self._substituted:
            silence_tensorflow(self.mute)
        started = time.perf_counter()
        try:
            self._module = load(request["path"], request["text"], request["folders"])
        finally:
            self._load_ms = _milliseconds(started)
        self._loaded = identity
        self._loading = False

    def _find(self, qualname: str) -> Any:
        # The same object each time: a method's traces belong to its instance.
        if qualname not in self._functions:
            self._functions[qualname] = find(self._module, qualname)
        return self._functions[qualname]

    def _call(
        self,
        answer: dict[str, Any],
        request: dict[str, Any],
        function: Any,
        positional: list[Any],
        keywords: dict[str, Any],
    ) -> None:
        traced = self._as_traced(function, request)
        before = len(traces(traced)) if traced is not None else 0
        started = time.perf_counter()
        if request["mode"] == "trace":
            if traced is None:
                raise LookupFailure(f"{request['function']} is not a traced function")
            traced.get_concrete_function(*positional, **keywords)
        else:
            result = function(*positional, **keywords)
            answer["timing"]["first"] = _milliseconds(started)
            answer["result"] = describe_value(result)
        if request["mode"] == "trace":
            answer["timing"]["first"] = _milliseconds(started)
        if traced is not None:
            answer["retraces"] = max(0, len(traces(traced)) - max(before, 1))
            concrete = traced.get_concrete_function(*positional, **keywords)
            answer["signature"] = signature_text(concrete, traced)
            _guarded(answer, lambda: _describe_graph(answer, traced, concrete, request["path"]))
            if request.get("export") == "onnx":
                answer["exported"] = _exported(concrete)
            if request["timing"] and request["mode"] == "run":
                self._time(answer, function, positional, keywords, concrete.graph)

    def _as_traced(self, function: Any, request: dict[str, Any]) -> Any:
        if hasattr(function, "get_concrete_function"):
            return function
        if request["mode"] == "trace":
            key = f"traced {request['function']}"
            if key not in self._functions:
                self._functions[key] = _library().function(function)
            return self._functions[key]
        return None

    def _time(
        self,
        answer: dict[str, Any],
        function: Any,
        positional: list[Any],
        keywords: dict[str, Any],
        graph: Any,
    ) -> None:
        """Compares the graph with plain eager Python; both are called again for that."""
        if _writes(graph):
            answer.setdefault("notes", []).append("not timed: each call changes a variable")
            return
        python = getattr(function, "python_function", None)
        config = _library().config
        self.mute(True)
        try:
            answer["timing"]["graph"] = _best_of(lambda: function(*positional, **keywords))
            if python is not None:
                config.run_functions_eagerly(True)
                answer["timing"]["eager"] = _best_of(lambda: python(*positional, **keywords))
        finally:
            config.run_functions_eagerly(False)
            self.mute(False)

    def _described(self, error: BaseException) -> dict[str, Any]:
        described = describe_error(error)
        where = getattr(getattr(error, "_op", None), "file_line", None)
        if where is not None and self._loaded is not None and where[0] == self._loaded[0]:
            described = _with_frame(described, where, self._loaded[1])
        return described

    def _engine_name(self) -> str:
        library = _library()
        if library.__name__ == "tensorflow":
            return f"tensorflow {getattr(library, '__version__', '')}".strip()
        return "graphlens"


def _library() -> Any:
    """What user code calls `tf`: this engine, or the real TensorFlow where it was imported."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None and tensorflow.__name__ == "tensorflow":
        return tensorflow
    return importlib.import_module("engine")


def _is_tracing() -> bool:
    """Whether a graph is being made; says no while the library itself is being imported."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None and "engine.ir.interpreter" not in sys.modules:
        return False
    eagerly = getattr(_library(), "executing_eagerly", None)
    return eagerly is not None and not eagerly()


def _with_frame(described: dict[str, Any], where: tuple[str, int], text: str) -> dict[str, Any]:
    """Adds the user's line of the node that failed, which no Python frame stands for."""
    lines = re.split(r"\r\n|\r|\n", text)
    line = lines[where[1] - 1] if 0 < where[1] <= len(lines) else ""
    indent = len(line) - len(line.lstrip())
    frame = {
        "path": where[0], "line": where[1] - 1, "column": indent,
        "endColumn": max(len(line.rstrip()), indent + 1), "name": "graph", "text": line.strip(),
    }  # fmt: skip
    place = f'  File "{where[0]}", line {where[1]}, in the graph\n    {line.strip()}\n'
    head, separator, last = described["text"].rpartition(f"{described['type']}: ")
    described["frames"] = [*described["frames"], frame]
    described["text"] = f"{head}{place}{separator}{last}"
    return described


def _describe_traces(answer: dict[str, Any], function: Any) -> None:
    if hasattr(function, "get_concrete_function"):
        answer["traces"] = traces(function)


def _describe_graph(answer: dict[str, Any], traced: Any, concrete: Any, path: str) -> None:
    graph = concrete.graph
    if real_tensorflow.is_traced(traced):
        answer.update(real_tensorflow.describe(traced, concrete, path))
        return
    answer["graph"] = graph_texts(graph, path)
    optimize = importlib.import_module("engine.passes.pipeline").optimize
    answer["picture"] = {"before": picture(graph), "after": picture(optimize(graph))}


def _exported(concrete: Any) -> dict[str, Any]:
    """The graph as an ONNX model in base64, or why there is none."""
    if real_tensorflow.is_traced(concrete):
        return {"format": "onnx", "data": None, "problem": "this graph is TensorFlow's own"}
    try:
        model = importlib.import_module("engine.saving.onnx").export(concrete)
    except ModuleNotFoundError as error:
        install = f"{sys.executable} -m pip install {error.name}"
        problem = f"this needs the package {error.name}, which is not installed here: {install}"
        return {"format": "onnx", "data": None, "problem": problem}
    except Exception as error:
        return {"format": "onnx", "data": None, "problem": str(error) or type(error).__name__}
    if len(model) > _LARGEST_MODEL:
        problem = f"the model has {len(model) >> 20} MB, more than fits into an answer"
        return {"format": "onnx", "data": None, "problem": problem}
    return {"format": "onnx", "data": base64.b64encode(model).decode(), "problem": None}


def _writes(graph: Any) -> bool:
    """Whether a graph changes a variable, itself or in a graph inside it."""
    if not hasattr(graph, "nodes"):  # TensorFlow's
        return any("Assign" in operation.type for operation in graph.get_operations())
    return any(
        node.op.effect == "write" or any(_writes(inner) for _, inner in node.graphs)
        for node in graph.nodes
    )


def _guarded(answer: dict[str, Any], describe: Callable[[], None]) -> None:
    """A description that fails must not hide a result that is there."""
    try:
        describe()
    except Exception as error:
        notes = answer.setdefault("notes", [])
        notes.append(f"{type(error).__name__}: {error}")


def _best_of(call: Callable[[], Any]) -> float:
    """The shortest of some calls, in milliseconds; at least two, for about 0.2 s."""
    best = float("inf")
    end = time.perf_counter() + _TIMING_SECONDS
    collecting = gc.isenabled()
    gc.disable()
    try:
        for round_number in range(1000):
            started = time.perf_counter()
            call()
            best = min(best, _milliseconds(started))
            if round_number and time.perf_counter() > end:
                break
    finally:
        if collecting:
            gc.enable()
    return best


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 4)
