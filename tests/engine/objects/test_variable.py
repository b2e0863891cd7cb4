"""Variables, tensor arrays, modules, functional ops."""

import copy
import pickle

import numpy as np
import pytest

import engine as tf


def test_repr_and_properties():
    v = tf.Variable([1.0, 2.0], name="weights")
    assert repr(v) == (
        "<tf.Variable 'weights:0' shape=(2,) dtype=float32, numpy=array([1., 2.], dtype=float32)>"
    )
    assert (v.shape, v.dtype, v.name, v.trainable) == ((2,), tf.float32, "weights:0", True)


def test_assignments_check_dtype_and_shape():
    v = tf.Variable([1.0, 2.0])
    with pytest.raises(ValueError, match="Shape mismatch"):
        v.assign([1.0, 2.0, 3.0])
    v.assign_add([1.0, 1.0])
    v.assign_sub([0.5, 0.5])
    np.testing.assert_array_equal(v.numpy(), [1.5, 2.5])


def test_augmented_assignment_is_refused():
    v = tf.Variable(1.0)
    with pytest.raises(RuntimeError, match="assign_add"):
        v += 1.0


def test_slices_and_scatter():
    v = tf.Variable([1.0, 2.0, 3.0, 4.0])
    v[1:3].assign([9.0, 8.0])
    v.scatter_nd_add([[0], [3]], [10.0, 10.0])
    np.testing.assert_array_equal(v.numpy(), [11.0, 9.0, 8.0, 14.0])

    @tf.function
    def f():
        v[0].assign(0.0)
        return v + 1.0

    np.testing.assert_array_equal(f(), [1.0, 10.0, 9.0, 15.0])


def test_shape_may_be_declared_open():
    v = tf.Variable([1.0], shape=tf.TensorShape([None]))
    v.assign([1.0, 2.0])
    assert v.numpy().tolist() == [1.0, 2.0]


def test_copies_are_apart():
    v = tf.Variable(1.0)
    twin = copy.deepcopy(v)
    v.assign(5.0)
    assert float(twin) == 1.0


def test_tensors_pickle_and_variables_hash_by_reference():
    x = tf.constant([1, 2])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(x)), x)
    v = tf.Variable(1.0)
    assert {v.ref(): 1}[v.ref()] == 1
    with pytest.raises(TypeError, match="unhashable"):
        hash(v)


def test_no_initial_value():
    with pytest.raises(ValueError, match="initial_value"):
        tf.Variable(None)


def test_initial_values_are_lifted_out_of_functions():
    made = []

    @tf.function
    def f(x):
        if not made:
            made.append(tf.Variable(tf.ones([2]) * 3.0))
        return made[0] * x

    np.testing.assert_array_equal(f(tf.constant(2.0)), [6.0, 6.0])
    assert made[0].numpy().tolist() == [3.0, 3.0]


def test_tensor_array_in_eager_and_traced_code():
    def squares(n):
        array = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
        for i in tf.range(n):
            array = array.write(i, i * i)
        return array.stack()

    np.testing.assert_array_equal(squares(4), [0, 1, 4, 9])
    np.testing.assert_array_equal(tf.function(squares)(tf.constant(4)), [0, 1, 4, 9])


def test_tensor_array_unstack_gather_concat_split():
    array = tf.TensorArray(tf.float32, 3).unstack([[1.0], [2.0], [3.0]])
    np.testing.assert_array_equal(array.gather([2, 0]), [[3.0], [1.0]])
    np.testing.assert_array_equal(array.concat(), [1.0, 2.0, 3.0])
    cut = tf.TensorArray(tf.float32, 2, infer_shape=False).split([1.0, 2.0, 3.0], [1, 2])
    np.testing.assert_array_equal(cut.read(1), [2.0, 3.0])


def test_writing_past_a_fixed_size_is_refused():
    array = tf.TensorArray(tf.float32, 2)
    with pytest.raises(tf.errors.OutOfRangeError, match="not resizeable"):
        array.write(2, 1.0)


def test_modules_find_their_variables():
    class Inner(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(1.0, name="w")

    class Outer(tf.Module):
        def __init__(self):
            super().__init__(name="outer")
            self.parts = {"b": Inner(), "a": [Inner()]}
            self.c = tf.Variable(2.0, trainable=False, name="c")

    outer = Outer()
    assert [v.name for v in outer.variables] == ["c:0", "w:0", "w:0"]
    assert len(outer.trainable_variables) == 2
    assert len(outer.submodules) == 2


@pytest.mark.parametrize("wrap", [lambda f: f, tf.function], ids=["eager", "traced"])
def test_functions_over_elements(wrap):
    x = tf.constant([1.0, 2.0, 3.0])
    mapped = wrap(lambda x: tf.map_fn(lambda e: e * e, x))(x)
    scanned = wrap(lambda x: tf.scan(lambda a, e: a + e, x))(x)
    folded = wrap(lambda x: tf.foldr(lambda a, e: a - e, x, initializer=0.0))(x)
    np.testing.assert_array_equal(mapped, [1.0, 4.0, 9.0])
    np.testing.assert_array_equal(scanned, [1.0, 3.0, 6.0])
    assert float(folded) == -6.0


def test_numpy_function_runs_at_run_time():
    calls = []

    def host(x):
        calls.append(x.tolist())
        return x + 1

    @tf.function
    def f(x):
        return tf.numpy_function(host, [x], tf.int32)

    f(tf.constant([1]))
    f(tf.constant([5]))
    assert calls == [[1], [5]]
