"""`graphlens check PATHS`: find what bites in traced functions, without running anything."""

from __future__ import annotations

from typing import Any

import click

from engine.cli.options import check_options
from engine.cli.reports import Format

__all__ = ["check"]


@click.command()
@check_options
def check(**options: Any) -> None:
    """Find pitfalls of traced functions. Runs nothing of what it reads.

    PATHS are files and folders; `-` reads the standard input. Without any it is the folder that the
    command is started in.

    Ends with 0 where nothing is found, with 1 where something is, with 2 where it could not run.
    """
    from engine.cli.check_run import run_check

    form = Format(options.pop("output_format"))
    click.get_current_context().exit(run_check(output_format=form, **options))
