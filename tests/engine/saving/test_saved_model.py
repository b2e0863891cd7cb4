"""Saved models: what is loaded computes the same, and knows nothing of the Python code."""

import json

import numpy as np
import pytest

import engine as tf


class Net(tf.Module):
    """Variables, parts, and functions with control flow."""

    def __init__(self):
        super().__init__()
        self.w = tf.Variable([1.0, 2.0], name="w")
        self.table = {"a": tf.Variable(3), "b": [tf.Variable("text")]}
        self.pair = (tf.Variable(1.0), tf.Variable(2.0))

    @tf.function
    def __call__(self, x, scale=2.0):
        total = tf.zeros_like(x)
        for i in tf.range(3):
            if i > 0:
                total += x * self.w * scale
        return {"total": total, "parts": [x, total[0]]}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def double(self, x):
        return x * 2.0

    @tf.function
    def count(self):
        self.table["a"].assign_add(1)
        return self.table["a"].read_value()


def saved(tmp_path, net):
    tf.saved_model.save(net, tmp_path / "m")
    return tf.saved_model.load(tmp_path / "m")


def test_functions_compute_the_same(tmp_path):
    net, x = Net(), tf.constant([3.0, 4.0])
    expected = net(x)
    loaded = saved(tmp_path, net)
    found = loaded(x)
    np.testing.assert_array_equal(found["total"], expected["total"])
    np.testing.assert_array_equal(found["parts"][1], expected["parts"][1])
    np.testing.assert_array_equal(loaded.double([1.0, 2.0, 3.0]), [2.0, 4.0, 6.0])


def test_variables_and_containers_come_back(tmp_path):
    loaded = saved(tmp_path, Net())
    assert isinstance(loaded.w, tf.Variable)
    assert loaded.w.name == "w:0"
    assert loaded.table["b"][0].numpy() == b"text"
    assert [v.numpy() for v in loaded.pair] == [1.0, 2.0]
    assert type(loaded).__name__ == "_UserObject"


def test_state_is_separate_from_the_original(tmp_path):
    net = Net()
    net.count()
    loaded = saved(tmp_path, net)
    assert int(loaded.count()) == 5
    assert int(net.table["a"]) == 4


def test_gradients_reach_the_loaded_variables(tmp_path):
    net, x = Net(), tf.constant([3.0, 4.0])
    net(x)
    loaded = saved(tmp_path, net)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(loaded(x)["total"])
    np.testing.assert_allclose(tape.gradient(y, loaded.w), [12.0, 16.0])


def test_calls_that_were_not_traced_are_refused(tmp_path):
    net = Net()
    net(tf.constant([3.0, 4.0]))
    loaded = saved(tmp_path, net)
    with pytest.raises(ValueError, match="Could not find matching concrete function"):
        loaded(tf.constant([[3.0, 4.0]]))
    with pytest.raises(ValueError, match="Found zero restored functions"):
        loaded.count()


def test_a_loaded_model_can_be_saved_again(tmp_path):
    net, x = Net(), tf.constant([3.0, 4.0])
    expected = net(x)["total"]
    once = saved(tmp_path, net)
    tf.saved_model.save(once, tmp_path / "again")
    twice = tf.saved_model.load(tmp_path / "again")
    np.testing.assert_array_equal(twice.double([1.0]), [2.0])
    np.testing.assert_array_equal(twice(x)["total"], expected)


def test_signatures_are_called_by_name(tmp_path):
    net = Net()
    tf.saved_model.save(net, tmp_path / "m", signatures={"twice": net.double})
    loaded = tf.saved_model.load(tmp_path / "m")
    twice = loaded.signatures["twice"]
    np.testing.assert_array_equal(twice(x=tf.constant([2.0]))["output_0"], [4.0])
    assert twice.structured_input_signature[1]["x"].dtype == tf.float32
    with pytest.raises(TypeError, match="keyword"):
        twice(y=tf.constant([2.0]))


def test_untracked_variables_are_refused(tmp_path):
    outside = tf.Variable(1.0)

    class Bad(tf.Module):
        @tf.function(input_signature=[])
        def f(self):
            return outside + 1.0

    with pytest.raises(AssertionError, match="untracked"):
        tf.saved_model.save(Bad(), tmp_path / "m")


def test_python_code_is_refused(tmp_path):
    class Bad(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def f(self, x):
            return tf.py_function(lambda t: t, [x], tf.float32)

    with pytest.raises(NotImplementedError, match="cannot be saved"):
        tf.saved_model.save(Bad(), tmp_path / "m")


def test_only_objects_with_state_are_saved(tmp_path):
    with pytest.raises(ValueError, match="Expected an object of type `Trackable`"):
        tf.saved_model.save(3, tmp_path / "m")


def test_gradients_of_ones_own_are_saved(tmp_path):
    @tf.custom_gradient
    def doubled(x):
        return tf.identity(x), lambda dy: dy * 2.0

    class Own(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def f(self, x):
            return doubled(x) * 3.0

    loaded = saved(tmp_path, Own())
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = loaded.f(x)
    assert float(tape.gradient(y, x)) == 6.0


def test_random_numbers_go_on(tmp_path):
    class Dice(tf.Module):
        def __init__(self):
            super().__init__()
            self.g = tf.random.Generator.from_seed(3)

        @tf.function(input_signature=[])
        def roll(self):
            return self.g.normal([2])

    dice = Dice()
    loaded = saved(tmp_path, dice)
    np.testing.assert_array_equal(loaded.roll(), dice.roll())


def test_keras_models_have_a_signature(tmp_path):
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])
    loaded = saved(tmp_path, model)
    x = tf.ones([4, 3])
    (name,) = loaded.signatures["serving_default"].inputs
    found = loaded.signatures["serving_default"](**{name: x})["output_0"]
    np.testing.assert_allclose(found, model(x), rtol=1e-6)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": 1}', b"\xff\xfe"])
def test_damaged_files_are_refused(tmp_path, content):
    saved(tmp_path, Net())
    (tmp_path / "m" / "saved_model.json").write_bytes(content)
    with pytest.raises(ValueError, match="holds no saved model"):
        tf.saved_model.load(tmp_path / "m")


def test_missing_folders_are_refused(tmp_path):
    with pytest.raises(OSError, match="SavedModel file does not exist"):
        tf.saved_model.load(tmp_path / "none")
    assert not tf.saved_model.contains_saved_model(tmp_path / "none")


def test_files_are_plain_data(tmp_path):
    net = Net()
    net(tf.constant([3.0, 4.0]))
    saved(tmp_path, net)
    data = json.loads((tmp_path / "m" / "saved_model.json").read_text())
    assert data["format"] == "graphlens-saved-model"
    np.load(tmp_path / "m" / "variables" / "variables.npz", allow_pickle=False)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "bool", "uint8", "int64", "complex64"])
def test_values_of_every_dtype_come_back(tmp_path, dtype):
    net = tf.Module()
    value = tf.cast(tf.constant([[0.0, 1.5], [-2.0, 3.25]]), dtype)
    net.held = tf.Variable(value)
    net.give = tf.function(lambda: value, input_signature=[])
    loaded = saved(tmp_path, net)
    for found in (loaded.held.read_value(), loaded.give()):
        assert found.dtype == dtype
        assert found.numpy().tobytes() == value.numpy().tobytes()
        assert found.shape == (2, 2)
