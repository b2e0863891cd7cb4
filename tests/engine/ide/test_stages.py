"""What runs in the graph and what in Python, name by name."""

from __future__ import annotations

from engine.ide.snapshot import Snapshot

SOURCE = """import engine as tf

v = tf.Variable(1.0)


@tf.function
def step(x):
    print(x)
    tf.print(x)
    v.assign(x)
    return tf.tanh(x)
"""


def test_calls_of_ops_are_in_the_graph_even_without_a_result():
    found = {
        SOURCE[one.span.start : one.span.end]: one.stage
        for one in Snapshot("a.py", SOURCE).stages
        if one.kind == "call"
    }
    # `print` stands for the last of the two, `tf.print`.
    assert found == {"print": "graph", "assign": "graph", "tanh": "graph"}


def test_python_print_is_in_python():
    calls = [one for one in Snapshot("a.py", SOURCE).stages if one.kind == "call"]
    assert calls[0].stage == "python"
    assert SOURCE[calls[0].span.start : calls[0].span.end] == "print"


def test_a_number_that_a_graph_loop_changes_is_in_the_graph():
    text = (
        "import engine as tf\n@tf.function\ndef count(n):\n    total = 0\n"
        "    for i in tf.range(n):\n        total += 1\n    return total\n"
    )
    found = [
        (text[: one.span.start].count("\n") + 1, one.stage)
        for one in Snapshot("a.py", text).stages
        if text[one.span.start : one.span.end] == "total"
    ]
    assert found == [(4, "python"), (6, "graph"), (7, "graph")]


def test_what_depends_on_the_caller_is_said_to():
    text = (
        "import engine as tf\n@tf.function\ndef f(n):\n    while n > 1:\n        n = n // 2\n"
        "    if n:\n        n = 1\n    for i in n:\n        pass\n"
        "    for i in range(3):\n        pass\n"
        "    return n\n"
    )
    snapshot = Snapshot("a.py", text)
    found = {text[: one.offset].count("\n") + 1: one.label for one in snapshot.hints}
    assert found == {
        4: "graph or unrolled",
        6: "graph or Python",
        8: "graph or unrolled",
        10: "unrolled ×3",
    }
