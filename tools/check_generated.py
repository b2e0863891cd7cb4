"""Are the generated files current? Runs every `tools/write_*.py` with `--check`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).parent


def writers() -> list[str]:
    """The modules of this folder that write files, by name."""
    return sorted(f"tools.{path.stem}" for path in TOOLS.glob("write_*.py"))


def main() -> int:
    """Answer 0 when every generated file is what its writer would write now."""
    stale = [
        module
        for module in writers()
        if subprocess.run(
            [sys.executable, "-m", module, "--check"], cwd=TOOLS.parent, check=False
        ).returncode
    ]
    for module in stale:
        print(f"stale: run `python -m {module}` and commit what it writes", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
