"""The short cut of repeated calls answers what the long way answers."""

import collections
import gc
import weakref

import numpy as np
import pytest

import engine as tf

REPEATED = 5


def warmed(function, *args, **kwargs):
    for _ in range(REPEATED):
        result = function(*args, **kwargs)
    return result


def test_a_repeated_call_takes_the_short_cut():
    f = tf.function(lambda x, y: x + y)
    assert warmed(f, tf.constant(1.5), tf.constant(2.0)).numpy() == 3.5
    assert len(f._guards) == 1
    assert f.experimental_get_tracing_count() == 1


def test_other_dtypes_shapes_and_values_are_told_apart():
    f = tf.function(lambda x, n: x * n)
    warmed(f, tf.constant(2.0), 3)
    assert f(tf.constant(2), 3).dtype is tf.int32
    assert f(tf.constant([2.0, 1.0]), 3).numpy().tolist() == [6.0, 3.0]
    assert f(tf.constant(2.0), 4).numpy() == 8.0
    assert f(tf.constant(2.0), 3).numpy() == 6.0
    assert f(tf.constant(2.0), tf.constant(5.0)).numpy() == 10.0
    assert f.experimental_get_tracing_count() == 5


def test_true_and_one_are_different_arguments():
    f = tf.function(lambda x, flag: x + 1.0 if flag is True else x)
    assert warmed(f, tf.constant(0.0), True).numpy() == 1.0
    x = tf.constant(0.0)
    assert type(f(x, flag=True).numpy()) is np.float32
    assert f(x, False).numpy() == 0.0


def test_structures_keep_their_kind_and_order():
    Pair = collections.namedtuple("Pair", "first second")

    @tf.function
    def f(tree):
        return {"sum": tree["a"] + tree["b"][0], "pair": Pair(tree["a"], None)}, [tree["b"][1]]

    tree = {"b": (tf.constant(2.0), tf.constant(3.0)), "a": tf.constant(1.0)}
    found, rest = warmed(f, tree)
    assert list(found) == ["sum", "pair"]
    assert found["sum"].numpy() == 3.0
    assert isinstance(found["pair"], Pair)
    assert found["pair"].second is None
    assert rest[0].numpy() == 3.0
    with pytest.raises(KeyError):
        f({"a": tf.constant(1.0), "c": tree["b"]})


def test_keyword_arguments_in_any_order():
    f = tf.function(lambda x, y: x - y)
    one, two = tf.constant(1.0), tf.constant(2.0)
    assert warmed(f, y=one, x=two).numpy() == 1.0
    assert warmed(f, x=one, y=two).numpy() == -1.0
    assert warmed(f, two, y=two).numpy() == 0.0


def test_the_same_tensor_twice():
    f = tf.function(lambda x, y: x - y * 2.0)
    x = tf.constant(1.0)
    assert warmed(f, x, x).numpy() == -1.0
    assert f(x, tf.constant(5.0)).numpy() == -9.0
    assert f(tf.constant(5.0), x).numpy() == 3.0


def test_variables_are_read_when_the_function_runs():
    v, w = tf.Variable(1.0), tf.Variable(10.0)
    captured = tf.function(lambda x: x * v)
    given = tf.function(lambda x, variable: x * variable)
    x = tf.constant(3.0)
    warmed(captured, x)
    warmed(given, x, v)
    v.assign(2.0)
    assert captured(x).numpy() == 6.0
    assert given(x, v).numpy() == 6.0
    assert given(x, w).numpy() == 30.0


def test_tapes_still_see_the_call():
    f = tf.function(lambda x: x * x)
    x = tf.constant(3.0)
    warmed(f, x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert tape.gradient(y, x).numpy() == 6.0


def test_functions_inside_functions_are_recorded():
    inner = tf.function(lambda x: x + 1.0)
    warmed(inner, tf.constant(1.0))
    outer = tf.function(lambda x: inner(x) * 2.0)
    assert outer(tf.constant(1.0)).numpy() == 4.0


def test_running_as_python_is_respected():
    seen = []

    @tf.function
    def f(x):
        seen.append(1)
        return x

    warmed(f, tf.constant(1.0))
    tf.config.run_functions_eagerly(True)
    try:
        f(tf.constant(1.0))
    finally:
        tf.config.run_functions_eagerly(False)
    assert len(seen) == 2


def test_many_kinds_of_calls_share_one_function():
    f = tf.function(lambda x: tf.reduce_sum(x))
    for size in range(1, 9):
        assert warmed(f, tf.ones([size])).numpy() == size
    assert len(f._guards) <= 4


def test_objects_are_not_kept_alive():
    class Settings:
        scale = 2.0

    f = tf.function(lambda x, settings: x * settings.scale)
    settings = Settings()
    assert warmed(f, tf.constant(3.0), settings).numpy() == 6.0
    other = Settings()
    other.scale = 5.0
    assert f(tf.constant(3.0), other).numpy() == 15.0
    gone = weakref.ref(settings)
    del settings
    gc.collect()
    assert gone() is None


def test_a_failure_by_the_short_cut_names_the_node():
    f = tf.function(lambda x, n: tf.reshape(x, [n]))
    warmed(f, tf.ones([4]), tf.constant(4))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Graph execution error") as caught:
        f(tf.ones([4]), tf.constant(3))
    assert caught.value.op.type == "Reshape"
