"""`graphlens graph FILE:FUNCTION`: the traced graph as text."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.failure import COULD_NOT_RUN

__all__ = ["graph"]


def graph(
    target: Annotated[str, typer.Argument(metavar="FILE:FUNCTION", help="What to trace.")],
    arg: Annotated[
        list[str], typer.Option("--arg", "-a", help="An argument, or a spec as 'float32[3]'.")
    ] = [],  # noqa: B006
    optimized: Annotated[bool, typer.Option("--optimized", help="After all passes.")] = False,
    seconds: Annotated[float, typer.Option(help="The deadline.")] = 30.0,
) -> None:
    """Trace a function (this executes the file) and show its graph."""
    from engine.cli import answers

    answer = answers.ask_worker(target, arg, "trace", seconds)
    if not answer["ok"] or not answer["graph"]:
        answers.show_error(answer)
        raise typer.Exit(COULD_NOT_RUN)
    typer.echo(answers.graph_text(answer, optimized))
