"""Open, change, save, close: of documents and of notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from server.feature import feature

if TYPE_CHECKING:
    from server.session import Session


@feature(types.TEXT_DOCUMENT_DID_OPEN)
async def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    """A document was opened."""
    session.touched(params.text_document.uri)
    session.happened("changed", params.text_document.uri)


@feature(types.TEXT_DOCUMENT_DID_CHANGE)
async def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    """A document has changed."""
    session.touched(params.text_document.uri)
    session.happened("changed", params.text_document.uri)


@feature(types.TEXT_DOCUMENT_DID_SAVE)
async def did_save(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    """A document was saved; other files may import it, and not every client watches files."""
    saved = params.text_document.uri
    is_watched = session.client.registers_watchers and saved.endswith(".py")
    if saved.endswith(("/pyproject.toml", ".py")) and not is_watched:
        session.settings_changed()


@feature(types.TEXT_DOCUMENT_DID_CLOSE)
async def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    """A document was closed."""
    session.closed(params.text_document.uri)
    session.happened("changed", params.text_document.uri)


@feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
async def notebook_did_open(session: Session, params: types.DidOpenNotebookDocumentParams) -> None:
    """A notebook was opened."""
    session.touched(params.notebook_document.uri)
    session.happened("changed", params.notebook_document.uri)


@feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
async def notebook_did_change(
    session: Session, params: types.DidChangeNotebookDocumentParams
) -> None:
    """Cells have changed, moved, come or gone."""
    session.touched(params.notebook_document.uri)
    session.happened("changed", params.notebook_document.uri)


@feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
async def notebook_did_close(
    session: Session, params: types.DidCloseNotebookDocumentParams
) -> None:
    """A notebook was closed."""
    session.closed(params.notebook_document.uri)
    for cell in params.cell_text_documents:
        session.happened("changed", cell.uri)
