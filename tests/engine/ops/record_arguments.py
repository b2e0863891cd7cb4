"""Write TensorFlow's answers into `answers/arguments_*.txt`; run by hand where it is installed.

`python -m tests.engine.ops.record_arguments` computes every expression in the files again. A line
with bars also says what is known while tracing with unknown sizes, and with unknown rank.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from tests.engine.ops.argument_values import names
from tests.engine.ops.recorded import text_of

ANSWERS = Path(__file__).parent / "answers"


def answer(expression: str, known: dict[str, Any], tf: Any, traced: bool) -> str:
    """The result as text, or an exclamation mark and the type of the error.

    Args:
        expression: Python source with the names of `argument_values`.
        known: those names.
        tf: the engine.
        traced: also tell dtypes and shapes that a trace knows?
    """
    tf.random.set_seed(5)
    parts = [_guarded(lambda: text_of(_plain(eval(expression, dict(known)), tf)))]
    if traced:
        parts += [
            _guarded(lambda r=unknown: _traced(expression, known, tf, r))
            for unknown in (False, True)
        ]
    return " | ".join(parts)


def _guarded(compute: Any) -> str:
    try:
        return str(compute())
    except Exception as error:
        return f"!{type(error).__name__}"


def _plain(result: Any, tf: Any) -> Any:
    """Named tuples as tuples, variables as tensors."""
    if isinstance(result, (list, tuple)):
        return tuple(_plain(item, tf) for item in result)
    return result


def _traced(expression: str, known: dict[str, Any], tf: Any, unknown_rank: bool) -> str:
    used = sorted({
        node.id for node in ast.walk(ast.parse(expression, mode="eval"))
        if isinstance(node, ast.Name) and isinstance(known.get(node.id), tf.Tensor)
    })  # fmt: skip
    specs = [
        tf.TensorSpec(None if unknown_rank else [None] * len(known[n].shape), known[n].dtype)
        for n in used
    ]
    seen: list[str] = []

    def body(*tensors: Any) -> None:
        result = eval(expression, {**known, **dict(zip(used, tensors, strict=True))})
        seen.extend(
            f"{t.dtype.name}{t.shape}".replace(" ", "") if isinstance(t, tf.Tensor)
            else type(t).__name__.replace("Node", "Operation") for t in tf.nest.flatten(result)
        )  # fmt: skip

    tf.function(body, input_signature=specs, autograph=False).get_concrete_function()
    return " ".join(seen)


def main() -> None:
    """Rewrite the files."""
    import tensorflow as tf

    known = names(tf)
    for path in sorted(ANSWERS.glob("arguments_*.txt")):
        lines = []
        for line in path.read_text("utf-8").splitlines():
            expression, _, rest = line.partition(" => ")
            lines.append(f"{expression} => {answer(expression, known, tf, ' | ' in rest)}")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
