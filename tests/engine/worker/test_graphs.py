"""A traced function as texts."""

from __future__ import annotations

import importlib
import re

import engine as tf
from engine.worker.graphs import graph_texts, picture, traces


def test_the_generated_program_names_the_op_of_each_line():
    @tf.function
    def shrink(x):
        while tf.reduce_sum(x) > 1:
            x = tf.tanh(x)
        return x

    texts = graph_texts(shrink.get_concrete_function(tf.constant([1.0, 2.0])).graph, __file__)
    program = texts["python"].split("\n")
    ops = {
        line: re.findall(r"  # (\w+)$", program[line]) for line, _ in texts["lineMaps"]["python"]
    }
    assert [["While"], ["Sum"], ["Greater"], ["Tanh"]] == list(ops.values())
    compile(texts["python"], "generated", "exec")


def test_traces_name_the_arguments_that_differ():
    @tf.function
    def add(x, y=2):
        return x + y

    add(3)
    add(tf.constant(1), 5)
    first, second = traces(add)
    assert first["signature"] == "(x=3, y=2)"
    assert second["signature"] == "(x=int32[], y=5)"
    assert second["reason"].startswith("x was 3, is int32[]; y was 2, is 5")


def test_traces_of_a_method_leave_self_out():
    class Model(tf.Module):
        @tf.function
        def step(self, x, *more):
            return x + sum(more)

    model = Model()
    model.step(tf.constant(1), 2)
    (only,) = traces(model.step)
    assert only["signature"] == "(x=int32[], argument 2=2)"


def test_what_nothing_needs_is_marked_and_left_out_of_one_text():
    counter = tf.Variable(0)

    @tf.function
    def step(x):
        tf.sin(x)
        for i in tf.range(3):
            tf.cos(x)
            counter.assign_add(i)
        return x + 1.0

    graph = step.get_concrete_function(tf.constant(1.0)).graph
    texts = graph_texts(graph, __file__)
    assert "Sin" in texts["traced"]
    assert "Cos" in texts["traced"]
    assert not re.search("Sin|Cos", texts["used"])
    assert "AssignAdd" in texts["used"]
    assert re.search(
        r"^  # \d+ nodes that nothing needs are left out$", texts["used"], re.MULTILINE
    )
    assert re.search(
        r"^      # \d+ nodes? that nothing needs (is|are) left out$", texts["used"], re.M
    )
    drawn = picture(graph)
    body = next(node for node in drawn["nodes"] if node["op"] == "While")["graphs"]["body"]
    unused = {node["op"] for node in (*drawn["nodes"], *body["nodes"]) if node["unused"]}
    assert {"Sin", "Cos"} <= unused
    assert not unused & {"While", "AssignAddVariableOp", "Placeholder"}


def test_where_all_is_used_nothing_is_said_of_it():
    @tf.function
    def step(x):
        return tf.sin(x)

    texts = graph_texts(step.get_concrete_function(tf.constant(1.0)).graph, __file__)
    assert texts["used"] == texts["traced"]


def test_lines_of_other_files_are_no_lines_of_this_one(tmp_path, monkeypatch):
    (tmp_path / "elsewhere.py").write_text(
        "import engine as tf\ndef wave(x):\n    return tf.sin(x)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    wave = importlib.import_module("elsewhere").wave

    @tf.function
    def step(x):
        return tf.cos(wave(x))

    texts = graph_texts(step.get_concrete_function(tf.constant(1.0)).graph, __file__)
    assert "# elsewhere.py:3" in texts["traced"]
    here = step.python_function.__code__.co_firstlineno + 1
    lines = {name: [line for _, line in pairs] for name, pairs in texts["lineMaps"].items()}
    assert lines["optimized"] == [here]
    assert here in lines["traced"]
    assert 2 not in [line for told in lines.values() for line in told]


def test_variables_are_called_by_their_names():
    weights = tf.Variable([1.0, 2.0], name="weights")

    @tf.function
    def step(x):
        return x * weights

    drawn = picture(step.get_concrete_function(tf.constant(1.0)).graph)
    labels = [node["label"] for node in drawn["nodes"] if node["kind"] == "input"]
    assert labels == ["x", "weights"]
