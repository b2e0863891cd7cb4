"""Keras layers beside TensorFlow's recorded answers."""

from __future__ import annotations

from pathlib import Path

import pytest

import engine as tf
from tests.engine.keras.programs import ANSWERS, alike, programs, run


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", sorted(ANSWERS.glob("*.txt")), ids=lambda path: path.stem)
def test_answers(path: Path) -> None:
    wrong = []
    for source, expected in programs(path):
        found = run(source, tf)
        if not alike(expected, found):
            wrong.append(f"{source}\n  TensorFlow: {expected}\n  here:       {found}")
    assert not wrong, "\n".join(wrong)
