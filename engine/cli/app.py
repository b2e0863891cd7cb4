"""The command `graphlens` with all its commands and options, as typer reads and explains them."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from engine.cli.check import check
from engine.cli.explain import explain
from engine.cli.graph import graph
from engine.cli.lsp import lsp
from engine.cli.run import run
from engine.cli.show import show

__all__ = ["app"]

app = typer.Typer(
    name="graphlens",
    help="See what the graph will do before it runs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (check, show, graph, run, explain, lsp):
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("graphlens")
        except PackageNotFoundError:
            number = "(not installed)"
        typer.echo(f"graphlens {number}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        Optional[bool],  # noqa: UP045 (typer reads it at run time, also on 3.10)
        typer.Option("--version", "-V", callback=_version, is_eager=True, help="Show the version."),
    ] = None,
) -> None:
    """See what the graph will do before it runs."""
