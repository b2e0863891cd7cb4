"""`graphlens run FILE:FUNCTION`: run a function in a process of its own, and show its graph."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["run"]

_HELP = (
    "An argument: a Python literal or expression, as 3, [1., 2.], tf.constant(2.0), name=3, "
    "or a spec with values, as 'float32[3]=[1,2,3]'."
)


def run(
    target: Annotated[str, typer.Argument(metavar="FILE:FUNCTION", help="What to run.")],
    arg: Annotated[list[str], typer.Option("--arg", "-a", metavar="VALUE", help=_HELP)] = [],  # noqa: B006
    seconds: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="The deadline.")
    ] = 30.0,
    graph: Annotated[bool, typer.Option("--graph/--no-graph", help="Show the graph.")] = True,
) -> None:
    """Run a function (this executes the file): its result, what it prints, its graph."""
    from engine.cli import answers

    answer = answers.ask_worker(target, arg, "run", seconds)
    answers.show_printed(answer)
    if not answer["ok"]:
        raise typer.Exit(answers.show_error(answer))
    typer.echo("result:")
    typer.echo(answers.indented(answers.value_text(answer["result"])))
    if graph and answer["graph"]:
        typer.echo("graph:")
        typer.echo(answers.indented(answers.graph_text(answer)))
