"""Check files: one after the other, in several processes, or from the cache."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from engine.base.diagnostics import Diagnostic, Severity
from engine.base.options import Settings
from engine.base.reading import Unreadable, decode_source, read_source
from engine.base.source import SourceFile, Span
from engine.cli.result import Checked

__all__ = ["check_data", "check_files", "check_text"]

_FEW = 12
Progress = Callable[[int], None]


def check_files(
    paths: Sequence[Path], settings: Settings, use_cache: bool, progress: Progress
) -> list[Checked]:
    """What is in the files, in their order."""
    results: dict[Path, Checked] = {}
    left: list[Path] = []
    from engine.cli.cache import Cache

    cache = Cache(settings) if use_cache else None
    for path in paths:
        known = cache.find(path) if cache is not None else None
        if known is None:
            left.append(path)
        else:
            results[path] = known
            progress(1)
    processes = min(os.cpu_count() or 1, 8)
    if len(left) <= _FEW or processes == 1:
        for path in left:
            results[path] = _check_one(path, settings)
            progress(1)
    else:
        _in_processes(left, settings, processes, results, progress)
    if cache is not None:
        for path in left:
            cache.keep(path, results[path])
    return _brought_home([results[path] for path in paths])


def _brought_home(results: list[Checked]) -> list[Checked]:
    """The results, each with what was found in its file on the way from another one."""
    visitors: dict[str, list[Diagnostic]] = {}
    for checked in results:
        for path, findings in checked.elsewhere:
            visitors.setdefault(path, []).extend(findings)
    if not visitors:
        return results
    return [
        _joined(checked, visitors.get(str(Path(checked.path).resolve()), [])) for checked in results
    ]


def _joined(checked: Checked, visitors: list[Diagnostic]) -> Checked:
    known = {(finding.code, finding.span) for finding in checked.findings}
    fresh: list[Diagnostic] = []
    for finding in visitors:
        if (finding.code, finding.span) not in known:
            known.add((finding.code, finding.span))
            fresh.append(finding)
    if not fresh:
        return checked
    from engine.lint.suppressions import UNUSED, apply_suppressions

    source = checked.source
    if not source.text:
        source = SourceFile(checked.path, read_source(Path(checked.path)))
    left, unused = apply_suppressions(source, fresh)
    still = {finding.span for finding in unused}
    own = [f for f in checked.findings if f.code != UNUSED or f.span in still]
    found = sorted([*own, *left], key=lambda f: (f.span.start, f.span.end, f.code))
    return replace(checked, findings=tuple(found), source=source)


def _in_processes(
    paths: list[Path],
    settings: Settings,
    processes: int,
    results: dict[Path, Checked],
    progress: Progress,
) -> None:
    from concurrent.futures import ProcessPoolExecutor
    from functools import partial

    job = partial(_check_one, settings=settings)
    with ProcessPoolExecutor(processes) as pool:
        for path, found in zip(paths, pool.map(job, paths, chunksize=8)):
            results[path] = found
            progress(1)


def _check_one(path: Path, settings: Settings) -> Checked:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return _failed(str(path), "This is no regular file; `-` reads the standard input.")
        data = path.read_bytes()
    except OSError as error:
        return _failed(str(path), f"The file cannot be read: {error.strerror or error}.")
    return check_data(str(path), data, settings)


def check_data(path: str, data: bytes, settings: Settings) -> Checked:
    """What is in the bytes of a file."""
    if path.endswith(".ipynb"):
        from engine.cli.notebooks import check_notebook

        return check_notebook(path, data, settings)
    try:
        text = decode_source(data)
    except Unreadable as error:
        return _failed(path, f"This is no readable text: {error}.")
    return check_text(path, text, settings)


def check_text(path: str, text: str, settings: Settings) -> Checked:
    """What is in a text."""
    from engine.inference.module import Workspace
    from engine.lint.runner import analyse, check_others, findings
    from engine.syntax.parse import parse

    source = SourceFile(path, text)
    workspace = Workspace()
    parsed = parse(text, path)
    facts = analyse(source, settings, workspace, parsed)
    found = findings(source, settings, facts, parsed)
    read = tuple(str(file) for file in workspace.modules)
    elsewhere = {} if facts is None else check_others(facts, settings)
    return Checked(path, source, found, read=read, elsewhere=tuple(elsewhere.items()))


def _failed(path: str, message: str) -> Checked:
    finding = Diagnostic(
        "GR003", "unreadable-file", message, Span(0, 0), Severity.ERROR, url=_url("GR003")
    )
    return Checked(path, SourceFile(path, ""), (finding,))


def _url(code: str) -> str:
    from engine.lint.rule import url_of

    return url_of(code)
