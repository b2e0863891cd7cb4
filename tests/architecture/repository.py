"""What the architecture tests ask about the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (".py", ".ts", ".mts", ".mjs")


def tracked_files() -> list[Path]:
    """All files under version control, relative to the root, that are still there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    paths = [Path(name) for name in listed.stdout.split("\0") if name]
    return [path for path in paths if (ROOT / path).is_file()]


def is_generated(path: Path) -> bool:
    """Files that a program of `tools/` writes, and that say so at their head."""
    return re.search(r"[Gg]enerated by .*tools[./]", read(path)[:400]) is not None


def read(path: Path) -> str:
    """The text of a file, undecodable bytes replaced."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")
