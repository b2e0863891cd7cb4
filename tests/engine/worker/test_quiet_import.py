"""What TensorFlow writes while it is imported is nobody's output; what users write around it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.worker.client import RunRequest, Worker

LOUD = """import os
import sys

os.write(2, b"log of C++\\n")
os.write(1, b"log of C++\\n")
print("log of Python")
print("warning of Python", file=sys.stderr)
__version__ = "0"
executing_eagerly = lambda: True
{more}
"""
PROGRAM = """import os
import sys

sys.path.insert(0, {folder!r})
print("before")
import tensorflow as tf
print("after")
os.write(2, b"from below\\n")

def f():
    return tf.__version__ + type(tf.__spec__.loader).__name__
"""


def run(folder: Path, more: str = "") -> dict[str, Any]:
    package = folder / "tensorflow"
    package.mkdir()
    (package / "__init__.py").write_text(LOUD.format(more=more))
    text = PROGRAM.format(folder=str(folder))
    client = Worker()
    try:
        return client.run(
            RunRequest(str(folder / "loud_user.py"), text, "f", (), engine="tensorflow")
        )
    finally:
        client.stop()


def printed(answer: dict[str, Any]) -> str:
    return "".join(piece["text"] for piece in answer["printed"])


def test_only_the_user_s_own_lines_are_left(tmp_path: Path):
    answer = run(tmp_path)
    assert answer["ok"], answer["error"]
    assert answer["result"]["preview"] == "'0SourceFileLoader'"
    assert sorted(printed(answer).split("\n")) == ["", "after", "before", "from below"]


def test_an_import_that_fails_is_told_and_output_goes_on(tmp_path: Path):
    answer = run(tmp_path, "raise ImportError('no such library')")
    assert answer["error"]["type"] == "ImportError"
    assert printed(answer) == "before\n"


def test_a_trace_by_the_file_itself_is_a_trace(tmp_path: Path):
    text = (
        "import engine as tf\nprint('file')\n\n@tf.function\ndef f(x):\n"
        "    print('traced', x.shape)\n    return x\n\nf(tf.constant(1))\n"
    )
    client = Worker()
    try:
        answer = client.run(RunRequest(str(tmp_path / "a.py"), text, "f", ("tf.constant(2.0)",)))
    finally:
        client.stop()
    assert [(piece["phase"], piece["text"]) for piece in answer["printed"]] == [
        ("loading", "file\n"),
        ("tracing", "traced ()\ntraced ()\n"),
    ]
