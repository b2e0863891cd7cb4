"""Write TensorFlow's results into `answers/`; run by hand where TensorFlow is installed.

`python -m tests.engine.ops.record_answers` computes every expression in the files again.
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


def graph_answer(expression: str, known: dict[str, Any], tf: Any) -> str:
    """What a graph knows of an expression in `x`, and its gradient.

    Returns:
        Shapes of the outputs where one size of `x`, or its rank, is not known, and the gradient of
        the sum of their squares by `x`, between bars.
    """
    parts = []
    for shape in ([None, 3], None):
        try:
            outputs = _trace(expression, known, tf, shape)[1]
            parts.append(" ".join(f"{t.dtype.name}{t.shape}".replace(" ", "") for t in outputs))
        except Exception as error:
            parts.append(f"!{type(error).__name__}")
    try:
        parts.append(_gradient(expression, known, tf))
    except Exception as error:
        parts.append(f"!{type(error).__name__}")
    return " | ".join(parts)


def _trace(expression: str, known: dict[str, Any], tf: Any, shape: Any) -> Any:
    body = eval(f"lambda x: {expression}", dict(known))
    traced = tf.function(body, input_signature=[tf.TensorSpec(shape)], autograph=False)
    found = traced.get_concrete_function().structured_outputs
    return traced, [t for t in tf.nest.flatten(found) if hasattr(t, "dtype")]


def _gradient(expression: str, known: dict[str, Any], tf: Any) -> str:
    traced, _ = _trace(expression, known, tf, [2, 3])
    x = known["x"]
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = [t for t in tf.nest.flatten(traced(x)) if t.dtype.is_floating]
        total = tf.add_n([tf.reduce_sum(t * t) for t in outputs]) if outputs else None
    return "" if total is None else text_of(tape.gradient(total, x))


def main() -> None:
    """Rewrite all files."""
    import tensorflow as tf

    known = names(tf)
    for path in sorted([*ANSWERS.glob("values_*.txt"), *ANSWERS.glob("graphs_*.txt")]):
        lines = []
        for line in path.read_text("utf-8").splitlines():
            text = line.split(" => ")[0]
            if path.name.startswith("values"):
                lines.append(f"{text} => {answer(text, known)}")
            else:
                lines.append(f"{text} => {graph_answer(text, known, tf)}")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
