"""Source code on the terminal: coloured there, plain in a pipe."""

from __future__ import annotations

import sys

from engine.cli.failure import say

__all__ = ["is_terminal", "print_code"]


def is_terminal() -> bool:
    """Whether the standard output is a terminal that takes colours."""
    import os

    if os.environ.get("NO_COLOR"):
        return False
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


def print_code(text: str) -> None:
    """Prints Python source."""
    if not is_terminal():
        say(text.rstrip("\n"))
        return
    from rich.console import Console
    from rich.syntax import Syntax

    Console().print(Syntax(text.rstrip("\n"), "python", background_color="default"))
