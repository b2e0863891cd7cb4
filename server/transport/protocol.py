"""pygls' protocol, hardened: every request gets one answer, and no message ends the server.

| trap | what pygls does | what happens here |
| --- | --- | --- |
| C | keeps the future of each notification for ever | dropped when done |
| D | walks that dict while it changes, at `shutdown` | walks a copy |
| F | leaves a request unanswered whose params do not fit | answers -32602 |
| G | lets `SystemExit` of a handler end the server | answers -32603 |
| J | serves before `initialize`, is silent after `shutdown` | -32002, -32600 |
| N | pops up a message for changes of unknown documents | logs once |
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Generator
from functools import wraps
from typing import Any

from lsprotocol import types
from pygls.exceptions import (
    FeatureNotificationError,
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
)
from pygls.protocol import LanguageServerProtocol, lsp_method

from server.transport.documents import Workspace
from server.transport.framing import frame

__all__ = ["Protocol"]

_log = logging.getLogger(__name__)

_Steps = Generator[Any, Any, Any]
_DOCUMENT_CHANGES = (types.TEXT_DOCUMENT_DID_CHANGE, types.NOTEBOOK_DOCUMENT_DID_CHANGE)


class Protocol(LanguageServerProtocol):
    """One conversation with a client.

    Attributes:
        exit_code: None while the conversation goes on; then what the process should answer.
        hidden_commands: Commands that are executed when asked for but not announced.
        on_exit: Called when the conversation ends.
        on_initialized: Called when the client may be asked.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exit_code: int | None = None
        self.hidden_commands: set[str] = set()
        self.on_exit: Callable[[], None] = lambda: None
        self.on_initialized: Callable[[], None] = lambda: None
        self._initialized = False

    # -- receiving ---------------------------------------------------------------------------

    def receive(self, body: bytes) -> None:
        """Deals with one message; never raises."""
        try:
            data = json.loads(body)
        except (ValueError, RecursionError, MemoryError):
            self._refuse(None, types.ErrorCodes.ParseError, "this is not JSON")
            return
        if not isinstance(data, dict) or data.get("jsonrpc") != "2.0":
            msg_id = data.get("id") if isinstance(data, dict) else None
            self._refuse(msg_id, types.ErrorCodes.InvalidRequest, "this is not JSON-RPC 2.0")
            return
        try:
            self._receive(data)
        except Exception:
            _log.exception("message was not handled: %s", data.get("method"))

    def _receive(self, data: dict[str, Any]) -> None:
        method, msg_id = data.get("method"), data.get("id")
        if method is not None and not isinstance(method, str):
            self._refuse(msg_id, types.ErrorCodes.InvalidRequest, "the method must be a text")
            return
        if "id" in data and method is not None:
            if isinstance(msg_id, bool) or not isinstance(msg_id, (int, str)):
                self._refuse(None, types.ErrorCodes.InvalidRequest, "the id must be int or text")
                return
            if not self._may_ask(msg_id, method):
                return
        elif method is not None and not self._may_notify(method):
            return
        try:
            message = self._structure(data)
        except JsonRpcException as error:
            self._unstructurable(data, error)
            return
        self.handle_message(message)

    def _structure(self, data: dict[str, Any]) -> Any:
        """A message with typed params; those of our own methods stay plain JSON."""
        method = data.get("method")
        if method is None or self.get_message_type(method) is not None:
            return self.structure_message(data)
        return (
            _Plain(method, data.get("params"), data["id"])
            if "id" in data
            else _Plain(method, data.get("params"))
        )

    def handle_message(self, message: Any) -> None:
        """Hands a message to its handler."""
        if isinstance(message, _Plain):
            if message.is_request:
                self._handle_request(message.id, message.method, message.params)
            else:
                self._handle_notification(message.method, message.params)
            return
        super().handle_message(message)

    def _may_ask(self, msg_id: int | str, method: str) -> bool:
        codes = types.ErrorCodes
        if method == types.INITIALIZE:
            if self._initialized:
                self._refuse(msg_id, codes.InvalidRequest, "initialize was sent before")
                return False
            self._initialized = True
        elif not self._initialized:
            self._refuse(msg_id, codes.ServerNotInitialized, "initialize comes first")
            return False
        if self._shutdown:
            self._refuse(msg_id, codes.InvalidRequest, "the server was shut down")
            return False
        if msg_id in self._request_futures:
            self._refuse(msg_id, codes.InvalidRequest, "a request with this id is being answered")
            return False
        return True

    def _may_notify(self, method: str) -> bool:
        if method == types.EXIT:
            return True
        return self._initialized and not self._shutdown

    def _unstructurable(self, data: dict[str, Any], error: JsonRpcException) -> None:
        method = data.get("method", "")
        if "id" in data and method:
            self._refuse(data["id"], types.ErrorCodes.InvalidParams, f"{method}: params do not fit")
            return
        if "id" in data and (waiting := self._request_futures.pop(data["id"], None)):
            waiting.set_exception(error)
            return
        _log.warning("%s: params do not fit, ignored", method or "message")
        if method in _DOCUMENT_CHANGES:
            self._forget_document(data.get("params"))

    def _forget_document(self, params: Any) -> None:
        """A change that cannot be read: better no answers about a text than wrong ones."""
        document = params.get("textDocument") if isinstance(params, dict) else None
        uri = document.get("uri") if isinstance(document, dict) else None
        if isinstance(uri, str) and uri in self.workspace.text_documents:
            _log.error("the text of a document is no longer known; open it again")
            closed = types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
            self._handle_notification(types.TEXT_DOCUMENT_DID_CLOSE, closed)

    # -- handlers ----------------------------------------------------------------------------

    def _execute_handler(
        self,
        msg_id: int | str,
        handler: Callable[..., Any],
        callback: Callable[[Any], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        def done(future: Any) -> None:
            if self._request_futures.get(msg_id) is future:
                del self._request_futures[msg_id]
            callback(future)

        super()._execute_handler(msg_id, _contained(handler), done, args, kwargs)

    def _check_handler_result(self, future: Any) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            _log.error("a notification was not handled", exc_info=error)
            self._server._report_server_error(error, FeatureNotificationError)

    def _handle_cancel_notification(self, msg_id: int | str) -> None:
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.cancel()

    def requests_in_flight(self) -> list[int | str]:
        """The ids of what is being answered or waited for."""
        return list(self._request_futures)

    # -- lifecycle ---------------------------------------------------------------------------

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> _Steps:
        """Answers the capabilities; documents are of our kind from here on."""
        result: types.InitializeResult = yield from super().lsp_initialize(params)
        self._workspace = Workspace.replacing(self.workspace)
        provider = result.capabilities.execute_command_provider
        if provider is not None:
            provider.commands = [
                name for name in provider.commands if name not in self.hidden_commands
            ]
        return result

    @lsp_method(types.INITIALIZED)
    def lsp_initialized(self, *args: Any) -> _Steps:
        """Lets the session know at once, before the next message is looked at."""
        self.on_initialized()
        inner: _Steps = super().lsp_initialized(*args)  # type: ignore[no-untyped-call]
        yield from inner

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> _Steps:
        """Cancels what is in flight and answers."""
        if (handler := self.fm.features.get(types.SHUTDOWN)) is not None:
            yield handler, args, None
        own_id = self.msg_id
        for msg_id, future in list(self._request_futures.items()):
            if msg_id != own_id and not future.done():
                future.cancel()
        self._shutdown = True

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> _Steps:
        """Ends the conversation: 0 after `shutdown`, else 1."""
        self.end()
        yield from ()

    def end(self) -> None:
        """Ends the conversation, also at the end of the stream."""
        if self.exit_code is None:
            self.exit_code = 0 if self._shutdown else 1
            self.on_exit()

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> _Steps:
        """Applies changes; those of a document that is not open are passed over."""
        if params.text_document.uri not in self._open_uris():
            _log.warning("a change of a document that is not open was ignored")
            return
        yield from super().lsp_text_document__did_change(params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(
        self, params: types.DidChangeNotebookDocumentParams
    ) -> _Steps:
        """Applies changes; those of a notebook that is not open are passed over."""
        if self.workspace.get_notebook_document(notebook_uri=params.notebook_document.uri) is None:
            _log.warning("a change of a notebook that is not open was ignored")
            return
        yield from super().lsp_notebook_document__did_change(params)

    def _open_uris(self) -> _OpenDocuments:
        return _OpenDocuments(self.workspace)

    # -- sending -----------------------------------------------------------------------------

    def _refuse(self, msg_id: Any, code: types.ErrorCodes, message: str) -> None:
        error = {"code": int(code), "message": message}
        self._send_plain({"jsonrpc": "2.0", "id": msg_id, "error": error})

    def _send_plain(self, message: dict[str, Any]) -> None:
        if self.writer is not None:
            self.writer.write(frame(json.dumps(message).encode()))

    def notify_plain(self, method: str, params: Any) -> None:
        """Sends a notification of our own; params are plain JSON."""
        self._send_plain({"jsonrpc": "2.0", "method": method, "params": params})

    def _send_data(self, data: Any) -> None:
        """Sends a message; no content is logged."""
        if not data or self.writer is None:
            return
        try:
            body = json.dumps(data, default=self._serialize_message, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError):
            _log.exception("a message could not be written as JSON")
            if (msg_id := getattr(data, "id", None)) is not None:
                self._refuse(msg_id, types.ErrorCodes.InternalError, "the answer is not JSON")
            return
        self.writer.write(frame(body.encode()))


class _Plain:
    """A message of our own whose params stay plain JSON."""

    __slots__ = ("id", "is_request", "method", "params")

    def __init__(self, method: str, params: Any, msg_id: Any = None) -> None:
        self.method = method
        self.params = params
        self.id = msg_id
        self.is_request = msg_id is not None


class _OpenDocuments:
    """The URIs of open documents, however they are spelled."""

    def __init__(self, workspace: Any) -> None:
        self._workspace = workspace

    def __contains__(self, uri: str) -> bool:
        from urllib.parse import unquote

        return unquote(uri) in self._workspace.text_documents


def _contained(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler, with what would end the process turned into an error reply."""
    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            awaited: Awaitable[Any] = handler(*args, **kwargs)
            try:
                return await awaited
            except (Exception, asyncio.CancelledError, KeyboardInterrupt):
                raise
            except BaseException:
                raise _as_reply(sys.exc_info()[1]) from None

        return call_async
    if inspect.isgeneratorfunction(handler):
        return handler

    @wraps(handler)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return handler(*args, **kwargs)
        except (Exception, KeyboardInterrupt):
            raise
        except BaseException:
            raise _as_reply(sys.exc_info()[1]) from None

    return call


def _as_reply(error: BaseException | None) -> JsonRpcException:
    return JsonRpcInternalError(f"{type(error).__name__}: {error}")


def invalid(message: str) -> JsonRpcException:
    """The error for params that fit their types but make no sense."""
    return JsonRpcInvalidParams(message)
