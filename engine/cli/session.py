"""One run of `graphlens check`: settings, files, findings, fixes, report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from engine.base.options import Settings
from engine.cli import summary
from engine.cli.checking import Progress, check_data, check_files
from engine.cli.failure import FOUND, Ended, fail, say
from engine.cli.files import find_files
from engine.cli.projects import Choices, Projects
from engine.cli.reports import Format, report
from engine.cli.result import Checked

__all__ = ["Session"]


@dataclass(frozen=True)
class Session:
    """What was asked for on the command line."""

    paths: list[str]
    choices: Choices = field(default_factory=Choices)
    fix: bool = False
    unsafe: bool = False
    fix_only: bool = False
    diff: bool = False
    form: Format = Format.TEXT
    output_file: Path | None = None
    statistics: bool = False
    stdin_filename: str | None = None
    use_cache: bool = True
    force_exclude: bool = False
    respect_gitignore: bool = True
    quiet: bool = False

    @cached_property
    def projects(self) -> Projects:
        return Projects(self.choices)

    def act(self, show_files: bool, add_noqa: bool, watch: bool) -> int:
        """Does the one thing that was asked for; answers the exit code."""
        if show_files:
            return self.show_files()
        if add_noqa:
            return self.add_noqa()
        return self.watch() if watch else self.run()

    def run(self) -> int:
        """Checks, fixes where asked to, reports; answers the exit code."""
        if self.paths == ["-"] or self.stdin_filename is not None:
            return self._run_stdin()
        results = self._check(self._files())
        if self.diff:
            return self._diff(results)
        if not self.fix and not self.fix_only:
            self._report(results)
            return FOUND if any(checked.findings for checked in results) else 0
        from engine.cli import fixing

        left, fixed = fixing.fix_files(results, self.paths, self._settings, self.unsafe)
        if self.fix_only:
            summary.say_fixed(fixed)
            return 0
        self._report(left, fixed)
        return FOUND if any(checked.findings for checked in left) else 0

    def _settings(self, path: str) -> Settings:
        return self.projects.of(Path(path))

    def _run_stdin(self) -> int:
        name = self.stdin_filename or "-"
        data = sys.stdin.buffer.read()
        settings = self._settings(self.stdin_filename or ".")
        checked = check_data(name, data, settings)
        if not self.diff and not self.fix and not self.fix_only:
            self._report([checked])
            return FOUND if checked.findings else 0
        from engine.cli import fixing

        after, left, _ = fixing.fixed_data(data, checked, settings, self.unsafe)
        if self.diff:
            text = fixing.unified(name, checked.source.text, left.source.text)
            say(text, nl=False)
            return FOUND if text else 0
        sys.stdout.flush()
        sys.stdout.buffer.write(after)
        sys.stdout.buffer.flush()
        if self.fix_only:
            return 0
        if left.findings and not self.quiet:
            say(report(self.form, [left]), err=True)
        return FOUND if left.findings else 0

    def _files(self) -> list[Path]:
        settings = self._settings(self.paths[0])
        files, missing = find_files(
            self.paths, settings, self.force_exclude, self.respect_gitignore
        )
        if missing:
            fail(f"{', '.join(missing)}: there is no such file or folder")
        if not files:
            say("graphlens: no Python file was found under the given paths", err=True)
        return files

    def _check(self, files: list[Path]) -> list[Checked]:
        jobs = [(path, self.projects.of(path)) for path in files]
        with _progress(len(files)) as progress:
            return check_files(jobs, self.use_cache, progress)

    def _diff(self, results: list[Checked]) -> int:
        from engine.cli import fixing

        count = 0
        for checked in results:
            text, fixed = fixing.difference(checked, self._settings(checked.path), self.unsafe)
            count += fixed
            say(text + "\n" if text else "", nl=False)
        if count and not self.quiet:
            say(f"Would fix {summary.findings(count)}.", err=True)
        return FOUND if count else 0

    def _report(self, results: list[Checked], fixed: int = 0) -> None:
        if self.statistics:
            text = summary.statistics(results, self.form)
        else:
            text = report(self.form, results)
        is_text = self.form in (Format.TEXT, Format.CONCISE)
        if is_text and not self.quiet:
            gap = "\n" if text and self.form is Format.TEXT and not self.statistics else ""
            text += gap + summary.summary(results, fixed, self.unsafe)
        if self.output_file is not None:
            try:
                self.output_file.parent.mkdir(parents=True, exist_ok=True)
                self.output_file.write_text(text, encoding="utf-8")
            except OSError as error:
                fail(f"{self.output_file}: cannot be written: {error.strerror or error}")
        elif text:
            say(text, nl=not text.endswith("\n"))
        if fixed and not is_text:
            summary.say_fixed(fixed)

    def show_files(self) -> int:
        """Lists the files that would be checked."""
        for path in self._files():
            say(str(path))
        return 0

    def add_noqa(self) -> int:
        """Adds a silencing comment to each line with findings."""
        from engine.cli import fixing

        count = sum(
            fixing.silence(checked, self.paths, self._settings(checked.path))
            for checked in self._check(self._files())
        )
        say(f"Added {count} comment{'' if count == 1 else 's'}.")
        return 0

    def watch(self) -> int:
        """Checks now and again on each change, until it is interrupted."""
        from watchfiles import PythonFilter
        from watchfiles import watch as changes

        places = [path for path in self.paths if Path(path).exists()]
        if not places:
            fail(f"{', '.join(self.paths)}: there is no such file or folder")
        self.run()
        say("Watching for changes; Ctrl-C ends.", err=True)
        endings = PythonFilter(extra_extensions=[".ipynb", ".toml"])
        for _ in changes(*places, watch_filter=endings, raise_interrupt=False):
            if sys.stdout.isatty():
                sys.stdout.write("\x1b[2J\x1b[H")
            self.projects.forget()
            try:
                self.run()
            except Ended:
                continue  # a mistake in the settings has been said, and may be gone at once
        return 0


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
