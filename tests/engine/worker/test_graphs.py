"""A traced function as texts."""

from __future__ import annotations

import re

import engine as tf
from engine.worker.graphs import graph_texts, traces


def test_the_generated_program_names_the_op_of_each_line():
    @tf.function
    def shrink(x):
        while tf.reduce_sum(x) > 1:
            x = tf.tanh(x)
        return x

    texts = graph_texts(shrink.get_concrete_function(tf.constant([1.0, 2.0])).graph)
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
