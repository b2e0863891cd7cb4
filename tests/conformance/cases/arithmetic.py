"""Operators on tensors, constructors, iteration, printing."""

import numpy as np

from tests.conformance.case import case, tf


@case
def arithmetic_of_tensors():
    a, b = tf.constant([7, -7, 7]), tf.constant([2, 2, -2])
    return a + b, a - b, a * b, a / b, a // b, a % b, -a, abs(a), +a if False else a, a**2


@case
def arithmetic_with_python_numbers():
    a = tf.constant([1.0, 4.0])
    return a + 1, 1 - a, a * 2, 2 / a, a // 0.3, a % 0.3, a**0.5, 2**a, 1 + a, 3 // a


@case
def floor_division_of_ints_and_modulo():
    a = tf.constant([7, -7])
    return a // 3, a % 3, a // -3, a % -3, 20 // a, 20 % a


@case
def true_division_of_ints():
    return tf.constant(3) / 2, tf.constant(7, tf.int8) / tf.constant(2, tf.int8)


@case(match="dtype|float|int32|convert")
def float_added_to_int_tensor():
    return tf.constant(1) + 1.5


@case(match="dtype|float|int32|compute")
def int_tensor_added_to_float_tensor():
    return tf.constant(1) + tf.constant(1.5)


@case(match="compute|float|double|dtype")
def float32_added_to_float64():
    return tf.constant(1.0) + tf.constant(1.0, tf.float64)


@case
def python_int_added_to_float_tensor():
    return tf.constant(1.5) + 1, tf.constant(1.5, tf.float64) * 3, tf.constant(2, tf.int64) + 1


@case
def numpy_array_on_either_side():
    a = tf.constant([1.0, 2.0])
    n = np.array([10.0, 20.0], np.float32)
    return a + n, n + a, n * a, a - n, n - a


@case
def float64_array_with_float32_tensor():
    return tf.constant([1.0, 2.0]) + np.array([1.0, 2.0])


@case
def float64_array_on_the_left():
    return np.array([1.0, 2.0]) + tf.constant([1.0, 2.0])


@case
def comparison_operators():
    a, b = tf.constant([1, 2, 3]), tf.constant([3, 2, 1])
    return a < b, a <= b, a > b, a >= b, a == b, a != b, a == 2, 2 < a


@case
def equality_of_incompatible():
    return tf.constant([1, 2]) == "a", tf.constant([1, 2]) == None, tf.constant(1) != [1, 2]  # noqa: E711


@case
def equality_of_different_shapes():
    return tf.constant([1, 2]) == tf.constant([1, 2, 3])


@case
def equality_of_different_dtypes():
    return tf.constant(1) == tf.constant(1.0)


@case
def logical_operators():
    a, b = tf.constant([True, True, False]), tf.constant([True, False, False])
    return a & b, a | b, a ^ b, ~a


@case
def bitwise_operators():
    a, b = tf.constant([6, 5]), tf.constant([3, 1])
    return a & b, a | b, a ^ b, ~a


@case
def integer_overflow_wraps():
    return tf.constant(2147483647) + 1, tf.constant(200, tf.uint8) + tf.constant(100, tf.uint8)


@case(match="[Dd]ivi")
def integer_division_by_zero():
    return tf.constant(1) // tf.constant(0)


@case
def float_division_by_zero():
    return tf.constant([1.0, -1.0, 0.0]) / 0.0


@case
def broadcasting():
    a, b = tf.reshape(tf.range(3), [3, 1]), tf.range(4)
    return a * b, a + b, (a - b).shape, tf.broadcast_static_shape(a.shape, b.shape)


@case(match="ompatible shapes|broadcast|shape")
def incompatible_broadcast():
    return tf.zeros([2, 3]) + tf.zeros([4])


@case
def matmul_operator():
    a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    return a @ a, a @ tf.constant([[1.0], [1.0]])


@case
def matmul_of_vectors():
    return tf.constant([1.0, 2.0]) @ tf.constant([1.0, 2.0])


@case
def matmul_of_wrong_sizes():
    return tf.zeros([2, 3]) @ tf.zeros([2, 3])


@case
def string_addition():
    return tf.constant("a") + "b", "x" + tf.constant(["y", "z"])


@case
def constructors():
    return (
        tf.zeros([2]),
        tf.ones([2, 1], tf.int32),
        tf.fill([2], 7),
        tf.zeros_like([1, 2]),
        tf.ones_like(tf.constant(1.5)),
        tf.eye(2),
        tf.range(3),
        tf.range(1, 10, 4),
        tf.range(0.0, 1.0, 0.25),
        tf.linspace(0.0, 1.0, 5),
        tf.zeros([]),
        tf.ones([0, 2]),
        tf.range(5, delta=2),
        tf.range(3, dtype=tf.float32),
    )


@case
def identity_and_is_tensor():
    x = tf.constant(1)
    return (
        tf.identity(x),
        tf.is_tensor(x),
        tf.is_tensor(1),
        tf.is_tensor(tf.Variable(1)),
        tf.rank(x),
    )


@case
def shape_and_size_ops():
    x = tf.zeros([2, 3])
    return tf.shape(x), tf.size(x), tf.rank(x), tf.shape(x, out_type=tf.int64), tf.shape(5)


@case
def iteration_of_eager_tensor():
    return [int(x) for x in tf.constant([1, 2])], [row for row in tf.constant([[1], [2]])]


@case
def iteration_of_eager_scalar():
    return list(tf.constant(1))


@case
def unpacking_of_eager_tensor():
    a, b = tf.constant([1, 2])
    return a, b


@case
def array_protocol():
    x = tf.constant([1.0, 2.0])
    return np.asarray(x), np.sum(x), np.array(x, dtype=np.float64), x.numpy().tolist(), np.square(x)


@case
def tensor_attributes():
    x = tf.constant([1.0])
    return x.dtype, x.device.split("/")[-1], hasattr(x, "graph"), x.dtype.name


@case
def assigning_to_an_element():
    x = tf.constant([1, 2])
    x[0] = 5


@case
def unknown_attribute():
    return tf.constant([1]).no_such_attribute


@case
def half_and_bfloat16_values():
    x = tf.constant([1.0, 1 / 3, 65504.0], tf.float16)
    return x, x * 2, tf.cast(x, tf.float32), tf.constant([1.0, 1 / 3], tf.bfloat16)


@case
def complex_values():
    z = tf.constant([1 + 2j, -1j])
    return z * z, tf.math.conj(z), tf.math.real(z), tf.math.imag(z), tf.abs(z), tf.math.angle(z)


@case
def executing_eagerly_and_in_function():
    inside = []

    @tf.function
    def f():
        inside.append(tf.executing_eagerly())
        with tf.init_scope():
            inside.append(tf.executing_eagerly())
        return 1

    f()
    return tf.executing_eagerly(), inside, tf.inside_function()


@case
def print_of_tensors():
    print(tf.constant(1), tf.constant([1.5, 2.5]), tf.constant("a"))
    print([tf.constant(1)], {"k": tf.constant(2.0)})


@case
def tf_print_forms():
    tf.print("text", 1, 2.5, True, None, [1, 2], tf.constant([1.0, 2.0]))
    tf.print(tf.constant(3), tf.constant("s"), tf.constant(["a", "b"]), sep=", ", end="|\n")
    tf.print({"a": tf.constant(1)}, (tf.constant(2), "x"), [tf.constant([3])])
    tf.print(tf.range(10), summarize=2)
    tf.print(tf.range(10))
    tf.print(tf.range(10), summarize=-1)
    tf.print(tf.constant([[1.0, 2.0], [3.0, 4.0]]))
    tf.print(tf.constant(True), tf.constant([True, False]), tf.constant(1e-7), tf.constant(1e20))


@case
def tf_print_to_stdout():
    import sys

    tf.print("out", tf.constant(1), output_stream=sys.stdout)


@case
def nest_functions():
    structure = {"b": [1, (2, 3)], "a": 4}
    return (
        tf.nest.flatten(structure),
        tf.nest.map_structure(lambda x: x * 10, structure),
        tf.nest.pack_sequence_as(structure, [1, 2, 3, 4]),
        tf.nest.is_nested([1]),
        tf.nest.is_nested(1),
    )


@case(match="structure")
def nest_of_different_structures():
    tf.nest.assert_same_structure([1, 2], [1, [2]])
