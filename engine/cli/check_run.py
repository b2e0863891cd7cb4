"""What `graphlens check` does with its options."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.cli.failure import fail
from engine.cli.projects import Choices
from engine.cli.reports import Format
from engine.cli.session import Session

__all__ = ["run_check"]

Codes = Sequence[str] | None


def run_check(
    paths: Sequence[str] | None = None,
    fix: bool = False,
    unsafe_fixes: bool = False,
    fix_only: bool = False,
    diff: bool = False,
    select: Codes = None,
    ignore: Codes = None,
    extend_select: Codes = None,
    output_format: Format = Format.TEXT,
    output_file: Path | None = None,
    statistics: bool = False,
    watch: bool = False,
    add_noqa: bool = False,
    show_files: bool = False,
    stdin_filename: str | None = None,
    exclude: Codes = None,
    extend_exclude: Codes = None,
    force_exclude: bool = False,
    no_gitignore: bool = False,
    config: Path | None = None,
    isolated: bool = False,
    no_cache: bool = False,
    exit_zero: bool = False,
    quiet: bool = False,
) -> int:
    """Checks, and answers the exit code; the parameters are the options of the command line."""
    if config is not None and isolated:
        fail("--config and --isolated contradict each other")
    choices = Choices(
        select=_split(select),
        ignore=_split(ignore),
        extend_select=_split(extend_select),
        exclude=_split(exclude),
        extend_exclude=_split(extend_exclude),
        config=config,
        isolated=isolated,
    )
    session = Session(
        paths=list(paths or ["."]),
        choices=choices,
        fix=fix,
        unsafe=unsafe_fixes,
        fix_only=fix_only,
        diff=diff,
        form=output_format,
        output_file=output_file,
        statistics=statistics,
        stdin_filename=stdin_filename,
        use_cache=not no_cache,
        force_exclude=force_exclude,
        respect_gitignore=not no_gitignore,
        quiet=quiet,
    )
    code = session.act(show_files=show_files, add_noqa=add_noqa, watch=watch)
    return 0 if exit_zero and code == 1 else code


def _split(values: Codes) -> tuple[str, ...]:
    return tuple(
        part.strip() for value in values or () for part in value.split(",") if part.strip()
    )
