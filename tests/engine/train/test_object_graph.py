"""Checkpoints match objects by their place in the graph of objects, now and later."""

import numpy as np
import pytest

import engine as tf


class Lazy(tf.Module):
    """Makes its variable on the first call."""

    def __init__(self):
        super().__init__()
        self.ready = False

    def __call__(self, x):
        if not self.ready:
            self.w = tf.Variable(tf.zeros([2]))
            self.ready = True
        return x * self.w


def test_variables_made_later_take_their_value(tmp_path):
    first = Lazy()
    first(1.0)
    first.w.assign([3.0, 4.0])
    path = tf.train.Checkpoint(model=first).write(str(tmp_path / "c"))
    second = Lazy()
    status = tf.train.Checkpoint(model=second).restore(path)
    with pytest.raises(AssertionError, match="Unresolved object"):
        status.assert_consumed()
    np.testing.assert_array_equal(second(1.0), [3.0, 4.0])
    status.assert_consumed()


def test_later_variables_inside_a_traced_function(tmp_path):
    first = Lazy()
    first(1.0)
    first.w.assign([3.0, 4.0])
    path = tf.train.Checkpoint(model=first).write(str(tmp_path / "c"))
    second = Lazy()
    tf.train.Checkpoint(model=second).restore(path)
    np.testing.assert_array_equal(tf.function(second)(tf.constant(2.0)), [6.0, 8.0])


def test_shared_variables_are_found_under_any_of_their_names(tmp_path):
    shared = tf.Variable(5.0)
    path = tf.train.Checkpoint(a=shared, b=tf.Module(name="m"), c=[shared]).write(
        str(tmp_path / "c")
    )
    assert len(tf.train.list_variables(path)) == 2
    other = tf.Variable(0.0)
    tf.train.Checkpoint(c=[other]).restore(path)
    assert other.numpy() == 5.0


def test_slots_of_optimizers_come_back_when_they_are_made(tmp_path):
    def run(steps, rule, v):
        for _ in range(steps):
            rule.apply_gradients([(tf.constant([1.0, 0.5]), v)])

    v, rule = tf.Variable([1.0, 1.0]), tf.keras.optimizers.Adam(0.1)
    run(3, rule, v)
    path = tf.train.Checkpoint(v=v, rule=rule).write(str(tmp_path / "c"))
    run(2, rule, v)
    w, again = tf.Variable([0.0, 0.0]), tf.keras.optimizers.Adam(0.1)
    tf.train.Checkpoint(v=w, rule=again).restore(path)
    run(2, again, w)
    np.testing.assert_allclose(w.numpy(), v.numpy(), rtol=1e-6)
    assert int(again.iterations) == 5


def test_layers_are_restored_when_they_are_built(tmp_path):
    x = tf.ones([1, 3])
    first = tf.keras.Sequential([tf.keras.layers.Dense(2), tf.keras.layers.Dense(1)])
    expected = first(x)
    path = tf.train.Checkpoint(net=first).write(str(tmp_path / "c"))
    second = tf.keras.Sequential([tf.keras.layers.Dense(2), tf.keras.layers.Dense(1)])
    tf.train.Checkpoint(net=second).restore(path)
    np.testing.assert_allclose(second(x), expected)


def test_datasets_go_on_where_they_were(tmp_path):
    iterator = iter(tf.data.Dataset.range(10))
    next(iterator), next(iterator)
    path = tf.train.Checkpoint(it=iterator).write(str(tmp_path / "c"))
    again = iter(tf.data.Dataset.range(10))
    tf.train.Checkpoint(it=again).restore(path)
    assert int(next(again)) == 2


def test_generators_go_on_where_they_were(tmp_path):
    g = tf.random.Generator.from_seed(1)
    path = tf.train.Checkpoint(g=g).write(str(tmp_path / "c"))
    expected = g.normal([2])
    other = tf.random.Generator.from_seed(7)
    tf.train.Checkpoint(g=other).restore(path)
    np.testing.assert_array_equal(other.normal([2]), expected)


def test_lists_of_checkpoints_restore_what_is_appended(tmp_path):
    path = tf.train.Checkpoint(parts=[tf.Variable(1.0), tf.Variable(2.0)]).save(str(tmp_path / "c"))
    root = tf.train.Checkpoint(parts=[])
    root.restore(path)
    v = tf.Variable(0.0)
    root.parts.append(v)
    assert v.numpy() == 1.0
    assert repr(tf.train.Checkpoint(parts=[]).parts) == "ListWrapper([])"


def test_objects_without_state_are_refused():
    with pytest.raises(ValueError, match="was expecting step to be a trackable object"):
        tf.train.Checkpoint(step=3)


def test_shapes_must_fit(tmp_path):
    path = tf.train.Checkpoint(v=tf.Variable([1.0, 2.0])).write(str(tmp_path / "c"))
    with pytest.raises(ValueError, match="Received incompatible tensor with shape"):
        tf.train.Checkpoint(v=tf.Variable(1.0)).restore(path)


def test_the_reader_knows_shapes_and_dtypes(tmp_path):
    tf.train.Checkpoint(v=tf.Variable([1.0, 2.0])).save(str(tmp_path / "c"))
    reader = tf.train.load_checkpoint(str(tmp_path))
    key = "v/.ATTRIBUTES/VARIABLE_VALUE"
    assert reader.get_variable_to_shape_map()[key] == [2]
    assert reader.get_variable_to_dtype_map()[key] == tf.float32
    with pytest.raises(tf.errors.NotFoundError, match="Key w not found"):
        reader.get_tensor("w")
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert state.model_checkpoint_path.endswith("c-1")
