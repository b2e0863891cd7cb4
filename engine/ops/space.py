"""Blocks of images and batches: depth_to_space, space_to_depth, space_to_batch, patches."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.op import public
from engine.ir.tensor import Tensor
from engine.ops.arguments import static_ints
from engine.ops.namespace import tf


def _sizes(tensor: Tensor, rank: int | None = None) -> list[Any]:
    """The sizes of the axes: integers where known, else scalar tensors; `rank`: their number."""
    dims = tensor.dims
    if dims is None and rank is not None:
        dims = (None,) * rank
    if dims is None:
        raise ValueError("The rank of the input must be known.")
    shape = None if None not in dims else tf.shape(tensor)
    return [shape[i] if size is None else size for i, size in enumerate(dims)]  # type: ignore[index]


@public("nn.depth_to_space")
def depth_to_space(
    input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """Blocks of the depth of an image spread over its width and height.

    Args:
        input: [batch, height, width, depth] (NHWC) or [batch, depth, height, width] (NCHW).
        block_size: at least 2; depth is divisible by its square.
        data_format: "NHWC" or "NCHW".
        name: of the node.

    Returns:
        NHWC: [batch, height * b, width * b, depth / b**2].
    """
    x = convert_to_tensor(input)
    if data_format == "NCHW":
        moved = depth_to_space(tf.transpose(x, [0, 2, 3, 1]), block_size)
        return tf.transpose(moved, [0, 3, 1, 2])
    batch, height, width, depth = _sizes(x, 4)
    b = block_size
    x = tf.reshape(x, [batch, height, width, b, b, depth // (b * b)])
    x = tf.transpose(x, [0, 1, 3, 2, 4, 5])
    return tf.reshape(x, [batch, height * b, width * b, depth // (b * b)], name=name)


@public("nn.space_to_depth")
def space_to_depth(
    input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """Blocks of an image stacked in its depth: the inverse of `tf.nn.depth_to_space`."""
    x = convert_to_tensor(input)
    if data_format == "NCHW":
        moved = space_to_depth(tf.transpose(x, [0, 2, 3, 1]), block_size)
        return tf.transpose(moved, [0, 3, 1, 2])
    batch, height, width, depth = _sizes(x, 4)
    b = block_size
    x = tf.reshape(x, [batch, height // b, b, width // b, b, depth])
    x = tf.transpose(x, [0, 1, 3, 2, 4, 5])
    return tf.reshape(x, [batch, height // b, width // b, depth * b * b], name=name)


@public("space_to_batch", "space_to_batch_nd", "nn.space_to_batch")
def space_to_batch(input: Any, block_shape: Any, paddings: Any, name: str | None = None) -> Tensor:
    """Blocks of the axes behind the first one moved into the first one.

    Args:
        input: [batch, ...], at least as many further axes as `block_shape` has sizes.
        block_shape: M block sizes, known while tracing.
        paddings: [M, 2]: zeros added before and behind.
        name: of the node.
    """
    x = convert_to_tensor(input)
    blocks = _blocks(block_shape)
    count = len(blocks)
    pairs = tf.get_static_value(convert_to_tensor(paddings))
    rank = len(x.dims)  # type: ignore[arg-type]
    rows = [[0, 0], *(list(map(int, row)) for row in pairs), *[[0, 0]] * (rank - count - 1)]
    x = tf.pad(x, rows)
    batch, *sizes = _sizes(x)
    spread: list[Any] = [batch]
    for size, block in zip(sizes, blocks):
        spread += [size // block, block]
    rest = sizes[count:]
    x = tf.reshape(x, spread + rest)
    order = [2 * i + 2 for i in range(count)] + [0] + [2 * i + 1 for i in range(count)]
    x = tf.transpose(x, order + list(range(2 * count + 1, len(spread + rest))))
    product = 1
    for block in blocks:
        product *= block
    inner = [size // block for size, block in zip(sizes, blocks)]
    return tf.reshape(x, [batch * product, *inner, *rest], name=name)


@public("batch_to_space", "nn.batch_to_space")
def batch_to_space(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Tensor:
    """The inverse of `tf.space_to_batch`; `crops` [M, 2] are cut off."""
    x = convert_to_tensor(input)
    blocks = _blocks([block_shape] * 2 if isinstance(block_shape, int) else block_shape)
    count = len(blocks)
    batch, *sizes = _sizes(x)
    product = 1
    for block in blocks:
        product *= block
    rest = sizes[count:]
    x = tf.reshape(x, [*blocks, batch // product, *sizes])
    order = [count]
    for i in range(count):
        order += [count + 1 + i, i]
    x = tf.transpose(x, order + list(range(2 * count + 1, 2 * count + 1 + len(rest))))
    wide = [size * block for size, block in zip(sizes, blocks)]
    x = tf.reshape(x, [batch // product, *wide, *rest])
    cuts = tf.get_static_value(convert_to_tensor(crops))
    key: list[Any] = [slice(None)]
    for (before, after), size in zip(cuts, wide):
        key.append(slice(int(before), size - int(after)))
    return x[tuple(key)]


def _blocks(block_shape: Any) -> list[int]:
    found = static_ints(block_shape)
    if found is None:
        raise ValueError("`block_shape` must be known while tracing.")
    return list(found)


@public("required_space_to_batch_paddings")
def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The least paddings for which blocks divide a shape, and the crops that undo them.

    Args:
        input_shape: sizes [n].
        block_shape: sizes of the blocks [n].
        base_paddings: [n, 2]: the paddings that are wanted anyway.
        name: of the node.
    """
    sizes, blocks = convert_to_tensor(input_shape), convert_to_tensor(block_shape)
    if base_paddings is None:
        start = end = tf.zeros_like(sizes)
    else:
        base = convert_to_tensor(base_paddings)
        start, end = base[:, 0], base[:, 1]
    more = tf.math.floormod(tf.negative(sizes + start + end), blocks)
    paddings = tf.stack([start, end + more], 1)
    return paddings, tf.stack([tf.zeros_like(more), more], 1)
