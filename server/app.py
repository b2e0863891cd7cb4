"""The server: pygls' machinery with our protocol and the features of the `features` folder."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from server import __version__, features
from server.analysis.client import Analysis
from server.feature import COMMANDS, FEATURES, Feature
from server.session import Session
from server.transport.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["GraphlensServer", "create_server"]

_log = logging.getLogger(__name__)
_POPUP_EVERY = 60.0

_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook=kind, cells=[types.NotebookCellLanguage(language="python")]
        )
        for kind in ("jupyter-notebook", "interactive")
    ],
    save=True,
)


class GraphlensServer(LanguageServer):
    """The pygls server of one session."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__(
            "graphlens",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            notebook_document_sync=_NOTEBOOKS,
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self._last_popup = -_POPUP_EVERY

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Logs an error; pygls would open a message window for each."""
        _log.error("%s: %s", getattr(source, "__name__", source), error)
        now = time.monotonic()
        if now - self._last_popup >= _POPUP_EVERY:
            self._last_popup = now
            self.window_log_message(
                types.LogMessageParams(types.MessageType.Error, f"Graphlens: {error}")
            )


def create_server(analysis: Analysis | None = None) -> tuple[GraphlensServer, Session]:
    """A server with every feature, and its session."""
    from engine.base.discover import import_all

    import_all(features)
    server = GraphlensServer()
    session = Session(server, analysis or Analysis())
    by_method: dict[str, list[Feature]] = {}
    for declared in FEATURES:
        by_method.setdefault(declared.method, []).append(declared)
    for method, declarations in by_method.items():
        options = next((one.options for one in declarations if one.options is not None), None)
        server.feature(method, options)(_bound(session, declarations))
    for name, handler in COMMANDS.items():
        server.command(name)(_bound_command(session, handler))
    return server, session


def _bound(session: Session, declarations: list[Feature]) -> Callable[[Any], Any]:
    if len(declarations) == 1:
        handler = declarations[0].handler

        async def answer(params: Any) -> Any:
            return await handler(session, params)

        return answer

    async def answer_all(params: Any) -> None:
        work = (declared.handler(session, params) for declared in declarations)
        for result in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(result, Exception):
                _log.error("%s failed", declarations[0].method, exc_info=result)

    return answer_all


def _bound_command(session: Session, handler: Callable[..., Any]) -> Callable[..., Any]:
    # Trap: pygls counts parameters and converts arguments by annotation; `*arguments` takes all.
    async def answer(*arguments: Any) -> Any:
        return await handler(session, *arguments)

    # Trap: pygls asks whether the first annotation is a subclass of the server; on Python 3.10
    # `Any` is no class.
    answer.__annotations__ = {}
    return answer
