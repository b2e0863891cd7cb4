"""A traced function as texts."""

from __future__ import annotations

import re

import engine as tf
from engine.worker.graphs import graph_texts


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
