"""Tensors repeated: tile, repeat, meshgrid."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import INTEGER, int32
from engine.ir.op import op, public
from engine.ir.shapes import Dims
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.arguments import checked_ints, refusal, static_int, static_ints
from engine.ops.kernels import as_array
from engine.ops.namespace import tf


def tiled(dims: Dims, multiples: Any) -> Dims:
    """Shape of a tiled tensor. Raises ValueError where the lengths differ."""
    if dims is None:
        return None if multiples is None else (None,) * len(multiples)
    if multiples is None:
        return (None,) * len(dims)
    if len(dims) != len(multiples):
        raise ValueError(
            f"Expected multiples argument to be a vector of length {len(dims)} but got length "
            f"{len(multiples)}"
        )
    if any(n is not None and n < 0 for n in multiples):
        raise ValueError(f"Expected multiples[i] >= 0, but got {list(multiples)}")
    return tuple(None if a is None or b is None else a * b for a, b in zip(dims, multiples))


@op("raw.tile", samples=[("float32[2,3]", (2, 1))], type="Tile", hint="Tile")
def tile_op(input: Tensor, multiples: Any, name: str | None = None) -> TensorSpec:
    """`input` repeated along each axis."""
    return spec(input.dtype, tiled(input.dims, multiples))


@tile_op.kernel
def _tile_kernel(xp: Any, x: Any, multiples: Any) -> Any:
    x = as_array(xp, x)
    tiled(x.shape, multiples)
    return xp.tile(x, multiples)[()]


@tile_op.gradient
def _tile_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return _untile(tf, node.inputs[0], grad, node.attrs["multiples"])


def _untile(tf: Any, x: Tensor, grad: Tensor, multiples: Any) -> Tensor:
    if x.dims is not None and None not in x.dims and isinstance(multiples, tuple):
        paired: Any = [n for pair in zip(multiples, x.dims) for n in pair]
        rank = len(x.dims)
    else:
        rank = len(x.dims if x.dims is not None else grad.dims)  # type: ignore[arg-type]
        counts = tf.cast(multiples, int32)
        paired = tf.reshape(tf.stack([counts, tf.shape(x)], axis=1), [-1])
    return tf.reduce_sum(tf.reshape(grad, paired), axis=list(range(0, 2 * rank, 2)))


@op(
    "raw.tile_dynamic",
    samples=[("float32[2,3]", (3, 2), None)],
    type="Tile",
    hint="Tile",
    groups={"multiples": "Tmultiples"},
)
def tile_dynamic(
    input: Tensor, multiples: Tensor, known: Any, name: str | None = None
) -> TensorSpec:
    """As `raw.tile`, with counts known at run time."""
    return spec(input.dtype, tiled(input.dims, known))


@tile_dynamic.kernel
def _tile_dynamic_kernel(xp: Any, x: Any, multiples: Any, known: Any) -> Any:
    return _tile_kernel(xp, x, tuple(multiples.tolist()))


@tile_dynamic.gradient
def _tile_dynamic_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    return _untile(tf, node.inputs[0], grad, node.inputs[1]), None


@public("tile")
def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """A tensor repeated along each axis.

    Args:
        input: tensor of any dtype, rank R.
        multiples: R counts, int32 or int64.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if there are not R counts.
    """
    input = convert_to_tensor(input)
    known = checked_ints(multiples, "Tile", "multiples", "Tmultiples")
    if isinstance(known, int):
        raise refusal("Tile", "Expected multiples to be 1-D, but got shape []",
                      "Shape must be rank 1 but is rank 0 for 'Tile'")  # fmt: skip
    if known is not None and any(isinstance(item, list) for item in known):
        raise refusal("Tile", "Expected multiples to be 1-D",
                      "Shape must be rank 1 but is rank 2 for 'Tile'")  # fmt: skip
    if known is not None and None not in known:
        return tile_op(input, known, name=name)
    return tile_dynamic(input, multiples, known, name=name)


@op(
    "raw.repeat",
    samples=[("float32[2,3]", (2, 1), 0), ("float32[2]", 3, 0)],
    type="Repeat",
    hint="repeat",
    groups={"repeats": "Tr"},
    dtypes={"Tr": INTEGER},
    value_dependent=True,
)
def repeat_op(input: Tensor, repeats: Tensor, axis: int, name: str | None = None) -> TensorSpec:
    """Each slice along `axis` repeated."""
    if input.dims is None:
        return spec(input.dtype, None)
    dims = list(input.dims)
    counts = static_ints(repeats)
    size = dims[axis]
    dims[axis] = None
    if counts is not None and size is not None:
        many = sum(counts) if axis % len(dims) else None  # as TensorFlow knows it
        dims[axis] = size * counts[0] if len(counts) == 1 else many
    return spec(input.dtype, tuple(dims))


@repeat_op.kernel
def _repeat_kernel(xp: Any, x: Any, repeats: Any, axis: int) -> Any:
    return xp.repeat(as_array(xp, x), repeats, axis)


@repeat_op.gradient
def _repeat_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    x, repeats = node.inputs
    axis = node.attrs["axis"]
    count = tf.shape(x)[axis]
    segments = tf.repeat(tf.range(count), tf.broadcast_to(repeats, tf.reshape(count, [1])), axis=0)
    return tf.raw.segment_sum_axis(grad, segments, x, axis=axis), None


@op("raw.segment_sum_axis", type="UnsortedSegmentSum", groups={"segments": "S", "like": "T"})
def segment_sum_axis(grad: Tensor, segments: Tensor, like: Tensor, axis: int) -> TensorSpec:
    """Slices of `grad` along `axis` summed into the places `segments` of the shape of `like`."""
    return spec(grad.dtype, like.dims)


@segment_sum_axis.kernel
def _segment_sum_axis_kernel(xp: Any, grad: Any, segments: Any, like: Any, axis: int) -> Any:
    out = xp.zeros_like(like)
    xp.add.at(xp.moveaxis(out, axis, 0), segments, xp.moveaxis(grad, axis, 0))
    return out


@segment_sum_axis.gradient
def _segment_sum_axis_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, None]:
    return tf.gather(grad, node.inputs[1], axis=node.attrs["axis"]), None, None


@public("repeat")
def repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Tensor:
    """A tensor with each of its slices repeated.

    Args:
        input: tensor of any dtype.
        repeats: how often: one count, or one for each slice along `axis`.
        axis: along which; None: the elements of the flattened tensor.
        name: of the node.
    """
    input = convert_to_tensor(input)
    counts = convert_to_tensor(repeats, dtype_hint=int32)
    if not counts.dtype.is_integer:
        raise TypeError("Argument `tensor` (name: repeats) must be of type integer. Received "
                        f"`tensor` = {counts!r} of dtype: {counts.dtype!r}")  # fmt: skip
    if axis is not None and input.dims is not None:
        rank = len(input.dims) or 1
        input = input if input.dims else tf.reshape(input, [1])
        if not -rank <= axis < rank:
            raise ValueError(f"axis={axis} out of bounds: expected {-rank}<=axis<{rank}")
    if axis is None:
        input, axis = tf.reshape(input, [-1]), 0
    if input.dims is not None and not input.dims:
        input = tf.reshape(input, [1])
    if input.dims is not None:
        axis = axis % len(input.dims)
    if counts.dims is not None and len(counts.dims) > 1:
        raise ValueError(f"Shape {counts.shape} must have rank at most 1")
    total = None if input.dims is None else input.dims[axis or 0]
    if total is not None and counts.dims and counts.dims[0] not in (None, 1, total):
        raise ValueError(f"Dimensions {total} and {counts.dims[0]} are not compatible")
    return repeat_op(input, counts, axis, name=name)


@public("meshgrid")
def meshgrid(*args: Any, **kwargs: Any) -> list[Tensor]:
    """Coordinate tensors of rank N from N vectors.

    Args:
        *args: N vectors (or scalars) of one dtype.
        **kwargs: `indexing`: "xy" (default: the first two axes are swapped) or "ij"; `name`.

    Raises:
        TypeError: for other keywords.
        ValueError: for another `indexing`.
    """
    indexing = kwargs.pop("indexing", "xy")
    kwargs.pop("name", None)
    if kwargs:
        raise TypeError(f"'{next(iter(kwargs))}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError(
            f"Argument `indexing` parameter must be either 'xy' or 'ij', got '{indexing}'"
        )
    vectors = [tf.reshape(item, [-1]) for item in args]
    first = vectors[0].dtype if vectors else None
    for vector in vectors[1:]:
        if vector.dtype is not first:
            tf.multiply(tf.ones([], vector.dtype), tf.ones([], first))  # refuses
    count = len(vectors)
    sizes = [tf.size(item) for item in vectors]
    order = list(range(count))
    if indexing == "xy" and count > 1:
        order[:2] = [1, 0]
    known = [static_int(size) for size in sizes]
    full: Any = [sizes[i] if known[i] is None else known[i] for i in order]
    out = []
    for i, vector in enumerate(vectors):
        dims = [1] * count
        dims[order.index(i)] = -1
        out.append(tf.broadcast_to(tf.reshape(vector, dims), full))
    return out
