"""`graphlens lsp`: the language server on the standard streams."""

from __future__ import annotations

import sys

import click

from engine.cli.failure import fail

__all__ = ["lsp"]


@click.command()
def lsp() -> None:
    """Start the language server on stdin and stdout."""
    import runpy

    # By name, so that the engine does not know the server; as a program of its own, so that the
    # server owns the streams from its first line on.
    sys.argv = ["server", "--stdio"]
    try:
        runpy.run_module("server", run_name="__main__", alter_sys=True)
    except ModuleNotFoundError as error:
        fail(f"the server cannot be started: {error}; install it with `pip install graphlens`")
