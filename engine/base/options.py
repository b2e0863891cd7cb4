"""What a project chooses: rules on and off, severities, paths; read from `pyproject.toml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from engine.base.diagnostics import Severity

__all__ = ["Settings"]

DEFAULT_EXCLUDE = (
    ".*/",
    "__pycache__/",
    "node_modules/",
    "site-packages/",
    "venv/",
    "build/",
    "dist/",
)


@dataclass(frozen=True)
class Settings:
    """The choices that hold for a file.

    Attributes:
        select: Codes or prefixes (`GR2`) that are on; `("ALL",)` means every one. Empty means the
            rules that are on by default.
        ignore: Codes or prefixes that are off.
        extend_select: Codes or prefixes that are on besides.
        severity: What a project calls a rule's findings, by code.
        per_file_ignores: Path patterns, and the codes or prefixes that are off in such files.
        exclude: Path patterns of files never looked at.
        extend_exclude: More such patterns.
        keras: The major version of Keras the project runs on; None: what the file looks like.
        root: The folder that the patterns are relative to.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = field(default=DEFAULT_EXCLUDE)
    extend_exclude: tuple[str, ...] = ()
    keras: int | None = None
    root: Path | None = None

    def severity_of(self, code: str, default: Severity) -> Severity:
        """The severity of a rule's findings in this project."""
        return dict(self.severity).get(code, default)
