"""The entry point of the command `graphlens`."""

from __future__ import annotations

import signal
import sys
from typing import Annotated, NoReturn, Optional

import typer

from engine.cli.check import check
from engine.cli.explain import explain
from engine.cli.graph import graph
from engine.cli.lsp import lsp
from engine.cli.run import run
from engine.cli.show import show

__all__ = ["app", "main"]

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


def _interrupted(*_: object) -> NoReturn:
    """Ctrl-C is no finding: it ends with what shells expect of it."""
    raise SystemExit(130)


def main() -> None:
    """Runs the command line; exit codes: 0 clean, 1 findings, 2 could not run, 130 interrupted."""
    # Output goes where it is wanted as UTF-8, whatever the terminal's locale says.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
    try:
        app()
    except BrokenPipeError:
        # The reader of a pipe has gone, as `head` does.
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
