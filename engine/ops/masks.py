"""Indices as masks and parts: one_hot, sequence_mask, dynamic_partition, dynamic_stitch."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype, bool_, float32, int8, int32, int64, uint8
from engine.ir.interpreter import current
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_value
from engine.ir.tensor import Tensor, Tensors
from engine.ops.arguments import refused_dtype, static_int
from engine.ops.kernels import as_array, refuse
from engine.ops.namespace import tf

_ONE_HOT = frozenset({uint8, int8, int32, int64})


@op(
    "raw.one_hot",
    samples=[("int32[3](0,4)", "float32[]", "float32[]", 4, -1)],
    type="OneHot",
    hint="one_hot",
    groups={"indices": "TI"},
    defaults={"TI": int64},
    dtypes={"TI": _ONE_HOT},
)
def one_hot_op(
    indices: Tensor, on_value: Tensor, off_value: Tensor, depth: Any, axis: int,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """`on_value` at the indices along a new axis, `off_value` elsewhere."""
    if indices.dims is None:
        return spec(on_value.dtype, None)
    rank = len(indices.dims)
    if axis < -1:
        raise ValueError(f"axis must be >= -1, got {axis}")
    at = rank if axis == -1 else axis
    return spec(on_value.dtype, (*indices.dims[:at], depth, *indices.dims[at:]))


@one_hot_op.kernel
def _one_hot_kernel(
    xp: Any, indices: Any, on_value: Any, off_value: Any, depth: int, axis: int
) -> Any:
    rank = indices.ndim
    if not -1 <= axis <= rank:
        raise refuse(f"Expected axis to be -1 or between [0, {rank + 1}).  But received: {axis}")
    at = rank if axis == -1 else axis
    shape = [1] * (rank + 1)
    shape[at] = depth
    steps = xp.arange(depth).reshape(shape)
    hit = xp.expand_dims(indices, at) == steps
    kind = getattr(on_value, "dtype", object)
    out = xp.full(hit.shape, off_value, dtype=kind)
    out[hit] = on_value
    return out


@one_hot_op.gradient
def _one_hot_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[None, None, None]:
    return None, None, None


def _depth(depth: Any) -> int | None:
    """The length of the vectors, where it is known."""
    depth = convert_to_tensor(depth, dtype_hint=int32)
    if depth.dims:
        if current().eager:
            raise refuse(f"depth must be a scalar, but got: {list(depth.dims)}")
        raise ValueError(f"Input must be scalar but has rank {len(depth.dims)}")
    count = static_int(depth)
    if count is not None and count < 0:
        if current().eager:
            raise refuse(f"depth must be non-negative, got: {count}")
        raise ValueError(
            f"Dimension size, given by scalar input 1, must be non-negative but is {count}"
        )
    return count


def _spread(indices: Tensor, steps: Tensor, axis: int) -> Tensor:
    """Where indices of unknown rank, with a new axis, equal the steps along it."""
    rank = tf.rank(indices)
    place = rank if axis == -1 else axis
    shape = tf.shape(indices)
    wide = tf.reshape(indices, tf.concat([shape[:place], [1], shape[place:]], 0))
    ones = tf.ones_like(shape)
    row = tf.reshape(steps, tf.concat([ones[:place], tf.shape(steps), ones[place:]], 0))
    return tf.equal(wide, row)


@public("one_hot")
def one_hot(
    indices: Any, depth: Any, on_value: Any = None, off_value: Any = None, axis: int | None = None,
    dtype: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """Vectors with one element set, for each index; indices outside [0, depth) set none.

    Args:
        indices: uint8, int32 or int64 tensor.
        depth: length of the vectors.
        on_value: the set element, by default 1.
        off_value: the others, by default 0.
        axis: where the new axis goes, by default last.
        dtype: of the result, by default that of the values, else float32.
        name: of the node.

    Raises:
        TypeError: if the dtypes of the values differ from each other or from `dtype`.
    """
    if isinstance(indices, float):
        raise TypeError(f"Cannot convert {indices} to EagerTensor of dtype uint8")
    indices = convert_to_tensor(
        indices, dtype_hint=int64 if isinstance(indices, list) and not indices else None
    )
    if indices.dtype not in _ONE_HOT and not current().eager:
        raise refused_dtype(indices.dtype, sorted(_ONE_HOT, key=int), "OneHot", "indices", "TI")
    given = [convert_to_tensor(v).dtype if dtype is None else as_dtype(dtype)
             for v in (on_value, off_value) if v is not None]  # fmt: skip
    kind = as_dtype(dtype) if dtype is not None else (given[0] if given else float32)
    if any(item is not kind for item in given):
        raise TypeError(f"dtype {given[0]!r} of on_value does not match dtype {given[1]!r} of "
                        "off_value")  # fmt: skip
    on = convert_to_tensor(1 if on_value is None else on_value, kind)
    off = convert_to_tensor(0 if off_value is None else off_value, kind)
    count = _depth(depth)
    at = -1 if axis is None else int(axis)
    if count is None:
        steps = tf.cast(tf.range(depth), indices.dtype)
        if indices.dims is None:
            return tf.where(_spread(indices, steps, at), on, off, name=name)
        rank = len(indices.dims)
        place = rank if at == -1 else at
        hit = tf.expand_dims(indices, place) == tf.reshape(
            steps, [-1 if i == place else 1 for i in range(rank + 1)]
        )
        return tf.where(hit, on, off, name=name)
    return one_hot_op(indices, on, off, count, at, name=name)


@public("sequence_mask")
def sequence_mask(
    lengths: Any, maxlen: Any = None, dtype: Any = bool_, name: str | None = None
) -> Tensor:
    """For each length a vector whose first elements are True.

    Args:
        lengths: integer tensor.
        maxlen: length of the vectors, by default the largest length.
        dtype: of the result.
        name: of the node.

    Raises:
        ValueError: if `maxlen` is no scalar.
    """
    lengths = convert_to_tensor(lengths)
    if maxlen is None:
        maxlen = tf.maximum(tf.reduce_max(lengths), tf.constant(0, lengths.dtype))
    else:
        maxlen = convert_to_tensor(maxlen)
    if maxlen.dims not in (None, ()):
        raise ValueError(f"Argument `maxlen` must be scalar for sequence_mask, received `maxlen` = "
                         f"{maxlen} with shape '{maxlen.shape}' instead")  # fmt: skip
    steps = tf.range(tf.constant(0, maxlen.dtype), maxlen, tf.constant(1, maxlen.dtype))
    rows = tf.cast(tf.expand_dims(lengths, -1), maxlen.dtype)
    mask = steps < rows
    kind = as_dtype(dtype)
    return mask if kind is bool_ else tf.cast(mask, kind)


@op(
    "raw.dynamic_partition",
    samples=[("float32[4,2]", (0, 1, 1, 0), 2)],
    type="DynamicPartition",
    hint="DynamicPartition",
    groups={"partitions": int32},
)
def dynamic_partition_op(
    data: Tensor, partitions: Tensor, num_partitions: int, name: str | None = None
) -> tuple[TensorSpec, ...]:
    """The slices of `data` sorted into several tensors."""
    dims = None
    if data.dims is not None and partitions.dims is not None:
        dims = (None, *data.dims[len(partitions.dims) :])
        if not _agree(data.dims[: len(partitions.dims)], partitions.dims):
            raise ValueError(
                f"data.shape must start with partitions.shape, got data.shape = "
                f"{list(data.dims)}, partitions.shape = {list(partitions.dims)}"
            )
    if num_partitions < 1:
        raise ValueError(f"Attr 'num_partitions' of 'DynamicPartition' Op passed {num_partitions} "
                         "less than minimum 1.")  # fmt: skip
    return tuple(spec(data.dtype, dims) for _ in range(num_partitions))


def _agree(left: Any, right: Any) -> bool:
    return len(left) == len(right) and all(
        a is None or b is None or a == b for a, b in zip(left, right)
    )


@dynamic_partition_op.kernel
def _dynamic_partition_kernel(xp: Any, data: Any, partitions: Any, num_partitions: int) -> Any:
    data = as_array(xp, data)
    places = xp.asarray(partitions)
    bad = (places < 0) | (places >= num_partitions)
    if bad.any():
        at = tuple(int(i[0]) for i in xp.nonzero(xp.atleast_1d(bad)))
        raise refuse(f"partitions{list(at)} = {int(xp.atleast_1d(places)[at])} is not in "
                     f"[0, {num_partitions})")  # fmt: skip
    flat = data.reshape((places.size, *data.shape[places.ndim :]))
    rows = places.reshape(-1)
    return tuple(flat[rows == i] for i in range(num_partitions))


@dynamic_partition_op.gradient
def _dynamic_partition_gradient(tf: Any, node: Any, *grads: Tensor) -> tuple[Tensor, None]:
    data, partitions = node.inputs
    count = node.attrs["num_partitions"]
    places = tf.reshape(tf.range(tf.size(partitions)), tf.shape(partitions))
    parts = tf.dynamic_partition(places, partitions, count)
    filled = [tf.zeros_like(out) if grad is None else grad
              for grad, out in zip(grads, node.outputs)]  # fmt: skip
    return tf.reshape(tf.dynamic_stitch(list(parts), filled), tf.shape(data)), None


@public("dynamic_partition")
def dynamic_partition(
    data: Any, partitions: Any, num_partitions: int, name: str | None = None
) -> list[Tensor]:
    """The slices of `data` sorted into several tensors.

    Args:
        data: tensor of any dtype.
        partitions: int32; its shape is the beginning of that of `data`; the tensor that each
            slice goes to.
        num_partitions: how many tensors.
        name: of the node.

    Raises:
        InvalidArgumentError: if a number in `partitions` lies outside.
    """
    if isinstance(num_partitions, Tensor) and not current().eager:
        raise TypeError(f"Expected int for argument 'num_partitions' not {num_partitions}.")
    return list(dynamic_partition_op(data, partitions, int(num_partitions), name=name))


@op("dynamic_stitch", type="DynamicStitch", groups={"indices": int32}, value_dependent=True,
    samples=[([(0, 2), (1,)], ["float32[2,3]", "float32[1,3]"])])  # fmt: skip
def dynamic_stitch(indices: Tensors, data: Tensors, name: str | None = None) -> TensorSpec:
    """Slices of several tensors put together in a given order.

    Args:
        indices: list of int32 tensors: the places of the slices of `data`.
        data: list of tensors; each begins with the shape of its indices.
        name: of the node.
    """
    rest = None
    for places, values in zip(indices, data):
        if places.dims is not None and values.dims is not None:
            rest = values.dims[len(places.dims) :]
    known = [known_value(places) for places in indices]
    size = None
    if all(item is not None for item in known):
        size = max((int(item.max()) + 1 for item in known if item.size), default=0)
    return spec(data[0].dtype, None if rest is None else (size, *rest))


@dynamic_stitch.kernel
def _dynamic_stitch_kernel(xp: Any, *arrays: Any) -> Any:
    half = len(arrays) // 2
    indices = [xp.asarray(item) for item in arrays[:half]]
    data = [as_array(xp, item) for item in arrays[half:]]
    size = max((int(item.max()) + 1 for item in indices if item.size), default=0)
    rest = data[0].shape[indices[0].ndim :]
    out = xp.zeros((size, *rest), data[0].dtype)
    for places, values in zip(indices, data):
        out[places.reshape(-1)] = values.reshape((places.size, *rest))
    return out


@dynamic_stitch.gradient
def _dynamic_stitch_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Any, ...]:
    half = len(node.inputs) // 2
    nothing: list[Any] = [None] * half
    return (*nothing, *[tf.gather(grad, places) for places in node.inputs[:half]])
