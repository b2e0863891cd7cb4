"""`graphlens run FILE:FUNCTION`: run a function in a process of its own, and show its graph."""

from __future__ import annotations

import click

__all__ = ["run"]

_HELP = (
    "An argument: a Python literal or expression, as 3, [1., 2.], tf.constant(2.0), name=3, "
    "or a spec with values, as 'float32[3]=[1,2,3]'."
)


@click.command()
@click.argument("target", metavar="FILE:FUNCTION")
@click.option("--arg", "-a", multiple=True, metavar="VALUE", help=_HELP)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="The deadline.",
)
@click.option("--graph/--no-graph", default=True, show_default=True, help="Show the graph.")
def run(target: str, arg: tuple[str, ...], seconds: float, graph: bool) -> None:
    """Run a function (this executes the file): its result, what it prints, its graph."""
    from engine.cli import answers

    answer = answers.ask_worker(target, list(arg), "run", seconds)
    answers.show_printed(answer)
    if not answer["ok"]:
        click.get_current_context().exit(answers.show_error(answer))
    click.echo("result:")
    click.echo(answers.indented(answers.value_text(answer["result"])))
    if graph and answer["graph"]:
        click.echo("graph:")
        click.echo(answers.indented(answers.graph_text(answer)))
