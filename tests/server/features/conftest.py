"""A client of pytest-lsp with a server over stdio, one for a module."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

sys.path.insert(0, str(Path(__file__).parent))
from samples import CODE

if TYPE_CHECKING:
    from collections.abc import Callable

SERVER = Path(__file__).resolve().parents[3] / "server" / "__main__.py"
_NUMBERS = itertools.count(1)


@pytest_lsp.fixture(
    scope="module",
    config=ClientServerConfig(server_command=[sys.executable, "-I", "-B", str(SERVER), "--stdio"]),
)
async def client(lsp_client: LanguageClient) -> Any:
    """Initialized as a modern editor in a trusted workspace."""
    lsp_client.feature("client/registerCapability")(lambda params: None)
    await lsp_client.initialize_session(
        types.InitializeParams(
            process_id=None,
            capabilities=types.ClientCapabilities(
                workspace=types.WorkspaceClientCapabilities(
                    apply_edit=True,
                    workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
                    text_document_content=types.TextDocumentContentClientCapabilities(
                        dynamic_registration=True
                    ),
                ),
                text_document=types.TextDocumentClientCapabilities(
                    diagnostic=types.DiagnosticClientCapabilities(related_information=True),
                    hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
                    code_action=types.CodeActionClientCapabilities(
                        resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"])
                    ),
                ),
                window=types.WindowClientCapabilities(
                    show_document=types.ShowDocumentClientCapabilities(support=True)
                ),
            ),
            initialization_options={"trusted": True, "settings": {"debounce": 0}},
        )
    )
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def opened(client: LanguageClient) -> Callable[[str], str]:
    """Opens a document with a text; answers its URI."""

    def open_document(text: str = CODE) -> str:
        uri = f"file:///nowhere/document_{next(_NUMBERS)}.py"
        item = types.TextDocumentItem(uri=uri, language_id="python", version=1, text=text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
        return uri

    return open_document
