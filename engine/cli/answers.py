"""Ask the worker about `FILE:FUNCTION`, and say what it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine.cli.failure import COULD_NOT_RUN, FOUND, fail

__all__ = ["ask_worker", "graph_text", "show_error", "show_printed", "value_text"]

_WHEN = {"tracing": "while tracing", "loading": "while loading"}


def ask_worker(
    target: str, arguments: list[str], mode: str, seconds: float, export: str = ""
) -> dict[str, Any]:
    """The worker's answer: user code runs there, in a process that can be ended."""
    from engine.cli.arguments import expression
    from engine.cli.target import check_function, read_target
    from engine.worker.client import RunRequest, Worker

    chosen = read_target(target)
    if chosen.function is None:
        fail(f"{target}: name a function, as {chosen.path}:FUNCTION")
    path = Path(chosen.path).resolve()
    check_function(chosen)
    request = RunRequest(
        str(path),
        chosen.text,
        chosen.function,
        tuple(expression(text) for text in arguments),
        mode,
        seconds=seconds,
        folders=(str(path.parent), str(Path.cwd())),
        export=export,
    )
    worker = Worker()
    try:
        return worker.run(request)
    finally:
        worker.stop()


def show_printed(answer: dict[str, Any]) -> None:
    """What the program printed, apart by when."""
    for piece in answer["printed"]:
        if piece["text"].strip():
            click.echo(f"printed {_WHEN.get(piece['phase'], 'while running')}:")
            click.echo(indented(piece["text"]))
    if answer["droppedOutput"]:
        click.echo(f"  ... and {answer['droppedOutput']} more characters")


def show_error(answer: dict[str, Any]) -> int:
    """Says on the standard error why there is no result; answers the exit code.

    1 where the user's function failed, 2 where it could not be run as it was asked for.
    """
    error = answer["error"] or {}
    message = str(error.get("message") or "the run came to no end")
    if error.get("kind") == "arguments" or error.get("type") == "LookupFailure":
        click.echo(f"graphlens: {message}", err=True)
        return COULD_NOT_RUN
    click.echo(str(error.get("text") or message).rstrip("\n"), err=True)
    if error.get("kind") in ("timeout", "interrupted"):
        more = "; --seconds gives it more time" if error["kind"] == "timeout" else ""
        click.echo(f"graphlens: {message}{more}", err=True)
    return FOUND


def value_text(value: Any) -> str:
    """A described result: a tensor with its dtype and shape."""
    if not isinstance(value, dict):
        return str(value)
    preview = str(value.get("preview", ""))
    if value.get("kind") == "tensor":
        dims = ",".join(str(size) for size in value.get("shape", ()))
        return f"{preview}  {value.get('dtype')}[{dims}]"
    if value.get("kind") == "structure" and isinstance(value.get("items"), list):
        parts = [f"{name}: {value_text(item)}" for name, item in value["items"]]
        return "\n".join([f"{value.get('type')} of", *(f"  {part}" for part in parts)])
    return preview


def graph_text(answer: dict[str, Any], optimized: bool = False, unused: bool = False) -> str:
    """The graph of the function, as traced (with or without unused nodes) or as it runs."""
    graph = answer["graph"]
    if not isinstance(graph, dict):
        return str(graph or "")
    kind = "optimized" if optimized else "used"
    if kind not in graph or (unused and not optimized):
        kind = "traced"
    return str(graph.get(kind, "")).rstrip("\n")


def indented(text: str) -> str:
    """A text two columns further to the right."""
    return "\n".join(f"  {line}" for line in text.rstrip("\n").splitlines())
