"""Code actions come from providers, which offer them for a range and make their edits later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from server.translate import text_edits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from engine.base.diagnostics import Edit
    from engine.base.source import Span
    from server.programs import Program
    from server.session import Facts, Session

__all__ = ["PROVIDERS", "Provider", "provide", "workspace_edit"]


@dataclass(frozen=True)
class Provider:
    """A source of code actions.

    Attributes:
        name: Stands in the action's data, so that the provider that made it resolves it.
        kind: The kind of its actions.
        offer: The actions for a range, without edits.
        resolve: The edits of an action, for the text as it is now; None if it no longer applies.
    """

    name: str
    kind: str
    offer: Callable[[Session, Facts, str, Span], list[types.CodeAction]]
    resolve: Callable[[Session, Facts, dict[str, Any]], Awaitable[Iterable[Edit] | None]]


PROVIDERS: dict[str, Provider] = {}


def provide(provider: Provider) -> None:
    """Declares a provider."""
    PROVIDERS[provider.name] = provider


def workspace_edit(
    session: Session, program: Program, edits: Iterable[Edit]
) -> types.WorkspaceEdit:
    """Edits of a program, tied to the versions they were made for where the client can."""
    changes = text_edits(program, edits)
    if not session.client.document_changes:
        return types.WorkspaceEdit(changes=changes)
    versions = {part.document.uri: part.document.version for part in program.parts}
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri, versions.get(uri)), list(made)
            )
            for uri, made in changes.items()
        ]
    )
