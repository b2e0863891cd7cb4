"""`graphlens completion SHELL`: the script with which a shell completes commands and options."""

from __future__ import annotations

import click

__all__ = ["completion"]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    For bash: `graphlens completion bash >> ~/.bashrc`.
    """
    from click.shell_completion import get_completion_class

    from engine.cli.app import app

    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(app, {}, "graphlens", "_GRAPHLENS_COMPLETE").source())
