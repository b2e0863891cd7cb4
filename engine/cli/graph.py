"""`graphlens graph FILE:FUNCTION`: the traced graph as text or as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine.cli.failure import COULD_NOT_RUN, fail
from engine.cli.pictures import Form

__all__ = ["graph"]


@click.command()
@click.argument("target", metavar="FILE:FUNCTION")
@click.option(
    "--arg", "-a", multiple=True, metavar="VALUE", help="An argument, or a spec as 'float32[3]'."
)
@click.option(
    "--format",
    "-f",
    "chosen",
    type=click.Choice([form.value for form in Form]),
    default="text",
    show_default=True,
    metavar="FORM",
    help="text, svg, dot, mermaid, html, json or onnx.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write into this file.",
)
@click.option("--optimized", is_flag=True, help="After all passes.")
@click.option("--unused", is_flag=True, help="Also nodes that nothing needs, as traced.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="The deadline.",
)
def graph(
    target: str,
    arg: tuple[str, ...],
    chosen: str,
    output: Path | None,
    optimized: bool,
    unused: bool,
    seconds: float,
) -> None:
    """Trace a function (this executes the file) and show its graph."""
    from engine.cli import answers

    form = Form(chosen)

    if form is Form.ONNX and output is None:
        fail("a model is no text: name a file with --output")
    answer = answers.ask_worker(
        target, list(arg), "trace", seconds, "onnx" if form is Form.ONNX else ""
    )
    if not answer["ok"] or not answer["graph"]:
        answers.show_error(answer)
        click.get_current_context().exit(COULD_NOT_RUN)
    if form is Form.ONNX and output is not None:
        _write_model(answer["exported"], output)
        return
    if form is Form.TEXT:
        text = answers.graph_text(answer, optimized, unused)
    else:
        picture = answer["picture"]["after" if optimized else "before"]
        if not unused and form is not Form.JSON:
            picture = _without_unused(picture)
        text = _drawn(form, picture)
    if output is None:
        click.echo(text.rstrip("\n"))
        return
    try:
        output.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    except OSError as error:
        fail(f"{output}: cannot be written: {error.strerror or error}")


def _write_model(exported: dict[str, Any], output: Path) -> None:
    import base64

    if exported["data"] is None:
        fail(str(exported["problem"]))
    try:
        output.write_bytes(base64.b64decode(exported["data"]))
    except OSError as error:
        fail(f"{output}: cannot be written: {error.strerror or error}")


def _without_unused(picture: dict[str, Any]) -> dict[str, Any]:
    """The picture of what is used; how much that leaves out is said beside it."""
    from engine.cli.pictures.unused import used

    kept, left_out = used(picture)
    if left_out:
        nodes = "node that nothing needs is" if left_out == 1 else "nodes that nothing needs are"
        click.echo(f"graphlens: {left_out} {nodes} left out; --unused draws them", err=True)
    return kept


def _drawn(form: Form, picture: dict[str, Any]) -> str:
    from engine.cli.pictures import draw

    try:
        return draw(form, picture)
    except ModuleNotFoundError as error:
        fail(
            f"{form.value} needs the layout library {error.name}: pip install 'graphlens[picture]'"
        )
