"""Keras layers beside TensorFlow's recorded answers."""

from __future__ import annotations

from pathlib import Path

import pytest

import engine as tf
from tests.engine.keras.programs import ANSWERS, differences


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", sorted(ANSWERS.glob("*.txt")), ids=lambda path: path.stem)
def test_answers(path: Path) -> None:
    wrong = differences(path, tf)
    assert not wrong, "\n".join(wrong)
