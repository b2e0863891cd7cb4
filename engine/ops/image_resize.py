"""Images in another size: the weight of every source row and column in each row and column."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import FLOATING, NUMERIC, float32, int32
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import partial_ints
from engine.ir.tensor import Tensor
from engine.ops.image_geometry import as_image, pad_to_bounding_box, rank_of, size_of
from engine.ops.namespace import tf


@public("image.ResizeMethod")
class ResizeMethod:
    """The names of the methods of `tf.image.resize`."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


# -- weights


def _cubic(xp: Any, x: Any) -> Any:
    """Keys' kernel with a = -1/2."""
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return xp.where(x >= 2, 0.0, xp.where(x >= 1, far, near))


def _mitchell(xp: Any, x: Any) -> Any:
    near = ((7 / 6 * x - 2.0) * x) * x + 8 / 9
    far = ((-7 / 18 * x + 2.0) * x - 10 / 3) * x + 16 / 9
    return xp.where(x >= 2, 0.0, xp.where(x >= 1, far, near))


def _lanczos(radius: int) -> Callable[..., Any]:
    def kernel(xp: Any, x: Any) -> Any:
        safe = math.pi * xp.where(x <= 1e-3, 1.0, x)
        found = radius * xp.sin(safe) * xp.sin(safe / radius) / (safe * safe)
        return xp.where(x > radius, 0.0, xp.where(x <= 1e-3, 1.0, found))

    return kernel


_KERNELS: dict[str, tuple[float, Callable[..., Any]]] = {
    "bilinear": (1.0, lambda xp, x: xp.maximum(0.0, 1.0 - x)),
    "bicubic": (2.0, _cubic),
    "mitchellcubic": (2.0, _mitchell),
    "lanczos3": (3.0, _lanczos(3)),
    "lanczos5": (5.0, _lanczos(5)),
    "gaussian": (1.5, lambda xp, x: xp.where(x >= 1.5, 0.0, xp.exp(-(x * x) / 0.5))),
}
"""Radius, and weight at a distance that is not negative."""


def weights(xp: Any, method: str, antialias: bool, size: int, source: int) -> Any:
    """The share of each source row in each row of the result: float32 [size, source]."""
    rows = xp.arange(size)[:, None]
    places = xp.arange(source)[None, :]
    ratio = source / size
    if method == "nearest":
        picked = xp.minimum(xp.floor((rows + 0.5) * ratio), source - 1)
        return (picked == places).astype("float32")
    if method == "area":
        overlap = xp.minimum((rows + 1) * ratio, places + 1.0) - xp.maximum(rows * ratio, places)
        return (xp.maximum(overlap, 0.0) / ratio).astype("float32")
    radius, kernel = _KERNELS[method]
    stretch = max(ratio, 1.0) if antialias else 1.0
    middle = (rows + 0.5) * ratio
    if method == "bicubic" and not antialias:  # as from TensorFlow's table of 1024 steps
        low = xp.floor(middle - 0.5)
        middle = low + xp.rint((middle - 0.5 - low) * 1024) / 1024 + 0.5
    share = kernel(xp, abs(places + 0.5 - middle) / stretch)
    share = xp.where(abs(places + 0.5 - middle) <= radius * stretch, share, 0.0)
    total = share.sum(axis=1, keepdims=True)
    return (share / xp.where(abs(total) < 1e-30, 1.0, total)).astype("float32")


# -- the op


@op("raw.resize_images", type="ResizeBilinear", groups={"size": int32}, dtypes={"T": NUMERIC},
    value_dependent=True, samples=[("float32[1,3,4,2]", (5, 2), "bilinear", False),
                                   ("float32[1,3,4,2]", (2, 3), "bicubic", True)])  # fmt: skip
def resize_op(
    images: Tensor, size: Tensor, method: str, antialias: bool, name: str | None = None
) -> TensorSpec:
    """Images [batch, height, width, channels] in the size [2]."""
    if images.dims is None:
        return spec(images.dtype, None)
    known = partial_ints(size) if isinstance(size, Tensor) else None
    return spec(images.dtype, (images.dims[0], *(known or (None, None)), images.dims[3]))


@resize_op.kernel
def _resize_kernel(xp: Any, images: Any, size: Any, method: str, antialias: bool) -> Any:
    if method == "nearest":
        for axis in (1, 2):
            ratio = images.shape[axis] / int(size[axis - 1])
            picked = xp.floor((xp.arange(int(size[axis - 1])) + 0.5) * ratio).astype("int64")
            images = xp.take(images, xp.minimum(picked, images.shape[axis] - 1), axis=axis)
        return images
    if method == "bilinear" and not antialias:
        return _bilinear(xp, _bilinear(xp, images, int(size[0]), 1), int(size[1]), 2)
    rows = weights(xp, method, antialias, int(size[0]), images.shape[1]).astype(images.dtype)
    columns = weights(xp, method, antialias, int(size[1]), images.shape[2]).astype(images.dtype)
    return _apply(xp, images, rows, columns)


def _bilinear(xp: Any, images: Any, size: int, axis: int) -> Any:
    """Each row between the two source rows around its middle."""
    source = images.shape[axis]
    place = (xp.arange(size, dtype="float32") + xp.float32(0.5)) * xp.float32(source / size)
    place = place - xp.float32(0.5)
    low = xp.floor(place)
    shape = [-1 if i == axis else 1 for i in range(4)]
    share = (place - low).astype(images.dtype).reshape(shape)
    first = xp.take(images, xp.maximum(low, 0).astype("int64"), axis=axis)
    second = xp.take(images, xp.minimum(low + 1, source - 1).astype("int64"), axis=axis)
    return first + (second - first) * share


def _apply(xp: Any, images: Any, rows: Any, columns: Any) -> Any:
    tall = xp.tensordot(images, rows, ((1,), (1,)))  # batch, width, channels, height
    wide = xp.tensordot(tall, columns, ((1,), (1,)))  # batch, channels, height, width
    return xp.ascontiguousarray(wide.transpose(0, 2, 3, 1))


@resize_op.gradient
def _resize_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    images = node.inputs[0]
    method, antialias = node.attrs["method"], node.attrs["antialias"]
    return resize_back(grad, images, method=method, antialias=antialias), None


@op("raw.resize_images_gradient", type="ResizeBilinearGrad")
def resize_back(grad: Tensor, images: Tensor, method: str, antialias: bool) -> TensorSpec:
    """What each pixel of `images` had to do with those of `grad`."""
    return spec(images.dtype, images.dims)


@resize_back.kernel
def _resize_back_kernel(xp: Any, grad: Any, images: Any, method: str, antialias: bool) -> Any:
    rows = weights(xp, method, antialias, grad.shape[1], images.shape[1]).astype(grad.dtype)
    columns = weights(xp, method, antialias, grad.shape[2], images.shape[2]).astype(grad.dtype)
    return _apply(xp, grad, rows.T, columns.T)


@resize_back.gradient
def _resize_back_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    size = tf.shape(node.inputs[0])[1:3]
    return resize_op(grad, size, node.attrs["method"], node.attrs["antialias"]), None


# -- the public functions

_METHODS = tuple(value for key, value in vars(ResizeMethod).items() if key.isupper())


@public("image.resize")
def resize(
    images: Any, size: Any, method: str = "bilinear", preserve_aspect_ratio: bool = False,
    antialias: bool = False, name: str | None = None,
) -> Tensor:  # fmt: skip
    """Images in another size.

    Args:
        images: tensor [height, width, channels] or [batch, height, width, channels].
        size: two integers: height and width of the result.
        method: one of `tf.image.ResizeMethod`.
        preserve_aspect_ratio: the largest size within `size` that has the images' proportions?
        antialias: blur when images get smaller?
        name: of the last node.

    Returns:
        float32, with "nearest" the dtype of `images`.

    Raises:
        ValueError: for another method, rank or shape of `size`.
    """
    images = convert_to_tensor(images)
    rank = rank_of(images)
    target = convert_to_tensor(size, dtype_hint=int32)
    if target.dims is not None and target.dims != (2,):
        raise ValueError("'size' must be a 1-D Tensor of 2 elements: new_height, new_width")
    if method not in _METHODS:
        raise ValueError("Resize method is not implemented: " + str(method))
    target = tf.cast(target, int32)
    if preserve_aspect_ratio:
        target = _proportional(images, target)
    batch = images if rank == 4 else tf.expand_dims(images, 0)
    if method != "nearest":
        batch = tf.cast(batch, float32)
    found = resize_op(batch, target, str(method), bool(antialias and method != "area"), name=name)
    return found if rank == 4 else tf.squeeze(found, [0])


def _proportional(images: Tensor, size: Tensor) -> Tensor:
    sides, known = size_of(images), partial_ints(size)
    if known is not None and None not in known and all(isinstance(n, int) for n in sides):
        share = min(known[0] / sides[0], known[1] / sides[1])
        return tf.constant([round(share * n) for n in sides], int32)
    height, width = (tf.cast(n, "float64") for n in size_of(images))
    wanted = tf.cast(size, "float64")
    scale = tf.minimum(wanted[0] / height, wanted[1] / width)
    return tf.cast(tf.round(tf.stack([scale * height, scale * width])), int32)


@public("image.resize_with_pad")
def resize_with_pad(
    image: Any, target_height: Any, target_width: Any, method: str = "bilinear",
    antialias: bool = False,
) -> Tensor:  # fmt: skip
    """Images in another size with their proportions kept: zeros fill what is left.

    Args:
        image: tensor [height, width, channels] or [batch, height, width, channels].
        target_height: rows of the result.
        target_width: columns of the result.
        method: one of `tf.image.ResizeMethod`.
        antialias: blur when images get smaller?

    Raises:
        ValueError: for sizes that are not positive, or other ranks.
    """
    image = as_image(image)
    for target, what in ((target_width, "width"), (target_height, "height")):
        if not isinstance(target, Tensor) and target <= 0:
            raise ValueError(f"target_{what} must be > 0.")
    height, width = (tf.cast(n, float32) for n in size_of(image))
    wanted = [tf.cast(n, float32) for n in (target_height, target_width)]
    ratio = tf.maximum(width / wanted[1], height / wanted[0])
    exact = [height / ratio, width / ratio]
    margins = [
        tf.cast(tf.maximum(0.0, tf.floor((n - m) / 2)), int32) for n, m in zip(wanted, exact)
    ]
    inner = tf.cast(tf.floor(tf.stack(exact)), int32)
    small = resize(image, inner, method, antialias=antialias)
    return pad_to_bounding_box(small, *margins, target_height, target_width)


@public("image.crop_and_resize")
def crop_and_resize(
    image: Any, boxes: Any, box_indices: Any, crop_size: Any, method: str = "bilinear",
    extrapolation_value: float = 0.0, name: str | None = None,
) -> Tensor:  # fmt: skip
    """Parts of images, each in one size.

    Args:
        image: tensor [batch, height, width, channels].
        boxes: floats [n, 4]: y1, x1, y2, x2 as shares of height and width.
        box_indices: int32 [n]: which image of the batch each box is cut from.
        crop_size: two integers: height and width of the parts.
        method: "bilinear" or "nearest".
        extrapolation_value: of what lies outside the image.
        name: of the last node.

    Returns:
        float32 [n, crop height, crop width, channels].
    """
    images = tf.cast(convert_to_tensor(image), float32)
    boxes = convert_to_tensor(boxes, float32)
    if boxes.dtype not in FLOATING or method not in ("bilinear", "nearest"):
        raise ValueError(f"method must be 'bilinear' or 'nearest', not {method!r}")
    sizes = convert_to_tensor(crop_size, int32)
    limits = tf.cast(tf.shape(images)[1:3] - 1, float32)
    places = [_crop_places(boxes, axis, sizes[axis], limits[axis]) for axis in (0, 1)]
    rows, columns = places[0][:, :, None], places[1][:, None, :]
    inside = (rows >= 0) & (rows <= limits[0]) & (columns >= 0) & (columns <= limits[1])
    picked = tf.cast(convert_to_tensor(box_indices), int32)[:, None, None]
    cut = _cut_nearest if method == "nearest" else _cut_bilinear
    found = cut(images, picked, rows, columns, limits)
    outside = tf.fill(tf.shape(found), tf.constant(extrapolation_value, float32))
    return tf.where(inside[..., None], found, outside, name=name)


def _crop_places(boxes: Tensor, axis: int, count: Tensor, limit: Tensor) -> Tensor:
    """Where the rows (axis 0) or columns (1) of each part lie in the image: [n, count]."""
    start, end = boxes[:, axis, None], boxes[:, axis + 2, None]
    steps = tf.cast(tf.range(count), float32)[None, :]
    gaps = tf.cast(tf.maximum(count - 1, 1), float32)
    spread = start * limit + steps * ((end - start) * limit / gaps)
    middle = 0.5 * (start + end) * limit + 0.0 * steps
    return tf.where(count > 1, spread, middle)


def _pixels(
    images: Tensor, picked: Tensor, rows: Tensor, columns: Tensor, limits: Tensor
) -> Tensor:
    rows, columns = (
        tf.cast(tf.clip_by_value(place, 0.0, limit), int32)
        for place, limit in ((rows, limits[0]), (columns, limits[1]))
    )
    shape = tf.shape(rows + columns)
    parts = [tf.broadcast_to(part, shape) for part in (picked, rows, columns)]
    return tf.gather_nd(images, tf.stack(parts, -1))


def _cut_nearest(images: Any, picked: Any, rows: Any, columns: Any, limits: Any) -> Tensor:
    return _pixels(images, picked, tf.floor(rows + 0.5), tf.floor(columns + 0.5), limits)


def _cut_bilinear(images: Any, picked: Any, rows: Any, columns: Any, limits: Any) -> Tensor:
    low, left = tf.floor(rows), tf.floor(columns)
    corners = [
        _pixels(images, picked, y, x, limits)
        for y in (low, tf.math.ceil(rows)) for x in (left, tf.math.ceil(columns))
    ]  # fmt: skip
    down, right = (rows - low)[..., None], (columns - left)[..., None]
    top = corners[0] + (corners[1] - corners[0]) * right
    bottom = corners[2] + (corners[3] - corners[2]) * right
    return top + (bottom - top) * down
