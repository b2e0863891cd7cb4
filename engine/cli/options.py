"""The options of `graphlens check`, each with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from engine.cli.reports import Format

# typer reads these at run time, also on Python 3.10.
# ruff: noqa: UP045

Paths = Annotated[
    Optional[list[str]],
    typer.Argument(
        metavar="PATHS", help="Files and folders; `-` reads the standard input. [default: .]"
    ),
]
Fix = Annotated[bool, typer.Option("--fix", help="Fix what can be fixed safely.")]
UnsafeFixes = Annotated[
    bool, typer.Option("--unsafe-fixes", help="With --fix or --diff: fix the rest too.")
]
FixOnly = Annotated[bool, typer.Option("--fix-only", help="Fix, and say nothing of what is left.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show what --fix would change.")]
Select = Annotated[
    Optional[list[str]], typer.Option(metavar="CODES", help="Only these codes or prefixes, or ALL.")
]
Ignore = Annotated[
    Optional[list[str]], typer.Option(metavar="CODES", help="Not these codes or prefixes.")
]
ExtendSelect = Annotated[
    Optional[list[str]], typer.Option(metavar="CODES", help="These codes or prefixes besides.")
]
OutputFormat = Annotated[
    Format,
    typer.Option(
        "--output-format",
        metavar="FORM",
        help="text, concise, json, sarif, github, gitlab or junit.",
    ),
]
OutputFile = Annotated[
    Optional[Path],
    typer.Option("--output-file", "-o", metavar="FILE", help="Write the report into this file."),
]
Statistics = Annotated[bool, typer.Option("--statistics", help="Count by code.")]
Watch = Annotated[bool, typer.Option("--watch", "-w", help="Check on each change.")]
AddNoqa = Annotated[bool, typer.Option("--add-noqa", help="Silence all findings with comments.")]
ShowFiles = Annotated[
    bool, typer.Option("--show-files", help="List the files that would be checked.")
]
StdinFilename = Annotated[
    Optional[str],
    typer.Option(metavar="FILE", help="Read the standard input, which is what this file holds."),
]
Exclude = Annotated[
    Optional[list[str]], typer.Option(metavar="PATTERNS", help="Patterns of paths to leave out.")
]
ExtendExclude = Annotated[
    Optional[list[str]], typer.Option(metavar="PATTERNS", help="More such patterns.")
]
ForceExclude = Annotated[
    bool, typer.Option("--force-exclude", help="Leave out excluded files that are named, too.")
]
NoGitignore = Annotated[
    bool, typer.Option("--no-respect-gitignore", help="Check what git ignores, too.")
]
Config = Annotated[
    Optional[Path],
    typer.Option(
        metavar="FILE", help="Take this pyproject.toml, not the one nearest to each file."
    ),
]
Isolated = Annotated[bool, typer.Option("--isolated", help="Take no pyproject.toml at all.")]
NoCache = Annotated[bool, typer.Option("--no-cache", "-n", help="Do not use earlier results.")]
ExitZero = Annotated[
    bool, typer.Option("--exit-zero", "-e", help="End with 0 although there are findings.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Findings only, no summary.")]
