"""The index of names: programs import the families they use, whichever they use first."""

import subprocess
import sys

import pytest

from engine.ir import index
from tests.architecture.repository import ROOT

FIRST = (
    "GradientTape", "Variable", "TensorArray", "math.add", "nn.relu", "linalg.matmul",
    "random.uniform", "strings.join", "while_loop", "custom_gradient", "autograph.to_code",
    "float32", "errors.InvalidArgumentError", "nest.flatten", "device",
)  # fmt: skip


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", FIRST)
def test_any_name_may_be_the_first(name):
    done = run(f"import engine as tf\nassert tf.{name} is not None")
    assert done.returncode == 0, done.stderr


def test_a_small_program_imports_few_families():
    code = "import engine as tf, sys\ntf.nn.relu(tf.constant([1.0]) + 2.0)\n"
    code += "print(*[m for m in sys.modules if m.startswith('engine.ops.')])"
    loaded = run(code).stdout.split()
    assert "engine.ops.activation" in loaded
    families = {m for m in (*index.PUBLIC, *index.OPS) if m.startswith("engine.ops.")}
    assert len(loaded) < len(families) / 2


def test_gradients_of_loops_need_no_other_import():
    code = (
        "import engine as tf\n"
        "f = tf.function(lambda x: tf.while_loop(lambda i, y: i < 3,"
        " lambda i, y: (i + 1, y * x), [0, x])[1], autograph=False)\n"
        "x = tf.constant(2.0)\n"
        "with tf.GradientTape() as tape:\n"
        "    tape.watch(x)\n"
        "    y = f(x)\n"
        "assert tape.gradient(y, x).numpy() == 32.0\n"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr


def test_names_that_do_not_exist():
    done = run("import engine as tf\ntry: tf.nn.nonsense\nexcept AttributeError as e: print(e)")
    assert "nonsense" in done.stdout
