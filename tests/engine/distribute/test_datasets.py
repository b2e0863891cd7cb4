"""Distributed datasets in loops, as TensorFlow runs and refuses them."""

from __future__ import annotations

import pytest

import engine as tf


@pytest.fixture
def two_replicas():
    cpu = tf.config.list_physical_devices("CPU")[0]
    one = tf.config.LogicalDeviceConfiguration()
    tf.config.set_logical_device_configuration(cpu, [one, one])
    yield tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    tf.config.set_logical_device_configuration(cpu, [one])


def divided(strategy, values=None):
    values = tf.reshape(tf.range(12), (3, 4)) if values is None else values
    dataset = tf.data.Dataset.from_tensor_slices(values)
    return strategy.experimental_distribute_dataset(dataset)


def over_the_dataset(strategy, dataset):
    total = tf.constant([0, 0])
    for value in dataset:
        total = total * 10 + strategy.reduce("SUM", value, axis=None)
    return total


def over_an_iterator(strategy, dataset):
    total = tf.constant([0, 0])
    for value in iter(dataset):
        total = total * 10 + strategy.reduce("SUM", value, axis=None)
    return total


def two_elements(strategy, dataset):
    elements = iter(dataset)
    first = strategy.reduce("SUM", next(elements), axis=None)
    return first * 10 + strategy.reduce("SUM", next(elements), axis=None)


@pytest.mark.parametrize("function", [over_the_dataset, over_an_iterator, two_elements])
def test_loops_in_functions_answer_what_they_answer_eagerly(two_replicas, function):
    assert two_replicas.num_replicas_in_sync == 2
    eager = function(two_replicas, divided(two_replicas))
    traced = tf.function(function)(two_replicas, divided(two_replicas))
    assert eager.numpy().tolist() == traced.numpy().tolist()


def test_the_sums_are_those_of_the_parts(two_replicas):
    dataset = divided(two_replicas)
    found = [two_replicas.reduce("SUM", value, axis=None).numpy().tolist() for value in dataset]
    assert found == [[2, 4], [10, 12], [18, 20]]


def test_reading_past_the_end_in_a_function(two_replicas):
    @tf.function
    def f(dataset, go_on):
        elements = iter(dataset)
        while go_on:
            two_replicas.reduce("SUM", next(elements), axis=None)

    with pytest.raises(tf.errors.OutOfRangeError):
        f(divided(two_replicas), tf.constant(True))


def changed_dtype(n):
    return tf.constant(0), tf.constant(0.0), TypeError, "dtype int32 before the loop"


def changed_shape(n):
    return tf.constant([1]), tf.constant([1, 1]), ValueError, r"shape \(1,\) before the loop"


@pytest.mark.parametrize("change", [changed_dtype, changed_shape])
def test_loop_variables_keep_dtype_and_shape(two_replicas, change):
    before, after, error, message = change(0)

    @tf.function
    def f(dataset):
        n = before
        for _ in dataset:
            n = after
        return n

    with pytest.raises(error, match=message):
        f(divided(two_replicas))


def test_break_and_enumerate_are_refused_in_functions(two_replicas):
    @tf.function
    def stops(dataset):
        n = tf.constant(0)
        for _ in dataset:
            n += 1
            break
        return n

    @tf.function
    def counts(dataset):
        n = tf.constant(0)
        for i, _ in enumerate(dataset):
            n += i
        return n

    with pytest.raises(NotImplementedError, match="break and return statements"):
        stops(divided(two_replicas))
    with pytest.raises(NotImplementedError, match="counter"):
        counts(divided(two_replicas))


def test_one_replica_takes_elements_as_they_are():
    strategy = tf.distribute.OneDeviceStrategy("cpu:0")
    dataset = strategy.experimental_distribute_dataset(tf.data.Dataset.range(3))
    assert [int(value) for value in dataset] == [0, 1, 2]
