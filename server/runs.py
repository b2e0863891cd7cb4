"""Runs of user code: only when trusted, one at a time, in the worker; and what they told."""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lsprotocol import types
from pygls.uris import to_fs_path

from engine.base.source import SourceFile, Span
from engine.worker.client import OnOutput, RunRequest, Worker, failure
from server import __version__
from server.environment import worker_environment
from server.views import ViewText

if TYPE_CHECKING:
    from server.programs import Program
    from server.session import Session

__all__ = ["Runs", "Told"]

_log = logging.getLogger(__name__)
_UNTRUSTED = (
    "This workspace is not trusted, so nothing of it is run. Trust it first "
    "(in VS Code: “Manage Workspace Trust”)."
)
_NO_DISK = (
    "This document is in a file system of the editor's own, and running needs files on a disk. "
    "What the text tells without a run is shown."
)
_NOT_TRACED = "not traced yet: use “Trace” or “Run” above the function"

_AHEAD_SECONDS = 0.5
"""The first findings of an editor that has just opened come before a worker that may be of use."""

_RUN_FROM = ("file", "untitled", "vscode-notebook-cell")
"""Where text comes from that is run: of files, or of documents that will be files."""


@dataclass
class Told:
    """What runs have told about one function.

    Attributes:
        text: The program's text they ran.
        answer: The last run.
        arguments: Those of the last run.
    """

    text: str
    answer: dict[str, Any]
    arguments: list[str] = field(default_factory=list)


class Runs:
    """The worker of a session.

    Attributes:
        state: `off`, `idle` or `running`.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._worker: Worker | None = None
        self._next: Worker | None = None
        self._unwanted = False
        # One thread for the worker's whole life: the kernel ends a worker with the thread that
        # started it, and one thread is also what keeps runs one after the other.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="runs")
        self._told: dict[tuple[str, str], Told] = {}
        self._failed: dict[str, tuple[str, dict[str, Any]]] = {}
        self.state = "off"
        self.interpreter = session.client.interpreter

    # -- running -----------------------------------------------------------------------------

    async def run(
        self,
        program: Program,
        function: str,
        texts: list[str],
        mode: str,
        timing: bool = False,
        export: str = "",
    ) -> dict[str, Any]:
        """Runs or traces a function; a `Run` as docs/protocol.md has it."""
        request = replace(self._request(program, function, texts, mode, timing), export=export)
        run_id = uuid4().hex
        if not self._session.trusted:
            answer = failure(request, "untrusted", _UNTRUSTED)
        elif program.key.partition(":")[0] not in _RUN_FROM:
            answer = failure(request, "failed", _NO_DISK)
        else:
            answer = await self._run(request, run_id)
        answer.update(id=run_id, version=program.version)
        if answer["engine"] == "graphlens":
            answer["engine"] = f"graphlens {__version__}"
        _local_sources(answer, program)
        if self._session.trusted:
            self._remember(program, function, texts, answer)
        if not export:
            answer.pop("exported", None)
        # The pictures are asked for by themselves; a reply with them may be megabytes.
        return {name: value for name, value in answer.items() if name != "picture"}

    def may_run(self, program: Program) -> bool:
        """Whether a run of this program would not be refused."""
        return self._session.trusted and program.key.partition(":")[0] in _RUN_FROM

    def _request(
        self, program: Program, function: str, texts: list[str], mode: str, timing: bool
    ) -> RunRequest:
        options = self._session.settings.user_options()
        path = to_fs_path(program.key) or program.path
        roots = [
            root
            for folder in self._session.server.workspace.folders.values()
            if (root := to_fs_path(folder.uri))
        ]
        return RunRequest(
            path=path,
            text=program.text,
            function=function,
            arguments=tuple(texts),
            mode=mode,
            timing=timing,
            seconds=options.run_seconds,
            megabytes=options.run_megabytes,
            folders=(str(Path(path).parent), *roots),
            engine=options.worker_engine,
        )

    async def _run(self, request: RunRequest, run_id: str) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        protocol = self._session.server.protocol

        def on_output(piece: dict[str, Any]) -> None:
            message = {"id": run_id, **piece}
            loop.call_soon_threadsafe(protocol.notify_plain, "graphlens/output", message)

        worker = self._worker_for(request)
        self._set_state("running")
        self._unwanted = False
        work = loop.run_in_executor(self._thread, self._run_on, worker, request, on_output)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            self.interrupt()
            raise
        finally:
            self._set_state("idle")
            self._prepare_next(request)

    def _run_on(self, worker: Worker, request: RunRequest, on_output: OnOutput) -> dict[str, Any]:
        if self._unwanted:  # interrupted while a process was being prepared
            return failure(request, "interrupted", "interrupted")
        return worker.run(request, on_output)

    def _worker_for(self, request: RunRequest) -> Worker:
        """The worker that knows the text, else the one that was started ahead, else a new one."""
        options = self._session.settings.user_options()
        python = options.worker_interpreter or self.interpreter or None
        for worker in (self._worker, self._next):
            if worker is not None and (python or worker.python) != worker.python:
                self._end_workers()
        if self._worker is None:
            self._worker = Worker(python, worker_environment())
        ahead = self._next
        known = self._worker.remembers(request)
        if ahead is not None and ahead.is_meant_for(request) and not known:
            self._worker, self._next = ahead, self._worker
        return self._worker

    def _prepare_next(self, request: RunRequest) -> None:
        """Starts the process for the next text now: after an edit a trace must not wait for it."""
        worker = self._worker
        if worker is None or request.engine != "graphlens":
            return
        if self._next is None:
            self._next = Worker(worker.python, worker_environment())
        ahead = self._next
        if ahead.pid is None or not ahead.is_meant_for(request):
            ahead.reserve(request)
            with suppress(RuntimeError):  # the session is being closed
                self._thread.submit(self._prepare, ahead, request)

    def _prepare(self, worker: Worker, request: RunRequest) -> None:
        if worker is self._next or worker is self._worker:  # not ended meanwhile
            worker.prepare(request)

    def expect(self, program: Program) -> None:
        """Starts a process ahead of the first run, now that a user is shown how to ask for one.

        It loads this project's own modules and NumPy and waits: nothing of the workspace is run
        before somebody asks. An interpreter that lies in the workspace is the workspace's code too
        (its start-up files are), so that one is not started ahead.
        """
        if self._worker is not None or self._next is not None or not self.may_run(program):
            return
        request = self._request(program, "", [], "trace", False)
        python = self._session.settings.user_options().worker_interpreter or self.interpreter
        ahead = Worker(python or None, worker_environment())
        if request.engine != "graphlens" or _lies_in(ahead.python, request.folders):
            return
        self._next = ahead
        ahead.reserve(request)
        self._session.later(_AHEAD_SECONDS, lambda: self._start_expected(ahead, request))

    def _start_expected(self, ahead: Worker, request: RunRequest) -> None:
        if ahead is self._next and ahead.pid is None and self.state != "running":
            with suppress(RuntimeError):  # the session is being closed
                self._thread.submit(self._prepare, ahead, request)

    @property
    def workers(self) -> int:
        """How many processes there are or are about to be."""
        return sum(worker is not None for worker in (self._worker, self._next))

    def _end_workers(self) -> None:
        workers, self._worker, self._next = (self._worker, self._next), None, None
        for worker in workers:
            if worker is not None:
                worker.stop()

    def interrupt(self) -> bool:
        """Stops what is running."""
        if self.state != "running" or self._worker is None:
            return False
        self._unwanted = True
        self._worker.interrupt()
        return True

    def restart(self) -> None:
        """Ends the worker; the next run starts a new one."""
        self._end_workers()
        self._set_state("off")

    def close(self) -> None:
        """Ends the worker for good."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._end_workers()

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self._session.happened("status")

    # -- what runs have told -----------------------------------------------------------------

    def _remember(
        self, program: Program, function: str, texts: list[str], answer: dict[str, Any]
    ) -> None:
        key = (program.key, function)
        before = self._told.get(key)
        if answer["graph"] is None and before is not None and before.text == program.text:
            answer_to_keep = {**before.answer, "traces": answer["traces"]}
        else:
            answer_to_keep = answer
        self._told[key] = Told(program.text, answer_to_keep, texts)
        self._failed.pop(program.key, None)
        if answer["error"] is not None and answer["error"]["frames"]:
            self._failed[program.key] = (program.text, answer["error"])
        self._session.happened("told", program, function, answer)

    def told(self, program: Program, function: str) -> Told | None:
        """What is known of a function; of an earlier text too, see `Told.text`."""
        return self._told.get((program.key, function))

    def clear(self, key: str | None = None) -> None:
        """Forgets what runs have told, of one program or of all."""
        for known in [one for one in self._told if key is None or one[0] == key]:
            del self._told[known]
        for failed in [one for one in self._failed if key is None or one == key]:
            del self._failed[failed]
        self._session.happened("told", None, "", {})

    def forget(self, key: str) -> None:
        """Forgets a closed program."""
        for known in [one for one in self._told if one[0] == key]:
            del self._told[known]
        self._failed.pop(key, None)

    def view_text(self, program: Program, function: str, kind: str) -> ViewText:
        """The text of a view that exists only after a trace."""
        told = self.told(program, function)
        graph = told.answer["graph"] if told else None
        if kind == "traced" and not self._session.settings.options(program.key).unused_nodes:
            kind = "used" if isinstance(graph, dict) and "used" in graph else kind
        if told is None or not isinstance(graph, dict) or not isinstance(graph.get(kind), str):
            return ViewText(f"# {_NOT_TRACED}\n", version=program.version, message=_NOT_TRACED)
        pairs = tuple(
            (int(made), int(line)) for made, line in graph.get("lineMaps", {}).get(kind, ())
        )
        stale = told.text != program.text
        message = "the source has changed since the trace" if stale else None
        version = int(told.answer.get("version", 0))
        return ViewText(graph[kind], pairs, version, stale, message)

    def errors(self, program: Program) -> dict[str, list[types.Diagnostic]]:
        """What the last run of a program raised, by document, while its text is the same."""
        text, error = self._failed.get(program.key, (None, {}))
        if text != program.text:
            return {}
        path = to_fs_path(program.key) or program.path
        source = SourceFile(path, program.text)
        own = [frame for frame in error["frames"] if frame.get("path") == path]
        if not own:
            return {}
        places = [program.location(_span(source, frame)) for frame in own]
        related = [
            types.DiagnosticRelatedInformation(place, f"called in {frame.get('name', '')}")
            for place, frame in zip(places[:-1], own[:-1], strict=True)
        ]
        shown = types.Diagnostic(
            range=places[-1].range,
            message=f"{error['type']}: {error['message']}"[:2000],
            severity=types.DiagnosticSeverity.Error,
            code="run",
            source="graphlens run",
            related_information=related if self._session.client.related_information else None,
        )
        return {places[-1].uri: [shown]}


def _lies_in(python: str, folders: tuple[str, ...]) -> bool:
    """Whether a program stands in one of some folders; where links in its path lead counts too."""
    places = [Path(os.path.abspath(python)), Path(python).resolve()]
    roots = [Path(folder).resolve() for folder in folders]
    roots += [Path(os.path.abspath(folder)) for folder in folders]
    return any(root in place.parents for place in places for root in roots)


def _span(source: SourceFile, frame: dict[str, Any]) -> Span:
    line = min(max(int(frame["line"]), 0), source.line_count - 1)
    start = source.offset(line, int(frame["column"]))
    return Span(start, max(start, source.offset(line, int(frame["endColumn"]))))


def _local_sources(answer: dict[str, Any], program: Program) -> None:
    """Gives the picture's nodes URIs: of the document, of the cell, or of the user's other file."""
    for stage in (answer.get("picture") or {}).values():
        _local_graph(stage, program, to_fs_path(program.key) or program.path)


def _local_graph(graph: Any, program: Program, path: str) -> None:
    lines = SourceFile(path, program.text)
    for node in graph.get("nodes", ()) if isinstance(graph, dict) else ():
        source = node.get("source")
        if isinstance(source, dict) and isinstance(source.get("line"), int):
            if source.get("path") == path:
                start = lines.offset(source["line"], 0)
                place = program.location(Span(start, start))
                node["source"] = {"uri": place.uri, "line": place.range.start.line}
            else:
                node["source"] = None
        for inner in (node.get("graphs") or {}).values():
            _local_graph(inner, program, path)
