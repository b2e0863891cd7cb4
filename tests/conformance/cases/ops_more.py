"""More of the public functions, and their corners."""

import numpy as np

from tests.conformance.case import case, tf


@case
def special_functions():
    x = tf.constant([0.5, 1.0, 2.0])
    m = tf.math
    return (
        m.igamma(x, [1.0, 1.0, 1.0]),
        m.igammac(x, [1.0, 1.0, 1.0]),
        m.betainc(x, x, [0.2, 0.5, 0.7]),
        m.polygamma([1.0, 1.0, 1.0], x),
        m.erfcinv([0.5, 1.0, 1.5]),
        m.bessel_i0(x),
        m.bessel_i1e(x),
        m.sigmoid(x),
        m.special.sinc([0.0, 0.5]) if hasattr(m.special, "sinc") else None,
    )


@case
def reductions_with_lists_of_axes():
    x = tf.reshape(tf.range(24.0), [2, 3, 4])
    return (
        tf.reduce_mean(x, [1, 2]),
        tf.reduce_logsumexp(x, [0]),
        tf.math.reduce_variance(x, [0, 1]),
        tf.math.reduce_euclidean_norm(x, 2),
        tf.reduce_any(x > 22.0, [0, 1]),
    )


@case
def reductions_of_special_values():
    x = tf.constant([1.0, float("nan"), float("inf")])
    return tf.reduce_sum(x), tf.reduce_max(x), tf.reduce_min(x), tf.reduce_mean(x)


@case
def float_formats():
    for value in (1.0, 0.1, 1e10, 1e-10, 123456.789, 1234567.0, -0.5, 3.0e38, 1 / 3):
        print(tf.constant(value), repr(tf.constant(value, tf.float64)))
        tf.print(tf.constant(value), tf.constant(value, tf.float64))


@case
def array_formats():
    print(tf.constant([0.1, 1e10]), tf.constant([[1e-5, 1.0]]), tf.linspace(0.0, 1.0, 4))
    print(tf.constant([1e8, 1.0]), tf.constant([True]), tf.constant([[b"a"]]))
    print(tf.constant([1 + 2j]), tf.constant([float("nan"), float("-inf")]))
    print(tf.zeros([0, 3]), tf.constant([1, 100, 10000]), tf.constant(np.float64(2) / 3))
    tf.print(tf.constant([0.1, 1e10]), tf.constant([[1e-5, 1.0]]), tf.linspace(0.0, 1.0, 4))
    tf.print(tf.constant([1e8, 1.0]), tf.constant([True]), tf.constant([["a"]]))
    tf.print(tf.constant([1 + 2j]), tf.constant([float("nan"), float("-inf")]), tf.zeros([0, 3]))
    tf.print(tf.reshape(tf.range(24), [2, 3, 4]), summarize=1)
    tf.print(tf.reshape(tf.range(24), [2, 3, 4]))


@case
def tf_print_of_structures_and_variables():
    v = tf.Variable([1.0, 2.0])
    tf.print("v:", v, {"k": v, "list": [1, tf.constant("x")]}, (), [], None, 1.5, b"bytes")
    tf.print([tf.constant(1), "two", 3.0], (tf.constant([1]),), sep="|")


@case
def reprs_of_containers():
    return (
        repr([tf.constant(1), tf.constant([1.0])]),
        repr({"a": tf.constant("x")}),
        str((tf.constant(True),)),
        f"{tf.constant(1.5)} {tf.constant([1, 2])} {tf.constant('s')!r}",
        "{:.2f}".format(tf.constant(1.239).numpy()),
    )


@case
def indexed_slices():
    s = tf.IndexedSlices(
        values=tf.constant([[1.0, 2.0]]), indices=tf.constant([1]), dense_shape=tf.constant([3, 2])
    )
    return tf.convert_to_tensor(s), s.values, s.indices, s.dtype


@case
def linear_operators_of_batches():
    a = tf.reshape(tf.range(1.0, 9.0), [2, 2, 2])
    return (
        tf.linalg.inv(a),
        tf.linalg.det(a),
        tf.linalg.trace(a),
        tf.linalg.matmul(a, a, transpose_b=True),
        tf.linalg.solve(a, tf.ones([2, 2, 1])),
        tf.linalg.diag_part(a),
        tf.linalg.band_part(a, 0, 0),
        tf.linalg.matrix_transpose(a),
        tf.einsum("bij,bjk->bik", a, a),
        tf.einsum("bij->b", a),
    )


@case
def linalg_in_double():
    a = tf.constant([[2.0, 1.0], [1.0, 3.0]], tf.float64)
    return tf.linalg.cholesky(a), tf.linalg.eigvalsh(a), tf.linalg.inv(a), tf.linalg.slogdet(a)


@case
def segments_and_bins():
    return (
        tf.math.segment_sum([[1, 2], [3, 4], [5, 6]], [0, 0, 1]),
        tf.math.unsorted_segment_max([1, 5, 3], [0, 1, 0], 3),
        tf.math.bincount([[0, 1, 1], [2, 2, 2]], axis=-1),
        tf.math.bincount([1, 2], weights=[0.5, 1.5]),
        tf.histogram_fixed_width_bins([0.0, 0.5, 1.0], [0.0, 1.0], 4),
    )


@case
def meshgrid_and_where_forms():
    x, y = tf.meshgrid(tf.range(3), tf.range(2))
    return x, y, tf.where(x > y, x, -1), tf.where(x > y), tf.where(True, [1, 2], [3, 4])


@case
def string_joins_and_searches():
    s = tf.strings
    return (
        s.regex_replace(["abc", "bcd"], "b(.)", r"<\1>"),
        s.unicode_transcode("é", "UTF-8", "UTF-16-BE"),
        s.unicode_script([97, 945]),
        s.ngrams(["a", "b", "c"], 2),
        s.unsorted_segment_join(["a", "b", "c"], [0, 1, 0], 2),
        s.join([["a"], "b", ["c"]]),
    )


@case
def datetime_like_and_base64():
    return tf.io.encode_base64(["a", "bc"], pad=True), tf.strings.as_string(
        [1.5, 2.25], precision=1, width=6
    )


@case
def number_theory_and_bits():
    return (
        tf.math.floormod(-7, 3),
        tf.truncatemod(-7, 3),
        tf.bitwise.right_shift(-8, 1),
        tf.bitwise.invert(tf.constant(5, tf.uint8)),
        tf.math.mod([5.5, -5.5], 2.0),
        tf.math.round([0.5, 1.5, 2.5, -0.5]),
        tf.math.rint([0.5, 1.5]),
        tf.cast([1.9, -1.9], tf.int32),
        tf.cast([300, -1], tf.uint8),
        tf.cast(float("nan"), tf.bool),
    )


@case
def argmax_of_ties_and_nan():
    return tf.argmax([1, 3, 3]), tf.argmin([2, 1, 1]), tf.argmax([1.0, float("nan"), 2.0])


@case
def sorting_of_ties_and_nan():
    return (
        tf.argsort([3, 1, 3, 1], stable=True),
        tf.sort([2.0, -1.0, 0.5], direction="DESCENDING"),
        tf.math.top_k([1, 3, 3, 2], 3),
        tf.sort(["b", "a"]) if False else 0,
    )


@case
def dtype_of_python_scalars_in_ops():
    half = tf.constant(1.5, tf.float16)
    return half + 1, half * 2.5, 1 / half, tf.maximum(half, 2), tf.pow(half, 2), tf.add(half, 1)


@case
def dtypes_that_python_scalars_do_not_follow():
    def kind(run):
        try:
            return run().dtype.name
        except Exception as error:  # noqa: BLE001
            return type(error).__name__

    half = tf.constant(1.5, tf.float16)
    return [
        kind(lambda: tf.where(True, half, 0.0)),
        kind(lambda: tf.clip_by_value(half, 0, 1)),
        kind(lambda: tf.stack([half, 2.0])),
        kind(lambda: tf.stack([2.0, half])),
        kind(lambda: tf.add(1, half)),
        kind(lambda: tf.maximum(1.0, half)),
        kind(lambda: tf.concat([[1.0], [half]], 0)),
    ]


@case
def mixing_numpy_dtypes():
    def kind(run):
        try:
            return run().dtype.name
        except Exception as error:  # noqa: BLE001
            return type(error).__name__

    x = tf.constant([1.0, 2.0])
    return [
        kind(lambda: x + np.float32(1)),
        kind(lambda: x + np.float64(1)),
        kind(lambda: x + np.int32(1)),
        kind(lambda: x + np.array([1, 2])),
        kind(lambda: np.array([1, 2]) + x),
        kind(lambda: x * np.array([1.0, 2.0], np.float32)),
        kind(lambda: x + True),
        kind(lambda: x + 1j),
        kind(lambda: tf.constant(1) + np.int64(1)),
        kind(lambda: tf.constant(1, tf.int64) + np.int32(1)),
        kind(lambda: tf.constant(1) * True),
        kind(lambda: tf.constant(True) + True),
        kind(lambda: tf.add(x, np.float64(2))),
        kind(lambda: tf.maximum(np.float64(2), x)),
        kind(lambda: tf.concat([x, np.array([1.0])], 0)),
        kind(lambda: tf.stack([x, [1, 2]])),
        kind(lambda: tf.matmul(x[None], np.ones([2, 1]))),
        kind(lambda: tf.convert_to_tensor([x[0], 1])),
        kind(lambda: tf.range(np.int64(3))),
        kind(lambda: tf.reduce_sum(np.arange(3))),
    ]


@case
def interoperation_with_numpy_functions():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    return (
        np.dot(x, x),
        np.mean(x),
        np.concatenate([x, x]),
        np.transpose(x),
        np.exp(x),
        np.allclose(x, x),
        x.numpy() @ np.ones((2, 1), np.float32),
        np.shape(x),
        np.float32(tf.constant(1.5)),
    )


@case
def name_arguments_are_accepted():
    x = tf.constant([1.0, 4.0])
    return (
        tf.add(x, 1.0, name="n"),
        tf.reduce_sum(x, name="n"),
        tf.nn.relu(x, name="n"),
        tf.reshape(x, [2, 1], name="n"),
        tf.concat([x, x], 0, name="n"),
        tf.constant(1, name="n"),
        tf.cast(x, tf.int32, name="n"),
        tf.linalg.norm(x, name="n"),
    )


@case
def keyword_arguments_by_their_names():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    return (
        tf.reduce_sum(input_tensor=x, axis=0, keepdims=True),
        tf.transpose(a=x, perm=[1, 0]),
        tf.concat(values=[x, x], axis=1),
        tf.gather(params=x, indices=[1], axis=0),
        tf.one_hot(indices=[1], depth=2),
        tf.cast(x=x, dtype=tf.int32),
        tf.where(condition=x > 2.0, x=x, y=0.0),
        tf.expand_dims(input=x, axis=0).shape,
        tf.split(value=x, num_or_size_splits=2, axis=1)[0],
        tf.matmul(a=x, b=x),
        tf.nn.softmax(logits=x),
        tf.clip_by_value(t=x, clip_value_min=1.5, clip_value_max=3.5),
        tf.math.top_k(input=x, k=1).values,
        tf.argmax(input=x, axis=1),
        tf.fill(dims=[2], value=3),
        tf.tile(input=x, multiples=[1, 2]),
        tf.pad(tensor=x, paddings=[[0, 0], [1, 0]]),
        tf.stack(values=[x, x], axis=0).shape,
        tf.range(start=0, limit=4, delta=2),
        tf.linspace(start=0.0, stop=1.0, num=3),
    )


@case
def sparse_and_ragged_shapes_of_split():
    r = tf.strings.split(["a b", "c"])
    return type(r).__name__, r.to_list()


@case
def unique_and_set_operations():
    y, idx, count = tf.unique_with_counts([1, 1, 2, 4, 4, 4])
    return y, idx, count, tf.unique(["x", "y", "x"])


@case
def roll_and_shift_variants():
    x = tf.range(5)
    return tf.roll(x, 2, 0), tf.roll(x, -1, 0), tf.reverse(x, [-1]), tf.concat([x[1:], x[:1]], 0)


@case
def cumulative_variants():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    return (
        tf.cumsum(x, reverse=True, exclusive=True),
        tf.math.cumprod(x, axis=1, exclusive=True),
        tf.math.cumulative_logsumexp(x, axis=0, reverse=True),
    )


@case
def identity_family():
    x = tf.constant([1.0])
    return (
        tf.identity(x),
        tf.identity_n([x, x * 2]),
        tf.stop_gradient(x),
        tf.no_op(),
        tf.grad_pass_through(tf.round)(x),
    )


@case
def config_and_version():
    return (
        isinstance(tf.__version__, str),
        tf.executing_eagerly(),
        [d.device_type for d in tf.config.list_physical_devices("CPU")],
        tf.config.list_physical_devices("GPU"),
    )


@case
def nest_corners():
    n = tf.nest
    return (
        n.flatten(None),
        n.flatten([]),
        n.flatten({"b": 1, "a": [2, (3,)]}),
        n.map_structure(lambda a, b: a + b, {"x": 1}, {"x": 2}),
        n.pack_sequence_as([0, {"k": 0}], ["p", "q"]),
        n.is_nested({}),
        n.is_nested("s"),
    )


@case
def losses_of_keras_functions():
    k = tf.keras.losses
    y, p = tf.constant([[0.0, 1.0]]), tf.constant([[0.2, 0.8]])
    return (
        k.MSE(y, p),
        k.MAE(y, p),
        k.binary_crossentropy(y, p),
        k.categorical_crossentropy(y, p),
        k.Huber()(y, p),
        k.KLDivergence()(y, p),
        k.CosineSimilarity(axis=1)(y, p),
    )


@case(rtol=1e-4)
def keras_recurrent_cells_and_convolutions():
    k = tf.keras.layers
    x = tf.reshape(tf.range(12.0), [1, 3, 4]) / 10.0
    ones = {"kernel_initializer": "ones", "bias_initializer": "zeros"}
    return (
        k.LSTM(2, recurrent_initializer="ones", **ones)(x),
        k.GRU(2, recurrent_initializer="ones", **ones)(x),
        k.SimpleRNN(2, recurrent_initializer="ones", return_sequences=True, **ones)(x),
        k.Conv2D(1, 2, **ones)(tf.reshape(x, [1, 3, 4, 1])),
        k.Flatten()(x),
        k.Dropout(0.5)(x),
        k.LayerNormalization()(x),
        k.MaxPooling2D(2)(tf.reshape(x, [1, 3, 4, 1])),
        k.Embedding(4, 2, embeddings_initializer="ones")(tf.constant([[1, 3]])),
        k.BatchNormalization()(x),
    )
