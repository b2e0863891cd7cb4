"""Write TensorFlow's answers into the files of programs; run by hand where it is installed."""

from __future__ import annotations

from tests.engine.keras.programs import files, prelude, programs, run


def main() -> None:
    """Rewrite the files."""
    import tensorflow as tf

    for path in files():
        before = prelude(path)
        blocks = [f"{source}\n=> {run(source, tf, before)}" for source, _ in programs(path)]
        if before:
            blocks.insert(0, before.rstrip("\n"))
        path.write_text("\n---\n".join(blocks) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
