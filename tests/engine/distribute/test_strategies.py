"""Strategies run a function for every replica; figures read off TensorFlow 2.21."""

import numpy as np
import pytest

import engine as tf


@pytest.fixture
def strategy():
    return tf.distribute.MirroredStrategy(devices=["cpu:0", "cpu:1"])


def test_every_replica_has_its_result(strategy):
    result = strategy.run(lambda x: x * 2.0, args=(tf.constant(1.5),))
    assert repr(result) == (
        "PerReplica:{\n"
        "  0: tf.Tensor(3.0, shape=(), dtype=float32),\n"
        "  1: tf.Tensor(3.0, shape=(), dtype=float32)\n"
        "}"
    )
    assert float(strategy.reduce("SUM", result, axis=None)) == 6.0
    assert float(strategy.reduce(tf.distribute.ReduceOp.MEAN, result, axis=None)) == 3.0


def test_replicas_know_their_number(strategy):
    def number():
        return tf.distribute.get_replica_context().replica_id_in_sync_group

    result = strategy.run(number)
    assert [int(v) for v in strategy.experimental_local_results(result)] == [0, 1]
    again = strategy.run(lambda n: n + 10, args=(result,))
    assert [int(v) for v in again.values] == [10, 11]
    assert strategy.run(lambda: None) is None


def test_scopes(strategy):
    assert not tf.distribute.has_strategy()
    assert tf.distribute.get_strategy().num_replicas_in_sync == 1
    with strategy.scope():
        assert tf.distribute.in_cross_replica_context()
        assert tf.distribute.get_strategy() is strategy
        other = tf.distribute.OneDeviceStrategy("cpu:0")
        with pytest.raises(RuntimeError, match="Mixing different"), other.scope():
            pass


def test_generators_made_in_a_scope_differ_between_replicas(strategy):
    with strategy.scope():
        g = tf.random.Generator.from_seed(1)
    found = [strategy.run(lambda: g.normal([])).values for _ in range(2)]
    np.testing.assert_allclose(found, [[-0.87930447, 0.020661574], [-1.5822568, 0.77539235]],
                               rtol=1e-6)  # fmt: skip
    outside = tf.random.Generator.from_seed(1)
    values = strategy.run(lambda: outside.normal([])).values
    np.testing.assert_allclose(values, [0.43842274, 1.6272374], rtol=1e-6)


def test_runs_inside_traced_functions(strategy):
    v = tf.Variable(0.0)

    @tf.function
    def step(x):
        return strategy.reduce("SUM", strategy.run(lambda: v.assign_add(x) * 1.0), axis=None)

    assert float(step(tf.constant(1.0))) == 3.0
    assert float(v) == 2.0


def test_batches_are_split(strategy):
    data = strategy.experimental_distribute_dataset(tf.data.Dataset.range(8).batch(4))
    parts = [[v.numpy().tolist() for v in batch.values] for batch in data]
    assert parts == [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]
    values = strategy.experimental_distribute_values_from_function(
        lambda context: context.replica_id_in_sync_group
    )
    assert values.values == (0, 1)


def test_reductions_across_running_replicas_are_refused(strategy):
    def reduce():
        return tf.distribute.get_replica_context().all_reduce("sum", tf.constant(1.0))

    with pytest.raises(NotImplementedError, match="one after the other"):
        strategy.run(reduce)
    assert float(tf.distribute.OneDeviceStrategy("cpu:0").run(reduce)) == 1.0


def test_one_processor_can_have_several_names():
    (cpu,) = tf.config.list_physical_devices("CPU")
    one = tf.config.LogicalDeviceConfiguration()
    try:
        tf.config.set_logical_device_configuration(cpu, [one, one])
        names = [device.name for device in tf.config.list_logical_devices("CPU")]
        assert names == ["/device:CPU:0", "/device:CPU:1"]
        assert len(tf.config.get_logical_device_configuration(cpu)) == 2
    finally:
        tf.config.set_logical_device_configuration(cpu, [one])
