"""How long the analyser takes for a file, from its text to its findings."""

from __future__ import annotations

from benchmarks.measure import best, readable, table
from engine.ide.snapshot import Snapshot

FUNCTION = """
@tf.function
def step{n}(x, y, limit):
    total = tf.zeros([])
    for i in tf.range(limit):
        if tf.reduce_sum(x) > 0:
            total = total + tf.reduce_mean(x * y)
            print("total", total)
        else:
            total = total - 1.0
        while total > 100.0:
            total = total / 2.0
    return helper{n}(total) + x


def helper{n}(v):
    if v > 1.0:
        return v * 2.0
    return v
"""


def text_of(lines: int) -> str:
    """A file of about so many lines, with findings in it."""
    each = FUNCTION.count("\n")
    return "import engine as tf\n" + "".join(
        FUNCTION.format(n=n) for n in range(max(1, lines // each))
    )


def main() -> None:
    """Print the table."""
    rows = []
    for lines in (30, 300, 3000):
        text = text_of(lines)
        found = Snapshot("model.py", text).diagnostics

        def run(text: str = text) -> object:
            return Snapshot("model.py", text).diagnostics

        time = best(run, 2.0)
        rows.append((f"{text.count(chr(10)):,}", f"{len(found):,}", readable(time)))
    table("Findings of a file, nothing cached", ("lines", "findings", "CPU time"), rows)


if __name__ == "__main__":
    main()
