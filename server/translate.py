"""The engine's answers as LSP's types."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from cattrs import Converter
from lsprotocol import types

from engine.base.diagnostics import Diagnostic, Edit, Severity, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.programs import Program

__all__ = ["SOURCE", "diagnostic", "read", "text_edits"]

SOURCE = "graphlens"
_T = TypeVar("_T")

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.PERF: types.DiagnosticSeverity.Information,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_TAGS = {
    Tag.UNNECESSARY: types.DiagnosticTag.Unnecessary,
    Tag.DEPRECATED: types.DiagnosticTag.Deprecated,
}


@lru_cache(maxsize=1)
def _converter() -> Converter:
    return Converter()


def read(data: Any, kind: type[_T]) -> _T:
    """Plain data from the analysis process as one of the engine's dataclasses."""
    return _converter().structure(data, kind)


def diagnostic(program: Program, finding: Diagnostic, index: int) -> tuple[str, types.Diagnostic]:
    """A finding, and the URI of the document that it is in."""
    place = program.location(finding.span)
    notes = [
        types.DiagnosticRelatedInformation(
            program.location(note.span)
            if note.path == program.path
            else types.Location(place.uri, place.range),
            note.message,
        )
        for note in finding.notes
    ]
    return place.uri, types.Diagnostic(
        range=place.range,
        message=finding.message,
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        code_description=types.CodeDescription(finding.url) if "://" in finding.url else None,
        source=SOURCE,
        tags=[_TAGS[tag] for tag in finding.tags] or None,
        related_information=notes or None,
        data={"index": index, "version": program.version, "name": finding.name},
    )


def text_edits(program: Program, edits: Iterable[Edit]) -> dict[str, list[types.TextEdit]]:
    """Edits by the URI of the document they change."""
    changes: dict[str, list[types.TextEdit]] = {}
    for edit in edits:
        place = program.location(edit.span)
        changes.setdefault(place.uri, []).append(types.TextEdit(place.range, edit.text))
    return changes
