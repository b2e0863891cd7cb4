"""How long AutoGraph's conversion of a function takes, and the graph code of a text."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measure import BACKEND, backend, best, readable, table

tf: Any = backend()

BODY = """
def f{n}(x, limit):
    total, count = 0.0, 0
    for i in tf.range(limit):
        if i % 3 == 0:
            continue
        if x > 10.0:
            break
        y = x * 2.0
        while y > 1.0:
            y = y / 2.0
            if y < 0.5 and count > 3:
                y = 0.0
            elif count > 5 or y > 100.0:
                y = y - 1.0
            else:
                y = y + 0.1
        total = total + (y if y > 0.7 else -y)
        count += 1
    if count > 2:
        x = x + total
    else:
        x = x - total
    z = tf.reduce_sum(x)
    if z > 0.0:
        w = tf.sqrt(z)
    else:
        w = -z
    return x, w, count
"""
COPIES = 30


def fresh_functions(path: Path) -> list[Callable[..., Any]]:
    """Thirty functions of thirty lines, so that no cache answers."""
    text = "\n".join(BODY.format(n=n) for n in range(COPIES))
    path.write_text(text, encoding="utf-8")
    namespace: dict[str, Any] = {"tf": tf}
    exec(compile(text, str(path), "exec"), namespace)
    return [namespace[f"f{n}"] for n in range(COPIES)]


def main() -> None:
    """Print the table."""
    rows = []
    with TemporaryDirectory() as folder:
        functions = iter(fresh_functions(Path(folder) / "functions.py"))
        time = best(lambda: tf.autograph.to_code(next(functions)), 10.0, COPIES - 1)
        rows.append(("to_code of a function of 27 lines", readable(time)))
    if BACKEND == "engine":
        rows.append(("graph code from a text, nothing run", readable(from_text())))
    table("Conversion of Python to graph code", ("what", "CPU time"), rows)


def from_text() -> float:
    """The static half: from the text of a file to the graph code of its function."""
    from engine.ide.snapshot import Snapshot

    text = "import engine as tf\n@tf.function\n" + textwrap.dedent(BODY.format(n=0)).lstrip()
    return best(lambda: Snapshot("functions.py", text).graph_code("f0"), 1.0)


if __name__ == "__main__":
    main()
