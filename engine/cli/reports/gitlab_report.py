"""Findings as GitLab's code-quality report."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from engine.base.diagnostics import Severity
from engine.cli.result import Checked

__all__ = ["write"]

_LEVELS = {
    Severity.ERROR: "critical",
    Severity.WARNING: "major",
    Severity.PERF: "minor",
    Severity.INFO: "info",
}


def write(results: Sequence[Checked]) -> str:
    """A JSON list; fingerprints stay the same while lines move."""
    seen: set[str] = set()
    found = []
    for checked in results:
        for finding in checked.findings:
            line = checked.place(finding.span.start)[0]
            last = checked.place(max(finding.span.start, finding.span.end - 1))[0]
            path = _in_repository(checked.path)
            key = f"{path}\0{finding.code}\0{checked.source.slice(finding.span)}"
            fingerprint = hashlib.md5(key.encode("utf-8", "replace"), usedforsecurity=False)
            while fingerprint.hexdigest() in seen:
                fingerprint.update(b"again")
            seen.add(fingerprint.hexdigest())
            found.append(
                {
                    "check_name": finding.code,
                    "description": f"{finding.code} {finding.message}",
                    "severity": _LEVELS[finding.severity],
                    "fingerprint": fingerprint.hexdigest(),
                    "location": {"path": path, "lines": {"begin": line, "end": max(line, last)}},
                }
            )
    return json.dumps(found, indent=2) + "\n"


def _in_repository(path: str) -> str:
    """The path as seen from where the command runs: the service knows no other."""
    top = os.environ.get("CI_PROJECT_DIR") or os.getcwd()
    try:
        return Path(path).resolve().relative_to(Path(top).resolve()).as_posix()
    except ValueError:
        return Path(path).as_posix()
