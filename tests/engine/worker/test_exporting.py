"""The traced graph as an ONNX model in a run's answer, or why there is none."""

from __future__ import annotations

import base64
import sys

import onnx

from engine.worker.client import RunRequest, Worker

TEXT = "import engine as tf\n@tf.function\ndef f(x):\n    return x + 1.0\n"


def exported(text: str) -> dict[str, str | None]:
    client = Worker()
    try:
        answer = client.run(
            RunRequest("/nowhere/a.py", text, "f", ("tf.constant([1.0])",), "trace", export="onnx")
        )
    finally:
        client.stop()
    assert answer["ok"], answer["error"]
    return dict(answer["exported"])


def test_the_model_adds_one():
    made = exported(TEXT)
    assert made["problem"] is None
    model = onnx.load_from_string(base64.b64decode(made["data"] or ""))
    onnx.checker.check_model(model)
    assert "Add" in {node.op_type for node in model.graph.node}


def test_without_the_package_the_problem_says_how_to_install_it():
    made = exported(f'import sys\nsys.modules["onnx"] = None\n{TEXT}')
    assert made["data"] is None
    assert f"{sys.executable} -m pip install onnx" in (made["problem"] or "")
