"""`tf.compat.v1` and `tf.compat.v2` show the whole of the engine."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import engine as tf


def test_compat_namespaces_show_everything():
    assert tf.compat.v2.math.add is tf.math.add
    assert tf.compat.v1.keras.layers.Dense is tf.keras.layers.Dense
    assert tf.compat.v1.executing_eagerly()
    tf.compat.v1.set_random_seed(1)
    assert tf.compat.v2.enable_v2_behavior() is None
    assert "function" in dir(tf.compat.v2)
    assert importlib.import_module("engine.compat.v2") is tf.compat.v2


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match=r"compat\.v2"):
        _ = tf.compat.v2.there_is_no_such_name


def test_namespaces_can_be_imported_first():
    source = (
        "import engine.compat.v2 as tf\n"
        "import engine.math as m\n"
        "from engine.keras.layers import Dense\n"
        "print(int(m.add(1, 2)), int(tf.add(3, 4)), Dense.__name__)\n"
        "try:\n    import engine.there_is_none\n"
        "except ModuleNotFoundError:\n    print('none')\n"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert done.stdout == "3 7 Dense\nnone\n", done.stderr
