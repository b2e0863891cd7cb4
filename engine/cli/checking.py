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

__all__ = ["Progress", "check_data", "check_files", "check_text", "failed"]

# So little is done before other processes have started.
_FEW_FILES = 12
_FEW_BYTES = 200_000
Job = tuple[Path, Settings]
Progress = Callable[[int], None]


def check_files(jobs: Sequence[Job], use_cache: bool, progress: Progress) -> list[Checked]:
    """What is in the files, in their order.

    Args:
        jobs: The files, each with its settings.
        use_cache: Whether earlier results count.
        progress: Told how many more files are done.
    """
    results: dict[Path, Checked] = {}
    left: list[Job] = []
    from engine.cli.cache import Cache

    cache = Cache() if use_cache else None
    for path, settings in jobs:
        known = cache.find(path, settings) if cache is not None else None
        if known is None:
            left.append((path, settings))
        else:
            results[path] = known
            progress(1)
    processes = min(_cores(), 8)
    if processes == 1 or _are_few(left):
        for job in left:
            results[job[0]] = _check_one(job)
            progress(1)
    else:
        from engine.cli.processes import in_processes

        in_processes(_check_one, left, processes, results, progress)
    if cache is not None:
        for path, settings in left:
            cache.keep(path, settings, results[path])
        cache.tidy()
    return _brought_home([results[path] for path, _ in jobs])


def _are_few(jobs: Sequence[Job]) -> bool:
    """Whether the files are done sooner by this process alone."""
    if len(jobs) <= _FEW_FILES:
        return True
    try:
        return sum(path.stat().st_size for path, _ in jobs) <= _FEW_BYTES
    except OSError:
        return False


def _cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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


def _check_one(job: Job) -> Checked:
    path, settings = job
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return failed(str(path), "This is no regular file; `-` reads the standard input.")
        data = path.read_bytes()
    except OSError as error:
        return failed(str(path), f"The file cannot be read: {error.strerror or error}.")
    try:
        from engine.cli.cache import digest_of

        return replace(check_data(str(path), data, settings), digest=digest_of(data))
    except Exception:
        # The boundary: one file must not take the others with it.
        import logging

        logging.getLogger("graphlens").exception("%s could not be checked", path)
        return failed(str(path), "The analyser failed on this file; see the log above.")


def check_data(path: str, data: bytes, settings: Settings) -> Checked:
    """What is in the bytes of a file."""
    if path.endswith(".ipynb"):
        from engine.cli.notebooks import check_notebook

        return check_notebook(path, data, settings)
    try:
        text = decode_source(data)
    except Unreadable as error:
        return failed(path, f"This is no readable text: {error}.")
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


def failed(path: str, message: str) -> Checked:
    """The one finding about a file that could not be checked."""
    finding = Diagnostic(
        "GR003", "unreadable-file", message, Span(0, 0), Severity.ERROR, url=_url("GR003")
    )
    return Checked(path, SourceFile(path, ""), (finding,))


def _url(code: str) -> str:
    from engine.lint.rule import url_of

    return url_of(code)
