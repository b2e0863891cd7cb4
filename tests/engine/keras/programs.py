"""Small programs, run with either engine; their last expression is compared."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import numpy as np

ANSWERS = Path(__file__).parent / "answers"
_PRELUDE = "# Before each program:"
_NUMBER = re.compile(r"-?\d+\.?\d*(?:e[-+]?\d+)?")


def files() -> list[Path]:
    """All files of programs."""
    return sorted([*ANSWERS.glob("*.txt"), *ANSWERS.parent.parent.glob("*/programs/*.txt")])


def prelude(path: Path) -> str:
    """What is run before each program of a file: its first block, if that begins so."""
    first = path.read_text("utf-8").partition("\n---\n")[0]
    return first + "\n" if first.startswith(_PRELUDE) else ""


def programs(path: Path) -> list[tuple[str, str]]:
    """(source, recorded answer) of each program in a file; the answer may be missing."""
    found = []
    for block in path.read_text("utf-8").split("\n---\n"):
        if block.startswith(_PRELUDE):
            continue
        source, _, answer = block.strip().partition("\n=> ")
        if source:
            found.append((source, answer.strip()))
    return found


def names(tf: Any) -> dict[str, Any]:
    """What the programs may use, made with the given engine."""
    generator = np.random.default_rng(0)

    def normal(*shape: int) -> Any:
        return generator.normal(size=shape).astype("float32")

    sequences, others = normal(2, 5, 4), normal(2, 3, 4)
    gaps = sequences.copy()
    gaps[0, 2] = 0
    gaps[1, 3:] = 0
    return {
        "tf": tf, "keras": tf.keras, "L": tf.keras.layers, "np": np, "X": sequences, "Y": others,
        "I": np.array([[1, 2, 0, 3, 0], [4, 0, 0, 0, 0]]), "XM": gaps, "IMG": normal(2, 6, 6, 3),
        "S": normal(2, 7, 3), "V": normal(2, 3, 3, 3, 2),
        "m": lambda tensor: getattr(tensor, "_keras_mask", None),
    }  # fmt: skip


def shown(value: Any) -> Any:
    """A value as text with four digits of its numbers."""
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    if hasattr(value, "to_list"):
        return "ragged", value.to_list()
    array = value.numpy() if hasattr(value, "numpy") else value
    if isinstance(array, (np.ndarray, np.generic)):
        array = np.asarray(array)
        if array.dtype == object:
            return array.tolist()
        flat = array.ravel()[:40].tolist()
        rounded = [float(f"{x:.4g}") for x in flat] if array.dtype.kind == "f" else flat
        return [array.dtype.name, list(array.shape), rounded]
    return repr(value)[:200]


def run(source: str, tf: Any, before: str = "") -> str:
    """What a program answers, or the type of its error.

    Args:
        source: of the program.
        tf: the engine.
        before: what to run first.
    """
    tf.keras.utils.set_random_seed(3)
    *statements, last = ast.parse(before + source).body
    assert isinstance(last, ast.Expr), source
    scope = names(tf)
    try:
        exec(compile(ast.Module(statements, []), "<program>", "exec"), scope)
        return str(shown(eval(compile(ast.Expression(last.value), "<program>", "eval"), scope)))
    except Exception as error:
        return f"!{type(error).__name__}"


def alike(left: str, right: str) -> bool:
    """The same text, but for rounding."""
    if _NUMBER.sub("#", left) != _NUMBER.sub("#", right):
        return False
    pairs = zip(_NUMBER.findall(left), _NUMBER.findall(right))
    return all(
        abs(a - b) <= 3e-3 * max(abs(a), abs(b), 1e-2)
        for a, b in ((float(x), float(y)) for x, y in pairs)
    )


def differences(path: Path, tf: Any) -> list[str]:
    """The programs of a file that answer otherwise than is recorded."""
    wrong = []
    for source, expected in programs(path):
        found = run(source, tf, prelude(path))
        if not alike(expected, found):
            wrong.append(f"{source}\n  TensorFlow: {expected}\n  here:       {found}")
    return wrong
