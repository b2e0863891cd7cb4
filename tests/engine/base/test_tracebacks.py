"""Tracebacks end at the user's line, unless the engine's frames are asked for."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from pathlib import Path

import numpy as np
import pytest

import engine as tf
from engine.base.tracebacks import FILTERING

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def filtering():
    before = FILTERING[0]
    FILTERING[0] = True
    yield
    FILTERING[0] = before


def model_of_the_user():
    class Model(tf.keras.Model):
        def call(self, x):
            return tf.matmul(x, tf.ones([7, 7]))

    return Model()(tf.ones([1, 2]))


def two_gradients():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.gradient(y, x)
    return tape.gradient(y, x)


def called_wrongly():
    layer = tf.keras.layers.Dense(3)
    layer(tf.ones([1, 2]))
    return layer(tf.ones([1, 3]))


def mapped():
    return list(tf.data.Dataset.range(4).map(lambda x: 1 // (x - 2)))


def branch():
    @tf.function
    def f(x):
        if x > 0:
            y = tf.matmul(x, x)
        else:
            y = x
        return y

    return f(tf.constant(1.0))


def assertion_in_a_loop():
    @tf.function
    def f(x):
        while x < 10:
            tf.debugging.assert_less(x, 3)
            x += 1
        return x

    return f(tf.constant(1))


FAILING = [
    lambda: tf.add(tf.ones([2]), tf.ones([3])),
    lambda: tf.ones([2]) + tf.ones([3]),
    lambda: np.ones([2]) - tf.ones([3], tf.float64),
    lambda: tf.ones([2])[5, 5],
    lambda: bool(tf.ones([2])),
    lambda: float(tf.ones([2])),
    lambda: len(tf.constant(1)),
    lambda: list(tf.constant(1)),
    lambda: tf.there_is_no_such_name,
    lambda: tf.math.there_is_no_such_name,
    lambda: tf.constant([1, "a"]),
    lambda: tf.add(tf.ones([2]), tf.ones([2]), colour="red"),
    lambda: tf.Variable([1.0]).assign([1.0, 2.0]),
    lambda: tf.linalg.inv(tf.zeros([2, 2])),
    lambda: tf.ragged.constant([[1], [2, 3]]) + tf.ragged.constant([[1], [2]]),
    lambda: tf.data.Dataset.from_tensor_slices(([1, 2], [1, 2, 3])),
    lambda: tf.keras.losses.MeanSquaredError()(tf.ones([3, 2]), tf.ones([3, 4])),
    lambda: tf.keras.metrics.MeanSquaredError().update_state(tf.ones([3, 2]), tf.ones([3, 4])),
    lambda: tf.keras.optimizers.SGD().apply_gradients([(None, tf.Variable(1.0))]),
    lambda: tf.function(lambda x: x)(),
    lambda: tf.saved_model.load("/there/is/nothing"),
    lambda: tf.concat([tf.ragged.constant([[1]]), tf.ones([2], tf.int32)], 0),
    lambda: tf.reduce_sum(tf.ragged.constant([[1]]), axis=7),
    lambda: tf.custom_gradient(lambda x: x)(tf.constant(1.0)),
    model_of_the_user, two_gradients, called_wrongly, mapped, branch, assertion_in_a_loop,
]  # fmt: skip


RAISING_AGAIN = int(sys.version_info < (3, 11))
"""Frames of the engine that stay: on Python 3.10 that of `raise` cannot be left out."""


@pytest.mark.parametrize("number", range(len(FAILING)))
def test_the_users_line_is_the_last_that_is_shown(number):
    with pytest.raises(Exception, match=r".") as caught:
        FAILING[number]()
    chain = traceback.format_exception(caught.value)
    assert sum(entry.count(f'"{ROOT / "engine"}{os.sep}') for entry in chain) <= RAISING_AGAIN
    assert "direct cause" not in "".join(chain)
    files = [entry.filename for entry in traceback.extract_tb(caught.value.__traceback__)]
    assert len([path for path in files if path != __file__]) <= RAISING_AGAIN
    assert files[0] == __file__


def test_frames_are_shown_where_filtering_is_off():
    tf.debugging.disable_traceback_filtering()
    assert not tf.debugging.is_traceback_filtering_enabled()
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.add(tf.ones([2]), tf.ones([3]))
    assert "eager.py" in "".join(traceback.format_exception(caught.value))
    tf.debugging.enable_traceback_filtering()


def test_the_environment_shows_frames_too(monkeypatch):
    monkeypatch.setenv("GRAPHLENS_FULL_TRACEBACK", "1")
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.add(tf.ones([2]), tf.ones([3]))
    assert "eager.py" in "".join(traceback.format_exception(caught.value))


def test_the_line_reached_in_a_block_is_shown():
    with pytest.raises(ValueError, match="in user code") as caught:
        branch()
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.name, last.line) == ("f", "y = tf.matmul(x, x)")


def test_what_the_user_handled_is_kept():
    def handling():
        try:
            {}["key"]
        except KeyError:
            tf.add(tf.ones([2]), tf.ones([3]))

    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        handling()
    assert isinstance(caught.value.__context__, KeyError)
    assert caught.value.__cause__ is None
    text = "".join(traceback.format_exception(caught.value))
    assert "During handling of the above exception" in text


def test_causes_given_by_the_user_are_kept():
    @tf.function
    def f(x):
        try:
            {}["key"]
        except KeyError as error:
            raise ValueError("mine") from error

    with pytest.raises(ValueError, match="mine") as caught:
        f(tf.constant(1))
    assert isinstance(caught.value.__cause__, KeyError)
    frames = traceback.extract_tb(caught.value.__cause__.__traceback__)
    assert [frame.filename for frame in frames] == [__file__]


def test_errors_in_functions_that_the_engine_calls_show_those():
    def failing(x):
        raise ValueError("mine")

    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.py_function(failing, [tf.constant(1)], tf.int32)
    cause = caught.value.__cause__
    assert [f.name for f in traceback.extract_tb(cause.__traceback__)] == ["failing"]


def test_what_python_prints():
    source = "import engine as tf\ntf.matmul(tf.ones([1, 2]), tf.ones([1, 2]))\n"
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "GRAPHLENS_FULL_TRACEBACK": ""})  # fmt: skip
    assert done.returncode == 1
    frames = [line for line in done.stderr.splitlines() if line.startswith("  File")]
    wanted = ['  File "<string>", line 2, in <module>']
    assert (frames if sys.version_info >= (3, 11) else frames[:1]) == wanted


def test_methods_keep_their_names_and_signatures():
    import inspect

    assert tf.keras.layers.Dense.call.__name__ == "call"
    assert list(inspect.signature(tf.Variable.assign).parameters)[:2] == ["self", "value"]
    assert tf.reduce_sum is tf.math.reduce_sum
    assert tf.case.__module__.startswith("engine.")
