"""Shapes, slices, gathering and scattering, joining and splitting."""

from tests.conformance.case import case, tf, traced


def matrix():
    return tf.reshape(tf.range(12), [3, 4])


@case
def basic_indexing():
    x = matrix()
    return x[0], x[-1], x[1, 2], x[0][1], x[2, -1]


@case
def slices():
    x = matrix()
    return x[1:], x[:2], x[:, 1:3], x[::2], x[::-1], x[:, ::-2], x[1:100], x[-2:], x[3:], x[2:1]


@case
def newaxis_and_ellipsis():
    x = matrix()
    return (
        x[tf.newaxis].shape,
        x[:, None].shape,
        x[..., 0],
        x[0, ...],
        x[..., None].shape,
        x[None, ..., 1:2],
    )


@case
def slicing_of_rank_three():
    x = tf.reshape(tf.range(24), [2, 3, 4])
    return x[0, :, 1], x[..., -1], x[:, 1], x[1, 1:, ::2], x[:, :, None, 0].shape


@case
def tensor_indices():
    x, i = matrix(), tf.constant(1)
    return x[i], x[i, i + 1], x[i:], x[: i + 1, i], x[tf.constant(-1)]


@case
def index_out_of_range():
    return tf.constant([1, 2, 3])[5]


@case
def too_many_indices():
    return tf.constant([1, 2, 3])[0, 0]


@case
def index_by_float():
    return tf.constant([1, 2, 3])[1.0]


@case
def index_by_list():
    return tf.constant([1, 2, 3])[[0, 2]]


@case
def index_by_boolean_mask():
    x = tf.constant([1, 2, 3])
    return x[tf.constant([True, False, True])], tf.boolean_mask(x, x > 1)


@case
def index_by_vector_tensor():
    return tf.constant([1, 2, 3])[tf.constant([0, 2])]


@case
def slice_of_zero_step():
    return tf.range(5)[::0]


@traced([[1, 2, 3], [4, 5, 6]])
def slices_in_functions(x):
    return x[0], x[:, -1], x[::-1, 1:], x[..., tf.newaxis].shape, tf.shape(x[:, :2])


@traced([1, 2, 3])
def index_out_of_range_in_function(x):
    return x[5]


@case
def slice_ops():
    x = matrix()
    return (
        tf.slice(x, [1, 1], [2, 2]),
        tf.slice(x, [0, 2], [-1, -1]),
        tf.strided_slice(x, [0, 0], [3, 4], [2, 2]),
    )


@case
def slice_out_of_range():
    return tf.slice(tf.range(3), [1], [5])


@case
def reshaping():
    x = matrix()
    return (
        tf.reshape(x, [-1]).shape,
        tf.reshape(x, [2, -1]),
        tf.reshape(5, [1, 1]),
        tf.expand_dims(x, 0).shape,
        tf.expand_dims(x, -1).shape,
        tf.squeeze(tf.zeros([1, 2, 1])).shape,
        tf.squeeze(tf.zeros([1, 2, 1]), axis=0).shape,
        tf.transpose(x),
        tf.transpose(tf.zeros([2, 3, 4]), [2, 0, 1]).shape,
        tf.transpose(tf.zeros([2, 3, 4])).shape,
    )


@case(match="[Rr]eshape")
def reshape_to_wrong_size():
    return tf.reshape(tf.range(6), [4, 2])


@case
def squeeze_of_larger_axis():
    return tf.squeeze(tf.zeros([2, 1]), axis=0)


@case
def joining():
    a, b = tf.constant([[1, 2]]), tf.constant([[3, 4]])
    return (
        tf.concat([a, b], 0),
        tf.concat([a, b], axis=-1),
        tf.stack([a, b]).shape,
        tf.stack([1, 2, 3]),
        tf.stack([tf.constant([1, 2]), tf.constant([3, 4])], axis=1),
    )


@case
def concat_of_python_ints_and_floats():
    return tf.concat([[1], [2.5]], 0)


@case
def concat_of_different_ranks():
    return tf.concat([tf.zeros([2]), tf.zeros([2, 2])], 0)


@case
def concat_of_different_dtypes():
    return tf.concat([tf.constant([1]), tf.constant([1.0])], 0)


@case
def stack_of_different_shapes():
    return tf.stack([tf.zeros([2]), tf.zeros([3])])


@case
def splitting():
    x = matrix()
    return (
        tf.split(x, 2, axis=1),
        tf.split(x, [1, 2], 0),
        tf.split(x, [1, -1], axis=1),
        tf.unstack(x),
        tf.unstack(x, axis=1)[0],
    )


@case
def uneven_split():
    return tf.split(tf.range(5), 2)


@case
def repeating():
    x = tf.constant([[1, 2], [3, 4]])
    return (
        tf.tile(x, [2, 1]),
        tf.repeat(x, 2, axis=0),
        tf.repeat([1, 2, 3], [1, 0, 2]),
        tf.repeat(x, 2),
        tf.broadcast_to([1, 2], [2, 2]),
    )


@case
def padding():
    x = tf.constant([[1, 2], [3, 4]])
    return (
        tf.pad(x, [[1, 0], [0, 2]]),
        tf.pad(x, [[1, 1], [1, 1]], "REFLECT"),
        tf.pad(x, [[1, 1], [1, 1]], mode="SYMMETRIC"),
        tf.pad(x, [[0, 0], [1, 0]], constant_values=9),
    )


@case
def reversing_and_rolling():
    x = matrix()
    return tf.reverse(x, [0]), tf.reverse(x, [0, 1]), tf.roll(x, 1, 0), tf.roll(x, [1, -1], [0, 1])


@case
def reverse_sequence():
    return tf.reverse_sequence([[1, 2, 3], [4, 5, 6]], [2, 3], seq_axis=1, batch_axis=0)


@case
def gathering():
    x = matrix()
    return (
        tf.gather(x, [2, 0]),
        tf.gather(x, 1),
        tf.gather(x, [3, 0], axis=1),
        tf.gather(x, [[0, 1], [2, 2]]).shape,
        tf.gather_nd(x, [[0, 1], [2, 3]]),
        tf.gather_nd(x, [[1]]),
        tf.gather([[1, 2], [3, 4]], [[1], [0]], batch_dims=1),
    )


@case
def gather_out_of_range():
    return tf.gather(tf.range(3), [5])


@case
def scattering():
    return (
        tf.scatter_nd([[1], [3], [1]], [10, 20, 30], [5]),
        tf.tensor_scatter_nd_update([1, 2, 3], [[1]], [20]),
        tf.tensor_scatter_nd_add([1, 2, 3], [[1], [1]], [20, 5]),
        tf.tensor_scatter_nd_sub([1, 2, 3], [[0]], [20]),
        tf.tensor_scatter_nd_max([1, 2, 3], [[0]], [20]),
        tf.tensor_scatter_nd_min([1, 2, 3], [[0]], [-20]),
    )


@case
def selecting():
    c = tf.constant([True, False, True])
    return (
        tf.where(c, [1, 2, 3], [10, 20, 30]),
        tf.where(c),
        tf.where([[0, 1], [2, 0]]),
        tf.where(c, 1.0, 0.0),
        tf.where(c[:, None], [[1, 2]], 0),
    )


@case
def unique_values():
    y, index = tf.unique([3, 1, 3, 2, 1])
    z, i, count = tf.unique_with_counts(["a", "b", "a"])
    return y, index, z, i, count


@case
def one_hot():
    return (
        tf.one_hot([0, 2, 5], 3),
        tf.one_hot([0, 1], 2, on_value=5, off_value=-1),
        tf.one_hot([[0], [1]], 2, axis=1).shape,
        tf.one_hot([1], 2, dtype=tf.int32),
    )


@case
def sequence_masks_and_bands():
    return (
        tf.sequence_mask([1, 3], 4),
        tf.sequence_mask([1, 2], dtype=tf.int32),
        tf.linalg.band_part(tf.ones([3, 3]), 0, -1),
        tf.linalg.band_part(tf.ones([3, 3]), 1, 0),
    )


@case
def diagonals():
    x = tf.reshape(tf.range(9), [3, 3])
    return (
        tf.linalg.diag([1, 2]),
        tf.linalg.diag_part(x),
        tf.linalg.diag_part(x, k=1),
        tf.linalg.set_diag(x, [10, 20, 30]),
        tf.linalg.tensor_diag([1.0, 2.0]),
        tf.linalg.trace(x),
    )


@case
def meshgrids_and_ranges():
    return (
        tf.meshgrid([1, 2], [3, 4, 5]),
        tf.meshgrid([1, 2], [3, 4, 5], indexing="ij"),
        tf.linspace(1.0, 2.0, 3),
        tf.linspace(0, 10, 3),
        tf.range(10, 0, -3),
        tf.range(1.0, 2.0, 0.3),
    )


@case
def searching():
    return (
        tf.searchsorted([1, 3, 5], [0, 3, 6]),
        tf.searchsorted([1, 3, 5], [3], side="right"),
        tf.histogram_fixed_width([1.0, 2.0, 2.5, 9.0], [0.0, 10.0], nbins=5),
    )


@case
def space_and_batch():
    x = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    return (
        tf.nn.space_to_depth(x, 2),
        tf.nn.depth_to_space(tf.nn.space_to_depth(x, 2), 2)[0, :, :, 0],
    )


@case
def edit_operations():
    return (
        tf.dynamic_partition([1, 2, 3, 4], [0, 1, 0, 1], 2),
        tf.dynamic_stitch([[0, 2], [1, 3]], [[1, 3], [2, 4]]),
        tf.ensure_shape(tf.zeros([2]), [None]),
    )


@case
def ensure_wrong_shape():
    return tf.ensure_shape(tf.zeros([2]), [3])


@case
def static_shape_functions():
    return (
        tf.broadcast_static_shape(tf.TensorShape([2, 1]), tf.TensorShape([3])),
        tf.broadcast_dynamic_shape([2, 1], [3]),
        tf.get_static_value(tf.constant([1, 2])),
    )


@case
def zeros_and_ones_like():
    x = tf.constant([[1.5, 2.5]])
    return tf.zeros_like(x), tf.ones_like(x, tf.int32), tf.zeros_like("a"), tf.fill([2, 1], "s")


@case
def tensor_array():
    ta = tf.TensorArray(tf.float32, size=3)
    ta = ta.write(0, 1.0).write(1, 2.0).write(2, 3.0)
    other = tf.TensorArray(tf.int32, size=0, dynamic_size=True, clear_after_read=False)
    other = other.unstack([1, 2, 3])
    return ta.stack(), other.read(1), other.size(), other.gather([0, 2]), other.read(1)


@case
def tensor_array_concat_and_split():
    ta = tf.TensorArray(tf.int32, size=2, infer_shape=False)
    ta = ta.split([1, 2, 3], [1, 2])
    return ta.concat(), ta.read(0)


@case
def tensor_array_read_twice():
    ta = tf.TensorArray(tf.float32, size=1)
    ta = ta.write(0, 1.0)
    ta.read(0)
    return ta.read(0)


@case
def tensor_array_out_of_range():
    return tf.TensorArray(tf.float32, size=1).write(5, 1.0)


@traced(4)
def tensor_array_in_function(n):
    ta = tf.TensorArray(tf.int32, size=n)
    for i in tf.range(n):
        ta = ta.write(i, i * i)
    return ta.stack(), ta.size()


@case
def sets_of_shapes_by_keyword():
    return tf.reduce_sum(input_tensor=[1, 2], axis=0), tf.reshape(tensor=[1, 2], shape=[2, 1])


@case
def rank_and_shape_n():
    return tf.rank([[1]]), tf.shape_n([[1], [[1, 2]]])


@case
def crops_and_parallel_stack():
    return tf.stack([[1, 2], [3, 4]], -1), tf.concat([tf.zeros([0, 2]), [[1.0, 2.0]]], 0)


@case
def tensor_methods_do_not_exist():
    x = tf.constant([1])
    return [hasattr(x, n) for n in ("reshape", "T", "astype", "ravel", "sum", "mean", "tolist")]
