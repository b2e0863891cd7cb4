"""The arguments of a plain `graphlens check`, read without typer.

Editors, hooks and scripts run this command again and again, and to import typer takes longer than
to check a file. Whatever is not plain (help, a wrong or shortened option, a missing value, short
options run together) is left to typer, which also words the errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine.cli.reports import Format

__all__ = ["FLAGS", "VALUES", "plain_check"]

FLAGS = {
    "--fix": "fix",
    "--unsafe-fixes": "unsafe_fixes",
    "--fix-only": "fix_only",
    "--diff": "diff",
    "--statistics": "statistics",
    "--watch": "watch",
    "-w": "watch",
    "--add-noqa": "add_noqa",
    "--show-files": "show_files",
    "--force-exclude": "force_exclude",
    "--no-respect-gitignore": "no_gitignore",
    "--isolated": "isolated",
    "--no-cache": "no_cache",
    "-n": "no_cache",
    "--exit-zero": "exit_zero",
    "-e": "exit_zero",
    "--quiet": "quiet",
    "-q": "quiet",
}
VALUES: dict[str, tuple[str, Callable[[str], object]]] = {
    "--select": ("select", str),
    "--ignore": ("ignore", str),
    "--extend-select": ("extend_select", str),
    "--exclude": ("exclude", str),
    "--extend-exclude": ("extend_exclude", str),
    "--output-format": ("output_format", Format),
    "--output-file": ("output_file", Path),
    "-o": ("output_file", Path),
    "--stdin-filename": ("stdin_filename", str),
    "--config": ("config", Path),
}
_REPEATED = {"select", "ignore", "extend_select", "exclude", "extend_exclude"}


def plain_check(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The keyword arguments of `run_check`, or None where typer has to read the command line.

    Args:
        arguments: What follows the name of the program.
    """
    if not arguments or arguments[0] != "check":
        return None
    found: dict[str, Any] = {}
    paths: list[str] = []
    left = list(reversed(arguments[1:]))
    while left:
        argument = left.pop()
        if argument == "-" or not argument.startswith("-"):
            paths.append(argument)
        elif argument in FLAGS:
            found[FLAGS[argument]] = True
        elif not _take_value(argument, left, found):
            return None
    return {**found, "paths": paths} if paths else found


def _take_value(argument: str, left: list[str], found: dict[str, Any]) -> bool:
    """Reads an option with its value, `--name value` or `--name=value`; False if it is neither."""
    name, equals, value = argument.partition("=")
    if name not in VALUES or (equals and not name.startswith("--")):
        return False
    if not equals:
        if not left or left[-1].startswith("-"):
            return False
        value = left.pop()
    key, read = VALUES[name]
    try:
        read_value = read(value)
    except ValueError:
        return False
    if key in _REPEATED:
        found.setdefault(key, []).append(read_value)
    else:
        found[key] = read_value
    return True
