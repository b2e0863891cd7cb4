"""`graphlens check PATHS`: find what bites in traced functions, without running anything."""

from __future__ import annotations

import typer

from engine.cli import options
from engine.cli.failure import fail
from engine.cli.reports import Format

__all__ = ["check"]


def check(
    paths: options.Paths = None,
    fix: options.Fix = False,
    unsafe_fixes: options.UnsafeFixes = False,
    fix_only: options.FixOnly = False,
    diff: options.Diff = False,
    select: options.Select = None,
    ignore: options.Ignore = None,
    extend_select: options.ExtendSelect = None,
    output_format: options.OutputFormat = Format.TEXT,
    output_file: options.OutputFile = None,
    statistics: options.Statistics = False,
    watch: options.Watch = False,
    add_noqa: options.AddNoqa = False,
    show_files: options.ShowFiles = False,
    stdin_filename: options.StdinFilename = None,
    exclude: options.Exclude = None,
    extend_exclude: options.ExtendExclude = None,
    force_exclude: options.ForceExclude = False,
    no_gitignore: options.NoGitignore = False,
    config: options.Config = None,
    isolated: options.Isolated = False,
    no_cache: options.NoCache = False,
    exit_zero: options.ExitZero = False,
    quiet: options.Quiet = False,
) -> None:
    """Find pitfalls of traced functions. Runs nothing of what it reads.

    Ends with 0 where nothing is found, with 1 where something is, with 2 where it could not run.
    """
    from engine.cli.projects import Choices
    from engine.cli.session import Session

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
        paths=paths or ["."],
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
    raise typer.Exit(0 if exit_zero and code == 1 else code)


def _split(values: list[str] | None) -> tuple[str, ...]:
    return tuple(
        part.strip() for value in values or () for part in value.split(",") if part.strip()
    )
