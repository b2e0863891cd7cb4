"""The promise of docs/architecture.md: adding something is one file, found by being in its folder.

Each test puts one file into a folder of its own that is made part of the package, starts a fresh
interpreter, and uses what the file adds.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from tests.architecture.repository import ROOT

OP = '''
    """An op made for a test."""

    from __future__ import annotations

    from engine.ir.op import op
    from engine.ir.spec import TensorSpec
    from engine.ir.tensor import Tensor


    @op("math.twice_for_test", samples=[("float32[3]",)])
    def twice_for_test(x: Tensor, name: str | None = None) -> TensorSpec:
        """Two times x.

        Args:
            x: tensor of any shape.
            name: of the node.
        """
        return TensorSpec(x.shape, x.dtype)


    @twice_for_test.kernel
    def _(xp, x):
        return xp.add(x, x)


    @twice_for_test.gradient
    def _(tf, node, grad):
        return grad * 2.0
'''
USE_OP = """
    import engine as tf

    x = tf.constant([1.0, 2.0])
    assert tf.math.twice_for_test(x).numpy().tolist() == [2.0, 4.0]
    f = tf.function(lambda x: tf.math.twice_for_test(x) + 1.0)
    assert f(x).numpy().tolist() == [3.0, 5.0]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.twice_for_test(x)
    assert tape.gradient(y, x).numpy().tolist() == [2.0, 2.0]
    types = [o.type for o in f.get_concrete_function(x).graph.get_operations()]
    assert "TwiceForTest" in types
"""

RULE = '''
    """A rule made for a test."""

    from engine.base.diagnostics import Severity
    from engine.inference.events import Called
    from engine.lint.rule import Finding, rule


    @rule(
        "GR999", "made-for-test", "`sorted` is called", Severity.WARNING,
        bad=("import engine as tf\\n@tf.function\\ndef f(x):\\n    return sorted(x)\\n",),
        good=("import engine as tf\\n@tf.function\\ndef f(x):\\n    return x\\n",),
    )
    def made_for_test(facts):
        """Says where `sorted` is called."""
        for event in facts.staged(Called):
            if event.name == "builtins.sorted":
                yield Finding(event.node, event.context)
'''
USE_RULE = """
    from engine.ide.snapshot import Snapshot
    from engine.lint.rule import find_rule

    rule = find_rule("made-for-test")
    assert rule.code == "GR999"
    for text, expected in ((rule.bad[0].bad, 1), (rule.good[0], 0)):
        codes = [finding.code for finding in Snapshot("file.py", text).diagnostics]
        assert codes.count("GR999") == expected, codes
"""

PASS = '''
    """A pass made for a test."""

    from engine.passes.pipeline import Stage, graph_pass

    SEEN = []


    @graph_pass(Stage.CLEAN)
    def made_for_test(graph):
        SEEN.append(graph.name)
        return graph
'''
USE_PASS = """
    import engine as tf
    from engine.passes.pipeline import optimize

    f = tf.function(lambda x: x + 1)
    optimize(f.get_concrete_function(tf.TensorSpec([], tf.int32)).graph)
    import engine.passes.made_for_test as made

    assert made.SEEN
"""

EXECUTOR = '''
    """An executor made for a test: it answers zeros."""

    import numpy as np

    from engine.executors.executor import executor


    @executor("fortest")
    class ForTest:
        @staticmethod
        def available():
            return True

        def compile(self, graph):
            return lambda *arrays: tuple(np.zeros(3) for _ in graph.outputs)
'''
USE_EXECUTOR = """
    import engine as tf
    from engine.executors.executor import executable

    f = tf.function(lambda x: x + 1.0)
    graph = f.get_concrete_function(tf.TensorSpec([3])).graph
    (result,) = executable(graph, "fortest")(None)
    assert result.tolist() == [0.0, 0.0, 0.0]
"""

FEATURE = '''
    """A feature made for a test."""

    from server.feature import feature


    @feature("graphlens/madeForTest")
    async def made_for_test(session, params):
        return {"answer": 42}
'''
USE_FEATURE = """
    import asyncio
    from server.app import create_server

    server, session = create_server()
    handler = server.protocol.fm.features["graphlens/madeForTest"]
    assert asyncio.run(handler(None)) == {"answer": 42}
"""

CASES = {
    "op": ("engine.ops", "made_for_test", OP, USE_OP),
    "rule": ("engine.lint.rules", "made_for_test", RULE, USE_RULE),
    "pass": ("engine.passes", "made_for_test", PASS, USE_PASS),
    "executor": ("engine.executors", "fortest_executor", EXECUTOR, USE_EXECUTOR),
    "feature": ("server.features", "made_for_test", FEATURE, USE_FEATURE),
}


@pytest.mark.parametrize("kind", CASES)
def test_one_file_is_enough(kind, tmp_path):
    package, module, file, use = CASES[kind]
    folder = tmp_path / "added"
    folder.mkdir()
    (folder / f"{module}.py").write_text(textwrap.dedent(file).lstrip(), encoding="utf-8")
    program = tmp_path / "program.py"
    program.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        f"import {package}\n{package}.__path__.append({str(folder)!r})\n" + textwrap.dedent(use),
        encoding="utf-8",
    )
    result = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
