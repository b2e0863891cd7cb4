"""How long imports take, each in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.measure import BACKEND, readable, table

ROUNDS = 7
MODULES = {
    "bare Python": "pass",
    "numpy": "import numpy",
    f"import {BACKEND}": f"import {BACKEND}",
    "first constant": f"import {BACKEND} as tf; tf.constant(1)",
    "the static half": "import engine.ide.snapshot",
}
CODE = """
import time, resource
start = time.perf_counter()
{code}
wall = time.perf_counter() - start
usage = resource.getrusage(resource.RUSAGE_SELF)
print(wall, usage.ru_maxrss)
"""


def measure(code: str) -> tuple[float, float]:
    """Best wall time in seconds of running `code`, and resident memory in MiB."""
    walls, memory = [], []
    for _ in range(ROUNDS):
        command = [sys.executable, "-c", CODE.format(code=code)]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        wall, resident = result.stdout.split()[-2:]
        walls.append(float(wall))
        memory.append(float(resident) / 1024)
    return min(walls), min(memory)


def main() -> None:
    """Print the table."""
    rows = []
    for name, code in MODULES.items():
        wall, memory = measure(code)
        rows.append((name, readable(wall), f"{memory:.0f} MiB"))
    table("Imports, wall time, best of 7", ("what", "time", "resident"), rows)


if __name__ == "__main__":
    main()
