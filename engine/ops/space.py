"""Blocks of images and batches: depth_to_space, space_to_depth, space_to_batch, batch_to_space."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int32, int64
from engine.ir.op import op, public
from engine.ir.shapes import bracketed
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_value
from engine.ir.tensor import Tensor
from engine.ops.arguments import refusal
from engine.ops.kernels import refuse
from engine.ops.namespace import tf

_INDICES = frozenset({int32, int64})


def _image(input: Tensor, block_size: int, data_format: str) -> tuple[Any, ...]:
    """(batch, height, width, depth) of an image, as far as they are known."""
    if input.dims is None:
        return (None,) * 4
    if len(input.dims) != 4:
        raise ValueError(f"Input rank should be: 4 instead of: {len(input.dims)}")
    batch, *rest = input.dims
    return (batch, rest[1], rest[2], rest[0]) if data_format == "NCHW" else (batch, *rest)


def _placed(
    dtype: Any, batch: Any, height: Any, width: Any, depth: Any, data_format: str
) -> TensorSpec:
    if data_format == "NCHW":
        return spec(dtype, (batch, depth, height, width))
    return spec(dtype, (batch, height, width, depth))


def _divided(size: int | None, by: int, what: str) -> int | None:
    if size is not None and size % by:
        raise ValueError(f"Dimension size must be evenly divisible by {by} but is {size} ({what})")
    return None if size is None else size // by


@op("raw.depth_to_space", type="DepthToSpace", hint="DepthToSpace",
    samples=[("float32[1,2,2,4]", 2, "NHWC"), ("float64[1,8,1,2]", 2, "NCHW")])  # fmt: skip
def depth_to_space_op(
    input: Tensor, block_size: int, data_format: str, name: str | None = None
) -> TensorSpec:
    """Blocks of the depth spread over width and height."""
    batch, height, width, depth = _image(input, block_size, data_format)
    depth = _divided(depth, block_size * block_size, "the square of the block size")
    height, width = (None if n is None else n * block_size for n in (height, width))
    return _placed(input.dtype, batch, height, width, depth, data_format)


@depth_to_space_op.kernel
def _depth_to_space_kernel(xp: Any, x: Any, block_size: int, data_format: str) -> Any:
    _image_rank(x)
    last = x.transpose(0, 2, 3, 1) if data_format == "NCHW" else x
    batch, height, width, depth = last.shape
    b = block_size
    if depth % (b * b):
        raise refuse(f"Input depth dimension {depth} should be divisible by: {b * b}")
    cut = last.reshape(batch, height, width, b, b, depth // (b * b)).transpose(0, 1, 3, 2, 4, 5)
    out = cut.reshape(batch, height * b, width * b, depth // (b * b))
    return xp.ascontiguousarray(out.transpose(0, 3, 1, 2)) if data_format == "NCHW" else out


@depth_to_space_op.gradient
def _depth_to_space_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return space_to_depth_op(grad, node.attrs["block_size"], node.attrs["data_format"])


@op("raw.space_to_depth", type="SpaceToDepth", hint="SpaceToDepth",
    samples=[("float32[1,4,2,3]", 2, "NHWC"), ("float64[2,1,2,2]", 2, "NCHW")])  # fmt: skip
def space_to_depth_op(
    input: Tensor, block_size: int, data_format: str, name: str | None = None
) -> TensorSpec:
    """Blocks of width and height stacked in the depth."""
    batch, height, width, depth = _image(input, block_size, data_format)
    height, width = (_divided(n, block_size, "the block size") for n in (height, width))
    depth = None if depth is None else depth * block_size * block_size
    return _placed(input.dtype, batch, height, width, depth, data_format)


@space_to_depth_op.kernel
def _space_to_depth_kernel(xp: Any, x: Any, block_size: int, data_format: str) -> Any:
    _image_rank(x)
    last = x.transpose(0, 2, 3, 1) if data_format == "NCHW" else x
    batch, height, width, depth = last.shape
    b = block_size
    if height % b or width % b:
        raise refuse(f"Image width {width} and height {height} should be divisible by "
                     f"block_size: {b}")  # fmt: skip
    cut = last.reshape(batch, height // b, b, width // b, b, depth).transpose(0, 1, 3, 2, 4, 5)
    out = cut.reshape(batch, height // b, width // b, depth * b * b)
    return xp.ascontiguousarray(out.transpose(0, 3, 1, 2)) if data_format == "NCHW" else out


@space_to_depth_op.gradient
def _space_to_depth_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return depth_to_space_op(grad, node.attrs["block_size"], node.attrs["data_format"])


def _image_rank(x: Any) -> None:
    if x.ndim != 4:
        raise refuse(f"Input rank should be: 4 instead of: {x.ndim}")


def _checked_size(block_size: Any, type: str) -> int:
    try:
        size = int(block_size)
    except (TypeError, ValueError):
        raise TypeError(f"Expected int for argument 'block_size' not {block_size!r}.") from None
    if size < 2:
        raise refusal(type, f"Value for attr 'block_size' of {size} must be at least minimum 2",
                      f"Attr 'block_size' of '{type}' Op passed {size} less than minimum 2.",
                      )  # fmt: skip
    return size


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

    Raises:
        InvalidArgumentError: (ValueError while tracing) for other shapes and sizes.
    """
    return depth_to_space_op(input, _checked_size(block_size, "DepthToSpace"), data_format, name)


@public("nn.space_to_depth")
def space_to_depth(
    input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """Blocks of an image stacked in its depth: the inverse of `tf.nn.depth_to_space`."""
    return space_to_depth_op(input, _checked_size(block_size, "SpaceToDepth"), data_format, name)


# -- batches


def _check_blocks(blocks: Tensor, pairs: Tensor, what: str) -> int | None:
    """The number of blocked axes, where it is known."""
    for item, rank in ((blocks, 1), (pairs, 2)):
        if item.dims is not None and len(item.dims) != rank:
            raise ValueError(f"block_shape and {what} must have rank 1 and 2, got rank "
                             f"{len(item.dims)}")  # fmt: skip
    count = None if blocks.dims is None else blocks.dims[0]
    if pairs.dims is not None and count is not None and pairs.dims[0] not in (None, count):
        raise ValueError(
            f"Dimension 0 in both shapes must be equal, but are {pairs.dims[0]} and {count}. "
            f"Shapes are {bracketed(pairs.dims)} and [{count},2]."
        )
    return count


def _infer_blocks(
    input: Tensor, blocks: Tensor, pairs: Tensor, what: str, size_of: Any, batch_of: Any
) -> TensorSpec:
    count = _check_blocks(blocks, pairs, what)
    if input.dims is None:
        return spec(input.dtype, None)
    if count is None:
        return spec(input.dtype, (None,) * len(input.dims))
    if len(input.dims) < count + 1:
        raise ValueError(f"input rank should be >= {count + 1} instead of {len(input.dims)}")
    sizes, known = known_value(blocks), known_value(pairs)
    batch, *rest = input.dims
    if sizes is None:
        return spec(input.dtype, (None, *(None,) * count, *rest[count:]))
    sizes = [int(size) for size in sizes]
    inner = [
        None if size is None or known is None
        else size_of(size, block, int(known[i][0]), int(known[i][1]))
        for i, (size, block) in enumerate(zip(rest, sizes))
    ]  # fmt: skip
    product = 1
    for size in sizes:
        product *= size
    return spec(input.dtype, (
        None if batch is None else batch_of(batch, product), *inner, *rest[count:]
    ))  # fmt: skip


@op("space_to_batch", "space_to_batch_nd", "nn.space_to_batch", type="SpaceToBatchND",
    groups={"input": "T", "block_shape": "Tblock_shape", "paddings": "Tpaddings"},
    dtypes={"Tblock_shape": _INDICES, "Tpaddings": _INDICES}, value_dependent=True,
    samples=[("float32[1,4,3,2]", (2, 2), ((0, 0), (1, 0)))])  # fmt: skip
def space_to_batch(
    input: Tensor, block_shape: Tensor, paddings: Tensor, name: str | None = None
) -> TensorSpec:
    """Blocks of the axes behind the first one moved into the first one.

    Args:
        input: [batch, ...], at least as many further axes as `block_shape` has sizes.
        block_shape: M block sizes, int32 or int64.
        paddings: [M, 2]: zeros added before and behind.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if the blocks do not divide the sizes.
    """
    return _infer_blocks(
        input, block_shape, paddings, "paddings",
        lambda size, block, before, after: _divided(size + before + after, block, "the block"),
        lambda batch, product: batch * product,
    )  # fmt: skip


@space_to_batch.kernel
def _space_to_batch_kernel(xp: Any, x: Any, block_shape: Any, paddings: Any) -> Any:
    blocks = _sizes(xp, block_shape, paddings, x, "paddings")
    count = len(blocks)
    rows = [(0, 0), *[tuple(map(int, row)) for row in paddings]]
    x = xp.pad(x, rows + [(0, 0)] * (x.ndim - count - 1))
    batch, *sizes = x.shape
    for size, block in zip(sizes, blocks):
        if size % block:
            raise refuse(f"padded_shape[{sizes.index(size)}]={size} is not divisible by "
                         f"block_shape={block}")  # fmt: skip
    spread = [n for size, block in zip(sizes, blocks) for n in (size // block, block)]
    cut = x.reshape([batch, *spread, *sizes[count:]])
    order = [2 * i + 2 for i in range(count)] + [0] + [2 * i + 1 for i in range(count)]
    moved = cut.transpose(order + list(range(2 * count + 1, cut.ndim)))
    inner = [size // block for size, block in zip(sizes, blocks)]
    return moved.reshape([batch * _product(blocks), *inner, *sizes[count:]])


@space_to_batch.gradient
def _space_to_batch_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, None]:
    return batch_to_space_op(grad, node.inputs[1], node.inputs[2]), None, None


@op("raw.batch_to_space", type="BatchToSpaceND", hint="BatchToSpaceND",
    groups={"input": "T", "block_shape": "Tblock_shape", "crops": "Tcrops"},
    dtypes={"Tblock_shape": _INDICES, "Tcrops": _INDICES}, value_dependent=True,
    samples=[("float32[4,2,2,1]", (2, 2), ((0, 1), (0, 0)))])  # fmt: skip
def batch_to_space_op(
    input: Tensor, block_shape: Tensor, crops: Tensor, name: str | None = None
) -> TensorSpec:
    """Parts of the batch put side by side."""
    return _infer_blocks(
        input, block_shape, crops, "crops",
        lambda size, block, before, after: _cropped(size * block, before, after),
        lambda batch, product: _divided(batch, product, "the product of the blocks"),
    )  # fmt: skip


@batch_to_space_op.kernel
def _batch_to_space_kernel(xp: Any, x: Any, block_shape: Any, crops: Any) -> Any:
    blocks = _sizes(xp, block_shape, crops, x, "crops")
    count = len(blocks)
    batch, *sizes = x.shape
    product = _product(blocks)
    if batch % product:
        raise refuse(f"Input batch dimension ({batch}) is not divisible by product of block sizes "
                     f"({product})")  # fmt: skip
    cut = x.reshape([*blocks, batch // product, *sizes])
    order = [count]
    for i in range(count):
        order += [count + 1 + i, i]
    moved = cut.transpose(order + list(range(2 * count + 1, cut.ndim)))
    wide = [size * block for size, block in zip(sizes, blocks)]
    out = moved.reshape([batch // product, *wide, *sizes[count:]])
    key: list[Any] = [slice(None)]
    for (before, after), size in zip(crops.tolist(), wide):
        if before + after > size:
            raise refuse(f"cropped_shape = {size - before - after} must be non-negative")
        key.append(slice(before, size - after))
    return xp.ascontiguousarray(out[tuple(key)])


@batch_to_space_op.gradient
def _batch_to_space_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, None]:
    return space_to_batch(grad, node.inputs[1], node.inputs[2]), None, None


def _cropped(size: int, before: int, after: int) -> int:
    if size < before + after:
        raise ValueError(f"Negative dimension size caused by subtracting {before + after} from "
                         f"{size}")  # fmt: skip
    return size - before - after


def _sizes(xp: Any, blocks: Any, pairs: Any, x: Any, what: str) -> list[int]:
    if blocks.ndim != 1:
        raise refuse(f"block_shape rank should be 1 instead of {blocks.ndim}")
    if pairs.shape != (len(blocks), 2):
        raise refuse(f"{what} should have shape [{len(blocks)}, 2] instead of "
                     f"{bracketed(pairs.shape)}")  # fmt: skip
    if x.ndim < len(blocks) + 1:
        raise refuse(f"input rank should be >= {len(blocks) + 1} instead of {x.ndim}")
    return [int(size) for size in blocks]


def _product(sizes: list[int]) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total


@public("batch_to_space", "nn.batch_to_space")
def batch_to_space(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Tensor:
    """The inverse of `tf.space_to_batch`; `crops` [M, 2] are cut off.

    Args:
        input: [batch, ...]; the batch is divisible by the product of the blocks.
        block_shape: M block sizes, or a number: two blocks of that size.
        crops: [M, 2]: how much is cut off before and behind.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) for other shapes.
    """
    if isinstance(block_shape, int):
        block_shape = [block_shape, block_shape]
    return batch_to_space_op(input, block_shape, crops, name)


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
