"""Sparse tensors in other shapes, and composites as variables of loops and branches."""

from typing import Any

from tests.conformance.case import case, tf


def sparse() -> Any:
    """Three elements in two rows."""
    return tf.sparse.from_dense([[1, 0, 0], [0, 2, 3]])


def show(x: Any) -> Any:
    """A sparse tensor by its parts."""
    return (x.indices, x.values, x.dense_shape) if isinstance(x, tf.SparseTensor) else x


@case
def expand_dims():
    return [show(tf.sparse.expand_dims(sparse(), a)) for a in (None, 0, 1, 2, -1, -2, -3)]


@case
def transpose():
    return (show(tf.sparse.transpose(sparse())), show(tf.sparse.transpose(sparse(), [1, 0])))


@case
def reshape():
    return (show(tf.sparse.reshape(sparse(), [3, 2])), show(tf.sparse.reshape(sparse(), [-1])))


@case
def concat():
    return (
        show(tf.sparse.concat(0, [sparse(), sparse()])),
        show(tf.sparse.concat(1, [sparse(), sparse()])),
        show(tf.sparse.concat(-1, [sparse(), sparse()])),
    )


@case
def retain():
    return show(tf.sparse.retain(sparse(), [True, False, True]))


@case
def eye():
    return (show(tf.sparse.eye(2)), show(tf.sparse.eye(2, 3, dtype=tf.int32)))


@case
def reduce_max():
    return (
        tf.sparse.reduce_max(sparse(), 0),
        tf.sparse.reduce_max(sparse(), 1),
        tf.sparse.reduce_max(sparse()),
        tf.sparse.reduce_max(sparse(), 1, keepdims=True),
    )


@case
def reduce_sum():
    return (tf.sparse.reduce_sum(sparse(), 0), tf.sparse.reduce_sum(sparse()))


@case
def in_a_function():
    return show(tf.function(lambda s: tf.sparse.transpose(tf.sparse.expand_dims(s)))(sparse()))


@case
def concat_of_other_sizes():
    return show(
        tf.sparse.concat(
            0, [sparse(), tf.sparse.from_dense([[1, 0, 0, 5]])], expand_nonconcat_dims=True
        )
    )


@case
def added():
    return show(tf.sparse.add(sparse(), sparse()))


@case
def added_to_dense():
    return tf.sparse.add(sparse(), tf.ones([2, 3], tf.int32))


@case
def matmul():
    return tf.sparse.sparse_dense_matmul(tf.cast(sparse(), tf.float32), tf.ones([3, 2]))


@case
def times_number():
    return show(sparse() * 2)


@case
def times_dense():
    return show(sparse() * tf.constant([[1, 2, 3], [4, 5, 6]]))


@case
def divided():
    return show(tf.cast(sparse(), tf.float32) / 2.0)


@case
def to_dense():
    return tf.sparse.to_dense(sparse(), default_value=-1)


@case
def reorder():
    return show(tf.sparse.reorder(tf.SparseTensor([[1, 1], [0, 0]], [2, 1], [2, 2])))


@case
def text():
    return repr(sparse())


@case
def attributes():
    return (sparse().shape, sparse().dtype, sparse().get_shape(), sparse().dense_shape)


@case
def loop_growing():

    @tf.function
    def f(n):
        v = tf.SparseTensor(indices=[[0, 0], [1, 1]], values=[1, 2], dense_shape=[3, 3])
        i = 0
        while i < n:
            tf.autograph.experimental.set_loop_options(shape_invariants=[(v, tf.TensorShape(None))])
            v = tf.sparse.expand_dims(v)
            i += 1
        return v

    return (show(f(tf.constant(2))), show(f(0)))


@case
def loop_for():

    @tf.function
    def f(l):
        v = tf.SparseTensor(indices=[[0, 0], [1, 1]], values=[1, 2], dense_shape=[3, 3])
        for _ in l:
            tf.autograph.experimental.set_loop_options(shape_invariants=[(v, tf.TensorShape(None))])
            v = tf.sparse.expand_dims(v)
        return v

    return (show(f(tf.range(2))), show(f(range(1))), show(f(tf.data.Dataset.range(2))))


@case
def loop_same():

    @tf.function
    def f(n):
        v = sparse()
        for _ in tf.range(n):
            v = v * 2
        return v

    return show(f(tf.constant(2)))


@case
def loop_more_values():

    @tf.function
    def f(n):
        v = sparse()
        for _ in tf.range(n):
            v = tf.sparse.concat(0, [v, v])
        return v

    return show(f(tf.constant(2)))


@case
def cond_sparse():

    @tf.function
    def f(c):
        if c:
            v = sparse()
        else:
            v = tf.sparse.from_dense([[0, 0, 7], [0, 0, 0]])
        return v

    return (show(f(tf.constant(True))), show(f(tf.constant(False))))


@case
def ragged_loop():

    @tf.function
    def f(n):
        r = tf.ragged.constant([[1], [2, 3]])
        for _ in tf.range(n):
            r = tf.concat([r, r], 1)
        return r

    return f(tf.constant(2)).to_list()


@case
def ragged_loop_inv():

    @tf.function
    def f(n):
        r = tf.ragged.constant([[1], [2, 3]])
        for _ in tf.range(n):
            tf.autograph.experimental.set_loop_options(
                shape_invariants=[(r, tf.TensorShape([None, None]))]
            )
            r = tf.concat([r, r], 0)
        return r

    return f(tf.constant(2)).to_list()
