"""Tensors: construction, dtypes, conversion, properties, shapes."""

import numpy as np

from tests.conformance.case import case, tf


@case
def constants_of_python_values():
    values = [1, 1.5, True, "text", b"bytes", 2 + 3j, [1, 2], [1.0, 2], [[1], [2]], ["a", "bc"]]
    return [tf.constant(value) for value in values]


@case
def reprs_of_scalars():
    values = [1, 1.5, True, "text", 2 + 3j, 0.1, 1e20, float("nan"), float("-inf")]
    return [repr(tf.constant(value)) for value in values]


@case
def strs_of_scalars():
    return [str(tf.constant(value)) for value in (1, 1.5, True, "text", 0.1, 1e20, 1e-7)]


@case
def reprs_of_arrays():
    values = [[1, 2, 3], [1.5, -2.0], [[1, 2], [3, 4]], [], [[]], ["a", "bc"], [True, False]]
    return [repr(tf.constant(value)) for value in values]


@case
def strs_of_arrays():
    values = [[1, 2, 3], [1.5, -2.0], [[1, 2], [3, 4]], [], ["a", "bc"], [[[1.0]]]]
    return [str(tf.constant(value)) for value in values]


@case
def repr_of_large_tensor():
    return repr(tf.range(2000)), str(tf.zeros([3, 3], tf.float64))


@case
def repr_of_int64_and_others():
    kinds = ["int8", "uint8", "int16", "int64", "uint32", "float16", "float64", "complex64"]
    return [repr(tf.constant(3, dtype=kind)) for kind in kinds]


@case
def reprs_of_dtypes():
    kinds = [tf.float32, tf.int32, tf.bool, tf.string, tf.complex64, tf.bfloat16, tf.half, tf.uint8]
    return [repr(kind) for kind in kinds], [str(kind) for kind in kinds], [k.name for k in kinds]


@case
def properties_of_dtypes():
    kinds = [tf.float32, tf.int8, tf.bool, tf.string, tf.complex128]
    return [
        (k.size, k.is_floating, k.is_integer, k.is_complex, k.is_bool, k.is_numpy_compatible)
        for k in kinds
    ]


@case
def limits_of_dtypes():
    return tf.int32.max, tf.int32.min, tf.uint8.max, float(tf.float32.max), tf.int64.min


@case
def dtypes_by_name_and_number():
    return tf.as_dtype("float32"), tf.as_dtype(np.int64), tf.as_dtype(tf.bool), tf.as_dtype(float)


@case
def dtype_equality():
    return tf.float32 == "float32", tf.float32 == np.float32, tf.int32 != tf.int64, tf.half == "f2"


@case
def dtypes_as_numpy():
    return [k.as_numpy_dtype for k in (tf.float32, tf.int32, tf.bool, tf.string)]


@case
def default_dtypes_of_numpy_values():
    values = [np.float32(1), np.float64(1), np.int64(1), np.arange(3), np.array([1.5]), np.bool_(1)]
    return [tf.constant(value).dtype for value in values]


@case
def dtype_and_shape_arguments():
    return (
        tf.constant([1, 2, 3], dtype=tf.float64),
        tf.constant(7, shape=[2, 2]),
        tf.constant([1, 2, 3, 4], shape=(2, 2)),
        tf.constant(1.0, tf.int32.as_numpy_dtype and tf.float16),
    )


@case(match="int32|convert")
def float_into_int_constant():
    return tf.constant(1.5, dtype=tf.int32)


@case
def int_too_large_for_dtype():
    return tf.constant(2**40, dtype=tf.int32)


@case
def large_int_without_dtype():
    return tf.constant(2**31 - 1), tf.constant(-(2**31))


@case
def larger_int_without_dtype():
    return tf.constant(2**40)


@case(match="[Nn]on-rectangular|convert|sequence")
def ragged_constant():
    return tf.constant([[1], [1, 2]])


@case(match="None|convert")
def none_constant():
    return tf.constant(None)


@case
def mixed_int_and_float_list():
    return tf.constant([1, 2.5]), tf.constant([1, 2], tf.float32)


@case(match="convert|type|string|dtype")
def mixed_list_of_string_and_int():
    return tf.constant(["a", 1])


@case
def convert_to_tensor_of_tensor_list():
    return tf.convert_to_tensor([tf.constant(1), tf.constant(2)]), tf.convert_to_tensor((1, 2.0))


@case(match="dtype|convert|requested|incompatible")
def convert_tensor_to_other_dtype():
    return tf.convert_to_tensor(tf.constant(1), dtype=tf.float32)


@case
def convert_with_dtype_hint():
    return tf.convert_to_tensor(1, dtype_hint=tf.float32), tf.convert_to_tensor(
        1.5, dtype_hint="i4"
    )


@case
def casts():
    x = tf.constant([-1.7, 0.0, 2.9])
    return (
        tf.cast(x, tf.int32),
        tf.cast(x, tf.bool),
        tf.cast(tf.constant([True, False]), tf.float32),
        tf.cast(300, tf.uint8),
        tf.cast(1.5, "float64"),
        tf.cast(tf.constant(1 + 2j), tf.complex128),
    )


@case
def cast_complex_to_float():
    return tf.cast(tf.constant(1 + 2j), tf.float32)


@case(match="[Cc]ast|string|support")
def cast_string_to_number():
    return tf.cast(tf.constant("1"), tf.int32)


@case
def bitcast_and_saturate():
    return tf.bitcast(tf.constant(1.0), tf.int32), tf.saturate_cast(
        tf.constant([300, -5]), tf.uint8
    )


@case
def numpy_of_scalars():
    return tf.constant(1).numpy(), tf.constant(1.5).numpy(), tf.constant("a").numpy()


@case
def numpy_of_arrays():
    return tf.constant([1, 2]).numpy(), tf.constant([["a"]]).numpy(), tf.constant([True]).numpy()


@case
def python_conversions():
    return (
        int(tf.constant(3)),
        float(tf.constant(1.5)),
        bool(tf.constant(1)),
        int(tf.constant(2.7)),
        complex(tf.constant(1 + 2j)),
        len(tf.constant([1, 2, 3])),
        list(range(5))[tf.constant(2)],
        f"{tf.constant(3)}",
    )


@case(match="[Tt]ruth|ambiguous|more than one")
def bool_of_vector():
    return bool(tf.constant([1, 2]))


@case
def len_of_scalar():
    return len(tf.constant(1))


@case(match="hash")
def hash_of_tensor():
    return hash(tf.constant(1))


@case
def refs_are_hashable():
    x = tf.constant(1)
    return x.ref() == x.ref(), {x.ref(): 1}[x.ref()], x.ref().deref() is x


@case
def shape_properties():
    x = tf.zeros([2, 3])
    return x.shape, x.shape.as_list(), x.shape.rank, x.ndim, x.get_shape(), x.shape[0], len(x.shape)


@case
def shape_reprs():
    shapes = [[], [1], [2, None], None, [None, None]]
    return [repr(tf.TensorShape(s)) for s in shapes], [str(tf.TensorShape(s)) for s in shapes]


@case
def shape_arithmetic():
    a, b = tf.TensorShape([2, 3]), tf.TensorShape([None, 3])
    return (
        a + b,
        a.concatenate([4]),
        a.merge_with(b),
        a.is_compatible_with(b),
        a == b,
        a[1:],
        a.num_elements(),
        b.num_elements(),
        b.is_fully_defined(),
        tf.TensorShape(None).rank,
        a.with_rank(2),
        list(a),
        b.as_list(),
    )


@case(match="ompatible|merge|equal")
def merging_incompatible_shapes():
    return tf.TensorShape([2, 3]).merge_with([2, 4])


@case(match="rank")
def shape_with_wrong_rank():
    return tf.TensorShape([2, 3]).assert_has_rank(3)


@case
def iterating_unknown_shape():
    return list(tf.TensorShape(None))


@case
def tensor_specs():
    spec = tf.TensorSpec([None, 3], tf.float32, name="x")
    return (
        repr(spec),
        repr(tf.TensorSpec(None, tf.int32)),
        spec.shape,
        spec.dtype,
        spec.name,
        spec.is_compatible_with(tf.zeros([5, 3])),
        spec.is_compatible_with(tf.zeros([5, 4])),
        spec == tf.TensorSpec([None, 3], tf.float32, name="x"),
        tf.TensorSpec.from_tensor(tf.zeros([2])),
    )
