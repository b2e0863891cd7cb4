"""Ragged and sparse tensors: forms, operators and functions, in functions too."""

from typing import Any

from tests.conformance.case import case, tf


def ints() -> Any:
    """Three rows of two, none and three numbers."""
    return tf.ragged.constant([[1, 2], [], [3, 4, 5]])


def floats() -> Any:
    """The same as floats."""
    return tf.ragged.constant([[1.0, 2.0], [], [3.0, 4.0, 5.0]])


def show(x: Any) -> Any:
    """Ragged and sparse tensors by their parts."""
    if isinstance(x, tf.RaggedTensor):
        return "ragged", str(x.dtype), x.to_list(), str(x.shape)
    if isinstance(x, tf.sparse.SparseTensor):
        return "sparse", x.indices, x.values, x.dense_shape
    if isinstance(x, (list, tuple)):
        return [show(y) for y in x]
    return x


@case
def one_hot():
    return show(tf.one_hot(ints(), 6).shape)


@case
def bmask():
    return show(tf.reverse(ints(), [0]))


@case
def sqrt():
    return show(tf.sqrt(floats()))


@case
def absr():
    return show(abs(-ints()))


@case
def neg():
    return show(-ints())


@case
def addr():
    return show(ints() + ints())


@case
def addt():
    return show(ints() + tf.constant([[1], [2], [3]]))


@case
def adds():
    return show(ints() * 2)


@case
def eq():
    return show(ints() == ints())


@case
def lt():
    return show(ints() < 3)


@case
def mod():
    return show(ints() % 2)


@case
def fdiv():
    return show(ints() // 2)


@case
def div():
    return show(ints() / 2)


@case
def pow():
    return show(ints() ** 2)


@case
def logical():
    return show((ints() > 1) & (ints() < 4))


@case
def inv():
    return show(~(ints() > 1))


@case
def totensor():
    return ints().to_tensor()


@case
def totensor2():
    return ints().to_tensor(-1)


@case
def totensor3():
    return ints().to_tensor(shape=[None, 2])


@case
def tosparse():
    return show(ints().to_sparse())


@case
def fromt():
    return show(tf.RaggedTensor.from_tensor([[1, 2], [3, 0]], padding=0))


@case
def fromt2():
    return show(tf.RaggedTensor.from_tensor([[1, 2], [3, 0]], lengths=[1, 2]))


@case
def fromrl():
    return show(tf.RaggedTensor.from_row_lengths([1, 2, 3], [2, 1]))


@case
def fromrs():
    return show(tf.RaggedTensor.from_row_splits([1, 2, 3], [0, 2, 3]))


@case
def fromvr():
    return show(tf.RaggedTensor.from_value_rowids([1, 2, 3], [0, 0, 2]))


@case
def fromst():
    return show(tf.RaggedTensor.from_row_starts([1, 2, 3], [0, 2]))


@case
def fromsp():
    return show(tf.RaggedTensor.from_sparse(ints().to_sparse()))


@case
def mergedims():
    return show(tf.ragged.constant([[[1], [2, 3]], []]).merge_dims(0, 1))


@case
def with_v():
    return show(ints().with_values(tf.range(5) * 10))


@case
def wf():
    return show(ints().with_flat_values(tf.range(5)))


@case
def flat():
    return ints().flat_values


@case
def vals():
    return ints().values


@case
def nested():
    return ints().nested_row_splits


@case
def numpy():
    return str(ints().numpy())


@case
def tolist():
    return ints().to_list()


@case
def repr():
    return repr(ints())


@case
def str():
    return str(ints())


@case
def lenr():
    return len(ints())


@case
def iterr():
    return [x for x in ints()]


@case
def frepr():
    return tf.function(lambda r: repr(r))(ints())


@case
def fshape():
    return tf.function(lambda r: str(r.shape))(ints())


@case
def fsum():
    return tf.function(lambda r: tf.reduce_sum(r, axis=1))(ints())


@case
def fshow():
    return show(tf.function(lambda r: r * 2)(ints()))


@case
def fsize():
    return tf.function(lambda r: tf.size(r))(ints())


@case
def fcat():
    return show(tf.function(lambda r: tf.concat([r, r], 1))(ints()))


@case
def fget():
    return tf.function(lambda r: r[1])(ints())


@case
def frow():
    return tf.function(lambda r: r.row_lengths())(ints())


@case
def fto():
    return tf.function(lambda r: r.to_tensor())(ints())


@case
def ftc():
    return (
        lambda f: (f(ints()), f(tf.ragged.constant([[1]])), f.experimental_get_tracing_count())
    )(tf.function(lambda r: tf.reduce_sum(r)))


@case
def isr():
    return (
        tf.is_tensor(ints()),
        isinstance(ints(), tf.RaggedTensor),
        isinstance(ints(), tf.Tensor),
        tf.nest.flatten(ints()) is not None,
        len(tf.nest.flatten(ints(), expand_composites=True)),
    )


@case
def spmap():
    return show(tf.sparse.map_values(tf.square, tf.sparse.from_dense([[1, 0], [0, 2]])))


@case
def spmap2():
    return show(tf.sparse.map_values(tf.add, tf.sparse.from_dense([[1, 0], [0, 2]]), 5))


@case
def spmap3():
    return show(
        tf.sparse.map_values(
            tf.multiply,
            tf.sparse.from_dense([[1, 0], [0, 2]]),
            tf.sparse.from_dense([[3, 0], [0, 2]]),
        )
    )


@case
def spmap4():
    return show(tf.sparse.map_values(tf.reduce_sum, tf.sparse.from_dense([[1, 0], [0, 2]])))


@case
def spspec():
    return repr(tf.SparseTensorSpec([None, 3], tf.int32))


@case
def spspec2():
    return repr(tf.type_spec_from_value(tf.sparse.from_dense([[1, 0], [0, 2]])))


@case
def spsig():
    return show(
        tf.function(lambda s: s * 2, input_signature=[tf.SparseTensorSpec([None, None], tf.int32)])(
            tf.sparse.from_dense([[1, 0], [0, 2]])
        )
    )


@case
def sprep():
    return repr(tf.sparse.from_dense([[1, 0], [0, 2]]))


@case
def spstr():
    return str(tf.sparse.from_dense([[1, 0], [0, 2]]))


@case
def gradient_of_a_reduction():
    v = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(v)
        rows = tf.RaggedTensor.from_row_lengths(v, [2, 1])
        y = tf.reduce_sum(rows * rows, axis=1)
    return tape.gradient(y, v)


@case
def traces_for_rows_of_any_length():
    f = tf.function(lambda r: tf.reduce_sum(r))
    rows = [[[1], [2, 3]], [[4, 5], []], [[6]]]
    return [f(tf.ragged.constant(one)) for one in rows], f.experimental_get_tracing_count()
