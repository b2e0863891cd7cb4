"""Calls with all kinds of arguments, good and bad, beside TensorFlow's recorded answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import engine as tf
from tests.engine.answers import HAS_BFLOAT16
from tests.engine.ops.argument_values import names
from tests.engine.ops.record_arguments import answer
from tests.engine.ops.recorded import same

FILES = sorted((Path(__file__).parent / "answers").glob("arguments_*.txt"))
BFLOAT16 = re.compile(r"bfloat16|\bb\d")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_answers(path: Path) -> None:
    known = names(tf, HAS_BFLOAT16)
    wrong = []
    for line in path.read_text("utf-8").splitlines():
        expression, expected = line.split(" => ", 1)
        if not HAS_BFLOAT16 and BFLOAT16.search(expression):
            continue
        found = answer(expression, known, tf, expected.count(" | ") > 0)
        if not agree(expected, found):
            wrong.append(f"{expression}\n  TensorFlow: {expected}\n  here:       {found}")
    assert not wrong, "\n".join(wrong)


def agree(left: str, right: str) -> bool:
    """The eager answers up to rounding, what is known while tracing to the letter."""
    parts: list[Any] = [left.split(" | "), right.split(" | ")]
    return len(parts[0]) == len(parts[1]) and all(
        a == b or (i == 0 and same(a, b)) for i, (a, b) in enumerate(zip(*parts))
    )
