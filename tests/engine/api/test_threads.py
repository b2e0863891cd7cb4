"""Names are loaded when they are first used, also where several threads use them first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAD = f"""
import sys
import threading
import traceback

sys.path.insert(0, {str(ROOT)!r})
sys.setswitchinterval(1e-6)
import engine as tf

errors = []
start = threading.Barrier(8)


def guarded(number):
    start.wait()
    try:
        work(number)
    except BaseException:
        errors.append(traceback.format_exc())

"""
TAIL = """
threads = [threading.Thread(target=guarded, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not errors, errors[0]
"""
WORKS = {
    "ops": """
def work(number):
    names = ["add", "linalg.inv", "math.top_k", "strings.join", "signal.fft", "image.resize"]
    for name in names[number % 6 :] + names[: number % 6]:
        value = tf
        for part in name.split("."):
            value = getattr(value, part)
    assert tf.linalg.inv(tf.eye(2)).numpy().tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert float(tf.reduce_sum(tf.math.top_k(tf.constant([1.0, 3.0, 2.0]), 2).values)) == 5.0
""",
    "datasets": """
def work(number):
    found = tf.data.Dataset.range(9).map(lambda x: x * 2).batch(2)
    assert sum(int(tf.reduce_sum(each)) for each in found) == 72
""",
    "keras": """
def work(number):
    layer = tf.keras.layers.Dense(3, kernel_initializer="ones")
    assert layer(tf.ones([2, 4])).numpy().tolist() == [[4.0] * 3] * 2
    optimizer = tf.keras.optimizers.SGD(0.5)
    variable = tf.Variable(1.0)
    optimizer.apply_gradients([(tf.constant(1.0), variable)])
    assert float(variable) == 0.5
""",
    "functions": """
@tf.function
def shared(x):
    total = tf.constant(0.0)
    for i in tf.range(3):
        if tf.reduce_sum(x) > 3.0:
            total += tf.reduce_sum(x)
    return total

def work(number):
    for size in range(1, 9):
        x = tf.ones([(size + number) % 8 + 1])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = shared(x)
        large = int(x.shape[0]) > 3
        assert float(y) == (3.0 * int(x.shape[0]) if large else 0.0)
        assert set(tape.gradient(y, x).numpy().tolist()) == {3.0 if large else 0.0}
        with tf.name_scope(f"of_{number}"):
            assert tf.get_current_name_scope() == f"of_{number}"
""",
}


@pytest.mark.parametrize("name", WORKS)
def test_first_uses_by_several_threads(name: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(HEAD + WORKS[name] + TAIL)
    result = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr[-3000:]
