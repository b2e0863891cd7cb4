"""Ragged and sparse tensors: what makes them, their specs, functions of tensors on them."""

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
def spec():
    return repr(tf.RaggedTensorSpec([None, None], tf.int32))


@case
def spec2():
    return repr(tf.RaggedTensorSpec([2, None], tf.int32, ragged_rank=1))


@case
def spec3():
    return repr(tf.type_spec_from_value(ints()))


@case
def spec4():
    return (
        tf.type_spec_from_value(ints()).is_compatible_with(ints()),
        tf.RaggedTensorSpec([None, None], tf.int32).is_compatible_with(ints()),
        tf.RaggedTensorSpec([None, None], tf.float32).is_compatible_with(ints()),
    )


@case
def sigspec():
    return show(
        tf.function(lambda x: x + 1, input_signature=[tf.RaggedTensorSpec([None, None], tf.int32)])(
            ints()
        )
    )


@case
def sigspec2():
    return tf.function(
        lambda x: tf.reduce_sum(x), input_signature=[tf.RaggedTensorSpec([None, None], tf.int32)]
    )(ints())


@case
def sigspec_bad():
    return tf.function(
        lambda x: tf.reduce_sum(x), input_signature=[tf.RaggedTensorSpec([None, None], tf.float32)]
    )(ints())


@case
def sigspec_tensor():
    return tf.function(
        lambda x: tf.reduce_sum(x), input_signature=[tf.RaggedTensorSpec([None, None], tf.int32)]
    )(tf.constant([[1, 2]]))


@case
def getconc2():
    return (
        tf.function(lambda x: x + 1)
        .get_concrete_function(tf.RaggedTensorSpec([None, None], tf.int32))
        .pretty_printed_signature()
    )


@case
def getconc3():
    return repr(
        tf.function(lambda x: x + 1).get_concrete_function(ints()).structured_input_signature
    )


@case
def cast():
    return show(tf.cast(ints(), tf.float32))


@case
def cast_f():
    return show(tf.function(lambda r: tf.cast(r, tf.float32))(ints()))


@case
def rsum():
    return tf.reduce_sum(ints())


@case
def rsum0():
    return show(tf.reduce_sum(ints(), axis=0))


@case
def rsum1():
    return show(tf.reduce_sum(ints(), axis=1))


@case
def rsumk():
    return show(tf.reduce_sum(ints(), axis=1, keepdims=True))


@case
def rmean():
    return show(tf.reduce_mean(floats(), axis=1))


@case
def rmax():
    return show(tf.reduce_max(ints(), axis=1))


@case
def rmin():
    return show(tf.reduce_min(ints(), axis=1))


@case
def rprod():
    return show(tf.reduce_prod(ints(), axis=1))


@case
def rany():
    return show(tf.reduce_any(ints() > 2, axis=1))


@case
def rall():
    return show(tf.reduce_all(ints() > 2, axis=1))


@case
def rsum_neg():
    return show(tf.reduce_sum(ints(), axis=-1))


@case
def rsum_both():
    return show(tf.reduce_sum(ints(), axis=[0, 1]))


@case
def rmax_all():
    return tf.reduce_max(ints())


@case
def rstd():
    return show(tf.math.reduce_std(floats(), axis=1))


@case
def rvar():
    return show(tf.math.reduce_variance(floats(), axis=1))


@case
def rsum_m():
    return show(ints().__class__.__name__)


@case
def size():
    return tf.size(ints())


@case
def rank():
    return tf.rank(ints())


@case
def shape2():
    return str(ints().shape)


@case
def bshape():
    return ints().bounding_shape()


@case
def nrows():
    return ints().nrows()


@case
def rl():
    return ints().row_lengths()


@case
def rs():
    return ints().row_splits


@case
def starts():
    return ints().row_starts()


@case
def limits():
    return ints().row_limits()


@case
def vrow():
    return ints().value_rowids()


@case
def getrow():
    return ints()[0]


@case
def getneg():
    return ints()[-1]


@case
def getel():
    return ints()[2, 1]


@case
def slic():
    return show(ints()[1:])


@case
def slic2():
    return show(ints()[:, :1])


@case
def slic3():
    return show(ints()[:, 1:])


@case
def slice4():
    return show(ints()[:, -1:])


@case
def slice5():
    return show(ints()[::2])


@case
def bad():
    return show(ints()[:, 0])


@case
def concat():
    return show(tf.concat([ints(), ints()], axis=0))


@case
def concat1():
    return show(tf.concat([ints(), ints()], axis=1))


@case
def stack():
    return show(tf.stack([ints(), ints()]))


@case
def expand1():
    return show(tf.expand_dims(ints(), -1))


@case
def gather():
    return show(tf.gather(ints(), [2, 0]))


@case
def where():
    return show(tf.where(ints() > 2, ints(), -ints()))


@case
def zeros():
    return show(tf.zeros_like(ints()))


@case
def ones():
    return show(tf.ones_like(ints()))


@case
def split():
    return show(tf.strings.split(["a b", "c"]))


@case
def map_flat():
    return show(tf.ragged.map_flat_values(lambda v: v * 2, ints()))


@case
def boolm():
    return show(
        tf.ragged.boolean_mask(ints(), tf.ragged.constant([[True, False], [], [False, True, True]]))
    )


@case
def rrange():
    return show(tf.ragged.range([1, 3]))


@case
def rstack():
    return show(tf.ragged.stack([[1, 2], [3]]))
