"""The signatures of traced functions, from text alone."""

from __future__ import annotations

import pytest

from engine.ide.signatures import call_signatures
from engine.ide.snapshot import Snapshot

SOURCE = """import engine as tf


class Model:
    def __init__(self):
        self.w = tf.Variable(tf.ones([3, 4]))

    @tf.function
    def __call__(self, x, training=False):
        return tf.nn.relu(x @ self.w), training


@tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
def declared(x):
    return x


@tf.function
def never_called(x):
    return x


@tf.function
def sign(x):
    if x > 0:
        return "positive"
    return "other"


@tf.function
def pair(values):
    return values[0]


model = Model()
model(tf.ones([2, 3]))
model(tf.ones([5, 3]), training=True)
sign(tf.constant(1))
pair([tf.constant(1), 2.0])
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "Model.__call__",
            (
                "__call__(x: float32[2,3], training: False) -> (float32[2,4], bool[])",
                "__call__(x: float32[5,3], training: True) -> (float32[5,4], bool[])",
            ),
        ),
        ("declared", ("declared(x: float32[?,3]) -> float32[?,3]",)),
        ("never_called", ()),
        ("sign", ("sign(x: int32[]) -> string[]",)),
        ("pair", ("pair(values: [int32[], 2.0]) -> int32[]",)),
        ("not_there", ()),
    ],
)
def test_each_call_gives_a_signature(name: str, expected: tuple[str, ...]):
    assert call_signatures(Snapshot("a.py", SOURCE), name) == expected


def test_a_text_with_errors_has_none():
    assert call_signatures(Snapshot("a.py", "@tf.function\ndef f(x:\n"), "f") == ()
