"""The recorded answers and the list of known gaps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "answers"
GAPS = Path(__file__).parent / "known_gaps.txt"
GAPS_HEAD = """\
# Cases in which the engine does not yet do what TensorFlow does, one a line.
# A case that starts to pass must leave the list: `python -m tests.conformance --write-gaps`.
"""


def read() -> dict[str, list[Any]]:
    """Answers by the name of the case."""
    answers: dict[str, list[Any]] = {}
    for path in sorted(FOLDER.glob("*.json")):
        for function, recorded in json.loads(path.read_text(encoding="utf-8")).items():
            answers[f"{path.stem}::{function}"] = recorded
    return answers


def write(group: str, answers: dict[str, list[Any]]) -> None:
    """Check in the answers of one group, one case a line."""
    FOLDER.mkdir(exist_ok=True)
    lines = [
        f" {json.dumps(name)}: {json.dumps(answers[name], sort_keys=False)}" for name in answers
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (FOLDER / f"{group}.json").write_text(text, encoding="utf-8")


def known_gaps() -> set[str]:
    """The names of the cases that are known to differ."""
    lines = GAPS.read_text(encoding="utf-8").splitlines() if GAPS.exists() else []
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def write_gaps(names: set[str]) -> None:
    """Replace the list of known gaps."""
    GAPS.write_text(GAPS_HEAD + "".join(f"{name}\n" for name in sorted(names)), encoding="utf-8")
