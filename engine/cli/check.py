"""`graphlens check PATHS`: find what bites in traced functions, without running anything."""

from __future__ import annotations

import typer

from engine.cli import options
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
    from engine.cli.check_run import run_check

    code = run_check(
        paths=paths,
        fix=fix,
        unsafe_fixes=unsafe_fixes,
        fix_only=fix_only,
        diff=diff,
        select=select,
        ignore=ignore,
        extend_select=extend_select,
        output_format=output_format,
        output_file=output_file,
        statistics=statistics,
        watch=watch,
        add_noqa=add_noqa,
        show_files=show_files,
        stdin_filename=stdin_filename,
        exclude=exclude,
        extend_exclude=extend_exclude,
        force_exclude=force_exclude,
        no_gitignore=no_gitignore,
        config=config,
        isolated=isolated,
        no_cache=no_cache,
        exit_zero=exit_zero,
        quiet=quiet,
    )
    raise typer.Exit(code)
