"""One client's session: its documents, settings, trust, and what is known of each text."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types

from engine.base.diagnostics import Diagnostic, Severity
from engine.base.source import Span
from engine.ide.snapshot import FunctionInfo
from server.analysis.client import Analysis, AnalysisError, Stale
from server.client_facts import ClientFacts
from server.feature import LISTENERS
from server.programs import Program, document_program, notebook_program
from server.runs import Runs
from server.settings import SettingsStore
from server.shifting import Shift
from server.translate import read
from server.views import SCHEME

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from server.app import GraphlensServer
    from server.transport.documents import Document

__all__ = ["Facts", "Session"]

_log = logging.getLogger(__name__)
_NOT_WORTH_WAITING = 0.06


@dataclass(frozen=True)
class Facts:
    """What the analysis says about a program.

    Attributes:
        program: The text it is about.
        diagnostics: The findings, in order of place.
        functions: The functions that will be traced, in order of place.
        fresh: Whether it was computed from this text; else it was moved from the text before.
    """

    program: Program
    diagnostics: tuple[Diagnostic, ...] = ()
    functions: tuple[FunctionInfo, ...] = ()
    fresh: bool = True

    def function_at(self, offset: int) -> FunctionInfo | None:
        """The innermost traced function whose source holds an offset."""
        holding = [
            function
            for function in self.functions
            if function.span.start <= offset <= function.span.end
        ]
        return min(holding, key=lambda function: len(function.span), default=None)

    def function_named(self, qualname: str) -> FunctionInfo | None:
        """A traced function by its qualified name."""
        return next((one for one in self.functions if one.qualname == qualname), None)


@dataclass
class _Entry:
    version: int
    stamp: str
    task: asyncio.Task[Facts]


@dataclass
class Session:
    """Everything a feature may ask for.

    Attributes:
        server: Sends to the client.
        analysis: The analysis process.
        client: What the client can do.
        settings: The user's choices.
        trusted: Whether code of the workspace may be run when the user asks for it.
        started: Whether the client has said `initialized`, so that it may be asked.
        rooms: A place for each feature to keep its own state, by name.
    """

    server: GraphlensServer
    analysis: Analysis
    client: ClientFacts = field(default_factory=ClientFacts)
    settings: SettingsStore = field(default_factory=SettingsStore)
    trusted: bool = False
    started: bool = False
    rooms: dict[str, Any] = field(default_factory=dict)
    _entries: dict[str, _Entry] = field(default_factory=dict)
    _last: dict[str, Facts] = field(default_factory=dict)
    _answered_late: set[str] = field(default_factory=set)
    _changed_at: dict[str, float] = field(default_factory=dict)
    _notebook_versions: dict[str, int] = field(default_factory=dict)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def room(self, name: str, make: Callable[[], Any]) -> Any:
        """A feature's own state, made when first asked for."""
        if name not in self.rooms:
            self.rooms[name] = make()
        return self.rooms[name]

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Runs work beside the loop's other work; a failure is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_done)
        return task

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("work in the background failed", exc_info=error)

    def start(self) -> None:
        """From here on the client may be asked."""
        self.started = True

    def close(self) -> None:
        """Ends the processes that work for this session."""
        self.analysis.close()
        if "runs" in self.rooms:
            self.runs.close()

    def happened(self, event: str, *about: Any) -> None:
        """Tells every listener of an event; one that fails stops no other."""
        for listen in LISTENERS.get(event, ()):
            try:
                listen(self, *about)
            except Exception:
                _log.exception("a listener of %r failed", event)

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Calls something after a while, if the loop still runs."""
        asyncio.get_running_loop().call_later(seconds, call)

    # -- programs ----------------------------------------------------------------------------

    def document(self, uri: str) -> Document | None:
        """An open document; None if it is not open."""
        from urllib.parse import unquote

        documents = self.server.workspace.text_documents
        return cast("Document | None", documents.get(unquote(uri)))

    def program(self, uri: str) -> Program | None:
        """The program of an open document, a cell or a notebook; None if it is not open."""
        notebook = self._notebook(uri)
        if notebook is not None:
            cells = [
                document
                for cell in notebook.cells
                if cell.kind == types.NotebookCellKind.Code
                and (document := self.document(cell.document)) is not None
                and document.language_id in (None, "python")
            ]
            settings, stamp = self.settings.for_rules(notebook.uri)
            version = self._notebook_versions.get(notebook.uri, 0)
            return notebook_program(notebook.uri, version, notebook.uri, cells, settings, stamp)
        document = self.document(uri)
        if document is None or uri.startswith(f"{SCHEME}:"):
            return None  # our own virtual documents are no programs, even where a client opens them
        return document_program(document, *self.settings.for_rules(document.uri))

    def _notebook(self, uri: str) -> types.NotebookDocument | None:
        workspace = self.server.workspace
        return workspace.get_notebook_document(notebook_uri=uri) or workspace.get_notebook_document(
            cell_uri=uri
        )

    def open_programs(self) -> list[Program]:
        """The programs of all open documents and notebooks."""
        keys: dict[str, Program] = {}
        for document in list(self.server.workspace.text_documents.values()):
            program = self.program(document.uri)
            if program is not None:
                keys.setdefault(program.key, program)
        return list(keys.values())

    def touched(self, uri: str) -> None:
        """Says that the text of a document, cell or notebook has just changed."""
        notebook = self._notebook(uri)
        key = uri
        if notebook is not None:
            key = notebook.uri
            self._notebook_versions[key] = self._notebook_versions.get(key, 0) + 1
        self._changed_at[key] = time.monotonic()
        entry = self._entries.get(key)
        if entry is not None and not entry.task.done():
            entry.task.cancel()

    def closed(self, key: str) -> None:
        """Forgets a document or notebook."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            entry.task.cancel()
        self._changed_at.pop(key, None)
        self._last.pop(key, None)
        self._notebook_versions.pop(key, None)
        self.analysis.forget(key)
        if "runs" in self.rooms:
            self.runs.forget(key)

    def settings_changed(self) -> None:
        """Forgets what was computed with other settings or other files beside."""
        self.settings.world_changed()
        self.analysis.forget_settings()
        self.happened("reconfigured")

    # -- facts -------------------------------------------------------------------------------

    async def facts(self, uri: str) -> Facts | None:
        """What the analysis says about the newest text of a document; waits while it changes.

        Returns:
            None if the document is not open.
        """
        while True:
            program = self.program(uri)
            if program is None:
                return None
            entry = self._entry(program)
            await asyncio.wait([entry.task])
            if entry.task.cancelled():
                continue
            error = entry.task.exception()
            if isinstance(error, Stale):
                self._entries.pop(program.key, None)
                continue
            if error is not None:
                raise error
            facts = entry.task.result()
            if facts.program.is_current():
                return facts

    async def facts_now(self, uri: str) -> Facts | None:
        """The facts for what a user waits for: of the newest text, or those before, moved along.

        While keys are pressed the newest text is never analysed yet; what was known an instant
        ago, at its place of now, is the better answer than a late one. The first time it waits.
        """
        program = self.program(uri)
        if program is None:
            return None
        fresh = self.known_facts(uri)
        if fresh is not None:
            return fresh
        last = self._last.get(program.key)
        if last is None or last.program.settings_stamp != program.settings_stamp:
            return await self.facts(uri)
        self._entry(program)
        self._answered_late.add(program.key)
        shift = Shift(last.program.text, program.text)
        return Facts(
            program,
            tuple(moved for one in last.diagnostics if (moved := shift.diagnostic(one))),
            tuple(here for one in last.functions if (here := shift.function(one))),
            fresh=False,
        )

    def answered_early(self, key: str) -> bool:
        """Whether moved facts were answered since this was last asked; then a refresh is due."""
        found = key in self._answered_late
        self._answered_late.discard(key)
        return found

    async def detached_facts(self, program: Program) -> Facts:
        """The same for a text that is not open."""
        try:
            answer = await self.analysis.ask(program, "facts", urgency=2)
        except AnalysisError as error:
            return Facts(program, (_not_analysed(str(error)),))
        finally:
            self.analysis.forget(program.key)
        return Facts(program, read(answer["diagnostics"], tuple[Diagnostic, ...]))

    def known_facts(self, uri: str) -> Facts | None:
        """The facts of the newest text if they are known already."""
        program = self.program(uri)
        entry = self._entries.get(program.key) if program else None
        if program is None or entry is None or not entry.task.done() or entry.task.cancelled():
            return None
        if entry.task.exception() is not None:
            return None
        facts = entry.task.result()
        return facts if facts.program.is_current() else None

    def _entry(self, program: Program) -> _Entry:
        entry = self._entries.get(program.key)
        same = (
            entry is not None
            and entry.version == program.version
            and entry.stamp == program.settings_stamp
            and not entry.task.cancelled()
        )
        if entry is None or not same:
            if entry is not None:
                entry.task.cancel()
            task = asyncio.get_running_loop().create_task(self._compute(program))
            # Nobody may be waiting any more when it fails; the next to ask is told.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            entry = _Entry(program.version, program.settings_stamp, task)
            self._entries[program.key] = entry
        return entry

    async def _compute(self, program: Program) -> Facts:
        await asyncio.sleep(self._pause(program))
        try:
            answer = await self.analysis.ask(program, "facts")
        except Stale:
            raise
        except AnalysisError as error:
            _log.warning("%s was not analysed: %s", program.key.rpartition("/")[2], error)
            return Facts(program, (_not_analysed(str(error)),))
        found = read(answer["diagnostics"], tuple[Diagnostic, ...])
        if answer["dropped"]:
            found = (*found, _too_many(len(found), answer["dropped"]))
        facts = Facts(program, found, read(answer["functions"], tuple[FunctionInfo, ...]))
        if facts.functions or not self._is_broken(facts):
            self._last[program.key] = facts
        asyncio.get_running_loop().call_soon(self.happened, "analysed", facts)
        return facts

    @staticmethod
    def _is_broken(facts: Facts) -> bool:
        return any(finding.code == "GR001" for finding in facts.diagnostics)

    # -- what runs have told -----------------------------------------------------------------

    @property
    def runs(self) -> Runs:
        """The worker, and what its runs have told."""
        made: Runs = self.room("runs", lambda: Runs(self))
        return made

    def _pause(self, program: Program) -> float:
        """How long to wait for the next key: short where the analysis is fast anyway."""
        most = self.settings.options(program.key).debounce
        usual = self.analysis.last_ms.get("facts", 20.0) / 1000
        if usual <= _NOT_WORTH_WAITING:
            return 0.0
        since = time.monotonic() - self._changed_at.get(program.key, 0.0)
        return max(0.0, min(most, max(0.05, usual / 3)) - since)


def _not_analysed(reason: str) -> Diagnostic:
    return Diagnostic(
        code="GR000",
        name="not-analysed",
        message=f"This text was not analysed: {reason}. It is tried again when it changes.",
        span=Span(0, 0),
        severity=Severity.INFO,
    )


def _too_many(shown: int, dropped: int) -> Diagnostic:
    return Diagnostic(
        code="GR000",
        name="too-many-findings",
        message=f"{dropped} more findings are not shown; these {shown} are the gravest.",
        span=Span(0, 0),
        severity=Severity.INFO,
    )
