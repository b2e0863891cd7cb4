"""The real TensorFlow in the worker, where it is installed."""

from __future__ import annotations

import importlib.util
import os

import pytest

from engine.worker.client import RunRequest, Worker

PYTHON = os.environ.get("GRAPHLENS_TENSORFLOW_PYTHON")
CODE = """import tensorflow as tf

@tf.function
def f(x):
    print("Traced")
    if x > 0:
        x = x * 2
    return x
"""


@pytest.mark.skipif(
    PYTHON is None and importlib.util.find_spec("tensorflow") is None,
    reason="TensorFlow is not installed",
)
def test_it_traces_and_shows_its_own_code() -> None:
    worker = Worker(PYTHON)
    request = RunRequest(
        "/nowhere/real.py", CODE, "f", ("tf.constant(3)",), engine="tensorflow", seconds=100.0
    )
    try:
        answer = worker.run(request)
    finally:
        worker.stop()
    assert answer["ok"] is True, answer["error"]
    assert answer["engine"].startswith("tensorflow ")
    assert answer["substituted"] is False
    assert answer["result"]["data"] == 6
    assert answer["signature"] == "(x=int32[])"
    assert "StatelessIf" in answer["graph"]["traced"]
    assert "def tf__f(x):" in answer["graph"]["python"]
    assert {"Placeholder", "StatelessIf"} <= {
        node["op"] for node in answer["picture"]["before"]["nodes"]
    }
    assert [piece["phase"] for piece in answer["printed"] if "Traced" in piece["text"]] == [
        "tracing"
    ]


def test_other_code_is_told_that_it_is_missing() -> None:
    if importlib.util.find_spec("tensorflow") is not None:
        pytest.skip("TensorFlow is installed")
    worker = Worker()
    request = RunRequest("/nowhere/real.py", CODE, "f", ("1",), engine="tensorflow")
    try:
        answer = worker.run(request)
    finally:
        worker.stop()
    assert answer["ok"] is False
    assert answer["error"]["type"] == "ModuleNotFoundError"
