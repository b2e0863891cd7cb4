"""A worker's Python that lacks NumPy: the answer says what to install, and where."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from engine.worker.client import RunRequest, Worker


def test_the_answer_says_what_to_install(tmp_path: Path):
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    folder = "Scripts" if sys.platform == "win32" else "bin"
    python = str(bare / folder / "python")
    text = "import engine as tf\n@tf.function\ndef f(x):\n    return x\n"
    client = Worker(python)
    try:
        answer = client.run(RunRequest(str(tmp_path / "a.py"), text, "f", ("1",)))
    finally:
        client.stop()
    assert answer["ok"] is False
    assert answer["error"]["kind"] == "failed"
    assert f"{python} -m pip install numpy" in answer["error"]["message"]
