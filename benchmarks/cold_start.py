"""From nothing to the first result of the relu layer: start, import, trace, run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import BACKEND, readable, table

ROUNDS = 7
PROGRAM = f"""
import {BACKEND} as tf

W = tf.constant([[1.0, -2.0], [3.0, 4.0]])
b = tf.constant([[0.5], [-30.0]])


@tf.function
def layer(x):
    return tf.nn.relu(tf.matmul(W, x) + b)


print(layer(tf.constant([[4.0], [8.0]])).numpy().tolist())
"""
EXPECTED = "[[0.0], [14.0]]"


def run(path: str) -> tuple[float, float]:
    """Wall and CPU seconds of one process."""
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "TF_CPP_MIN_LOG_LEVEL": "3"}
    before, start = os.times(), time.perf_counter()
    result = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, check=True, env=environment
    )
    wall, after = time.perf_counter() - start, os.times()
    if EXPECTED not in result.stdout:
        raise ValueError(f"wrong result: {result.stdout}")
    cpu = after.children_user + after.children_system
    return wall, cpu - before.children_user - before.children_system


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "relu_layer.py"
        path.write_text(PROGRAM, encoding="utf-8")
        times = [run(str(path)) for _ in range(ROUNDS)]
    rows = [
        ("wall", readable(min(wall for wall, _ in times))),
        ("CPU", readable(min(cpu for _, cpu in times))),
    ]
    table("First result from a cold start, best of 7", ("clock", "time"), rows)


if __name__ == "__main__":
    main()
