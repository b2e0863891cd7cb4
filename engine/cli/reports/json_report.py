"""Findings as JSON, for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.base.diagnostics import Diagnostic
from engine.cli.result import Checked

__all__ = ["write"]


def write(results: Sequence[Checked]) -> str:
    """A list with an object for each finding; lines and columns count from 1."""
    found = [_one(checked, each) for checked in results for each in checked.findings]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _place(checked: Checked, offset: int) -> dict[str, int]:
    line, column, _ = checked.place(offset)
    return {"row": line, "column": column}


def _one(checked: Checked, finding: Diagnostic) -> dict[str, Any]:
    fix = finding.fix
    return {
        "cell": checked.place(finding.span.start)[2],
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "filename": str(Path(checked.path).absolute()),
        "location": _place(checked, finding.span.start),
        "end_location": _place(checked, finding.span.end),
        "fix": None
        if fix is None
        else {
            "applicability": "safe" if fix.safe else "unsafe",
            "message": fix.title,
            "edits": [
                {
                    "location": _place(checked, edit.span.start),
                    "end_location": _place(checked, edit.span.end),
                    "content": edit.text,
                }
                for edit in fix.edits
            ],
        },
        "related": [
            {
                "message": note.message,
                "filename": note.path,
                "span": [note.span.start, note.span.end],
            }
            for note in finding.notes
        ],
        "url": finding.url,
    }
