"""Are the generated files current? Runs every `tools/write_*.py` with `--check`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TOOLS = Path(__file__).parent


def writers() -> list[str]:
    """The modules of this folder that write files, by name."""
    return sorted(f"tools.{path.stem}" for path in TOOLS.glob("write_*.py"))


def main(arguments: Sequence[str] = ()) -> int:
    """Answer 0 when every generated file is what its writer would write now.

    Args:
        arguments: `--write` to write them all instead.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write what is stale")
    check = [] if parser.parse_args(arguments).write else ["--check"]
    failed = [
        module
        for module in writers()
        if subprocess.run(
            [sys.executable, "-m", module, *check], cwd=TOOLS.parent, check=False
        ).returncode
    ]
    for module in failed if check else ():
        print(f"stale: run `python -m {module}` and commit what it writes", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
