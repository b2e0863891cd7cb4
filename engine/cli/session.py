"""One run of `graphlens check`: settings, files, findings, fixes, report."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from engine.base.options import Settings
from engine.base.project import BadProject, settings_for
from engine.cli import fixing
from engine.cli.checking import Progress, check_data, check_files
from engine.cli.failure import FOUND, fail
from engine.cli.files import find_files
from engine.cli.reports import Format, report
from engine.cli.result import Checked

__all__ = ["Session"]


@dataclass(frozen=True)
class Session:
    """What was asked for on the command line."""

    paths: list[str]
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    fix: bool = False
    unsafe: bool = False
    diff: bool = False
    form: Format = Format.TEXT
    statistics: bool = False
    stdin_filename: str | None = None
    use_cache: bool = True

    def settings(self) -> Settings:
        """The project's choices with those of the command line over them."""
        first = Path(self.stdin_filename or self.paths[0])
        start = first if first.is_dir() else first.parent
        try:
            found = settings_for(start if start.is_dir() else Path.cwd())
        except BadProject as error:
            fail(str(error))
        for code in (*self.select, *self.ignore, *self.extend_select):
            _check_code(code)
        return replace(
            found,
            select=self.select or found.select,
            ignore=(*found.ignore, *self.ignore),
            extend_select=(*found.extend_select, *self.extend_select),
        )

    def run(self) -> int:
        """Checks, mends where asked to, reports; answers the exit code."""
        settings = self.settings()
        if self.paths == ["-"]:
            return self._run_stdin(settings)
        files = self._files(settings)
        results = self._check(files, settings)
        if self.diff:
            return self._diff(results)
        if self.fix:
            results, mended = fixing.fix_files(results, settings, self.unsafe)
            self._report(results)
            _say_mended(mended)
        else:
            self._report(results)
        return FOUND if any(checked.findings for checked in results) else 0

    def _run_stdin(self, settings: Settings) -> int:
        name = self.stdin_filename or "-"
        data = sys.stdin.buffer.read()
        checked = check_data(name, data, settings)
        if self.diff or self.fix:
            after = fixing.fixed_text(checked, settings, self.unsafe)
            if self.diff:
                typer.echo(fixing.unified(checked.path, checked.source.text, after), nl=False)
                return FOUND if after != checked.source.text else 0
            typer.echo(after, nl=False)
            left = check_data(name, after.encode("utf-8"), settings)
            return FOUND if left.findings else 0
        self._report([checked])
        return FOUND if checked.findings else 0

    def _files(self, settings: Settings) -> list[Path]:
        files, missing = find_files(self.paths, settings)
        if missing:
            fail(f"{', '.join(missing)}: there is no such file or folder")
        return files

    def _check(self, files: list[Path], settings: Settings) -> list[Checked]:
        with _progress(len(files)) as progress:
            return check_files(files, settings, self.use_cache, progress)

    def _diff(self, results: list[Checked]) -> int:
        changed = False
        for checked in results:
            text = fixing.difference(checked, self.settings(), self.unsafe)
            changed = changed or bool(text)
            typer.echo(text, nl=False)
        return FOUND if changed else 0

    def _report(self, results: list[Checked]) -> None:
        if self.statistics:
            counts = Counter((f.code, f.name) for checked in results for f in checked.findings)
            for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
                typer.echo(f"{count:6}  {code}  {name}")
            return
        text = report(self.form, results)
        if text:
            typer.echo(text, nl=not text.endswith("\n"))
        if self.form in (Format.TEXT, Format.CONCISE):
            _summary(results)

    def show_files(self) -> int:
        """Lists the files that would be checked."""
        for path in self._files(self.settings()):
            typer.echo(str(path))
        return 0

    def add_noqa(self) -> int:
        """Adds a silencing comment to each line with findings."""
        settings = self.settings()
        results = self._check(self._files(settings), settings)
        count = sum(fixing.silence(checked) for checked in results)
        typer.echo(f"Added {count} comment{'' if count == 1 else 's'}.")
        return 0

    def watch(self) -> int:
        """Checks now and again on each change, until it is interrupted."""
        from watchfiles import PythonFilter
        from watchfiles import watch as changes

        folders = [path for path in self.paths if Path(path).exists()]
        if not folders:
            fail(f"{', '.join(self.paths)}: there is no such file or folder")
        self.run()
        typer.echo("Watching for changes; Ctrl-C ends.", err=True)
        endings = PythonFilter(extra_extensions=[".ipynb", ".toml"])
        for _ in changes(*folders, watch_filter=endings, raise_interrupt=False):
            if sys.stdout.isatty():
                sys.stdout.write("\x1b[2J\x1b[H")
            self.run()
        return 0


def _check_code(code: str) -> None:
    if code != "ALL" and not (code[:2] == "GR" and (not code[2:] or code[2:].isdigit())):
        fail(f"{code!r} is no code; codes look like GR201, prefixes like GR2, and ALL means all")


def _summary(results: list[Checked]) -> None:
    findings = [finding for checked in results for finding in checked.findings]
    if not findings:
        typer.echo("All clear.")
        return
    safe = sum(1 for finding in findings if finding.fix is not None and finding.fix.safe)
    typer.echo(f"Found {len(findings)} finding{'' if len(findings) == 1 else 's'}.")
    if safe:
        typer.echo(f"{safe} can be mended with `--fix`.")


def _say_mended(count: int) -> None:
    if count:
        typer.echo(f"Mended {count} finding{'' if count == 1 else 's'}.")


@contextmanager
def _progress(total: int) -> Iterator[Progress]:
    """A progress bar that shows up after a second, on a terminal only."""
    if not sys.stderr.isatty() or total < 20:
        yield lambda _: None
        return
    import time

    from rich.console import Console
    from rich.progress import Progress as Bar

    started = time.monotonic()
    bar = Bar(console=Console(stderr=True), transient=True)
    task = bar.add_task("Checking", total=total)
    shown = False

    def advance(count: int) -> None:
        nonlocal shown
        bar.advance(task, count)
        if not shown and time.monotonic() - started > 1:
            shown = True
            bar.start()

    try:
        yield advance
    finally:
        if shown:
            bar.stop()
