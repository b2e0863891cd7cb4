"""Write TensorFlow's answers into `answers/*.txt`; run by hand where it is installed."""

from __future__ import annotations

from tests.engine.keras.programs import ANSWERS, programs, run


def main() -> None:
    """Rewrite the files."""
    import tensorflow as tf

    for path in sorted(ANSWERS.glob("*.txt")):
        blocks = [f"{source}\n=> {run(source, tf)}" for source, _ in programs(path)]
        path.write_text("\n---\n".join(blocks) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
