"""Findings as SARIF 2.1.0, which code-scanning services read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from engine.base.diagnostics import Diagnostic, Note, Severity
from engine.cli.result import Checked
from engine.lint.rule import DOCS, all_rules

__all__ = ["write"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def write(results: Sequence[Checked]) -> str:
    """One run with a result for each finding."""
    used = {finding.code for checked in results for finding in checked.findings}
    rules = [
        {
            "id": rule.code,
            "name": rule.name,
            "shortDescription": {"text": rule.message},
            "fullDescription": {"text": rule.docs},
            "helpUri": rule.url,
            "defaultConfiguration": {"level": _LEVELS.get(rule.severity, "note")},
        }
        for rule in all_rules()
        if rule.code in used
    ]
    found = [_result(checked, finding) for checked in results for finding in checked.findings]
    driver = {"name": "graphlens", "informationUri": DOCS, "rules": rules}
    run: dict[str, Any] = {"tool": {"driver": driver}}
    run.update(results=found, columnKind="unicodeCodePoints")
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(checked: Checked, finding: Diagnostic) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS.get(finding.severity, "note"),
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": _place(checked, finding.span.start, finding.span.end)}],
    }
    related = [_note(checked, note, number) for number, note in enumerate(finding.notes)]
    if related:
        result["relatedLocations"] = related
    fix = finding.fix
    if fix is not None:
        changes = [
            {
                "deletedRegion": _region(checked, edit.span.start, edit.span.end),
                "insertedContent": {"text": edit.text},
            }
            for edit in fix.edits
        ]
        artifact = {"artifactLocation": {"uri": _uri(checked.path)}, "replacements": changes}
        result["fixes"] = [{"description": {"text": fix.title}, "artifactChanges": [artifact]}]
    return result


def _note(checked: Checked, note: Note, number: int) -> dict[str, Any]:
    """A related place; of another file only the file is known here."""
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(note.path)}}
    if note.path in (checked.path, checked.source.path):
        place = _place(checked, note.span.start, note.span.end)
    return {"id": number, "message": {"text": note.message}, "physicalLocation": place}


def _place(checked: Checked, start: int, end: int) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": _uri(checked.path)},
        "region": _region(checked, start, end),
    }


def _region(checked: Checked, start: int, end: int) -> dict[str, int]:
    line, column, _ = checked.place(start)
    end_line, end_column, _ = checked.place(end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": max(end_column, column + 1) if end_line == line else end_column,
    }


def _uri(path: str) -> str:
    given = Path(path)
    return given.as_uri() if given.is_absolute() else quote(given.as_posix())
