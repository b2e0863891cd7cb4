"""What the abstract machine knows of values: staged or Python, of which dtype and shape."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from engine.base.source import SourceFile
from engine.inference.events import Returned
from engine.inference.interpret import interpret
from engine.inference.module import Workspace
from engine.inference.values import Stage


def results(text: str, path: str = "<text>", workspace: Workspace | None = None) -> list[str]:
    """What staged functions return, as text."""
    source = SourceFile(path, "import tensorflow as tf\n" + textwrap.dedent(text))
    _, machine = interpret(source, workspace)
    return [repr(event.value) for event in machine.happened(Returned)]


def body(*lines: str, call: str = "f(tf.constant(1.0))") -> str:
    return "@tf.function\ndef f(x):\n" + "".join(f"    {line}\n" for line in lines) + f"{call}\n"


@pytest.mark.parametrize(
    ("expression", "known"),
    [
        ("x", "float32[]"),
        ("x + 1", "float32[]"),
        ("x > 0", "bool[]"),
        ("tf.zeros([2, 3])", "float32[2,3]"),
        ("tf.zeros([2, 3], tf.int64)", "int64[2,3]"),
        ("tf.matmul(tf.zeros([2, 3]), tf.zeros([3, 5]))", "float32[2,5]"),
        ("tf.reduce_sum(tf.zeros([2, 3]), axis=1)", "float32[2]"),
        ("tf.cast(x, tf.int32)", "int32[]"),
        ("tf.shape(tf.zeros([2, 3]))", "int32[2]"),
        ("tf.range(5)", "int32[5]"),
        ("tf.zeros([4, 3])[0]", "float32[3]"),
        ("tf.zeros([4, 3])[1:, None]", "float32[3,1,3]"),
        ("tf.zeros([4, 3])[..., 0]", "float32[4]"),
        ("tf.transpose(tf.zeros([4, 3]))", "float32[3,4]"),
        ("tf.concat([tf.zeros([1]), tf.zeros([2])], 0)", "float32[3]"),
        ("x.shape[0] if False else tf.zeros([2]).shape[0]", "2"),
        ("len(tf.zeros([2, 3]).shape)", "2"),
        ("[x, x][0]", "float32[]"),
        ("{'a': x}['a']", "float32[]"),
        ("not (x > 0)", "bool[]"),
        ("x is None", "False"),
        ("isinstance(x, int)", "False"),
        ("int(x)", "int32[]"),
        ("tf.constant(1) / 2", "float64[]"),
        ("x if x > 0 else 1.0", "float32[]"),
        ("3 * 4", "12"),
        ("tf.executing_eagerly()", "False"),
    ],
)
def test_expressions(expression: str, known: str):
    assert results(body(f"return {expression}")) == [known]


def test_captured_tensors_are_no_symbols_but_what_is_computed_from_them_is():
    text = "c = tf.constant([1, 2])\n@tf.function\ndef f():\n    return c, c + 1\nf()\n"
    assert results(text) == ["tuple([eager int32[2], int32[2]])"]


def test_python_arguments_stay_python():
    text = "@tf.function\ndef f(n, flag):\n    return n * 2, flag\nf(3, True)\n"
    assert results(text) == ["tuple([6, True])"]


def test_signatures_and_defaults_say_what_a_parameter_is():
    text = (
        "@tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])\n"
        "def f(x, training=False):\n    return x, training\n"
    )
    assert results(text) == ["tuple([float32[?,3], bool])"]


def test_a_parameter_that_is_asked_for_its_shape_is_a_tensor():
    assert results("@tf.function\ndef f(x):\n    n = x.shape\n    return x\n") == ["tensor[?]"]
    assert results("@tf.function\ndef f(x):\n    return x\n") == ["?"]


def test_methods_attributes_and_inherited_ones():
    text = """
    class Base(tf.Module):
        def scaled(self, x):
            return x * self.factor

    class Model(Base):
        def __init__(self):
            self.factor = tf.Variable([2.0, 3.0])

        @property
        def twice(self):
            return self.factor * 2.0

        @tf.function
        def __call__(self, x):
            return self.scaled(x), self.twice

    model = Model()
    model(tf.constant(1.0))
    """
    assert results(text) == ["tuple([float32[2], float32[2]])"]


def test_branches_are_joined_and_numbers_become_tensors():
    lines = ("y = 1.0", "if x > 0:", "    y = x * 2", "return y")
    assert results(body(*lines)) == ["float32[]"]
    lines = ("y = 1", "if x is None:", "    y = 2", "return y")
    assert results(body(*lines)) == ["1"]


def test_closures_lambdas_and_partials():
    text = """
    from functools import partial

    def scale(k, x):
        return x * k

    @tf.function
    def f(x):
        double = lambda y: y * 2
        def add(y):
            return y + x
        return double(add(x)), partial(scale, 3.0)(x)

    f(tf.constant([1.0]))
    """
    assert results(text) == ["tuple([float32[1], float32[1]])"]


@pytest.mark.parametrize(
    "header",
    [
        "@tf.function",
        "@tf.function(jit_compile=True)",
        "@partial(tf.function, autograph=True)",
        "@function",
        "@function()",
        "@t.function",
        "@jit",
        "@staged",
        "@e.function",
    ],
)
def test_decorators_however_spelled(header: str):
    text = f"""
    from functools import partial
    from tensorflow import function
    import tensorflow as t
    import engine as e

    jit = tf.function(jit_compile=True)

    def staged(g):
        return tf.function(g)

    {header}
    def f(x):
        return x

    f(tf.constant(1))
    """
    assert results(text) == ["int32[]"]


def test_functions_staged_by_a_call_and_methods():
    text = "def g(x):\n    return x\nf = tf.function(g)\nf(tf.constant(1))\n"
    assert results(text) == ["int32[]"]
    text = (
        "class A:\n    def __init__(self):\n        self.f = tf.function(self.g)\n"
        "    def g(self, x):\n        return x\n"
    )
    assert results(text) == ["?"]


def test_other_files_are_read_and_never_run(tmp_path: Path):
    (tmp_path / "layers.py").write_text(
        "import tensorflow as tf\nraise SystemExit('this file was run')\n"
        "def dense(x):\n    return tf.zeros([2])\n"
    )
    package = tmp_path / "nets"
    package.mkdir()
    (package / "__init__.py").write_text("from .core import net\n")
    (package / "core.py").write_text("from layers import dense\ndef net(x):\n    return dense(x)\n")
    text = """
    import layers
    from nets import net

    @tf.function
    def f(x):
        return layers.dense(x), net(x)

    f(tf.constant(1.0))
    """
    found = results(text, str(tmp_path / "main.py"), Workspace())
    assert found == ["tuple([float32[2], float32[2]])"]


def test_imports_in_a_circle_come_to_an_end(tmp_path: Path):
    (tmp_path / "a.py").write_text("from b import x\ny = x\n")
    (tmp_path / "b.py").write_text("from a import y\nx = y\n")
    text = "from a import y\n@tf.function\ndef f():\n    return y\nf()\n"
    assert results(text, str(tmp_path / "main.py"), Workspace()) == ["?"]


def test_recursion_and_growing_values_come_to_an_end():
    text = "def g(x, n):\n    return g([x], n + 1)\n@tf.function\ndef f(x):\n    return g(x, 0)\n"
    assert len(results(text)) == 1
    loop = body("parts = []", "parts.append(parts)", "for i in range(9):", "    parts = [parts]",
                "return x")  # fmt: skip
    assert results(loop) == ["float32[]"]


def test_deep_expressions_are_walked():
    text = body("return " + " + ".join(["x"] * 900))
    assert results(text) == ["float32[]"]


def test_no_array_library_is_loaded():
    code = (
        "import sys\n"
        "from engine.ide.snapshot import Snapshot\n"
        "text = 'import tensorflow as tf\\n@tf.function\\ndef f(x):\\n'\n"
        "text += '    return tf.nn.softmax(tf.matmul(tf.zeros([2, 3]), tf.ones([3, 4])))\\n'\n"
        "assert Snapshot('a.py', text).diagnostics == ()\n"
        "assert 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_stages():
    source = SourceFile("<t>", "import tensorflow as tf\n" + body("return x"))
    _, machine = interpret(source)
    (event,) = machine.happened(Returned)
    assert event.value.stage is Stage.STAGED


def test_copies_of_a_dict_grow_apart():
    lines = (
        "a = {'x': 1}",
        "b = dict(a)",
        "b['y'] = 2",
        "b['z'] = 3",
        "c = dict(b)",
        "a['z'] = 4",
        "b['z'] = 5",
        "return len(a.items()), c['z']",
    )
    assert results(body(*lines)) == ["tuple([int, 3])"]
