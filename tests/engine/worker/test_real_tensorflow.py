"""The real TensorFlow in the worker, where it is installed."""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING, Any

import pytest

from engine.worker.client import RunRequest, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON = os.environ.get("GRAPHLENS_TENSORFLOW_PYTHON")
CODE = """import tensorflow as tf

@tf.function
def f(x):
    print("Traced")
    if x > 0:
        x = x * 2
    return x

@tf.function
def wrong(x):
    return tf.matmul(x, x)

class Counter(tf.Module):
    def __init__(self):
        self.total = tf.Variable(0.0)

    @tf.function
    def count(self, x):
        return self.total.assign_add(x)
"""


needs_tensorflow = pytest.mark.skipif(
    PYTHON is None and importlib.util.find_spec("tensorflow") is None,
    reason="TensorFlow is not installed",
)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    made = Worker(PYTHON)
    yield made
    made.stop()


def run(worker: Worker, function: str, *arguments: str) -> dict[str, Any]:
    return worker.run(
        RunRequest("/nowhere/real.py", CODE, function, arguments, engine="tensorflow", seconds=200)
    )


@needs_tensorflow
def test_it_traces_and_shows_its_own_code(worker: Worker) -> None:
    answer = run(worker, "f", "tf.constant(3)")
    assert answer["ok"] is True, answer["error"]
    assert answer["engine"].startswith("tensorflow ")
    assert answer["substituted"] is False
    assert answer["result"]["data"] == 6
    assert answer["signature"] == "(x=int32[])"
    assert "StatelessIf" in answer["graph"]["traced"]
    assert "graph then_branch:" in answer["graph"]["traced"]
    assert "def tf__f(x):" in answer["graph"]["python"]
    nodes = {node["op"]: node for node in answer["picture"]["before"]["nodes"]}
    assert {"Placeholder", "StatelessIf"} <= set(nodes)
    branch = nodes["StatelessIf"]["graphs"]["then_branch"]
    assert "Mul" in {node["op"] for node in branch["nodes"]}
    assert [piece["phase"] for piece in answer["printed"] if "Traced" in piece["text"]] == [
        "tracing"
    ]


@needs_tensorflow
def test_its_errors_are_on_the_user_s_lines(worker: Worker) -> None:
    error = run(worker, "wrong", "tf.constant([1.0])")["error"]
    assert error["type"] == "ValueError"
    assert [(frame["path"], frame["line"]) for frame in error["frames"]] == [
        ("/nowhere/real.py", 11)
    ]


@needs_tensorflow
def test_the_object_of_a_method_lives_as_long_as_its_traces(worker: Worker) -> None:
    answers = [run(worker, "Counter.count", "1.0") for _ in range(2)]
    assert [answer["result"]["data"] for answer in answers] == [1.0, 2.0]
    assert len(answers[1]["traces"]) == 1


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
