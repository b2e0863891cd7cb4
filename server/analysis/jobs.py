"""What the analysis process can be asked about a snapshot, by name."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.base.options import Settings
from engine.base.project import BadProject, find_project, read_project
from engine.ide.sections import Sections
from engine.ide.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ABOUT_NO_TEXT", "JOBS", "MAX_FINDINGS", "job"]

MAX_FINDINGS = 500

JOBS: dict[str, Callable[..., Any]] = {}
ABOUT_NO_TEXT = ("rule_page", "project_problem")


def job(function: Callable[..., Any]) -> Callable[..., Any]:
    """Declares a job: a function of a snapshot and of plain arguments, with a dataclass answer."""
    JOBS[function.__name__] = function
    return function


@job
def facts(snapshot: Snapshot) -> dict[str, Any]:
    """Findings (at most 500, the gravest first to stay) and the functions that are traced."""
    found = snapshot.diagnostics
    dropped = max(0, len(found) - MAX_FINDINGS)
    if dropped:
        gravest = sorted(range(len(found)), key=lambda index: found[index].severity.rank)
        kept = sorted(gravest[:MAX_FINDINGS])
        found = tuple(found[index] for index in kept)
    return {"diagnostics": found, "functions": _functions(snapshot), "dropped": dropped}


def _functions(snapshot: Snapshot) -> Any:
    """The functions; a fault in finding them must not take the findings away."""
    try:
        return snapshot.functions
    except Exception as error:
        print(f"functions of a text were not found: {error!r}", file=sys.stderr)
        return ()


@job
def graph_code(snapshot: Snapshot, qualname: str) -> Any:
    """The generated source of a function."""
    return snapshot.graph_code(qualname)


@job
def readable_code(snapshot: Snapshot, qualname: str) -> Any:
    """The readable view of a function."""
    from engine.ide.readable import readable_code as made

    return made(snapshot, qualname)


@job
def function_help(snapshot: Snapshot, qualname: str) -> Any:
    """What a hover tells of a function: its signatures, its readable view, its graph code."""
    from engine.ide.readable import readable_code as made
    from engine.ide.signatures import call_signatures

    readable = made(snapshot, qualname)
    return {
        "signatures": list(call_signatures(snapshot, qualname)),
        "readable": readable.text if readable.ok else "",
        "code": snapshot.graph_code(qualname).text,
    }


@job
def rule_page(snapshot: Snapshot | None, code: str) -> Any:
    """The page of a rule."""
    from engine.ide.rules import rule_page as made

    return made(code)


@job
def hints(snapshot: Snapshot) -> Any:
    """Dtypes and shapes, and what becomes of control flow."""
    return snapshot.hints


@job
def stages(snapshot: Snapshot) -> Any:
    """In the graph or in Python: names and calls, as flat numbers (start, end, in graph, call)."""
    return [
        [one.span.start, one.span.end, int(one.stage == "graph"), int(one.kind == "call")]
        for one in snapshot.stages
    ]


@job
def value_at(snapshot: Snapshot, offset: int) -> Any:
    """What is known of the value at an offset."""
    from engine.ide.stages import value_at as made

    return made(snapshot, offset)


@job
def fix_all(snapshot: Snapshot) -> Any:
    """The edits of all safe fixes."""
    return snapshot.fix_all()


def snapshot_of(
    path: str, text: str, settings: dict[str, Any], memory: Sections | None = None
) -> Snapshot:
    """A snapshot from plain data, which knows what was found in the versions before."""
    return Snapshot(path, text, settings_of(settings, path), memory)


def settings_of(data: dict[str, Any], path: str) -> Settings:
    """The project's settings with the editor's laid over them.

    Args:
        data: What the editor says: `select`, `ignore`, `severity`.
        path: The file; the nearest `pyproject.toml` above it counts.
    """
    from engine.base.diagnostics import Severity

    project = _project_settings(path)
    laid_over = dict(project.severity)
    laid_over.update((code, Severity(name)) for code, name in data.get("severity", ()))
    return replace(
        project,
        select=tuple(data.get("select", ())) or project.select,
        ignore=(*project.ignore, *data.get("ignore", ())),
        severity=tuple(laid_over.items()),
    )


def _project_settings(path: str) -> Settings:
    folder = Path(path).parent
    if not folder.is_absolute() or not folder.is_dir():
        return Settings()
    found = find_project(folder)
    if found is None:
        return Settings()
    try:
        return _read_project(found, found.stat().st_mtime_ns)
    except (BadProject, OSError):
        return Settings(root=found.parent)  # what is wrong is said by `project_problem`


@lru_cache(maxsize=32)
def _read_project(path: Path, modified: int) -> Settings:
    return read_project(path)


@job
def project_problem(snapshot: Snapshot | None, folder: str) -> Any:
    """What is wrong with the project file of a folder: path, 1-based line, message; or nothing."""
    found = find_project(Path(folder))
    if found is None:
        return None
    try:
        read_project(found)
    except BadProject as problem:
        return {"path": str(problem.path), "line": problem.line, "message": problem.message}
    return {"path": str(found), "line": 0, "message": ""}
