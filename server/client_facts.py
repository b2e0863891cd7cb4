"""What the client said about itself in `initialize`, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsprotocol import types

__all__ = ["ClientFacts"]


@dataclass(frozen=True)
class ClientFacts:
    """Capabilities and options of the client."""

    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    refreshes_lenses: bool = False
    refreshes_hints: bool = False
    refreshes_tokens: bool = False
    reads_content: bool = False
    shows_documents: bool = False
    opens_documents: bool = False
    applies_edits: bool = False
    resolves_edits: bool = False
    plain_hovers: bool = False
    shows_progress: bool = False
    answers_configuration: bool = False
    registers_watchers: bool = False
    registers_configuration: bool = False
    related_information: bool = False
    document_changes: bool = False
    commands: frozenset[str] = frozenset()
    trusted: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    interpreter: str = ""

    @classmethod
    def of(cls, params: types.InitializeParams) -> ClientFacts:
        """The facts in the parameters of `initialize`."""
        announced = params.capabilities
        options = _plain_object(params.initialization_options)

        def has(path: str) -> bool:
            value: Any = announced
            for name in path.split("."):
                value = getattr(value, name, None)
                if value is None:
                    return False
            return bool(value) or not isinstance(value, bool)

        hover = getattr(announced.text_document, "hover", None)
        formats = [
            str(getattr(kind, "value", kind)) for kind in (hover and hover.content_format) or ()
        ]
        resolve = getattr(
            getattr(announced.text_document, "code_action", None), "resolve_support", None
        )
        commands = options.get("clientCommands")
        interpreter = options.get("interpreter")
        return cls(
            pulls_diagnostics=has("text_document.diagnostic"),
            refreshes_diagnostics=has("workspace.diagnostics.refresh_support"),
            refreshes_lenses=has("workspace.code_lens.refresh_support"),
            refreshes_hints=has("workspace.inlay_hint.refresh_support"),
            refreshes_tokens=has("workspace.semantic_tokens.refresh_support"),
            reads_content=has("workspace.text_document_content"),
            shows_documents=has("window.show_document.support"),
            opens_documents=options.get("clientOpensDocuments") is True,
            applies_edits=has("workspace.apply_edit"),
            resolves_edits=resolve is not None and "edit" in resolve.properties,
            plain_hovers=bool(formats) and "markdown" not in formats,
            shows_progress=has("window.work_done_progress"),
            answers_configuration=has("workspace.configuration"),
            registers_watchers=has("workspace.did_change_watched_files.dynamic_registration"),
            registers_configuration=has("workspace.did_change_configuration.dynamic_registration"),
            related_information=has("text_document.publish_diagnostics.related_information")
            or has("text_document.diagnostic.related_information"),
            document_changes=has("workspace.workspace_edit.document_changes"),
            commands=frozenset(name for name in commands if isinstance(name, str))
            if isinstance(commands, list)
            else frozenset(),
            trusted=options.get("trusted") is True,
            settings=_plain_object(options.get("settings")),
            interpreter=interpreter
            if isinstance(interpreter, str) and Path(interpreter).is_absolute()
            else "",
        )


def _plain_object(value: Any) -> dict[str, Any]:
    """JSON objects as dicts, whatever the reader made of them; nothing else."""
    if isinstance(value, dict):
        return value
    as_dict = getattr(value, "_asdict", None)
    return as_dict() if callable(as_dict) else {}
