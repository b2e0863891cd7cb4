"""Write generated files, or check that they are current; shared by the `write_*` programs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent


def write_or_check(description: str, files: Mapping[Path, str], stale: Collection[Path]) -> int:
    """Bring files up to date, or say which are not.

    Args:
        description: of the program, for `--help`.
        files: what each file should contain; paths relative to the root.
        stale: files that should be gone.

    Returns:
        0, or with `--check` 1 if a file is not current.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="write nothing, say what is stale")
    check = parser.parse_args().check
    wrong = [path for path, text in files.items() if text != current(path)]
    for path in wrong:
        print(f"{'stale' if check else 'written'}: {path}", file=sys.stderr)
        if not check:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(files[path], encoding="utf-8", newline="\n")
    for path in stale:
        print(f"{'to be removed' if check else 'removed'}: {path}", file=sys.stderr)
        if not check:
            (ROOT / path).unlink()
    return 1 if check and (wrong or stale) else 0


def current(path: Path) -> str:
    """The text of a file as it is; empty where there is none."""
    full = ROOT / path
    return full.read_text(encoding="utf-8") if full.exists() else ""
