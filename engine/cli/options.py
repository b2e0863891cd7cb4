"""The options of `graphlens check`, each with its help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from engine.cli.reports import Format

__all__ = ["check_options"]

_FORMS = [form.value for form in Format]

_Decorator = Callable[[Any], Any]


def _flag(*names: str, say: str) -> _Decorator:
    return click.option(*names, is_flag=True, help=say)


def _codes(name: str, say: str) -> _Decorator:
    return click.option(name, multiple=True, metavar="CODES", help=say)


def _patterns(name: str, say: str) -> _Decorator:
    return click.option(name, multiple=True, metavar="PATTERNS", help=say)


def _file(*names: str, say: str) -> _Decorator:
    return click.option(*names, type=click.Path(path_type=Path), metavar="FILE", help=say)


_OPTIONS = (
    click.argument("paths", nargs=-1),
    _flag("--fix", say="Fix what can be fixed safely."),
    _flag("--unsafe-fixes", say="With --fix or --diff: fix the rest too."),
    _flag("--fix-only", say="Fix, and say nothing of what is left."),
    _flag("--diff", say="Show what --fix would change."),
    _codes("--select", "Only these codes or prefixes, or ALL."),
    _codes("--ignore", "Not these codes or prefixes."),
    _codes("--extend-select", "These codes or prefixes besides."),
    click.option(
        "--output-format",
        type=click.Choice(_FORMS),
        default="text",
        show_default=True,
        metavar="FORM",
        help=f"{', '.join(_FORMS[:-1])} or {_FORMS[-1]}.",
    ),
    _file("--output-file", "-o", say="Write the report into this file."),
    _flag("--statistics", say="Count by code."),
    _flag("--watch", "-w", say="Check on each change."),
    _flag("--add-noqa", say="Silence all findings with comments."),
    _flag("--show-files", say="List the files that would be checked."),
    click.option(
        "--stdin-filename",
        metavar="FILE",
        help="Read the standard input, which is what this file holds.",
    ),
    _patterns("--exclude", "Patterns of paths to leave out."),
    _patterns("--extend-exclude", "More such patterns."),
    _flag("--force-exclude", say="Leave out excluded files that are named, too."),
    _flag("--no-respect-gitignore", "no_gitignore", say="Check what git ignores, too."),
    _file("--config", say="Take this pyproject.toml, not the one nearest to each file."),
    _flag("--isolated", say="Take no pyproject.toml at all."),
    _flag("--no-cache", "-n", say="Do not use earlier results."),
    _flag("--exit-zero", "-e", say="End with 0 although there are findings."),
    _flag("--quiet", "-q", say="Findings only, no summary."),
)


def check_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a function the options, in the order in which the help shows them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
