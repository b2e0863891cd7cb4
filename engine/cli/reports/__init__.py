"""The forms in which findings are written; one file each, found by being in this folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.cli.result import Checked

__all__ = ["Format", "report"]


class Format(str, Enum):
    """The name of a form on the command line."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"


def report(form: Format, results: Sequence[Checked]) -> str:
    """All findings in a form, ready to be printed."""
    from importlib import import_module

    module = import_module(f"engine.cli.reports.{form.value}_report")
    write: Callable[[Sequence[Checked]], str] = module.write
    return write(results)
