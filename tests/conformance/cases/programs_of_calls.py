"""Errors, checks, effects and functions of functions in programs that people write."""

import numpy as np

from tests.conformance.case import case, tf


@case
def raise_custom():

    class E(Exception):
        pass

    @tf.function
    def f(x):
        raise E("boo")

    return f(tf.constant(1))


@case
def raise_with_args():

    class E(Exception):
        def __init__(s, a, b):
            super().__init__(a, b)

    @tf.function
    def f(x):
        raise E(1, 2)

    return f(tf.constant(1))


@case
def raise_keyerror():

    @tf.function
    def f(x):
        return {}["missing"]

    return f(tf.constant(1))


@case
def raise_index():

    @tf.function
    def f(x):
        return [1][5]

    return f(tf.constant(1))


@case
def raise_zero():

    @tf.function
    def f(x):
        return 1 / 0

    return f(tf.constant(1))


@case
def raise_name():

    @tf.function
    def f(x):
        return undefined_name

    return f(tf.constant(1))


@case
def raise_attr():

    @tf.function
    def f(x):
        return x.nope

    return f(tf.constant(1))


@case
def raise_type():

    @tf.function
    def f(x):
        return x("a")

    return f(tf.constant(1))


@case
def raise_tf():

    @tf.function
    def f(x):
        raise tf.errors.NotFoundError(None, None, "nf")

    return f(tf.constant(1))


@case
def raise_stop():

    @tf.function
    def f(x):
        raise StopIteration()

    return f(tf.constant(1))


@case
def raise_unicode():

    @tf.function
    def f(x):
        return b"\xff".decode("utf-8")

    return f(tf.constant(1))


@case
def raise_system():

    @tf.function
    def f(x):
        raise NotImplementedError("later")

    return f(tf.constant(1))


@case
def nested_error():

    def g(x):
        return tf.matmul(x, x)

    @tf.function
    def f(x):
        return g(x)

    return f(tf.ones([2, 3]))


@case
def after_error():

    @tf.function
    def f(x):
        if len(x.shape) == 1:
            raise ValueError("bad")
        return x

    try:
        f(tf.constant([1]))
    except ValueError:
        pass
    return (f(tf.constant(1)), f.experimental_get_tracing_count())


@case
def assert_message():

    @tf.function
    def f(x):
        tf.debugging.assert_equal(x, 3, message="not three")
        return x

    return f(tf.constant(4))


@case
def tf_assert():

    @tf.function
    def f(x):
        tf.Assert(x > 0, ["x is", x])
        return x

    return f(tf.constant(-4))


@case
def check_numerics():
    return tf.function(lambda x: tf.debugging.check_numerics(x, "msg"))(tf.constant(float("nan")))


@case
def ensure_shape():
    return tf.function(lambda x: tf.ensure_shape(x, [2]), input_signature=[tf.TensorSpec([None])])(
        tf.constant([1.0])
    )


@case
def div_zero():
    return (tf.function(lambda x: x // 0)(tf.constant(1)),)


@case
def oob():
    return tf.function(lambda x, i: x[i])(tf.constant([1, 2]), tf.constant(5))


@case
def oob_static():
    return tf.function(lambda x: x[5])(tf.constant([1, 2]))


@case
def reshape_bad():
    return tf.function(lambda x: tf.reshape(x, [3]))(tf.constant([1, 2]))


@case
def control_deps():
    v = tf.Variable(0)

    @tf.function
    def f():
        with tf.control_dependencies([v.assign(5)]):
            y = v + 1
        return y

    return (f(), v)


@case
def auto_deps():
    v = tf.Variable(0)

    @tf.function
    def f(x):
        a = v + 0
        v.assign(x)
        b = v + 0
        v.assign_add(1)
        return (a, b, v + 0)

    return (f(tf.constant(5)), f(tf.constant(7)))


@case
def deps_in_branches():
    v = tf.Variable(0)

    @tf.function
    def f(x):
        if x > 0:
            v.assign_add(1)
        else:
            v.assign_sub(1)
        for i in tf.range(3):
            v.assign_add(i)
        return v.read_value()

    return (f(tf.constant(1)), f(tf.constant(-1)))


@case
def unused_effects():

    @tf.function
    def f(x):
        tf.print("shown")
        tf.debugging.assert_less(x, 10)
        _ = tf.matmul(tf.ones([1, 1]), tf.ones([1, 1]))
        return 1

    return f(tf.constant(1))


@case
def py_function_graph():
    n = []

    @tf.function
    def f(x):
        return tf.py_function(lambda a: (n.append(a.numpy()), a * 2)[1], [x], tf.int32)

    return (f(tf.constant(1)), f(tf.constant(2)), n)


@case
def numpy_function_graph():

    @tf.function
    def f(x):
        return tf.numpy_function(lambda a: np.sort(a), [x], tf.int32)

    return f(tf.constant([3, 1, 2]))


@case
def py_function_wrong_dtype():
    return tf.function(lambda x: tf.py_function(lambda a: 1.5, [x], tf.int32))(tf.constant(1))


@case
def map_fn_dtype():
    return tf.function(
        lambda x: tf.map_fn(
            lambda a: tf.cast(a, tf.float32) * 2.0, x, fn_output_signature=tf.float32
        )
    )(tf.constant([1, 2]))
