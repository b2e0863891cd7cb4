"""What people do first: tensors, variables, slices, random numbers, as in a tutorial."""

import numpy as np

from tests.conformance.case import case, tf


@case
def ranks_printed():
    print(tf.constant(4))
    print(tf.constant([2.0, 3.0, 4.0]))
    print(tf.constant([[1, 2], [3, 4], [5, 6]], dtype=tf.float16))
    print(tf.constant([[[0, 1, 2], [3, 4, 5]], [[6, 7, 8], [9, 10, 11]]]))


@case
def conversions_to_numpy():
    t = tf.constant([[1, 2], [3, 4]], dtype=tf.float16)
    return np.array(t), t.numpy()


@case
def products_printed():
    a, b = tf.constant([[1, 2], [3, 4]]), tf.ones([2, 2], dtype=tf.int32)
    print(tf.add(a, b), "\n")
    print(tf.multiply(a, b), "\n")
    print(tf.matmul(a, b), "\n")
    print(a @ b, "\n")


@case
def maxima_and_softmax():
    c = tf.constant([[4.0, 5.0], [10.0, 1.0]])
    return tf.reduce_max(c), tf.math.argmax(c), tf.nn.softmax(c)


@case
def converting_lists():
    return (
        tf.convert_to_tensor([1, 2, 3]),
        tf.reduce_max([1, 2, 3]),
        tf.reduce_max(np.array([1, 2])),
    )


@case
def shape_of_rank_four():
    x = tf.zeros([3, 2, 4, 5])
    print("Type of every element:", x.dtype)
    print("Number of axes:", x.ndim)
    print("Shape of tensor:", x.shape)
    print("Elements along axis 0 of tensor:", x.shape[0])
    print("Elements along the last axis of tensor:", x.shape[-1])
    print("Total number of elements: ", tf.size(x).numpy())
    return tf.rank(x), tf.shape(x)


@case
def single_axis_indexing_printed():
    x = tf.constant([0, 1, 1, 2, 3, 5, 8, 13, 21, 34])
    print("First:", x[0].numpy())
    print("Last:", x[-1].numpy())
    print("Everything:", x[:].numpy())
    print("Before 4:", x[:4].numpy())
    print("From 4 to the end:", x[4:].numpy())
    print("From 2, before 7:", x[2:7].numpy())
    print("Every other item:", x[::2].numpy())
    print("Reversed:", x[::-1].numpy())


@case
def multi_axis_indexing_printed():
    x = tf.constant([[1, 2], [3, 4], [5, 6]], dtype=tf.float16)
    print("Second row:", x[1, :].numpy())
    print("Second column:", x[:, 1].numpy())
    print("Skip the first row:")
    print(x[1:, :].numpy(), "\n")


@case
def reshaping_printed():
    x = tf.constant([[1], [2], [3]])
    print(x.shape)
    print(x.shape.as_list())
    y = tf.reshape(x, [1, 3])
    print(y.shape)
    z = tf.reshape(tf.range(30), [3, 2, 5])
    print(tf.reshape(z, [-1]))
    print(tf.reshape(z, [3 * 2, 5]), "\n")
    print(tf.reshape(z, [3, -1]))


@case
def bad_reshape_printed():
    z = tf.reshape(tf.range(30), [3, 2, 5])
    print(tf.reshape(z, [2, 3, 5]), "\n")
    try:
        tf.reshape(z, [7, -1])
    except Exception as error:  # noqa: BLE001
        print(type(error).__name__)


@case
def dtypes_converted():
    x = tf.constant([2.2, 3.3, 4.4], dtype=tf.float64)
    y = tf.cast(x, dtype=tf.float16)
    return y, tf.cast(y, dtype=tf.uint8)


@case
def broadcasting_printed():
    x, y, z = tf.constant([1, 2, 3]), tf.constant(2), tf.constant([2, 2, 2])
    print(tf.multiply(x, 2))
    print(x * y)
    print(x * z)
    a, b = tf.reshape(x, [3, 1]), tf.range(1, 5)
    print(a, "\n")
    print(b, "\n")
    print(tf.multiply(a, b))
    print(tf.broadcast_to(tf.constant([1, 2, 3]), [3, 3]))


@case
def strings_printed():
    scalar = tf.constant("Gray wolf")
    print(scalar)
    many = tf.constant(["Gray wolf", "Quick brown fox", "Lazy dog"])
    print(many)
    print(tf.strings.split(scalar, sep=" "))
    print(tf.strings.to_number(tf.strings.split(tf.constant("1 10 100"), " ")))
    print(tf.strings.bytes_split(tf.constant("Duck")))
    print(tf.io.decode_raw(tf.constant("Duck"), tf.uint8))
    print(tf.constant("🥳👍"))


@case
def variables_printed():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    print("Shape: ", v.shape)
    print("DType: ", v.dtype)
    print("As NumPy: ", v.numpy())
    print("A variable:", v)
    print("\nViewed as a tensor:", tf.convert_to_tensor(v))
    print("\nIndex of highest value:", tf.math.argmax(v))
    print("\nCopying and reshaping: ", tf.reshape(v, [1, 4]))


@case
def variables_of_bools_and_complex():
    return tf.Variable([False, False, True]), tf.Variable([5 + 4j, 6 + 1j])


@case
def variable_reassigned():
    a = tf.Variable([2.0, 3.0])
    a.assign([1, 2])
    try:
        a.assign([1.0, 2.0, 3.0])
    except Exception as error:  # noqa: BLE001
        print(f"{type(error).__name__}")
    return a


@case
def variables_copied():
    a = tf.Variable([2.0, 3.0])
    b = tf.Variable(a)
    a.assign([5, 6])
    print(a.numpy())
    print(b.numpy())
    print(a.assign_add([2, 3]).numpy())
    print(a.assign_sub([7, 9]).numpy())


@case
def variables_compared():
    a = tf.Variable([[1.0, 2.0]], name="Mark")
    b = tf.Variable([[1.0, 2.0]] + tf.constant(1.0), name="Mark")
    print(a == b)
    return a.name, b.name, tf.Variable(1, trainable=False).trainable


@case
def devices():
    with tf.device("CPU:0"):
        a = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        b = tf.Variable([[1.0, 2.0, 3.0]])
    return a * b, a.device.endswith("CPU:0")


@case
def slices_of_ranges():
    t = tf.range(8)
    return tf.slice(t, [1], [3]), t[1:4], t[-3:], tf.gather(t, [0, 3, 6]), t[::2]


@case
def scatter_and_fill():
    return (
        tf.scatter_nd([[1], [3], [5], [7], [9]], [2, 4, 6, 8, 10], tf.constant([10])),
        tf.tensor_scatter_nd_add([[0, 0], [1, 1]], [[0, 0], [1, 1]], [5, 7]),
        tf.tensor_scatter_nd_sub([[0, 0], [1, 1]], [[0]], [[5, 7]]),
        tf.tensor_scatter_nd_min([[9, 9], [1, 1]], [[0, 1]], [2]),
    )


@case
def generators_from_seed():
    g1 = tf.random.Generator.from_seed(1)
    print(g1.normal(shape=[2, 3]))
    g1 = tf.random.Generator.from_seed(1, alg="philox")
    print(g1.normal(shape=[2, 3]))
    g1 = tf.random.Generator.from_state(state=[1, 2, 3], alg=1)
    print(g1.normal([]))
    g1.reset_from_seed(2)
    print(g1.normal([]))


@case
def generator_split_and_skip():
    g = tf.random.Generator.from_seed(1)
    print(g.normal([]))
    new = g.split(3)
    print([n.normal([]).numpy() for n in new])
    print(g.normal([]))
    g.skip(10)
    print(g.normal([2]))
    return g.state, g.key


@case
def stateless_draws():
    print(tf.random.stateless_normal(shape=[2, 3], seed=[1, 2]))
    print(tf.random.stateless_normal(shape=[2, 3], seed=[1, 2]))
    print(tf.random.stateless_uniform([4], [7, 8], maxval=10, dtype=tf.int64))
    print(tf.random.stateless_binomial([4], [1, 2], counts=10.0, probs=0.5).shape)


@case
def seeds_in_functions():
    tf.random.set_seed(1234)

    @tf.function
    def f():
        return tf.random.uniform([1]), tf.random.uniform([1])

    @tf.function
    def g():
        return tf.random.uniform([1]), tf.random.uniform([1])

    return f(), g(), f()


@case
def seeds_with_op_seeds_in_functions():
    tf.random.set_seed(1)

    @tf.function
    def f():
        return tf.random.uniform([2], seed=5)

    return f(), f()


@case
def matrices_of_random_numbers():
    tf.random.set_seed(3)
    x = tf.random.normal([3, 4])
    return tf.reduce_mean(x), x.shape, tf.random.uniform([2, 2], 5, 9, tf.int64)


@case
def axis_arguments():
    x = tf.reshape(tf.range(24), [2, 3, 4])
    return (
        tf.reduce_sum(x, axis=[0, 2]),
        tf.reduce_max(x, axis=-2),
        tf.stack([x[0], x[1]], axis=-1).shape,
        tf.concat([x, x], axis=-1).shape,
        tf.argmax(x, axis=-1),
        tf.cumsum(x, axis=1)[0],
        tf.expand_dims(x, 2).shape,
    )


@case
def error_kinds_of_common_mistakes():
    def kind(run):
        try:
            run()
        except Exception as error:  # noqa: BLE001
            return type(error).__name__
        return None

    a, b = tf.zeros([2, 3]), tf.zeros([3, 2])
    return [
        kind(lambda: a + b),
        kind(lambda: tf.matmul(a, a)),
        kind(lambda: tf.concat([a, b], 0)),
        kind(lambda: a[5]),
        kind(lambda: tf.reshape(a, [4])),
        kind(lambda: tf.cast("a", tf.int32)),
        kind(lambda: tf.constant([1, 2]) + tf.constant([1.0, 2.0])),
        kind(lambda: tf.zeros([-1])),
        kind(lambda: tf.transpose(a, [0, 0])),
        kind(lambda: tf.gather(a, 7)),
        kind(lambda: tf.split(a, 2, axis=1)),
        kind(lambda: tf.squeeze(a, 0)),
        kind(lambda: tf.expand_dims(a, 5)),
        kind(lambda: tf.reduce_sum(a, axis=4)),
        kind(lambda: tf.one_hot(1.5, 3)),
        kind(lambda: tf.range(0, 5, 0)),
        kind(lambda: tf.linalg.inv(a)),
        kind(lambda: tf.linalg.cholesky(a)),
        kind(lambda: tf.strings.length(1)),
        kind(lambda: tf.nn.softmax("a")),
        kind(lambda: tf.nn.conv2d(a, b, 1, "SAME")),
        kind(lambda: tf.stack([a, b])),
        kind(lambda: tf.tile(a, [2])),
        kind(lambda: tf.pad(a, [[1, 1]])),
        kind(lambda: tf.where(a > 0, a, b)),
        kind(lambda: tf.einsum("ij,jk", a, a)),
        kind(lambda: tf.Variable()),
        kind(lambda: tf.Variable([1.0]).assign("a")),
        kind(lambda: tf.function(1)),
        kind(lambda: tf.cond(tf.constant([True]), lambda: 1, lambda: 2)),
    ]
