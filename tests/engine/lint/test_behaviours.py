"""Small programs and what is found in them; they are in `behaviours.txt`."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.base.options import Settings
from engine.base.source import SourceFile
from engine.lint.runner import check_source

HEADER = (
    "import tensorflow as tf\nimport numpy as np\nimport random\nimport time\nimport os\n"
    "import logging\n"
)


def programs() -> list[tuple[str, str]]:
    text = Path(__file__).with_name("behaviours.txt").read_text(encoding="utf-8")
    found = []
    for part in text.split("\n== ")[1:]:
        code, _, program = part.partition("\n")
        found.append((code, HEADER + program.rstrip() + "\n"))
    return found


def codes(text: str) -> list[str]:
    return [finding.code for finding in check_source(SourceFile("<program>", text), Settings())]


@pytest.mark.parametrize(("code", "text"), [p for p in programs() if p[0] != "clean"])
def test_found(code: str, text: str):
    assert code in codes(text)


@pytest.mark.parametrize("text", [text for code, text in programs() if code == "clean"])
def test_clean(text: str):
    assert codes(text) == []
