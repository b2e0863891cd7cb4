"""How long the analyser takes for a file, from its text to its findings."""

from __future__ import annotations

from benchmarks.measure import best, readable, table
from engine.ide.sections import Sections
from engine.ide.snapshot import Snapshot
from engine.syntax.parse import parse

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


def sizes() -> None:
    """Files of three sizes, with nothing known of them."""
    rows = []
    for lines in (30, 300, 1000, 3000):
        text = text_of(lines)
        found = Snapshot("model.py", text).diagnostics

        def run(text: str = text) -> object:
            return Snapshot("model.py", text).diagnostics

        time = best(run, 2.0)
        count = text.count("\n")
        per = readable(time / count * 1000)
        rows.append((f"{count:,}", f"{len(found):,}", readable(time), per))
    head = ("lines", "findings", "CPU time", "per 1,000 lines")
    table("Findings of a file, nothing cached", head, rows)


def kinds() -> None:
    """Files of about 1,000 lines: what is in them decides what they cost."""
    traced = text_of(1000)
    plain = traced.replace("@tf.function\n", "")
    texts = {
        "nothing of the framework": plain.replace("import engine", "import numpy"),
        "the framework, nothing traced": plain,
        "traced": traced,
    }
    rows = []
    for name, text in texts.items():
        reading = best(lambda text=text: parse(text), 1.0)  # type: ignore[misc]
        whole = best(lambda text=text: Snapshot("model.py", text).diagnostics, 2.0)  # type: ignore[misc]
        rows.append((name, readable(reading), readable(whole), f"{whole / reading:.1f}"))
    head = ("1,000 lines with", "parse alone", "findings", "times the parse")
    table("What a file costs beside its parse", head, rows)


class Typist:
    """Types digits in the middle of a file, and asks what an editor asks after each."""

    def __init__(self, text: str) -> None:
        self.at = text.index("total - 1.0", len(text) // 2) + len("total - 1.")
        self.text = text
        self.memory = Sections()
        self.typed = 0
        self.everything()

    def version(self) -> Snapshot:
        self.typed += 1
        text = f"{self.text[: self.at]}{self.typed}{self.text[self.at :]}"
        return Snapshot("model.py", text, memory=self.memory)

    def findings(self) -> object:
        return self.version().diagnostics

    def everything(self) -> object:
        now = self.version()
        return now.diagnostics, now.functions, now.hints, now.stages


def edits() -> None:
    """One more character in the middle of a file, as an editor's keystroke."""
    rows = []
    for lines in (300, 1000, 3000):
        typist = Typist(text_of(lines))
        alone, together = best(typist.findings, 2.0), best(typist.everything, 2.0)
        count = typist.text.count("\n")
        rows.append((f"{count:,}", readable(alone), readable(together)))
    head = ("lines", "findings", "with functions, hints, stages")
    table("After one keystroke", head, rows)


def main() -> None:
    """Print the tables."""
    sizes()
    kinds()
    edits()


if __name__ == "__main__":
    main()
