"""Ends of a command that could not do its work."""

from __future__ import annotations

from typing import NoReturn

import typer

__all__ = ["COULD_NOT_RUN", "FOUND", "fail"]

FOUND = 1
COULD_NOT_RUN = 2


def fail(message: str) -> NoReturn:
    """Says on the standard error why nothing was done, and ends with 2."""
    typer.echo(f"graphlens: {message}", err=True)
    raise typer.Exit(COULD_NOT_RUN)
