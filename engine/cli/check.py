"""`graphlens check PATHS`: find what bites in traced functions, without running anything."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from engine.cli.reports import Format

__all__ = ["check"]

_Codes = Optional[list[str]]  # noqa: UP045 (typer reads it at run time, also on 3.10)


def check(
    paths: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(help="Files and folders; `-` reads the standard input. [default: .]"),
    ] = None,
    select: Annotated[_Codes, typer.Option(help="Only these codes or prefixes, or ALL.")] = None,
    ignore: Annotated[_Codes, typer.Option(help="Not these codes or prefixes.")] = None,
    extend_select: Annotated[_Codes, typer.Option(help="These codes or prefixes besides.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended safely.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With --fix or --diff: mend the rest too.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change.")] = False,
    output_format: Annotated[
        Format, typer.Option("--output-format", help="How findings are written.")
    ] = Format.TEXT,
    statistics: Annotated[bool, typer.Option("--statistics", help="Count by code.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Check again on each change.")] = False,
    stdin_filename: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="The name of what the standard input holds."),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="End with 0 in any case.")] = False,
    add_noqa: Annotated[
        bool, typer.Option("--add-noqa", help="Silence all findings with comments.")
    ] = False,
    show_files: Annotated[
        bool, typer.Option("--show-files", help="List the files that would be checked.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Do not use earlier results.")
    ] = False,
) -> None:
    """Find pitfalls of traced functions. Runs nothing of what it reads."""
    from engine.cli.session import Session

    session = Session(
        paths=paths or ["."],
        select=_split(select),
        ignore=_split(ignore),
        extend_select=_split(extend_select),
        fix=fix,
        unsafe=unsafe_fixes,
        diff=diff,
        form=output_format,
        statistics=statistics,
        stdin_filename=stdin_filename,
        use_cache=not no_cache,
    )
    if show_files:
        code = session.show_files()
    elif add_noqa:
        code = session.add_noqa()
    elif watch:
        code = session.watch()
    else:
        code = session.run()
    raise typer.Exit(0 if exit_zero and code == 1 else code)


def _split(values: list[str] | None) -> tuple[str, ...]:
    return tuple(
        part.strip() for value in values or () for part in value.split(",") if part.strip()
    )
