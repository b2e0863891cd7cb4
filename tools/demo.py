"""The whole job on `examples/`: findings, graph code, the traced graph, its result."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from engine.cli.app import app

ROOT = Path(__file__).parent.parent
CLEAN, FINDINGS = 0, 1

STEPS = (
    ("What the analyser says of the examples (nothing is run)", FINDINGS, "check examples"),
    ("What really runs: the graph code of `sign`", CLEAN, "show examples/sign.py:sign"),
    (
        "The traced graph of a layer",
        CLEAN,
        "graph examples/relu_layer.py:relu_layer --arg [[4.0],[8.0]]",
    ),
    (
        "Traced and run: what it prints, its graph and its result",
        CLEAN,
        "run examples/tanh_loop.py:shrink --arg [1.0,2.0,3.0]",
    ),
)


def run(arguments: str) -> int:
    """The exit code of `graphlens ARGUMENTS`, run in this process."""
    try:
        app(arguments.split(), prog_name="graphlens")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    return CLEAN


def main() -> int:
    """Run each step as a user would; answers 1 if one of them ends unexpectedly."""
    os.chdir(ROOT)
    start = time.perf_counter()
    for title, expected, arguments in STEPS:
        print(f"\n## {title}\n\n$ graphlens {arguments}\n", flush=True)
        status = run(arguments)
        if status != expected:
            print(f"demo: expected exit code {expected}, got {status}", file=sys.stderr)
            return 1
        sys.stdout.flush()
    print(f"\nAll of it took {time.perf_counter() - start:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
