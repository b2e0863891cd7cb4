"""`graphlens graph FILE:FUNCTION`: the traced graph as text or as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from engine.cli.failure import COULD_NOT_RUN, fail
from engine.cli.pictures import Form

__all__ = ["graph"]


def graph(
    target: Annotated[str, typer.Argument(metavar="FILE:FUNCTION", help="What to trace.")],
    arg: Annotated[
        list[str],
        typer.Option(
            "--arg", "-a", metavar="VALUE", help="An argument, or a spec as 'float32[3]'."
        ),
    ] = [],  # noqa: B006
    form: Annotated[
        Form,
        typer.Option(
            "--format", "-f", metavar="FORM", help="text, svg, dot, mermaid, html, json or onnx."
        ),
    ] = Form.TEXT,
    output: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it at run time, also on 3.10)
        typer.Option("--output", "-o", metavar="FILE", help="Write into this file."),
    ] = None,
    optimized: Annotated[bool, typer.Option("--optimized", help="After all passes.")] = False,
    seconds: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="The deadline.")
    ] = 30.0,
) -> None:
    """Trace a function (this executes the file) and show its graph."""
    from engine.cli import answers

    if form is Form.ONNX and output is None:
        fail("a model is no text: name a file with --output")
    answer = answers.ask_worker(target, arg, "trace", seconds, "onnx" if form is Form.ONNX else "")
    if not answer["ok"] or not answer["graph"]:
        answers.show_error(answer)
        raise typer.Exit(COULD_NOT_RUN)
    if form is Form.ONNX and output is not None:
        _write_model(answer["exported"], output)
        return
    if form is Form.TEXT:
        text = answers.graph_text(answer, optimized)
    else:
        text = _drawn(form, answer["picture"]["after" if optimized else "before"])
    if output is None:
        typer.echo(text.rstrip("\n"))
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


def _drawn(form: Form, picture: dict[str, Any]) -> str:
    from engine.cli.pictures import draw

    try:
        return draw(form, picture)
    except ModuleNotFoundError as error:
        fail(
            f"{form.value} needs the layout library {error.name}: pip install 'graphlens[picture]'"
        )
