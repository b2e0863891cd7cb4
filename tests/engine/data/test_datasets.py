"""Datasets: expressions with TensorFlow's answers, and loops over datasets in graphs."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine as tf
from tests.engine.answers import check

D = tf.data.Dataset
Pair = collections.namedtuple("P", ["a", "b"])
SHUFFLED = ("shuffle", "random")
variable = tf.Variable(2, dtype=tf.int64)


def as_list(dataset: Any) -> list[Any]:
    return list(dataset.as_numpy_iterator())


def count() -> Iterator[int]:
    yield from range(3)


def rows() -> Iterator[tuple[int, list[int]]]:
    for i in range(3):
        yield i, [1] * i


def call(python_function: Any, *args: Any) -> Any:
    return tf.function(python_function)(*args)


def first_two(dataset: Any) -> list[Any]:
    iterator = iter(dataset)
    return [next(iterator), next(iterator)]


@tf.function
def total(dataset):
    result = tf.constant(0, tf.int64)
    for x in dataset:
        result += x
    return result


@tf.function
def stopped(dataset):
    result = tf.constant(0, tf.int64)
    for i, x in dataset.enumerate():
        if x > 3:
            break
        result += x * i
    return result


@tf.function
def odd_sum(n):
    result = tf.constant(0, tf.int64)
    for x in D.range(n):
        if x % 2 == 0:
            continue
        result += x
    return result


@tf.function
def products(values):
    result = tf.constant(0)
    for a, b in D.from_tensor_slices((values, values * 2)).batch(2):
        result += tf.reduce_sum(a * b)
    return result


@tf.function
def captured(values):
    result = tf.constant(0)
    for a in D.from_tensor_slices(values).map(lambda x: x * values[0] + 1):
        result += a
    return result


@tf.function
def reduced(n):
    return D.range(n).reduce(tf.constant(0, tf.int64), lambda s, x: s + x)


NAMES = {
    "tf": tf, "np": np, "D": D, "L": as_list, "gen": count, "gen2": rows, "F": call, "P": Pair,
    "total": total, "brk": stopped, "inner": odd_sum, "slices": products, "cap": captured,
    "red": reduced, "two": first_two, "v": variable,
}  # fmt: skip


@pytest.mark.parametrize("name", ["answers", "grouping"])
def test_answers(name: str) -> None:
    def compute(source: str) -> Any:
        if any(word in source for word in SHUFFLED):
            tf.random.set_seed(7)
        return eval(source, dict(NAMES))

    check(Path(__file__).parent / f"{name}.txt", compute)


def test_variables_change_between_readings() -> None:
    scale = tf.Variable(1, dtype=tf.int64)
    dataset = D.range(3).map(lambda x: x * scale)
    first = as_list(dataset)
    scale.assign(10)
    assert (first, as_list(dataset)) == ([0, 1, 2], [0, 10, 20])


def test_training_loop_in_a_graph() -> None:
    weight = tf.Variable(0.0)
    examples = D.from_tensor_slices(([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])).repeat(20).batch(3)

    @tf.function
    def train():
        for x, y in examples:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((x * weight - y) ** 2)
            weight.assign_sub(0.1 * tape.gradient(loss, weight))

    train()
    assert abs(float(weight.numpy()) - 2.0) < 1e-3


def test_each_call_of_a_graph_reads_from_the_beginning() -> None:
    dataset = D.range(4)
    assert [int(total(dataset)), int(total(dataset))] == [6, 6]


def test_iterator_inside_a_graph_goes_on() -> None:
    iterator = iter(D.range(5))

    @tf.function
    def step():
        return next(iterator)

    assert [int(step()), int(step()), int(next(iterator))] == [0, 1, 2]


def test_end_of_sequence_is_an_error_of_the_graph() -> None:
    iterator = iter(D.range(1))
    next(iterator)
    with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
        iterator.get_next()


def test_nested_loops_over_datasets() -> None:
    @tf.function
    def pairs():
        found = tf.constant(0, tf.int64)
        for a in D.range(3):
            for b in D.range(a):
                found += a * 10 + b
        return found

    assert int(pairs()) == 51


def test_text_lines(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    dataset = tf.data.TextLineDataset(str(tmp_path / "a.txt"))
    assert as_list(dataset) == [b"one", b"two"]
    assert as_list(D.list_files(str(tmp_path / "*.txt"), shuffle=False)) == [
        str(tmp_path / "a.txt").encode()
    ]
