"""Datasets of files, beside TensorFlow's recorded answers."""

from __future__ import annotations

from pathlib import Path

import pytest

import engine as tf
from tests.engine.keras.programs import differences

PROGRAMS = Path(__file__).parent / "programs" / "files.txt"


@pytest.mark.filterwarnings("ignore")
def test_answers() -> None:
    wrong = differences(PROGRAMS, tf)
    assert not wrong, "\n".join(wrong)
