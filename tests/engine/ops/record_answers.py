"""Write TensorFlow's results into `answers/values_*.txt`; run by hand with TensorFlow at hand.

`python -m tests.engine.ops.record_answers` computes every expression that is in the files again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.engine.ops.recorded import text_of
from tests.engine.ops.values import names

ANSWERS = Path(__file__).parent / "answers"


def answer(expression: str, known: dict[str, Any]) -> str:
    """The result of an expression as text; an exclamation mark and the type of an error."""
    try:
        return text_of(eval(expression, dict(known)))
    except Exception as error:
        return f"!{type(error).__name__}"


def main() -> None:
    """Rewrite all files."""
    import tensorflow as tf

    known = names(tf)
    for path in sorted(ANSWERS.glob("values_*.txt")):
        expressions = [line.split(" => ")[0] for line in path.read_text("utf-8").splitlines()]
        lines = [f"{text} => {answer(text, known)}" for text in expressions]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
